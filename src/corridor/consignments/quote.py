"""Quote: what a forwarder offers for one route: legs, borders with their papers, price, exclusions.

The price is split by what each line of it pays for: carriage (``rates``), borders (fees of
``links``, ``rules`` and ``regimes``, charges of crossings), handling (``terminals`` and charges of
handling) and finance, the interest on the goods while they travel. Finance is no line of a table:
it is computed here from the value of the goods, the days under way and a rate of interest.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, Unpack

import polars as pl

from corridor.errors import CallError, did_you_mean
from corridor.language.messages import message
from corridor.network.network import Network
from corridor.network.prices import PriceLine, price_band
from corridor.routing.conditions import CRITERIA, Options
from corridor.routing.query import Query, prepare
from corridor.routing.route import Routes, route
from corridor.tables.columns import INCOTERMS
from corridor.tables.store import write_results
from corridor.units import DAY_H, MEAN_YEAR_DAYS

PARTS = ("freight", "borders", "handling", "finance")
VALID_DAYS = 14  # a fortnight: spot prices of lorries and boxes are offered for one to four weeks
# Interest on goods under way: about the base rate of Kazakhstan in 2025-26 (16.5 to 18 %). C.
INTEREST_SHARE_PER_YEAR = 0.18
MAX_STAGES = 12  # of one page; more are told by mode, not by mode and country
BUYER_PAYS_CARRIAGE = ("EXW", "FCA", "FAS", "FOB")

_INSTANT = pl.Datetime("us", "UTC")
STAGE_TYPES: dict[str, Any] = {
    "stage": pl.Int64,
    "kind": pl.String,
    "mode": pl.String,
    "layer": pl.String,
    "from_place": pl.String,
    "to_place": pl.String,
    "countries": pl.List(pl.String),
    "service_ids": pl.List(pl.String),
    "depart_at": _INSTANT,
    "arrive_at": _INSTANT,
    "wait_h": pl.Float64,
    "time_h": pl.Float64,
    "length_km": pl.Float64,
    "usd_per_unit": pl.Float64,
}
BORDER_TYPES: dict[str, Any] = {
    "link_id": pl.String,
    "from_country": pl.String,
    "to_country": pl.String,
    "from_place": pl.String,
    "to_place": pl.String,
    "mode": pl.String,
    "reach_at": _INSTANT,
    "stop_h": pl.Float64,
    "usd_per_unit": pl.Float64,
    "documents": pl.List(pl.String),
    "units": pl.Int64,
}
PRICE_TYPES: dict[str, Any] = {
    "part": pl.String,
    "usd_per_unit": pl.Float64,
    "p05_usd_per_unit": pl.Float64,
    "p95_usd_per_unit": pl.Float64,
    "usd": pl.Float64,
    "share": pl.Float64,
}
RUN_TYPES: dict[str, Any] = {
    "corridor": pl.String,
    "destination": pl.String,
    "units": pl.Int64,
    "dispatches": pl.Int64,
    "first_on": pl.Date,
    "last_on": pl.Date,
    "usd_per_unit": pl.Float64,
}
SOURCE_TYPES: dict[str, Any] = {
    "source_id": pl.String,
    "confidence": pl.String,
    "citation": pl.String,
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
            f"{self.total['usd']:,.0f} USD."
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
        depart_on=_day(depart),
        arrive_on=routes.legs["arrive_at"].dt.date().max() if routes.legs.height else None,  # type: ignore[arg-type]
        time_h=row["time_h"] if row else None,
        time_p95_h=row["time_p95_h"] if row else None,
        carbon_kg=units * row["carbon_kg"] if row else 0.0,
        corridor=row["corridor"] if row else None,
        stages=_stages(network, routes),
        borders=_borders(network, query, routes, units),
        prices=_prices(network, lines, row, cargo_row, units, interest_share_per_year),
        money=routes.money,
        sources=sources_of(network, routes.money),
        exclusions=exclusions_of(cargo_row),
        terms=terms,
        issued_on=issued,
        valid_to=issued + dt.timedelta(days=VALID_DAYS),
        interest_share_per_year=interest_share_per_year,
        warnings=routes.warnings,
        reason=routes.reason,
        folder=network.catalogues.parent if network.catalogues else None,
        provenance={**routes.provenance, "units": units, "best": best, "terms": terms},
    )


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


def _day(depart: dt.date | str) -> dt.date:
    if isinstance(depart, dt.datetime):
        return depart.date()
    return depart if isinstance(depart, dt.date) else dt.datetime.fromisoformat(depart).date()


def _name(network: Network, node_id: str) -> str:
    return str(network.by_id("nodes")[node_id.partition("@")[0]]["name"])


# Price


def part_of(line: PriceLine) -> str:
    """Return which part of a price a line belongs to: freight, borders or handling."""
    if line.table == "rates":
        return "freight"
    if line.table == "charges":
        return "borders" if line.row["charged_at"] == "crossing" else "handling"
    if line.table == "regimes":
        return "handling" if line.row["table"] == "terminals" else "borders"
    return "handling" if line.table == "terminals" else "borders"


def price_lines(network: Network, money: pl.DataFrame) -> list[PriceLine]:
    """Return the lines of a table of money, each with the row it comes from."""
    return [
        PriceLine(table, network.by_id(table)[row_id], usd)
        for table, row_id, usd in money.select("table", "row_id", "cost_usd").iter_rows()
    ]


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

    usd_per_h = cargo["value_usd_per_unit"] * interest / (MEAN_YEAR_DAYS * DAY_H)
    hours = (row["time_h"], row["time_p05_h"], row["time_p95_h"])
    finance = tuple(usd_per_h * (row["time_h"] if h is None else h) for h in hours)
    return price_table(network, lines, finance, units)


def price_table(
    network: Network,
    lines: Sequence[PriceLine],
    finance: tuple[float, float, float],
    units: int,
    storage_usd: float = 0.0,
) -> pl.DataFrame:
    """Return the parts of a price and their total, with bands; finance varies by itself.

    Parameters
    ----------
    network : the network.
    lines : what one unit pays.
    finance : interest on one unit's value: as planned, 5th and 95th percentile.
    units : units that pay it.
    storage_usd : of one unit between ready and dispatch; 0: no such part.
    """
    parts = {}
    for part in PARTS[:-1]:
        of_part = [line for line in lines if part_of(line) == part]
        band = price_band(network, of_part)
        parts[part] = (sum(line.usd for line in of_part), band.p05_usd, band.p95_usd)
    if storage_usd:
        parts["storage"] = (storage_usd, storage_usd, storage_usd)
    parts["finance"] = finance

    total = sum(usd for usd, _, _ in parts.values())
    band = price_band(network, lines)
    lines_usd = sum(line.usd for line in lines)
    below = math.hypot(lines_usd - band.p05_usd, max(finance[0] - finance[1], 0.0))
    above = math.hypot(band.p95_usd - lines_usd, max(finance[2] - finance[0], 0.0))
    parts["total"] = (total, total - below, total + above)

    rows = [
        {
            "part": part,
            "usd_per_unit": round(usd, 2),
            "p05_usd_per_unit": round(p05, 2),
            "p95_usd_per_unit": round(p95, 2),
            "usd": round(usd * units, 2),
            "share": usd / total if total else None,
        }
        for part, (usd, p05, p95) in parts.items()
    ]
    return pl.DataFrame(rows, schema=PRICE_TYPES)


def sources_of(network: Network, money: pl.DataFrame) -> pl.DataFrame:
    """Return the sources of the lines of a price, the dearest first."""
    citations = dict(network.frames["sources"].select("source_id", "citation").iter_rows())
    sums = (
        money.group_by("source_id", "confidence", maintain_order=True)
        .agg(pl.col("cost_usd").sum())
        .sort("cost_usd", descending=True, maintain_order=True)
    )
    rows = [
        {
            "source_id": source_id,
            "confidence": confidence,
            "citation": citations.get(source_id),
            "usd_per_unit": round(usd, 2),
        }
        for source_id, confidence, usd in sums.iter_rows()
    ]
    return pl.DataFrame(rows, schema=SOURCE_TYPES)


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


# Stages


def _stages(network: Network, routes: Routes) -> pl.DataFrame:
    """Return carriage by mode and country and handling; by mode alone where rows are too many."""
    groups = _grouped(routes.legs, "kind", "layer", "country")
    if len(groups) > MAX_STAGES:
        groups = _grouped(routes.legs, "kind", "layer")

    rows = [_stage(network, number, group) for number, group in enumerate(groups, start=1)]
    return pl.DataFrame(rows, schema=STAGE_TYPES)


def _grouped(legs: pl.DataFrame, *keys: str) -> list[list[dict[str, Any]]]:
    """Return legs that follow each other and are alike in some columns."""
    rows = legs.iter_rows(named=True)
    return [list(group) for _, group in groupby(rows, key=lambda leg: [leg[key] for key in keys])]


def _stage(network: Network, number: int, legs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return legs of one kind and layer as a row."""
    first = legs[0]
    last = legs[-1]
    nodes = network.by_id("nodes")
    ends = [nodes[leg[end]]["country"] for leg in legs for end in ("from_node_id", "to_node_id")]
    services = [leg["service_id"] for leg in legs if leg["service_id"]]
    return {
        "stage": number,
        "kind": first["kind"],
        "mode": first["mode"],
        "layer": first["layer"],
        "from_place": nodes[first["from_node_id"]]["name"],
        "to_place": nodes[last["to_node_id"]]["name"],
        "countries": list(dict.fromkeys(ends)),
        "service_ids": list(dict.fromkeys(services)),
        "depart_at": first["depart_at"],
        "arrive_at": last["arrive_at"],
        "wait_h": sum(leg["wait_h"] for leg in legs),
        "time_h": sum(leg["time_h"] for leg in legs),
        "length_km": sum(leg["length_km"] for leg in legs),
        "usd_per_unit": round(sum(leg["cost_usd"] for leg in legs), 2),
    }


