"""A quote for a shipment by its plan: its routes, borders with their papers, and price a unit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import polars as pl

from corridor.consignments.offers import Trips
from corridor.consignments.plan import Plan
from corridor.consignments.price_parts import (
    Amount,
    finance_usd_per_h,
    part_of,
    price_table,
    sources_of,
)
from corridor.consignments.quote import (
    INTEREST_SHARE_PER_YEAR,
    RUN_TYPES,
    VALID_DAYS,
    Quote,
    check_terms,
    exclusions_of,
)
from corridor.consignments.quote_legs import BORDER_TYPES, STAGE_TYPES, crossing_of
from corridor.consignments.state import arcs_of
from corridor.errors import CallError
from corridor.network.network import Network
from corridor.network.prices import PriceLine, deviation
from corridor.routing.itinerary import Leg, legs
from corridor.routing.query import Query
from corridor.routing.route_tables import MONEY_TYPES, documents_of


@dataclass(frozen=True, eq=False)
class _Run:
    """The dispatches of a plan by one route to one destination.

    query, itinerary: of its first dispatch. rows: its dispatches, in order.
    """

    query: Query
    itinerary: Sequence[Leg]
    rows: Sequence[Mapping[str, Any]]

    @property
    def units(self) -> int:
        """All units that go by it."""
        return sum(row["units"] for row in self.rows)


def quote_plan(
    network: Network,
    plan: Plan,
    *,
    terms: str | None = None,
    issued_on: dt.date | None = None,
    interest_share_per_year: float = INTEREST_SHARE_PER_YEAR,
) -> Quote:
    """Return an offer for a shipment by its plan; money per unit is the mean over all delivered.

    Parameters
    ----------
    network
        The network the plan was made on.
    plan
        Of :func:`corridor.schedule`.
    terms
        Incoterms 2020 agreed, such as DAP; null: those of the shipment.
    issued_on
        Day of the offer; null: today. It holds for a fortnight.
    interest_share_per_year
        Interest on the value of the goods while they travel; 0: finance is left out of the price.

    Returns
    -------
    Quote
        With ``runs`` in the place of stages. Without dispatches: a reason, and no rows.

    Raises
    ------
    CallError
        For terms that are none, or a plan of another network.

    Examples
    --------
    >>> import corridor as co
    >>> network = co.read("studies/kazakhstan-pakistan").network
    >>> offer = co.quote_plan(network, co.schedule(network, "transformer-220"))
    >>> offer.units
    1
    """
    terms = plan.shipment.terms if terms is None else terms
    check_terms(terms, interest_share_per_year)
    runs = _runs(network, plan)
    units = sum(run.units for run in runs)
    lines = [line for run in runs for line in _mean_lines(run, run.units / units)]
    money = _money(network, lines)
    cargo = network.by_id("cargoes")[plan.shipment.cargo_id]
    issued = issued_on or dt.date.today()
    summary = plan.summary.row(0, named=True)

    return Quote(
        origin=network.by_id("nodes")[plan.shipment.origin_node_id]["name"],
        destination=_destinations(plan),
        cargo=cargo["name"],
        units=units,
        depart_on=summary["first_depart_on"] or plan.shipment.ready_on,
        arrive_on=summary["last_arrive_on"],
        time_h=_mean_h(plan),
        time_p95_h=None,
        carbon_kg=summary["carbon_kg"] or 0.0,
        corridor=runs[0].rows[0]["corridor"] if runs else None,
        stages=pl.DataFrame(schema=STAGE_TYPES),
        runs=pl.DataFrame([_run_row(run) for run in runs], schema=RUN_TYPES),
        borders=pl.DataFrame(_border_rows(network, runs), schema=BORDER_TYPES),
        prices=_prices(network, plan, lines, cargo, units, interest_share_per_year),
        money=money,
        sources=sources_of(network, money),
        exclusions=exclusions_of(cargo),
        terms=terms,
        issued_on=issued,
        valid_to=issued + dt.timedelta(days=VALID_DAYS),
        interest_share_per_year=interest_share_per_year,
        warnings=plan.warnings,
        reason=None if units else (summary["reason"] or "nothing is dispatched"),
        folder=network.catalogues.parent if network.catalogues else None,
        provenance={**plan.provenance, "terms": terms},
    )


def _runs(network: Network, plan: Plan) -> list[_Run]:
    """Return the routes of a plan, that with most units first."""
    trips = Trips(network, plan.shipment, plan.provenance["options"])
    keys = ("route_id", "destination_node_id")
    groups = plan.dispatches.partition_by(keys, maintain_order=True)
    runs = [_run(trips, plan, dispatches.to_dicts()) for dispatches in groups]
    return sorted(runs, key=lambda run: -run.units)


def _run(trips: Trips, plan: Plan, rows: Sequence[Mapping[str, Any]]) -> _Run:
    """Return the dispatches by one route to one destination, with the legs of the first."""
    first = rows[0]
    query = trips.query(first["destination_node_id"], first["depart_on"])
    is_leg = pl.col("dispatch_id") == first["dispatch_id"]
    arcs = arcs_of(query, plan.legs.filter(is_leg).sort("leg").to_dicts())
    if arcs is None:
        raise CallError("the plan was made on another network: its routes are not on this one.")
    return _Run(query, legs(query, arcs), rows)


class _MeanLine(NamedTuple):
    """A line of a mean unit's price, and the number of its leg within its route."""

    leg: int
    line: PriceLine


