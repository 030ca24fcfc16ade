"""The plan sheet: a plan of a large consignment as a page of its own, or as a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from corridor.charts.svg import skip_validation
from corridor.language.messages import translate
from corridor.language.speech import SOURCE, speaking
from corridor.network.shapes import with_lines
from corridor.reports.consignments import plan_values
from corridor.reports.drawing import second_process

if TYPE_CHECKING:
    from corridor.consignments.plan import Plan
    from corridor.study.study import Study

__all__ = ["plan_sheet"]


def plan_sheet(plan: Plan, study: Study, path: str | Path, *, language: str = SOURCE) -> Path:
    """Write a plan as a page, or its tables as a workbook.

    Parameters
    ----------
    plan
        Of :func:`corridor.schedule`.
    study
        The study it is a plan of: names of places, the map and the price year are its.
    path
        A file: .html, .pdf (printed by a Chromium found here) or .xlsx.
    language
        Code of a language of the program (ru).

    Returns
    -------
    Path
        Where the plan is.

    Raises
    ------
    CallError
        For another kind of file, where there is no Chromium to print with, or where workbooks
        cannot be written.
    UnknownName
        The program has no such language.
    OSError
        The file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import corridor as co
    >>> study = co.read("studies/kazakhstan-pakistan")
    >>> plan = co.schedule(study.network, "grain-2800")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     co.plan_sheet(plan, study, f"{folder}/grain.html").name
    'grain.html'
    """
    from corridor.reports.printing import require_browser, write_page
    from corridor.reports.quote_sheet import check_suffix

    target = Path(path)
    check_suffix(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.suffix.lower() == ".xlsx":
        return _write_workbook(plan, target)

    if target.suffix.lower() == ".pdf":
        require_browser()  # before the work
    with speaking(language, study.folder):
        html = plan_html(plan, study).encode()
    write_page(target, html)
    return target


def _write_workbook(plan: Plan, target: Path) -> Path:
    """Write the tables of a plan with what their columns mean."""
    from corridor.exchange.export import CONTENTS, contents, write_workbook
    from corridor.tables import schema_plans

    write_workbook(target, {CONTENTS: contents(schema_plans.TABLES), **plan.frames()})
    return target


def plan_html(plan: Plan, study: Study) -> str:
    """Return the page of a plan in the language spoken."""
    from corridor.reports.fonts import with_font
    from corridor.reports.page import style, template_environment

    environment = template_environment()
    nodes = _named(study.tables["nodes"])
    links = with_lines(study.tables["links"], study.tables["shapes"])

    with skip_validation(), second_process():
        values = plan_values(plan.frames(), nodes, links, plan.shipment.shipment_id)
        html = environment.get_template("plan.html").render(
            css=style(environment, "report.css"),
            name=translate(plan.shipment.name),
            study=study,
            title=translate(study.title),
            warnings=[translate(text) for text in plan.warnings],
            **values,
        )
    return with_font(html)


def _named(nodes: pl.DataFrame) -> pl.DataFrame:
    """Return places with their names in the language spoken."""
    return nodes.with_columns(pl.col("name").map_elements(translate, return_dtype=pl.String))
