"""Risk: what simulated years of closures add up to, as tables."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from corridor.closures.demand_arrays import DemandArrays
from corridor.kernels import Floats, Ints
from corridor.kernels.records import Dispatches
from corridor.language.messages import figure, message
from corridor.parallel import Block
from corridor.tables.store import installed_version, write_results
from corridor.units import DAY_MIN

RETURN_PERIODS = (2, 5, 10, 20, 50, 100, 200, 500)
MIN_TAIL = 5  # draws beyond a return level, below which it is left out
MEASURES = ("loss_usd", "extra_usd", "delay_t_days", "delay_d", "lost_t", "lost_trade_usd")
QUANTILES = {"p05": 0.05, "p50": 0.5, "p95": 0.95, "p99": 0.99}
TABLES = ("summary", "return_levels", "by_hazard", "by_element", "by_trip", "years", "events")
EPOCH = dt.date(1970, 1, 1)
# Days since 1970 that a date can hold (years 1 to 9999): a closure may be drawn to last longer.
MIN_EPOCH_DAY = -700_000
MAX_EPOCH_DAY = 2_900_000


@dataclass(frozen=True, eq=False)
class Risk:
    """What closures cost in simulated years, compared with the same year without closures.

    Attributes
    ----------
    summary
        One row a yearly figure (``measure``): mean, standard_error (null for one draw), p05, p50,
        p95, p99.
    return_levels
        loss_usd passed once in return_period_years, with its interval low_usd to high_usd.
    by_hazard
        One row a hazard: closures_per_year, shut_d_per_year, loss_usd_per_year and its loss_share;
        recover_mean_d and recover_p95_d of the closures that cost anything.
    by_element
        loss_usd_per_year and loss_share of every link at which anything was lost.
    by_trip
        One row a demand row: yearly loss_usd, extra_usd, delay_t_days, lost_t and lost_trade_usd,
        base_usd_per_year (the cost of a year without closures), loss_share.
    years
        One row a draw: loss_usd, extra_usd plus what lost units count; extra_usd, money and time of
        what was sent more than undisturbed, waits and ways back included; delay_t_days, tonnes x
        days later; delay_d, the same a tonne sent; lost_t and lost_trade_usd, cargo that stayed
        behind and its value.
    events
        One row a closure at work: draw, hazard_id, from_on, to_on (null: after what was simulated),
        shut_d, loss_usd, recover_d: days from its end until the last goods were there that took
        another route or waited because of it.
    warnings
        What holds with a caveat.
    provenance
        Version, settings, seed and hash of the inputs.
    """

    summary: pl.DataFrame
    return_levels: pl.DataFrame
    by_hazard: pl.DataFrame
    by_element: pl.DataFrame
    by_trip: pl.DataFrame
    years: pl.DataFrame
    events: pl.DataFrame
    warnings: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def expected_loss_usd(self) -> float:
        """Mean yearly loss."""
        return float(self._loss["mean"])

    @property
    def _loss(self) -> dict[str, Any]:
        return self.summary.filter(pl.col("measure") == "loss_usd").row(0, named=True)

    def __repr__(self) -> str:
        standard_error = self._loss["standard_error"]
        error = "" if standard_error is None else f" ± {standard_error / 1e6:,.1f}"
        return (
            f"Risk: {self.years.height} years from {self.provenance.get('on')}: expected annual "
            f"loss {self.expected_loss_usd / 1e6:,.1f}{error} million USD, 95th percentile "
            f"{self._loss['p95'] / 1e6:,.1f}."
        )

    def write(self, folder: str | Path) -> Path:
        """Write every table as Parquet and a manifest into a folder and return it."""
        return write_results(
            folder,
            {name: getattr(self, name) for name in TABLES},
            {**self.provenance, "warnings": list(self.warnings)},
        )


class TripYears(NamedTuple):
    """What became of every trip in every draw, a year each: [draws, trips], and [trips] a unit.

    extra_usd: paid more by what was sent. delay_t_min: tonne-minutes later. lost_units: given up,
    each counting lost_unit_usd; t and value_usd are those of a unit.
    """

    extra_usd: Floats
    delay_t_min: Floats
    lost_units: Floats
    lost_unit_usd: Floats
    t: Floats
    value_usd: Floats

    def loss_usd(self) -> Floats:
        """Return what closures cost: extra generalised cost, and the worth of lost units."""
        return self.extra_usd + self.lost_units * self.lost_unit_usd

    def lost_t(self) -> Floats:
        """Return the tonnes given up."""
        return self.lost_units * self.t

    def lost_trade_usd(self) -> Floats:
        """Return the full value of the goods given up."""
        return self.lost_units * self.value_usd


def summarise(
    arrays: DemandArrays,
    hazards: pl.DataFrame,
    quiet: Dispatches,
    blocks: Sequence[Block],
    provenance: Mapping[str, Any],
) -> Risk:
    """Return the tables of all blocks of draws.

    Parameters
    ----------
    arrays
        Demand laid on the network.
    hazards
        Rows of the ``hazards`` table that were drawn from.
    quiet
        What each trip of each day meets without hazards, as
        :func:`corridor.kernels.states.undisturbed` returns it.
    blocks
        Results of :func:`corridor.closures.simulation.draw_block`, in order of the draws.
    provenance
        Settings of the simulation; limit_share is read.
    """
    trip_years = _trip_years(arrays, blocks, provenance["limit_share"])
    by_link_usd = np.concatenate([block["by_element"] for block in blocks]) / 100
    event_rows = np.concatenate([block["events"] for block in blocks])
    _, days = quiet.outcome.shape

    years = _years(arrays, trip_years)
    events = _events(arrays, hazards, event_rows, days)
    return Risk(
        summary=_summary(years),
        return_levels=_return_levels(years["loss_usd"].to_numpy()),
        by_hazard=_by_hazard(hazards, events, draws=years.height),
        by_element=_by_element(arrays, by_link_usd),
        by_trip=_by_trip(arrays, trip_years, quiet),
        years=years,
        events=events,
        warnings=_warnings(arrays, quiet),
        provenance={"corridor": installed_version(), **provenance},
    )


def _trip_years(
    arrays: DemandArrays, blocks: Sequence[Block], limit_share: float | None
) -> TripYears:
    # [draws, trips, 4]: cents more, tonne-minutes later, units lost, units late
    totals = np.concatenate([block["totals"] for block in blocks])
    value_usd = arrays.column("value_usd_per_unit")
    return TripYears(
        extra_usd=totals[:, :, 0] / 100,
        delay_t_min=totals[:, :, 1],
        lost_units=totals[:, :, 2],
        lost_unit_usd=value_usd * (1.0 if limit_share is None else limit_share),
        t=arrays.column("t_per_unit"),
        value_usd=value_usd,
    )


def _years(arrays: DemandArrays, trip_years: TripYears) -> pl.DataFrame:
    sent_t = float((arrays.units() * trip_years.t).sum())
    years = pl.DataFrame(
        {
            "draw": np.arange(len(trip_years.extra_usd)),
            "loss_usd": trip_years.loss_usd().sum(axis=1),
            "extra_usd": trip_years.extra_usd.sum(axis=1),
            "delay_t_days": trip_years.delay_t_min.sum(axis=1) / DAY_MIN,
            "lost_t": trip_years.lost_t().sum(axis=1),
            "lost_trade_usd": trip_years.lost_trade_usd().sum(axis=1),
        }
    )
    return years.with_columns((pl.col("delay_t_days") / sent_t).alias("delay_d"))


def _events(arrays: DemandArrays, hazards: pl.DataFrame, rows: Floats, days: int) -> pl.DataFrame:
    """Return the closures at work on a day of dispatch, and later ones that met goods on the way.

    rows float64 [events, 7]: draw, hazard, first day, first day no longer, cents more, cents given
    up, minute of the last arrival (-1: none). Days are counted from the first of dispatch.
    """
    draw, hazard, first_day, last_day = rows[:, :4].astype(np.int64).T
    lost_cents = rows[:, 4] + rows[:, 5]
    last_arrival = rows[:, 6]

    hazard_ids = hazards["hazard_id"].to_list()
    recover_d = np.maximum(last_arrival / DAY_MIN - last_day, 0)
    shut_d = np.minimum(last_day, days) - np.maximum(first_day, 0)
    simulated_days = len(arrays.regime_of_day)
    frame = pl.DataFrame(
        {
            "draw": draw,
            "hazard_id": pl.Series([hazard_ids[h] for h in hazard.tolist()], dtype=pl.String),
            "from_on": _dates(arrays.first_on, first_day),
            "to_on": _dates(arrays.first_on, last_day),
            "shut_d": np.maximum(shut_d, 0),
            "loss_usd": lost_cents / 100,
            "recover_d": pl.Series(np.where(last_arrival >= 0, recover_d, np.nan)).fill_nan(None),
            "ends_later": last_day > simulated_days,
        }
    )

    touched = frame.filter((pl.col("shut_d") > 0) | (pl.col("loss_usd") != 0))
    return touched.with_columns(_null_unless_ended("to_on", "recover_d")).drop("ends_later")


def _null_unless_ended(*columns: str) -> list[pl.Expr]:
    return [pl.when("ends_later").then(None).otherwise(column).alias(column) for column in columns]


def _dates(first_on: dt.date, day: Ints) -> pl.Series:
    """Return dates of days counted from one; days no date can hold become the farthest ones."""
    epoch_day = day + (first_on - EPOCH).days
    return pl.Series(np.clip(epoch_day, MIN_EPOCH_DAY, MAX_EPOCH_DAY).astype(np.int32)).cast(
        pl.Date
    )


def _by_hazard(hazards: pl.DataFrame, events: pl.DataFrame, draws: int) -> pl.DataFrame:
    recover_d = pl.col("recover_d").filter(pl.col("loss_usd") != 0)
    yearly = events.group_by("hazard_id").agg(
        ((pl.col("shut_d") > 0).sum() / draws).alias("closures_per_year"),
        (pl.col("shut_d").sum() / draws).alias("shut_d_per_year"),
        (pl.col("loss_usd").sum() / draws).alias("loss_usd_per_year"),
        recover_d.mean().alias("recover_mean_d"),
        recover_d.quantile(0.95, "nearest").alias("recover_p95_d"),
    )

    frame = (
        hazards.select("hazard_id", "name")
        .join(yearly, on="hazard_id", how="left", maintain_order="left")
        .with_columns(
            pl.col("closures_per_year", "shut_d_per_year", "loss_usd_per_year").fill_null(0.0)
        )
    )
    return _with_share(frame, "hazard_id")


def _by_element(arrays: DemandArrays, by_link_usd: Floats) -> pl.DataFrame:
    """Return the yearly loss of every link where any was lost. by_link_usd [draws, links]."""
    link_ids = arrays.network.frames["links"]["link_id"].to_list()
    frame = pl.DataFrame(
        {
            "link_id": link_ids[: by_link_usd.shape[1]],
            "loss_usd_per_year": by_link_usd.mean(axis=0),
        }
    )
    return _with_share(frame.filter(pl.col("loss_usd_per_year") != 0), "link_id")


def _by_trip(arrays: DemandArrays, trip_years: TripYears, quiet: Dispatches) -> pl.DataFrame:
    frame = arrays.trips.select("demand_id").with_columns(
        pl.Series("loss_usd_per_year", trip_years.loss_usd().mean(axis=0)),
        pl.Series("extra_usd_per_year", trip_years.extra_usd.mean(axis=0)),
        pl.Series("delay_t_days_per_year", trip_years.delay_t_min.mean(axis=0) / DAY_MIN),
        pl.Series("lost_t_per_year", trip_years.lost_t().mean(axis=0)),
        pl.Series("lost_trade_usd_per_year", trip_years.lost_trade_usd().mean(axis=0)),
        pl.Series("base_usd_per_year", _undisturbed_usd(arrays, quiet)),
    )
    return _with_share(frame, "demand_id")


def _with_share(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    """Return a frame with the share of each row in the loss, largest loss first."""
    total = frame["loss_usd_per_year"].sum()
    share = (pl.col("loss_usd_per_year") / total) if total else pl.lit(None, pl.Float64)
    return frame.with_columns(share.alias("loss_share")).sort(
        "loss_usd_per_year", key, descending=[True, False]
    )


def _summary(years: pl.DataFrame) -> pl.DataFrame:
    rows = []
    for measure in MEASURES:
        values = years[measure].to_numpy()
        draws = len(values)
        quantiles = np.quantile(values, tuple(QUANTILES.values()), method="inverted_cdf")
        rows.append(
            {
                "measure": measure,
                "mean": float(values.mean()),
                "standard_error": (
                    float(values.std(ddof=1) / np.sqrt(draws)) if draws > 1 else None
                ),
                **dict(zip(QUANTILES, quantiles.tolist(), strict=True)),
            }
        )
    return pl.DataFrame(rows, schema_overrides={"standard_error": pl.Float64})


def _return_levels(loss_usd: Floats) -> pl.DataFrame:
    """Return the losses passed once in so many years, each with an interval.

    The interval lies between the order statistics that hold the level in 95 of 100 samples. Source:
    David and Nagaraja (2003), Order statistics, distribution-free intervals for quantiles.
    """
    from scipy.stats import binom

    ordered = np.sort(loss_usd)
    draws = len(loss_usd)
    rows = []
    for years in RETURN_PERIODS:
        if draws / years < MIN_TAIL:
            break

        share_below = 1 - 1 / years
        rank_low = int(binom.ppf(0.025, draws, share_below))
        rank_high = int(binom.ppf(0.975, draws, share_below))
        rows.append(
            {
                "return_period_years": years,
                "loss_usd": float(ordered[min(math.ceil(draws * share_below), draws) - 1]),
                "low_usd": float(ordered[max(rank_low - 1, 0)]),
                "high_usd": float(ordered[min(rank_high, draws - 1)]),
            }
        )
    return pl.DataFrame(
        rows,
        schema={
            "return_period_years": pl.Int64,
            "loss_usd": pl.Float64,
            "low_usd": pl.Float64,
            "high_usd": pl.Float64,
        },
    )


def _undisturbed_usd(arrays: DemandArrays, quiet: Dispatches) -> Floats:
    """Return what each trip costs in a year without hazards; units without a route are left out."""
    _, days = quiet.outcome.shape
    served_cents = np.where(quiet.outcome == 0, quiet.cents, 0).sum(axis=1)
    usd_per_year: Floats = (served_cents / 100) * arrays.units() / days
    return usd_per_year


def _warnings(arrays: DemandArrays, quiet: Dispatches) -> tuple[str, ...]:
    unserved_share = (quiet.outcome != 0).mean(axis=1)
    demand_ids = arrays.trips["demand_id"].to_list()
    return tuple(
        message(
            "{demand_id}: no route within the limit on {share} of days even without hazards; "
            "those days are left out.",
            demand_id=demand_id,
            share=message("{figure}%", figure=figure(share * 100, ".0f")),
        )
        for demand_id, share in zip(demand_ids, unserved_share.tolist(), strict=True)
        if share
    )
