"""Sectors as a forecast takes them: what goes by routes, and the elasticities trade reaches."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from corridor.errors import Finding, StudyError
from corridor.network.alternatives import resolve_choices
from corridor.study.settings import Goal
from corridor.study.study import Study

PIPELINE = "pipeline"
_ELASTICITIES = ("elasticity", "elasticity_low", "elasticity_high")


class Horizon(NamedTuple):
    """How much of the long-run elasticities trade reaches by the target's year.

    share: by the option chosen. least, most: by any option; both are in the interval.
    """

    share: float = 1.0
    least: float = 1.0
    most: float = 1.0


def carried(sectors: pl.DataFrame) -> pl.DataFrame:
    """Return the sectors whose goods go by routes of the network, not by pipeline or wire."""
    if "carriage" not in sectors.columns:
        return sectors
    return sectors.filter(pl.col("carriage").ne_missing(PIPELINE))


def read_horizon(study: Study, goal: Goal) -> Horizon:
    """Return how much of the elasticities is reached; all of them where the target names nothing.

    The share of an option is the figure whose alternative it is; StudyError where one is missing.
    """
    parameter = goal.horizon
    if parameter is None:
        return Horizon()

    shares = {option: _share(study, parameter, option) for option in _options(study, parameter)}
    choices = resolve_choices(study.tables["parameters"], study.scenario.choices)
    return Horizon(shares[choices[parameter]], min(shares.values()), max(shares.values()))


def at_horizon(sectors: pl.DataFrame, horizon: Horizon) -> pl.DataFrame:
    """Return the sectors with the elasticities that trade reaches, and their interval."""
    return sectors.with_columns(
        pl.col(column) * share for column, share in zip(_ELASTICITIES, horizon, strict=True)
    )


def _options(study: Study, parameter: str) -> list[str]:
    """Return the options of a parameter."""
    prefix = f"{parameter}:"
    option_ids = study.tables["parameters"]["option_id"].to_list()
    return [name.removeprefix(prefix) for name in option_ids if name.startswith(prefix)]


def _share(study: Study, parameter: str, option: str) -> float:
    """Return the share of the elasticities that an option stands for."""
    option_id = f"{parameter}:{option}"
    figures = study.tables["figures"].filter(pl.col("alternative") == option_id)
    values = figures["value"].to_list()
    if values and 0 < values[0] <= 1:
        return float(values[0])

    finding = Finding(
        "no-horizon",
        f"The option {option} of {parameter} has no share of the elasticities above 0 and up to 1.",
        f"Add a figure with the alternative {option_id}.",
        table="figures",
        column="value",
        rows=tuple(figures["figure_id"]),
    )
    raise StudyError([finding])
