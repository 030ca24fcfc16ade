"""Phasing: which project begins in which year, so that the programme is worth most.

Source: dynamic programming over subsets as of Held and Karp (1962), Journal of SIAM 10(1), on the
states of :mod:`corridor.projects.lattice`; Bellman (1957), Dynamic Programming.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from corridor.kernels import Floats, Ints
from corridor.projects.lattice import (
    Layer,
    Programme,
    layers_of,
    members,
    part_of,
    require_valid,
    subset_of,
    worth_a_look,
)


class Phases(NamedTuple):
    """A programme in order: value in year 0, and the year that each project begins in.

    Projects that are not in ``begins`` are not built.
    """

    npv_usd: float
    begins: Mapping[int, int]

    def open_in(self, programme: Programme, year: int) -> int:
        """Return the subset of projects open in a year."""
        return subset_of(
            [p for p, start in self.begins.items() if start + programme.build_years[p] <= year]
        )


def best_phases(programme: Programme) -> Phases:
    """Return the phases that are worth most.

    Raises
    ------
    TooLarge
        Where budgets leave too many states of building.
    CallError
        For projects that require each other in a circle.
    """
    require_valid(programme)
    projects = worth_a_look(programme)

    part = best_of_all(part_of(programme, projects))
    return Phases(part.npv_usd, {projects[p]: year for p, year in sorted(part.begins.items())})


def best_of_all(programme: Programme) -> Phases:
    """Return the phases that are worth most, every project looked at."""
    layers = layers_of(programme)
    values = [np.zeros(layers[-1].after.max() + 1)]
    for year in range(programme.years - 1, -1, -1):
        layer = layers[year]
        of_states = _values_of(programme, layer, year, values[0], np.arange(len(layer.before)))
        values.insert(0, best_of(layer, of_states))

    begins: dict[int, int] = {}
    state = 0
    for year, layer in enumerate(layers):
        choices = np.flatnonzero(layer.before == state)
        of_choices = _values_of(programme, layer, year, values[year + 1], choices)
        chosen = choices[of_choices.argmax()]
        begins |= dict.fromkeys(members(int(layer.begun[chosen])), year)
        state = int(layer.after[chosen])

    at_start = values[0]
    return Phases(float(at_start[0]), begins)


def phases_value(programme: Programme, begins: Mapping[int, int]) -> float:
    """Return what phases are worth in year 0, whatever the budgets say."""
    own_usd = sum(float(programme.own_usd[year, project]) for project, year in begins.items())
    phases = Phases(own_usd, begins)
    yearly = [
        programme.benefit_usd[year, phases.open_in(programme, year)]
        for year in range(programme.years)
    ]
    return own_usd + float(programme.discount @ np.array(yearly))


def best_of(layer: Layer, values: Floats) -> Floats:
    """Return the best value of each state at the start of a year, -inf where none can go on.

    values: of the states after beginnings float64 [states, ...]; float64 [starts, ...] is given.
    """
    best = np.full((layer.starts, *values.shape[1:]), -np.inf)
    np.maximum.at(best, layer.before, values)
    return best


def _values_of(
    programme: Programme, layer: Layer, year: int, later: Floats, states: Ints
) -> Floats:
    """Return what some states of a year are worth from it on float64 [states].

    later: what states at the start of the next year are worth.
    """
    benefit = programme.benefit_usd[year, layer.open[states]]
    cash_usd = layer.own_usd[states] + programme.discount[year] * benefit
    return np.asarray(np.where(np.isnan(benefit), -np.inf, cash_usd) + later[layer.after[states]])
