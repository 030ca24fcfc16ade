"""Trips and demand that nothing serves are warned of; what only waits is not."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import corridor as co


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return co.new(tmp_path / "study")


def rewrite(folder: Path, name: str, *expressions: pl.Expr) -> None:
    path = folder / f"{name}.csv"
    pl.read_csv(path, infer_schema=False).with_columns(expressions).write_csv(path)


def shut(folder: Path, link: str) -> None:
    status = pl.when(pl.col("link_id").str.contains(link)).then(pl.lit("closed"))
    rewrite(folder, "links", status.otherwise("status").alias("status"))


def test_a_trip_and_demand_without_any_chain_are_warned_of(folder: Path) -> None:
    shut(folder, "zhibek-tashkent|saryagash-keles")
    trip_1, trip_2, demand = co.check(folder)
    assert trip_1.kind == trip_2.kind == "trip-without-route"
    assert trip_1.file == "study.toml" and trip_1.line is not None
    assert "almaty-samarkand" in trip_1.message and "scenario base" in trip_1.message
    assert demand.kind == "demand-without-route" and demand.rows == (
        "almaty-tashkent-boxes",
        "shymkent-samarkand-bulk",
    )


def test_what_opens_later_is_no_finding(folder: Path) -> None:
    shut(folder, "zhibek-tashkent|saryagash-keles")
    (folder / "changes.csv").write_text(
        "change_id,table,row_id,column,op,value,from_on,source_id,confidence\n"
        "opens,links,crossing:KZ-UZ,status,set,existing,2027-03-01,example,C\n"
        "border-shut,links,crossing:KZ-UZ,status,set,closed,2027-01-01,example,C\n"
    )
    settings = folder / "study.toml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace("changes = []", 'changes = ["opens"]', 1), "utf-8")
    assert [f for f in co.check(folder) if "without-route" in f.kind] == []


def test_forms_and_modes_of_a_cargo_count(folder: Path) -> None:
    """Boxes that may go by rail alone, and no link by rail over the border."""
    shut(folder, "saryagash-keles")
    rewrite(folder, "cargoes", pl.lit("rail").alias("allowed_modes"))
    kinds = {f.kind for f in co.check(folder)}
    assert {"trip-without-route", "demand-without-route"} <= kinds


def test_a_study_with_errors_is_not_asked(folder: Path) -> None:
    shut(folder, "zhibek-tashkent|saryagash-keles")
    rewrite(folder, "rates", pl.lit("raid").alias("mode"))
    assert "trip-without-route" not in {f.kind for f in co.check(folder)}
