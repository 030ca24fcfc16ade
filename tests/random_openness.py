"""Random networks for openness: zones, seasons, hours of places, services over several links.

Every figure is a whole quarter of an hour, as the plain twin steps by them.
"""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import polars as pl

from core_cases import BASE, frames, node

Row = dict[str, Any]
Tables = dict[str, list[Row]]
ZONES = (
    *(None, None, "Asia/Almaty", "Europe/Berlin", "America/New_York"),
    *("Australia/Adelaide", "Asia/Kathmandu", "Pacific/Auckland"),
)
# around shifts of clocks, ends of months, and 29 February
DAYS = ("2026-03-27", "2026-10-23", "2028-02-27", "2026-10-30", "2026-03-30", "2026-11-28")
HOURS = ("08:00-20:00", "20:00-04:00", "06:00-18:30", "09:00-13:00", "22:15-01:45", "00:00-24:00")
WEEK = (None, None, "mon tue wed thu fri", "sat sun", "mon thu")
TIMETABLES = ("mon 08:00; thu 20:00", "wed 00:00; sat 23:30", "sun 02:15; tue 10:00; fri 14:45")


def random_world(seed: int) -> tuple[Tables, str, str, dt.datetime]:
    """Return the tables of a network, the ends of a trip on it and when it begins."""
    dice = random.Random(f"openness {seed}")
    day = dt.date.fromisoformat(dice.choice(DAYS)) + dt.timedelta(days=dice.randrange(4))
    count = dice.randint(3, 5)
    nodes = [
        node(f"n{i}", dice.choice(("KZ", "UZ")), time_zone=dice.choice(ZONES)) for i in range(count)
    ]
    links = _links(dice, count)
    tables: Tables = {
        **BASE,
        "nodes": nodes,
        "links": links,
        "modes": _modes(dice),
        "terminals": _terminals(dice, count),
        "windows": _windows(dice, day, nodes, links),
        "services": _services(dice, links, count),
        "rules": _rules(dice, day, links),
    }
    tables["holidays"] = _holidays(dice, day, links)
    tables["changes"] = _changes(dice, day, links, tables["services"])

    leave = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
    leave += dt.timedelta(minutes=15 * dice.randrange(96))
    return tables, "n0", f"n{count - 1}", leave


def with_stands(tables: Tables, seed: int) -> Tables:
    """Return a network whose goods are gathered, moved off, shunted and changed between trains."""
    dice = random.Random(f"stands {seed}")
    services = [
        {**row, "gathering_h": dice.choice((None, 2.5, 7.25))} for row in tables["services"]
    ]
    wagons = {
        "departure_h": dice.choice((3.25, 20.0)),
        "yard_h_per_1000km": dice.choice((None, 25.0)),
    }
    modes = [{**row, **wagons} if row["mode"] == "rail" else row for row in tables["modes"]]
    changes = [
        {
            "terminal_id": f"change-{row['node_id']}",
            "node_id": row["node_id"],
            "from_layer": "rail-1520",
            "to_layer": "rail-1520",
            "two_way": True,
            "handling_h": dice.choice((0.0, 1.5, 9.0)),
            "handling_p95_h": 12.0,
        }
        for row in tables["nodes"]
        if dice.random() < 0.6
    ]
    terminals = [*tables["terminals"], *changes]
    return {**tables, "services": services, "modes": modes, "terminals": terminals}


def frames_of(tables: Tables) -> dict[str, pl.DataFrame]:
    """Return the tables as frames."""
    return frames(**tables)


def _links(dice: random.Random, count: int) -> list[Row]:
    links = []
    for mode, layer_gauge in (("road", None), ("rail", 1520)):
        for i in range(count - 1):
            if mode == "rail" or dice.random() < 0.6:
                links.append(_link(dice, f"{mode}{i}", i, i + 1, mode, layer_gauge))
    for i in range(dice.randint(0, 2)):
        one, other = dice.sample(range(count), 2)
        links.append(_link(dice, f"x{i}", one, other, "road", None))
    return links


def _link(
    dice: random.Random, link_id: str, one: int, other: int, mode: str, gauge_mm: int | None
) -> Row:
    return {
        "link_id": link_id,
        "from_node_id": f"n{one}",
        "to_node_id": f"n{other}",
        "mode": mode,
        "gauge_mm": gauge_mm,
        "length_km": 30.0 * dice.randint(1, 30),
        "speed_kmh": dice.choice((30.0, 60.0)),
        "fixed_h": dice.choice((None, 0.25, 1.0, 3.5)),
        "status": "existing",
        "two_way": dice.random() < 0.85,
    }


def _modes(dice: random.Random) -> list[Row]:
    rail = {"mode_id": "rail", "mode": "rail", "active_h_per_day": 24.0, "running_p95_ratio": 1.5}
    road = {"mode_id": "road", "mode": "road", "active_h_per_day": 12.0, "running_p95_ratio": 1.5}
    rest = {**road, "mode_id": "road-uz", "country": "UZ", "active_h_per_day": 8.0}
    return [rail, road, rest] if dice.random() < 0.6 else [rail, road]


def _terminals(dice: random.Random, count: int) -> list[Row]:
    return [
        {
            "terminal_id": f"t{i}",
            "node_id": f"n{i}",
            "from_layer": "road",
            "to_layer": "rail-1520",
            "two_way": True,
            "handling_h": dice.choice((0.0, 0.5, 2.0, 7.25)),
            "handling_p95_h": 10.0,
        }
        for i in range(count)
        if i in (0, count - 1) or dice.random() < 0.7
    ]


