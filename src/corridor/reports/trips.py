"""The chapter on trips: routes, where they go, where days and money go, the year, the legs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from corridor.charts.distance import distance_pair
from corridor.charts.distance_points import distance_points
from corridor.charts.maps import route_map
from corridor.charts.pareto import pareto
from corridor.language.amounts import per_cent
from corridor.language.speech import tell
from corridor.reports.figures import Figure, csv_address, draw_figure
from corridor.reports.formats import slug, word_list
from corridor.reports.inputs import ReportInputs
from corridor.reports.sections import Section
from corridor.reports.trip import Trip, outstanding
from corridor.reports.year import year_values

LEG_COLUMNS_LEFT_OUT = ("route_id", "kind", "mode", "country", "arrive_at")
MAP_COLUMNS = (
    "letter",
    "leg",
    "link_id",
    "terminal_id",
    "layer",
    "from_node_id",
    "to_node_id",
    "length_km",
)


def sections(inputs: ReportInputs) -> list[Section]:
    """Return a section for each trip."""
    return [
        _section(trip, inputs, is_first=number == 0) for number, trip in enumerate(inputs.trips)
    ]


def papers(routes: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[str]]]:
    """Return every document some route needs, with the letters of these routes."""
    letters: dict[str, list[str]] = {}
    for route in routes:
        for document in route["documents"] or ():
            letters.setdefault(document, []).append(route["letter"])
    return list(letters.items())


def _section(trip: Trip, inputs: ReportInputs, *, is_first: bool) -> Section:
    """Return the section of a trip; the first shows its year in a chart whatever it is like."""
    values = {
        "trip": trip,
        "papers": papers(trip.rows),
        "figures": _figures(trip, inputs) if trip.routes.height else [],
        "legs_csv": _legs_csv(trip.legs),
        **year_values(trip, always_drawn=is_first),
    }
    return Section(trip.anchor, trip.heading, "trip.html", values, trip.name)


def _legs_csv(legs: pl.DataFrame) -> str | None:
    """Return the address of the legs as CSV; null where there are none."""
    return csv_address(legs.drop(LEG_COLUMNS_LEFT_OUT)) if legs.height else None


def _figures(trip: Trip, inputs: ReportInputs) -> list[Figure]:
    """Return map, distance diagrams and scatter; none of a trip from a place to itself."""
    if trip.is_at_one_place:
        return []

    trip_id = slug(trip.trip_id)
    merits = outstanding(trip.routes)
    legs = trip.legs.filter(pl.col("letter").is_in(list(merits)))
    which = tell("; ").join(f"{letter}: {word_list(words)}" for letter, words in merits.items())

    return [
        _map_figure(f"{trip_id}-map", legs, which, inputs),
        _distance_figure(f"{trip_id}-distance", legs, which, inputs),
        _pareto_figure(f"{trip_id}-pareto", trip.routes),
    ]


def _map_figure(figure_id: str, legs: pl.DataFrame, which: str, inputs: ReportInputs) -> Figure:
    """Return where routes go; which: the letters drawn, and what each is best at."""
    caption = tell(
        "Where the routes go ({which}). Letters stand on links that one route has to itself.",
        which=which,
    )
    chart = route_map(inputs.nodes, inputs.links, legs, closed=set(inputs.shut))
    return draw_figure(figure_id, chart, caption, legs.select(MAP_COLUMNS))


def _distance_figure(
    figure_id: str, legs: pl.DataFrame, which: str, inputs: ReportInputs
) -> Figure:
    """Return where the days and the money of routes go; which: as in their map."""
    points = distance_points(legs, inputs.nodes)
    caption = tell(
        "Where the days and the money go ({which}). A slope is a ride: above, the flatter the "
        "faster; below, the steeper the more expensive. A vertical step is a border, a "
        "terminal or a wait: {share} of all hours drawn here pass standing. Hours as planned, "
        "without the spread of the table; fees of a border are in the slope that starts at its "
        "number.",
        which=which,
        share=per_cent(_standing_share(points)),
    )
    return draw_figure(figure_id, distance_pair(legs, inputs.nodes), caption, points)


def _pareto_figure(figure_id: str, routes: pl.DataFrame) -> Figure:
    """Return what a faster route costs."""
    caption = tell(
        "What a faster route costs. Each dot is a route of the table that no other beats "
        "in time, cost, carbon and risk at once; long lines are routes whose arrival is "
        "hard to foretell."
    )
    return draw_figure(figure_id, pareto(routes), caption, routes)


def _standing_share(points: pl.DataFrame) -> float:
    """Return the share of all hours of a diagram that pass at borders, in terminals and waiting."""
    standing = points.filter(pl.col("km") == pl.col("km_to"))
    hours = _hours(points)
    return _hours(standing) / hours if hours else 0.0


def _hours(points: pl.DataFrame) -> float:
    return float(points.select((pl.col("time_to_h") - pl.col("time_h")).sum()).item())
