"""The claims and promises of a study, each with what its figures say."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from corridor.evidence import claims as evidence
from corridor.study.study import Study


def verdicts(study: Study, forecasts: Mapping[str, float]) -> dict[str, pl.DataFrame]:
    """Return the study's claims with their verdicts and its commitments with their states; none
    where it has none.

    forecasts: as in TargetForecast; without them what refers to a forecast stays unchecked.
    """
    frames = {}
    if study.tables["claims"].height:
        frames["claims"] = evidence.audit(study.tables, forecasts)
    if study.tables["commitments"].height:
        frames["commitments"] = evidence.progress(
            study.tables, forecasts, as_of=study.scenario.as_of
        )
    return frames
