"""Flows above a capacity that the study gives are named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

import corridor as co
from corridor.closures.overloads import overload_warnings, overloads, overloads_of
from corridor.tables.tables import empty_table

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


def test_capacities_hold_directions_background_and_trains(study: co.Study) -> None:
    rows = [
        ("all-lorries", "almaty-shymkent-road", None, "lorries", 9.0, 8.5, None),
        ("there", "shymkent-zhibek-road", "shymkent", "lorries", 0.5, None, None),
        ("back", "shymkent-zhibek-road", "zhibek", "lorries", 0.4, None, None),
        ("one-way-only", "almaty-shymkent-rail", "almaty", "wagons", 0.1, None, None),
        ("trains", "shymkent-saryagash-rail", None, "trains", 0.5, None, 30.0),
        ("seen", "shymkent-saryagash-rail", None, "wagons", None, None, None),
    ]
    columns = (
        "capacity_id",
        "row_id",
        "from_node_id",
        "unit",
        "per_day",
        "background_per_day",
        "t_each",
    )
    frames = {
        **study.network.frames,
        "capacities": empty_table("capacities")
        .clear()
        .vstack(
            pl.DataFrame(rows, schema=columns, orient="row")
            .with_columns(pl.lit("links").alias("table"))
            .select(
                (pl.col(name) if name in (*columns, "table") else pl.lit(None))
                .cast(kind)
                .alias(name)
                for name, kind in empty_table("capacities").schema.items()
            )
        ),
        "cargoes": study.network.frames["cargoes"].with_columns(
            pl.lit(1.0).alias("lorries_per_unit"), pl.lit(1.0).alias("wagons_per_unit")
        ),
    }
    links = ["almaty-shymkent-road", "shymkent-zhibek-road", "almaty-shymkent-rail"]
    flows = pl.DataFrame(
        {
            "links": [[*links, "shymkent-saryagash-rail"]],
            "cargo_id": ["container-40"],
            "t_per_year": [365 * 20.0],
        }
    )
    found = overloads(replace(study.network, frames=frames), flows, on=DAY)
    by_lorry = found.filter(pl.col("unit") == "lorries").rows()

    assert by_lorry == [
        ("shymkent-zhibek-road", "lorries", 1.0, 0.9),
        ("almaty-shymkent-road", "lorries", 9.5, 9.0),
    ]
    assert found.filter(pl.col("unit") == "wagons").is_empty()
    assert found.filter(pl.col("link_id") == "shymkent-saryagash-rail").rows() == [
        ("shymkent-saryagash-rail", "t", 20.0, 15.0)
    ]
