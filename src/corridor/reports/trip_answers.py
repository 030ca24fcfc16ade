"""The first page's answers on trips: the first in full, others on their day or as they are held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from corridor.language.speech import tell, tell_html
from corridor.reports.formats import (
    capitalised,
    day,
    days,
    number_or_dash,
    route_text,
    sentence_gap,
    share,
    slug,
)
from corridor.reports.inputs import ReportInputs
from corridor.reports.sections import Answer
from corridor.reports.trip import Trip
from corridor.reports.weekdays import weekday_sentences
from corridor.reports.year import year_sentence


def first_trip_answer(inputs: ReportInputs) -> Answer:
    """Return the answer on the first trip: its quickest and its cheapest route."""
    lead = inputs.trips[0]
    return _answer(lead, _best_routes(lead))


def other_day_answers(inputs: ReportInputs) -> list[Answer]:
    """Return answers on trips that are the first one on another day."""
    lead = inputs.trips[0]
    return [
        _answer(trip, _on_another_day(inputs, trip))
        for trip in inputs.trips[1:]
        if trip.has_ends_and_cargo_of(lead)
        and trip.conditions == lead.conditions
        and trip.depart != lead.depart
    ]


def condition_answers(inputs: ReportInputs) -> list[Answer]:
    """Return answers on trips with conditions, each compared with the same trip without any."""
    answers = []
    for trip in inputs.trips:
        free = _same_without_conditions(trip, inputs.trips)
        if trip.conditions and free is not None:
            answers.append(_answer(trip, _with_conditions(trip, free)))
    return answers


def estimates_sentence(routes: Sequence[Mapping[str, Any]]) -> Markup:
    """Say how much of one route, or of the quickest and the cheapest, rests on estimates."""
    first, last = routes[0], routes[-1]
    shares = {
        "hours": share(first["weak_time_share"]),
        "dollars": share(first["weak_cost_share"]),
        "cheapest_hours": share(last["weak_time_share"]),
        "cheapest_dollars": share(last["weak_cost_share"]),
    }
    if len(routes) == 1:
        sentence = tell(
            "{hours} of the hours and {dollars} of the dollars rest on estimates.", **shares
        )
    else:
        sentence = tell(
            "Of the quickest, {hours} of the hours and {dollars} of the dollars rest on "
            "estimates; of the cheapest, {cheapest_hours} and {cheapest_dollars}.",
            **shares,
        )
    return Markup('<span class="soft">{}</span>').format(sentence)


def _answer(trip: Trip, text: Markup) -> Answer:
    return Answer(trip.heading, text, trip.anchor)


def _same_without_conditions(trip: Trip, trips: Sequence[Trip]) -> Trip | None:
    """Return the trip of the same goods on the same day that has no conditions; null for none."""
    for other in trips:
        is_same = other.has_ends_and_cargo_of(trip) and other.depart == trip.depart
        if is_same and not other.conditions:
            return other
    return None


def _best_routes(trip: Trip) -> Markup:
    """Say what the quickest route takes and costs, and the cheapest where it is another."""
    quickest = trip.quickest
    cheapest = trip.cheapest
    if quickest is None or cheapest is None:
        return _no_route(trip)
    if trip.is_at_one_place:
        return tell_html("It ends where it begins: <b>0 days</b>, USD&nbsp;0.")

    if cheapest is quickest:
        second = tell_html("It is also the cheapest.")
    else:
        second = _cheapest_route(trip, cheapest)
    return _text(_quickest_route(trip, quickest), second, _estimates(quickest, cheapest))


def _quickest_route(trip: Trip, quickest: Mapping[str, Any]) -> Markup:
    return tell_html(
        "The quickest route goes {way}: <b>{days} days</b> in the median, 95 % of trips within "
        "{most_days} if nothing closes, for <b>USD&nbsp;{usd}</b>.",
        way=_route_link(trip, quickest),
        days=days(quickest["time_p50_h"]),
        most_days=days(quickest["time_p95_h"]),
        usd=number_or_dash(quickest["cost_usd"]),
    )


def _cheapest_route(trip: Trip, cheapest: Mapping[str, Any]) -> Markup:
    return tell_html(
        "The cheapest goes {way}: USD&nbsp;{usd} and {days} days.",
        way=_route_link(trip, cheapest),
        usd=number_or_dash(cheapest["cost_usd"]),
        days=days(cheapest["time_p50_h"]),
    )


def _on_another_day(inputs: ReportInputs, trip: Trip) -> Markup:
    """Say what the quickest route takes on another day than the first trip's, and in the year."""
    lead = inputs.trips[0]
    quickest = trip.quickest
    if quickest is None:
        return tell_html(
            "Not when leaving on {date}: {reason}",
            date=day(trip.depart),
            reason=trip.reason or tell("no route was found."),
        )

    text = _quickest_on_day(trip, quickest)
    usual = lead.quickest
    if usual is None:
        text = tell_html("{sentence}.", sentence=text)
    else:
        text = _text(text, _usual_day(quickest, usual, lead))
    text = _text(text, *map(escape, weekday_sentences(inputs, trip)))

    through_the_year = year_sentence(lead if lead.calendar.height else trip)
    return _text(text + through_the_year, estimates_sentence([quickest]))


