"""A quote for a shipment by its plan: its routes, borders with their papers, and price a unit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from corridor.consignments.offers import Trips
from corridor.consignments.plan import Plan
from corridor.consignments.quote import (
    BORDER_TYPES,
    INTEREST_SHARE_PER_YEAR,
    RUN_TYPES,
    STAGE_TYPES,
    VALID_DAYS,
    Quote,
    check_terms,
    crossing_of,
    documents_at,
    exclusions_of,
    part_of,
    price_table,
    sources_of,
)
from corridor.consignments.state import arcs_of
from corridor.errors import CallError
from corridor.network.network import Network
from corridor.network.prices import PriceLine, deviation
from corridor.routing.itinerary import Leg, legs
from corridor.routing.query import Query
from corridor.routing.route_tables import MONEY_TYPES
from corridor.units import DAY_H, MEAN_YEAR_DAYS


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
        Incoterms 2020 agreed, such as DAP; null: none.
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
    check_terms(terms, interest_share_per_year)
    runs = list(_runs(network, plan))
    units = sum(run.units for run in runs)
    shares = [(line, leg, run.units / units) for run in runs for leg, line in _lines(run)]
    money = _money(network, shares)
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
        prices=_prices(network, plan, shares, cargo, units, interest_share_per_year),
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


def _runs(network: Network, plan: Plan) -> Iterator[_Run]:
    """Give the routes of a plan, that with most units first."""
    trips = Trips(network, plan.shipment, plan.provenance["options"])
    keys = ("route_id", "destination_node_id")
    groups = plan.dispatches.group_by(keys, maintain_order=True)
    for (_, destination), dispatches in sorted(groups, key=lambda g: -g[1]["units"].sum()):
        rows = dispatches.to_dicts()
        query = trips.query(str(destination), rows[0]["depart_on"])
        is_leg = pl.col("dispatch_id") == rows[0]["dispatch_id"]
        arcs = arcs_of(query, plan.legs.filter(is_leg).sort("leg").to_dicts())
        if arcs is None:
            raise CallError("the plan was made on another network: its routes are not on this one.")
        yield _Run(query, legs(query, arcs), rows)


def _lines(run: _Run) -> Iterator[tuple[int, PriceLine]]:
    """Give what one unit pays by a route, each with the number of its leg."""
    for number, leg in enumerate(run.itinerary):
        for line in leg.lines:
            yield number, line


def _money(network: Network, shares: Sequence[tuple[PriceLine, int, float]]) -> pl.DataFrame:
    """Return the lines of a mean unit's price; shares: lines, legs and their share of units."""
    rows = []
    for line, leg, share in shares:
        part = line._replace(usd=line.usd * share)
        own = deviation(network, part)
        rows.append(
            {
                "route_id": None,
                "leg": leg,
                "table": part.table,
                "row_id": part.row_id,
                "cost_usd": part.usd,
                "cost_p05_usd": part.usd - own.below,
                "cost_p95_usd": part.usd + own.above,
                "source_id": part.row["source_id"],
                "confidence": part.row["confidence"],
            }
        )
    return pl.DataFrame(rows, schema=MONEY_TYPES)


def _prices(
    network: Network,
    plan: Plan,
    shares: Sequence[tuple[PriceLine, int, float]],
    cargo: Mapping[str, Any],
    units: int,
    interest: float,
) -> pl.DataFrame:
    """Return the parts of the price of a mean unit and their total.

    Parameters
    ----------
    network, plan : the network and the plan.
    shares : lines of its routes, with their legs and share of units.
    cargo, units : what is carried, and how many.
    interest : on the value of the goods, a year.
    """
    lines = [line._replace(usd=line.usd * share) for line, _, share in shares]
    hours = _mean_h(plan) or 0.0
    finance = cargo["value_usd_per_unit"] * interest * hours / (MEAN_YEAR_DAYS * DAY_H)
    storage_usd = float(plan.dispatches["storage_usd"].sum()) / max(units, 1)
    return price_table(network, lines, (finance, finance, finance), units, storage_usd)


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
                    "documents": documents_at(run.query, crossing["link_id"]),
                    "units": 0,
                },
            )
            row["units"] += run.units
            row["reach_at"] = min(row["reach_at"], crossing["reach_at"])
    return list(rows.values())
