"""Shifts in the report: what a closure in force moves, and what goods it keeps at home."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from corridor.charts.closures import shift_map
from corridor.flows.demand import LIMIT_SHARE
from corridor.language.speech import number, tell
from corridor.reports.figures import LOSS_TABLES, Figure, csv_address, draw_figure
from corridor.reports.formats import and_list, brief_millions, day, paragraph, share
from corridor.reports.inputs import ReportInputs
from corridor.reports.losses import selector_text

MAX_ROWS = 14
MILLION_T = 1e6
UNMOVED = ("same", "no route")


def shifts_values(inputs: ReportInputs) -> dict[str, Any]:
    """Return what the template needs on demand before and after the closures that are replayed.

    Nothing where none are.
    """
    moves = inputs.frame("loss_moves")
    if not moves.height:
        return {}

    moved = moves.filter(~pl.col("moved").is_in(UNMOVED)).sort("t_per_year", descending=True)
    rows = _rows(moved.head(MAX_ROWS), inputs)
    return {
        "words": [_paragraph(moves, moved, inputs.frame("loss_closed"))],
        "rows": rows,
        "more": moved.height - len(rows),
        "figures": _figures(inputs),
        "csv": csv_address(moves.drop("links_before", "links_after")),
    }


def _rows(moved: pl.DataFrame, inputs: ReportInputs) -> list[dict[str, Any]]:
    """Return rows of demand with the names of their places and cargo."""
    places = dict(inputs.nodes.select("node_id", "name").iter_rows())
    cargoes = _cargo_names(inputs)
    return [
        {
            **row,
            "cargo": cargoes.get(row["cargo_id"], row["cargo_id"]),
            "from": places.get(row["origin"], row["origin"]),
            "to": places.get(row["destination"], row["destination"]),
            "before": "–".join(row["countries_before"] or ()),
            "after": "–".join(row["countries_after"] or ()),
        }
        for row in moved.iter_rows(named=True)
    ]


def _cargo_names(inputs: ReportInputs) -> Mapping[str, str]:
    cargoes = inputs.study_frame("cargoes")
    return dict(cargoes.select("cargo_id", "name").iter_rows()) if cargoes.height else {}


def _paragraph(moves: pl.DataFrame, moved: pl.DataFrame, closed: pl.DataFrame) -> str:
    """Say what is shut, and how many tonnes stay or go another way."""
    changes = closed.unique("row_id", maintain_order=True).iter_rows(named=True)

    return paragraph(
        [
            tell("Shut: {what}.", what=and_list([_closed_text(change) for change in changes])),
            tell(
                "Of {count} rows of demand {moved} feel it.",
                count=moves.height,
                moved=moved.height,
            ),
            _staying_sentence(moved.filter(pl.col("stays"))),
            _going_sentence(moved.filter(~pl.col("stays"))),
        ]
    )


def _staying_sentence(staying: pl.DataFrame) -> str:
    return tell(
        "{tonnes} million tonnes a year stay: the route left costs more than {share} "
        "of their value extra, or there is none.",
        tonnes=_million_t(staying),
        share=share(LIMIT_SHARE),
    )


def _going_sentence(going: pl.DataFrame) -> str:
    return tell(
        "{tonnes} million tonnes take another route for USD {usd} a year more.",
        tonnes=_million_t(going),
        usd=brief_millions(float(going["extra_usd_per_year"].sum())),
    )


def _closed_text(change: Mapping[str, Any]) -> str:
    """Return what a change shuts, and since when."""
    what = selector_text(change["row_id"])
    if change["from_on"]:
        return tell("{what} (since {date})", what=what, date=day(change["from_on"]))
    return tell("{what} (always)", what=what)


def _million_t(rows: pl.DataFrame) -> str:
    return number(float(rows["t_per_year"].sum()) / MILLION_T, 1)


def _figures(inputs: ReportInputs) -> list[Figure]:
    """Return the map of what leaves and joins links; none where no link was counted."""
    shifted = inputs.frame("loss_shifted")
    if not shifted.height:
        return []

    caption = tell(
        "What the closure moves: goods leave the links in one colour and join those "
        "in the other. What stays at home only leaves."
    )
    chart = shift_map(inputs.nodes, inputs.links, shifted)
    return [draw_figure("losses-moved", chart, caption, shifted, LOSS_TABLES)]
