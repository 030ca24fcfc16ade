"""Arrive by: the latest departures of which half, and nearly all, trips arrive by a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

from corridor import stopping
from corridor.errors import CallError
from corridor.network.network import Network
from corridor.routing.query import prepare
from corridor.routing.search import best_route
from corridor.web import questions
from corridor.web.answers import search
from corridor.web.json_text import about
from corridor.web.live_study import StudyState

SHARES = (0.5, 0.95)  # of trips that are to be there
MAX_DAYS = 366  # between the first departure looked at and the day of arrival
ROUTE_KEYS = ("on_time_share", "corridor", "time_p50_h", "time_p95_h", "cost_usd")


def arrive_by(state: StudyState, question: questions.Routes) -> dict[str, Any]:
    """Return the latest departures from ``depart`` on that arrive by the end of ``deadline``.

    For each share of trips the departure and its surest route; null where no departure of the
    days between has one so sure. Goods that leave earlier are taken never to arrive later: they
    could wait.
    """
    first, last = _days(question)
    network = state.network

    # What no plan reaches in time, no trip of a route shown does; nor, later, more of the trips.
    sure = _latest(first, last, partial(_is_planned, network, question))
    latest = []
    for share in SHARES:
        if sure is not None:
            sure = _latest(first, sure, partial(_is_sure, state, question, share))
        row = None if sure is None else _surest(state, question, sure)
        latest.append({"share": share, "departure": row})

    return {**about(state), "deadline": last, "looked_from": first, "latest": latest}


def _days(question: questions.Routes) -> tuple[dt.date, dt.date]:
    """Return the first and last day looked at; CallError where they are none."""
    if question.deadline is None:
        raise CallError("Arrive by which day? Name it as deadline.")
    apart = (question.deadline - question.depart).days
    if not 0 <= apart <= MAX_DAYS:
        raise CallError(
            f"depart is the first departure looked at: at most {MAX_DAYS} days before the deadline."
        )
    return question.depart, question.deadline


def _latest(first: dt.date, last: dt.date, is_in_time: Callable[[dt.date], bool]) -> dt.date | None:
    """Return the last day that is in time; null where not even the first is.

    It mostly lies near the last: looked for back from there by doubled steps, then by halves.
    """
    in_time = last
    late = last + dt.timedelta(days=1)
    step = dt.timedelta(days=1)
    while not is_in_time(in_time):
        stopping.raise_if_stopped()
        if in_time == first:
            return None
        late = in_time
        in_time = max(first, in_time - step)
        step *= 2

    while (late - in_time).days > 1:
        stopping.raise_if_stopped()
        between = in_time + (late - in_time) // 2
        if is_in_time(between):
            in_time = between
        else:
            late = between
    return in_time


def _is_planned(network: Network, question: questions.Routes, day: dt.date) -> bool:
    """Tell whether a plan arrives in time, if nothing takes longer than usual."""
    query = prepare(
        network,
        question.origin,
        question.destination,
        cargo=question.cargo,
        depart=day,
        options=question.options(),
    )
    return best_route(query, "time") is not None


def _is_sure(state: StudyState, question: questions.Routes, share: float, day: dt.date) -> bool:
    """Tell whether a route of a day has so great a chance to be in time."""
    routes = search(state, question.model_copy(update={"depart": day})).routes
    return bool((routes["on_time_share"] >= share).any())


def _surest(state: StudyState, question: questions.Routes, day: dt.date) -> dict[str, Any]:
    """Return a departure with the route that is likeliest to be in time."""
    routes = search(state, question.model_copy(update={"depart": day})).routes
    surest = routes.sort("on_time_share", "cost_usd", descending=[True, False]).to_dicts()[0]
    return {"depart_on": day, **{key: surest[key] for key in ROUTE_KEYS}}
