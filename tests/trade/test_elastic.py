"""Elastic demand: rounds of demand and flows end where the costs of the flows make the demand."""

from __future__ import annotations

from functools import cache
from typing import Any

import polars as pl
import pytest

from closure_cases import STUDY_ON, study_network
from corridor.errors import CallError
from corridor.flows.assign import assign
from corridor.flows.trip_costs import taken_costs
from corridor.reports.flows import rounds_warning
from corridor.trade.elastic import ElasticFlows, assign_elastic
from corridor.trade.response import read_response

CASPIAN = ("almaty", "xian", "tashkent", "atyrau", "karaganda", "kostanay", "turkmenbashi")


@cache
def caspian(**options: Any) -> ElasticFlows:
    return assign_elastic(study_network(), caspian_demand(), on=STUDY_ON, **options)


def caspian_demand() -> pl.DataFrame:
    """Return the rows of demand over the Caspian, three times what they are: it jams."""
    demand = study_network().frames["demand"]
    is_west = pl.col("origin_node_id").is_in(CASPIAN) & pl.col("destination_node_id").is_in(
        ("poti", "batumi", "baku", "alat")
    )
    return demand.filter(is_west).with_columns(pl.col("units_per_year") * 3)


def test_without_congestion_one_round_has_the_demand_of_free_costs() -> None:
    elastic = caspian(congested=False, limited=False)
    assert elastic.converged and elastic.rounds.height == 1
    assert elastic.rounds["change_share"].item() == pytest.approx(0.0, abs=1e-12)
    assert elastic.demand["units_per_year"].to_list() == pytest.approx(
        caspian_demand()["units_per_year"].to_list()
    )


def test_the_demand_is_what_the_costs_of_its_flows_make() -> None:
    elastic = caspian()
    assert elastic.converged and elastic.rounds.height > 2
    assert elastic.rounds["change_share"][-1] <= 1e-3 < elastic.rounds["change_share"][-2]
    assert elastic.rounds["agrees"].to_list() == [False] * (elastic.rounds.height - 1) + [True]
    assert rounds_warning(elastic.rounds) is None

    for row in elastic.demand.iter_rows(named=True):
        expected = naive_units(elastic, row)
        assert row["units_per_year"] == pytest.approx(expected, rel=2e-3)
    less = elastic.demand.filter(pl.col("units_per_year") < 0.99 * pl.col("stated_units_per_year"))
    assert less.height > 0


def naive_units(elastic: ElasticFlows, row: dict[str, Any]) -> float:
    """Return the units a row's goods would send at the costs told, sector by sector."""
    network = study_network()
    response = caspian_response()
    trip = elastic.demand["demand_id"].to_list().index(row["demand_id"])
    unit_t = network.by_id("cargoes")[row["cargo_id"]]["t_per_unit"]
    free = caspian(congested=False, limited=False).demand.row(trip, named=True)

    ratio = 0.0
    for _, sector_id, share in response.goods.mix.filter(pl.col("trip") == trip).iter_rows():
        sector = network.by_id("sectors")[sector_id]
        cost, before = (
            at["cost_usd"] / (sector["usd_per_t"] * unit_t)
            + at["time_h"] / 24 * sector["time_value_share_per_day"]
            for at in (row, free)
        )
        ratio += share * ((1 + cost) / (1 + before)) ** -sector["elasticity"]
    return float(row["stated_units_per_year"]) * ratio


@cache
def caspian_response() -> Any:
    flows = caspian(congested=False, limited=False).flows
    costs = taken_costs(flows.programme, flows.solution)
    sectors = study_network().frames["sectors"]
    return read_response(study_network(), caspian_demand(), costs, sectors)


def test_a_unit_pays_the_mean_of_its_routes_and_waits_in_their_queues() -> None:
    elastic = caspian()
    delays = dict(elastic.flows.capacities.select("row_id", "delay_h").iter_rows())
    for row in elastic.demand.iter_rows(named=True):
        routes = elastic.flows.routes.filter(pl.col("demand_id") == row["demand_id"])
        if not routes.height:
            continue
        mean_usd = (routes["cost_usd"] * routes["units"]).sum() / routes["units"].sum()
        mean_h = (routes["time_h"] * routes["units"]).sum() / routes["units"].sum()
        assert row["cost_usd"] == pytest.approx(mean_usd)
        assert row["time_h"] >= mean_h - 1e-9
    assert max(delay or 0.0 for delay in delays.values()) > 1


def test_the_goods_of_a_row_are_all_of_it() -> None:
    shares = caspian_response().goods.mix.group_by("trip").agg(pl.col("share").sum())
    assert shares.height == caspian_demand().height
    assert shares["share"].to_list() == pytest.approx([1.0] * shares.height)


def test_rounds_that_end_too_soon_say_so() -> None:
    elastic = caspian(max_rounds=1)
    assert not elastic.converged and "not converged" in repr(elastic)

    change = 100 * elastic.rounds["change_share"].item()
    assert f"change a row of demand by {change:.2g} %" in (rounds_warning(elastic.rounds) or "")


def test_demand_stated_at_dearer_costs_grows_where_carriage_is_cheaper() -> None:
    jammed = assign(study_network(), caspian_demand(), on=STUDY_ON)
    elastic = caspian(before=jammed, congested=False, limited=False)
    ratio = elastic.demand["units_per_year"] / elastic.demand["stated_units_per_year"]
    assert ratio.to_list()[0] >= 1.0
    assert max(ratio.to_list()) > 1.01


@pytest.mark.parametrize(
    "wrong", [{"damping": 0.0}, {"damping": 1.5}, {"tolerance": 0.0}, {"max_rounds": 0}]
)
def test_numbers_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(CallError, match=next(iter(wrong))):
        assign_elastic(study_network(), caspian_demand(), on=STUDY_ON, **wrong)
