"""Flows above a capacity that the study gives are named."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import corridor as co
from corridor.closures.overloads import overload_warnings, overloads, overloads_of

DAY = "2026-07-01"


@pytest.fixture
def study(tmp_path: Path) -> co.Study:
    """Return the starter with room for 1 TEU and 100 t a day on two links."""
    folder = co.new(tmp_path / "study")
    path = folder / "links.csv"
    links = pl.read_csv(path, infer_schema=False)
    is_road = pl.col("link_id").str.ends_with("-road")
    links.with_columns(
        pl.when(is_road)
        .then(pl.lit("1"))
        .otherwise("capacity_teu_per_day")
        .alias("capacity_teu_per_day"),
        pl.lit("100").alias("capacity_t_per_day"),
    ).write_csv(path)
    return co.read(folder)


def test_flows_above_capacities_are_listed(study: co.Study) -> None:
    flows = pl.DataFrame(
        {
            "links": [["almaty-shymkent-road", "shymkent-zhibek-road"], None],
            "cargo_id": ["container-40", "bulk"],
            "t_per_year": [365 * 20.0, 365 * 500.0],
        },
        schema_overrides={"links": pl.List(pl.String)},
    )
    found = overloads(study.network, flows, on=DAY)
    assert found.rows() == [
        ("almaty-shymkent-road", "TEU", 2.0, 1.0),
        ("shymkent-zhibek-road", "TEU", 2.0, 1.0),
    ]
    (warning,) = overload_warnings(found, " under base")
    assert warning.startswith(
        "2 links carry more than the capacity given under base: almaty-shymkent"
    )
    assert overload_warnings(found.clear()) == []


def test_demand_takes_its_cheapest_routes(study: co.Study) -> None:
    demand = study.tables["demand"]
    found = overloads_of(study.network, demand, on=DAY)
    tonnes = found.filter(pl.col("unit") == "t")["flow_per_day"].to_list()
    both = (50_000 + 1_000 * 20) / 365  # bulk and boxes by the same railway
    assert tonnes[:2] == pytest.approx([both, both])
    assert (found["flow_per_day"] > found["capacity_per_day"]).all()
