"""Seasons, weekly hours, sailings and calendars against twins that step through time."""

from __future__ import annotations

import datetime as dt
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.network import calendar, windows
from corridor.network.calendar import Span
from corridor.units import DAY_S, MINUTE_S

START = calendar.second("2023-01-01")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LEAP_YEAR = [dt.date(2024, 1, 1) + dt.timedelta(days=i) for i in range(366)]
monthdays = st.sampled_from([f"{d:%m-%d}" for d in LEAP_YEAR])
clocks = st.integers(0, 47).map(lambda h: f"{h // 2:02d}:{30 * (h % 2):02d}")
HALF_HOURS = range(START, START + 21 * DAY_S, 30 * MINUTE_S)


@cache
def around_the_year(first: str, last: str) -> set[str]:
    """Walk from the first day of a season to its last through a leap year that begins anew."""
    days = [f"{d:%m-%d}" for d in LEAP_YEAR]
    at = days.index(first)
    inside = {first}
    while days[at] != last:
        at = (at + 1) % 366
        inside.add(days[at])
    return inside


@given(monthdays, monthdays)
def test_season_is_the_walk_from_first_to_last_day(first: str, last: str) -> None:
    inside = around_the_year(first, last)
    spans = windows.season_spans(first, last, START, START + 1100 * DAY_S)
    for i in range(1100):
        day = dt.date(2023, 1, 1) + dt.timedelta(days=i)
        assert windows.season_contains(day, first, last) == (f"{day:%m-%d}" in inside), day
        at = START + i * DAY_S
        assert [a <= at < b for a, b in spans].count(True) == (f"{day:%m-%d}" in inside), day


@pytest.mark.parametrize(("year", "days"), [(2023, 59 + 31), (2024, 60 + 31)])
def test_winter_to_29_february_has_the_years_length(year: int, days: int) -> None:
    from_s = calendar.second(dt.date(year - 1, 6, 1))
    ((a, b),) = windows.season_spans("12-01", "02-29", from_s, from_s + 365 * DAY_S)
    assert (b - a) // DAY_S == days
    assert (
        windows.season_spans(
            "02-29", "02-29", *(calendar.second(f"{y}-01-01") for y in (2023, 2024))
        )
        == []
    )


def open_by_the_clock(at: int, weekdays: list[str], hours: str | None, offset_h: float) -> bool:
    local = calendar.instant(at) + dt.timedelta(hours=offset_h)
    if hours is None:
        return WEEKDAYS[local.weekday()] in weekdays
    first, last = (60 * int(c[:2]) + int(c[3:]) for c in hours.split("-"))
    now = 60 * local.hour + local.minute
    yesterday = local - dt.timedelta(days=1)
    today = WEEKDAYS[local.weekday()] in weekdays
    if last > first:
        return today and first <= now < last
    return today and now >= first or WEEKDAYS[yesterday.weekday()] in weekdays and now < last


@given(
    st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True),
    st.none() | st.tuples(clocks, clocks).map("-".join),
    st.sampled_from([-11.5, -3.0, 0.0, 4.5, 5.0, 5.75, 14.0]),
)
def test_weekly_hours_are_those_of_the_local_clock(
    weekdays: list[str], hours: str | None, offset_h: float
) -> None:
    spans = windows.weekly_spans(" ".join(weekdays), hours, offset_h, START, START + 21 * DAY_S)
    assert spans == sorted(spans)
    assert all(a < b for a, b in spans)
    assert all(b < c for (_, b), (c, _) in zip(spans, spans[1:], strict=False))
    for at in HALF_HOURS:
        assert any(a <= at < b for a, b in spans) == open_by_the_clock(
            at, weekdays, hours, offset_h
        )


rows = st.fixed_dictionaries(
    {
        "season_from": st.just("01-05"),
        "season_to": st.sampled_from(["01-12", "01-20", "12-31"]),
        "weekdays": st.none() | st.just("mon wed sat"),
        "hours": st.none() | st.tuples(clocks, clocks).map("-".join),
        "utc_offset_h": st.none() | st.just(5.0),
        "open_share": st.none() | st.sampled_from([0.3, 0.6]),
        "closed_spell_h": st.sampled_from([12.0, 48.0]),
    }
)


@settings(max_examples=30)
@given(st.lists(rows, min_size=1, max_size=4), st.randoms())
def test_windows_are_a_union_where_the_more_open_row_counts(
    rows_of_a_place: list[dict[str, object]], random: object
) -> None:
    spans = windows.window_spans(rows_of_a_place, START, START + 21 * DAY_S)
    mixed = list(rows_of_a_place)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert pointwise(windows.window_spans(mixed, START, START + 21 * DAY_S)) == pointwise(spans)
    for at in HALF_HOURS:
        share = [
            float(w["open_share"] or 1)
            for w in rows_of_a_place  # type: ignore[arg-type]
            if f"{calendar.instant(at):%m-%d}"
            in around_the_year(str(w["season_from"]), str(w["season_to"]))
            and open_by_the_clock(
                at,
                (str(w["weekdays"] or " ".join(WEEKDAYS))).split(),
                w["hours"] and str(w["hours"]),
                float(w["utc_offset_h"] or 0),
            )
        ]  # type: ignore[arg-type]
        here = [s for s in spans if s.start_s <= at < s.end_s]
        assert len(here) == bool(share)
        if share:
            assert here[0].open_share == max(share)
            assert here[0].delay_s == pytest.approx((1 - max(share)) * here[0].spell_s)


def pointwise(spans: list[Span]) -> dict[int, tuple[float, ...]]:
    return {at: s[2:] for s in spans for at in range(s.start_s, s.end_s, 30 * MINUTE_S)}


