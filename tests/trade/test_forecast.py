"""Forecasts of trade on the flows of the built-in study."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from corridor.errors import CallError, NotConverged, StudyError
from corridor.trade.forecast import _with_unpriced, forecast
from trade_cases import QUICK, between, flat, forecast_of_half, quick_forecast


def test_no_change_of_costs_changes_nothing(
    tables: dict[str, pl.DataFrame], base: pl.DataFrame
) -> None:
    costs = flat(base)
    same = quick_forecast(tables, base, costs, {"same": costs})
    np.testing.assert_allclose(same.flows["value_usd"], same.flows["base_usd"], rtol=1e-9)
    np.testing.assert_allclose(same.flows["low_usd"], same.flows["base_usd"], rtol=1e-9)
    assert same.countries["real_income_change_share"].abs().max() < 1e-9
    assert same.resistances["inward_change_share"].abs().max() < 1e-9
    assert same.resistances["outward_change_share"].abs().max() < 1e-9


def test_cheaper_corridor_raises_its_trade_within_the_band(
    tables: dict[str, pl.DataFrame], base: pl.DataFrame
) -> None:
    result = forecast_of_half(tables, base)
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
    runs = []
    for k in (1, 2):
        shuffled = base.sample(fraction=1.0, shuffle=True, seed=k)
        result = forecast_of_half(tables, shuffled)
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
    result = quick_forecast(tables, base, costs, {"shut": shut})
    assert (
        result.flows.filter(pl.col("exporter") == "KZ", pl.col("importer") == "PK")[
            "value_usd"
        ].sum()
        == 0
    )
    opened = quick_forecast(tables, base, shut, {"open": costs})
    assert any("KZ-PK" in w for w in opened.warnings)


def without_costs(costs: pl.DataFrame, code: str) -> pl.DataFrame:
    return costs.filter((pl.col("exporter") != code) & (pl.col("importer") != code))


def cut(costs: pl.DataFrame, *codes: str) -> pl.DataFrame:
    """Return costs in which some countries reach nobody."""
    is_cut = pl.col("exporter").is_in(codes) | pl.col("importer").is_in(codes)
    shut = pl.when(is_cut).then(None).otherwise("cost_share")
    return costs.with_columns(shut.alias("cost_share"))


def test_a_country_without_places_follows_its_partners(
    tables: dict[str, pl.DataFrame], base: pl.DataFrame
) -> None:
    # Every corridor of Kazakhstan becomes as much dearer, so its way to the rest of the world does.
    costs = without_costs(flat(base), "ZZ")
    dearer = costs.with_columns(
        pl.when((pl.col("exporter") == "KZ") | (pl.col("importer") == "KZ"))
        .then(0.5)
        .otherwise("cost_share")
        .alias("cost_share")
    )
    whole = flat(base).with_columns(
        pl.when((pl.col("exporter") == "KZ") | (pl.col("importer") == "KZ"))
        .then(0.5)
        .otherwise("cost_share")
        .alias("cost_share")
    )
    arguments = (base, tables["countries"], tables["sectors"])
    followed = forecast(*arguments, costs, {"dear": dearer}, settings=QUICK).flows
    expected = forecast(*arguments, flat(base), {"dear": whole}, settings=QUICK).flows

    kz = pl.col("exporter") == "KZ"
    to_rest = pl.col("importer") == "ZZ"
    assert followed.filter(kz & to_rest)["value_usd"].to_list() == pytest.approx(
        expected.filter(kz & to_rest)["value_usd"].to_list(), rel=0.03
    )
    assert (followed.filter(kz & to_rest)["value_usd"] < followed.filter(kz & to_rest)["base_usd"])[
        0
    ]


def test_the_mean_of_ratios_is_that_of_a_price_index() -> None:
    ratio = np.ones((3, 3, 1))
    ratio[0, 1] = 2.0
    ratio[0, 2] = np.inf
    is_priced = np.zeros((3, 3, 1), bool)
    is_priced[0, 1] = True
    values = np.full((3, 3, 1), 30.0)
    theta = np.array([4.0])

    # Country 2 has no costs: 0 pays to it what it pays to 1, its only partner with costs.
    filled = _with_unpriced(ratio, is_priced, values, theta)
    assert filled[0, 2, 0] == pytest.approx(2.0)
    assert filled[2, 2, 0] == 1.0 and filled[0, 1, 0] == 2.0

    halves = np.ones((4, 4, 1))
    halves[0, 1] = np.inf
    known = np.zeros((4, 4, 1), bool)
    known[0, 1] = known[0, 2] = True
    filled = _with_unpriced(halves, known, np.full((4, 4, 1), 30.0), theta)
    assert filled[0, 3, 0] == pytest.approx(0.5 ** (-1 / 4))


def test_trade_that_ends_is_named(tables: dict[str, pl.DataFrame], base: pl.DataFrame) -> None:
    costs = without_costs(flat(base), "ZZ")
    result = quick_forecast(tables, base, costs, {"same": costs, "shut": cut(costs, "TJ")})
    assert result.caveats["same"] == ()
    ended, alone = result.caveats["shut"]
    assert "AE-TJ" in ended and "no route in this scenario" in ended
    assert alone.startswith("TJ reach no other country")
    shut = result.flows.filter(pl.col("scenario") == "shut", pl.col("exporter") == "TJ")
    assert shut.filter(importer="CN")["value_usd"].sum() == 0
    assert shut.filter(importer="ZZ")["value_usd"].sum() > 0


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
