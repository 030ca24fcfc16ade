"""Bad news, in four kinds that are never mixed.

    Finding             the study is wrong here: collected, never raised alone
    CorridorError       the root of everything corridor raises
    ├── StudyError      one or more findings make the study unusable (holds all of them)
    ├── CallError       the call is wrong; also a ValueError
    │   ├── UnknownName an id that is not there, with near matches; also a KeyError
    │   ├── AmbiguousName a name that several things have; holds their ids
    │   └── TooLarge    an answer that would take more memory than there is
    ├── NotConverged    a computation ended before its tolerance; its numbers are withheld
    └── Stopped         a computation was ended because nobody waits for it any more

An empty answer is not an error: it is a result with a ``reason``. A warning is kept in the result.
"""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from corridor.spelling import invisible_difference, latin

Place = TypeVar("Place")


MAX_ROWS_SHOWN = 5
MAX_CHOICES_SHOWN = 12  # where no name is near
MAX_LIKE = 20  # findings of one kind in one column that are listed one by one
MAX_COMPARED = 5_000  # names that a mistyped one is compared with
MAX_IDS_SHOWN = 8  # of things that one name means
MIN_BEGINNING = 4  # letters of a name that was broken off
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


def first_findings(*parts: Iterable[Finding]) -> list[Finding]:
    """Return findings in order: of those alike the first twenty, then one for all the others.

    Alike are those of one kind and severity in one column of one file. A table with its rows
    repeated has a finding for each row, which nobody reads and which would fill the memory.
    """
    findings: list[Finding] = []
    counts: dict[tuple[object, ...], int] = {}
    first_left_out: dict[tuple[object, ...], Finding] = {}

    for part in parts:
        for finding in part:
            place = (finding.table, finding.column, finding.file)
            like: tuple[object, ...] = (finding.kind, finding.severity, *place)
            counts[like] = counts.get(like, 0) + 1
            if counts[like] <= MAX_LIKE:
                findings.append(finding)
            else:
                first_left_out.setdefault(like, finding)

    for left_out, finding in first_left_out.items():
        count = counts[left_out] - MAX_LIKE
        message = f"{count:,} more such findings are not listed one by one."
        do = "Repair the first ones, then check again."
        findings.append(replace(finding, message=message, do=do, value=None, rows=()))
    return findings


def findings_at(places: Sequence[Place], finding: Callable[[Place], Finding]) -> Iterator[Finding]:
    """Give a finding for each place; the last one that is listed stands for all beyond.

    finding: called with a place; it takes its time, which nobody waits for a million times.
    """
    listed = [finding(place) for place in places[:MAX_LIKE]]
    yield from listed
    if listed:
        yield from itertools.repeat(listed[-1], len(places) - len(listed))


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
    """A name that is not there, with the nearest ones that are, or all where they are few."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        known = tuple(known)
        self.what = what
        self.name = name
        self.near = near_matches(name, known)

        hint = ""
        if self.near:
            hint = f" Did you mean {' or '.join(map(repr, self.near))}?"
        elif 0 < len(known) <= MAX_CHOICES_SHOWN:
            hint = f" There are: {', '.join(sorted(known))}."
        self.message = f"There is no {what} {name!r}.{hint}{looks_the_same(name, self.near)}"
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message


class AmbiguousName(CallError):
    """A name that several things have; ``ids`` tells which, in order."""

    def __init__(self, what: str, name: str, labels: Mapping[str, str]) -> None:
        self.what = what
        self.name = name
        self.ids = tuple(sorted(labels))

        shown = [
            f"{each} ({labels[each]})" if labels[each] else each
            for each in self.ids[:MAX_IDS_SHOWN]
        ]
        more = len(self.ids) - MAX_IDS_SHOWN
        ids = " and ".join([", ".join(shown), *([f"{more} more"] if more > 0 else [])])
        self.message = f"Several {what}s are called {name!r}: {ids}. Name one by its id."
        super().__init__(self.message)


class TooLarge(CallError):
    """A call whose answer would take more memory than there is."""


class NotConverged(CorridorError):
    """A computation that ended before its tolerance; no number of it is given."""


class Stopped(CorridorError):
    """A computation that was told to end, see :mod:`corridor.stopping`; it has no number."""


def near_matches(name: str, known: Iterable[str | None], most: int = 3) -> tuple[str, ...]:
    """Return the known names nearest to a mistyped one, best first; of like ones the first.

    Names are compared without case and accents, in Latin letters; nulls do not count.
    """
    sound = latin(name)
    by_sound: dict[str, str] = {}
    for each in known:
        if each is not None:
            by_sound.setdefault(latin(each), each)

    if len(by_sound) > MAX_COMPARED:
        alike = [each for each in by_sound if each.startswith(sound[:2])]
        by_sound = {each: by_sound[each] for each in alike[:MAX_COMPARED]}

    longer = sorted((each for each in by_sound if _begins(each, sound)), key=len)
    alike = difflib.get_close_matches(sound, by_sound, n=most, cutoff=MIN_LIKENESS)
    matches = dict.fromkeys([*longer, *alike] if sound not in alike else alike)
    return tuple(by_sound[match] for match in itertools.islice(matches, most))


def _begins(name: str, beginning: str) -> bool:
    """Tell whether a name was broken off: a few letters begin too many."""
    return len(beginning) >= MIN_BEGINNING and name.startswith(beginning)


def did_you_mean(name: str, known: Iterable[str | None], otherwise: str) -> str:
    """Return what to do about an unknown name: write a near one, or do otherwise."""
    near = near_matches(name, known, most=2)
    if not near:
        return otherwise
    shown = " or ".join(map(repr, near))
    return f"Write {shown} if that was meant.{looks_the_same(name, near)}"


def looks_the_same(name: str, near: Sequence[str]) -> str:
    """Return in which signs a name differs from a near one that looks the same."""
    signs = invisible_difference(name, near[0]) if near else ""
    return f" It looks the same, but differs in {signs}." if signs else ""
