"""History: the closures that were seen, how long each lasted and in which months they began.

Only events that shut their links wholly count (``effect_share`` of 1), each for the one hazard it
names: a hazard shuts all its links at once, so a closure of every crossing of a border is one event
of one hazard, not one for each crossing. A closure still going on when last seen counts as longer
than that (right-censoring), not as ended.
"""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from corridor.closures.likelihood import LEVEL
from corridor.errors import UnknownName
from corridor.kernels import Bools, Floats
from corridor.units import MEAN_YEAR_DAYS

WHOLLY_SHUT = 1.0
MONTHS = 12
MIN_SEASON_CLOSURES = 2


def history(events: pl.DataFrame, *hazard_ids: str) -> pl.DataFrame:
    """Return the closures of some hazards that count, in the order in which they began.

    Parameters
    ----------
    events
        The table ``events`` of a study.
    *hazard_ids
        Hazards whose closures are wanted; none named: all.

    Returns
    -------
    pl.DataFrame
        One row a closure: event_id, hazard_id, from_on; days, its length: ``duration_d`` where
        given, else from the first day to the first day open again, or for a closure without an end
        to the day it was last seen; ended, false where it was still going on then.

    Raises
    ------
    UnknownName
        For a hazard without events.

    Examples
    --------
    >>> import corridor as co
    >>> events = co.read("studies/kazakhstan-pakistan").tables["events"]
    >>> co.history(events, "torkham-shut").height > 0
    True
    """
    for hazard_id in hazard_ids:
        _require_events(events, hazard_id)

    closures = events.filter(
        pl.col("hazard_id").is_not_null() & (pl.col("effect_share") >= WHOLLY_SHUT)
    )
    if hazard_ids:
        closures = closures.filter(pl.col("hazard_id").is_in(list(hazard_ids)))

    ended = pl.col("to_on").is_not_null()
    last_on = pl.when(ended).then(pl.col("to_on")).otherwise(pl.col("last_seen_on"))
    days_between = (last_on - pl.col("from_on")).dt.total_days().cast(pl.Float64)
    return closures.select(
        "event_id",
        "hazard_id",
        "from_on",
        pl.coalesce("duration_d", days_between).alias("days"),
        ended.alias("ended"),
    ).sort("from_on", "event_id")


def lengths(closures: pl.DataFrame) -> tuple[Floats, Bools]:
    """Return the days of each closure of :func:`history` and whether it ended, [closures] both."""
    return closures["days"].cast(pl.Float64).to_numpy(), closures["ended"].to_numpy()


def seasons(closures: pl.DataFrame) -> pl.DataFrame:
    """Return in which months closures began, with exact 95 % intervals of the shares.

    closures: rows of :func:`history`. One row a month: month, closures_count, share, share_low,
    share_high; share is null where nothing ever closed.

    Source: Clopper and Pearson (1934), Biometrika 26, 404-413.
    """
    closures_count = closures.height
    months = closures["from_on"].dt.month().to_numpy()
    counts = np.bincount(months, minlength=MONTHS + 1)[1:]

    rows = [
        _month_row(month, count, closures_count)
        for month, count in enumerate(counts.tolist(), start=1)
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def season_p_value(closures: pl.DataFrame) -> float | None:
    """Return the chance of closures so bunched in the year if every day were as likely.

    Null for fewer than two closures. Source: Rayleigh's test with the approximation of Wilkie
    (1983), Applied Statistics 32, 311-312.
    """
    n = closures.height
    if n < MIN_SEASON_CLOSURES:
        return None

    # Each beginning is a point on a circle of one year; the nearer the sum of all is to its rim,
    # the more they are bunched.
    day_of_year = closures["from_on"].dt.ordinal_day().to_numpy()
    angle = day_of_year * (2 * math.pi / MEAN_YEAR_DAYS)
    resultant = float(np.hypot(np.cos(angle).sum(), np.sin(angle).sum()))

    p_value = math.exp(math.sqrt(1 + 4 * n + 4 * (n * n - resultant**2)) - (1 + 2 * n))
    return min(1.0, p_value)


def _require_events(events: pl.DataFrame, hazard_id: str) -> None:
    with_events = events["hazard_id"].drop_nulls().unique().to_list()
    if hazard_id not in with_events:
        raise UnknownName("hazard with events", hazard_id, with_events)


def _month_row(month: int, count: int, total: int) -> dict[str, int | float | None]:
    share_low, share_high = _share_interval(count, total)
    return {
        "month": month,
        "closures_count": count,
        "share": count / total if total else None,
        "share_low": share_low,
        "share_high": share_high,
    }


def _share_interval(count: int, total: int) -> tuple[float, float]:
    """Return the exact interval of a share that was seen as a count of a total."""
    from scipy.special import betaincinv

    tail = (1 - LEVEL) / 2
    low = 0.0
    high = 1.0
    if count > 0:
        low = float(betaincinv(count, total - count + 1, tail))
    if count < total:
        high = float(betaincinv(count + 1, total - count, 1 - tail))
    return low, high
