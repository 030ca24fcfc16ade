"""Questions that users ask, each answer held against what a forwarder would believe."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from core_cases import closed, link, node, read, small
from corridor.evidence.expected_routes import is_expected_mode_set, is_expected_sequence
from corridor.evidence.questions import judge_questions, question_verdicts
from corridor.evidence.route_words import route_words, things_of
from corridor.routing.route import route
from corridor.tables.columns import MODES
from random_networks import evidence, frame


def asked(**row: Any) -> pl.DataFrame:
    """Return one question, from a to d by road."""
    cells = {
        "question_id": "q1",
        "number": 1,
        "question": "how?",
        "verb": "route",
        "origin": "a",
        "destination": "d",
        "cargo_id": "box",
        "depart_on": dt.date(2026, 3, 2),
        "scenario": "one",
        "about": "quickest",
        **row,
    }
    return frame("questions", [evidence(cells)])


def judged(*change_ids: str, tables: dict[str, Any] | None = None, **row: Any) -> dict[str, Any]:
    network = small(*change_ids, **(tables or {}))
    answers = judge_questions(asked(**row), lambda scenario, choices: network, {})
    return answers.row(0, named=True)


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        ({}, "believed"),
        ({"country_sequences": "KZ UZ"}, "rejected"),
        ({"country_sequences": "* ; UZ"}, "believed"),
        ({"mode_sets": "rail; road"}, "believed"),
        ({"mode_sets": "rail"}, "rejected"),
        ({"passes": "b"}, "believed"),
        ({"passes": "nowhere"}, "rejected"),
        ({"forbidden": "road"}, "rejected"),
        ({"forbidden": "rail"}, "believed"),
        ({"about": "none"}, "rejected"),
        ({"about": "shown", "mode_sets": "sea"}, "rejected"),
        ({"about": "none", "avoid": "road"}, "believed"),
        ({"origin": "nowhere"}, "rejected"),
        ({"says": "nothing-said"}, "rejected"),
        ({"routes_high": 1}, "believed"),
    ],
)
def test_verdicts_on_routes(row: dict[str, Any], verdict: str) -> None:
    answer = judged(**row)
    assert answer["verdict"] == verdict, answer["why"]
    assert (answer["why"] is None) == (verdict == "believed")


@pytest.mark.parametrize(
    ("share", "verdict"),
    [(1.0, "believed"), (0.93, "believed"), (0.8, "figure off"), (0.6, "rejected")],
)
@pytest.mark.parametrize("figure", ["usd", "km", "days"])
def test_figures_are_held_against_their_range(figure: str, share: float, verdict: str) -> None:
    value = judged()[figure]
    low = value / share
    assert judged(**{f"{figure}_low": low, f"{figure}_high": low * 1.2})["verdict"] == verdict
    high = value * share
    assert judged(**{f"{figure}_low": high / 1.2, f"{figure}_high": high})["verdict"] == verdict


def test_why_not_must_name_the_closure_and_give_the_figures_if_it_were_open() -> None:
    tables = {"changes": [closed("bc")]}
    row = {"verb": "why-not", "element": "bc", "about": "none"}
    assert judged("shut", tables=tables, says="shut", **row)["verdict"] == "believed"
    assert judged("shut", tables=tables, says="strike", **row)["verdict"] == "rejected"
    assert judged("shut", tables=tables, usd_low=1.0, usd_high=2.0, **row)["verdict"] == "rejected"

    through = judged(tables={}, **row)
    assert through["verdict"] == "rejected"
    assert "A route through bc" in through["why"]


def test_lists_are_judged_by_what_stands_on_top() -> None:
    row = {"verb": "rank", "about": "none", "forbidden": "bc"}
    for top, verdict in (("bc", "rejected"), ("ab", "believed")):
        answers = judge_questions(
            asked(**row), lambda scenario, choices: small(), {"rank": lambda n, on, top=top: [top]}
        )
        assert answers["verdict"].to_list() == [verdict]


def test_a_question_is_as_good_as_the_worst_of_its_rows() -> None:
    rows = pl.DataFrame(
        {
            "number": [1, 1, 2, 3],
            "verdict": ["believed", "rejected", "figure off", "believed"],
        }
    )
    assert dict(question_verdicts(rows).iter_rows()) == {
        1: "rejected",
        2: "figure off",
        3: "believed",
    }


def test_sequences_and_sets() -> None:
    assert is_expected_sequence(["KZ", "TM", "IR"], "KZ * IR")
    assert is_expected_sequence(["KZ", "IR"], "KZ * IR")
    assert is_expected_sequence(["KZ", "IR"], "KZ UZ IR; KZ IR")
    assert not is_expected_sequence(["KZ", "IR", "PK"], "KZ * IR")
    assert not is_expected_sequence([], "KZ")
    assert is_expected_mode_set(["road", "rail"], "rail road")
    assert not is_expected_mode_set(["road"], "rail road")


def test_a_route_in_words_names_ends_changes_and_borders() -> None:
    nodes = [node("a"), node("b"), node("c", "UZ"), node("d", "UZ")]
    links = [link("ab", "a", "b"), link("bc", "b", "c"), link("cd", "c", "d")]
    routes = route(small(nodes=nodes, links=links), "a", "d", cargo="box", depart="2026-03-02")
    legs = routes.legs.to_dicts()
    country_of = {row["node_id"]: row["country"] for row in nodes}
    assert route_words(legs, country_of) == "a road b road c road d"
    assert things_of(legs, country_of) >= {"KZ", "UZ", "road", "a", "bc"}


def test_the_studys_questions_name_what_there_is() -> None:
    tables = read("mid-2026").tables
    questions = tables["questions"]
    assert set(questions["number"]) == set(range(1, 59))

    codes = set(tables["nodes"]["country"])
    things = codes | set(tables["nodes"]["node_id"]) | set(tables["links"]["link_id"]) | set(MODES)
    things |= set(tables["hazards"]["hazard_id"])
    named = questions.select("via", "avoid", "require", "passes", "forbidden").to_dict()
    words = {
        word for column in named.values() for cell in column.drop_nulls() for word in cell.split()
    }
    assert words <= things, words - things

    sequences = questions["country_sequences"].drop_nulls().to_list()
    countries = {word for text in sequences for word in text.replace(";", " ").split()}
    assert countries <= codes | {"*", "LK", "OM"}
    sets = questions["mode_sets"].drop_nulls().to_list()
    assert {word for text in sets for word in text.replace(";", " ").split()} <= set(MODES)


def test_every_judgement_of_the_review_has_its_reason() -> None:
    questions = read("mid-2026").tables["questions"]
    doubted = questions.filter(pl.col("judged") != "believed")
    assert doubted["explains"].null_count() == 0
    with_range = questions.filter(
        pl.col("days_low").is_not_null() | pl.col("usd_low").is_not_null()
    )
    assert with_range["source_id"].null_count() == 0
