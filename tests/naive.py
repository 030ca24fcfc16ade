"""Readable twins of the kernels, from the tables and the words of the documentation.

Not written from the code, and slow on purpose: time is stepped by the hour, routes are enumerated
one by one, nothing is shared with the package but the names of tables and columns.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import polars as pl

Row = dict[str, Any]
State = tuple[str, str, str]  # a node, a layer and how goods stand there
Delays = tuple[float | None, ...]  # hours of delay at every hour of a day, None where shut
UTC = dt.UTC
SHUT_ALL_DAY: Delays = (None,) * 24
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEK_H = 168
RISK_DAYS = 30


class Arc(NamedTuple):
    """A way to go on from a state: over a link, alone or with a service, or through a terminal."""

    name: str
    tail: State
    head: State
    link: Row | None = None
    service: Row | None = None
    terminal: Row | None = None
    departs: bool = False

    @property
    def service_id(self) -> str | None:
        return self.service["service_id"] if self.service else None


class NaiveNetwork:
    """A network as lists of rows, for one cargo, departure and pair of countries."""

    def __init__(
        self, tables: dict[str, pl.DataFrame], depart: dt.date, origin: str, destination: str
    ) -> None:
        self.tables = {name: table.to_dicts() for name, table in tables.items()}
        self.depart = dt.datetime(depart.year, depart.month, depart.day, tzinfo=UTC)
        self.country = {node["node_id"]: node["country"] for node in self.tables["nodes"]}
        self.cargo = self.tables["cargoes"][0]
        self.last_hour = (dt.date(depart.year + 3, 1, 1) - depart).days * 24
        self.apply_changes_of_figures(depart)

        self.rules = [
            rule
            for rule in self.tables["rules"]
            if rule["origin_country"] in (None, self.country[origin])
            and rule["destination_country"] in (None, self.country[destination])
        ]
        self.is_covered: dict[tuple[str, str], bool] = {}
        self.delays_of_day: dict[tuple[Any, ...], Delays] = {}
        self.arcs = [*self.link_arcs(), *self.terminal_arcs()]

    def mode(self, link: Row) -> Row:
        """Return how the mode of a link works."""
        return next(row for row in self.tables["modes"] if row["mode"] == link["mode"])

    def is_changed_at(self, node: str, layer: str) -> bool:
        """Tell whether a terminal stands between one service and another of a layer."""
        return any(
            terminal["node_id"] == node and terminal["from_layer"] == terminal["to_layer"] == layer
            for terminal in self.tables["terminals"]
        )

    def apply_changes_of_figures(self, on: dt.date) -> None:
        """Change what holds on the departure date, the status of links apart."""
        for change in self.tables["changes"]:
            if change["column"] != "fixed_h" or not is_in_force(change, on):
                continue
            for link in self.tables["links"]:
                if link["link_id"] not in change["row_id"].split() and link["mode"] != "road":
                    continue
                value = float(change["value"])
                if change["op"] == "add":
                    link["fixed_h"] += value
                else:
                    link["fixed_h"] *= value

    def link_arcs(self) -> Iterator[Arc]:
        only_with_a_service = {
            service["link_ids"] for service in self.tables["services"] if service["required"]
        }
        for link in self.tables["links"]:
            link_id = link["link_id"]
            ends = [(link["from_node_id"], link["to_node_id"])]
            if link["two_way"]:
                ends.append((link["to_node_id"], link["from_node_id"]))

            layer = layer_of(link)
            stands_while_moving = bool(self.mode(link)["departure_h"])
            for one, other in ends:
                ready = (one, layer, "ready")
                moving = (one, layer, "moving")
                arc = Arc(link_id, ready, (other, layer, "ready"), link=link)
                if link_id not in only_with_a_service:
                    if stands_while_moving:
                        onward = arc._replace(head=(other, layer, "moving"))
                        yield onward._replace(departs=True)
                        yield onward._replace(tail=moving)
                    else:
                        yield arc

                for service in self.tables["services"]:
                    in_wagon = service["required"] and stands_while_moving
                    stand = "moving" if in_wagon else "ready"
                    if self.is_changed_at(other, layer):
                        stand = "landed"
                    ride = arc._replace(head=(other, layer, stand))
                    is_here = service["link_ids"] == link_id
                    if is_here and service["from_node_id"] in (None, one):
                        yield ride._replace(service=service)
                        yield ride._replace(service=service, tail=moving)

    def terminal_arcs(self) -> Iterator[Arc]:
        for terminal in self.tables["terminals"]:
            node = terminal["node_id"]
            terminal_id = terminal["terminal_id"]
            layers = [(terminal["from_layer"], terminal["to_layer"])]
            if terminal["two_way"]:
                layers.append(layers[0][::-1])

            if terminal["from_layer"] == terminal["to_layer"]:
                landed, ready = ((node, terminal["to_layer"], s) for s in ("landed", "ready"))
                yield Arc(terminal_id, landed, ready, terminal=terminal)
                continue
            for one, other in layers:
                for stand in ("ready", "moving", "landed"):
                    head = (node, other, "ready")
                    yield Arc(terminal_id, (node, one, stand), head, terminal=terminal)

    def covers(self, selector: str, link: Row) -> bool:
        """Tell whether a selector means a link (found once for each pair)."""
        key = (selector, link["link_id"])
        if key not in self.is_covered:
            self.is_covered[key] = any(self.term_covers(term, link) for term in selector.split())
        return self.is_covered[key]

    def term_covers(self, term: str, link: Row) -> bool:
        kind, _, word = term.partition(":")
        countries = sorted((self.country[link["from_node_id"]], self.country[link["to_node_id"]]))
        if kind == "country":
            return word in countries
        if kind == "mode":
            return bool(word == link["mode"])
        if kind == "crossing":
            return sorted(word.split("-")) == countries
        return bool(term == link["link_id"])

    def delay_h(self, link: Row, from_node: str, at: dt.datetime) -> float | None:
        """Return the hours lost to weather on entering a link; None where windows shut it."""
        total = 0.0
        for windows in self.windows(link["link_id"], from_node):
            open_windows = [window for window in windows if is_window_open(window, at)]
            if not open_windows:
                return None
            best = max(open_windows, key=lambda window: window["open_share"] or 1.0)
            total += (1 - (best["open_share"] or 1.0)) * (best["closed_spell_h"] or 0.0)
        return total

    @cache  # noqa: B019
    def windows(self, link_id: str, from_node: str) -> list[list[Row]]:
        """Return the windows of a link and of the place it is entered at, where there are any."""
        by_element = [
            [window for window in self.tables["windows"] if window["link_id"] == link_id],
            self.windows_at(from_node),
        ]
        return [windows for windows in by_element if windows]

    @cache  # noqa: B019
    def windows_at(self, node: str) -> list[Row]:
        """Return the windows of a place."""
        return [window for window in self.tables["windows"] if window["node_id"] == node]

    @cache  # noqa: B019
    def let_in(self, node: str, hour: int) -> int | None:
        """Return the first hour from one on at which a place is open; None if never."""
        windows = self.windows_at(node)
        while hour < self.last_hour:
            at = self.depart + dt.timedelta(hours=hour)
            if not windows or any(is_window_open(window, at) for window in windows):
                return hour
            hour += 1
        return None

    @cache  # noqa: B019
    def link(self, link_id: str) -> Row:
        """Return the row of a link."""
        return next(link for link in self.tables["links"] if link["link_id"] == link_id)

    @cache  # noqa: B019
    def delays(self, link_id: str, from_node: str, day: int) -> Delays:
        """Return the expected delay of a link at every hour of a day (0 is the departure's).

        A day is like any other of its weekday in the same seasons, once status and rules let the
        link be used.
        """
        on = self.depart.date() + dt.timedelta(days=day)
        if not self.is_in_use(link_id, on) or self.is_forbidden(link_id, on):
            return SHUT_ALL_DAY

        seasons = tuple(
            window["window_id"]
            for windows in self.windows(link_id, from_node)
            for window in windows
            if is_in_season(on, window["season_from"], window["season_to"])
        )
        key = (link_id, from_node, on.weekday(), seasons)
        if key not in self.delays_of_day:
            link = self.link(link_id)
            hours = [dt.datetime(on.year, on.month, on.day, h, tzinfo=UTC) for h in range(24)]
            self.delays_of_day[key] = tuple(self.delay_h(link, from_node, hour) for hour in hours)
        return self.delays_of_day[key]

    @cache  # noqa: B019
    def is_in_use(self, link_id: str, on: dt.date) -> bool:
        """Tell whether a link's status lets it be used on a day."""
        link = self.link(link_id)
        status = link["status"]
        for change in self.tables["changes"]:
            is_of_status = change["column"] == "status" and is_in_force(change, on)
            if is_of_status and self.covers(change["row_id"], link):
                status = change["value"]
        return bool(status == "existing")

    def is_forbidden(self, link_id: str, on: dt.date) -> bool:
        """Tell whether a rule forbids a link on a day."""
        return any(
            rule["effect"] == "forbid" and is_in_force(rule, on)
            for rule in self.rules_of(self.link(link_id))
        )

    def rules_of(self, link: Row) -> list[Row]:
        return [rule for rule in self.rules if self.covers(rule["row_id"], link)]

    def arrive(self, arc: Arc, ready: int) -> int | None:
        """Return the earliest arrival of who is ready at an hour after departure; None if never."""
        if arc.terminal:
            taken = self.let_in(arc.tail[0], ready)
            return None if taken is None else taken + self.hours(arc)
        arrival = self.arrive_over_link(
            arc.name, arc.tail[0], arc.service_id, ready, departs=arc.departs
        )
        return None if arrival is None else self.let_in(arc.head[0], arrival)

    @cache  # noqa: B019
    def arrive_over_link(
        self,
        link_id: str,
        from_node: str,
        service_id: str | None,
        ready: int,
        *,
        departs: bool = False,
    ) -> int | None:
        """Return the earliest arrival over a link, or a service on it.

        Whoever waits for weather, for a ship without a timetable or to move off leaves while the
        link is open: if shut, at its opening. Goods are ready for a timetable once gathered.
        """
        arc = self.arc(link_id, from_node, service_id)
        run = self.hours(arc)
        wait = self.half_headway_h(arc)
        if departs:
            wait += whole(self.mode(self.link(link_id))["departure_h"])
        if arc.service:
            gathering = whole(arc.service["gathering_h"] or 0)
            if arc.service["timetable"]:
                ready += gathering
            else:
                wait += gathering
        best = None
        hour = ready
        delays = SHUT_ALL_DAY
        while hour < self.last_hour and (best is None or hour + wait + run < best):
            if hour == ready or hour % 24 == 0:
                delays = self.delays(link_id, from_node, hour // 24)
                if delays is SHUT_ALL_DAY:
                    hour = (hour // 24 + 1) * 24
                    continue

            delay = delays[hour % 24]
            if delay is not None and self.departs(arc.service, hour):
                leave = self.next_opening(link_id, from_node, hour + whole(delay) + wait)
                if leave is not None and (best is None or leave + run < best):
                    best = leave + run
            hour += 1
        return best

    def arc(self, link_id: str, from_node: str, service_id: str | None) -> Arc:
        """Return the arc over a link from a node, with a service or without."""
        return next(
            arc
            for arc in self.arcs
            if arc.name == link_id and arc.tail[0] == from_node and arc.service_id == service_id
        )

    def departs(self, service: Row | None, hour: int) -> bool:
        """Tell whether one may leave at an hour: always, unless a timetable says when."""
        if service is None or not service["timetable"]:
            return True
        hour_of_week = (hour + 24 * self.depart.weekday()) % WEEK_H
        return hour_of_week in sailings(service["timetable"])

    def next_opening(self, link_id: str, from_node: str, hour: int) -> int | None:
        """Return the first hour from one on at which a link is open; None if never."""
        while hour < self.last_hour:
            if self.delays(link_id, from_node, hour // 24)[hour % 24] is not None:
                return hour
            hour += 1
        return None

    def half_headway_h(self, arc: Arc) -> int:
        """Return the hours a ship without a timetable is waited for."""
        if arc.service is None or arc.service["timetable"]:
            return 0
        return whole(WEEK_H / 2 / arc.service["departures_per_week"])

    def hours(self, arc: Arc) -> int:
        """Return the hours an arc takes once left."""
        if arc.terminal:
            return whole(arc.terminal["handling_h"])

        link = self.link(arc.name)
        mode = self.mode(link)
        running_h = link["length_km"] / link["speed_kmh"] * 24 / mode["active_h_per_day"]
        yards_h = 0 if arc.service else link["length_km"] * (mode["yard_h_per_1000km"] or 0) / 1000
        return whole(running_h + yards_h + link["fixed_h"] + self.extra(link, "extra-hours"))

    def extra(self, link: Row, effect: str) -> float:
        """Return what rules of the departure date add at a link."""
        return sum(
            rule["value"]
            for rule in self.rules_of(link)
            if rule["effect"] == effect and is_in_force(rule, self.depart.date())
        )

    def cents(self, arc: Arc) -> int:
        """Return the money of an arc for one unit, in whole cents."""
        if arc.terminal:
            return round(100 * self.for_unit(arc.terminal, "usd_per_teu", "usd_per_t"))

        link = self.link(arc.name)
        usd_per_km = self.for_unit(
            self.rate(link, self.country[arc.tail[0]]), "usd_per_teu_km", "usd_per_t_km"
        )
        ride_usd = (self.cargo["rate_ratio"] or 1) * link["length_km"] * usd_per_km
        return round(100 * (ride_usd + (link["fixed_usd"] or 0) + self.extra(link, "extra-usd")))

    def rate(self, link: Row, country: str) -> Row:
        """Return the price of a ride that begins in a country: its own, else that of the mode."""
        rates = [
            rate
            for rate in self.tables["rates"]
            if rate["mode"] == link["mode"] and rate["country"] in (None, country)
        ]
        of_country = [rate for rate in rates if rate["country"]]
        return next(iter(of_country + rates), {})

    def grams(self, arc: Arc) -> int:
        """Return the carbon of an arc for one unit, in whole grams."""
        if arc.terminal:
            emission = self.emission("terminal")
            return round(1000 * self.for_unit(emission, "kg_co2e_per_teu"))

        link = self.link(arc.name)
        per_km = self.for_unit(self.emission(link["mode"]), "g_co2e_per_teu_km", "g_co2e_per_t_km")
        return round((self.cargo["carbon_ratio"] or 1) * link["length_km"] * per_km)

    def emission(self, mode: str) -> Row:
        return next(row for row in self.tables["emissions"] if row["mode"] == mode)

    def for_unit(self, row: Row, per_teu: str, per_t: str | None = None) -> float:
        """Return what a figure by TEU and one by tonne come to for a unit of the cargo."""
        by_t = (row.get(per_t) or 0) * self.cargo["t_per_unit"] if per_t else 0
        return by_t + (row.get(per_teu) or 0) * self.cargo["teu_per_unit"]

    def hazard_weight(self, hazard: Row) -> int:
        """Return -log(1 - chance) of a hazard, open on departure, in the 30 days from it, in 1e-9.

        The chance is the mean over the noons of those days.
        """
        noons = [24 * day + 12 for day in range(RISK_DAYS)]
        chances = [1 - math.exp(-self.closures_on(hazard["hazard_id"], 0, noon)) for noon in noons]
        return round(-math.log1p(-sum(chances) / RISK_DAYS) * 1e9)

    @cache  # noqa: B019
    def closures_on(self, hazard_id: str, since: int, at: int) -> float:
        """Return how many closures are on at an hour that began since another, day by day."""
        hazard = next(h for h in self.tables["hazards"] if h["hazard_id"] == hazard_id)
        year = [dt.date(2023, 1, 1) + dt.timedelta(days=i) for i in range(365)]
        season = (hazard["season_from"], hazard["season_to"])
        days_in_season = sum(is_in_season(day, *season) for day in year)
        rate = hazard["events_per_year"] / (365.25 * days_in_season / 365)

        total = 0.0
        for day in range(since // 24, at // 24 + 1):
            if is_in_season(self.depart.date() + dt.timedelta(days=day), *season):
                begin = max(since, 24 * day)
                end = min(at, 24 * day + 24)
                total += shut_days(hazard, (at - begin) / 24) - shut_days(hazard, (at - end) / 24)
        return rate * total

    def own_weight(self, visits: tuple[tuple[str, int], ...]) -> int:
        """Return -log(1 - chance to meet a closure) of coming to hazards at some hours, in 1e-9."""
        total = 0.0
        for hazard_id in {hazard for hazard, _ in visits}:
            since = 0
            for hour in sorted(hour for hazard, hour in visits if hazard == hazard_id):
                total += self.closures_on(hazard_id, since, hour)
                since = hour
        return round(total * 1e9)

    def hazards_met(self, arc: Arc) -> frozenset[str]:
        """Return the hazards that may shut an arc."""
        if arc.link is None:
            return frozenset()
        return frozenset(
            hazard["hazard_id"]
            for hazard in self.tables["hazards"]
            if self.covers(hazard["row_id"], arc.link)
        )


class Pareto(NamedTuple):
    """Values of routes that no other one dominates: seconds, cents, grams and risk weight.

    search: each hazard weighs as in the 30 days from departure. own: by the hours goods come by.
    shown: those of the search, by their own risk, of all routes that share their values.
    """

    search: set[tuple[int, ...]]
    own: set[tuple[int, ...]]
    shown: set[tuple[int, ...]]


def pareto(network: NaiveNetwork, starts: list[State], goals: set[State]) -> Pareto:
    """Return what routes are Pareto-optimal, by walking all that come to no place twice."""
    weights = {
        hazard["hazard_id"]: network.hazard_weight(hazard) for hazard in network.tables["hazards"]
    }
    met = {arc.name: network.hazards_met(arc) for arc in network.arcs}
    routes: set[tuple[tuple[int, ...], int]] = set()

    def walk(
        state: State,
        visited: frozenset[State],
        hour: int,
        cents: int,
        grams: int,
        visits: tuple[tuple[str, int], ...],
    ) -> None:
        if state in goals:
            hazards = {hazard for hazard, _ in visits}
            value = (3600 * hour, cents, grams, sum(weights[hazard] for hazard in hazards))
            routes.add((value, network.own_weight(visits)))
            return

        places = {state[0] for state in visited}
        for arc in network.arcs:
            if arc.tail != state or arc.head in visited:
                continue
            if not arc.terminal and arc.head[0] in places:
                continue
            arrival = network.arrive(arc, hour)
            if arrival is None:
                continue
            entry = arrival - network.hours(arc)
            walk(
                arc.head,
                visited | {arc.head},
                arrival,
                cents + network.cents(arc),
                grams + network.grams(arc),
                (*visits, *((hazard, entry) for hazard in met[arc.name])),
            )

    for start in starts:
        walk(start, frozenset({start}), 0, 0, 0, ())
    search = undominated({value for value, _ in routes})
    own = undominated({(*value[:3], risk) for value, risk in routes})
    return Pareto(search, own, {(*value[:3], risk) for value, risk in routes if value in search})


class Ride(NamedTuple):
    """A way on from a state: the places it comes to in order, and what it adds to each criterion.

    It comes to no place where it is a terminal.
    """

    tail: State
    head: State
    places: tuple[str, ...]
    values: tuple[int, ...]


def simple_routes(
    rides: list[Ride], starts: list[State], goals: set[State], via: set[str]
) -> set[tuple[int, ...]]:
    """Return the values of every route that comes to no place twice and passes some places."""
    routes: set[tuple[int, ...]] = set()

    def walk(state: State, states: set[State], places: tuple[str, ...], sums: list[int]) -> None:
        if state in goals and via <= set(places):
            routes.add(tuple(sums))
            return
        for ride in rides:
            again = ride.head in states or set(ride.places) & set(places)
            if ride.tail == state and not again:
                more = [one + other for one, other in zip(sums, ride.values, strict=True)]
                walk(ride.head, states | {ride.head}, (*places, *ride.places), more)

    for start in starts:
        walk(start, {start}, (start[0],), [0] * len(rides[0].values))
    return routes


def undominated(values: set[tuple[int, ...]]) -> set[tuple[int, ...]]:
    return {value for value in values if not any(dominates(other, value) for other in values)}


def dominates(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Tell whether one is no worse than the other on every criterion, and not the same."""
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))


def shut_days(hazard: Row, days: float) -> float:
    """Return how many of its first days a closure is on, on average: log-normal lengths."""
    if days <= 0:
        return 0.0
    median = hazard["duration_median_d"]
    sigma = hazard["duration_sigma"]
    if not sigma:
        return min(days, median)
    z = math.log(days / median) / sigma
    mean = median * math.exp(sigma**2 / 2)
    return days * normal(-z) + mean * normal(z - sigma)


def normal(z: float) -> float:
    return math.erfc(-z / math.sqrt(2)) / 2


def layer_of(link: Row) -> str:
    if link["gauge_mm"] is None:
        return str(link["mode"])
    return f"{link['mode']}-{link['gauge_mm']}"


def is_in_force(row: Row, on: dt.date) -> bool:
    """Tell whether a change or a rule holds on a day."""
    has_begun = row["from_on"] is None or row["from_on"] <= on
    has_ended = row["to_on"] is not None and row["to_on"] <= on
    return has_begun and not has_ended


def is_in_season(day: dt.date, first: str | None, last: str | None) -> bool:
    """Tell whether a day lies in a season, which may run over the new year; null: all year."""
    if first is None or last is None:
        return True
    month_day = f"{day.month:02d}-{day.day:02d}"
    if first <= last:
        return first <= month_day <= last
    return month_day >= first or month_day <= last


def is_window_open(window: Row, at: dt.datetime) -> bool:
    """Tell whether a window is open at an instant: a night is of the day it began on."""
    local = at + dt.timedelta(hours=window["utc_offset_h"] or 0)
    first, last = (window["hours"] or "00:00-24:00").split("-")
    opens = int(first[:2])
    shuts = int(last[:2])
    if shuts <= opens:  # past midnight
        shuts += 24

    for days_ago in (0, 1):  # a window past midnight began the day before
        day = local.date() - dt.timedelta(days=days_ago)
        weekday = WEEKDAYS[day.weekday()]
        is_day = window["weekdays"] is None or weekday in window["weekdays"].split()
        is_day = is_day and is_in_season(day, window["season_from"], window["season_to"])
        if is_day and opens <= local.hour + 24 * days_ago < shuts:
            return True
    return False


@cache
def sailings(timetable: str) -> frozenset[int]:
    """Return the hours since Monday of the departures of a timetable."""
    departures = [departure.split() for departure in timetable.split(";")]
    return frozenset(24 * WEEKDAYS.index(day) + int(clock[:2]) for day, clock in departures)


def whole(hours: float) -> int:
    if abs(hours - round(hours)) > 1e-9:
        raise AssertionError("the naive twin steps by whole hours")
    return round(hours)
