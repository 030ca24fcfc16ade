"""Charts of trade: the way to a target, what each scenario adds, what carriage costs, what could be
sold, who gains."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from corridor.charts.style import (
    FAINT,
    HUES,
    INK,
    PAPER,
    SOFT,
    WIDTH,
    Chart,
    dressed,
    legend,
    listed,
    names_axis,
    percent,
    row_px,
)
from corridor.charts.text import in_lines, labels, wrapped
from corridor.language.speech import long_date, marked, number, signed, tell

_KINDS = {
    "traded": ("#4d4d4d", marked("traded, twelve months to {day}")),
    "growth": (HUES[0], marked("growth of both economies")),
    "corridors": (HUES[2], marked("corridors, the best scenario")),
    "rest": (FAINT, marked("new products and buyers")),
    "target": (INK, marked("target")),
}
_PARTS = {
    "freight_share": (marked("freight"), HUES[0]),
    "time_share": (marked("time on the way"), HUES[4]),
    # Translators: part of the cost of carriage: what it costs that nobody knows when the goods
    # arrive.
    "reliability_share": (marked("not knowing when"), HUES[3]),
    # Translators: part of the cost of carriage: what crossing borders costs.
    "border_share": (marked("borders"), HUES[1]),
}
_LEFT = 258  # pixels of the labels at the left
_RIGHT = 66  # pixels of the figures at the right
_PLOT = WIDTH - _LEFT - _RIGHT
_LETTERS = 46  # what fits at the left


def way_to_target(steps: pl.DataFrame) -> Chart:
    """Return what is traded, what growth and the best scenario add, and what is missing to the
    target, a panel a series.

    steps: as the frame ``target`` of TargetForecast. The line at the
    corridors' bar is the interval of their value.
    """
    panels = []
    told = []
    for (name,), part in steps.group_by("series", maintain_order=True):
        rows, words = _steps_of(part)
        top = max(float(row["to"]) for row in rows) * 1.16
        told.append((name, words))
        panels.append(_way_panel(pl.DataFrame(rows, infer_schema_length=None), str(name), top))
    return dressed(
        alt.vconcat(*panels, spacing=16),
        tell("The way to the target"),
        tell("trade both ways; the line: interval of the corridors' effect"),
        tell("{list}.", list=listed(told)),
        left=_LEFT,
    )


def _steps_of(part: pl.DataFrame) -> tuple[list[dict[str, Any]], str]:
    """Return the bars of one series with where they start and end, and the same in words."""
    plain = part.filter(pl.col("kind") == "growth").row(0, named=True)
    best = (
        part.filter(pl.col("kind") == "scenario")
        .sort("value_usd", nulls_last=False)
        .row(-1, named=True)
    )
    base, grown, helped, goal = (
        v / 1e6
        for v in (plain["base_usd"], plain["value_usd"], best["value_usd"], plain["target_usd"])
    )
    low, high = ((best[c] or best["value_usd"]) / 1e6 for c in ("low_usd", "high_usd"))
    ends = [
        ("traded", 0.0, base, number(base)),
        ("growth", base, grown, signed(grown - base)),
        (
            "corridors",
            grown,
            helped,
            tell(
                "{change} ({low} to {high})",
                change=signed(helped - grown),
                low=signed(low - grown),
                high=signed(high - grown),
            ),
        ),
        ("rest", helped, max(goal, helped), signed(max(goal - helped, 0))),
        ("target", 0.0, goal, number(goal)),
    ]
    rows = [
        {
            "kind": wrapped(tell(_KINDS[kind][1], day=long_date(plain["ends_on"])), _LETTERS),
            "hue": _KINDS[kind][0],
            "from": start,
            "to": end,
            "label": label,
            "low": low if kind == "corridors" else None,
            "high": high if kind == "corridors" else None,
        }
        for kind, start, end, label in ends
    ]
    return rows, tell(", ").join(f"{row['kind']} {row['label']}".replace("\n", " ") for row in rows)


def _way_panel(rows: pl.DataFrame, name: str, top: float) -> Any:
    y = alt.Y(
        "kind:N", sort=rows["kind"].to_list(), title=None, axis=names_axis(_LEFT, rows["kind"])
    )
    scale = alt.Scale(domain=[0, top], nice=False)
    axis = alt.Axis(format=",~f", tickCount=6)
    base = alt.Chart(rows)
    bars = base.mark_bar(height=17, stroke=INK, strokeWidth=0.6).encode(
        x=alt.X("from:Q", title=_millions(name), scale=scale, axis=axis),
        x2="to:Q",
        y=y,
        color=alt.Color("hue:N", scale=None),
    )
    line = base.mark_rule(strokeWidth=1.6, color=INK).encode(
        x=alt.X("low:Q", scale=scale), x2="high:Q", y=y
    )
    text = (
        base.mark_text(align="left", dx=6, fontSize=11, color=INK)
        .encode(x=alt.X("end:Q", scale=scale), y=y, text="label:N")
        .transform_calculate(end="datum.high != null ? max(datum.to, datum.high) : datum.to")
    )
    return alt.layer(bars, line, text).properties(width=_PLOT, height=row_px(rows["kind"], 26))


def scenarios(steps: pl.DataFrame) -> Chart:
    """Return the trade in the target year under each scenario with its interval, beside growth
    alone, a panel a series.

    steps: as :func:`way_to_target`.
    """
    panels = []
    told = []
    for (name,), part in steps.group_by("series", maintain_order=True):
        plain = float(part.filter(pl.col("kind") == "growth")["value_usd"][0]) / 1e6
        rows = part.filter(
            (pl.col("kind") == "scenario") & pl.col("value_usd").is_not_null()
        ).select(
            "step",
            *(
                pl.coalesce(c, "value_usd").truediv(1e6).alias(c.removesuffix("_usd"))
                for c in ("value_usd", "low_usd", "high_usd")
            ),
        )
        # Words are told here: Polars calls a function elsewhere, where another language is spoken.
        rows = rows.with_columns(
            step=pl.Series(labels(rows["step"], _LETTERS), dtype=pl.String),
            label=pl.Series([_signed(value - plain) for value in rows["value"]], dtype=pl.String),
        )
        told.append(
            (
                tell("{series}, growth alone {millions}", series=name, millions=number(plain)),
                tell(", ").join(
                    f"{s} {number(v)}" for s, v in rows.select("step", "value").iter_rows()
                ),
            )
        )
        panels.append(_scenario_panel(rows, str(name), plain))
    return dressed(
        alt.vconcat(*panels, spacing=16),
        tell("What each scenario would change"),
        tell(
            "dashed: growth alone, from which the figures at the right count; the axis does not "
            "start at 0"
        ),
        tell("{list}.", list=listed(told)),
        left=_LEFT,
    )


def _scenario_panel(rows: pl.DataFrame, name: str, plain: float) -> Any:
    low, high = (float(v) for v in (min(rows["low"].min(), plain), max(rows["high"].max(), plain)))  # type: ignore[type-var, arg-type]
    margin = max(0.1 * (high - low), 0.5)
    scale = alt.Scale(domain=[low - margin, high + margin], nice=False)
    axis = alt.Axis(format=",~f", tickCount=7)
    y = alt.Y(
        "step:N", sort=rows["step"].to_list(), title=None, axis=names_axis(_LEFT, rows["step"])
    )

    def x(column: str) -> alt.X:
        return alt.X(f"{column}:Q", title=_millions(name), scale=scale, axis=axis)

    base = alt.Chart(rows)
    growth = (
        alt.Chart(pl.DataFrame({"plain": [plain]}))
        .mark_rule(strokeDash=[4, 3], color=SOFT, strokeWidth=1.4)
        .encode(x=x("plain"))
    )
    band = base.mark_rule(strokeWidth=5, color="#a8d5c5").encode(x=x("low"), x2="high:Q", y=y)
    dots = base.mark_circle(
        size=90, color=HUES[2], stroke=PAPER, strokeWidth=0.8, opacity=1
    ).encode(x=x("value"), y=y)
    text = base.mark_text(align="left", dx=8, fontSize=11, color=INK).encode(
        x=alt.value(_PLOT), y=y, text="label:N"
    )
    return alt.layer(growth, band, dots, text).properties(
        width=_PLOT, height=row_px(rows["step"], 24)
    )


def _signed(value: float) -> str:
    """Write a difference with its sign; none for what rounds to nothing."""
    return "±0" if abs(value) < 0.5 else signed(value)


def _millions(what: object) -> str | list[str]:
    """Return the title of an axis of money; what: series or direction."""
    return in_lines(tell("million USD a year ({series})", series=what), WIDTH - 2 * _RIGHT)


def _labelled(names: pl.Series) -> dict[str, str]:
    """Return how each name stands at the left of a chart."""
    own = names.unique(maintain_order=True).to_list()
    return dict(zip(own, labels(own, _LETTERS), strict=True))


def _directions(frame: pl.DataFrame) -> pl.Series:
    """Return from where to where each row's trade goes, in words."""
    return pl.Series(
        [
            tell("{origin} to {destination}", origin=a, destination=b)
            for a, b in frame.select("from_name", "to_name").iter_rows()
        ],
        dtype=pl.String,
    )


