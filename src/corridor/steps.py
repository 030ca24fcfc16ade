"""Steps: how far a computation under way has come, for somebody who waits for it.

Whoever starts one may give a function that is told each step. Without it nobody is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Progress = Callable[[str, int, int], None]


def _tell_nobody(word: str, done: int, total: int) -> None:
    """Let a step pass."""


_PROGRESS: ContextVar[Progress] = ContextVar("progress", default=_tell_nobody)


@contextmanager
def told_to(progress: Progress) -> Iterator[None]:
    """Give a context whose computations tell each step: a word, steps done, and all steps."""
    token = _PROGRESS.set(progress)
    try:
        yield
    finally:
        _PROGRESS.reset(token)


def tell_step(word: str, done: int, total: int) -> None:
    """Say how many steps of a computation are done."""
    _PROGRESS.get()(word, done, total)
