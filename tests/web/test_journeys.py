"""Journeys in a real browser: five kinds of readers, four widths, by mouse and by keyboard alone,
light and dark, in English and in Russian."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra 'web' is not installed")
pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import sync_playwright

from corridor.web.pages import built
from web_cases import CHROMIUM, FLAGS, reach, served, settled, until

TRIP = "origin=almaty&destination=islamabad&cargo=container-40&depart=2026-07-01"
START = f"/?scenario=khunjerab-1985&{TRIP}"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here"),
    pytest.mark.skipif(not built(), reason="the page is not built: make web"),
]


@dataclass(frozen=True)
class Screen:
    """How somebody looks at the page, and whether without a mouse."""

    width: int
    height: int
    scheme: str
    by_keyboard: bool
    language: str = "en"

    def __str__(self) -> str:
        """Name the test that looks so."""
        hand = "keyboard" if self.by_keyboard else "mouse"
        return f"{self.width}-{self.scheme}-{hand}-{self.language}"


SCREENS = [
    Screen(1440, 900, "light", False),
    Screen(1024, 768, "dark", True),
    Screen(768, 1024, "light", True, "ru"),
    Screen(390, 844, "dark", False),
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


@pytest.mark.parametrize("who", JOURNEYS)
@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_journey(browser: Any, address: str, screen: Screen, who: str) -> None:
    """Every step leads on; nothing is cut, covers the answer or runs out of the page."""
    context = browser.new_context(
        viewport={"width": screen.width, "height": screen.height},
        color_scheme=screen.scheme,
        reduced_motion="reduce",
    )
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{address}{START}&language={screen.language}")
    settled(page)

    for kind, *words in JOURNEYS[who]:
        if kind == "holds":
            until(page, words[0])
            settled(page)
        elif kind == "press":
            press(page, words[0], screen.by_keyboard)
        else:
            write(page, *words, screen.by_keyboard)

    assert wrong == []
    assert page.evaluate("document.documentElement.scrollWidth") <= screen.width
    assert page.evaluate(CUT) == []
    assert page.evaluate(COVERED) == []
    assert page.evaluate(TABLE_CUT) <= 1
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
