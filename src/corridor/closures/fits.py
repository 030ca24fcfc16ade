"""Fits: what the history says of each hazard, how often it strikes, when and for how long."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from corridor.closures.history import history, lengths, season_p_value
from corridor.closures.likelihood import LEVEL, DurationFit, fit_durations
from corridor.language.messages import Message, joined, message, pack
from corridor.network import durations
from corridor.units import MEAN_YEAR_DAYS

MIN_CLOSURES = 3  # with fewer, no family of lengths is fitted
# With fewer, intervals of 95 % hold the truth less often: 82 of 100 with three closures, 91 with
# five, by simulation (docs/decisions/010).
MANY_CLOSURES = 5
FIT_TYPES: dict[str, Any] = {
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
    "reason_message": pl.String,
}


def fit(events: pl.DataFrame, hazards: pl.DataFrame, *, family: str | None = None) -> pl.DataFrame:
    """Return what the history says of every hazard that has events; nothing is chosen for you.

    Parameters
    ----------
    events, hazards
        Tables of a study.
    family
        Family of lengths to fit to all of them; null: each hazard's own ``distribution``
        (lognormal where null).

    Returns
    -------
    pl.DataFrame
        One row a hazard:

        * hazard_id, closures_count, ended_count;
        * watched_years, at_risk_years (watched, less the days shut) and events_per_year with its
          exact interval ``_low`` and ``_high``: null unless the hazard says since when and until
          when it was watched;
        * distribution, and the fitted length as in
          :class:`corridor.closures.likelihood.DurationFit` with its intervals, log_likelihood and
          aic: null for fewer than three closures;
        * season_p_value: chance of beginnings so bunched in the year if every day were as likely;
          null for fewer than two closures;
        * reason: why a part is null, or rests on few closures.

        Intervals are of 95 %.

    Raises
    ------
    UnknownName
        For another family.
    CallError
        For too few closures that ended.

    Source: Garwood (1936), Biometrika 28, 437-442, for the rate;
    :mod:`corridor.closures.likelihood` for the length.

    Examples
    --------
    >>> import corridor as co
    >>> tables = co.read("studies/kazakhstan-pakistan").tables
    >>> co.fit(tables["events"], tables["hazards"])["hazard_id"].to_list()[:2]
    ['af-pk-all', 'torkham-shut']
    """
    with_events = events["hazard_id"].to_list()

    rows = [
        _fit_hazard(history(events, hazard["hazard_id"]), hazard, family)
        for hazard in hazards.iter_rows(named=True)
        if hazard["hazard_id"] in with_events
    ]
    return pl.DataFrame(rows, schema=FIT_TYPES)


def fits_beside_used(events: pl.DataFrame, hazards: pl.DataFrame) -> pl.DataFrame:
    """Return the fit of every hazard with the figures in use beside it.

    Columns: hazard_id, name; used_per_year, used_median_d and used_sigma, the figures of the table
    ``hazards``, with their source_id and confidence; then those of :func:`fit`, null for a hazard
    without events.
    """
    used = hazards.select(
        "hazard_id",
        "name",
        pl.col("events_per_year").alias("used_per_year"),
        pl.col("duration_median_d").alias("used_median_d"),
        pl.col("duration_sigma").alias("used_sigma"),
        "source_id",
        "confidence",
    )

    return used.join(fit(events, hazards), on="hazard_id", how="left", maintain_order="left")


def rate_interval(count: int, exposure_years: float) -> tuple[float, float]:
    """Return the exact 95 % interval of a Poisson rate, a year, from a count over some years.

    Source: Garwood (1936), Fiducial limits for the Poisson distribution, Biometrika 28, 437-442.
    """
    from scipy.special import chdtri

    tail = (1 - LEVEL) / 2
    low = float(chdtri(2 * count, 1 - tail)) / 2 if count else 0.0
    high = float(chdtri(2 * count + 2, tail)) / 2
    return low / exposure_years, high / exposure_years


def _fit_hazard(
    closures: pl.DataFrame, hazard: dict[str, Any], family: str | None
) -> dict[str, Any]:
    """Return the row of one hazard."""
    days, ended = lengths(closures)
    distribution = family or hazard["distribution"] or durations.DEFAULT
    row: dict[str, Any] = {
        "hazard_id": hazard["hazard_id"],
        "closures_count": days.size,
        "ended_count": int(ended.sum()),
        "distribution": distribution,
        "season_p_value": season_p_value(closures),
    }
    if _is_watched(hazard):
        row |= _rate_columns(closures, hazard["watched_from_on"], hazard["watched_to_on"])
    if days.size >= MIN_CLOSURES:
        row |= _duration_columns(fit_durations(days, ended, distribution))

    reason = joined(_reasons(hazard, days.size)) or None
    return row | {"reason": reason, "reason_message": pack(reason)}


def _reasons(hazard: dict[str, Any], closures_count: int) -> list[Message]:
    """Return why parts of a hazard's row are null."""
    reasons = []
    if not _is_watched(hazard):
        reasons.append(message("no rate: the events are not a full list"))
    if closures_count < MIN_CLOSURES:
        reasons.append(
            message(
                "no duration: {count} of the {least} closures needed",
                count=closures_count,
                least=MIN_CLOSURES,
            )
        )
    elif closures_count < MANY_CLOSURES:
        reasons.append(
            message(
                "few closures: {count}; intervals of 95 % hold the truth in 82 of 100 cases with 3 "
                "closures, in 91 with 5",
                count=closures_count,
            )
        )
    return reasons


def _is_watched(hazard: dict[str, Any]) -> bool:
    return hazard["watched_from_on"] is not None and hazard["watched_to_on"] is not None


def _rate_columns(
    closures: pl.DataFrame, watched_from: dt.date, watched_to: dt.date
) -> dict[str, float]:
    """Return how often closures began in the time watched, over the days nothing was shut."""
    began = pl.col("from_on")
    watched = closures.filter((began >= watched_from) & (began < watched_to))

    watched_d = float((watched_to - watched_from).days)
    shut_d = sum(
        min(days, (watched_to - from_on).days)
        for days, from_on in watched.select("days", "from_on").iter_rows()
    )
    at_risk_years = (watched_d - shut_d) / MEAN_YEAR_DAYS

    low, high = rate_interval(watched.height, at_risk_years)
    return {
        "watched_years": watched_d / MEAN_YEAR_DAYS,
        "at_risk_years": at_risk_years,
        "events_per_year": watched.height / at_risk_years,
        "events_per_year_low": low,
        "events_per_year_high": high,
    }


def _duration_columns(fitted: DurationFit) -> dict[str, Any]:
    return {
        "duration_median_d": fitted.median_d,
        "duration_median_d_low": fitted.median_d_low,
        "duration_median_d_high": fitted.median_d_high,
        "duration_sigma": fitted.sigma,
        "duration_sigma_low": fitted.sigma_low,
        "duration_sigma_high": fitted.sigma_high,
        "duration_mean_d": fitted.mean_d,
        "log_likelihood": fitted.log_likelihood,
        "aic": fitted.aic,
    }