def _windows(dice: random.Random, day: dt.date, nodes: list[Row], links: list[Row]) -> list[Row]:
    rows: list[Row] = []
    elements = [{"node_id": row["node_id"]} for row in nodes if dice.random() < 0.5]
    elements += [{"link_id": row["link_id"]} for row in links if dice.random() < 0.35]
    for element in elements:
        clock = dice.choice(
            ({}, {"utc_offset_h": dice.choice((-8.0, 5.0, 5.5))}, {"time_zone": dice.choice(ZONES)})
        )
        for season in _seasons(dice, day):
            for dates in _dates(dice, day):
                hours = {"hours": dice.choice((None, *HOURS)), "weekdays": dice.choice(WEEK)}
                weather = {}
                if dice.random() < 0.25:
                    weather = {"open_share": 0.5, "closed_spell_h": dice.choice((5.0, 24.0))}
                rows.append({**element, **clock, **season, **dates, **hours, **weather})
    return [{"window_id": f"w{i}", **row} for i, row in enumerate(rows)]


def _dates(dice: random.Random, day: dt.date) -> list[Row]:
    """Return the dates windows hold between: mostly always, else to a day soon, and from it on.

    None only from a day on: trains that left half a year before would wait for it on their way.
    """
    turn = day + dt.timedelta(days=dice.randrange(-1, 4))
    before: Row = {"to_on": turn}
    return dice.choice(([{}], [{}], [{}], [before], [before, {"from_on": turn}]))


def _holidays(dice: random.Random, day: dt.date, links: list[Row]) -> list[Row]:
    """Return days on which one link or two are shut; two holidays may overlap."""
    rows: list[Row] = []
    for number in range(dice.randrange(3)):
        begin = day + dt.timedelta(days=dice.randrange(-2, 4))
        shut = dice.sample(links, min(len(links), dice.randint(1, 2)))
        rows.append(
            {
                "holiday_id": f"h{number}",
                "name": "fair",
                "country": "KZ",
                "row_id": " ".join(link["link_id"] for link in shut),
                "from_on": begin,
                "to_on": begin + dt.timedelta(days=dice.randint(1, 3)),
            }
        )
    return rows


def _seasons(dice: random.Random, day: dt.date) -> list[Row]:
    """Return no season, one that begins or ends soon, or two that meet or leave a day out."""
    turn = day + dt.timedelta(days=dice.randrange(-1, 4))
    after = turn + dt.timedelta(days=dice.choice((1, 1, 2)))
    far = f"{turn + dt.timedelta(days=170):%m-%d}"
    before: Row = {"season_from": far, "season_to": f"{turn:%m-%d}"}
    later: Row = {"season_from": f"{after:%m-%d}", "season_to": far}
    return dice.choice(([{}], [{}], [before, later], [later], [before]))


def _services(dice: random.Random, links: list[Row], count: int) -> list[Row]:
    services = []
    for number in range(dice.randint(1, 3)):
        first = dice.randrange(count - 1)
        last = dice.randint(first + 1, count - 1)
        run = [f"rail{i}" for i in range(first, last)]
        by_id = {row["link_id"]: row for row in links}
        way_back = all(by_id[link_id]["two_way"] for link_id in run)
        calls = [f"n{i}" for i in range(first + 1, last) if dice.random() < 0.6]
        timetable = dice.random() < 0.8
        services.append(
            {
                "service_id": f"s{number}",
                "link_ids": " ".join(run),
                "from_node_id": dice.choice((None, f"n{first}")) if way_back else f"n{first}",
                "calls": " ".join(calls) or None,
                "required": dice.random() < 0.6,
                "timetable": dice.choice(TIMETABLES) if timetable else None,
                "departures_per_week": None if timetable else dice.choice((3.0, 7.0, 14.0)),
                "time_zone": dice.choice(ZONES) if timetable else None,
                "speed_kmh": dice.choice((None, None, 30.0)),
            }
        )
    return services


def _rules(dice: random.Random, day: dt.date, links: list[Row]) -> list[Row]:
    if dice.random() < 0.5:
        return []
    begin = day + dt.timedelta(days=dice.randrange(-1, 3))
    return [
        {
            "rule_id": "ban",
            "row_id": dice.choice(links)["link_id"],
            "effect": "forbid",
            "from_on": begin,
            "to_on": begin + dt.timedelta(days=dice.randint(1, 4)),
        }
    ]


def _changes(dice: random.Random, day: dt.date, links: list[Row], services: list[Row]) -> list[Row]:
    rows: list[Row] = []
    begin = day + dt.timedelta(days=dice.randrange(-1, 4))
    dates = {"from_on": begin, "to_on": begin + dt.timedelta(days=dice.randint(1, 5))}
    if dice.random() < 0.5:
        rows.append(
            {
                "table": "links",
                "row_id": dice.choice(links)["link_id"],
                "column": "status",
                "value": "closed",
                **dates,
            }
        )
    timed = [row["service_id"] for row in services if row["timetable"]]
    if timed and dice.random() < 0.5:
        rows.append(
            {
                "table": "services",
                "row_id": dice.choice(timed),
                "column": "timetable",
                "value": dice.choice(TIMETABLES),
                **dates,
            }
        )
    return [{"change_id": "dated", "op": "set", **row} for row in rows]
