"""How sure the rows of each table of a study are: read in a source, well known, or an estimate."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from corridor.charts.axes import category_scale
from corridor.charts.formats import join_values, translate
from corridor.charts.layer import Layer
from corridor.charts.legends import legend
from corridor.charts.style import CONFIDENCE_HUES, INK, PAPER, SOFT, WIDTH, Chart
from corridor.charts.titles import with_title
from corridor.language.speech import marked, tell

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
    marked("handling"),
    marked("rates"),
    marked("modes"),
    marked("service_classes"),
    marked("emissions"),
    marked("rules"),
    marked("windows"),
    marked("holidays"),
    marked("services"),
    marked("cargoes"),
    marked("hazards"),
    marked("regimes"),
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
    marked("charges"),
    marked("demand_seasons"),
    marked("price_bands"),
    marked("project_payers"),
    marked("questions"),
    marked("shapes"),
    marked("shipment_destinations"),
    marked("shipment_slots"),
    marked("states"),
    marked("terrains"),
    marked("volumes"),
)
_COUNT_FROM_SHARE = 0.05  # smaller bars have no room for their number of rows


def evidence(frame: pl.DataFrame) -> Chart:
    """Return the share of each table's rows by confidence.

    A: read in the source, B: well known, C: an estimate. frame: table, confidence, rows.
    """
    rows = _shares(frame)
    labels = rows["label"].unique(maintain_order=True).to_list()
    axis = alt.Axis(ticks=False, domain=False, minExtent=130, maxExtent=130)
    y = alt.Y("label:N", sort=labels, title=None, axis=axis)

    columns = ("confidence", "confidence_name", "rows", "start", "to", "middle", "share")
    base = Layer(rows.select("label", *columns))
    chart = alt.layer(_confidence_bars(base, y), *_row_counts(base, y))

    return with_title(
        chart.properties(width=WIDTH - 170, height=alt.Step(24)),
        tell("What the figures rest on"),
        tell("rows of each table by confidence"),
        tell("{list}.", list=_counts(rows)),
        left=140,
    )


def _counts(rows: pl.DataFrame) -> str:
    counts = rows.select("table", "confidence", "rows").iter_rows()
    return join_values(
        (f"{tell(table)} {confidence}", count) for table, confidence, count in counts
    )


def _shares(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with their share of the table's rows, a label, and the ends of their bars."""
    totals = frame.group_by("table", maintain_order=True).agg(total=pl.col("rows").sum())
    totals = totals.filter(pl.col("total") > 0)
    names = {key: tell(name) for key, name in CONFIDENCE_NAMES.items()}

    rows = frame.join(totals, on="table").with_columns(
        share=pl.col("rows") / pl.col("total"),
        label=pl.format("{} ({})", translate("table", _TABLES), "total"),
        confidence_name=pl.col("confidence").replace(names),
    )
    return _with_spans(rows.sort(pl.col("total") * -1, "table", "confidence", maintain_order=True))


def _with_spans(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with where the bar of each starts and ends, and its middle."""
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

    hues = category_scale(names, CONFIDENCE_HUES.values())
    hue = alt.Color("confidence_name:N", title=None, scale=hues, legend=legend(names, 3))
    return base.mark_bar(height=16, stroke=SOFT, strokeWidth=0.6).encode(
        x=x, x2=alt.X2("to:Q"), y=y, color=hue
    )


def _row_counts(base: Any, y: alt.Y) -> list[Any]:
    """Return the numbers of rows in the bars: light on the dark ones of confidence A."""
    large = base.transform_filter(f"datum.share > {_COUNT_FROM_SHARE}")
    return [
        large.transform_filter(f"datum.confidence {sign} 'A'")
        .mark_text(fontSize=10, color=hue)
        .encode(x=alt.X("middle:Q"), y=y, text=alt.Text("rows:Q"))
        for sign, hue in (("==", PAPER), ("!=", INK))
    ]
