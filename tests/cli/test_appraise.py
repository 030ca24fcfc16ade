"""The verb appraise: tables, workbooks and refusals, on the starter study with a project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import corridor as co

HEADER = (
    "project_id,name,country,change_ids,capex_usd,build_years,life_years,status,"
    "reference_class,source_id,confidence\n"
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = co.new(tmp_path_factory.mktemp("projects") / "study")
    window = "window,Single window,KZ,border-fast,200000,1,10,idea,it,example,C\n"
    (folder / "projects.csv").write_text(HEADER + window)
    countries = "country,name,source_id,confidence\nKZ,Kazakhstan,example,C\n"
    (folder / "countries.csv").write_text(countries)
    with (folder / "changes.csv").open("a") as changes:
        changes.write("border-fast,links,crossing:KZ-UZ,fixed_h,scale,0.5,,,,example,C,\n")
    return str(folder)


def test_projects_are_appraised_with_a_workbook_each(run: Any, home: str, tmp_path: Path) -> None:
    books = tmp_path / "books"
    ran = run("appraise", home, "window", "--json", "--draws", "50", "--workbook", str(books))
    assert ran.code == 0
    (row,) = json.loads(ran.out)
    assert row["project_id"] == "window"
    assert row["hurdle_share"] == 0.09
    assert [path.name for path in books.iterdir()] == ["window.xlsx"]
    assert "Appraisal: " in ran.err


def test_users_and_criteria_are_said_on_a_terminal(run: Any, home: str) -> None:
    users = run("appraise", home, "window", "--table", "users", "--draws", "0")
    assert users.code == 0
    assert "who would not go else" in users.err and "the rule of half alone" in users.err
    criteria = run("appraise", home, "window", "--table", "criteria", "--draws", "0", "--json")
    (row,) = json.loads(criteria.out)
    assert {"first_year_return_share", "payback_years", "discounted_payback_years"} <= set(row)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("windw",), "window"),
        (("--convention", "abd"), "adb"),
        (("--shut", "torkham"), "place of states"),
        (("--draws", "-1"), "draws must be 0 or more"),
    ],
)
def test_bad_questions_are_said(words: tuple[str, ...], says: str, run: Any, home: str) -> None:
    ran = run("appraise", home, *words)
    assert ran.code == 2
    assert says in ran.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("phase", "--budget", "nan"), "budget_usd_per_year must be 0 or more"),
        (("phase", "--national", "XX=5"), "country of the study 'XX'"),
        (("phase", "--value-year", "0"), "must lie between 1800 and 2199"),
        (("coalition", "--countries", "XX"), "country of the study 'XX'"),
        (("coalition", "--borders", "KZ"), "border by land 'KZ'"),
        (("wait", "--places", "torkham"), "place of states 'torkham'"),
        (("wait",), "name a place or more of the table states"),
    ],
)
def test_bad_questions_of_programmes_are_said(
    words: tuple[str, ...], says: str, run: Any, home: str
) -> None:
    ran = run(words[0], home, *words[1:])
    assert ran.code == 2
    assert says in " ".join(ran.err.split())


@pytest.mark.parametrize("words", [("appraise",), ("phase",), ("coalition",), ("wait", "--places")])
def test_a_study_without_projects_says_so(words: tuple[str, ...], run: Any, tmp_path: Path) -> None:
    place = ["torkham"] if words[0] == "wait" else []
    ran = run(words[0], str(co.new(tmp_path / "study")), *words[1:], *place)
    assert ran.code == 2
    assert "add projects.csv" in ran.err
