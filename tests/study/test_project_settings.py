"""The section on projects of study.toml: what is read of it, and what is found wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor.study import study
from corridor.study.study import check, read

PROJECTS = """\
project_id,name,country,change_ids,capex_usd,build_years,life_years,status,reference_class,source_id,confidence
window,Single window,KZ,border-fast,200000,1,10,idea,it,example,C
"""
CHANGE = "border-fast,links,crossing:KZ-UZ,fixed_h,scale,0.5,,,,example,C,half the hours\n"
COUNTRIES = """\
country,name,source_id,confidence
KZ,Kazakhstan,example,C
UZ,Uzbekistan,example,C
"""
STATES = """\
state_id,place,month,state,source_id,confidence
border-2025-01,border-stops,2025-01,open,example,C
border-2025-02,border-stops,2025-02,shut,example,C
border-2025-03,border-stops,2025-03,open,example,C
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The starter study with a project and a month in which its border was shut."""
    folder = study.new(tmp_path / "study")
    (folder / "projects.csv").write_text(PROJECTS, encoding="utf-8")
    (folder / "states.csv").write_text(STATES, encoding="utf-8")
    countries = (
        "country,name,source_id,confidence\nKZ,Kazakhstan,example,C\nUZ,Uzbekistan,example,C\n"
    )
    (folder / "countries.csv").write_text(countries, encoding="utf-8")
    with (folder / "changes.csv").open("a", encoding="utf-8") as changes:
        changes.write(CHANGE)
    return folder


def _ask(folder: Path, *lines: str) -> None:
    with (folder / "study.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n".join(["\n[projects]", *lines, ""]))


def _more(folder: Path, line: str) -> None:
    with (folder / "study.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"{line}\n")


def test_what_is_asked_is_read(home: Path) -> None:
    assert read(home).settings.projects is None
    _ask(home, 'asked = { window = "Does it pay?" }', 'programme = ["window"]')
    asked = read(home).settings.projects
    assert asked is not None
    assert (asked.scenario, dict(asked.asked)) == (None, {"window": "Does it pay?"})
    assert (asked.programme, asked.places, asked.borders) == (("window",), (), None)
    _more(home, 'borders = ["UZ-KZ"]')
    asked = read(home).settings.projects
    assert asked is not None and asked.borders == ("UZ-KZ",)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ('scenario = "nowhere"', "unknown-scenario"),
        ('asked = { windows = "?" }', "unknown-project"),
        ('programme = ["windows"]', "unknown-project"),
        ('places = ["border"]', "unknown-place"),
        ('borders = ["KZ-PK"]', "unknown-border"),
        ('borders = ["KZ-UZ", "UZ-KZ", "KZ-UZ"]', "too-many-borders"),
        ("asked = { window = 1 }", "bad-setting"),
        ("programme = [1]", "bad-setting"),
    ],
)
def test_what_is_not_there_is_found(home: Path, line: str, kind: str) -> None:
    _ask(home, line)
    (error,) = [finding for finding in check(home) if finding.severity == "error"]
    assert error.kind == kind
    assert error.line is not None


@pytest.mark.slow
def test_a_run_keeps_what_projects_are_worth(home: Path) -> None:
    from corridor.projects.chapter import count_to_appraise
    from corridor.runs.run import projects_folder, run

    _ask(
        home,
        'asked = { window = "Does it pay?" }',
        'programme = ["window"]',
        'places = ["border-stops"]',
    )
    known = read(home)
    assert count_to_appraise(known, projects_folder(known)) == 1
    results = run(known)
    assert results.frame("appraisal_projects")["project_id"].to_list() == ["window"]
    assert results.frame("phase_projects")["project_id"].to_list() == ["window"]
    assert results.frame("wait_shares").height == 1
    assert results.frame("programme")["valued"].to_list() == [1]

    kept = projects_folder(known)
    assert sorted(folder.name for folder in kept.iterdir()) == ["base"]
    assert sorted(folder.name for folder in (kept / "base").iterdir()) == ["appraisal", "programme"]
    assert count_to_appraise(known, kept) == 0
    again = run(read(home, scenario="border-shut"))  # looks at them under its own borders
    assert again.frame("programme")["scenario"].to_list() == ["border-shut"]


@pytest.mark.slow
def test_scenarios_share_what_projects_are_worth(home: Path) -> None:
    from corridor.projects.chapter import count_to_appraise
    from corridor.runs.run import projects_folder, run

    _ask(home, 'scenario = "base"', 'asked = { window = "Does it pay?" }')
    run(read(home))
    other = read(home, scenario="border-shut")
    assert count_to_appraise(other, projects_folder(other)) == 0


def _write_windows(folder: Path, count: int, payers: str) -> None:
    """Write projects of which each requires the one before, and the payers of the last."""
    with (folder / "changes.csv").open("a", encoding="utf-8") as changes:
        changes.writelines(CHANGE.replace("fast", f"fast-{n}", 1) for n in range(count))

    header, window = PROJECTS.splitlines()
    rows = [
        window.replace("window,", f"window-{n},", 1).replace("fast", f"fast-{n}")
        for n in range(count)
    ]
    needs = ["", *(f"window-{n}" for n in range(count - 1))]
    chained = [f"{row},{need}" for row, need in zip(rows, needs, strict=True)]
    (folder / "projects.csv").write_text("\n".join([f"{header},requires", *chained, ""]))

    shares = [
        f"{country},window-{count - 1},state,{country},0.125,example,C"
        for country in payers.split()
    ]
    header = "payer_id,project_id,payer,payer_country,share,source_id,confidence"
    (folder / "project_payers.csv").write_text("\n".join([header, *shares, ""]))


@pytest.mark.parametrize(
    ("count", "payers", "kind"),
    [
        (16, "AF CN IR KG KZ PK TJ UZ", None),  # as many as a run takes
        (17, "KZ", "too-many-projects"),
        (2, "AF CN IR KG PK TJ TM UZ", "too-many-payers"),  # and KZ for the one that is required
    ],
)
def test_a_programme_too_large_for_a_run_is_found(
    home: Path, count: int, payers: str, kind: str | None
) -> None:
    _write_windows(home, count, payers)
    _ask(home, f'programme = ["window-{count - 1}"]')
    kinds = [finding.kind for finding in check(home) if finding.severity == "error"]
    assert [kind for kind in kinds if kind.startswith("too-many")] == ([kind] if kind else [])
