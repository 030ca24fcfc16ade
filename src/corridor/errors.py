"""Bad news, in four kinds that are never mixed.

    Finding             the study is wrong here: collected, never raised alone
    CorridorError       the root of everything corridor raises
    ├── StudyError      one or more findings make the study unusable (holds all of them)
    ├── CallError       the call is wrong; also a ValueError
    │   └── UnknownName an id that is not there, with near matches; also a KeyError
    ├── NotConverged    a computation ended before its tolerance; its numbers are withheld
    └── Stopped         a computation was ended because nobody waits for it any more

An empty answer is not an error: it is a result with a ``reason``. A warning is kept in the result.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

MAX_ROWS_SHOWN = 5
MIN_LIKENESS = 0.6  # of a mistyped name and one that is there, as difflib counts it


@dataclass(frozen=True, slots=True)
class Finding:
    """Say what is wrong with a study, where, and what to do.

    kind: a stable kebab-case word (``unknown-node``); severity: ``error`` stops the study,
    ``warning`` does not. table, column, file, line, value: where it is; null where it does not
    apply. rows: ids concerned.
    """

    kind: str
    message: str
    do: str
    severity: str = "error"
    table: str | None = None
    column: str | None = None
    file: str | None = None
    line: int | None = None
    value: str | None = None
    rows: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        place = self._place()
        lines = [f"{self.kind}: {self.message}"]
        if self.rows:
            lines.append(f"    rows: {self._rows()}{place}")
        elif place:
            lines.append(f"    file:{place}")
        lines.append(f"    do:   {self.do}")
        return "\n".join(lines)

    def _place(self) -> str:
        """The file and line in brackets; empty where there is no file."""
        if not self.file:
            return ""
        line = f" line {self.line}" if self.line else ""
        return f" ({self.file}{line})"

    def _rows(self) -> str:
        """The ids of the first rows, and how many more there are."""
        shown = ", ".join(self.rows[:MAX_ROWS_SHOWN])
        more = len(self.rows) - MAX_ROWS_SHOWN
        return f"{shown} and {more} more" if more > 0 else shown


class CorridorError(Exception):
    """The root of everything corridor raises."""


class StudyError(CorridorError):
    """A study that cannot be used; ``findings`` holds every reason at once."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class CallError(CorridorError, ValueError):
    """A call with an argument that makes no sense."""


class UnknownName(CallError, KeyError):
    """A name that is not there, with the nearest ones that are."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        self.what = what
        self.name = name
        self.near = near_matches(name, known)

        near = " or ".join(map(repr, self.near))
        hint = f" Did you mean {near}?" if near else ""
        self.message = f"There is no {what} {name!r}.{hint}"
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message


class NotConverged(CorridorError):
    """A computation that ended before its tolerance; no number of it is given."""


class Stopped(CorridorError):
    """A computation that was told to end, see :mod:`corridor.stopping`; it has no number."""


def near_matches(name: str, known: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """Return the known names nearest to a mistyped one, best first."""
    by_lower_case = {each.lower(): each for each in known}
    matches = difflib.get_close_matches(name.lower(), by_lower_case, n=most, cutoff=MIN_LIKENESS)
    return tuple(by_lower_case[match] for match in matches)


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """Return what to do about an unknown name: write a near one, or do otherwise."""
    near = near_matches(name, known, most=2)
    if not near:
        return otherwise
    return f"Write {' or '.join(map(repr, near))} if that was meant."
