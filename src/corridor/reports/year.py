"""The year of a trip: its departures by month, as a chart or, where it is steady, in a sentence."""

from __future__ import annotations

from typing import Any

import polars as pl
from markupsafe import Markup

from corridor.charts.calendar import calendar as calendar_chart
from corridor.language.speech import number, tell, tell_count, tell_html
from corridor.reports.figures import ROUTE_TABLES, Figure, csv_address, draw_figure
from corridor.reports.formats import day, days, number_or_dash, paragraph, sentence_gap, slug
from corridor.reports.trip import Trip

STEADY_SHARE = 0.1  # a year whose days and dollars vary by less is told in a sentence
MIN_YEAR_DAYS = 300  # a calendar at least so long speaks for the year


def year_values(trip: Trip, *, always_drawn: bool) -> dict[str, Any]:
    """Return what the template of a trip needs on its year.

    always_drawn: a chart and a table even of a steady year.
    """
    dates = trip.calendar
    if not dates.height or trip.is_at_one_place:
        return _template_values()

    sentences = [] if always_drawn else steady_sentences(dates)
    if sentences:
        csv = csv_address(dates.drop("trip_id"))
        return _template_values(same=sentences, dates_csv=csv, criteria=_criteria(dates))

    return _template_values(
        calendar=_figure(slug(trip.trip_id), dates),
        criteria=_criteria(dates),
        months=_months(dates),
    )


def steady_sentences(dates: pl.DataFrame) -> list[str]:
    """Return a sentence for each criterion by which every departure is much like the others.

    None where anything changes, which a chart then shows.
    """
    sentences = []
    for criterion in _criteria(dates):
        departures = dates.filter(pl.col("criterion") == criterion)
        if not _is_steady(departures):
            return []
        sentences.append(_steady_sentence(departures, is_cheapest=criterion == "cost"))
    return sentences


def year_sentence(trip: Trip) -> Markup:
    """Return how the quickest route changes through the year; nothing of a shorter calendar."""
    dates = trip.calendar
    if trip.is_at_one_place:
        return Markup("")
    if dates.height:
        dates = dates.filter(pl.col("criterion") == "time").sort("depart_on")
    if not dates.height or (dates["depart_on"][-1] - dates["depart_on"][0]).days < MIN_YEAR_DAYS:
        return Markup("")
    return sentence_gap() + _departures_sentence(dates)


def _departures_sentence(dates: pl.DataFrame) -> Markup:
    """Say how many departures find a route, and over how many sets of borders."""
    with_route = dates.filter(pl.col("time_h").is_not_null())
    if not with_route.height:
        return tell_html(
            "None of {count} departures through the year finds a route.", count=dates.height
        )

    which = _border_sets(with_route)
    if with_route.height == dates.height:
        return tell_html(
            "All {count} departures through the year find a route, {which}.",
            count=number(dates.height),
            which=which,
        )
    return tell_html(
        "Of {count} departures through the year {found} find a route, {which}.",
        count=number(dates.height),
        found=number(with_route.height),
        which=which,
    )


def _template_values(**own: Any) -> dict[str, Any]:
    """Return what the template needs, empty but for what is given."""
    empty: dict[str, Any] = {
        "same": [],
        "dates_csv": None,
        "calendar": None,
        "criteria": [],
        "months": [],
    }
    return empty | own


def _criteria(dates: pl.DataFrame) -> list[str]:
    return dates["criterion"].unique(maintain_order=True).to_list()


def _is_steady(departures: pl.DataFrame) -> bool:
    """Tell whether all departures go the same way at about the same time and price."""
    if departures["time_h"].null_count():
        return False
    if departures.select("countries", "borders").unique().height > 1:
        return False
    return all(_varies_little(departures[column]) for column in ("time_h", "cost_usd"))


def _varies_little(values: pl.Series) -> bool:
    low: Any = values.min()
    high: Any = values.max()
    return bool(high - low <= STEADY_SHARE * low)


def _steady_sentence(departures: pl.DataFrame, *, is_cheapest: bool) -> str:
    words = _steady_words(departures)
    if is_cheapest:
        return tell(
            "Cheapest: all {count} departures looked at from {first} to {last} take the same "
            "route ({way}): {days} days as planned and USD {usd}, each within 10 %.",
            **words,
        )
    return tell(
        "Quickest: all {count} departures looked at from {first} to {last} take the same route "
        "({way}): {days} days as planned and USD {usd}, each within 10 %.",
        **words,
    )


def _steady_words(departures: pl.DataFrame) -> dict[str, str]:
    """Return how many departures there are from when to when, their route, days and dollars."""
    first: Any = departures["depart_on"].min()
    last: Any = departures["depart_on"].max()
    time_h: Any = departures["time_h"].median()
    cost_usd: Any = departures["cost_usd"].median()
    return {
        "count": number(departures.height),
        "way": "–".join(departures["countries"][0]),
        "days": days(time_h),
        "usd": number_or_dash(cost_usd),
        "first": day(first),
        "last": day(last),
    }


def _figure(trip_id: str, dates: pl.DataFrame) -> Figure:
    """Return the chart of the departures, all criteria."""
    caption = tell(
        "The best route for each day of departure: a change of colour and shape is a change "
        "of corridor."
    )
    columns = ["trip_id", "borders"]
    if dates["reason"].is_null().all():
        columns.append("reason")

    return draw_figure(
        f"{trip_id}-calendar",
        calendar_chart(dates),
        paragraph([caption, _departures_without_route(dates)]),
        dates.drop(columns),
        ROUTE_TABLES,
    )


def _departures_without_route(dates: pl.DataFrame) -> str:
    """Say how many departures find no route by any criterion."""
    departures = dates.group_by("depart_on").agg(pl.col("time_h").is_not_null().any())
    without = departures.height - int(departures["time_h"].sum())
    if not without:
        return tell("Every departure finds one.")
    return tell_count(
        "{count} of {departures} departures find no route.",
        "{count} of {departures} departures find no route.",
        without,
        departures=number(departures.height),
    )


def _months(dates: pl.DataFrame) -> list[dict[str, Any]]:
    """Return a row for each month of departure: its best routes by each criterion, or why none."""
    by_month = dates.sort("depart_on").with_columns(month=pl.col("depart_on").dt.strftime("%Y-%m"))
    return [
        {
            "month": month,
            "best": [_month_cell(rows, criterion) for criterion in _criteria(dates)],
            "reasons": sorted({reason for reason in rows["reason"].to_list() if reason}),
        }
        for (month,), rows in by_month.group_by("month", maintain_order=True)
    ]


def _month_cell(rows: pl.DataFrame, criterion: str) -> dict[str, Any]:
    """Return departures of a month, those with a route, their medians and countries passed."""
    departures = rows.filter(pl.col("criterion") == criterion)
    with_route = departures.filter(pl.col("time_h").is_not_null())

    corridors = ["–".join(countries) for countries in with_route["countries"].to_list()]
    return {
        "criterion": criterion,
        "departures": departures.height,
        "found": with_route.height,
        "time_h": with_route["time_h"].median(),
        "cost_usd": with_route["cost_usd"].median(),
        "ways": sorted(dict.fromkeys(corridors), key=corridors.count, reverse=True),
    }


def _border_sets(departures: pl.DataFrame) -> str:
    """Say over how many different sets of borders departures go."""
    sets = {tuple(borders) for borders in departures["borders"].to_list()}
    if len(sets) == 1:
        return tell("the quickest always over the same borders")
    return tell("the quickest over {count} different sets of borders", count=number(len(sets)))
