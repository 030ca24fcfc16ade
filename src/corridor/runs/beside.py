"""Beside: what a second process computes while the first one goes on."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

SELDOM = (100_000, 50, 100)  # new objects between two looks for cycles; usual: (700, 10, 10)

T = TypeVar("T")
# Starts a computation and returns what waits for its result.
Start = Callable[..., Callable[[], Any]]


@contextmanager
def beside(*, in_second_process: bool) -> Iterator[Start]:
    """Give what starts a computation, in a second process or when its result is asked for.

    The computation and what it takes and returns must pickle. Where the second process fails, or
    none can be had, this one computes: an error is then raised here as if nothing had been tried.
    """
    if not in_second_process:
        yield _here
        return

    # A new process rather than a copy of this one, which may hold locks of other threads.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(1, mp_context=context, initializer=collect_seldom)
    try:

        def start(compute: Callable[..., T], *arguments: Any) -> Callable[[], T]:
            try:
                later = pool.submit(compute, *arguments)
            except BrokenProcessPool:
                return _here(compute, *arguments)

            def result() -> T:
                try:
                    return later.result()
                except Exception:
                    return compute(*arguments)

            return result

        yield start
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def collect_seldom() -> None:
    """Let Python look seldom for objects that hold each other: for a process of our own.

    A run makes millions of small objects that last; looking through them takes a tenth of its time.
    """
    gc.freeze()
    gc.set_threshold(*SELDOM)


def _here(compute: Callable[..., T], *arguments: Any) -> Callable[[], T]:
    """Return what computes here, once it is asked."""
    return lambda: compute(*arguments)
