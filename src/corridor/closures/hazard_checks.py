"""Checks of the hazards closures are drawn from, whichever table they come from."""

from __future__ import annotations

import math
from collections.abc import Collection

import polars as pl

from corridor.errors import Finding, StudyError
from corridor.network.graph import Row
from corridor.network.network import Network
from corridor.tables import selectors


def check_hazards(network: Network, hazards: pl.DataFrame) -> None:
    """Raise StudyError with every row of hazards that makes no sense on a network."""
    link_ids = set(network.frames["links"]["link_id"].to_list())
    findings = []
    for hazard in hazards.iter_rows(named=True):
        findings += _number_findings(hazard)
        findings += _link_findings(network, hazard, link_ids)

    if findings:
        raise StudyError(findings)


def _number_findings(hazard: Row) -> list[Finding]:
    """Return what is wrong with the rate and the length of a hazard."""
    findings = []
    for column in ("events_per_year", "duration_median_d", "duration_sigma"):
        value = hazard[column]
        must_be_above_0 = column == "duration_median_d"
        is_number = value is not None and math.isfinite(value) and value >= 0
        if is_number and not (must_be_above_0 and value == 0):
            continue

        allowed = "above 0" if must_be_above_0 else "of 0 or more"
        findings.append(_finding(hazard, column, f"is {value}", f"Write a number {allowed}."))
    return findings


def _link_findings(network: Network, hazard: Row, link_ids: Collection[str]) -> list[Finding]:
    """Return what is wrong with the links a hazard covers."""
    try:
        terms = selectors.parse(hazard["row_id"] or "")
    except ValueError as error:
        what = f"cannot be read: {error}"
        return [_finding(hazard, "row_id", what, "Write link ids or a selector.")]

    covered = selectors.select_terms(terms, network.frames["links"], network.frames["nodes"])
    unknown = [term.word for term in terms if term.kind == "id" and term.word not in link_ids]
    if covered and not unknown:
        return []

    names = ", ".join(unknown) or repr(hazard["row_id"])
    what = f"names {names}, which no link is"
    return [_finding(hazard, "row_id", what, "Write links of links.csv.")]


def _finding(hazard: Row, column: str, what: str, do: str) -> Finding:
    value = hazard[column]
    return Finding(
        "bad-hazard",
        f"hazards.{column} of {hazard['hazard_id']!r} {what}.",
        do,
        table="hazards",
        column=column,
        value=None if value is None else str(value),
        rows=(str(hazard["hazard_id"]),),
    )
