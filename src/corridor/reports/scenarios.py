"""The chapter on scenarios: the same trips under others, and what each of them changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import polars as pl
from markupsafe import Markup, escape

from corridor.language.speech import marked, number, tell, tell_count
from corridor.reports.figures import csv_address
from corridor.reports.formats import (
    and_list,
    day,
    days,
    number_or_dash,
    paragraph,
    route_text,
    sentence_gap,
)
from corridor.reports.inputs import ReportInputs
from corridor.reports.sections import Answer, Section
from corridor.reports.trip import Trip
from corridor.reports.trip_answers import estimates_sentence

DIFFERENT_SHARE = 0.02  # figures that differ by less are told as the same
LOST_CHANGE = 10.0  # a route that is lost or won counts as a change by so many times

Row = Mapping[str, Any]
Cells = Mapping[tuple[str, str, str], Row]  # by trip_id, scenario and criterion


class Measure(NamedTuple):
    """What is compared between two scenarios, and how a difference is told."""

    criterion: str
    column: str
    sentence: str
    written: Callable[[float], str]


MEASURES = (
    Measure(
        "time", "time_p50_h", marked("the quickest route takes {new} days instead of {old}"), days
    ),
    Measure(
        "cost", "cost_usd", marked("the cheapest costs USD {new} instead of {old}"), number_or_dash
    ),
    Measure(
        "cost in time",
        "cost_usd",
        marked("the cheapest at most a quarter slower costs USD {new} instead of {old}"),
        number_or_dash,
    ),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of a trip that differs between two scenarios: the rows of both."""

    measure: Measure
    new: Row
    old: Row

    @property
    def has_both(self) -> bool:
        """Whether the trip has a route under both."""
        return self.value(self.new) is not None and self.value(self.old) is not None

    @property
    def is_lost(self) -> bool:
        """Whether no route is left at all."""
        return self.measure.criterion == "time" and self.value(self.new) is None

    @property
    def size(self) -> float:
        """The relative change."""
        if not self.has_both:
            return LOST_CHANGE
        return float(abs(self.value(self.new) / self.value(self.old) - 1))

    def value(self, row: Row) -> Any:
        """Return the figure in one of the rows."""
        return row[self.measure.column]

    def clause(self) -> str:
        """Return the difference in words, with the route where it is another."""
        change = tell(
            self.measure.sentence,
            new=self.measure.written(self.value(self.new)),
            old=self.measure.written(self.value(self.old)),
        )
        if self.new["countries"] == self.old["countries"]:
            return change
        route = route_text(self.new["modes"], self.new["countries"])
        return tell("{change}, {way}", change=change, way=route)


class Comparison(NamedTuple):
    """A scenario, and what the trips are compared with.

    other: title of the scenario compared with; null: the report's own. since: the day of a
    scenario before the report's own, which then is told as what came after; null: it is not before.
    """

    title: str
    other: str | None
    since: dt.date | None


@dataclass(frozen=True, slots=True)
class Change:
    """What differs for a trip between two scenarios.

    clauses: in words. largest: relative change. is_lost: no route is left. weak: the row of the
    largest change, with its shares of estimates; null: nothing changes.
    """

    trip: Trip
    clauses: Sequence[str]
    largest: float
    is_lost: bool
    weak: Row | None


def sections(inputs: ReportInputs) -> list[Section]:
    """Return the same trips under other scenarios; nothing where none were compared."""
    frame = inputs.frame("scenarios")
    if not frame.height:
        return []

    order = frame["scenario"].unique(maintain_order=True).to_list()
    cells = _cells(frame)
    values = {
        "rows": [_table_row(trip, order, cells) for trip in inputs.trips],
        "scenarios": [_scenario(scenario_id, inputs) for scenario_id in order],
        "csv": csv_address(frame),
    }
    return [
        Section(
            "scenarios",
            tell("The same trips under other scenarios"),
            "scenarios.html",
            values,
            tell("Other scenarios"),
        )
    ]


