"""Replay: the closure of October 2025 beside the trade that was seen."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import polars as pl
import pytest

from closure_cases import STUDY, study_network
from corridor.closures.replay import replay, replay_beside
from corridor.closures.replays import shut_and_open
from corridor.errors import CallError, UnknownName
from corridor.network.network import Network, build
from corridor.study.study import read as read_study

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


@pytest.fixture(scope="module")
def stopped(network: Network) -> Network:
    """The network with the trade of the two states stopped, whatever way it takes."""
    assert network.choices["af-pk-trade"] == "open"
    tables = read_study(STUDY).tables
    return build(tables, choices={**network.choices, "af-pk-trade": "stopped"}, change_ids=())


def test_trade_that_was_stopped_goes_by_no_detour(
    network: Network,
    demand: pl.DataFrame,
    closure: pl.DataFrame,
    half_year: dict[str, Any],
    stopped: Network,
) -> None:
    under_rules = replay_beside(
        network,
        demand,
        closure,
        before="pk-af-h2-2024",
        after="pk-af-h2-2025",
        season="pk-af-q1-fy25",
        stopped=stopped,
    )
    # Goods on their way on 12 October are lost too, so a little more than the days shut.
    assert -SHUT_SHARE - 0.05 < under_rules["model_change"] <= -SHUT_SHARE
    assert under_rules["model_change"] < half_year["model_change"]
    assert under_rules["possible_changes"] == [round(under_rules["model_change"], 3)]

    # 758 of 1,260 million fell in the 92 days from October on, of which 81 were shut.
    shut_by_season = 758 / 1260 * 81 / 92
    assert under_rules["season_stopped_change"] == pytest.approx(-shut_by_season)
    assert under_rules["season_open_change"] == pytest.approx(
        (594 / 1260) / (1 - shut_by_season) - 1, abs=1e-6
    )
    assert under_rules["model_season_change"] < under_rules["model_change"]
    assert half_year["season_stopped_change"] is None


def test_a_season_is_a_part_of_the_time_before(
    network: Network, demand: pl.DataFrame, closure: pl.DataFrame
) -> None:
    figures = {"before": "pk-af-h2-2024", "after": "pk-af-h2-2025"}
    with pytest.raises(CallError, match="begin with"):
        replay_beside(network, demand, closure, **figures, season="pk-af-q1-fy26")


def test_rules_that_came_with_a_closure_hold_with_it_whatever_is_chosen() -> None:
    study = read_study(STUDY, scenario="open-borders")
    shut, opened = shut_and_open(study)
    named = set(" ".join(study.tables["replays"]["rule_ids"].drop_nulls()).split())
    assert named <= set(shut.frames["rules"]["rule_id"])
    assert opened is not None and not named & set(opened.frames["rules"]["rule_id"])


def test_a_network_is_taken_for_the_shut_one_only_where_it_is_the_same() -> None:
    """In mid-2026 the closures of the replays are in force, with open borders they are not."""
    shut_now = read_study(STUDY, scenario="mid-2026")
    opened = read_study(STUDY, scenario="open-borders")
    assert shut_and_open(shut_now)[0] is shut_now.network
    assert shut_and_open(opened)[0] is not opened.network


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