def _mean_lines(run: _Run, share: float) -> Iterator[_MeanLine]:
    """Yield what a mean unit pays by a route; share: of all units that take it."""
    for number, leg in enumerate(run.itinerary):
        for line in leg.lines:
            yield _MeanLine(number, line._replace(usd=line.usd * share))


def _money(network: Network, lines: Sequence[_MeanLine]) -> pl.DataFrame:
    """Return the lines of a mean unit's price as a table."""
    rows = []
    for leg, line in lines:
        spread = deviation(network, line)
        rows.append(
            {
                "route_id": None,
                "leg": leg,
                "table": line.table,
                "row_id": line.row_id,
                "cost_usd": line.usd,
                "cost_p05_usd": line.usd - spread.below,
                "cost_p95_usd": line.usd + spread.above,
                "source_id": line.row["source_id"],
                "confidence": line.row["confidence"],
            }
        )
    return pl.DataFrame(rows, schema=MONEY_TYPES)


def _prices(
    network: Network,
    plan: Plan,
    lines: Sequence[_MeanLine],
    cargo: Mapping[str, Any],
    units: int,
    interest: float,
) -> pl.DataFrame:
    """Return the parts of the price of a mean unit and their total.

    Parameters
    ----------
    network, plan : the network and the plan.
    lines : what a mean unit pays.
    cargo, units : what is carried, and how many.
    interest : on the value of the goods, a year.
    """
    finance = finance_usd_per_h(cargo, interest) * (_mean_h(plan) or 0.0)
    storage_usd = float(plan.dispatches["storage_usd"].sum()) / max(units, 1)
    paid = [mean.line for mean in lines]
    return price_table(network, paid, Amount(finance, finance, finance), units, storage_usd)


def _mean_h(plan: Plan) -> float | None:
    """Return the mean hours of a unit under way; null where nothing is."""
    dispatches = plan.dispatches
    if not dispatches.height:
        return None
    unit_h = float((dispatches["time_h"] * dispatches["units"]).sum())
    return unit_h / float(dispatches["units"].sum())


def _destinations(plan: Plan) -> str:
    """Return the places of delivery."""
    return ", ".join(plan.dispatches["destination"].unique(maintain_order=True))


def _run_row(run: _Run) -> dict[str, Any]:
    """Return a route of a plan as a row."""
    freight_usd = sum(row["freight_usd"] for row in run.rows)
    return {
        "corridor": run.rows[0]["corridor"],
        "destination": run.rows[0]["destination"],
        "units": run.units,
        "dispatches": len(run.rows),
        "first_on": run.rows[0]["depart_on"],
        "last_on": max(row["arrive_on"] for row in run.rows),
        "usd_per_unit": round(freight_usd / run.units, 2),
    }


def _border_rows(network: Network, runs: Sequence[_Run]) -> list[dict[str, Any]]:
    """Return every crossing once: when first reached, by how many units, and its papers."""
    rows: dict[str, dict[str, Any]] = {}
    for run in runs:
        for number, leg in enumerate(run.itinerary):
            crossing = crossing_of(network, leg.as_row("", number))
            if crossing is None:
                continue

            fee = sum(line.usd for line in leg.lines if part_of(line) == "borders")
            row = rows.setdefault(
                crossing["link_id"],
                {
                    **crossing,
                    "usd_per_unit": round(fee, 2),
                    "documents": documents_of(run.query, [leg]),
                    "units": 0,
                },
            )
            row["units"] += run.units
            row["reach_at"] = min(row["reach_at"], crossing["reach_at"])
    return list(rows.values())
