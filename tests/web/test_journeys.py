"""Journeys in a real browser: five kinds of readers at four widths; each pair of reader, width,
theme, language and hand once at least."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra 'web' is not installed")
pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import sync_playwright

from corridor.web.pages import built
from web_cases import (
    AXE,
    CHROMIUM,
    FLAGS,
    LATIN,
    SAME_EVERYWHERE,
    barriers,
    reach,
    served,
    settled,
    until,
)

TRIP = "origin=almaty&destination=islamabad&cargo=container-40&depart=2026-07-01"
START = f"/?scenario=khunjerab-1985&{TRIP}"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here"),
    pytest.mark.skipif(not built(), reason="the page is not built: make web"),
]


HEIGHTS = {1440: 900, 1024: 768, 768: 1024, 390: 844}  # by width
# How each looks at the page at each width, and whether without a mouse.
LOOKS = {
    "forwarder": ("light en mouse", "dark ru mouse", "light ur keyboard", "dark en keyboard"),
    "ministry": ("dark ru keyboard", "light ur keyboard", "dark en mouse", "light ru mouse"),
    "analyst": ("light ur mouse", "dark en mouse", "light ru keyboard", "dark ur keyboard"),
    "banker": ("dark en keyboard", "light ru keyboard", "dark ur mouse", "light en mouse"),
    "newcomer": ("light ru mouse", "dark ur mouse", "light en keyboard", "dark ru keyboard"),
}


@dataclass(frozen=True)
class Visit:
    """Who comes, and how he looks at the page."""

    who: str
    width: int
    scheme: str
    language: str
    hand: str

    def __str__(self) -> str:
        """Name the test of the visit."""
        return "-".join((self.who, str(self.width), self.scheme, self.language, self.hand))

    @property
    def by_keyboard(self) -> bool:
        """Whether there is no mouse."""
        return self.hand == "keyboard"


VISITS = [
    Visit(who, width, *look.split())
    for who, looks in LOOKS.items()
    for width, look in zip(HEIGHTS, looks, strict=True)
]

# What each does: press a thing, or write into a field; then what holds.
JOURNEYS: dict[str, list[tuple[str, ...]]] = {
    "forwarder": [
        ("write", "#field-units", "20"),
        ("holds", "location.search.includes('units=20')"),
        ("press", "#routes .letter[aria-pressed=false]"),
        ("holds", "location.search.includes('route=')"),
        ("press", "#playback-open"),
        ("holds", "/1/.test(document.getElementById('playback-said').textContent)"),
        ("press", "#playback-close"),
        ("press", ".legs button.link"),
        ("holds", "document.querySelector('#card dl.figures') !== null"),
    ],
    "ministry": [
        ("press", "#borders-box summary"),
        ("write", "#find-border", "khunjerab"),
        ("holds", "location.search.includes('card=link')"),
        ("press", "#act-close"),
        ("holds", "document.getElementById('difference') !== null"),
        ("key", "Escape"),
        ("holds", "document.getElementById('card').hidden"),
        ("press", "#swipe-open"),
        ("holds", "corridor.before?.querySourceFeatures('routes').length > 0"),
        ("press", "#pin"),
        ("holds", "document.getElementById('unpin') !== null"),
    ],
    "analyst": [
        ("press", "#hazards-box summary"),
        ("press", "#layer-hazards"),
        ("holds", "corridor.map.querySourceFeatures('hazards').length > 20"),
        ("press", "#hazard-list button"),
        ("holds", "location.search.includes('card=hazard')"),
        ("press", "#sort-cost"),
        ("holds", "location.search.includes('sort=cost')"),
    ],
    "banker": [
        ("press", "#projects-box summary"),
        ("press", "#build-ktap-torghundi-herat"),
        ("holds", "document.querySelector('.chip-built') !== null"),
        ("press", "#build-ktap-torghundi-herat + span button"),
        ("holds", "document.querySelector('#act-unbuild') !== null"),
        ("holds", "/500/.test(document.querySelector('#card dl.figures').textContent)"),
        ("press", "#card .evidence button.link"),
        ("holds", "document.getElementById('citation') !== null"),
        ("press", "#card details summary"),
        ("press", "#card details button.link"),
        ("holds", "document.getElementById('act-unbuild') !== null"),
        ("press", "#act-unbuild"),
        ("holds", "document.querySelector('.chip-built') === null"),
    ],
    "newcomer": [
        ("write", "#field-deadline", "2026-08-20"),
        ("holds", "document.querySelectorAll('#arrival button').length === 2"),
        ("press", "#arrival button"),
        ("holds", "document.querySelectorAll('#arrival [aria-pressed=true]').length > 0"),
        ("write", "#field-destination", "Karachi"),
        ("holds", "location.search.includes('destination=karachi')"),
    ],
}

# Boxes that hold more than they show, but those that scroll or are written into.
CUT = """[...document.querySelectorAll('header *, #question *, #answer *, #card *, #playback *')]
    .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === 'hidden'
        && e.clientWidth > 1 && !e.matches('input, select, .visually-hidden, svg, svg *'))
    .map(e => e.tagName + ' ' + e.textContent.slice(0, 40))"""
COVERED = """['card', 'playback'].map(id => document.getElementById(id))
    .filter(box => box && !box.hidden && innerWidth > 900).filter(box => {
        const a = box.getBoundingClientRect();
        const b = document.getElementById('answer').getBoundingClientRect();
        return a.left < b.right - 1 && b.left < a.right - 1;
    }).map(box => box.id)"""
# What the page itself says; names of projects and places are the study's.
SPOKEN = """header button, header summary, #question label, #question summary, #answer h2,
    #answer th, #card h2, #card dt, #card-state, #card .acts button, #playback button"""
