"""The page in a real browser: the journey of a forwarder with the mouse, of an analyst with the
keyboard alone."""

from __future__ import annotations

import re
import shutil
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

pytest.importorskip("fastapi", reason="the extra 'web' is not installed")
pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import sync_playwright

import corridor as co
from corridor import stopping
from corridor.tables import schema
from corridor.web.pages import built
from corridor.web.workers import Workers
from web_cases import (
    AXE,
    CHROMIUM,
    FLAGS,
    LATIN,
    LONG,
    PATIENCE_S,
    SAME_EVERYWHERE,
    barriers,
    click_link,
    reach,
    routes,
    served,
    settled,
    until,
)

ROOT = Path(__file__).resolve().parents[2]
# no larger: it is drawn without a GPU
WIDE = {"width": 1100, "height": 640}
NARROW = {"width": 390, "height": 844}
PASS = "khunjerab-tashkurgan-road"
JULY = "/?scenario=khunjerab-1985&origin=almaty&destination=karachi&cargo=container-40&depart=2026-07-01"  # noqa: E501
OPEN = JULY.replace("khunjerab-1985", "open-borders")
# The letter of each corridor in the list of routes.
LETTERS = """[...document.querySelectorAll('tr.route')].map(row => [
    row.nextElementSibling.querySelector('td.way b').textContent,
    row.querySelector('.letter').textContent])"""
