"""Pages: the fenced blocks of a page, running them as a reader would, and holding what they print
against what is shown."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from corridor.cli import app as cli

FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)[^\n`]*$")
SKIP = re.compile(r"<!-- skip: (?P<reason>.+?) -->")
EXITS = re.compile(r"\s+# exits (\d+)$")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
HEAD = re.compile(
    r"""(?:[^|>&;<'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")*"""
)  # up to the first sign that means something to sh
OWN = re.compile(r"^$|[|>]")  # what may follow a command that is called here
ANY = "..."  # alone on a line: any lines; within a line: anything
TERMINAL = {"COLUMNS": "125", "NO_COLOR": "1", "TERM": "xterm"}  # the reader's
MOST_S = 120
MOST_SHOWN = 60


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, text, first line in the page and, where it is not run, the
    reason."""

    language: str
    text: str
    line: int
    skip: str | None


@dataclass(frozen=True)
class Step:
    """One command of a shell block: its line in the page, the exit code to expect and, in
    ```console, what it prints."""

    command: str
    line: int
    expected: int = 0
    shown: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Printed:
    """What a command printed: on stdout alone, on stderr alone, on the screen (both as they came),
    and its exit code."""

    code: int
    out: str
    err: str
    screen: str


def blocks(page: str) -> list[Block]:
    """Return the fenced blocks of a page in order; an open fence at the end is an error."""
    found: list[Block] = []
    inside: re.Match[str] | None = None
    skip: str | None = None
    lines: list[str] = []
    start = 0
    for number, line in enumerate(page.splitlines(), 1):
        if inside:
            if line.strip() == "```":
                found.append(Block(inside["language"], "\n".join(lines), start, skip))
                inside = None
                skip = None
            else:
                lines.append(line.removeprefix(inside["indent"]))
        elif opened := FENCE.match(line):
            inside = opened
            lines = []
            start = number + 1
        elif marked := SKIP.search(line):
            skip = marked["reason"]
        elif line.strip():
            skip = None
    assert inside is None, f"the fence opened on line {start - 1} is never closed"
    return found


def steps(block: Block) -> list[Step]:
    """Return the commands of a shell block; in ```console a command stands behind `$ `, what it
    prints below it."""
    found: list[tuple[str, int, list[str]]] = []
    going_on = False
    for number, line in enumerate(block.text.splitlines(), block.line):
        if going_on:
            command, start, shown = found.pop()
            found.append((command.removesuffix("\\") + line.strip(), start, shown))
        elif block.language != "console":
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            found.append((line, number, []))
        elif line.startswith("$ "):
            found.append((line[2:], number, []))
        else:
            assert found, f"line {number} is shown before any command"
            found[-1][2].append(line)
            continue
        going_on = line.endswith("\\")
    made = []
    for command, start, shown in found:
        told = EXITS.search(command)
        made.append(
            Step(
                EXITS.sub("", command),
                start,
                int(told.group(1)) if told else 0,
                tuple(shown) if block.language == "console" else None,
            )
        )
    return made


def run(command: str) -> Printed:
    """Return what a command prints where this process stands: `corridor ...` is called here, all
    else is left to sh.

    What follows a pipe or a redirection is left to sh too; then stdout is not a terminal.
    """
    words, rest = parted(command)
    if (
        words[:1] != ["corridor"]
        or not OWN.match(rest)
        or any(sign in command for sign in ("$", "`", "2>"))
    ):
        return by_sh(command)
    done = called(lambda: cli.main(words[1:]), terminal=not rest)
    if not rest:
        return done
    after = by_sh(f"cat {rest}", done.out)
    return Printed(
        done.code or after.code, after.out, done.err + after.err, after.screen + done.err
    )


def parted(command: str) -> tuple[list[str], str]:
    """Return the words of a command and, as it is written, what follows from the first pipe or
    redirection on.

    >>> parted("corridor skim 'my study' --depart 2026-07-01 | head -2")
    (['corridor', 'skim', 'my study', '--depart', '2026-07-01'], '| head -2')
    """
    found = HEAD.match(command)
    assert found
    return shlex.split(found.group()), command[found.end() :]


class _Stream(io.TextIOWrapper):
    """A text stream that keeps what is written, and writes it on a screen that others share."""

    def __init__(self, screen: io.BytesIO, terminal: bool) -> None:
        class Both(io.BytesIO):
            def write(self, data: bytes) -> int:  # type: ignore[override]
                screen.write(data)
                return super().write(data)

            def isatty(self) -> bool:
                return terminal

        self.own = Both()
        super().__init__(self.own, "utf-8", newline="", write_through=True)

    def text(self) -> str:
        """Return what was written, without colours."""
        self.flush()
        return plain(self.own.getvalue())


def called(function: Callable[[], object], *, terminal: bool) -> Printed:
    """Return what a function prints; terminal: whether its stdout says that it is one."""
    screen = io.BytesIO()
    out = _Stream(screen, terminal)
    err = _Stream(screen, False)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = function()
        except SystemExit as stop:
            code = stop.code
    return Printed(
        code if isinstance(code, int) else 0, out.text(), err.text(), plain(screen.getvalue())
    )


def plain(data: bytes) -> str:
    """Return printed bytes as text without colours.

    >>> plain(b"\\x1b[1mbold\\x1b[0m")
    'bold'
    """
    return COLOURS.sub("", data.decode("utf-8"))


def by_sh(command: str, given: str = "") -> Printed:
    """Return what a command printed, run by sh in the folder of this process; the installed
    programs are found first."""
    programs = str(Path(sys.executable).parent)
    done = subprocess.run(
        ["sh", "-c", command],
        capture_output=True,
        input=given.encode(),
        timeout=MOST_S,
        check=False,
        env={**os.environ, "PATH": programs + os.pathsep + os.environ["PATH"]},
    )
    out = plain(done.stdout)
    err = plain(done.stderr)
    return Printed(done.returncode, out, err, out + err)


def check(step: Step, done: Printed, page: str) -> None:
    """Fail where a command ended or printed otherwise than its page says; what is on stderr need
    not be shown."""
    head = f"{page}:{step.line}: $ {step.command}"
    assert done.code == step.expected, (
        f"{head}\nends with {done.code}, not {step.expected}\n{cut(done.screen)}"
    )
    if step.shown is not None and lost(step.shown, done.out) is not None:
        first = lost(step.shown, done.screen)
        assert first is None, (
            f"{head}\nthe page shows, but nothing printed matches:\n  {first}\n"
            f"printed was:\n{cut(done.screen)}"
        )


def cut(text: str) -> str:
    """Return the first lines of a text."""
    lines = text.splitlines()
    return "\n".join(
        [*lines[:MOST_SHOWN], *([f"({len(lines)} lines)"] if len(lines) > MOST_SHOWN else [])]
    )


def lost(shown: tuple[str, ...] | list[str], printed: str) -> str | None:
    """Return null where what is shown is what was printed, else the first line shown that does not
    fit.

    >>> lost(["a  1...", "...", "c"], "a  1.234\\nb\\nb\\nc\\n") is None
    True
    >>> lost(["a", "c"], "a\\nb\\nc\\n")
    'c'
    """
    want = [line.rstrip() for line in shown]
    have = [line.rstrip() for line in printed.splitlines()]
    while want and not want[-1]:
        want.pop()
    while have and not have[-1]:
        have.pop()
    row = at = deepest = 0
    star: tuple[int, int] | None = (
        None  # the last line of dots met, and where the lines it swallows end
    )
    while at < len(have):
        if row < len(want) and want[row] == ANY:
            star = (row, at)
            row = row + 1
        elif row < len(want) and fits(want[row], have[at]):
            row = row + 1
            at = at + 1
        elif star:
            star = (star[0], star[1] + 1)
            row = star[0] + 1
            at = star[1]
        else:
            return (
                want[max(row, deepest)]
                if max(row, deepest) < len(want)
                else f"(nothing; printed was also: {have[at]})"
            )
        deepest = max(deepest, min(row, len(want) - 1))
    while row < len(want) and want[row] == ANY:
        row += 1
    return None if row == len(want) else want[max(row, deepest)]


def fits(shown: str, printed: str) -> bool:
    """Return whether a line shown is the one printed; dots within it stand for anything.

    >>> fits("loss 3... of 5", "loss 31.2 of 5"), fits("loss 3", "loss 31")
    (True, False)
    """
    return (
        re.fullmatch(".*".join(re.escape(part) for part in shown.split(ANY)), printed) is not None
    )
