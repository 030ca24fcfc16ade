"""Stages of routes: one bar a route, of days and of dollars, by what they are spent on."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from corridor.charts.axes import category_scale, names_axis, row_height
from corridor.charts.bars import amount_axis, value_text
from corridor.charts.layer import Layer
from corridor.charts.legends import legend
from corridor.charts.letters import with_letters
from corridor.charts.style import HUES, SOFT, Chart
from corridor.charts.text import wrap
from corridor.charts.titles import with_title
from corridor.language.amounts import days
from corridor.language.speech import marked, number, tell
from corridor.tables.columns import SEA_MODES
from corridor.units import DAY_H

UNDER_WAY = marked("under way")
# Translators: hours at a border; of dollars: its fees and those of transit.
BORDER = marked("at borders")
# Translators: goods are loaded, unloaded or reloaded.
HANDLING = marked("handling")
WAITING = marked("waiting to leave")
STAGES = {UNDER_WAY: HUES[0], BORDER: HUES[1], HANDLING: HUES[2], WAITING: SOFT}
# What the tables that charge money charge it for; all others are fees of borders and of transit.
_PAID_FOR = {"rates": UNDER_WAY, "terminals": HANDLING}
_ROW_PX = 21
_NAMES_PX = 190
_NAME_LETTERS = 29
_PLOT_PX = 205
_VALUES_PX = 45  # behind the bars


def stages(rows: pl.DataFrame) -> Chart:
    """Return bars of each route by stage: its days and, where it has them, its dollars beside.

    rows: as :func:`stage_rows` returns them.
    """
    wrapped = rows.with_columns(
        pl.col("route").map_elements(lambda name: wrap(name, _NAME_LETTERS), pl.String)
    )
    names = wrapped["route"].unique(maintain_order=True).to_list()

    by_figure = {str(key): part for (key,), part in wrapped.group_by("figure")}
    panels = [_panel(by_figure["days"], names, tell("days"), _NAMES_PX)]
    if "usd" in by_figure:
        panels.append(_panel(by_figure["usd"], names, tell("USD"), 0))
    return with_title(
        alt.hconcat(*panels, spacing=_VALUES_PX).resolve_scale(color="shared"),
        tell("Where days and dollars go"),
        tell("one bar a route: as planned, without the spread"),
        _description(rows),
        left=_NAMES_PX,
    )


def stage_rows(legs: pl.DataFrame, money: pl.DataFrame | None) -> pl.DataFrame:
    """Return route, figure (days or usd), stage, amount and the ends of its bar.

    Parameters
    ----------
    legs
        As ``Routes.legs``; with a column ``corridor`` routes are named by it besides their letter.
    money
        As ``Routes.money``; null: not known.
    """
    lettered = with_letters(legs)
    name = "corridor" if "corridor" in lettered.columns else "letter"
    route = pl.col("letter") if name == "letter" else pl.format("{}  {}", "letter", "corridor")
    is_terminal = pl.col("kind") == "terminal"
    stop_h = pl.col("fixed_h").fill_null(0.0)
    is_at_sea = pl.col("mode").is_in(SEA_MODES)  # a link's own stop is its time in port

    hours = [
        _amounts(lettered, route, UNDER_WAY, pl.col("time_h") - stop_h, ~is_terminal),
        _amounts(lettered, route, BORDER, stop_h, ~is_terminal & ~is_at_sea),
        _amounts(lettered, route, HANDLING, stop_h, ~is_terminal & is_at_sea),
        _amounts(lettered, route, HANDLING, pl.col("time_h"), is_terminal),
        _amounts(lettered, route, WAITING, pl.col("wait_h").fill_null(0.0), pl.lit(True)),
    ]
    spent = pl.concat(hours).with_columns(pl.col("amount") / DAY_H, figure=pl.lit("days"))
    routes = lettered.select("route_id", route=route).unique(maintain_order=True)
    paid = [] if money is None else [_paid(money, routes).select(spent.columns)]

    order = pl.DataFrame({"stage": list(STAGES), "place": range(len(STAGES))})
    sums = (
        pl.concat([spent, *paid])
        .group_by("figure", "route", "stage", maintain_order=True)
        .agg(pl.col("amount").sum())
        .join(order, on="stage")
        .sort("figure", "route", "place")
    )
    to = pl.col("amount").cum_sum().over("figure", "route")
    return sums.with_columns(to=to, start=to - pl.col("amount"))


def _paid(money: pl.DataFrame, routes: pl.DataFrame) -> pl.DataFrame:
    """Return what every line of money is paid for; routes: route_id and the name of each."""
    stage = pl.col("table").replace_strict(_PAID_FOR, default=BORDER, return_dtype=pl.String)
    lines = routes.join(money, on="route_id", maintain_order="left")
    return lines.select("route", stage=stage, amount="cost_usd", figure=pl.lit("usd"))


def _amounts(
    legs: pl.DataFrame, route: pl.Expr, stage: str, amount: pl.Expr, are: pl.Expr
) -> pl.DataFrame:
    """Return what some legs have of a stage, a row a leg."""
    return legs.filter(are).select(route=route, stage=pl.lit(stage), amount=amount)


def _panel(rows: pl.DataFrame, names: list[str], title: str, names_px: int) -> Any:
    """Return the bars of one figure; names_px: room for the names of routes, 0: not written."""
    in_words = rows.with_columns(pl.col("stage").map_elements(tell, pl.String))
    axis = names_axis(names_px, names) if names_px else None
    y = alt.Y("route:N", sort=names, title=None, axis=axis)
    words = [tell(stage) for stage in STAGES]

    bars = (
        Layer(in_words.select("route", "stage", "start", "to"))
        .mark_bar(height=13)
        .encode(
            y=y,
            x=alt.X("start:Q", title=title, axis=amount_axis(4)),
            x2=alt.X2("to:Q"),
            color=alt.Color(
                "stage:N",
                title=None,
                scale=category_scale(words, STAGES.values()),
                legend=legend(words, 4),
            ),
        )
    )

    totals = rows.group_by("route", maintain_order=True).agg(
        pl.col("to").max(), pl.col("figure").first()
    )
    texts = [
        number(to) if figure == "usd" else days(to * DAY_H)
        for to, figure in totals.select("to", "figure").iter_rows()
    ]
    ends = totals.select("route", "to").with_columns(total=pl.Series(texts, dtype=pl.String))
    values = value_text(Layer(ends)).encode(y=y, x=alt.X("to:Q"), text=alt.Text("total:N"))
    return alt.layer(bars, values).properties(width=_PLOT_PX, height=row_height(names, _ROW_PX))


def _description(rows: pl.DataFrame) -> str:
    """Say the days of every route, and how many of them pass under way."""
    spent = rows.filter(pl.col("figure") == "days")
    texts = []
    for (route,), part in spent.group_by("route", maintain_order=True):
        riding = float(part.filter(pl.col("stage") == UNDER_WAY)["amount"].sum())
        texts.append(
            tell(
                "{route}: {days} days, {riding} of them under way",
                route=str(route),
                days=days(float(part["amount"].sum()) * DAY_H),
                riding=days(riding * DAY_H),
            )
        )
    return tell("; ").join(texts)
