"""Passage times: when every arc is passed and how long that takes, from those of another network.

Networks made of one differ in a few links, so nearly every arc is passed as before: where the graph
is the same, and so are the calendars of its links and places and all its hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from corridor.kernels import Ints
from corridor.network.calendar import Span
from corridor.network.passages import Ground, Passages

MAX_HELD = 8  # times of different bans


@dataclass(frozen=True, eq=False)
class PassageTimes:
    """When the arcs of a graph are passed.

    Attributes
    ----------
    ground
        What this was made of.
    calendars, mean_calendars
        As :meth:`corridor.network.passages.Passage.calendar` and ``mean_calendar`` say it, of the
        arcs that do not take everyone who comes, at any time.
    durations_s
        Seconds each arc takes where it is open [arcs].
    """

    ground: Ground
    calendars: dict[int, list[Span]]
    mean_calendars: dict[int, list[Span]]
    durations_s: Ints

    @classmethod
    def of(cls, passages: Passages, before: PassageTimes | None) -> PassageTimes:
        """Return the times of passages.

        before: of another network, taken over where nothing differs; null: there is none.
        """
        ground = passages.ground()
        if before is None or not ground.is_like(before.ground):
            before = cls(ground, {}, {}, passages.plain_durations_s())
            differing = np.union1d(passages.apart(), passages.rides())
        else:
            differing = np.flatnonzero(ground.differs(before.ground))
        return before._but(differing.tolist(), passages, ground)

    def _but(self, arcs: Sequence[int], passages: Passages, ground: Ground) -> PassageTimes:
        """Return these times but for some arcs, in order, that are passed otherwise."""
        differing = set(arcs)
        apart = [arc for arc in arcs if passages.is_apart(arc)]
        calendars = {arc: passages[arc].calendar() for arc in apart}
        mean_calendars = {arc: passages[arc].mean_calendar() for arc in apart}

        durations_s = passages.plain_durations_s()
        rides = passages.rides()
        durations_s[rides] = self.durations_s[rides]
        for arc in differing.intersection(rides.tolist()):
            durations_s[arc] = passages[arc].duration_s

        same = [arc for arc in self.calendars if arc not in differing]
        calendars.update((arc, self.calendars[arc]) for arc in same)
        mean_calendars.update((arc, self.mean_calendars[arc]) for arc in same)
        return PassageTimes(
            ground,
            dict(sorted(calendars.items())),
            dict(sorted(mean_calendars.items())),
            durations_s,
        )


@dataclass(frozen=True, eq=False)
class LastTimes:
    """The times of networks asked last, by the rules that forbade something."""

    held: dict[tuple[str, ...], PassageTimes] = field(default_factory=dict)

    def next(self, rule_ids: tuple[str, ...], passages: Passages) -> PassageTimes:
        """Return the times of passages, from the last ones that are most like them."""
        # Lists: other threads may change the mapping meanwhile.
        last = list(self.held.values())[-1:]
        before = self.held.get(rule_ids) or (last[0] if last else None)
        times = self.held[rule_ids] = PassageTimes.of(passages, before)
        for oldest in list(self.held)[:-MAX_HELD]:
            self.held.pop(oldest, None)
        return times
