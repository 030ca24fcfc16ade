"""What the network costs one unit of a cargo: hours and their spread, money, carbon.

Tariffs, speeds and extra charges are those of one day. Money is real USD of the study's price year,
per cargo unit. Carbon is well-to-wheel CO2 equivalent, transport operations by distance and hubs by
handling. Source: ISO 14083 (2023); GLEC Framework v3 (2024), module 2.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from hashlib import blake2b
from itertools import compress
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from corridor.errors import UnknownName
from corridor.kernels import Bools, Floats, Ints
from corridor.network.graph import Graph, LinkRun, Row, number_values
from corridor.network.memory import Derived
from corridor.network.network import Network
from corridor.network.prices import PriceLine, charges_at_crossing, charges_at_handling
from corridor.network.regimes import Mixture, Regimes, State, log_spread, mixture, regimes_on
from corridor.network.rules import Applied, Party
from corridor.network.services import headways_h, takes
from corridor.network.sums import (
    CENTS_PER_USD,
    GRAMS_PER_KG,
    MAX_WAIT_H,
    Place,
    require_countable,
)
from corridor.units import DAY_H, HOUR_S, NORMAL_P95

# The table and key of the rows that each kind of arc comes from.
_KEYS = {
    "link": ("links", "link_id"),
    "service": ("services", "service_id"),
    "terminal": ("terminals", "terminal_id"),
}


@dataclass(frozen=True, eq=False)
class LinkCosts:
    """What each link costs one unit, 2 x row forward and 2 x row + 1 backward [2 x links].

    run_h, fixed_h: median hours under way and standing; run_sigma, fixed_sigma: standard deviations
    of their logarithms; usd, kg: money and carbon; charge_usd: the part of usd that is no carriage;
    usable: mode and speed allow it; rates: the rows of rates the rest of usd comes from, null where
    none fits; charges: the lines that charge_usd is made of. mixtures: the states of those with
    regimes, of which fixed_h and fixed_sigma give median and 95th percentile.
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
    charges: list[tuple[PriceLine, ...]]
    mixtures: dict[int, Mixture]


@dataclass(frozen=True, eq=False)
class Costs:
    """What each arc of the graph costs one unit [arcs], and the link figures behind it.

    run_h: under way; fixed_h: standing at borders or handled; headway_h: of a service without a
    timetable, else 0; handling_sigma: standard deviation of the logarithm of a terminal's hours;
    before_h, before_sigma: hours before goods leave once they are handed in, the wait for a
    departure apart, and their spread: gathering of a service, departure of what moves off by
    itself. may_pass: mode, form and lot allow the arc. service_rates: the row of rates of an arc
    whose service has a price of its own. service_run_h: hours under way by (service row, run) where
    a service takes other hours than goods that move by themselves. handling: the lines
    of the money of a terminal. mixtures: the states of terminals with regimes, by arc.
    """

    link: LinkCosts
    run_h: Floats
    fixed_h: Floats
    headway_h: Floats
    before_h: Floats
    before_sigma: Floats
    handling_sigma: Floats
    usd: Floats
    kg: Floats
    may_pass: Bools
    service_rates: dict[int, Row]
    service_run_h: dict[tuple[int, LinkRun], float]
    handling: Handling
    mixtures: dict[int, Mixture]

    def run_h_of(self, runs: Sequence[LinkRun], service: int | None) -> Floats:
        """Return the hours under way on each of some links, by themselves or with a service."""
        hours = self.link.run_h[directed_links(runs)]
        if service is None:
            return hours
        own = [self.service_run_h.get((service, run)) for run in runs]
        return np.array([h if o is None else o for h, o in zip(hours, own, strict=True)])

    @cached_property
    def times_key(self) -> bytes:
        """What is equal where all hours are: which arcs and links may be passed is left out."""
        of_arcs = (self.run_h, self.fixed_h, self.headway_h, self.before_h)
        parts = (*of_arcs, self.link.run_h, self.link.fixed_h)
        return blake2b(b"".join(part.tobytes() for part in parts), digest_size=16).digest()

    @cached_property
    def usd_cents(self) -> Ints:
        """Whole cents of money on each arc [arcs]."""
        cents: Ints = np.rint(self.usd * CENTS_PER_USD).astype(np.int64)
        return cents

    @cached_property
    def carbon_g(self) -> Ints:
        """Whole grams of CO2 equivalent on each arc [arcs]."""
        grams: Ints = np.rint(self.kg * GRAMS_PER_KG).astype(np.int64)
        return grams

    @cached_property
    def wait_s(self) -> Ints:
        """Whole seconds before goods leave on each arc: half a headway, and before_h [arcs]."""
        wait_s: Ints = np.rint((self.headway_h / 2 + self.before_h) * HOUR_S).astype(np.int64)
        return wait_s


