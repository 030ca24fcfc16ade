"""Numbers of files whose cells no comma parts: decimal commas, and signs that part thousands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from corridor.errors import Finding
from corridor.tables.columns import Column, Table
from corridor.tables.raw import RawTable

_KINDS = ("number", "integer")
_VALUES = ("changes", "value")  # a column of texts that holds numbers of other tables
_DECIMAL_COMMA = r"^[-+]?([0-9]+|[1-9][0-9]{0,2}(\.[0-9]{3})+),[0-9]+$"
_OTHER = {".": ",", ",": "."}
_NAMES = {".": "point", ",": "comma"}


@dataclass(frozen=True)
class _Signs:
    """Which signs stand before decimals in a file beyond doubt, somewhere in its numbers."""

    has_comma: bool
    has_point: bool

    def is_decimal(self, sign: str) -> bool:
        """Tell whether a sign stands before decimals somewhere."""
        return self.has_comma if sign == "," else self.has_point


def read_commas(
    table: Table, raw: RawTable, text: pl.DataFrame
) -> tuple[pl.DataFrame, list[Finding]]:
    """Return a table's text with its decimal commas as points, and findings on doubtful numbers.

    Parameters
    ----------
    table, raw : the declared table, and the file as text.
    text : the declared columns as text.
    """
    columns = [column for column in table.columns if column.kind in _KINDS]
    signs = _Signs(
        has_comma=any(text[column.name].str.contains(_decimals(",")).any() for column in columns),
        has_point=any(text[column.name].str.contains(_decimals(".")).any() for column in columns),
    )
    findings = [
        finding
        for column in table.columns
        if _holds_numbers(table, column)
        for sign in _OTHER
        for finding in _doubtful_thousands(table, raw, column, text[column.name], sign, signs)
    ]

    with_comma = [c.name for c in columns if text[c.name].str.contains(_DECIMAL_COMMA).any()]
    as_points = pl.col(*with_comma) if with_comma else pl.col([])
    number = as_points.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    return text.with_columns(
        pl.when(as_points.str.contains(_DECIMAL_COMMA)).then(number).otherwise(as_points)
    ), findings


def pointed_texts(
    table: Table, raw: RawTable, positions: Mapping[str, int], text: pl.DataFrame
) -> Iterator[Finding]:
    """Yield a finding for each column of a sheet with texts that may be 40 or 40,000.

    Parameters
    ----------
    table, raw : the declared table, and the sheet as text.
    positions : declared column -> its place in the sheet.
    text : the declared columns as text.
    """
    no_signs = _Signs(has_comma=False, has_point=False)
    for column in table.columns:
        if _holds_numbers(table, column) and positions.get(column.name) in raw.pointed_columns:
            cells = text[column.name]
            yield from _doubtful_thousands(table, raw, column, cells, ".", no_signs)


def _holds_numbers(table: Table, column: Column) -> bool:
    return column.kind in _KINDS or (table.name, column.name) == _VALUES


def _decimals(sign: str) -> str:
    """Pattern of a number in which a sign can only stand before decimals."""
    mark = "\\" + sign
    other = "\\" + _OTHER[sign]
    digits = rf"{mark}([0-9]{{1,2}}|[0-9]{{4,}})"
    return (
        rf"^[-+]?([0-9]+{digits}|0{mark}[0-9]+|[0-9]{{4,}}{mark}[0-9]+"
        rf"|[1-9][0-9]{{0,2}}({other}[0-9]{{3}})+{mark}[0-9]+)$"
    )


def _thousands(sign: str) -> str:
    """Pattern of a number in which a sign may part thousands."""
    return rf"^[-+]?[1-9][0-9]{{0,2}}(\{sign}[0-9]{{3}})+$"


def _doubtful_thousands(
    table: Table, raw: RawTable, column: Column, cells: pl.Series, sign: str, signs: _Signs
) -> Iterator[Finding]:
    """Yield a finding where a sign of a column may part thousands.

    An error where the other sign stands before decimals in the file. A warning where the sign
    always stands before three digits in the column, and the numbers without it could be meant.

    Parameters
    ----------
    table, raw, column : where the cells stand.
    cells : the column as text.
    sign : point or comma.
    signs : which of them stand before decimals.
    """
    rows = cells.str.contains(_thousands(sign)).fill_null(False).arg_true().to_list()
    is_other = signs.is_decimal(_OTHER[sign])
    if not rows or (sign == "," and signs.has_comma):
        return
    if not is_other and cells.str.contains(_decimals(sign)).any():
        return

    texts = [str(cells[row]) for row in rows]
    wholes = [text.replace(sign, "") for text in texts]
    if not is_other and any(column.is_outside(float(whole)) for whole in wholes):
        return

    first = texts[0]
    decimal = f"{first.replace(',', '.')}0"
    yield Finding(
        "pointed-thousands" if sign == "." else "comma-thousands",
        f"{table.name}.{column.name} holds {first}, which may be {wholes[0]}: "
        + (
            f"the file has decimal {_NAMES[_OTHER[sign]]}s."
            if is_other
            else f"every {_NAMES[sign]} has three digits behind it."
        ),
        do=f"Write {wholes[0]} if the {_NAMES[sign]}s part thousands, or {decimal} if they are "
        "decimal ones.",
        severity="error" if is_other else "warning",
        table=table.name,
        column=column.name,
        file=raw.file,
        line=raw.lines[rows[0]],
        value=first,
    )