TABLE_CUT = """(box => box === null ? 0 : box.scrollWidth - box.clientWidth)(
    document.querySelector('#routes .scroll'))"""


@pytest.fixture(scope="module")
def address(study_folder: Path) -> Iterator[str]:
    with served(study_folder) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_playwright() as made:
        yield made.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


def test_each_pair_of_looks_is_visited() -> None:
    values = [(v.who, v.width, v.scheme, v.language, v.hand) for v in VISITS]
    for one, other in combinations(range(5), 2):
        pairs = {(value[one], value[other]) for value in values}
        assert pairs == set(product({v[one] for v in values}, {v[other] for v in values}))


@pytest.mark.parametrize("visit", VISITS, ids=str)
def test_journey(browser: Any, address: str, visit: Visit) -> None:
    """Every step leads on; nothing is cut, covers the answer, runs out of the page, bars anybody or
    is left in English."""
    context = browser.new_context(
        viewport={"width": visit.width, "height": HEIGHTS[visit.width]},
        color_scheme=visit.scheme,
        reduced_motion="reduce",
    )
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{address}{START}&language={visit.language}")
    settled(page)

    for kind, *words in JOURNEYS[visit.who]:
        if kind == "holds":
            until(page, words[0])
            settled(page)
        elif kind == "press":
            press(page, words[0], visit.by_keyboard)
        elif kind == "key":
            page.keyboard.press(words[0])
        else:
            write(page, *words, visit.by_keyboard)

    assert wrong == []
    assert page.evaluate("document.documentElement.scrollWidth") <= visit.width
    assert page.evaluate(CUT) == []
    assert page.evaluate(COVERED) == []
    assert page.evaluate(TABLE_CUT) <= 1
    if visit.language != "en":
        spoken = page.locator(SPOKEN).all_inner_texts()
        assert [words for words in spoken if LATIN.search(SAME_EVERYWHERE.sub("", words))] == []
    if AXE is not None:
        assert barriers(page) == []
    context.close()


def press(page: Any, selector: str, by_keyboard: bool) -> None:
    """Press a button, a head of a list or a box to tick."""
    if not by_keyboard:
        page.locator(selector).first.click()
        return
    reach(page, selector)
    is_box = page.evaluate("document.activeElement.type === 'checkbox'")
    page.keyboard.press("Space" if is_box else "Enter")


def write(page: Any, selector: str, text: str, by_keyboard: bool) -> None:
    """Write into a field and go on with Enter."""
    is_day = page.locator(selector).get_attribute("type") == "date"
    if by_keyboard:
        reach(page, selector)
        if is_day:
            year, month, day = text.split("-")
            page.keyboard.type(f"{month}{day}{year}")
        else:
            page.keyboard.press("Control+a")
            page.keyboard.type(text)
        page.keyboard.press("Tab" if is_day else "Enter")
        return
    page.fill(selector, text)
    if is_day:
        page.locator(selector).dispatch_event("change")
    else:
        page.press(selector, "Enter")
