"""The command line: one function a verb, the study first.

stdout is data (a table on a terminal, CSV when piped, JSON with --json); stderr is words and
progress. Exit codes: 0 done, 1 findings in the study, 2 usage, 3 computed but not converged,
nothing served, or an answer rejected.
"""

from __future__ import annotations

import atexit
import contextlib
import datetime as dt
import gc
import inspect
import os
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from cyclopts import (
    App,
    CoercionError,
    CycloptsError,
    MissingArgumentError,
    Parameter,
    UnusedCliTokensError,
)

from corridor import __version__
from corridor.cli.output import (
    DONE,
    FINDINGS,
    INTERRUPTED,
    NOT_SERVED,
    USAGE,
    drop_output,
    say,
    say_all,
    use_utf8,
)
from corridor.cli.stand_ins import stand_in
from corridor.counts import count_of
from corridor.errors import CallError, NotConverged, StudyError

# The verbs of every file of this package, in the order in which help lists them.
VERBS = {
    "study": ("new", "check", "run", "report", "export", "translate"),
    "routing": ("route", "skim"),
    "consignments": ("quote", "schedule"),
    "closures": ("rank", "simulate", "compare", "hazards", "replay"),
    "flows": ("assign",),
    "projects": ("appraise", "phase", "wait", "coalition"),
    "trade": ("forecast", "audit"),
    "evidence": ("validate",),
    "web": ("serve", "brief"),
    "warm_up": ("warm-up",),
}
FILE_OF_VERB = {verb: file for file, verbs in VERBS.items() for verb in verbs}

# What an option takes, in words, where something else was typed.
KINDS = {
    int: "whole number",
    float: "number",
    dt.date: "date: write it as 2026-02-10",
}
NEW_OBJECTS = 300_000  # after which rubbish is looked for: rows and calendars of a study stay


def _shown_default(value: object) -> str | None:
    """Return a default as help shows it; null for none, an empty text and an empty list."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or None
    return None if value in (None, "") else str(value)


def _in_whole_lines(docstring: str) -> str:
    """Return a docstring with every paragraph in one line, for help to break where a line is full.

    A line goes on with the next one that is indented as it is, but for those under which, or as
    which, a heading is ruled.
    """
    lines = [""]
    for line in inspect.cleandoc(docstring).splitlines():
        if _goes_on(lines[-1], line):
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line)
    return "\n".join(lines[1:])


def _goes_on(line: str, next_line: str) -> bool:
    """Whether two lines are of one paragraph."""
    is_text = all(each.strip(" -") for each in (line, next_line))
    return is_text and _indent(line) == _indent(next_line)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


@cache
def shell(verb: str | None = None) -> App:
    """Return the command line with one verb of it; null: with all of them."""
    app = App(
        name="corridor",
        help="Plan and appraise international freight corridors.",
        help_format="plaintext",
        version=__version__,
        version_flags=["--version"],
        help_flags=["--help", "-h"],
        default_parameter=Parameter(show_default=_shown_default),
        suppress_keyboard_interrupt=False,  # so that main can say it
    )
    for name in FILE_OF_VERB if verb is None else [verb]:
        app.command(_function(name), version=__version__)
    return app


def _function(verb: str) -> Callable[..., Any]:
    """Return the function of a verb."""
    module = import_module(f"corridor.cli.{FILE_OF_VERB[verb]}")
    function: Callable[..., Any] = getattr(module, verb.replace("-", "_"))
    function.__doc__ = _in_whole_lines(function.__doc__ or "")
    return function


def main(arguments: list[str] | None = None) -> int:
    """Run a command line and return its exit code.

    There is never a traceback for what a user typed or a file held. arguments: null: those the
    program was started with.
    """
    use_utf8()
    gc.set_threshold(NEW_OBJECTS)
    if arguments is not None:
        return _code(arguments)

    stand_in()
    codes: list[int] = []
    atexit.register(_leave, codes)  # first of all, so that it is called last
    codes.append(_code(sys.argv[1:]))
    return codes[0]


def _leave(codes: list[int]) -> None:
    """End the process with its exit code, without taking apart all that ends with it anyway.

    codes: empty: it ends by an exception.
    """
    if not codes:
        return
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(codes[0])


def _code(arguments: list[str]) -> int:
    """Run a command line, say what is wrong with it, and return its exit code."""
    try:
        return _run(arguments)
    except CycloptsError as error:
        say(f"corridor: {_usage(error)}\nTry {_command(error)} --help.")
        return USAGE
    except StudyError as error:
        say_all(map(str, error.findings))
        errors = count_of(len(error.findings), "error")
        say(f"{errors}: the study cannot be used as it is.")
        return FINDINGS
    except CallError as error:
        say(f"corridor: {error}")
        return USAGE
    except NotConverged as error:
        say(f"corridor: {error}")
        return NOT_SERVED
    except BrokenPipeError:
        drop_output()
        return DONE
    except KeyboardInterrupt:
        say("stopped")
        return INTERRUPTED
    except OSError as error:
        _say_os_error(error)
        return USAGE


def _run(arguments: list[str]) -> int:
    """Run a command line, print all of its output and return its exit code."""
    is_verb = bool(arguments) and arguments[0] in FILE_OF_VERB
    app = shell(arguments[0] if is_verb else None)
    code = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")

    if sys.stdout is not None:
        sys.stdout.flush()  # here, where a reader that has gone away is understood
    return code if isinstance(code, int) else DONE


def _usage(error: CycloptsError) -> str:
    """Return what is wrong with a command line."""
    if isinstance(error, UnusedCliTokensError):
        return f"{_command(error)} takes no {' '.join(map(repr, error.unused_tokens or ()))}."
    if isinstance(error, CoercionError) and error.token and error.target_type in KINDS:
        return f"{error.token.keyword} {error.token.value!r} is no {KINDS[error.target_type]}."
    if not isinstance(error, MissingArgumentError) or error.argument is None:
        return str(error)
    if error.keyword is not None:
        return f"{error.keyword} needs a value."
    name = error.argument.name
    is_option = error.argument.index is None
    return f"{_command(error)} needs {name if is_option else name.removeprefix('--').upper()}."


def _command(error: CycloptsError) -> str:
    """Return the command that was to be run, as it is typed."""
    return " ".join(["corridor", *(error.command_chain or ())])


def _say_os_error(error: OSError) -> None:
    """Say which file could not be read or written, and why."""
    reasons = (error.filename, error.strerror or error)
    say("corridor: " + ": ".join(str(reason) for reason in reasons if reason))

    try:
        sys.stdout.flush()
    except (OSError, AttributeError):
        drop_output()
