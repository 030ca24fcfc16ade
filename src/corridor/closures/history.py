"""Closures: how often, when in the year and for how long ways were shut, fitted to the history in
``events``.

Only events that shut their links wholly count (``effect_share`` of 1), each for the one hazard it
names: a hazard shuts all its links at once, so a closure of every crossing of a border is one event
of one hazard, not one for each crossing. A closure still going on when last seen counts as longer
than that (right-censoring), not as ended.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl

from corridor.closures.likelihood import LEVEL, Bools, DurationFit, fit_durations
from corridor.errors import UnknownName
from corridor.language.speech import kept
from corridor.network import durations
from corridor.network.durations import FAMILIES, Floats
from corridor.units import MEAN_YEAR_DAYS

LEAST_EVENTS = 3
SHUT = 1.0
MONTHS = 12


def history(events: pl.DataFrame, *hazard_ids: str) -> pl.DataFrame:
    """Return the closures that count for some hazards (none named: for all): event_id, hazard_id,
    from_on, days, ended.

    days: ``duration_d`` where given, else from the first day to the first day open again, or for a
    closure without an end to the day it was last seen. Raises UnknownName for a hazard without
    events.
    """
    for name in hazard_ids:
        known = events["hazard_id"].drop_nulls().unique().to_list()
        if name not in known:
            raise UnknownName("hazard with events", name, known)
    ended = pl.col("to_on").is_not_null()
    last_on = pl.when(ended).then(pl.col("to_on")).otherwise(pl.col("last_seen_on"))
    kept = events.filter(
        pl.col("hazard_id").is_not_null()
        & (pl.col("effect_share") >= SHUT)
        & (pl.col("hazard_id").is_in(list(hazard_ids)) if hazard_ids else pl.lit(True))
    )
    return kept.select(
        "event_id",
        "hazard_id",
        "from_on",
        pl.coalesce(
            "duration_d", (last_on - pl.col("from_on")).dt.total_days().cast(pl.Float64)
        ).alias("days"),
        ended.alias("ended"),
    ).sort("from_on", "event_id")


def fit(events: pl.DataFrame, hazards: pl.DataFrame, *, family: str | None = None) -> pl.DataFrame:
    """Return what the history says of every hazard that has events: one row each, nothing chosen
    for the reader.

    events, hazards: tables of a study. family: fit this one; null: each hazard's own
    ``distribution`` (lognormal where null). Columns: hazard_id, closures_count, ended_count,
    watched_years and at_risk_years (watched, less the days shut), events_per_year with its exact
    interval (null unless the hazard says since when it was watched), the fitted duration as in
    DurationFit with its interval, season_p_value (chance of months so uneven if any were as likely
    as the next), reason (why a part is null). Intervals are of 95 %.

    Source: Garwood (1936), Biometrika 28, for the rate; corridor.likelihood for the duration.
    """
    rows = []
    for hazard in hazards.iter_rows(named=True):
        if hazard["hazard_id"] in events["hazard_id"].to_list():
            rows.append(_fit_one(history(events, hazard["hazard_id"]), hazard, family))
    return pl.DataFrame(rows, schema=_FIT_SCHEMA)


def compare_families(closures: pl.DataFrame, families: Sequence[str] = FAMILIES) -> pl.DataFrame:
    """Return the families fitted to one history, best AIC first.

    closures: rows of :func:`history`. Columns: those of DurationFit, aic, aicc, bic, weight_share
    (Akaike weight: how much each family is supported among these; Burnham and Anderson 2002,
    section 2.9), p95_d (days that one closure in twenty outlasts). Raises CallError for too few
    closures that ended.
    """
    days, ended = _arrays(closures)
    fits = [fit_durations(days, ended, family) for family in families]
    weights = np.exp([-(f.aic - min(g.aic for g in fits)) / 2 for f in fits])
    rows = [
        {
            **asdict(f),
            "aic": f.aic,
            "aicc": f.aicc,
            "bic": f.bic,
            "weight_share": float(w / weights.sum()),
            "p95_d": float(durations.quantile(f.family, f.median_d, f.sigma, LEVEL)),
        }
        for f, w in zip(fits, weights, strict=True)
    ]
    return pl.DataFrame(rows, infer_schema_length=None).sort("aic")


def rate_interval(count: int, exposure_years: float) -> tuple[float, float]:
    """Return the exact 95 % interval of a Poisson rate, a year, from a count over some years.

    Source: Garwood (1936), Fiducial limits for the Poisson distribution, Biometrika 28, 437-442.
    """
    from scipy.special import chdtri

    tail = (1 - LEVEL) / 2
    low = float(chdtri(2 * count, 1 - tail)) / 2 if count else 0.0
    return low / exposure_years, float(chdtri(2 * count + 2, tail)) / 2 / exposure_years


def seasons(closures: pl.DataFrame) -> pl.DataFrame:
    """Return in which month closures began: month, closures_count, share, share_low, share_high
    (exact 95 % intervals).

    Source: Clopper and Pearson (1934), Biometrika 26, 404-413.
    """
    from scipy.special import betaincinv

    n = closures.height
    tail = (1 - LEVEL) / 2
    counts = np.bincount(closures["from_on"].dt.month().to_numpy(), minlength=MONTHS + 1)[1:]
    rows = [
        {
            "month": m + 1,
            "closures_count": int(k),
            "share": k / n if n else None,
            "share_low": float(betaincinv(k, n - k + 1, tail)) if k else 0.0,
            "share_high": float(betaincinv(k + 1, n - k, 1 - tail)) if k < n else 1.0,
        }
        for m, k in enumerate(counts)
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def season_p_value(closures: pl.DataFrame) -> float | None:
    """Return the chance of closures so bunched in the year if every day were as likely; null for
    fewer than two.

    Source: Rayleigh's test with the approximation of Wilkie (1983), Applied Statistics 32, 311-312.
    """
    n = closures.height
    if n < 2:
        return None
    angle = closures["from_on"].dt.ordinal_day().to_numpy() * (2 * math.pi / MEAN_YEAR_DAYS)
    resultant = float(np.hypot(np.cos(angle).sum(), np.sin(angle).sum()))
    return min(1.0, math.exp(math.sqrt(1 + 4 * n + 4 * (n * n - resultant**2)) - (1 + 2 * n)))


def overlaps(events: pl.DataFrame, watched_years: float) -> pl.DataFrame:
    """Return how often closures of two hazards fell together, beside what chance alone would bring.

    Columns: hazard_id, other_hazard_id, overlaps_count, expected_count, p_value (chance of at least
    as many). If closures begin at random and independently, two of lengths a and b overlap in a
    window of T days with chance about (a + b) / T. A small p_value says that the two share a cause
    and should be one hazard, or have a third in common.
    """
    from scipy.special import pdtrc

    lists = {
        key[0]: part
        for key, part in history(events).partition_by("hazard_id", as_dict=True).items()
    }
    spans = {
        name: (part["from_on"].to_physical().to_numpy().astype(float), part["days"].to_numpy())
        for name, part in lists.items()
    }
    rows: list[dict[str, Any]] = []
    names = sorted(spans)
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            (a, da) = spans[one]
            (b, db) = spans[other]
            meets = (a[:, None] < b[None, :] + db[None, :]) & (
                b[None, :] < a[:, None] + da[:, None]
            )
            expected = float((da[:, None] + db[None, :]).sum()) / (watched_years * MEAN_YEAR_DAYS)
            count = int(meets.sum())
            rows.append(
                {
                    "hazard_id": one,
                    "other_hazard_id": other,
                    "overlaps_count": count,
                    "expected_count": expected,
                    "p_value": float(pdtrc(count - 1, expected)) if count else 1.0,
                }
            )
    return pl.DataFrame(
        rows,
        schema={
            "hazard_id": pl.String,
            "other_hazard_id": pl.String,
            "overlaps_count": pl.Int64,
            "expected_count": pl.Float64,
            "p_value": pl.Float64,
        },
    )


def _fit_one(closures: pl.DataFrame, hazard: dict[str, Any], family: str | None) -> dict[str, Any]:
    days, ended = _arrays(closures)
    chosen = family or hazard["distribution"] or durations.DEFAULT
    row: dict[str, Any] = {
        "hazard_id": hazard["hazard_id"],
        "closures_count": days.size,
        "ended_count": int(ended.sum()),
        "distribution": chosen,
        "season_p_value": season_p_value(closures),
    }
    reasons = []
    since = hazard["watched_from_on"]
    until = hazard["watched_to_on"]
    if since is None or until is None:
        reasons.append(kept("no rate: the events are not a full list"))
    else:
        within = closures.filter((pl.col("from_on") >= since) & (pl.col("from_on") < until))
        watched_d = float((until - since).days)
        shut_d = sum(
            min(d, (until - day).days)
            for d, day in zip(within["days"], within["from_on"], strict=True)
        )
        at_risk = (watched_d - shut_d) / MEAN_YEAR_DAYS
        low, high = rate_interval(within.height, at_risk)
        row |= {
            "watched_years": watched_d / MEAN_YEAR_DAYS,
            "at_risk_years": at_risk,
            "events_per_year": within.height / at_risk,
            "events_per_year_low": low,
            "events_per_year_high": high,
        }
    if days.size < LEAST_EVENTS:
        reasons.append(
            kept(
                "no duration: {count} closures, {least} are needed",
                count=days.size,
                least=LEAST_EVENTS,
            )
        )
    else:
        row |= _duration_columns(fit_durations(days, ended, chosen))
    return row | {"reason": "; ".join(reasons) or None}


def _duration_columns(found: DurationFit) -> dict[str, Any]:
    return {
        "duration_median_d": found.median_d,
        "duration_median_d_low": found.median_d_low,
        "duration_median_d_high": found.median_d_high,
        "duration_sigma": found.sigma,
        "duration_sigma_low": found.sigma_low,
        "duration_sigma_high": found.sigma_high,
        "duration_mean_d": found.mean_d,
        "log_likelihood": found.log_likelihood,
        "aic": found.aic,
    }


def _arrays(closures: pl.DataFrame) -> tuple[Floats, Bools]:
    return closures["days"].cast(pl.Float64).to_numpy(), closures["ended"].to_numpy()


_FIT_SCHEMA: dict[str, Any] = {
    "hazard_id": pl.String,
    "closures_count": pl.Int64,
    "ended_count": pl.Int64,
    "watched_years": pl.Float64,
    "at_risk_years": pl.Float64,
    "events_per_year": pl.Float64,
    "events_per_year_low": pl.Float64,
    "events_per_year_high": pl.Float64,
    "distribution": pl.String,
    "duration_median_d": pl.Float64,
    "duration_median_d_low": pl.Float64,
    "duration_median_d_high": pl.Float64,
    "duration_sigma": pl.Float64,
    "duration_sigma_low": pl.Float64,
    "duration_sigma_high": pl.Float64,
    "duration_mean_d": pl.Float64,
    "log_likelihood": pl.Float64,
    "aic": pl.Float64,
    "season_p_value": pl.Float64,
    "reason": pl.String,
}
