"""The quickest route of a departure is that of the list: by the hours of half of the trips."""

from __future__ import annotations

import pytest

from core_cases import network
from corridor.routing.query import prepare
from corridor.routing.quickest import quickest
from corridor.routing.route import route
from corridor.routing.route_tables import spreads
from corridor.routing.search import best_route
from corridor.routing.year import quickest_departures

CARGO = "container-40"
SCENARIO = "mid-2026"


@pytest.mark.parametrize("depart", ["2026-07-01", "2026-09-30", "2027-01-13"])
@pytest.mark.parametrize(("origin", "destination"), [("almaty", "karachi"), ("tashkent", "gwadar")])
def test_it_is_the_quickest_of_the_list(origin: str, destination: str, depart: str) -> None:
    built = network(SCENARIO)
    listed = route(built, origin, destination, cargo=CARGO, depart=depart).routes
    row = quickest_departures(
        built, origin, destination, cargo=CARGO, depart=depart, every_days=7
    ).row(0, named=True)

    first = listed.sort("time_p50_h").row(0, named=True)
    for column in ("time_p50_h", "time_p95_h", "cost_usd", "corridor", "countries"):
        assert row[column] == first[column]


def test_it_need_not_have_the_quickest_plan() -> None:
    """On 1 July plans over Khunjerab just meet an opening that most trips miss."""
    query = prepare(
        network(SCENARIO), "almaty", "karachi", cargo=CARGO, depart="2026-07-01", options={}
    )
    planned = best_route(query, "time")
    chosen = quickest(query)
    assert planned is not None and chosen is not None
    assert chosen.arcs != planned.arcs


def test_of_equal_medians_the_least_plan_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    query = prepare(
        network(SCENARIO), "almaty", "karachi", cargo=CARGO, depart="2026-07-01", options={}
    )
    planned = best_route(query, "time")
    cheapest = best_route(query, "cost")
    assert planned is not None and cheapest is not None
    same = spreads(query, [planned.arcs])[0]
    module = "corridor.routing.quickest"
    monkeypatch.setattr(f"{module}.best_route", lambda _query, _criterion: cheapest)
    monkeypatch.setattr(f"{module}._shown", lambda _query, _showing: [planned.arcs])
    monkeypatch.setattr(
        f"{module}.spreads", lambda _query, arcs: dict.fromkeys(range(len(arcs)), same)
    )

    chosen = quickest(query)
    assert chosen is not None and chosen.arcs == planned.arcs


def test_a_deadline_that_is_nearer_than_half_of_the_trips_holds() -> None:
    options = {"deadline": "2026-07-10"}
    query = prepare(
        network(SCENARIO), "almaty", "karachi", cargo=CARGO, depart="2026-07-01", options=options
    )
    assert (quickest(query) is None) == (best_route(query, "time") is None)


def test_without_a_route_there_is_a_reason() -> None:
    days = quickest_departures(
        network(SCENARIO),
        "almaty",
        "karachi",
        cargo=CARGO,
        depart="2026-07-01",
        avoid=["PK"],
    )
    assert days["time_p50_h"].to_list() == [None]
    assert days["reason"][0]
