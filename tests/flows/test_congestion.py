"""Congestion: prices are the slopes of what they sum to, and laws are those of their sources."""

from __future__ import annotations

import numpy as np
import pytest

from corridor.flows.congestion import BPR_SHARE, Congestion


def congestion(*, is_system: bool = False) -> Congestion:
    """Return a post of 24 a day, a road of 100 a day that takes 8 h, and a line without a law."""
    return Congestion(
        full_per_day=np.array([24.0, 100.0, 5.0]),
        hour_usd=np.array([10.0, 2.0, 1.0]),
        queue_period_h=np.array([168.0, 0.0, 0.0]),
        queue_ease=np.array([8.0 / 168.0, 0.0, 0.0]),
        free_h=np.array([0.0, 8.0, 0.0]),
        is_system=is_system,
    )


@pytest.mark.parametrize("is_system", [False, True])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9, 0.999])
def test_a_price_is_the_slope_of_the_total(share: float, is_system: bool) -> None:
    law = congestion(is_system=is_system)
    use = law.full_per_day * share
    step = 1e-5 * law.full_per_day
    slope = (law.total_usd(use + step) - law.total_usd(use - step)) / (2 * step)
    assert law.price_usd(use) == pytest.approx(slope, rel=1e-6, abs=1e-9)


def test_an_easy_queue_waits_as_one_server_does() -> None:
    law = congestion()
    share = 0.2  # one an hour are served: rho / (mu (1 - rho)) hours
    assert law.hours(law.full_per_day * share)[0] == pytest.approx(0.25, rel=0.02)


def test_a_full_queue_waits_no_longer_than_its_period() -> None:
    law = congestion()
    assert 0 < law.hours(law.full_per_day)[0] < 168.0 / 2


def test_a_full_road_takes_longer_by_the_share_of_its_source() -> None:
    law = congestion()
    assert law.hours(law.full_per_day)[1] == pytest.approx(8.0 * BPR_SHARE)
    assert law.hours(law.full_per_day)[2] == 0.0
    assert law.is_felt.tolist() == [True, True, False]


def test_the_use_at_a_price_pays_that_price() -> None:
    law = congestion()
    use = law.full_per_day * 0.7
    found = law.use_at(law.price_usd(use), np.zeros(3), law.full_per_day)
    assert found[:2] == pytest.approx(use[:2], rel=1e-9)
