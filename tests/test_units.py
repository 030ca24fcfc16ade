"""Units: lengths of time agree with each other, points of the normal with SciPy."""

from __future__ import annotations

import pytest

from corridor import units


def test_lengths_of_time_agree():
    assert units.DAY_S == units.DAY_H * units.HOUR_S == 86_400
    assert units.WEEK_S == units.WEEK_H * units.HOUR_S == 604_800
    assert units.WEEKS_YEAR_DAYS % 7 == 0
    assert units.WEEKS_YEAR_DAYS < units.CALENDAR_YEAR_DAYS < units.MEAN_YEAR_DAYS


def test_point_of_the_normal_is_scipys():
    special = pytest.importorskip("scipy.special")

    assert float(special.ndtri(0.95)) == pytest.approx(units.NORMAL_P95, rel=1e-15)
    assert round(units.NORMAL_P95, 3) == units.NORMAL_P95_ROUNDED
