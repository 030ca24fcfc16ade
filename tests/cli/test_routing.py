"""Routes and skims from the command line: what is printed, and what is refused."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from core_cases import STUDY
from corridor.routing.route import route
from corridor.routing.year import departures
from corridor.screens.columns import departures_table, legs_table, routes_table
from corridor.study import study

ROUTE = ["almaty", "samarkand", "--depart", "2026-07-01"]


def test_route_of_the_summit_has_the_promised_shape(run: Any) -> None:
    found = run(
        "route",
        str(STUDY),
        "almaty",
        "karachi",
        "--cargo",
        "container-40",
        "--depart",
        "2026-02-10",
        "--scenario",
        "summit-2026",
        "--json",
    )
    assert found.code == 0
    answer = json.loads(found.out)
    assert answer["reason"] is None
    assert answer["pareto_count"] >= answer["apart_count"] >= len(answer["routes"]) >= 5
    assert answer["left_out"]
    for row in answer["routes"]:
        assert {
            "route_id",
            "time_h",
            "time_p50_h",
            "time_p95_h",
            "cost_usd",
            "carbon_kg",
            "risk_share",
            "borders_count",
            "length_km",
            "legs",
        } <= set(row)
        assert row["legs"]
        for leg in row["legs"]:
            assert {
                "link_id",
                "mode",
                "from_node_id",
                "to_node_id",
                "depart_at",
                "arrive_at",
                "wait_h",
                "time_h",
                "cost_usd",
                "length_km",
            } <= set(leg)
            assert leg["depart_at"] <= leg["arrive_at"]
            assert not str(leg["link_id"]).startswith(("torkham", "spinboldak-chaman"))


def test_why_not_names_the_closure_and_its_dates(run: Any) -> None:
    found = run(
        "route",
        str(STUDY),
        "almaty",
        "karachi",
        "--depart",
        "2026-02-10",
        "--scenario",
        "summit-2026",
        "--json",
        "--why-not",
        "torkham",
        "--max-routes",
        "1",
    )
    said = json.loads(found.out)["why_not"]
    assert any("af-pk-closure-2025" in c and "2025-10-12" in c for c in said["closures"])
    assert "2025-10-12" in found.err


def test_a_piped_table_is_csv_and_words_are_on_stderr(run: Any, starter: str) -> None:
    found = run("route", starter, *ROUTE)
    rows = list(csv.DictReader(io.StringIO(found.out)))
    assert found.code == 0
    assert len(rows) >= 1
    assert all(
        float(r["time_p05_h"]) <= float(r["time_p50_h"]) <= float(r["time_p95_h"]) for r in rows
    )
    assert "routes from Almaty to Samarkand" in found.err
    pairs = run(
        "skim", starter, "--depart", "2026-07-01", "--places", "almaty", "--places", "Samarkand"
    )
    assert [r["origin"] for r in csv.DictReader(io.StringIO(pairs.out))] == ["almaty", "samarkand"]
    assert len(json.loads(run("skim", starter, "--depart", "2026-07-01", "--json").out)) > 2


def test_legs_and_the_chance_of_a_deadline_are_shown(run: Any, starter: str) -> None:
    legs = list(csv.DictReader(io.StringIO(run("route", starter, *ROUTE, "--table", "legs").out)))
    assert {row["route_id"] for row in legs} and {
        "link_id",
        "depart_at",
        "source_id",
        "confidence",
    } <= set(legs[0])
    told = json.loads(run("route", starter, *ROUTE, "--deadline", "2026-07-04", "--json").out)
    assert (
        set(told["provenance"]) >= {"corridor", "inputs", "changes", "seed"}
        and len(told["provenance"]["inputs"]) > 10
    )
    found = route(
        study.read(starter).network,
        "almaty",
        "samarkand",
        cargo="container-40",
        depart="2026-07-01",
        deadline="2026-07-04",
    )
    assert "on time in 100" in routes_table(found.routes).columns
    assert (
        legs_table(found.legs).height == found.legs.height
        and "reason"
        not in departures_table(
            departures(
                study.read(starter).network,
                "almaty",
                "samarkand",
                cargo="container-40",
                depart="2026-07-01..2026-07-02",
                every_days=1,
            )
        ).columns
    )


def test_a_range_gives_a_row_a_departure(run: Any, starter: str) -> None:
    found = run(
        "route",
        starter,
        *ROUTE[:2],
        "--depart",
        "2026-07-01..2026-07-31",
        "--every",
        "10",
        "--criteria",
        " cost ,time",
    )
    rows = list(csv.DictReader(io.StringIO(found.out)))
    assert [(r["depart_on"], r["criterion"]) for r in rows] == [
        (f"2026-07-{d}", "cost") for d in ("01", "11", "21", "31")
    ]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--depart", "2026-02-30"], "is not a date"),
        (["--depart", ""], "is not a date"),
        (["--depart", "9999-01-01"], "1900"),
        (["--depart", "0001-01-01"], "1900"),
        (["--depart", "2026-07-01.."], "is not a date"),
        (["--depart", "2026-07-02..2026-07-01"], "holds no day"),
        (["--depart", "2026-07-01..9999-12-31"], "more than"),
        (["--depart", "2026-07-01..2026-08-01", "--every", "0"], "holds no day"),
        (["--depart", "2026-07-01..2026-08-01", "--why-not", "almaty"], "one day"),
        (["--cargo", "container"], "Did you mean"),
        (["--cargo", ""], "no cargo"),
        (["--scenario", "bas"], "Did you mean 'base'"),
        (["--scenario", ""], "no scenario"),
        (["--choose", "road-price"], "parameter=option"),
        (["--choose", "=x"], "no parameter"),
        (["--choose", "road-price="], "no option"),
        (["--choose", "road-price=hihg"], "Did you mean 'high'"),
        (["--criteria", "speed"], "no criterion"),
        (["--criteria", ""], "no criterion"),
        (["--seed", "-1"], "0 or more"),
        (["--seed", "x"], "--seed"),
        (["--max-routes", "0"], "1 or more"),
        (["--max-routes", "-3"], "1 or more"),
        (["--max-transshipments", "-1"], "0 or more"),
        (["--max-transshipments", "many"], "max-transshipments"),
        (["--deadline", "soon"], "deadline"),
        (["--via", ""], "no place"),
        (["--via", "nowhere"], "no place"),
        (["--avoid", "Ωmega"], "no place, link, mode or country"),
        (["--require", ""], "no place, link, mode or country"),
        (["--carrier", "pk"], "two capital letters"),
        (["--why-not", ""], "no place, link, mode or country"),
        (["--colour", "red"], "--colour"),
        (["--unknown"], "--unknown"),
    ],
)
def test_a_wrong_word_is_usage_and_says_so(
    more: list[str], said: str, run: Any, starter: str
) -> None:
    words = ROUTE[:2] + ([] if "--depart" in more else ROUTE[2:])
    found = run("route", starter, *words, *more)
    assert (found.code, found.out) == (2, "")
    assert said in found.err


@pytest.mark.parametrize(
    "ends",
    [
        ("", "samarkand"),
        ("almatty", "samarkand"),
        ("Алмабад", "samarkand"),
        ("almaty", "samarkand@sea"),
        ("almaty\x00", "samarkand"),
        ("a" * 10_000, "samarkand"),
    ],
)
def test_an_unknown_place_is_usage(ends: tuple[str, str], run: Any, starter: str) -> None:
    found = run("route", starter, *ends, "--depart", "2026-07-01")
    assert (found.code, found.out) == (2, "")
    assert "There is no" in found.err


@pytest.mark.parametrize(
    "more",
    [
        ["--max-transshipments", "9" * 30],
        ["--max-routes", "9" * 30],
        ["--seed", "9" * 30],
        ["--deadline", "9999-12-31"],
        ["--why-not", "almaty"],
        ["--choose", "road-price=high"],
    ],
)
def test_huge_numbers_are_numbers(more: list[str], run: Any, starter: str) -> None:
    assert run("route", starter, *ROUTE, *more).code == 0


@pytest.mark.parametrize(
    "more",
    [
        ["--deadline", "2020-01-01"],
        ["--max-transshipments", "0", "--require", "rail"],
        ["--avoid", "UZ"],
    ],
)
def test_no_route_is_an_empty_answer_with_a_reason(more: list[str], run: Any, starter: str) -> None:
    found = run("route", starter, *ROUTE, *more, "--json")
    answer = json.loads(found.out)
    assert (found.code, answer["routes"], answer["pareto_count"]) == (3, [], 0)
    assert answer["reason"]
