"""Claims held against the tables, and promises against what is seen or forecast, with the
arithmetic shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from corridor.errors import CallError, Finding, StudyError
from corridor.language.messages import figure, joined, message, pack
from corridor.language.speech import marked
from corridor.tables import schema

CONSISTENT = marked("consistent")
DIFFERS = marked("differs")
OPEN = marked("cannot be checked")
# Translators: "short by" stands alone, as the state of a promise that is behind.
ON_COURSE = marked("on course")
SHORT = marked("short by")
NOT_HERE = marked("not measurable here")
UNSAID = ("1", "count", "month", "year")  # units that are not written behind a figure
_TOLERANCE = 0.02
_ALONE = ("lookup", "at-least", "at-most")


def audit(
    tables: Mapping[str, pl.DataFrame], forecasts: Mapping[str, float] | None = None
) -> pl.DataFrame:
    """Return one row per claim: its verdict and the arithmetic that led to it, computed from the
    tables' rows.

    tables: frames by name; ``claims`` and those it refers to as table:row:column. forecasts: values
    the model gives, referred to as forecast:name; one that is missing leaves its claim unchecked.
    Columns: claim_id, statement, value, unit, verdict (consistent, differs, cannot be checked),
    arithmetic, note, source_id, confidence (the worst grade of the claim and of the rows used).
    Raises StudyError where a reference leads nowhere.
    """
    claims = _given(tables, "claims")
    findings = _wrong_references(claims, tables, ("left", "right"), "claims", "check_id")
    findings += [
        Finding(
            "missing-operand",
            f"{r['check']} needs left and {'a value' if r['check'] in _ALONE else 'right'}.",
            "Name operands as table:row:column.",
            table="claims",
            rows=(r["check_id"],),
        )
        for r in claims.iter_rows(named=True)
        if not _operands_given(r)
    ]
    if findings:
        raise StudyError(findings)
    rows = []
    for (claim,), part in claims.group_by("claim_id", maintain_order=True):
        lines = []
        verdicts = []
        grades = []
        for row in part.iter_rows(named=True):
            verdict, line, grade = _judge(row, tables, forecasts or {})
            grades.append(grade)
            if line:
                lines.append(
                    line
                    if row["decides"]
                    # Translators: arithmetic that is shown beside a claim but does not decide on
                    # it.
                    else message(
                        "beside it: {statement}: {arithmetic}",
                        statement=row["statement"],
                        arithmetic=line,
                    )
                )
            if row["decides"]:
                verdicts.append(verdict)
        main = part.filter("decides") if part["decides"].any() else part
        first = main.row(0, named=True)
        statement = joined(main["statement"].to_list())
        arithmetic = joined(lines, "\n") or None
        note = joined(n for n in part["note"].to_list() if n) or None
        rows.append(
            {
                "claim_id": claim,
                "statement": statement,
                "value": first["value"],
                "unit": first["unit"],
                "verdict": _worst(verdicts),
                "arithmetic": arithmetic,
                "note": note,
                "source_id": first["source_id"],
                "confidence": max(grades),
                "statement_message": pack(statement),
                "arithmetic_message": pack(arithmetic),
                "note_message": pack(note),
            }
        )
    return pl.DataFrame(
        rows,
        schema={
            "claim_id": pl.String,
            "statement": pl.String,
            "value": pl.Float64,
            "unit": pl.String,
            "verdict": pl.String,
            "arithmetic": pl.String,
            "note": pl.String,
            "source_id": pl.String,
            "confidence": pl.String,
            "statement_message": pl.String,
            "arithmetic_message": pl.String,
            "note_message": pl.String,
        },
    )


def progress(
    tables: Mapping[str, pl.DataFrame], forecasts: Mapping[str, float] | None = None, *, as_of: date
) -> pl.DataFrame:
    """Return one row per commitment: its state (on course, short by, not measurable here) and the
    arithmetic.

    A forecast (measured = forecast:name) is held against the target itself. A value seen is held
    against the target once the promise is due; before, against the point a constant yearly growth
    from the baseline passes on the day it stands for (measured_on, else as_of). short_by: what is
    missing, in the metric's unit.
    """
    frame = _given(tables, "commitments")
    findings = _wrong_references(
        frame, tables, ("baseline", "measured"), "commitments", "commitment_id"
    )
    if findings:
        raise StudyError(findings)
    rows = []
    for row in frame.iter_rows(named=True):
        state, short, line = _state(row, tables, forecasts or {}, as_of)
        rows.append(
            {
                "commitment_id": row["commitment_id"],
                "name": row["name"],
                "metric": row["metric"],
                "target": row["target"],
                "unit": row["unit"],
                "due_on": _day(row["due_on"]),
                "state": state,
                "short_by": short,
                "arithmetic": line,
                "note": row["note"],
                "source_id": row["source_id"],
                "confidence": row["confidence"],
                "arithmetic_message": pack(line),
            }
        )
    return pl.DataFrame(
        rows,
        schema_overrides={
            "target": pl.Float64,
            "short_by": pl.Float64,
            "due_on": pl.Date,
            "metric": pl.String,
            "unit": pl.String,
            "note": pl.String,
            "arithmetic": pl.String,
            "arithmetic_message": pl.String,
        },
    )


def _given(tables: Mapping[str, pl.DataFrame], name: str) -> pl.DataFrame:
    if name not in tables:
        raise CallError(f"the tables hold no {name}")
    return tables[name]


def _operands_given(row: Mapping[str, Any]) -> bool:
    if row["check"] == "none":
        return True
    if row["check"] in _ALONE:
        return row["left"] is not None and (row["value"] is not None or not row["decides"])
    return row["left"] is not None and row["right"] is not None


def _wrong_references(
    frame: pl.DataFrame,
    tables: Mapping[str, pl.DataFrame],
    columns: tuple[str, ...],
    table: str,
    key: str,
) -> list[Finding]:
    """Find references that are not table:row:column of a row that is there, or hold no number."""
    out = []
    for column in columns:
        for name, reference in frame.select(key, column).iter_rows():
            if reference is None or reference.startswith("forecast:"):
                continue
            try:
                _value(reference, tables)
            except CallError as wrong:
                out.append(
                    Finding(
                        "unknown-reference",
                        f"{table}.{column} says {reference!r}: {wrong}",
                        "Write it as table:row:column, as in figures:eur-usd:value.",
                        table=table,
                        column=column,
                        rows=(name,),
                    )
                )
    return out


def _value(reference: str, tables: Mapping[str, pl.DataFrame]) -> tuple[float, str, str | None]:
    """Return the number a reference names, the grade of its row and its unit; CallError says what
    is not there."""
    parts = reference.split(":")
    if len(parts) != 3:
        raise CallError("it has not three parts")
    name, row, column = parts
    try:
        declared = schema.table(name)
        key = declared.key
        declared.column(column)
    except KeyError:
        raise CallError(f"there is no table {name} with a column {column}") from None
    if name not in tables or key is None:
        raise CallError(f"the study holds no table {name} with a key")
    found = tables[name].filter(pl.col(key) == row)
    if found.is_empty():
        raise CallError(f"{name} has no row {row}")
    line = found.row(0, named=True)
    if not isinstance(line[column], int | float):
        raise CallError(f"{column} of {row} is not a number")
    grade = line.get("economy_confidence") if name == "countries" else line.get("confidence")
    unit = line.get("unit") or declared.column(column).unit
    return float(line[column]), str(grade or "C"), unit


def _fetch(
    reference: str | None, tables: Mapping[str, pl.DataFrame], forecasts: Mapping[str, float]
) -> tuple[float, str, str | None] | None:
    if reference is None:
        return None
    if reference.startswith("forecast:"):
        name = reference.removeprefix("forecast:")
        return (forecasts[name], "C", None) if name in forecasts else None
    return _value(reference, tables)


def _judge(
    row: Mapping[str, Any], tables: Mapping[str, pl.DataFrame], forecasts: Mapping[str, float]
) -> tuple[str, str, str]:
    """Return the verdict of one check, its arithmetic and the worst grade it rests on."""
    kind = row["check"]
    said = row["value"]
    unit = row["unit"]
    grade = str(row["confidence"])
    if kind == "none":
        return OPEN, "", grade
    left = _fetch(row["left"], tables, forecasts)
    right = _fetch(row["right"], tables, forecasts)
    if left is None or (right is None and kind not in _ALONE):
        missing = row["left"] if left is None else row["right"]
        return OPEN, message("{value_id} has not been computed", value_id=missing), grade
    grade = max(grade, left[1], right[1] if right else "A")
    a = left[0]
    b = right[0] if right else float("nan")
    if kind in ("ratio", "change") and b == 0 or kind == "change-on-new" and a == 0:
        return (
            OPEN,
            message(
                "{value_id} is zero", value_id=row["left" if kind == "change-on-new" else "right"]
            ),
            grade,
        )
    found = {
        "lookup": a,
        "at-least": a,
        "at-most": a,
        "sum": a + b,
        "difference": a - b,
        "conversion": a * b,
        "ratio": a / b if kind == "ratio" else 0.0,
        "change": a / b - 1 if kind == "change" else 0.0,
        "change-on-new": 1 - b / a if kind == "change-on-new" else 0.0,
    }[kind]
    from_model = row["left"].startswith("forecast:")
    as_share = kind in ("change", "change-on-new") or (unit == "1" and kind != "ratio")
    told = {
        "one": _show(a, unit if from_model else left[2]),
        "other": _show(b, right[2]) if right else "",
    }
    line = _arithmetic(
        kind,
        told,
        _signed(found)
        if kind in ("change", "change-on-new")
        else _show(found, unit, share=as_share),
        from_model,
    )
    if said is None:
        return OPEN, line, grade
    told = {
        "arithmetic": line,
        "claimed": _signed(said)
        if kind in ("change", "change-on-new")
        else _show(said, unit, share=as_share),
    }
    if kind == "at-least":
        return (
            (CONSISTENT if a >= said else DIFFERS),
            message("{arithmetic}; said: at least {claimed}", **told),
            grade,
        )
    if kind == "at-most":
        return (
            (CONSISTENT if a <= said else DIFFERS),
            message("{arithmetic}; said: at most {claimed}", **told),
            grade,
        )
    tolerance = _TOLERANCE if row["tolerance_share"] is None else float(row["tolerance_share"])
    near = abs(found - said) <= tolerance * abs(said) + 1e-12
    return (
        (CONSISTENT if near else DIFFERS),
        message("{arithmetic}; said: {claimed}", **told),
        grade,
    )


def _arithmetic(kind: str, told: Mapping[str, str], result: str, from_model: bool) -> str:
    """Write what a check reckons; told: its operands."""
    if kind in _ALONE:
        return (
            message("the model gives {one}", **told)
            if from_model
            else message("the source has {one}", **told)
        )
    if kind == "sum":
        return message("{one} + {other} = {result}", result=result, **told)
    if kind == "difference":
        return message("{one} - {other} = {result}", result=result, **told)
    if kind == "conversion":
        # Translators: x is the sign of multiplication.
        return message("{one} x {other} = {result}", result=result, **told)
    if kind == "ratio":
        return message("{one} / {other} = {result}", result=result, **told)
    if kind == "change":
        return message("{one} / {other} - 1 = {result}", result=result, **told)
    return message("1 - {other} / {one} = {result}", result=result, **told)


def _state(
    row: Mapping[str, Any],
    tables: Mapping[str, pl.DataFrame],
    forecasts: Mapping[str, float],
    as_of: date,
) -> tuple[str, float | None, str | None]:
    goal = row["target"]
    unit = row["unit"]
    measured = row["measured"]
    if goal is None or measured is None:
        return NOT_HERE, None, None
    seen = _fetch(measured, tables, forecasts)
    if seen is None:
        return NOT_HERE, None, message("{value_id} has not been computed", value_id=measured)
    value = seen[0]
    due = _day(row["due_on"])
    needed = float(goal)
    on_the_way = False
    stands = _day(row["measured_on"]) or as_of
    start = _fetch(row["baseline"], tables, forecasts)
    from_model = measured.startswith("forecast:")
    if not from_model and due and stands < due and start and start[0] > 0:
        begun = _day(row["promised_on"])
        if begun and begun < due:
            part = max((stands - begun).days, 0) / (due - begun).days
            needed = start[0] * (goal / start[0]) ** part
            on_the_way = True
    told: dict[str, str | date] = {
        "value": _show(value, unit),
        "needed": _show(needed, unit),
        "goal": _show(goal, unit),
        "date": stands,
    }
    if from_model:
        line = message("forecast {value} against {needed} (target)", **told)
    elif on_the_way:
        # Translators: {needed} is what the way to the goal would ask for on that day.
        line = message("seen {value} against {needed} (the way to {goal} on {date})", **told)
    else:
        line = message("seen {value} against {needed} (target)", **told)
    if value >= needed * (1 - 1e-9):
        return ON_COURSE, None, line
    return (
        SHORT,
        needed - value,
        message(
            "{arithmetic}: {gap} or {share} missing",
            arithmetic=line,
            gap=_show(needed - value, unit),
            share=_percent(1 - value / needed, 0),
        ),
    )


def _worst(verdicts: list[str]) -> str:
    """Return differs if any check differs, else consistent if any is, else that nothing could be
    checked."""
    return next((v for v in (DIFFERS, CONSISTENT) if v in verdicts), OPEN)


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _show(value: float, unit: str | None, *, share: bool = False) -> str:
    """Write a figure with its unit, short enough to read."""
    if share or (unit == "1" and abs(value) <= 1):
        return _percent(value)
    label = (unit or "").split("/year")[0]
    if label in ("month", "year"):
        return figure(value, ".0f")
    if unit is None or unit == "1":
        return figure(value, ",.4g")
    told = {"unit_id": label}
    if abs(value) >= 1e9:
        told["figure"] = figure(value / 1e9, ",.4g")
        # Translators: bn: billion, 1,000 million.
        return (
            message("{figure} bn", **told)
            if label == "count"
            else message("{figure} bn {unit_id}", **told)
        )
    if abs(value) >= 1e6:
        told["figure"] = figure(value / 1e6, ",.5g")
        # Translators: m: million.
        return (
            message("{figure} m", **told)
            if label == "count"
            else message("{figure} m {unit_id}", **told)
        )
    told["figure"] = figure(value, ",.0f" if abs(value) >= 100 else ",.4g")
    return told["figure"] if label == "count" else message("{figure} {unit_id}", **told)


def _percent(value: float, digits: int = 1) -> str:
    return message("{figure}%", figure=figure(value * 100, f".{digits}f"))


def _signed(value: float) -> str:
    return message("{figure}%", figure=figure(value * 100, "+.1f"))
