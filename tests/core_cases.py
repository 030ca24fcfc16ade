"""Networks the tests of the core stand on.

The built-in study by scenario, read once, and small ones written by hand.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from corridor.network.network import Network, build
from corridor.study import study
from random_networks import Row, Rows, evidence, frame

STUDY = Path(__file__).resolve().parents[1] / "studies" / "kazakhstan-pakistan"
SCENARIOS = (
    "open-borders",
    "summit-2026",
    "mid-2026",
    "hormuz-shut",
    "khunjerab-1985",
    "railway-built",
)
MODES = ("road", "rail", "ferry", "sea")


@cache
def read(scenario: str) -> study.Study:
    """Return the built-in study under a scenario, read once."""
    return study.read(STUDY, scenario=scenario)


@cache
def network(scenario: str, *choices: str) -> Network:
    """Return the network of a scenario of the built-in study.

    choices: further ones, such as ``khunjerab=protocol-1985``.
    """
    built_in = read(scenario)
    further = dict(choice.split("=") for choice in choices)
    return build(
        built_in.tables,
        choices={**built_in.scenario.choices, **further},
        change_ids=built_in.scenario.changes,
    )


def node(node_id: str, country: str = "KZ", **cells: Any) -> Row:
    return {
        "node_id": node_id,
        "name": node_id.title(),
        "country": country,
        "kind": "city",
        "lon_deg": 60.0,
        "lat_deg": 40.0,
        **cells,
    }


def link(link_id: str, from_node_id: str, to_node_id: str, **cells: Any) -> Row:
    """Return a road of 100 km at 50 km/h, both ways."""
    return {
        "link_id": link_id,
        "from_node_id": from_node_id,
        "to_node_id": to_node_id,
        "mode": "road",
        "length_km": 100.0,
        "speed_kmh": 50.0,
        "status": "existing",
        "two_way": True,
        **cells,
    }


BOX: Row = {
    "cargo_id": "box",
    "name": "Box",
    "form": "container",
    "t_per_unit": 20.0,
    "teu_per_unit": 2.0,
    "value_usd_per_unit": 40000.0,
    "time_value_share_per_day": 0.006,
    "allowed_modes": " ".join(MODES),
}
BASE: dict[str, Rows] = {
    "nodes": [node("a"), node("b"), node("c", "UZ"), node("d", "PK")],
    "links": [link("ab", "a", "b"), link("bc", "b", "c"), link("cd", "c", "d")],
    "modes": [
        {"mode_id": mode, "mode": mode, "active_h_per_day": 24.0, "running_p95_ratio": 1.5}
        for mode in MODES
    ],
    "rates": [{"rate_id": mode, "mode": mode, "usd_per_teu_km": 0.5} for mode in MODES],
    "emissions": [
        *({"emission_id": mode, "mode": mode, "g_co2e_per_t_km": 100.0} for mode in MODES),
        {"emission_id": "hub", "mode": "terminal", "kg_co2e_per_teu": 5.35},
    ],
    "cargoes": [BOX],
}


def frames(**tables: Rows) -> dict[str, pl.DataFrame]:
    """Return the tables of a small study: a - b - c - d by road, some tables with other rows."""
    return {
        name: frame(name, [evidence(row) for row in rows])
        for name, rows in {**BASE, **tables}.items()
    }


def small(*change_ids: str, choices: dict[str, str] | None = None, **tables: Rows) -> Network:
    """Return the network of :func:`frames`, with changes laid over it."""
    return build(frames(**tables), choices=choices, change_ids=change_ids)


def closed(row_id: str, from_on: Any = None, to_on: Any = None, change_id: str = "shut") -> Row:
    """Return a change row that closes links."""
    return {
        "change_id": change_id,
        "table": "links",
        "row_id": row_id,
        "column": "status",
        "op": "set",
        "value": "closed",
        "from_on": from_on,
        "to_on": to_on,
    }


def hazard_row(**more: Any) -> dict[str, Any]:
    """Return a row of hazards: twice a year link ab is shut, for ten days."""
    return {
        "hazard_id": "h",
        "name": "h",
        "row_id": "ab",
        "events_per_year": 2.0,
        "duration_median_d": 10.0,
        "duration_sigma": 0.0,
        **more,
    }
