"""Families: which shape of lengths the closures of one place fit best, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl

from corridor.closures.history import WHOLLY_SHUT, history, lengths
from corridor.closures.likelihood import DurationFit, fit_durations
from corridor.network import durations
from corridor.network.durations import FAMILIES
from corridor.tables import selectors

MIN_LENGTHS = 5  # with fewer, the families cannot be told apart


def compare_families(closures: pl.DataFrame, families: Sequence[str] = FAMILIES) -> pl.DataFrame:
    """Return the families of lengths fitted to one history, best AIC first.

    Parameters
    ----------
    closures
        Rows of :func:`corridor.history`.
    families
        Families to compare; all where not given.

    Returns
    -------
    pl.DataFrame
        One row a family: the columns of :class:`corridor.closures.likelihood.DurationFit`; aic,
        aicc (null for too few closures to correct it), bic; weight_share, Akaike's weight: how much
        each family is supported among these; p95_d, days that one closure in twenty outlasts.

    Raises
    ------
    UnknownName
        For another family.
    CallError
        For too few closures that ended.

    Source: Burnham and Anderson (2002), Model selection and multimodel inference, section 2.9.

    Examples
    --------
    >>> import corridor as co
    >>> events = co.read("studies/kazakhstan-pakistan").tables["events"]
    >>> history = co.history(events, "af-pk-all", "torkham-shut")
    >>> co.compare_families(history)["family"].to_list()[0]
    'lognormal'
    """
    days, ended = lengths(closures)
    fits = [fit_durations(days, ended, family) for family in families]

    rows = [
        _row(fitted, weight_share)
        for fitted, weight_share in zip(fits, _weight_shares(fits), strict=True)
    ]
    return pl.DataFrame(rows, infer_schema_length=None).sort("aic")


def families_by_place(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return :func:`compare_families` for every place whose history is long enough.

    First columns: history, the ids of the hazards whose closures stand together because they shut
    the same link; place, such a link. Empty where no history is long enough.
    """
    parts = []
    for hazard_ids, link_id in histories_by_place(tables).items():
        closures = history(tables["events"], *hazard_ids)
        if closures.height < MIN_LENGTHS or not closures["ended"].any():
            continue

        parts.append(
            compare_families(closures).select(
                pl.lit(" ".join(hazard_ids)).alias("history"),
                pl.lit(link_id).alias("place"),
                pl.all(),
            )
        )
    return pl.concat(parts) if parts else pl.DataFrame()


def histories_by_place(tables: Mapping[str, pl.DataFrame]) -> dict[tuple[str, ...], str]:
    """Return which hazards with closures shut a link together, and the first link of each group.

    Groups of several hazards come first, then each hazard alone.
    """
    hazards_at = _hazards_at_links(tables)
    link_ids = tables["links"]["link_id"]

    first_link: dict[tuple[str, ...], str] = {}
    for link, hazard_ids in sorted(hazards_at.items()):
        first_link.setdefault(tuple(hazard_ids), link_ids[link])
        for hazard_id in hazard_ids:
            first_link.setdefault((hazard_id,), link_ids[link])

    return dict(sorted(first_link.items(), key=lambda pair: (-len(pair[0]), pair[0])))


def _row(fitted: DurationFit, weight_share: float) -> dict[str, Any]:
    p95_d = durations.quantile(fitted.family, fitted.median_d, fitted.sigma, 0.95)
    return {
        **asdict(fitted),
        "aic": fitted.aic,
        "aicc": fitted.aicc,
        "bic": fitted.bic,
        "weight_share": weight_share,
        "p95_d": float(p95_d),
    }


def _weight_shares(fits: Sequence[DurationFit]) -> list[float]:
    """Return Akaike's weight of each family, 1 together."""
    least_aic = min(fitted.aic for fitted in fits)
    weights = np.exp([-(fitted.aic - least_aic) / 2 for fitted in fits])
    shares: list[float] = (weights / weights.sum()).tolist()
    return shares


def _hazards_at_links(tables: Mapping[str, pl.DataFrame]) -> dict[int, list[str]]:
    """Return the hazards with whole closures that shut each link, by its row in ``links``."""
    events = tables["events"]
    whole_closures = events.filter(pl.col("effect_share") >= WHOLLY_SHUT)
    hazard_ids = whole_closures["hazard_id"].drop_nulls().unique().to_list()

    hazards_at: dict[int, list[str]] = {}
    for hazard in tables["hazards"].iter_rows(named=True):
        if hazard["hazard_id"] not in hazard_ids:
            continue
        for link in selectors.select(hazard["row_id"], tables["links"], tables["nodes"]):
            hazards_at.setdefault(link, []).append(hazard["hazard_id"])
    return hazards_at
