"""The chapter on what was said and promised, beside what the sources and the model say."""

from __future__ import annotations

import polars as pl

from corridor.evidence.claims import CONSISTENT, DIFFERS, OPEN, OTHER_COUNT, UNDECIDED
from corridor.evidence.commitments import ANNOUNCED, ON_COURSE, SHORT
from corridor.language.speech import tell, tell_count
from corridor.reports.figures import csv_address
from corridor.reports.formats import and_list
from corridor.reports.inputs import ReportInputs
from corridor.reports.sections import Section


def sections(inputs: ReportInputs) -> list[Section]:
    """Return claims and promises with their verdicts; nothing where there are none."""
    claims = inputs.frame("claims")
    commitments = inputs.frame("commitments")
    if not claims.height and not commitments.height:
        return []

    values = {
        "claims": claims.to_dicts(),
        "commitments": commitments.to_dicts(),
        "verdicts": _counts(claims["verdict"]),
        "states": _counts(commitments["state"]),
        "claims_csv": csv_address(claims),
        "commitments_csv": csv_address(commitments),
    }
    title = tell("What was said and promised")
    return [Section("claims", title, "claims.html", values, tell("Said and promised"))]


def _counts(verdicts: pl.Series) -> str:
    """Return how many rows have which verdict or state, in words."""
    counts = verdicts.value_counts(sort=True).sort("count", verdicts.name, descending=[True, False])
    return and_list([_count(verdict, count) for verdict, count in counts.iter_rows()])


def _count(verdict: str, count: int) -> str:
    """Return a verdict or state with how many have it; stands in "Of 23 statements, ..."."""
    if verdict == CONSISTENT:
        return tell_count(
            "{count} is consistent with the sources",
            "{count} are consistent with the sources",
            count,
        )
    if verdict == DIFFERS:
        return tell_count("{count} differs", "{count} differ", count)
    if verdict == OPEN:
        return tell_count("{count} cannot be checked", "{count} cannot be checked", count)
    if verdict == UNDECIDED:
        return tell_count("{count} cannot be decided", "{count} cannot be decided", count)
    if verdict == OTHER_COUNT:
        return tell_count(
            "{count} counts something else than its source",
            "{count} count something else than their sources",
            count,
        )
    if verdict == ON_COURSE:
        return tell_count("{count} is on course", "{count} are on course", count)
    if verdict == ANNOUNCED:
        return tell_count(
            "{count} is announced without a second source",
            "{count} are announced without a second source",
            count,
        )
    if verdict == SHORT:
        return tell_count("{count} falls short", "{count} fall short", count)
    return tell_count("{count} cannot be measured here", "{count} cannot be measured here", count)
