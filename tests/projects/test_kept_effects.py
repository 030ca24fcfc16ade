"""Kept effects: a killed appraisal goes on from what it knew, to the same bits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

import corridor as co
from corridor.projects import appraisal
from corridor.projects.appraisal import AppraiseOptions
from corridor.projects.effects import Effects
from corridor.projects.valuation import Valuation
from corridor.projects.works import Works
from project_cases import project_demand, project_network

OPTIONS: AppraiseOptions = {"years": [2030], "draws": 20, "workers": 1}
KILLED_AT = 1  # works


class Killed(Exception):
    pass


def test_a_killed_appraisal_goes_on_to_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = project_network()
    demand = project_demand()
    projects = network.frames["projects"]["project_id"].head(3).to_list()
    whole = co.appraise(network, demand, projects, **OPTIONS)
    compute = appraisal.effects_beyond
    computed: list[str] = []

    def compute_until_killed(base: Valuation, works: Works) -> Effects:
        computed.append(works.works_id)
        if len(computed) > KILLED_AT:
            raise Killed
        return compute(base, works)

    monkeypatch.setattr(appraisal, "effects_beyond", compute_until_killed)
    with pytest.raises(Killed):
        co.appraise(network, demand, projects, folder=tmp_path, **OPTIONS)

    def compute_counted(base: Valuation, works: Works) -> Effects:
        computed.append(works.works_id)
        return compute(base, works)

    before = computed[:KILLED_AT]
    computed.clear()
    monkeypatch.setattr(appraisal, "effects_beyond", compute_counted)
    resumed = co.appraise(network, demand, projects, folder=tmp_path, **OPTIONS)
    assert not set(before) & set(computed)
    assert len(before) + len(computed) == whole.projects.height
    for name, frame in whole.frames().items():
        assert frame.equals(resumed.frames()[name], null_equal=True), name
    assert resumed.provenance == whole.provenance

    # Of another demand nothing is read.
    computed.clear()
    co.appraise(network, demand.head(1), projects, folder=tmp_path, **OPTIONS)
    assert len(computed) == whole.projects.height


@pytest.mark.slow
def test_effects_are_not_kept_where_somebody_else_earns(tmp_path: Path) -> None:
    network = project_network()
    demand = project_demand()
    projects = network.frames["projects"]["project_id"].head(2).to_list()
    co.appraise(network, demand, projects, folder=tmp_path, **OPTIONS)

    nodes = network.frames["nodes"]
    moved = nodes.with_columns(country=pl.col("country").replace(_swapped(nodes)))
    elsewhere = replace(network, frames={**network.frames, "nodes": moved})
    anew = co.appraise(elsewhere, demand, projects, **OPTIONS)
    from_folder = co.appraise(elsewhere, demand, projects, folder=tmp_path, **OPTIONS)
    for name, frame in anew.frames().items():
        assert frame.equals(from_folder.frames()[name], null_equal=True), name


def _swapped(nodes: pl.DataFrame) -> dict[str, str]:
    """Return the first two countries, each in place of the other."""
    first, second, *_ = nodes["country"].unique(maintain_order=True)
    return {first: second, second: first}
