"""The best routes through the year, by day of departure: which corridor is best when, and gaps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import polars as pl

from corridor.charts.axes import category_scale, highest, number_scale
from corridor.charts.layer import Layer
from corridor.charts.legends import legend, mark_key
from corridor.charts.letters import route_letter
from corridor.charts.style import FAINT, HUES, INK, SHAPES, WIDTH, Chart
from corridor.charts.text import numbered, text_width, title_lines, truncate
from corridor.charts.titles import with_title
from corridor.language.speech import marked, number, tell
from corridor.units import DAY_H

Borders = tuple[str, ...]  # names of the borders of a route, in order

_PANEL_WIDTH = WIDTH - 82
_PANEL_HEIGHT = 112
_LEGEND_LETTERS = 44  # more of a corridor's name does not fit the legend
_BEST = {
    "time": marked("quickest: days"),
    "cost": marked("cheapest: USD"),
    "carbon": marked("least carbon: days"),
    "risk": marked("least risk: days"),
    "other": marked("best: days"),
}


@dataclass(slots=True)
class _Gap:
    """A spell of departures without a route, to the next departure after it."""

    reason: str
    start: dt.date
    end: dt.date


@dataclass(frozen=True, slots=True)
class _Year:
    """What the panels share: first and last departure, and the name of each corridor."""

    first: dt.date
    last: dt.date
    names: Mapping[str, str]

    @property
    def after(self) -> dt.date:
        """The day after the last departure, on which the axis ends."""
        return self.last + dt.timedelta(days=1)


def calendar(frame: pl.DataFrame) -> Chart:
    """Return the best route of each departure over the year, a panel a criterion.

    Colour and shape tell the corridor. Cost is drawn in USD, every other criterion by its days.
    Gaps carry their reason.

    frame: criterion, depart_on, time_h, cost_usd, countries, borders, reason (null where there is a
    route), one row a departure and criterion of one trip.
    """
    rows = _valued(frame)
    corridors = rows.filter(pl.col("value").is_not_null())["corridor"]
    by_frequency = corridors.value_counts(sort=True)["corridor"].to_list()

    year = _Year(*_ends(rows), _legend_names(by_frequency))
    panels, marks = _panels(rows, frame["criterion"].unique(maintain_order=True), year)
    if marks:
        reasons = [(mark, reason) for reason, mark in marks.items()]
        panels.append(mark_key(reasons, _PANEL_WIDTH))

    return with_title(
        alt.vconcat(*panels, spacing=14),
        tell("The year's best routes by day of departure"),
        tell("grey: no route; the letter's reason stands below") if marks else None,
        _description(corridors.len(), rows.height, by_frequency),
    )


def _panels(
    rows: pl.DataFrame, criteria: Iterable[str], year: _Year
) -> tuple[list[Any], dict[str, str]]:
    """Return a panel a criterion, and reason of a gap -> its letter, the same in all panels."""
    rows_of = {key: rows.filter(pl.col("criterion") == key) for key in criteria}
    gaps_of = {key: _gaps(part) for key, part in rows_of.items()}
    marks = _reason_marks(gap for gaps in gaps_of.values() for gap in gaps)

    panels = [_panel(part, key, gaps_of[key], marks, year) for key, part in rows_of.items()]
    return panels, marks


def _valued(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows by departure with their corridor and what is drawn of each as value."""
    usd = pl.col("cost_usd").cast(pl.Float64)
    days = pl.col("time_h").cast(pl.Float64) / DAY_H
    return with_corridors(frame.sort("depart_on")).with_columns(
        value=pl.when(pl.col("criterion") == "cost").then(usd).otherwise(days)
    )


def _ends(rows: pl.DataFrame) -> tuple[dt.date, dt.date]:
    first = rows["depart_on"].min()
    last = rows["depart_on"].max()
    assert isinstance(first, dt.date) and isinstance(last, dt.date)
    return first, last


