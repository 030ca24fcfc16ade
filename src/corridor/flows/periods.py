"""Periods: days on which prices and rules stay the same, with the questions that trips ask.

Trips of the same cargo between the same countries ask one question: they pay the same prices and
obey the same rules. Within a period each day has a regime: which arcs the calendar opens that day
and what wait they take, as :func:`corridor.skim` counts it. Equal days share one regime.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np

from corridor.kernels import Floats, Ints
from corridor.network.calendar import Span, second
from corridor.network.changes import OF_STATUS
from corridor.network.cost import cargo_hour_usd
from corridor.network.graph import Row, number_values
from corridor.network.names import place_row
from corridor.network.network import Network
from corridor.routing.query import Query, end_states_at, prepare, states_at
from corridor.routing.waits import mean_wait
from corridor.steps import tell_step
from corridor.units import DAY_S, HOUR_S, WEEK_S

AHEAD_SPANS = 64  # spans of a calendar looked at for the wait of one week


class ArcCosts(NamedTuple):
    """What arcs cost in each regime; arcs in CSR order.

    weight int64 [regimes, questions, arcs]: generalised cost in cents, -1 where shut. seconds int64
    [regimes, questions, arcs]: wait included. cents int64 [questions, arcs]: money only.
    """

    weight: Ints
    seconds: Ints
    cents: Ints


class ArcFigures(NamedTuple):
    """What costs of arcs are computed from; where these are equal, the costs are."""

    calendar: int
    hour_usd: float
    usd_cents: bytes
    duration_s: bytes


class Ends(NamedTuple):
    """The states a trip may start from and end in, int64 [starts] and [goals]."""

    starts: Ints
    goals: Ints


@dataclass(frozen=True, eq=False)
class Period:
    """Some days without a dated change of prices or rules.

    queries: one a question, asked for the first day. query_of [trips]: the question of each trip.
    ends [trips]. calendar_of [questions]: which calendar the arcs of each follow. waits [regimes]
    [calendars]: seconds of wait of every arc of the graph, float64 [graph arcs], NaN where shut.
    regime_of_day int64 [days].
    """

    queries: list[Query]
    query_of: list[int]
    ends: list[Ends]
    calendar_of: list[int]
    waits: list[list[Floats]]
    regime_of_day: Ints

    def shape(self) -> tuple[object, ...]:
        """Return what must be equal in all periods whose arrays stand side by side."""
        graph = self.queries[0].graph
        return graph.tail.tobytes(), graph.head.tobytes(), tuple(graph.kind), graph.runs.key()

    def arc_costs(self, questions: Sequence[int]) -> ArcCosts:
        """Return what arcs cost those who ask some of the questions."""
        arc_of = self.queries[0].arc_of
        weight = np.empty((len(self.waits), len(questions), len(arc_of)), np.int64)
        seconds = np.empty(weight.shape, np.int64)
        cents = np.empty(weight.shape[1:], np.int64)

        for q, question in enumerate(questions):
            query = self.queries[question]
            cents[q] = query.usd_cents[arc_of]

            # Few arcs have another wait on another day.
            first, others = self._waits_of_calendars[self.calendar_of[question]]
            weight[:, q], seconds[:, q] = _weight_and_seconds(query, first)
            weight[:, q, others.at], seconds[:, q, others.at] = _weight_and_seconds(query, others)
        return ArcCosts(weight, seconds, cents)

    @cached_property
    def _waits_of_calendars(self) -> list[tuple[_Waits, _Waits]]:
        """Of every calendar the waits of the first regime, and of all regimes where they differ."""
        arc_of = self.queries[0].arc_of
        return [
            _first_and_others(np.stack(of_calendar)[:, arc_of], arc_of)
            for of_calendar in zip(*self.waits, strict=True)
        ]

    def figures(self, question: int) -> ArcFigures:
        """Return what the costs of arcs are computed from for those who ask a question."""
        query = self.queries[question]
        return ArcFigures(
            self.calendar_of[question],
            _hour_usd(query),
            query.usd_cents.tobytes(),
            query.duration_s.tobytes(),
        )


def periods_between_changes(
    network: Network, trips: Sequence[Row], first_on: dt.date, days: int
) -> list[Period]:
    """Return the periods of some days, for rows of demand.

    They end where a rule or a dated change begins or ends, unless it changes only the status of
    links, which calendars follow; and at new years, as calendars are made by the year.
    """
    after_last = first_on + dt.timedelta(days=days)
    new_years = {dt.date(year, 1, 1) for year in range(first_on.year + 1, after_last.year + 1)}
    cuts = {first_on, after_last, *new_years, *_days_of_changes(network)}
    inside = sorted(day for day in cuts if first_on <= day <= after_last)

    periods = []
    for number, (start, end) in enumerate(pairwise(inside)):
        tell_step("days between changes", number, len(inside) - 1)
        periods.append(read_period(network, trips, start, end))
    return periods


def _days_of_changes(network: Network) -> set[dt.date]:
    """Return the days on which rules, regimes, and changes but of links' status, begin or end."""
    dated = (network.frames[name] for name in ("rules", "regimes"))
    frames = (network.changes.filter(~OF_STATUS), *dated)
    return {
        day
        for frame in frames
        for column in ("from_on", "to_on")
        for day in frame[column].drop_nulls().to_list()
    }


