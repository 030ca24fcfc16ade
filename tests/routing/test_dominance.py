"""Points beyond which nothing is hidden: as a twin says that looks at every route by itself."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.kernels.records import NO_TOLERANCES, Tolerances
from corridor.routing.dominance import beyond_hidden

Route = tuple[int, int, int, int]

routes = st.lists(st.tuples(*[st.integers(0, 40)] * 4), max_size=6)
some_routes = st.lists(st.tuples(*[st.integers(0, 40)] * 4), min_size=1, max_size=4)
tolerances = st.sampled_from(
    [NO_TOLERANCES, Tolerances(0.05, 0.1, 3), Tolerances(0.0, 0.5, 0), Tolerances(1.0, 0.0, 10)]
)


def most_near(route: Route, within: Tolerances) -> Route:
    time, money, carbon, risk = route
    near_money = money + int(money * within.money)
    near_carbon = carbon + int(carbon * within.carbon)
    return (time, near_money, near_carbon, risk + within.risk)


def is_near(one: Route, other: Route, within: Tolerances) -> bool:
    """Tell whether one is no worse than another within tolerances."""
    return all(a <= b for a, b in zip(one, most_near(other, within), strict=True))


@settings(max_examples=300, deadline=None)
@given(routes, some_routes, st.lists(st.tuples(*[st.integers(0, 60)] * 4), max_size=20), tolerances)
def test_no_route_that_is_hidden_lies_beyond(
    straight: list[Route], back: list[Route], others: list[Route], within: Tolerances
) -> None:
    """A route is hidden that one that turns back is near and no straight one."""
    points = beyond_hidden(
        np.array(straight, np.int64).reshape(-1, 4), np.array(back, np.int64), within
    )
    for other in [*others, *back, *straight]:
        is_beyond = (points <= most_near(other, within)).all(axis=1).any()
        is_met = any(is_near(route, other, within) for route in straight)
        is_hidden = any(is_near(route, other, within) for route in back) and not is_met
        assert not (is_beyond and is_hidden)
        assert is_beyond or not is_met  # what a straight route is near needs no search


def test_a_partial_way_that_only_leads_to_what_is_found_is_beyond() -> None:
    """What turns back and takes 100 h and 100 USD hides nothing under that, and no other carbon."""
    straight = np.array([[90, 120, 50, 0], [120, 80, 50, 0]])
    back = np.array([[100, 100, 50, 0]])
    points = beyond_hidden(straight, back, NO_TOLERANCES)
    assert sorted(points.tolist()) == [[0, 120, 0, 0], [120, 0, 0, 0]]
