"""Which links, places and crossings matter most: what the loss of one would cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import altair as alt
import polars as pl

from corridor.charts.axes import category_scale, names_channel, number_scale
from corridor.charts.bars import Margins, amount_axis, bar_panel, value_text
from corridor.charts.formats import join_values
from corridor.charts.layer import Layer
from corridor.charts.legends import legend
from corridor.charts.maps import end_nodes, link_widths, weighted_map
from corridor.charts.style import HUES, PAPER, Chart
from corridor.charts.text import numbered, row_labels, title_lines, truncate
from corridor.charts.titles import Titles, with_title
from corridor.closures.stretches import STRETCH, with_stretches
from corridor.flows.demand import LIMIT_SHARE
from corridor.language.speech import marked, number, tell

KINDS = {
    "crossing": marked("crossings between two countries"),
    "country": marked("countries"),
    "link": marked("links"),
    STRETCH: marked("stretches"),
    "node": marked("places"),
    "terminal": marked("terminals"),
    "hazard": marked("hazards"),
    "pair": marked("two links at once"),
}
MAX_BARS = 6
MAX_MAPPED = 60  # links on the map
_NAMED = 14  # of these the ends are named first
_MARGINS = Margins(left=250, right=96, letters=44)

# Translators: what a link's loss means: goods find another way, or none.
_DETOUR = marked("a detour is left")
_UNSERVED = marked("no route is left")
_LOSSES = {_DETOUR: HUES[4], _UNSERVED: HUES[1]}


def criticality_map(
    nodes: pl.DataFrame,
    links: pl.DataFrame,
    ranked: pl.DataFrame,
) -> Chart:
    """Return the map of the links whose loss would cost most.

    Wide is dear, the colour says how it costs. ranked: rows of :func:`corridor.rank`.
    """
    ashore = links.filter(pl.col("mode") != "sea")["link_id"].to_list()
    worst = _worst(ranked, "link", pl.col("element_id").is_in(ashore)).head(MAX_MAPPED)
    top = float(worst["loss_usd_per_year"][0])

    named = links.filter(pl.col("link_id").is_in(worst["element_id"].head(_NAMED).to_list()))
    return weighted_map(
        nodes,
        links,
        _weights(worst, top),
        hues=_LOSSES,
        named=end_nodes(named),
        titles=_map_titles(worst, top),
    )


def _worst(ranked: pl.DataFrame, kind: str, *conditions: pl.Expr) -> pl.DataFrame:
    """Return the elements of a kind whose loss costs anything, the costliest first."""
    rows = ranked.filter(pl.col("kind") == kind, pl.col("loss_usd_per_year") > 0, *conditions)
    return rows.sort("loss_usd_per_year", "element_id", descending=[True, False])


def _weights(worst: pl.DataFrame, top: float) -> pl.DataFrame:
    """Return width and kind of each link, the heaviest last.

    Its loss is mostly a detour, or mostly of goods without a route.
    """
    is_unserved = _unserved_usd() * 2 > pl.col("loss_usd_per_year")
    kind = pl.when(is_unserved).then(pl.lit(_UNSERVED)).otherwise(pl.lit(_DETOUR))

    return worst.reverse().select(
        pl.col("element_id").alias("link_id"),
        kind.alias("kind"),
        link_widths(pl.col("loss_usd_per_year") / top).alias("width"),
    )


def _unserved_usd() -> pl.Expr:
    """Return what is lost a year because no route is left."""
    return pl.min_horizontal(LIMIT_SHARE * pl.col("unserved_usd_per_year"), "loss_usd_per_year")


def _map_titles(worst: pl.DataFrame, top: float) -> Titles:
    return Titles(
        tell("The links that matter most"),
        tell(
            "the wider, the more expensive: up to {millions} million USD a year; long sea links "
            "are left to the bars",
            millions=number(top / 1e6),
        ),
        tell("Million USD a year if a link is shut. {list}.", list=_worst_texts(worst)),
    )


def _worst_texts(worst: pl.DataFrame) -> str:
    dearest = worst.head(10).select("name", "loss_usd_per_year").iter_rows()
    return join_values((name, number(usd / 1e6)) for name, usd in dearest)


def criticality_bars(
    ranked: pl.DataFrame, kinds: Sequence[str] = ("crossing", STRETCH, "node")
) -> Chart:
    """Return what the loss of the worst elements of some kinds would cost a year, a panel a kind.

    ranked: rows of :func:`corridor.rank`. A kind of which nothing costs anything is left out.
    """
    all_rows = [(tell(KINDS[kind]), _bar_rows(ranked, kind)) for kind in kinds]
    shown = [(kind_name, rows) for kind_name, rows in all_rows if rows.height]

    panels = [_loss_panel(rows, kind_name) for kind_name, rows in shown]
    losses = [(kind_name, _loss_texts(rows)) for kind_name, rows in shown]
    return with_title(
        alt.vconcat(*panels, spacing=14).resolve_scale(color="shared"),
        tell("What the loss of one would cost"),
        tell(
            "million USD a year, the six most expensive of each kind; every trip takes its best "
            "detour"
        ),
        join_values(losses),
        left=_MARGINS.left,
    )


def _bar_rows(ranked: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Return label, loss and the detour in it, both in millions, of a kind's worst elements."""
    whole = with_stretches(ranked).with_columns(kind=pl.lit(STRETCH))
    worst = _worst(whole if kind == STRETCH else ranked, kind).head(MAX_BARS)
    singles = ranked.filter(pl.col("kind") != "pair").select("element_id", "name")
    names = dict(singles.iter_rows())

    labels = _labels([_name_lines(row, names) for row in worst.iter_rows(named=True)])
    loss = pl.col("loss_usd_per_year")
    return worst.select(
        label=pl.Series(labels, dtype=pl.String),
        loss=loss / 1e6,
        detour=(loss - _unserved_usd()) / 1e6,
    )


