"""Commitments: promises held against what is seen or forecast, with the arithmetic shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from corridor.errors import StudyError
from corridor.evidence.figures import (
    FORECAST,
    Figure,
    Row,
    Tables,
    read_figure,
    say_circular,
    say_not_computed,
    show_figure,
    table_of,
    wrong_references,
)
from corridor.language.amounts import per_cent_message
from corridor.language.messages import message, pack
from corridor.language.speech import marked

# Translators: "short by" stands alone, as the state of a promise that is behind.
ON_COURSE = marked("on course")
SHORT = marked("short by")
NOT_HERE = marked("not measurable here")
# Translators: state of a promise: only those who made it known say that it was kept.
ANNOUNCED = marked("announced, no second source")

_TYPES: dict[str, Any] = {
    "target": pl.Float64,
    "short_by": pl.Float64,
    "due_on": pl.Date,
    "metric": pl.String,
    "unit": pl.String,
    "note": pl.String,
    "arithmetic": pl.String,
    "arithmetic_message": pl.String,
}


class _State(NamedTuple):
    """How a promise stands: its state, what is missing in its unit, and the arithmetic."""

    state: str
    short_by: float | None
    arithmetic: str | None


def progress(
    tables: Tables, forecasts: Mapping[str, float] | None = None, *, as_of: date
) -> pl.DataFrame:
    """Return one row a commitment: its state and the arithmetic that led to it.

    A forecast (measured = forecast:name) is held against the target itself. A value seen is held
    against the target once the promise is due; before, against the point a constant yearly growth
    from the baseline passes on the day it stands for (measured_on, else as_of).

    Parameters
    ----------
    tables
        Frames by name: ``commitments`` and those it refers to as table:row:column.
    forecasts
        Values the model gives, referred to as forecast:name.
    as_of
        The day that values without a date stand for.

    Returns
    -------
    pl.DataFrame
        commitment_id, name, metric, target, unit, due_on, state (on course, short by, announced, no
        second source, not measurable here), short_by (what is missing, in the metric's unit),
        arithmetic, note, source_id, confidence, and the message of the arithmetic.

    Raises
    ------
    StudyError
        Where a reference leads nowhere.
    """
    commitments = table_of(tables, "commitments")
    references = ("baseline", "measured")
    findings = wrong_references(tables, "commitments", "commitment_id", references)
    if findings:
        raise StudyError(findings)

    rows = [
        _row(commitment, _state(commitment, tables, forecasts or {}, as_of))
        for commitment in commitments.iter_rows(named=True)
    ]
    return pl.DataFrame(rows, schema_overrides=_TYPES)


def _row(commitment: Row, now: _State) -> dict[str, Any]:
    """Return a commitment with its state."""
    return {
        "commitment_id": commitment["commitment_id"],
        "name": commitment["name"],
        "metric": commitment["metric"],
        "target": commitment["target"],
        "unit": commitment["unit"],
        "due_on": _day(commitment["due_on"]),
        "state": now.state,
        "short_by": now.short_by,
        "arithmetic": now.arithmetic,
        "note": commitment["note"],
        "source_id": commitment["source_id"],
        "confidence": commitment["confidence"],
        "arithmetic_message": pack(now.arithmetic),
    }


def _state(commitment: Row, tables: Tables, forecasts: Mapping[str, float], as_of: date) -> _State:
    """Hold what is measured or forecast of a promise against what it needs by then."""
    measured = commitment["measured"]
    if commitment["target"] is None or measured is None:
        return _State(NOT_HERE, None, None)
    now = read_figure(measured, tables, forecasts)
    if now is None:
        return _State(NOT_HERE, None, say_not_computed(measured))

    measured_on = _day(commitment["measured_on"]) or as_of
    baseline = read_figure(commitment["baseline"], tables, forecasts)
    interim = _interim_target(commitment, baseline, measured_on)
    needed = float(commitment["target"]) if interim is None else interim
    arithmetic = _say_progress(commitment, now.value, interim, measured_on)
    state = _compare(now.value, needed, arithmetic, commitment["unit"])
    if state.state == ON_COURSE and commitment["source_id"] in now.source_ids:
        return _State(ANNOUNCED, None, say_circular(arithmetic))
    return state


def _compare(value: float, needed: float, arithmetic: str, unit: str | None) -> _State:
    """Return whether a promise is on course, or how much of what it needs is missing."""
    if value >= needed * (1 - 1e-9):
        return _State(ON_COURSE, None, arithmetic)

    missing = message(
        "{arithmetic}: {gap} or {share} missing",
        arithmetic=arithmetic,
        gap=show_figure(needed - value, unit),
        share=per_cent_message(1 - value / needed, ".0f"),
    )
    return _State(SHORT, needed - value, missing)


def _interim_target(commitment: Row, baseline: Figure | None, measured_on: date) -> float | None:
    """Return what constant growth from the baseline to the target gives on a day before it is due.

    Null for a forecast, once the promise is due, or where its dates or its baseline do not say.
    """
    if commitment["measured"].startswith(FORECAST):
        return None
    promised_on = _day(commitment["promised_on"])
    due_on = _day(commitment["due_on"])
    if not due_on or not promised_on or promised_on >= due_on or measured_on >= due_on:
        return None
    if baseline is None or baseline.value <= 0:
        return None

    elapsed = max((measured_on - promised_on).days, 0) / (due_on - promised_on).days
    return float(baseline.value * (commitment["target"] / baseline.value) ** elapsed)


def _say_progress(commitment: Row, value: float, interim: float | None, measured_on: date) -> str:
    """Write what is seen or forecast of a promise beside what it needs."""
    unit = commitment["unit"]
    shown = show_figure(value, unit)
    goal = show_figure(float(commitment["target"]), unit)

    if commitment["measured"].startswith(FORECAST):
        return message("forecast {value} against {needed} (target)", value=shown, needed=goal)
    if interim is None:
        return message("seen {value} against {needed} (target)", value=shown, needed=goal)
    # Translators: {needed} is what the way to the goal would ask for on that day.
    return message(
        "seen {value} against {needed} (the way to {goal} on {date})",
        value=shown,
        needed=show_figure(interim, unit),
        goal=goal,
        date=measured_on,
    )


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value
