"""Readable twins of the kernels, written from the tables and the words of the documentation, not
from the code.

Slow on purpose: time is stepped by the hour, ways are enumerated one by one, nothing is shared with
the package but the names of tables and columns.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from functools import cache
from typing import Any

import polars as pl

Row = dict[str, Any]
UTC = dt.UTC
SHUT: tuple[float | None, ...] = (None,) * 24
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class NaiveNetwork:
    """A network as lists of rows, for one cargo, departure and pair of countries."""

    def __init__(
        self, tables: dict[str, pl.DataFrame], depart: dt.date, origin: str, destination: str
    ) -> None:
        self.t = {name: f.to_dicts() for name, f in tables.items()}
        self.depart = dt.datetime(depart.year, depart.month, depart.day, tzinfo=UTC)
        self.country = {n["node_id"]: n["country"] for n in self.t["nodes"]}
        self.cargo = self.t["cargoes"][0]
        self.last = (dt.date(depart.year + 3, 1, 1) - depart).days * 24
        for change in self.t["changes"]:  # figures of the departure date, status apart
            if change["column"] == "fixed_h" and _in_force(change, depart):
                for link in self.t["links"]:
                    if link["link_id"] in change["row_id"] or link["mode"] == "road":
                        value = float(change["value"])
                        link["fixed_h"] = (
                            link["fixed_h"] + value
                            if change["op"] == "add"
                            else link["fixed_h"] * value
                        )
        self.rules = [
            r
            for r in self.t["rules"]
            if r["origin_country"] in (None, self.country[origin])
            and r["destination_country"] in (None, self.country[destination])
        ]
        self.covered: dict[tuple[str, str], bool] = {}
        self.days: dict[tuple[Any, ...], tuple[float | None, ...]] = {}
        self.arcs = list(self._arcs())

    def _arcs(self) -> Iterator[Row]:
        served = {s["link_ids"] for s in self.t["services"] if s["required"]}
        for link in self.t["links"]:
            layer = (
                link["mode"] if link["gauge_mm"] is None else f"{link['mode']}-{link['gauge_mm']}"
            )
            for a, b in (
                (link["from_node_id"], link["to_node_id"]),
                (link["to_node_id"], link["from_node_id"]),
            ):
                if a == link["to_node_id"] and not link["two_way"]:
                    continue
                base = {"from": (a, layer), "to": (b, layer), "link": link, "name": link["link_id"]}
                if link["link_id"] not in served:
                    yield {**base, "service": None}
                for s in self.t["services"]:
                    if s["link_ids"] == link["link_id"] and s["from_node_id"] in (None, a):
                        yield {**base, "service": s}
        for t in self.t["terminals"]:
            ends = [(t["from_layer"], t["to_layer"])] + (
                [(t["to_layer"], t["from_layer"])] if t["two_way"] else []
            )
            for one, two in ends:
                yield {
                    "from": (t["node_id"], one),
                    "to": (t["node_id"], two),
                    "terminal": t,
                    "name": t["terminal_id"],
                }

    def covers(self, selector: str, link: Row) -> bool:
        """Tell whether a selector means a link (asked once for each pair)."""
        key = (selector, link["link_id"])
        if key not in self.covered:
            self.covered[key] = self._covers(selector, link)
        return self.covered[key]

    def _covers(self, selector: str, link: Row) -> bool:
        ends = {self.country[link["from_node_id"]], self.country[link["to_node_id"]]}
        for word in selector.split():
            kind, _, rest = word.partition(":")
            if word == link["link_id"] or (kind == "country" and rest in ends):
                return True
            if kind == "mode" and rest == link["mode"]:
                return True
            pair = sorted(rest.split("-"))
            if (
                kind == "crossing"
                and sorted((self.country[link["from_node_id"]], self.country[link["to_node_id"]]))
                == pair
            ):
                return True
        return False

    def delay_h(self, link: Row, at: dt.datetime) -> float | None:
        """Expected hours lost to weather on entering a link in use at an hour; None where its
        windows shut it."""
        total = 0.0
        for rows in self.windows(link["link_id"]):
            open_rows = [w for w in rows if _window_open(w, at)]
            if not open_rows:
                return None
            best = max(open_rows, key=lambda w: w["open_share"] or 1.0)
            total += (1 - (best["open_share"] or 1.0)) * (best["closed_spell_h"] or 0.0)
        return total

    @cache  # noqa: B019
    def windows(self, name: str) -> list[list[Row]]:
        """The windows of a link, of its one end and of its other end, those that have any."""
        link = self.link(name)
        elements = [
            ("link_id", name),
            *(("node_id", link[end]) for end in ("from_node_id", "to_node_id")),
        ]
        return [
            rows
            for key, element in elements
            if (rows := [w for w in self.t["windows"] if w[key] == element])
        ]

    @cache  # noqa: B019
    def link(self, name: str) -> Row:
        """The row of a link."""
        return next(x for x in self.t["links"] if x["link_id"] == name)

    @cache  # noqa: B019
    def day(self, name: str, number: int) -> tuple[float | None, ...]:
        """Expected delay of a link at every hour of a day (0 is the departure's), None where it is
        shut.

        A day is like any other of its weekday in the same seasons, once status and rules let the
        link be used.
        """
        on = self.depart.date() + dt.timedelta(days=number)
        link = self.link(name)
        if not self.in_use(name, on) or any(
            r["effect"] == "forbid" and self.covers(r["row_id"], link) and _in_force(r, on)
            for r in self.rules
        ):
            return SHUT
        seasons = tuple(
            w["window_id"]
            for rows in self.windows(name)
            for w in rows
            if w["season_from"] is None or _in_season(on, w["season_from"], w["season_to"])
        )
        key = (name, on.weekday(), seasons)
        if key not in self.days:
            self.days[key] = tuple(
                self.delay_h(link, dt.datetime(on.year, on.month, on.day, h, tzinfo=UTC))
                for h in range(24)
            )
        return self.days[key]

    @cache  # noqa: B019
    def arrive(self, name: str, tail: str, service_id: str | None, at: int) -> int | None:
        """Earliest arrival over a link (or a service on it) ready at an hour after departure; None
        if never.

        Whoever waits for weather or a ship without a timetable leaves while the link is open: if
        shut, at its opening.
        """
        arc = next(
            a
            for a in self.arcs
            if a["name"] == name
            and a["from"][0] == tail
            and (a.get("service") or {}).get("service_id") == service_id
        )
        run = self.hours(arc)
        wait = self.half_headway_h(arc)
        service = arc.get("service")
        best = None
        now = at
        sailings = _sailings(service["timetable"]) if service and service["timetable"] else None
        today = SHUT
        while now < self.last and (best is None or now + wait + run < best):
            if now == at or now % 24 == 0:
                today = self.day(name, now // 24)
                if today is SHUT:
                    now = (now // 24 + 1) * 24
                    continue
            delay = today[now % 24]
            if delay is not None and (
                sailings is None or (now + 24 * self.depart.weekday()) % 168 in sailings
            ):
                leave = now + _whole(delay) + wait
                while leave < self.last and self.day(name, leave // 24)[leave % 24] is None:
                    leave += 1
                if leave < self.last:
                    best = leave + run if best is None else min(best, leave + run)
            now += 1
        return best

    @cache  # noqa: B019
    def in_use(self, name: str, day: dt.date) -> bool:
        """Tell whether a link's status lets it be used on a day."""
        link = self.link(name)
        status = link["status"]
        for change in self.t["changes"]:
            if (
                change["column"] == "status"
                and _in_force(change, day)
                and self.covers(change["row_id"], link)
            ):
                status = change["value"]
        return bool(status == "existing")

    def half_headway_h(self, arc: Row) -> int:
        """Hours a ship without a timetable is waited for."""
        service = arc.get("service")
        return (
            _whole(84 / service["departures_per_week"])
            if service and not service["timetable"]
            else 0
        )

    def hours(self, arc: Row) -> int:
        """Hours an arc takes once left."""
        if "terminal" in arc:
            return _whole(arc["terminal"]["handling_h"])
        link = arc["link"]
        mode = next(m for m in self.t["modes"] if m["mode"] == link["mode"])
        extra = sum(
            r["value"]
            for r in self.rules
            if r["effect"] == "extra-hours"
            and self.covers(r["row_id"], link)
            and _in_force(r, self.depart.date())
        )
        return _whole(
            link["length_km"] / link["speed_kmh"] * 24 / mode["active_h_per_day"]
            + link["fixed_h"]
            + extra
        )

    def cents(self, arc: Row) -> int:
        """Money of an arc for one unit, in whole cents."""
        t = self.cargo["t_per_unit"]
        teu = self.cargo["teu_per_unit"]
        if "terminal" in arc:
            row = arc["terminal"]
            return round(100 * ((row["usd_per_teu"] or 0) * teu + (row["usd_per_t"] or 0) * t))
        link = arc["link"]
        country = self.country[arc["from"][0]]
        fitting = [
            r
            for r in self.t["rates"]
            if r["mode"] == link["mode"] and r["country"] in (None, country)
        ]
        rate = next((r for r in fitting if r["country"]), fitting[0] if fitting else {})
        per_km = (rate.get("usd_per_teu_km") or 0) * teu + (rate.get("usd_per_t_km") or 0) * t
        extra = sum(
            r["value"]
            for r in self.rules
            if r["effect"] == "extra-usd"
            and self.covers(r["row_id"], link)
            and _in_force(r, self.depart.date())
        )
        return round(
            100
            * (
                (self.cargo["rate_ratio"] or 1) * link["length_km"] * per_km
                + (link["fixed_usd"] or 0)
                + extra
            )
        )

    def grams(self, arc: Row) -> int:
        """Carbon of an arc for one unit, in whole grams."""
        t = self.cargo["t_per_unit"]
        teu = self.cargo["teu_per_unit"]
        mode = "terminal" if "terminal" in arc else arc["link"]["mode"]
        row = next(e for e in self.t["emissions"] if e["mode"] == mode)
        if "terminal" in arc:
            return round(1000 * (row["kg_co2e_per_teu"] or 0) * teu)
        per_km = (row["g_co2e_per_t_km"] or 0) * t + (row["g_co2e_per_teu_km"] or 0) * teu
        return round((self.cargo["carbon_ratio"] or 1) * arc["link"]["length_km"] * per_km)

    def hazard_weight(self, hazard: Row) -> int:
        """-log(1 - chance) of a hazard in the 30 days from departure, in 1e-9."""

        def inside(day: dt.date) -> bool:
            return hazard["season_from"] is None or _in_season(
                day, hazard["season_from"], hazard["season_to"]
            )

        year = sum(inside(dt.date(2023, 1, 1) + dt.timedelta(days=i)) for i in range(365))
        share = sum(inside(self.depart.date() + dt.timedelta(days=i)) for i in range(30)) / 30
        rate = hazard["events_per_year"] / (365.25 * year / 365)
        mean = hazard["duration_median_d"] * math.exp(hazard["duration_sigma"] ** 2 / 2)
        return round(-math.log1p(-share * (1 - math.exp(-rate * mean))) * 1e9)


def pareto(
    network: NaiveNetwork, starts: list[tuple[str, str]], goals: set[tuple[str, str]]
) -> set[tuple[int, ...]]:
    """Return the (minutes, cents, grams, risk weight) of every way no other way matches on all
    four."""
    weights = {h["hazard_id"]: network.hazard_weight(h) for h in network.t["hazards"]}
    met = {
        a["name"]: frozenset(
            h["hazard_id"]
            for h in network.t["hazards"]
            if "link" in a and network.covers(h["row_id"], a["link"])
        )
        for a in network.arcs
    }
    found: set[tuple[int, ...]] = set()

    def walk(
        state: tuple[str, str],
        seen: frozenset[Any],
        at: int,
        cents: int,
        grams: int,
        hazards: frozenset[str],
    ) -> None:
        if state in goals:
            found.add((60 * at, cents, grams, sum(weights[h] for h in hazards)))
            return
        for arc in network.arcs:
            if arc["from"] != state or arc["to"] in seen:
                continue
            if "terminal" in arc:
                there: int | None = at + network.hours(arc)
            else:
                there = network.arrive(
                    arc["name"], state[0], (arc["service"] or {}).get("service_id"), at
                )
            if there is not None:
                walk(
                    arc["to"],
                    seen | {arc["to"]},
                    there,
                    cents + network.cents(arc),
                    grams + network.grams(arc),
                    hazards | met[arc["name"]],
                )

    for start in starts:
        walk(start, frozenset({start}), 0, 0, 0, frozenset())
    return {
        v
        for v in found
        if not any(w != v and all(a <= b for a, b in zip(w, v, strict=True)) for w in found)
    }


def _in_force(row: Row, day: dt.date) -> bool:
    return (row["from_on"] is None or row["from_on"] <= day) and (
        row["to_on"] is None or day < row["to_on"]
    )


def _in_season(day: dt.date, first: str, last: str) -> bool:
    here = f"{day.month:02d}-{day.day:02d}"
    return first <= here <= last if first <= last else here >= first or here <= last


def _window_open(window: Row, at: dt.datetime) -> bool:
    if window["season_from"] is not None and not _in_season(
        at.date(), window["season_from"], window["season_to"]
    ):
        return False
    local = at + dt.timedelta(hours=window["utc_offset_h"] or 0)
    first, last = (window["hours"] or "00:00-24:00").split("-")
    opens = int(first[:2])
    shuts = int(last[:2])
    for back in (0, 1):  # a window past midnight began the day before
        day = local - dt.timedelta(days=back)
        hour = local.hour + 24 * back
        end = shuts if shuts > opens else shuts + 24
        if (
            window["weekdays"] is None or DAYS[day.weekday()] in window["weekdays"].split()
        ) and opens <= hour < end:
            return True
    return False


@cache
def _sailings(timetable: str) -> frozenset[int]:
    """Hours since Monday of the departures of a timetable."""
    parts = [part.split() for part in timetable.split(";")]
    return frozenset(24 * DAYS.index(day) + int(clock[:2]) for day, clock in parts)


def _whole(hours: float) -> int:
    if abs(hours - round(hours)) > 1e-9:
        raise AssertionError("the naive twin steps by whole hours")
    return round(hours)
