"""Quote: what a forwarder offers for one route: legs, borders with papers, price, exclusions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Unpack

import polars as pl

from corridor.consignments.price_parts import (
    PRICE_TYPES,
    Amount,
    finance_usd_per_h,
    price_lines,
    price_table,
    sources_of,
)
from corridor.consignments.quote_legs import borders, stages
from corridor.errors import CallError, did_you_mean
from corridor.language.messages import message, with_names
from corridor.network.calendar import day_of
from corridor.network.graph import Row
from corridor.network.network import Network
from corridor.network.prices import PriceLine
from corridor.routing.conditions import CRITERIA, Options
from corridor.routing.corridor_words import corridor_message
from corridor.routing.query import prepare
from corridor.routing.route import Routes, route
from corridor.tables.columns import INCOTERMS
from corridor.tables.store import write_results

VALID_DAYS = 14  # a fortnight: spot prices of lorries and boxes are offered for one to four weeks
# Interest on goods under way: about the base rate of Kazakhstan in 2025-26 (16.5 to 18 %). C.
INTEREST_SHARE_PER_YEAR = 0.18
BUYER_PAYS_CARRIAGE = ("EXW", "FCA", "FAS", "FOB")

RUN_TYPES: dict[str, Any] = {
    "corridor": pl.String,
    "destination": pl.String,
    "units": pl.Int64,
    "dispatches": pl.Int64,
    "first_on": pl.Date,
    "last_on": pl.Date,
    "usd_per_unit": pl.Float64,
}


@dataclass(frozen=True, eq=False)
class Quote:
    """An offer for one route, of one or many units, or for a shipment by its plan.

    Attributes
    ----------
    origin, destination, cargo
        Names as printed.
    units
        Units carried.
    depart_on, arrive_on
        First and last day as planned; null where there is no route.
    time_h, time_p95_h
        Hours as planned, and in which 19 of 20 journeys arrive if nothing closes; null: unknown.
    carbon_kg
        Emissions of all units, well to wheel.
    corridor
        What the route is called.
    stages
        Its carriage by mode and country, and its handling, in order; of a plan: none.
    runs
        Of a plan: its routes, with units, dispatches and dates; of one route: none.
    borders
        Its crossings, with hours, fees and papers.
    prices
        Freight, borders, handling and finance with their bands, then the total.
    money
        The lines of the price: a row a leg and row of a table.
    sources
        What the price rests on, dearest first.
    exclusions
        What the price does not hold, in words.
    terms
        Incoterms 2020 agreed; null: none.
    issued_on, valid_to
        Day of the offer and last day it holds.
    reason
        Why there is no route; else null.
    """

    origin: str
    destination: str
    cargo: str
    units: int
    depart_on: dt.date
    arrive_on: dt.date | None
    time_h: float | None
    time_p95_h: float | None
    carbon_kg: float
    corridor: str | None
    stages: pl.DataFrame
    borders: pl.DataFrame
    prices: pl.DataFrame
    money: pl.DataFrame
    sources: pl.DataFrame
    exclusions: tuple[str, ...]
    terms: str | None
    issued_on: dt.date
    valid_to: dt.date
    interest_share_per_year: float
    warnings: tuple[str, ...] = ()
    reason: str | None = None
    runs: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=RUN_TYPES))
    folder: Path | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def total(self) -> Mapping[str, Any]:
        """The last row of the prices: all parts together."""
        return self.prices.row(-1, named=True)

    def __repr__(self) -> str:
        trip = f"{self.units} x {self.cargo} from {self.origin} to {self.destination}"
        if self.reason is not None:
            return f"Quote: {trip}. reason: {self.reason}"
        return (
            f"Quote: {trip} by {self.corridor}, {self.depart_on} to {self.arrive_on}: "
            f"USD {self.total['usd']:,.0f}."
        )

    def frames(self) -> dict[str, pl.DataFrame]:
        """Return its tables by name."""
        return {
            "stages": self.stages,
            "runs": self.runs,
            "borders": self.borders,
            "prices": self.prices,
            "money": self.money,
            "sources": self.sources,
        }

    def write(self, folder: str | Path) -> Path:
        """Write its tables as Parquet and a manifest into a folder and return it."""
        manifest = {
            **self.provenance,
            "valid_to": str(self.valid_to),
            "exclusions": list(self.exclusions),
            "reason": self.reason,
            "warnings": list(self.warnings),
        }
        return write_results(folder, self.frames(), manifest)


def quote(
    network: Network,
    origin: str,
    destination: str,
    *,
    cargo: str,
    depart: dt.date | str,
    best: str = "cost",
    units: int = 1,
    terms: str | None = None,
    issued_on: dt.date | None = None,
    interest_share_per_year: float = INTEREST_SHARE_PER_YEAR,
    **options: Unpack[Options],
) -> Quote:
    """Return an offer for the best route from one place to another: legs, borders, price, terms.

    Parameters
    ----------
    network
        The network of a scenario.
    origin, destination
        As for :func:`corridor.route`.
    cargo
        Row of ``cargoes``.
    depart
        Day of departure.
    best
        Of which criterion the best route is offered: time, cost, carbon or risk.
    units
        Units carried, all by this route and on that day.
    terms
        Incoterms 2020 agreed, such as DAP; null: none.
    issued_on
        Day of the offer; null: today. It holds for a fortnight.
    interest_share_per_year
        Interest on the value of the goods while they travel; 0: finance is left out of the price.
    **options
        See :class:`corridor.routing.conditions.Options`.

    Returns
    -------
    Quote
        Money is per unit and for all units, in US dollars of the study's price year. Without a
        route: a reason, and no rows.

    Raises
    ------
    CallError, UnknownName
        For a wrong argument.

    Examples
    --------
    >>> import corridor as co
    >>> network = co.read("studies/kazakhstan-pakistan").network
    >>> offer = co.quote(network, "almaty", "karachi", cargo="container-40", depart="2026-07-01")
    >>> offer.prices["part"].to_list()
    ['freight', 'borders', 'handling', 'finance', 'total']
    """
    _check(best, units, terms, interest_share_per_year)
    query = prepare(network, origin, destination, cargo=cargo, depart=depart, options=options)
    routes = route(
        network,
        origin,
        destination,
        cargo=cargo,
        depart=depart,
        criteria=(best,),
        max_routes=1,
        **options,
    )
    lines = price_lines(network, routes.money)
    row = routes.routes.row(0, named=True) if routes.routes.height else None
    issued = issued_on or dt.date.today()
    cargo_row = network.by_id("cargoes")[cargo]

    return Quote(
        origin=_name(network, query.origin),
        destination=_name(network, query.destination),
        cargo=cargo_row["name"],
        units=units,
        depart_on=day_of(query.depart_s),
        arrive_on=routes.legs["arrive_at"].dt.date().max() if routes.legs.height else None,  # type: ignore[arg-type]
        time_h=row["time_h"] if row else None,
        time_p95_h=row["time_p95_h"] if row else None,
        carbon_kg=units * row["carbon_kg"] if row else 0.0,
        corridor=row["corridor"] if row else None,
        stages=stages(network, routes),
        borders=borders(network, query, routes, units),
        prices=_prices(network, lines, row, cargo_row, units, interest_share_per_year),
        money=routes.money,
        sources=sources_of(network, routes.money),
        exclusions=exclusions_of(cargo_row),
        terms=terms,
        issued_on=issued,
        valid_to=issued + dt.timedelta(days=VALID_DAYS),
        interest_share_per_year=interest_share_per_year,
        warnings=_warnings(routes, row),
        reason=routes.reason,
        folder=network.catalogues.parent if network.catalogues else None,
        provenance={**routes.provenance, "units": units, "best": best, "terms": terms},
    )


def _warnings(routes: Routes, row: Row | None) -> tuple[str, ...]:
    """Return what to take care of, which names the corridor: an offer has one route."""
    if row is None:
        return routes.warnings
    names = {row["route_id"]: corridor_message(row["corridor"])}
    return tuple(with_names(text, names) for text in routes.warnings)


def _check(best: str, units: int, terms: str | None, interest: float) -> None:
    """Raise CallError for an argument that makes no sense."""
    if best not in CRITERIA:
        raise CallError(f"best must be one of {', '.join(CRITERIA)}, not {best!r}.")
    if units < 1:
        raise CallError(f"units must be 1 or more, not {units}.")
    check_terms(terms, interest)


def check_terms(terms: str | None, interest: float) -> None:
    """Raise CallError for terms that are none, or interest that is no share."""
    if terms is not None and terms not in INCOTERMS:
        cure = did_you_mean(terms, INCOTERMS, f"Name one of {', '.join(INCOTERMS)}.")
        raise CallError(f"terms names {terms!r}, which is no rule of Incoterms 2020. {cure}")
    if not 0 <= interest <= 1:
        raise CallError(f"interest_share_per_year must be a share from 0 to 1, not {interest}.")


def _name(network: Network, node_id: str) -> str:
    return str(network.by_id("nodes")[node_id.partition("@")[0]]["name"])


def _prices(
    network: Network,
    lines: Sequence[PriceLine],
    row: Mapping[str, Any] | None,
    cargo: Mapping[str, Any],
    units: int,
    interest: float,
) -> pl.DataFrame:
    """Return the parts of the price of a route and their total, with bands.

    Parameters
    ----------
    network, lines : the network and what one unit pays.
    row : the route; null: there is none.
    cargo, units : what is carried.
    interest : on the value of the goods, a year.
    """
    if row is None:
        return pl.DataFrame(schema=PRICE_TYPES)

    usd_per_h = finance_usd_per_h(cargo, interest)
    hours = (row["time_h"], row["time_p05_h"], row["time_p95_h"])
    finance = Amount(*(usd_per_h * (row["time_h"] if h is None else h) for h in hours))
    return price_table(network, lines, finance, units)


def exclusions_of(cargo: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a price does not hold, in words."""
    everywhere = (
        message("customs duties, taxes and inspections at destination"),
        message("insurance of the goods"),
        message("storage, demurrage and detention beyond the free time"),
        message("waiting, turning back and storage where a border or pass shuts on the way"),
    )
    by_form = {
        "container": (message("packing, loading and lashing at the shipper's"),),
        "bulk": (message("loading at origin, weighing, quality and quarantine certificates"),),
        "vehicle": (
            message("homologation, registration, conversion to right-hand drive, charging plugs"),
            message("escort, and repair of what the road damages"),
        ),
    }
    return (*everywhere, *by_form[cargo["form"]])
