"""Routing: every route worth taking from one place to another on a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import polars as pl

from corridor import views
from corridor.counts import count_of
from corridor.errors import CallError
from corridor.language.messages import figure, joined, message
from corridor.network.network import Network
from corridor.routing.cautions import cautions_of
from corridor.routing.conditions import CRITERIA, Options, read_criteria
from corridor.routing.differences import Difference, difference
from corridor.routing.pareto import pareto_set
from corridor.routing.query import Query, drawn_on, prepare
from corridor.routing.route_tables import RouteTables, route_tables
from corridor.routing.showing import USUAL, Showing, choose
from corridor.tables.store import write_results
from corridor.units import DAY_H
from corridor.version import __version__

if TYPE_CHECKING:
    from corridor.routing.opening_sets import Opening


@dataclass(frozen=True, eq=False)
class Routes:
    """Routes of one question, none worse than another on every criterion asked.

    Attributes
    ----------
    routes
        One row a route, quickest first.
    legs
        Their links and terminals.
    money
        What their money is made of: one line a leg and row of a table that charges it.
    pareto_count
        How many routes exist, of which at most max_routes are shown; where not is_exact, how many
        were found.
    apart_count
        How many of them are further from each other than the tolerances.
    left_out
        What is not shown, in words: how many routes by which rule.
    reason
        Why there is none; else null.
    openings
        What would have to open, smallest first, under all that is asked.
    conditions
        What of the question itself leaves no route, in words: ``avoid UZ``.
    warnings
        What to know of the answer.
    network
        What the routes run on, for maps; null: not kept.
    is_exact
        Whether every route that no other beats was found. Else there are too many to hold them all,
        and each is within the tolerances of one that was found and is apart.
    """

    routes: pl.DataFrame
    legs: pl.DataFrame
    money: pl.DataFrame
    pareto_count: int
    reason: str | None
    openings: tuple[Opening, ...] = ()
    conditions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    apart_count: int = 0
    left_out: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)
    network: Network | None = field(default=None, repr=False, compare=False)
    is_exact: bool = True

    def __repr__(self) -> str:
        trip = self.provenance
        head = (
            f"Routes: {self.routes.height} of {count_of(self.pareto_count, 'route')} from "
            f"{trip.get('origin')} to {trip.get('destination')} on {trip.get('depart')}."
        )
        return f"{head} reason: {self.reason}" if self.reason else head

    @property
    def best(self) -> str | None:
        """The route of least generalised cost, in words; null where there is none."""
        if self.routes.is_empty():
            return None

        route = self.routes.sort("generalised_cost_usd", maintain_order=True).row(0, named=True)
        return message(
            "Best with money and time weighed together: {route} ({corridor}), {days} days as "
            "planned and USD {money}.",
            route=route["route_id"],
            corridor=route["corridor"],
            days=figure(route["time_h"] / DAY_H, ",.1f"),
            money=figure(route["cost_usd"]),
        )

    def minus(self, baseline: Routes) -> Difference:
        """Return what these routes take more than those of another answer, by corridor.

        Corridors of the same name are compared; the best by each criterion too.

        >>> import corridor as co
        >>> network = co.read("studies/kazakhstan-pakistan").network
        >>> trip = {"cargo": "container-40", "depart": "2026-07-01"}
        >>> routes = co.route(network, "almaty", "karachi", **trip)
        >>> routes.minus(routes).corridors["state"].unique().to_list()
        ['same']
        """
        return difference(self, baseline)

    map = views.draw_map
    chart = views.draw_chart
    explain = views.explain
    _repr_html_ = views.page

    def write(self, folder: str | Path) -> Path:
        """Write routes, legs and money as Parquet and a manifest into a folder and return it."""
        frames = {"routes": self.routes, "legs": self.legs, "money": self.money}
        manifest = {
            **self.provenance,
            "pareto_count": self.pareto_count,
            "apart_count": self.apart_count,
            "left_out": list(self.left_out),
            "is_exact": self.is_exact,
            "reason": self.reason,
            "warnings": list(self.warnings),
        }
        return write_results(folder, frames, manifest)


def route(
    network: Network,
    origin: str,
    destination: str,
    *,
    cargo: str,
    depart: dt.date | str,
    criteria: Sequence[str] = CRITERIA,
    max_routes: int = 10,
    showing: Showing = USUAL,
    **options: Unpack[Options],
) -> Routes:
    """Return the Pareto-optimal routes for one unit of a cargo leaving on a date.

    Goods wait for what opens later; what is shut without an end is not passed. No route is an empty
    answer with a reason.

    Parameters
    ----------
    network
        The network, as built: dated changes hold on their days.
    origin, destination
        A place by id, name or UN/LOCODE; ``place@layer`` for goods already on a train or ship.
    cargo
        The cargo.
    depart
        Date (midnight UTC) or instant.
    criteria
        Any of time, cost, carbon, risk.
    max_routes
        Most routes shown, spread over the set.
    showing
        How near two routes shown may be, and what is left out of what is shown; ``EXACT`` leaves
        out nothing. The set itself is computed exactly whatever is shown, unless there are too many
        routes to hold them all: then the search spends a part of the tolerances.
    options
        See :class:`corridor.routing.conditions.Options`.

    Raises
    ------
    CallError, UnknownName
        For a wrong argument.
    NotConverged
        Where the set is too large to be computed exactly.

    Examples
    --------
    >>> import corridor as co
    >>> network = co.read("studies/kazakhstan-pakistan").network
    >>> routes = co.route(network, "almaty", "karachi", cargo="container-40", depart="2026-07-01")
    >>> routes.pareto_count > 0
    True
    """
    counted = read_criteria(criteria)
    if max_routes < 1:
        raise CallError(f"max_routes must be 1 or more, not {max_routes}.")

    query = prepare(network, origin, destination, cargo=cargo, depart=depart, options=options)
    pareto = pareto_set(query, counted, showing.tolerances)
    longer = None if len(pareto) else drawn_on(query)
    if longer is not None:
        query = longer
        pareto = pareto_set(query, counted, showing.tolerances)

    choice = choose(pareto, showing, max_routes)
    tables = route_tables(query, [pareto[number] for number in choice.rows])
    provenance = {
        **_provenance(network, query, options),
        "cargo": cargo,
        "depart": str(depart),
        "criteria": list(criteria),
        "max_routes": max_routes,
        "showing": asdict(showing),
        "choices": dict(query.network.choices),
        "options": {name: value for name, value in options.items() if value is not None},
    }

    if len(pareto):
        warnings = (*_warnings(tables.routes), *cautions_of(query, tables.legs))
        return Routes(
            *tables,
            len(pareto),
            None,
            warnings=warnings,
            apart_count=choice.apart_count,
            left_out=choice.left_out,
            provenance=provenance,
            network=query.network,
            is_exact=pareto.is_exact,
        )
    return _no_routes(query, tables, provenance)


def _no_routes(query: Query, tables: RouteTables, provenance: Mapping[str, Any]) -> Routes:
    """Return the answer where no route leads, with the reason."""
    from corridor.routing.reasons import absence

    none = absence(query)
    return Routes(
        *tables,
        0,
        none.reason,
        openings=none.openings,
        conditions=none.conditions,
        provenance=provenance,
        network=query.network,
    )


def _provenance(network: Network, query: Query, options: Options) -> dict[str, Any]:
    """Return what a question was answered from."""
    return {
        "corridor": __version__,
        "inputs": query.network.inputs,
        "changes": list(dict.fromkeys(network.changes["change_id"].to_list())),
        "seed": options.get("rng", 0),
        "origin": query.origin,
        "destination": query.destination,
    }


def _warnings(routes: pl.DataFrame) -> tuple[str, ...]:
    """Return a warning where some routes have no 95th percentile."""
    if not routes["time_p95_h"].has_nulls():
        return ()

    stuck = routes.filter(pl.col("time_p95_h").is_null())["route_id"].to_list()
    warning = message(
        "{routes}: more than 5 in 100 sampled journeys miss the last opening, so there is no p95.",
        routes=joined(stuck, ", "),
    )
    return (warning,)
