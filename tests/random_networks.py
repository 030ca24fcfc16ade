"""Random small dated networks, with everything that can open or shut a link.

Seasons, weekly hours, sailings, gauges, terminals, closures, hazards and rules. Every length,
speed, hour and delay is chosen so that whole hours come out: the naive twin steps by the hour. A
seed always makes the same network, so the order of the draws is part of it.
"""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import polars as pl

from corridor.tables import schema

COUNTRIES = ("KZ", "UZ", "PK")
MODES = ("road", "rail", "ferry", "sea")
LAYERS = (("road", None), ("rail", 1520), ("rail", 1435), ("ferry", None), ("sea", None))
TERMINAL_LAYERS = LAYERS[:4]
TIMETABLES = ("mon 08:00; thu 20:00", "sun 00:00", "wed 12:00; fri 06:00; sat 23:00")
EFFECTS = ("forbid", "document", "extra-hours", "extra-usd")
HAZARDS = 5
RULES = 2
DEPART = dt.date(2026, 3, 20)
TYPES: dict[str, Any] = {
    "number": pl.Float64,
    "integer": pl.Int64,
    "boolean": pl.Boolean,
    "date": pl.Date,
}
Row = dict[str, Any]
Rows = list[Row]


def frame(table: str, rows: Rows) -> pl.DataFrame:
    """Return rows as the frame of a declared table, absent columns null."""
    declared = schema.table(table)
    types = {column.name: TYPES.get(column.kind, pl.String) for column in declared.columns}
    return pl.DataFrame([{name: row.get(name) for name in types} for row in rows], schema=types)


def evidence(row: Row) -> Row:
    """Return a row with source and confidence filled in."""
    return {"source_id": "s", "confidence": "C", **row}


def random_network(seed: int, nodes: int = 6, links: int = 13) -> dict[str, pl.DataFrame]:
    """Return the tables of a random network; nodes n0 ... and one cargo, box."""
    dice = random.Random(seed)
    rows: dict[str, Rows] = {
        "nodes": _nodes(dice, nodes),
        "links": [],
        "windows": [],
        "services": [],
        "changes": [],
    }
    for number in range(links):
        link = _link(dice, number, nodes)
        link_id = link["link_id"]
        rows["links"].append(link)
        if dice.random() < 0.35:
            rows["windows"] += _windows(dice, {"link_id": link_id})
        if link["mode"] in ("ferry", "sea") or dice.random() < 0.1:
            rows["services"].append(_service(dice, number, link))
        if dice.random() < 0.3:
            rows["changes"] += _changes(dice, link_id)
    if dice.random() < 0.5:
        rows["windows"] += _windows(dice, {"node_id": f"n{dice.randrange(nodes)}"})

    link_ids = [link["link_id"] for link in rows["links"]]
    rows["windows"] = [{"window_id": f"w{i}", **row} for i, row in enumerate(rows["windows"])]
    hazards = [_hazard(dice, number, link_ids) for number in range(HAZARDS)]
    effects = dice.choices(EFFECTS, k=RULES)
    rules = [_rule(dice, number, effect, link_ids) for number, effect in enumerate(effects)]
    terminals = [_terminal(dice, number, nodes) for number in range(3 * nodes)]
    rows |= {
        "terminals": terminals,
        "hazards": hazards,
        "rules": rules,
        "modes": [_mode(mode) for mode in MODES],
        "rates": _rates(),
        "emissions": _emissions(),
        "cargoes": [_box(dice)],
    }
    return {
        table: frame(table, [evidence(row) for row in of_table]) for table, of_table in rows.items()
    }


def with_stands(tables: dict[str, pl.DataFrame], seed: int) -> dict[str, pl.DataFrame]:
    """Return a network whose goods are gathered, moved off, shunted and landed."""
    dice = random.Random(f"stands {seed}")
    rows: dict[str, Rows] = {name: table.to_dicts() for name, table in tables.items()}
    for service in rows["services"]:
        service["gathering_h"] = dice.choice((None, 4.0, 30.0))
    for mode in rows["modes"]:
        if mode["mode"] == "rail":
            mode |= {"departure_h": dice.choice((5.0, 30.0)), "yard_h_per_1000km": 50.0}
        elif dice.random() < 0.3:
            mode["departure_h"] = 2.0

    for number, node in enumerate(rows["nodes"]):
        layer = schema.layer(*dice.choice(LAYERS))
        change = {"from_layer": layer, "to_layer": layer, "node_id": node["node_id"]}
        terminal = _terminal(dice, number, len(rows["nodes"])) | change
        rows["terminals"].append(evidence({**terminal, "terminal_id": f"change{number}"}))
    return {name: frame(name, of_table) for name, of_table in rows.items()}


