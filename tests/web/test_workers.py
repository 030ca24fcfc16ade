"""Those who compute: each question once, none longer than somebody waits for it, none longer than
the limit."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra 'web' is not installed")
pytest.importorskip("httpx", reason="httpx is not installed")

import httpx

from corridor import stopping
from corridor.closures.criticality import rank
from corridor.errors import Stopped
from corridor.web.refusals import Refusal
from corridor.web.workers import Answer, Workers
from web_cases import LONG, TRIP, served

SOON_S = 3.0  # of the processor: far below what the questions left would take
LONG_S = 60.0  # for what must come, however busy the machine is


async def never() -> None:
    await asyncio.Event().wait()


async def soon() -> None:
    await asyncio.sleep(0.05)


async def until(told: list[str], expected: list[str]) -> None:
    """Wait until just that has been told."""
    end = time.monotonic() + LONG_S
    while told != expected:
        assert time.monotonic() < end, f"{told}, not {expected}"
        await asyncio.sleep(0.005)


def endless(told: list[str]) -> Answer:
    """Compute until told to end."""
    told.append("began")
    try:
        while True:
            stopping.raise_if_stopped()
            time.sleep(0.002)
    except Stopped:
        told.append("ended")
        raise


def test_slow_and_too_many_questions_are_told_so() -> None:
    told: list[str] = []

    async def ask() -> None:
        workers = Workers(working=1, waiting=1, seconds=0.2)
        one, two = (
            asyncio.ensure_future(workers.answer(key, lambda: endless(told), never))
            for key in ("a", "b")
        )
        await asyncio.sleep(0)  # both have asked
        with pytest.raises(Refusal) as busy:
            await workers.answer("c", lambda: endless(told), never)
        assert busy.value.status == 503 and busy.value.headers[0][0] == b"retry-after"

        for waiting in (one, two):
            with pytest.raises(Refusal, match=r"more than 0\.2 seconds|before this one"):
                await waiting
        assert await answered_at_last(workers, "a") == b"{}"  # the thread is free again
        workers.close()

    asyncio.run(ask())
    # both limits pass at once: the second may get the thread as the first leaves it, or neither
    # where the thread comes late; what began has ended
    assert told in ([], ["began", "ended"], ["began", "ended"] * 2)


async def answered_at_last(workers: Workers, key: str) -> bytes:
    """Return the answer to a quick question, asked again where the limit passed on a busy
    machine."""
    end = time.monotonic() + LONG_S
    while True:
        try:
            return (await workers.answer(key, lambda: Answer(b"{}"), never)).body
        except Refusal:
            assert time.monotonic() < end


def test_same_question_is_computed_once_and_dropped_when_all_left() -> None:
    calls: list[str] = []
    go = threading.Event()

    async def ask() -> None:
        workers = Workers(working=1, waiting=9, seconds=LONG_S)

        def slow(name: str) -> Answer:
            calls.append(name)
            go.wait(LONG_S)
            return Answer(name.encode())

        first = [
            asyncio.ensure_future(workers.answer("a", lambda: slow("a"), never)) for _ in range(5)
        ]
        await until(calls, ["a"])  # the one thread has begun
        with pytest.raises(Refusal, match="left"):
            await workers.answer("b", lambda: slow("b"), soon)
        go.set()
        assert {a.body for a in await asyncio.gather(*first)} == {b"a"}
        workers.close()

    asyncio.run(ask())
    assert calls == ["a"]


def test_computation_ends_when_the_last_who_waits_leaves() -> None:
    told: list[str] = []

    async def begun() -> None:
        await until(told, ["began"])

    async def ask() -> None:
        workers = Workers(working=1, waiting=9, seconds=LONG_S)
        stays, leaves = (
            asyncio.ensure_future(workers.answer("a", lambda: endless(told), gone))
            for gone in (never, begun)
        )
        with pytest.raises(Refusal, match="left"):
            await leaves
        assert told == ["began"]  # one still waits
        stays.cancel()
        await asyncio.sleep(0)
        # Who asks the same now gets an answer of his own, not the one that is being given up.
        assert (await workers.answer("a", lambda: Answer(b"new"), never)).body == b"new"
        workers.close()

    asyncio.run(ask())
    assert told == ["began", "ended"]


def test_late_callers_do_not_keep_a_question_beyond_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    now_s = [0.0]
    clock = SimpleNamespace(monotonic=lambda: now_s[0])
    monkeypatch.setattr("corridor.web.workers.time", clock)

    async def ask() -> None:
        workers = Workers(working=1, waiting=9, seconds=100 * LONG_S)
        first = asyncio.ensure_future(workers.answer("a", lambda: endless(told), never))
        await until(told, ["began"])

        now_s[0] = 100 * LONG_S - 0.05  # all but over
        for _ in range(2):
            with pytest.raises(Refusal, match="seconds"):
                await workers.answer("a", lambda: endless(told), never)
        assert told == ["began"] and not first.done()

        first.cancel()
        await until(told, ["began", "ended"])
        workers.close()

    asyncio.run(ask())


def test_question_never_begun_is_refused_as_busy() -> None:
    """Who asks it again may be answered; what was begun and took too long would take as long."""
    go = threading.Event()

    def slow() -> Answer:
        go.wait(LONG_S)
        return Answer(b"a")

    async def ask() -> None:
        workers = Workers(working=1, waiting=9, seconds=0.2)
        first, second = (
            asyncio.ensure_future(workers.answer(key, slow, never)) for key in ("a", "b")
        )
        refusals = await asyncio.gather(first, second, return_exceptions=True)
        go.set()
        assert [refusal.error for refusal in refusals] == ["too-slow", "busy"]  # type: ignore[union-attr]
        workers.close()

    asyncio.run(ask())


def test_closing_ends_what_is_computed() -> None:
    told: list[str] = []

    async def ask() -> None:
        workers = Workers(working=1, waiting=9, seconds=LONG_S)
        waiting = asyncio.ensure_future(workers.answer("a", lambda: endless(told), never))
        await until(told, ["began"])
        workers.close()
        with pytest.raises(Refusal, match="stops"):
            await waiting

    asyncio.run(ask())
    assert told == ["began", "ended"]


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let searches keep as many partial ways as they like, so that only the clock and the caller
    end them."""
    monkeypatch.setattr("corridor.web.questions.MAX_LABELS", 1 << 24)


