"""Second corridor: what it saves on ordinary days and in closures."""

from __future__ import annotations

import polars as pl
import pytest

from closure_cases import ON, build, demand_of, hazard_rows, two_roads
from corridor.closures.second_corridor import second_corridor
from corridor.errors import CallError
from corridor.network.network import Network

DEMAND = demand_of([("west", "east")])
HAZARDS = hazard_rows([{"hazard_id": "slide", "row_id": "pass-east", "events_per_year": 5.0}])


@pytest.fixture(scope="module")
def with_plain() -> Network:
    return build(two_roads())


@pytest.fixture(scope="module")
def without_plain() -> Network:
    tables = two_roads()
    links = tables["links"].filter(pl.col("link_id") != "west-plain")
    return build({**tables, "links": links})


def test_a_second_corridor_is_worth_what_it_saves(
    without_plain: Network, with_plain: Network
) -> None:
    worth = second_corridor(without_plain, with_plain, DEMAND, HAZARDS, on=ON, draws=30)
    row_of = {row["measure"]: row for row in worth.iter_rows(named=True)}
    assert row_of["undisturbed_usd"]["difference"] == 0
    assert row_of["loss_usd"]["difference"] > 3 * row_of["loss_usd"]["standard_error"]
    assert row_of["lost_t"]["with"] == 0 < row_of["lost_t"]["without"]


def test_the_same_network_twice_is_worth_nothing(with_plain: Network) -> None:
    worth = second_corridor(with_plain, with_plain, DEMAND, HAZARDS, on=ON, draws=5)
    assert worth["difference"].to_list() == [0] * 5


def test_one_draw_has_no_standard_error(without_plain: Network, with_plain: Network) -> None:
    worth = second_corridor(without_plain, with_plain, DEMAND, HAZARDS, on=ON, draws=1)
    errors = dict(worth.select("measure", "standard_error").iter_rows())
    assert errors["undisturbed_usd"] == 0
    assert errors["loss_usd"] is errors["all_usd"] is None


def test_what_cannot_be_compared_is_refused(with_plain: Network) -> None:
    with pytest.raises(CallError, match="two"):
        second_corridor(with_plain, with_plain, DEMAND, HAZARDS, on=ON, draws=5, folder="somewhere")

    tables = two_roads()
    no_links = build({**tables, "links": tables["links"].filter(pl.col("link_id") == "west-spur")})
    with pytest.raises(CallError, match="no trip has"):
        second_corridor(with_plain, no_links, DEMAND, HAZARDS, on=ON, draws=5)
