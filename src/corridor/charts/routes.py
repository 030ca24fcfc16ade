"""Every chart and map once, as a Vega-Lite spec that report, web page and notebooks share;
``to_svg`` draws one.

The diagrams of distance and the maps stand in modules of their own and are offered here too.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import altair as alt
import polars as pl

from corridor.charts.distance import cost_distance, distance_pair, distance_points, time_distance
from corridor.charts.maps import network_map, route_map, view_of
from corridor.charts.style import (
    CONFIDENCE_HUES,
    FAINT,
    HUES,
    INK,
    PAPER,
    SHAPES,
    SOFT,
    WIDTH,
    Chart,
    dressed,
    free_places,
    key,
    legend,
    letter,
    lettered,
    listed,
    told,
)
from corridor.charts.svg import to_svg
from corridor.charts.text import breadth, in_lines, shortened, wrapped
from corridor.language.speech import marked, number, tell

__all__ = [
    "calendar",
    "corridors",
    "cost_distance",
    "distance_pair",
    "distance_points",
    "evidence",
    "network_map",
    "pareto",
    "route_map",
    "time_distance",
    "to_svg",
    "validation",
    "view_of",
]

METRICS = {
    "time_h": marked("travel time, days"),
    "cost_usd": marked("cost, USD per cargo unit"),
    "length_km": marked("length, km"),
    "speed_kmh": marked("speed with stops, km/h"),
}
VERDICTS = {
    # Translators: verdict on the model: what was observed lies inside the band of its forecasts.
    marked("inside band"): ("#009e73", "circle"),
    # Translators: verdict on the model: no farther than a quarter from what was observed.
    marked("within 25 %"): ("#e69f00", "square"),
    # Translators: verdict on the model: far from what was observed.
    marked("miss"): ("#d55e00", "cross"),
    # Translators: verdict on the model: it finds no way where one was gone.
    marked("no way"): ("#000000", "triangle-down"),
    # Translators: verdict on the model: it finds the way that was seen; there was nothing to
    # measure.
    marked("possible"): ("#8c8c8c", "diamond"),
}
CONFIDENCES = {
    "A": marked("A read in the source"),
    "B": marked("B well known"),
    "C": marked("C estimate"),
}
# Translators: names of tables of the study: nodes are places, links ways between two of them,
# windows opening times...
_TABLES = (
    marked("nodes"),
    marked("links"),
    marked("terminals"),
    marked("rates"),
    marked("modes"),
    marked("emissions"),
    marked("rules"),
    marked("windows"),
    marked("services"),
    marked("cargoes"),
    marked("hazards"),
    marked("events"),
    marked("changes"),
    marked("demand"),
    marked("observations"),
    marked("countries"),
    marked("trade"),
    marked("sectors"),
    marked("specialisations"),
    marked("markets"),
    marked("figures"),
    marked("claims"),
    marked("commitments"),
    marked("replays"),
    marked("parameters"),
    marked("sources"),
)
_BEST = {
    "time": marked("fastest: days"),
    "cost": marked("cheapest: USD"),
    "carbon": marked("least carbon: days"),
    "risk": marked("safest: days"),
    "other": marked("best: days"),
}
_MAP_HUES = ("#dbe9f6", "#08306b")  # pale to dark: more risk


def pareto(routes: pl.DataFrame) -> Chart:
    """Return the scatter of routes by time and cost; size tells carbon, darkness the risk of a
    closure.

    routes: as Routes.routes. The level line of a route runs from its 5th to its 95th percentile of
    time.
    """
    frame = lettered(routes).select(
        "letter",
        "cost_usd",
        "carbon_kg",
        "risk_share",
        days=pl.coalesce("time_p50_h", "time_h") / 24,
        days_p05=pl.col("time_p05_h") / 24,
        days_p95=pl.col("time_p95_h") / 24,
    )
    width = WIDTH - 196
    height = 236
    x_low, x_high = _span(frame["days"], frame["days_p05"], frame["days_p95"])
    y_low, y_high = _span(frame["cost_usd"])
    spots = [
        (
            (days - x_low) / (x_high - x_low) * width,
            height - (usd - y_low) / (y_high - y_low) * height,
        )
        for days, usd in frame.select("days", "cost_usd").iter_rows()
    ]
    offsets = (
        (1.0, -0.9),
        (-1.0, -0.9),
        (1.0, 0.9),
        (-1.0, 0.9),
        (0, -1.3),
        (0, 1.3),
        (1.7, 0),
        (-1.7, 0),
        (1.7, -1.6),
        (-1.7, -1.6),
        (1.7, 1.6),
        (-1.7, 1.6),
    )
    places = free_places(
        [(x, y, 16.0, 16.0) for x, y in spots],
        offsets,
        (width, height),
        [(x - 7, y - 7, x + 7, y + 7) for x, y in spots],
    )
    labels = [
        {"letter": name, "x_px": place[0], "y_px": place[1]}
        for name, place in zip(frame["letter"], places, strict=True)
        if place is not None
    ]
    x_title = tell("days from door to door, median (line: 5th to 95th percentile)")
    x = alt.X("days:Q", title=x_title, scale=alt.Scale(domain=[x_low, x_high], nice=False))
    y = alt.Y(
        "cost_usd:Q",
        title=tell("USD per cargo unit"),
        scale=alt.Scale(domain=[y_low, y_high], nice=False),
        axis=alt.Axis(format=",~f", minExtent=48, maxExtent=48),
    )
    base = alt.Chart(frame)
    band = base.mark_rule(color=SOFT, strokeWidth=1.2, clip=True).encode(
        x=alt.X("days_p05:Q", title=x_title, scale=alt.Scale(domain=[x_low, x_high], nice=False)),
        x2="days_p95:Q",
        y=y,
    )
    dots = base.mark_circle(stroke=INK, strokeWidth=1, opacity=1, clip=True).encode(
        x=x,
        y=y,
        size=alt.Size(
            "carbon_kg:Q",
            title=in_lines(tell("kg CO₂e per unit"), 100),
            scale=alt.Scale(range=[50, 420], zero=True),
            legend=alt.Legend(
                format=",~f", values=_ticks(frame["carbon_kg"]), symbolFillColor="#ffffff"
            ),
        ),
        color=alt.Color(
            "risk_share:Q",
            title=in_lines(tell("chance of closure"), 100),
            scale=alt.Scale(
                domain=[0, max(0.05, _top(frame["risk_share"]))], range=list(_MAP_HUES)
            ),
            legend=alt.Legend(format=".0%", gradientLength=110, tickCount=4),
        ),
    )
    at: dict[str, Any] = {
        "x": alt.X("x_px:Q", scale=None, axis=None),
        "y": alt.Y("y_px:Q", scale=None, axis=None),
    }
    named = alt.Chart(alt.Data(values=labels))
    halo = named.mark_text(fontSize=12, fontWeight="bold", stroke=PAPER, strokeWidth=3).encode(
        text="letter:N", **at
    )
    text = named.mark_text(fontSize=12, fontWeight="bold", color=INK).encode(text="letter:N", **at)
    said = tell("; ").join(
        tell(
            "{letter}: {days} days, {usd} USD",
            letter=row["letter"],
            days=number(row["days"], 1),
            usd=number(row["cost_usd"]),
        )
        for row in frame.iter_rows(named=True)
    )
    chart = alt.layer(band, dots, halo, text).properties(width=width, height=height)
    return dressed(
        chart,
        tell("Time against cost"),
        tell("left and low is better; large dots burn more, dark ones are likelier to be shut"),
        tell("Routes by time and cost. {routes}.", routes=said),
    )


def _span(*columns: pl.Series) -> tuple[float, float]:
    values = [float(value) for column in columns for value in column.drop_nulls()] or [0.0, 1.0]
    margin = max(0.08 * (max(values) - min(values)), 0.02 * max(values), 1e-9)
    return max(0.0, min(values) - margin), max(values) + margin


def _top(column: pl.Series) -> float:
    return max((float(value) for value in column.drop_nulls()), default=0.0)


def _ticks(column: pl.Series) -> list[float]:
    top = _top(column)
    step = 10 ** len(str(int(top))) / 100 or 1.0
    return (
        sorted({max(step, round(top * share / step) * step) for share in (0.25, 0.5, 1.0)})
        if top
        else [0.0]
    )


def corridors(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with ``corridor``: the countries in order, and the borders where those do
    not tell two apart.

    frame: countries and borders, lists of text; null corridor where there is no route.
    """
    countries = ["–".join(row) if row else None for row in frame["countries"].to_list()]
    borders = [tuple(row) if row else () for row in frame["borders"].to_list()]
    kinds: dict[str, set[tuple[str, ...]]] = {}
    for path, crossed in zip(countries, borders, strict=True):
        if path is not None:
            kinds.setdefault(path, set()).add(crossed)
    names = []
    for path, crossed in zip(countries, borders, strict=True):
        if path is None or len(kinds[path]) == 1:
            names.append(path)
            continue
        common = set.intersection(*(set(kind) for kind in kinds[path]))
        own = [border for border in crossed if border not in common]
        names.append(
            tell("{countries} by {borders}", countries=path, borders=tell(", ").join(own))
            if own
            else path
        )
    return frame.with_columns(corridor=pl.Series(names, dtype=pl.String))


