"""Demand, hazards and small networks for the tests of closures."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

import corridor as co
from corridor.network import network
from corridor.network.durations import EXPONENTIAL_SIGMA
from corridor.network.network import Network
from random_networks import Row, Rows, evidence, frame, random_network

ON = "2026-03-20"
STUDY = Path(__file__).resolve().parents[1] / "studies" / "kazakhstan-pakistan"
STUDY_ON = "2026-07-01"
# A usual spread of the logarithm of lengths in each family.
TRUE_SIGMA = {"exponential": EXPONENTIAL_SIGMA, "lognormal": 1.2, "weibull": 1.7, "pareto": 1.9}
USUAL_HAZARD = {
    "name": "Hazard",
    "events_per_year": 4.0,
    "duration_median_d": 8.0,
    "duration_sigma": 0.8,
}


@cache
def study_network(scenario: str = "open-borders") -> Network:
    """Return the network of the built-in study under a scenario."""
    return co.read(STUDY, scenario=scenario).network


def random_case(
    seed: int, nodes: int = 6, links: int = 13
) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """Return the tables of a random network and a demand between all its places."""
    places = [f"n{number}" for number in range(nodes)]
    pairs = [(one, other) for one in places for other in places if one != other]
    return random_network(seed, nodes, links), demand_of(pairs)


def build(tables: dict[str, pl.DataFrame]) -> Network:
    """Return the network with all its changes."""
    if "changes" not in tables:
        return network.build(tables)
    change_ids = tables["changes"]["change_id"].unique(maintain_order=True).to_list()
    return network.build(tables, change_ids=change_ids)


def demand_of(pairs: list[tuple[str, str]], cargo: str = "box") -> pl.DataFrame:
    """Return a demand of 365, 730, 1095, 365, ... units a year."""
    rows = [
        {
            "demand_id": f"{origin}-{destination}",
            "origin_node_id": origin,
            "destination_node_id": destination,
            "cargo_id": cargo,
            "year": 2026,
            "units_per_year": 365.0 * (number % 3 + 1),
        }
        for number, (origin, destination) in enumerate(pairs)
    ]
    return frame("demand", [evidence(row) for row in rows])


def hazard_rows(rows: Rows) -> pl.DataFrame:
    """Return rows of the hazards table, by default 4 closures a year of a median of 8 days."""
    return frame("hazards", [evidence({**USUAL_HAZARD, **row}) for row in rows])


def two_roads() -> dict[str, pl.DataFrame]:
    """Return a network of two roads from west to east, and a spur nobody needs.

    400 km by the pass, 900 km by the plain, at 50 km/h for 12 hours a day and 1 USD a km.
    """
    rows: dict[str, Rows] = {
        "nodes": [
            place("west", "KZ"),
            place("pass", "KZ"),
            place("plain", "UZ"),
            place("east", "PK"),
            place("spur", "KZ"),
        ],
        "links": [
            road("west-pass", "west", "pass", 200.0),
            road("pass-east", "pass", "east", 200.0),
            road("west-plain", "west", "plain", 450.0),
            road("plain-east", "plain", "east", 450.0),
            road("west-spur", "west", "spur", 50.0),
        ],
        "modes": [
            {
                "mode_id": "road",
                "mode": "road",
                "active_h_per_day": 12.0,
                "running_p95_ratio": 1.5,
            }
        ],
        "rates": [{"rate_id": "road", "mode": "road", "usd_per_unit_km": 1.0}],
        "emissions": [{"emission_id": "road", "mode": "road", "g_co2e_per_t_km": 100.0}],
        "cargoes": [
            {
                "cargo_id": "box",
                "name": "Box",
                "form": "container",
                "t_per_unit": 20.0,
                "teu_per_unit": 2.0,
                "value_usd_per_unit": 24000.0,
                "time_value_share_per_day": 0.01,
                "allowed_modes": "road",
            }
        ],
    }
    return {
        name: frame(name, [evidence(row) for row in of_table]) for name, of_table in rows.items()
    }


def place(node_id: str, country: str) -> Row:
    return {
        "node_id": node_id,
        "name": node_id.title(),
        "country": country,
        "kind": "city",
        "lon_deg": 60.0,
        "lat_deg": 40.0,
    }


def road(link_id: str, from_node_id: str, to_node_id: str, length_km: float) -> dict[str, Any]:
    return {
        "link_id": link_id,
        "from_node_id": from_node_id,
        "to_node_id": to_node_id,
        "mode": "road",
        "length_km": length_km,
        "speed_kmh": 50.0,
        "status": "existing",
        "two_way": True,
    }
