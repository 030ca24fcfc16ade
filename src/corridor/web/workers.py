"""Workers: the few threads that compute, the latest answers, and those who wait for one."""

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
from corridor.web.limits import MAX_SECONDS, MAX_WAITING, MAX_WORKING
from corridor.web.refusals import Refusal, retry_after

MAX_STORED_BYTES = 64 * 1024 * 1024
MIN_PACKED_BYTES = 2048  # below it packing an answer does not pay


@dataclass(slots=True)
class Answer:
    """An answer as bytes and what kind they are; packed: the same, gzipped, once somebody asked."""

    body: bytes
    kind: str = "application/json"
    packed: bytes | None = None

    def gzipped(self) -> bytes | None:
        """Return the packed bytes; null where packing does not pay."""
        if self.packed is None and len(self.body) >= MIN_PACKED_BYTES:
            self.packed = gzip.compress(self.body, compresslevel=4, mtime=0)
        return self.packed


@dataclass(slots=True, eq=False)
class _Computation:
    """A question being answered.

    flag: ends it; until_s: when its time is over; waiting: how many callers wait for it.
    """

    future: Future[Answer]
    flag: stopping.Flag
    until_s: float
    waiting: int = 0

    @property
    def has_begun(self) -> bool:
        """Tell whether a thread has taken it up."""
        return self.future.running() or self.future.done()

    def stop(self) -> None:
        """End it: at once where it has not begun, else as soon as it looks at its flag."""
        self.flag[0] = 1
        self.future.cancel()


class Workers:
    """Compute answers in a few threads, each question once, and store the latest of them.

    The kernels let other threads run. A question ends, whether it has begun or not, when nobody
    waits for it any more and when its time is over.
    """

    def __init__(
        self,
        *,
        working: int = MAX_WORKING,
        waiting: int = MAX_WAITING,
        seconds: float = MAX_SECONDS,
    ) -> None:
        """Start working threads; at most so many further questions wait, each so many seconds."""
        self._pool = ThreadPoolExecutor(working, thread_name_prefix="corridor")
        self._max_computations = working + waiting
        self._seconds = seconds
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()
        self._bytes = 0
        self._computations: dict[Hashable, _Computation] = {}
        self._lock = threading.RLock()  # a future that is done at once is stored while it is held

    async def answer(
        self, key: Hashable, make: Callable[[], Answer], gone: Callable[[], Awaitable[None]]
    ) -> Answer:
        """Return the answer of a key, a stored one or computed.

        Parameters
        ----------
        key : equal for equal questions; callers of the same key share one computation.
        make : computes the answer, in a thread.
        gone : ends when the caller has left.

        Raises
        ------
        Refusal
            Where too many wait or those before take too long (503, busy), where it takes too long
            itself (503, too-slow) and where the caller left (499). The time is counted from the
            first caller's asking, so that a question many ask again and again ends as well.
        """
        with self._lock:
            answer = self._answers.get(key)
            if answer is not None:
                self._answers.move_to_end(key)
                return answer

            computation = self._computations.get(key) or self._start(key, make)
            computation.waiting += 1

        left: asyncio.Future[None] = asyncio.ensure_future(gone())
        try:
            return await self._wait(computation, left)
        finally:
            left.cancel()
            self._leave(key, computation)

    def forget(self) -> None:
        """Drop every stored answer."""
        with self._lock:
            self._answers.clear()
            self._bytes = 0

    def close(self) -> None:
        """Let no further question in and end those that are there."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            for computation in list(self._computations.values()):
                computation.stop()

    def _start(self, key: Hashable, make: Callable[[], Answer]) -> _Computation:
        """Hand a question to a thread; Refusal (503) where too many wait."""
        if len(self._computations) >= self._max_computations:
            raise Refusal(
                503, "busy", "Too many questions wait. Ask again in two seconds.", retry_after(2)
            )

        flag = stopping.new_flag()

        def compute() -> Answer:
            with stopping.stopped_by(flag):
                return make()

        until_s = time.monotonic() + self._seconds
        computation = _Computation(self._pool.submit(compute), flag, until_s)
        self._computations[key] = computation
        computation.future.add_done_callback(lambda done: self._store(key, computation, done))
        return computation

    async def _wait(self, computation: _Computation, left: asyncio.Future[None]) -> Answer:
        """Wait until the answer is there, the caller has left or the time is over."""
        answered = asyncio.wrap_future(computation.future)
        # Looks at the exception, so that asyncio does not complain of one nobody asks for.
        answered.add_done_callback(lambda done: done.cancelled() or done.exception())

        first: set[asyncio.Future[Any]] = {answered, left}
        await asyncio.wait(
            first,
            timeout=computation.until_s - time.monotonic(),
            return_when=asyncio.FIRST_COMPLETED,
        )

        if answered.done():
            return _result_of(answered)
        if left.done():
            raise Refusal(499, "left", "The caller left.")
        if not computation.has_begun:
            raise Refusal(
                503,
                "busy",
                "The questions before this one took too long. Ask again in two seconds.",
                retry_after(2),
            )
        raise Refusal(
            503,
            "too-slow",
            f"This took more than {self._seconds:g} seconds. Ask for fewer criteria, places to "
            "pass or days.",
            retry_after(5),
        )

    def _leave(self, key: Hashable, computation: _Computation) -> None:
        """Count one caller less, and end the computation nobody waits for."""
        with self._lock:
            computation.waiting -= 1
            if computation.waiting or computation.future.done():
                return

            if self._computations.get(key) is computation:
                del self._computations[key]  # whoever asks from now on starts again
            computation.stop()

    def _store(self, key: Hashable, computation: _Computation, done: Future[Answer]) -> None:
        """Store the answer of a computation that is done, and drop the oldest beyond the limit."""
        with self._lock:
            if self._computations.get(key) is computation:
                del self._computations[key]
            if done.cancelled() or done.exception() is not None:
                return

            before = self._answers.pop(key, None)
            if before is not None:
                self._bytes -= len(before.body)
            answer = done.result()
            self._answers[key] = answer
            self._bytes += len(answer.body)

            while self._bytes > MAX_STORED_BYTES and len(self._answers) > 1:
                _, oldest = self._answers.popitem(last=False)
                self._bytes -= len(oldest.body)


def _result_of(answered: asyncio.Future[Answer]) -> Answer:
    try:
        return answered.result()
    except (Stopped, asyncio.CancelledError):
        raise Refusal(503, "stopped", "The server stops.", retry_after(5)) from None
