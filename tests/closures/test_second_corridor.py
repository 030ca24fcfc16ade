"""Second corridor: what it saves on ordinary days and in closures."""

from __future__ import annotations

import polars as pl
import pytest

from closure_cases import ON, build, demand_of, hazard_rows, two_roads
from corridor.closures.second_corridor import second_corridor
from corridor.errors import CallError


def test_second_corridor_is_worth_what_it_saves() -> None:
    tables = two_roads()
    network = build(tables)
    demand = demand_of([("west", "east")])
    narrow = build({**tables, "links": tables["links"].filter(pl.col("link_id") != "west-plain")})
    hazards = hazard_rows([{"hazard_id": "slide", "row_id": "pass-east", "events_per_year": 5.0}])
    frame = second_corridor(narrow, network, demand, hazards, on=ON, draws=30)
    told = {r["measure"]: r for r in frame.iter_rows(named=True)}
    assert told["undisturbed_usd"]["difference"] == 0
    assert told["loss_usd"]["difference"] > 3 * told["loss_usd"]["standard_error"]
    assert told["lost_t"]["with"] == 0 < told["lost_t"]["without"]
    same = second_corridor(network, network, demand, hazards, on=ON, draws=5)
    assert same["difference"].to_list() == [0] * 5
    with pytest.raises(CallError, match="two"):
        second_corridor(network, network, demand, hazards, on=ON, draws=5, folder="somewhere")