def answers(inputs: ReportInputs) -> Iterator[Answer]:
    """Yield the answer to the question of every scenario: what it changes for which trips."""
    frame = inputs.frame("scenarios")
    if not frame.height:
        return

    own_id = frame["scenario"][0]
    cells = _cells(frame)
    scenarios = _scenarios(inputs)
    for scenario_id, scenario in scenarios.items():
        if not scenario.get("question") or scenario_id == own_id:
            continue

        beside_id = scenario.get("beside") or own_id
        other = None if beside_id == own_id else scenarios[beside_id]["title"]
        since = _since(scenario, inputs) if other is None else None
        new, old = (own_id, scenario_id) if since else (scenario_id, beside_id)
        changes = [_change(trip, cells, new, old) for trip in inputs.trips]
        text = _changes_text(Comparison(scenario["title"], other, since), changes)
        yield Answer(scenario["question"], text, "scenarios")


def _since(scenario: Mapping[str, Any], inputs: ReportInputs) -> dt.date | None:
    """Return the day of a scenario that lies before the report's own; null where it does not."""
    day_then, own_day = scenario.get("as_of"), inputs.study["scenario"].get("as_of")
    return day_then if day_then and own_day and day_then < own_day else None


def differs(value: float | None, other: float | None) -> bool:
    """Tell whether two figures differ by more than a fiftieth, or only one of them is there."""
    if value is None or other is None:
        return (value is None) != (other is None)
    return abs(value - other) > DIFFERENT_SHARE * abs(other)


def _scenarios(inputs: ReportInputs) -> Mapping[str, Mapping[str, Any]]:
    """Return the words of the scenarios compared, by id."""
    return cast(Mapping[str, Mapping[str, Any]], inputs.study.get("scenarios") or {})


def _scenario(scenario_id: str, inputs: ReportInputs) -> dict[str, Any]:
    """Return the words of a scenario; its id for a title where it has none."""
    nameless: dict[str, Any] = {"title": scenario_id, "about": None, "sources": []}
    return {"scenario_id": scenario_id, **_scenarios(inputs).get(scenario_id, nameless)}


def _cells(frame: pl.DataFrame) -> Cells:
    return {
        (row["trip_id"], row["scenario"], row["criterion"]): row
        for row in frame.iter_rows(named=True)
    }


def _table_row(trip: Trip, order: Sequence[str], cells: Cells) -> dict[str, Any]:
    """Return a trip's figures under every scenario; news: those that differ from the first's."""
    answers = [
        {
            measure.criterion: cells.get((trip.trip_id, scenario, measure.criterion))
            for measure in MEASURES
        }
        for scenario in order
    ]
    first = answers[0]
    return {
        "trip": trip,
        "cells": [{**answer, "news": _news(answer, first)} for answer in answers],
    }


def _news(answer: Mapping[str, Row | None], first: Mapping[str, Row | None]) -> set[str]:
    """Return by which criteria an answer differs from the first scenario's."""
    news = set()
    for measure in MEASURES:
        new = answer[measure.criterion] or {}
        old = first[measure.criterion] or {}
        if differs(new.get(measure.column), old.get(measure.column)):
            news.add(measure.criterion)
    return news


def _change(trip: Trip, cells: Cells, scenario: str, beside: str) -> Change:
    """Return what differs for a trip between two scenarios."""
    differences = _differences(trip, cells, scenario, beside)
    largest, weak = _largest(differences)

    clauses = [difference.clause() for difference in differences if difference.has_both]
    changed = [d.measure.criterion for d in differences if d.has_both]
    if clauses and "time" not in changed:
        clauses = [*_still_as_quick(cells.get((trip.trip_id, scenario, "time"))), *clauses]

    is_lost = any(difference.is_lost for difference in differences)
    return Change(trip, clauses, largest, is_lost, weak)


def _largest(differences: Sequence[Difference]) -> tuple[float, Row | None]:
    """Return the largest relative change, and the row it comes to; null where no route is left."""
    largest = 0.0
    weak = None
    for difference in differences:
        if not difference.has_both:
            largest = max(largest, difference.size)
        elif difference.size >= largest:
            largest = difference.size
            weak = difference.new
    return largest, weak


def _differences(trip: Trip, cells: Cells, scenario: str, beside: str) -> list[Difference]:
    """Return the figures of a trip that differ, each route once."""
    differences: list[Difference] = []
    for measure in MEASURES:
        new = cells.get((trip.trip_id, scenario, measure.criterion))
        old = cells.get((trip.trip_id, beside, measure.criterion))
        if new is None or old is None or not differs(new[measure.column], old[measure.column]):
            continue

        difference = Difference(measure, new, old)
        if not _repeats_the_cheapest(difference, differences):
            differences.append(difference)
    return differences


