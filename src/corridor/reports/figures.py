"""The report's charts: each with a caption that says what to see, and its data as CSV to take
away."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import polars as pl
from markupsafe import Markup

from corridor.charts.basemap.view import View
from corridor.charts.calendar import calendar
from corridor.charts.distance import distance_pair
from corridor.charts.distance_points import distance_points
from corridor.charts.evidence import evidence, validation
from corridor.charts.maps import network_map, route_map
from corridor.charts.pareto import pareto
from corridor.language.amounts import per_cent
from corridor.language.speech import marked, tell, tell_count
from corridor.reports.drawing import press
from corridor.reports.formats import gap, num, told
from corridor.tables.csv import csv_text

MOST_OVERLAID = 4  # more lines in one diagram cannot be told apart
MOST_OBSERVATIONS = 24  # more rows in one chart do not fit a printed page
# What a data: address cannot hold as it is; letters beyond ASCII it can, and they would come out
# three times as long.
_IN_ADDRESS = {code: quote(chr(code), safe=",:;/()+ @!$*") for code in range(128)}


@dataclass(frozen=True, slots=True)
class Figure:
    """One chart: id in the page, drawing, caption, its data as a data: address and as a file
    name."""

    figure_id: str
    drawing: Future[str]
    caption: str
    csv: str
    file: str

    @property
    def svg(self) -> Markup:
        """The chart as SVG, as soon as it is drawn."""
        return Markup(self.drawing.result())


def figure(figure_id: str, chart: Any, caption: str, data: pl.DataFrame) -> Figure:
    """Return the chart, being drawn, with caption and data."""
    return Figure(figure_id, press(chart), caption, csv_address(data), f"{figure_id}.csv")


def csv_address(frame: pl.DataFrame) -> str:
    """Return the frame as CSV in a data: address: lists as words parted by semicolons, numbers to
    three decimals.

    It begins with the mark by which spreadsheets know UTF-8.
    """
    rounded = frame.with_columns(
        pl.col(name).round(3) for name, kind in frame.schema.items() if kind == pl.Float64
    )
    text = csv_text(rounded, decimals=None, datetime_format="%Y-%m-%dT%H:%MZ")

    return "data:text/csv;charset=utf-8,%EF%BB%BF" + text.translate(_IN_ADDRESS)


def outstanding(routes: pl.DataFrame) -> dict[str, list[str]]:
    """Return the letters of the routes that are best at something, at most four, and at what."""
    found: dict[str, list[str]] = {}
    for words, column in (
        (marked("fastest"), "time_h"),
        (marked("cheapest"), "cost_usd"),
        (marked("least carbon"), "carbon_kg"),
        (marked("least risk"), "risk_share"),
    ):
        known = routes.filter(pl.col(column).is_not_null())
        if known.height:
            found.setdefault(
                known.sort(column, "time_h", "cost_usd", maintain_order=True)["letter"][0], []
            ).append(words)
    for letter in routes["letter"]:
        if len(found) >= min(2, routes.height):
            break
        found.setdefault(letter, [marked("next in the list")])
    return dict(list(found.items())[:MOST_OVERLAID])


def network_figure(
    nodes: pl.DataFrame,
    links: pl.DataFrame,
    shut: set[str],
    *,
    on: str | None,
    named: set[str],
    view: View | None,
) -> Figure:
    """Return the map of the network on the date."""
    open_count = links.filter(
        (pl.col("status") == "existing") & ~pl.col("link_id").is_in(list(shut))
    ).height
    planned = links.filter(~pl.col("status").is_in(["existing", "closed"])).height
    caption = tell(
        "What lies between the places: {opened} links open, {planned} planned or being built, "
        "{shut} shut (×). Look where the colour changes along a way: there goods change gauge or "
        "vehicle. Lines join places and do not show where a way runs; sea ways that go round land "
        "are left out. Borders are drawn as Natural Earth has them; no line is a claim.",
        opened=num(open_count),
        planned=num(planned),
        shut=num(links.height - open_count - planned),
    )
    data = links.with_columns(
        shut=pl.col("link_id").is_in(list(shut)) | (pl.col("status") == "closed")
    )
    return figure(
        "network",
        network_map(nodes, links, view=view, closed=shut, on=on, named=named),
        caption,
        data,
    )


def trip_figures(
    trip_id: str,
    routes: pl.DataFrame,
    legs: pl.DataFrame,
    nodes: pl.DataFrame,
    links: pl.DataFrame,
    shut: set[str],
) -> list[Figure]:
    """Return map, time-distance, cost-distance and scatter of one trip's routes; routes and legs
    carry letters."""
    best = outstanding(routes)
    drawn = legs.filter(pl.col("letter").is_in(list(best)))
    which = tell("; ").join(f"{letter}: {told(words)}" for letter, words in best.items())
    points = distance_points(drawn, nodes)
    steps = points.filter(pl.col("km") == pl.col("km_to"))
    stood, whole = (
        float(frame.select((pl.col("time_to_h") - pl.col("time_h")).sum()).item())
        for frame in (steps, points)
    )
    share = stood / whole if whole else 0.0
    return [
        figure(
            f"{trip_id}-map",
            route_map(nodes, links, drawn, closed=shut),
            tell(
                "Where the routes go ({which}). Letters stand on ways that one route has to "
                "itself.",
                which=which,
            ),
            drawn.select(
                "letter",
                "leg",
                "link_id",
                "terminal_id",
                "layer",
                "from_node_id",
                "to_node_id",
                "length_km",
            ),
        ),
        figure(
            f"{trip_id}-distance",
            distance_pair(drawn, nodes),
            tell(
                "Where the days and the money go ({which}). A slope is a ride: above, the flatter "
                "the faster; below, the steeper the dearer. A vertical step is a border, a "
                "terminal or a wait: {share} of all hours drawn here pass standing. Hours as "
                "planned, without the spread of the table; fees of a border are in the slope that "
                "starts at its number.",
                which=which,
                share=per_cent(share),
            ),
            points,
        ),
        figure(
            f"{trip_id}-pareto",
            pareto(routes),
            tell(
                "What a faster route costs. Each dot is a route of the table that no other beats "
                "in time, cost, carbon and risk at once; long lines are routes whose arrival is "
                "hard to foretell."
            ),
            routes,
        ),
    ]


def calendar_figure(trip_id: str, frame: pl.DataFrame) -> Figure:
    """Return the chart of the trip's departures over the year, all criteria."""
    departures = frame.group_by("depart_on").agg(pl.col("time_h").is_not_null().any())
    without = departures.height - int(departures["time_h"].sum())
    all_go = (
        tell("Every departure finds one.")
        if not without
        else tell_count(
            "{count} of {departures} departures find no route.",
            "{count} of {departures} departures find no route.",
            without,
            departures=num(departures.height),
        )
    )
    caption = (
        tell(
            "The best route for each day of departure: a change of colour and shape is a change "
            "of corridor."
        )
        + gap()
        + all_go
    )
    return figure(
        f"{trip_id}-calendar",
        calendar(frame),
        caption,
        frame.drop(
            "trip_id", "borders", "reason" if frame["reason"].is_null().all() else "trip_id"
        ),
    )


