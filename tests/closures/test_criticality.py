"""Criticality: ranks by hand, and against a network whose tables lack the link."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from closure_cases import ON, STUDY_ON, build, demand_of, study_network, two_roads
from corridor.closures.criticality import rank
from corridor.closures.failures import routes_without
from corridor.errors import CallError, UnknownName
from corridor.flows.demand import compile_demand
from corridor.kernels import Ints
from corridor.kernels.criticality import without_each
from corridor.kernels.paths import UNREACHED
from corridor.network import changes
from corridor.network.network import Network

BOXES = 365
BOX_USD = 24000
BOX_T = 20
DETOUR_USD = 700  # 400 km and 16 h at 10 USD become 900 km and 36 h


def costs(network: Network, demand: pl.DataFrame) -> Ints:
    return routes_without(compile_demand(network, demand, on=STUDY_ON), []).cents[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    "link_id", ["saryagash-keles-rail", "karachi-rotterdam-sea", "galaba-hairatan-rail"]
)
def test_a_rank_equals_a_network_whose_tables_lack_the_link(link_id: str) -> None:
    network = study_network()
    demand = network.frames["demand"]
    closing = network.frames["changes"].head(1)
    closing = closing.with_columns(
        pl.lit(link_id).alias("row_id"), pl.lit(None, pl.Date).alias("from_on")
    )
    cents = costs(network, demand)
    cents_without = costs(changes.apply(network, closing), demand)
    is_served = cents_without < UNREACHED
    units = demand["units_per_year"].to_numpy()

    ranked = rank(network, demand, on=STUDY_ON, kinds=["link"], pairs=0)

    row = ranked.filter(pl.col("element_id") == link_id).row(0, named=True)
    extra_cents = (units * np.where(is_served, cents_without - cents, 0)).sum()
    assert row["extra_usd_per_year"] == pytest.approx(extra_cents / 100, rel=1e-12)
    assert row["unserved_units_per_year"] == units[~is_served].sum()
    assert row["extra_usd_per_year"] + row["unserved_units_per_year"] > 0


@pytest.fixture(scope="module")
def row_of() -> dict[str, dict[str, Any]]:
    """Return the row of every element of two roads, of which boxes take the shorter one."""
    ranked = rank(build(two_roads()), demand_of([("west", "east")]), on=ON)
    return {row["element_id"]: row for row in ranked.iter_rows(named=True)}


def test_the_loss_of_a_link_by_hand(row_of: dict[str, dict[str, Any]]) -> None:
    row = row_of["west-pass"]
    assert row["extra_usd_per_year"] == DETOUR_USD * BOXES
    assert row["detour_km"] == 500
    assert row["detour_h"] == 20
    assert row["unserved_units_per_year"] == 0
    assert row["used_t_per_year"] == BOXES * BOX_T
    assert row["disjoint_count"] == 1


def test_a_place_and_a_crossing_fail_with_their_links(row_of: dict[str, dict[str, Any]]) -> None:
    assert row_of["node:pass"]["extra_usd_per_year"] == DETOUR_USD * BOXES
    assert row_of["crossing:KZ-PK"]["extra_usd_per_year"] == DETOUR_USD * BOXES


def test_what_nobody_uses_costs_nothing(row_of: dict[str, dict[str, Any]]) -> None:
    assert row_of["west-spur"]["loss_usd_per_year"] == 0
    assert row_of["west-plain"]["loss_usd_per_year"] == 0


def test_what_has_no_route_left_counts_the_limit(row_of: dict[str, dict[str, Any]]) -> None:
    row = row_of["country:PK"]
    assert row["unserved_usd_per_year"] == BOXES * BOX_USD
    assert row["loss_usd_per_year"] == pytest.approx(0.1 * BOXES * BOX_USD)


def test_two_links_together_cost_more_than_apart(row_of: dict[str, dict[str, Any]]) -> None:
    pair = row_of["west-pass west-plain"]
    assert pair["kind"] == "pair"
    assert pair["unserved_units_per_year"] == BOXES
    assert pair["joint_usd_per_year"] == pytest.approx(BOXES * (0.1 * BOX_USD - DETOUR_USD))


def test_links_in_series_are_one_stretch(row_of: dict[str, dict[str, Any]]) -> None:
    stretch = row_of["west-pass pass-east"]
    assert stretch["kind"] == "stretch"
    assert stretch["name"].startswith("West - East")
    assert stretch["loss_usd_per_year"] == DETOUR_USD * BOXES
    assert not any("plain" in ids for ids, row in row_of.items() if row["kind"] == "stretch")


def test_own_demand_is_told_apart_with_its_band() -> None:
    demand = demand_of([("west", "east"), ("west", "pass")])
    network = build(two_roads())
    limits = {"limit_share": 0.04, "kinds": ["link"], "pairs": 0}
    ranked = rank(network, demand, on=ON, between=("PK", "KZ"), **limits)
    row = ranked.row(by_predicate=pl.col("element_id") == "west-pass", named=True)
    own = {"loss": DETOUR_USD, "loss_low": 0.02 * BOX_USD, "loss_high": DETOUR_USD}
    for name, usd in own.items():
        assert row[f"own_{name}_usd_per_year"] == usd * BOXES
    assert row["loss_usd_per_year"] > row["own_loss_usd_per_year"]
    assert row["loss_low_usd_per_year"] < row["loss_usd_per_year"]
    assert row["loss_share"] > row["own_loss_share"] > 0

    strange = rank(network, demand, on=ON, between=("PK", "CN"), **limits)
    assert strange["own_loss_usd_per_year"].null_count() == strange.height


def test_a_unit_pays_at_most_the_limit() -> None:
    demand = demand_of([("west", "east")])
    ranked = rank(build(two_roads()), demand, on=ON, kinds=["link"], pairs=0, limit_share=0.01)
    assert ranked["loss_usd_per_year"][0] == 0.01 * BOX_USD * BOXES


def test_a_rank_refuses_what_it_does_not_know() -> None:
    network = build(two_roads())
    demand = demand_of([("west", "east")])
    with pytest.raises(UnknownName, match="loss_usd_per_year"):
        rank(network, demand, on=ON, by="loss_usd_per_yr")
    with pytest.raises(UnknownName, match="crossing"):
        rank(network, demand, on=ON, kinds=["crosing"])
    with pytest.raises(CallError, match="limit_share"):
        rank(network, demand, on=ON, limit_share=-0.5)
    with pytest.raises(CallError, match="units_per_year"):
        rank(network, demand.drop("units_per_year"), on=ON)
    with pytest.raises(CallError, match="no rows"):
        rank(network, demand.clear(), on=ON)


def test_a_killed_ranking_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = build(two_roads())
    demand = demand_of([("west", "east"), ("east", "west")])
    whole = rank(network, demand, on=ON, pairs=0)
    assert rank(network, demand, on=ON, pairs=0, folder=tmp_path).equals(whole)

    first, *_ = sorted((tmp_path / "routes").glob("*.npz"))
    first.unlink()
    searched = []

    def search(*question: Any) -> tuple[Ints, Ints]:
        searched.append(question)
        routes: tuple[Ints, Ints] = without_each(*question)
        return routes

    monkeypatch.setattr("corridor.kernels.criticality.without_each", search)
    assert rank(network, demand, on=ON, pairs=0, folder=tmp_path).equals(whole)
    assert len(searched) == 1
    with pytest.raises(CallError, match="another network, demand or settings"):
        rank(network, demand, on=ON, pairs=0, kinds=["node"], folder=tmp_path)
