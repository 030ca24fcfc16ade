"""Notebook: an answer as a piece of HTML, with its sentence, its table and a small picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import singledispatch
from html import escape

import polars as pl

from corridor.charts.letters import in_letters
from corridor.charts.svg import to_svg
from corridor.closures.risk import Risk
from corridor.consignments.plan import Plan
from corridor.errors import CallError
from corridor.flows.bottlenecks import bottlenecks
from corridor.flows.flows import Flows
from corridor.network.network import Network
from corridor.projects.appraisal import Appraisal
from corridor.routing.route import Routes
from corridor.screens.columns import (
    appraisal_table,
    bottlenecks_table,
    dispatches_table,
    hazard_losses_table,
    routes_table,
)
from corridor.screens.drawings import answer_chart, answer_map
from corridor.study.study import Study

MAX_ROWS = 12
STYLE = (
    "<style>.corridor table{border-collapse:collapse;font-size:90%}"
    ".corridor th,.corridor td{padding:.15em .6em;text-align:left;white-space:nowrap}"
    ".corridor .n{text-align:right;font-variant-numeric:tabular-nums}"
    ".corridor svg{max-width:40em;height:auto}</style>"
)


def page(answer: object) -> str:
    """Return an answer as HTML for a notebook; it needs no network and no script."""
    return (
        f'<div class="corridor">{STYLE}<p>{escape(_sentence(answer))}</p>'
        f"{_html_table(columns(answer))}{_picture(answer)}</div>"
    )


def _sentence(answer: object) -> str:
    if not isinstance(answer, Routes) or answer.best is None:
        return repr(answer)
    return " ".join([repr(answer), *in_letters([answer.best], answer.routes)])


@singledispatch
def columns(answer: object) -> pl.DataFrame:
    """Return the table of an answer in the columns a person compares."""
    raise CallError(f"there is no table of {type(answer).__name__}.")


@columns.register
def _(study: Study) -> pl.DataFrame:
    rows = [
        {"from": trip.origin, "to": trip.destination, "cargo": trip.cargo, "leaving": trip.depart}
        for trip in study.trips
    ]
    return pl.DataFrame(rows)


@columns.register
def _(network: Network) -> pl.DataFrame:
    links = network.frames["links"]
    return (
        links.group_by("mode", "status")
        .agg(pl.len().alias("links"), pl.col("length_km").sum().round(0).alias("km"))
        .sort("mode", "status")
    )


@columns.register
def _(routes: Routes) -> pl.DataFrame:
    return routes_table(routes.routes)


@columns.register
def _(flows: Flows) -> pl.DataFrame:
    return bottlenecks_table(bottlenecks(flows.capacities, busy_share=0.0))


@columns.register
def _(risk: Risk) -> pl.DataFrame:
    return hazard_losses_table(risk.by_hazard)


@columns.register
def _(appraisal: Appraisal) -> pl.DataFrame:
    return appraisal_table(appraisal.projects)


@columns.register
def _(plan: Plan) -> pl.DataFrame:
    return dispatches_table(plan.dispatches)


def _picture(answer: object) -> str:
    """Return the map of an answer, else its chart, else nothing."""
    for draw in (answer_map, answer_chart):
        try:
            return to_svg(draw(answer))
        except CallError:
            continue
    return ""


def _html_table(frame: pl.DataFrame) -> str:
    """Return the first rows of a table as HTML, figures on the right, and how many follow."""
    if not frame.height:
        return ""

    is_figure = [frame.schema[name].is_numeric() for name in frame.columns]
    head = _row("th", frame.columns, is_figure)
    rows = frame.head(MAX_ROWS).iter_rows()
    body = "".join(_row("td", map(_text, row), is_figure) for row in rows)
    more = f"<p>{MAX_ROWS} of {frame.height} rows.</p>" if frame.height > MAX_ROWS else ""
    return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>{more}"


def _row(tag: str, texts: Iterable[str], is_figure: Sequence[bool]) -> str:
    """Return texts as a row of a table, figures on the right."""
    kinds = [' class="n"' if is_right else "" for is_right in is_figure]
    cells = zip(texts, kinds, strict=True)
    return (
        "<tr>" + "".join(f"<{tag}{kind}>{escape(text)}</{tag}>" for text, kind in cells) + "</tr>"
    )


def _text(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, int | float):
        return f"{value:,}"
    return str(value)
