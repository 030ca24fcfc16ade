"""Tables of a risk: what two years add up to, by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from closure_cases import ON, build, demand_of, hazard_rows, two_roads
from corridor.closures.risk import Risk
from corridor.closures.risk_tables import binomial_quantile, standard_error, summarise
from corridor.flows.demand import compile_demand
from corridor.kernels.records import Dispatches
from corridor.parallel import Block

DAYS = 365
BOX_T = 20
BOX_USD = 24000
DAY_S = 86_400
NEVER = 10**6  # days
FIRST_ON = dt.date.fromisoformat(ON)


@pytest.fixture(scope="module")
def risk() -> Risk:
    """Return a risk of two years: one with a slide that costs 500 USD and a box, one quiet."""
    arrays = compile_demand(build(two_roads()), demand_of([("west", "east")]), on=ON, days=DAYS)
    hazards = hazard_rows(
        [
            {"hazard_id": "slide", "row_id": "pass-east"},
            {"hazard_id": "spur", "row_id": "west-spur"},
        ]
    )
    served = np.zeros((1, DAYS), np.int64)
    quiet = Dispatches(served, np.full((1, DAYS), 56_000), np.full((1, DAYS), 960), served)

    block: Block = {
        "totals": np.array([[[50_000.0, BOX_T * DAY_S, 1.0, 2.0]], [[0.0, 0.0, 0.0, 0.0]]]),
        "by_element": np.array([[0.0, 290_000.0], [0.0, 0.0]]),
        "events": np.array(
            [
                [0, 0, 10, 13, 50_000, 240_000, 15 * DAY_S],
                [1, 1, 360, NEVER, 0, 0, -1],
            ],
            float,
        ),
    }
    provenance = {"limit_share": 0.1, "rng": 7}
    reasons = [None] * arrays.trips.height
    return summarise(arrays, hazards, quiet, [block], provenance, reasons, events=None)


def test_a_year_adds_up_what_was_paid_and_what_was_lost(risk: Risk) -> None:
    year = risk.years.row(0, named=True)
    assert year["extra_usd"] == 500
    assert year["loss_usd"] == 500 + 0.1 * BOX_USD
    assert year["lost_t"] == BOX_T
    assert year["lost_trade_usd"] == BOX_USD
    assert year["delay_t_days"] == BOX_T
    assert year["delay_d"] == 1 / 365
    assert risk.expected_loss_usd == (500 + 0.1 * BOX_USD) / 2


def test_a_closure_has_its_dates_and_how_long_recovery_took(risk: Risk) -> None:
    slide, spur = risk.events.to_dicts()
    assert slide["from_on"] == FIRST_ON + dt.timedelta(days=10)
    assert slide["to_on"] == FIRST_ON + dt.timedelta(days=13)
    assert (slide["shut_d"], slide["recover_d"], slide["loss_usd"]) == (3, 2, 2900)
    assert spur["to_on"] is None  # it ends after what was simulated
    assert (spur["shut_d"], spur["recover_d"]) == (DAYS - 360, None)


def test_the_loss_is_shared_by_hazard_link_and_trip(risk: Risk) -> None:
    slide, spur = risk.by_hazard.to_dicts()
    assert (slide["hazard_id"], slide["recover_mean_d"]) == ("slide", 2)
    assert slide["loss_usd_per_year"] == 2900 / 2
    assert slide["loss_share"] == pytest.approx(1)
    assert (spur["loss_usd_per_year"], spur["closures_per_year"]) == (0, 0.5)
    assert risk.by_element["link_id"].to_list() == ["pass-east"]
    assert risk.by_trip["base_usd_per_year"].to_list() == [560 * 365]


def test_two_draws_tell_no_return_level(risk: Risk) -> None:
    assert risk.return_levels.height == 0
    assert risk.warnings == ()


def test_one_draw_has_no_standard_error() -> None:
    assert standard_error(np.array([3.0])) is None
    assert standard_error(np.array([1.0, 3.0])) == pytest.approx(1)


def test_binomial_quantiles_are_those_of_scipy() -> None:
    from scipy.stats import binom

    for trials in (1, 2, 7, 59, 100, 1000, 99_999):
        for years in (2, 5, 20, 100, 1000):
            chance = 1 - 1 / years
            for probability in (0.025, 0.975):
                expected = int(binom.ppf(probability, trials, chance))
                assert binomial_quantile(probability, trials, chance) == expected
