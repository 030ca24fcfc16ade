"""Results with their texts in the reader's language: names and notes of the study, reasons,
arithmetic and warnings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import polars as pl

from corridor.language.speech import ENGLISH, retell, speech

# Columns of results and tables that hold a text for the reader, whatever frame they stand in.
TEXTS = (
    "name",
    "title",
    "about",
    "note",
    "reason",
    "question",
    "explains",
    "statement",
    "arithmetic",
    "series",
    "step",
    "sentence",
    "from_name",
    "to_name",
    "what",
    "origin",
    "destination",
    "cargo",
    "without_scenario",
    "licence",
)
LISTS = ("warnings", "documents")
ALSO = {"loss_corridors": ("scenario",)}  # a title there, an id elsewhere
IDS = {"loss_moves": ("origin", "destination")}


def worded(results: Mapping[str, object]) -> Mapping[str, object]:
    """Return the results with every text told in the language spoken; the same where that is
    English."""
    if speech() is ENGLISH:
        return results
    study = cast(Mapping[str, Any], results.get("study") or {})
    trips = [
        {
            **_fields(trip),
            **{name: _frame(name, trip[name]) for name in ("routes", "legs") if name in trip},
        }
        for trip in cast(Sequence[Mapping[str, Any]], results.get("trips") or ())
    ]
    named = {
        name: _frame(name, value)
        for name, value in results.items()
        if isinstance(value, pl.DataFrame) and name != "sources"
    }
    told = {
        **_fields(study),
        "scenario": _fields(study.get("scenario") or {}),
        "scenarios": {key: _fields(value) for key, value in (study.get("scenarios") or {}).items()},
    }
    return {**results, **named, "study": told, "trips": trips}


def _fields(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """Return a mapping with its texts told."""
    return {
        key: retell(value)
        if key in TEXTS and isinstance(value, str)
        else [retell(one) for one in value]
        if key in LISTS and value is not None
        else value
        for key, value in mapping.items()
    }


def _frame(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame with its columns of texts told, each text once."""
    columns = [
        c
        for c in (*TEXTS, *ALSO.get(name, ()))
        if frame.schema.get(c) == pl.String and c not in IDS.get(name, ())
    ]
    lists = [c for c in LISTS if frame.schema.get(c) == pl.List(pl.String)]
    made = [_told(frame[c]) for c in columns]
    made += [
        pl.Series(
            c,
            [None if row is None else [retell(one) for one in row] for row in frame[c].to_list()],
            dtype=pl.List(pl.String),
        )
        for c in lists
    ]
    return frame.with_columns(made) if made else frame


def _told(column: pl.Series) -> pl.Series:
    known = {text: retell(text) for text in column.unique().drop_nulls().to_list()}
    return column.replace_strict(known, default=None, return_dtype=pl.String) if known else column
