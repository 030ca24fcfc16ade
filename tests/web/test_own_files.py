"""A file of a person's own on the map page: shown as points, removed, and told what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra 'web' is not installed")
pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import sync_playwright

from corridor.web.pages import built
from web_cases import AXE, CHROMIUM, FLAGS, PATIENCE_S, barriers, served, settled, until

ROOT = Path(__file__).resolve().parents[2]
TRIP = "/?scenario=khunjerab-1985&origin=almaty&destination=karachi&cargo=container-40&depart=2026-07-01"  # noqa: E501
SHOWN = """[...new Map(corridor.map.querySourceFeatures('own')
    .map(({geometry, properties}) => [properties.id, geometry.coordinates.map(Math.round)]))]
    .sort((a, b) => a[0] - b[0]).map(([, spot]) => spot)"""
DROP = """([name, text]) => {
    const dropped = new DataTransfer();
    dropped.items.add(new File([text], name));
    const event = new DragEvent('drop', {dataTransfer: dropped, bubbles: true, cancelable: true});
    document.getElementById('map-box').dispatchEvent(event);
}"""

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here"),
    pytest.mark.skipif(not built(), reason="the page is not built: make web"),
    pytest.mark.slow,
]


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    study = ROOT / "studies" / "kazakhstan-pakistan"
    with served(study) as address, sync_playwright() as made:
        browser = made.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        view = {"width": 1100, "height": 640}
        page = browser.new_context(viewport=view, reduced_motion="reduce").new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        page.goto(address + TRIP)
        settled(page)
        page.click("#layers-box summary")
        yield page
        browser.close()


def choose(page: Any, text: str | bytes, name: str = "mine.csv") -> str:
    """Choose a file by the button, and return what is said of it."""
    content = text.encode() if isinstance(text, str) else text
    page.evaluate("document.getElementById('own-said').textContent = ''")
    with page.expect_file_chooser() as chooser:
        page.click("#own-choose")
    chooser.value.set_files({"name": name, "mimeType": "text/plain", "buffer": content})
    until(page, "document.getElementById('own-said').textContent !== ''")
    return str(page.inner_text("#own-said"))


@pytest.mark.parametrize(
    "text",
    [
        "name,lon,lat\nA,67,25\nB,77,43\n",
        '\ufeffname;Longitude;LATITUDE\r\n"A; of ""two""\nlines";67,0;25\r\n\r\nB;77,00;43,0',
        "lat_deg\tlon_deg\n25\t67.0\n43\t7.7e1\n",
        'y,LNG,x\n25,67,"no, longitude"\n43,77,1\n',
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [
                    {"type": "Feature", "geometry": {"type": kind, "coordinates": at}}
                    for kind, at in (
                        ("Point", [67, 25, 9]),
                        ("LineString", [[1, 2], [3, 4]]),
                        ("Point", [77, 43]),
                    )
                ],
            }
        ),
    ],
)
def test_usual_files_are_shown(page: Any, text: str) -> None:
    assert choose(page, text) == "2 points of mine.csv"
    until(page, f"JSON.stringify({SHOWN}) === '[[67,25],[77,43]]'")


def test_file_in_utf_16_is_shown(page: Any) -> None:
    assert choose(page, "lon\tlat\n67\t25\n".encode("utf-16")) == "1 point of mine.csv"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "The file is empty."),
        ("lon,lat\n", "The file has a head and no rows."),
        ("name,east\nA,1\n", "no columns of longitude and latitude, such as lon and lat. Its"),
        ("lon,lat\n1,2\n\n3,abc\n", 'Line 4: the latitude is "abc", which is not a number.'),
        ("lon,lat\n1\n", 'Line 2: the latitude is "", which is not a number.'),
        ("lon,lat\n1,2\n0x10,4\n", 'Line 3: the longitude is "0x10"'),
        ("lon,lat\n200,4\n", "Line 2: the longitude is 200, beyond the world (-180 to 180"),
        ("lon,lat\n20,-91\n", "Line 2: the latitude is -91, beyond the world (-90 to 90"),
        ('{"type": "Feature"', "cannot be read as JSON"),
        ('{"type": "LineString", "coordinates": [[1, 2], [3, 4]]}', "The file has no points."),
        ('{"type": "Point", "coordinates": [1, "2"]}', 'Feature 1: the latitude is "2"'),
        (b"lon,lat,\xff\xe9\n1,2,3\n", "not text in UTF-8"),
        ("lon,lat\n" + "1,2\n" * 50_001, "50,001 rows; 50,000 is the most"),
        ("lon,lat\n" + "1,2," + "x" * 5_000_001, "larger than 5 MB"),
    ],
)
def test_every_fault_is_a_plain_sentence(page: Any, text: str | bytes, why: str) -> None:
    choose(page, "lon,lat\n67,25\n")
    said = choose(page, text)
    assert said.startswith("mine.csv: ") and why in said
    assert page.inner_text("#own-remove") == "Close"
    until(page, f"{SHOWN}.length === 0")


def test_dropped_file_is_pointed_at_and_removed_and_nothing_is_sent(page: Any) -> None:
    """Cells are text, also in the tooltip; the layer has a line in the legend and a slider."""
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    mark = "<img src=x onerror=alert(1)>"
    page.evaluate(DROP, ["depots.csv", f"what,lon,lat\n{mark},67,25\nB,77,43\n"])
    until(page, "document.getElementById('own-said').textContent === '2 points of depots.csv'")
    until(page, "document.getElementById('key-own') !== null && !corridor.map.isMoving()")
    assert page.is_visible("#opacity-own")

    until(page, "corridor.map.queryRenderedFeatures({layers: ['own']}).length === 2")
    at = page.evaluate("corridor.map.project([67, 25])")
    box = page.locator("#map canvas").bounding_box()
    page.mouse.move(box["x"] + at["x"], box["y"] + at["y"])
    assert page.inner_text("#map .tip") == f"what: {mark}\nlon: 67\nlat: 25"
    page.click(".own-rows summary")
    assert page.locator(".own-rows button").all_inner_texts() == [mark, "B"]
    assert page.locator("#map img, .own-rows img, #own img").count() == 0

    page.locator("#own-remove").press("Enter")
    until(page, f"{SHOWN}.length === 0")
    until(page, "document.getElementById('key-own') === null")
    assert page.inner_text("#own-said") == "" and page.is_hidden("#opacity-own")
    assert page.evaluate("document.activeElement.id") == "own-choose"
    assert not [body for body in sent if "depots" in body or "onerror" in body]


@pytest.mark.skipif(AXE is None, reason="axe-playwright-python is not installed")
@pytest.mark.parametrize("text", ["lon,lat\n67,25\n", "east\n1\n"])
def test_no_serious_barrier(page: Any, text: str) -> None:
    """Points with their rows and sliders, and what is said of a fault, light and dark."""
    choose(page, text)
    page.evaluate("document.querySelector('.own-rows').open = true")
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        assert barriers(page) == [], scheme
