"""Numbers of files whose cells no comma parts: decimal commas, and points that part thousands."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from corridor.errors import Finding
from corridor.tables.columns import Column, Table
from corridor.tables.raw import RawTable

_KINDS = ("number", "integer")
_DECIMAL_COMMA = r"^[-+]?([0-9]+|[1-9][0-9]{0,2}(\.[0-9]{3})+),[0-9]+$"
_POINTED_THOUSANDS = r"^[-+]?[1-9][0-9]{0,2}(\.[0-9]{3})+$"


def read_commas(
    table: Table, raw: RawTable, text: pl.DataFrame
) -> tuple[pl.DataFrame, list[Finding]]:
    """Return a table's text with its decimal commas as points, and findings on pointed thousands.

    Parameters
    ----------
    table, raw : the declared table, and the file as text.
    text : the declared columns as text.
    """
    columns = [column for column in table.columns if column.kind in _KINDS]
    with_comma = {
        column.name for column in columns if text[column.name].str.contains(_DECIMAL_COMMA).any()
    }
    findings = [
        finding
        for column in columns
        for finding in _pointed_thousands(table, raw, column, text[column.name], bool(with_comma))
    ]

    as_points = pl.col(*with_comma) if with_comma else pl.col([])
    number = as_points.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    return text.with_columns(
        pl.when(as_points.str.contains(_DECIMAL_COMMA)).then(number).otherwise(as_points)
    ), findings


def _pointed_thousands(
    table: Table, raw: RawTable, column: Column, cells: pl.Series, has_commas: bool
) -> Iterator[Finding]:
    """Yield a finding where the points of a column may part thousands.

    A warning where every point of the column stands before three digits, and the numbers without
    the points could be meant; an error where the file has decimal commas.

    Parameters
    ----------
    table, raw, column : where the cells stand.
    cells : the column as text.
    has_commas : the file has decimal commas, so that no point of it is a decimal one.
    """
    pointed = cells.str.contains(".", literal=True) & ~cells.str.contains(_DECIMAL_COMMA)
    thousands = cells.str.contains(_POINTED_THOUSANDS)
    is_other = (pointed & ~thousands).any()
    if not thousands.any() or (is_other and not has_commas):
        return

    rows = thousands.fill_null(False).arg_true().to_list()
    texts = [str(cells[row]) for row in rows]
    if not has_commas and any(column.is_outside(float(t.replace(".", ""))) for t in texts):
        return

    first = texts[0]
    whole = first.replace(".", "")
    yield Finding(
        "pointed-thousands",
        f"{table.name}.{column.name} holds {first}, which may be {whole}: "
        + (
            "the file has decimal commas."
            if has_commas
            else "every point has three digits behind it."
        ),
        do=f"Write {whole} if the points part thousands, or {first}0 if they are decimal ones.",
        severity="error" if has_commas else "warning",
        table=table.name,
        column=column.name,
        file=raw.file,
        line=raw.lines[rows[0]],
        value=first,
    )
