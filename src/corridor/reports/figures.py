"""Figures of the report: charts with a caption that says what to see, and their data as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from urllib.parse import quote

import polars as pl
from markupsafe import Markup

from corridor.charts.style import Chart
from corridor.language.messages import readable
from corridor.language.speech import marked
from corridor.reports.drawing import start_drawing
from corridor.tables.csv import csv_text

# What a data: address cannot hold as it is; letters beyond ASCII it can, and they would come out
# three times as long.
_IN_ADDRESS = {code: quote(chr(code), safe=",:;/()+ @!$*") for code in range(128)}


# Tables of a study that figures are computed from, as their source lines name them.
NETWORK_TABLES = (marked("places"), marked("links"), marked("rules"))
ROUTE_TABLES = (marked("links"), marked("terminals"), marked("services"), marked("rates"))
LOSS_TABLES = (marked("demand"), marked("hazards"), marked("links"), marked("rates"))
FLOW_TABLES = (marked("demand"), marked("capacities"), marked("links"), marked("rates"))
PROJECT_TABLES = (marked("projects"), marked("demand"), marked("links"), marked("rates"))
TRADE_TABLES = (marked("trade"), marked("sectors"), marked("links"), marked("rates"))
PLAN_TABLES = (marked("shipments"), marked("links"), marked("services"), marked("rates"))
REPLAY_TABLES = (marked("events"), marked("demand"), marked("links"))
OBSERVED_TABLES = (marked("observations"), marked("links"), marked("rates"))

LARGE = 1e4  # numbers from here on are written without decimals


@dataclass(frozen=True, slots=True)
class Figure:
    """One chart with its data.

    figure_id: in the page. drawing: the chart as SVG, once it is drawn. csv: the data as a data:
    address. file: what the data is called when it is saved. tables: what it is computed from.
    """

    figure_id: str
    drawing: Future[str]
    caption: str
    csv: str
    file: str
    tables: Sequence[str]

    @property
    def svg(self) -> Markup:
        """The chart as SVG, as soon as it is drawn."""
        return Markup(self.drawing.result())


def draw_figure(
    figure_id: str, chart: Chart, caption: str, data: pl.DataFrame, tables: Sequence[str]
) -> Figure:
    """Return a chart, being drawn, with caption, data and the tables it is computed from."""
    drawing = start_drawing(chart)
    return Figure(figure_id, drawing, caption, csv_address(data), f"{figure_id}.csv", tables)


def csv_address(frame: pl.DataFrame) -> str:
    """Return a table as CSV in a data: address, numbers to three decimals, large ones to none.

    Texts stand as they are told, without the messages they are made from. It begins with the mark
    by which spreadsheets know UTF-8.
    """
    shown = readable(frame)
    rounded = shown.with_columns(
        _rounded(pl.col(name)) for name, kind in shown.schema.items() if kind == pl.Float64
    )
    text = csv_text(
        rounded, decimals=None, datetime_format="%Y-%m-%dT%H:%MZ", for_spreadsheets=True
    )

    return "data:text/csv;charset=utf-8,%EF%BB%BF" + text.translate(_IN_ADDRESS)


def _rounded(column: pl.Expr) -> pl.Expr:
    return pl.when(column.abs() < LARGE).then(column.round(3)).otherwise(column.round(0))
