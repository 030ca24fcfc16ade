"""Results of a run: its parts as the report takes them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from corridor.runs import results
from corridor.runs.results import Results

SHIPMENTS = pl.DataFrame(
    {
        "shipment_id": ["buses", "buses", "grain"],
        "name": ["Buses", "Buses in parts", "Grain"],
        "alternative": ["form:whole", "form:parts", None],
    }
)


@pytest.mark.parametrize(("form", "name"), [("whole", "Buses"), ("parts", "Buses in parts")])
def test_plans_are_called_as_the_row_that_is_chosen(
    form: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "kept_plans", lambda folder, provenance, names: names)
    tables = dict.fromkeys(
        ("nodes", "links", "shapes", "services", "windows", "sources", "cargoes"), pl.DataFrame()
    )
    run = Results(
        study={"folder": str(tmp_path)},
        frames={},
        tables={**tables, "shipments": SHIPMENTS},
        provenance={"choices": {"form": form}},
        folder=tmp_path,
        from_cache=False,
    )
    assert run.for_report()["plans"] == {"buses": name, "grain": "Grain"}
