"""Random small dated networks: seasons, weekly hours, sailings, gauges, terminals, closures,
hazards, rules.

Every length, speed, hour and delay is chosen so that whole hours come out: the naive twin steps by
the hour.
"""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import polars as pl

from corridor.tables import schema

COUNTRIES = ("KZ", "UZ", "PK")
LAYERS = (("road", None), ("rail", 1520), ("rail", 1435), ("ferry", None), ("sea", None))
DEPART = dt.date(2026, 3, 20)
TYPES: dict[str, Any] = {
    "number": pl.Float64,
    "integer": pl.Int64,
    "boolean": pl.Boolean,
    "date": pl.Date,
}


def frame(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Return rows as the frame of a declared table, absent columns null."""
    declared = schema.table(table)
    types = {c.name: TYPES.get(c.kind, pl.String) for c in declared.columns}
    return pl.DataFrame([{name: row.get(name) for name in types} for row in rows], schema=types)


def evidence(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with source and confidence filled in."""
    return {"source_id": "s", "confidence": "C", **row}


def random_network(seed: int, nodes: int = 6, links: int = 13) -> dict[str, pl.DataFrame]:
    """Return the tables of a random network; nodes n0 ... and one cargo, box."""
    r = random.Random(seed)
    places = [
        {
            "node_id": f"n{i}",
            "name": f"Place {i}",
            "country": r.choice(COUNTRIES),
            "kind": "city",
            "lon_deg": 60.0 + i,
            "lat_deg": 40.0 + r.random(),
        }
        for i in range(nodes)
    ]
    ways = []
    windows = []
    services = []
    changes = []
    for i in range(links):
        mode, gauge = r.choices(LAYERS, weights=(7, 4, 1, 2, 1))[0]
        a, b = r.sample(range(nodes), 2)
        if i < nodes - 1 and r.random() < 0.7:
            a = i
            b = i + 1
        speed = r.choice((20.0, 40.0, 60.0))
        link_id = f"l{i}"
        ways.append(
            {
                "link_id": link_id,
                "from_node_id": f"n{a}",
                "to_node_id": f"n{b}",
                "mode": mode,
                "gauge_mm": gauge,
                "length_km": speed * r.randint(1, 30),
                "speed_kmh": speed,
                "fixed_h": float(r.choice((0, 0, 3, 24))),
                "fixed_p95_h": 48.0,
                "fixed_usd": r.choice((None, 10.0, 250.5)),
                "traction": None,
                "status": r.choices(("existing", "planned"), weights=(9, 1))[0],
                "two_way": r.random() < 0.8,
            }
        )
        windows += _random_windows(r, {"link_id": link_id}) if r.random() < 0.35 else []
        if mode in ("ferry", "sea") or r.random() < 0.1:
            services.append(
                {
                    "service_id": f"s{i}",
                    "link_ids": link_id,
                    "required": mode in ("ferry", "sea"),
                    "from_node_id": r.choice((None, f"n{a}")),
                    **(
                        {
                            "timetable": r.choice(
                                (
                                    "mon 08:00; thu 20:00",
                                    "sun 00:00",
                                    "wed 12:00; fri 06:00; sat 23:00",
                                )
                            )
                        }
                        if r.random() < 0.7
                        else {"departures_per_week": r.choice((1.0, 3.5, 7.0))}
                    ),
                }
            )
        if r.random() < 0.3:
            changes += _random_changes(r, link_id)
    if r.random() < 0.5:
        windows += _random_windows(r, {"node_id": f"n{r.randrange(nodes)}"})
    hazards = [
        {
            "hazard_id": f"h{i}",
            "name": f"Hazard {i}",
            "events_per_year": r.choice((0.5, 2.0, 9.0)),
            "duration_median_d": r.choice((2.0, 10.0)),
            "duration_sigma": r.choice((0.0, 1.0)),
            "row_id": " ".join(r.sample([w["link_id"] for w in ways], 2))
            if r.random() < 0.6
            else f"country:{r.choice(COUNTRIES)}",
            **({"season_from": "11-01", "season_to": "03-31"} if r.random() < 0.4 else {}),
        }
        for i in range(5)
    ]
    rules = [
        {
            "rule_id": f"r{i}",
            "row_id": r.choice((ways[i]["link_id"], f"crossing:{r.choice(('KZ-UZ', 'PK-UZ'))}")),
            "effect": effect,
            "value": 6.0 if effect.startswith("extra") else None,
            "document": "permit" if effect == "document" else None,
            **(
                {"from_on": dt.date(2026, 3, 25), "to_on": dt.date(2026, 4, 2)}
                if r.random() < 0.5
                else {}
            ),
        }
        for i, effect in enumerate(
            r.choices(("forbid", "document", "extra-hours", "extra-usd"), k=2)
        )
    ]
    terminals = [
        {
            "terminal_id": f"t{i}",
            "node_id": f"n{r.randrange(nodes)}",
            "from_layer": schema.layer(*one),
            "to_layer": schema.layer(*two),
            "two_way": r.random() < 0.7,
            "handling_h": float(r.randint(0, 30)),
            "handling_p95_h": 60.0,
            "usd_per_teu": r.choice((None, 40.0)),
            "usd_per_t": r.choice((None, 1.25)),
        }
        for i in range(3 * nodes)
        for one, two in [r.sample(LAYERS[:4], 2)]
    ]
    return {
        "nodes": frame("nodes", [evidence(p) for p in places]),
        "links": frame("links", [evidence(w) for w in ways]),
        "windows": frame(
            "windows", [evidence({"window_id": f"w{i}", **w}) for i, w in enumerate(windows)]
        ),
        "services": frame("services", [evidence(s) for s in services]),
        "changes": frame("changes", [evidence(c) for c in changes]),
        "terminals": frame("terminals", [evidence(t) for t in terminals]),
        "hazards": frame("hazards", [evidence(h) for h in hazards]),
        "rules": frame("rules", [evidence(x) for x in rules]),
        "modes": frame(
            "modes",
            [
                evidence(
                    {
                        "mode_id": f"m-{m}",
                        "mode": m,
                        "active_h_per_day": 12.0 if m == "road" else 24.0,
                        "running_p95_ratio": 1.5,
                    }
                )
                for m in ("road", "rail", "ferry", "sea")
            ],
        ),
        "rates": frame(
            "rates",
            [
                evidence(
                    {
                        "rate_id": f"p-{m}-{c}",
                        "mode": m,
                        "country": c,
                        "usd_per_teu_km": p,
                        "usd_per_t_km": q,
                    }
                )
                for m, c, p, q in (
                    ("road", None, 0.6, None),
                    ("road", "UZ", 0.9, 0.01),
                    ("rail", None, 0.3, None),
                    ("ferry", None, None, 0.05),
                    ("sea", None, 0.1, None),
                )
            ],
        ),
        "emissions": frame(
            "emissions",
            [
                evidence({"emission_id": f"e-{m}", "mode": m, "g_co2e_per_t_km": g})
                for m, g in (("road", 95.0), ("rail", 27.6), ("ferry", 200.0))
            ]
            + [
                evidence({"emission_id": "e-sea", "mode": "sea", "g_co2e_per_teu_km": 89.0}),
                evidence({"emission_id": "e-hub", "mode": "terminal", "kg_co2e_per_teu": 10.7}),
            ],
        ),
        "cargoes": frame(
            "cargoes",
            [
                evidence(
                    {
                        "cargo_id": "box",
                        "name": "Box",
                        "form": "container",
                        "t_per_unit": 20.0,
                        "teu_per_unit": 2.0,
                        "value_usd_per_unit": 40000.0,
                        "time_value_share_per_day": 0.01,
                        "carbon_ratio": r.choice((None, 1.12)),
                        "rate_ratio": r.choice((None, 1.3)),
                        "allowed_modes": "road rail ferry sea",
                    }
                )
            ],
        ),
    }


def _random_windows(r: random.Random, element: dict[str, Any]) -> list[dict[str, Any]]:
    kind = r.randrange(4)
    if kind == 0:
        return [{**element, "season_from": "04-01", "season_to": "11-30"}]
    if kind == 1:
        return [
            {
                **element,
                "weekdays": "mon tue wed thu fri",
                "hours": r.choice(("08:00-20:00", "20:00-04:00")),
                "utc_offset_h": r.choice((None, 5.0)),
            }
        ]
    if kind == 2:
        return [
            {
                **element,
                "season_from": "11-01",
                "season_to": "03-31",
                "open_share": 0.5,
                "closed_spell_h": 48.0,
            },
            {
                **element,
                "season_from": "04-01",
                "season_to": "10-31",
                "open_share": 0.75,
                "closed_spell_h": 24.0,
            },
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


def _random_changes(r: random.Random, link_id: str) -> list[dict[str, Any]]:
    start = DEPART + dt.timedelta(days=r.randint(-20, 15))
    end = r.choice((None, start + dt.timedelta(days=r.randint(1, 40))))
    rows = [
        {
            "change_id": "events",
            "table": "links",
            "row_id": link_id,
            "column": "status",
            "op": "set",
            "value": r.choice(("closed", "existing")),
            "from_on": start,
            "to_on": end,
        }
    ]
    if r.random() < 0.4:
        rows.append(
            {
                "change_id": "events",
                "table": "links",
                "row_id": f"{link_id} mode:road",
                "column": "fixed_h",
                "op": r.choice(("add", "scale")),
                "value": "2",
                "from_on": start,
                "to_on": end,
            }
        )
    return rows
