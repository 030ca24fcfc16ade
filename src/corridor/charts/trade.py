"""Charts of trade: the way to a target, what each scenario adds, what carriage costs, who gains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import polars as pl

from corridor.charts.axes import category_scale, names_channel, number_scale
from corridor.charts.bars import Margins, amount_axis, bar_panel, value_text
from corridor.charts.formats import join_values
from corridor.charts.layer import Layer
from corridor.charts.legends import legend
from corridor.charts.style import FAINT, HUES, INK, PAPER, SOFT, Chart
from corridor.charts.text import row_labels, title_lines, wrap
from corridor.charts.titles import with_title
from corridor.language.amounts import vega_per_cent
from corridor.language.cldr import long_date
from corridor.language.speech import marked, number, signed, tell

_STEPS = {
    "traded": ("#4d4d4d", marked("traded, twelve months to {day}")),
    "growth": (HUES[0], marked("growth of both economies")),
    "corridors": (HUES[2], marked("corridors, the best scenario")),
    "rest": (FAINT, marked("from elsewhere")),
    "target": (INK, marked("target")),
}
_COST_PARTS = {
    "freight_share": (marked("freight"), HUES[0]),
    "time_share": (marked("time in transit"), HUES[4]),
    # Translators: part of the cost of carriage: what it costs that nobody knows when the goods
    # arrive.
    "reliability_share": (marked("not knowing when"), HUES[3]),
    # Translators: part of the cost of carriage: what crossing borders costs.
    "border_share": (marked("borders"), HUES[1]),
}
_MARGINS = Margins(left=258, right=66, letters=46)


@dataclass(frozen=True, slots=True)
class _Target:
    """One series on its way to the target, in millions of USD a year.

    base: traded. grown: with growth alone. best: under the best scenario, with its interval.
    ends_on: last day of the twelve months of the base, in words.
    """

    base: float
    grown: float
    best: float
    best_low: float
    best_high: float
    target: float
    ends_on: str


def way_to_target(steps: pl.DataFrame) -> Chart:
    """Return what is traded, what growth and the best scenario add, and what is then missing.

    One panel a series; the line at the corridors' bar is the interval of their value. steps: as the
    frame ``target`` of TargetForecast.
    """
    panels = []
    texts = []
    for (series,), part in steps.group_by("series", maintain_order=True):
        bars = _target_bars(_target(part))
        panels.append(_target_panel(bars, str(series)))
        texts.append((series, _bar_texts(bars)))

    return with_title(
        alt.vconcat(*panels, spacing=16),
        tell("The way to the target"),
        tell("trade in both directions; the line: interval of the corridors' effect"),
        tell("{list}.", list=join_values(texts)),
        left=_MARGINS.left,
    )


def _target(part: pl.DataFrame) -> _Target:
    growth = part.filter(pl.col("kind") == "growth").row(0, named=True)
    scenarios = part.filter(pl.col("kind") == "scenario").sort("value_usd", nulls_last=False)
    best = scenarios.row(-1, named=True)

    return _Target(
        base=growth["base_usd"] / 1e6,
        grown=growth["value_usd"] / 1e6,
        best=best["value_usd"] / 1e6,
        best_low=(best["low_usd"] or best["value_usd"]) / 1e6,
        best_high=(best["high_usd"] or best["value_usd"]) / 1e6,
        target=growth["target_usd"] / 1e6,
        ends_on=long_date(growth["ends_on"]),
    )


def _target_bars(to: _Target) -> pl.DataFrame:
    """Return the bars of one series: kind, hue, from, to, label, and the interval (low, high)."""
    missing = max(to.target - to.best, 0)
    interval = {"low": to.best_low, "high": to.best_high}

    bars = [
        _target_bar("traded", 0.0, to.base, number(to.base), to.ends_on),
        _target_bar("growth", to.base, to.grown, signed(to.grown - to.base)),
        _target_bar("corridors", to.grown, to.best, _added_text(to)) | interval,
        _target_bar("rest", to.best, max(to.target, to.best), signed(missing)),
        _target_bar("target", 0.0, to.target, number(to.target)),
    ]
    return pl.DataFrame(bars, infer_schema_length=None)


def _added_text(to: _Target) -> str:
    """Return what the best scenario adds to growth, with its interval."""
    return tell(
        "{change} ({low} to {high})",
        change=signed(to.best - to.grown),
        low=signed(to.best_low - to.grown),
        high=signed(to.best_high - to.grown),
    )


def _target_bar(
    step: str,
    start: float,
    end: float,
    label: str,
    day: str = "",
) -> dict[str, Any]:
    hue, message = _STEPS[step]
    return {
        "kind": wrap(tell(message, day=day), _MARGINS.letters),
        "hue": hue,
        "from": start,
        "to": end,
        "label": label,
        "low": None,
        "high": None,
    }


def _bar_texts(bars: pl.DataFrame) -> str:
    rows = bars.select("kind", "label").iter_rows()
    return tell(", ").join(f"{kind} {label}".replace("\n", " ") for kind, label in rows)


def _target_panel(bars: pl.DataFrame, series: str) -> Any:
    names = bars["kind"].to_list()
    y = names_channel("kind", names, _MARGINS.left)
    scale = number_scale(0, max(bars["to"]) * 1.16)
    start = alt.X("from:Q", title=_money_title(series), scale=scale, axis=amount_axis())

    base = Layer(bars)
    bar = base.mark_bar(height=17, stroke=INK, strokeWidth=0.6)
    interval = base.mark_rule(strokeWidth=1.6, color=INK)
    return bar_panel(
        bar.encode(x=start, x2=alt.X2("to:Q"), y=y, color=alt.Color("hue:N", scale=None)),
        interval.encode(x=alt.X("low:Q", scale=scale), x2=alt.X2("high:Q"), y=y),
        _target_labels(base, y, scale),
        names=names,
        row_px=26,
        margins=_MARGINS,
    )


def _target_labels(base: alt.Chart, y: alt.Y, scale: alt.Scale) -> Any:
    """Return the label of each bar, right of the bar and its interval."""
    text = value_text(base, 6).transform_calculate(
        end="datum.high != null ? max(datum.to, datum.high) : datum.to"
    )
    return text.encode(x=alt.X("end:Q", scale=scale), y=y, text=alt.Text("label:N"))


def scenarios(steps: pl.DataFrame) -> Chart:
    """Return the trade in the target year under each scenario, beside growth alone.

    One panel a series, with the scenarios' intervals. steps: as :func:`way_to_target`.
    """
    panels = []
    texts = []
    for (series,), part in steps.group_by("series", maintain_order=True):
        growth = float(part.filter(pl.col("kind") == "growth")["value_usd"][0]) / 1e6
        rows = _scenario_rows(part, growth)
        panels.append(_scenario_panel(rows, str(series), growth))

        name = tell("{series}, growth alone {millions}", series=series, millions=number(growth))
        texts.append((name, _scenario_texts(rows)))

    return with_title(
        alt.vconcat(*panels, spacing=16),
        tell("What each scenario would change"),
        tell(
            "dashed: growth alone, from which the figures at the right count; the axis does not "
            "start at 0"
        ),
        tell("{list}.", list=join_values(texts)),
        left=_MARGINS.left,
    )


def _scenario_rows(part: pl.DataFrame, growth: float) -> pl.DataFrame:
    """Return step, value and its interval (low, high) in millions, and label, a row a scenario."""
    is_answered = (pl.col("kind") == "scenario") & pl.col("value_usd").is_not_null()
    rows = part.filter(is_answered).select(
        "step",
        value=pl.col("value_usd") / 1e6,
        low=pl.coalesce("low_usd", "value_usd") / 1e6,
        high=pl.coalesce("high_usd", "value_usd") / 1e6,
    )

    # Words are told here: Polars calls a function elsewhere, where another language is spoken.
    labels = [_signed(value - growth) for value in rows["value"]]
    return rows.with_columns(
        step=pl.Series(row_labels(rows["step"], _MARGINS.letters), dtype=pl.String),
        label=pl.Series(labels, dtype=pl.String),
    )


def _signed(value: float) -> str:
    """Return a difference with its sign; none for what rounds to nothing."""
    return "±0" if abs(value) < 0.5 else signed(value)


def _scenario_texts(rows: pl.DataFrame) -> str:
    values = rows.select("step", "value").iter_rows()
    return tell(", ").join(f"{step} {number(value)}" for step, value in values)


def _scenario_panel(rows: pl.DataFrame, series: str, growth: float) -> Any:
    names = rows["step"].to_list()
    y = names_channel("step", names, _MARGINS.left)
    scale = _scenario_scale(rows, growth)

    def x(column: str) -> alt.X:
        title = _money_title(series)
        return alt.X(f"{column}:Q", title=title, scale=scale, axis=amount_axis(tick_count=7))

    base = Layer(rows)
    band = base.mark_rule(strokeWidth=5, color="#a8d5c5")
    dot = base.mark_circle(size=90, color=HUES[2], stroke=PAPER, strokeWidth=0.8, opacity=1)
    text = value_text(base, 8)
    return bar_panel(
        _growth_line(growth).encode(x=x("plain")),
        band.encode(x=x("low"), x2=alt.X2("high:Q"), y=y),
        dot.encode(x=x("value"), y=y),
        text.encode(x=alt.XValue(_MARGINS.plot), y=y, text=alt.Text("label:N")),
        names=names,
        row_px=24,
        margins=_MARGINS,
    )


def _growth_line(growth: float) -> Any:
    chart = Layer(pl.DataFrame({"plain": [growth]}))
    return chart.mark_rule(strokeDash=[4, 3], color=SOFT, strokeWidth=1.4)


def _scenario_scale(rows: pl.DataFrame, growth: float) -> alt.Scale:
    low = float(min(rows["low"].min(), growth))  # type: ignore[type-var, arg-type]
    high = float(max(rows["high"].max(), growth))  # type: ignore[type-var, arg-type]
    margin = max(0.1 * (high - low), 0.5)
    return number_scale(low - margin, high + margin)


def _money_title(series: object) -> str | list[str]:
    """Return the title of an axis of money of a series or a direction of trade."""
    return title_lines(tell("million USD a year ({series})", series=series), _MARGINS.title)


def carriage(frame: pl.DataFrame) -> Chart:
    """Return what carriage costs between the two under each scenario, by what it consists of.

    Costs are shares of the value of the goods; one panel a direction. frame: as ``pair_costs`` of
    TargetForecast.
    """
    rows = frame.with_columns(
        direction=_directions(frame), step=pl.col("title").replace(_labels(frame["title"]))
    )
    steps = rows["step"].unique(maintain_order=True).to_list()
    top = float(rows["cost_share"].max() or 1.0) * 1.12  # type: ignore[arg-type]

    directions = _cost_parts(rows).group_by("direction", maintain_order=True)
    panels = [
        _carriage_panel(part, str(direction), steps, top) for (direction,), part in directions
    ]
    return with_title(
        alt.vconcat(*panels, spacing=16),
        tell("What carriage costs"),
        tell(
            "share of the goods' value, mean over what is traded now and over a year of departures"
        ),
        tell("{list}.", list=_cost_texts(rows)),
        left=_MARGINS.left,
    )


def _cost_texts(rows: pl.DataFrame) -> str:
    costs = rows.select("direction", "step", "cost_share").drop_nulls("cost_share").iter_rows()
    return tell("; ").join(
        f"{direction} {step} {vega_per_cent(share, 1)}" for direction, step, share in costs
    )


def _labels(names: pl.Series) -> dict[str, str]:
    """Return how each name stands at the left of a chart."""
    unique = names.unique(maintain_order=True).to_list()
    return dict(zip(unique, row_labels(unique, _MARGINS.letters), strict=True))


def _directions(frame: pl.DataFrame) -> pl.Series:
    """Return from where to where each row's trade goes, in words."""
    directions = [
        tell("{origin} to {destination}", origin=origin, destination=destination)
        for origin, destination in frame.select("from_name", "to_name").iter_rows()
    ]
    return pl.Series(directions, dtype=pl.String)


