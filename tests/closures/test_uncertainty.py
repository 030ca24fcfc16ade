"""What is known of expected losses, against years simulated anew with other parameters."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

import corridor as co
from closure_cases import demand_of, hazard_rows, two_roads
from corridor.closures import uncertainty
from corridor.closures.uncertainty import LengthsAndLosses, Parameters, loss_intervals
from corridor.kernels import Floats
from corridor.network.network import build
from corridor.tables import schema

ON = "2026-01-01"
YEARS = 2000


def slides(**more: object) -> pl.DataFrame:
    row = {"hazard_id": "slide", "row_id": "pass-east", "events_per_year": 2.0}
    return hazard_rows([row | {"duration_median_d": 4.0, "duration_sigma": 1.0} | more])


def simulated(hazards: pl.DataFrame) -> co.Risk:
    return co.simulate(
        build(two_roads()), demand_of([("west", "east")]), hazards, on=ON, draws=YEARS, workers=1
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rate", "median_d", "sigma"), [(4.0, 4.0, 1.0), (2.0, 8.0, 1.0), (1.0, 3.0, 1.6)]
)
def test_years_drawn_anew_cost_what_the_closures_at_hand_say(
    rate: float, median_d: float, sigma: float
) -> None:
    in_use = slides().to_dicts()[0]
    risk = simulated(slides())
    losses = risk.events.with_columns(
        (pl.col("to_on") - pl.col("from_on")).dt.total_days().alias("days")
    )
    parameters = Parameters(np.array([rate / 2.0]), np.array([median_d]), np.array([sigma]))
    ratio = uncertainty._loss_ratios(
        in_use,
        parameters,
        losses["days"].cast(pl.Float64).to_numpy(),
        losses["loss_usd"].to_numpy(),
    )[0]
    anew = simulated(slides(events_per_year=rate, duration_median_d=median_d, duration_sigma=sigma))
    expected = anew.expected_loss_usd / risk.expected_loss_usd
    # where lengths become longer than most that were simulated, less is known of what they cost
    assert ratio == pytest.approx(expected, rel=0.1 if sigma <= in_use["duration_sigma"] else 0.15)


def closures_by_length(hazards: int = 1) -> LengthsAndLosses:
    days: Floats = np.tile(np.arange(1.0, 41.0), hazards)
    return LengthsAndLosses(np.repeat(np.arange(hazards), 40), days, 1000.0 * np.minimum(days, 20))


def interval(hazards: pl.DataFrame, events: pl.DataFrame | None) -> tuple[float, float]:
    known = loss_intervals(
        hazards, events, closures_by_length(), years=20, standard_error=0.0, rng=7
    )
    assert known.by_hazard[0] == known.total
    return known.total.low_usd, known.total.high_usd


def seen(lengths: list[float]) -> pl.DataFrame:
    """Return closures on record, one a year from 2000 on."""
    table = schema.table("events")
    rows = [
        {
            "event_id": f"e{number}",
            "hazard_id": "slide",
            "from_on": f"{2000 + number}-03-01",
            "to_on": f"{2000 + number}-04-01",
            "duration_d": length,
            "effect_share": 1.0,
        }
        for number, length in enumerate(lengths)
    ]
    types = {"from_on": pl.Date, "to_on": pl.Date}
    frame = pl.DataFrame(rows).with_columns(pl.col(name).str.to_date() for name in types)
    missing = [c.name for c in table.columns if c.name not in frame.columns]
    return frame.with_columns(pl.lit(None).alias(name) for name in missing)


def test_a_guess_is_known_within_a_factor_and_what_is_read_better() -> None:
    mean_usd = closures_by_length().loss_usd.sum() / 20
    low, high = interval(slides(confidence="C"), None)
    low_read, high_read = interval(slides(confidence="A"), None)
    assert low < low_read < mean_usd < high_read < high
    assert 1.7 < high / mean_usd < 4


def test_few_closures_leave_more_open_than_many() -> None:
    hazards = slides(watched_from_on=dt.date(2000, 1, 1), watched_to_on=dt.date(2040, 1, 1))
    few = [2.0, 4.0, 9.0, 3.0]
    low, high = interval(hazards, seen(few))
    low_many, high_many = interval(hazards, seen(few * 8))
    assert low < low_many < high_many < high
    assert high / low > 2 * high_many / low_many


def test_intervals_are_the_same_again_and_hold_the_chance_of_the_draws() -> None:
    args = (slides(), None, closures_by_length())
    known = [
        loss_intervals(*args, years=20, standard_error=error, rng=7)
        for error in (0.0, 0.0, 50_000.0)
    ]
    assert known[0] == known[1]
    assert known[2].total.low_usd < known[0].total.low_usd
    assert known[2].total.high_usd > known[0].total.high_usd
