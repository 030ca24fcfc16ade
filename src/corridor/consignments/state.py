"""State: a plan that is under way on a day: what has left by it, and what was to leave."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from corridor.consignments.plan import Plan
from corridor.errors import CallError
from corridor.network.graph import Graph
from corridor.routing.query import Query

Steps = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, eq=False)
class State:
    """A plan on a day: dispatches of days before have left, those of the day and later have not.

    Attributes
    ----------
    on
        The day the plan is made anew.
    dispatches, legs
        Tables of the plan that was followed until then.
    """

    on: dt.date
    dispatches: pl.DataFrame
    legs: pl.DataFrame

    @classmethod
    def of(cls, plan: Plan, on: dt.date | str) -> State:
        """Return the state of a plan on a day."""
        return cls(_day(on), plan.dispatches, plan.legs)

    @classmethod
    def read(cls, folder: str | Path, on: dt.date | str) -> State:
        """Return the state on a day of a plan that was written into a folder.

        Raises CallError where the folder holds no plan.
        """
        home = Path(folder)
        try:
            tables = [
                pl.read_parquet(home / f"plan_{name}.parquet") for name in ("dispatches", "legs")
            ]
        except (OSError, pl.exceptions.PolarsError) as error:
            raise CallError(f"{home} holds no plan that can be read: {error}") from None
        return cls(_day(on), *tables)

    def steps(self, dispatch_id: str) -> Steps:
        """Return the legs of a dispatch in order."""
        return self.legs.filter(pl.col("dispatch_id") == dispatch_id).sort("leg").to_dicts()


class _Position(NamedTuple):
    """A state of the graph and how many legs led there."""

    state: int
    steps: int


def arcs_of(query: Query, steps: Steps) -> tuple[int, ...] | None:
    """Return the arcs of a route given by its legs; null where the network no longer has them."""
    graph = query.graph
    leaving = _leaving(graph)
    waiting = [(_Position(int(start % graph.states_count), 0), ()) for start in query.starts]
    routes: list[tuple[_Position, tuple[int, ...]]] = list(waiting)

    while routes:
        position, arcs = routes.pop()
        if position.steps == len(steps):
            return arcs
        for arc in leaving.get(position.state, ()):
            count = _matching_steps(query, arc, steps[position.steps :])
            if count:
                after = _Position(int(graph.head[arc]), position.steps + count)
                routes.append((after, (*arcs, arc)))
    return None


def _leaving(graph: Graph) -> dict[int, list[int]]:
    """Return the arcs that leave every state."""
    leaving: dict[int, list[int]] = {}
    for arc, state in enumerate(graph.tail.tolist()):
        leaving.setdefault(state, []).append(arc)
    return leaving


def _matching_steps(query: Query, arc: int, steps: Steps) -> int:
    """Return how many legs an arc stands for, if it is the arc of the first ones; else 0."""
    graph = query.graph
    row = int(graph.row[arc])
    if graph.kind[arc] == "terminal":
        terminal = query.network.rows("terminals")[row]
        is_same = steps[0]["terminal_id"] == terminal["terminal_id"]
        return int(is_same and steps[0]["layer"] == graph.state_layer[graph.head[arc]])

    runs = graph.runs[arc]
    service = graph.service(arc)
    services = query.network.rows("services")
    service_id = None if service is None else services[service]["service_id"]
    if len(runs) > len(steps):
        return 0
    for run, step in zip(runs, steps, strict=False):
        link = query.network.rows("links")[run.link]
        begins_at = link["from_node_id"] if run.is_forward else link["to_node_id"]
        expected = (link["link_id"], service_id, begins_at)
        if expected != (step["link_id"], step["service_id"], step["from_node_id"]):
            return 0
    return len(runs)


def _day(on: dt.date | str) -> dt.date:
    try:
        return dt.date.fromisoformat(on) if isinstance(on, str) else on
    except ValueError:
        raise CallError(f"{on!r} is not a date: write 2026-09-15.") from None