def carriage(frame: pl.DataFrame) -> Chart:
    """Return what carriage costs between the two under each scenario, over the value of the goods,
    by what it consists of.

    frame: as ``pair_costs`` of TargetForecast.
    """
    rows = frame.with_columns(
        direction=_directions(frame), step=pl.col("title").replace(_labelled(frame["title"]))
    )
    long = rows.unpivot(
        list(_PARTS), index=["direction", "step"], variable_name="part", value_name="share"
    ).with_columns(
        order=pl.col("part").replace_strict({k: i for i, k in enumerate(_PARTS)}),
        part=pl.col("part").replace_strict({k: tell(v[0]) for k, v in _PARTS.items()}),
    )
    order = rows["step"].unique(maintain_order=True).to_list()
    words = [tell(v[0]) for v in _PARTS.values()]
    hue = alt.Color(
        "part:N",
        title=None,
        sort=words,
        legend=legend(words, 4),
        scale=alt.Scale(domain=words, range=[v[1] for v in _PARTS.values()]),
    )
    top = float(rows["cost_share"].max() or 1.0) * 1.12  # type: ignore[arg-type]
    panels = []
    for (direction,), part in long.group_by("direction", maintain_order=True):
        y = alt.Y("step:N", sort=order, title=None, axis=names_axis(_LEFT, order))
        x = alt.X(
            "share:Q",
            title=in_lines(
                tell("share of the goods' value ({direction})", direction=direction),
                WIDTH - 2 * _RIGHT,
            ),
            stack="zero",
            scale=alt.Scale(domain=[0, top], nice=False),
            axis=alt.Axis(format=".0%"),
        )
        bars = (
            alt.Chart(part)
            .mark_bar(height=14, stroke=PAPER, strokeWidth=0.6)
            .encode(x=x, y=y, color=hue, order=alt.Order("order:Q"))
        )
        sums = part.group_by("step", maintain_order=True).agg(pl.col("share").sum())
        text = (
            alt.Chart(sums)
            .mark_text(align="left", dx=5, fontSize=11, color=INK)
            .encode(x=alt.X("share:Q"), y=y, text=alt.Text("share:Q", format=".1%"))
        )
        panels.append(alt.layer(bars, text).properties(width=_PLOT, height=row_px(order, 21)))
    told = tell("; ").join(
        f"{r['direction']} {r['step']} {percent(r['cost_share'], 1)}"
        for r in rows.iter_rows(named=True)
        if r["cost_share"] is not None
    )
    return dressed(
        alt.vconcat(*panels, spacing=16),
        tell("What carriage costs"),
        tell(
            "share of the goods' value, mean over what is traded now and over a year of departures"
        ),
        tell("{list}.", list=told),
        left=_LEFT,
    )


