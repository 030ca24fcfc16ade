"""Parquet files read as text."""

from __future__ import annotations

import io

import polars as pl

from corridor.tables.raw import RawTable, Unreadable, first_line, from_frame, refuse_too_many_rows


def read_parquet(data: bytes, file: str) -> RawTable:
    """Return a Parquet file as text; its rows count from 2, as in a CSV of the same table.

    Raises Unreadable where it is damaged.
    """
    try:
        scan = pl.scan_parquet(io.BytesIO(data))
        height = scan.select(pl.len()).collect().item()
        refuse_too_many_rows(height, len(scan.collect_schema()))
        frame = pl.read_parquet(io.BytesIO(data))
    except Unreadable:
        raise
    # A damaged file fails anywhere in the reader.
    except (Exception, pl.exceptions.PanicException) as error:
        raise Unreadable(
            "broken-parquet",
            f"is not a whole Parquet file ({first_line(error)}).",
            do="Write the file again with the program it comes from.",
        ) from None

    return from_frame(frame, file)
