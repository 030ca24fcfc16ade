"""Border states: chains fitted from histories drawn from known ones."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from corridor.errors import UnknownName
from corridor.projects.border_states import BorderChain, draw_history, fit_chain

OPEN_SHUT = (("open",), ("shut",))


def _chain(leave: list[list[float]]) -> BorderChain:
    goes_to = np.array([[0.0, 1.0], [1.0, 0.0]])
    return BorderChain(("torkham",), OPEN_SHUT, np.array(leave), goes_to, now=(0, 1))


def _table(history: list[str], place: str = "torkham") -> pl.DataFrame:
    months = [f"{2000 + m // 12}-{m % 12 + 1:02d}" for m in range(len(history))]
    return pl.DataFrame({"place": [place] * len(history), "month": months, "state": history})


def _drawn(chain: BorderChain, months: int, seed: int) -> pl.DataFrame:
    states = draw_history(chain, months, np.random.default_rng(seed)).tolist()
    return _table([chain.states[state][0] for state in states])


def test_a_chain_is_fitted_from_months_it_made() -> None:
    chain = fit_chain(_drawn(_chain([[0.05], [0.2]]), 6000, 1), ["torkham"])
    share = {state[0]: chain.leave_share[n, 0] for n, state in enumerate(chain.states)}
    assert share["open"] == pytest.approx(0.05, abs=0.01)
    assert share["shut"] == pytest.approx(0.2, abs=0.03)
    assert not any(test.is_semi_markov for test in chain.tests)


def test_lengths_that_get_surer_with_age_ask_for_a_semi_markov_chain() -> None:
    ages = np.arange(1, 37)
    survival = np.exp(-0.5 * np.arange(37) ** 0.45)
    surer = (1 - survival[1:] / survival[:-1]).tolist()
    chain = fit_chain(_drawn(_chain([surer, [0.4] * len(ages)]), 3000, 2), ["torkham"])
    n = chain.states.index(("open",))
    assert chain.tests[n].is_semi_markov
    assert chain.tests[n].shape == pytest.approx(0.45, abs=0.12)
    assert chain.leave_share[n, 0] > 2 * chain.leave_share[n, 23]
    assert not chain.tests[1 - n].is_semi_markov


@pytest.mark.slow
def test_geometric_lengths_are_seldom_taken_for_others() -> None:
    taken = [
        test.is_semi_markov
        for seed in range(40)
        for test in fit_chain(_drawn(_chain([[0.1], [0.3]]), 400, seed), ["torkham"]).tests
    ]
    assert np.mean(taken) < 0.13


def test_places_that_shut_together_have_two_states() -> None:
    history = ["open", "open", "shut", "open", "shut", "shut", "open"]
    both = pl.concat([_table(history), _table(history, "chaman")])
    chain = fit_chain(both, ["torkham", "chaman"])
    assert chain.states == (("open", "open"), ("shut", "shut"))
    assert chain.now == (0, 1)
    with pytest.raises(UnknownName):
        fit_chain(both, ["hormuz"])


def test_chances_sum_to_one_and_years_are_twelve_months() -> None:
    chain = _chain([[0.5, 0.2, 0.1], [0.3, 0.3, 0.3]])
    month = chain.month()
    assert month.sum(axis=1) == pytest.approx(1.0)
    years = chain.years()
    assert years.chance == pytest.approx(np.linalg.matrix_power(month, 12))
    assert years.occupancy.sum(axis=1) == pytest.approx(1.0)
    assert years.marginal(3)[2] == pytest.approx(years.first @ np.linalg.matrix_power(month, 24))


def test_a_state_never_left_may_be_left() -> None:
    chain = fit_chain(_table(["open"] * 5 + ["shut"] * 7), ["torkham"])
    assert chain.now == (1, 7)
    assert chain.leave_share[1, 0] == pytest.approx(0.5 / 8)


def test_a_chain_may_settle_in_a_state_that_was_never_seen() -> None:
    chain = fit_chain(_table(["open"] * 5 + ["shut"] * 7), ["torkham"])
    wider = chain.with_states(("half",))
    assert wider.years().occupancy[wider.number(*wider.now)] == pytest.approx(
        [*chain.years().occupancy[chain.number(*chain.now)], 0.0]
    )

    settled = wider.settled_in(2)
    assert settled.now == (2, 1)
    for state in range(3):
        year = settled.years().occupancy[settled.number(state, 1)]
        assert year == pytest.approx([0.0, 0.0, 1.0])
