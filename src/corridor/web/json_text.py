"""JSON text: how tables, dates and states of the study stand in an answer."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import polars as pl

from corridor.language.messages import SUFFIX, readable
from corridor.language.speech import ENGLISH, speech
from corridor.reports.translating import translated_frame
from corridor.tables.zeros import without_negative_zeros
from corridor.web.live_study import StudyState


def as_json(value: Any) -> bytes:
    """Return a value as JSON in ASCII; dates in ISO 8601."""
    return json.dumps(value, default=_plain, separators=(",", ":"), allow_nan=False).encode()


def records(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table, numbers to four decimals, null for those without end.

    Sentences are in the language spoken.
    """
    numbers = [name for name, kind in frame.schema.items() if kind.is_float()]
    sentences = [name.removesuffix(SUFFIX) for name in frame.columns if name.endswith(SUFFIX)]
    spoken = frame if speech() is ENGLISH else translated_frame(frame, sentences)
    rounded = readable(spoken).with_columns(
        pl.when(pl.col(name).is_finite()).then(pl.col(name).round(4)).alias(name)
        for name in numbers
    )
    return without_negative_zeros(rounded).to_dicts()


def about(state: StudyState) -> dict[str, Any]:
    """Return which state an answer is of, in words."""
    what_if = [
        {name: value for name, value in row.items() if value is not None} for row in state.rows
    ]
    return {
        "scenario": state.scenario.scenario_id,
        "on": state.on,
        "choices": dict(state.network.choices),
        "what_if": what_if,
    }


def _plain(value: Any) -> str:
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
