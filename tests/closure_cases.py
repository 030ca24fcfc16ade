"""Demand, hazards and small networks for the tests of closures."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

import corridor as co
from corridor.network import network as networks
from corridor.network.durations import EXPONENTIAL_SIGMA
from corridor.network.network import Network
from random_networks import evidence, frame, random_network

ON = "2026-03-20"
STUDY = Path(__file__).resolve().parents[1] / "studies" / "kazakhstan-pakistan"
STUDY_ON = "2026-07-01"
# A usual spread of the logarithm of lengths in each family.
TRUE_SIGMA = {"exponential": EXPONENTIAL_SIGMA, "lognormal": 1.2, "weibull": 1.7, "pareto": 1.9}


@cache
def study_network(scenario: str = "open-borders") -> Network:
    """Return the network of the built-in study under a scenario."""
    return co.read(STUDY, scenario=scenario).network


def random_case(
    seed: int, nodes: int = 6, links: int = 13
) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """Return the tables of a random network and a demand between all its places."""
    tables = random_network(seed, nodes, links)
    return tables, demand_of(
        [(f"n{a}", f"n{b}") for a in range(nodes) for b in range(nodes) if a != b]
    )


def build(tables: dict[str, pl.DataFrame]) -> Network:
    """Return the network with all its changes."""
    ids = (
        tables["changes"]["change_id"].unique(maintain_order=True).to_list()
        if "changes" in tables
        else []
    )
    return networks.build(tables, change_ids=ids)


def demand_of(pairs: list[tuple[str, str]], cargo: str = "box") -> pl.DataFrame:
    """Return a demand of 365, 730, ... units a year."""
    return frame(
        "demand",
        [
            evidence(
                {
                    "demand_id": f"{a}-{b}",
                    "origin_node_id": a,
                    "destination_node_id": b,
                    "cargo_id": cargo,
                    "year": 2026,
                    "units_per_year": 365.0 * (i % 3 + 1),
                }
            )
            for i, (a, b) in enumerate(pairs)
        ],
    )


def hazard_rows(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Return rows of the hazards table; what is not said is 4 closures a year of a median of 8
    days."""
    default = {
        "name": "Hazard",
        "events_per_year": 4.0,
        "duration_median_d": 8.0,
        "duration_sigma": 0.8,
    }
    return frame("hazards", [evidence({**default, **row}) for row in rows])


def two_roads() -> dict[str, pl.DataFrame]:
    """Return a network of two roads from west to east: 400 km by the pass, 900 km by the plain, and
    a spur nobody needs."""

    def link(link_id: str, a: str, b: str, km: float) -> dict[str, Any]:
        return evidence(
            {
                "link_id": link_id,
                "from_node_id": a,
                "to_node_id": b,
                "mode": "road",
                "length_km": km,
                "speed_kmh": 50.0,
                "status": "existing",
                "two_way": True,
            }
        )

    place = {"kind": "city", "lon_deg": 60.0, "lat_deg": 40.0}
    names = {"west": "KZ", "pass": "KZ", "plain": "UZ", "east": "PK", "spur": "KZ"}
    return {
        "nodes": frame(
            "nodes",
            [
                evidence({"node_id": n, "name": n.title(), "country": c, **place})
                for n, c in names.items()
            ],
        ),
        "links": frame(
            "links",
            [
                link("west-pass", "west", "pass", 200.0),
                link("pass-east", "pass", "east", 200.0),
                link("west-plain", "west", "plain", 450.0),
                link("plain-east", "plain", "east", 450.0),
                link("west-spur", "west", "spur", 50.0),
            ],
        ),
        "modes": frame(
            "modes",
            [
                evidence(
                    {
                        "mode_id": "road",
                        "mode": "road",
                        "active_h_per_day": 12.0,
                        "running_p95_ratio": 1.5,
                    }
                )
            ],
        ),
        "rates": frame(
            "rates", [evidence({"rate_id": "road", "mode": "road", "usd_per_unit_km": 1.0})]
        ),
        "emissions": frame(
            "emissions",
            [evidence({"emission_id": "road", "mode": "road", "g_co2e_per_t_km": 100.0})],
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
                        "value_usd_per_unit": 24000.0,
                        "time_value_share_per_day": 0.01,
                        "allowed_modes": "road",
                    }
                )
            ],
        ),
    }
