"""Best routes: figures of the cheapest route by hand, and none where nothing leads there."""

from __future__ import annotations

import polars as pl

from closure_cases import ON, build, demand_of, two_roads
from corridor.closures.best_routes import best_routes
from corridor.flows.demand import compile_demand


def test_the_figures_of_the_route_by_the_pass() -> None:
    arrays = compile_demand(build(two_roads()), demand_of([("east", "west")]), on=ON)
    assert best_routes(arrays) == [
        {
            "generalised_cost_usd": 400 + 16 * 10,
            "cost_usd": 400,
            "time_h": 16,
            "carbon_kg": 400 * 20 * 0.1,  # km, tonnes of a box, kg a tonne-kilometre
            "length_km": 400,
            "countries": ["PK", "KZ"],
            "borders": ["pass-east"],
            "links": ["pass-east", "west-pass"],
        }
    ]


def test_where_nothing_leads_there_is_no_route() -> None:
    tables = two_roads()
    without_spur = tables["links"].filter(pl.col("link_id") != "west-spur")
    roads = build({**tables, "links": without_spur})
    arrays = compile_demand(roads, demand_of([("west", "spur"), ("west", "pass")]), on=ON)
    nowhere, to_pass = best_routes(arrays)
    assert nowhere is None
    assert to_pass is not None
    assert to_pass["links"] == ["west-pass"]
