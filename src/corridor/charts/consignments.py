"""A plan for a large consignment: its dispatches in time, where they go, what certainty costs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import polars as pl

from corridor.charts.axes import category_scale
from corridor.charts.formats import join_values
from corridor.charts.layer import Layer
from corridor.charts.legends import legend
from corridor.charts.maps import end_nodes, link_widths, weighted_map
from corridor.charts.style import HUES, INK, SOFT, WIDTH, Chart
from corridor.charts.titles import Titles, with_title
from corridor.language.amounts import vega_per_cent
from corridor.language.speech import number, tell

MAX_ROWS = 60  # of dispatches drawn one by one; more are drawn week by week
MAX_CORRIDORS = len(HUES)
_ROW_PX = 15
_LEFT_PX = 92


def dispatch_chart(dispatches: pl.DataFrame, deadline_on: Any = None) -> Chart:
    """Return the dispatches of a plan as bars from the day they leave to the day they arrive.

    dispatches: as ``Plan.dispatches``. deadline_on: last day of arrival; null: none.
    """
    rows = _bars(dispatches)
    names = corridors_of(dispatches)
    hue = alt.Color(
        "corridor:N",
        title=None,
        scale=category_scale(names, HUES[: len(names)]),
        legend=legend(names, 1),
    )
    y = alt.Y("row:O", title=None, axis=None)
    base = Layer(rows)
    bars = base.mark_bar(height=9).encode(
        x=_day_channel("depart_on"), x2=alt.X2("arrive_on:T"), y=y, color=hue
    )
    units = base.mark_text(align="right", dx=-4, fontSize=10, color=INK).encode(
        x=_day_channel("depart_on"), y=y, text=alt.Text("label:N")
    )

    layers = [bars, units]
    if deadline_on is not None:
        end = Layer(pl.DataFrame({"deadline_on": [deadline_on]}))
        layers.append(
            end.mark_rule(color=SOFT, strokeDash=[4, 3]).encode(x=_day_channel("deadline_on"))
        )
    return with_title(
        alt.layer(*layers).properties(width=WIDTH - _LEFT_PX, height=_ROW_PX * rows.height),
        tell("When units leave and arrive"),
        tell("a bar a dispatch, with its units; dashed: the deadline")
        if deadline_on is not None
        else tell("a bar a dispatch, with its units"),
        tell("{list}.", list=join_values(dispatches.select("depart_on", "units").iter_rows())),
        left=20,
    )


def corridors_of(dispatches: pl.DataFrame) -> list[str]:
    """Return the corridors of a plan, that with most units first, as many as have a colour."""
    units = dispatches.group_by("corridor", maintain_order=True).agg(pl.col("units").sum())
    ranked = units.sort("units", descending=True, maintain_order=True)["corridor"]
    return ranked.head(MAX_CORRIDORS).to_list()


def _bars(dispatches: pl.DataFrame) -> pl.DataFrame:
    """Return the bars in order, with their row and label; week by week where they are many."""
    if dispatches.height > MAX_ROWS:
        week = pl.col("depart_on").dt.truncate("1w")
        dispatches = (
            dispatches.group_by(week.alias("_week"), "corridor", maintain_order=True)
            .agg(pl.col("units").sum(), pl.col("depart_on").min(), pl.col("arrive_on").max())
            .drop("_week")
        )
    bars = dispatches.sort("depart_on", "corridor", maintain_order=True)
    return bars.select("depart_on", "arrive_on", "corridor", "units").with_columns(
        row=pl.int_range(pl.len()),
        label=pl.col("units").map_elements(number, return_dtype=pl.String),
    )


def _day_channel(column: str) -> alt.X:
    return alt.X(
        f"{column}:T",
        title=None,
        scale=alt.Scale(type="utc"),
        axis=alt.Axis(format="%b %Y", tickCount="month", grid=True, orient="top"),
    )


def unit_map(
    nodes: pl.DataFrame, links: pl.DataFrame, dispatches: pl.DataFrame, legs: pl.DataFrame
) -> Chart:
    """Return the map of the units that each link carries, coloured by the corridor of most.

    nodes, links: the network. dispatches, legs: as ``Plan`` has them.
    """
    by_link = _units_by_link(dispatches, legs)
    names = corridors_of(dispatches)
    hues = dict(zip(names, HUES, strict=False))
    top = float(by_link["units"].max())  # type: ignore[arg-type]

    weighted = by_link.filter(pl.col("corridor").is_in(names)).select(
        "link_id",
        kind="corridor",
        width=link_widths(pl.col("units") / top),
    )
    named = links.filter(pl.col("link_id").is_in(by_link["link_id"].to_list()))
    titles = Titles(
        tell("Where units go"),
        tell("width: units carried, at most {count}", count=number(top)),
        tell("{list}.", list=join_values(_units_by_corridor(dispatches, names))),
    )
    return weighted_map(
        nodes, links, weighted, hues=hues, titles=titles, named=end_nodes(named), columns=1
    )


def _units_by_corridor(
    dispatches: pl.DataFrame, names: Sequence[str]
) -> list[tuple[object, object]]:
    units = dispatches.group_by("corridor").agg(pl.col("units").sum())
    by_name: Mapping[str, int] = dict(units.iter_rows())
    return [(name, by_name[name]) for name in names]


def _units_by_link(dispatches: pl.DataFrame, legs: pl.DataFrame) -> pl.DataFrame:
    """Return the units of each link and the corridor most of them take, the most last."""
    corridor = dispatches.select("dispatch_id", "corridor")
    on_links = legs.filter(pl.col("link_id").is_not_null()).join(corridor, on="dispatch_id")
    shares = on_links.group_by("link_id", "corridor", maintain_order=True).agg(
        pl.col("units").sum()
    )
    most_first = shares.sort("units", descending=True, maintain_order=True)
    by_link = most_first.group_by("link_id", maintain_order=True).agg(
        pl.col("corridor").first(), pl.col("units").sum()
    )
    return by_link.sort("units", "link_id")


def certainty_curve(certainty: pl.DataFrame) -> Chart:
    """Return what plans cost by the share of simulated years in which they are in time.

    certainty: as ``Plan.certainty``, rows without a cost left out.
    """
    rows = certainty.filter(pl.col("cost_usd").is_not_null()).with_columns(
        millions=pl.col("cost_usd") / 1e6,
        label=pl.col("chance").map_elements(_chance_text, return_dtype=pl.String, skip_nulls=False),
    )
    x = alt.X(
        "on_time_share:Q",
        title=tell("share of simulated years in which every unit is there in time"),
        axis=alt.Axis(format=".0%"),
        scale=alt.Scale(domain=[_lowest(rows["on_time_share"]), 1]),
    )
    y = alt.Y(
        "millions:Q",
        title=tell("million USD"),
        scale=alt.Scale(zero=False, padding=18),
        axis=alt.Axis(tickCount=5, format=",.2f"),
    )
    base = Layer(rows)
    chart = alt.layer(
        base.mark_line(color=HUES[0], interpolate="step-before").encode(x=x, y=y),
        base.mark_point(color=HUES[0], filled=True, size=60).encode(x=x, y=y),
        base.mark_text(dy=-12, align="right", fontSize=11, color=INK).encode(
            x=x, y=y, text=alt.Text("label:N")
        ),
    )
    return with_title(
        chart.properties(width=WIDTH - 130, height=220),
        tell("What certainty costs"),
        tell("cheapest plan for each chance asked for"),
        tell("{list}.", list=join_values(rows.select("label", "cost_usd").iter_rows())),
    )


def _lowest(shares: pl.Series) -> float:
    """Return the tenth below the least of shares, where an axis may begin."""
    return max(math.floor(10 * float(shares.min()) - 0.5) / 10, 0.0)  # type: ignore[arg-type]


def _chance_text(chance: float | None) -> str:
    """Return which chance was asked for, in words."""
    return tell("none asked") if chance is None else vega_per_cent(chance)