def directed_links(runs: Iterable[LinkRun]) -> list[int]:
    """Return the rows of :class:`LinkCosts` of the links that an arc runs over, in order."""
    return [run.direction for run in runs]


def price(network: Network, party: Party, rules: Sequence[Applied], at_s: int) -> Costs:
    """Return what every link and arc costs one unit of the party's cargo on the day of at_s.

    Raises UnknownName for a cargo the study has not, StudyError for figures whose sum along a route
    cannot be counted. A link whose speed is not known may not be passed.
    """
    cargoes = network.by_id("cargoes")
    if party.cargo_id not in cargoes:
        raise UnknownName("cargo", party.cargo_id, cargoes)
    cargo = cargoes[party.cargo_id]
    regimes = regimes_on(network, at_s)
    service_class = party.service_class
    links = _links(network, cargo, service_class, rules, regimes, at_s)
    costs = _arcs(network, party, regimes, links)
    _require_countable(network, costs, cargo)
    return costs


def _require_countable(network: Network, costs: Costs, cargo: Row) -> None:
    """Raise StudyError where what a route adds up may pass what a search counts exactly."""
    hours = costs.run_h + costs.fixed_h + costs.headway_h + costs.before_h + MAX_WAIT_H
    sums = (
        ("money", costs.usd * CENTS_PER_USD),
        ("carbon", costs.kg * GRAMS_PER_KG),
        ("time", hours * cargo_hour_usd(cargo) * CENTS_PER_USD),
    )
    for what, amounts in sums:
        require_countable(what, float(amounts.sum()), partial(_largest, network, amounts))


def _largest(network: Network, amounts: Floats) -> Place:
    """Return the row of the arc with the largest amount; one that is no number is larger."""
    arc = int(np.nan_to_num(amounts, nan=np.inf).argmax())
    table, key = _KEYS[network.graph.kind[arc]]
    row = network.rows(table)[int(network.graph.row[arc])]
    return Place(table, None, row[key])


def handling_kg(network: Network, cargo: Row) -> float:
    """Return kilograms of CO2 equivalent of handling one unit once."""
    factors = _lookup(network, "emissions", ("mode", "form"))
    factor = factors.best("terminal", cargo["form"])
    return _amount(factor or {}, "kg_co2e_per_", "", cargo)


def hour_usd(value_usd: float, time_value_share_per_day: float) -> float:
    """Return what an hour is worth to a cargo: its value x the share of it a day costs / 24.

    value_usd: of whatever the answer is for, such as one unit of the cargo.
    """
    return value_usd * time_value_share_per_day / DAY_H


def cargo_hour_usd(cargo: Row) -> float:
    """Return what an hour is worth to one unit of a row of ``cargoes``."""
    return hour_usd(cargo["value_usd_per_unit"], cargo["time_value_share_per_day"])


@dataclass(frozen=True, eq=False)
class _Lookup:
    """Rows by keys, null meaning any; the row that names most keys, earlier first, wins.

    rows_naming: for every choice of keys that some row names, the best first: the first row of each
    values of them.
    """

    rows_naming: dict[tuple[bool, ...], dict[tuple[Any, ...], Row]]

    @classmethod
    def of(cls, rows: Sequence[Row], keys: tuple[str, ...]) -> _Lookup:
        """Return some rows by keys."""
        rows_naming: dict[tuple[bool, ...], dict[tuple[Any, ...], Row]] = {}
        for row in rows:
            values = [row[key] for key in keys]
            named = tuple(value is not None for value in values)
            rows_naming.setdefault(named, {}).setdefault(tuple(compress(values, named)), row)
        return cls({named: rows_naming[named] for named in sorted(rows_naming, reverse=True)})

    @cached_property
    def _best_rows(self) -> dict[tuple[Any, ...], Row | None]:
        return {}

    def best(self, *values: Any) -> Row | None:
        """Return the best row for a value of every key; None if no row fits."""
        if values not in self._best_rows:
            self._best_rows[values] = next(self._fitting(values), None)
        return self._best_rows[values]

    def _fitting(self, values: tuple[Any, ...]) -> Iterator[Row]:
        """Yield the rows that name these values or leave them open, the best first."""
        for named, row_of in self.rows_naming.items():
            row = row_of.get(tuple(compress(values, named)))
            if row is not None:
                yield row


def _lookup(
    network: Network,
    table: str,
    keys: tuple[str, ...],
    part: str = "",
    is_in_part: Callable[[Row], bool] = lambda row: True,
) -> _Lookup:
    """Return rows of a table by keys, made once: all, or a part of them that has a name."""
    return network.once(
        Derived.TARIFFS.of(table, (keys, part)),
        lambda: _Lookup.of([row for row in network.rows(table) if is_in_part(row)], keys),
    )