def calendar(frame: pl.DataFrame) -> Chart:
    """Return the best route of each departure over the year, one panel a criterion, coloured by
    corridor.

    frame: criterion, depart_on, time_h, cost_usd, countries, borders, reason (null where there is a
    route), one row a departure and criterion of one trip. Cost is drawn in USD, every other
    criterion by its days. Gaps carry their reason.
    """
    rows = corridors(frame.sort("depart_on")).with_columns(
        value=pl.when(pl.col("criterion") == "cost")
        .then(pl.col("cost_usd").cast(pl.Float64))
        .otherwise(pl.col("time_h").cast(pl.Float64) / 24)
    )
    found = rows.filter(pl.col("value").is_not_null())
    order = found["corridor"].value_counts(sort=True)["corridor"].to_list()
    first = rows["depart_on"].min()
    last = rows["depart_on"].max()
    assert isinstance(first, date) and isinstance(last, date)
    names = _legend_names(order)
    marks: dict[str, str] = {}
    criteria = frame["criterion"].unique(maintain_order=True).to_list()
    panels = [
        _year(
            rows.filter(pl.col("criterion") == criterion),
            criterion,
            names,
            marks,
            [first.isoformat(), (last + timedelta(days=1)).isoformat()],
        )
        for criterion in criteria
    ]
    reasons = [(mark, reason) for reason, mark in marks.items()]
    whole = alt.vconcat(*panels, *([key(reasons, _YEAR_WIDTH)] if reasons else []), spacing=14)
    counts = {"found": number(found.height), "asked": number(rows.height)}
    said = (
        tell(
            "{found} of {asked} best routes found; by way of {corridors}.",
            corridors=tell(", ").join(order),
            **counts,
        )
        if order
        else tell("{found} of {asked} best routes found.", **counts)
    )
    return dressed(
        whole,
        tell("The year's best routes by day of departure"),
        tell("grey: no route; the letter's reason stands below") if marks else None,
        said,
    )