def _name_lines(row: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    """Return the name of an element; of a pair those of its two links."""
    elements = str(row["element_id"]).split() if row["kind"] == "pair" else []
    is_known_pair = bool(elements) and all(element in names for element in elements)
    lines = [names[element] for element in elements] if is_known_pair else [row["name"]]
    return [str(line).replace(tell("Port of "), "") for line in lines]


def _labels(names: Sequence[Sequence[str]]) -> list[str]:
    """Return names cut to fit, each part on a line of its own and each unlike all others."""
    if all(len(lines) == 1 for lines in names):
        return row_labels((line for (line,) in names), _MARGINS.letters)
    return _pair_labels(names)


def _pair_labels(names: Iterable[Sequence[str]]) -> list[str]:
    labels: list[str] = []
    for lines in names:
        label = "\n".join(truncate(line, _MARGINS.letters) for line in lines)
        is_new = label not in labels
        labels.append(label if is_new else numbered(label, len(labels) + 1, _MARGINS.letters))
    return labels


def _loss_texts(rows: pl.DataFrame) -> str:
    losses = rows.select("label", "loss").iter_rows()
    return tell(", ").join(f"{label} {number(millions)}" for label, millions in losses)


def _loss_panel(rows: pl.DataFrame, kind_name: str) -> Any:
    """Return bars of the detour and, behind it, of what finds no route, with the sum."""
    labels = rows["label"].to_list()
    y = names_channel("label", labels, _MARGINS.left)
    scale = number_scale(0, float(rows["loss"][0]) * 1.02)

    title = title_lines(tell("million USD a year: {what}", what=kind_name), _MARGINS.title)
    start = alt.X("start:Q", title=title, scale=scale, axis=amount_axis())

    bars = Layer(_loss_spans(rows)).mark_bar(height=13, stroke=PAPER, strokeWidth=0.4)
    sums = value_text(Layer(rows.select("label", "loss")))
    return bar_panel(
        bars.encode(x=start, x2=alt.X2("end:Q"), y=y, color=_loss_hue()),
        sums.encode(x=alt.X("loss:Q", scale=scale), y=y, text=alt.Text("loss:Q", format=",.1f")),
        names=labels,
        row_px=19,
        margins=_MARGINS,
    )


def _loss_spans(rows: pl.DataFrame) -> pl.DataFrame:
    detour = pl.lit(tell(_DETOUR))
    unserved = pl.lit(tell(_UNSERVED))
    return pl.concat(
        [
            rows.select("label", how=detour, start=0.0, end="detour"),
            rows.select("label", how=unserved, start="detour", end="loss"),
        ]
    )


def _loss_hue() -> alt.Color:
    names = [tell(name) for name in _LOSSES]
    scale = category_scale(names, _LOSSES.values())
    return alt.Color("how:N", title=None, scale=scale, legend=legend(names, 2))
