"""Costs of phases: who pays, what wears out, and what is left at the end of the years."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from corridor.projects.conventions import ADB, Convention
from corridor.projects.phase_costs import Horizon, phase_costs
from project_cases import project, project_network

FREE = replace(ADB, discount_share=0.0)  # a USD of any year is one
HORIZON = Horizon(first_year=2027, starts=1, years=12)


def _own_usd(convention: Convention, **cells: Any) -> float:
    """Return what a project of 100 million USD is worth by itself, begun in the first year."""
    network = project_network(projects=[project("bypass", "bypass-open", **cells)])
    rows = network.rows("projects")
    costs = phase_costs(network, rows, ("KZ", "PK", None), HORIZON, convention)
    return float(costs.own_usd.sum())


def test_what_is_left_of_the_life_at_the_end_counts() -> None:
    # Ten of twenty years of use; a tenth of the price never wears off.
    assert _own_usd(FREE) == pytest.approx(-5e7)
    assert _own_usd(FREE, residual_share=0.1) == pytest.approx(-4.5e7)
    assert _own_usd(replace(FREE, counts_residual=False)) == pytest.approx(-1e8)


def test_what_wears_out_is_renewed() -> None:
    # Opened in year 2, renewed in years 6 and 10; half of the third life is left.
    assert _own_usd(FREE, life_years=4) == pytest.approx(-2.5e8)


def test_factors_of_the_convention_count() -> None:
    dear = replace(FREE, capex_factor=1.5, opex_factor=2.0)
    assert _own_usd(dear) == pytest.approx(-7.5e7)
    running = _own_usd(dear, opex_usd_per_year=1e6) - _own_usd(dear)
    assert running == pytest.approx(-2e6 * 10)


def test_budgets_pay_the_price_as_it_is() -> None:
    network = project_network()
    rows = network.rows("projects")[:1]
    dear = replace(FREE, capex_factor=1.5)
    costs = phase_costs(network, rows, ("KZ", "PK", None), HORIZON, dear)
    assert costs.spend_usd[0].tolist() == [5e7, 5e7]
    assert costs.fund_share.tolist() == [[1.0, 0.0, 0.0]]
