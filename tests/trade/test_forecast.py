"""Forecasts of trade on the flows of the built-in study."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from corridor.errors import CallError, NotConverged, StudyError
from corridor.trade.forecast import forecast
from trade_cases import QUICK, between, flat, halved


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
