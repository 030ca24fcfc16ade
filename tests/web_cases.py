"""What the tests of the map share: a server on a free port, and questions that take long."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

CHROMIUM = next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (found := shutil.which(name))
    ),
    None,
)
FLAGS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
]
AXE = find_spec(
    "axe_playwright_python"
)  # ships axe-core, so that a clean clone has it without node
LATIN = re.compile(r"[A-Za-z]{3,}")
SAME_EVERYWHERE = re.compile(r"USD|UTC|CSV|PDF|PNG|GeoJSON|TIR|UN/LOCODE|English|WebGL|EIRR")
TRIP = {
    "origin": "almaty",
    "destination": "karachi",
    "cargo": "container-40",
    "depart": "2026-07-01",
}
PATIENCE_S = 240  # for what a quiet machine shows within ten seconds
TOKEN = "a-secret-of-many-signs"
# Three places to pass and four criteria: minutes of searching, where the partial ways are not
# capped.
LONG = {**TRIP, "scenario": "open-borders", "via": ["tashkent", "mersin", "kabul"]}


@contextmanager
def served(folder: Path, **options: Any) -> Iterator[str]:
    """Serve a study in a thread of this process and give its address; options: of ``make_app``."""
    import uvicorn

    from corridor.web.app import make_app

    server = uvicorn.Server(
        uvicorn.Config(make_app(folder, **options), host="127.0.0.1", port=0, log_level="error")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def settled(page: Any) -> None:
    """Wait until what the address asks is drawn."""
    until(
        page,
        "decodeURIComponent(document.documentElement.dataset.shown ?? '') === "
        "decodeURIComponent(location.search)",
    )


def until(page: Any, claim: str) -> None:
    """Wait until a claim holds; asked from outside, since the page's policy lets no text be run
    inside."""
    end = time.monotonic() + PATIENCE_S
    while not page.evaluate(claim):
        assert time.monotonic() < end, f"never: {claim}"
        page.wait_for_timeout(20)


def barriers(page: Any) -> list[tuple[str, list[Any]]]:
    """Return what axe-core finds serious or worse: its rule, and where."""
    assert AXE is not None and AXE.origin is not None
    page.evaluate((Path(AXE.origin).parent / "axe.min.js").read_text("utf-8"))
    violations = page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then(all => all.violations)"
    )
    return [
        (violation["id"], [node["target"] for node in violation["nodes"]][:4])
        for violation in violations
        if violation["impact"] in ("serious", "critical")
    ]


def routes(page: Any) -> list[str]:
    """Return the corridors listed, each with its countries."""
    return [
        f"{name}\n{countries}"
        for name, countries in zip(
            page.locator("table.routes td.way b").all_inner_texts(),
            page.locator("table.routes td.way .countries").all_inner_texts(),
            strict=True,
        )
    ]


def reach(page: Any, selector: str) -> None:
    """Press Tab until what is looked for has the focus."""
    for _ in range(250):
        if page.evaluate("s => document.activeElement?.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to {selector}")


def looked_at(page: Any, lon: float, lat: float, zoom: float) -> None:
    """Move the map somewhere and wait until it stands still."""
    page.evaluate(
        """([lon, lat, zoom]) => new Promise(done => {
        corridor.map.once('idle', () => done());  // not the event: it holds the whole map
        corridor.map.jumpTo({center: [lon, lat], zoom});
    })""",
        [lon, lat, zoom],
    )


def spot(page: Any, start: tuple[float, float], end: tuple[float, float]) -> dict[str, float]:
    """Return where the middle of a straight line lies on the map, once the map stands still
    there."""
    middle = [(a + b) / 2 for a, b in zip(start, end, strict=True)]
    looked_at(page, *middle, zoom=8)
    place = page.evaluate("at => corridor.map.project(at)", middle)
    return {"x": place["x"], "y": place["y"]}


def click_link(page: Any, study: Path, link_id: str) -> None:
    import corridor as co

    tables = co.read(study).tables
    link = next(r for r in tables["links"].to_dicts() if r["link_id"] == link_id)
    at = {r["node_id"]: (r["lon_deg"], r["lat_deg"]) for r in tables["nodes"].to_dicts()}
    where = spot(page, at[link["from_node_id"]], at[link["to_node_id"]])
    page.locator("canvas.maplibregl-canvas").click(position=where)


def refused(reply: Any, status: int, error: str | None = None) -> None:
    assert reply.status_code == status, reply.text
    answer = reply.json()
    assert len(answer["message"]) > 10
    assert error is None or answer["error"] == error
