"""Weekdays: why the same route takes other days when goods leave on another date.

Between two departures on the same links only the waits differ, and most of these come from posts
that do not work every day of the week.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl

from corridor.language.cldr import weekday_name
from corridor.language.speech import tell
from corridor.reports.element_names import end_names
from corridor.reports.formats import and_list, day, days
from corridor.reports.inputs import ReportInputs
from corridor.reports.trip import Route, Trip

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")  # as windows are written
DEGREES_AN_HOUR = 15.0  # the sun's, which local hours follow


class Post(NamedTuple):
    """A link that is shut on some weekdays, and the weekdays on which goods reach it.

    shut_days, weekday, usual_weekday: 0 for Monday to 6 for Sunday.
    """

    link_id: str
    shut_days: Sequence[int]
    weekday: int
    usual_weekday: int


def weekday_sentences(inputs: ReportInputs, trip: Trip) -> list[str]:
    """Say at which post the weekday makes a trip differ from the first trip of the report.

    Nothing where its quickest route is no route of the first trip, takes as long there, or meets no
    post with other weekdays.
    """
    lead = inputs.trips[0]
    route = trip.quickest
    usual = None if route is None else _same_links(route, lead)
    if route is None or usual is None or days(route["time_p50_h"]) == days(usual["time_p50_h"]):
        return []

    post = _post(inputs, route, usual)
    if post is None:
        return []

    names = end_names(inputs.nodes, inputs.links)
    return [
        tell(
            "On {date} this route takes {days}: goods then reach {post}, shut on {shut_days}, on a "
            "{usual_weekday}, now on a {weekday}.",
            date=day(lead.depart),
            days=days(usual["time_p50_h"]),
            post=names.get(post.link_id, post.link_id),
            shut_days=and_list([weekday_name(number) for number in post.shut_days]),
            usual_weekday=weekday_name(post.usual_weekday),
            weekday=weekday_name(post.weekday),
        )
    ]


def _same_links(route: Route, lead: Trip) -> Route | None:
    """Return the route of the first trip over the same links; null for none."""
    links = _links(route)
    return next((row for row in lead.rows if _links(row) == links), None)


def _links(route: Route) -> list[str]:
    return [leg["link_id"] for leg in route["leg_rows"]]


def _post(inputs: ReportInputs, route: Route, usual: Route) -> Post | None:
    """Return the first post of a route that is shut on some weekdays and met on different ones."""
    longitudes = dict(inputs.nodes.select("node_id", "lon_deg").iter_rows())
    for leg, usual_leg in zip(route["leg_rows"], usual["leg_rows"], strict=True):
        shut_days = _shut_days(inputs.study_frame("windows"), leg["link_id"])
        weekdays = [_weekday(one, longitudes) for one in (leg, usual_leg)]
        if shut_days and weekdays[0] != weekdays[1]:
            return Post(leg["link_id"], shut_days, *weekdays)
    return None


def _shut_days(windows: pl.DataFrame, link_id: str | None) -> list[int]:
    """Return the weekdays on which a link is open by none of its windows, 0 for Monday."""
    if link_id is None or not windows.height:
        return []

    of_link = windows.filter(pl.col("link_id") == link_id)
    if not of_link.height or of_link["weekdays"].null_count():
        return []
    open_days = {word.lower()[:3] for words in of_link["weekdays"] for word in words.split()}
    return [number for number, word in enumerate(WEEKDAYS) if word not in open_days]


def _weekday(leg: Mapping[str, Any], longitudes: Mapping[str, float]) -> int:
    """Return the weekday on which goods reach a leg, by the hours of the place; 0 for Monday."""
    hours = longitudes.get(leg["from_node_id"], 0.0) / DEGREES_AN_HOUR - (leg["wait_h"] or 0.0)
    reached_at: dt.datetime = leg["depart_at"] + dt.timedelta(hours=hours)
    return reached_at.weekday()