def _links(
    network: Network,
    cargo: Row,
    service_class: str,
    rules: Sequence[Applied],
    regimes: Regimes,
    at_s: int,
) -> LinkCosts:
    """Return what every link costs one unit, forward and backward.

    Links of a kind are priced alike but for their length, speed and fees, so that tariffs are
    looked up once a kind; what rules, regimes and fees of their own add is set link by link.
    """
    kinds, kind_of = network.once(Derived.LINK_KINDS.of(), lambda: _link_kinds(network))
    tariffs = _Tariffs.of(network, cargo, service_class)
    prices = [tariffs.price(kind) for kind in kinds]
    figures = _LinkFigures.of(network)

    costs = _link_costs(prices, kind_of, figures, cargo)
    _set_apart(costs, prices, kind_of, figures, network, cargo, _extras(rules, at_s), regimes)
    return costs


class _Where(NamedTuple):
    """Where a link leads: what rates and emissions may name of it."""

    country: str
    to_country: str
    terrain: str | None
    on_rails: bool


class _LinkKind(NamedTuple):
    """What tariffs may name of a link in one direction."""

    mode: str
    where: _Where
    traction: str | None


class _LinkPrice(NamedTuple):
    """What links of a kind cost a cargo.

    mode: the row of how it works. rate: the row of rates; null where none fits. charges: at the
    crossing of a border. km_usd, ride_usd: what the rate asks a unit; km_g: grams of CO2e. allowed:
    whether the cargo may go by the mode.
    """

    mode: Row
    rate: Row | None
    charges: tuple[PriceLine, ...]
    km_usd: float
    ride_usd: float
    km_g: float
    allowed: bool


def _link_kinds(network: Network) -> tuple[list[_LinkKind], Ints]:
    """Return the kinds of links, and the kind of every link forward and backward [2 x links]."""
    links = network.frames["links"]
    terrains = network.frames["terrains"]
    terrain = dict(zip(terrains["link_id"].to_list(), terrains["terrain"].to_list(), strict=True))
    alike, number = number_values(
        zip(
            links["mode"].to_list(),
            map(terrain.get, links["link_id"].to_list()),
            links["gauge_mm"].is_not_null().to_list(),
            links["traction"].to_list(),
            strict=True,
        )
    )
    countries, country = number_values(network.frames["nodes"]["country"].to_list())

    # A kind is a number: what it is like, and where it starts and ends.
    start, end = country[network.graph.link_ends].reshape(-1, 2).T
    by_direction = np.column_stack([start, end, end, start]).reshape(-1, 2)
    keys = (np.repeat(number, 2), *by_direction.T)
    shape = (max(len(alike), 1), max(len(countries), 1), max(len(countries), 1))
    unique, kind_of = np.unique(np.ravel_multi_index(keys, shape), return_inverse=True)

    kinds = []
    for what, at, to in zip(
        *(part.tolist() for part in np.unravel_index(unique, shape)), strict=True
    ):
        mode, at_terrain, on_rails, traction = alike[what]
        where = _Where(countries[at], countries[to], at_terrain, on_rails)
        kinds.append(_LinkKind(mode, where, traction))
    return kinds, kind_of


class _LinkFigures(NamedTuple):
    """Figures of every link, forward and backward [2 x links]; 0 where its row says nothing.

    is_rated: whether a speed is known, if only as 0. fixed_sigma: spread of its hours.
    """

    length_km: Floats
    speed_kmh: Floats
    is_rated: Bools
    fixed_h: Floats
    fixed_sigma: Floats
    fixed_usd: Floats

    @classmethod
    def of(cls, network: Network) -> _LinkFigures:
        """Return the figures of a network's links, made once."""
        return network.once(Derived.LINK_FIGURES.of(), lambda: cls._of(network))

    @classmethod
    def _of(cls, network: Network) -> _LinkFigures:
        links = network.frames["links"]
        fixed_h = _figures(links["fixed_h"])
        p95_h = links["fixed_p95_h"]
        fixed_sigma = np.zeros(links.height)
        for row in np.flatnonzero(p95_h.is_not_null().to_numpy()).tolist():
            fixed_sigma[row] = log_spread(float(fixed_h[row]), p95_h[row])

        each = (
            _figures(links["length_km"]),
            _figures(links["speed_kmh"]),
            links["speed_kmh"].is_not_null().to_numpy(),
            fixed_h,
            fixed_sigma,
            _figures(links["fixed_usd"]),
        )
        return cls(*(np.repeat(figures, 2) for figures in each))


def _figures(column: pl.Series) -> Floats:
    """Return the figures of a column, 0 where it holds none."""
    return column.fill_null(0.0).cast(pl.Float64).to_numpy()


