"""Claims held against the figures of a study, with the arithmetic shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import polars as pl

from corridor.errors import Finding, StudyError
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
from corridor.language.messages import joined, message, pack
from corridor.language.speech import marked

CONSISTENT = marked("consistent")
DIFFERS = marked("differs")
OPEN = marked("cannot be checked")
# Translators: verdict on a claim: it lies within the range that the model gives.
UNDECIDED = marked("cannot be decided")
# Translators: verdict on a claim: the figure of others counts something else.
OTHER_COUNT = marked("different things counted")
TOLERANCE_SHARE = 0.02  # by which a claim may miss where it names no tolerance

ALONE = ("lookup", "at-least", "at-most", "other-count")  # checks of one operand
BETWEEN = "at-least-between"  # held against both ends of a range
CHANGES = ("change", "change-on-new")  # checks whose result is written with its sign
DIVISORS = {"ratio": "right", "change": "right", "change-on-new": "left"}

# The operand that a check does without.
_NO_FIGURE = Figure(float("nan"), "A", None)

# What each kind of check computes of its operands.
_COMPUTED: dict[str, Callable[[float, float], float]] = {
    "lookup": lambda left, right: left,
    "at-least": lambda left, right: left,
    "at-most": lambda left, right: left,
    "other-count": lambda left, right: left,
    BETWEEN: lambda left, right: left,
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

_TYPES: dict[str, Any] = {
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


class _Judgement(NamedTuple):
    """The verdict of one check, its arithmetic, and the worst grade it rests on."""

    verdict: str
    arithmetic: str
    grade: str


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
        claim_id, statement, value, unit, verdict (consistent, differs, cannot be decided, different
        things counted, cannot be checked), arithmetic, note, source_id, confidence (the worst grade
        of the claim and of the rows used), and the messages of statement, arithmetic and note. A
        figure of the claim's own source can contradict the claim but not confirm it: what agrees
        with it only so cannot be checked.

    Raises
    ------
    StudyError
        Where a reference leads nowhere or an operand is missing.
    """
    claims = table_of(tables, "claims")
    findings = wrong_references(tables, "claims", "check_id", ("left", "right"))
    findings += _missing_operands(claims)
    if findings:
        raise StudyError(findings)

    rows = []
    for (claim_id,), checks in claims.group_by("claim_id", maintain_order=True):
        rows.append({"claim_id": claim_id, **_claim(checks, tables, forecasts or {})})
    return pl.DataFrame(rows, schema=_TYPES)


def _claim(checks: pl.DataFrame, tables: Tables, forecasts: Mapping[str, float]) -> dict[str, Any]:
    """Judge one claim by its checks; those that do not decide are shown beside it."""
    rows = checks.rows(named=True)
    judgements = [_judge(check, tables, forecasts) for check in rows]
    lines = [
        _line(check, judgement.arithmetic)
        for check, judgement in zip(rows, judgements, strict=True)
        if judgement.arithmetic
    ]
    verdicts = [
        judgement.verdict
        for check, judgement in zip(rows, judgements, strict=True)
        if check["decides"]
    ]

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
        "confidence": max(judgement.grade for judgement in judgements),
        "statement_message": pack(statement),
        "arithmetic_message": pack(arithmetic),
        "note_message": pack(note),
    }


def _line(check: Row, arithmetic: str) -> str:
    if check["decides"]:
        return arithmetic
    # Translators: arithmetic shown beside a claim, which does not decide on it.
    return message(
        "for context: {statement}: {arithmetic}",
        statement=check["statement"],
        arithmetic=arithmetic,
    )


def _worst(verdicts: Iterable[str]) -> str:
    """Return the verdict that weighs most: one check that differs is enough."""
    kinds = set(verdicts)
    weighed = (DIFFERS, UNDECIDED, OTHER_COUNT, CONSISTENT)
    return next((verdict for verdict in weighed if verdict in kinds), OPEN)


def _missing_operands(claims: pl.DataFrame) -> list[Finding]:
    """Find checks that lack an operand, or a value to hold it against."""
    checks = claims.iter_rows(named=True)
    return [_missing_operand(check) for check in checks if not _has_operands(check)]


def _missing_operand(check: Row) -> Finding:
    kind = check["check"]
    return Finding(
        "missing-operand",
        f"{kind} needs left and {_second_need(kind)}.",
        "Name operands as table:row:column.",
        table="claims",
        rows=(check["check_id"],),
    )


