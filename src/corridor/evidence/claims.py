"""Claims held against the tables, promises against what is seen or forecast, arithmetic shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from corridor.errors import CallError, Finding, StudyError
from corridor.language.amounts import per_cent_message
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
TOLERANCE_SHARE = 0.02  # by which a claim may miss where it names no tolerance
FORECAST = "forecast:"  # begins a reference to a value of the model

ALONE = ("lookup", "at-least", "at-most")  # checks of one operand
CHANGES = ("change", "change-on-new")  # checks whose result is written with its sign
DIVISORS = {"ratio": "right", "change": "right", "change-on-new": "left"}

Tables = Mapping[str, pl.DataFrame]
Row = Mapping[str, Any]

# What each kind of check computes of its operands.
_COMPUTED: dict[str, Callable[[float, float], float]] = {
    "lookup": lambda left, right: left,
    "at-least": lambda left, right: left,
    "at-most": lambda left, right: left,
    "sum": lambda left, right: left + right,
    "difference": lambda left, right: left - right,
    "conversion": lambda left, right: left * right,
    "ratio": lambda left, right: left / right,
    "change": lambda left, right: left / right - 1,
    "change-on-new": lambda left, right: 1 - right / left,
}

# How the arithmetic of each kind of check on two operands is written.
_WRITTEN: dict[str, Callable[[Mapping[str, str]], str]] = {
    "sum": lambda terms: message("{one} + {other} = {result}", **terms),
    "difference": lambda terms: message("{one} - {other} = {result}", **terms),
    # Translators: x is the sign of multiplication.
    "conversion": lambda terms: message("{one} x {other} = {result}", **terms),
    "ratio": lambda terms: message("{one} / {other} = {result}", **terms),
    "change": lambda terms: message("{one} / {other} - 1 = {result}", **terms),
    "change-on-new": lambda terms: message("1 - {other} / {one} = {result}", **terms),
}

_CLAIM_TYPES: dict[str, Any] = {
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
}
_COMMITMENT_TYPES: dict[str, Any] = {
    "target": pl.Float64,
    "short_by": pl.Float64,
    "due_on": pl.Date,
    "metric": pl.String,
    "unit": pl.String,
    "note": pl.String,
    "arithmetic": pl.String,
    "arithmetic_message": pl.String,
}


class _Figure(NamedTuple):
    """A number that a claim refers to, the grade of its row, and its unit."""

    value: float
    grade: str
    unit: str | None


class _Judgement(NamedTuple):
    """The verdict of one check, its arithmetic, and the worst grade it rests on."""

    verdict: str
    arithmetic: str
    grade: str


class _State(NamedTuple):
    """How a promise stands: its state, what is missing in its unit, and the arithmetic."""

    state: str
    short_by: float | None
    arithmetic: str | None


def audit(tables: Tables, forecasts: Mapping[str, float] | None = None) -> pl.DataFrame:
    """Return one row a claim: its verdict and the arithmetic that led to it.

    Parameters
    ----------
    tables
        Frames by name: ``claims`` and those it refers to as table:row:column.
    forecasts
        Values the model gives, referred to as forecast:name; one that is missing leaves its claim
        unchecked.

    Returns
    -------
    pl.DataFrame
        claim_id, statement, value, unit, verdict (consistent, differs, cannot be checked),
        arithmetic, note, source_id, confidence (the worst grade of the claim and of the rows used),
        and the messages of statement, arithmetic and note.

    Raises
    ------
    StudyError
        Where a reference leads nowhere or an operand is missing.
    """
    claims = _table(tables, "claims")
    findings = _wrong_references(claims, tables, ("left", "right"), "claims", "check_id")
    findings += _missing_operands(claims)
    if findings:
        raise StudyError(findings)

    rows = []
    for (claim_id,), checks in claims.group_by("claim_id", maintain_order=True):
        rows.append({"claim_id": claim_id, **_claim(checks, tables, forecasts or {})})
    return pl.DataFrame(rows, schema=_CLAIM_TYPES)


def _claim(checks: pl.DataFrame, tables: Tables, forecasts: Mapping[str, float]) -> dict[str, Any]:
    """Judge one claim by its checks; those that do not decide are shown beside it."""
    judgements = [
        (check, _judge(check, tables, forecasts)) for check in checks.iter_rows(named=True)
    ]
    lines = [_line(check, judged.arithmetic) for check, judged in judgements if judged.arithmetic]
    verdicts = [judged.verdict for check, judged in judgements if check["decides"]]

    deciding = checks.filter("decides") if checks["decides"].any() else checks
    first = deciding.row(0, named=True)
    statement = joined(deciding["statement"].to_list())
    arithmetic = joined(lines, "\n") or None
    note = joined(note for note in checks["note"].to_list() if note) or None

    return {
        "statement": statement,
        "value": first["value"],
        "unit": first["unit"],
        "verdict": _worst(verdicts),
        "arithmetic": arithmetic,
        "note": note,
        "source_id": first["source_id"],
        "confidence": max(judged.grade for _, judged in judgements),
        "statement_message": pack(statement),
        "arithmetic_message": pack(arithmetic),
        "note_message": pack(note),
    }


def _line(check: Row, arithmetic: str) -> str:
    if check["decides"]:
        return arithmetic
    # Translators: arithmetic that is shown beside a claim but does not decide on it.
    return message(
        "beside it: {statement}: {arithmetic}",
        statement=check["statement"],
        arithmetic=arithmetic,
    )


def _worst(verdicts: Iterable[str]) -> str:
    """Return differs if any check differs, else consistent if any is, else cannot be checked."""
    kinds = set(verdicts)
    if DIFFERS in kinds:
        return DIFFERS
    return CONSISTENT if CONSISTENT in kinds else OPEN


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
        commitment_id, name, metric, target, unit, due_on, state (on course, short by, not
        measurable here), short_by (what is missing, in the metric's unit), arithmetic, note,
        source_id, confidence, and the message of the arithmetic.

    Raises
    ------
    StudyError
        Where a reference leads nowhere.
    """
    commitments = _table(tables, "commitments")
    references = ("baseline", "measured")
    findings = _wrong_references(commitments, tables, references, "commitments", "commitment_id")
    if findings:
        raise StudyError(findings)

    rows = []
    for commitment in commitments.iter_rows(named=True):
        now = _state(commitment, tables, forecasts or {}, as_of)
        rows.append(
            {
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
        )
    return pl.DataFrame(rows, schema_overrides=_COMMITMENT_TYPES)


def _table(tables: Tables, name: str) -> pl.DataFrame:
    if name not in tables:
        raise CallError(f"the tables hold no {name}")
    return tables[name]


def _missing_operands(claims: pl.DataFrame) -> list[Finding]:
    """Find checks that lack an operand, or a value to hold it against."""
    return [
        Finding(
            "missing-operand",
            f"{row['check']} needs left and {'a value' if row['check'] in ALONE else 'right'}.",
            "Name operands as table:row:column.",
            table="claims",
            rows=(row["check_id"],),
        )
        for row in claims.iter_rows(named=True)
        if not _has_operands(row)
    ]


def _has_operands(check: Row) -> bool:
    if check["check"] == "none":
        return True
    if check["left"] is None:
        return False
    if check["check"] in ALONE:
        return check["value"] is not None or not check["decides"]
    return check["right"] is not None


def _wrong_references(
    frame: pl.DataFrame, tables: Tables, columns: tuple[str, ...], table: str, key: str
) -> list[Finding]:
    """Find references that are not table:row:column of a row that is there, or hold no number."""
    findings = []
    for column in columns:
        for row_id, reference in frame.select(key, column).iter_rows():
            if reference is None or reference.startswith(FORECAST):
                continue
            try:
                _table_figure(reference, tables)
            except CallError as error:
                findings.append(
                    Finding(
                        "unknown-reference",
                        f"{table}.{column} says {reference!r}: {error}",
                        "Write it as table:row:column, as in figures:eur-usd:value.",
                        table=table,
                        column=column,
                        rows=(row_id,),
                    )
                )
    return findings


def _figure(
    reference: str | None, tables: Tables, forecasts: Mapping[str, float]
) -> _Figure | None:
    """Return the figure a reference names; null for no reference or a value not computed."""
    if reference is None:
        return None
    if not reference.startswith(FORECAST):
        return _table_figure(reference, tables)

    name = reference.removeprefix(FORECAST)
    return _Figure(forecasts[name], "C", None) if name in forecasts else None


def _table_figure(reference: str, tables: Tables) -> _Figure:
    """Return the figure of table:row:column; CallError says what is not there."""
    parts = reference.split(":")
    if len(parts) != 3:
        raise CallError("it has not three parts")
    name, row_id, column = parts
    try:
        declared = schema.table(name)
        declared_unit = declared.column(column).unit
    except KeyError:
        raise CallError(f"there is no table {name} with a column {column}") from None
    if name not in tables or declared.key is None:
        raise CallError(f"the study holds no table {name} with a key")

    rows = tables[name].filter(pl.col(declared.key) == row_id)
    if rows.is_empty():
        raise CallError(f"{name} has no row {row_id}")
    row = rows.row(0, named=True)
    if not isinstance(row[column], int | float):
        raise CallError(f"{column} of {row_id} is not a number")

    grade = row.get("economy_confidence" if name == "countries" else "confidence")
    return _Figure(float(row[column]), str(grade or "C"), row.get("unit") or declared_unit)


def _judge(check: Row, tables: Tables, forecasts: Mapping[str, float]) -> _Judgement:
    """Hold one check against its operands."""
    kind = check["check"]
    claim_grade = str(check["confidence"])
    if kind == "none":
        return _Judgement(OPEN, "", claim_grade)

    left = _figure(check["left"], tables, forecasts)
    right = _figure(check["right"], tables, forecasts)
    if left is None:
        return _Judgement(OPEN, _say_not_computed(check["left"]), claim_grade)
    if right is None and kind not in ALONE:
        return _Judgement(OPEN, _say_not_computed(check["right"]), claim_grade)

    right = right or _Figure(float("nan"), "A", None)
    grade = max(claim_grade, left.grade, right.grade)
    divisor = DIVISORS.get(kind)
    if divisor and {"left": left, "right": right}[divisor].value == 0:
        return _Judgement(OPEN, message("{value_id} is zero", value_id=check[divisor]), grade)

    computed = _COMPUTED[kind](left.value, right.value)
    arithmetic = _say_arithmetic(check, left, right, computed)
    if check["value"] is None:
        return _Judgement(OPEN, arithmetic, grade)
    verdict = CONSISTENT if _agrees(check, computed) else DIFFERS
    return _Judgement(verdict, _say_beside_claim(check, arithmetic), grade)


def _agrees(check: Row, computed: float) -> bool:
    """Return whether what was computed agrees with what is claimed, within the tolerance."""
    claimed = check["value"]
    if check["check"] == "at-least":
        return bool(computed >= claimed)
    if check["check"] == "at-most":
        return bool(computed <= claimed)

    tolerance = check["tolerance_share"]
    tolerance = TOLERANCE_SHARE if tolerance is None else float(tolerance)
    return bool(abs(computed - claimed) <= tolerance * abs(claimed) + 1e-12)


def _say_not_computed(reference: str) -> str:
    return message("{value_id} has not been computed", value_id=reference)


def _say_arithmetic(check: Row, left: _Figure, right: _Figure, computed: float) -> str:
    """Write what a check computes, with its operands."""
    kind = check["check"]
    is_forecast = check["left"].startswith(FORECAST)
    one = _show(left.value, check["unit"] if is_forecast else left.unit)
    if kind not in ALONE:
        result = _show_result(computed, check)
        other = _show(right.value, right.unit)
        return _WRITTEN[kind]({"one": one, "other": other, "result": result})

    if is_forecast:
        return message("the model gives {one}", one=one)
    return message("the source has {one}", one=one)


def _say_beside_claim(check: Row, arithmetic: str) -> str:
    """Write the arithmetic of a check and what is claimed."""
    claimed = _show_result(check["value"], check)
    if check["check"] == "at-least":
        return message(
            "{arithmetic}; said: at least {claimed}", arithmetic=arithmetic, claimed=claimed
        )
    if check["check"] == "at-most":
        return message(
            "{arithmetic}; said: at most {claimed}", arithmetic=arithmetic, claimed=claimed
        )
    return message("{arithmetic}; said: {claimed}", arithmetic=arithmetic, claimed=claimed)


def _show_result(value: float, check: Row) -> str:
    """Write the result of a check, computed or claimed."""
    kind = check["check"]
    if kind in CHANGES:
        return per_cent_message(value, "+.1f")
    return _show(value, check["unit"], share=check["unit"] == "1" and kind != "ratio")


def _state(commitment: Row, tables: Tables, forecasts: Mapping[str, float], as_of: date) -> _State:
    """Hold what is measured or forecast of a promise against what it needs by then."""
    measured = commitment["measured"]
    if commitment["target"] is None or measured is None:
        return _State(NOT_HERE, None, None)
    now = _figure(measured, tables, forecasts)
    if now is None:
        return _State(NOT_HERE, None, _say_not_computed(measured))

    measured_on = _day(commitment["measured_on"]) or as_of
    interim = None
    if not measured.startswith(FORECAST):
        baseline = _figure(commitment["baseline"], tables, forecasts)
        interim = _interim_target(commitment, baseline, measured_on)
    needed = float(commitment["target"]) if interim is None else interim

    arithmetic = _say_progress(commitment, now.value, interim, measured_on)
    if now.value >= needed * (1 - 1e-9):
        return _State(ON_COURSE, None, arithmetic)
    missing = message(
        "{arithmetic}: {gap} or {share} missing",
        arithmetic=arithmetic,
        gap=_show(needed - now.value, commitment["unit"]),
        share=per_cent_message(1 - now.value / needed, ".0f"),
    )
    return _State(SHORT, needed - now.value, missing)


def _interim_target(commitment: Row, baseline: _Figure | None, measured_on: date) -> float | None:
    """Return what constant growth from the baseline to the target gives on a day before it is due.

    Null once the promise is due, or where its dates or its baseline do not say.
    """
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
    goal = _show(float(commitment["target"]), unit)
    if commitment["measured"].startswith(FORECAST):
        return message(
            "forecast {value} against {needed} (target)", value=_show(value, unit), needed=goal
        )
    if interim is None:
        return message(
            "seen {value} against {needed} (target)", value=_show(value, unit), needed=goal
        )
    # Translators: {needed} is what the way to the goal would ask for on that day.
    return message(
        "seen {value} against {needed} (the way to {goal} on {date})",
        value=_show(value, unit),
        needed=_show(interim, unit),
        goal=goal,
        date=measured_on,
    )


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _show(value: float, unit: str | None, *, share: bool = False) -> str:
    """Write a figure with its unit, short enough to read."""
    if share or (unit == "1" and abs(value) <= 1):
        return per_cent_message(value)
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
