"""Output: data on stdout, words on stderr, and the exit codes."""

from __future__ import annotations

import contextlib
import io
import math
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from corridor.errors import CallError

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from corridor.network.network import Network

DONE = 0
FINDINGS = 1
USAGE = 2
NOT_SERVED = 3
INTERRUPTED = 130

MAX_ROWS = 200  # of a table on a terminal
PROSE_LISTS = ("documents",)  # lists whose items hold blanks, separated by semicolons


def print_frame(
    frame: pl.DataFrame,
    *,
    json: bool,
    screen: Callable[[pl.DataFrame], pl.DataFrame] | None = None,
    network: Network | None = None,
    max_rows: int | None = MAX_ROWS,
) -> None:
    """Print a table: JSON, a table on a terminal, CSV when piped.

    screen: makes of it what a terminal shows; null: the table with heads in words. network: where
    the terminal finds names for ids; null: it shows them. max_rows: shown on a terminal; null: all.
    """
    from corridor.language.messages import readable

    frame = readable(frame)
    if json:
        print_json(frame.to_dicts())
    elif is_screen(json=json):
        from corridor.cli.terminal import print_table
        from corridor.screens.columns import plain_table
        from corridor.screens.names import with_names

        named = frame if network is None else with_names(frame, network)
        print_table((screen or plain_table)(named), max_rows)
    else:
        _print_csv(frame)


def is_screen(*, json: bool) -> bool:
    """Whether what is printed goes to a terminal, as a table for a person."""
    return not json and sys.stdout is not None and sys.stdout.isatty()


def print_json(value: Any) -> None:
    """Print a value as JSON, dates in ISO 8601."""
    import json

    text = json.dumps(
        _plain(value),
        indent=2,
        ensure_ascii=False,
        allow_nan=False,
        default=lambda v: v.isoformat(),
    )
    print(text)


def _plain(value: Any) -> Any:
    """Return a value with null for numbers without end, which JSON does not know, and 0 for -0."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return _plain_number(value)
    return value


def _plain_number(value: float) -> float | None:
    if not math.isfinite(value):
        return None
    return value if value else 0.0


def say(words: str) -> None:
    """Print words on stderr."""
    print(words, file=sys.stderr)


def say_all(sentences: Iterable[str]) -> None:
    """Print sentences on stderr, a line each."""
    for sentence in sentences:
        say(sentence)


def say_warnings(warnings: Iterable[str]) -> None:
    """Print the caveats of an answer on stderr."""
    say_all(f"warning: {warning}" for warning in warnings)


def say_compiling() -> None:
    """Say so where the kernels have to be compiled first."""
    from corridor.kernels import compilation

    if compilation.is_compiled():
        return
    folder = compilation.cache_folder()
    place = f"once, into {folder}" if folder else "as there is no folder to keep them in"
    say(f"compiling the search kernels, {place} (under a minute)")


def use_utf8() -> None:
    """Write UTF-8 on stdout and stderr whatever the locale, and what is no text as escapes.

    A file of a study may have a name that is no UTF-8, which nothing could print otherwise.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(ValueError, OSError):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def refuse_inputs(target: Path | None) -> None:
    """Raise CallError where what is written would lie among, or over, the inputs of a study.

    target: a folder or a file to be written; null: nowhere in particular.
    """
    if target is None:
        return

    from corridor.study.settings import FILE
    from corridor.tables.reading import may_be_written

    place = target.resolve()
    if (place / FILE).exists():
        raise CallError(
            f"{target} holds the tables of a study: name another folder, such as "
            f"{target / 'results' / 'tables'}."
        )
    if (place.parent / FILE).exists() and not may_be_written(place):
        raise CallError(f"{target} would be read as a table of the study: name another file.")


def drop_output() -> None:
    """Let what is still to be printed go nowhere, so that ending the program does not fail."""
    import os

    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
    except (OSError, ValueError, AttributeError):
        pass  # no stdout of the system: nothing is left to fail


def _print_csv(frame: pl.DataFrame) -> None:
    """Print a table as CSV, a row a line: for grep and cut."""
    import polars as pl

    from corridor.tables.csv import csv_text, join_lists

    separators = {name: " " for name in frame.columns if name not in PROSE_LISTS}
    in_one_line = pl.selectors.string().str.replace_all("\n", "; ", literal=True)
    print(csv_text(join_lists(frame, separators).with_columns(in_one_line)), end="")
