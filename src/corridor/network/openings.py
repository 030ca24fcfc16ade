"""Openings: when links and places are open over two years or more, and what shuts them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import chain

import numpy as np

from corridor.kernels import Bools, Ints
from corridor.language.speech import marked
from corridor.network.calendar import (
    Span,
    add_joined,
    day_of,
    intersect,
    second,
)
from corridor.network.changes import Closure, status_spans
from corridor.network.graph import Row
from corridor.network.holidays import holidays_by_link, working_spans
from corridor.network.kept_graph import digest
from corridor.network.memory import Derived
from corridor.network.network import Network
from corridor.network.rules import Applied
from corridor.network.shared_calendars import SharedCalendars
from corridor.network.windows import window_spans
from corridor.tables.prepared import key_of
from corridor.units import DAY_S

YEARS_AHEAD = 2
MAX_YEARS_AHEAD = 50  # that calendars are drawn on for a closure with an end
# What calendars of windows and holidays are made of: columns of tables, null: all of them.
WINDOWS_MADE_OF: dict[str, tuple[str, ...] | None] = {
    "windows": None,
    "holidays": None,
    "links": ("link_id", "from_node_id", "to_node_id", "mode", "operator"),
    "nodes": ("node_id", "country", "time_zone"),
}


@dataclass(frozen=True, eq=False)
class Openings:
    """When every link and place is open, from from_s to before to_s.

    links: by link row, when its status and its own windows let it be entered. places: by node_id,
    the calendar of a place with windows. By link row too: spans: when it and both its ends are
    open; windows: the calendar each element with windows (the link, its ends) leaves it; closures:
    what shuts it (status and changes, whole; windows by name).
    """

    from_s: int
    to_s: int
    links: list[list[Span]]
    places: dict[str, list[Span]]
    spans: list[list[Span]]
    windows: list[dict[str, list[Span]]]
    closures: list[list[Closure]]

    @property
    def period(self) -> tuple[int, int]:
        """The seconds covered: the first, and the first no longer."""
        return self.from_s, self.to_s

    @cached_property
    def all_time(self) -> list[Span]:
        """A calendar that is never shut."""
        return [Span(self.from_s, self.to_s)]

    @cached_property
    def _hours(self) -> dict[str, list[Span]]:
        """When places are open, weather apart, of those that are shut at some time."""
        hours = {node_id: joined(spans) for node_id, spans in self.places.items()}
        return {node_id: spans for node_id, spans in hours.items() if spans != self.all_time}

    def hours_at(self, node_id: str) -> list[Span] | None:
        """Return when a place is open, weather apart; null: round the clock."""
        return self._hours.get(node_id)

    def is_never_shut(self, spans: Sequence[Span]) -> bool:
        """Tell whether a calendar is open from the first second to the last, without a break."""
        return joined(spans) == self.all_time


def horizon(depart_s: int) -> tuple[int, int]:
    """Return the seconds a calendar must cover for a departure: its year and two more."""
    year = dt.datetime.fromtimestamp(depart_s, dt.UTC).year
    return second(dt.date(year, 1, 1)), second(dt.date(year + 1 + YEARS_AHEAD, 1, 1))


def link_openings(network: Network, depart_s: int, until_s: int = 0) -> Openings:
    """Return when every link and place is open, for departures in the year of depart_s.

    until_s: how far the calendar reaches at least. Made once a year and network.
    """
    from_s, to_s = horizon(depart_s)
    period = (from_s, max(to_s, until_s))
    return network.once(Derived.OPENINGS.of(period), lambda: _link_openings(network, *period))


def year_after_last_end(openings: Openings, forbidding: Sequence[Applied]) -> int | None:
    """Return the end of the year after the last closure that ends by itself after the calendar.

    Null where none does. forbidding: rules that forbid.
    """
    closures = {closure.to_s for of_link in openings.closures for closure in of_link}
    rules = {end for rule in forbidding for _, end in rule.periods}
    latest = openings.from_s + MAX_YEARS_AHEAD * 366 * DAY_S
    ends = [end for end in closures | rules if end is not None and openings.to_s <= end < latest]
    if not ends:
        return None
    return second(dt.date(day_of(max(ends)).year + 2, 1, 1))


def _link_openings(network: Network, from_s: int, to_s: int) -> Openings:
    at_link, link_spans = _windowed(network, "link_id", from_s, to_s)
    at_node, node_spans = _windowed(network, "node_id", from_s, to_s)
    all_time = [Span(from_s, to_s)]

    # Links share a calendar where they have one status and are open at the same hours.
    statuses = status_spans(network)
    status_of = {id(status): status for status, _ in statuses}
    shared = shared_calendars(network, (from_s, to_s))
    in_use_of = {key: shared.same(intersect(status, all_time)) for key, status in status_of.items()}
    in_use = [in_use_of[id(status)] for status, _ in statuses]
    no_windows: dict[str, list[Span]] = {}
    openings = Openings(
        from_s,
        to_s,
        links=in_use,
        places=node_spans,
        spans=in_use.copy(),
        windows=[no_windows] * len(in_use),
        closures=[shut for _, shut in statuses],
    )

    links = network.frames["links"]
    columns = (links[name].to_list() for name in ("link_id", "from_node_id", "to_node_id"))
    for row, (link_id, tail, head) in enumerate(zip(*columns, strict=True)):
        if link_id not in at_link and tail not in node_spans and head not in node_spans:
            continue

        windows = dict[str, list[Span]]()
        closures = list(openings.closures[row])
        if link_id in at_link:
            windows[link_id] = link_spans[link_id]
            closures.append(window_closure(link_id, at_link[link_id]))
        for node in sorted({tail, head} & node_spans.keys()):
            windows[node] = node_spans[node]
            closures.append(window_closure(node, at_node[node]))

        own_windows = [link_spans[link_id]] if link_id in link_spans else []
        openings.links[row] = shared.once(_intersection, in_use[row], *own_windows)
        openings.spans[row] = shared.once(_intersection, openings.spans[row], *windows.values())
        openings.windows[row] = windows
        openings.closures[row] = closures
    return openings


def shared_calendars(network: Network, period: tuple[int, int]) -> SharedCalendars:
    """Return the calendars of a period that networks made of one share."""
    return network.once(Derived.SHARED_CALENDARS.of(period), SharedCalendars)


def _intersection(*calendars: list[Span]) -> list[Span]:
    """Return when several calendars are open at once."""
    return reduce(intersect, calendars)


def joined(spans: Sequence[Span]) -> list[Span]:
    """Return a calendar without weather, spans that follow at once made one."""
    whole: list[Span] = []
    for span in spans:
        add_joined(whole, span.start_s, span.end_s)
    return whole


@dataclass(frozen=True, eq=False)
class ArcCalendars:
    """Calendars of which nearly all are the same, packed where a search asks for them.

    usual: the calendar of one span that most are. count: how many there are. apart: the others by
    their number.
    """

    usual: Sequence[Span]
    count: int
    apart: Mapping[int, Sequence[Span]]

    @cached_property
    def packed(self) -> tuple[Ints, Ints]:
        """The calendars as arrays, see :func:`pack`."""
        return pack_apart(self.usual, self.count, self.apart)

    @cached_property
    def opens(self) -> Bools:
        """Tell which calendars have any opening [calendars]."""
        opens = np.ones(self.count, bool)
        opens[[number for number, spans in self.apart.items() if not spans]] = False
        return opens


def pack_apart(
    usual: Sequence[Span], count: int, apart: Mapping[int, Sequence[Span]]
) -> tuple[Ints, Ints]:
    """Return calendars as arrays, as :func:`pack` does, where nearly all are the same.

    Parameters
    ----------
    usual
        The calendar of one span that most are.
    count
        How many calendars there are.
    apart
        The others by their number.
    """
    numbers = np.array(sorted(apart), np.int64)
    packed, ptr_apart = pack([apart[number] for number in numbers.tolist()])
    lengths = np.ones(count, np.int64)
    lengths[numbers] = np.diff(ptr_apart)
    ptr = np.zeros(count + 1, np.int64)
    np.cumsum(lengths, out=ptr[1:])

    is_apart = np.zeros(count, bool)
    is_apart[numbers] = True
    of_apart = np.repeat(is_apart, lengths)
    flat = np.repeat(pack([usual])[0], ptr[-1], axis=1)
    flat[:, of_apart] = packed
    return flat, ptr


def pack(spans: Sequence[Sequence[Span]]) -> tuple[Ints, Ints]:
    """Return calendars as arrays: their spans, and where each calendar begins among them.

    int64 [3, all spans] (start, end, delay in seconds) and int64 [calendars + 1].
    """
    ptr = np.zeros(len(spans) + 1, np.int64)
    np.cumsum([len(calendar) for calendar in spans], out=ptr[1:])

    numbers = chain.from_iterable(chain.from_iterable(spans))
    flat = np.fromiter(numbers, np.float64).reshape(-1, len(Span._fields))
    return np.rint(flat[:, :3]).astype(np.int64).T.copy(), ptr


def shut_by(closures: Sequence[Closure], at_s: int) -> list[Closure]:
    """Return the dated closures in force at an instant."""
    return [c for c in closures if c.kind != "window" and c.begin_s <= at_s < c.end_s]


def forbidden_by(rules: Sequence[Applied], at_s: int) -> dict[int, list[Closure]]:
    """Return the closures that rules in force at an instant make, by link row."""
    closures: dict[int, list[Closure]] = {}

    for rule in rules:
        if rule.row["effect"] == "forbid":
            closure = rule_closure(rule)
            for i in rule.links_at(at_s):
                closures.setdefault(i, []).append(closure)

    return closures


def _windowed(
    network: Network, column: str, from_s: int, to_s: int
) -> tuple[dict[str, list[Row]], dict[str, list[Span]]]:
    """Return the rows of windows by link or by place, and the calendar they leave each.

    Holidays take their days from the calendar of their links, and are rows of it. Made once a year
    for all networks of the same windows.
    """
    period = (from_s, to_s)

    def compute() -> tuple[dict[str, list[Row]], dict[str, list[Span]]]:
        at: dict[str, list[Row]] = {}
        for row in network.rows("windows"):
            if row[column] and (column == "link_id" or not row["link_id"]):
                at.setdefault(row[column], []).append(row)

        zones = network.zones("links" if column == "link_id" else "nodes")
        spans = {
            name: window_spans(rows, from_s, to_s, zones.get(name)) for name, rows in at.items()
        }
        if column == "link_id":
            _take_holidays(network, at, spans, period)
        return at, spans

    def shared() -> tuple[dict[str, list[Row]], dict[str, list[Span]]]:
        key = network.once(Derived.WINDOWS_HASH.of(), lambda: _windows_hash(network))
        return network.once(Derived.WINDOWS.of(key, column, period), compute)

    return network.once(Derived.WINDOWED.of(column, period), shared)


def _windows_hash(network: Network) -> str:
    """Return a hash of all that the calendars of windows and holidays are made of."""
    parts = (digest(network.frames[name], columns) for name, columns in WINDOWS_MADE_OF.items())
    return key_of("windows", *parts)


def _take_holidays(
    network: Network,
    at: dict[str, list[Row]],
    calendars: dict[str, list[Span]],
    period: tuple[int, int],
) -> None:
    """Take the days of holidays from the calendars of links, and add their rows to those."""
    zones = network.zones("links")
    for link_id, holidays in holidays_by_link(network).items():
        spans = calendars.get(link_id, [Span(*period)])
        calendars[link_id] = working_spans(spans, holidays, period, zones.get(link_id))
        at[link_id] = [*at.get(link_id, ()), *holidays]


def rule_closure(rule: Applied) -> Closure:
    """Return the closure that a rule which forbids makes of the links it covers."""
    return Closure(
        kind="rule",
        closure_id=rule.row["rule_id"],
        from_s=None if rule.row["from_on"] is None else second(rule.row["from_on"]),
        to_s=None if rule.row["to_on"] is None else second(rule.row["to_on"]),
        source_id=rule.row["source_id"],
        note=rule.row["note"],
    )


def window_closure(element: str, rows: Sequence[Row]) -> Closure:
    """Return the closure that the windows of a link or place make outside all of them.

    Where only holidays shut it, they are named as such: notes of theirs tell of single days.
    """
    first = rows[0]
    note = marked("holidays") if "holiday_id" in first else first["note"]
    return Closure("window", element, None, None, first["source_id"], note)