@given(
    st.lists(st.tuples(st.sampled_from(WEEKDAYS), clocks), min_size=1, max_size=5),
    st.integers(0, 20000),
)
def test_sailings_are_one_second_each_week(sailings: list[tuple[str, str]], later: int) -> None:
    text = "; ".join(" ".join(s) for s in sailings)
    first = START + later * MINUTE_S
    spans = calendar.timetable_spans(calendar.parse_timetable(text), first, first + 15 * DAY_S)
    expected = [
        at
        for at in range(first, first + 15 * DAY_S, MINUTE_S)
        if at % (30 * MINUTE_S) == 0
        and (WEEKDAYS[calendar.instant(at).weekday()], f"{calendar.instant(at):%H:%M}") in sailings
    ]
    assert [(s.start_s, s.end_s) for s in spans] == [(at, at + 1) for at in expected]


edges = st.lists(st.integers(0, 60), max_size=8, unique=True).map(sorted)
calendars = edges.map(
    lambda e: [
        Span(a, b, float((a * 7) % 5), 1 / (1 + a % 3))
        for a, b in zip(e[::2], e[1::2], strict=False)
    ]
)


@given(calendars, calendars)
def test_intersect_is_open_where_both_are(a: list[Span], b: list[Span]) -> None:
    both = calendar.intersect(a, b)
    for at in range(62):
        assert calendar.is_open(both, at) == (calendar.is_open(a, at) and calendar.is_open(b, at))
    assert calendar.intersect(b, a) == [s._replace() for s in both]
    assert calendar.intersect(a, [Span(-1, 99)]) == a
    for span in both:
        one, two = (next(s for s in x if s.start_s <= span.start_s < s.end_s) for x in (a, b))
        assert span.delay_s == one.delay_s + two.delay_s
        assert span.open_share == one.open_share * two.open_share


@given(calendars, st.integers(-1, 61), st.integers(-1, 61))
def test_without_takes_away_just_these_seconds(spans: list[Span], first: int, last: int) -> None:
    first, last = min(first, last), max(first, last)
    less = calendar.without(spans, first, last)
    for at in range(-1, 62):
        assert calendar.is_open(less, at) == (
            calendar.is_open(spans, at) and not first <= at < last
        )


@given(calendars, st.integers(-1, 61))
def test_next_open_is_the_first_open_second(spans: list[Span], at: int) -> None:
    assert calendar.next_open(spans, at) == next(
        (t for t in range(at, 62) if calendar.is_open(spans, t)), None
    )


def leaves(spans: list[Span], ways: list[Span], wait: int, at: int) -> int | None:
    """Least second of leaving over all entries from an instant on."""
    found = [
        calendar.next_open(ways, t + round(s.delay_s) + wait)
        for s in spans
        for t in range(max(at, s.start_s), s.end_s)
    ]
    return min((f for f in found if f is not None), default=None)


@given(calendars, st.integers(0, 9))
def test_nobody_leaves_while_a_way_is_shut(spans: list[Span], wait: int) -> None:
    made = calendar.leaving(spans, spans, wait)
    assert made == sorted(made)
    for at in range(-1, 62):
        best = min(
            (max(at, s.start_s) + round(s.delay_s) + wait for s in made if s.end_s > at),
            default=None,
        )
        assert best == leaves(spans, spans, wait, at)
        assert best is None or calendar.is_open(spans, best)


def test_a_ship_kept_by_the_weather_leaves_after_its_hour() -> None:
    ships = [Span(10, 11, 4.0), Span(50, 51, 4.0)]
    sea = [Span(0, 12), Span(30, 99)]
    assert [(s.start_s, s.delay_s) for s in calendar.leaving(ships, sea)] == [
        (10, 20.0),
        (50, 4.0),
    ]


@given(calendars, st.integers(0, 30))
def test_arriving_earlier_never_means_leaving_later(spans: list[Span], duration: int) -> None:
    from corridor.kernels.pareto import arrival
    from corridor.kernels.paths import UNREACHED
    from corridor.network.openings import pack

    packed, ptr = pack([[Span(-9, -8)], spans, [Span(0, 99)]])
    there = [arrival(at, packed.T, ptr[1], ptr[2], duration) for at in range(-1, 62)]
    assert there == sorted(there)
    for at, found in zip(range(-1, 62), there, strict=True):
        twin = min(
            (
                t + round(s.delay_s) + duration
                for s in spans
                for t in range(max(at, s.start_s), s.end_s)
            ),
            default=UNREACHED,
        )
        assert found == twin


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (windows.parse_monthday, "02-30"),
        (windows.parse_monthday, "13-01"),
        (windows.parse_monthday, "x"),
        (windows.parse_hours, "8-25:00"),
        (windows.parse_hours, "08:60-20:00"),
        (windows.parse_hours, ""),
        (calendar.parse_timetable, "mon"),
        (calendar.parse_timetable, "xyz 08:00"),
        (calendar.second, "2026-02-30"),
        (calendar.second, "soon"),
    ],
)
def test_what_is_no_time_is_refused(call: object, text: str) -> None:
    with pytest.raises(ValueError):
        call(text)  # type: ignore[operator]


def test_an_instant_is_utc_whatever_its_zone() -> None:
    assert calendar.second("2026-02-10T08:00") == calendar.second("2026-02-10") + 480 * MINUTE_S
    assert calendar.second("2026-02-10T08:00+05:00") == calendar.second("2026-02-10T03:00Z")
    assert calendar.instant(calendar.second("2026-02-10T03:00")) == dt.datetime(
        2026, 2, 10, 3, tzinfo=dt.UTC
    )
    assert calendar.day_of(calendar.second("1969-12-31T23:59")) == dt.date(1969, 12, 31)
