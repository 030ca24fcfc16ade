"""Entries: when links can be entered at their places, by those whom the same rules forbid the same.

A link is entered while it and the place it leaves are open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from corridor.network.calendar import Span, intersect, leaving, soonest, without
from corridor.network.graph import LinkRun
from corridor.network.network import Network
from corridor.network.openings import Openings
from corridor.network.rules import Applied
from corridor.units import WEEK_S

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Entries:
    """When links can be entered, forward and backward of every link in turn.

    by_direction: while the place a link leaves is open too. once_let_in: the same for goods the
    place has let in: its nights and weekends do not count. left_open: the same as by_direction,
    with delays such that the link is left while it is open. onward: when it is gone on over by
    those under way already; null: at any time.
    """

    by_direction: list[list[Span]]
    once_let_in: list[list[Span]]
    left_open: list[list[Span]]
    onward: list[list[Span] | None]

    def of(self, run: LinkRun) -> list[Span]:
        """Return when a link is entered in a direction."""
        return self.by_direction[run.direction]

    def of_let_in(self, run: LinkRun) -> list[Span]:
        """Return when a link is entered in a direction by goods its place has let in."""
        return self.once_let_in[run.direction]


def link_entries(network: Network, openings: Openings, forbidding: Sequence[Applied]) -> Entries:
    """Return when links can be entered by those whom some rules forbid them."""
    links = list(openings.links)
    for rule in forbidding:
        for link, (begin, end) in zip(rule.links, rule.periods, strict=True):
            links[link] = without(links[link], begin, end)

    seasons = {node_id: _bridged(spans) for node_id, spans in openings.places.items()}
    by_direction = []
    once_let_in = []
    for row, spans in zip(network.rows("links"), links, strict=True):
        for node_id in (row["from_node_id"], row["to_node_id"]):
            place = openings.places.get(node_id)
            by_direction.append(spans if place is None else intersect(spans, place))
            season = seasons.get(node_id)
            once_let_in.append(spans if season is None else intersect(spans, season))

    left_open = _changed(by_direction, partial(_left_open, openings))
    onward = _changed(left_open, partial(_onward, openings))
    return Entries(by_direction, once_let_in, left_open, onward)


def _changed(calendars: Sequence[list[Span]], change: Callable[[list[Span]], T]) -> list[T]:
    """Return what is made of each calendar, made once of one that both directions share."""
    by_id = {id(calendar): calendar for calendar in calendars}
    changed_by_id = {key: change(calendar) for key, calendar in by_id.items()}
    return [changed_by_id[id(calendar)] for calendar in calendars]


def _left_open(openings: Openings, entry: list[Span]) -> list[Span]:
    """Return an entry with delays such that the link is left while it is open."""
    if not any(span.delay_s for span in entry) or openings.is_never_shut(entry):
        return entry
    return leaving(entry, entry)


def _onward(openings: Openings, left_open: list[Span]) -> list[Span] | None:
    """Return when those under way already go on over a link; null: at any time."""
    return None if left_open == openings.all_time else soonest(left_open)


def _bridged(spans: Sequence[Span]) -> list[Span]:
    """Return a calendar in which gaps of up to a week are open too."""
    bridged: list[Span] = []
    for span in spans:
        if bridged and span.start_s - bridged[-1].end_s <= WEEK_S:
            bridged[-1] = bridged[-1]._replace(end_s=span.start_s)
        bridged.append(span)
    return bridged