def _link_costs(
    prices: Sequence[_LinkPrice], kind_of: Ints, figures: _LinkFigures, cargo: Row
) -> LinkCosts:
    """Return what links cost by their kinds and figures, fees and charges apart."""

    def of_kinds(value: Callable[[_LinkPrice], float]) -> Floats:
        return np.array([value(price) for price in prices], np.float64)[kind_of]

    length_km = figures.length_km
    run_h = _running_hours(figures, of_kinds)
    km_usd = of_kinds(lambda price: price.km_usd)
    ride_usd = of_kinds(lambda price: price.ride_usd)
    carriage_usd = (cargo["rate_ratio"] or 1.0) * (length_km * km_usd + ride_usd)
    km_g = of_kinds(lambda price: price.km_g)

    kinds = kind_of.tolist()
    return LinkCosts(
        run_h=run_h,
        run_sigma=of_kinds(
            lambda price: math.log(price.mode.get("running_p95_ratio") or 1.0) / NORMAL_P95
        ),
        fixed_h=figures.fixed_h * of_kinds(lambda price: price.mode.get("fixed_ratio") or 1.0),
        fixed_sigma=figures.fixed_sigma.copy(),
        usd=of_kinds(lambda price: price.mode.get("rate_ratio") or 1.0) * carriage_usd,
        charge_usd=np.zeros(len(kind_of)),
        kg=(cargo["carbon_ratio"] or 1.0) * length_km * km_g / GRAMS_PER_KG,
        usable=figures.is_rated & np.array([price.allowed for price in prices], bool)[kind_of],
        rates=[prices[kind].rate for kind in kinds],
        charges=[()] * len(kind_of),
        mixtures={},
    )


def _running_hours(
    figures: _LinkFigures, of_kinds: Callable[[Callable[[_LinkPrice], float]], Floats]
) -> Floats:
    """Return the hours under way, rest and yards included; 0 where the speed is not known."""
    length_km = figures.length_km
    active_h = of_kinds(lambda price: price.mode.get("active_h_per_day") or DAY_H)
    yard_h = of_kinds(lambda price: price.mode.get("yard_h_per_1000km") or 0.0)
    is_moving = figures.speed_kmh != 0

    speed_kmh = np.where(is_moving, figures.speed_kmh, 1.0)
    hours = length_km / speed_kmh * DAY_H / active_h + length_km / 1000 * yard_h
    return np.where(is_moving, hours, 0.0)


def _set_apart(
    costs: LinkCosts,
    prices: Sequence[_LinkPrice],
    kind_of: Ints,
    figures: _LinkFigures,
    network: Network,
    cargo: Row,
    extra: Mapping[int, _Extra],
    regimes: Regimes,
) -> None:
    """Set what rules, regimes, fees and charges add, of links that have any."""
    has_charges = np.array([bool(price.charges) for price in prices], bool)[kind_of]
    is_apart = has_charges | (figures.fixed_usd != 0)
    for row in {*extra, *regimes.of_links}:
        is_apart[2 * row : 2 * row + 2] = True

    links = network.rows("links")
    for at in np.flatnonzero(is_apart).tolist():
        row = at // 2
        link = links[row]
        price = prices[kind_of[at]]
        added = extra.get(row, _Extra())
        slow = regimes.of_links.get(row, ())

        standing_h = link["fixed_h"] or 0.0
        costs.fixed_h[at] = (standing_h + added.hours) * (price.mode.get("fixed_ratio") or 1.0)
        if slow:
            _set_regimes(costs, at, link, slow, price.mode)
        fees = (*added.fees, *_regime_lines(costs.mixtures.get(at), slow))
        _set_charges(costs, at, link, price, fees, cargo)


class _Extra(NamedTuple):
    """What rules in force add to a link: hours, and fees as lines of one clearance."""

    hours: float = 0.0
    fees: tuple[PriceLine, ...] = ()


@dataclass(frozen=True, eq=False)
class _Modes:
    """How modes work in countries, in one class of service."""

    modes: _Lookup
    classes: _Lookup

    @cached_property
    def _rows(self) -> dict[tuple[str, str], Row]:
        return {}

    @classmethod
    def of(cls, network: Network, service_class: str) -> _Modes:
        """Return how the modes of a network work in a class of service."""
        keys = ("mode", "country")
        return cls(
            _lookup(network, "modes", keys),
            _lookup(
                network,
                "service_classes",
                keys,
                service_class,
                lambda row: row["service_class"] == service_class,
            ),
        )

    def row(self, mode: str, country: str) -> Row:
        """Return how a mode works in a country: what its class says, else what all do."""
        if (mode, country) not in self._rows:
            self._rows[mode, country] = self._row(mode, country)
        return self._rows[mode, country]

    def _row(self, mode: str, country: str) -> Row:
        ordinary = self.modes.best(mode, country) or {}
        chosen = self.classes.best(mode, country)
        if chosen is None:
            return ordinary
        names = ("active_h_per_day", "fixed_ratio", "rate_ratio")
        return {**ordinary, **{name: chosen[name] for name in names if chosen[name] is not None}}


