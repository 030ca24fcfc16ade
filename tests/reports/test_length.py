"""The report of the built-in study is short, light, and as long on every machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from corridor.reports import report
from corridor.reports.printing import find_browser, print_pdf
from corridor.runs.run import run
from corridor.study.study import read

MAX_PAGES = 14  # before the annexes
MAX_BYTES = 5_000_000


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif(find_browser() is None, reason="there is no chromium here")
def test_built_in_report_keeps_its_length_and_weight(studies: Path, tmp_path: Path) -> None:
    answered = run(read(studies / "kazakhstan-pakistan"))
    path = report(answered, tmp_path / "report.html")
    html = path.read_text("utf-8")
    assert path.stat().st_size <= MAX_BYTES

    first_annex = re.search(r'<section id="[^"]*" class="annex first', html)
    assert first_annex is not None
    before_annexes = html[: first_annex.start()]
    pdf = print_pdf(f"{before_annexes}</main></body></html>".encode())
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) <= MAX_PAGES

    front = re.search(r'<section id="front">(.*?)</section>', html, flags=re.S)
    assert front is not None and front[1].count("<li><h2>") == 3
    for words in (
        "Almaty – Karachi",
        "Nine of ten trips",
        "If a border of it shuts",
        "No: it costs",
    ):
        assert words in front[1]
