"""Latest: the answers asked for last, so that a baseline is computed once for many what-ifs."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Latest(Generic[T]):
    """The values of the latest keys; safe to ask from several threads, which do not wait."""

    def __init__(self, most: int) -> None:
        """Hold at most so many values."""
        self._values: OrderedDict[Hashable, T] = OrderedDict()
        self._most = most
        self._lock = threading.Lock()

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value of a key, made where it is not at hand."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]

        value = make()
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value
