"""When links and arcs can be entered: status, windows, rules and sailings together."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from core_cases import closed, network, small
from corridor.network import openings
from corridor.network.calendar import Span, instant, is_open, second
from corridor.network.changes import Closure

DEPART = second("2026-06-10")


def spans_of(at: int = 0, *change_ids: str, **rows: Any) -> list[Span]:
    return openings.link_openings(small(*change_ids, **rows), DEPART).spans[at]


def window(**more: Any) -> dict[str, Any]:
    return {"window_id": "w", "link_id": "ab", **more}


def test_a_link_without_windows_is_open_for_its_year_and_two_more() -> None:
    assert spans_of() == [Span(second("2026-01-01"), second("2029-01-01"))]
    built = small()
    assert openings.link_openings(built, DEPART) is openings.link_openings(
        built, second("2026-12-31")
    )
    assert openings.link_openings(built, second("2027-01-01")).from_s == second("2027-01-01")


def test_status_windows_of_the_link_and_of_both_ends_hold_together() -> None:
    rows = {
        "changes": [closed("ab", dt.date(2026, 8, 1), dt.date(2026, 9, 1))],
        "windows": [
            window(season_from="04-01", season_to="10-31"),
            {"window_id": "x", "node_id": "a", "weekdays": "mon"},
            {"window_id": "y", "node_id": "b", "hours": "08:00-12:00", "utc_offset_h": 5.0},
        ],
    }
    made = openings.link_openings(small("shut", **rows), DEPART)
    for at in range(second("2026-03-01"), second("2026-12-31"), 3600):
        when = instant(at)
        expected = (
            4 <= when.month <= 10 and when.month != 8 and when.weekday() == 0 and 3 <= when.hour < 7
        )
        assert is_open(made.spans[0], at) == expected, when
    assert set(made.windows[0]) == {"ab", "a", "b"}
    assert {c.closure_id for c in made.closures[0]} == {"shut", "ab", "a", "b"}
    assert made.windows[2] == {}  # c - d meets no window


def test_calendars_are_packed_in_order() -> None:
    packed, ptr = openings.pack([[Span(1, 2, 0.6)], [], [Span(3, 4), Span(5, 9, 2.0)]])
    assert packed.tolist() == [[1, 3, 5], [2, 4, 9], [1, 0, 2]]
    assert ptr.tolist() == [0, 1, 1, 3]
    assert openings.pack([])[0].shape == (3, 0)
    assert packed.flags["C_CONTIGUOUS"]
    assert packed.dtype == np.int64


@pytest.mark.parametrize(
    ("at", "ids"),
    [
        (0, ["open-end", "always"]),
        (89, ["open-end", "always"]),
        (90, ["open-end", "always", "later"]),
        (99, ["open-end", "always"]),
        (-1, ["early", "always"]),
    ],
)
def test_dated_closures_in_force(at: int, ids: list[str]) -> None:
    known = [
        Closure("change", "early", None, 0, None, None),
        Closure("change", "open-end", 0, None, None, None),
        Closure("status", "always", None, None, None, None),
        Closure("window", "winter", None, None, None, None),
        Closure("change", "later", 90, 99, None, None),
    ]
    assert [c.closure_id for c in openings.shut_by(known, at)] == ids


def test_the_studys_pass_has_the_season_of_its_alternative() -> None:
    for choice, january in (("protocol-1985", False), ("open-all-year", True)):
        built = network("mid-2026", f"khunjerab={choice}")
        at = built.frames["links"]["link_id"].to_list().index("khunjerab-tashkurgan-road")
        spans = openings.link_openings(built, DEPART).spans[at]
        assert is_open(spans, second("2027-01-15T06:00")) == january
        assert is_open(spans, second("2026-07-15T06:00"))
