"""Results with their texts in the reader's language: names, notes, reasons, arithmetic.

Which columns hold such texts is declared: in :mod:`corridor.tables.schema_results` for what a run
keeps, in :data:`corridor.runs.texts.SHOWN` for the study's own tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import polars as pl

from corridor.language.messages import SUFFIX, translate, unpack
from corridor.language.speech import ENGLISH, speech
from corridor.routing.corridor_words import corridor_message
from corridor.runs.texts import SHOWN
from corridor.tables import schema_results

CORRIDORS = ("corridor", "baseline_corridor")
STUDY_TEXTS = ("title", "about", "question", "licence")  # of study.toml and its scenarios


def translated(results: Mapping[str, object]) -> Mapping[str, object]:
    """Return results with every text in the language spoken; the same where that is English."""
    if speech() is ENGLISH:
        return results

    study = cast(Mapping[str, Any], results.get("study") or {})
    trips = cast(Sequence[Mapping[str, Any]], results.get("trips") or ())
    frames = {
        name: translated_frame(frame, _prose(name))
        for name, frame in results.items()
        if isinstance(frame, pl.DataFrame)
    }
    return {**results, **frames, "study": _study(study), "trips": [_trip(trip) for trip in trips]}


def text_of(row: Mapping[str, Any], name: str) -> Any:
    """Return a text of a row of results in the language spoken; null stays null."""
    return _translated(row[name], row.get(name + SUFFIX))


def _prose(name: str) -> Sequence[str]:
    """Return the columns of a table that hold texts for the reader."""
    if name in schema_results.names():
        return [column.name for column in schema_results.prose(name)]
    return SHOWN.get(name, ())


def _study(study: Mapping[str, Any]) -> dict[str, Any]:
    """Return the words of a study and its scenarios, translated."""
    scenarios = study.get("scenarios") or {}
    asked = study.get("projects_asked") or {}
    return {
        **_row(study, STUDY_TEXTS),
        "projects_asked": {name: translate(question) for name, question in asked.items()},
        "scenario": _row(study.get("scenario") or {}, STUDY_TEXTS),
        "scenarios": {
            scenario_id: _row(scenario, STUDY_TEXTS) for scenario_id, scenario in scenarios.items()
        },
    }


def _trip(trip: Mapping[str, Any]) -> dict[str, Any]:
    """Return a trip with its routes and legs, translated."""
    tables = {
        name: translated_frame(trip[name], _prose(name))
        for name in ("routes", "legs", "money")
        if name in trip
    }
    return {**_row(trip, _prose("trips")), **tables}


def _row(row: Mapping[str, Any], texts: Sequence[str]) -> dict[str, Any]:
    """Return a row with its texts translated."""
    translations = {
        name: _translated(row[name], row.get(name + SUFFIX)) for name in texts if name in row
    }
    return {**row, **translations}


def translated_frame(frame: pl.DataFrame, texts: Sequence[str]) -> pl.DataFrame:
    """Return a table with its columns of texts in the language spoken."""
    columns = [_column(frame, name) for name in texts if name in frame.columns]
    columns += [_corridors(frame[name]) for name in CORRIDORS if name in frame.columns]
    return frame.with_columns(columns) if columns else frame


def _corridors(names: pl.Series) -> pl.Series:
    """Return names of corridors in the language spoken."""
    translation_of = {
        name: translate(corridor_message(name)) for name in names.drop_nulls().unique().to_list()
    }
    return names.replace_strict(translation_of, return_dtype=pl.String, default=None)


def _column(frame: pl.DataFrame, name: str) -> pl.Series:
    """Return a column of texts translated, each text once; one of lists of texts item by item."""
    texts = frame[name].to_list()
    packed = name + SUFFIX
    messages = frame[packed].to_list() if packed in frame.columns else [None] * len(texts)
    rows = list(zip(texts, messages, strict=True))

    if frame.schema[name] == pl.List(pl.String):
        translations = [_translated(*row) for row in rows]
        return pl.Series(name, translations, dtype=pl.List(pl.String))

    translation_of = {row: _translated(*row) for row in dict.fromkeys(rows)}
    return pl.Series(name, [translation_of[row] for row in rows], dtype=pl.String)


def _translated(text: Any, packed: Any) -> Any:
    """Return a text, or a list of texts, translated; null stays null.

    packed: the message that the text is, or those of the list; null where it is the study's own.
    """
    if text is None:
        return None
    if isinstance(text, str):
        return translate(text if packed is None else unpack(packed))

    messages = packed or [None] * len(text)
    return [_translated(*pair) for pair in zip(text, messages, strict=True)]
