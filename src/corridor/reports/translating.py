"""Results with their texts in the reader's language: names and notes of the study, reasons,
arithmetic and warnings.

Which columns hold such texts is declared: in :mod:`corridor.tables.schema_results` for what a run
keeps, in :data:`corridor.runs.texts.SHOWN` for the study's own tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import polars as pl

from corridor.language.speech import ENGLISH, retell, speech
from corridor.runs.texts import SHOWN
from corridor.tables import schema_results

STUDY_TEXTS = ("title", "about", "question", "licence")  # of study.toml and its scenarios


def worded(results: Mapping[str, object]) -> Mapping[str, object]:
    """Return the results with every text told in the language spoken; the same where that is
    English."""
    if speech() is ENGLISH:
        return results

    study = cast(Mapping[str, Any], results.get("study") or {})
    trips = cast(Sequence[Mapping[str, Any]], results.get("trips") or ())
    frames = {
        name: _frame(frame, _prose(name))
        for name, frame in results.items()
        if isinstance(frame, pl.DataFrame)
    }
    return {**results, **frames, "study": _study(study), "trips": [_trip(trip) for trip in trips]}


def _prose(name: str) -> Sequence[str]:
    """Return the columns of a table that hold texts for the reader."""
    if name in schema_results.names():
        return [column.name for column in schema_results.prose(name)]
    return SHOWN.get(name, ())


def _study(study: Mapping[str, Any]) -> dict[str, Any]:
    """Return the words of a study and its scenarios told."""
    scenarios = study.get("scenarios") or {}
    return {
        **_fields(study, STUDY_TEXTS),
        "scenario": _fields(study.get("scenario") or {}, STUDY_TEXTS),
        "scenarios": {
            scenario_id: _fields(scenario, STUDY_TEXTS)
            for scenario_id, scenario in scenarios.items()
        },
    }


def _trip(trip: Mapping[str, Any]) -> dict[str, Any]:
    """Return a trip told, with its routes and legs."""
    tables = {name: _frame(trip[name], _prose(name)) for name in ("routes", "legs") if name in trip}
    return {**_fields(trip, _prose("trips")), **tables}


def _fields(row: Mapping[str, Any], texts: Sequence[str]) -> dict[str, Any]:
    """Return a row with its texts told."""
    told = {name: _retold(row[name]) for name in texts if name in row}
    return {**row, **told}


def _frame(frame: pl.DataFrame, texts: Sequence[str]) -> pl.DataFrame:
    """Return a table with its columns of texts told."""
    columns = [_column(frame[name]) for name in texts if name in frame.columns]
    return frame.with_columns(columns) if columns else frame


def _column(column: pl.Series) -> pl.Series:
    """Return a column of texts told, each text once; a column of lists of texts item by item."""
    if column.dtype == pl.List(pl.String):
        return pl.Series(
            column.name, [_retold(texts) for texts in column.to_list()], dtype=pl.List(pl.String)
        )

    texts = column.unique().drop_nulls().to_list()
    if not texts:
        return column
    return column.replace_strict(
        {text: retell(text) for text in texts}, default=None, return_dtype=pl.String
    )


def _retold(value: Any) -> Any:
    """Return a text, or a list of texts, told; null stays null."""
    if isinstance(value, str):
        return retell(value)
    return None if value is None else [retell(text) for text in value]
