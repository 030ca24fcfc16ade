"""Closures: the history fitted with censoring, against known parameters, published fits and the
Torkham record."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.checks import every
from corridor.closures import history as closures
from corridor.closures.likelihood import fit_durations, log_likelihood
from corridor.errors import CallError, UnknownName
from corridor.network import durations, hazards
from corridor.network.durations import EXPONENTIAL_SIGMA, FAMILIES
from corridor.tables import reading as tables
from corridor.tables import schema

CASES = Path(__file__).parents[1] / "cases" / "closure-lifetimes"
TRUE_SIGMA = {"exponential": EXPONENTIAL_SIGMA, "lognormal": 1.2, "weibull": 1.7, "pareto": 1.9}


@pytest.fixture(scope="module")
def study(study_folder: Path) -> tables.Tables:
    return tables.read_folder(study_folder)


def lifetimes(name: str) -> tuple[Any, Any]:
    frame = pl.read_csv(CASES / name)
    return frame["days"].cast(pl.Float64).to_numpy(), frame["ended"].to_numpy() == 1


def censored(family: str, rng: np.random.Generator, count: int = 40) -> tuple[Any, Any]:
    """Return lengths of which about one in six were still going on when last seen."""
    length = durations.quantile(family, 10, TRUE_SIGMA[family], rng.random(count))
    most = float(durations.quantile(family, 10, TRUE_SIGMA[family], 0.9))
    seen = np.where(rng.random(count) < 0.5, np.inf, rng.uniform(0, most, count))
    return np.minimum(length, seen), length <= seen


# The families


@pytest.mark.parametrize("family", FAMILIES)
def test_quantile_inverts_survival_and_the_median_is_the_median(family: str) -> None:
    shares = np.linspace(0, 0.999, 50)
    days = durations.quantile(family, 7.5, TRUE_SIGMA[family], shares)
    assert durations.survival(family, 7.5, TRUE_SIGMA[family], days) == pytest.approx(
        1 - shares, abs=1e-9
    )
    assert float(durations.quantile(family, 7.5, TRUE_SIGMA[family], 0.5)) == pytest.approx(7.5)


@pytest.mark.parametrize("family", FAMILIES)
def test_sigma_is_the_spread_of_the_logarithm_and_the_mean_is_the_mean(family: str) -> None:
    shares = (np.arange(400_000) + 0.5) / 400_000
    sigma = min(TRUE_SIGMA[family], 1.5)
    days = durations.quantile(family, 3, sigma, shares)
    assert np.log(days).std() == pytest.approx(sigma, rel=2e-3)
    mean = durations.mean_d(family, 3, sigma)
    assert mean is not None
    assert days.mean() == pytest.approx(mean, rel=1e-2)


def test_the_heaviest_pareto_has_no_mean_and_shuts_its_way_for_ever() -> None:
    assert durations.mean_d("pareto", 3, durations.sigma_of_xi(1.0)) is None
    row = {
        "events_per_year": 1.0,
        "duration_median_d": 3.0,
        "duration_sigma": 2.0,
        "distribution": "pareto",
        "season_from": None,
        "season_to": None,
    }
    assert hazards.shut_share(row, dt.date(2026, 7, 1)) == 1


def test_wrong_families_and_spreads_are_calls_refused() -> None:
    with pytest.raises(UnknownName, match="lognormal"):
        durations.mean_d("lognorm", 3, 1)
    with pytest.raises(CallError, match=r"1\.28"):
        durations.survival("pareto", 3, 1.0, 5)
    with pytest.raises(CallError):
        durations.quantile("weibull", 3, 1.0, 1.0)


def test_the_schema_offers_the_families_that_can_be_fitted() -> None:
    assert set(schema.table("hazards").column("distribution").choices) == set(FAMILIES)


# The fit


@pytest.mark.parametrize("family", FAMILIES)
def test_intervals_cover_known_parameters(family: str) -> None:
    rng = np.random.default_rng(7)
    covered = {"median": 0, "sigma": 0}
    trials = 200
    for _ in range(trials):
        found = fit_durations(*censored(family, rng), family)
        covered["median"] += (found.median_d_low or 0) <= 10 <= (found.median_d_high or math.inf)
        covered["sigma"] += (
            (found.sigma_low or 0) <= TRUE_SIGMA[family] <= (found.sigma_high or math.inf)
        )
    assert 0.90 <= covered["median"] / trials <= 0.98, covered
    if family != "exponential":
        assert 0.90 <= covered["sigma"] / trials <= 0.98, covered


@pytest.mark.parametrize("family", ["lognormal", "weibull", "pareto"])
def test_scipy_finds_no_better_parameters(family: str) -> None:
    from scipy import stats

    days, ended = censored(family, np.random.default_rng(3))
    given_family = {
        "lognormal": stats.lognorm,
        "weibull": stats.weibull_min,
        "pareto": stats.lomax,
    }[family]
    shape, _, scale = given_family.fit(stats.CensoredData.right_censored(days, ~ended), floc=0)
    theirs = (
        given_family.logpdf(days[ended], shape, 0, scale).sum()
        + given_family.logsf(days[~ended], shape, 0, scale).sum()
    )
    found = fit_durations(days, ended, family)
    assert found.log_likelihood == pytest.approx(theirs, abs=1e-4)
    assert found.median_d == pytest.approx(given_family.median(shape, 0, scale), rel=2e-3)


def test_locomotive_controls_have_the_published_lognormal() -> None:
    found = fit_durations(*lifetimes("locomotives.csv"), "lognormal")
    assert (found.closures_count, found.ended_count) == (96, 37)
    assert math.log(found.median_d) == pytest.approx(5.1169, abs=5e-4)
    assert found.sigma == pytest.approx(0.7055, abs=5e-3)


def test_generator_fans_have_the_published_weibull() -> None:
    found = fit_durations(*lifetimes("fans.csv"), "weibull")
    shape = EXPONENTIAL_SIGMA / found.sigma
    assert (found.closures_count, found.ended_count) == (70, 12)
    assert shape == pytest.approx(1.0584, abs=1e-4)
    assert found.median_d / math.log(2) ** (1 / shape) == pytest.approx(26.2968, abs=1e-3)


def test_the_exponential_is_total_time_over_ends() -> None:
    days = np.array([1, 2.5, 3, 6, 7.5, 10, 12, 12, 14.5, 15, 16, 16, 20, 20, 21, 22])
    found = fit_durations(days, np.arange(16) < 10, "exponential")
    assert found.mean_d == pytest.approx(19.85)
    low = found.median_d_low
    high = found.median_d_high
    assert low is not None
    assert high is not None
    # Both ends lie equally far down the likelihood, 1.92 below its top.
    for end in (low, high):
        drop = found.log_likelihood - log_likelihood("exponential", days, np.arange(16) < 10)(
            math.log(end), 0.0
        )
        assert drop == pytest.approx(1.9207, abs=1e-3)


def test_a_pareto_without_a_tail_is_the_exponential() -> None:
    days = durations.quantile("weibull", 10, 0.8, (np.arange(30) + 0.5) / 30)
    ended = np.full(30, True)
    pareto, exponential = (fit_durations(days, ended, f) for f in ("pareto", "exponential"))
    assert pareto.log_likelihood == pytest.approx(exponential.log_likelihood, abs=1e-3)
    assert pareto.sigma_low == pytest.approx(EXPONENTIAL_SIGMA, abs=1e-4)


@pytest.mark.parametrize(
    "days, ended",
    [
        ([5.0, 6.0, 7.0], [False, False, False]),
        ([5.0, 5.0], [True, True]),
        ([5.0, 0.0], [True, True]),
        ([], []),
    ],
)
def test_too_little_to_fit_is_refused(days: list[float], ended: list[bool]) -> None:
    with pytest.raises(CallError):
        fit_durations(np.array(days), np.array(ended, bool), "lognormal")


lengths = st.lists(st.tuples(st.floats(0.5, 300), st.booleans()), min_size=4, max_size=12).filter(
    lambda pairs: len({round(d, 3) for d, e in pairs if e}) >= 3
)


@given(lengths, st.floats(1, 800), st.sampled_from(FAMILIES))
def test_a_closure_still_going_on_never_shortens_the_tail(
    pairs: list[tuple[float, bool]], still_on: float, family: str
) -> None:
    # L0 is best at a, L0 + ln S(c) at b: so S(c) at b cannot be below S(c) at a, whatever the
    # family.
    days = np.array([d for d, _ in pairs])
    ended = np.array([e for _, e in pairs])
    before = fit_durations(days, ended, family)
    after = fit_durations(np.append(days, still_on), np.append(ended, False), family)
    chances = [
        float(durations.survival(family, f.median_d, f.sigma, still_on)) for f in (before, after)
    ]
    assert chances[1] >= chances[0] - 1e-4
    if family == "exponential":
        assert after.median_d > before.median_d


@given(lengths, st.sampled_from(FAMILIES))
def test_order_does_not_matter_and_units_only_scale(
    pairs: list[tuple[float, bool]], family: str
) -> None:
    days = np.array([d for d, _ in pairs])
    ended = np.array([e for _, e in pairs])
    found = fit_durations(days, ended, family)
    hours = fit_durations(days[::-1] * 24, ended[::-1], family)
    assert hours.log_likelihood == pytest.approx(
        found.log_likelihood - ended.sum() * math.log(24), abs=1e-3
    )


# Frequency and season


def test_rate_intervals_are_the_exact_ones() -> None:
    # 25: GraphPad, How QuickCalcs computes the confidence interval of a count; 0: epitools,
    # pois.exact.
    assert closures.rate_interval(25, 1) == pytest.approx((16.18, 36.90), abs=0.005)
    assert closures.rate_interval(0, 1) == pytest.approx((0, 3.689), abs=0.0005)
    assert closures.rate_interval(25, 5) == pytest.approx((16.18 / 5, 36.90 / 5), abs=0.001)


def test_rate_intervals_cover() -> None:
    rng = np.random.default_rng(1)
    covered = [
        low <= 0.7 <= high
        for low, high in (closures.rate_interval(int(k), 9) for k in rng.poisson(0.7 * 9, 1000))
    ]
    assert 0.95 <= np.mean(covered) <= 0.99  # exact intervals are a little too wide


def test_months_share_one_and_a_bunch_is_told_from_chance() -> None:
    def began(*days: str) -> pl.DataFrame:
        return pl.DataFrame({"from_on": [dt.date.fromisoformat(d) for d in days]})

    winters = began(*(f"20{y}-01-{d}" for y in range(11, 19) for d in ("05", "25")))
    even = began(*(f"2020-{m:02}-15" for m in range(1, 13)))
    month = closures.seasons(winters)
    assert month["share"].sum() == pytest.approx(1)
    assert month.row(0, named=True)["share_low"] == pytest.approx(
        0.794, abs=1e-3
    )  # 16 of 16: 0.025 ** (1 / 16)
    bunched = closures.season_p_value(winters)
    spread = closures.season_p_value(even)
    assert bunched is not None
    assert spread is not None
    assert bunched < 1e-4
    assert spread > 0.9
    assert closures.season_p_value(began("2020-01-01")) is None


def test_overlaps_are_counted_beside_chance() -> None:
    frame = tables.from_frames(
        {
            "events": pl.DataFrame(
                {
                    "event_id": ["a1", "a2", "b1", "b2"],
                    "hazard_id": ["a", "a", "b", "b"],
                    "row_id": ["*"] * 4,
                    "from_on": ["2020-01-01", "2021-01-01", "2020-01-05", "2022-01-01"],
                    "to_on": ["2020-01-11", "2021-01-11", "2020-01-25", "2022-01-21"],
                    "effect_share": ["1"] * 4,
                    "cause": ["clash"] * 4,
                    "source_id": ["s"] * 4,
                    "confidence": ["A"] * 4,
                }
            )
        }
    ).frames["events"]
    row = closures.overlaps(frame, 10).row(0, named=True)
    assert row["overlaps_count"] == 1
    assert row["expected_count"] == pytest.approx(4 * 30 / 3652.5)
    assert row["p_value"] == pytest.approx(1 - math.exp(-row["expected_count"]))


# The built-in study


def test_the_torkham_history_has_a_heavier_tail_than_the_exponential(study: tables.Tables) -> None:
    history = closures.history(study.frames["events"], "af-pk-all", "torkham-shut")
    assert history["days"].to_list() == [32, 2, 2, 6, 9, 10, 1, 26, 101]
    assert history["ended"].to_list() == [True] * 8 + [False]
    found = {r["family"]: r for r in closures.compare_families(history).to_dicts()}
    assert found["lognormal"]["aic"] == pytest.approx(65.27, abs=0.01)
    assert found["pareto"]["aic"] == pytest.approx(65.45, abs=0.01)
    assert found["exponential"]["aic"] == pytest.approx(68.60, abs=0.01)
    for criterion in ("aic", "aicc", "bic"):
        assert (
            max(found["lognormal"][criterion], found["pareto"][criterion])
            < found["exponential"][criterion]
        )
    assert sum(r["weight_share"] for r in found.values()) == pytest.approx(1)
    assert found["lognormal"]["sigma_low"] > 1
    assert found["lognormal"]["p95_d"] > found["exponential"]["p95_d"]


def test_the_torkham_history_agrees_with_its_summary_in_the_press(study: tables.Tables) -> None:
    # Collected from the press to September 2025, without the pandemic and elections, closures to
    # people included: median 9-10 days, mean about 15.
    events = study.frames["events"].filter(
        pl.col("hazard_id").is_in(["af-pk-all", "torkham-shut"])
        & (pl.col("cause") != "election")
        & (pl.col("from_on") < dt.date(2025, 10, 1))
    )
    days = (events["to_on"] - events["from_on"]).dt.total_days().to_list()
    assert sorted(days) == [3, 6, 9, 10, 26, 32]
    assert 9 <= float(np.median(days)) <= 10
    assert float(np.mean(days)) == pytest.approx(15, abs=1)


@pytest.mark.parametrize("hazard_id", ["af-pk-all", "torkham-shut", "chaman-shut"])
def test_hazards_of_the_study_are_those_of_the_fit(study: tables.Tables, hazard_id: str) -> None:
    hazards_table = study.frames["hazards"].filter(pl.col("hazard_id") == hazard_id)
    fitted = closures.fit(study.frames["events"], hazards_table).row(0, named=True)
    written = hazards_table.row(0, named=True)
    for column in ("events_per_year", "duration_median_d", "duration_sigma"):
        assert written[column] == pytest.approx(fitted[column], rel=0.01), column
    assert fitted["reason"] is None
    assert (
        fitted["events_per_year_low"] < fitted["events_per_year"] < fitted["events_per_year_high"]
    )


def test_a_fit_says_what_it_cannot_tell(study: tables.Tables) -> None:
    fitted = {
        r["hazard_id"]: r
        for r in closures.fit(study.frames["events"], study.frames["hazards"]).to_dicts()
    }
    assert fitted["kkh-slides"]["events_per_year"] is None
    assert "full list" in fitted["kkh-slides"]["reason"]
    assert fitted["kkh-slides"]["duration_median_d"] == pytest.approx(1.55, abs=0.01)
    assert fitted["kuryk-embargo"]["duration_median_d"] is None
    assert "1 closures, 3 are needed" in fitted["kuryk-embargo"]["reason"]
    with pytest.raises(UnknownName, match="torkham-shut"):
        closures.history(study.frames["events"], "torkam-shut")


def test_partial_closures_and_weather_do_not_count(study: tables.Tables) -> None:
    counted = set(closures.history(study.frames["events"])["event_id"])
    assert not counted & {
        "hormuz-2026-half",
        "torkham-2024-office",
        "afpk-2020-covid",
        "salang-2018-snow",
    }
    assert "hormuz-2026-shut" in counted


# What is wrong with a history


def findings(study: tables.Tables, table: str, **cells: Any) -> list[str]:
    """Return the kinds of findings after the first row of a table got other cells."""
    frame = study.frames[table].cast(pl.String)
    first = frame.head(1).with_columns(pl.lit(v, pl.String).alias(c) for c, v in cells.items())
    changed = tables.from_frames({**study.frames, table: pl.concat([first, frame.slice(1)])})
    return [f.kind for f in (*changed.findings, *every.check(changed)) if f.table == table]


@pytest.mark.parametrize(
    "cells, kind",
    [
        ({"to_on": None}, "open-event"),
        ({"last_seen_on": "2012-02-13"}, "contradictory-event"),
        ({"to_on": None, "last_seen_on": "2012-02-12", "duration_d": None}, "empty-period"),
        ({"hazard_id": "af-pk-all"}, "unwatched-event"),
        (
            {"hazard_id": "af-pk-all", "from_on": "2024-01-20", "to_on": "2024-01-30"},
            "overlapping-events",
        ),
        ({"row_id": "pulikhumri-salang"}, "unknown-link"),
        ({"hazard_id": "salang-longer"}, "unknown-hazard"),
        ({"effect_share": "1.5"}, "out-of-range"),
        ({"cause": "sunshine"}, "bad-choice"),
    ],
)
def test_bad_events_are_found(
    study: tables.Tables, cells: dict[str, str | None], kind: str
) -> None:
    assert kind not in findings(study, "events")
    assert kind in findings(study, "events", **cells)


@pytest.mark.parametrize(
    "cells, kind",
    [
        ({"events_per_year": "-1"}, "out-of-range"),
        ({"watched_to_on": None}, "half-period"),
        ({"watched_to_on": "2016-01-01"}, "empty-period"),
        ({"distribution": "pareto", "duration_sigma": "1"}, "impossible-spread"),
        ({"distribution": "exponential", "duration_sigma": "2"}, "impossible-spread"),
        ({"duration_median_d": "300"}, "mostly-shut"),
        ({"distribution": "gamma"}, "bad-choice"),
    ],
)
def test_bad_hazards_are_found(
    study: tables.Tables, cells: dict[str, str | None], kind: str
) -> None:
    assert kind not in findings(study, "hazards")
    assert kind in findings(study, "hazards", **cells)


def test_a_duration_without_its_unit_is_a_missing_column(study: tables.Tables) -> None:
    changed = tables.from_frames(
        {"hazards": study.frames["hazards"].rename({"duration_median_d": "duration_median"})}
    )
    assert any(
        f.kind == "missing-column" and f.column == "duration_median_d" for f in changed.findings
    )