@dataclass(frozen=True, eq=False)
class _Tariffs:
    """What links of a mode and country charge a cargo, in hours, money and carbon."""

    cargo: Row
    modes: _Modes
    rates: _Lookup
    factors: _Lookup
    charges: Sequence[Row]
    allowed: set[str]

    @classmethod
    def of(cls, network: Network, cargo: Row, service_class: str) -> _Tariffs:
        """Return the tariffs of a network for a cargo in a class of service."""
        by_link = ("mode", *_Where._fields, "form")
        return cls(
            cargo,
            _Modes.of(network, service_class),
            _lookup(network, "rates", by_link, "off services", lambda row: not row["service_id"]),
            _lookup(network, "emissions", ("mode", *_Where._fields, "traction", "form")),
            network.rows("charges"),
            set(cargo["allowed_modes"].split()),
        )

    def price(self, kind: _LinkKind) -> _LinkPrice:
        """Return what links of a kind cost the cargo."""
        cargo = self.cargo
        keys = (kind.mode, *kind.where)
        rate = self.rates.best(*keys, cargo["form"])
        factor = self.factors.best(*keys, kind.traction, cargo["form"])
        return _LinkPrice(
            mode=self.modes.row(kind.mode, kind.where.country),
            rate=rate,
            charges=tuple(self._charge_lines(kind)),
            km_usd=_amount(rate or {}, "usd_per_", "_km", cargo),
            ride_usd=_amount(rate or {}, "usd_per_", "", cargo),
            km_g=_amount(factor or {}, "g_co2e_per_", "_km", cargo),
            allowed=kind.mode in self.allowed,
        )

    def _charge_lines(self, kind: _LinkKind) -> Iterator[PriceLine]:
        """Give what is charged at the crossing of a border beside its fees."""
        countries = (kind.where.country, kind.where.to_country)
        for charge in charges_at_crossing(self.charges, self.cargo, kind.mode, countries):
            yield PriceLine("charges", charge, _amount(charge, "usd_per_", "", self.cargo))


def _set_regimes(costs: LinkCosts, at: int, link: Row, regimes: Sequence[Row], mode: Row) -> None:
    """Set the hours of a link in one direction to those over all its states."""
    standing_h = link["fixed_h"] or 0.0
    ratio = mode.get("fixed_ratio") or 1.0
    extra_h = costs.fixed_h[at] / ratio - standing_h
    ordinary = State(1.0, standing_h, float(costs.fixed_sigma[at]))

    mixed = mixture(ordinary, regimes).scaled(ratio, extra_h)
    costs.mixtures[at] = mixed
    costs.fixed_h[at] = mixed.median_h
    costs.fixed_sigma[at] = mixed.sigma


def _set_charges(
    costs: LinkCosts,
    at: int,
    link: Row,
    price: _LinkPrice,
    fees: Sequence[PriceLine],
    cargo: Row,
) -> None:
    """Add the fees and charges of a link in one direction to its carriage."""
    own_fee = PriceLine("links", link, link["fixed_usd"] or 0.0)
    clearances = cargo.get("clearances_per_unit") or 1.0
    cleared = [fee._replace(usd=clearances * fee.usd) for fee in (own_fee, *fees) if fee.usd]

    costs.charges[at] = (*cleared, *price.charges)
    costs.charge_usd[at] = sum(line.usd for line in costs.charges[at])
    costs.usd[at] += costs.charge_usd[at]


def _regime_lines(mixed: Mixture | None, regimes: Sequence[Row]) -> Iterator[PriceLine]:
    """Give the extra money of regimes, each by its share of the time."""
    if mixed is None:
        return
    for row, state in zip(regimes, mixed.states[1:], strict=True):
        if state.usd:
            yield PriceLine("regimes", row, state.share * state.usd)


def _carriage_usd(rate: Row | None, cargo: Row, length_km: float) -> float:
    """Return what a rate charges one unit for a link or ride of a length; null charges nothing."""
    if rate is None:
        return 0.0

    by_distance = length_km * _amount(rate, "usd_per_", "_km", cargo)
    by_ride = _amount(rate, "usd_per_", "", cargo)
    return float((cargo["rate_ratio"] or 1.0) * (by_distance + by_ride))


def _running_h(length_km: float, speed_kmh: float, mode: Row) -> float:
    """Return the hours under way, rest included: a lorry's driver rests, a train does not."""
    return float(length_km / speed_kmh * DAY_H / (mode.get("active_h_per_day") or DAY_H))


def _yard_h(length_km: float, mode: Row) -> float:
    """Return the hours in yards of what no service carries."""
    return float(length_km / 1000 * (mode.get("yard_h_per_1000km") or 0.0))


def _arcs(network: Network, party: Party, regimes: Regimes, link: LinkCosts) -> Costs:
    """Return what every arc costs one unit, from what its links cost."""
    graph = network.graph
    hub = _Hub.of(network, network.by_id("cargoes")[party.cargo_id])
    handling = Handling(hub, graph.row, graph.forward, {})
    hours = _ArcHours.of(network, party.service_class)
    costs = _costs_of_links(link, graph, hours, handling)

    _set_terminals(costs, network, hub)
    _set_terminal_regimes(costs, network, regimes)
    _set_services(costs, network, party)
    return costs


