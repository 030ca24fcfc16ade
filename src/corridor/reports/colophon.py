"""The annex on abbreviations, and on how to cite the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import polars as pl

from corridor.language.speech import marked, tell
from corridor.reports.formats import country, day
from corridor.reports.inputs import ReportInputs
from corridor.reports.sections import Section

HASH_LETTERS = 16  # of the hash of inputs; all of it stands under provenance
ABBREVIATIONS = {
    "A, B, C": marked("read in the source; well known but unchecked; an estimate"),
    "AIC": marked("Akaike's measure of fit: the lower, the better"),
    "CO₂e": marked("greenhouse gases as the carbon dioxide that warms as much"),
    marked("TEU"): marked("a container of 20 feet; one of 40 feet counts as two"),
    "USD": marked("US dollar"),
    "UTC": marked("coordinated universal time"),
}


def sections(inputs: ReportInputs) -> list[Section]:
    """Return what abbreviations stand for, and how to cite; nothing where nothing was made."""
    if not inputs.trips and not inputs.results.get("provenance"):
        return []

    values = {"abbreviations": _abbreviations(inputs.nodes), "citation": _citation(inputs)}
    title = tell("Abbreviations, and how to cite")
    return [Section("colophon", title, "colophon.html", values, title)]


def _abbreviations(nodes: pl.DataFrame) -> list[tuple[str, str]]:
    """Return abbreviations with what they stand for: the report's own, then countries."""
    codes = nodes["country"].unique().sort().to_list() if nodes.height else []
    countries = tell(", ").join(f"{code} {country(code)}" for code in codes)

    words = [(tell(short), tell(meaning)) for short, meaning in ABBREVIATIONS.items()]
    return [*words, (tell("countries"), countries)] if codes else words


def _citation(inputs: ReportInputs) -> str:
    """Return how to cite the report: what it is of, and what it was made with."""
    provenance = cast(Mapping[str, Any], inputs.results.get("provenance") or {})
    return tell(
        "{study}. Scenario “{scenario}” ({date}). Computed by corridor {version} from inputs "
        "{inputs}.",
        study=inputs.study["title"] or inputs.study["id"] or tell("Report"),
        scenario=inputs.scenario["title"] or tell("Scenario"),
        date=day(inputs.scenario["as_of"]),
        version=provenance.get("corridor", "–"),
        inputs=_short_hash(provenance.get("inputs")),
    )


def _short_hash(inputs: object) -> str:
    """Return the first letters of the hash of inputs, a dash where there is none."""
    return inputs[:HASH_LETTERS] if isinstance(inputs, str) else "–"
