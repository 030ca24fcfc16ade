"""Trade data, costs, forecasts and the target, on small worlds and on the built-in study."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from corridor.checks.trade import check_trade
from corridor.errors import CallError, NotConverged, StudyError
from corridor.exchange import trade_statistics as customs
from corridor.trade import target
from corridor.trade.costs import trade_costs
from corridor.trade.demand import freight_demand
from corridor.trade.forecast import TradeSettings, forecast
from corridor.trade.potential import complete_flows, split_flows

QUICK = TradeSettings(draws=60)


def read(folder: Path, name: str) -> pl.DataFrame:
    return pl.read_csv(folder / f"{name}.csv", infer_schema_length=None, try_parse_dates=True)


@pytest.fixture(scope="module")
def tables(study_folder: Path) -> dict[str, pl.DataFrame]:
    names = (
        "trade",
        "countries",
        "sectors",
        "specialisations",
        "markets",
        "cargoes",
        "nodes",
        "sources",
    )
    return {name: read(study_folder, name) for name in names}


def chosen(tables: dict[str, pl.DataFrame], option: str = "kazakh-customs") -> pl.DataFrame:
    return tables["trade"].filter(
        pl.col("alternative").is_null() | (pl.col("alternative") == f"kz-pk-trade:{option}")
    )


@pytest.fixture(scope="module")
def base(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    whole = complete_flows(chosen(tables), tables["countries"], year=2025)
    return split_flows(whole, tables["specialisations"], tables["sectors"])


def flat(base: pl.DataFrame, share: float = 0.25) -> pl.DataFrame:
    away = base.filter(pl.col("exporter") != pl.col("importer"))
    return away.select("exporter", "importer", "sector_id", pl.lit(share).alias("cost_share"))


def between(frame: pl.DataFrame, *codes: str) -> pl.DataFrame:
    return frame.filter(
        pl.col("exporter").is_in(codes)
        & pl.col("importer").is_in(codes)
        & (pl.col("exporter") != pl.col("importer"))
    )


def halved(costs: pl.DataFrame, *codes: str) -> pl.DataFrame:
    pair = pl.col("exporter").is_in(codes) & pl.col("importer").is_in(codes)
    return costs.with_columns(
        pl.when(pair).then(pl.col("cost_share") / 2).otherwise("cost_share").alias("cost_share")
    )


# ---- the study's tables
# --------------------------------------------------------------------------------------


def test_study_trade_has_no_finding(tables: dict[str, pl.DataFrame]) -> None:
    found = check_trade(tables["trade"], tables["countries"], tables["sectors"], complete=False)
    assert found == []


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


# ---- unknown flows
# ---------------------------------------------------------------------------------------------


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
        for r in given.filter(pl.col("year") <= 2025).iter_rows(named=True)
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
    assert minerals["potential_usd"][0] > 100 * 1e6 > minerals["value_usd"][0]
    whole = complete_flows(chosen(tables), tables["countries"], year=2025)
    lame = tables["specialisations"].filter(pl.col("specialisation_id") != "kz-metals")
    with pytest.raises(StudyError, match="shares-not-one"):
        split_flows(whole, lame, tables["sectors"])


# ---- forecast
# --------------------------------------------------------------------------------------------------


def test_no_change_of_costs_changes_nothing(
    tables: dict[str, pl.DataFrame], base: pl.DataFrame
) -> None:
    costs = flat(base)
    same = forecast(
        base, tables["countries"], tables["sectors"], costs, {"same": costs}, settings=QUICK
    )
    np.testing.assert_allclose(same.flows["value_usd"], same.flows["base_usd"], rtol=1e-9)
    np.testing.assert_allclose(same.flows["low_usd"], same.flows["base_usd"], rtol=1e-9)
    assert same.countries["real_income_change_share"].abs().max() < 1e-9
    assert same.resistances["inward_change_share"].abs().max() < 1e-9
    assert same.resistances["outward_change_share"].abs().max() < 1e-9


def test_cheaper_corridor_raises_its_trade_within_the_band(
    tables: dict[str, pl.DataFrame], base: pl.DataFrame
) -> None:
    costs = flat(base)
    result = forecast(
        base,
        tables["countries"],
        tables["sectors"],
        costs,
        {"half": halved(costs, "KZ", "PK")},
        settings=QUICK,
    )
    pair = between(result.pairs, "KZ", "PK")
    assert (pair["value_usd"] > pair["base_usd"]).all()
    assert (pair["low_usd"] < pair["value_usd"]).all() and (
        pair["value_usd"] < pair["high_usd"]
    ).all()
    income = dict(
        zip(result.countries["country"], result.countries["real_income_change_share"], strict=True)
    )
    assert income["KZ"] > 0 and income["PK"] > 0
    sold = result.flows.group_by("exporter").agg(pl.col("value_usd", "base_usd").sum())
    output = dict(
        zip(result.countries["country"], result.countries["output_change_share"], strict=True)
    )
    for code, after, before in sold.iter_rows():
        assert after / before - 1 == pytest.approx(output[code], abs=1e-9)
    inward = result.resistances.filter(pl.col("country") == "PK", pl.col("sector_id") == "metals")
    assert inward["inward_change_share"][0] < 0
    assert "half" in str(result)


def test_same_seed_same_draws(tables: dict[str, pl.DataFrame], base: pl.DataFrame) -> None:
    costs = flat(base)
    runs = []
    for k in (1, 2):
        shuffled = base.sample(fraction=1.0, shuffle=True, seed=k)
        result = forecast(
            shuffled,
            tables["countries"],
            tables["sectors"],
            costs,
            {"half": halved(costs, "KZ", "PK")},
            settings=QUICK,
        )
        runs.append(result.pairs.sort("exporter", "importer"))
    np.testing.assert_allclose(runs[0]["high_usd"], runs[1]["high_usd"], rtol=1e-12)


def test_a_closed_pair_trades_nothing(tables: dict[str, pl.DataFrame], base: pl.DataFrame) -> None:
    costs = flat(base)
    shut = costs.with_columns(
        pl.when((pl.col("exporter") == "KZ") & (pl.col("importer") == "PK"))
        .then(None)
        .otherwise("cost_share")
        .alias("cost_share")
    )
    result = forecast(
        base, tables["countries"], tables["sectors"], costs, {"shut": shut}, settings=QUICK
    )
    assert (
        result.flows.filter(pl.col("exporter") == "KZ", pl.col("importer") == "PK")[
            "value_usd"
        ].sum()
        == 0
    )
    opened = forecast(
        base, tables["countries"], tables["sectors"], shut, {"open": costs}, settings=QUICK
    )
    assert any("KZ-PK" in w for w in opened.warnings)


def test_bad_frames_are_refused(tables: dict[str, pl.DataFrame], base: pl.DataFrame) -> None:
    costs = flat(base)
    countries = tables["countries"]
    sectors = tables["sectors"]
    for wrong, kind in (
        (base.with_columns(-pl.col("value_usd")), "bad-value"),
        (base.with_columns(pl.col("exporter").replace("KZ", "XX")), "unknown-country"),
        (pl.concat([base, base.head(3)]), "duplicate-row"),
        (
            base.filter((pl.col("exporter") != "PK") | (pl.col("importer") != "PK")),
            "no-domestic-sales",
        ),
    ):
        with pytest.raises(StudyError, match=kind):
            forecast(wrong, countries, sectors, costs, {"same": costs}, settings=QUICK)
    with pytest.raises(CallError, match="cost_share"):
        forecast(
            base, countries, sectors, costs, {"bare": costs.drop("cost_share")}, settings=QUICK
        )
    nowhere = costs.with_columns(pl.lit(None, pl.Float64).alias("cost_share")).filter(
        pl.col("importer") == "AF"
    )
    alone = base.with_columns(
        pl.when(
            (pl.col("exporter") == "AF")
            & (pl.col("importer") == "AF")
            & (pl.col("sector_id") == "metals")
        )
        .then(0.0)
        .otherwise("value_usd")
        .alias("value_usd")
    )
    with pytest.raises(NotConverged):
        forecast(alone, countries, sectors, costs, {"cut": nowhere}, settings=QUICK)


def test_mixed_units_are_noticed(tables: dict[str, pl.DataFrame]) -> None:
    rows = between(chosen(tables), "TJ", "PK")
    mixed = rows.with_columns(
        pl.when(pl.col("year") == 2025)
        .then(pl.col("value_usd") / 1000)
        .otherwise("value_usd")
        .alias("value_usd")
    )
    kinds = [
        f.kind for f in check_trade(mixed, tables["countries"], tables["sectors"], complete=False)
    ]
    assert kinds == ["mixed-units"]


# ---- costs and demand
# -------------------------------------------------------------------------------------------


def small_network() -> dict[str, pl.DataFrame]:
    return {
        "cargoes": pl.DataFrame({"cargo_id": ["box"], "t_per_unit": [20.0], "teu_per_unit": [2.0]}),
        "sectors": pl.DataFrame(
            {
                "sector_id": ["goods"],
                "cargo_id": ["box"],
                "usd_per_t": [2000.0],
                "time_value_share_per_day": [0.01],
            }
        ),
        "markets": pl.DataFrame(
            {
                "node_id": ["a1", "a2", "b"],
                "country": ["KZ", "KZ", "PK"],
                "trade_share": [0.75, 0.25, 1.0],
            }
        ),
        "skims": pl.DataFrame(
            {
                "origin": ["a1", "a2", "b", "b"],
                "destination": ["b", "b", "a1", "a2"],
                "cargo_id": ["box"] * 4,
                "time_h": [240.0, 480.0, 240.0, None],
                "cost_usd": [4000.0, 8000.0, 4000.0, None],
                "time_p95_h": [240.0 + 1.645 * 24, 480.0, None, None],
                "border_h": [48.0, 0.0, 0.0, None],
                "border_usd": [400.0, 0.0, 0.0, None],
            }
        ),
    }


def test_costs_add_freight_time_reliability_and_border() -> None:
    t = small_network()
    out = trade_costs(t["skims"], t["sectors"], t["cargoes"], t["markets"], reliability_ratio=0.5)
    there = out.filter(pl.col("exporter") == "KZ").row(0, named=True)
    # A box is worth 40,000 USD. Weights 3/4 and 1/4.
    assert there["freight_share"] == pytest.approx(0.75 * 3600 / 40000 + 0.25 * 8000 / 40000)
    assert there["time_share"] == pytest.approx(0.75 * 8 * 0.01 + 0.25 * 20 * 0.01)
    assert there["reliability_share"] == pytest.approx(0.75 * 0.5 * 1 * 0.01)
    assert there["border_share"] == pytest.approx(0.75 * (400 / 40000 + 2 * 0.01))
    assert there["cost_share"] == pytest.approx(
        sum(there[k] for k in ("freight_share", "time_share", "reliability_share", "border_share"))
    )
    back = out.filter(pl.col("exporter") == "PK").row(0, named=True)
    assert back["reached_share"] == pytest.approx(0.75)
    assert back["cost_share"] == pytest.approx(4000 / 40000 + 10 * 0.01)
    none = trade_costs(
        t["skims"].with_columns(pl.lit(None, pl.Float64).alias("time_h")),
        t["sectors"],
        t["cargoes"],
        t["markets"],
    )
    assert none["cost_share"].null_count() == 2
    with pytest.raises(CallError, match="cost_usd"):
        trade_costs(t["skims"].drop("cost_usd"), t["sectors"], t["cargoes"], t["markets"])


def test_demand_keeps_value_and_tonnes() -> None:
    t = small_network()
    flows = pl.DataFrame(
        {
            "exporter": ["KZ", "PK", "KZ"],
            "importer": ["PK", "KZ", "KZ"],
            "sector_id": ["goods"] * 3,
            "value_usd": [8e6, 4e6, 9e9],
        }
    )
    moved = freight_demand(flows, t["sectors"], t["cargoes"], t["markets"], year=2028)
    assert moved["value_usd_per_year"].sum() == pytest.approx(12e6)
    assert moved["t_per_year"].sum() == pytest.approx(6000)
    one = moved.filter(pl.col("origin_node_id") == "a1").row(0, named=True)
    assert (one["units_per_year"], one["teu_per_year"]) == pytest.approx(
        (0.75 * 8e6 / 40000, 0.75 * 8e6 / 20000)
    )
    assert moved["demand_id"].is_unique().all()


# ---- the target
# -------------------------------------------------------------------------------------------------


def series(tables: dict[str, pl.DataFrame], option: str) -> pl.DataFrame:
    rows = between(chosen(tables, option), "KZ", "PK").filter(pl.col("year") == 2025)
    return rows.select(
        pl.lit(option).alias("name"),
        "exporter",
        "importer",
        "value_usd",
        pl.col("ends_on").fill_null(date(2025, 12, 31)),
    )


def test_the_billion(tables: dict[str, pl.DataFrame], base: pl.DataFrame) -> None:
    costs = flat(base)
    result = forecast(
        base,
        tables["countries"],
        tables["sectors"],
        costs,
        {
            "border": costs.with_columns(pl.col("cost_share") * 0.9),
            "all": halved(costs, "KZ", "PK"),
        },
        settings=QUICK,
    )
    both = pl.concat([series(tables, "kazakh-customs"), series(tables, "central-bank")])
    answer = target.target(result, base, both, tables["countries"], target_usd=1e9, by=2028)
    grown = answer.steps.filter(pl.col("step") == "base growth")
    first, second = grown.iter_rows(named=True)
    assert first["years"] == pytest.approx(2.0, abs=0.01)
    assert first["needed_growth_share_per_year"] == pytest.approx(
        math.sqrt(1e9 / 101.6e6) - 1, abs=0.01
    )
    assert second["years"] == pytest.approx(2.5, abs=0.01)
    everything = answer.steps.filter(pl.col("step") == "all")
    assert (everything["value_usd"] > everything["base_usd"]).all()
    assert (everything["low_usd"] < everything["value_usd"]).all()
    assert everything["transport_share"].is_between(0, 0.5).all()
    assert (everything["gap_usd"] + everything["value_usd"]).to_list() == pytest.approx([1e9, 1e9])
    text = str(answer)
    assert "new products" in text and "+214% a year" in text
    assert answer.sectors["headroom_usd"].is_sorted(descending=True)
    assert answer.sectors["sector_id"][0] == "minerals"


def test_a_target_below_growth_has_no_share(
    tables: dict[str, pl.DataFrame], base: pl.DataFrame
) -> None:
    costs = flat(base)
    result = forecast(
        base, tables["countries"], tables["sectors"], costs, {"same": costs}, settings=QUICK
    )
    low = target.target(
        result, base, series(tables, "kazakh-customs"), tables["countries"], target_usd=5e7
    )
    assert low.steps["transport_share"].null_count() == 2
    assert low.steps["gap_usd"].to_list() == [0, 0]
    with pytest.raises(CallError, match="not before"):
        target.target(result, base, series(tables, "kazakh-customs"), tables["countries"], by=2025)


# ---- readers -------------------------------------------------------------------------------------
# ---------------


def test_reads_comtrade(tmp_path: Path, tables: dict[str, pl.DataFrame]) -> None:
    path = tmp_path / "comtrade.csv"
    path.write_text(
        "refYear,flowCode,reporterISO,partnerISO,cmdCode,qtyUnitAbbr,netWgt,primaryValue\n"
        "2024,X,KAZ,PAK,10,kg,4000000,1200000\n"
        "2024,X,KAZ,PAK,1001,kg,3000000,900000\n"
        "2024,X,KAZ,PAK,11,kg,1000000,300000\n"
        "2024,M,KAZ,PAK,30,u,,500000\n"
        "2024,X,KAZ,PAK,72,kg,2000,-5\n"
        "2024,X,KAZ,ATA,72,kg,2000,100\n"
        "2024,X,KAZ,W00,TOTAL,n/a,,90000000\n"
        "2024,X,KAZ,PAK,TOTAL,n/a,,1500000\n"
        "2024,X,KAZ,PAK,TOTAL,n/a,,1500000\n"
        "2024,X,KAZ,PAK,99,kg,1,7\n",
        encoding="utf-8",
    )
    frame, findings = customs.read_comtrade(path, tables["countries"], tables["sectors"])
    kinds = sorted(f.kind for f in findings)
    assert kinds == [
        "bad-value",
        "duplicate-row",
        "mixed-units",
        "unknown-country",
        "unknown-sector",
    ]
    by = {(r["exporter"], r["importer"], r["sector_id"]): r for r in frame.iter_rows(named=True)}
    assert (
        by["KZ", "PK", "staples"]["value_usd"] == 1_500_000
    )  # chapters 10 and 11; heading 1001 is within 10
    assert by["KZ", "PK", "staples"]["weight_t"] == 5000
    assert by["PK", "KZ", "chemicals"]["weight_t"] is None
    assert by["KZ", "PK", None]["value_usd"] == 1_500_000
    assert by["KZ", "PK", None]["series"] == "Comtrade, reported by KZ"
    assert any("line 7" in f.rows for f in findings if f.kind == "unknown-country")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(CallError, match="not a UN Comtrade file"):
        customs.read_comtrade(tmp_path / "other.csv", tables["countries"], tables["sectors"])


def test_reads_baci(tmp_path: Path, tables: dict[str, pl.DataFrame]) -> None:
    (tmp_path / "codes.csv").write_text(
        "country_code,country_name,country_iso2,country_iso3\n"
        "398,Kazakhstan,KZ,KAZ\n586,Pakistan,PK,PAK\n10,Antarctica,AQ,ATA\n",
        encoding="utf-8",
    )
    (tmp_path / "baci.csv").write_text(
        "t,i,j,k,v,q\n2023,398,586,720810,500.5,900\n2023,398,586,720839,99.5,NA\n"
        "2023,586,398,300490,1000,12.5\n2023,398,10,720810,1,1\n",
        encoding="utf-8",
    )
    frame, findings = customs.read_baci(
        tmp_path / "baci.csv", tmp_path / "codes.csv", tables["countries"], tables["sectors"]
    )
    assert [f.kind for f in findings] == ["unknown-country"]
    by = {(r["exporter"], r["importer"], r["sector_id"]): r for r in frame.iter_rows(named=True)}
    assert by["KZ", "PK", "metals"]["value_usd"] == pytest.approx(600_000)
    assert by["KZ", "PK", "metals"]["weight_t"] is None
    assert by["PK", "KZ", "chemicals"]["weight_t"] == 12.5