def _set_services(costs: Costs, network: Network, party: Party) -> None:
    """Set which services take a cargo, and the prices of those with rates of their own."""
    graph = network.graph
    cargo = network.by_id("cargoes")[party.cargo_id]
    services = network.rows("services")
    arcs = np.flatnonzero(graph.is_service)
    rows = graph.row[arcs]
    is_taken = np.array([takes(service, cargo, party.lot_t) for service in services], bool)
    costs.may_pass[arcs] &= is_taken[rows]

    tariffs = _service_rates(network)
    rates = [tariffs.best(service["service_id"], cargo["form"]) for service in services]
    for arc, row in zip(arcs.tolist(), rows.tolist(), strict=True):
        if rate := rates[row]:
            _set_service_price(costs, arc, graph.runs[arc], rate, network, cargo)


def _service_rates(network: Network) -> _Lookup:
    """Return the rates of services by service and form of the cargo."""
    return _lookup(
        network,
        "rates",
        ("service_id", "form"),
        "services",
        lambda row: row["service_id"] is not None,
    )


def _arcs_beyond_links(graph: Graph) -> list[int]:
    """Return the arcs that cost something else than the links they run over do."""
    is_plain_link = np.array([kind == "link" for kind in graph.kind], bool)
    beyond: list[int] = np.flatnonzero(~is_plain_link | np.array(graph.departs, bool)).tolist()
    return beyond


@dataclass(frozen=True, eq=False)
class _ArcHours:
    """What arcs take beyond the hours of their links, whatever the cargo [arcs].

    Arrays as of :class:`Costs`; handling_h: of terminals, else 0. own_run_h: hours under way of the
    arcs of services that take others than their links.
    """

    headway_h: Floats
    before_h: Floats
    before_sigma: Floats
    handling_h: Floats
    handling_sigma: Floats
    own_run_h: dict[int, float]
    service_run_h: dict[tuple[int, LinkRun], float]

    @classmethod
    def of(cls, network: Network, service_class: str) -> _ArcHours:
        """Return the hours of a network's arcs in a class of service, made once."""
        memo = Derived.ARC_HOURS.of(service_class)
        return network.once(memo, lambda: cls._of(network, service_class))

    @classmethod
    def _of(cls, network: Network, service_class: str) -> _ArcHours:
        graph = network.graph
        services = network.rows("services")
        terminals = network.rows("terminals")
        timing = _Timing.of(network, service_class)
        headway_h, before_h, before_sigma, handling_h, handling_sigma = np.zeros(
            (5, graph.arcs_count)
        )
        hours = cls(headway_h, before_h, before_sigma, handling_h, handling_sigma, {}, {})

        for arc in _arcs_beyond_links(graph):
            kind = graph.kind[arc]
            row = int(graph.row[arc])
            if kind == "terminal":
                hours.handle(arc, terminals[row])
            elif kind == "service":
                hours.ride(arc, row, services[row], graph.runs[arc], timing)
            else:
                hours.depart(arc, timing.mode(graph.runs[arc][0]))
        return hours

    def handle(self, arc: int, terminal: Row) -> None:
        """Set the hours of a terminal."""
        handling_h = terminal["handling_h"] or 0.0
        self.handling_h[arc] = handling_h
        self.handling_sigma[arc] = log_spread(handling_h, terminal["handling_p95_h"])

    def depart(self, arc: int, mode: Row) -> None:
        """Set the hours before goods move off by themselves."""
        departure_h = mode.get("departure_h") or 0.0
        self.before_h[arc] = departure_h
        self.before_sigma[arc] = log_spread(departure_h, mode.get("departure_p95_h"))

    def ride(
        self, arc: int, row: int, service: Row, runs: Sequence[LinkRun], timing: _Timing
    ) -> None:
        """Set the headway and gathering of a service, and its hours where they are its own."""
        gathering_h = service["gathering_h"] or 0.0
        self.headway_h[arc] = timing.headways_h[service["service_id"]]
        self.before_h[arc] = gathering_h
        self.before_sigma[arc] = log_spread(gathering_h, service["gathering_p95_h"])

        meets_yards = any(timing.mode(run).get("yard_h_per_1000km") for run in runs)
        if service["speed_kmh"] or meets_yards:
            hours = [timing.running_h(run, service["speed_kmh"]) for run in runs]
            self.service_run_h.update(zip([(row, run) for run in runs], hours, strict=True))
            self.own_run_h[arc] = float(np.array(hours).sum())