def _nodes(dice: random.Random, count: int) -> Rows:
    return [
        {
            "node_id": f"n{number}",
            "name": f"Place {number}",
            "country": dice.choice(COUNTRIES),
            "kind": "city",
            "lon_deg": 60.0 + number,
            "lat_deg": 40.0 + dice.random(),
        }
        for number in range(count)
    ]


def _link(dice: random.Random, number: int, nodes: int) -> Row:
    """Return a link between two places; most of the first ones make a chain through all places."""
    mode, gauge = dice.choices(LAYERS, weights=(7, 4, 1, 2, 1))[0]
    one, other = dice.sample(range(nodes), 2)
    if number < nodes - 1 and dice.random() < 0.7:
        one = number
        other = number + 1

    speed = dice.choice((20.0, 40.0, 60.0))
    return {
        "link_id": f"l{number}",
        "from_node_id": f"n{one}",
        "to_node_id": f"n{other}",
        "mode": mode,
        "gauge_mm": gauge,
        "length_km": speed * dice.randint(1, 30),
        "speed_kmh": speed,
        "fixed_h": float(dice.choice((0, 0, 3, 24))),
        "fixed_p95_h": 48.0,
        "fixed_usd": dice.choice((None, 10.0, 250.5)),
        "traction": None,
        "status": dice.choices(("existing", "planned"), weights=(9, 1))[0],
        "two_way": dice.random() < 0.8,
    }


def _service(dice: random.Random, number: int, link: Row) -> Row:
    """Return departures over one link, by a timetable or so many a week."""
    service = {
        "service_id": f"s{number}",
        "link_ids": link["link_id"],
        "required": link["mode"] in ("ferry", "sea"),
        "from_node_id": dice.choice((None, link["from_node_id"])),
    }
    if dice.random() < 0.7:
        return {**service, "timetable": dice.choice(TIMETABLES)}
    return {**service, "departures_per_week": dice.choice((1.0, 3.5, 7.0))}


def _windows(dice: random.Random, element: Row) -> Rows:
    """Return the windows of a link or a node: a season, working hours, winters or both."""
    summer = {**element, "season_from": "04-01", "season_to": "11-30"}
    winter = {**element, "season_from": "11-01", "season_to": "03-31"}
    rest_of_year = {**element, "season_from": "04-01", "season_to": "10-31"}

    kind = dice.randrange(4)
    if kind == 0:
        return [summer]
    if kind == 1:
        return [
            {
                **element,
                "weekdays": "mon tue wed thu fri",
                "hours": dice.choice(("08:00-20:00", "20:00-04:00")),
                "utc_offset_h": dice.choice((None, 5.0)),
            }
        ]
    if kind == 2:
        return [
            {**winter, "open_share": 0.5, "closed_spell_h": 48.0},
            {**rest_of_year, "open_share": 0.75, "closed_spell_h": 24.0},
        ]
    return [
        {
            **element,
            "season_from": "11-15",
            "season_to": "03-22",
            "hours": "06:00-18:00",
            "open_share": 0.5,
            "closed_spell_h": 20.0,
        },
        {**element, "season_from": "03-21", "season_to": "06-30"},
    ]


def _changes(dice: random.Random, link_id: str) -> Rows:
    """Return a dated change of a link's status, often with one of its fixed time."""
    start = DEPART + dt.timedelta(days=dice.randint(-20, 15))
    end = dice.choice((None, start + dt.timedelta(days=dice.randint(1, 40))))
    change = {"change_id": "events", "table": "links", "from_on": start, "to_on": end}

    status = {
        **change,
        "row_id": link_id,
        "column": "status",
        "op": "set",
        "value": dice.choice(("closed", "existing")),
    }
    if dice.random() >= 0.4:
        return [status]
    fixed_h = {
        **change,
        "row_id": f"{link_id} mode:road",
        "column": "fixed_h",
        "op": dice.choice(("add", "scale")),
        "value": "2",
    }
    return [status, fixed_h]


