"""Every example in a docstring runs and prints what it says."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import corridor

ROOT = Path(__file__).resolve().parents[1]
MODULES = [m.name for m in pkgutil.walk_packages(corridor.__path__, "corridor.")]
LONG_EXAMPLES = (
    "corridor.closures.comparison",
    "corridor.closures.criticality",
    "corridor.closures.second_corridor",
    "corridor.closures.simulation",
    "corridor.consignments.plan_quote",
    "corridor.consignments.quote",
    "corridor.exchange.tntp",
    "corridor.flows.equilibrium",
    "corridor.projects.appraisal",
    "corridor.projects.coalition",
    "corridor.projects.phase",
    "corridor.projects.valuation",
    "corridor.projects.waiting",
    "corridor.reports.plan_sheet",
    "corridor.routing.route",
)
CASES = [
    pytest.param(name, marks=[pytest.mark.slow] if name in LONG_EXAMPLES else [])
    for name in MODULES
    if not name.endswith("__main__")
]


@pytest.mark.parametrize("name", CASES)
def test_examples_are_true(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    module = importlib.import_module(name)
    outcome = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert outcome.failed == 0


def test_public_verbs_have_an_example() -> None:
    verbs = [getattr(corridor, name) for name in corridor.__all__ if name[0].islower()]
    silent = [verb.__name__ for verb in verbs if ">>>" not in (verb.__doc__ or "")]
    assert not silent, f"no example: {', '.join(silent)}"