def _second_need(kind: str) -> str:
    if kind == BETWEEN:
        return "right and a value"
    return "a value" if kind in ALONE else "right"


def _has_operands(check: Row) -> bool:
    if check["check"] == "none":
        return True
    if check["left"] is None:
        return False

    has_value = check["value"] is not None
    if check["check"] == BETWEEN:
        return has_value and check["right"] is not None
    if check["check"] in ALONE:
        return has_value or not check["decides"]
    return check["right"] is not None


def _judge(check: Row, tables: Tables, forecasts: Mapping[str, float]) -> _Judgement:
    """Hold one check against its operands."""
    kind = check["check"]
    claim_grade = str(check["confidence"])
    if kind == "none":
        return _Judgement(OPEN, "", claim_grade)

    left = read_figure(check["left"], tables, forecasts)
    right = read_figure(check["right"], tables, forecasts)
    if left is None:
        return _Judgement(OPEN, say_not_computed(check["left"]), claim_grade)
    if right is None and kind not in ALONE:
        return _Judgement(OPEN, say_not_computed(check["right"]), claim_grade)

    right = right or _NO_FIGURE
    grade = max(claim_grade, left.grade, right.grade)
    divisor = DIVISORS.get(kind)
    if divisor and {"left": left, "right": right}[divisor].value == 0:
        return _Judgement(OPEN, message("{value_id} is zero", value_id=check[divisor]), grade)
    return _compare(check, left, right, grade)


def _compare(check: Row, left: Figure, right: Figure, grade: str) -> _Judgement:
    """Hold what a check computes of its operands against what is claimed."""
    if check["check"] == BETWEEN:
        return _compare_range(check, left, right, grade)

    computed = _COMPUTED[check["check"]](left.value, right.value)
    arithmetic = _say_arithmetic(check, left, right, computed)
    if check["value"] is None:
        return _Judgement(OPEN, arithmetic, grade)
    if check["check"] == "other-count":
        return _Judgement(OTHER_COUNT, _say_beside_claim(check, arithmetic), grade)

    beside_claim = _say_beside_claim(check, arithmetic)
    if not _agrees(check, computed):
        return _Judgement(DIFFERS, beside_claim, grade)
    if check["source_id"] in (*left.source_ids, *right.source_ids):
        return _Judgement(OPEN, say_circular(beside_claim), grade)
    return _Judgement(CONSISTENT, beside_claim, grade)


def _compare_range(check: Row, least: Figure, most: Figure, grade: str) -> _Judgement:
    """Hold the ends of a range against what is at least claimed; decided where both agree."""
    claimed = check["value"]
    arithmetic = message(
        "the model gives {least} to {most}; said: at least {claimed}",
        least=show_figure(least.value, check["unit"]),
        most=show_figure(most.value, check["unit"], as_share=check["unit"] == "1"),
        claimed=_show_result(claimed, check),
    )
    if min(least.value, most.value) >= claimed:
        return _Judgement(CONSISTENT, arithmetic, grade)
    if max(least.value, most.value) < claimed:
        return _Judgement(DIFFERS, arithmetic, grade)
    return _Judgement(UNDECIDED, arithmetic, grade)


def _agrees(check: Row, computed: float) -> bool:
    """Return whether what was computed agrees with what is claimed, within the tolerance."""
    claimed = check["value"]
    if check["check"] == "at-least":
        return bool(computed >= claimed)
    if check["check"] == "at-most":
        return bool(computed <= claimed)
    return bool(abs(computed - claimed) <= _tolerance(check) * abs(claimed) + 1e-12)


def _tolerance(check: Row) -> float:
    """Return the share by which a claim may miss."""
    share = check["tolerance_share"]
    return TOLERANCE_SHARE if share is None else float(share)


def _say_arithmetic(check: Row, left: Figure, right: Figure, computed: float) -> str:
    """Write what a check computes, with its operands."""
    kind = check["check"]
    is_forecast = check["left"].startswith(FORECAST)
    one = show_figure(left.value, check["unit"] if is_forecast else left.unit)
    if kind not in ALONE:
        result = _show_result(computed, check)
        other = show_figure(right.value, right.unit)
        return _WRITTEN[kind]({"one": one, "other": other, "result": result})

    if is_forecast:
        return message("the model gives {one}", one=one)
    if left.name:
        # Translators: {name}: what a published figure counts.
        return message("{name}: {one}", name=left.name, one=one)
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
    return show_figure(value, check["unit"], as_share=check["unit"] == "1" and kind != "ratio")
