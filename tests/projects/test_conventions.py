"""Conventions of banks: their figures, and what can be changed of them."""

from __future__ import annotations

import numpy as np
import pytest

from corridor.errors import CallError, UnknownName
from corridor.projects.conventions import CONVENTIONS, convention_of


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