_YEAR_WIDTH = WIDTH - 82


def _legend_names(order: list[str], limit: int = 44) -> dict[str, str]:
    """Return how each corridor is named in the legend: shortened, and still one name for each."""
    names: dict[str, str] = {}
    for i, name in enumerate(order):
        short = shortened(name, limit)
        names[name] = (
            short if short not in names.values() else f"{shortened(name, limit - 4)} ({i + 1})"
        )
    return names


def _year(
    rows: pl.DataFrame,
    criterion: str,
    names: dict[str, str],
    marks: dict[str, str],
    ends: list[str],
) -> Any:
    """Return one criterion's panel; marks gathers the letters of the reasons for gaps."""
    title = in_lines(tell(_BEST.get(criterion, _BEST["other"])), 130)
    x_scale = alt.Scale(domain=ends, type="utc")
    found = rows.filter(pl.col("value").is_not_null())
    axis = alt.Axis(format=_month(), tickCount="month", labelOverlap=True)
    x = alt.X("day:T", title=None, scale=x_scale, axis=axis)
    y = alt.Y(
        "value:Q",
        title=title,
        scale=alt.Scale(domain=[0, _top(found["value"]) * 1.2 or 1.0], nice=False),
        axis=alt.Axis(format=",~f", minExtent=44, maxExtent=44, tickCount=4),
    )
    shown = list(names.values())
    points = (
        alt.Chart(
            found.select(
                "value",
                day=pl.col("depart_on").cast(pl.String),
                corridor=pl.col("corridor").replace_strict(names, return_dtype=pl.String),
            )
        )
        .mark_point(filled=True, size=44, opacity=1)
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "corridor:N",
                title=None,
                scale=alt.Scale(
                    domain=shown, range=[HUES[i % len(HUES)] for i in range(len(shown))]
                ),
                legend=legend(shown, 2 if max(map(breadth, shown), default=0) > 24 else 4),
            ),
            shape=alt.Shape(
                "corridor:N",
                title=None,
                scale=alt.Scale(
                    domain=shown, range=[SHAPES[i % len(SHAPES)] for i in range(len(shown))]
                ),
            ),
        )
    )
    line = (
        alt.Chart(_runs(rows))
        .mark_line(color=FAINT, strokeWidth=1.6, interpolate="linear")
        .encode(x=x, y=y, detail="run:N")
    )
    gaps = alt.Data(values=_gaps(rows, marks))
    shade = (
        alt.Chart(gaps)
        .mark_rect(fill="#ececec", opacity=1)
        .encode(x=alt.X("day:T", scale=x_scale, axis=axis), x2="day_to:T")
    )
    letters = (
        alt.Chart(gaps)
        .mark_text(fontSize=12, fontWeight="bold", color=INK)
        .encode(x=alt.X("middle:T", scale=x_scale, axis=axis), y=alt.value(14), text="mark:N")
    )
    return alt.layer(shade, line, points, letters).properties(width=_YEAR_WIDTH, height=112)


