"""Fits: exact intervals of rates, and the hazards of the built-in study against its history."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from corridor.closures.fits import fit, fits_beside_used, rate_interval
from corridor.errors import UnknownName
from corridor.tables.reading import read_folder
from corridor.tables.tables import Tables


@pytest.fixture(scope="module")
def study(study_folder: Path) -> Tables:
    return read_folder(study_folder)


def test_rate_intervals_are_the_exact_ones() -> None:
    # 25: GraphPad, How QuickCalcs computes the confidence interval of a count; 0: epitools,
    # pois.exact.
    assert rate_interval(25, 1) == pytest.approx((16.18, 36.90), abs=0.005)
    assert rate_interval(0, 1) == pytest.approx((0, 3.689), abs=0.0005)
    assert rate_interval(25, 5) == pytest.approx((16.18 / 5, 36.90 / 5), abs=0.001)


def test_rate_intervals_cover() -> None:
    counts = np.random.default_rng(1).poisson(0.7 * 9, 1000)
    intervals = [rate_interval(int(count), 9) for count in counts]
    covered = [low <= 0.7 <= high for low, high in intervals]
    assert 0.95 <= np.mean(covered) <= 0.99  # exact intervals are a little too wide


@pytest.mark.parametrize("hazard_id", ["af-pk-all", "torkham-shut", "chaman-shut"])
def test_hazards_of_the_study_are_those_of_the_fit(study: Tables, hazard_id: str) -> None:
    hazards = study.frames["hazards"].filter(pl.col("hazard_id") == hazard_id)
    written = hazards.row(0, named=True)

    fitted = fit(study.frames["events"], hazards).row(0, named=True)

    for column in ("events_per_year", "duration_median_d", "duration_sigma"):
        assert written[column] == pytest.approx(fitted[column], rel=0.01), column
    assert fitted["reason"] is None or fitted["reason"].startswith("few closures")
    assert (
        fitted["events_per_year_low"] < fitted["events_per_year"] < fitted["events_per_year_high"]
    )


def test_a_fit_says_what_it_cannot_tell(study: Tables) -> None:
    fits = fit(study.frames["events"], study.frames["hazards"])
    row_of = {row["hazard_id"]: row for row in fits.to_dicts()}

    slides = row_of["kkh-slides"]
    assert slides["events_per_year"] is None
    assert "full list" in slides["reason"]
    assert slides["duration_median_d"] == pytest.approx(1.67, abs=0.01)

    embargo = row_of["kuryk-embargo"]
    assert embargo["duration_median_d"] is None
    assert "no duration: 1 of the 3 closures needed" in embargo["reason"]


def test_a_fit_of_few_closures_says_how_far_its_interval_holds(study: Tables) -> None:
    fitted = fit(study.frames["events"], study.frames["hazards"])
    few = {row["hazard_id"]: row for row in fitted.iter_rows(named=True)}
    for row in few.values():
        is_few = 3 <= row["closures_count"] < 5
        assert ("few closures" in (row["reason"] or "")) == is_few
    assert "82 of 100 cases with 3" in few["torkham-shut"]["reason"]


def test_another_family_is_refused(study: Tables) -> None:
    with pytest.raises(UnknownName, match="lognormal"):
        fit(study.frames["events"], study.frames["hazards"], family="lognorm")


def test_every_hazard_stands_beside_its_fit(study: Tables) -> None:
    hazards = study.frames["hazards"]
    beside = fits_beside_used(study.frames["events"], hazards)
    assert beside["hazard_id"].to_list() == hazards["hazard_id"].to_list()
    assert beside["used_median_d"].to_list() == hazards["duration_median_d"].to_list()
    assert 0 < beside["closures_count"].null_count() < hazards.height
