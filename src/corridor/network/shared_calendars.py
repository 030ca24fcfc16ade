"""Shared calendars: each made once of the same others, for networks that differ in a few links.

So what no change concerns is not only equal on two networks but the very same object, which is
seen at once however many openings it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

from corridor.network.calendar import Span

T = TypeVar("T")
MAX_MADE = 20_000  # then all are made anew; a study of 600 links has some hundred


class SharedCalendars:
    """What was made of calendars that are shared themselves, by how and of which it was made."""

    def __init__(self) -> None:
        # Each holds on to what it was made of, so that nothing else takes its place in memory.
        self._made: dict[Hashable, tuple[Any, tuple[Sequence[Span] | None, ...]]] = {}

    def same(self, spans: list[Span]) -> list[Span]:
        """Return the calendar that is shared by all who have these openings."""
        key = tuple(spans)
        return self._once(key, lambda: spans, ())

    def once(
        self,
        make: Callable[..., T],
        *calendars: Sequence[Span] | None,
        figures: tuple[Hashable, ...] = (),
    ) -> T:
        """Return what is made of some calendars and figures, the first time it is asked for.

        It depends on them alone, and nobody changes it.
        """
        key = (make, *map(id, calendars), *figures)
        return self._once(key, lambda: make(*calendars, *figures), calendars)

    def _once(
        self, key: Hashable, make: Callable[[], T], parts: tuple[Sequence[Span] | None, ...]
    ) -> T:
        held = self._made.get(key)
        if held is None:
            if len(self._made) >= MAX_MADE:
                self._made.clear()
            held = self._made.setdefault(key, (make(), parts))
        made: T = held[0]
        return made
