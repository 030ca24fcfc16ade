"""The brief of an address: one A4 page with the figures of the page."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest

pytest.importorskip("fastapi", reason="the extra 'web' is not installed")

from fastapi.testclient import TestClient

from corridor.cli.app import main
from corridor.reports.brief import MAX_GONE
from corridor.reports.printing import find_browser
from web_cases import TOKEN, TRIP, refused

PASS = "khunjerab-tashkurgan-road"
ADDRESS = {
    **TRIP,
    "destination": "islamabad",
    "close": PASS,
    "route": "A",
    "layers": "hazards",
    "weight_time": "2",
}

pytestmark = pytest.mark.slow


def pages(pdf: bytes) -> int:
    assert pdf.startswith(b"%PDF")
    return len(re.findall(rb"/Type\s*/Page[^s]", pdf))


def test_the_brief_has_the_figures_of_the_page(client: TestClient) -> None:
    """Of any address of the page: what only the page looks at is passed over."""
    asked = {name: ADDRESS[name] for name in (*TRIP, "close")}
    answer = client.get("/api/routes", params=asked).json()
    reply = client.get("/brief", params=ADDRESS)
    assert reply.status_code == 200 and reply.headers["content-type"].startswith("text/html")
    assert "script" not in reply.headers["content-security-policy"]

    text = reply.text
    assert answer["baseline"]["sentence"] in text
    for route in answer["routes"]:
        assert f'<td class="letter">{route["letter"]}</td><td>{route["corridor"]}' in text
        assert f"{route['time_p50_h'] / 24:.1f}" in text
        assert f"{route['cost_usd']:,.0f}" in text
    gone = [c for c in answer["baseline"]["corridors"] if c["state"] == "gone"]
    assert gone and text.count("no longer listed") == min(len(gone), MAX_GONE)
    more = len(gone) - MAX_GONE
    assert (f"No longer listed and left out here: {more}." in text) == (more > 0)
    assert "Khunjerab closed" in text and "Natural" not in text and "<svg" in text


@pytest.mark.parametrize(("code", "letters"), [("ru", "[А-я]"), ("ur", "[ء-ے]")])
def test_the_brief_names_corridors_and_places_in_the_language_spoken(
    client: TestClient, code: str, letters: str
) -> None:
    """In the sentence, in the table and on the map; what the study names in Latin letters only,
    such as small towns, aside."""
    text = client.get("/brief", params={**TRIP, "language": code}).text
    corridors = re.findall(r'<td class="letter">\w+</td><td>([^,<]+)', text)
    assert corridors
    lead = re.search(r'<p class="lead">(.+?)</p>', text)
    assert lead is not None
    for words in (*corridors, lead[1]):
        assert re.search(letters, words) and not re.search("road|rail|sea", words)
    drawn = text[text.index("<svg") : text.rindex("</svg>")]
    assert "Port of Karachi" not in drawn and "Almaty" not in drawn


@pytest.mark.skipif(find_browser() is None, reason="there is no chromium here")
@pytest.mark.parametrize("close", [PASS, "crossing:CN-PK", "mode:rail"])
def test_the_brief_is_one_page(client: TestClient, close: str) -> None:
    reply = client.get("/brief.pdf", params={**ADDRESS, "close": close})
    assert reply.status_code == 200 and reply.headers["content-type"] == "application/pdf"
    assert pages(reply.content) == 1


def test_a_brief_without_a_route_says_why(client: TestClient) -> None:
    text = client.get("/brief", params={**TRIP, "close": ["mode:rail", "mode:road"]}).text
    assert "there is no route; before, the quickest took" in text


def test_a_wrong_brief_is_told(client: TestClient) -> None:
    refused(client.get("/brief", params={**TRIP, "origin": "atlantis"}), 422, "unknown-name")
    refused(client.get("/brief", params={**TRIP, "close": "nowhere"}), 422)


def test_the_brief_asks_for_the_token(study_folder: Path) -> None:
    from corridor.web.app import make_app

    with TestClient(make_app(study_folder, token=TOKEN), base_url="http://localhost") as guarded:
        refused(guarded.get(f"/brief?{urlencode(TRIP)}"), 401)


def test_the_shell_writes_a_brief(
    study_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "brief.html"
    asked = [str(study_folder), "almaty", "karachi", "--close", PASS]
    assert main(["brief", *asked, "--out", str(out)]) == 0
    page = out.read_text("utf-8")
    assert "With Khunjerab closed" in page and "1 July 2026" in page  # the scenario's day
    assert main(["brief", *asked, "--out", str(tmp_path / "brief.doc")]) == 2
    monkeypatch.setenv("CORRIDOR_BROWSER", "no-such-browser")
    assert main(["brief", *asked, "--out", str(tmp_path / "brief.pdf")]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["brief.html"]
