"""Unknown flows, and the split of totals by sector."""

from __future__ import annotations

import polars as pl
import pytest

from corridor.errors import StudyError
from corridor.trade.potential import complete_flows, split_flows
from trade_cases import between, chosen


def test_study_figures_are_those_published(tables: dict[str, pl.DataFrame]) -> None:
    for option, total in (("kazakh-customs", 101.6e6), ("central-bank", 227.59e6)):
        latest = between(chosen(tables, option), "KZ", "PK").filter(pl.col("year") == 2025)
        assert latest["value_usd"].sum() == pytest.approx(total)
    assert set(tables["trade"]["source_id"]) <= set(tables["sources"]["source_id"])


def test_study_shares_add_up_and_places_exist(tables: dict[str, pl.DataFrame]) -> None:
    markets = tables["markets"]
    for _, part in markets.group_by("country"):
        assert part["trade_share"].sum() == pytest.approx(1)
    assert set(markets["node_id"]) <= set(tables["nodes"]["node_id"])
    assert set(tables["sectors"]["cargo_id"]) <= set(tables["cargoes"]["cargo_id"])
    chapters = " ".join(tables["sectors"]["hs_chapters"]).split()
    assert len(chapters) == len(set(chapters))
    assert set(chapters) == {f"{k:02d}" for k in range(1, 98)} - {"77"}


def test_unknown_flows_are_predicted_and_marked(tables: dict[str, pl.DataFrame]) -> None:
    given = chosen(tables)
    whole = complete_flows(given, tables["countries"], year=2025)
    basis = {(r["exporter"], r["importer"]): r["basis"] for r in whole.iter_rows(named=True)}
    assert (
        basis["KZ", "PK"] == "observed"
        and basis["KZ", "CN"] == "predicted"
        and basis["KZ", "KZ"] == "estimated"
    )
    known = {
        (r["exporter"], r["importer"])
        for r in given.filter(pl.col("year") <= 2025, basis="observed").iter_rows(named=True)
    }
    assert {k for k, v in basis.items() if v == "observed"} == known
    models = tables["countries"].filter(pl.col("gdp_usd").is_not_null())
    sums = (
        whole.filter(pl.col("exporter") != pl.col("importer"))
        .group_by("exporter")
        .agg(pl.col("value_usd").sum())
    )
    totals = dict(zip(models["country"], models["goods_exports_usd"], strict=True))
    for code, value in sums.iter_rows():
        if code != "ZZ":
            assert value == pytest.approx(totals[code], rel=1e-6)
    guess = whole.filter(pl.col("basis") == "predicted")
    assert (guess["low_usd"] < guess["value_usd"]).all() and (
        guess["high_usd"] > guess["value_usd"]
    ).all()
    assert guess["confidence"].unique().to_list() == ["C"]


def test_totals_below_the_flows_are_a_finding(tables: dict[str, pl.DataFrame]) -> None:
    small = tables["countries"].with_columns(
        pl.when(pl.col("country") == "AF")
        .then(1e8)
        .otherwise("goods_exports_usd")
        .alias("goods_exports_usd")
    )
    with pytest.raises(StudyError, match="flows-over-total"):
        complete_flows(chosen(tables), small, year=2025)
    empty = tables["countries"].with_columns(
        pl.when(pl.col("country") == "AF")
        .then(None)
        .otherwise("goods_exports_usd")
        .alias("goods_exports_usd")
    )
    with pytest.raises(StudyError, match="no-totals"):
        complete_flows(chosen(tables), empty, year=2025)
    with pytest.raises(StudyError, match="two-series"):
        complete_flows(tables["trade"], tables["countries"], year=2025)


def test_split_keeps_totals_and_refuses_bad_shares(
    tables: dict[str, pl.DataFrame], base: pl.DataFrame
) -> None:
    assert between(base, "KZ", "PK")["value_usd"].sum() == pytest.approx(101.6e6)
    metals = base.filter(
        pl.col("exporter") == "KZ", pl.col("importer") == "PK", pl.col("sector_id") == "metals"
    )
    assert metals["value_usd"][0] == pytest.approx(0.56 * 62.9e6)
    minerals = base.filter(
        pl.col("exporter") == "KZ", pl.col("importer") == "PK", pl.col("sector_id") == "minerals"
    )
    assert minerals["potential_usd"][0] > 30e6 > minerals["value_usd"][0]
    whole = complete_flows(chosen(tables), tables["countries"], year=2025)
    lame = tables["specialisations"].filter(pl.col("specialisation_id") != "kz-metals")
    with pytest.raises(StudyError, match="shares-not-one"):
        split_flows(whole, lame, tables["sectors"])


def test_two_economies_at_one_point_are_refused(tables: dict[str, pl.DataFrame]) -> None:
    at_kz = tables["countries"].filter(country="KZ").select("lon_deg", "lat_deg").row(0)
    is_kg = pl.col("country") == "KG"
    moved = tables["countries"].with_columns(
        pl.when(is_kg).then(at_kz[0]).otherwise("lon_deg").alias("lon_deg"),
        pl.when(is_kg).then(at_kz[1]).otherwise("lat_deg").alias("lat_deg"),
    )
    with pytest.raises(StudyError, match="economies-at-one-point: KG, KZ"):
        complete_flows(chosen(tables), moved, year=2025)
