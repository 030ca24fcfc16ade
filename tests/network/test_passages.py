"""Passages: services link by link, hours of places, timetables by date, against a plain twin."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core_cases import closed, link, node, small
from corridor.network.calendar import Span, instant, next_open, second
from corridor.network.network import Network, build
from corridor.routing.itinerary import duration_h, legs
from corridor.routing.query import prepare
from corridor.routing.route import route
from corridor.routing.search import best_route
from corridor.units import HOUR_S
from naive_openness import World
from random_openness import frames_of, random_world, with_stands

JULY = dt.date(2026, 7, 1)
CALM = [
    {"mode_id": mode, "mode": mode, "active_h_per_day": 24.0, "running_p95_ratio": 1.0}
    for mode in ("road", "rail", "sea")
]
NODES = [node("a"), node("b"), node("c", "UZ")]


def legs_of(
    built: Network, origin: str, destination: str, depart: str
) -> list[tuple[str, float, str]]:
    """Return the name, hours of wait and end of each leg of the quickest route."""
    asked = prepare(built, origin, destination, cargo="box", depart=depart, options={})
    route = best_route(asked, "time")
    assert route is not None
    itinerary = legs(asked, route.arcs)
    assert duration_h(asked, itinerary) == pytest.approx(route.time_h)
    return [
        (
            leg.row.get("link_id") or leg.row["terminal_id"],
            leg.wait_s / HOUR_S,
            f"{instant(leg.arrive_s):%d %H:%M}",
        )
        for leg in itinerary
    ]


def post(**cells: Any) -> list[dict[str, Any]]:
    return [{"window_id": "post", "node_id": "b", "hours": "08:00-18:00", **cells}]


def test_hours_of_a_post_are_waited_for_at_the_post() -> None:
    built = small(
        nodes=NODES,
        links=[link("ab", "a", "b", length_km=300.0), link("bc", "b", "c", length_km=10.0)],
        windows=post(),
    )
    assert legs_of(built, "a", "c", "2026-07-01") == [("ab", 0, "01 06:00"), ("bc", 2, "01 08:12")]
    assert legs_of(built, "c", "a", "2026-07-01T17:00") == [
        ("bc", 0, "01 17:12"),
        ("ab", 0, "01 23:12"),
    ]
    assert legs_of(built, "a", "b", "2026-07-01T17:59") == [("ab", 0, "02 08:00")]
    assert legs_of(built, "b", "c", "2026-07-01T19:00") == [("bc", 13, "02 08:12")]


def test_a_terminal_takes_goods_in_the_hours_of_its_place() -> None:
    built = small(
        nodes=NODES,
        links=[link("ab", "a", "b"), link("bc", "b", "c", mode="rail", gauge_mm=1520)],
        terminals=[
            {
                "terminal_id": "crane",
                "node_id": "b",
                "from_layer": "road",
                "to_layer": "rail-1520",
                "two_way": True,
                "handling_h": 12.0,
                "handling_p95_h": 12.0,
            }
        ],
        windows=post(),
    )
    assert legs_of(built, "b", "c", "2026-07-01") == [
        ("crane", 8, "01 20:00"),
        ("bc", 12, "02 10:00"),
    ]


BLOCK_TRAIN = {"service_id": "bt", "link_ids": "ab bc", "required": True}
RAILS = [
    link("ab", "a", "b", mode="rail", gauge_mm=1520, length_km=600.0),
    link("bc", "b", "c", mode="rail", gauge_mm=1520, length_km=10.0, fixed_h=1.0),
]
BORDER = [{"window_id": "w", "link_id": "bc", "hours": "08:00-20:00"}]


@pytest.mark.parametrize(
    ("timetable", "waits", "arrives"),
    [("wed 10:00", (10, 10), "02 09:12"), ("wed 00:00", (0, 0), "01 13:12")],
)
def test_a_train_waits_at_a_shut_border(
    timetable: str, waits: tuple[float, float], arrives: str
) -> None:
    services = [{**BLOCK_TRAIN, "timetable": timetable}]
    built = small(nodes=NODES, links=RAILS, services=services, windows=BORDER, modes=CALM)
    first, second_leg = legs_of(built, "a", "c", "2026-07-01")
    assert (first[1], second_leg[1]) == waits
    assert second_leg[2] == arrives


def test_a_closure_that_begins_while_a_train_is_under_way_holds_it() -> None:
    shut = closed("bc", dt.date(2026, 7, 2), dt.date(2026, 7, 4))
    built = small(
        "shut",
        nodes=NODES,
        links=[*RAILS[:1], {**RAILS[1], "fixed_h": None}],
        services=[{**BLOCK_TRAIN, "timetable": "wed 13:00"}],
        changes=[shut],
    )
    assert legs_of(built, "a", "c", "2026-07-01")[1][1:] == (47, "04 00:12")


def test_a_line_is_boarded_and_left_at_its_calls_alone() -> None:
    links = [
        link("ab", "a", "b", mode="sea", length_km=460.0, speed_kmh=20.0),
        link("bc", "b", "c", mode="sea", length_km=300.0, speed_kmh=20.0),
    ]
    line = {"service_id": "s", "link_ids": "ab bc", "required": True, "timetable": "mon 08:00"}
    calling = small(nodes=NODES, links=links, services=[{**line, "calls": "b"}], modes=CALM)
    assert legs_of(calling, "a", "b", "2026-07-01")[0][2] == "07 07:00"
    assert legs_of(calling, "b", "c", "2026-07-01") == [("bc", 151, "07 22:00")]
    assert legs_of(calling, "c", "b", "2026-07-01") == [("bc", 128, "06 23:00")]

    passing_by = small(nodes=NODES, links=links, services=[line], modes=CALM)
    for ends in (("a", "b"), ("b", "c")):
        asked = prepare(passing_by, *ends, cargo="box", depart="2026-07-01", options={})
        assert best_route(asked, "time") is None


def test_drivers_of_a_line_rest_as_their_country_says() -> None:
    rest = {"mode_id": "kz", "mode": "road", "country": "KZ", "active_h_per_day": 11.0}
    line = {
        "service_id": "s",
        "link_ids": "ab",
        "required": True,
        "timetable": "wed 00:00",
        "speed_kmh": 60.0,
    }
    built = small(
        nodes=NODES,
        links=[link("ab", "a", "b", length_km=660.0)],
        modes=[*CALM, {**rest, "running_p95_ratio": 1.0}],
        services=[line],
    )
    assert legs_of(built, "a", "b", "2026-07-01") == [("ab", 0, "02 00:00")]


def test_a_new_timetable_counts_from_its_date_where_the_ship_leaves() -> None:
    change = {
        "change_id": "new",
        "table": "services",
        "row_id": "s",
        "column": "timetable",
        "op": "set",
        "value": "tue 10:00",
        "from_on": dt.date(2026, 7, 3),
    }
    services = [
        {
            "service_id": "s",
            "link_ids": "bc",
            "required": True,
            "timetable": "sat 10:00",
            "time_zone": "Asia/Baku",
        }
    ]
    built = small(
        "new",
        nodes=NODES,
        links=[link("ab", "a", "b", length_km=2000.0), link("bc", "b", "c")],
        services=services,
        changes=[change],
    )
    assert legs_of(built, "a", "c", "2026-07-01")[1] == ("bc", 110, "07 08:00")


def test_a_service_over_free_links_takes_what_they_take_and_its_wait() -> None:
    links = [
        link(f"l{i}", f"n{i}", f"n{i + 1}", mode="rail", gauge_mm=1520, length_km=0.1 + 7.3 * i)
        for i in range(9)
    ]
    nodes = [node(f"n{i}") for i in range(10)]
    ids = " ".join(row["link_id"] for row in links)
    train = {"service_id": "s", "link_ids": ids, "required": True, "timetable": "thu 03:00"}
    free = small(nodes=nodes, links=links, modes=CALM)
    ridden = small(nodes=nodes, links=links, modes=CALM, services=[train])

    ends = ("n0", "n9")
    alone = best_route(prepare(free, *ends, cargo="box", depart="2026-07-01", options={}), "time")
    ride = best_route(prepare(ridden, *ends, cargo="box", depart="2026-07-01", options={}), "time")
    assert alone is not None
    assert ride is not None
    assert round(ride.time_h * HOUR_S) == round(alone.time_h * HOUR_S) + 27 * HOUR_S


def arc_calendar(**rows: Any) -> tuple[list[Span], list[Span]]:
    """Return when the only service can be boarded, and the same as the search takes it."""
    built = small(**rows)
    asked = prepare(built, "a", "d", cargo="box", depart="2026-06-10", options={})
    at = built.graph.kind.index("service") if "service" in built.graph.kind else 0
    return asked.passages[at].entry, asked.passages[at].calendar()


def test_a_service_departs_while_its_first_link_is_open_and_waits_at_the_others() -> None:
    service = {"service_id": "s", "link_ids": "ab bc", "required": False, "timetable": "wed 10:00"}
    rules = [{"rule_id": "r", "row_id": "bc", "effect": "forbid", "to_on": dt.date(2026, 6, 12)}]
    entries, taken = arc_calendar(
        services=[service],
        windows=[{"window_id": "w", "link_id": "ab", "season_from": "06-01", "season_to": "06-20"}],
        rules=rules,
    )
    sailings = [instant(span.start_s) for span in entries]
    assert [f"{at:%Y-%m-%d %H:%M}" for at in sailings[:4]] == [
        "2026-06-03 10:00",
        "2026-06-10 10:00",
        "2026-06-17 10:00",
        "2027-06-02 10:00",
    ]
    # two hours to b, where the ban holds it until 12 June
    arrives = {
        instant(s.start_s).day: instant(s.start_s + round(s.delay_s) + 4 * HOUR_S)
        for s in taken[:3]
    }
    assert f"{arrives[10]:%m-%d %H:%M}" == "06-12 02:00"
    assert f"{arrives[17]:%m-%d %H:%M}" == "06-17 14:00"


def test_who_waits_for_a_ship_does_not_sail_in_a_closure() -> None:
    service = {
        "service_id": "s",
        "link_ids": "ab",
        "required": True,
        "departures_per_week": 1.0,
    }  # half a headway: 84 h
    rules = [
        {
            "rule_id": "r",
            "row_id": "ab",
            "effect": "forbid",
            "from_on": dt.date(2026, 7, 1),
            "to_on": dt.date(2026, 8, 1),
        }
    ]
    entries, taken = arc_calendar(services=[service], rules=rules)
    shut = second("2026-07-01")
    again = second("2026-08-01")
    assert [s[:2] for s in entries] == [(second("2026-01-01"), shut), (again, second("2029-01-01"))]
    for at in range(second("2026-06-25"), second("2026-08-05"), 3600):
        best = min(max(at, s.start_s) + s.delay_s for s in taken if s.end_s > at) + 84 * 3600
        start = next_open(entries, at)
        assert start is not None
        assert best == next_open(entries, start + 84 * 3600)


def test_weather_does_not_let_goods_leave_after_hours() -> None:
    storm = {
        "window_id": "w",
        "link_id": "ab",
        "hours": "08:00-20:00",
        "open_share": 0.9,
        "closed_spell_h": 36.0,
    }  # 3.6 h on the mean
    _, taken = arc_calendar(windows=[storm])
    for at in range(second("2026-06-10"), second("2026-06-13"), 1200):
        leave = min(max(at, s.start_s) + round(s.delay_s) for s in taken if s.end_s > at)
        assert 8 <= instant(leave).hour < 20


def disagreement(seed: int, *, stands: bool = False) -> str | None:
    """Compare the earliest arrival of a random world with that of the twin; null: they agree."""
    tables, origin, destination, leave = random_world(seed)
    if stands:
        tables = with_stands(tables, seed)
    built = build(frames_of(tables), change_ids=["dated"] if tables["changes"] else [])
    asked = prepare(built, origin, destination, cargo="box", depart=leave, options={})
    route = best_route(asked, "time")
    last = leave + dt.timedelta(days=60)
    exact = World(tables, last).earliest(origin, destination, leave)

    found = None
    if route is not None:
        found = leave + dt.timedelta(hours=route.time_h)
        if abs(duration_h(asked, legs(asked, route.arcs)) - route.time_h) > 1e-9:
            return f"seed {seed}: the legs do not add up"
    if found is not None and found > last:
        found = None
    return None if found == exact else f"seed {seed}: {found}, not {exact}"


@pytest.mark.parametrize(
    "block", [0, *(pytest.param(i, marks=pytest.mark.slow) for i in range(1, 11))]
)
def test_earliest_arrivals_are_those_of_the_plain_twin(block: int) -> None:
    seeds = range(5) if block == 0 else range(60 * block, 60 * block + 60)
    assert [fault for seed in seeds if (fault := disagreement(seed))] == []


@pytest.mark.parametrize(
    "seeds",
    [
        range(5),
        *(pytest.param(range(60 * i, 60 * i + 60), marks=pytest.mark.slow) for i in range(1, 6)),
    ],
)
def test_goods_gathered_moved_off_and_changed_arrive_as_in_the_plain_twin(seeds: range) -> None:
    faults = [disagreement(seed, stands=True) for seed in seeds]
    assert [fault for fault in faults if fault] == []


def test_a_closure_that_ends_after_the_calendar_is_waited_out() -> None:
    years = closed("bc", None, dt.date(2030, 6, 1))
    built = small("shut", changes=[years])
    found = route(built, "a", "d", cargo="box", depart="2026-07-01")
    assert found.routes["time_h"].to_list() == [((dt.date(2030, 6, 1) - JULY).days * 24) + 4.0]

    in_time = route(built, "a", "d", cargo="box", depart="2026-07-01", deadline="2027-01-01")
    assert in_time.routes.is_empty()
    ban = {"rule_id": "r", "row_id": "bc", "effect": "forbid", "to_on": dt.date(2029, 2, 1)}
    barred = route(small(rules=[ban]), "a", "d", cargo="box", depart="2026-07-01")
    assert barred.routes["time_h"].to_list() == [((dt.date(2029, 2, 1) - JULY).days * 24) + 4.0]
    for_ever = route(small("shut", changes=[closed("bc")]), "a", "d", cargo="box", depart=JULY)
    assert for_ever.routes.is_empty()
