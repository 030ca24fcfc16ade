"""Questions: what may be asked, in which words, and what is refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core_cases import SCENARIOS, link, network, node, small
from corridor.errors import CallError, UnknownName
from corridor.kernels.records import ARC, BOUND
from corridor.network.calendar import minute
from corridor.routing import query
from corridor.routing.query import Conditions, prepare, read_deadline, read_options
from corridor.routing.route import route


def ask(
    origin: str = "a", destination: str = "d", depart: Any = "2026-03-01", **options: Any
) -> query.Query:
    return prepare(small(), origin, destination, cargo="box", depart=depart, options=options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"max_transhipments": 2},
            "no option 'max_transhipments'. Did you mean 'max_transshipments'?",
        ),
        ({"max_transshipments": -1}, "max_transshipments must be 0 or more"),
        ({"draws": 0}, "draws must be 1 or more"),
        ({"rng": -1}, "must be 0 or more"),
        ({"carrier": "Iran"}, "two capital letters"),
        ({"carrier": ""}, "two capital letters"),
        ({"deadline": "soon"}, "deadline 'soon' is not a date"),
        ({"avoid": "nowhere"}, "no place, link, mode or country 'nowhere'"),
        ({"require": ["ZZ"]}, "'ZZ'"),
        ({"via": ["nowhere"]}, "no place 'nowhere'"),
        ({"avoid": [""]}, "''"),
        ({"via": list("abcdab")}, "At most 5"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(CallError) as caught:
        ask(**options)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "depart",
    [
        "",
        "soon",
        "2026-02-30",
        "2026-13-01",
        20260210,
        None,
        "1899-12-31",
        "2201-01-01",
        "9999-12-31",
        "0001-01-01",
        "２０２６-01-01x",
    ],
)
def test_a_departure_that_is_no_day_of_our_time_is_refused(depart: Any) -> None:
    with pytest.raises(CallError, match="depart"):
        ask(depart=depart)


def test_a_departure_is_a_date_an_instant_or_their_text() -> None:
    for depart in (
        "2026-03-01",
        " 2026-03-01 ",
        "2026-03-01T00:00",
        dt.date(2026, 3, 1),
        dt.datetime(2026, 3, 1),
    ):
        assert ask(depart=depart).depart_min == minute("2026-03-01")


def test_a_deadline_without_an_hour_counts_to_the_end_of_its_day() -> None:
    assert read_deadline("2026-03-01") == read_deadline(dt.date(2026, 3, 1)) == minute("2026-03-02")
    assert (
        read_deadline("2026-03-01T06:00")
        == read_deadline(dt.datetime(2026, 3, 1, 6))
        == minute("2026-03-01") + 360
    )
    built = small()  # a - d takes 6 hours
    for deadline, ways in (
        ("2026-03-01", 1),
        ("2026-03-01T06:00", 1),
        ("2026-03-01T05:59", 0),
        ("2026-02-28", 0),
    ):
        assert (
            route(built, "a", "d", cargo="box", depart="2026-03-01", deadline=deadline).pareto_count
            == ways
        )


def test_one_word_is_a_list_of_one() -> None:
    conditions = read_options({"via": "b", "avoid": ["c"]})
    assert (conditions.via, conditions.avoid, conditions.require) == (("b",), ("c",), ())
    assert route(small(), "a", "d", cargo="box", depart="2026-03-01", via="b").pareto_count == 1


def test_goods_start_on_the_road_or_on_the_layer_named() -> None:
    built = network("open-borders")
    state = {s: k for k, s in built.graph.state_index.items()}

    def starts(text: str) -> set[tuple[str, str]]:
        asked = prepare(
            built, text, "karachi", cargo="container-40", depart="2026-07-01", options={}
        )
        return {state[s] for s in asked.starts.tolist()}

    assert starts("almaty") == {("almaty", "road")}
    assert starts("Almaty@rail-1520") == {("almaty", "rail-1520")}
    assert starts("almaty@") == {("almaty", "road")}
    roadless = next(
        n
        for n in built.graph.node_ids
        if (n, "road") not in built.graph.state_index
        and any(k[0] == n for k in built.graph.state_index)
    )
    assert starts(roadless) == {k for k in built.graph.state_index if k[0] == roadless}
    with pytest.raises(UnknownName, match="layer at almaty"):
        starts("almaty@rail-1435")


def test_a_place_without_any_way_is_an_empty_answer() -> None:
    built = small(nodes=[node("a"), node("b"), node("island")], links=[link("ab", "a", "b")])
    for pair in (("a", "island"), ("island", "a")):
        found = route(built, *pair, cargo="box", depart="2026-03-01")
        assert found.reason is not None
        assert found.reason.startswith("not joined")


def test_bounds_never_exceed_what_a_way_takes() -> None:
    built = network("mid-2026")
    asked = prepare(
        built, "almaty", "karachi", cargo="container-40", depart="2026-07-01", options={}
    )
    arcs = np.zeros((len(asked.arc_of), len(ARC)), np.int64)
    arcs[:, ARC.duration] = asked.duration_min[asked.arc_of]
    arcs[:, ARC.money] = asked.usd_cents[asked.arc_of]
    arcs[:, ARC.carbon] = asked.carbon_g[asked.arc_of]

    bounds = query.lower_bounds(asked, arcs)

    tail = np.repeat(np.arange(len(asked.ptr) - 1), np.diff(asked.ptr))
    passable = arcs[:, ARC.duration] >= 0
    for bound, column in (
        (BOUND.duration, ARC.duration),
        (BOUND.money, ARC.money),
        (BOUND.carbon, ARC.carbon),
    ):
        through = arcs[:, column] + bounds[asked.head, bound]
        assert (bounds[tail, bound] <= through)[passable].all()
    assert (bounds[asked.is_goal] == 0).all()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_arcs_join_the_states_their_rows_name(scenario: str) -> None:
    asked = prepare(
        network(scenario),
        "almaty",
        "karachi",
        cargo="container-40",
        depart="2026-07-01",
        options={},
    )
    graph = asked.graph
    tail = np.repeat(np.arange(asked.graph.states_count), np.diff(asked.ptr))
    assert np.array_equal(graph.tail[asked.arc_of], tail)
    assert np.array_equal(graph.head[asked.arc_of], asked.head)
    assert len(asked.span_ptr) == graph.arcs_count + 1


def test_options_are_read_once() -> None:
    asked = ask(deadline="2026-03-01", max_transshipments=2, carrier="PK", rng=3)

    assert asked.conditions == Conditions(
        deadline_min=minute("2026-03-02"), max_transshipments=2, carrier="PK", rng=3
    )
    assert ask().conditions == Conditions()


def test_arcs_take_half_their_headway_and_are_not_passed_where_avoided_or_shut() -> None:
    asked = ask()
    costs = replace(
        asked.costs,
        run_h=np.array([1.0, 1.0, 1.0, 1.0]),
        fixed_h=np.array([0.5, 0.0, 0.0, 0.0]),
        headway_h=np.array([24.0, 0.0, 0.0, 0.0]),
        may_pass=np.array([True, False, True, True]),
    )
    avoided = np.array([False, False, True, False])
    span_ptr = np.array([0, 1, 2, 3, 3])

    assert query.arc_durations(costs, avoided, span_ptr).tolist() == [13 * 60 + 30, -1, -1, -1]
