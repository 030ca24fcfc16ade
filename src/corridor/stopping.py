"""Stopping: how a computation under way is told that nobody waits for it any more.

Whoever starts one gives a flag, an array of one number. Setting it, from any thread, ends the
computation soon after: a search for routes and the printing of a page as they go; departures,
why-not, rank and skim between one search and the next. simulate runs to its end. Without a flag
nothing is ever stopped.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np
from numpy.typing import NDArray

from corridor.errors import Stopped

Flag = NDArray[np.int64]
_NEVER: Flag = np.zeros(1, np.int64)
_FLAG: ContextVar[Flag] = ContextVar("stopping", default=_NEVER)


def new_flag() -> Flag:
    """Return a flag that is not set; ``flag[0] = 1`` sets it."""
    return np.zeros(1, np.int64)


@contextmanager
def stopped_by(flag: Flag) -> Iterator[None]:
    """Give a context whose computations end with Stopped soon after the flag is set."""
    token = _FLAG.set(flag)
    try:
        yield
    finally:
        _FLAG.reset(token)


def flag() -> Flag:
    """Return the flag of this context, as kernels take it: int64 [1], not 0 once work is to end."""
    return _FLAG.get()


def raise_if_stopped() -> None:
    """Raise Stopped where the flag of this context is set."""
    if _FLAG.get()[0]:
        raise Stopped("The computation was stopped before its end.")
