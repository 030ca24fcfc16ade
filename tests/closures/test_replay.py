"""Replay: the closure of October 2025 beside the trade that was seen."""

from __future__ import annotations

from itertools import pairwise

import polars as pl
import pytest

from closure_cases import study_network
from corridor.closures.replay import replay, replay_beside
from corridor.errors import CallError, UnknownName


def test_replay_of_the_closure_of_october_2025() -> None:
    network = study_network()
    closure = network.frames["changes"].filter(pl.col("change_id") == "af-pk-closure-2025")
    demand = network.frames["demand"].filter(pl.col("source_id") == "pk-af-trade")
    half = replay_beside(network, demand, closure, before="pk-af-h2-2024", after="pk-af-h2-2025")
    assert (half["shut_days"], half["days"]) == (81, 184)
    assert half["observed_change"] == pytest.approx(-0.53, abs=0.005)
    assert (
        half["all_stopped_change"] == pytest.approx(-81 / 184)
        and half["observed_change"] < half["all_stopped_change"]
    )
    year = replay_beside(network, demand, closure, before="pk-af-2024", after="pk-af-2025")
    assert year["observed_change"] == pytest.approx(-0.282, abs=0.0005)  # 695 of 2461
    assert year["over_after"] == pytest.approx(
        -0.394, abs=0.0005
    )  # 695 of 1766: what is told as 40 %
    nothing = replay_beside(
        network, demand, closure, before="pk-af-h2-2024", after="pk-af-h2-2025", limit_share=0.0
    )
    assert nothing["model_change"] == pytest.approx(
        -81 / 184, abs=0.06
    )  # nothing turned aside: those sent while shut stay
    assert nothing["all_stopped_change"] - 0.06 < nothing["model_change"] < half["model_change"] < 0
    with pytest.raises(UnknownName):
        replay_beside(network, demand, closure, before="pk-af-h2-2024", after="pk-af-h2-2052")
    with pytest.raises(CallError, match="closed"):
        replay(network, demand, closure.clear(), from_on="2025-07-01", to_on="2025-12-31")


def test_more_of_a_limit_keeps_more_trade() -> None:
    network = study_network()
    closure = network.frames["changes"].filter(pl.col("change_id") == "af-pk-closure-2025")
    demand = network.frames["demand"].filter(pl.col("source_id") == "pk-af-trade")
    lost = [
        float(
            replay(
                network, demand, closure, from_on="2025-10-01", to_on="2025-11-30", limit_share=s
            )["lost_t"].sum()
        )
        for s in (0.0, 0.05, 0.1, 0.25, 1.0)
    ]
    assert all(a >= b for a, b in pairwise(lost)) and lost[0] > lost[-1] == 0
