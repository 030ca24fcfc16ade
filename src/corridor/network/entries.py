"""Entries: when links can be entered at their places, by those whom the same rules forbid the same.

A link is entered while it and the place it leaves are open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from corridor.network.calendar import Span, intersect, leaving, soonest, without
from corridor.network.memory import Derived
from corridor.network.network import Network
from corridor.network.openings import Openings, joined, shared_calendars
from corridor.network.rules import Applied
from corridor.network.shared_calendars import SharedCalendars
from corridor.units import WEEK_S


class Entry(NamedTuple):
    """When a link can be entered in a direction.

    spans: while the place it leaves is open too. let_in: the same for goods the place has let in:
    its nights and weekends do not count. left_open: as spans, with delays such that the link is
    left while it is open. onward: when it is gone on over by those under way already; null: at any
    time.
    """

    spans: list[Span]
    let_in: list[Span]
    left_open: list[Span]
    onward: list[Span] | None


def link_entries(
    network: Network, openings: Openings, forbidding: Sequence[Applied]
) -> list[Entry]:
    """Return when links can be entered by those whom some rules forbid them [2 x links].

    Forward and backward of every link in turn, see :class:`corridor.network.graph.LinkRun`. Equal
    entries of networks made of one are one object, see
    :class:`corridor.network.shared_calendars.SharedCalendars`.
    """
    shared = shared_calendars(network, openings.period)
    left = dict[int, list[Span]]()
    for rule in forbidding:
        for link, period in zip(rule.links, rule.periods, strict=True):
            spans = left.get(link, openings.links[link])
            left[link] = shared.once(without, spans, figures=period)

    entries = list(_open_entries(network, openings))
    links = network.rows("links")
    for link, spans in left.items():
        row = links[link]
        for backward, node_id in enumerate((row["from_node_id"], row["to_node_id"])):
            place = openings.places.get(node_id)
            entries[2 * link + backward] = _shared_entry(shared, spans, place, openings)
    return entries


def _open_entries(network: Network, openings: Openings) -> list[Entry]:
    """Return when links can be entered by those whom no rule forbids them, made once."""
    return network.once(
        Derived.ENTRIES.of(openings.period), lambda: list(_each_entry(network, openings))
    )


def _each_entry(network: Network, openings: Openings) -> Iterator[Entry]:
    """Yield when links can be entered, forward and backward; those of one calendar share it."""
    links = network.frames["links"]
    tails = links["from_node_id"].to_list()
    heads = links["to_node_id"].to_list()
    places = openings.places
    shared = shared_calendars(network, openings.period)
    calendars = {id(spans): spans for spans in openings.links}
    entry_of = {
        key: _shared_entry(shared, spans, None, openings) for key, spans in calendars.items()
    }

    for tail, head, spans in zip(tails, heads, openings.links, strict=True):
        for node_id in (tail, head):
            if node_id in places:
                yield _shared_entry(shared, spans, places[node_id], openings)
            else:
                yield entry_of[id(spans)]


def _shared_entry(
    shared: SharedCalendars, spans: list[Span], place: list[Span] | None, openings: Openings
) -> Entry:
    """Return when a link can be entered from a place, made once of the same calendars.

    spans: when the link is open itself. place: when the place is; null: round the clock.
    """
    return shared.once(_entry, spans, place, figures=openings.period)


def _entry(spans: list[Span], place: list[Span] | None, from_s: int, to_s: int) -> Entry:
    """Return an entry from when a link and its place are open, of a calendar of some seconds."""
    all_time = [Span(from_s, to_s)]
    entry = spans if place is None else intersect(spans, place)
    let_in = spans if place is None else intersect(spans, _bridged(place))
    left_open = _left_open(entry, all_time)
    return Entry(entry, let_in, left_open, None if left_open == all_time else soonest(left_open))


def _left_open(entry: list[Span], all_time: list[Span]) -> list[Span]:
    """Return an entry with delays such that the link is left while it is open."""
    if not any(span.delay_s for span in entry) or joined(entry) == all_time:
        return entry
    return leaving(entry, entry)


def _bridged(spans: Sequence[Span]) -> list[Span]:
    """Return a calendar in which gaps of up to a week are open too."""
    bridged: list[Span] = []
    for span in spans:
        if bridged and span.start_s - bridged[-1].end_s <= WEEK_S:
            bridged[-1] = bridged[-1]._replace(end_s=span.start_s)
        bridged.append(span)
    return bridged
