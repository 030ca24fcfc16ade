"""Faults that the map page once had, looked for in a browser so that none comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra 'web' is not installed")
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

from corridor.web.pages import built  # noqa: E402
from corridor.web.workers import Workers  # noqa: E402
from language.test_glossary import glossary  # noqa: E402
from web_cases import CHROMIUM, FLAGS, PATIENCE_S, looked_at, served, settled, until  # noqa: E402

JULY = "origin=almaty&destination=karachi&cargo=container-40&depart=2026-07-01"
PASS = "khunjerab-tashkurgan-road"
WIDE = {"width": 1440, "height": 900}
OPEN_ALL = "for (const d of document.querySelectorAll('details')) d.open = true"
# Words of the heads of the table that stand in two lines although no hyphen parts them.
TORN = """[...document.querySelectorAll('#routes thead th')].flatMap(head => {
    const walker = document.createTreeWalker(head, NodeFilter.SHOW_TEXT), torn = [];
    while (walker.nextNode()) {
        const text = walker.currentNode.textContent;
        for (const word of text.matchAll(/[^-\\s\\u00ad]+/g)) {
            const range = document.createRange();
            range.setStart(walker.currentNode, word.index);
            range.setEnd(walker.currentNode, word.index + word[0].length);
            const lines = [...range.getClientRects()].filter(rect => rect.width > 1);
            if (new Set(lines.map(rect => Math.round(rect.top))).size > 1)
                torn.push(word[0]);
        }
    }
    return torn;
})"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here"),
    pytest.mark.skipif(not built(), reason="the page is not built: make web"),
]


@pytest.fixture(scope="module")
def page(study_folder: Path) -> Iterator[Any]:
    """Give a page of the built-in study, without an address yet."""
    with (
        served(study_folder, workers=Workers(working=1)) as address,
        sync_api.sync_playwright() as made,
    ):
        browser = made.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(base_url=address, viewport=WIDE, reduced_motion="reduce")
        page.set_default_timeout(PATIENCE_S * 1000)
        yield page
        browser.close()


def opened(page: Any, words: str) -> Any:
    """Open an address of the page and wait for its answer."""
    page.goto(f"/?{words}")
    settled(page)
    return page


def test_the_ground_is_not_empty_from_near(page: Any) -> None:
    """From zoom 6 on there was neither relief, river, lake nor town."""
    opened(page, JULY)
    looked_at(page, 71.5, 34.2, 7)  # Torkham and Peshawar
    until(page, "corridor.map.queryRenderedFeatures({layers: ['rivers']}).length > 0")
    until(page, "corridor.map.isSourceLoaded('relief')")
    assert page.evaluate("corridor.map.getLayoutProperty('relief', 'visibility') !== 'none'")
    until(page, "document.querySelectorAll('#map .label-town').length >= 5")


def test_disputed_borders_are_dashed(page: Any) -> None:
    """The Line of Control was a line like any other."""
    opened(page, JULY)
    looked_at(page, 74.5, 34.3, 6)  # Kashmir
    assert page.evaluate("corridor.map.queryRenderedFeatures({layers: ['disputed']}).length") > 0
    assert page.evaluate("corridor.map.getPaintProperty('disputed', 'line-dasharray').length") == 2
    assert page.evaluate("corridor.map.getPaintProperty('borders', 'line-dasharray')") is None


def test_heads_say_words_and_units_and_the_best_have_badges(page: Any) -> None:
    """19 in 20, heads without units, no badges, no band of money."""
    opened(page, f"{JULY}&scenario=open-borders")
    heads = " | ".join(page.locator("#routes thead th").all_inner_texts())
    for words in ("days", "95 % of trips", "USD", "t CO₂e", "%"):
        assert words in heads, (words, heads)
    assert "in 20" not in heads

    badges = " ".join(page.locator("#routes .badge").all_inner_texts())
    for words in ("quickest", "cheapest", "least carbon", "best value"):
        assert words in badges, (words, badges)

    bands = page.locator("#routes .band").all_inner_texts()
    assert len(bands) == page.locator("tr.route").count() > 3
    assert all(re.fullmatch(r"[\d,]+–[\d,]+", band) for band in bands), bands


def test_an_estimate_is_graded_as_one(page: Any) -> None:
    """Grade B, well known, stood beside our own estimate."""
    opened(page, JULY)
    links = page.evaluate(
        """async () => (await corridor.map.getSource('links').getData()).features
        .map(f => f.properties.id)"""
    )
    cards = page.evaluate(
        """ids => Promise.all(ids.map(async id => {
            const card = await (await fetch('/api/links/' + id)).json();
            return [id, card.source?.citation ?? '', card.confidence];
        }))""",
        [link for link in links if "dera" in link or "rohri" in link],
    )
    assert len(cards) >= 3
    wrong = [card for card in cards if card[1].startswith("Our estimate") and card[2] != "C"]
    assert not wrong


@pytest.mark.parametrize(
    "words",
    [
        f"{JULY}&close={PASS}&card=link:{PASS}",
        f"{JULY}&criteria=time",
        "origin=lahore&destination=lahore&cargo=container-40&depart=2026-07-01",
        "origin=peshawar&destination=kabul&cargo=container-40&depart=2026-07-01",
    ],
)
def test_words_are_those_of_the_glossary_and_one_is_not_many(page: Any, words: str) -> None:
    """1 links, 1 routes; five words for one thing."""
    opened(page, words)
    page.evaluate(OPEN_ALL)
    page.evaluate("document.querySelector('#map').style.display = 'none'")  # oceans have names
    text = page.inner_text("body")
    assert not re.findall(
        r"(?<![\d.,–])1 (?:links|routes|errors|weeks|days|countries|boxes)\b", text
    )

    wrong = [word for words in glossary().values() for word in words]
    pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, wrong))})(?![\w-])", re.I)
    assert not pattern.findall(text)


@pytest.mark.parametrize("language", ["en", "ur", "zh"])
def test_heads_are_whole_words_at_1024_pixels(page: Any, language: str) -> None:
    opened(page, f"{JULY}&language={language}")
    page.set_viewport_size({"width": 1024, "height": 768})
    try:
        assert page.evaluate(TORN) == []
    finally:
        page.set_viewport_size(WIDE)


def test_what_is_not_translated_is_marked_as_english(page: Any) -> None:
    opened(page, f"{JULY}&language=kk&card=project:ktap-kandahar-chaman")
    until(page, "document.querySelector('#card [data-source]') !== null")
    assert page.get_attribute("#card [data-source]", "lang") == "en"
    assert page.get_attribute("#card .evidence details p", "lang") == "en"
    opened(page, f"{JULY}&card=project:ktap-kandahar-chaman")
    assert page.get_attribute("#card [data-source]", "lang") is None


def test_ends_beside_an_edge_are_named_in_the_language_of_the_page(page: Any) -> None:
    """Almaty's name ran over the edge of a narrow map and was left out: a town took its place."""
    page.set_viewport_size({"width": 1024, "height": 768})
    try:
        opened(page, f"{JULY}&language=kk")
        until(page, "document.querySelectorAll('#map .label-end').length === 2")
        towns = page.locator("#map .label-town").all_inner_texts()
        assert "Almaty" not in towns
    finally:
        page.set_viewport_size(WIDE)
