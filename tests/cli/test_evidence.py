"""The verb validate."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corridor.cli.app import DONE, NOT_SERVED, USAGE, main


def test_validate_filters_by_kind_and_prints_json(
    study_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["validate", str(study_folder), "--table", "observations", "--kind", "announced"]
    assert main([*words, "--json"]) in (DONE, NOT_SERVED)
    answer = json.loads(capsys.readouterr().out)
    assert list(answer) == ["observations"]
    assert {row["kind"] for row in answer["observations"]} == {"announced"}
    assert all(row["route"] for row in answer["observations"] if row["is_on_route"])


@pytest.mark.slow
def test_validate_answers_every_question(
    study_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["validate", str(study_folder), "--table", "questions", "--json"])
    rows = json.loads(capsys.readouterr().out)["questions"]
    assert {row["number"] for row in rows} == set(range(1, 59))
    is_rejected = any(row["verdict"] == "rejected" for row in rows)
    assert code == (NOT_SERVED if is_rejected else DONE)
    assert all(row["why"] for row in rows if row["verdict"] != "believed")


def test_validate_refuses_other_tables(study_folder: Path) -> None:
    assert main(["validate", str(study_folder), "--table", "rates"]) == USAGE
