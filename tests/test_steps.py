"""Computations tell whoever waits how far they have come."""

from __future__ import annotations

from typing import Any

import pytest

from closure_cases import ON, build, random_case
from core_cases import small
from corridor.closures.comparison import compare
from corridor.closures.criticality import rank
from corridor.routing import skims
from corridor.routing.year import departures
from corridor.steps import tell_step, told_to

Step = tuple[str, int, int]


def test_steps_reach_who_listens_and_nobody_else() -> None:
    steps: list[Step] = []
    tell_step("unheard", 1, 2)
    with told_to(lambda *step: steps.append(step)):
        tell_step("heard", 1, 2)
    tell_step("unheard again", 2, 2)
    assert steps == [("heard", 1, 2)]


def random_rank() -> None:
    tables, demand = random_case(3)
    rank(build(tables), demand, on=ON)


def random_comparison() -> None:
    tables, demand = random_case(3)
    compare(build(tables), build(tables), demand, on=ON)


@pytest.mark.parametrize(
    ("compute", "words"),
    [
        (
            random_rank,
            {
                "days between changes",
                "routes without each element",
                "routes without a common link",
                "pairs of links that fail at once",
            },
        ),
        (random_comparison, {"days between changes"}),
        (lambda: skims.skim(small(), cargo="box", depart=ON), {"places"}),
        (
            lambda: departures(small(), "a", "d", cargo="box", depart="2026-03-01..2026-03-20"),
            {"departures"},
        ),
    ],
)
def test_long_computations_tell_their_steps(compute: Any, words: set[str]) -> None:
    steps: list[Step] = []
    with told_to(lambda *step: steps.append(step)):
        compute()

    assert {word for word, _, _ in steps} == words
    assert all(0 <= done <= total for _, done, total in steps)


def test_a_matrix_in_blocks_is_the_same_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    tables, _ = random_case(5)
    built = build(tables)
    cargo = tables["cargoes"]["cargo_id"][0]
    whole = skims.skim(built, cargo=cargo, depart=ON)

    steps: list[Step] = []
    monkeypatch.setattr(skims, "BLOCK_BYTES", 1)
    with told_to(lambda *step: steps.append(step)):
        in_blocks = skims.skim(built, cargo=cargo, depart=ON)

    assert in_blocks.equals(whole)
    places = built.frames["nodes"].height
    assert steps == [("places", number, places) for number in range(1, places + 1)]