@dataclass(frozen=True, eq=False)
class _Timing:
    """How long services take in a class of service."""

    links: Sequence[Row]
    nodes: Mapping[str, Row]
    modes: _Modes
    headways_h: dict[str, float]

    @classmethod
    def of(cls, network: Network, service_class: str) -> _Timing:
        """Return how long a network's services take in a class of service."""
        modes = _Modes.of(network, service_class)
        return cls(network.rows("links"), network.by_id("nodes"), modes, headways_h(network))

    def mode(self, run: LinkRun) -> Row:
        """Return how the mode of a link works in the country it is run over from."""
        link = self.links[run.link]
        start = self.nodes[link["from_node_id" if run.is_forward else "to_node_id"]]
        return self.modes.row(link["mode"], start["country"])

    def running_h(self, run: LinkRun, speed_kmh: float | None) -> float:
        """Return the hours under way on a link with a service, which no yard holds.

        speed_kmh: of the service; null: that of the link.
        """
        link = self.links[run.link]
        speed_kmh = speed_kmh or link["speed_kmh"]
        return _running_h(link["length_km"], speed_kmh, self.mode(run)) if speed_kmh else 0.0


def _costs_of_links(link: LinkCosts, graph: Graph, hours: _ArcHours, handling: Handling) -> Costs:
    """Return what the links of every arc cost and all its hours; the rest is to be filled in."""
    runs = graph.runs_of_arcs
    count = graph.arcs_count
    run_h = runs.sums(link.run_h, count)
    run_h[list(hours.own_run_h)] = list(hours.own_run_h.values())
    return Costs(
        link=link,
        run_h=run_h,
        fixed_h=np.where(graph.is_terminal, hours.handling_h, runs.sums(link.fixed_h, count)),
        headway_h=hours.headway_h,
        before_h=hours.before_h,
        before_sigma=hours.before_sigma,
        handling_sigma=hours.handling_sigma.copy(),  # regimes set some
        usd=runs.sums(link.usd, count),
        kg=runs.sums(link.kg, count),
        may_pass=runs.sums(~link.usable, count) == 0,
        service_rates={},
        service_run_h=hours.service_run_h,
        handling=handling,
        mixtures={},
    )


@dataclass(frozen=True, eq=False)
class _Hub:
    """What handling of a cargo costs at terminals; kg: its carbon at any of them."""

    cargo: Row
    terminals: Sequence[Row]
    nodes: Mapping[str, Row]
    charges: list[Row]
    kg: float

    @classmethod
    def of(cls, network: Network, cargo: Row) -> _Hub:
        """Return what handling of a cargo costs at the terminals of a network."""
        return cls(
            cargo,
            network.rows("terminals"),
            network.by_id("nodes"),
            [row for row in network.rows("charges") if row["charged_at"] == "handling"],
            handling_kg(network, cargo),
        )

    @cached_property
    def _lines(self) -> dict[tuple[int, bool], tuple[PriceLine, ...]]:
        return {}

    def lines(self, row: int, is_forward: bool) -> tuple[PriceLine, ...]:
        """Return what is charged at a terminal in a direction; many arcs lead through it."""
        key = (row, is_forward)
        if key not in self._lines:
            charged = self._charged(self.terminals[row], is_forward)
            self._lines[key] = tuple(line for line in charged if line.usd)
        return self._lines[key]

    def _charged(self, terminal: Row, is_forward: bool) -> Iterator[PriceLine]:
        """Give what a terminal charges, and what is charged there beside it."""
        yield PriceLine("terminals", terminal, _amount(terminal, "usd_per_", "", self.cargo))

        country = self.nodes[terminal["node_id"]]["country"]
        layers = (terminal["from_layer"], terminal["to_layer"])
        before, after = layers if is_forward else layers[::-1]
        modes = (before.split("-")[0], after.split("-")[0])
        for charge in charges_at_handling(self.charges, self.cargo, modes, country):
            yield PriceLine("charges", charge, _amount(charge, "usd_per_", "", self.cargo))


@dataclass(frozen=True, eq=False)
class Handling:
    """The lines of the money of terminals by arc, made where they are asked for.

    row, is_forward: of every arc [arcs]. apart: lines of terminals with regimes, by arc.
    """

    hub: _Hub
    row: Ints
    is_forward: Sequence[bool]
    apart: dict[int, tuple[PriceLine, ...]]

    def __getitem__(self, arc: int) -> tuple[PriceLine, ...]:
        """Return what is charged at the terminal of an arc."""
        if arc in self.apart:
            return self.apart[arc]
        return self.hub.lines(int(self.row[arc]), self.is_forward[arc])


class _TerminalKinds(NamedTuple):
    """Which arcs are of terminals that are priced alike.

    arcs: those of terminals; kind_of: the kind of each; examples: a row of ``terminals`` and
    whether it is passed forward, for every kind.
    """

    arcs: Ints
    kind_of: Ints
    examples: list[tuple[int, bool]]


