"""What was observed beside the model, and how sure the rows of each table are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import polars as pl

from corridor.charts.axes import TWO_LINES, highest, number_scale
from corridor.charts.formats import join_values, translate
from corridor.charts.legends import legend
from corridor.charts.style import CONFIDENCE_HUES, INK, PAPER, SOFT, WIDTH, Chart
from corridor.charts.text import title_lines, wrap
from corridor.charts.titles import with_title
from corridor.language.speech import marked, tell

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
CONFIDENCE_NAMES = {
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
_VALUES = ("value", "value_low", "value_high", "model_p05", "model_p50", "model_p95")
_NAME_LETTERS = 46  # what of an observation's name fits a line
_NAME_PX = 300  # pixels of the observations' names
_COUNT_FROM_SHARE = 0.05  # smaller bars have no room for their number of rows


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

    verdicts = [
        (name, tell(verdict))
        for part in parts
        for name, verdict in part.select("name", "verdict").iter_rows()
    ]
    chart = alt.vconcat(*panels, spacing=18).resolve_legend(color="shared", shape="shared")
    return with_title(
        chart,
        tell("Observed beside model"),
        tell("mark: observed; bar: model, 5th–95th percentile; tick: median"),
        tell("{list}.", list=join_values(verdicts)),
        left=_NAME_PX + 10,
    )


def _observations(frame: pl.DataFrame, metric: str) -> pl.DataFrame:
    """Return the rows of a metric in its unit of the chart, by value, each with a label."""
    divisor = 24.0 if metric == "time_h" else 1.0
    rows = frame.filter(pl.col("metric") == metric)
    rows = rows.with_columns(pl.col(*_VALUES).cast(pl.Float64) / divisor)
    rows = rows.sort(pl.coalesce("value", "model_p50"), "observation_id", nulls_last=True)

    name_and_id = pl.format("{} ({})", "name", "observation_id")
    unique_name = pl.when(pl.col("name").is_duplicated()).then(name_and_id).otherwise("name")
    return rows.with_columns(
        label=unique_name.map_elements(
            lambda name: wrap(name, _NAME_LETTERS), return_dtype=pl.String
        ),
        verdict=pl.col("verdict").fill_null("possible"),
    )


def _validation_panel(rows: pl.DataFrame, title: str) -> Any:
    top = max(highest(rows[column]) for column in _VALUES) * 1.06 or 1.0
    scale = number_scale(0, top)

    def x(column: str) -> alt.X:
        axis = alt.Axis(format=",~f", tickCount=7)
        return alt.X(f"{column}:Q", title=title, scale=scale, axis=axis)

    y = _observation_channel(rows["label"].to_list())
    base = alt.Chart(rows.select("label", translate("verdict", VERDICTS), *_VALUES))
    band = base.mark_bar(height=11, color="#cfe0ee")
    median = base.mark_tick(thickness=2.2, size=15, color="#08519c")
    spread = base.mark_rule(strokeWidth=1.6, color=INK)
    observed = base.mark_point(filled=True, size=100, stroke=PAPER, strokeWidth=0.8, opacity=1)
    return alt.layer(
        band.encode(x=x("model_p05"), x2="model_p95:Q", y=y),
        median.encode(x=x("model_p50"), y=y),
        spread.encode(x=x("value_low"), x2="value_high:Q", y=y),
        observed.encode(x=x("value"), y=y, **_verdict_channels()),
    ).properties(width=WIDTH - 340, height=alt.Step(29))


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
    title = tell("verdict (possible: seen, not measured; no way: the model finds none)")
    common_legend = legend(
        names, 5, titleLimit=WIDTH, title=title_lines(title, WIDTH - _NAME_PX - 10)
    )
    hues = alt.Scale(domain=names, range=[hue for hue, _ in VERDICTS.values()])
    shapes = alt.Scale(domain=names, range=[shape for _, shape in VERDICTS.values()])
    return {
        "color": alt.Color("verdict:N", legend=common_legend, scale=hues),
        "shape": alt.Shape("verdict:N", legend=common_legend, scale=shapes),
    }


def evidence(frame: pl.DataFrame) -> Chart:
    """Return the share of each table's rows by confidence.

    A: read in the source, B: well known, C: an estimate. frame: table, confidence, rows.
    """
    rows = _shares(frame)
    labels = rows["label"].unique(maintain_order=True).to_list()
    axis = alt.Axis(ticks=False, domain=False, minExtent=130, maxExtent=130)
    y = alt.Y("label:N", sort=labels, title=None, axis=axis)

    columns = ("confidence", "confidence_name", "rows", "start", "to", "middle", "share")
    base = alt.Chart(rows.select("label", *columns))
    chart = alt.layer(_confidence_bars(base, y), *_row_counts(base, y))
    counts = [
        (f"{tell(table)} {confidence}", count)
        for table, confidence, count in rows.select("table", "confidence", "rows").iter_rows()
    ]
    return with_title(
        chart.properties(width=WIDTH - 170, height=alt.Step(24)),
        tell("What the figures rest on"),
        tell("rows of each table by confidence"),
        tell("{list}.", list=join_values(counts)),
        left=140,
    )


def _shares(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with share of the table's rows, label, and where each bar starts and ends."""
    totals = frame.group_by("table", maintain_order=True).agg(total=pl.col("rows").sum())
    totals = totals.filter(pl.col("total") > 0)
    names = {key: tell(name) for key, name in CONFIDENCE_NAMES.items()}

    rows = frame.join(totals, on="table").with_columns(
        share=pl.col("rows") / pl.col("total"),
        label=pl.format("{} ({})", translate("table", _TABLES), "total"),
        confidence_name=pl.col("confidence").replace(names),
    )
    rows = rows.sort(pl.col("total") * -1, "table", "confidence", maintain_order=True)
    rows = rows.with_columns(to=pl.col("share").cum_sum().over("table"))
    return rows.with_columns(
        start=pl.col("to") - pl.col("share"), middle=pl.col("to") - pl.col("share") / 2
    )


def _confidence_bars(base: Any, y: alt.Y) -> Any:
    names = [tell(name) for name in CONFIDENCE_NAMES.values()]
    x = alt.X(
        "start:Q",
        title=tell("share of rows (number of rows in brackets)"),
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format=".0%"),
    )
    hue = alt.Color(
        "confidence_name:N",
        title=None,
        scale=alt.Scale(domain=names, range=list(CONFIDENCE_HUES.values())),
        legend=legend(names, 3),
    )
    return base.mark_bar(height=16, stroke=SOFT, strokeWidth=0.6).encode(
        x=x, x2="to:Q", y=y, color=hue
    )


def _row_counts(base: Any, y: alt.Y) -> list[Any]:
    """Return the numbers of rows in the bars: light on the dark ones of confidence A."""
    large = base.transform_filter(f"datum.share > {_COUNT_FROM_SHARE}")
    return [
        large.transform_filter(f"datum.confidence {sign} 'A'")
        .mark_text(fontSize=10, color=hue)
        .encode(x=alt.X("middle:Q"), y=y, text="rows:Q")
        for sign, hue in (("==", PAPER), ("!=", INK))
    ]
