"""The annexes on trips: routes, where they go, what they spend where, the year, the legs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from corridor.charts.maps import route_map
from corridor.charts.stages import UNDER_WAY, stage_rows, stages
from corridor.language.speech import tell
from corridor.reports.figures import ROUTE_TABLES, Figure, csv_address, draw_figure
from corridor.reports.formats import share, slug, word_list
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
    """Return an annex on all trips and one for each.

    The stages of the first stand in the chapter on corridors.
    """
    annexes = [
        _section(trip, inputs, is_first=number == 0) for number, trip in enumerate(inputs.trips)
    ]
    return [*_glance_sections(inputs), *annexes]


def _glance_sections(inputs: ReportInputs) -> list[Section]:
    """Return the quickest and the cheapest route of every trip; nothing where there is one trip."""
    if len(inputs.trips) < 2:
        return []
    title = tell("Every trip at a glance")
    return [Section("glance", title, "glance.html", {"trips": inputs.trips}, title)]


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
        "figures": _figures(trip, inputs, is_first=is_first),
        "legs_csv": _legs_csv(trip.legs),
        **year_values(trip, always_drawn=is_first),
    }
    return Section(trip.anchor, trip.heading, "trip.html", values, trip.name)


def _legs_csv(legs: pl.DataFrame) -> str | None:
    """Return the address of the legs as CSV; null where there are none."""
    return csv_address(legs.drop(LEG_COLUMNS_LEFT_OUT)) if legs.height else None


def _figures(trip: Trip, inputs: ReportInputs, *, is_first: bool) -> list[Figure]:
    """Return the map of a trip, and its stages unless it is the first; none without legs."""
    if not trip.legs.height:
        return []

    where = _map_figure(trip, inputs)
    return [where] if is_first else [where, stages_figure(trip)]


def _map_figure(trip: Trip, inputs: ReportInputs) -> Figure:
    """Return where the routes of a trip go that are best at something."""
    merits = outstanding(trip.routes)
    legs = trip.legs.filter(pl.col("letter").is_in(list(merits)))
    which = tell("; ").join(f"{letter}: {word_list(words)}" for letter, words in merits.items())

    caption = tell(
        "Where the routes go ({which}). Letters stand on links that one route has to itself.",
        which=which,
    )
    chart = route_map(inputs.nodes, inputs.links, legs, closed=set(inputs.shut))
    return draw_figure(
        f"{slug(trip.trip_id)}-map", chart, caption, legs.select(MAP_COLUMNS), ROUTE_TABLES
    )


def stages_figure(trip: Trip) -> Figure:
    """Return what the routes of a trip spend their days and dollars on."""
    legs = trip.legs
    if "corridor" in trip.routes.columns:
        names = trip.routes.select("letter", "corridor")
        legs = legs.join(names, on="letter", how="left")

    lines = [line for row in trip.rows for line in row["money_rows"]]
    money = pl.DataFrame(lines).select("route_id", "table", "cost_usd") if lines else None
    rows = stage_rows(legs, money)
    caption = tell(
        "Where days and dollars go, route by route. Goods stand still for {share} of the time of "
        "all these routes; what a faster border would save is the part at borders.",
        share=share(_standing_share(rows)),
    )
    return draw_figure(f"{slug(trip.trip_id)}-stages", stages(rows), caption, rows, ROUTE_TABLES)


def _standing_share(rows: pl.DataFrame) -> float:
    """Return the share of all hours of the stages that pass at borders, handling and waiting."""
    hours = rows.filter(pl.col("figure") == "days")
    standing = hours.filter(pl.col("stage") != UNDER_WAY)
    total = float(hours["amount"].sum())
    return float(standing["amount"].sum()) / total if total else 0.0