def _cost_parts(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row a part of the cost: its name, its order in the bar and its share."""
    order = {column: i for i, column in enumerate(_COST_PARTS)}
    names = {column: tell(message) for column, (message, _) in _COST_PARTS.items()}

    parts = rows.unpivot(
        list(_COST_PARTS),
        index=["direction", "step"],
        variable_name="part",
        value_name="share",
    )
    return parts.with_columns(
        order=pl.col("part").replace_strict(order), part=pl.col("part").replace_strict(names)
    )


def _carriage_panel(
    part: pl.DataFrame,
    direction: str,
    steps: Sequence[str],
    top: float,
) -> Any:
    y = names_channel("step", steps, _MARGINS.left)
    x = _cost_channel(direction, top)

    bars = Layer(part).mark_bar(height=14, stroke=PAPER, strokeWidth=0.6)
    sums = part.group_by("step", maintain_order=True).agg(pl.col("share").sum())
    text = value_text(Layer(sums))
    return bar_panel(
        bars.encode(x=x, y=y, color=_cost_part_hue(), order=alt.Order("order:Q")),
        text.encode(x=alt.X("share:Q"), y=y, text=alt.Text("share:Q", format=".1%")),
        names=steps,
        row_px=21,
        margins=_MARGINS,
    )


def _cost_channel(direction: str, top: float) -> alt.X:
    title = tell("share of the goods' value ({direction})", direction=direction)
    return alt.X(
        "share:Q",
        title=title_lines(title, _MARGINS.title),
        stack="zero",
        scale=number_scale(0, top),
        axis=alt.Axis(format=".0%"),
    )


def _cost_part_hue() -> alt.Color:
    names = [tell(message) for message, _ in _COST_PARTS.values()]
    scale = category_scale(names, (hue for _, hue in _COST_PARTS.values()))
    return alt.Color("part:N", title=None, sort=names, legend=legend(names, 4), scale=scale)


def potential(frame: pl.DataFrame) -> Chart:
    """Return what is traded per sector beside what an average pair of countries would trade.

    Average: of that size and distance, by gravity. One panel a direction.

    frame: as ``potential`` of TargetForecast.
    """
    rows = _potential_rows(frame)
    top = max(_highest(rows["traded"]), _highest(rows["could"])) * 1.14 or 1.0

    directions = rows.group_by("direction", maintain_order=True)
    panels = [_potential_panel(part, str(direction), top) for (direction,), part in directions]
    return with_title(
        alt.vconcat(*panels, spacing=16),
        tell("What could be sold"),
        tell(
            "dark: traded now; pale: what an average pair of this size and distance trades "
            "(gravity)"
        ),
        tell("{list}.", list=_potential_texts(rows)),
        left=_MARGINS.left,
    )


def _potential_texts(rows: pl.DataFrame) -> str:
    texts = rows.select("name", "direction", "label").iter_rows()
    return join_values((f"{name} {direction}", label) for name, direction, label in texts)


def _highest(column: pl.Series) -> float:
    return float(column.max() or 0)  # type: ignore[arg-type]


def _potential_rows(frame: pl.DataFrame) -> pl.DataFrame:
    rows = frame.with_columns(
        direction=_directions(frame),
        traded=pl.col("traded_usd") / 1e6,
        could=pl.col("potential_usd") / 1e6,
        name=pl.col("name").replace(_labels(frame["name"])),
    )

    return rows.with_columns(label=pl.Series(_potential_labels(rows), dtype=pl.String))


def _potential_labels(rows: pl.DataFrame) -> list[str]:
    return [
        tell("{traded} of {possible}", traded=number(traded or 0), possible=number(could or 0))
        for traded, could in rows.select("traded", "could").iter_rows()
    ]


def _potential_panel(part: pl.DataFrame, direction: str, top: float) -> Any:
    names = part.sort("could", descending=True)["name"].to_list()
    y = names_channel("name", names, _MARGINS.left)
    scale = number_scale(0, top)
    base = Layer(part.select("name", "traded", "could", "label"))

    text = value_text(base).transform_calculate(end="max(datum.traded, datum.could)")
    return bar_panel(
        *_potential_bars(base, y, scale, _money_title(direction)),
        text.encode(x=alt.X("end:Q", scale=scale), y=y, text=alt.Text("label:N")),
        names=names,
        row_px=22,
        margins=_MARGINS,
    )


def _potential_bars(
    base: alt.Chart, y: alt.Y, scale: alt.Scale, title: str | list[str]
) -> tuple[Any, Any]:
    """Return pale bars of what could be traded and, upon them, dark ones of what is.

    Parameters
    ----------
    base : the chart of the rows.
    y, scale : the rows' names and the scale of money.
    title : that of the axis of money.
    """
    could = alt.X("could:Q", title=title, scale=scale, axis=amount_axis())
    traded = alt.X("traded:Q", title=title, scale=scale)

    pale = base.mark_bar(height=16, fill="#cfe0ee", stroke=HUES[0], strokeWidth=0.8)
    dark = base.mark_bar(height=7, color="#4d4d4d")
    return pale.encode(x=could, y=y), dark.encode(x=traded, y=y)


def gains(frame: pl.DataFrame) -> Chart:
    """Return the change of real income of every country under one scenario, with its interval.

    frame: as ``gains`` of TargetForecast, one scenario.
    """
    rows = _gain_rows(frame)
    changes = rows.select("name", "value").iter_rows()
    texts = [f"{name} {vega_per_cent(share, 2, with_sign=True)}" for name, share in changes]

    return with_title(
        _gain_panel(rows),
        tell("Who gains"),
        tell(
            "{scenario}: change of real income against the network of the baseline",
            scenario=frame["title"][0],
        ),
        tell("{list}.", list=tell("; ").join(texts)),
        left=_MARGINS.left,
    )


def _gain_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """Return name, value, its interval (low, high) and its sign, the largest gain first."""
    change = "real_income_change_share"
    sign = pl.when(pl.col("value") < 0).then(pl.lit("loses")).otherwise(pl.lit("gains"))
    rows = frame.sort(change, descending=True).select(
        "name",
        value=pl.col(change),
        low=pl.coalesce("low_share", change),
        high=pl.coalesce("high_share", change),
    )
    return rows.with_columns(sign=sign, zero=0.0)


def _gain_panel(rows: pl.DataFrame) -> Any:
    y = names_channel("name", rows["name"].to_list(), _MARGINS.left)
    scale = _gain_scale(rows)

    def x(column: str) -> alt.X:
        title = tell("change of real income")
        return alt.X(f"{column}:Q", title=title, scale=scale, axis=alt.Axis(format="+.1%"))

    base = Layer(rows)
    bars = base.mark_bar(height=12)
    band = base.mark_rule(strokeWidth=1.5, color=INK)
    text = value_text(base).transform_calculate(end="max(datum.high, 0)")
    return alt.layer(
        bars.encode(x=x("zero"), x2=alt.X2("value:Q"), y=y, color=_gain_hue()),
        band.encode(x=x("low"), x2=alt.X2("high:Q"), y=y),
        text.encode(x=x("end"), y=y, text=alt.Text("value:Q", format="+.2%")),
    ).properties(width=_MARGINS.plot, height=alt.Step(20))


def _gain_hue() -> alt.Color:
    hues = category_scale(("gains", "loses"), (HUES[2], HUES[1]))
    return alt.Color("sign:N", title=None, scale=hues, legend=None)


def _gain_scale(rows: pl.DataFrame) -> alt.Scale:
    low = float(min(0.0, rows["low"].min()))  # type: ignore[type-var, arg-type]
    high = float(max(0.0, rows["high"].max()))  # type: ignore[type-var, arg-type]
    margin = 0.12 * (high - low) or 0.001
    return number_scale(low - margin, high + margin)
