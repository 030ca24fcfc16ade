"""Benefits of users: the rule of half, the exact integral, and whose traffic gains."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from corridor.projects.benefits import exact_integral, rule_of_half, user_benefits


def one(*numbers: float) -> list[np.ndarray]:
    return [np.array([float(number)]) for number in numbers]


@pytest.mark.parametrize(
    ("before", "after", "saving", "existing", "shifted"),
    [
        (6.3, 10.8, 3.58, 22.6, 8.1),  # rail passengers, option 1
        (6.3, 17.28, 6.27, 39.5, 34.4),  # option 2
        (0.308, 1.584, 5.16, 1.6, 3.3),  # rail freight, option 1
        (0.308, 3.168, 5.16, 1.6, 7.4),  # option 2
    ],
)
def test_the_railway_of_the_guide_of_the_european_commission(
    before: float, after: float, saving: float, existing: float, shifted: float
) -> None:
    """European Commission (2008), Guide to Cost-Benefit Analysis, tables 4.14 and 4.17, p. 145."""
    cost = 100.0
    gain = rule_of_half(*one(before, after, cost, cost - saving))

    assert before * saving == pytest.approx(existing, abs=0.06)
    assert float(gain[0]) - before * saving == pytest.approx(shifted, abs=0.06)
    parts = user_benefits(*one(before, after, cost, cost - saving, 1.0))
    assert float(parts.kept_usd[0]) == pytest.approx(existing, abs=0.06)
    assert float(parts.generated_usd[0]) == pytest.approx(shifted, abs=0.06)
    assert float(parts.diverted_usd[0]) == 0


@given(st.floats(1, 1e4), st.floats(0.1, 3), st.floats(0.05, 0.95), st.floats(10, 1e4))
def test_the_exact_integral_is_that_of_the_curve(
    units: float, elasticity: float, fall: float, cost: float
) -> None:
    lower = cost * (1 - fall)
    after = units * (lower / cost) ** -elasticity
    area, _ = quad(lambda c: units * (c / cost) ** -elasticity, lower, cost, epsrel=1e-11)

    assert float(exact_integral(*one(units, after, cost, lower))[0]) == pytest.approx(area, 1e-6)
    back = exact_integral(*one(after, units, lower, cost))
    assert float(back[0]) == pytest.approx(-area, 1e-6)


def test_small_changes_make_no_difference_and_large_ones_take_the_integral() -> None:
    small = one(100, 101, 100, 98, 0.4)
    large = one(100, 200, 100, 50, 0.4)

    assert float(user_benefits(*small).total_usd[0]) == float(rule_of_half(*small[:4])[0])
    assert float(user_benefits(*large).total_usd[0]) == float(exact_integral(*large[:4])[0])
    assert float(exact_integral(*large[:4])[0]) == pytest.approx(100 * 100 * np.log(2))
    assert float(rule_of_half(*large[:4])[0]) == 7500


def test_where_nobody_went_before_the_straight_line_stands() -> None:
    assert float(exact_integral(*one(0, 10, 50, 30))[0]) == 100
    assert float(exact_integral(*one(10, 10, 50, 50))[0]) == 0
