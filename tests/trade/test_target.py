"""A target held against growth and scenarios."""

from __future__ import annotations

import math

import polars as pl
import pytest

from corridor.errors import CallError
from corridor.trade.potential import complete_flows, split_flows
from corridor.trade.target import target_gap
from trade_cases import (
    between,
    chosen,
    flat,
    forecast_of_half,
    halved,
    quick_forecast,
    series,
)


def test_the_billion(tables: dict[str, pl.DataFrame], base: pl.DataFrame) -> None:
    costs = flat(base)
    scenarios = {
        "border": costs.with_columns(pl.col("cost_share") * 0.9),
        "all": halved(costs, "KZ", "PK"),
    }
    result = quick_forecast(tables, base, costs, scenarios)
    both = pl.concat([series(tables, "kazakh-customs"), series(tables, "central-bank")])
    answer = target_gap(result, base, both, tables["countries"], target_usd=1e9, by=2028)
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
    assert "would have to come from elsewhere" in text and "+214% a year" in text
    assert answer.sectors["headroom_usd"].is_sorted(descending=True)
    assert answer.sectors["is_carried"].all()


@pytest.mark.parametrize(
    ("exporter_gdp", "importer_gdp", "is_taken"),
    [(0.98, 0.84, True), (0.74, 0.58, False)],
    ids=["means over all estimates", "means over structural estimates"],
)
def test_trade_grows_with_gdp_by_the_means_over_all_estimates(
    tables: dict[str, pl.DataFrame],
    base: pl.DataFrame,
    exporter_gdp: float,
    importer_gdp: float,
    is_taken: bool,
) -> None:
    """Head and Mayer (2014), table 3.4; decision 054 says which means are taken, and why."""
    costs = flat(base)
    result = quick_forecast(tables, base, costs, {"same": costs})
    customs = series(tables, "kazakh-customs")
    answer = target_gap(result, base, customs, tables["countries"], target_usd=1e9, by=2028)
    grown = answer.steps.filter(pl.col("step") == "base growth").row(0, named=True)

    growth_of = dict(tables["countries"].select("country", "gdp_growth_share_per_year").iter_rows())
    expected_usd = sum(
        flow["value_usd"]
        * (
            (1 + growth_of[flow["exporter"]]) ** exporter_gdp
            * (1 + growth_of[flow["importer"]]) ** importer_gdp
        )
        ** grown["years"]
        for flow in customs.iter_rows(named=True)
    )
    assert (grown["value_usd"] == pytest.approx(expected_usd, rel=1e-9)) is is_taken
    if not is_taken:  # they would leave the pair 3 to 5 % less after two years
        assert 0.95 < expected_usd / grown["value_usd"] < 0.97


def test_goods_that_no_route_carries_have_no_potential(
    tables: dict[str, pl.DataFrame], base: pl.DataFrame
) -> None:
    costs = flat(base)
    result = quick_forecast(tables, base, costs, {"all": halved(costs, "KZ", "PK")})
    answer = target_gap(
        result,
        base,
        series(tables, "kazakh-customs"),
        tables["countries"],
        sectors=tables["sectors"],
    )
    left_out = answer.sectors.filter(~pl.col("is_carried"))
    assert set(left_out["sector_id"]) == {"oil-gas"} and left_out["headroom_usd"].sum() == 0
    assert float(left_out["potential_usd"].sum()) > 1e8, "Kazakh crude by its share of exports"
    assert answer.sectors["sector_id"][0] != "oil-gas"
    text = str(answer)
    assert "Goods that no route of the network carries (oil-gas" in text


def test_the_error_of_gravity_stands_in_the_sentence_of_the_target(
    tables: dict[str, pl.DataFrame], base: pl.DataFrame
) -> None:
    costs = flat(base)
    result = quick_forecast(tables, base, costs, {"same": costs})
    customs = series(tables, "kazakh-customs")
    near = target_gap(result, base, customs, tables["countries"])
    factor = near.sectors["error_factor"][0]
    assert 4 < factor < 9, "about six"
    assert f"gravity errs by more: flows that are known lie {factor:.1f} times" in str(near)
    far = target_gap(result, base, customs, tables["countries"], target_usd=1e11)
    assert f"more than gravity errs: flows that are known lie {factor:.1f} times" in str(far)


def test_a_target_below_growth_has_no_share(
    tables: dict[str, pl.DataFrame], base: pl.DataFrame
) -> None:
    costs = flat(base)
    result = quick_forecast(tables, base, costs, {"same": costs})
    low = target_gap(
        result, base, series(tables, "kazakh-customs"), tables["countries"], target_usd=5e7
    )
    assert low.steps["transport_share"].null_count() == 2
    assert low.steps["gap_usd"].to_list() == [0, 0]
    with pytest.raises(CallError, match="not before"):
        target_gap(result, base, series(tables, "kazakh-customs"), tables["countries"], by=2025)


def test_no_trade_one_way_stays_none(tables: dict[str, pl.DataFrame]) -> None:
    none = pl.when((pl.col("exporter") == "KZ") & (pl.col("importer") == "PK")).then(0)
    silent = {
        **tables,
        "trade": tables["trade"].with_columns(
            none.otherwise("value_usd").cast(pl.Float64).alias("value_usd")
        ),
    }
    whole = complete_flows(chosen(silent), tables["countries"], year=2025)
    base = split_flows(whole, tables["specialisations"], tables["sectors"])
    result = forecast_of_half(tables, base)
    answer = target_gap(result, base, series(silent, "kazakh-customs"), tables["countries"])
    growth, half = answer.steps.iter_rows(named=True)

    back = between(result.pairs, "KZ", "PK").filter(exporter="PK").row(0, named=True)
    assert growth["base_usd"] == back["base_usd"] == pytest.approx(38.7e6)
    assert half["value_usd"] == pytest.approx(
        growth["value_usd"] * back["value_usd"] / back["base_usd"]
    )
    assert half["low_usd"] < half["value_usd"] < half["high_usd"]

    # Trade of a series that the forecast does not hold cannot be scaled.
    with pytest.raises(CallError, match="starts from no trade KZ-PK"):
        target_gap(result, base, series(tables, "kazakh-customs"), tables["countries"])
