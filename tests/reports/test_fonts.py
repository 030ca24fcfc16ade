"""The font in the page holds the letters of Urdu, and is there where Urdu is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import chart_cases as cases
from corridor.reports import report
from corridor.reports.fonts import PARTS, font_faces, with_font
from corridor.reports.printing import find_browser

CATALOGUE = Path(__file__).parents[2] / "src/corridor/language/catalogues/ur.po"
NASKH = "unicode-range: U+600-6FF"


def test_pages_of_urdu_hold_their_letters_and_others_do_not(tmp_path: Path, text: str) -> None:
    told = report(cases.results(), tmp_path / "ur.html", language="ur").read_text("utf-8")
    assert told.count(NASKH) == 2 and NASKH not in text
    assert NASKH not in font_faces("Қарағанды, Алматы, Karachi, 卡拉奇")


def test_every_letter_of_the_catalogue_of_urdu_is_of_a_part() -> None:
    letters = {letter for letter in CATALOGUE.read_text("utf-8") if letter.isalpha()}
    held = "".join(part.letters for part in PARTS)
    assert len(letters) > 40 and not [
        letter for letter in letters if not re.match(f"[{held}]", letter)
    ]


def test_urdu_is_light() -> None:
    assert len(font_faces("اردو")) < 150_000


@pytest.mark.slow
@pytest.mark.skipif(find_browser() is None, reason="there is no chromium here")
@pytest.mark.parametrize("weight", [400, 700])
def test_font_of_the_page_draws_every_letter_of_urdu(weight: int) -> None:
    """None is drawn by a font of the machine, by which a browser also draws a box."""
    sync_playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed"
    ).sync_playwright
    letters = "".join(sorted(set(re.findall("[\u0600-\u06ff]", CATALOGUE.read_text("utf-8")))))
    with sync_playwright() as made:
        window = made.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox"]
        ).new_page()
        look = f"p {{ font: {weight} 16px 'Report Sans' }}</style>"
        window.set_content(with_font(f"<style>{look}<p>{letters}</p>"))
        window.evaluate("document.fonts.ready")

        browser = window.context.new_cdp_session(window)
        browser.send("DOM.enable")
        browser.send("CSS.enable")
        root = browser.send("DOM.getDocument")["root"]["nodeId"]
        node = browser.send("DOM.querySelector", {"nodeId": root, "selector": "p"})
        fonts = browser.send("CSS.getPlatformFontsForNode", {"nodeId": node["nodeId"]})["fonts"]
    assert len(letters) > 40
    assert [(font["familyName"], font["isCustomFont"]) for font in fonts] == [
        ("Noto Naskh Arabic", True)
    ]
