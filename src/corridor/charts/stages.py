"""Stages of routes: one bar a route, of days and of dollars, by what they are spent on."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from corridor.charts.axes import category_scale, names_axis
from corridor.charts.bars import Margins, amount_axis, bar_panel, value_text
from corridor.charts.legends import legend
from corridor.charts.letters import with_letters
from corridor.charts.style import HUES, SOFT, Chart
from corridor.charts.text import wrap
from corridor.charts.titles import with_title
from corridor.language.amounts import days
from corridor.language.speech import marked, number, tell
from corridor.units import DAY_H

UNDER_WAY = marked("under way")
BORDER = marked("at borders")
# Translators: goods are loaded, unloaded or reloaded.
HANDLING = marked("handling")
WAITING = marked("waiting to leave")
STAGES = {UNDER_WAY: HUES[0], BORDER: HUES[1], HANDLING: HUES[2], WAITING: SOFT}
_ROW_PX = 21
_MARGINS = Margins(left=230, right=70, letters=34)


def stages(rows: pl.DataFrame) -> Chart:
    """Return two panels of bars, days and dollars of each route by stage.

    rows: as :func:`stage_rows` returns them.
    """
    wrapped = rows.with_columns(
        pl.col("route").map_elements(lambda name: wrap(name, _MARGINS.letters), pl.String)
    )
    names = wrapped["route"].unique(maintain_order=True).to_list()

    panels = [
        _panel(wrapped.filter(pl.col("figure") == figure), names, title)
        for figure, title in (("days", tell("days")), ("usd", tell("USD")))
    ]
    return with_title(
        alt.vconcat(*panels, spacing=14).resolve_scale(color="shared"),
        tell("Where days and dollars go"),
        tell("one bar a route: as planned, without the spread"),
        _description(rows),
        left=_MARGINS.left,
    )


def stage_rows(legs: pl.DataFrame) -> pl.DataFrame:
    """Return route, figure (days or usd), stage, amount and the ends of its bar.

    legs: as ``Routes.legs``, with a column ``corridor`` or letter for the names of routes.
    """
    lettered = with_letters(legs)
    name = "corridor" if "corridor" in lettered.columns else "letter"
    route = pl.col("letter") if name == "letter" else pl.format("{}  {}", "letter", "corridor")
    is_terminal = pl.col("kind") == "terminal"
    stop_h = pl.col("fixed_h").fill_null(0.0)
    stop_or_ride = pl.when(stop_h > 0).then(pl.lit(BORDER)).otherwise(pl.lit(UNDER_WAY))
    payer = pl.when(is_terminal).then(pl.lit(HANDLING)).otherwise(stop_or_ride)

    hours = [
        _amounts(lettered, route, UNDER_WAY, pl.col("time_h") - stop_h, ~is_terminal),
        _amounts(lettered, route, BORDER, stop_h, ~is_terminal),
        _amounts(lettered, route, HANDLING, pl.col("time_h"), is_terminal),
        _amounts(lettered, route, WAITING, pl.col("wait_h").fill_null(0.0), pl.lit(True)),
    ]
    spent = pl.concat(hours).with_columns(pl.col("amount") / DAY_H, figure=pl.lit("days"))
    paid = lettered.select(route=route, stage=payer, amount="cost_usd", figure=pl.lit("usd"))

    order = pl.DataFrame({"stage": list(STAGES), "place": range(len(STAGES))})
    sums = (
        pl.concat([spent, paid.select(spent.columns)])
        .group_by("figure", "route", "stage", maintain_order=True)
        .agg(pl.col("amount").sum())
        .join(order, on="stage")
        .sort("figure", "route", "place")
    )
    to = pl.col("amount").cum_sum().over("figure", "route")
    return sums.with_columns(to=to, start=to - pl.col("amount"))


def _amounts(
    legs: pl.DataFrame, route: pl.Expr, stage: str, amount: pl.Expr, are: pl.Expr
) -> pl.DataFrame:
    """Return what some legs have of a stage, a row a leg."""
    return legs.filter(are).select(route=route, stage=pl.lit(stage), amount=amount)


def _panel(rows: pl.DataFrame, names: list[str], title: str) -> Any:
    in_words = rows.with_columns(pl.col("stage").map_elements(tell, pl.String))
    y = alt.Y("route:N", sort=names, title=None, axis=names_axis(_MARGINS.left, names))
    words = [tell(stage) for stage in STAGES]

    bars = (
        alt.Chart(in_words.select("route", "stage", "start", "to"))
        .mark_bar(height=13)
        .encode(
            y=y,
            x=alt.X("start:Q", title=title, axis=amount_axis()),
            x2="to:Q",
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
    values = value_text(alt.Chart(ends)).encode(y=y, x="to:Q", text="total:N")
    return bar_panel(bars, values, names=names, row_px=_ROW_PX, margins=_MARGINS)


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
