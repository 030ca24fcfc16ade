"""Conventions of banks: their figures, and what can be changed of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from corridor.errors import CallError, UnknownName
from corridor.projects.conventions import CONVENTIONS, convention_of

DOCS = Path(__file__).resolve().parents[2] / "docs" / "appraisal.md"


def test_hurdles_are_those_the_guides_print() -> None:
    hurdles = {name: each.discount_share for name, each in CONVENTIONS.items()}
    assert hurdles == {"adb": 0.09, "world-bank": 0.06, "world-bank-high": 0.06, "ec": 0.05}
    assert all(each.source for each in CONVENTIONS.values())


def test_carbon_lies_on_straight_lines_and_stays_beyond_them() -> None:
    high = convention_of("world-bank-high")
    price = high.carbon_usd(np.array([2010.0, 2020.0, 2025.0, 2030.0, 2090.0]))
    assert price[0] == price[1]
    assert price[2] == pytest.approx((price[1] + price[3]) / 2)
    assert price[4] == max(high.carbon_usd_per_t.values())
    low = convention_of("world-bank")
    assert price[3] == pytest.approx(2 * low.carbon_usd_per_t[2030], abs=0.2)


def test_the_path_of_carbon_that_is_documented_is_the_one_that_counts() -> None:
    rows = [line.split("|") for line in DOCS.read_text(encoding="utf-8").splitlines()]
    shown = {
        row[1].strip(" `"): [float(cell.replace(",", "")) for cell in row[3:6]]
        for row in rows
        if len(row) == 8 and row[1].strip(" `") in CONVENTIONS
    }
    years = np.array([2030.0, 2040.0, 2050.0])
    assert list(shown) == list(CONVENTIONS)
    for name, prices in shown.items():
        assert prices == pytest.approx(CONVENTIONS[name].carbon_usd(years), abs=0.1)


def test_figures_can_be_changed() -> None:
    changed = convention_of("adb", {"discount_share": 0.12})
    assert changed.discount_share == 0.12
    assert convention_of(changed) is not None
    assert CONVENTIONS["adb"].discount_share == 0.09


def test_bad_figures() -> None:
    with pytest.raises(UnknownName, match="adb"):
        convention_of("abd")
    with pytest.raises(UnknownName, match="discount_share"):
        convention_of("adb", {"discount": 0.12})
    with pytest.raises(CallError, match="horizon_years"):
        convention_of("adb", {"horizon_years": 0})
    with pytest.raises(CallError, match="discount_share"):
        convention_of("adb", {"discount_share": 12})
    with pytest.raises(CallError, match="carbon"):
        convention_of("adb", {"carbon_usd_per_t": {}})