def _hazard(dice: random.Random, number: int, link_ids: list[str]) -> Row:
    hazard = {
        "hazard_id": f"h{number}",
        "name": f"Hazard {number}",
        "events_per_year": dice.choice((0.5, 2.0, 9.0)),
        "duration_median_d": dice.choice((2.0, 10.0)),
        "duration_sigma": dice.choice((0.0, 1.0)),
    }
    if dice.random() < 0.6:
        hazard["row_id"] = " ".join(dice.sample(link_ids, 2))
    else:
        hazard["row_id"] = f"country:{dice.choice(COUNTRIES)}"
    if dice.random() < 0.4:
        hazard |= {"season_from": "11-01", "season_to": "03-31"}
    return hazard


def _rule(dice: random.Random, number: int, effect: str, link_ids: list[str]) -> Row:
    crossing = f"crossing:{dice.choice(('KZ-UZ', 'PK-UZ'))}"
    rule = {
        "rule_id": f"r{number}",
        "row_id": dice.choice((link_ids[number], crossing)),
        "effect": effect,
        "value": 6.0 if effect.startswith("extra") else None,
        "document": "permit" if effect == "document" else None,
    }
    if dice.random() < 0.5:
        rule |= {"from_on": dt.date(2026, 3, 25), "to_on": dt.date(2026, 4, 2)}
    return rule


def _terminal(dice: random.Random, number: int, nodes: int) -> Row:
    from_layer, to_layer = dice.sample(TERMINAL_LAYERS, 2)
    return {
        "terminal_id": f"t{number}",
        "node_id": f"n{dice.randrange(nodes)}",
        "from_layer": schema.layer(*from_layer),
        "to_layer": schema.layer(*to_layer),
        "two_way": dice.random() < 0.7,
        "handling_h": float(dice.randint(0, 30)),
        "handling_p95_h": 60.0,
        "usd_per_teu": dice.choice((None, 40.0)),
        "usd_per_t": dice.choice((None, 1.25)),
    }


def _mode(mode: str) -> Row:
    return {
        "mode_id": f"m-{mode}",
        "mode": mode,
        "active_h_per_day": 12.0 if mode == "road" else 24.0,
        "running_p95_ratio": 1.5,
    }


def _rates() -> Rows:
    prices = (
        ("road", None, 0.6, None),
        ("road", "UZ", 0.9, 0.01),
        ("rail", None, 0.3, None),
        ("ferry", None, None, 0.05),
        ("sea", None, 0.1, None),
    )
    return [
        {
            "rate_id": f"p-{mode}-{country}",
            "mode": mode,
            "country": country,
            "usd_per_teu_km": usd_per_teu_km,
            "usd_per_t_km": usd_per_t_km,
        }
        for mode, country, usd_per_teu_km, usd_per_t_km in prices
    ]


def _emissions() -> Rows:
    by_tonne = [
        {"emission_id": f"e-{mode}", "mode": mode, "g_co2e_per_t_km": grams}
        for mode, grams in (("road", 95.0), ("rail", 27.6), ("ferry", 200.0))
    ]
    return [
        *by_tonne,
        {"emission_id": "e-sea", "mode": "sea", "g_co2e_per_teu_km": 89.0},
        {"emission_id": "e-hub", "mode": "terminal", "kg_co2e_per_teu": 10.7},
    ]


def _box(dice: random.Random) -> Row:
    return {
        "cargo_id": "box",
        "name": "Box",
        "form": "container",
        "t_per_unit": 20.0,
        "teu_per_unit": 2.0,
        "value_usd_per_unit": 40000.0,
        "time_value_share_per_day": 0.01,
        "carbon_ratio": dice.choice((None, 1.12)),
        "rate_ratio": dice.choice((None, 1.3)),
        "allowed_modes": " ".join(MODES),
    }