def _terminal_kinds(network: Network) -> _TerminalKinds:
    """Return the kinds of terminals, by all that what is charged there may follow."""
    graph = network.graph
    terminals = network.rows("terminals")
    nodes = network.by_id("nodes")
    tariff = [name for name in network.frames["terminals"].columns if "_per_" in name]

    def kind(arc: int) -> tuple[Any, ...]:
        terminal = terminals[int(graph.row[arc])]
        layers = (terminal["from_layer"], terminal["to_layer"], graph.forward[arc])
        country = nodes[terminal["node_id"]]["country"]
        return (country, terminal["form"], *layers, *(terminal[name] for name in tariff))

    arcs = np.flatnonzero(graph.is_terminal)
    kind_of = number_values([kind(arc) for arc in arcs.tolist()])[1]
    first = arcs[np.unique(kind_of, return_index=True)[1]].tolist()
    examples = [(int(graph.row[arc]), graph.forward[arc]) for arc in first]
    return _TerminalKinds(arcs, kind_of, examples)


def _set_terminals(costs: Costs, network: Network, hub: _Hub) -> None:
    """Set what handling at terminals costs in money and carbon, and whether it is done.

    Terminals of a kind are priced alike, so that charges are added up once a kind.
    """
    memo = Derived.TERMINAL_KINDS.of()
    arcs, kind_of, examples = network.once(memo, lambda: _terminal_kinds(network))
    forms = (None, hub.cargo["form"])
    is_done = [hub.terminals[row]["form"] in forms for row, _ in examples]
    usd = [sum(line.usd for line in hub.lines(*example)) for example in examples]

    costs.may_pass[arcs] = np.array(is_done, bool)[kind_of]
    costs.usd[arcs] = np.array(usd, np.float64)[kind_of]
    costs.kg[arcs] = hub.kg


def _set_terminal_regimes(costs: Costs, network: Network, regimes: Regimes) -> None:
    """Set the hours and the money of terminals with regimes to those over all their states."""
    if not regimes.of_terminals:
        return
    terminal_ids = network.frames["terminals"]["terminal_id"].to_list()
    row = network.graph.row

    for arc in np.flatnonzero(network.graph.is_terminal).tolist():
        slow = regimes.of_terminals.get(terminal_ids[row[arc]])
        if slow:
            _mix_terminal(costs, arc, slow)


def _mix_terminal(costs: Costs, arc: int, regimes: Sequence[Row]) -> None:
    """Set the hours and the money of a terminal to those over all its states."""
    ordinary = State(1.0, float(costs.fixed_h[arc]), float(costs.handling_sigma[arc]))
    mixed = mixture(ordinary, regimes)
    lines = (*costs.handling[arc], *_regime_lines(mixed, regimes))

    costs.mixtures[arc] = mixed
    costs.fixed_h[arc] = mixed.median_h
    costs.handling_sigma[arc] = mixed.sigma
    costs.handling.apart[arc] = lines
    costs.usd[arc] = sum(line.usd for line in lines)


def _set_service_price(
    costs: Costs, arc: int, runs: Sequence[LinkRun], rate: Row, network: Network, cargo: Row
) -> None:
    """Set the price of a service that has a rate of its own."""
    links = network.rows("links")
    length_km = sum(links[run.link]["length_km"] for run in runs)
    charge_usd = costs.link.charge_usd[np.array(directed_links(runs))].sum()
    costs.service_rates[arc] = rate
    costs.usd[arc] = _carriage_usd(rate, cargo, length_km) + charge_usd


def _amount(row: Row, before: str, after: str, cargo: Row) -> float:
    """Return what a row charges one unit, by unit, TEU and tonne; null charges nothing."""
    by_unit = row.get(f"{before}unit{after}") or 0.0
    by_teu = (row.get(f"{before}teu{after}") or 0.0) * _paying_teu(row, cargo)
    by_weight = (row.get(f"{before}t{after}") or 0.0) * cargo["t_per_unit"]
    return float(by_unit + by_teu + by_weight)


def _paying_teu(row: Row, cargo: Row) -> float:
    """Return the TEU one unit pays for: those it takes up, or those its weight uses up if more."""
    teu = cargo["teu_per_unit"] or 0.0
    t_per_teu = row.get("t_per_teu")
    return float(max(teu, cargo["t_per_unit"] / t_per_teu) if teu and t_per_teu else teu)


def _extras(rules: Sequence[Applied], at_s: int) -> dict[int, _Extra]:
    """Return the hours and fees that rules in force add, by link row."""
    extra: dict[int, _Extra] = {}

    for rule in rules:
        effect = rule.row["effect"]
        if effect not in ("extra-hours", "extra-usd"):
            continue

        value = float(rule.row["value"])
        for i in rule.links_at(at_s):
            before = extra.get(i, _Extra())
            if effect == "extra-hours":
                extra[i] = before._replace(hours=before.hours + value)
            else:
                fee = PriceLine("rules", rule.row, value)
                extra[i] = before._replace(fees=(*before.fees, fee))
    return extra