SHUT = "[...document.querySelectorAll('.label-shut')].map(label => label.textContent)"
CUT_LABELS = """(map => [...document.querySelectorAll('#map .label')].filter(label => {
    const box = label.getBoundingClientRect();
    return box.left < map.left - 1 || box.right > map.right + 1 || box.bottom > map.bottom + 6;
}).map(label => label.textContent))(document.getElementById('map').getBoundingClientRect())"""
WHOLE_YEAR = "document.querySelectorAll('.calendar .week').length === 53"

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here"),
    pytest.mark.skipif(not built(), reason="the page is not built: make web"),
]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the built-in study, to be saved to."""
    folder = tmp_path_factory.mktemp("web") / "study"
    shutil.copytree(
        ROOT / "studies" / "kazakhstan-pakistan", folder, ignore=shutil.ignore_patterns("results")
    )
    rules = folder / "rules.csv"
    columns = rules.read_text("utf-8").split("\n", 1)[0].split(",")
    no_lorry = {  # the study has no rule on Turkish carriers
        "rule_id": "no-turkish-lorry",
        "row_id": PASS,
        "carrier_country": "TR",
        "effect": "forbid",
        "source_id": "own-estimate",
        "confidence": "C",
    }
    with rules.open("a", encoding="utf-8") as lines:
        lines.write(",".join(no_lorry.get(column, "") for column in columns) + "\n")
    return folder


@pytest.fixture(scope="module")
def address(study: Path) -> Iterator[str]:
    with served(
        study, workers=Workers(working=1)
    ) as address:  # one thread: what is not stopped would be noticed
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_playwright() as made:
        yield made.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@pytest.fixture(scope="module")
def window(browser: Any) -> tuple[Any, list[str]]:
    """Return one page for all tests, which spares each the start of a new one, and what goes wrong
    in it."""
    wrong: list[str] = []
    page = browser.new_context(viewport=WIDE, reduced_motion="reduce").new_page()
    page.set_default_timeout(PATIENCE_S * 1000)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "console",
        lambda said: (
            wrong.append(said.text)
            if said.type == "error" and not re.search("422|503", said.text)
            else None
        ),
    )
    return page, wrong


@pytest.fixture
def opened(window: tuple[Any, list[str]], address: str) -> Iterator[Callable[..., Any]]:
    """Return what opens an address and waits for its answer; a script error or a refused file fails
    the test.

    The page goes there as with the back button, which spares a second of drawing by the processor;
    afresh: from the server.
    """
    page, wrong = window
    wrong.clear()

    def go(path: str, *, afresh: bool = False, is_exact: bool = True) -> Any:
        if afresh or not page.url.startswith(address):
            page.goto(address + path)
        else:
            page.evaluate(
                """path => {
                document.activeElement.blur();
                for (const box of document.querySelectorAll('details')) box.open = false;
                corridor.map.jumpTo({center: [66, 36], zoom: 3.6});
                history.pushState(null, '', path);
                dispatchEvent(new PopStateEvent('popstate'));
            }""",
                path,
            )
        if is_exact:  # the page makes no other address of it
            settled(page)
        return page

    yield go
    page.evaluate(
        "document.getElementById('cancel').click()"
    )  # nothing of this test is asked for any longer
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")
    assert wrong == []


@pytest.mark.slow
def test_winter_shuts_the_pass(opened: Callable[..., Any]) -> None:
    """July to January: the way over the Khunjerab goes; the back button brings it again."""
    page = opened(JULY)
    assert any("KZ–KG–CN–PK" in way for way in routes(page))
    page.fill("#field-depart", "2027-01-15")
    page.locator("#field-depart").dispatch_event("change")
    page.wait_for_url(re.compile("depart=2027-01-15"))
    settled(page)
    assert routes(page) and not any("CN–PK" in way and "sea" not in way for way in routes(page))
    assert "15 Jan 2027" in page.inner_text("#day-shown")
    page.go_back()
    settled(page)
    assert any("KZ–KG–CN–PK" in way for way in routes(page))


@pytest.mark.slow
def test_closing_the_pass_shows_the_difference(opened: Callable[..., Any]) -> None:
    """Sentence, rows, chart and map say what it takes more; any answer can be pinned."""
    trip = JULY.replace("karachi", "islamabad")
    page = opened(trip)
    assert page.locator("#difference").count() == 0
    before = dict(page.evaluate(LETTERS))

    page = opened(f"{trip}&close={PASS}")
    sentence = page.locator("#difference").inner_text()
    assert re.match(
        r"With Khunjerab closed the quickest route takes [\d.]+ days instead of [\d.]+: "
        r"\+[\d.]+ d, \+USD [\d,]+, \+[\d.]+ (t|kg) CO2e; it goes by ",
        sentence,
    )
    assert page.locator("#gone li").count() >= 1
    assert page.locator("td .extra").count() >= 1
    assert page.locator("#pareto .ghost").count() >= 1
    until(page, "corridor.map.querySourceFeatures('ghosts').length > 0")

    after = dict(page.evaluate(LETTERS))
    both = before.keys() & after.keys()
    assert both and all(before[name] == after[name] for name in both)

    page.click("#pin")
    settled(page)
    page.locator("#what-if button", has_text="Undo all").click()
    settled(page)
    assert "not Khunjerab closed" in page.locator("#difference").inner_text()
    page.click("#unpin")
    settled(page)
    assert page.locator("#difference").count() == 0


@pytest.mark.slow
def test_conditions_bind_the_routes(opened: Callable[..., Any]) -> None:
    """Deadline, most reloads, carrier's country: asked by keyboard, kept in the address, told where
    nothing meets them."""
    page = opened(JULY)
    assert "On time" not in page.inner_text("#routes thead") and any(
        "CN–PK" in way for way in routes(page)
    )
    page.click("#conditions summary")
    for field, keys in (("deadline", "07142026"), ("max_transshipments", "0"), ("carrier", "T")):
        reach(page, f"#field-{field}")
        page.keyboard.type(keys)
        page.keyboard.press("Tab")
        page.wait_for_url(re.compile(f"{field}="))
        settled(page)
    assert (kept := routes(page)) and all(
        way.splitlines()[0].endswith(" road") and "CN–PK" not in way for way in kept
    )
    again = opened(page.url[page.url.index("/?") :], afresh=True)
    assert (
        routes(again) == kept and "deadline=2026-07-14&max_transshipments=0&carrier=TR" in again.url
    )
    api = again.url.replace("/?", "/api/routes?").replace("&section=conditions", "")
    shares = [r["on_time_share"] for r in again.request.get(api).json()["routes"]]
    told = [
        float(text.removesuffix(" %")) / 100
        for text in again.locator("td.on-time").all_inner_texts()
    ]
    assert 0 < max(shares) < 1 and sorted(told) == pytest.approx(sorted(shares), abs=0.0051)
    early = opened(f"{JULY}&deadline=2026-06-01")
    assert "what was asked leaves no route: arrival by the end of" in early.inner_text(
        "#reason"
    ) and "end of 1 Jun 2026" in early.inner_text("#said")
    early.click("text=Without the deadline")
    until(
        early, "!location.search.includes('deadline') && document.querySelector('td.way') !== null"
    )
    wrong = opened(f"{JULY}&max_transshipments=-1", afresh=True)
    assert "no number from 0 to 100" in wrong.inner_text("#said") and not routes(wrong)


def test_slider_moves_the_day(opened: Callable[..., Any]) -> None:
    page = opened(JULY)
    page.locator("#day-of-year").evaluate(
        "s => { s.value = 198; s.dispatchEvent(new Event('input')); }"
    )
    page.wait_for_url(re.compile("depart=2027-01-15"))  # forward, never back
    settled(page)
    assert not any("KZ–KG–CN–PK" in way for way in routes(page))
    until(page, "document.querySelectorAll('.calendar .week').length > 50")
    assert "by Uzbekistan, Turkmenistan, Iran: 53 weeks" in page.inner_text(".calendar")
    heights = page.evaluate(
        "[...document.querySelectorAll('.calendar .week')]"
        ".map(week => Math.round(week.height.baseVal.value))"
    )
    assert len(set(heights)) > 1  # as long as it takes


def test_closing_a_crossing_by_click_changes_routes(
    opened: Callable[..., Any], study: Path
) -> None:
    page = opened(OPEN.replace("almaty", "tashkent").replace("karachi", "islamabad"))
    before = routes(page)
    used = page.locator(".legs button.link").all_inner_texts()
    click_link(page, study, "torkhampk-torkhamaf-road")
    settled(page)
    assert page.inner_text("#card-state") == "Open"
    page.click("#act-close")
    page.wait_for_url(re.compile("close="))
    settled(page)
    assert "Shut" in page.inner_text("#card-state")
    assert (routes(page), page.locator(".legs button.link").all_inner_texts()) != (before, used)
    page.click("#act-undo")
    settled(page)
    assert routes(page) == before


@pytest.mark.slow
def test_planned_railway_is_built_by_a_button(opened: Callable[..., Any], study: Path) -> None:
    """A click shows the project and asks nothing new; its button builds it."""
    page = opened(OPEN)
    before = routes(page)
    click_link(page, study, "herat-kandahar-rail")
    page.wait_for_url(re.compile("card=project%3Aktap-herat-kandahar"))
    settled(page)
    assert "projects=" not in page.url and routes(page) == before
    card = page.inner_text("#card")
    assert "Railway Herat-Kandahar, 1520 mm" in card and "ktap" not in card
    assert "USD 3.3 bn (USD 2.6 bn to USD 4.0 bn)" in card

    assert page.inner_text("#act-build") == "Build it: from 2032, USD 3.3 bn"
    page.click("#act-build")
    page.wait_for_url(re.compile("projects=ktap-herat-kandahar"))
    settled(page)
    assert page.locator(".chip").all_inner_texts() == ["built: Railway Herat-Kandahar, 1520 mm"]
    assert "built" in page.inner_text("#card-state")
    page.click("#act-unbuild")
    settled(page)
    assert routes(page) == before


@pytest.mark.slow
def test_projects_are_ticked_with_what_they_need_and_without_what_they_exclude(
    opened: Callable[..., Any],
) -> None:
    page = opened(OPEN)
    before = routes(page)
    page.click("#projects-box summary")
    assert page.locator("#projects li").count() == 51
    for project in ("torghundi-herat", "herat-kandahar", "kandahar-chaman"):
        page.check(f"#build-ktap-{project}")
        settled(page)
    assert routes(page) != before
    assert any("rail" in way for way in routes(page))

    page.check("#build-ktap-kandahar-chaman-1435")
    settled(page)
    assert not page.is_checked("#build-ktap-herat-kandahar")
    assert page.is_checked("#build-ktap-torghundi-herat")

    page.check("#build-gwadar-basima-quetta")
    settled(page)
    assert page.is_checked("#build-gwadar-line")
    page.uncheck("#build-gwadar-line")
    settled(page)
    assert not page.is_checked("#build-gwadar-basima-quetta")

    both = opened(f"{OPEN}&projects=ktap-herat-kandahar&projects=ktap-herat-kandahar-1435")
    assert "cannot both be built" in both.inner_text("#said")
    both.click("text=Without the projects")
    settled(both)
    assert routes(both) == before


def test_source_is_followed(opened: Callable[..., Any], study: Path) -> None:
    page = opened(JULY)
    page.locator(".legs button.link").first.click()
    page.wait_for_selector("#card dl.figures")
    page.locator("#card .evidence button.link").first.click()
    page.wait_for_selector("#citation")
    source = re.search(r"card=source%3A([\w-]+)", page.url)
    assert source
    known = {r["source_id"]: r["citation"] for r in co.read(study).tables["sources"].to_dicts()}
    assert known[source.group(1)] in page.inner_text("#citation")


def test_charts_and_list_point_at_each_other(opened: Callable[..., Any]) -> None:
    page = opened(JULY)
    page.locator("#pareto [data-route=r1] text").hover()
    assert page.locator("[data-route=r1].hovered").count() >= 3
    page.locator("#distance [data-route=r2] text").click()
    settled(page)
    assert page.locator("tr.selected .letter").inner_text() == "B" and "route=B" in page.url


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "message", "way_out"),
    [
        ("scenario=nope", "asks for the scenario", "Show "),
        ("close=nowhere", "shuts", "Go on without it"),
        ("open=crossing:XX-YY", "opens", "Go on without it"),
        ("projects=castle", "builds", "Go on without it"),
        ("with_changes=nothing", "adds the change", "Go on without it"),
        ("choose=ktap-gauge:9999", "supposes", "Go on without it"),
        ("via=moon", "passes through", "Moscow instead"),
        ("via=bishkek&via=kashgar&via=khunjerab&via=tashkent", "More than 3", "Keep the first 3"),
        ("avoid=ZZ", "avoids", "Go on without it"),
        ("destination=almaty", "are the same place", "To Port of Karachi"),
        ("origin=nowhere", "no place", "From Kostanay"),
        ("destination=atlantis", "Did you mean", "Port of Baku (Alat)"),
        ("cargo=box", "no cargo", "40-foot container, dry"),
        ("deadline=soon", "no day", "Without the deadline"),
        ("max_transshipments=many", "no number", "With any number of transshipments"),
        ("carrier=pakistan", "two letters", "With any carrier"),
        ("service_class=rocket", "there is none of", "By an ordinary lorry"),
        ("sanctions=maybe", "there is none of", "Whatever the sanctions"),
        ("baseline=depart%3Dnever", "cannot be asked", "Without the comparison"),
        ("avoid=KZ", "no route", "Without avoiding KZ"),
    ],
)
def test_every_wrong_address_says_what_is_wrong_and_leads_out(
    opened: Callable[..., Any], words: str, message: str, way_out: str
) -> None:
    keys = {word.partition("=")[0] for word in words.split("&")}
    trip = "&".join(word for word in JULY[2:].split("&") if word.partition("=")[0] not in keys)
    page = opened(f"/?{words}&{trip}", afresh=True, is_exact=False)
    until(page, f"document.getElementById('said').textContent.includes('{message}')")
    said = page.inner_text("#said")
    assert routes(page) == [] and not re.search(r"\.csv|\w_\w|Input should|List should", said)
    until(page, "corridor.map.querySourceFeatures('links').length > 20")
    page.click(f"#said button:has-text('{way_out}')")
    until(page, "document.querySelectorAll('table.routes tr.route').length > 0")
    settled(page)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("depart=2026-13-45", "'2026-13-45', which is none"),
        ("units=-3", '"-3" cannot be asked'),
        ("criteria=luck&max_routes=9999", '"9999", "luck" cannot be asked'),
        ("language=xx", "does not speak"),
    ],
)
def test_what_is_passed_over_is_said(opened: Callable[..., Any], words: str, message: str) -> None:
    trip = JULY.replace("&depart=2026-07-01", "") if "depart" in words else JULY
    page = opened(f"{trip}&{words}", afresh=True, is_exact=False)
    until(page, "document.querySelectorAll('tr.route').length > 0")
    assert message in page.inner_text("#said")


@pytest.mark.slow
@pytest.mark.parametrize("card", ["link:nowhere", "foo:bar", "project:castle"])
def test_card_of_nothing_is_closed_by_a_button(
    opened: Callable[..., Any], window: tuple[Any, list[str]], card: str
) -> None:
    page = opened(f"{JULY}&card={card}")
    assert "The study has n" in page.inner_text("#card")
    page.locator("#card button").last.click()
    until(page, "document.getElementById('card').hidden")
    window[1].clear()  # the browser tells of the reply that there is no such row


@pytest.mark.slow
def test_view_and_sections_live_in_the_address(opened: Callable[..., Any]) -> None:
    page = opened(JULY)
    page.click("#borders-box summary")
    page.wait_for_url(re.compile("section=borders-box"))
    page.click(".maplibregl-ctrl-zoom-in")
    page.wait_for_url(re.compile("view="))
    settled(page)
    where = page.evaluate("[corridor.map.getCenter().toArray(), corridor.map.getZoom()]")

    again = opened(page.url[page.url.index("/?") :], afresh=True)
    center, zoom = again.evaluate("[corridor.map.getCenter().toArray(), corridor.map.getZoom()]")
    assert center == pytest.approx(where[0], abs=0.001) and zoom == pytest.approx(
        where[1], abs=0.01
    )
    assert again.evaluate("document.getElementById('borders-box').open")


@pytest.mark.slow
def test_each_new_trip_is_looked_at(opened: Callable[..., Any]) -> None:
    page = opened(JULY)
    page.fill("#field-destination", "Rotterdam")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("destination=rotterdam"))
    settled(page)
    rotterdam = "corridor.map.getBounds().contains([4.1, 51.95])"
    until(page, rotterdam)
    page.fill("#field-origin", "Lahore")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("origin=lahore"))
    settled(page)
    until(page, f"{rotterdam} && corridor.map.getBounds().contains([74.3, 31.5])")


@pytest.mark.slow
def test_right_click_asks_from_a_place(opened: Callable[..., Any]) -> None:
    page = opened(JULY)
    spot = page.evaluate(
        "() => { corridor.map.jumpTo({center: [69.3, 41.3], zoom: 8});"
        " return corridor.map.project([69.3, 41.3]); }"
    )
    canvas = page.locator("canvas.maplibregl-canvas")
    # By force, since the price of a route may stand there: the map hears clicks on it too.
    canvas.click(position={"x": spot["x"], "y": spot["y"]}, button="right", force=True)
    assert "Tashkent" in page.inner_text("#here")
    page.keyboard.press("Escape")
    assert page.locator("#here").count() == 0
    canvas.click(position={"x": spot["x"], "y": spot["y"]}, button="right", force=True)
    page.click("#here button:has-text('From here')")
    page.wait_for_url(re.compile("origin=tashkent"))
    settled(page)


@pytest.mark.slow
def test_crossings_are_those_of_two_countries_and_found_by_typing(
    opened: Callable[..., Any],
) -> None:
    page = opened(JULY)
    page.click("#borders-box summary")
    borders = page.inner_text("#borders")
    assert "Duisburg" not in borders and borders.count("Torkham (AF side) – Torkham (PK side)") == 1
    page.fill("#find-border", "pakistan")
    heads = page.locator("#borders h3").all_inner_texts()
    assert "Afghanistan – Pakistan" in heads and all("Pakistan" in head for head in heads)
    row = page.locator("#borders li", has_text="Khunjerab").inner_text()
    assert "open 09:00–17:00" in row and "takes" in row
    page.press("#find-border", "Enter")
    page.wait_for_url(re.compile("card=link"))
    settled(page)
    page.fill("#find", "kuryk")
    page.press("#find", "Enter")
    page.wait_for_url(re.compile("card=node%3Akuryk"))

    settled(page)
    page.locator("#found li", has_text="Kuryk").first.get_by_text("From here").click()
    page.wait_for_url(re.compile("origin=kuryk"))
    settled(page)
    page.fill("#find", "gwadar")
    page.press("#find", "ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("destination=gwadar"))
    settled(page)
    page.fill("#find", "")


@pytest.mark.slow
def test_boxes_multiply_money_and_carbon(opened: Callable[..., Any]) -> None:
    page = opened(JULY)
    row = "tr.selected td:nth-of-type"
    price = int(page.inner_text(f"{row}(3)").split()[0].replace(",", ""))
    page.fill("#field-units", "20")
    page.press("#field-units", "Enter")
    page.wait_for_url(re.compile("units=20"))
    settled(page)
    assert int(page.inner_text(f"{row}(3)").split()[0].replace(",", "")) == pytest.approx(
        20 * price, abs=11
    )
    assert "20 boxes" in page.inner_text("#said")
    assert page.inner_text("label[for=field-units]") == "Boxes"


@pytest.mark.slow
@pytest.mark.parametrize("width", [1440, 1024, 720, 390])
def test_card_and_legend_leave_the_answer_and_the_map(
    opened: Callable[..., Any], width: int
) -> None:
    """A card lies beside the answer, the map is 300 px high at least, the legend names what is in
    view."""
    page = opened(JULY)
    page.set_viewport_size({"width": width, "height": 450 if width == 720 else 844})
    opened(f"{JULY}&card=link:{PASS}")
    box = {name: page.locator(f"#{name}").bounding_box() for name in ("card", "answer", "map-box")}
    card, answer = box["card"], box["answer"]
    assert card["x"] + card["width"] <= answer["x"] or card["y"] + card["height"] <= answer["y"]
    assert box["map-box"]["height"] >= 300
    until(page, f"document.documentElement.scrollWidth <= {width}")

    page.evaluate("corridor.map.jumpTo({center: [69, 30.5], zoom: 7})")
    until(page, "!document.querySelector('#legend').textContent.includes('1520')")
    assert "road" in (page.text_content("#legend") or "")


@pytest.mark.slow
def test_print_has_the_map_and_the_answer_on_paper(opened: Callable[..., Any]) -> None:
    page = opened(JULY)
    pages = page.pdf(format="A4")
    assert pages.count(b"/Type /Page\n") <= 6
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert not page.is_visible("#question") and not page.is_visible("#tools")
    assert page.locator("#map-box").bounding_box()["width"] <= 700
    assert page.is_visible("#routes table")
    page.emulate_media(media="screen")


@pytest.mark.slow
def test_no_ids_and_no_column_names_where_a_person_reads(
    opened: Callable[..., Any], study: Path
) -> None:
    tables = co.read(study).tables
    ids = set()
    columns = set()
    for table in schema.TABLES:
        columns |= {column.name for column in table.columns if "_" in column.name}
        if table.key:
            ids |= {word for word in tables[table.name][table.key] if "-" in word}

    for path in (
        f"{JULY}&card=link:{PASS}",
        f"{JULY}&layers=hazards&card=link:torkhamaf-torkhampk-road",
        f"{JULY}&choose=ktap-gauge:1435&projects=aktau-hub&card=link:aktau-alat-ferry",
        f"{JULY}&card=node:almaty",
        f"{JULY}&card=source:own-estimate",
        f"{JULY}&close={PASS}&card=hazard:kuryk-embargo",
        f"{JULY}&card=project:uap",
        f"{JULY}&avoid=IR&avoid=CN&avoid=sea",
    ):
        page = opened(path)
        page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
        words = set(re.findall(r"\b[a-z0-9]+(?:[-_][a-z0-9]+)+\b", page.inner_text("body")))
        assert words & (ids | columns) == set(), path


@pytest.mark.slow
def test_table_is_sorted_by_its_heads(opened: Callable[..., Any]) -> None:
    page = opened(JULY)
    assert re.fullmatch(r"\d+ distinct routes", page.inner_text("#routes h2"))
    assert page.get_attribute("th:has(#sort-time)", "aria-sort") == "ascending"
    chosen = page.locator("tr.selected .letter").inner_text()

    def prices() -> list[int]:
        cells = page.locator("tr.route td:nth-of-type(3)").all_inner_texts()
        return [int(text.split()[0].replace(",", "")) for text in cells]

    page.click("#sort-cost")
    page.wait_for_url(re.compile("sort=cost"))
    settled(page)
    assert prices() == sorted(prices())
    assert page.evaluate("document.activeElement.id") == "sort-cost"
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("sort=-cost"))
    settled(page)
    assert prices() == sorted(prices(), reverse=True)
    assert page.get_attribute("th:has(#sort-cost)", "aria-sort") == "descending"
    assert page.locator("tr.selected .letter").inner_text() == chosen


@pytest.mark.slow
def test_days_and_price_stand_on_each_route_and_choose_it(opened: Callable[..., Any]) -> None:
    page = opened(JULY)
    until(page, "document.querySelectorAll('.label-route').length >= 3")
    row = page.locator("tr.selected")
    letter, days = row.locator(".letter").inner_text(), row.locator("td").first.inner_text()
    price = row.locator("td:nth-of-type(3)").inner_text().split()[0]
    assert page.inner_text(".label.chosen") == f"{letter} {days} d, USD {price}"

    other = page.locator(".label-route:not(.chosen)").first
    letter = other.inner_text()[0]
    other.click()
    page.wait_for_url(re.compile(f"route={letter}"))
    settled(page)
    assert page.locator("tr.selected .letter").inner_text() == letter


@pytest.mark.slow
def test_goods_are_followed_along_the_route_day_by_day(opened: Callable[..., Any]) -> None:
    """Played by a button, moved by keys; wanting no motion, it goes from halt to halt."""
    page = opened(JULY)
    dot = "corridor.map.querySourceFeatures('goods').map(f => f.geometry.coordinates)[0]"
    reach(page, "#playback-open")
    page.keyboard.press("Enter")
    until(page, "document.activeElement.id === 'playback-play'")
    assert page.get_attribute("#playback-play", "aria-label") == "Pause"
    said = "document.getElementById('playback-said').textContent"
    until(page, f"{said}.startsWith('Day 1 of 11, 1 Jul')")
    until(page, f"{said}.includes('at the border')")  # the second halt, without a click
    page.keyboard.press("Enter")
    assert page.get_attribute("#playback-play", "aria-label") == "Play"

    before = page.evaluate(said), page.evaluate(dot)
    reach(page, "#playback-day")
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    until(page, f"{said} !== {before[0]!r}")
    until(page, f"JSON.stringify({dot}) !== JSON.stringify({before[1]})")
    assert page.get_attribute("#playback-day", "aria-valuetext") == page.evaluate(said)

    halts = page.locator(".halts button").all_inner_texts()
    days = [int(re.match(r"Day (\d+)", halt)[1]) for halt in halts]
    assert days == sorted(days) and days[0] == 1 and days[-1] == 11
    api = page.url.replace("/?", "/api/routes?")
    quickest = min(page.request.get(api).json()["routes"], key=lambda r: r["time_p50_h"])
    assert len(halts) >= len(quickest["borders"]) + 2
    until(
        page, "[...document.querySelectorAll('.label')].some(l => / day \\d/.test(l.textContent))"
    )
    page.click(".halts button:last-child")
    assert "arrives at Port of Karachi" in page.inner_text("#playback-said")

    page.keyboard.press("Escape")
    until(page, "corridor.map.querySourceFeatures('goods').length === 0")
    assert page.evaluate("document.activeElement.id") == "playback-open"


@pytest.mark.slow
def test_arrival_is_asked_and_leads_to_the_latest_departures(opened: Callable[..., Any]) -> None:
    page = opened(f"{JULY}&deadline=2026-08-20")
    until(page, "document.querySelectorAll('#arrival button').length === 2")
    half, nearly_all = page.locator("#arrival button").all_inner_texts()
    assert "half of the trips" in page.inner_text("#arrival li:first-child")

    for share, day in ((0.95, nearly_all), (0.5, half)):
        page.click(f"#arrival [data-share='{share}']")
        page.wait_for_url(re.compile("depart=2026-08"))
        settled(page)
        assert page.inner_text("#day-shown") == day
        api = page.url.replace("/?", "/api/routes?")
        shares = [r["on_time_share"] for r in page.request.get(api).json()["routes"]]
        assert max(shares) >= share
        until(page, "document.querySelectorAll('#arrival [aria-pressed=true]').length === 1")
    later = re.sub(r"depart=(\d+-\d+)-(\d+)", lambda m: f"depart={m[1]}-{int(m[2]) + 1:02}", api)
    shares = [r["on_time_share"] for r in page.request.get(later).json()["routes"]]
    assert max(shares, default=0) < 0.5  # a day later is too late
    until(page, WHOLE_YEAR)
    assert "not in time" in page.inner_text(".calendar")
    assert "no route" not in page.inner_text(".calendar")

    page.fill("#field-deadline", "")
    page.locator("#field-deadline").dispatch_event("change")
    until(page, "document.getElementById('arrival').hidden")
    until(page, "document.querySelector('.calendar .late') === null")


@pytest.mark.slow
def test_two_maps_show_before_and_after(opened: Callable[..., Any]) -> None:
    page = opened(f"{JULY.replace('karachi', 'islamabad')}&close={PASS}")
    assert page.locator("#swipe").is_hidden()
    page.click("#swipe-open")
    page.wait_for_url(re.compile("swipe=50"))
    settled(page)
    links = (
        "{0}.querySourceFeatures('routes').filter(f => f.properties.selected)"
        ".map(f => f.properties.link)"
    )
    until(page, f"{links.format('corridor.before')}.includes('{PASS}')")  # which was open
    until(page, f"{links.format('corridor.map')}.length > 3")
    assert PASS not in page.evaluate(links.format("corridor.map"))
    page.evaluate("corridor.map.jumpTo({center: [75, 37], zoom: 6})")
    until(page, "Math.abs(corridor.before.getZoom() - 6) < 0.001")
    page.evaluate("corridor.before.jumpTo({center: [70, 40], zoom: 5})")
    until(page, "Math.abs(corridor.map.getCenter().lng - 70) < 0.001")

    reach(page, "#swipe")
    page.keyboard.press("End")
    page.wait_for_url(re.compile("swipe=98"))
    assert page.get_attribute("#swipe", "aria-valuenow") == "98"
    page.set_viewport_size(NARROW)
    box = page.locator("#swipe").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(195, box["y"] + 100)
    page.mouse.up()
    page.wait_for_url(re.compile("swipe=50"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("#swipe-open").click()
    until(page, "document.getElementById('map-before').hidden")


@pytest.mark.parametrize("layer", ["hazards", "criticality"])
def test_layer_is_shown(opened: Callable[..., Any], layer: str) -> None:
    page = opened(JULY)
    page.click(f"#{'hazards' if layer == 'hazards' else 'critical'}-box summary")
    page.check(f"#layer-{layer}")
    settled(page)
    until(page, "corridor.map.querySourceFeatures('hazards').length > 20")
    assert page.locator(f"#{'hazard' if layer == 'hazards' else 'critical'}-list li").count() >= 15


# The links that are hatched on the map: of the network, or of the route chosen.
HATCHED = """layer => [...new Set(corridor.map.queryRenderedFeatures({layers: [layer]})
    .map(({properties}) => properties.link ?? properties.id))]"""


def test_estimates_are_hatched_and_counted(opened: Callable[..., Any], study: Path) -> None:
    links = {r["link_id"]: r for r in co.read(study).tables["links"].to_dicts()}
    page = opened(JULY)
    until(page, "corridor.map.loaded() && !corridor.map.isMoving()")
    assert page.evaluate(HATCHED, "hatch") == []
    on_route = page.evaluate(HATCHED, "route-hatch")
    assert on_route and all(links[link]["confidence"] == "C" for link in on_route)
    assert page.locator("#key-estimate").count() == 1

    page.click("#layers-box summary")
    page.check("#layer-estimates")
    settled(page)
    assert "layers=estimates" in page.url
    until(page, "corridor.map.queryRenderedFeatures({layers: ['hatch']}).length > 20")
    hatched = {links[link]["confidence"] for link in page.evaluate(HATCHED, "hatch")}
    states = page.evaluate(
        """[...new Set(corridor.map.queryRenderedFeatures({layers: ['hatch']})
        .map(({properties}) => properties.drawn))]"""
    )
    assert hatched == {"C"} and "planned" not in states

    described = page.get_attribute("#layer-estimates", "aria-describedby")
    existing = [r for r in links.values() if r["status"] == "existing"]
    estimates = sum(r["confidence"] == "C" for r in existing)
    counted = f"Estimates: {estimates} of {len(existing)} links. On route "
    assert page.inner_text(f"#{described}").startswith(counted)

    page.uncheck("#layer-estimates")
    settled(page)
    until(page, "corridor.map.queryRenderedFeatures({layers: ['hatch']}).length === 0")


def test_layers_are_drawn_as_strongly_as_asked(opened: Callable[..., Any]) -> None:
    """By keys, kept in the address, for the layers that are on; nothing is asked again."""
    page = opened(f"{JULY}&layers=hazards&opacity=hazards:40")
    strength = "corridor.map.getPaintProperty('hazards', 'line-opacity').toFixed(2)"
    until(page, f"{strength} === '0.30'")
    page.click("#layers-box summary")
    assert page.input_value("#opacity-hazards") == "40"
    on = page.locator(".opacity:not([hidden]) input").evaluate_all("all => all.map(one => one.id)")
    assert on == [
        f"opacity-{name}" for name in ("network", "relief", "routes", "estimates", "hazards")
    ]

    asked = []
    listen = lambda request: asked.append(request.url)  # noqa: E731
    page.on("request", listen)
    page.focus("#opacity-hazards")
    page.keyboard.press("ArrowRight")
    assert page.get_attribute("#opacity-hazards", "aria-valuetext") == "45 %"
    until(page, "decodeURIComponent(location.search).includes('opacity=hazards:45')")
    page.focus("#opacity-network")
    page.keyboard.press("Home")
    until(page, "corridor.map.getLayoutProperty('link-road', 'visibility') === 'none'")
    page.remove_listener("request", listen)
    assert not [url for url in asked if re.search("/api/(routes|network|hazards)", url)]

    page.focus("#opacity-hazards")
    page.keyboard.press("End")
    until(page, f"{strength} === '0.75'")
    assert "hazards:" not in page.evaluate("decodeURIComponent(location.search)")
    page.keyboard.press("Shift+Tab")
    page.emulate_media(color_scheme="dark")  # other colours, the same strength
    page.wait_for_timeout(50)
    assert page.evaluate("corridor.map.getLayoutProperty('link-road', 'visibility')") == "none"
    page.emulate_media(color_scheme="light")


@pytest.mark.slow
@pytest.mark.parametrize("layer", ["flows", "capacity"])
def test_flows_are_shown_as_lines_and_tables(opened: Callable[..., Any], layer: str) -> None:
    page = opened(JULY)
    page.click("#flows-box summary")
    page.check(f"#layer-{layer}")
    settled(page)
    until(page, "corridor.map.querySourceFeatures('flows').length > 10")
    lines = page.evaluate("corridor.map.querySourceFeatures('flows').map((f) => f.properties)")
    shares = [line["share"] for line in lines]
    widths = {line["width"] for line in lines}
    assert max(shares) == 1
    assert (min(shares) == -1 and len(widths) > 10) if layer == "flows" else min(shares) >= 0
    assert "Use of the tightest limit" in page.inner_text("#legend")
    assert page.locator("#limits tbody tr").count() >= 5
    assert page.locator("#link-flows tbody tr").count() == 20
    page.uncheck(f"#layer-{layer}")
    until(page, "corridor.map.querySourceFeatures('flows').length === 0")


def test_why_not_and_no_route(opened: Callable[..., Any]) -> None:
    page = opened(JULY + "&avoid=IR&avoid=CN&avoid=sea&card=link:torkhamaf-torkhampk-road")
    assert "since 12 Oct 2025 until reopened" in page.inner_text("#reason")
    page.click("#act-why")
    page.wait_for_selector("#why-not table")
    assert "lifted" in page.inner_text("#why-not")


@pytest.mark.slow
def test_scenario_is_saved_and_shared(opened: Callable[..., Any], study: Path) -> None:
    page = opened(f"{JULY}&close={PASS}")
    shut = routes(page)
    page.click("#save")
    page.fill("#save-title", "Pass shut for good")
    assert page.input_value("#save-name") == "pass-shut-for-good"
    page.click("#save-now")
    page.wait_for_url(re.compile("scenario=pass-shut-for-good"))
    settled(page)
    assert routes(page) == shut and page.locator(".chip").count() == 0
    assert "pass-shut-for-good" in co.read(study).scenarios
    again = opened(page.url.split("/", 3)[3].join(("/", "")), afresh=True)
    assert routes(again) == shut and "Pass shut for good" in again.inner_text("#field-scenario")


def test_downloads(opened: Callable[..., Any]) -> None:
    page = opened(JULY)
    for words, ending, head in (
        ("Routes, GeoJSON", ".geojson", b"{"),
        ("Routes, CSV", ".csv", b"\xef\xbb\xbfroute_id"),
        ("Legs, CSV", ".csv", b"\xef\xbb\xbfroute_id"),
        ("Map, PNG", ".png", b"\x89PNG"),
    ):
        page.click(".menu summary")
        with page.expect_download() as waited:
            page.get_by_role("button", name=words).click()
        assert waited.value.suggested_filename.endswith(ending)
        data = Path(waited.value.path()).read_bytes()
        assert data.startswith(head) and len(data) > 1000
        assert not page.locator(".menu").evaluate("m => m.open")


# How many points beside the first stroke of each colour below the map of a picture are no paper;
# null where there is no such stroke. A thin stroke is part paper, by a share.
BELOW_THE_MAP = """async ([address, share, strokes]) => {
    const image = new Image();
    image.src = address;
    await image.decode();
    const c = new OffscreenCanvas(image.width, image.height).getContext('2d');
    c.drawImage(image, 0, 0);
    const from = Math.round(image.width * share), high = image.height - from;
    const {data} = c.getImageData(0, from, image.width, high);
    const at = (x, y) => [0, 1, 2].map(part => data[4 * (y * image.width + x) + part]);
    const paper = at(0, high - 1), sum = (a, b) => a.reduce((all, v, part) => all + v * b[part], 0);
    const above = spot => spot.map((v, part) => v - paper[part]);
    const isOf = hue => (x, y) => {
        const far = above(hue), here = above(at(x, y)), much = sum(here, far) / sum(far, far);
        return much > 0.5 && here.every((v, part) => Math.abs(v - much * far[part]) < 12);
    };
    return strokes.map(text => {
        const is = isOf([1, 3, 5].map(place => parseInt(text.slice(place, place + 2), 16)));
        for (let y = 6; y < high - 6; y++) for (let x = 8; x < image.width - 80; x++) {
            if (!is(x, y) || !is(x + 1, y)) continue;
            let inked = 0;
            for (let across = x + 40; across < x + 70; across++)
                for (let down = -5; down < 6; down++)
                    inked += above(at(across, y + down)).some(v => Math.abs(v) > 60);
            return inked;
        }
        return null;
    });
}"""


# The colours of the lines of the legend as they are drawn, in light or in dark.
STROKES_OF_THE_LEGEND = """[...document.querySelectorAll('#legend .keys path')]
    .filter(path => path.getAttribute('d') === 'M0,4H34')
    .map(path => getComputedStyle(path).stroke.match(/\\d+/g).slice(0, 3))
    .map(parts => '#' + parts.map(part => Number(part).toString(16).padStart(2, '0')).join(''))"""


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_picture_of_the_map_has_its_legend(
    opened: Callable[..., Any], browser: Any, scheme: str
) -> None:
    """Below the map stands every line of the legend in its colour, with words beside it."""
    page = opened(JULY)
    page.emulate_media(color_scheme=scheme)
    until(page, "document.querySelectorAll('#legend .keys li').length > 3")
    until(page, "corridor.map.loaded() && !corridor.map.isMoving()")
    box = page.locator("#map canvas.maplibregl-canvas").bounding_box()
    page.click(".menu summary")
    with page.expect_download() as waited:
        page.get_by_role("button", name="Map, PNG").click()
    picture = b64encode(Path(waited.value.path()).read_bytes()).decode()

    strokes = page.evaluate(STROKES_OF_THE_LEGEND)
    strokes = [hue for hue in strokes if _is_coloured(hue)]  # letters are grey at their edges
    plain = browser.new_page()
    address = f"data:image/png;base64,{picture}"
    share = box["height"] / box["width"]
    words_beside = plain.evaluate(BELOW_THE_MAP, [address, share, strokes])
    missing = plain.evaluate(BELOW_THE_MAP, [address, share, ["#fe01fd"]])
    plain.close()
    assert len(strokes) >= 3 and missing == [None]
    assert all(inked is not None and inked > 20 for inked in words_beside), (strokes, words_beside)


def _is_coloured(hue: str) -> bool:
    parts = [int(hue[place : place + 2], 16) for place in (1, 3, 5)]
    return max(parts) - min(parts) > 60


@pytest.mark.slow
def test_why_not_names_what_is_shut_in_the_language_spoken(opened: Callable[..., Any]) -> None:
    page = opened(
        OPEN.replace("open-borders", "mid-2026")
        + "&language=ru&card=link:torkhamaf-torkhampk-road",
        afresh=True,
        is_exact=False,
    )
    page.click("#act-why")
    page.wait_for_selector("#why-not table")
    verdict = page.inner_text("#why-not p")
    assert "«граница Афганистан – Пакистан»" in verdict
    assert not re.search("[a-z]{3}", verdict)
    opened(JULY, afresh=True)  # in English, as the tests that follow


@pytest.mark.slow
def test_keyboard_alone(opened: Callable[..., Any]) -> None:
    """Origin, day, a crossing shut, a source read: not once the mouse."""
    page = opened(OPEN)
    reach(page, "#field-origin")
    page.keyboard.press("Control+a")
    page.keyboard.type("Tashkent")
    page.keyboard.press("Tab")
    page.wait_for_url(re.compile("origin=tashkent"))
    settled(page)
    reach(page, "#day-of-year")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile("depart=2026-07-02"))
    settled(page)
    reach(page, "#find")
    page.keyboard.type("torkham")
    reach(page, "[data-link=torkhampk-torkhamaf-road]")
    page.keyboard.press("Enter")
    settled(page)
    assert page.evaluate("document.activeElement.id") == "card"
    reach(page, "#act-close")
    page.keyboard.press("Enter")
    settled(page)
    assert "Shut" in page.inner_text("#card-state")
    reach(page, "#card .evidence button")
    page.keyboard.press("Enter")
    page.wait_for_selector("#citation")
    reach(page, ".letter[aria-pressed=false]")
    page.keyboard.press("Enter")
    settled(page)
    assert "route=" in page.url


def test_without_webgl_the_lists_work(browser: Any, address: str) -> None:
    context = browser.new_context(viewport=WIDE)
    context.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page = context.new_page()
    page.goto(address + JULY)
    settled(page)
    assert "WebGL is missing" in page.inner_text("#map-words") and routes(page)
    page.locator(".legs button.link").first.click()
    page.wait_for_selector("#card dl.figures")
    context.close()


def test_wrong_words_are_told_and_mended(opened: Callable[..., Any]) -> None:
    page = opened(f"{JULY}&via=almaty")
    page.fill("#field-destination", "Karatchi")
    with page.expect_response(lambda r: r.status == 422):
        page.locator("#field-destination").blur()
    until(page, "document.getElementById('said').textContent.includes('Did you mean')")
    page.click("#said button:has-text('Port of Karachi')")
    page.wait_for_url(re.compile("destination=karachi"))
    settled(page)
    assert routes(page)


def test_place_is_chosen_by_typing(opened: Callable[..., Any]) -> None:
    """A part of a name, a country or a UN/LOCODE finds places; arrows, Enter and the mouse choose,
    Escape undoes."""
    page = opened(JULY)
    page.fill("#field-origin", "tash")
    assert (
        page.locator("#field-origin-list [role=option]").all_inner_texts()[0].startswith("Tashkent")
    )
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("#field-origin", "aria-activedescendant") == "field-origin-0"
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("origin=tashkent"))
    page.fill("#field-destination", "PKGWD")
    page.click("#field-destination-list [role=option]")
    page.wait_for_url(re.compile("destination=gwadar"))
    settled(page)
    chosen = page.input_value("#field-destination")
    page.fill("#field-origin", "АЛМАТЫ")
    page.keyboard.press("Tab")
    page.wait_for_url(re.compile("origin=almaty"))
    settled(page)
    page.fill("#field-origin", "alma")  # the beginning of a name is asked back
    with page.expect_response(lambda r: r.status == 422):
        page.keyboard.press("Tab")
    page.fill("#field-origin", "almaty")
    page.keyboard.press("Tab")
    settled(page)
    page.fill("#field-destination", "kazakhstan")
    page.keyboard.press("Escape")
    assert page.input_value("#field-destination") == chosen and "destination=gwadar" in page.url


def test_slow_question_is_told_and_stopped(
    opened: Callable[..., Any], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancel ends the search at the server: its one thread answers the next question at once."""
    monkeypatch.setattr("corridor.web.questions.MAX_LABELS", 1 << 24)
    page = opened(JULY)
    page.goto(f"{address}/?{urlencode(LONG, doseq=True)}")
    page.wait_for_selector("#progress:visible")
    assert "Looking for routes" in page.inner_text("#progress")
    page.click("#cancel")
    page.wait_for_selector("#ask-again")
    assert page.locator("#progress").is_hidden()
    began = time.process_time()
    page.goto(f"{address}{JULY}&via=tashkent")
    settled(page)
    # of this process, the server's: the search stopped would have gone on for minutes
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("verb", "words", "where"),
    [
        ("rank", "Finding which links matter most", "#critical-list"),
        pytest.param(
            "assign", "Putting the demand on the network", "#flow-list", marks=pytest.mark.slow
        ),
        ("why_not", "Looking for routes through it", "#why-not"),
    ],
)
def test_other_slow_answers_are_told_and_stopped(
    opened: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, verb: str, words: str, where: str
) -> None:
    ended: list[str] = []

    def endless(*given: Any, **named: Any) -> None:
        try:
            while True:
                stopping.raise_if_stopped()
                time.sleep(0.005)
        finally:
            ended.append(verb)

    monkeypatch.setattr(f"corridor.web.answers.{verb}", endless)
    page = opened(f"{JULY}&depart=2026-08-02&card=link:{PASS}".replace("&depart=2026-07-01", ""))
    # the year of the trip, which a busy machine is at longer than the server lets one answer take
    page.evaluate("document.getElementById('cancel').click()")
    if verb == "rank":
        page.click("#critical-box summary")
        page.check("#layer-criticality")
    elif verb == "assign":
        page.click("#flows-box summary")
        page.check("#layer-flows")
    else:
        page.click("#act-why")
    until(page, f"document.getElementById('progress').innerText.includes('{words}')")
    page.click("#cancel")
    until(page, f"document.querySelector('{where}').textContent.includes('Stopped.')")
    until(page, "document.getElementById('progress').hidden")
    end = time.monotonic() + 60
    while ended != [verb]:
        assert time.monotonic() < end
        time.sleep(0.01)


