"""Tables of a risk: what blocks of simulated years add up to."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from corridor.closures.risk import Risk
from corridor.closures.uncertainty import (
    Interval,
    LengthsAndLosses,
    loss_intervals,
)
from corridor.flows.demand import DemandArrays
from corridor.kernels import Bools, Floats, Ints
from corridor.kernels.records import TRIP_LOSS, Dispatches
from corridor.language.messages import figure, message, pack
from corridor.network.closure_draws import epoch_day
from corridor.parallel import Block
from corridor.units import DAY_S
from corridor.version import __version__

RETURN_PERIODS = (2, 5, 10, 20, 50, 100, 200, 500)
MIN_TAIL = 5  # draws beyond a return level, below which it is left out
MEASURES = ("loss_usd", "extra_usd", "delay_t_days", "delay_d", "lost_t", "lost_trade_usd")
KNOWN_COLUMNS = ("known_low_usd", "known_high_usd")
QUANTILES = {"p05": 0.05, "p50": 0.5, "p95": 0.95, "p99": 0.99}
RETURN_LEVEL_TYPES: dict[str, Any] = {
    "return_period_years": pl.Int64,
    "loss_usd": pl.Float64,
    "low_usd": pl.Float64,
    "high_usd": pl.Float64,
}
# Days since 1970 that a date can hold (years 1 to 9999): a closure may be drawn to last longer.
MIN_EPOCH_DAY = -700_000
MAX_EPOCH_DAY = 2_900_000


class TripYears(NamedTuple):
    """What became of every trip in every draw, a year each: [draws, trips], and [trips] a unit.

    extra_usd: paid more by what was sent. delay_t_s: tonne-seconds later. lost_units: given up,
    each counting lost_unit_usd; t and value_usd are those of a unit.
    """

    extra_usd: Floats
    delay_t_s: Floats
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
    reasons: Sequence[str | None],
    *,
    events: pl.DataFrame | None,
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
        Settings of the simulation; limit_share and rng are read.
    reasons
        Why each trip that is served on no day of the year has no route; null for the others.
    events
        The table ``events`` of the study: how well the hazards are known; null: guesses.
    """
    trip_years = _trip_years(arrays, blocks, provenance["limit_share"])
    by_link_usd = np.concatenate([block["by_element"] for block in blocks]) / 100
    _, days = quiet.outcome.shape

    years = _years(arrays, trip_years)
    columns = _event_columns(blocks)
    drawn_events = _events(arrays, hazards, columns, days)
    intervals = loss_intervals(
        hazards,
        events,
        columns.lengths_and_losses(),
        years=years.height,
        standard_error=standard_error(years["loss_usd"].to_numpy()) or 0.0,
        rng=provenance["rng"],
    )
    return Risk(
        summary=_summary(years, intervals.total),
        return_levels=_return_levels(years["loss_usd"].to_numpy()),
        by_hazard=_by_hazard(hazards, drawn_events, intervals.by_hazard, draws=years.height),
        by_element=_by_element(arrays, by_link_usd),
        by_trip=_by_trip(arrays, trip_years, quiet, reasons),
        years=years,
        events=drawn_events,
        warnings=_warnings(arrays, quiet),
        provenance={"corridor": __version__, **provenance},
    )


class YearCosts(NamedTuple):
    """What years cost: undisturbed, and what closures of every year drawn add.

    undisturbed_usd: a year without closures. years: as the table of :class:`corridor.Risk`.
    """

    undisturbed_usd: float
    years: pl.DataFrame


def year_costs(
    arrays: DemandArrays, quiet: Dispatches, blocks: Sequence[Block], limit_share: float | None
) -> YearCosts:
    """Return what years cost; arguments as :func:`summarise` takes them."""
    years = _years(arrays, _trip_years(arrays, blocks, limit_share))
    return YearCosts(float(_undisturbed_usd(arrays, quiet).sum()), years)


def _trip_years(
    arrays: DemandArrays, blocks: Sequence[Block], limit_share: float | None
) -> TripYears:
    # [draws, trips, columns of TRIP_LOSS]
    totals = np.concatenate([block["totals"] for block in blocks])
    value_usd = arrays.column("value_usd_per_unit")
    return TripYears(
        extra_usd=totals[:, :, TRIP_LOSS.extra_cents] / 100,
        delay_t_s=totals[:, :, TRIP_LOSS.delay_t_s],
        lost_units=totals[:, :, TRIP_LOSS.lost_units],
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
            "delay_t_days": trip_years.delay_t_s.sum(axis=1) / DAY_S,
            "lost_t": trip_years.lost_t().sum(axis=1),
            "lost_trade_usd": trip_years.lost_trade_usd().sum(axis=1),
        }
    )
    return years.with_columns((pl.col("delay_t_days") / sent_t).alias("delay_d"))


