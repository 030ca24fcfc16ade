"""What the network costs one unit of a cargo: hours and their spread, money, carbon.

Tariffs, speeds and extra charges are those of one day. Money is real USD of the study's price year,
per cargo unit. Carbon is well-to-wheel CO2 equivalent, transport operations by distance and hubs by
handling. Source: ISO 14083 (2023); GLEC Framework v3 (2024), module 2.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from corridor.errors import UnknownName
from corridor.kernels import Bools, Floats
from corridor.network.network import Network, Row
from corridor.network.rules import Applied, Party
from corridor.units import DAY_H, NORMAL_P95, WEEK_H


@dataclass(frozen=True, eq=False)
class LinkCosts:
    """What each link costs one unit, 2 x row forward and 2 x row + 1 backward [2 x links].

    run_h, fixed_h: median hours under way and standing; run_sigma, fixed_sigma: standard deviations
    of their logarithms; usd, kg: money and carbon; charge_usd: the part of usd that does not grow
    with length; usable: mode and speed allow it; rates: the rows of rates the rest of usd comes
    from, null where none fits.
    """

    run_h: Floats
    run_sigma: Floats
    fixed_h: Floats
    fixed_sigma: Floats
    usd: Floats
    charge_usd: Floats
    kg: Floats
    usable: Bools
    rates: list[Row | None]


@dataclass(frozen=True, eq=False)
class Costs:
    """What each arc of the graph costs one unit [arcs], and the link figures behind it.

    run_h: under way; fixed_h: standing at borders or handled; headway_h: of a service without a
    timetable, else 0; handling_sigma: standard deviation of the logarithm of a terminal's hours;
    may_pass: mode and form allow the arc. service_rates: the row of rates of an arc whose service
    has a price of its own.
    """

    link: LinkCosts
    run_h: Floats
    fixed_h: Floats
    headway_h: Floats
    handling_sigma: Floats
    usd: Floats
    kg: Floats
    may_pass: Bools
    service_rates: dict[int, Row]


def directed_links(runs: Iterable[tuple[int, bool]]) -> list[int]:
    """Return the rows of :class:`LinkCosts` of the links that an arc runs over, in order."""
    return [2 * link + (not forward) for link, forward in runs]


def price(network: Network, party: Party, rules: Sequence[Applied], at_min: int) -> Costs:
    """Return what every link and arc costs one unit of the party's cargo on the day of at_min.

    Raises UnknownName for a cargo the study has not. A link whose speed is not known may not be
    passed.
    """
    cargoes = network.by_id("cargoes")
    if party.cargo_id not in cargoes:
        raise UnknownName("cargo", party.cargo_id, cargoes)
    cargo = cargoes[party.cargo_id]
    return _arcs(network, cargo, _links(network, cargo, rules, at_min))


def handling_kg(network: Network, cargo: Row) -> float:
    """Return kilograms of CO2 equivalent of handling one unit once."""
    factor = (
        _Lookup(network.rows("emissions"), ("mode", "form")).best(
            mode="terminal", form=cargo["form"]
        )
        or {}
    )
    return _amount(factor, "kg_co2e_per_", "", cargo)


def hour_usd(value_usd: float, time_value_share_per_day: float) -> float:
    """Return what an hour is worth to a cargo: its value x the share of it a day costs / 24.

    value_usd: of whatever the answer is for, such as one unit of the cargo.
    """
    return value_usd * time_value_share_per_day / DAY_H


def cargo_hour_usd(cargo: Row) -> float:
    """Return what an hour is worth to one unit of a row of ``cargoes``."""
    return hour_usd(cargo["value_usd_per_unit"], cargo["time_value_share_per_day"])


def headway_h(service: Row) -> float:
    """Return the hours between departures of a service without a timetable; 0 for one that has a
    timetable."""
    return (
        0.0
        if service["timetable"] or not service["departures_per_week"]
        else WEEK_H / service["departures_per_week"]
    )


def _links(network: Network, cargo: Row, rules: Sequence[Applied], at_min: int) -> LinkCosts:
    links = network.rows("links")
    nodes = network.by_id("nodes")
    modes = _Lookup(network.rows("modes"), ("mode", "country"))
    rates = _Lookup(
        [r for r in network.rows("rates") if r["service_id"] is None], ("mode", "country", "form")
    )
    factors = _Lookup(network.rows("emissions"), ("mode", "country", "traction", "form"))
    ratio = cargo["rate_ratio"] or 1.0
    dirt = cargo["carbon_ratio"] or 1.0
    clearances = cargo.get("clearances_per_unit") or 1.0
    allowed = set(cargo["allowed_modes"].split())
    run_h, run_sigma, fixed_h, fixed_sigma, usd, charge_usd, kg = (
        np.zeros(2 * len(links)) for _ in range(7)
    )
    made = LinkCosts(
        run_h,
        run_sigma,
        fixed_h,
        fixed_sigma,
        usd,
        charge_usd,
        kg,
        np.zeros(2 * len(links), bool),
        [None] * (2 * len(links)),
    )
    extra = _extras(rules, at_min)
    for i, row in enumerate(links):
        extra_h, extra_usd = extra.get(i, (0.0, 0.0))
        km = row["length_km"]
        form = cargo["form"]
        stand = row["fixed_h"] or 0.0
        for at, end in ((2 * i, "from_node_id"), (2 * i + 1, "to_node_id")):
            country = nodes[row[end]]["country"]
            mode = modes.best(mode=row["mode"], country=country) or {}
            made.usable[at] = row["speed_kmh"] is not None and row["mode"] in allowed
            made.run_h[at] = (
                km / row["speed_kmh"] * DAY_H / mode.get("active_h_per_day", DAY_H)
                if row["speed_kmh"]
                else 0.0
            )
            made.run_sigma[at] = math.log(mode.get("running_p95_ratio", 1.0)) / NORMAL_P95
            made.fixed_h[at] = stand + extra_h
            made.fixed_sigma[at] = _sigma(stand, row["fixed_p95_h"])
            made.rates[at] = rates.best(mode=row["mode"], country=country, form=form)
            made.charge_usd[at] = clearances * ((row["fixed_usd"] or 0.0) + extra_usd)
            made.usd[at] = (
                ratio * km * _amount(made.rates[at] or {}, "usd_per_", "_km", cargo)
                + made.charge_usd[at]
            )
            factor = (
                factors.best(mode=row["mode"], country=country, traction=row["traction"], form=form)
                or {}
            )
            made.kg[at] = dirt * km * _amount(factor, "g_co2e_per_", "_km", cargo) / 1000
    return made


def _arcs(network: Network, cargo: Row, link: LinkCosts) -> Costs:
    graph = network.graph
    services, terminals, links = (network.rows(n) for n in ("services", "terminals", "links"))
    rates = _Lookup(
        [r for r in network.rows("rates") if r["service_id"] is not None], ("service_id", "form")
    )
    modes = _Lookup(network.rows("modes"), ("mode", "country"))
    ratio = cargo["rate_ratio"] or 1.0
    hub_kg = handling_kg(network, cargo)
    run_h, fixed_h, headway, sigma, usd, kg = (np.zeros(graph.arcs_count) for _ in range(6))
    made = Costs(
        link, run_h, fixed_h, headway, sigma, usd, kg, np.zeros(graph.arcs_count, bool), {}
    )
    for a, (kind, row, runs) in enumerate(
        zip(graph.kind, graph.row.tolist(), graph.runs, strict=True)
    ):
        if kind == "terminal":
            place = terminals[row]
            made.may_pass[a] = place["form"] is None or place["form"] == cargo["form"]
            made.fixed_h[a] = place["handling_h"]
            made.handling_sigma[a] = _sigma(place["handling_h"], place["handling_p95_h"])
            made.usd[a] = _amount(place, "usd_per_", "", cargo)
            made.kg[a] = hub_kg
            continue
        at = np.array(directed_links(runs))
        made.may_pass[a] = link.usable[at].all()
        made.run_h[a] = link.run_h[at].sum()
        made.fixed_h[a] = link.fixed_h[at].sum()
        made.usd[a] = link.usd[at].sum()
        made.kg[a] = link.kg[at].sum()
        if kind == "service":
            service = services[row]
            km = sum(links[i]["length_km"] for i, _ in runs)
            if service["speed_kmh"]:
                mode = modes.best(mode=links[runs[0][0]]["mode"], country=None) or {}
                made.run_h[a] = (
                    km / service["speed_kmh"] * DAY_H / mode.get("active_h_per_day", DAY_H)
                )
            made.headway_h[a] = headway_h(service)
            rate = rates.best(service_id=service["service_id"], form=cargo["form"])
            if rate:
                made.service_rates[a] = rate
                made.usd[a] = (
                    ratio * km * _amount(rate, "usd_per_", "_km", cargo) + link.charge_usd[at].sum()
                )
    return made


class _Lookup:
    """Rows found by keys, null in a row meaning any; the row that names most, earlier keys first,
    wins."""

    def __init__(self, rows: Sequence[Row], keys: tuple[str, ...]) -> None:
        self.keys = keys
        self.found = dict[tuple[Any, ...], Row | None]()
        self.rows = sorted(rows, key=lambda r: tuple(r[k] is None for k in keys))

    def best(self, **asked: Any) -> Row | None:
        """Return the best row for these values; None if no row fits."""
        key = tuple(asked.get(k) for k in self.keys)
        if key not in self.found:
            self.found[key] = next(
                (
                    r
                    for r in self.rows
                    if all(r[k] is None or r[k] == v for k, v in zip(self.keys, key, strict=True))
                ),
                None,
            )
        return self.found[key]


def _amount(row: Row, before: str, after: str, cargo: Row) -> float:
    """Add what a row charges a unit by the unit, by its TEU and by its tonnes; null is not
    charged."""
    per = (("unit", 1.0), ("teu", cargo["teu_per_unit"] or 0.0), ("t", cargo["t_per_unit"]))
    return float(sum((row.get(f"{before}{word}{after}") or 0.0) * amount for word, amount in per))


def _extras(rules: Sequence[Applied], at_min: int) -> dict[int, tuple[float, float]]:
    """Hours and USD that rules in force add, by link row."""
    extra: dict[int, tuple[float, float]] = {}
    for rule in rules:
        if (
            rule.row["effect"] in ("extra-hours", "extra-usd")
            and rule.from_min <= at_min < rule.to_min
        ):
            is_time = rule.row["effect"] == "extra-hours"
            for i in rule.links:
                hours, usd = extra.get(i, (0.0, 0.0))
                value = float(rule.row["value"])
                extra[i] = (hours + value, usd) if is_time else (hours, usd + value)
    return extra


def _sigma(median: float, p95: float | None) -> float:
    """Standard deviation of the logarithm of a log-normal with this median and 95th percentile."""
    return (
        math.log(p95 / median) / NORMAL_P95
        if median > 0 and p95 is not None and p95 > median
        else 0.0
    )
