"""Demand that no route serves is a row with its reason, wherever demand is looked at."""

from __future__ import annotations

import datetime as dt

import polars as pl

import corridor as co
from core_cases import closed, link, node, small
from corridor.network.network import Network
from random_networks import evidence, frame

ON = "2026-02-01"
ENDS = (("a", "d"), ("a", "e"), ("a", "b"))
HAZARD = {
    "hazard_id": "flood",
    "name": "Flood",
    "row_id": "ab",
    "events_per_year": 2.0,
    "duration_median_d": 3.0,
    "duration_sigma": 0.5,
}


def built() -> Network:
    """Return a - b - c - d with c - d shut for good, and e that nothing leads to."""
    nodes = [node("a"), node("b"), node("c", "UZ"), node("d", "PK"), node("e"), node("f")]
    links = [
        link("ab", "a", "b"),
        link("bc", "b", "c"),
        link("cd", "c", "d"),
        link("ef", "e", "f"),
    ]
    changes = [closed("cd", dt.date(2026, 1, 1))]
    return small("shut", nodes=nodes, links=links, changes=changes, hazards=[HAZARD])


def demand() -> pl.DataFrame:
    rows = [
        {
            "demand_id": f"{one}{other}",
            "origin_node_id": one,
            "destination_node_id": other,
            "cargo_id": "box",
            "year": 2026,
            "units_per_year": 365.0,
        }
        for one, other in ENDS
    ]
    return frame("demand", [evidence(row) for row in rows])


SHUT = "closed (cd since 2026-01-01 until reopened [change shut])"


def test_a_ranking_ends_with_the_demand_that_has_no_route() -> None:
    ranking = co.rank(built(), demand(), on=ON, by="loss_usd_per_year", pairs=0)
    unserved = ranking.filter(pl.col("kind") == "demand")
    assert ranking.tail(2).equals(unserved)
    assert unserved["element_id"].to_list() == ["ad", "ae"]
    assert unserved["name"].to_list() == ["A to D", "A to E"]
    assert unserved["reason"][0] == SHUT
    assert unserved["reason"][1].startswith("not joined: ")
    assert unserved["unserved_units_per_year"].to_list() == [365.0, 365.0]
    assert unserved["loss_usd_per_year"].null_count() == unserved["rank"].null_count() == 2
    assert ranking.filter(pl.col("kind") != "demand")["reason"].null_count() == ranking.height - 2


def test_a_comparison_says_why_a_row_has_no_route() -> None:
    network = built()
    moves = co.compare(network, network, demand(), on=ON)
    assert moves["moved"].to_list() == ["no route", "no route", "same"]
    assert moves["reason"].to_list()[0] == SHUT
    assert moves["reason"].to_list()[2] is None

    opened = small(nodes=network.rows("nodes"), links=network.rows("links"))
    assert co.compare(opened, network, demand(), on=ON)["moved"].to_list()[0] == "cut"
    back = co.compare(network, opened, demand(), on=ON)
    assert (back["moved"][0], back["reason"][0]) == ("opened", SHUT)


def test_simulated_years_say_which_demand_is_never_served() -> None:
    network = built()
    risk = co.simulate(network, demand(), network.frames["hazards"], on=ON, draws=3)
    reasons = dict(risk.by_trip.select("demand_id", "reason").iter_rows())
    assert reasons["ad"] == SHUT
    assert reasons["ae"].startswith("not joined: ")
    assert reasons["ab"] is None


def test_what_opens_later_than_a_week_is_a_long_wait() -> None:
    shut = [closed("cd", dt.date(2026, 1, 1), dt.date(2026, 3, 1))]
    network = small("shut", changes=shut)
    ranking = co.rank(network, demand().head(1), on=ON, pairs=0)
    assert ranking["reason"].drop_nulls().to_list() == [
        "no route on 2026-02-01 without a long wait: the quickest takes 28.1 days, waits included"
    ]