class EventColumns(NamedTuple):
    """Closures of all draws, [events] each; days are counted from the first of dispatch.

    last_arrival: second at which the last goods arrive that met it; -1: none did.
    """

    draw: Ints
    hazard: Ints
    first_day: Ints
    end_day: Ints
    loss_cents: Floats
    last_arrival: Floats

    def shut_d(self, days: int) -> Ints:
        """Return how many of some days of dispatch each was at work."""
        first = np.maximum(self.first_day, 0)
        end = np.minimum(self.end_day, days)
        shut_d: Ints = np.maximum(end - first, 0)
        return shut_d

    def lengths_and_losses(self) -> LengthsAndLosses:
        """Return how long each lasts and what it costs."""
        days = (self.end_day - self.first_day).astype(float)
        return LengthsAndLosses(self.hazard, days, self.loss_cents / 100)

    def recover_d(self) -> pl.Series:
        """Return the days from the end of each until the last goods arrived, null where none."""
        days = np.maximum(self.last_arrival / DAY_S - self.end_day, 0)
        return pl.Series(np.where(self.last_arrival >= 0, days, np.nan)).fill_nan(None)


def _event_columns(blocks: Sequence[Block]) -> EventColumns:
    rows = np.concatenate([block["events"] for block in blocks])
    draw, hazard, first_day, end_day = rows[:, :4].astype(np.int64).T
    return EventColumns(draw, hazard, first_day, end_day, rows[:, 4] + rows[:, 5], rows[:, 6])


def _events(
    arrays: DemandArrays, hazards: pl.DataFrame, columns: EventColumns, days: int
) -> pl.DataFrame:
    """Return the closures at work on a day of dispatch, and later ones that met goods."""
    hazard_ids = hazards["hazard_id"].to_list()
    hazard_of_event = [hazard_ids[number] for number in columns.hazard.tolist()]
    frame = pl.DataFrame(
        {
            "draw": columns.draw,
            "hazard_id": pl.Series(hazard_of_event, dtype=pl.String),
            "from_on": _dates(arrays.first_on, columns.first_day),
            "to_on": _dates(arrays.first_on, columns.end_day),
            "shut_d": columns.shut_d(days),
            "loss_usd": columns.loss_cents / 100,
            "recover_d": columns.recover_d(),
            "ends_later": columns.end_day > len(arrays.regime_of_day),
        }
    )

    touched = frame.filter((pl.col("shut_d") > 0) | (pl.col("loss_usd") != 0))
    return touched.with_columns(_null_unless_ended("to_on", "recover_d")).drop("ends_later")


def _null_unless_ended(*columns: str) -> list[pl.Expr]:
    return [pl.when("ends_later").then(None).otherwise(column).alias(column) for column in columns]


def _dates(first_on: dt.date, day: Ints) -> pl.Series:
    """Return dates of days counted from one; days no date can hold become the farthest ones."""
    days = np.clip(epoch_day(first_on) + day, MIN_EPOCH_DAY, MAX_EPOCH_DAY)
    return pl.Series(days.astype(np.int32)).cast(pl.Date)


def _by_hazard(
    hazards: pl.DataFrame, events: pl.DataFrame, intervals: Sequence[Interval], draws: int
) -> pl.DataFrame:
    yearly = _yearly_by_hazard(events, draws)
    none_drawn = pl.col("closures_per_year", "shut_d_per_year", "loss_usd_per_year").fill_null(0.0)
    every_hazard = (
        hazards.select("hazard_id", "name")
        .join(yearly, on="hazard_id", how="left", maintain_order="left")
        .with_columns(none_drawn)
    )

    low_usd = [interval.low_usd for interval in intervals]
    high_usd = [interval.high_usd for interval in intervals]
    known = (
        pl.Series("known_low_usd", low_usd, dtype=pl.Float64),
        pl.Series("known_high_usd", high_usd, dtype=pl.Float64),
    )
    by_loss = _with_share(every_hazard.with_columns(known), "hazard_id")
    return by_loss.select(pl.exclude(KNOWN_COLUMNS), *KNOWN_COLUMNS)


def _yearly_by_hazard(events: pl.DataFrame, draws: int) -> pl.DataFrame:
    """Return how often each hazard that struck did, what it cost, how long recovery took."""
    recover_d = pl.col("recover_d").filter(pl.col("loss_usd") != 0)
    return events.group_by("hazard_id").agg(
        ((pl.col("shut_d") > 0).sum() / draws).alias("closures_per_year"),
        (pl.col("shut_d").sum() / draws).alias("shut_d_per_year"),
        (pl.col("loss_usd").sum() / draws).alias("loss_usd_per_year"),
        recover_d.mean().alias("recover_mean_d"),
        recover_d.quantile(0.95, "nearest").alias("recover_p95_d"),
    )


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


