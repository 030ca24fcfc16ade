"""Beside: what a second process computes while the first one goes on."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

SELDOM = (100_000, 50, 100)  # new objects between two looks for cycles; usual: (700, 10, 10)

# Starts a computation and returns what waits for its result.
Start = Callable[..., Callable[[], Any]]

_subject: Any = None  # of the second process


@contextmanager
def beside(subject: Any, *, in_second_process: bool) -> Iterator[Start]:
    """Give what starts computations on a subject, in a second process or when one is asked for.

    ``start(compute, *arguments)`` computes ``compute(subject, *arguments)``. The second process has
    a copy of the subject, one for all computations, and begins them in the order they were started
    in; what it has not begun when the result is asked for, this one computes. The subject, the
    computations and what they take and return must pickle. Where the second process fails, or none
    can be had, this one computes: an error is then raised here as if nothing had been tried.
    """
    if not in_second_process:
        yield partial(_here, subject)
        return

    # A new process rather than a copy of this one, which may hold locks of other threads.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(1, mp_context=context, initializer=_begin, initargs=(subject,))
    try:

        def start(compute: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
            try:
                later = pool.submit(_on_subject, compute, *arguments)
            except BrokenProcessPool:
                return _here(subject, compute, *arguments)

            def result() -> Any:
                if not later.cancel():
                    with suppress(Exception):
                        return later.result()
                return compute(subject, *arguments)

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


def _begin(subject: Any) -> None:
    """Begin the second process with its copy of the subject."""
    global _subject
    _subject = subject
    collect_seldom()


def _on_subject(compute: Callable[..., Any], *arguments: Any) -> Any:
    """Return what the second process computes on its copy of the subject."""
    return compute(_subject, *arguments)


def _here(subject: Any, compute: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
    """Return what computes here, once it is asked."""
    return lambda: compute(subject, *arguments)