# Borders


def _borders(network: Network, query: Query, routes: Routes, units: int) -> pl.DataFrame:
    """Return the crossings of a route, with what is asked and paid there."""
    fees = fees_by_leg(network, routes.money)
    rows = []
    for leg in routes.legs.iter_rows(named=True):
        crossing = crossing_of(network, leg)
        if crossing is not None:
            documents = documents_at(query, leg["link_id"])
            fee = round(fees.get(leg["leg"], 0.0), 2)
            rows.append({**crossing, "usd_per_unit": fee, "documents": documents, "units": units})
    return pl.DataFrame(rows, schema=BORDER_TYPES)


def crossing_of(network: Network, leg: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return where and when a leg crosses a border; null where it does not."""
    nodes = network.by_id("nodes")
    start = nodes[leg["from_node_id"]]
    end = nodes[leg["to_node_id"]]
    if start["country"] == end["country"]:
        return None
    return {
        "link_id": leg["link_id"],
        "from_country": start["country"],
        "to_country": end["country"],
        "from_place": start["name"],
        "to_place": end["name"],
        "mode": leg["mode"],
        "reach_at": leg["depart_at"],
        "stop_h": leg["fixed_h"],
    }


def fees_by_leg(network: Network, money: pl.DataFrame) -> dict[int, float]:
    """Return what each leg of a route pays at borders."""
    fees: dict[int, float] = {}
    lines = price_lines(network, money)
    for leg, line in zip(money["leg"], lines, strict=True):
        if part_of(line) == "borders":
            fees[leg] = fees.get(leg, 0.0) + line.usd
    return fees


def documents_at(query: Query, link_id: str) -> list[str]:
    """Return the papers that the rules in force ask for on a link."""
    link_ids = query.network.frames["links"]["link_id"].to_list()
    return sorted(_asked(query, link_ids.index(link_id)))


def _asked(query: Query, link: int) -> set[str]:
    return {
        str(rule.row["document"])
        for rule in query.rules
        if rule.row["effect"] == "document" and link in set(rule.links_at(query.depart_s))
    }
