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
        lines = [f"{self.kind}: {self.message}"]
        place = f" ({self.file}{f' line {self.line}' if self.line else ''})" if self.file else ""
        if self.rows:
            shown = ", ".join(self.rows[:5]) + (
                f" and {len(self.rows) - 5} more" if len(self.rows) > 5 else ""
            )
            lines.append(f"    rows: {shown}{place}")
        elif place:
            lines.append(f"    file:{place}")
        lines.append(f"    do:   {self.do}")
        return "\n".join(lines)


class CorridorError(Exception):
    """The root of everything corridor raises."""


class StudyError(CorridorError):
    """A study that cannot be used; ``findings`` holds every reason at once."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(f) for f in self.findings))


class CallError(CorridorError, ValueError):
    """A call with an argument that makes no sense."""


class UnknownName(CallError, KeyError):
    """A name that is not there, with the nearest ones that are."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        self.what = what
        self.name = name
        self.near = near_matches(name, known)
        hint = f" Did you mean {' or '.join(repr(n) for n in self.near)}?" if self.near else ""
        self.message = f"There is no {what} {name!r}.{hint}"
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message


class NotConverged(CorridorError):
    """A computation that ended before its tolerance; no number of it is given."""


class Stopped(CorridorError):
    """A computation that was told to end, see :mod:`corridor.stopping`; there is no number of
    it."""


def near_matches(name: str, known: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """Return the known names nearest to a mistyped one, best first."""
    pool = {k.lower(): k for k in known}
    return tuple(pool[m] for m in difflib.get_close_matches(name.lower(), pool, n=most, cutoff=0.6))


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """Return what to do about an unknown name: write a near one, or do otherwise."""
    near = near_matches(name, known, most=2)
    return f"Write {' or '.join(map(repr, near))} if that was meant." if near else otherwise
