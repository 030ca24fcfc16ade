"""What tests of the report may use: a page of small results."""

from __future__ import annotations

import pytest

import chart_cases as cases
from corridor.reports import report
from html_page import Page


@pytest.fixture(scope="session")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The report of small results as HTML."""
    path = tmp_path_factory.mktemp("report") / "new" / "report.html"
    assert report(cases.results(), path) == path
    return path.read_text("utf-8")


@pytest.fixture(scope="session")
def page(text: str) -> Page:
    """The same, read."""
    return Page(text)