def potential(frame: pl.DataFrame) -> Chart:
    """Return what is traded per sector beside what an average pair of that size and distance
    trades, a panel a direction.

    frame: as ``potential`` of TargetForecast.
    """
    rows = frame.with_columns(
        direction=_directions(frame),
        traded=pl.col("traded_usd") / 1e6,
        could=pl.col("potential_usd") / 1e6,
        name=pl.col("name").replace(_labelled(frame["name"])),
    )
    rows = rows.with_columns(
        label=pl.Series(
            [
                tell("{traded} of {possible}", traded=number(now or 0), possible=number(could or 0))
                for now, could in rows.select("traded", "could").iter_rows()
            ],
            dtype=pl.String,
        )
    )
    top = max(float(rows["traded"].max() or 0), float(rows["could"].max() or 0)) * 1.14 or 1.0  # type: ignore[arg-type]
    panels = []
    for (direction,), part in rows.group_by("direction", maintain_order=True):
        order = part.sort("could", descending=True)["name"].to_list()
        y = alt.Y("name:N", sort=order, title=None, axis=names_axis(_LEFT, order))
        scale = alt.Scale(domain=[0, top], nice=False)
        title = _millions(direction)
        base = alt.Chart(part.select("name", "traded", "could", "label"))
        could = base.mark_bar(height=16, fill="#cfe0ee", stroke=HUES[0], strokeWidth=0.8).encode(
            x=alt.X("could:Q", title=title, scale=scale, axis=alt.Axis(format=",~f", tickCount=6)),
            y=y,
        )
        traded = base.mark_bar(height=7, color="#4d4d4d").encode(
            x=alt.X("traded:Q", title=title, scale=scale), y=y
        )
        text = (
            base.mark_text(align="left", dx=5, fontSize=11, color=INK)
            .encode(x=alt.X("end:Q", scale=scale), y=y, text="label:N")
            .transform_calculate(end="max(datum.traded, datum.could)")
        )
        panels.append(
            alt.layer(could, traded, text).properties(width=_PLOT, height=row_px(order, 22))
        )
    told = listed((f"{r['name']} {r['direction']}", r["label"]) for r in rows.iter_rows(named=True))
    return dressed(
        alt.vconcat(*panels, spacing=16),
        tell("What could be sold"),
        tell(
            "dark: traded now; pale: what an average pair of this size and distance trades "
            "(gravity)"
        ),
        tell("{list}.", list=told),
        left=_LEFT,
    )


