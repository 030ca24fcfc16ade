"""Plans that were kept: of shipments, by the verb that makes them, for the report of the study."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from corridor.tables.prepared import code_hash
from corridor.tables.store import read_results, write_results

if TYPE_CHECKING:
    from corridor.consignments.plan import Plan
    from corridor.study.study import Study


def keep_plan(study: Study, plan: Plan) -> Path:
    """Keep a plan beside the results of its study, the newest of a shipment. Raises OSError."""
    folder = _home(study.folder, study.scenario.scenario_id) / plan.shipment.shipment_id
    return write_results(folder, plan.frames(), {**plan.provenance, "code": code_hash()})


def kept_plans(
    folder: Path, provenance: Mapping[str, Any], names: Mapping[str, str]
) -> dict[str, tuple[str, dict[str, pl.DataFrame]]]:
    """Return the plans that were made of a study as it is: shipment_id -> its name and its tables.

    Parameters
    ----------
    folder : folder of the study.
    provenance : of a run: inputs, code and scenario.
    names : of shipments, in the order of the report.
    """
    home = _home(folder, str(provenance["scenario"]))
    made_of = {key: provenance[key] for key in ("inputs", "code")}
    plans = {}
    for shipment_id, name in names.items():
        frames = read_results(home / shipment_id, made_of)
        if frames is not None:
            plans[shipment_id] = (name, frames)
    return plans


def _home(folder: Path, scenario_id: str) -> Path:
    return folder / "results" / "plans" / scenario_id
