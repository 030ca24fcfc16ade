"""Passages: how goods pass each arc, link by link, waiting wherever something on it is shut.

A link is entered while it and the place it leaves are open, and its end while the place there is.
A service goes on from link to link by the same rules, whatever opens and shuts while it is under
way; it departs only where its first link and place are open at that time. At a terminal goods are
taken while the place is open. Weather at a place is met by who leaves it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from corridor.kernels import Bools, Floats, Ints
from corridor.network.calendar import Span, SpanArrays, intersect, leaving, next_open, passing
from corridor.network.cost import Costs
from corridor.network.entries import Entry
from corridor.network.graph import Graph, LinkRun
from corridor.network.network import Network
from corridor.network.openings import Openings
from corridor.network.services import sailings, services_with_timetable
from corridor.units import HOUR_S


class Stage(NamedTuple):
    """One link of a passage, or a terminal.

    entry: when it can be entered, with the weather there. onward: the same for those under way
    already, with delays such that they leave while it is open; null: at any time, undelayed. run_s:
    seconds until its end. ends: when the place at its end can be entered; null: round the clock.
    """

    entry: list[Span]
    onward: list[Span] | None
    run_s: int
    ends: list[Span] | None


class Passage(NamedTuple):
    """How an arc is passed.

    entry: when goods can go: that of its first stage, while a service departs; for a timetable the
    instants by which they are handed in. departures: the same with delays such that they leave
    while it is open. wait_s: from the entry to the departure: for the next one, on average, of a
    service without a timetable, and for gathering or moving off. let_in: entry for goods that the
    place has let in, which have waited for its nights and weekends: of means over arrivals at any
    time.
    """

    entry: list[Span]
    departures: list[Span]
    wait_s: int
    stages: tuple[Stage, ...]
    let_in: list[Span]

    @property
    def duration_s(self) -> int:
        """The seconds it takes where it is open, half a headway included."""
        return self.wait_s + sum(stage.run_s for stage in self.stages)

    def calendar(self) -> list[Span]:
        """Return when it is entered, with delays: arrival = entry + delay + duration_s."""
        return _through(self.departures, self.wait_s, self.stages)

    def mean_calendar(self) -> list[Span]:
        """Return when goods the place has let in enter, with delays as in :meth:`calendar`.

        For the mean wait of those who come at any time of a week.
        """
        return _through(self.let_in, self.wait_s, self.stages)


@dataclass(frozen=True, eq=False)
class Ground:
    """What times of passages are made of.

    Attributes
    ----------
    graph, entries, places
        The graph; when links can be entered [2 x links]; when places are open.
    link_run_s, handling_s, wait_s
        Seconds of links, forward and backward [2 x links], of terminals, and before goods leave
        [arcs].
    service_run_h
        Hours of links with services that take others.
    with_timetable
        Rows of services that have a timetable.
    """

    graph: Graph
    entries: list[Entry]
    places: dict[str, list[Span]]
    link_run_s: Ints
    handling_s: Ints
    wait_s: Ints
    service_run_h: dict[tuple[int, LinkRun], float]
    with_timetable: frozenset[int]

    def is_like(self, other: Ground) -> bool:
        """Tell whether graph and calendars of places are the same."""
        return self.graph is other.graph and self.places is other.places

    def differs(self, other: Ground) -> Bools:
        """Return which arcs may be passed otherwise than on another ground that is alike [arcs].

        Calendars are compared as objects: what differs there may still be equal. Services with a
        timetable always differ.
        """
        pairs = zip(self.entries, other.entries, strict=True)
        of_links = np.array([entry is not another for entry, another in pairs], bool)
        of_links |= self.link_run_s != other.link_run_s
        runs = self.graph.runs_of_arcs

        differs: Bools = (self.handling_s != other.handling_s) | (self.wait_s != other.wait_s)
        differs[runs.arc[of_links[runs.direction]]] = True
        services = list(self.with_timetable | other.with_timetable | self._services_apart(other))
        differs |= self.graph.is_service & np.isin(self.graph.row, services)
        return differs

    def _services_apart(self, other: Ground) -> frozenset[int]:
        """Return the rows of services that take other hours."""
        if self.service_run_h == other.service_run_h:
            return frozenset()
        links = self.service_run_h.keys() | other.service_run_h.keys()
        return frozenset(
            link[0]
            for link in links
            if self.service_run_h.get(link) != other.service_run_h.get(link)
        )


class Passages:
    """How every arc of the graph is passed; each passage is made when it is looked at.

    network, openings: see :class:`_Builder`. entries: when links can be entered by those who ask.
    costs: for the hours they take.
    """

    def __init__(
        self, network: Network, openings: Openings, entries: Sequence[Entry], costs: Costs
    ) -> None:
        self._builder = _Builder(network, openings, entries, costs)
        self._made: dict[int, Passage] = {}
        self._arrays: dict[int, SpanArrays] = {}
        self._arrays_of = SpanArrays.of

    def __getitem__(self, arc: int) -> Passage:
        if arc not in self._made:
            self._made[arc] = self._builder.passage(arc)
        return self._made[arc]

    def as_arrays(self, calendar: Sequence[Span]) -> SpanArrays:
        """Return a calendar of a passage as arrays, made once."""
        arrays = self._arrays.get(id(calendar))
        if arrays is None:
            arrays = self._arrays[id(calendar)] = self._arrays_of(calendar)
        return arrays

    def unhindered(self) -> Passages:
        """Return the same passages with arrays of calendars that keep nobody waiting."""
        same = copy(self)
        same._arrays = {}
        same._arrays_of = SpanArrays.unhindered
        return same

    def ground(self) -> Ground:
        """Return all that times of passages are made of."""
        builder = self._builder
        return Ground(
            graph=builder.network.graph,
            entries=list(builder.entries),
            places=builder.openings.places,
            link_run_s=np.array(builder.link_run_s),
            handling_s=np.array(builder.handling_s),
            wait_s=builder.costs.wait_s,
            service_run_h=builder.costs.service_run_h,
            with_timetable=frozenset(builder.with_timetable),
        )

    def apart(self) -> Ints:
        """Return the arcs that do not take everyone who comes, at any time: rides too."""
        apart: Ints = np.flatnonzero(~self._builder.is_plain())
        return apart

    def is_apart(self, arc: int) -> bool:
        """Tell whether an arc does not take everyone who comes, at any time."""
        return self._builder.is_apart(arc)

    def rides(self) -> Ints:
        """Return the arcs that are rides of services."""
        return self._builder.rides()

    def plain_durations_s(self) -> Ints:
        """Return the seconds of links and terminals where they are open, rides left out [arcs]."""
        return self._builder.plain_durations_s()


def _through(spans: list[Span], lag_s: int, stages: Sequence[Stage]) -> list[Span]:
    """Return a calendar with delays such that all who enter get through to the end of some stages.

    spans: when they leave for the first, lag_s after the entry.
    """
    for number, stage in enumerate(stages):
        if number and stage.onward is not None:
            spans = passing(spans, stage.onward, lag_s)
        lag_s += stage.run_s
        if stage.ends is not None:
            spans = passing(spans, stage.ends, lag_s)
    return spans


def _whole_seconds(hours: Floats) -> list[int]:
    """Return hours as whole seconds."""
    seconds: list[int] = np.rint(hours * HOUR_S).astype(np.int64).tolist()
    return seconds


class _Builder:
    """Makes passages of one network."""

    def __init__(
        self, network: Network, openings: Openings, entries: Sequence[Entry], costs: Costs
    ) -> None:
        self.network = network
        self.openings = openings
        self.entries = entries
        self.costs = costs
        self.links = network.rows("links")
        self.zones = network.zones("nodes")
        self.with_timetable = services_with_timetable(network)
        self.link_run_s = _whole_seconds(costs.link.run_h + costs.link.fixed_h)
        self.handling_s = _whole_seconds(costs.fixed_h)
        self._stage_of: dict[tuple[int, int | None], Stage] = {}

    def passage(self, arc: int) -> Passage:
        """Return how an arc is passed."""
        match self.network.graph.kind[arc]:
            case "terminal":
                return self.handling(arc)
            case "link":
                return self.run(arc)
            case _:
                return self.ride(arc)

    def rides(self) -> Ints:
        """Return the arcs that are rides of services."""
        return np.flatnonzero(self.network.graph.is_service)

    def plain_durations_s(self) -> Ints:
        """Return the seconds of links and terminals where they are open, rides left out [arcs]."""
        graph = self.network.graph
        arc, direction = graph.runs_of_arcs
        durations_s: Ints = np.array(self.handling_s, np.int64)
        durations_s[arc] = np.array(self.link_run_s, np.int64)[direction] + self.costs.wait_s[arc]
        return durations_s

    def is_plain(self) -> Bools:
        """Tell which arcs but rides take all who come, at any time [arcs]."""
        graph = self.network.graph
        arc, direction = graph.runs_of_arcs
        is_plain = np.ones(graph.arcs_count, bool)
        is_plain[arc] = self._plain_directions()[direction]
        is_plain[self.rides()] = False

        for terminal in self._terminals_with_hours():
            is_plain[terminal] = False
        return is_plain

    def is_apart(self, arc: int) -> bool:
        """Tell of one arc whether it is a ride or does not take all who come, at any time."""
        graph = self.network.graph
        match graph.kind[arc]:
            case "service":
                return True
            case "terminal":
                node_id = graph.node_ids[graph.state_node[graph.tail[arc]]]
                return self.openings.hours_at(node_id) is not None
            case _:
                (run,) = graph.runs[arc]
                is_always_left = self.openings.hours_at(self._end(run)) is None
                return not (is_always_left and self._is_open(self.entries[run.direction]))

    def _is_open(self, entry: Entry) -> bool:
        """Tell whether a link is always entered at once."""
        return entry.spans == entry.let_in == entry.left_open == self.openings.all_time

    def _plain_directions(self) -> Bools:
        """Tell which links, forward and backward, take all who come at any time [2 x links]."""
        ids = list(map(id, self.entries))
        different = dict(zip(ids, self.entries, strict=True))
        is_open = {key: self._is_open(entry) for key, entry in different.items()}
        is_plain = np.array([is_open[key] for key in ids], bool)

        graph = self.network.graph
        hours_at = self.openings.hours_at
        is_open_place = np.array([hours_at(place) is None for place in graph.node_ids], bool)
        start, end = graph.link_ends.T
        is_plain[0::2] &= is_open_place[end]
        is_plain[1::2] &= is_open_place[start]
        return is_plain

    def _terminals_with_hours(self) -> Iterator[int]:
        """Yield the arcs of terminals that are shut at some time."""
        graph = self.network.graph
        for arc in np.flatnonzero(graph.is_terminal).tolist():
            node_id = graph.node_ids[graph.state_node[graph.tail[arc]]]
            if self.openings.hours_at(node_id) is not None:
                yield arc

    def handling(self, arc: int) -> Passage:
        """Return how a terminal is passed."""
        graph = self.network.graph
        node_id = graph.node_ids[graph.state_node[graph.tail[arc]]]
        entry = self.openings.hours_at(node_id) or self.openings.all_time

        stage = Stage(entry, None, self.handling_s[arc], None)
        return Passage(entry, entry, 0, (stage,), self.openings.all_time)

    def run(self, arc: int) -> Passage:
        """Return how a link is passed without a service."""
        (run,) = self.network.graph.runs[arc]
        entry = self.entries[run.direction]
        stage = self._stage(run, None)
        wait_s = int(self.costs.wait_s[arc])
        if not wait_s:
            return Passage(entry.spans, entry.left_open, 0, (stage,), entry.let_in)

        departures = self._left_after(entry.spans, wait_s)
        return Passage(entry.spans, departures, wait_s, (stage,), entry.let_in)

    def _left_after(self, spans: list[Span], wait_s: int) -> list[Span]:
        """Return a calendar with delays such that those who waited leave while it is open."""
        return spans if self.openings.is_never_shut(spans) else leaving(spans, spans, wait_s)

    def ride(self, arc: int) -> Passage:
        """Return how a service is ridden, from where goods board it to where they leave it."""
        graph = self.network.graph
        row = int(graph.row[arc])
        stages = self._stages(graph.runs[arc], row)
        first = stages[0].entry
        wait_s = int(self.costs.wait_s[arc])

        if row not in self.with_timetable:
            let_in = self.entries[graph.runs[arc][0].direction].let_in
            return Passage(first, self._left_after(first, wait_s), wait_s, stages, let_in)

        boarded = intersect(
            first, self._sailings(row, graph.earlier[arc], graph.runs[arc], stages[0])
        )
        entry = [
            span._replace(start_s=span.start_s - wait_s, end_s=span.end_s - wait_s)
            for span in boarded
        ]
        return Passage(entry, leaving(entry, first, wait_s), wait_s, stages, entry)

    def _sailings(
        self, row: int, earlier: Sequence[LinkRun], runs: Sequence[LinkRun], first: Stage
    ) -> list[Span]:
        """Return when a service leaves the place where goods board it."""
        openings = self.openings
        begins_at = self._start((*earlier, *runs)[0])
        leaves = sailings(
            self.network, row, self.zones.get(begins_at), openings.from_s, openings.to_s
        )
        if not earlier:
            return leaves

        stages = self._stages(earlier, row)
        entry = intersect(stages[0].entry, leaves)
        on_time = [span for span in entry if span.end_s == span.start_s + 1]
        lag_s = sum(stage.run_s for stage in stages)
        calls = _through(leaving(on_time, stages[0].entry), 0, stages)

        instants = {span.start_s + round(span.delay_s) + lag_s for span in calls}
        if first.onward is not None:
            instants = {at_s for at_s in (next_open(first.onward, i) for i in instants) if at_s}
        at_any_time = [span for span in leaves if span.end_s > span.start_s + 1]
        return sorted([*(Span(at_s, at_s + 1) for at_s in instants), *at_any_time])

    def _stages(self, runs: Sequence[LinkRun], service: int | None) -> tuple[Stage, ...]:
        """Return the stages of a run over links, by themselves or with a service."""
        return tuple(self._stage(run, service) for run in runs)

    def _stage(self, run: LinkRun, service: int | None) -> Stage:
        """Return the stage of one link, run over by itself or with a service; made once."""
        key = (run.direction, service if (service, run) in self.costs.service_run_h else None)
        if key not in self._stage_of:
            self._stage_of[key] = self._made_stage(run, service)
        return self._stage_of[key]

    def _made_stage(self, run: LinkRun, service: int | None) -> Stage:
        entry = self.entries[run.direction]
        return Stage(
            entry=entry.spans,
            onward=entry.onward,
            run_s=self._run_s(run, service),
            ends=self.openings.hours_at(self._end(run)),
        )

    def _run_s(self, run: LinkRun, service: int | None) -> int:
        """Return the seconds a link takes, at the speed of a service that has one of its own."""
        if service is None or (service, run) not in self.costs.service_run_h:
            return self.link_run_s[run.direction]
        run_h = self.costs.service_run_h[service, run]
        return round((run_h + float(self.costs.link.fixed_h[run.direction])) * HOUR_S)

    def _start(self, run: LinkRun) -> str:
        """Return the place where a run over a link begins."""
        start: str = self.links[run.link]["from_node_id" if run.is_forward else "to_node_id"]
        return start

    def _end(self, run: LinkRun) -> str:
        """Return the place where a run over a link ends."""
        end: str = self.links[run.link]["to_node_id" if run.is_forward else "from_node_id"]
        return end
