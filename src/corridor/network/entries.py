"""Entries: when links can be entered at their places, by those whom the same rules forbid the same.

A link is entered while it and the place it leaves are open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from corridor.network.calendar import Span, intersect, leaving, soonest, without
from corridor.network.memory import Derived
from corridor.network.network import Network
from corridor.network.openings import Openings
from corridor.network.rules import Applied
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

    Forward and backward of every link in turn, see :class:`corridor.network.graph.LinkRun`.
    """
    left = dict[int, list[Span]]()
    for rule in forbidding:
        for link, (begin, end) in zip(rule.links, rule.periods, strict=True):
            left[link] = without(left.get(link, openings.links[link]), begin, end)

    entries = list(_open_entries(network, openings))
    links = network.rows("links")
    for link, spans in left.items():
        row = links[link]
        ends = (row["from_node_id"], row["to_node_id"])
        entries[2 * link : 2 * link + 2] = _both_ways(ends, spans, openings)
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
    calendars = {id(spans): spans for spans in openings.links}
    entry_of = {key: _entry(spans, spans, openings) for key, spans in calendars.items()}

    for tail, head, spans in zip(tails, heads, openings.links, strict=True):
        if tail in places or head in places:
            yield from _both_ways((tail, head), spans, openings)
            continue
        entry = entry_of[id(spans)]
        yield entry
        yield entry


def _both_ways(ends: tuple[str, str], spans: list[Span], openings: Openings) -> list[Entry]:
    """Return when a link can be entered forward and backward; spans: when it is open itself."""
    entries = []
    for node_id in ends:
        place = openings.places.get(node_id)
        if place is None:
            entries.append(_entry(spans, spans, openings))
        else:
            let_in = intersect(spans, _bridged(place))
            entries.append(_entry(intersect(spans, place), let_in, openings))
    return entries


def _entry(spans: list[Span], let_in: list[Span], openings: Openings) -> Entry:
    """Return an entry from when a link and its place are open, and from when the link is."""
    left_open = _left_open(openings, spans)
    return Entry(spans, let_in, left_open, _onward(openings, left_open))


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
