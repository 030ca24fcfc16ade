"""The report is one file that needs nothing else, says what the results say and lets nothing in a name do harm."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import chart_cases as cases
from corridor.palette import WIDTH, lettered
from corridor.reports import report
from corridor.reports.figures import csv_address, outstanding
from corridor.reports.pages import days, flat, num, share, shut_links, slug, weak_shares, web

EVIL = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"
VOID = {"meta", "br", "img", "hr", "link", "input", "path", "rect", "line", "circle"}


class Page(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.stack: list[str] = []
        self.text = ""
        self.unclosed: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.stack or self.stack.pop() != tag:
            self.unclosed.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("report") / "new" / "report.html"
    assert report(cases.results(), path) == path
    return path.read_text("utf-8")


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def test_stands_alone(page: Page, text: str) -> None:
    assert len(text) < 5_000_000
    assert not page.all("script") and not page.all("link") and not page.all("iframe") and not page.all("img")
    for _, attributes in page.elements:
        for name in ("src", "href", "xlink:href", "data", "action"):
            value = attributes.get(name)
            assert value is None or value.startswith(("#", "data:text/csv", "https://example.org/a"))
        assert not [name for name in attributes if name.startswith("on")]
    assert "@import" not in text and "url(http" not in text


def test_is_well_formed_and_ids_are_unique(page: Page) -> None:
    assert not page.unclosed and not page.stack
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_inner_links_arrive(page: Page) -> None:
    ids = {attributes.get("id") for _, attributes in page.elements}
    targets = {str(link["href"])[1:] for link in page.all("a") if str(link.get("href")).startswith("#")}
    assert targets <= ids
    assert "source-lines-2021" in targets and "trip-alpha-port-a" in targets


def test_every_chart_has_caption_title_and_data(page: Page, text: str) -> None:
    figures = re.findall(r"<figure.*?</figure>", text, flags=re.S)
    assert len(figures) == 1 + 4 + 2 + 2 + 1  # network; trip; calendar by time and cost; two metrics; evidence
    for figure in figures:
        assert figure.count("<svg") == 1 and "<title" in figure and "<desc" in figure
        caption = re.search(r"<figcaption>(.*?)<a", figure, flags=re.S)
        assert caption and len(caption[1].strip()) > 40
        data = re.search(r'href="data:text/csv;charset=utf-8;base64,([^"]+)"', figure)
        assert data and base64.b64decode(data[1]).decode().count("\n") >= 2
        width = re.search(r'<svg[^>]* width="([\d.]+)"', figure)
        assert width and float(width[1]) <= WIDTH + 10


def test_answers_carry_numbers_confidence_and_reason(page: Page) -> None:
    plain = re.sub(r"\s+", " ", page.text)
    assert "The fastest way, route A, goes by road through KZ–KG–PK, takes 5.5 days (19 of 20 times under 7.5)" in plain
    assert "costs USD 3 520" in plain
    assert "estimates (C) carry 7 % of its hours and 3 % of its dollars" in plain  # 9 of 129 h, 120 of 3520 USD
    assert "Cheapest, least carbon, least risk: B" in plain
    assert "No route. closed (gate-rail until reopened)" in plain
    assert "1 inside its 5th-95th percentile band, 1 within 25 % of what was seen, 1 as misses" in plain
    assert "2 of 5 routes" in plain and "hours of one border are a guess" in plain
    assert "27 % of the 15 rows" in plain


def test_tables_say_what_the_frames_say(page: Page) -> None:
    plain = re.sub(r"\s+", " ", page.text)
    assert "gate shut to trains" in plain and "no end known" in plain
    assert "no queue that day" in plain and "Railway Almanac" in plain and "inputs.links" in plain
    assert "0 of 2" in plain and "closed (mid-port until 2026-03-30)" in plain


def test_names_do_no_harm(tmp_path: Path) -> None:
    results: dict[str, Any] = cases.results(EVIL)
    results["study"]["title"] = EVIL
    results["closures"] = results["closures"].with_columns(what=pl.lit(EVIL))
    text = report(results, tmp_path / "evil.html").read_text("utf-8")
    page = Page(text)
    assert not page.all("script") and not page.all("img")
    assert not [1 for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert not [1 for link in page.all("a") if str(link.get("href")).lower().startswith("javascript")]
    assert "&lt;script&gt;" in text and not page.unclosed


def test_bare_results_make_a_page_that_says_so(tmp_path: Path) -> None:
    page = Page(report({}, tmp_path / "bare.html").read_text("utf-8"))
    for words in ("No trips were asked.", "No network was given.", "Nothing is shut", "No observations", "not counted"):
        assert words in page.text


def test_same_results_make_the_same_page(tmp_path: Path, text: str) -> None:
    assert report(cases.results(), tmp_path / "again.html").read_text("utf-8") == text


def test_outstanding_routes_are_named_once() -> None:
    routes = lettered(cases.routes())
    assert outstanding(routes) == {"A": ["fastest"], "B": ["cheapest", "least carbon", "least risk"]}
    one_best = routes.with_columns(cost_usd=pl.Series([1.0, 2.0]), carbon_kg=pl.lit(1.0), risk_share=pl.lit(0.0))
    assert list(outstanding(one_best)) == ["A", "B"]


def test_links_are_shut_by_status_and_by_closures_in_force() -> None:
    import datetime as dt

    closures = pl.DataFrame({"element": ["mid-port", "crossing:KZ-KG", "mode:sea", "a-gate"],
                             "kind": ["change", "change", "change", "rule"],
                             "from_on": [dt.date(2026, 1, 1), None, dt.date(2027, 1, 1), None],
                             "to_on": [None, dt.date(2026, 7, 1), None, None]})
    shut = shut_links(cases.links(), cases.nodes(), closures, dt.date(2026, 7, 1))
    assert shut == {"gate-rail", "mid-port"}  # the crossing opened that day, the sea shuts later, a rule shuts for some only
    assert "gate" in shut_links(cases.links(), cases.nodes(), closures, dt.date(2026, 6, 30))


def test_weak_shares() -> None:
    first = cases.legs().filter(pl.col("route_id") == "r0")
    assert weak_shares(first) == {"weak_time_share": pytest.approx(9 / 129), "weak_cost_share": pytest.approx(120 / 3520)}
    assert weak_shares(first.clear()) == {"weak_time_share": None, "weak_cost_share": None}


def test_words_for_numbers() -> None:
    assert num(None) == days(None) == share(None) == "–"
    assert num(1234567.0) == "1\u202f234\u202f567" and days(36.0) == "1.5"
    assert share(0.001) == "<\u00a01\u00a0%" and share(0.0) == "0\u00a0%" and share(0.126) == "13\u00a0%"
    assert slug("A b/C") == "a-b-c" and slug("…") == "x"
    assert web("javascript:alert(1)") is None and web("see https://x.org/a, p. 3") == "https://x.org/a"
    assert flat({"a": {"b": [1, 2]}, "c": None}) == [("a.b", "1, 2"), ("c", "–")]


def test_csv_address_holds_the_frame() -> None:
    data = base64.b64decode(csv_address(cases.routes()).split(",", 1)[1]).decode()
    assert data.splitlines()[0].startswith("route_id,time_h") and "KZ KG PK" in data
