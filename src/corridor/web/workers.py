"""Workers: the few threads that compute, the answers they gave, and those who wait for one."""

from __future__ import annotations

import asyncio
import gzip
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from corridor.web.limits import MOST_SECONDS, MOST_WAITING, MOST_WORKING, Refused

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


@dataclass(slots=True)
class _Flight:
    future: Future[Answer]
    waiting: int = 0


class Workers:
    """Compute answers in a few threads, each question once, and keep the latest of them.

    The kernels let other threads run; a search that has begun runs to its end, one that waits is dropped when nobody
    waits for it any more.
    """

    def __init__(self, *, working: int = MOST_WORKING, waiting: int = MOST_WAITING, seconds: float = MOST_SECONDS) -> None:
        self._pool = ThreadPoolExecutor(working, thread_name_prefix="corridor")
        self._most, self._seconds = working + waiting, seconds
        self._kept: OrderedDict[Hashable, Answer] = OrderedDict()
        self._bytes = 0
        self._flights: dict[Hashable, _Flight] = {}
        self._lock = threading.RLock()  # a future that is done at once lands while it is held

    async def answer(self, key: Hashable, make: Callable[[], Answer], gone: Callable[[], Awaitable[None]]) -> Answer:
        """Return the answer of a key, from the kept ones or computed; gone ends when the caller has left.

        Raises Refused where too many wait (503), where it takes too long (503) and where the caller left (499).
        """
        with self._lock:
            if (kept := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return kept
            flight = self._flights.get(key)
            if flight is None:
                if len(self._flights) >= self._most:
                    raise Refused(503, "busy", "Too many questions wait. Ask again in two seconds.",
                                  ((b"retry-after", b"2"),))
                flight = self._flights[key] = _Flight(self._pool.submit(make))
                flight.future.add_done_callback(lambda done: self._land(key, done))
            flight.waiting += 1
        left: asyncio.Future[None] = asyncio.ensure_future(gone())
        try:
            wrapped = asyncio.wrap_future(flight.future)
            either: set[asyncio.Future[Any]] = {wrapped, left}
            await asyncio.wait(either, timeout=self._seconds, return_when=asyncio.FIRST_COMPLETED)
            if wrapped.done():
                return wrapped.result()
            wrapped.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody asks for it any more
            if left.done():
                raise Refused(499, "left", "The caller left.")
            raise Refused(503, "too-slow", f"This took more than {self._seconds:g} seconds. Ask for fewer criteria, places "
                          "to pass or days.", ((b"retry-after", b"5"),))
        finally:
            left.cancel()
            with self._lock:
                flight.waiting -= 1
                if flight.waiting == 0:
                    flight.future.cancel()

    def forget(self) -> None:
        """Drop every kept answer."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    def close(self) -> None:
        """Let no further question in and drop those that wait."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _land(self, key: Hashable, done: Future[Answer]) -> None:
        with self._lock:
            self._flights.pop(key, None)
            if done.cancelled() or done.exception() is not None:
                return
            self._kept[key] = answer = done.result()
            self._bytes += len(answer.body)
            while self._bytes > MOST_BYTES_KEPT and len(self._kept) > 1:
                self._bytes -= len(self._kept.popitem(last=False)[1].body)
