"""Beside: what a second process computes while the first one goes on."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

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
    pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
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


def _here(compute: Callable[..., T], *arguments: Any) -> Callable[[], T]:
    """Return what computes here, once it is asked."""
    return lambda: compute(*arguments)
