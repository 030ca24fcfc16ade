"""Durations: quantiles, spreads and means of the four families of lengths."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from closure_cases import TRUE_SIGMA
from corridor.errors import CallError, UnknownName
from corridor.network import durations
from corridor.network.closure_chances import shut_share
from corridor.network.durations import FAMILIES
from corridor.tables import schema


@pytest.mark.parametrize("family", FAMILIES)
def test_quantile_inverts_survival_and_the_median_is_the_median(family: str) -> None:
    sigma = TRUE_SIGMA[family]
    shares = np.linspace(0, 0.999, 50)

    days = durations.quantile(family, 7.5, sigma, shares)

    assert durations.survival(family, 7.5, sigma, days) == pytest.approx(1 - shares, abs=1e-9)
    assert float(durations.quantile(family, 7.5, sigma, 0.5)) == pytest.approx(7.5)


@pytest.mark.parametrize("family", FAMILIES)
def test_sigma_is_the_spread_of_the_logarithm_and_the_mean_is_the_mean(family: str) -> None:
    sigma = min(TRUE_SIGMA[family], 1.5)
    shares = (np.arange(400_000) + 0.5) / 400_000

    days = durations.quantile(family, 3, sigma, shares)
    mean_d = durations.mean_d(family, 3, sigma)

    assert np.log(days).std() == pytest.approx(sigma, rel=2e-3)
    assert mean_d is not None
    assert days.mean() == pytest.approx(mean_d, rel=1e-2)


def test_the_heaviest_pareto_has_no_mean_and_shuts_its_link_for_ever() -> None:
    hazard = {
        "events_per_year": 1.0,
        "duration_median_d": 3.0,
        "duration_sigma": 2.0,
        "distribution": "pareto",
        "season_from": None,
        "season_to": None,
    }
    assert durations.mean_d("pareto", 3, durations.sigma_of_xi(1.0)) is None
    assert shut_share(hazard, dt.date(2026, 7, 1)) == 1


def test_wrong_families_and_spreads_are_calls_refused() -> None:
    with pytest.raises(UnknownName, match="lognormal"):
        durations.mean_d("lognorm", 3, 1)
    with pytest.raises(CallError, match=r"1\.28"):
        durations.survival("pareto", 3, 1.0, 5)
    with pytest.raises(CallError):
        durations.quantile("weibull", 3, 1.0, 1.0)


def test_the_schema_offers_the_families_that_can_be_fitted() -> None:
    assert set(schema.table("hazards").column("distribution").choices) == set(FAMILIES)
