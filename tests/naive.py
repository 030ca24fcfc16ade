"""Readable twins of the kernels, written from the tables and the words of the documentation, not from the code.

Slow on purpose: time is stepped by the hour, ways are enumerated one by one, nothing is shared with the package but
the names of tables and columns.
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
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class NaiveNetwork:
    """A network as lists of rows, for one cargo, departure and pair of countries."""

    def __init__(self, tables: dict[str, pl.DataFrame], depart: dt.date, origin: str, destination: str) -> None:
        self.t = {name: f.to_dicts() for name, f in tables.items()}
        self.depart = dt.datetime(depart.year, depart.month, depart.day, tzinfo=UTC)
        self.country = {n["node_id"]: n["country"] for n in self.t["nodes"]}
        self.cargo = self.t["cargoes"][0]
        self.last = dt.datetime(depart.year + 3, 1, 1, tzinfo=UTC)
        for change in self.t["changes"]:  # figures of the departure date, status apart
            if change["column"] == "fixed_h" and _in_force(change, depart):
                for link in self.t["links"]:
                    if link["link_id"] in change["row_id"] or link["mode"] == "road":
                        value = float(change["value"])
                        link["fixed_h"] = link["fixed_h"] + value if change["op"] == "add" else link["fixed_h"] * value
        self.rules = [r for r in self.t["rules"]
                      if r["origin_country"] in (None, self.country[origin])
                      and r["destination_country"] in (None, self.country[destination])]
        self.covered: dict[tuple[str, str], bool] = {}
        self.arcs = list(self._arcs())

    def _arcs(self) -> Iterator[Row]:
        served = {s["link_ids"] for s in self.t["services"] if s["required"]}
        for link in self.t["links"]:
            layer = link["mode"] if link["gauge_mm"] is None else f"{link['mode']}-{link['gauge_mm']}"
            for a, b in ((link["from_node_id"], link["to_node_id"]), (link["to_node_id"], link["from_node_id"])):
                if a == link["to_node_id"] and not link["two_way"]:
                    continue
                base = {"from": (a, layer), "to": (b, layer), "link": link, "name": link["link_id"]}
                if link["link_id"] not in served:
                    yield {**base, "service": None}
                for s in self.t["services"]:
                    if s["link_ids"] == link["link_id"] and s["from_node_id"] in (None, a):
                        yield {**base, "service": s}
        for t in self.t["terminals"]:
            ends = [(t["from_layer"], t["to_layer"])] + ([(t["to_layer"], t["from_layer"])] if t["two_way"] else [])
            for one, two in ends:
                yield {"from": (t["node_id"], one), "to": (t["node_id"], two), "terminal": t, "name": t["terminal_id"]}

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
            if kind == "crossing" and sorted((self.country[link["from_node_id"]],
                                              self.country[link["to_node_id"]])) == pair:
                return True
        return False

    def delay_h(self, link: Row, at: dt.datetime) -> float | None:
        """Expected hours lost to weather on entering a link at an hour; None where it is shut."""
        if not self.in_use(link["link_id"], at.date()):
            return None
        for rule in self.rules:
            if rule["effect"] == "forbid" and self.covers(rule["row_id"], link) and _in_force(rule, at.date()):
                return None
        total = 0.0
        ends = [("node_id", link[end]) for end in ("from_node_id", "to_node_id")]
        for key, element in [("link_id", link["link_id"]), *ends]:
            rows = [w for w in self.t["windows"] if w[key] == element]
            open_rows = [w for w in rows if _window_open(w, at)]
            if rows and not open_rows:
                return None
            if open_rows:
                best = max(open_rows, key=lambda w: w["open_share"] or 1.0)
                total += (1 - (best["open_share"] or 1.0)) * (best["closed_spell_h"] or 0.0)
        return total

    @cache  # noqa: B019
    def arrive(self, name: str, tail: str, service_id: str | None, at: dt.datetime) -> dt.datetime | None:
        """Earliest arrival over a link (or a service on it) ready at an instant; None if never."""
        arc = next(a for a in self.arcs if a["name"] == name and a["from"][0] == tail
                   and (a.get("service") or {}).get("service_id") == service_id)
        hours, service, best, now = self.hours(arc), arc.get("service"), None, at
        if now.minute:
            raise AssertionError("the naive twin steps by whole hours")
        while now < self.last:
            if best is not None and now + dt.timedelta(hours=hours) >= best:
                break
            if service is None or not service["timetable"] or _departs(service["timetable"], now):
                delay = self.delay_h(arc["link"], now)
                if delay is not None:
                    there = now + dt.timedelta(hours=delay + hours)
                    best = there if best is None else min(best, there)
            now += dt.timedelta(hours=1)
            while best is None and now < self.last and now.hour == 0 and self.shut_all_day(name, now.date()):
                now += dt.timedelta(days=1)
        return best

    @cache  # noqa: B019
    def in_use(self, name: str, day: dt.date) -> bool:
        """Tell whether a link's status lets it be used on a day."""
        link = next(x for x in self.t["links"] if x["link_id"] == name)
        status = link["status"]
        for change in self.t["changes"]:
            if change["column"] == "status" and self.covers(change["row_id"], link) and _in_force(change, day):
                status = change["value"]
        return bool(status == "existing")

    @cache  # noqa: B019
    def shut_all_day(self, name: str, day: dt.date) -> bool:
        """Tell whether a link cannot be entered at any hour of a day."""
        link = next(x for x in self.t["links"] if x["link_id"] == name)
        return not self.in_use(name, day) or all(
            self.delay_h(link, dt.datetime(day.year, day.month, day.day, hour, tzinfo=UTC)) is None for hour in range(24))

    def hours(self, arc: Row) -> float:
        """Hours an arc takes once entered, half a headway included."""
        if "terminal" in arc:
            return float(arc["terminal"]["handling_h"])
        link = arc["link"]
        mode = next(m for m in self.t["modes"] if m["mode"] == link["mode"])
        extra = sum(r["value"] for r in self.rules if r["effect"] == "extra-hours" and self.covers(r["row_id"], link)
                    and _in_force(r, self.depart.date()))
        service = arc["service"]
        headway = 168 / service["departures_per_week"] if service and not service["timetable"] else 0.0
        return float(link["length_km"] / link["speed_kmh"] * 24 / mode["active_h_per_day"] + link["fixed_h"] + extra
                     + headway / 2)

    def cents(self, arc: Row) -> int:
        """Money of an arc for one unit, in whole cents."""
        t, teu = self.cargo["t_per_unit"], self.cargo["teu_per_unit"]
        if "terminal" in arc:
            row = arc["terminal"]
            return round(100 * ((row["usd_per_teu"] or 0) * teu + (row["usd_per_t"] or 0) * t))
        link, country = arc["link"], self.country[arc["from"][0]]
        fitting = [r for r in self.t["rates"] if r["mode"] == link["mode"] and r["country"] in (None, country)]
        rate = next((r for r in fitting if r["country"]), fitting[0] if fitting else {})
        per_km = (rate.get("usd_per_teu_km") or 0) * teu + (rate.get("usd_per_t_km") or 0) * t
        extra = sum(r["value"] for r in self.rules if r["effect"] == "extra-usd" and self.covers(r["row_id"], link)
                    and _in_force(r, self.depart.date()))
        return round(100 * ((self.cargo["rate_ratio"] or 1) * link["length_km"] * per_km
                            + (link["fixed_usd"] or 0) + extra))

    def grams(self, arc: Row) -> int:
        """Carbon of an arc for one unit, in whole grams."""
        t, teu = self.cargo["t_per_unit"], self.cargo["teu_per_unit"]
        mode = "terminal" if "terminal" in arc else arc["link"]["mode"]
        row = next(e for e in self.t["emissions"] if e["mode"] == mode)
        if "terminal" in arc:
            return round(1000 * (row["kg_co2e_per_teu"] or 0) * teu)
        per_km = (row["g_co2e_per_t_km"] or 0) * t + (row["g_co2e_per_teu_km"] or 0) * teu
        return round((self.cargo["carbon_ratio"] or 1) * arc["link"]["length_km"] * per_km)

    def hazard_weight(self, hazard: Row) -> int:
        """-log(1 - chance) of a hazard in the 30 days from departure, in 1e-9."""
        def inside(day: dt.date) -> bool:
            return hazard["season_from"] is None or _in_season(day, hazard["season_from"], hazard["season_to"])

        year = sum(inside(dt.date(2023, 1, 1) + dt.timedelta(days=i)) for i in range(365))
        share = sum(inside(self.depart.date() + dt.timedelta(days=i)) for i in range(30)) / 30
        rate = hazard["events_per_year"] / (365.25 * year / 365)
        mean = hazard["duration_median_d"] * math.exp(hazard["duration_sigma"] ** 2 / 2)
        return round(-math.log1p(-share * (1 - math.exp(-rate * mean))) * 1e9)


