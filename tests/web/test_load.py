"""Fifty callers at once, asking what people ask: no error, and nobody waits long.

CORRIDOR_LOAD_S=60 makes it the long run of the bars; run it alone, on a machine that does nothing
else.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra 'web' is not installed")
pytest.importorskip("httpx", reason="httpx is not installed")

import httpx

SECONDS = float(os.environ.get("CORRIDOR_LOAD_S", "3"))
CALLERS = 50
TRIPS = [
    ("almaty", "karachi"),
    ("almaty", "gwadar"),
    ("tashkent", "karachi"),
    ("astana", "nhavasheva"),
    ("lahore", "trieste"),
]
SCENARIOS = ["mid-2026", "open-borders", "khunjerab-1985"]


@pytest.fixture(scope="module")
def address(study_folder: Path) -> Iterator[str]:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, "-m", "corridor.cli", "serve", str(study_folder), "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        address = f"http://127.0.0.1:{port}"
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                httpx.get(f"{address}/api/study", timeout=5)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield address
        server.terminate()


def question(chance: random.Random) -> tuple[str, str, Any]:
    """Return what somebody at the map asks next: mostly routes, some of them a what-if nobody asked
    before."""
    origin, destination = chance.choice(TRIPS)
    state = {"scenario": chance.choice(SCENARIOS)}
    trip = {
        **state,
        "origin": origin,
        "destination": destination,
        "cargo": "container-40",
        "depart": "2026-07-01",
    }
    kind = chance.choices(
        ("routes", "day", "what-if", "card", "network", "calendar", "csv", "page"),
        (24, 10, FRESH, 22, 8, 6, 4, 26 - FRESH),
    )[0]
    match kind:
        case "routes":
            return "POST", "/api/routes", trip
        case "day":
            return "POST", "/api/routes", {**trip, "depart": f"2026-{chance.randint(1, 12):02}-15"}
        case "what-if":
            day = f"2026-07-{chance.randint(1, 28):02}"
            return "POST", "/api/routes", {**trip, "close": [chance.choice(LINKS)], "depart": day}
        case "card":
            return "GET", f"/api/links/{chance.choice(LINKS)}?scenario={state['scenario']}", None
        case "network":
            return "GET", f"/api/network?scenario={state['scenario']}", None
        case "calendar":
            return "POST", "/api/calendar", {**trip, "depart": "2026-01-01", "until": "2026-03-26"}
        case "csv":
            return "GET", f"/api/routes.csv?{httpx.QueryParams(trip)}", None
        case _:
            return "GET", chance.choice(("/", "/api/study", "/api/basemap", "/api/openings")), None


FRESH = 4
LINKS: list[str] = []


async def crowd(address: str, seconds: float) -> tuple[list[float], list[str]]:
    """Return the times of every answer in seconds, and what was no answer."""
    times: list[float] = []
    wrong: list[str] = []

    async def caller(number: int) -> None:
        chance = random.Random(number)
        await asyncio.sleep(chance.uniform(0, min(COME_S, seconds / 2)))
        async with httpx.AsyncClient(base_url=address, timeout=100) as client:
            while time.monotonic() < end:
                method, path, body = question(chance)
                began = time.perf_counter()
                try:
                    reply = await client.request(method, path, json=body)
                    if reply.status_code != 200:
                        wrong.append(
                            f"{reply.status_code} {method} {path} {json.dumps(body)} "
                            f"{reply.text[:200]}"
                        )
                except httpx.HTTPError as error:
                    wrong.append(f"{type(error).__name__} {path}")
                times.append(time.perf_counter() - began)
                await asyncio.sleep(chance.expovariate(1 / THINKS_S))

    end = time.monotonic() + seconds
    await asyncio.gather(*(caller(n) for n in range(CALLERS)))
    return times, wrong


THINKS_S = 0.5  # between an answer and the next question
COME_S = 2.0  # within which all callers have come


@pytest.mark.slow
@pytest.mark.timeout(SECONDS + 290)
def test_crowd_is_served(address: str, study_folder: Path) -> None:
    import corridor as co

    links = co.read(study_folder).tables["links"]
    LINKS.extend(
        links.filter(links["alternative"].is_null())["link_id"].to_list()
    )  # there under every scenario
    for day in ("2026-07-01", "2026-07-02"):  # kernels compiled, first network built
        httpx.post(
            f"{address}/api/routes",
            timeout=200,
            json={
                "origin": "almaty",
                "destination": "karachi",
                "cargo": "container-40",
                "depart": day,
            },
        ).raise_for_status()
    times, wrong = asyncio.run(crowd(address, SECONDS))
    p95 = quantiles(times, n=20)[-1]
    print(
        f"\n{len(times)} answers in {SECONDS:g} s by {CALLERS} callers: median {median(times) * 1000:.0f} ms, "  # noqa: E501
        f"p95 {p95 * 1000:.0f} ms, longest {max(times):.1f} s"
    )
    assert wrong == []
    # The bar is 1 s once the first minute's questions are known, on a machine that does nothing
    # else. Three seconds of a cold start only tell that nobody waits without end.
    assert p95 <= (1.0 if SECONDS >= 30 else 20.0)
