"""The claims and promises of a study, each with what its figures say."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from corridor.evidence.claims import audit, progress
from corridor.study.study import Study


def verdicts(study: Study, forecasts: Mapping[str, float]) -> dict[str, pl.DataFrame]:
    """Return the claims of a study with their verdicts, and its commitments with their states.

    Each is there only where the study has such rows. forecasts: as in TargetForecast; without them
    what refers to a forecast stays unchecked.
    """
    tables = study.tables
    frames = {}

    if tables["claims"].height:
        frames["claims"] = audit(tables, forecasts)
    if tables["commitments"].height:
        frames["commitments"] = progress(tables, forecasts, as_of=study.scenario.as_of)

    return frames
