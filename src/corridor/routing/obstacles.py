"""Obstacles: the closures that stand, or will stand, in the way of a question's goods, by link."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import TypeAlias

from corridor.network.calendar import FOREVER_S, Span, intersect, next_open
from corridor.network.changes import Closure
from corridor.network.lifting import lift as lift_closures
from corridor.network.openings import rule_closure, window_closure
from corridor.routing.query import Query, bans, reopened
from corridor.units import DAY_S

SOON_S = 30 * DAY_S
SHUT_LONG_S = 3 * DAY_S  # a night or a weekend is waited out; longer is worth a word

Key: TypeAlias = tuple[str, str]  # kind and id of a closure


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Closures that keep a link shut together from begin_s to before end_s, as bits."""

    begin_s: int
    end_s: int
    closures: int


@dataclass(frozen=True, eq=False)
class Obstacles:
    """Every closure that shuts some link at the departure or later.

    closures: each once, by its bit. of_link: those of each link row, in the order they are told.
    dated: by link row, what shuts it when, windows apart: those are waited out.
    """

    closures: tuple[Closure, ...]
    of_link: Mapping[int, tuple[Closure, ...]]
    dated: Mapping[int, tuple[Obstacle, ...]]

    def of_mask(self, mask: int) -> list[Closure]:
        """Return the closures whose bits are set."""
        return [closure for bit, closure in enumerate(self.closures) if mask >> bit & 1]


def key(closure: Closure) -> Key:
    """Return what makes two closures of different links the same."""
    return closure.kind, closure.closure_id


def obstacles(query: Query) -> Obstacles:
    """Return what stands in the way of a question's goods, whenever it begins."""
    of_link = {
        link: causes
        for link, closures in enumerate(_closures_of_links(query))
        if (causes := tuple(closures))
    }
    once = {key(closure): closure for causes in of_link.values() for closure in causes}
    bits = {each: 1 << bit for bit, each in enumerate(once)}
    dated = {
        link: tuple(_periods([c for c in causes if c.kind != "window"], bits, query.depart_s))
        for link, causes in of_link.items()
    }
    return Obstacles(tuple(once.values()), of_link, dated)


def _closures_of_links(query: Query) -> Iterator[Iterator[Closure]]:
    """Yield for every link what shuts it from the departure on."""
    forbidden: dict[int, list[Closure]] = {}
    for rule in bans(query.rules):
        for link in rule.links:
            forbidden.setdefault(link, []).append(rule_closure(rule))

    windows = _windows(query)
    for link, row in enumerate(query.network.rows("links")):
        elements = (row["link_id"], row["from_node_id"], row["to_node_id"])
        closures = [
            *(c for c in query.openings.closures[link] if c.kind != "window"),
            *forbidden.get(link, ()),
            *(windows[element] for element in dict.fromkeys(elements) if element in windows),
        ]
        yield (c for c in closures if c.end_s > query.depart_s)


def _windows(query: Query) -> dict[str, Closure]:
    """Return the closure that the windows of each link or place make."""
    rows: dict[str, list[dict[str, object]]] = {}
    for row in query.network.rows("windows"):
        rows.setdefault(row["link_id"] or row["node_id"], []).append(row)
    return {element: window_closure(element, of_element) for element, of_element in rows.items()}


def _periods(
    closures: Sequence[Closure], bits: Mapping[Key, int], from_s: int
) -> Iterator[Obstacle]:
    """Yield what shuts a link from an instant on, between the days on which a closure turns."""
    begins = {max(closure.begin_s, from_s) for closure in closures}
    ends = {closure.end_s for closure in closures}
    cuts = sorted({from_s, FOREVER_S, *begins, *ends})

    for begin, end in zip(cuts, cuts[1:], strict=False):
        in_force = [c for c in closures if c.begin_s <= begin and end <= c.end_s]
        yield Obstacle(begin, end, reduce(int.__or__, (bits[key(c)] for c in in_force), 0))


def lift(query: Query, closures: Iterable[Closure]) -> Query:
    """Return a question as it would be without some closures, with what lies beneath them.

    Opening hours, seasons and weather stay, unless the window is what is lifted.
    """
    lifted = list(closures)
    rule_ids = {closure.closure_id for closure in lifted if closure.kind == "rule"}
    rules = [
        rule
        for rule in query.rules
        if rule.row["effect"] != "forbid" or rule.row["rule_id"] not in rule_ids
    ]
    return reopened(query, lift_closures(query.network, lifted), rules)


def shut_links(query: Query) -> dict[int, tuple[Closure, ...]]:
    """Return the closures in force at some time in the 30 days from the departure, by link row.

    A window counts where it keeps the link shut for more than three days from the departure on,
    with the second it opens.
    """
    before_s = query.depart_s + SOON_S
    shut = {}
    for link, causes in obstacles(query).of_link.items():
        dated = [c for c in causes if c.kind != "window" and c.begin_s < before_s]
        windows = _long_windows(causes, query.openings.windows[link], query.depart_s)
        if dated or windows:
            shut[link] = (*dated, *windows)
    return shut


def _long_windows(
    closures: Sequence[Closure], windows: Mapping[str, Sequence[Span]], depart_s: int
) -> list[Closure]:
    """Return the windows that keep a link shut for long, each with the second it opens.

    windows: the calendar each element with windows (the link, its ends) leaves it.
    """
    opens = _opens(windows, depart_s)
    return [
        replace(closure, to_s=opens[closure.closure_id])
        for closure in closures
        if closure.kind == "window" and _is_late(opens[closure.closure_id], depart_s)
    ]


def _opens(windows: Mapping[str, Sequence[Span]], depart_s: int) -> dict[str, int | None]:
    """Return the second each element with windows opens; that of all, where only all are late."""
    opens = {element: next_open(spans, depart_s) for element, spans in windows.items()}
    if len(windows) < 2 or any(_is_late(at_s, depart_s) for at_s in opens.values()):
        return opens

    together = next_open(reduce(intersect, map(list, windows.values())), depart_s)
    return dict.fromkeys(opens, together) if _is_late(together, depart_s) else opens


def _is_late(opens_s: int | None, depart_s: int) -> bool:
    return opens_s is None or opens_s > depart_s + SHUT_LONG_S
