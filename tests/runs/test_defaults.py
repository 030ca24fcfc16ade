"""A run keeps the defaults it took, and the report names them with their source."""

from __future__ import annotations

import re
from pathlib import Path

import corridor as co
from corridor.runs import run as results


def test_the_run_keeps_and_the_report_names_the_defaults(tmp_path: Path) -> None:
    folder = co.new(tmp_path / "study")
    (folder / "modes.csv").unlink()
    study = co.read(folder)

    answers = results.run(study)
    assert answers.frame("defaults").equals(study.defaults)
    page = co.report(answers.for_report(), tmp_path / "report.html").read_text("utf-8")
    assert "<td>hours a day under way</td>" in page
    _, row = page.split('id="source-default-aetr"')
    number = re.search(r'id="source-(\d+)"', row)
    assert number is not None and f'<a href="#source-{number[1]}">' in page
    assert "6 figures are defaults of the program" in page