def gains(frame: pl.DataFrame) -> Chart:
    """Return the change of real income of every country under one scenario, with its interval.

    frame: as ``gains`` of TargetForecast, one scenario.
    """
    rows = frame.sort("real_income_change_share", descending=True).select(
        "name",
        value=pl.col("real_income_change_share"),
        low=pl.coalesce("low_share", "real_income_change_share"),
        high=pl.coalesce("high_share", "real_income_change_share"),
    )
    low, high = (float(v) for v in (min(0.0, rows["low"].min()), max(0.0, rows["high"].max())))  # type: ignore[type-var, arg-type]
    margin = 0.12 * (high - low) or 0.001
    y = alt.Y(
        "name:N", sort=rows["name"].to_list(), title=None, axis=names_axis(_LEFT, rows["name"])
    )
    scale = alt.Scale(domain=[low - margin, high + margin], nice=False)

    def x(column: str) -> alt.X:
        return alt.X(
            f"{column}:Q",
            title=tell("change of real income"),
            scale=scale,
            axis=alt.Axis(format="+.1%"),
        )

    base = alt.Chart(
        rows.with_columns(
            sign=pl.when(pl.col("value") < 0).then(pl.lit("loses")).otherwise(pl.lit("gains")),
            zero=0.0,
        )
    )
    bars = base.mark_bar(height=12).encode(
        x=x("zero"),
        x2="value:Q",
        y=y,
        color=alt.Color(
            "sign:N",
            title=None,
            scale=alt.Scale(domain=["gains", "loses"], range=[HUES[2], HUES[1]]),
            legend=None,
        ),
    )
    band = base.mark_rule(strokeWidth=1.5, color=INK).encode(x=x("low"), x2="high:Q", y=y)
    text = (
        base.mark_text(align="left", dx=5, fontSize=11, color=INK)
        .encode(x=x("end"), y=y, text=alt.Text("value:Q", format="+.2%"))
        .transform_calculate(end="max(datum.high, 0)")
    )
    told = tell("; ").join(
        f"{n} {percent(v, 2, with_sign=True)}" for n, v in rows.select("name", "value").iter_rows()
    )
    return dressed(
        alt.layer(bars, band, text).properties(width=_PLOT, height=alt.Step(20)),
        tell("Who gains"),
        tell(
            "{scenario}: change of real income against the network of the baseline",
            scenario=frame["title"][0],
        ),
        tell("{list}.", list=told),
        left=_LEFT,
    )