@pytest.fixture
def address(study_folder: Path, unlimited: None) -> Iterator[str]:
    """Serve with one thread, so that a question that goes on would let no other be answered."""
    with served(study_folder, workers=Workers(working=1, seconds=100)) as address:
        httpx.post(
            f"{address}/api/routes", json=TRIP, timeout=100
        ).raise_for_status()  # kernels and networks are there
        httpx.get(f"{address}/api/criticality", timeout=100).raise_for_status()
        yield address


def free_after(address: str, day: int) -> float:
    """Return what it takes of the processor until the one thread answers something new.

    A busy machine does not lengthen it, as it would the time by a clock.
    """
    began = time.process_time()
    httpx.get(
        f"{address}/api/openings", params={"on": f"2026-03-{day:02}"}, timeout=100
    ).raise_for_status()
    return time.process_time() - began


YEAR = {**TRIP, "depart": "2026-01-01", "until": "2026-12-31", "every_days": 1}


def again_and_again(*given: Any, **named: Any) -> None:
    """Rank until told to end: once is over too soon to tell whether it was stopped."""
    while True:
        stopping.raise_if_stopped()
        rank(*given, **named)


@pytest.mark.parametrize(
    ("way", "path", "asked"),
    [
        ("POST", "/api/routes", {"json": LONG}),
        ("POST", "/api/calendar", {"json": YEAR}),
        ("GET", "/api/criticality", {"params": {"scenario": "open-borders"}}),
    ],
)
def test_thread_is_free_when_the_caller_has_left(
    address: str, way: str, path: str, asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corridor.web.answers.MAX_DEPARTURES", 400)
    monkeypatch.setattr("corridor.web.answers.rank", again_and_again)
    with pytest.raises(httpx.ReadTimeout):
        httpx.request(way, address + path, timeout=0.3, **asked)
    assert free_after(address, 1) < SOON_S


def test_limit_of_time_really_ends_a_search(study_folder: Path, unlimited: None) -> None:
    with served(study_folder, workers=Workers(working=1, seconds=1.5)) as address:
        began_s = time.perf_counter()
        began_cpu_s = time.process_time()
        reply = httpx.post(f"{address}/api/routes", json=LONG, timeout=100)
        assert (
            reply.status_code == 503
            and reply.json()["error"] == "too-slow"
            and reply.headers["retry-after"]
        )
        assert time.perf_counter() - began_s >= 1.5
        assert time.process_time() - began_cpu_s < 1.5 + SOON_S
        assert free_after(address, 2) < SOON_S