def _by_trip(
    arrays: DemandArrays,
    trip_years: TripYears,
    quiet: Dispatches,
    reasons: Sequence[str | None],
) -> pl.DataFrame:
    frame = arrays.trips.select("demand_id").with_columns(
        pl.Series("loss_usd_per_year", trip_years.loss_usd().mean(axis=0)),
        pl.Series("extra_usd_per_year", trip_years.extra_usd.mean(axis=0)),
        pl.Series("delay_t_days_per_year", trip_years.delay_t_s.mean(axis=0) / DAY_S),
        pl.Series("lost_t_per_year", trip_years.lost_t().mean(axis=0)),
        pl.Series("lost_trade_usd_per_year", trip_years.lost_trade_usd().mean(axis=0)),
        pl.Series("base_usd_per_year", _undisturbed_usd(arrays, quiet)),
        pl.Series("reason", reasons, dtype=pl.String),
        pl.Series("reason_message", [pack(reason) for reason in reasons], dtype=pl.String),
    )
    return _with_share(frame, "demand_id")


def _with_share(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    """Return a frame with the share of each row in the loss, largest loss first."""
    total = frame["loss_usd_per_year"].sum()
    share = (pl.col("loss_usd_per_year") / total) if total else pl.lit(None, pl.Float64)
    return frame.with_columns(share.alias("loss_share")).sort(
        "loss_usd_per_year", key, descending=[True, False]
    )


def _summary(years: pl.DataFrame, interval: Interval) -> pl.DataFrame:
    rows = [summary_row(measure, years[measure].to_numpy()) for measure in MEASURES]
    is_loss = pl.col("measure") == "loss_usd"
    return pl.DataFrame(rows, schema_overrides={"standard_error": pl.Float64}).with_columns(
        pl.when(is_loss).then(pl.lit(interval.low_usd)).alias("known_low"),
        pl.when(is_loss).then(pl.lit(interval.high_usd)).alias("known_high"),
    )


def summary_row(measure: str, values: Floats) -> dict[str, Any]:
    """Return the mean of a yearly figure over draws, its error and quantiles."""
    quantiles = np.quantile(values, tuple(QUANTILES.values()), method="inverted_cdf")
    return {
        "measure": measure,
        "mean": float(values.mean()),
        "standard_error": standard_error(values),
        **dict(zip(QUANTILES, quantiles.tolist(), strict=True)),
    }


def standard_error(values: Floats) -> float | None:
    """Return the standard error of a mean over draws; null for one draw."""
    draws = len(values)
    if draws == 1:
        return None
    return float(values.std(ddof=1) / np.sqrt(draws))


def _return_levels(loss_usd: Floats) -> pl.DataFrame:
    """Return the losses passed once in so many years, as far as the draws tell them."""
    ordered = np.sort(loss_usd)
    rows = [
        _return_level(ordered, years)
        for years in RETURN_PERIODS
        if len(ordered) / years >= MIN_TAIL
    ]
    return pl.DataFrame(rows, schema=RETURN_LEVEL_TYPES)


def _return_level(ordered: Floats, years: int) -> dict[str, float]:
    """Return the loss passed once in so many years, with its interval.

    ordered: losses of all draws, least first. The interval lies between the order statistics that
    hold the level in 95 of 100 samples. Source: David and Nagaraja (2003), Order statistics,
    distribution-free intervals for quantiles.
    """
    draws = len(ordered)
    share_below = 1 - 1 / years
    rank_low = binomial_quantile(0.025, draws, share_below)
    rank_high = binomial_quantile(0.975, draws, share_below)
    return {
        "return_period_years": years,
        "loss_usd": float(ordered[min(math.ceil(draws * share_below), draws) - 1]),
        "low_usd": float(ordered[max(rank_low - 1, 0)]),
        "high_usd": float(ordered[min(rank_high, draws - 1)]),
    }


def binomial_quantile(probability: float, trials: int, chance: float) -> int:
    """Return the least count that a binomial variable does not exceed with a probability.

    As ``scipy.stats.binom.ppf`` returns it, whose import alone takes half a second.
    """
    from scipy.special import bdtr, bdtrik

    count = math.ceil(float(bdtrik(probability, trials, chance)))
    lower = max(count - 1, 0)
    return lower if bdtr(lower, trials, chance) >= probability else count


def _undisturbed_usd(arrays: DemandArrays, quiet: Dispatches) -> Floats:
    """Return what each trip costs in a year without hazards; units without a route are left out."""
    _, days = quiet.outcome.shape
    served_cents = np.where(_is_served(quiet), quiet.cents, 0).sum(axis=1)
    usd_per_year: Floats = (served_cents / 100) * arrays.units() / days
    return usd_per_year


def is_ever_served(quiet: Dispatches) -> list[bool]:
    """Tell which trips arrive on some day of a year without hazards [trips]."""
    return [bool(days.any()) for days in _is_served(quiet)]


def _is_served(quiet: Dispatches) -> Bools:
    """Tell which units arrive in a year without hazards [trips, days]."""
    from corridor.kernels.states import SERVED

    is_served: Bools = quiet.outcome == SERVED
    return is_served


def _warnings(arrays: DemandArrays, quiet: Dispatches) -> tuple[str, ...]:
    unserved_share = (~_is_served(quiet)).mean(axis=1)
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
