"""Tables as CSV for people: for pipes, spreadsheets and downloads a list is one cell of text."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from corridor.language.messages import readable

SPREADSHEET_INSTANT = "%Y-%m-%d %H:%M"  # in UTC; the form spreadsheets read as a time
SPREADSHEET_MARK = b"\xef\xbb\xbf"  # the byte order mark, by which spreadsheets know UTF-8


def csv_text(
    frame: pl.DataFrame,
    *,
    separators: Mapping[str, str] | None = None,
    decimals: int | None = 3,
    datetime_format: str | None = None,
) -> str:
    """Return a table as CSV, its lists as texts, without the columns of packed messages.

    Parameters
    ----------
    frame : one row a line, below a line of column names.
    separators : column -> what parts the items of its lists; a column not named takes ``"; "``.
    decimals : digits after the point of every number, zeros included; null: as many as it has.
    datetime_format : how instants are written, as for strftime; null: ISO 8601.
    """
    return join_lists(readable(frame), separators).write_csv(
        float_precision=decimals, datetime_format=datetime_format
    )


def join_lists(frame: pl.DataFrame, separators: Mapping[str, str] | None = None) -> pl.DataFrame:
    """Return the table with its lists as texts, their items parted by ``"; "`` or as named."""
    parting = separators or {}
    lists = [name for name, kind in frame.schema.items() if isinstance(kind, pl.List)]
    items = pl.element().cast(pl.String)

    return frame.with_columns(
        pl.col(name).list.eval(items).list.join(parting.get(name, "; ")) for name in lists
    )
