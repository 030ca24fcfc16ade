"""Small networks with projects, for the tests of what projects are worth."""

from __future__ import annotations

from typing import Any

import polars as pl

from closure_cases import demand_of
from core_cases import link, node, small
from corridor.network.network import Network
from random_networks import Row, Rows


def project(project_id: str, change_ids: str, **cells: Any) -> Row:
    """Return a railway of 100 million USD that is built in two years and serves for twenty."""
    return {
        "project_id": project_id,
        "name": project_id.title(),
        "country": "KZ",
        "change_ids": change_ids,
        "capex_usd": 1e8,
        "build_years": 2,
        "life_years": 20,
        "status": "idea",
        "reference_class": "road",
        **cells,
    }


def opened(link_id: str, change_id: str) -> Row:
    """Return a change row that opens a planned link."""
    row = {"change_id": change_id, "table": "links", "row_id": link_id, "column": "status"}
    return {**row, "op": "set", "value": "existing"}


# From a to d by b and c, 300 km, two borders with a fee each; e lies behind d, f has no road yet.
LINKS: Rows = [
    link("ab", "a", "b"),
    link("bc", "b", "c", fixed_usd=100.0),
    link("cd", "c", "d", fixed_usd=60.0, fixed_h=10.0, fixed_p95_h=40.0),
    link("de", "d", "e"),
    link("bypass", "b", "d", length_km=120.0, fixed_usd=50.0, status="planned"),
    link("twin", "a", "b", status="planned"),
    link("spur", "d", "f", status="planned"),
    link("faster", "d", "e", length_km=50.0, status="planned"),
]
PROJECTS: Rows = [
    project("bypass", "bypass-open"),
    project("twin", "twin-open", capex_usd=0.0),
    project("spur", "spur-open", country="PK"),
    project("faster", "faster-open", country="PK", opex_usd_per_t_km=0.01),
]
PAYERS: Rows = [
    {
        "payer_id": f"{row['project_id']}-state",
        "project_id": row["project_id"],
        "payer": "state",
        "payer_country": row["country"],
        "share": 1.0,
    }
    for row in PROJECTS
]
CHANGES: Rows = [opened(row["project_id"], row["change_ids"]) for row in PROJECTS]
NODES: Rows = [node("a"), node("b"), node("c", "UZ"), node("d", "PK"), node("e", "PK")]


def project_network(*change_ids: str, **tables: Rows) -> Network:
    """Return a road from KZ by UZ to PK, with planned links and the projects that open them."""
    rows = {
        "nodes": [*NODES, node("f", "PK")],
        "links": LINKS,
        "projects": PROJECTS,
        "project_payers": PAYERS,
        "changes": CHANGES,
    }
    return small(*change_ids, **{**rows, **tables})


def project_demand() -> pl.DataFrame:
    """Return units a year between all ends: 3650, 7300 and so on."""
    pairs = [("a", "d"), ("a", "c"), ("d", "e"), ("a", "f")]
    return demand_of(pairs).with_columns(pl.col("units_per_year") * 10)