def test_year_tells_how_far_it_is_and_stops(
    opened: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from corridor.web import answers

    real = answers.quickest_departures
    go = threading.Event()
    calls = []

    def slow(*given: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) == 4:
            go.wait(60)
        return real(*given, **named)

    monkeypatch.setattr(answers, "quickest_departures", slow)
    page = opened(JULY.replace("2026-07-01", "2031-07-01"))
    until(
        page,
        r"/: 12 of 53/.test(document.getElementById('progress').textContent)",
    )
    page.click("#cancel")
    go.set()
    assert 4 <= page.locator(".calendar .week").count() < 30
    monkeypatch.setattr(answers, "quickest_departures", real)
    assert "Stopped." in page.inner_text("#year-missing")
    page.click("#ask-again")
    until(page, WHOLE_YEAR)
    assert page.inner_text("#year-missing") == ""


@pytest.mark.slow
def test_year_is_asked_once_while_the_day_changes(opened: Callable[..., Any]) -> None:
    """Another day of the same twelve months stops and repeats nothing; another trip stops all."""
    parts: list[str] = []
    page = opened(JULY.replace("karachi", "tashkent").replace("2026-07", "2028-07"))

    def note(request: Any) -> None:
        if request.url.endswith("/api/calendar"):
            parts.append(request.post_data_json["depart"])

    page.on("request", note)
    for day in ("2028-07-20", "2028-07-28", "2028-08-05"):
        page.fill("#field-depart", day)
        page.locator("#field-depart").dispatch_event("change")
        page.wait_for_url(re.compile(f"depart={day}"))
        settled(page)
    until(page, WHOLE_YEAR)
    page.remove_listener("request", note)
    assert len(parts) == len(set(parts)) <= 13


@pytest.mark.slow
def test_what_was_cut_off_is_asked_again(opened: Callable[..., Any]) -> None:
    """What the server had no time to begin is asked again by itself; what took too long says so,
    where it would stand, with a button that goes on."""
    refusals = {"/api/arrive-by": ["busy", "too-slow"], "/api/calendar": ["busy", "too-slow"]}

    def answer(route: Any) -> None:
        path = "/api/" + route.request.url.rpartition("/api/")[2]
        if not refusals[path]:
            route.continue_()
            return
        route.fulfill(
            status=503,
            headers={"retry-after": "0"},
            json={"error": refusals[path].pop(0), "message": "There was no time for it."},
        )

    page = opened(JULY.replace("karachi", "tashkent").replace("2026-07-01", "2029-07-01"))
    trip = page.url.replace("2029-07-01", "2029-07-03") + "&deadline=2029-08-20"
    page.goto("about:blank")  # or the year of this page would be refused, and that of the next not
    page.route("**/api/arrive-by", answer)
    page.route("**/api/calendar", answer)
    try:
        page.goto(trip)
        for name, place in (("arrive", "#arrival"), ("calendar", "#year-missing")):
            page.wait_for_selector(f"#ask-{name}")
            assert "There was no time for it." in page.inner_text(place)
        assert "distinct route" in page.inner_text("#said")
        page.click("#ask-arrive")
        until(page, "document.querySelectorAll('#arrival button').length === 2")
        until(page, WHOLE_YEAR)
        assert page.inner_text("#year-missing") == ""
    finally:
        page.unroute_all()


@pytest.mark.skipif(AXE is None, reason="axe-playwright-python is not installed")
@pytest.mark.slow
def test_no_serious_barrier(opened: Callable[..., Any]) -> None:
    """axe-core finds nothing serious, light and dark, wide and narrow, every list open."""
    page = opened(f"{JULY}&close=zaranj-milak-road&layers=hazards&card=link:{PASS}")
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    for scheme, size in (("light", WIDE), ("dark", WIDE), ("light", NARROW), ("dark", NARROW)):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        assert barriers(page) == [], (scheme, size)


@pytest.mark.slow
def test_the_focus_stays_where_the_reader_is(opened: Callable[..., Any]) -> None:
    """On the letter of the route chosen; after Escape on what opened the card; in the card where
    its link is shut."""
    page = opened(JULY)
    has_focus = "words => document.activeElement.textContent === words"
    reach(page, "#routes .letter[aria-pressed=false]")
    letter = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**route={letter}**")
    settled(page)
    assert page.evaluate(has_focus, letter)

    reach(page, ".legs li:nth-child(3) button.link")
    leg = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    until(page, "document.activeElement.id === 'card'")
    page.keyboard.press("Escape")
    until(page, "document.getElementById('card').hidden")
    assert page.evaluate(has_focus, leg)

    page.keyboard.press("Enter")
    until(page, "document.activeElement.id === 'card'")
    reach(page, "#act-close")
    page.keyboard.press("Enter")
    until(page, "document.getElementById('act-undo') !== null")
    settled(page)
    assert page.evaluate("document.activeElement.id === 'card'")


# A spot of one route that is not the selected one, free of marks and places: [x, y, route] or null.
FREE_SPOT = """() => {
    const box = corridor.map.getCanvas().getBoundingClientRect();
    const around = (x, y, px) => [[x - px, y - px], [x + px, y + px]];
    for (const line of corridor.map.queryRenderedFeatures({layers: ['route-others']})) {
        const whole = line.geometry.type === 'LineString';
        for (const part of whole ? [line.geometry.coordinates] : line.geometry.coordinates) {
            for (const spot of part) {
                const {x, y} = corridor.map.project(spot);
                const near = corridor.map.queryRenderedFeatures(around(x, y, 8));
                const isTaken = near.some(f => ['marks', 'nodes'].includes(f.source)
                    || (f.source === 'routes' && f.properties.id !== line.properties.id));
                const isIn = x > 260 && x < box.width - 60 && y > 60 && y < box.height - 120;
                if (isIn && !isTaken) return [box.x + x, box.y + y, line.properties.id];
            }
        }
    }
    return null;
}"""


def test_other_route_is_named_under_the_pointer_and_chosen_by_a_click(
    opened: Callable[..., Any],
) -> None:
    page = opened(JULY)
    before = page.locator("tr.selected .letter").inner_text()
    end = time.monotonic() + 30
    while (place := page.evaluate(FREE_SPOT)) is None:
        assert time.monotonic() < end
        page.wait_for_timeout(50)

    x, y, route_id = place
    page.mouse.move(x, y)
    until(page, "!document.querySelector('.tip').hidden")
    letter = page.locator(f"tr[data-route={route_id}] .letter").inner_text()
    assert letter != before
    assert page.inner_text(".tip").startswith(f"{letter}, ")

    page.mouse.click(x, y)
    settled(page)
    assert page.locator("tr.selected .letter").inner_text() == letter


@pytest.mark.slow
@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_what_is_under_way_leaves_the_map_free(opened: Callable[..., Any], width: int) -> None:
    page = opened(JULY)
    page.set_viewport_size({"width": width, "height": 844})
    box, ground = page.evaluate(
        """said => {
        const progress = document.getElementById('progress');
        document.getElementById('progress-words').textContent = said;
        progress.hidden = false;
        const boxes = [progress, document.getElementById('map-box')]
            .map((element) => element.getBoundingClientRect().toJSON());
        progress.hidden = true;
        return boxes;
    }""",
        "Going through the year: 53 of 53",
    )
    is_beside = box["x"] >= ground["x"] + ground["width"]
    assert is_beside or box["y"] >= ground["y"] + ground["height"]
    assert box["x"] >= 0 and box["x"] + box["width"] <= width
    assert box["height"] < 50, "its words stand beside its bar, in one line"


@pytest.mark.slow
def test_what_is_shut_is_named_and_crossed_once(opened: Callable[..., Any]) -> None:
    """From afar the border, near its posts; a strait by its water, ports that are kept apart by
    their names; the tooltip says since when and why."""
    page = opened(JULY, afresh=True)
    page.evaluate("corridor.map.jumpTo({center: [70, 30], zoom: 4.5})")
    until(page, f"{SHUT}.includes('border Afghanistan – Pakistan')")
    assert "Gulf of Kutch" not in page.evaluate(SHUT)
    assert page.evaluate(SHUT).count("Wagah") <= 1
    page.evaluate("corridor.map.jumpTo({center: [70.6, 33.7], zoom: 7})")
    until(page, f"['Torkham', 'Kharlachi', 'Ghulam Khan'].every(name => {SHUT}.includes(name))")
    marks = """[...new Set(corridor.map.querySourceFeatures('marks')
        .map(mark => mark.properties.id).filter(id => id.startsWith('torkham')))].length"""
    until(page, f"{marks} === 1")

    spot = page.evaluate("""(([x, y]) => ({x, y}))(Object.values(corridor.map.project(
        corridor.map.querySourceFeatures('marks')
        .find(mark => mark.properties.id.startsWith('torkham')).geometry.coordinates)))""")
    page.locator("canvas.maplibregl-canvas").hover(position=spot)
    until(page, "document.querySelector('.tip').textContent.includes('Since 12 Oct 2025')")

    page = opened(JULY.replace("2026-07-01", "2027-01-15"))
    page.evaluate("corridor.map.jumpTo({center: [75.4, 36.9], zoom: 6.5})")
    until(page, f"{SHUT}.filter(name => name === 'Khunjerab Pass').length === 1")

    page = opened(JULY.replace("khunjerab-1985", "hormuz-shut"))
    page.evaluate("corridor.map.jumpTo({center: [56, 26], zoom: 5})")
    until(page, f"{SHUT}.filter(name => name === 'Strait of Hormuz').length === 1")


@pytest.mark.slow
@pytest.mark.parametrize("code", ["en", "ru", "ur", "zh"])
def test_no_label_is_cut_by_the_edge_of_the_map(browser: Any, address: str, code: str) -> None:
    """Urdu has its letters from the page, whatever the machine has."""
    page = browser.new_page(viewport={"width": 768, "height": 1024})
    page.goto(f"{address}{JULY}&language={code}")
    settled(page)
    until(page, "document.querySelectorAll('.label-route').length > 3")
    for zoom in (3.2, 4, 5, 6):
        page.evaluate("zoom => corridor.map.jumpTo({center: [68, 34], zoom})", zoom)
        until(page, f"{CUT_LABELS}.length === 0")  # they are placed anew once the map stands
    if code == "ur":
        until(page, "[...document.fonts].every(font => font.status === 'loaded')")
    page.close()


@pytest.mark.slow
def test_cards_tell_rows_of_one_terminal_apart_and_call_no_sea_a_border(
    opened: Callable[..., Any],
) -> None:
    page = opened(f"{JULY}&card=node:tashkent")
    summaries = "[...document.querySelectorAll('#card details summary')].map((s) => s.textContent)"
    until(page, f"{summaries}.some((text) => text.includes('(boxes)'))")
    terminals = [text for text in page.evaluate(summaries) if "(" in text]
    assert len(set(terminals)) == len(terminals) > 1

    page = opened(f"{JULY}&card=node:torkhampk")  # a row for each direction over the border
    until(page, "document.querySelector('#act-to') !== null")
    links = page.locator("#card ul.plain button").all_inner_texts()
    assert sorted(links) == [
        "Peshawar, road",
        "Torkham (AF side), road, from here only",
        "Torkham (AF side), road, to here only",
    ]

    page = opened(f"{JULY}&card=link:karachi-rotterdam-sea")
    until(page, "document.querySelector('#card .acts') !== null")
    assert "order" not in page.inner_text("#card h2 + p")
    assert "border" not in page.inner_text("#card .acts")


ANSWERED = (
    "#said",
    "#compared",
    "table.routes thead",
    "table.routes td.way b",
    "#legs",
    ".calendar",
    "#legend",
)


@pytest.mark.slow
def test_a_journey_in_russian(browser: Any, address: str) -> None:
    """Ask, shut the pass, read its card and why it is not used: all of it is in Russian, and the
    language stays in the address."""
    page = browser.new_page(viewport=WIDE)
    page.goto(f"{address}/?language=ru&{JULY[2:]}&card=link:{PASS}")
    settled(page)
    assert page.evaluate("document.documentElement.lang") == "ru"
    assert page.input_value("#language") == "ru"

    labels = page.locator("#map [aria-label]").evaluate_all("all => all.map(e => e.ariaLabel)")
    assert labels and not LATIN.findall(" ".join(labels))
    page.click("#act-close")
    settled(page)
    assert "language=ru" in page.url and f"close={PASS}" in page.url
    page.click("#act-why")
    until(page, "document.querySelectorAll('#why-not table').length > 0")
    for selector in (*ANSWERED, "#card h2, #card-state", "#why-not", ".chips"):
        for text in page.locator(selector).all_inner_texts():
            left = LATIN.findall(SAME_EVERYWHERE.sub("", text))
            assert not left, (selector, left, text)

    with page.expect_navigation():
        page.select_option("#language", "ur")
    until(page, "document.documentElement.dir === 'rtl'")
    settled(page)
    assert f"close={PASS}" in page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if AXE is not None:
        assert barriers(page) == []
    page.close()


@pytest.mark.slow
@pytest.mark.parametrize("error", ["too-many-ways", "bad-question", "too-slow", "failed"])
def test_a_refusal_is_said_in_the_language_spoken(browser: Any, address: str, error: str) -> None:
    page = browser.new_page(viewport=WIDE)
    status = 503 if error == "too-slow" else 422
    page.route(
        "**/api/routes",
        lambda asked: asked.fulfill(status=status, json={"error": error, "message": "In English."}),
    )
    page.goto(f"{address}{JULY}&language=ru")
    until(page, "document.querySelectorAll('#said button').length > 0")
    assert not LATIN.findall(page.inner_text("#said"))
    page.close()


@pytest.mark.slow
def test_dates_are_written_in_a_language_the_browser_does_not_know(
    browser: Any, address: str
) -> None:
    page = browser.new_page(viewport=WIDE)
    page.goto(f"{address}{JULY}&language=kk")
    settled(page)
    assert page.inner_text("#day-shown") == "2026\u202fж. 1 шіл."
    assert not re.search(r"\bM\d\d\b", page.inner_text("body"))
    assert "7\u00a0309" in page.inner_text("table.routes")
    page.close()
