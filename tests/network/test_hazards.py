"""Risk: how likely a hazard shuts its ways, and a route's risk with each hazard counted once."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pytest

from core_cases import network, small
from corridor.errors import CallError
from corridor.network import hazards
from corridor.network.calendar import second
from corridor.routing.route import route

DEPART = second("2026-06-10")


def hazard(hazard_id: str = "h", row_id: str = "ab", **more: Any) -> dict[str, Any]:
    return {
        "hazard_id": hazard_id,
        "name": hazard_id,
        "row_id": row_id,
        "events_per_year": 2.0,
        "duration_median_d": 10.0,
        "duration_sigma": 0.0,
        **more,
    }


def test_the_share_shut_is_that_of_a_queue_with_a_server_for_each_closure() -> None:
    assert hazards.shut_share(
        small(hazards=[hazard()]).rows("hazards")[0], dt.date(2026, 6, 10)
    ) == pytest.approx(1 - math.exp(-2 / 365.25 * 10))
    wide = small(hazards=[hazard(duration_sigma=1.0)]).rows("hazards")[0]
    assert hazards.shut_share(wide, dt.date(2026, 6, 10)) == pytest.approx(
        1 - math.exp(-2 / 365.25 * 10 * math.exp(0.5))
    )
    word = small(hazards=[hazard(distribution="exponential", duration_sigma=1.2825)]).rows(
        "hazards"
    )[0]
    assert hazards.shut_share(word, dt.date(2026, 6, 10)) == pytest.approx(
        1 - math.exp(-2 / 365.25 * 10 / math.log(2))
    )


def test_a_season_holds_all_events_of_the_year() -> None:
    row = small(hazards=[hazard(season_from="11-01", season_to="03-31")]).rows("hazards")[0]
    inside = 1 - math.exp(-2 / (365.25 * 151 / 365) * 10)
    assert hazards.shut_share(row, dt.date(2026, 6, 10)) == 0
    assert hazards.shut_share(row, dt.date(2026, 12, 1)) == pytest.approx(inside)
    assert hazards.shut_share(row, dt.date(2026, 10, 22)) == pytest.approx(
        inside * 20 / 30
    )  # 20 of 30 days


def test_share_is_that_of_closures_drawn_at_random() -> None:
    dice = np.random.default_rng(5)
    years = 40_000
    begins = dice.uniform(0, 365.25 * years, dice.poisson(2.0 * years))
    ends = begins + dice.lognormal(math.log(10), 1.0, len(begins))
    asked = np.sort(dice.uniform(3000, 365.25 * years, 20_000))
    shut = np.searchsorted(np.sort(begins), asked) - np.searchsorted(np.sort(ends), asked) > 0
    row = small(hazards=[hazard(duration_sigma=1.0)]).rows("hazards")[0]
    assert hazards.shut_share(row, dt.date(2026, 6, 10)) == pytest.approx(
        shut.mean(), abs=4 * math.sqrt(0.08 / 20_000)
    )


def test_a_hazard_counts_once_however_many_links_it_covers() -> None:
    both = [
        hazard("long", "ab bc cd"),
        hazard("one", "bc", events_per_year=1.0),
        hazard("off", "cd", events_per_year=0.0),
        hazard("winter", "ab", season_from="12-01", season_to="12-31"),
    ]
    found = route(small(hazards=both), "a", "d", cargo="box", depart="2026-06-10").routes
    chances = [1 - math.exp(-r / 365.25 * 10) for r in (2, 1)]
    assert found["risk_share"][0] == pytest.approx(1 - math.prod(1 - c for c in chances), abs=1e-8)
    assert found["hazards"].to_list() == [["long", "one"]]


def test_every_route_of_the_study_has_the_risk_of_its_hazards() -> None:
    built = network("mid-2026")
    found = route(
        built,
        "almaty",
        "karachi",
        cargo="container-40",
        depart="2026-07-01",
        max_routes=100,
        draws=5,
    )
    rows = built.by_id("hazards")
    shared = 0
    for row in found.routes.iter_rows(named=True):
        chances = [hazards.shut_share(rows[h], dt.date(2026, 7, 1)) for h in row["hazards"]]
        assert len(set(row["hazards"])) == len(row["hazards"])
        assert row["risk_share"] == pytest.approx(1 - math.prod(1 - c for c in chances), abs=1e-7)
        shared += len(row["hazards"]) > 1
    assert shared > 10


def test_more_hazards_than_bits_are_refused() -> None:
    fits, full = (small(hazards=[hazard(f"h{i}") for i in range(n)]) for n in (62, 63))
    assert int(hazards.link_bits(fits)[0]) == (1 << 62) - 1
    with pytest.raises(CallError, match="63 hazards are more than the 62 that fit"):
        hazards.link_bits(full)
    assert 0 < hazards.route_risk(fits, (1 << 62) - 1, DEPART) < 1


def test_weights_of_independent_hazards_add_up() -> None:
    built = small(hazards=[hazard("x"), hazard("y", events_per_year=9.0)])
    one, two, both = (hazards.route_risk(built, bits, DEPART) for bits in (1, 2, 3))
    assert 1 - both == pytest.approx((1 - one) * (1 - two), abs=1e-8)
    assert hazards.route_risk(built, 0, DEPART) == 0
    assert hazards.names(built, 3, DEPART) == ["x", "y"]


def test_closures_that_never_end_are_certain_in_their_season() -> None:
    row = small(hazards=[hazard(distribution="pareto", duration_sigma=60.0)]).rows("hazards")[0]
    assert hazards.shut_share(row, dt.date(2026, 6, 10)) == 1.0
    found = route(small(hazards=[row]), "a", "b", cargo="box", depart="2026-06-10").routes
    assert found["risk_share"][0] == pytest.approx(1.0, abs=1e-6)