def _month() -> str:
    # Translators: how an axis writes a month of a year: %b is the month's short name, %y the year
    # in two digits, %Y in four.
    return tell("%b %y")


def _runs(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the stretches of departures without a gap, to be joined by a line."""
    is_gap = pl.col("value").is_null()
    return (
        rows.with_columns(run=is_gap.cum_sum(), day=pl.col("depart_on").cast(pl.String))
        .filter(~is_gap)
        .select("run", "day", "value")
    )


def _gaps(rows: pl.DataFrame, marks: dict[str, str]) -> list[dict[str, Any]]:
    """Return the spells without a route, each to the next departure; marks gains a letter for each
    new reason."""
    days = rows["depart_on"].to_list()
    step = min((b - a for a, b in zip(days, days[1:], strict=False)), default=timedelta(days=1))
    spells: list[dict[str, Any]] = []
    for i, row in enumerate(rows.iter_rows(named=True)):
        if row["value"] is not None:
            continue
        reason = row["reason"] or tell("no route")
        mark = marks.setdefault(reason, letter(len(marks)).lower())
        end = days[i + 1] if i + 1 < len(days) else days[i] + step
        if spells and spells[-1]["mark"] == mark and spells[-1]["end"] == days[i]:
            spells[-1]["end"] = end
        else:
            spells.append({"mark": mark, "start": days[i], "end": end})
    return [
        {
            "mark": spell["mark"],
            "day": spell["start"].isoformat(),
            "day_to": min(spell["end"], days[-1] + timedelta(days=1)).isoformat(),
            "middle": (
                spell["start"] + (min(spell["end"], days[-1]) - spell["start"]) / 2
            ).isoformat(),
        }
        for spell in spells
    ]


def validation(frame: pl.DataFrame) -> Chart:
    """Return what was observed beside the model's 5th, 50th and 95th percentile, one panel per
    metric."""
    panels = []
    said: list[tuple[str, str]] = []
    for metric in (known for known in METRICS if known in set(frame["metric"])):
        divisor = 24.0 if metric == "time_h" else 1.0
        part = frame.filter(pl.col("metric") == metric).with_columns(
            pl.col("value", "value_low", "value_high", "model_p05", "model_p50", "model_p95").cast(
                pl.Float64
            )
            / divisor
        )
        part = part.sort(
            pl.coalesce("value", "model_p50"), "observation_id", nulls_last=True
        ).with_columns(
            label=pl.when(pl.col("name").is_duplicated())
            .then(pl.format("{} ({})", "name", "observation_id"))
            .otherwise("name")
            .map_elements(lambda name: wrapped(name, 46), return_dtype=pl.String),
            verdict=pl.col("verdict").fill_null("possible"),
        )
        said += [
            (name, tell(verdict)) for name, verdict in part.select("name", "verdict").iter_rows()
        ]
        panels.append(_validation_panel(part, tell(METRICS[metric])))
    whole = alt.vconcat(*panels, spacing=18).resolve_legend(color="shared", shape="shared")
    return dressed(
        whole,
        tell("Observed beside model"),
        tell("mark: observed; bar: model, 5th–95th percentile; tick: median"),
        tell("{list}.", list=listed(said)),
        left=310,
    )


def _validation_panel(part: pl.DataFrame, title: str) -> Any:
    known = ["value", "value_low", "value_high", "model_p05", "model_p50", "model_p95"]
    top = max(_top(part[column]) for column in known) * 1.06 or 1.0
    order = part["label"].to_list()
    y = alt.Y(
        "label:N",
        sort=order,
        title=None,
        axis=alt.Axis(
            labelLimit=300,
            labelExpr="split(datum.value, '\\n')",
            minExtent=300,
            maxExtent=300,
            ticks=False,
            domain=False,
            grid=True,
            labelBaseline="middle",
            labelLineHeight=13,
            labelOffset={
                "condition": {"test": "indexof(datum.value, '\\n') >= 0", "value": -6},
                "value": 0,
            },
        ),
    )
    scale = alt.Scale(domain=[0, top], nice=False)

    def x(column: str) -> alt.X:
        return alt.X(
            f"{column}:Q", title=title, scale=scale, axis=alt.Axis(format=",~f", tickCount=7)
        )

    base = alt.Chart(part.select("label", told("verdict", VERDICTS), *known))
    verdicts = [tell(verdict) for verdict in VERDICTS]
    below = legend(
        verdicts,
        5,
        titleLimit=WIDTH,
        title=in_lines(
            tell("verdict (possible: seen, not measured; no way: the model finds none)"),
            WIDTH - 310,
        ),
    )
    verdict = {
        "color": alt.Color(
            "verdict:N",
            legend=below,
            scale=alt.Scale(domain=verdicts, range=[hue for hue, _ in VERDICTS.values()]),
        ),
        "shape": alt.Shape(
            "verdict:N",
            legend=below,
            scale=alt.Scale(domain=verdicts, range=[shape for _, shape in VERDICTS.values()]),
        ),
    }
    return alt.layer(
        base.mark_bar(height=11, color="#cfe0ee").encode(x=x("model_p05"), x2="model_p95:Q", y=y),
        base.mark_tick(thickness=2.2, size=15, color="#08519c").encode(x=x("model_p50"), y=y),
        base.mark_rule(strokeWidth=1.6, color=INK).encode(x=x("value_low"), x2="value_high:Q", y=y),
        base.mark_point(filled=True, size=100, stroke=PAPER, strokeWidth=0.8, opacity=1).encode(
            x=x("value"), y=y, **verdict
        ),
    ).properties(width=WIDTH - 340, height=alt.Step(29))


def evidence(frame: pl.DataFrame) -> Chart:
    """Return the share of each table's rows by confidence (A read in the source, B well known, C
    estimate).

    frame: table, confidence, rows.
    """
    totals = (
        frame.group_by("table", maintain_order=True)
        .agg(total=pl.col("rows").sum())
        .filter(pl.col("total") > 0)
    )
    rows = (
        frame.join(totals, on="table")
        .with_columns(
            share=pl.col("rows") / pl.col("total"),
            label=pl.format("{} ({})", told("table", _TABLES), "total"),
            confidence_name=pl.col("confidence").replace(
                {key: tell(name) for key, name in CONFIDENCES.items()}
            ),
        )
        .sort(pl.col("total") * -1, "table", "confidence", maintain_order=True)
    )
    rows = rows.with_columns(to=pl.col("share").cum_sum().over("table"))
    rows = rows.with_columns(
        start=pl.col("to") - pl.col("share"), middle=pl.col("to") - pl.col("share") / 2
    )
    order = rows["label"].unique(maintain_order=True).to_list()
    names = [tell(name) for name in CONFIDENCES.values()]
    y = alt.Y(
        "label:N",
        sort=order,
        title=None,
        axis=alt.Axis(ticks=False, domain=False, minExtent=130, maxExtent=130),
    )
    x = alt.X(
        "start:Q",
        title=tell("share of rows (number of rows in brackets)"),
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format=".0%"),
    )
    base = alt.Chart(
        rows.select(
            "label", "confidence", "confidence_name", "rows", "start", "to", "middle", "share"
        )
    )
    bars = base.mark_bar(height=16, stroke=SOFT, strokeWidth=0.6).encode(
        x=x,
        x2="to:Q",
        y=y,
        color=alt.Color(
            "confidence_name:N",
            title=None,
            scale=alt.Scale(domain=names, range=list(CONFIDENCE_HUES.values())),
            legend=legend(names, 3),
        ),
    )
    large = base.transform_filter("datum.share > 0.05")
    counts = [
        large.transform_filter(f"datum.confidence {sign} 'A'")
        .mark_text(fontSize=10, color=hue)
        .encode(x=alt.X("middle:Q"), y=y, text="rows:Q")
        for sign, hue in (("==", PAPER), ("!=", INK))
    ]
    said = listed(
        (f"{tell(table)} {grade}", count)
        for table, grade, count in rows.select("table", "confidence", "rows").iter_rows()
    )
    chart = alt.layer(bars, *counts).properties(width=WIDTH - 170, height=alt.Step(24))
    return dressed(
        chart,
        tell("What the figures rest on"),
        tell("rows of each table by confidence"),
        tell("{list}.", list=said),
        left=140,
    )
