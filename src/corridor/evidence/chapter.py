"""The claims and promises of a study, each with what its figures say."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from corridor.evidence.claims import audit
from corridor.evidence.commitments import progress
from corridor.study.study import Study


def verdicts(study: Study, forecasts: Mapping[str, float]) -> dict[str, pl.DataFrame]:
    """Return the verdicts on a study's claims and the states of its commitments, as it has them.

    forecasts: as in TargetForecast; without them what refers to a forecast stays unchecked.
    """
    frames = {}
    if study.tables["claims"].height:
        frames["claims"] = audit(study.tables, forecasts)
    if study.tables["commitments"].height:
        frames["commitments"] = progress(study.tables, forecasts, as_of=study.scenario.as_of)
    return frames
