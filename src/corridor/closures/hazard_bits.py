"""Hazard bits: which hazards cover a link or an arc, one bit of a word for each."""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from corridor.closures.demand_arrays import DemandArrays
from corridor.errors import CallError, Finding, StudyError
from corridor.kernels import Ints
from corridor.language.messages import message
from corridor.network.hazards import BITS
from corridor.network.network import Network, Row
from corridor.tables import selectors


def bits_of_links(network: Network, hazards: pl.DataFrame) -> Ints:
    """Return the bits of the hazards that cover each link int64 [links], bit h for row h.

    Raises StudyError with every row that makes no sense, CallError for more hazards than a word has
    bits.
    """
    if hazards.height > BITS:
        raise CallError(
            message(
                "{count} hazards are more than the {most} that fit: join those that cover the "
                "same links.",
                count=hazards.height,
                most=BITS,
            )
        )

    links = network.frames["links"]
    link_ids = set(links["link_id"].to_list())
    bits = np.zeros(links.height, np.int64)
    findings = []
    for h, hazard in enumerate(hazards.iter_rows(named=True)):
        findings += _number_findings(hazard)
        try:
            terms = selectors.parse(hazard["row_id"] or "")
            covered = selectors.select(hazard["row_id"], links, network.frames["nodes"])
        except ValueError as error:
            findings.append(_unreadable(hazard, error))
            continue

        unknown = [term.word for term in terms if term.kind == "id" and term.word not in link_ids]
        if unknown or not covered:
            findings.append(_covers_no_link(hazard, unknown))
        bits[covered] |= np.int64(1) << np.int64(h)

    if findings:
        raise StudyError(findings)
    return bits


def bits_of_arcs(arrays: DemandArrays, link_bits: Ints) -> Ints:
    """Return the bits of every arc in CSR order int64 [arcs]: those of all links it runs over."""
    runs = arrays.network.graph.runs
    bits = []
    for graph_arc in arrays.arc_of.tolist():
        links = [link for link, _ in runs[graph_arc]]
        bits.append(np.bitwise_or.reduce(link_bits[links]) if links else 0)
    return np.array(bits, np.int64)


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


def _unreadable(hazard: Row, error: ValueError) -> Finding:
    return _finding(hazard, "row_id", f"cannot be read: {error}", "Write link ids or a selector.")


def _covers_no_link(hazard: Row, unknown: list[str]) -> Finding:
    names = ", ".join(unknown) or repr(hazard["row_id"])
    return _finding(
        hazard, "row_id", f"names {names}, which no link is", "Write links of links.csv."
    )


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