def validation_figures(frame: pl.DataFrame) -> list[Figure]:
    """Return observed values beside the model's: a chart for each metric, more where one would not
    fit a page."""
    found = []
    for (metric,), part in frame.group_by("metric", maintain_order=True):
        ordered = part.sort(pl.coalesce("value", "model_p50"), nulls_last=True)
        count = -(-ordered.height // MOST_OBSERVATIONS)
        size = -(-ordered.height // count)
        for i in range(count):
            rows = ordered.slice(i * size, size)
            verdicts = rows["verdict"].to_list()
            held = verdicts.count("inside band")
            missed = verdicts.count("miss") + verdicts.count("no way")
            measured = held + missed + verdicts.count("within 25 %")
            number = f"-{i + 1}" if count > 1 else ""
            caption = tell(
                "{held} of {measured} values lie in the model's band (pale bar; its tick where it "
                "gives one figure only); {missed} are missed. The table below gives the reasons "
                "known beforehand.",
                held=num(held),
                measured=num(measured),
                missed=num(missed),
            )
            found.append(
                figure(
                    f"validation-{metric}{number}".replace("_", "-"),
                    validation(rows),
                    caption,
                    rows,
                )
            )
    return found


def evidence_figure(frame: pl.DataFrame) -> Figure:
    """Return the rows of every table by confidence."""
    total, weak = (
        int(part["rows"].sum()) for part in (frame, frame.filter(pl.col("confidence") == "C"))
    )
    share = weak / total if total else 0.0
    return figure(
        "evidence",
        evidence(frame),
        tell(
            "{share} of {rows} rows are estimates (pale). Tables with long pale bars are the "
            "first to be improved.",
            share=per_cent(share),
            rows=num(total),
        ),
        frame,
    )
