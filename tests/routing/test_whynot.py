"""Why not: the sentences of the built-in study, and of small networks."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core_cases import closed, link, network, small
from corridor.errors import UnknownName
from corridor.routing.route import route
from corridor.routing.whynot import why_not


def test_torkham_names_the_closure_and_its_dates() -> None:
    why = why_not(
        network("summit-2026"),
        "almaty",
        "karachi",
        "torkham",
        cargo="container-40",
        depart="2026-02-10",
    )
    assert set(why.links) == {"torkhamaf-torkhampk-road", "torkhampk-torkhamaf-road"}
    assert "af-pk-closure-2025" in why.verdict
    assert "2025-10-12" in why.verdict
    assert [c.closure_id for c in why.openings[0].closures] == ["af-pk-closure-2025"]
    rows = {row["criterion"]: row for row in why.comparison.to_dicts()}
    assert list(rows) == ["time", "cost", "carbon", "risk"]
    assert rows["cost"]["through"] is None  # shut without an end
    opened = route(
        network("open-borders"),
        "almaty",
        "karachi",
        cargo="container-40",
        depart="2026-02-10",
        require=["torkham"],
        criteria=("cost",),
    )
    assert rows["cost"]["opened"] == pytest.approx(opened.routes["cost_usd"].min(), abs=0.02)


def test_khunjerab_in_january_names_its_season_and_its_end() -> None:
    why = why_not(
        network("mid-2026", "khunjerab=protocol-1985"),
        "almaty",
        "karachi",
        "khunjerab",
        cargo="container-40",
        depart="2027-01-15",
    )
    assert any("until 2027-04-01 [window khunjerab]" in c for c in why.closures)
    now = {row["criterion"]: row["through"] for row in why.comparison.to_dicts()}
    opened = {row["criterion"]: row["opened"] for row in why.comparison.to_dicts()}
    assert now["time"] > 76 * 24 - 20 * 24 > opened["time"]


def test_a_season_that_can_be_waited_for_is_also_said_to_be_lifted() -> None:
    built = small(windows=WINTER)
    why = why_not(built, "a", "d", "bc", cargo="box", depart="2026-02-01")
    assert [o.closures for o in why.openings] == [()]
    row = why.comparison.row(0, named=True)
    hours = (row["best"], row["through"], row["opened"])
    assert hours == pytest.approx((1418.0, 1418.0, 6.0), abs=0.05)  # of half of the trips
    assert "With what is open now: best time through it 59.1 d" in why.verdict
    assert "If window c were lifted: best time through it 0.3 d" in why.verdict


def test_a_closure_does_not_hide_that_a_line_is_not_built() -> None:
    why = why_not(
        network("summit-2026"),
        "almaty",
        "karachi",
        "spinboldak-chaman-rail",
        cargo="container-40",
        depart="2026-07-01",
    )
    assert {("change", "af-pk-closure-2025"), ("status", "planned:spinboldak-chaman-rail")} <= {
        (c.kind, c.closure_id) for c in why.openings[0].closures
    }
    assert "spinboldak-chaman-rail: planned, not open" in why.verdict


def test_what_was_asked_is_said_to_leave_no_route_through() -> None:
    why = why_not(small(), "a", "d", "bc", cargo="box", depart="2026-02-01", avoid=["cd"])
    assert why.verdict == ("bc is open. What was asked leaves no route through it: avoid cd.")


def test_an_open_element_is_said_to_be_open() -> None:
    why = why_not(
        network("open-borders"),
        "almaty",
        "karachi",
        "torkham",
        cargo="container-40",
        depart="2026-07-01",
    )
    assert why.verdict.startswith("torkham is open.")
    assert why.openings[0].closures == ()
    with pytest.raises(UnknownName):
        why_not(
            network("open-borders"),
            "almaty",
            "karachi",
            "nowhere",
            cargo="container-40",
            depart="2026-07-01",
        )


SHUT = [{**closed("bc", dt.date(2026, 1, 1)), "source_id": "s"}]
WINTER = [{"window_id": "w", "node_id": "c", "season_from": "04-01", "season_to": "11-30"}]


def test_a_season_at_a_shut_border_is_waited_out() -> None:
    built = small("shut", changes=SHUT, windows=WINTER)
    found = route(built, "a", "d", cargo="box", depart="2026-02-01")
    assert found.reason == "closed (bc since 2026-01-01 until reopened [change shut])"
    (opening,) = found.openings
    assert [c.kind for c in opening.closures] == ["change"]
    assert (opening.time_h, opening.cost_usd) == (59 * 24 + 2.0, 300.0)  # until 1 April
    only = why_not(
        built, "a", "d", "bc", cargo="box", depart="2026-05-01"
    )  # the season is open: only the change stands
    assert [c.closure_id for c in only.openings[0].closures] == ["shut"]


def test_lifting_a_closure_leaves_the_hours_of_a_post() -> None:
    built = small(
        "shut", changes=SHUT, windows=[{"window_id": "w", "link_id": "bc", "hours": "10:00-12:00"}]
    )
    (opening,) = route(built, "a", "d", cargo="box", depart="2026-02-01").openings
    assert opening.time_h == 10 + 2 + 2


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (link("bc", "b", "c", status="planned"), "bc: planned, not open"),
        (link("bc", "b", "c", speed_kmh=None), "not joined: no chain of links"),
    ],
)
def test_an_empty_answer_has_a_reason(row: dict[str, Any], word: str) -> None:
    found = route(
        small(links=[link("ab", "a", "b"), row, link("cd", "c", "d")]),
        "a",
        "d",
        cargo="box",
        depart="2026-02-01",
    )
    assert (found.pareto_count, found.routes.height, found.legs.height) == (0, 0, 0)
    assert word in str(found.reason)
    assert str(found.reason) in repr(found)
