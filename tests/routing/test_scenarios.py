"""The same trips under other scenarios, and the conditions and questions of trips in study.toml."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from corridor.routing.grades import weak_shares
from corridor.routing.route import route
from corridor.routing.scenarios import COMPARED, LEEWAY, compare, conditions
from corridor.routing.showing import EXACT
from corridor.runs.run import run
from corridor.study import settings
from corridor.study.study import Study, check, new, read


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return read(new(tmp_path_factory.mktemp("studies") / "starter"))


def reworded(folder: Path, *pairs: tuple[str, str]) -> None:
    path = folder / settings.FILE
    text = path.read_text("utf-8")
    for old, fresh in pairs:
        assert old in text
        text = text.replace(old, fresh, 1)
    path.write_text(text, "utf-8")


def test_best_ways_are_those_of_the_pareto_set(starter: Study) -> None:
    trip = starter.trips[0]
    found = compare([trip], ["base"], lambda _: starter.network)
    assert found["criterion"].to_list() == list(COMPARED)
    every = route(
        starter.network,
        trip.origin,
        trip.destination,
        cargo=trip.cargo,
        depart=trip.depart,
        criteria=("time", "cost"),
        max_routes=100,
        showing=EXACT,
    ).routes
    quick, cheap, in_time = found.iter_rows(named=True)
    assert quick["time_p50_h"] <= every["time_p50_h"].min()
    assert cheap["cost_usd"] == every["cost_usd"].min()
    limit = LEEWAY * float(every["time_h"].min())
    assert in_time["cost_usd"] == every.filter(pl.col("time_h") <= limit)["cost_usd"].min()
    assert quick["time_p50_h"] <= quick["time_p95_h"] and 0 <= quick["weak_cost_share"] <= 1


def test_closed_scenario_has_no_way_and_says_why(starter: Study) -> None:
    trip = settings.Trip(
        "shut", "almaty", "samarkand", "container-40", dt.date(2027, 1, 2), avoid=("road", "rail")
    )
    found = compare([trip], ["base", "border-shut"], starter.network_of)
    assert found.height == 6 and found["cost_usd"].null_count() == 6
    assert found["reason"].drop_nulls().len() == 6


def test_conditions_reach_the_router(starter: Study) -> None:
    trip = settings.Trip(
        "t", "almaty", "samarkand", "container-40", dt.date(2026, 7, 1), require=("rail",)
    )
    found = compare([trip], ["base"], lambda _: starter.network)
    assert all("rail" in modes for modes in found["modes"].drop_nulls())
    asked = conditions(trip)
    assert (asked["via"], asked["require"], asked["avoid"]) == ((), ("rail",), ())


def test_weak_shares_count_links_and_rates() -> None:
    legs = pl.DataFrame(
        {
            "time_h": [6.0, 2.0, 2.0],
            "wait_h": [0.0, 0.0, None],
            "cost_usd": [50.0, 30.0, 20.0],
            "confidence": ["B", "C", "A"],
            "rate_confidence": ["C", "B", None],
        }
    )
    assert weak_shares(legs) == {
        "weak_time_share": pytest.approx(0.2),
        "weak_cost_share": pytest.approx(0.8),
    }


def test_scenarios_with_a_question_are_run_and_said(tmp_path: Path) -> None:
    folder = new(tmp_path / "starter")
    reworded(
        folder,
        (
            'title = "The border shut in January"',
            'title = "The border shut in January"\nquestion = "What if the border shuts?"\nbeside = "base"',  # noqa: E501
        ),
        ('trip_id = "almaty-samarkand"', 'trip_id = "almaty-samarkand"\nquestion = "Which way?"'),
    )
    found = run(read(folder))
    assert found.frames["scenarios"]["scenario"].unique(maintain_order=True).to_list() == [
        "base",
        "border-shut",
    ]
    assert found.frames["trips"]["question"].to_list() == ["Which way?", None]
    assert found.study["scenarios"]["border-shut"]["question"] == "What if the border shuts?"
    legs = found.frames["legs"]
    assert legs.filter(pl.col("kind") == "link")["rate_source_id"].null_count() == 0
    assert legs.filter(pl.col("kind") == "terminal")["rate_source_id"].drop_nulls().len() == 0
    again = run(read(folder))
    assert again.from_cache and again.frames["scenarios"].equals(found.frames["scenarios"])


def test_without_questions_nothing_is_compared(starter: Study, tmp_path: Path) -> None:
    assert run(starter, folder=tmp_path).frames["scenarios"].height == 0


@pytest.mark.parametrize(
    "line, kind, word",
    [
        ('via = ["tashkant"]', "unknown-node", "tashkent"),
        ('require = ["raill"]', "unknown-word", "rail"),
        ('avoid = ["nowhere"]', "unknown-word", "place, link, mode or country"),
        ('via = "tashkent"', "bad-setting", "list"),
        ("via = [1]", "bad-setting", "quotes"),
        ('require = ["road", "rail", "KZ", "UZ", "almaty", "tashkent"]', "bad-setting", "five"),
        ('question = ""', "bad-setting", "text"),
    ],
)
def test_wrong_conditions_are_findings(tmp_path: Path, line: str, kind: str, word: str) -> None:
    folder = new(tmp_path / "starter")
    reworded(folder, ('trip_id = "almaty-samarkand"', f'trip_id = "almaty-samarkand"\n{line}'))
    found = [f for f in check(folder) if f.kind == kind and f.file == settings.FILE]
    assert found and word in f"{found[0].message} {found[0].do}" and found[0].line


def test_scenario_beside_one_that_is_not_there(tmp_path: Path) -> None:
    folder = new(tmp_path / "starter")
    reworded(
        folder,
        (
            'title = "The border shut in January"',
            'title = "The border shut in January"\nbeside = "bas"',
        ),
    )
    found = [f for f in check(folder) if f.kind == "unknown-scenario"]
    assert found and "base" in found[0].do


def test_right_conditions_pass(tmp_path: Path) -> None:
    folder = new(tmp_path / "starter")
    reworded(
        folder,
        (
            'trip_id = "almaty-samarkand"',
            'trip_id = "almaty-samarkand"\nvia = ["Tashkent"]\n'
            'require = ["UZ"]\navoid = ["rail"]\nquestion = "By road?"',
        ),
    )
    study = read(folder)
    assert study.trips[0].via == ("Tashkent",) and study.trips[0].avoid == ("rail",)
    assert not [f for f in study.warnings if f.kind == "unknown-setting"]
