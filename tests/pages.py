"""Pages: their fenced blocks, running these as a reader would, and comparing what they print."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from corridor.cli import app as cli

FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)[^\n`]*$")
SKIP = re.compile(r"<!-- skip: (?P<reason>.+?) -->")
EXITS = re.compile(r"\s+# exits (\d+)$")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
# A command up to the first sign that means something to sh.
HEAD = re.compile(r"""(?:[^|>&;<'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")*""")
MAY_FOLLOW = re.compile(r"^$|[|>]")  # what may follow a command that is called here
FOR_SHELL = ("$", "`", "2>")  # signs that make a command one for sh
PROMPT = "$ "
ANY = "..."  # alone on a line: any lines; within a line: anything
TERMINAL = {"COLUMNS": "125", "NO_COLOR": "1", "TERM": "xterm"}  # the reader's
MAX_S = 300
MAX_LINES_QUOTED = 60


@dataclass(frozen=True)
class Block:
    """One fenced block of a page.

    line: its first one in the page. skip: why it is not run; null: it is.
    """

    language: str
    text: str
    line: int
    skip: str | None


@dataclass(frozen=True)
class Step:
    """One command of a shell block.

    line: in the page. exit_code: the one to expect. shown: what it prints, in a console block;
    null: the page does not show it.
    """

    command: str
    line: int
    exit_code: int = 0
    shown: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Output:
    """What a command printed and its exit code; screen: stdout and stderr as they came."""

    code: int
    out: str
    err: str
    screen: str


def blocks(page: str) -> list[Block]:
    """Return the fenced blocks of a page in order; an open fence at the end is an error."""
    closed_blocks: list[Block] = []
    fence: re.Match[str] | None = None
    skip: str | None = None
    lines: list[str] = []
    for number, line in enumerate(page.splitlines(), 1):
        if fence and line.strip() == "```":
            first_line = number - len(lines)
            closed_blocks.append(Block(fence["language"], "\n".join(lines), first_line, skip))
            fence = None
            skip = None
        elif fence:
            lines.append(line.removeprefix(fence["indent"]))
        elif opening := FENCE.match(line):
            fence = opening
            lines = []
        elif line.strip():
            skip = _skip_reason(line)

    assert fence is None, f"the fence opened on line {number - len(lines)} is never closed"
    return closed_blocks


def _skip_reason(line: str) -> str | None:
    comment = SKIP.search(line)
    return comment["reason"] if comment else None


@dataclass
class _Command:
    """A command as far as it is read: its text, its line in the page and what stands below it."""

    text: str
    line: int
    shown: list[str] = field(default_factory=list)

    @property
    def goes_on(self) -> bool:
        """Whether its next line belongs to it."""
        return self.text.endswith("\\")

    def add(self, line: str) -> None:
        """Add a further line of the command."""
        self.text = self.text.removesuffix("\\") + line.strip()


def steps(block: Block) -> list[Step]:
    """Return the commands of a shell block.

    In a console block a command stands behind ``$``, and what it prints below it.
    """
    lines = list(enumerate(block.text.splitlines(), block.line))
    if block.language == "console":
        return [_step(command, tuple(command.shown)) for command in _console_commands(lines)]
    return [_step(command, None) for command in _shell_commands(lines)]


def _shell_commands(lines: Iterable[tuple[int, str]]) -> list[_Command]:
    commands: list[_Command] = []
    for number, line in lines:
        if commands and commands[-1].goes_on:
            commands[-1].add(line)
        elif line.strip() and not line.lstrip().startswith("#"):
            commands.append(_Command(line, number))
    return commands


def _console_commands(lines: Iterable[tuple[int, str]]) -> list[_Command]:
    commands: list[_Command] = []
    for number, line in lines:
        if commands and commands[-1].goes_on:
            commands[-1].add(line)
        elif line.startswith(PROMPT):
            commands.append(_Command(line.removeprefix(PROMPT), number))
        else:
            assert commands, f"line {number} is shown before any command"
            commands[-1].shown.append(line)
    return commands


def _step(command: _Command, shown: tuple[str, ...] | None) -> Step:
    exits = EXITS.search(command.text)
    exit_code = int(exits.group(1)) if exits else 0
    return Step(EXITS.sub("", command.text), command.line, exit_code, shown)


def run(command: str) -> Output:
    """Return what a command prints where this process stands.

    ``corridor ...`` is called here, all else is left to sh; so is what follows a pipe or a
    redirection, and then stdout is not a terminal.
    """
    words, rest = split_command(command)
    is_own = words[:1] == ["corridor"] and MAY_FOLLOW.match(rest)
    if not is_own or any(sign in command for sign in FOR_SHELL):
        return run_in_shell(command)

    output = call(lambda: cli.main(words[1:]), is_terminal=not rest)
    if not rest:
        return output

    after = run_in_shell(f"cat {rest}", output.out)
    return Output(
        output.code or after.code,
        after.out,
        output.err + after.err,
        after.screen + output.err,
    )


def split_command(command: str) -> tuple[list[str], str]:
    """Return the words of a command, and as text what follows from the first pipe on.

    A redirection counts like a pipe.

    >>> split_command("corridor skim 'my study' --depart 2026-07-01 | head -2")
    (['corridor', 'skim', 'my study', '--depart', '2026-07-01'], '| head -2')
    """
    head = HEAD.match(command)
    assert head
    return shlex.split(head.group()), command[head.end() :]


class _Recorder(io.BytesIO):
    """Bytes written, which are written on a screen that others share too."""

    def __init__(self, screen: io.BytesIO, is_terminal: bool) -> None:
        super().__init__()
        self.screen = screen
        self.is_terminal = is_terminal

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.screen.write(data)
        return super().write(data)

    def isatty(self) -> bool:
        return self.is_terminal


class _Stream(io.TextIOWrapper):
    """A text stream that remembers what is written."""

    def __init__(self, screen: io.BytesIO, is_terminal: bool) -> None:
        self.recorder = _Recorder(screen, is_terminal)
        super().__init__(self.recorder, "utf-8", newline="", write_through=True)

    def text(self) -> str:
        """Return what was written, without colours."""
        self.flush()
        return plain_text(self.recorder.getvalue())


def call(function: Callable[[], object], *, is_terminal: bool) -> Output:
    """Return what a function prints; is_terminal: what its stdout says of itself."""
    screen = io.BytesIO()
    out = _Stream(screen, is_terminal)
    err = _Stream(screen, False)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = function()
        except SystemExit as stop:
            code = stop.code

    exit_code = code if isinstance(code, int) else 0
    return Output(exit_code, out.text(), err.text(), plain_text(screen.getvalue()))


def plain_text(data: bytes) -> str:
    """Return printed bytes as text without colours.

    >>> plain_text(b"\\x1b[1mbold\\x1b[0m")
    'bold'
    """
    return COLOURS.sub("", data.decode("utf-8"))


def run_in_shell(command: str, standard_input: str = "") -> Output:
    """Return what a command prints, run by sh in the folder of this process.

    The programs installed beside this Python are found first.
    """
    programs = str(Path(sys.executable).parent)
    process = subprocess.run(
        ["sh", "-c", command],
        capture_output=True,
        input=standard_input.encode(),
        timeout=MAX_S,
        check=False,
        env={**os.environ, "PATH": programs + os.pathsep + os.environ["PATH"]},
    )
    out = plain_text(process.stdout)
    err = plain_text(process.stderr)
    return Output(process.returncode, out, err, out + err)


def check(step: Step, output: Output, page: str) -> None:
    """Fail where a command ended or printed otherwise than its page says.

    What is on stderr need not be shown.
    """
    head = f"{page}:{step.line}: $ {step.command}"
    assert output.code == step.exit_code, (
        f"{head}\nends with {output.code}, not {step.exit_code}\n{quote(output.screen)}"
    )
    if step.shown is None or first_mismatch(step.shown, output.out) is None:
        return

    line = first_mismatch(step.shown, output.screen)
    assert line is None, (
        f"{head}\nthe page shows, but nothing printed matches:\n  {line}\n"
        f"printed was:\n{quote(output.screen)}"
    )


def quote(text: str) -> str:
    """Return the first lines of a text, and how many there are if not all."""
    lines = text.splitlines()
    if len(lines) <= MAX_LINES_QUOTED:
        return "\n".join(lines)
    return "\n".join([*lines[:MAX_LINES_QUOTED], f"({len(lines)} lines)"])


class _Dots(NamedTuple):
    """The last line of dots met, and where the lines it stands for end."""

    row: int
    end: int


def first_mismatch(shown: Sequence[str], printed: str) -> str | None:
    """Return the first line shown that does not fit what was printed; null where all do.

    >>> first_mismatch(["a  1...", "...", "c"], "a  1.234\\nb\\nb\\nc\\n") is None
    True
    >>> first_mismatch(["a", "c"], "a\\nb\\nc\\n")
    'c'
    """
    expected = _without_blank_end(shown)
    actual = _without_blank_end(printed.splitlines())
    row = 0
    at = 0
    deepest = 0  # the farthest line expected that was reached
    dots: _Dots | None = None
    while at < len(actual):
        if row < len(expected) and expected[row] == ANY:
            dots = _Dots(row, at)
            row += 1
        elif row < len(expected) and fits(expected[row], actual[at]):
            row += 1
            at += 1
        elif dots:  # they stand for one line more, and all after them is tried anew
            dots = _Dots(dots.row, dots.end + 1)
            row = dots.row + 1
            at = dots.end
        else:
            return _mismatch(expected, max(row, deepest), actual[at])
        deepest = max(deepest, min(row, len(expected) - 1))

    is_complete = all(line == ANY for line in expected[row:])
    return None if is_complete else expected[max(_next_text(expected, row), deepest)]


def _without_blank_end(lines: Iterable[str]) -> list[str]:
    """Return the lines without blanks at their ends and blank lines at the end."""
    stripped = [line.rstrip() for line in lines]
    while stripped and not stripped[-1]:
        stripped.pop()
    return stripped


def _mismatch(expected: Sequence[str], row: int, printed: str) -> str:
    return expected[row] if row < len(expected) else f"(nothing; printed was also: {printed})"


def _next_text(expected: Sequence[str], row: int) -> int:
    """Return the next line that is not dots."""
    return next(i for i in range(row, len(expected)) if expected[i] != ANY)


def fits(shown: str, printed: str) -> bool:
    """Return whether a line shown is the one printed; dots within it stand for anything.

    >>> fits("loss 3... of 5", "loss 31.2 of 5"), fits("loss 3", "loss 31")
    (True, False)
    """
    pattern = ".*".join(re.escape(part) for part in shown.split(ANY))
    return re.fullmatch(pattern, printed) is not None
