"""Reach: trips and demand that no chain of links and terminals serves from their day on.

Seasons, hours and rules are left aside: what is named here has no route whatever they say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from corridor.errors import AmbiguousName, Finding
from corridor.network.calendar import second
from corridor.network.changes import snapshot, status_spans
from corridor.network.graph import Graph, Row
from corridor.network.names import find_place, names_of
from corridor.network.network import Network, build
from corridor.network.services import takes
from corridor.study.settings import FILE, Scenario, Settings, Trip
from corridor.study.settings_file import trip_section
from corridor.study.toml_lines import TomlLines
from corridor.tables.tables import Spot, Tables

Steps = Mapping[int, Sequence[int]]  # state -> states that goods can go on to


class _End(NamedTuple):
    """A place, and the layer goods are on there; null: any."""

    node_id: str
    layer: str | None


@dataclass(frozen=True)
class _Reach:
    """What goods can reach in the network of a scenario, by cargo and day."""

    network: Network
    steps_of: dict[tuple[str, dt.date], Steps] = field(default_factory=dict)
    reached: dict[tuple[str, dt.date, _End], set[int]] = field(default_factory=dict)

    def is_served(self, cargo_id: str, day: dt.date, origin: _End, destination: _End) -> bool:
        """Tell whether any chain of links and terminals leads from one end to the other.

        cargo_id: what is moved. day: from which on. origin, destination: the ends.
        """
        graph = snapshot(self.network, second(day)).graph
        key = (cargo_id, day, origin)
        if key not in self.reached:
            steps = self._steps(cargo_id, day)
            self.reached[key] = _reached(steps, _states(graph, origin))
        ends = graph.however_standing(sorted(_states(graph, destination)))
        return not self.reached[key].isdisjoint(ends)

    def _steps(self, cargo_id: str, day: dt.date) -> Steps:
        if (cargo_id, day) not in self.steps_of:
            cargo = self.network.by_id("cargoes")[cargo_id]
            self.steps_of[cargo_id, day] = _steps(self.network, cargo, day)
        return self.steps_of[cargo_id, day]


def check_reach(tables: Tables, settings: Settings, data: bytes) -> list[Finding]:
    """Return warnings on trips and demand without a route under the default scenario.

    Parameters
    ----------
    tables, settings
        Of a study without errors.
    data
        ``study.toml``, whose lines are named.
    """
    scenario = settings.scenarios[settings.default_scenario]
    network = build(tables.frames, choices=scenario.choices, change_ids=scenario.changes)
    reach = _Reach(network)

    lines = TomlLines(FILE, data.decode("utf-8-sig"))
    findings = [
        _trip_finding(trip, scenario, lines.key_line("trip_id", trip_section(nth)))
        for nth, trip in enumerate(settings.trips)
        if not _is_trip_served(reach, trip)
    ]
    return findings + _demand_findings(tables, reach, scenario)


def _is_trip_served(reach: _Reach, trip: Trip) -> bool:
    origin = _end(reach.network, trip.origin)
    destination = _end(reach.network, trip.destination)
    if origin is None or destination is None or origin.node_id == destination.node_id:
        return True
    return reach.is_served(trip.cargo, trip.depart, origin, destination)


def _end(network: Network, text: str) -> _End | None:
    """Return the place and layer of ``place@layer``; null where no place is meant."""
    word, _, layer = text.partition("@")
    try:
        node = find_place(names_of(network), word)
    except AmbiguousName:
        return None
    return None if node is None else _End(node, layer or None)


def _trip_finding(trip: Trip, scenario: Scenario, line: int | None) -> Finding:
    return Finding(
        "trip-without-route",
        f"trip {trip.trip_id}: no chain of links and terminals that {trip.cargo} may use leads "
        f"from {trip.origin} to {trip.destination} from {trip.depart} on, under scenario "
        f"{scenario.scenario_id}.",
        "Add the links or terminals that join them, or a change that opens one.",
        severity="warning",
        file=FILE,
        line=line,
    )


def _demand_findings(tables: Tables, reach: _Reach, scenario: Scenario) -> list[Finding]:
    """Return one warning for all rows of demand without a route, null ones left aside."""
    demand = reach.network.frames["demand"]
    unserved = [
        str(row["demand_id"])
        for row in demand.iter_rows(named=True)
        if not reach.is_served(
            row["cargo_id"],
            scenario.as_of,
            _End(row["origin_node_id"], None),
            _End(row["destination_node_id"], None),
        )
    ]
    if not unserved:
        return []

    first = tables.frames["demand"]["demand_id"].to_list().index(unserved[0])
    return [
        tables.warning(
            "demand-without-route",
            Spot("demand", first),
            f"{len(unserved)} of {demand.height} rows of demand have no chain of links and "
            f"terminals from {scenario.as_of} on, under scenario {scenario.scenario_id}.",
            do="Add the links or terminals that join them, or a change that opens one.",
            rows=tuple(unserved),
        )
    ]


# What goods can reach


def _steps(network: Network, cargo: Row, day: dt.date) -> Steps:
    """Return the states that goods of a cargo can go on to from each, on some day from one on."""
    at_s = second(day)
    dated = snapshot(network, at_s)
    usable = _usable_links(dated, cargo, at_s)
    terminals = dated.rows("terminals")
    graph = dated.graph

    steps: dict[int, list[int]] = {}
    for arc, (kind, row, runs) in enumerate(
        zip(graph.kind, graph.row.tolist(), graph.runs, strict=True)
    ):
        if kind == "terminal":
            may_pass = terminals[row]["form"] in (None, cargo["form"])
        else:
            may_pass = all(usable[run.link] for run in runs)
            service = graph.service(arc)
            if service is not None:
                may_pass &= takes(dated.rows("services")[service], cargo, None)
        if may_pass:
            steps.setdefault(int(graph.tail[arc]), []).append(int(graph.head[arc]))
    return steps


def _usable_links(network: Network, cargo: Row, at_s: int) -> list[bool]:
    """Return for every link whether a cargo may use it, and its status lets it from a day on."""
    modes = set(cargo["allowed_modes"].split())
    return [
        link["mode"] in modes
        and link["speed_kmh"] is not None
        and any(span.end_s > at_s for span in spans)
        for link, (spans, _) in zip(network.rows("links"), status_spans(network), strict=True)
    ]


def _states(graph: Graph, end: _End) -> set[int]:
    """Return the states of an end: its layer, else those where goods start or end there."""
    if end.layer is None:
        return set(graph.end_states(end.node_id))
    state = graph.layers_at(end.node_id).get(end.layer)
    return set() if state is None else {state}


def _reached(steps: Steps, starts: Iterable[int]) -> set[int]:
    """Return every state that steps lead to from some states, these included."""
    reached = set(starts)
    waiting = list(reached)
    while waiting:
        onward = [state for state in steps.get(waiting.pop(), ()) if state not in reached]
        reached.update(onward)
        waiting += onward
    return reached
