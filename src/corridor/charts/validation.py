"""What was observed beside the model: its 5th, 50th and 95th percentile, one panel a metric."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

import altair as alt
import polars as pl

from corridor.charts.axes import TWO_LINES, category_scale, highest, number_scale
from corridor.charts.formats import join_values, translate
from corridor.charts.layer import Layer
from corridor.charts.legends import legend
from corridor.charts.style import INK, PAPER, WIDTH, Chart
from corridor.charts.text import title_lines, wrap
from corridor.charts.titles import with_title
from corridor.language.speech import marked, tell

METRICS = {
    "time_h": marked("travel time, days"),
    "train_h": marked("time of an organised train, days"),
    "ship_h": marked("time aboard, days"),
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
    marked("no route"): ("#000000", "triangle-down"),
    # Translators: verdict on the model: it finds the way that was seen; there was nothing to
    # measure.
    marked("possible"): ("#8c8c8c", "diamond"),
}
_VALUES = ("value", "value_low", "value_high", "model_p05", "model_p50", "model_p95")
_NAME_LETTERS = 46  # what of an observation's name fits a line
_NAME_PX = 300  # pixels of the observations' names


def validation(frame: pl.DataFrame) -> Chart:
    """Return what was observed beside the model's 5th, 50th and 95th percentile.

    One panel a metric. frame: rows of :func:`corridor.evidence.validation.validate`.
    """
    metrics = [metric for metric in METRICS if metric in set(frame["metric"])]
    parts = [_observations(frame, metric) for metric in metrics]
    panels = [
        _validation_panel(part, tell(METRICS[metric]))
        for metric, part in zip(metrics, parts, strict=True)
    ]

    verdicts = chain.from_iterable(part.select("name", "verdict").rows() for part in parts)
    texts = join_values((name, tell(verdict)) for name, verdict in verdicts)
    chart = alt.vconcat(*panels, spacing=18).resolve_legend(color="shared", shape="shared")
    return with_title(
        chart,
        tell("Observed and modelled"),
        tell("mark: observed; bar: model, 5th–95th percentile; tick: median"),
        tell("{list}.", list=texts),
        left=_NAME_PX + 10,
    )


def _observations(frame: pl.DataFrame, metric: str) -> pl.DataFrame:
    """Return the rows of a metric in its unit of the chart, by value, each with a label."""
    divisor = 24.0 if metric.endswith("_h") else 1.0
    rows = frame.filter(pl.col("metric") == metric)
    rows = rows.with_columns(pl.col(*_VALUES).cast(pl.Float64) / divisor)
    rows = rows.sort(pl.coalesce("value", "model_p50"), "observation_id", nulls_last=True)

    return rows.with_columns(label=_labels(), verdict=pl.col("verdict").fill_null("possible"))


def _labels() -> pl.Expr:
    """Return the names on at most two lines, with the id of those that are not the only one."""
    name_and_id = pl.format("{} ({})", "name", "observation_id")
    unique_name = pl.when(pl.col("name").is_duplicated()).then(name_and_id).otherwise("name")
    return unique_name.map_elements(lambda name: wrap(name, _NAME_LETTERS), return_dtype=pl.String)


def _validation_panel(rows: pl.DataFrame, title: str) -> Any:
    top = max(highest(rows[column]) for column in _VALUES) * 1.06 or 1.0
    y = _observation_channel(rows["label"].to_list())

    def x(column: str) -> alt.X:
        axis = alt.Axis(format=",~f", tickCount=7)
        return alt.X(f"{column}:Q", title=title, scale=number_scale(0, top), axis=axis)

    base = Layer(rows.select("label", translate("verdict", VERDICTS), *_VALUES))
    layers = [*_model_marks(base, x, y), *_observed_marks(base, x, y)]
    return alt.layer(*layers).properties(width=WIDTH - 340, height=alt.Step(29))


def _model_marks(base: Any, x: Callable[[str], alt.X], y: alt.Y) -> list[Any]:
    """Return the band of the model and its median."""
    band = base.mark_bar(height=11, color="#cfe0ee")
    median = base.mark_tick(thickness=2.2, size=15, color="#08519c")
    return [
        band.encode(x=x("model_p05"), x2=alt.X2("model_p95:Q"), y=y),
        median.encode(x=x("model_p50"), y=y),
    ]


def _observed_marks(base: Any, x: Callable[[str], alt.X], y: alt.Y) -> list[Any]:
    """Return what was observed, from lowest to highest, and its mark."""
    spread = base.mark_rule(strokeWidth=1.6, color=INK)
    value = base.mark_point(filled=True, size=100, stroke=PAPER, strokeWidth=0.8, opacity=1)
    return [
        spread.encode(x=x("value_low"), x2=alt.X2("value_high:Q"), y=y),
        value.encode(x=x("value"), y=y, **_verdict_channels()),
    ]


def _observation_channel(labels: Sequence[str]) -> alt.Y:
    axis = alt.Axis(
        labelLimit=_NAME_PX,
        minExtent=_NAME_PX,
        maxExtent=_NAME_PX,
        ticks=False,
        domain=False,
        grid=True,
        labelBaseline="middle",
        **TWO_LINES,
    )
    return alt.Y("label:N", sort=list(labels), title=None, axis=axis)


def _verdict_channels() -> dict[str, Any]:
    """Return colour and shape of the verdicts, with one legend."""
    names = [tell(verdict) for verdict in VERDICTS]
    verdict_legend = _verdict_legend(names)

    hues = category_scale(names, (hue for hue, _ in VERDICTS.values()))
    shapes = category_scale(names, (shape for _, shape in VERDICTS.values()))
    return {
        "color": alt.Color("verdict:N", legend=verdict_legend, scale=hues),
        "shape": alt.Shape("verdict:N", legend=verdict_legend, scale=shapes),
    }


def _verdict_legend(names: Sequence[str]) -> alt.Legend:
    title = tell("verdict (possible: seen, not measured; no route: the model finds none)")
    lines = title_lines(title, WIDTH - _NAME_PX - 10)
    return legend(names, 5, titleLimit=WIDTH, title=lines)