def pareto(network: NaiveNetwork, starts: list[tuple[str, str]], goals: set[tuple[str, str]]) -> set[tuple[int, ...]]:
    """Return the (minutes, cents, grams, risk weight) of every way no other way matches on all four."""
    weights = {h["hazard_id"]: network.hazard_weight(h) for h in network.t["hazards"]}
    met = {a["name"]: frozenset(h["hazard_id"] for h in network.t["hazards"]
                                if "link" in a and network.covers(h["row_id"], a["link"])) for a in network.arcs}
    found: set[tuple[int, ...]] = set()

    def walk(state: tuple[str, str], seen: frozenset[Any], at: dt.datetime, cents: int, grams: int,
             hazards: frozenset[str]) -> None:
        if state in goals:
            minutes = int((at - network.depart).total_seconds() // 60)
            found.add((minutes, cents, grams, sum(weights[h] for h in hazards)))
            return
        for arc in network.arcs:
            if arc["from"] != state or arc["to"] in seen:
                continue
            if "terminal" in arc:
                there: dt.datetime | None = at + dt.timedelta(hours=network.hours(arc))
            else:
                there = network.arrive(arc["name"], state[0], (arc["service"] or {}).get("service_id"), at)
            if there is not None:
                walk(arc["to"], seen | {arc["to"]}, there, cents + network.cents(arc), grams + network.grams(arc),
                     hazards | met[arc["name"]])

    for start in starts:
        walk(start, frozenset({start}), network.depart, 0, 0, frozenset())
    return {v for v in found if not any(w != v and all(a <= b for a, b in zip(w, v, strict=True)) for w in found)}


def _in_force(row: Row, day: dt.date) -> bool:
    return (row["from_on"] is None or row["from_on"] <= day) and (row["to_on"] is None or day < row["to_on"])


def _in_season(day: dt.date, first: str, last: str) -> bool:
    here = f"{day.month:02d}-{day.day:02d}"
    return first <= here <= last if first <= last else here >= first or here <= last


def _window_open(window: Row, at: dt.datetime) -> bool:
    if window["season_from"] is not None and not _in_season(at.date(), window["season_from"], window["season_to"]):
        return False
    local = at + dt.timedelta(hours=window["utc_offset_h"] or 0)
    first, last = (window["hours"] or "00:00-24:00").split("-")
    opens, shuts = int(first[:2]), int(last[:2])
    for back in (0, 1):  # a window past midnight began the day before
        day = local - dt.timedelta(days=back)
        hour = local.hour + 24 * back
        end = shuts if shuts > opens else shuts + 24
        if (window["weekdays"] is None or DAYS[day.weekday()] in window["weekdays"].split()) and opens <= hour < end:
            return True
    return False


def _departs(timetable: str, at: dt.datetime) -> bool:
    return any((DAYS[at.weekday()], f"{at.hour:02d}:00") == tuple(part.split()) for part in timetable.split(";"))
