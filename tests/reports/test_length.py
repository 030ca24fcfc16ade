"""The report of the built-in study is short, light, and as long on every machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from corridor.language.speech import languages
from corridor.reports import report
from corridor.reports.printing import find_browser, print_pdf
from corridor.runs.results import Results
from corridor.runs.run import run
from corridor.study.study import read

MAX_PAGES = 14  # before the annexes
MAX_BYTES = 5_000_000
WHOLE_PAGE = '<div style="height: 260mm; break-inside: avoid"></div>'  # nothing else fits on it
TWO_LINES = '<div style="height: 8mm"></div>'

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(find_browser() is None, reason="there is no chromium here"),
]


@pytest.fixture(scope="module")
def answered(studies: Path) -> Results:
    """Return the run of the built-in study, computed once for all languages."""
    return run(read(studies / "kazakhstan-pakistan"))


def page_count(html: str) -> int:
    """Return how many pages the beginning of a report takes in print."""
    pdf = print_pdf(f"{html}</main></body></html>".encode())
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.mark.parametrize("language", languages())
def test_built_in_report_keeps_its_length_and_weight(
    answered: Results, language: str, tmp_path: Path
) -> None:
    path = report(answered, tmp_path / "report.html", language=language)
    html = path.read_text("utf-8")
    assert path.stat().st_size <= MAX_BYTES

    first_annex = re.search(r'<section id="[^"]*" class="annex first', html)
    assert first_annex is not None
    assert page_count(html[: first_annex.start()] + WHOLE_PAGE) <= MAX_PAGES

    front, _, _ = html.partition('<section id="answers">')
    assert page_count(front + TWO_LINES) == 1


def test_front_page_says_what_users_ask_first(answered: Results, tmp_path: Path) -> None:
    html = report(answered, tmp_path / "report.html").read_text("utf-8")
    front = re.search(r'<section id="front">(.*?)</section>', html, flags=re.S)
    assert front is not None and front[1].count("<li><h2>") == 3
    for words in (
        "Almaty – Karachi",
        "Nine of ten trips",
        "If a border of the ",
        "No: it costs",
    ):
        assert words in front[1]
