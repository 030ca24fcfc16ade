"""Workers: the few threads that compute, the answers they gave, and those who wait for one."""

from __future__ import annotations

import asyncio
import gzip
import threading
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from corridor import stopping
from corridor.errors import Stopped
from corridor.web.door import Refused
from corridor.web.limits import MOST_SECONDS, MOST_WAITING, MOST_WORKING

MOST_BYTES_KEPT = 64 * 1024 * 1024
LEAST_PACKED = 2048  # bytes below which packing an answer does not pay


@dataclass(slots=True)
class Answer:
    """An answer as bytes and what kind they are; packed: the same, gzipped, once somebody asked."""

    body: bytes
    kind: str = "application/json"
    packed: bytes | None = None

    def gzipped(self) -> bytes | None:
        """Return the packed bytes; null where packing does not pay."""
        if self.packed is None and len(self.body) >= LEAST_PACKED:
            self.packed = gzip.compress(self.body, compresslevel=4, mtime=0)
        return self.packed


@dataclass(slots=True, eq=False)
class _Flight:
    """A question being answered: its flag ends the computation; until when it may take, and how
    many wait for it."""

    future: Future[Answer]
    flag: stopping.Flag
    until_s: float
    waiting: int = 0

    def stop(self) -> None:
        """End it: at once where it has not begun, else as soon as the computation looks at its
        flag."""
        self.flag[0] = 1
        self.future.cancel()


class Workers:
    """Compute answers in a few threads, each question once, and keep the latest of them.

    The kernels let other threads run. A question ends, whether it has begun or not, when nobody
    waits for it any more and when its time is over.
    """

    def __init__(
        self,
        *,
        working: int = MOST_WORKING,
        waiting: int = MOST_WAITING,
        seconds: float = MOST_SECONDS,
    ) -> None:
        self._pool = ThreadPoolExecutor(working, thread_name_prefix="corridor")
        self._most = working + waiting
        self._seconds = seconds
        self._kept: OrderedDict[Hashable, Answer] = OrderedDict()
        self._bytes = 0
        self._flights: dict[Hashable, _Flight] = {}
        self._lock = threading.RLock()  # a future that is done at once lands while it is held

    async def answer(
        self, key: Hashable, make: Callable[[], Answer], gone: Callable[[], Awaitable[None]]
    ) -> Answer:
        """Return the answer of a key, from the kept ones or computed; gone ends when the caller has
        left.

        Raises Refused where too many wait (503), where it takes too long (503) and where the caller
        left (499). The time is counted from the first caller's asking, so that a question many ask
        again and again ends as well.
        """
        with self._lock:
            if (kept := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return kept
            flight = self._flights.get(key)
            if flight is None:
                if len(self._flights) >= self._most:
                    raise Refused(
                        503,
                        "busy",
                        "Too many questions wait. Ask again in two seconds.",
                        ((b"retry-after", b"2"),),
                    )
                flight = self._start(key, make)
            flight.waiting += 1
        left: asyncio.Future[None] = asyncio.ensure_future(gone())
        try:
            wrapped = asyncio.wrap_future(flight.future)
            wrapped.add_done_callback(
                lambda done: done.cancelled() or done.exception()
            )  # when nobody asks any more
            either: set[asyncio.Future[Any]] = {wrapped, left}
            await asyncio.wait(
                either,
                timeout=flight.until_s - time.monotonic(),
                return_when=asyncio.FIRST_COMPLETED,
            )
            if wrapped.done():
                return _landed(wrapped)
            if left.done():
                raise Refused(499, "left", "The caller left.")
            raise Refused(
                503,
                "too-slow",
                f"This took more than {self._seconds:g} seconds. Ask for fewer criteria, places to "
                "pass or days.",
                ((b"retry-after", b"5"),),
            )
        finally:
            left.cancel()
            with self._lock:
                flight.waiting -= 1
                if flight.waiting == 0 and not flight.future.done():
                    if self._flights.get(key) is flight:
                        del self._flights[key]  # who asks from now on starts anew
                    flight.stop()

    def forget(self) -> None:
        """Drop every kept answer."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    def close(self) -> None:
        """Let no further question in and end those that are there."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            for flight in list(self._flights.values()):
                flight.stop()

    def _start(self, key: Hashable, make: Callable[[], Answer]) -> _Flight:
        flag = stopping.new_flag()

        def compute() -> Answer:
            with stopping.stopped_by(flag):
                return make()

        flight = _Flight(self._pool.submit(compute), flag, time.monotonic() + self._seconds)
        self._flights[key] = flight
        flight.future.add_done_callback(lambda done: self._land(key, flight, done))
        return flight

    def _land(self, key: Hashable, flight: _Flight, done: Future[Answer]) -> None:
        with self._lock:
            if self._flights.get(key) is flight:
                del self._flights[key]
            if done.cancelled() or done.exception() is not None:
                return
            if (before := self._kept.pop(key, None)) is not None:
                self._bytes -= len(before.body)
            self._kept[key] = answer = done.result()
            self._bytes += len(answer.body)
            while self._bytes > MOST_BYTES_KEPT and len(self._kept) > 1:
                self._bytes -= len(self._kept.popitem(last=False)[1].body)


def _landed(done: asyncio.Future[Answer]) -> Answer:
    try:
        return done.result()
    except (Stopped, asyncio.CancelledError):
        raise Refused(503, "stopped", "The server stops.", ((b"retry-after", b"5"),)) from None
