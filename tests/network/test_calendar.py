"""Seasons, weekly hours, sailings and calendars against twins that step through time."""

from __future__ import annotations

import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.network import calendar, windows, zones
from corridor.network.calendar import Span
from corridor.units import DAY_S, HOUR_S, MINUTE_S

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


ANY_TIME: dict[str, object] = dict.fromkeys(
    (
        "season_from",
        "season_to",
        "weekdays",
        "hours",
        "utc_offset_h",
        "time_zone",
        "open_share",
        "closed_spell_h",
    )
)


def local_clock(at: int, row: dict[str, object]) -> dt.datetime:
    zone: dt.tzinfo = dt.timezone(dt.timedelta(hours=float(row["utc_offset_h"] or 0)))  # type: ignore[arg-type]
    if row["time_zone"]:
        zone = ZoneInfo(str(row["time_zone"]))
    return calendar.instant(at).astimezone(zone)


def open_by_the_clock(at: int, row: dict[str, object]) -> bool:
    """Look at the local clock: the hours of today, and the night that began yesterday."""
    local = local_clock(at, row)
    first, last = str(row["hours"] or "00:00-24:00").split("-")
    now = f"{local:%H:%M}"
    is_night = last <= first

    today = is_day_of(row, local.date())
    yesterday = is_day_of(row, local.date() - dt.timedelta(days=1))
    if is_night:
        return today and now >= first or yesterday and now < last
    return today and first <= now < last


def is_day_of(row: dict[str, object], day: dt.date) -> bool:
    words = str(row["weekdays"] or " ".join(WEEKDAYS)).split()
    season = (str(row["season_from"] or "01-01"), str(row["season_to"] or "12-31"))
    return WEEKDAYS[day.weekday()] in words and f"{day:%m-%d}" in around_the_year(*season)


@given(
    st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True),
    st.none() | st.tuples(clocks, clocks).map("-".join),
    st.sampled_from([-11.5, -3.0, 0.0, 4.5, 5.0, 5.75, 14.0]),
)
def test_weekly_hours_are_those_of_the_local_clock(
    weekdays: list[str], hours: str | None, offset_h: float
) -> None:
    row = {**ANY_TIME, "weekdays": " ".join(weekdays), "hours": hours, "utc_offset_h": offset_h}
    spans = windows.window_spans([row], START, START + 21 * DAY_S)
    assert spans == sorted(spans)
    assert all(span.start_s < span.end_s for span in spans)
    assert all(a.end_s < b.start_s for a, b in zip(spans, spans[1:], strict=False))
    for at in HALF_HOURS:
        assert calendar.is_open(spans, at) == open_by_the_clock(at, row)


rows = st.fixed_dictionaries(
    {
        **{name: st.none() for name in ANY_TIME},
        "season_from": st.just("01-05"),
        "season_to": st.sampled_from(["01-12", "01-20", "12-31"]),
        "weekdays": st.none() | st.just("mon wed sat"),
        "hours": st.none() | st.tuples(clocks, clocks).map("-".join),
        "utc_offset_h": st.none() | st.just(5.0),
        "time_zone": st.none(),
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
            float(w["open_share"] or 1)  # type: ignore[arg-type]
            for w in rows_of_a_place
            if open_by_the_clock(at, w)
        ]
        here = [s for s in spans if s.start_s <= at < s.end_s]
        assert len(here) == bool(share)
        if share:
            assert here[0].open_share == max(share)
            assert here[0].delay_s == pytest.approx((1 - max(share)) * here[0].spell_s)


ZONES = ("Europe/Istanbul", "America/New_York", "Australia/Lord_Howe", "Asia/Tehran", "Etc/GMT+9")


@pytest.mark.parametrize("shift_on", ["2024-03-10", "2024-03-31", "2024-10-27", "2024-11-03"])
@given(
    st.sampled_from((*ZONES, "Europe/Berlin", "Asia/Almaty", "America/St_Johns")),
    st.none() | st.tuples(clocks, clocks).map("-".join),
    st.none() | st.sampled_from(["sat", "sun mon", "mon tue wed thu fri"]),
    st.sampled_from([(None, None), ("03-31", "10-26"), ("11-04", "03-09"), ("10-01", "03-30")]),
)
@settings(max_examples=15)
def test_windows_follow_the_clock_of_their_zone_over_a_shift(
    shift_on: str,
    zone: str,
    hours: str | None,
    weekdays: str | None,
    season: tuple[str | None, str | None],
) -> None:
    row = {**ANY_TIME, "hours": hours, "weekdays": weekdays, "time_zone": zone}
    row |= dict(zip(("season_from", "season_to"), season, strict=True))
    middle = calendar.second(shift_on)
    spans = windows.window_spans([row], middle - 4 * DAY_S, middle + 4 * DAY_S)
    for at in range(middle - 3 * DAY_S, middle + 3 * DAY_S, 15 * MINUTE_S):
        assert calendar.is_open(spans, at) == open_by_the_clock(at, row), calendar.instant(at)


def test_a_season_is_of_local_days_and_a_night_of_the_day_it_began() -> None:
    year = (calendar.second("2026-01-01"), calendar.second("2027-01-01"))
    row = {**ANY_TIME, "season_from": "04-01", "season_to": "10-31", "utc_offset_h": -8.0}

    (season,) = windows.window_spans([row], *year)
    assert calendar.instant(season.start_s).isoformat() == "2026-04-01T08:00:00+00:00"
    assert calendar.instant(season.end_s).isoformat() == "2026-11-01T08:00:00+00:00"

    nights = windows.window_spans([{**row, "hours": "20:00-04:00"}], *year)
    assert calendar.instant(nights[-1].end_s).isoformat() == "2026-11-01T12:00:00+00:00"
    assert calendar.instant(nights[0].start_s).isoformat() == "2026-04-02T04:00:00+00:00"


def test_a_zone_of_the_place_counts_where_a_window_names_none() -> None:
    row = {**ANY_TIME, "hours": "08:00-20:00"}
    day = (calendar.second("2026-07-01"), calendar.second("2026-07-02"))
    (utc,) = windows.window_spans([row], *day)
    (almaty,) = windows.window_spans([row], *day, "Asia/Almaty")
    assert utc.start_s - almaty.start_s == 5 * HOUR_S
    assert windows.window_spans([{**row, "utc_offset_h": 0.0}], *day, "Asia/Almaty") == [utc]


@pytest.mark.parametrize(
    ("zone", "on", "begins"),
    [
        (None, "2026-07-01", "2026-07-01T00:00"),
        ("Asia/Almaty", "2026-07-01", "2026-06-30T19:00"),
        ("America/Los_Angeles", "2026-03-08", "2026-03-08T08:00"),
        ("America/Los_Angeles", "2026-03-09", "2026-03-09T07:00"),
        ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00"),  # its midnight is skipped
        ("Pacific/Kiritimati", "2026-07-01", "2026-06-30T10:00"),
    ],
)
def test_a_local_day_begins_with_its_first_second(zone: str | None, on: str, begins: str) -> None:
    assert zones.day_begin(dt.date.fromisoformat(on), zone) == calendar.second(begins)


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
    first, last = sorted((first, last))
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