def _description(found_count: int, row_count: int, corridors: Sequence[str]) -> str:
    counts = {"found": number(found_count), "asked": number(row_count)}
    if not corridors:
        return tell("{found} of {asked} best routes found.", **counts)
    return tell(
        "{found} of {asked} best routes found; by way of {corridors}.",
        corridors=tell(", ").join(corridors),
        **counts,
    )


def with_corridors(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with ``corridor``: the countries in order, and borders where these differ.

    frame: countries and borders, lists of text; null corridor where there is no route.
    """
    countries = ["–".join(row) if row else None for row in frame["countries"].to_list()]
    borders = [tuple(row or ()) for row in frame["borders"].to_list()]
    paths = list(zip(countries, borders, strict=True))

    borders_of = _borders_by_countries(paths)
    names = [
        None if corridor is None else _corridor_name(corridor, crossed, borders_of[corridor])
        for corridor, crossed in paths
    ]
    return frame.with_columns(corridor=pl.Series(names, dtype=pl.String))


def _borders_by_countries(
    paths: Iterable[tuple[str | None, Borders]],
) -> dict[str, set[Borders]]:
    """Return the countries of a route -> the borders of each route through them."""
    borders_of: dict[str, set[Borders]] = {}
    for countries, borders in paths:
        if countries is not None:
            borders_of.setdefault(countries, set()).add(borders)
    return borders_of


def _corridor_name(
    countries: str,
    borders: Borders,
    all_borders: set[Borders],
) -> str:
    """Return the countries, and the borders that not all routes through these have in common."""
    common = set.intersection(*(set(crossed) for crossed in all_borders))
    special = [border for border in borders if border not in common]
    if not special:
        return countries
    return tell("{countries} by {borders}", countries=countries, borders=tell(", ").join(special))


def _legend_names(corridors: Iterable[str]) -> dict[str, str]:
    """Return how each corridor is named in the legend: truncated, and each unlike all others."""
    names: dict[str, str] = {}
    for i, corridor in enumerate(corridors, start=1):
        name = truncate(corridor, _LEGEND_LETTERS)
        is_new = name not in names.values()
        names[corridor] = name if is_new else numbered(corridor, i, _LEGEND_LETTERS)
    return names


def _gaps(rows: pl.DataFrame) -> list[_Gap]:
    """Return the spells without a route for one reason, in order."""
    gaps: list[_Gap] = []
    departures = rows.select("depart_on", "value", "reason").iter_rows()
    next_days = _next_days(rows["depart_on"].to_list())
    for (day, value, reason), next_day in zip(departures, next_days, strict=True):
        if value is not None:
            continue

        gap = _Gap(reason or tell("no route"), day, next_day)
        if gaps and gaps[-1].end == gap.start and gaps[-1].reason == gap.reason:
            gaps[-1].end = gap.end
        else:
            gaps.append(gap)
    return gaps


def _next_days(days: Sequence[dt.date]) -> list[dt.date]:
    """Return the departure after each; after the last one: as soon as one ever follows another."""
    steps = [later - day for day, later in zip(days, days[1:], strict=False)]
    return [*days[1:], days[-1] + min(steps, default=dt.timedelta(days=1))]


def _reason_marks(gaps: Iterable[_Gap]) -> dict[str, str]:
    """Return a small letter for each reason, in order of appearance."""
    reasons = dict.fromkeys(gap.reason for gap in gaps)
    return {reason: route_letter(i).lower() for i, reason in enumerate(reasons)}


def _panel(
    rows: pl.DataFrame,
    criterion: str,
    gaps: Iterable[_Gap],
    marks: Mapping[str, str],
    year: _Year,
) -> Any:
    """Return one criterion's panel: gaps below, a line through the departures, their marks."""
    values = rows.filter(pl.col("value").is_not_null())
    y = _value_channel(criterion, highest(values["value"]))
    shades, letters = _gap_marks(gaps, marks, year)

    layers = (shades, _line(rows, y, year), _departure_marks(values, y, year), letters)
    return alt.layer(*layers).properties(width=_PANEL_WIDTH, height=_PANEL_HEIGHT)


def _value_channel(criterion: str, top: float) -> alt.Y:
    title = tell(_BEST.get(criterion, _BEST["other"]))
    return alt.Y(
        "value:Q",
        title=title_lines(title, 130),
        scale=number_scale(0, top * 1.2 or 1.0),
        axis=alt.Axis(format=",~f", minExtent=44, maxExtent=44, tickCount=4),
    )


def _day_channel(column: str, year: _Year, **look: Any) -> alt.X:
    # Translators: how an axis writes a month of a year: %b is the month's short name, %y the year
    # in two digits, %Y in four.
    month = tell("%b %y")
    days = [year.first.isoformat(), year.after.isoformat()]
    return alt.X(
        f"{column}:T",
        scale=alt.Scale(domain=days, type="utc"),
        axis=alt.Axis(format=month, tickCount="month", labelOverlap=True),
        **look,
    )


def _line(rows: pl.DataFrame, y: alt.Y, year: _Year) -> Any:
    """Return a line through each stretch of departures without a gap."""
    chart = Layer(_runs(rows))
    return chart.mark_line(color=FAINT, strokeWidth=1.6, interpolate="linear").encode(
        x=_day_channel("day", year, title=None), y=y, detail=alt.Detail("run:N")
    )


def _runs(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the departures with a route; those without a gap between them have one run."""
    is_gap = pl.col("value").is_null()
    runs = rows.with_columns(run=is_gap.cum_sum(), day=pl.col("depart_on").cast(pl.String))
    return runs.filter(~is_gap).select("run", "day", "value")


def _departure_marks(values: pl.DataFrame, y: alt.Y, year: _Year) -> Any:
    """Return a mark a departure: colour and shape tell its corridor."""
    frame = values.select(
        "value",
        day=pl.col("depart_on").cast(pl.String),
        corridor=pl.col("corridor").replace_strict(year.names, return_dtype=pl.String),
    )
    x = _day_channel("day", year, title=None)
    chart = Layer(frame).mark_point(filled=True, size=44, opacity=1)
    return chart.encode(x=x, y=y, **_corridor_channels(list(year.names.values())))


def _corridor_channels(names: Sequence[str]) -> dict[str, Any]:
    """Return colour and shape of the corridors, with one legend."""
    widest = max(map(text_width, names), default=0)
    columns = 2 if widest > 24 else 4

    hues = category_scale(names, _repeated(HUES, len(names)))
    shapes = category_scale(names, _repeated(SHAPES, len(names)))
    return {
        "color": alt.Color("corridor:N", title=None, scale=hues, legend=legend(names, columns)),
        "shape": alt.Shape("corridor:N", title=None, scale=shapes),
    }


def _repeated(values: Sequence[str], count: int) -> list[str]:
    return [values[i % len(values)] for i in range(count)]


def _gap_marks(
    gaps: Iterable[_Gap],
    marks: Mapping[str, str],
    year: _Year,
) -> tuple[Any, Any]:
    """Return the grey of the gaps, and the letters of their reasons in the middle of each."""
    rows = [_gap_row(gap, marks[gap.reason], year) for gap in gaps]

    chart = Layer(alt.Data(values=rows))
    shades = chart.mark_rect(fill="#ececec", opacity=1)
    letters = chart.mark_text(fontSize=12, fontWeight="bold", color=INK)
    return (
        shades.encode(x=_day_channel("day", year), x2=alt.X2("day_to:T")),
        letters.encode(x=_day_channel("middle", year), y=alt.YValue(14), text=alt.Text("mark:N")),
    )


def _gap_row(gap: _Gap, mark: str, year: _Year) -> dict[str, str]:
    shown = min(gap.end, year.last) - gap.start
    return {
        "mark": mark,
        "day": gap.start.isoformat(),
        "day_to": min(gap.end, year.after).isoformat(),
        "middle": (gap.start + shown / 2).isoformat(),
    }
