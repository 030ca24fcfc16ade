"""Replay: the closure of October 2025 beside the trade that was seen."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import polars as pl
import pytest

from closure_cases import study_network
from corridor.closures.replay import replay, replay_beside
from corridor.errors import CallError, UnknownName
from corridor.network.network import Network

SHUT_SHARE = 81 / 184  # of the days from July to December 2025


@pytest.fixture(scope="module")
def network() -> Network:
    return study_network()


@pytest.fixture(scope="module")
def closure(network: Network) -> pl.DataFrame:
    return network.frames["changes"].filter(pl.col("change_id") == "af-pk-closure-2025")


@pytest.fixture(scope="module")
def demand(network: Network) -> pl.DataFrame:
    return network.frames["demand"].filter(pl.col("source_id") == "pk-af-trade")


@pytest.fixture(scope="module")
def half_year(network: Network, demand: pl.DataFrame, closure: pl.DataFrame) -> dict[str, Any]:
    return replay_beside(network, demand, closure, before="pk-af-h2-2024", after="pk-af-h2-2025")


def test_trade_fell_by_more_than_the_days_shut(half_year: dict[str, Any]) -> None:
    assert (half_year["shut_days"], half_year["days"]) == (81, 184)
    assert half_year["observed_change"] == pytest.approx(-0.53, abs=0.005)
    assert half_year["all_stopped_change"] == pytest.approx(-SHUT_SHARE)
    assert half_year["observed_change"] < half_year["all_stopped_change"]


def test_the_yearly_fall_over_both_bases(
    network: Network, demand: pl.DataFrame, closure: pl.DataFrame
) -> None:
    year = replay_beside(network, demand, closure, before="pk-af-2024", after="pk-af-2025")
    assert year["observed_change"] == pytest.approx(-0.282, abs=0.0005)  # 695 of 2461
    assert year["over_after"] == pytest.approx(-0.394, abs=0.0005)  # 695 of 1766: said to be 40 %


def test_where_nothing_may_cost_more_what_is_shut_stays(
    network: Network, demand: pl.DataFrame, closure: pl.DataFrame, half_year: dict[str, Any]
) -> None:
    staying = replay_beside(
        network, demand, closure, before="pk-af-h2-2024", after="pk-af-h2-2025", limit_share=0.0
    )
    assert staying["model_change"] == pytest.approx(-SHUT_SHARE, abs=0.06)
    assert staying["all_stopped_change"] - 0.06 < staying["model_change"]
    assert staying["model_change"] < half_year["model_change"] < 0
    # Five rows of demand go or stay as one: with no limit all go, at a limit of 0 all stay.
    possible = half_year["possible_changes"]
    assert possible == sorted(possible) and 3 <= len(possible) <= 8
    assert possible[0] == pytest.approx(staying["model_change"], abs=0.001)
    assert round(half_year["model_change"], 3) in possible and possible[-1] == 0


def test_a_higher_limit_keeps_more_trade(
    network: Network, demand: pl.DataFrame, closure: pl.DataFrame
) -> None:
    lost_t = []
    for limit_share in (0.0, 0.05, 0.1, 0.25, 1.0):
        replayed = replay(
            network,
            demand,
            closure,
            from_on="2025-10-01",
            to_on="2025-11-30",
            limit_share=limit_share,
        )
        lost_t.append(float(replayed["lost_t"].sum()))

    assert all(lower >= higher for lower, higher in pairwise(lost_t))
    assert lost_t[0] > lost_t[-1] == 0


def test_what_cannot_be_replayed_is_refused(
    network: Network, demand: pl.DataFrame, closure: pl.DataFrame
) -> None:
    with pytest.raises(UnknownName):
        replay_beside(network, demand, closure, before="pk-af-h2-2024", after="pk-af-h2-2052")
    with pytest.raises(CallError, match="closed"):
        replay(network, demand, closure.clear(), from_on="2025-07-01", to_on="2025-12-31")
    with pytest.raises(CallError, match="before from_on"):
        replay(network, demand, closure, from_on="2025-12-31", to_on="2025-07-01")