def _repeats_the_cheapest(difference: Difference, before: Sequence[Difference]) -> bool:
    """Tell whether the cheapest in time is the cheapest of all, which was named just before."""
    if difference.measure.criterion != "cost in time" or not difference.has_both:
        return False
    return any(
        other.measure.criterion == "cost"
        and other.has_both
        and other.new["cost_usd"] == difference.new["cost_usd"]
        for other in before
    )


def _still_as_quick(quickest: Row | None) -> list[str]:
    """Say that the quickest route takes as long as before, where there is one."""
    if quickest is None or quickest["time_p50_h"] is None:
        return []
    return [tell("the quickest route still takes {days} days", days=days(quickest["time_p50_h"]))]


def _changes_text(comparison: Comparison, changes: Sequence[Change]) -> Markup:
    """Put a scenario's changes into sentences: the first trip, others, those without a route."""
    first = changes[0]
    others = changes[1:]
    most = _largest_change(first, others)

    sentences = [_first_trip(comparison, first)]
    if most is not None:
        sentences.append(_most_changed(most, others))
    elif others and not any(change.is_lost for change in others):
        sentences.append(_none_changes(first, len(others)))

    sentences += _lost_trips(others)

    text = escape(paragraph(sentences))
    weak = first.weak or (most.weak if most is not None else None)
    if weak is None:
        return text
    return text + escape(sentence_gap()) + estimates_sentence([weak])


def _largest_change(first: Change, others: Sequence[Change]) -> Change | None:
    """Return the largest change of trips that are not the first one under other conditions."""
    different = [
        change for change in others if change.clauses and not _is_lead_held(change.trip, first.trip)
    ]
    return max(different, key=lambda change: change.largest, default=None)


def _lost_trips(changes: Sequence[Change]) -> list[str]:
    """Say which trips no route is left for, where there are any."""
    lost = [change.trip.name for change in changes if change.is_lost]
    return [tell("No route is left for {trips}.", trips=and_list(lost))] if lost else []


def _is_lead_held(trip: Trip, lead: Trip) -> bool:
    """Tell whether a trip is the first one under other conditions."""
    return trip.has_ends_and_cargo_of(lead) and trip.depart == lead.depart


def _first_trip(comparison: Comparison, change: Change) -> str:
    """Say what changes for the first trip."""
    trip = change.trip.name
    if change.clauses:
        changes = tell("; ").join(change.clauses)
    elif change.is_lost:
        changes = tell("no route is left")
    else:
        return _first_trip_stays(comparison, trip)

    if comparison.since:
        date = day(comparison.since)
        return tell("Since {date}, {trip}: {changes}.", date=date, trip=trip, changes=changes)
    if comparison.other:
        return tell(
            "With “{scenario}” compared with “{other}”, {trip}: {changes}.",
            scenario=comparison.title,
            other=comparison.other,
            trip=trip,
            changes=changes,
        )
    return tell(
        "With “{scenario}”, {trip}: {changes}.",
        scenario=comparison.title,
        trip=trip,
        changes=changes,
    )


def _first_trip_stays(comparison: Comparison, trip: str) -> str:
    """Say that nothing changes for the first trip."""
    if comparison.since:
        date = day(comparison.since)
        return tell("Since {date}, nothing has changed for {trip}.", date=date, trip=trip)
    if comparison.other:
        return tell(
            "With “{scenario}” compared with “{other}”, nothing changes for {trip}.",
            scenario=comparison.title,
            other=comparison.other,
            trip=trip,
        )
    return tell(
        "With “{scenario}”, nothing changes for {trip}.", scenario=comparison.title, trip=trip
    )


def _most_changed(most: Change, others: Sequence[Change]) -> str:
    """Say how many of the other trips change, and what changes most."""
    return tell_count(
        "Of the other {trips} trips {count} changes, most of all {trip}: {changes}.",
        "Of the other {trips} trips {count} change, most of all {trip}: {changes}.",
        sum(bool(change.clauses) for change in others),
        trips=number(len(others)),
        trip=most.trip.name,
        changes=tell("; ").join(most.clauses),
    )


def _none_changes(first: Change, count: int) -> str:
    """Say that no other trip changes."""
    if first.clauses:
        return tell_count(
            "The other trip does not change.", "None of the other {count} trips changes.", count
        )
    return tell_count(
        "The other trip does not change either.",
        "None of the other {count} trips changes either.",
        count,
    )
