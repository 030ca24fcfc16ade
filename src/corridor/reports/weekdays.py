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
from corridor.network.calendar import second
from corridor.network.zones import local_day
from corridor.reports.element_names import end_names
from corridor.reports.formats import and_list, day, days
from corridor.reports.inputs import ReportInputs
from corridor.reports.trip import Route, Trip
from corridor.tables.columns import WEEKDAYS


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
            "On {date} this route takes {days} days: goods then reach {post}, shut on {shut_days}, "
            "on a {usual_weekday}, now on a {weekday}.",
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
    zones = _zones(inputs.nodes)
    for leg, usual_leg in zip(route["leg_rows"], usual["leg_rows"], strict=True):
        windows = inputs.study_frame("windows").filter(pl.col("link_id") == leg["link_id"])
        shut_days = _shut_days(windows)
        if not shut_days:
            continue

        clock = windows.row(0, named=True)
        zone = zones.get(leg["from_node_id"])
        weekday = _weekday(leg, clock, zone)
        usual_weekday = _weekday(usual_leg, clock, zone)
        if weekday != usual_weekday:
            return Post(leg["link_id"], shut_days, weekday, usual_weekday)
    return None


def _zones(nodes: pl.DataFrame) -> dict[str, str | None]:
    """Return the time zone of every place; nothing where the table has none."""
    if "time_zone" not in nodes.columns:
        return {}
    return dict(nodes.select("node_id", "time_zone").iter_rows())


def _shut_days(windows: pl.DataFrame) -> list[int]:
    """Return the weekdays on which none of the windows of a link is open, 0 for Monday."""
    if not windows.height or windows["weekdays"].null_count():
        return []

    open_days = {word.lower()[:3] for words in windows["weekdays"] for word in words.split()}
    return [number for number, word in enumerate(WEEKDAYS) if word not in open_days]


def _weekday(leg: Mapping[str, Any], clock: Mapping[str, Any], zone: str | None) -> int:
    """Return the weekday on which goods reach a leg, 0 for Monday.

    clock: the window by whose time days count. zone: of the place, where that names none.
    """
    reached_at: dt.datetime = leg["depart_at"] - dt.timedelta(hours=leg["wait_h"] or 0.0)
    own_zone = clock.get("time_zone")
    if own_zone is None and clock.get("utc_offset_h") is not None:
        return (reached_at + dt.timedelta(hours=clock["utc_offset_h"])).weekday()
    return local_day(second(reached_at), own_zone or zone).weekday()
