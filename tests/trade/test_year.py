"""Months of a year, and trade costs over their skims."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from corridor.study.study import read
from corridor.trade.costs import trade_costs
from corridor.trade.forecast import TradeSettings, forecast
from corridor.trade.year import _FIGURES, _bans, _without_banned, middles
from trade_cases import STUDY


def test_middles_of_months() -> None:
    assert middles(dt.date(2026, 7, 1), 12)[0] == dt.date(2026, 7, 15)
    assert middles(dt.date(2026, 12, 16), 2) == (dt.date(2027, 1, 15), dt.date(2027, 2, 15))


def a_year(winter_usd: float | None) -> pl.DataFrame:
    """Return trade costs of a pass over which a box costs 4,000 USD, but for four months."""
    month = pl.DataFrame(
        {
            "origin": ["a", "b"],
            "destination": ["b", "a"],
            "cargo_id": ["box"] * 2,
            "time_h": [100.0] * 2,
            "time_p95_h": [100.0] * 2,
            "cost_usd": [4000.0] * 2,
            "border_h": [0.0] * 2,
            "border_usd": [0.0] * 2,
        }
    )
    hours = 100.0 if winter_usd is not None else None
    winter = month.with_columns(
        pl.lit(hours, pl.Float64).alias("time_h"), pl.lit(winter_usd, pl.Float64).alias("cost_usd")
    )
    sectors = pl.DataFrame(
        {
            "sector_id": ["goods"],
            "cargo_id": ["box"],
            "usd_per_t": [2000.0],
            "time_value_share_per_day": [0.0],
            "elasticity": [5.0],
        }
    )
    cargoes = pl.DataFrame({"cargo_id": ["box"], "t_per_unit": [20.0]})
    markets = pl.DataFrame(
        {"node_id": ["a", "b"], "country": ["AA", "BB"], "trade_share": [1.0, 1.0]}
    )
    return trade_costs(pl.concat([month] * 8 + [winter] * 4), sectors, cargoes, markets)


@pytest.mark.parametrize("winter_usd", [4000.0, 6400.0, 40_000.0, 4e6])
def test_a_closure_never_raises_trade_however_dear_the_days_it_shuts(winter_usd: float) -> None:
    """A mean cost over the days left open falls where dear days are shut: trade must not rise."""
    dear = a_year(winter_usd)
    shut = a_year(None)
    assert (shut["trade_index"] < dear["trade_index"]).all()
    assert shut["trade_index"].to_list() == pytest.approx([8 / 12 * 1.1**-5] * 2)


def test_a_pass_shut_in_winter_costs_more_than_one_that_is_dear_in_winter() -> None:
    """A mean over the days with a route alone said 4,000 USD shut, 4,800 open: less."""
    keys = {"exporter": ["AA", "BB"], "importer": ["BB", "AA"], "sector_id": ["goods"] * 2}
    home = {"exporter": ["AA", "BB"], "importer": ["AA", "BB"], "sector_id": ["goods"] * 2}
    trade = pl.concat(
        [
            pl.DataFrame({**keys, "value_usd": [1e6, 1e6]}),
            pl.DataFrame({**home, "value_usd": [5e7, 5e7]}),
        ]
    ).with_columns(pl.lit("reported").alias("basis"), pl.lit("A").alias("confidence"))
    countries = pl.DataFrame({"country": ["AA", "BB"], "name": ["A", "B"]})
    sectors = pl.DataFrame(
        {
            "sector_id": ["goods"],
            "elasticity": [5.0],
            "elasticity_low": [4.0],
            "elasticity_high": [6.0],
        }
    )
    always = a_year(4000.0)
    shut = a_year(None)
    assert shut["reached_share"].to_list() == pytest.approx([2 / 3] * 2)
    assert always["reached_share"].to_list() == [1.0, 1.0]

    scenarios = {"dear": a_year(6400.0), "shut": shut}
    outcome = forecast(
        trade, countries, sectors, always, scenarios, settings=TradeSettings(draws=0)
    )
    flows = outcome.flows.filter(exporter="AA", importer="BB").select("scenario", "value_usd")
    value = dict(flows.iter_rows())
    assert value["shut"] < value["dear"] < 1e6
    # two thirds of the months, a little more where prices give way
    assert value["shut"] == pytest.approx(2 / 3 * 1e6, rel=0.02)


def test_trade_that_is_forbidden_on_every_link_has_no_route() -> None:
    network = read(STUDY, scenario="mid-2026").network
    stopped = {("PK", "AF"), ("AF", "PK")}
    assert stopped <= set(_bans(network, dt.date(2026, 7, 15), None))
    assert not stopped & set(_bans(network, dt.date(2025, 10, 11), None))
    assert not _bans(network, dt.date(2026, 7, 15), ("KZ", "PK")), "of the two alone"

    places = network.frames["markets"]
    kabul_karachi = pl.DataFrame(
        {"origin": ["kabul", "almaty"], "destination": ["karachi", "karachi"]}
    ).with_columns(pl.lit(1.0).alias(figure) for figure in _FIGURES)
    masked = _without_banned(kabul_karachi, places, sorted(stopped))
    assert masked["cost_usd"].to_list() == [None, 1.0]
