"""Projects that cannot be: in circles, twice, of changes that are not there, paid by nobody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from check_cases import Frames, new_findings, tables_of, with_cells, with_row
from corridor.checks.every import check as check_every
from corridor.checks.projects import check_projects
from corridor.network.calendar import second
from corridor.network.changes import apply, snapshot
from corridor.network.network import Network, build
from corridor.study.study import check
from corridor.tables.reading import read_folder
from every_table import every_table


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return every_table(tmp_path_factory.mktemp("projects") / "study")


@pytest.fixture(scope="module")
def programme(folder: Path) -> Frames:
    """Return a study with two projects; the second requires the first."""
    return read_folder(folder).frames


@pytest.mark.parametrize(
    ("row", "cells", "kind"),
    [
        ("scanners", {"programme": "offices"}, "programme-is-project"),
        ("scanners", {"change_ids": "border-quik"}, "unknown-change"),
        ("scanners", {"change_ids": "border-quick border-shut"}, "dated-change"),
        ("scanners", {"change_ids": "border-quick border-quicker"}, "change-made-twice"),
        ("scanners", {"capex_shares": "0.4 0.5"}, "shares-not-one"),
        ("scanners", {"capex_shares": "1"}, "shares-unlike-years"),
        ("scanners", {"capex_shares": "0.4 60%"}, "bad-shares"),
        ("scanners", {"capex_shares": "1.4 -0.4"}, "bad-shares"),
        ("scanners", {"requires": "offices"}, "requires-cycle"),
        ("scanners", {"requires": "scanners"}, "requires-cycle"),
        ("scanners", {"excludes": "offices"}, "excludes-required"),
        ("scanners", {"excludes": "scanners"}, "excludes-itself"),
    ],
)
def test_what_cannot_be_is_named(
    programme: Frames, row: str, cells: dict[str, Any], kind: str
) -> None:
    findings = new_findings(check_projects, programme, "projects", row, **cells)
    assert {finding.kind for finding in findings} == {kind}
    assert all(finding.severity == "error" for finding in findings)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ({"life_years": 0}, "out-of-range"),
        ({"build_years": 0, "capex_shares": None}, "out-of-range"),
        ({"capex_p5_usd": 13e6}, "wrong-order"),
        ({"capex_p95_usd": 11e6}, "wrong-order"),
        ({"requires": "roofs"}, "unknown-project"),
        ({"excludes": "roofs"}, "unknown-project"),
    ],
)
def test_columns_hold_what_they_declare(
    programme: Frames, cells: dict[str, Any], kind: str
) -> None:
    findings = new_findings(check_every, programme, "projects", "scanners", **cells)
    assert [finding.kind for finding in findings] == [kind]


@pytest.mark.parametrize(
    ("row", "cells", "kind"),
    [
        ("scanners-kz", {"share": 0.4}, "shares-not-one"),
        ("offices-kz", {"project_id": "scanners", "share": 0.0}, "no-payer"),
    ],
)
def test_shares_of_payers_are_one_for_every_project(
    programme: Frames, row: str, cells: dict[str, Any], kind: str
) -> None:
    (finding,) = new_findings(check_projects, programme, "project_payers", row, **cells)
    assert finding.kind == kind


def test_a_project_may_exclude_one_that_makes_the_same_change(programme: Frames) -> None:
    other = with_row(
        programme,
        "projects",
        project_id="cheaper-scanners",
        requires=None,
        excludes="scanners",
    )
    kinds = {finding.kind for finding in check_projects(tables_of(other))}
    assert kinds == {"no-payer"}


def test_long_cycles_are_named_once(programme: Frames) -> None:
    three = with_row(programme, "projects", project_id="roofs", requires="offices")
    circle = with_cells(three, "projects", "scanners", requires="roofs")
    cycles = [f for f in check_projects(tables_of(circle)) if f.kind == "requires-cycle"]

    (cycle,) = cycles
    assert cycle.message.startswith("scanners requires roofs requires offices requires scanners:")
    assert cycle.rows == ("scanners", "roofs", "offices")


def test_a_finding_says_file_line_and_what_to_do(tmp_path: Path) -> None:
    damaged = every_table(tmp_path / "study")
    file = damaged / "projects.csv"
    file.write_text(file.read_text("utf-8").replace("border-quicker", "border-quikker"), "utf-8")

    (finding,) = check(damaged)
    assert (finding.kind, finding.file, finding.line) == ("unknown-change", "projects.csv", 3)
    assert finding.do == "Write 'border-quicker' or 'border-quick' if that was meant."


def test_every_change_of_a_project_of_the_built_in_study_does_something(built_in: Frames) -> None:
    readings = [build(built_in), build(built_in, choices={"khunjerab": "protocol-1985"})]

    for change_ids in built_in["projects"]["change_ids"].to_list():
        rows = built_in["changes"].filter(pl.col("change_id").is_in(change_ids.split()))
        assert rows.height
        for row in rows.iter_slices(1):
            assert any(_does_something(network, row) for network in readings), row.row(0)


def _does_something(network: Network, row: pl.DataFrame) -> bool:
    """Tell whether a row of changes opens only links that are not open, or alters its table."""
    change = row.row(0, named=True)
    if change["column"] == "status":
        status = network.frames["links"]["status"].to_list()
        links = network.selected_links(change["row_id"])
        return bool(links) and all(status[link] != change["value"] for link in links)

    edited = snapshot(apply(network, row), second("2026-07-01"))
    table = change["table"]
    return not edited.frames[table].equals(network.frames[table])