def read_period(network: Network, trips: Sequence[Row], start: dt.date, end: dt.date) -> Period:
    """Return the period from a day to before another one, for rows of demand."""
    queries: list[Query] = []
    number_of: dict[tuple[str, str, str], int] = {}
    query_of = []
    ends_of: dict[str, Ends] = {}
    for trip in trips:
        question = _question(network, trip)
        if question not in number_of:
            number_of[question] = len(queries)
            queries.append(_ask(network, trip, start))
        query_of.append(number_of[question])

        for place in _places(trip):
            if place not in ends_of:
                states = (states_at(network, place, start), end_states_at(network, place, start))
                ends_of[place] = Ends(*states)

    calendars, calendar_of = _calendars(queries)
    waits, regime_of_day = _regimes(calendars, start, end)
    ends = [_ends(ends_of, trip) for trip in trips]
    return Period(queries, query_of, ends, calendar_of, waits, regime_of_day)


class _Waits(NamedTuple):
    """Waits of some arcs: where they stand in CSR order, their numbers in the graph, the waits.

    wait_s [regimes, arcs]: NaN where the calendar shuts an arc.
    """

    at: Ints
    arcs: Ints
    wait_s: Floats


def _first_and_others(wait_s: Floats, arc_of: Ints) -> tuple[_Waits, _Waits]:
    """Return the waits of the first regime, and those of all regimes for arcs that differ in them.

    wait_s [regimes, arcs], arc_of [arcs]: in CSR order.
    """
    differs = (wait_s != wait_s[0]) & ~(np.isnan(wait_s) & np.isnan(wait_s[0]))
    others = np.flatnonzero(differs.any(axis=0))
    return (
        _Waits(np.arange(len(arc_of)), arc_of, wait_s[:1]),
        _Waits(others, arc_of[others], wait_s[:, others]),
    )


def _weight_and_seconds(query: Query, waits: _Waits) -> tuple[Floats, Floats]:
    """Return generalised cost in cents, -1 where shut, and seconds with waits, as waits are."""
    duration_s = query.duration_s[waits.arcs]
    is_shut = np.isnan(waits.wait_s) | (duration_s < 0)
    seconds: Floats = np.where(is_shut, 0, duration_s + np.nan_to_num(waits.wait_s)).round()
    time_cents = np.rint(seconds / HOUR_S * _hour_usd(query) * 100)
    return np.where(is_shut, -1, query.usd_cents[waits.arcs] + time_cents), seconds


def _hour_usd(query: Query) -> float:
    """Return what an hour costs one unit of the cargo of a question."""
    return cargo_hour_usd(query.network.by_id("cargoes")[query.party.cargo_id])


def _places(trip: Row) -> tuple[str, str]:
    return trip["origin_node_id"], trip["destination_node_id"]


def _ends(ends_of: Mapping[str, Ends], trip: Row) -> Ends:
    origin, destination = _places(trip)
    return Ends(ends_of[origin].starts, ends_of[destination].goals)


def _question(network: Network, trip: Row) -> tuple[str, str, str]:
    """Return what decides prices and rules: cargo, country of origin and of destination."""
    origin, destination = (place_row(network, place)["country"] for place in _places(trip))
    return trip["cargo_id"], origin, destination


def _ask(network: Network, trip: Row, on: dt.date) -> Query:
    return prepare(
        network,
        trip["origin_node_id"],
        trip["destination_node_id"],
        cargo=trip["cargo_id"],
        depart=on,
        options={},
    )


def _calendars(queries: Sequence[Query]) -> tuple[list[list[list[Span]]], list[int]]:
    """Return the different calendars of all arcs, and which one each question follows.

    Most questions share one; the same object means the same calendar.
    """
    ids = [id(query.spans) for query in queries]
    calendars = dict(zip(ids, (query.spans for query in queries), strict=True))

    order = list(calendars)
    return list(calendars.values()), [order.index(key) for key in ids]


def _regimes(
    calendars: Sequence[list[list[Span]]], start: dt.date, end: dt.date
) -> tuple[list[list[Floats]], Ints]:
    """Return the waits of every different day, and which of them each day has.

    calendars: spans of every arc of the graph. Waits [regimes][calendars]: float64 [graph arcs].
    """
    days_s = range(second(start), second(end), DAY_S)
    # Hundreds of arcs share a few dozen calendars, so each wait is computed once.
    different, number_of_arc = _different(list(chain.from_iterable(calendars)))
    wait_s = np.array([_mean_waits(spans, days_s) for spans in different])
    number_of: dict[bytes, int] = {}
    waits: list[list[Floats]] = []
    regime_of_day = []

    for of_day in wait_s.reshape(len(different), len(days_s)).T:
        key = of_day.tobytes()
        if key not in number_of:
            number_of[key] = len(waits)
            waits.append(list(of_day[number_of_arc].reshape(len(calendars), -1)))
        regime_of_day.append(number_of[key])
    return waits, np.array(regime_of_day, np.int64)


def _different(calendars: Sequence[list[Span]]) -> tuple[list[tuple[Span, ...]], Ints]:
    """Return the different calendars as they are first met, and the number of each among them.

    Most are one object, so that few are compared.
    """
    by_id = {id(spans): spans for spans in calendars}
    different, number = number_values(map(tuple, by_id.values()))
    number_of_id = dict(zip(by_id, number.tolist(), strict=True))
    return different, np.array([number_of_id[id(spans)] for spans in calendars], np.int64)


def _mean_waits(spans: Sequence[Span], days_s: Sequence[int]) -> list[float]:
    """Return the mean wait over the week from every day on, NaN where it stays shut [days]."""
    waits = []
    first = 0  # the first span that has not ended on the day
    for day_s in days_s:
        while first < len(spans) and spans[first].end_s <= day_s:
            first += 1
        if first < len(spans) and _is_open_all_week(spans[first], day_s):
            waits.append(float(spans[first].delay_s))
        else:
            waits.append(mean_wait(spans[first : first + AHEAD_SPANS], day_s))
    return waits


def _is_open_all_week(span: Span, from_s: int) -> bool:
    return span.start_s <= from_s and from_s + WEEK_S <= span.end_s
