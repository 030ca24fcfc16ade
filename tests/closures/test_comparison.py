"""Comparison and shifts: what moves between two networks."""

from __future__ import annotations

from typing import Any

import polars as pl

from closure_cases import ON, build, demand_of, study_network, two_roads
from corridor.closures.comparison import compare
from corridor.closures.shifts import shifts
from corridor.network import changes


def test_compare_says_what_moved() -> None:
    network = build(two_roads())
    demand = demand_of([("west", "east"), ("west", "spur"), ("plain", "pass")])
    row = {"change_id": "x", "table": "links", "column": "status", "op": "set", "value": "closed"}
    base = study_network().frames["changes"].clear()

    def changed(**more: str) -> Any:
        given = {**row, **more}
        return changes.apply(
            network,
            pl.concat(
                [base, pl.DataFrame([{**dict.fromkeys(base.columns), **given}], schema=base.schema)]
            ),
        )

    told = compare(network, changed(row_id="west-pass west-spur"), demand, on=ON)
    assert told["moved"].to_list() == ["route", "cut", "route"]
    assert told["extra_usd_per_year"][0] == 365 * 700 and told["extra_usd_per_year"][1] is None
    assert told["borders_after"][0].to_list() == ["west-plain", "plain-east"]
    assert {r["link_id"]: r["difference"] for r in shifts(told).iter_rows(named=True)} == {
        "west-pass": -20 * 365 * (1 + 3),
        "pass-east": 20 * 365 * (3 - 1),
        "west-spur": -20 * 365 * 2,
        "west-plain": 20 * 365 * (1 - 3),
        "plain-east": 20 * 365 * (1 + 3),
    }
    back = compare(changed(row_id="west-spur"), network, demand, on=ON)
    assert back["moved"].to_list() == ["same", "opened", "same"]
    dearer = changed(row_id="west-spur", column="fixed_h", value="5")
    assert compare(network, dearer, demand, on=ON)["moved"].to_list() == ["same", "cost", "same"]
    trips = pl.DataFrame(
        {"trip_id": ["t"], "origin": ["west"], "destination": ["east"], "cargo": ["box"]}
    )
    assert compare(network, network, trips, on=ON)["extra_usd_per_year"].to_list() == [None]
