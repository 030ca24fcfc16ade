"""Passage times: when every arc is passed and how long that takes, from those of another network.

Networks made of one differ in a few links, so nearly every arc is passed as before: where the graph
is the same, and so are the calendars of its links and places and all its hours.
"""

from __future__ import annotations

from dataclasses import dataclass, field

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
        durations_s = passages.plain_durations_s()
        if before is None or not ground.is_like(before.ground):
            before = cls(ground, {}, {}, durations_s)
            differs = [True] * len(durations_s)
        else:
            differs = ground.differs(before.ground).tolist()

        for arc in passages.rides().tolist():
            same = before.durations_s[arc]
            durations_s[arc] = passages[arc].duration_s if differs[arc] else same

        calendars: dict[int, list[Span]] = {}
        mean_calendars: dict[int, list[Span]] = {}
        for arc in passages.apart().tolist():
            if differs[arc]:
                calendars[arc] = passages[arc].calendar()
                mean_calendars[arc] = passages[arc].mean_calendar()
            else:
                calendars[arc] = before.calendars[arc]
                mean_calendars[arc] = before.mean_calendars[arc]
        return cls(ground, calendars, mean_calendars, durations_s)


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
