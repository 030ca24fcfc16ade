"""A run keeps the defaults it took, and the report names them with their source."""

from __future__ import annotations

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
    assert '<a href="#source-default-aetr">' in page
    assert 'id="source-default-aetr"' in page
    assert "6 figures are defaults of the program" in page
