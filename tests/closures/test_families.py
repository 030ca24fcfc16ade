"""Families: the lengths of the closures of Torkham, and which hazards share a history."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor.closures.families import compare_families, families_by_place, histories_by_place
from corridor.closures.history import history
from corridor.tables.reading import read_folder
from corridor.tables.tables import Tables


@pytest.fixture(scope="module")
def study(study_folder: Path) -> Tables:
    return read_folder(study_folder)


def test_the_torkham_history_has_a_heavier_tail_than_the_exponential(study: Tables) -> None:
    closures = history(study.frames["events"], "af-pk-all", "torkham-shut")
    assert closures["days"].to_list() == [32, 2, 2, 6, 9, 10, 1, 26, 101]
    assert closures["ended"].to_list() == [True] * 8 + [False]

    fits = {row["family"]: row for row in compare_families(closures).to_dicts()}
    lognormal = fits["lognormal"]
    pareto = fits["pareto"]
    exponential = fits["exponential"]

    assert lognormal["aic"] == pytest.approx(65.27, abs=0.01)
    assert pareto["aic"] == pytest.approx(65.45, abs=0.01)
    assert exponential["aic"] == pytest.approx(68.60, abs=0.01)
    for criterion in ("aic", "aicc", "bic"):
        assert max(lognormal[criterion], pareto[criterion]) < exponential[criterion]
    assert sum(row["weight_share"] for row in fits.values()) == pytest.approx(1)
    assert lognormal["sigma_low"] > 1
    assert lognormal["p95_d"] > exponential["p95_d"]


def test_hazards_of_one_link_share_a_history(study: Tables) -> None:
    places = histories_by_place(study.frames)
    histories = list(places)
    assert ("af-pk-all", "torkham-shut") in histories
    assert ("torkham-shut",) in histories
    assert [len(ids) for ids in histories] == sorted((len(ids) for ids in histories), reverse=True)

    compared = families_by_place(study.frames)
    torkham = ("af-pk-all", "torkham-shut")
    assert set(compared["history"]) <= {" ".join(ids) for ids in histories}
    assert places[torkham] in compared["place"].to_list()
