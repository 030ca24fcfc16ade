"""The chapter on projects says what the tables say, yes or no first."""

from __future__ import annotations

from typing import Any

import polars as pl

import chart_cases as cases
from corridor.language.speech import speaking
from corridor.reports.inputs import report_inputs
from corridor.reports.projects import answers, sections


def _results(**tables: Any) -> dict[str, Any]:
    return {**cases.results(), **cases.project_rows(), **cases.programme_rows(), **tables}


def _answers(results: dict[str, Any]) -> dict[str, str]:
    return {answer.question: answer.text for answer in answers(report_inputs(results))}


def test_whether_it_pays_is_said_first() -> None:
    said = _answers(_results())
    assert list(said) == [
        "Does the railway pay?",
        "What would make it pay?",
        "What should be built first?",
        "Who must agree?",
    ]
    assert said["Does the railway pay?"].startswith("No: building it costs USD 4,000 m")
    assert "11.0 times" in said["What would make it pay?"]
    assert "91\u00a0% lower" in said["What would make it pay?"]
    assert "even then it does not pay" in said["What would make it pay?"]
    assert "open 25\u00a0% of the time" in said["What would make it pay?"]

    first = said["What should be built first?"]
    assert first.startswith("Begin with North Gate in 2027.")
    assert "adds USD 10 m" in first
    agree = said["Who must agree?"]
    assert agree.startswith("Kyrgyzstan and Pakistan: by themselves they have USD 90 m")
    assert "harms Kazakhstan" in agree


def test_a_border_that_must_be_opened_is_said_with_what_it_is_worth() -> None:
    rows = cases.programme_rows()
    opens = pl.when(pl.col("members") > 1).then(["KG-PK"]).otherwise([])
    players = rows["coalition_players"].with_columns(opening_usd=pl.Series([3e7, 2e7, -1e6]))
    results = _results(
        coalition_sets=rows["coalition_sets"].with_columns(opens=opens),
        coalition_players=players,
        programme=rows["programme"].with_columns(npv_usd=pl.lit(0.0)),
    )
    agree = _answers(results)["Who must agree?"]
    assert "Kyrgyzstan and Pakistan would have to open the border between them." in agree
    assert "is worth USD 49 m to all 3 countries" in agree
    assert "nothing that they could build pays" in agree
    (section,) = sections(report_inputs(results))
    assert section.values["agreement"]["has_borders"]


def test_what_pays_needs_no_remedy() -> None:
    projects = cases.project_rows()["appraisal_projects"].with_columns(npv_usd=pl.lit(1e8))
    said = _answers(_results(appraisal_projects=projects))
    assert said["Does the railway pay?"].startswith("Yes: ")
    assert "What would make it pay?" not in said


def test_every_part_of_the_chapter() -> None:
    (section,) = sections(report_inputs(_results()))
    values = section.values
    assert [row["open"] for row in values["rows"]] == ["25\u00a0%", "never pays"]
    assert values["rows"][1]["return"] == "none"
    assert "Kyrgyzstan takes in USD 50 m" in values["asked"][0]["transit"]
    assert "the money does not come back" in values["asked"][0]["words"]
    sums = {row["name"]: row["sum"] for row in values["asked"][0]["countries"]}
    groups = cases.project_rows()["appraisal_groups"]
    assert sum(sums.values()) == groups.filter(pl.col("project_id") == "railway")["pv_usd"].sum()
    assert values["waiting"]["rules"] == ["Gate open"]


def test_nothing_is_said_where_nothing_was_appraised() -> None:
    inputs = report_inputs(cases.results())
    assert sections(inputs) == []
    assert list(answers(inputs)) == []


def test_rules_are_told_in_other_languages() -> None:
    with speaking("ru"):
        (section,) = sections(report_inputs(_results()))
        assert section.values["waiting"]["rules"] == ["Gate: открыто"]
        assert next(iter(answers(report_inputs(_results())))).text.startswith("Нет: ")
