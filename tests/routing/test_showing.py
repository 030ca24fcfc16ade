"""What of an exact set is shown: tolerances, caps, one of each sequence, and names."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_cases import link, network, node, small
from corridor.errors import CallError
from corridor.routing.route import Routes, route
from corridor.routing.showing import EXACT, USUAL, Showing, cover

CRITERIA = ("time_h", "cost_usd", "carbon_kg", "risk_share")
TRIPS = [("almaty", "karachi"), ("almaty", "poti"), ("xian", "karachi")]


@cache
def ask(origin: str, destination: str, showing: Showing = USUAL, most: int = 10) -> Routes:
    return route(
        network("mid-2026"),
        origin,
        destination,
        cargo="container-40",
        depart="2026-07-01",
        draws=2,
        max_routes=most,
        showing=showing,
    )


@given(
    st.lists(st.tuples(*[st.floats(0, 100)] * 4), min_size=1, max_size=40),
    st.tuples(*[st.floats(0, 1)] * 4),
)
def test_every_route_is_within_the_tolerances_of_one_that_stays(
    rows: list[tuple[float, ...]], tolerances: tuple[float, float, float, float]
) -> None:
    values = np.array(rows)
    stay = cover(values, range(len(values)), tolerances)

    assert stay
    for value in values:
        limit = value * [1 + tolerances[0], 1 + tolerances[1], 1 + tolerances[2], 1]
        limit[3] += tolerances[3]
        assert any((values[row] <= limit).all() for row in stay)


def test_no_tolerance_leaves_out_nothing_of_what_no_other_beats() -> None:
    values = np.array([[1.0, 4.0, 2.0, 0.1], [2.0, 3.0, 2.0, 0.1], [3.0, 1.0, 9.0, 0.0]])
    assert cover(values, range(3), (0, 0, 0, 0)) == [0, 1, 2]


@pytest.mark.parametrize("ends", TRIPS)
def test_routes_shown_differ_and_the_set_is_the_same(ends: tuple[str, str]) -> None:
    exact = ask(*ends, EXACT, 1000)
    shown = ask(*ends)

    assert shown.pareto_count == exact.pareto_count == exact.routes.height
    assert shown.routes.height <= shown.apart_count <= min(60, exact.pareto_count)
    sequences = {
        (tuple(row["countries"]), tuple(row["modes"])) for row in shown.routes.iter_rows(named=True)
    }
    best = [shown.routes["time_p50_h"], *(shown.routes[column] for column in CRITERIA)]
    assert len(sequences) >= shown.routes.height - len({values.arg_min() for values in best})
    assert shown.left_out and not exact.left_out[1:]

    columns = ["time_h", "cost_usd", "carbon_kg"]
    every = set(exact.routes.select(columns).iter_rows())
    assert set(shown.routes.select(columns).iter_rows()) <= every


@pytest.mark.parametrize("ends", TRIPS)
def test_what_is_left_out_adds_up(ends: tuple[str, str]) -> None:
    shown = ask(*ends, most=3)
    counts = [int(said.split()[0]) for said in shown.left_out if not said.startswith("Of ")]
    assert sum(counts) + shown.routes.height == shown.apart_count


def test_each_exact_route_is_within_the_tolerances_of_one_before_the_caps() -> None:
    ends = TRIPS[0]
    before = Showing(max_detour=None, max_more_transshipments=None, alike=True)
    columns = ["time_h", "cost_usd", "carbon_kg", "risk_share"]
    exact = ask(*ends, EXACT, 1000).routes.select(columns).to_numpy()
    apart = ask(*ends, before, 1000).routes.select(columns).to_numpy()

    assert len(apart) == ask(*ends).apart_count
    limits = exact * [1.05, 1.05, 1.10, 1] + [0, 0, 0, 0.02 + 0.01]  # risk is shown rounded
    assert all((apart <= limit + 1e-6).all(axis=1).any() for limit in limits)


def test_modes_a_forwarder_asks_for_are_among_the_ten() -> None:
    by = [set(modes) for modes in ask(*TRIPS[0]).routes["modes"]]
    for modes in ({"road"}, {"rail"}, {"rail", "sea"}):
        assert modes in by


def test_ways_round_by_sea_are_no_detour_and_ways_round_by_land_are() -> None:
    built = small(
        nodes=[node("a"), node("b"), node("c", "UZ"), node("d", "PK"), node("e", "UZ")],
        links=[
            link("ad", "a", "d", length_km=900.0),
            link("ab", "a", "b", length_km=100.0),
            link("bd", "b", "d", mode="sea", length_km=9000.0),
            link("ac", "a", "c", mode="rail", gauge_mm=1520, length_km=2000.0),
            link("cd", "c", "d", mode="rail", gauge_mm=1520, length_km=1000.0),
        ],
        terminals=[
            {"terminal_id": "port", "node_id": "b", "from_layer": "road", "to_layer": "sea"},
            {"terminal_id": "yard", "node_id": "a", "from_layer": "road", "to_layer": "rail-1520"},
            {"terminal_id": "end", "node_id": "d", "from_layer": "rail-1520", "to_layer": "road"},
            {"terminal_id": "quay", "node_id": "d", "from_layer": "sea", "to_layer": "road"},
        ],
        rates=[
            {"rate_id": "road", "mode": "road", "usd_per_unit_km": 3.0},
            {"rate_id": "rail", "mode": "rail", "usd_per_unit_km": 0.5},
            {"rate_id": "sea", "mode": "sea", "usd_per_unit_km": 0.05},
        ],
    )
    exact = route(built, "a", "d", cargo="box", depart="2026-03-01", showing=EXACT)
    shown = route(built, "a", "d", cargo="box", depart="2026-03-01")
    assert sorted(exact.routes["modes"].to_list()) == [["rail"], ["road"], ["road", "sea"]]
    assert sorted(shown.routes["modes"].to_list()) == [["road"], ["road", "sea"]]
    assert any("by land alone over 2.5 times" in words for words in shown.left_out)


def test_both_ways_round_by_rail_and_sea_are_among_the_ten() -> None:
    legs = ask(*TRIPS[0]).legs
    ports = set(legs.filter(mode="sea")["from_node_id"])
    assert "bandarabbas" in ports
    assert ports & {"shanghai", "lianyungang"}


def test_risk_is_in_hundredths_and_never_below_zero() -> None:
    for risk in ask(*TRIPS[2]).routes["risk_share"]:
        assert risk == round(risk, 2)
        assert not str(risk).startswith("-")


@pytest.mark.parametrize(
    "wrong", [{"time_tolerance": -0.1}, {"risk_tolerance": 2}, {"max_detour": 0.5}]
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(CallError, match=next(iter(wrong))):
        Showing(**wrong)


def test_names_follow_from_the_route_alone() -> None:
    names = [*ask(*TRIPS[0]).routes["corridor"]]
    assert "Torugart–Khunjerab road" in names
    assert len(set(names)) == len(names)

    seen = {
        tuple(row["borders"]) + tuple(row["modes"]): row["corridor"]
        for row in ask(*TRIPS[0], EXACT, 1000).routes.iter_rows(named=True)
    }
    for row in ask(*TRIPS[0]).routes.iter_rows(named=True):
        assert row["corridor"]
        assert tuple(row["borders"]) + tuple(row["modes"]) in seen


def test_a_port_is_a_gateway_only_for_goods_that_take_a_ship_there() -> None:
    built = small(
        nodes=[
            node("a"),
            node("p", "UZ", kind="seaport", gateway="Porto"),
            node("g", "UZ", gateway="Gate"),
            node("d", "PK", gateway="End"),
        ],
        links=[link("ap", "a", "p"), link("pg", "p", "g"), link("gd", "g", "d")],
    )
    answer = route(built, "a", "d", cargo="box", depart="2026-03-01")
    assert answer.routes["corridor"].to_list() == ["Gate road"]


def test_a_route_past_no_gateway_is_called_by_countries_between() -> None:
    assert route(small(), "a", "d", cargo="box", depart="2026-03-01").routes[
        "corridor"
    ].to_list() == ["Uzbekistan road"]
    assert route(small(), "a", "b", cargo="box", depart="2026-03-01").routes[
        "corridor"
    ].to_list() == ["Road"]