def _quickest_on_day(trip: Trip, quickest: Mapping[str, Any]) -> Markup:
    """Say what the quickest route takes on the trip's day, without a full stop."""
    return tell_html(
        "Leaving on {date}, the quickest route goes {way}: <b>{days} days</b>, 95 % of trips "
        "within {most_days} if nothing closes",
        date=day(trip.depart),
        way=_route_link(trip, quickest),
        days=days(quickest["time_p50_h"]),
        most_days=days(quickest["time_p95_h"]),
    )


def _usual_day(quickest: Mapping[str, Any], usual: Mapping[str, Any], lead: Trip) -> Markup:
    """Say in brackets what the first trip takes on its day."""
    words = {"date": day(lead.depart), "days": days(usual["time_p50_h"])}
    if quickest["borders"] == usual["borders"]:
        return tell_html("(on {date} the same route takes {days}).", **words)
    return tell_html("(on {date} another route takes {days}).", **words)


def _with_conditions(trip: Trip, free: Trip) -> Markup:
    """Say what a trip takes and costs under its conditions, and the same trip without them."""
    quickest = trip.quickest
    cheapest = trip.cheapest
    if quickest is None or cheapest is None:
        return _no_route(trip)

    sentences = [_at_best(trip, quickest, cheapest)]
    if free.quickest is not None and free.cheapest is not None:
        sentences.append(_left_free(free, free.quickest, free.cheapest))
    return _text(*sentences, _estimates(quickest, cheapest))


def _at_best(trip: Trip, quickest: Mapping[str, Any], cheapest: Mapping[str, Any]) -> Markup:
    """Say what a trip takes and costs at best under its conditions."""
    return tell_html(
        "{asked}: quickest <b>{days} days</b> (USD&nbsp;{usd}), cheapest "
        "<b>USD&nbsp;{least_usd}</b> ({least_days} days).",
        asked=capitalised(tell(", ").join(trip.conditions)),
        days=days(quickest["time_p50_h"]),
        usd=number_or_dash(quickest["cost_usd"]),
        least_usd=number_or_dash(cheapest["cost_usd"]),
        least_days=days(cheapest["time_p50_h"]),
    )


def _left_free(free: Trip, quickest: Mapping[str, Any], cheapest: Mapping[str, Any]) -> Markup:
    """Say where a trip without conditions goes, and what it takes and costs."""
    return tell_html(
        "Without that, the quickest route goes {way}: {days} days (USD&nbsp;{usd}); the "
        "cheapest {least_way}: USD&nbsp;{least_usd} ({least_days} days).",
        way=_route_link(free, quickest),
        days=days(quickest["time_p50_h"]),
        usd=number_or_dash(quickest["cost_usd"]),
        least_way=_route_link(free, cheapest),
        least_usd=number_or_dash(cheapest["cost_usd"]),
        least_days=days(cheapest["time_p50_h"]),
    )


def _no_route(trip: Trip) -> Markup:
    return tell_html(
        "<b>No route.</b> {reason}", reason=trip.reason or tell("No reason was recorded.")
    )


def _route_link(trip: Trip, route: Mapping[str, Any]) -> Markup:
    """Return a route in words, which lead to its row."""
    return Markup('<a href="#{}-{}">{}</a>').format(
        trip.anchor, slug(route["letter"]), route_text(route["modes"], route["countries"])
    )


def _estimates(quickest: Mapping[str, Any], cheapest: Mapping[str, Any]) -> Markup:
    """Say how much of the routes named rests on estimates."""
    return estimates_sentence([quickest] if cheapest is quickest else [quickest, cheapest])


def _text(*sentences: Markup) -> Markup:
    """Return sentences of HTML as one text."""
    return escape(sentence_gap()).join(sentences)
