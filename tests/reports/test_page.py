"""The report is one file that needs nothing else; nothing in a name does harm."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import polars as pl
import pytest

import chart_cases as cases
from corridor.charts.style import WIDTH
from corridor.reports import report
from corridor.reports.fonts import font_faces
from corridor.reports.inputs import report_inputs
from corridor.reports.page import ANNEXES, CHAPTERS
from corridor.reports.printing import find_browser
from html_page import Page

EVIL = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"


def test_stands_alone(page: Page, text: str) -> None:
    assert len(text) < 5_000_000
    assert (
        not page.all("script")
        and not page.all("link")
        and not page.all("iframe")
        and not page.all("img")
    )
    for _, attributes in page.elements:
        for name in ("src", "href", "xlink:href", "data", "action"):
            value = attributes.get(name)
            assert value is None or value.startswith(
                ("#", "data:text/csv", "https://example.org/a")
            )
        assert not [name for name in attributes if name.startswith("on")]
    assert "@import" not in text and "url(http" not in text


def test_is_well_formed_and_ids_are_unique(page: Page) -> None:
    assert not page.unclosed and not page.stack
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_inner_links_arrive(page: Page) -> None:
    ids = {attributes.get("id") for _, attributes in page.elements}
    targets = {
        str(link["href"])[1:] for link in page.all("a") if str(link.get("href")).startswith("#")
    }
    assert targets <= ids
    assert "source-1" in targets and "trip-alpha-port-a" in targets


def test_every_chart_has_caption_title_and_data(page: Page, text: str) -> None:
    figures = re.findall(r"<figure.*?</figure>", text, flags=re.S)
    # front page; network; trip; calendar; two metrics; evidence
    assert len(figures) == 1 + 1 + 3 + 1 + 2 + 1
    for figure in figures:
        assert figure.count("<svg") == 1 and "<title" in figure and "<desc" in figure
        caption = re.search(r"<figcaption>(.*?)<a", figure, flags=re.S)
        assert caption and len(caption[1].strip()) > 40
        data = re.search(r'href="data:text/csv;charset=utf-8,([^"]+)"', figure)
        assert data and unquote(data[1]).count("\n") >= 2
        width = re.search(r'<svg[^>]* width="([\d.]+)"', figure)
        assert width and float(width[1]) <= WIDTH + 10


def test_font_is_in_the_page_as_far_as_its_letters_need_it(text: str) -> None:
    ranges = re.findall(
        r'font-family: "Report Sans"; font-weight: 400; unicode-range: ([^;]+)', text
    )
    assert ranges[0].startswith("U+0-FF") and "U+400-45F" not in " ".join(ranges)
    assert font_faces("Қарағанды").count("@font-face") == 4
    assert font_faces("t CO₂e").count("@font-face") == 4  # bold signs too, of one file


def test_sentences_of_the_lead_stand_apart(text: str) -> None:
    lead = re.search(r'<p class="lead">(.*?)</p>', text, flags=re.S)
    assert lead and not re.search(r"[a-z)>]\.\w", lead[1])


def test_chapters_make_sections() -> None:
    inputs = report_inputs(cases.results())
    ids = [section.section_id for chapter in (*CHAPTERS, *ANNEXES) for section in chapter(inputs)]
    assert len(ids) == len(set(ids)) and {
        "maps",
        "trip-alpha-port",
        "scenarios",
        "shut",
        "sources",
    } <= set(ids)


def test_tables_say_what_the_frames_say(page: Page) -> None:
    plain = re.sub(r"\s+", " ", page.text)
    assert "gate shut to trains" in plain and "no end known" in plain
    assert "no queue that day" in plain and "Railway Almanac" in plain and "inputs.links" in plain
    assert "0 of 2" in plain and "closed (Midway–Southport (road) until 2026-03-30)" in plain


def test_names_do_no_harm(tmp_path: Path) -> None:
    results: dict[str, Any] = cases.results(EVIL)
    results["study"]["title"] = EVIL
    results["closures"] = results["closures"].with_columns(what=pl.lit(EVIL))
    text = report(results, tmp_path / "evil.html").read_text("utf-8")
    page = Page(text)
    assert not page.all("script") and not page.all("img")
    assert not [
        1 for _, attributes in page.elements for name in attributes if name.startswith("on")
    ]
    assert not [
        1 for link in page.all("a") if str(link.get("href")).lower().startswith("javascript")
    ]
    assert "&lt;script&gt;" in text and not page.unclosed


def test_bare_results_make_a_page_that_says_so(tmp_path: Path) -> None:
    page = Page(report({}, tmp_path / "bare.html").read_text("utf-8"))
    for words in (
        "No trips were asked.",
        "No network was given.",
        "Nothing is shut",
        "No observations",
        "not counted",
    ):
        assert words in page.text


def test_same_results_make_the_same_page(tmp_path: Path, text: str) -> None:
    assert report(cases.results(), tmp_path / "again.html").read_text("utf-8") == text


def test_page_of_a_language_from_right_to_left_says_so(tmp_path: Path, text: str) -> None:
    told = report(cases.results(), tmp_path / "ur.html", language="ur").read_text("utf-8")
    assert '<html lang="ur" dir="rtl">' in told and '<html lang="en" dir="ltr">' in text


@pytest.mark.slow
@pytest.mark.skipif(find_browser() is None, reason="there is no chromium here")
@pytest.mark.parametrize(("language", "edge"), [("en", "left"), ("ur", "right")])
def test_first_column_stands_where_a_line_begins_and_figures_run_from_left_to_right(
    tmp_path: Path, language: str, edge: str
) -> None:
    """A range is read from its first sign to its last, whichever way the page runs."""
    sync_playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed"
    ).sync_playwright
    path = report(cases.results(), tmp_path / "report.html", language=language)
    with sync_playwright() as made:
        window = made.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox"]
        ).new_page()
        window.goto(path.as_uri())
        tables, ranges = window.evaluate(
            """edge => [
            [...document.querySelectorAll("table")].filter(table => table.checkVisibility() && table.rows[0].cells[0]).map(
                table => [table, table.rows[0].cells[0]].map(box => box.getBoundingClientRect()[edge])),
            [...document.querySelectorAll("table.routes .n .soft")].map(cell => [0, cell.textContent.length - 1].map(at => {
                const sign = document.createRange();
                sign.setStart(cell.firstChild, at);
                sign.setEnd(cell.firstChild, at + 1);
                return sign.getBoundingClientRect().left; }))]""",  # noqa: E501
            edge,
        )
    assert len(tables) > 5 and all(abs(table - cell) < 1 for table, cell in tables)
    assert ranges and all(first < last for first, last in ranges)


def test_annex_says_how_to_cite_and_figures_name_their_tables(page: Page) -> None:
    plain = re.sub(r"\s+", " ", page.text)
    assert "A small world. Scenario" in plain and "Computed by corridor" in plain
    assert "KG Kyrgyzstan" in plain and "UTC" in plain
    figures = [tag for tag, _ in page.elements if tag == "figure"]
    assert len(figures) > 5 and plain.count("Source: computed from") == len(figures)
