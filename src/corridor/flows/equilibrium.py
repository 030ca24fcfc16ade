"""Equilibrium: traffic between zones spread over a road network until no trip gains by a change.

For networks that are just links and trips between nodes, as in the test collections of transport
planning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from corridor.errors import CallError
from corridor.flows.traffic_arrays import (
    CLASS,
    LINK_ID,
    TRIP_ENDS,
    TRIPS,
    TrafficArrays,
    empty_bushes,
    former_bushes,
    marginal,
    traffic_arrays,
    without_links,
)
from corridor.kernels import Floats
from corridor.kernels.records import TRACE, Assignment, AssignmentLimits, Bushes
from corridor.tables.store import write_results
from corridor.version import __version__

PRINCIPLES = ("user", "system")


@dataclass(frozen=True, eq=False)
class RouteFlows:
    """The arcs and flows of every class and origin, from which another equilibrium may start."""

    arrays: TrafficArrays
    bushes: Bushes


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """Traffic at which no trip gains by another route, or at which all together pay least.

    Attributes
    ----------
    volumes
        One row a link: link_id, volume, cost: what a trip pays on it at that volume (without what
        only some classes pay), marginal_cost: what one more trip costs all.
    by_class
        One row a class and link that it uses: class_id, link_id, volume, cost.
    trips
        The trips asked for, with the cost of a cheapest route; null: no route leads there.
    trace
        One row an iteration: iteration, objective, gap_share. The last one holds for what is
        returned.
    objective
        Sum of the areas below the cost functions (Beckmann); ``system``: what all pay.
    total_cost
        What all trips pay.
    gap_share
        Share of what all pay that they would save on the cheapest routes, costs unchanged;
        ``system``: of marginal costs.
    converged
        Whether the gap asked for was reached.
    warnings
        What holds with a caveat.
    provenance
        Version and settings.
    """

    volumes: pl.DataFrame
    by_class: pl.DataFrame
    trips: pl.DataFrame
    trace: pl.DataFrame
    objective: float
    total_cost: float
    gap_share: float
    converged: bool
    warnings: tuple[str, ...]
    provenance: Mapping[str, Any]
    route_flows: RouteFlows = field(repr=False)

    def by_origin(self) -> pl.DataFrame:
        """Return whose trips are on each link: class_id, origin_node_id, link_id, volume.

        Where several sets of routes cost the same, this is one of them.
        """
        bushes = self.route_flows.bushes
        arrays = self.route_flows.arrays
        counts = np.take_along_axis(bushes.ptr, bushes.size[:, None], axis=1)
        is_used = (np.arange(bushes.arcs.shape[1]) < counts) & (bushes.flows > 0)

        owner = arrays.bush_ids()[np.nonzero(is_used)[0]]
        return owner.with_columns(
            arrays.links[LINK_ID][bushes.arcs[is_used]],
            pl.Series("volume", bushes.flows[is_used]),
        )

    def __repr__(self) -> str:
        state = "converged" if self.converged else "not converged"
        return (
            f"Equilibrium ({self.provenance['principle']}): {self.volumes.height} links, "
            f"{self.trips.height} pairs, total cost {self.total_cost:,.6g}; relative gap "
            f"{self.gap_share:.1e} after {self.trace.height} iterations, {state}"
        )

    def write(self, folder: str | Path) -> Path:
        """Write the tables as Parquet, and a manifest, into a folder and return it."""
        tables = ("volumes", "by_class", "trips", "trace")
        figures = ("objective", "total_cost", "gap_share", "converged", "warnings")
        content = {**self.provenance, **{name: getattr(self, name) for name in figures}}
        return write_results(folder, {name: getattr(self, name) for name in tables}, content)


def equilibrium(
    links: pl.DataFrame,
    trips: pl.DataFrame,
    *,
    principle: str = "user",
    no_through: Iterable[Any] = (),
    class_costs: pl.DataFrame | None = None,
    gap_share: float = 1e-12,
    max_iterations: int = 500,
    warm_start: Equilibrium | None = None,
) -> Equilibrium:
    """Return the volumes at which no trip gains by another route, given what all others do.

    A trip on a link pays ``free_cost * (1 + bpr_factor * (volume / capacity) ** bpr_power) +
    fixed_cost``, in one unit throughout: hours, or dollars.

    Parameters
    ----------
    links
        One row a link and direction: link_id, from_node_id, to_node_id, free_cost, and where it
        jams capacity (null: it does not), bpr_factor and bpr_power; fixed_cost, as a toll.
    trips
        origin_node_id, destination_node_id and trips, and class_id where there are classes. Trips
        that take more room than others count as several.
    principle
        ``user``: everybody for himself. ``system``: all together pay least; routes are chosen by
        marginal costs.
    no_through
        Nodes that trips may begin and end at but not pass, as zones often are.
    class_costs
        What a class pays besides on a link: class_id, link_id, fixed_cost.
    gap_share
        Relative gap at which to stop.
    max_iterations
        Most updates of the routes; ``converged`` says whether they sufficed.
    warm_start
        A former equilibrium to start from. Links, trips and costs may differ.

    Returns
    -------
    Equilibrium
        Volumes are unique where costs rise with volume; routes need not be.

    Raises
    ------
    CallError
        For columns that lack, numbers out of range, ids that are there twice or not at all.

    Source
    ------
    Wardrop (1952), Proceedings of the Institution of Civil Engineers 1, 325-362; Bureau of Public
    Roads (1964), Traffic Assignment Manual; Dial (2006), Transportation Research Part B 40,
    917-936.

    Examples
    --------
    >>> import corridor as co, polars as pl
    >>> links = pl.DataFrame({
    ...     "link_id": ["bridge", "ferry"],
    ...     "from_node_id": ["west", "west"], "to_node_id": ["east", "east"],
    ...     "free_cost": [10.0, 20.0], "capacity": [4.0, None], "bpr_factor": [1.0, None]})
    >>> trips = pl.DataFrame({
    ...     "origin_node_id": ["west"], "destination_node_id": ["east"], "trips": [6.0]})
    >>> co.equilibrium(links, trips).volumes["volume"].to_list()
    [4.0, 2.0]
    """
    if principle not in PRINCIPLES:
        raise CallError(f"principle must be 'user' or 'system', not {principle!r}.")
    if not gap_share > 0 or max_iterations < 1:
        raise CallError("gap_share must be above 0, max_iterations 1 or more.")

    former = warm_start.route_flows.arrays if warm_start else None
    arrays = traffic_arrays(links, trips, no_through, class_costs, former)
    return _solve(arrays, principle, float(gap_share), int(max_iterations), warm_start)


def equilibria(base: Equilibrium, closures: Sequence[Iterable[Any]]) -> list[Equilibrium]:
    """Return the equilibrium after each of several closures, in one call.

    The network is checked and laid out once, by the base. Each answer starts from the one whose
    closed links differ least from its own: the base, or that of another closure.

    Parameters
    ----------
    base
        The equilibrium of the network with all links open. Its trips, principle and limits hold.
    closures
        Link ids that are shut together, a set a scenario; none: the base itself.

    Returns
    -------
    list
        One :class:`Equilibrium` a closure, in the order of the closures; links that are shut have
        no row. Each keeps its route flows, 12 bytes a class, origin and link.

    Raises
    ------
    UnknownName
        For a link that the base does not have.

    Examples
    --------
    >>> import corridor as co, polars as pl
    >>> links = pl.DataFrame({
    ...     "link_id": ["bridge", "ferry"],
    ...     "from_node_id": ["west", "west"], "to_node_id": ["east", "east"],
    ...     "free_cost": [10.0, 20.0], "capacity": [4.0, None], "bpr_factor": [1.0, None]})
    >>> trips = pl.DataFrame({
    ...     "origin_node_id": ["west"], "destination_node_id": ["east"], "trips": [6.0]})
    >>> base = co.equilibrium(links, trips)
    >>> [after.total_cost for after in co.equilibria(base, [["bridge"], ["ferry"]])]
    [120.0, 150.0]
    """
    shut_links = [frozenset(links) for links in closures]
    answers = {frozenset[Any](): base}
    for links in sorted(shut_links, key=len):
        if links not in answers:
            nearest = min(answers, key=lambda shut: len(shut ^ links))
            answers[links] = _after_closure(base, links, answers[nearest])
    return [answers[links] for links in shut_links]


def _after_closure(
    base: Equilibrium, link_ids: Iterable[Any], warm_start: Equilibrium
) -> Equilibrium:
    """Return the equilibrium of a base without some links, begun from another one."""
    arrays = without_links(base.route_flows.arrays, link_ids)
    settings = base.provenance
    return _solve(
        arrays,
        settings["principle"],
        settings["max_gap_share"],
        settings["max_iterations"],
        warm_start,
    )


def _solve(
    arrays: TrafficArrays,
    principle: str,
    gap_share: float,
    max_iterations: int,
    warm_start: Equilibrium | None,
) -> Equilibrium:
    """Return the equilibrium of a network and trips that are laid out."""
    bushes = _first_bushes(arrays, warm_start)
    costs = arrays.costs if principle == "user" else marginal(arrays.costs)
    limits = AssignmentLimits(gap_share, max_iterations)

    from corridor.kernels import assignment

    solution = assignment.equilibrium(
        arrays.graph, arrays.is_through, costs, arrays.trips.by_zone, bushes, limits
    )
    provenance = {
        "corridor": __version__,
        "principle": principle,
        "max_gap_share": gap_share,
        "max_iterations": max_iterations,
        "is_warm_start": warm_start is not None,
    }
    return _result(arrays, solution, provenance)


def _first_bushes(arrays: TrafficArrays, warm_start: Equilibrium | None) -> Bushes:
    """Return the bushes to begin with: those of a former equilibrium, or none."""
    if warm_start is None:
        return empty_bushes(arrays)
    former = warm_start.route_flows
    return former_bushes(former.arrays, former.bushes, arrays)


def _result(arrays: TrafficArrays, solution: Assignment, provenance: dict[str, Any]) -> Equilibrium:
    """Return the solution as tables, links and trips in the order they came in."""
    costs = arrays.costs
    volume = solution.volume.sum(axis=0)
    added = costs.factor * (volume / costs.capacity) ** costs.power
    time = costs.free * (1 + added)
    cost = time + arrays.links["fixed_cost"].to_numpy()
    marginal_cost = cost + costs.free * costs.power * added

    row = arrays.arc_of_row
    volumes = pl.DataFrame(
        {
            LINK_ID: arrays.links[LINK_ID][row],
            "volume": volume[row],
            "cost": cost[row],
            "marginal_cost": marginal_cost[row],
        }
    )

    priced = _priced(arrays, solution)
    trace = pl.DataFrame(
        {
            "iteration": np.arange(1, len(solution.trace) + 1),
            "objective": solution.trace[:, TRACE.objective],
            "gap_share": solution.trace[:, TRACE.gap_share],
        }
    )
    gap_share = float(trace["gap_share"][-1])
    converged = gap_share <= provenance["max_gap_share"]
    return Equilibrium(
        volumes=volumes,
        by_class=_by_class(arrays, solution, time),
        trips=priced,
        trace=trace,
        objective=float(trace["objective"][-1]),
        total_cost=float((solution.volume * (time + costs.fixed)).sum()),
        gap_share=gap_share,
        converged=converged,
        warnings=tuple(_warnings(priced, gap_share, provenance)),
        provenance=provenance,
        route_flows=RouteFlows(arrays, solution.bushes),
    )


def _by_class(arrays: TrafficArrays, solution: Assignment, time: Floats) -> pl.DataFrame:
    """Return volume and cost of each link that a class uses."""
    class_, arc = np.nonzero(solution.volume)
    return pl.DataFrame(
        {
            CLASS: arrays.trips.classes[class_],
            LINK_ID: arrays.links[LINK_ID][arc],
            "volume": solution.volume[class_, arc],
            "cost": (time + arrays.costs.fixed)[class_, arc],
        }
    )


def _priced(arrays: TrafficArrays, solution: Assignment) -> pl.DataFrame:
    """Return trips with the cost of a cheapest route; null: none, or nobody travels."""
    trips = arrays.trips.frame
    costs = np.append(solution.pair_costs, np.nan)[arrays.trips.place_of_row]
    cost = pl.Series("cost", np.where(np.isfinite(costs), costs, np.nan), nan_to_null=True)
    is_local = trips[TRIP_ENDS[0]] == trips[TRIP_ENDS[1]]
    return trips.with_columns(pl.when(is_local).then(0.0).otherwise(cost).alias("cost"))


def _warnings(priced: pl.DataFrame, gap_share: float, provenance: Mapping[str, Any]) -> list[str]:
    """Say which trips have no route, and whether the gap asked for was missed."""
    warnings = []
    unserved = priced.filter(pl.col("cost").is_null() & (pl.col(TRIPS) > 0))
    if unserved.height:
        warnings.append(
            f"{unserved[TRIPS].sum():,.6g} trips between {unserved.height} pairs of nodes have no "
            "route and are not on the network."
        )
    if gap_share > provenance["max_gap_share"]:
        warnings.append(
            f"Not converged: a relative gap of {gap_share:.1e} after "
            f"{provenance['max_iterations']} iterations, {provenance['max_gap_share']:.1e} asked."
        )
    return warnings
