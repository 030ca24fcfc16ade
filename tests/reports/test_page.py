"""The report is one file that needs nothing else, says what the results say and lets nothing in a
name do harm."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import polars as pl
import pytest

import chart_cases as cases
from corridor.charts.letters import with_letters
from corridor.charts.style import WIDTH
from corridor.reports import report
from corridor.reports.figures import csv_address
from corridor.reports.first_page import answers
from corridor.reports.formats import (
    addresses,
    and_list,
    day,
    days,
    dotted_rows,
    number_or_dash,
    route_text,
    share,
    slug,
)
from corridor.reports.inputs import report_inputs, shut_links
from corridor.reports.page import CHAPTERS
from corridor.reports.printing import find_browser
from corridor.reports.scenarios import differs
from corridor.reports.trip import outstanding
from corridor.reports.trips import papers
from corridor.routing.grades import weak_shares

EVIL = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"
VOID = {"meta", "br", "img", "hr", "link", "input", "path", "rect", "line", "circle", "use"}


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
        # HTML lets a cell end where the next cell or row begins.
        if tag in ("td", "tr") and self.stack and self.stack[-1] == "td":
            self.stack.pop()
        if tag == "tr" and self.stack and self.stack[-1] == "tr":
            self.stack.pop()
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        while tag == "tbody" and self.stack and self.stack[-1] in ("td", "tr"):
            self.stack.pop()
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
    assert "source-lines-2021" in targets and "trip-alpha-port-a" in targets


def test_every_chart_has_caption_title_and_data(page: Page, text: str) -> None:
    figures = re.findall(r"<figure.*?</figure>", text, flags=re.S)
    assert len(figures) == 1 + 3 + 1 + 2 + 1  # network; trip; calendar; two metrics; evidence
    for figure in figures:
        assert figure.count("<svg") == 1 and "<title" in figure and "<desc" in figure
        caption = re.search(r"<figcaption>(.*?)<a", figure, flags=re.S)
        assert caption and len(caption[1].strip()) > 40
        data = re.search(r'href="data:text/csv;charset=utf-8,([^"]+)"', figure)
        assert data and unquote(data[1]).count("\n") >= 2
        width = re.search(r'<svg[^>]* width="([\d.]+)"', figure)
        assert width and float(width[1]) <= WIDTH + 10


def test_sentences_of_the_lead_stand_apart(text: str) -> None:
    lead = re.search(r'<p class="lead">(.*?)</p>', text, flags=re.S)
    assert lead and not re.search(r"[a-z)>]\.\w", lead[1])


def test_answers_carry_numbers_confidence_and_reason(page: Page) -> None:
    plain = re.sub(r"\s+", " ", page.text)
    assert (
        "The quickest way goes by road through Kyrgyzstan: 5.5 days, 19 times in 20 within 7.5, "
        "for USD 3,520. The cheapest goes by rail and road through Kyrgyzstan: USD 3,350 and 8.0 "
        "days."
    ) in plain
    # 9 of 129 h; 620 of 3520 USD; of r1 nothing
    assert "Estimates carry 7 % and 0 % of the hours and 18 % and 0 % of the dollars" in plain
    assert "No route. closed (gate-rail until reopened)" in plain
    assert "2 of 5 routes" in plain and "hours of one border are a guess" in plain
    assert "Nobody has said when 1 of the closures below ends." in plain
    assert (
        "1 inside its 5th-95th percentile band, 1 within 25 % of what was seen and 1 as misses"
        in plain
    )
    assert "27 % of the 15 rows" in plain


def test_other_scenarios_are_told_and_tabled(page: Page, text: str) -> None:
    plain = re.sub(r"\s+", " ", page.text)
    assert (
        "With “Gate open”, Alpha – Southport: the quickest way takes 4.0 days instead of 5.5, by "
        "rail through Uzbekistan; in about the same time the cheapest costs USD 3,400 instead of "
        "3,520."
    ) in plain
    part = text[text.index('<section id="scenarios"') :]
    assert "<b>4.0 d</b>" in part and "<b>no way</b>" in part and "<b>$ 3,350</b>" not in part
    assert '<a href="#source-lines-2021">lines-2021</a>' in part.split("</section>")[0]


def test_scenario_that_changes_nothing_or_shuts_a_way_says_so() -> None:
    results: dict[str, Any] = cases.results()
    same = cases.scenarios().filter(pl.col("scenario") == "half-shut")
    results["scenarios"] = pl.concat([same, same.with_columns(scenario=pl.lit("open"))])
    said = next(
        one.text
        for one in answers(report_inputs(results))
        if one.question == "What does the shut gate cost?"
    )
    assert "nothing changes. None of the other 1 trips changes either." in said
    gone = same.with_columns(
        scenario=pl.lit("open"),
        time_p50_h=pl.lit(None, pl.Float64),
        cost_usd=pl.lit(None, pl.Float64),
    )
    results["scenarios"] = pl.concat([same, gone])
    said = next(
        one.text
        for one in answers(report_inputs(results))
        if one.question == "What does the shut gate cost?"
    )
    assert "Alpha – Southport: no way is left." in said


def test_same_trip_on_another_day_and_held_to_a_way() -> None:
    import datetime as dt

    results: dict[str, Any] = cases.results()
    trip = results["trips"][0]
    results["trips"] = [
        trip,
        trip | {"trip_id": "winter", "depart": dt.date(2027, 1, 15), "question": "In winter?"},
        trip | {"trip_id": "middle", "via": ["mid"], "question": "By Midway?"},
    ]
    inputs = report_inputs(results)
    assert [trip.name for trip in inputs.trips] == [
        "Alpha – Southport",
        "Alpha – Southport (15 January 2027)",
        "Alpha – Southport (passing Midway)",
    ]
    said = {answer.question: str(answer.text) for answer in answers(inputs)}
    assert "Leaving on 15 January 2027, the quickest way goes" in said["In winter?"]
    assert "(on 1 July 2026 the same way takes 5.5)" in said["In winter?"]
    assert (
        "Of 26 departures through the year 23 find a way, the quickest over 2 different sets"
        in said["In winter?"]
    )
    assert (
        said["By Midway?"].startswith("Passing Midway: at best <b>5.5 days</b>")
        and "Left free" in said["By Midway?"]
    )


def test_chapters_make_sections() -> None:
    inputs = report_inputs(cases.results())
    ids = [section.section_id for chapter in CHAPTERS for section in chapter(inputs)]
    assert len(ids) == len(set(ids)) and {
        "maps",
        "trip-alpha-port",
        "scenarios",
        "shut",
        "sources",
    } <= set(ids)
    assert papers(
        [{"letter": "A", "documents": ["TIR"]}, {"letter": "B", "documents": ["CIM", "TIR"]}]
    ) == [("TIR", ["A", "B"]), ("CIM", ["B"])]
    assert (
        differs(103.0, 100.0)
        and not differs(101.0, 100.0)
        and differs(None, 1.0)
        and not differs(None, None)
    )


@pytest.mark.parametrize(
    "said, parts",
    [
        ("carec.org", [("carec.org", "https://carec.org")]),
        (
            "zn.ua; en.ibena.ir/news/80229",
            [
                ("zn.ua", "https://zn.ua"),
                ("; ", None),
                ("en.ibena.ir/news/80229", "https://en.ibena.ir/news/80229"),
            ],
        ),
        (
            "see https://x.org/a, p. 3",
            [("see ", None), ("https://x.org/a", "https://x.org/a"), (", p. 3", None)],
        ),
        ("javascript:alert(1)", [("javascript:alert(1)", None)]),
        ("scgraph-data 2.0.0", [("scgraph-data 2.0.0", None)]),
        ("articles named like the place", [("articles named like the place", None)]),
        (None, []),
    ],
)
def test_addresses_become_links_and_nothing_else(
    said: str | None, parts: list[tuple[str, str | None]]
) -> None:
    assert addresses(said) == parts


def test_every_leg_leads_to_the_sources_of_its_way_and_its_rate(text: str) -> None:
    tables = re.findall(r'<table class="legs">.*?</table>', text, flags=re.S)
    assert len(tables) == 2
    assert sum(table.count('<b>A</b> <a href="#source-lines-2021">') for table in tables) == 6
    assert (
        sum(table.count('<a href="#source-map-2020">') for table in tables) == 6
    )  # six links, the terminal has no rate


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


def test_a_part_that_no_run_keeps_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="Did you mean 'loss_rank'"):
        report({"loss_rnak": pl.DataFrame()}, tmp_path / "typo.html")
    with pytest.raises(KeyError, match="Did you mean 'loss_rank'"):
        report_inputs({}).frame("loss_rnak")
    assert report_inputs({}).frame("loss_rank").columns[:2] == ["rank", "kind"]


def test_same_results_make_the_same_page(tmp_path: Path, text: str) -> None:
    assert report(cases.results(), tmp_path / "again.html").read_text("utf-8") == text


def test_charts_are_drawn_here_where_no_second_process_can_be_had(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for broken in ("/no/such/python", "", "/bin/false"):
        monkeypatch.setattr("sys.executable", broken)
        assert report(cases.results(), tmp_path / "here.html").read_text("utf-8") == text


def test_outstanding_routes_are_named_once() -> None:
    routes = with_letters(cases.routes())
    assert outstanding(routes) == {
        "A": ["fastest"],
        "B": ["cheapest", "least carbon", "least risk"],
    }
    one_best = routes.with_columns(
        cost_usd=pl.Series([1.0, 2.0]), carbon_kg=pl.lit(1.0), risk_share=pl.lit(0.0)
    )
    assert list(outstanding(one_best)) == ["A", "B"]


def test_links_are_shut_by_status_and_by_closures_in_force() -> None:
    import datetime as dt

    closures = pl.DataFrame(
        {
            "element": ["mid-port", "crossing:KZ-KG", "mode:sea", "a-gate", "gate-mid"],
            "kind": ["change", "change", "change", "rule", "window"],
            "from_on": [dt.date(2026, 1, 1), None, dt.date(2027, 1, 1), None, None],
            "to_on": [None, dt.date(2026, 7, 1), None, None, None],
        }
    )
    shut = shut_links(cases.links(), cases.nodes(), closures, dt.date(2026, 7, 1))
    assert shut == {
        "gate-rail",
        "mid-port",
    }  # the crossing opened that day, the sea shuts later, a rule shuts for some only
    assert "gate" in shut_links(cases.links(), cases.nodes(), closures, dt.date(2026, 6, 30))


def test_weak_shares() -> None:
    first = cases.legs().filter(pl.col("route_id") == "r0")
    assert weak_shares(first) == {  # one link's row is an estimate, and one rate of another
        "weak_time_share": pytest.approx(9 / 129),
        "weak_cost_share": pytest.approx(620 / 3520),
    }
    assert weak_shares(first.clear()) == {"weak_time_share": None, "weak_cost_share": None}


def test_words_for_numbers() -> None:
    assert number_or_dash(None) == days(None) == share(None) == "–"
    assert number_or_dash(1234567.0) == "1,234,567" and days(36.0) == "1.5"
    assert (
        share(0.001) == "<\u00a01\u00a0%"
        and share(0.0) == "0\u00a0%"
        and share(0.126) == "13\u00a0%"
    )
    assert slug("A b/C") == "a-b-c" and slug("…") == "x"
    assert day(None) == "–" and and_list(["a", "b", "c"]) == "a, b and c" and and_list(["a"]) == "a"
    assert (
        route_text(["road", "sea"], ["KZ", "KG", "CN", "PK"])
        == "by road and sea through Kyrgyzstan and China"
    )
    assert route_text(["sea"], ["PK", "NL"]) == "by sea"
    assert dotted_rows({"a": {"b": [1, 2]}, "c": None}) == [("a.b", "1, 2"), ("c", "–")]


def test_csv_address_holds_the_frame() -> None:
    address = csv_address(
        cases.routes().with_columns(name=pl.lit('50 % "#'), cost_usd=pl.lit(1 / 3))
    )
    head, *rows = unquote(address.split(",", 1)[1]).splitlines()
    assert not set('"#\n<') & set(address.split(",", 1)[1]) and head.startswith(
        "\ufeffroute_id,time_h"
    )
    assert "KZ; KG; PK" in rows[0] and '"50 % ""#"' in rows[0] and ",0.333," in rows[0]


def test_page_of_a_language_from_right_to_left_says_so(tmp_path: Path, text: str) -> None:
    told = report(cases.results(), tmp_path / "ur.html", language="ur").read_text("utf-8")
    assert '<html lang="ur" dir="rtl">' in told and '<html lang="en" dir="ltr">' in text


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
