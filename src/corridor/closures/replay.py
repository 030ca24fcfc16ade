"""Replay: a closure that happened, run through the model, beside what was seen."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple, Unpack

import numpy as np
import polars as pl

from corridor.closures.simulated_year import Task, loss_limits, run_year
from corridor.closures.simulation import SimulateOptions, prepare_task, read_settings
from corridor.errors import CallError, UnknownName
from corridor.flows.demand import DemandArrays
from corridor.kernels import Floats
from corridor.kernels.records import TRIP_LOSS, Closures, Dispatches
from corridor.network.calendar import day_of
from corridor.network.network import Network
from corridor.routing.conditions import read_instant
from corridor.units import CALENDAR_YEAR_DAYS, DAY_S

# Shares of its value that a unit may cost more, at which a replay is looked at; null: no limit.
LIMIT_SHARES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, None)


class _Replay(NamedTuple):
    """A closure made ready to be run: the days of dispatch, the demand and what closes."""

    task: Task
    arrays: DemandArrays
    closures: Closures


def replay(
    network: Network,
    demand: pl.DataFrame,
    closure: pl.DataFrame,
    *,
    from_on: dt.date | str,
    to_on: dt.date | str,
    stopped: Network | None = None,
    **options: Unpack[SimulateOptions],
) -> pl.DataFrame:
    """Return what a dated closure did to every trip, by the rules of :func:`corridor.simulate`.

    Parameters
    ----------
    network
        The network without the closure.
    demand
        Units of a whole year, the same every day.
    closure
        Rows of ``changes`` that close links, with from_on and to_on (null: open end).
    from_on, to_on
        First and last day of dispatch.
    stopped
        The same network with the dated rules that came with the closure, such as one that forbids
        trade between two countries whatever way it takes; null: there are none.
    **options
        As :func:`corridor.simulate` takes them.

    Returns
    -------
    pl.DataFrame
        One row a trip: demand_id; sent_t and sent_usd, what would have gone; lost_t and
        lost_trade_usd, what stayed behind, by closure or by rule; extra_usd and delay_t_days of the
        rest; held_t, tonnes that came later.

    Raises
    ------
    CallError
        Where no row closes anything, or the last day lies before the first.
    UnknownName
        For a place or cargo the network has not.
    """
    span = (from_on, to_on)
    ready = _prepare(network, demand, closure, *span, options)
    if stopped is None:
        return _run(ready, ready.task)
    under_rules = _prepare(stopped, demand, closure, *span, options)
    return _less_what_rules_stop(ready, _run(under_rules, under_rules.task))


def _less_what_rules_stop(ready: _Replay, under_rules: pl.DataFrame) -> pl.DataFrame:
    """Return a replay under rules beside what would have gone without them."""
    sent = _sent(ready.arrays, ready.task.quiet)
    rows = under_rules.join(sent, on="demand_id", how="left", maintain_order="left", suffix="_free")
    return rows.select(
        "demand_id",
        pl.col("sent_t_free").alias("sent_t"),
        pl.col("sent_usd_free").alias("sent_usd"),
        (pl.col("sent_t_free") - pl.col("sent_t") + pl.col("lost_t")).alias("lost_t"),
        (pl.col("sent_usd_free") - pl.col("sent_usd") + pl.col("lost_trade_usd")).alias(
            "lost_trade_usd"
        ),
        "extra_usd",
        "delay_t_days",
        "held_t",
    )


def _prepare(
    network: Network,
    demand: pl.DataFrame,
    closure: pl.DataFrame,
    from_on: dt.date | str,
    to_on: dt.date | str,
    options: SimulateOptions,
) -> _Replay:
    """Return a closure made ready to be run over some days."""
    first_on = day_of(read_instant(from_on, "from_on"))
    last_on = day_of(read_instant(to_on, "to_on"))
    if last_on < first_on:
        raise CallError(f"to_on {last_on} lies before from_on {first_on}.")
    days = (last_on - first_on).days + 1
    shut = _closing_rows(closure)

    task, arrays = prepare_task(
        network, demand, _as_hazards(shut), on=first_on, rng=0, options=options, days=days
    )
    return _Replay(task, arrays, _as_closures(shut, first_on, task.draws.days))


def _run(ready: _Replay, task: Task) -> pl.DataFrame:
    """Return the table of a replay; task: that of the replay, under its limits or others."""
    losses = run_year(task, ready.closures)
    return _by_trip(ready.arrays, task.quiet, losses.by_trip[0])


def _change(replayed: pl.DataFrame) -> float | None:
    """Return the share of the value sent by which trade changes; null where nothing is sent."""
    lost_usd = float(replayed["lost_trade_usd"].sum())
    sent_usd = float(replayed["sent_usd"].sum())
    return -lost_usd / sent_usd if sent_usd else None


class _Days(NamedTuple):
    """How the days of a replay weigh, from the trade of the same days of the time before.

    first_days: days of the first part. first_weight, rest_weight: of one day, over the mean day.
    """

    first_days: int
    first_weight: float
    rest_weight: float

    def of_day(self, nth: int) -> float:
        """Return the weight of a day, counted from 0."""
        return self.first_weight if nth < self.first_days else self.rest_weight


def _possible_changes(
    ready: _Replay, under_rules: _Replay | None, options: SimulateOptions
) -> list[float]:
    """Return the changes that the model says at all limits, the largest fall first.

    All goods of a row of demand go or stay, so there are few.
    """
    settings = read_settings(options)
    run = under_rules or ready
    changes = set()
    for share in LIMIT_SHARES:
        limits = loss_limits(run.arrays, settings._replace(limit_share=share))
        replayed = _run(run, dataclasses.replace(run.task, limits=limits))
        if under_rules is not None:
            replayed = _less_what_rules_stop(ready, replayed)
        change = _change(replayed)
        if change is not None:
            changes.add(round(change, 3) + 0.0)  # 0 instead of -0
    return sorted(changes)


def replay_beside(
    network: Network,
    demand: pl.DataFrame,
    closure: pl.DataFrame,
    *,
    before: str,
    after: str,
    season: str | None = None,
    stopped: Network | None = None,
    **options: Unpack[SimulateOptions],
) -> dict[str, Any]:
    """Return a replayed closure beside the trade that was seen before and in the time of it.

    Parameters
    ----------
    network, demand, closure
        As :func:`replay` takes them.
    before, after
        Rows of the network's ``figures``: trade of a time without and of a time with the closure;
        the replay runs over the second.
    season
        Row of ``figures``: trade of the first part of the time before, which says how its days
        weigh beside the rest; null: every day weighs alike.
    stopped
        As :func:`replay` takes it.
    **options
        As :func:`corridor.simulate` takes them.

    Returns
    -------
    dict[str, Any]
        before, after: the trade seen; from_on, to_on, days, shut_days. Changes are shares, -0.5 for
        a half:

        * model_change: of the value sent, null where nothing is;
        * possible_changes: the same for every share of its value that a unit may cost more: rows of
          demand go or stay as one, so there are few;
        * observed_change: (after - before) / before;
        * over_after: the same difference over the new value, a base sometimes taken by mistake;
        * all_stopped_change: if nothing at all had passed while shut and nothing else had changed;
        * open_days_change: what the days it was open must have lost for the observed change, if
          nothing passed while shut; null where it was shut every day;
        * model_season_change, season_stopped_change, season_open_change: model_change,
          all_stopped_change and open_days_change with days as heavy as a year before; null without
          a season.

    Raises
    ------
    UnknownName
        For a figure that is not there.
    CallError
        For a figure without dates, and as :func:`replay` does.
    """
    figure_before = _figure(network, before)
    figure_after = _figure(network, after)
    from_on = figure_after["from_on"]
    to_on = figure_after["to_on"]
    if from_on is None or to_on is None:
        raise CallError(f"figure {after!r} has no from_on and to_on to replay over.")

    span = (from_on, to_on)
    ready = _prepare(network, demand, closure, *span, options)
    under_rules = None if stopped is None else _prepare(stopped, demand, closure, *span, options)
    replayed = _run(under_rules or ready, (under_rules or ready).task)
    if under_rules is not None:
        replayed = _less_what_rules_stop(ready, replayed)

    days = (to_on - from_on).days + 1
    is_shut = _are_shut(closure, from_on, days)
    beside: dict[str, Any] = {
        "before": figure_before["value"],
        "after": figure_after["value"],
        "from_on": from_on,
        "to_on": to_on,
        "days": days,
        "shut_days": sum(is_shut),
        "model_change": _change(replayed),
        "possible_changes": _possible_changes(ready, under_rules, options),
        **_changes(figure_before["value"], figure_after["value"], sum(is_shut) / days),
        "model_season_change": None,
        "season_stopped_change": None,
        "season_open_change": None,
    }
    if season is None:
        return beside

    weights = _weights(figure_before, _figure(network, season), days)
    parts = [
        replay(network, demand, closure, from_on=first, to_on=last, stopped=stopped, **options)
        for first, last in _parts(from_on, to_on, weights.first_days)
    ]
    return beside | _by_season(beside, is_shut, weights, parts)


def _weights(before: Mapping[str, Any], first: Mapping[str, Any], days: int) -> _Days:
    """Return how days weigh, from trade of all of the time before and of its first part."""
    dates = (before["from_on"], before["to_on"], first["from_on"], first["to_on"])
    if None in dates or first["from_on"] != before["from_on"]:
        raise CallError("the season must begin with the time before, and both need their days.")
    first_days = (first["to_on"] - first["from_on"]).days + 1
    if not 0 < first_days < days or not 0 < first["value"] < before["value"]:
        raise CallError("the season must be a part of the time before.")

    mean_usd = before["value"] / days
    rest_usd = before["value"] - first["value"]
    return _Days(
        first_days,
        first["value"] / first_days / mean_usd,
        rest_usd / (days - first_days) / mean_usd,
    )


def _parts(
    from_on: dt.date, to_on: dt.date, first_days: int
) -> tuple[tuple[dt.date, dt.date], tuple[dt.date, dt.date]]:
    """Return the first and the last day of the first part of a time, and of the rest."""
    rest_on = from_on + dt.timedelta(days=first_days)
    return (from_on, rest_on - dt.timedelta(days=1)), (rest_on, to_on)


def _by_season(
    beside: Mapping[str, Any], is_shut: list[bool], weights: _Days, parts: list[pl.DataFrame]
) -> dict[str, float | None]:
    """Return the changes with days that weigh as they did a year before."""
    days = len(is_shut)
    shut_share = sum(weights.of_day(nth) for nth in range(days) if is_shut[nth]) / days
    open_share = 1 - shut_share

    lost_usd = 0.0
    sent_usd = 0.0
    for weight, part in zip((weights.first_weight, weights.rest_weight), parts, strict=True):
        lost_usd += weight * float(part["lost_trade_usd"].sum())
        sent_usd += weight * float(part["sent_usd"].sum())
    observed = beside["observed_change"]

    return {
        "model_season_change": -lost_usd / sent_usd if sent_usd else None,
        "season_stopped_change": -shut_share,
        "season_open_change": (1 + observed) / open_share - 1 if open_share else None,
    }


def _closing_rows(closure: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of changes that close links; CallError where there are none."""
    shut = closure.filter(
        (pl.col("table") == "links")
        & (pl.col("column") == "status")
        & (pl.col("value") == "closed")
    )
    if not shut.height:
        raise CallError("closure has no row that sets links.status to closed.")
    return shut


def _as_hazards(shut: pl.DataFrame) -> pl.DataFrame:
    """Return a hazard for each row that closes links; none of them strikes by chance."""
    row_number = pl.int_range(pl.len()).cast(pl.String)

    return shut.select(
        pl.concat_str("change_id", row_number, separator="-").alias("hazard_id"),
        pl.col("change_id").alias("name"),
        "row_id",
        pl.lit(0.0).alias("events_per_year"),
        pl.lit(1.0).alias("duration_median_d"),
        pl.lit(0.0).alias("duration_sigma"),
        pl.lit(None, pl.String).alias("season_from"),
        pl.lit(None, pl.String).alias("season_to"),
    )


def _as_closures(shut: pl.DataFrame, first_on: dt.date, days: int) -> Closures:
    """Return the closures as :class:`corridor.network.closure_draws.ClosureDraws` draws them."""
    after_last = first_on + dt.timedelta(days=days)
    closures = [
        (
            hazard,
            ((row["from_on"] or first_on) - first_on).days,
            ((row["to_on"] or after_last) - first_on).days,
        )
        for hazard, row in enumerate(shut.iter_rows(named=True))
    ]

    columns = np.array(closures, np.int64).T
    in_order = columns[:, np.argsort(columns[1], kind="stable")]
    return Closures(*np.ascontiguousarray(in_order))


def _sent(arrays: DemandArrays, quiet: Dispatches) -> pl.DataFrame:
    """Return what would go of every trip: demand_id, sent_t, sent_usd."""
    from corridor.kernels.states import SERVED

    served_days = (quiet.outcome == SERVED).sum(axis=1)
    sent_units = arrays.units() / CALENDAR_YEAR_DAYS * served_days
    return arrays.trips.select("demand_id").with_columns(
        pl.Series("sent_t", sent_units * arrays.column("t_per_unit")),
        pl.Series("sent_usd", sent_units * arrays.column("value_usd_per_unit")),
    )


def _by_trip(arrays: DemandArrays, quiet: Dispatches, losses: Floats) -> pl.DataFrame:
    """Return the table of a replay; losses float64 [trips, TRIP_LOSS]."""
    t = arrays.column("t_per_unit")
    value_usd = arrays.column("value_usd_per_unit")
    lost_units = losses[:, TRIP_LOSS.lost_units]

    return _sent(arrays, quiet).with_columns(
        pl.Series("lost_t", lost_units * t),
        pl.Series("lost_trade_usd", lost_units * value_usd),
        pl.Series("extra_usd", losses[:, TRIP_LOSS.extra_cents] / 100),
        pl.Series("delay_t_days", losses[:, TRIP_LOSS.delay_t_s] / DAY_S),
        pl.Series("held_t", losses[:, TRIP_LOSS.late_units] * t),
    )


def _figure(network: Network, figure_id: str) -> Mapping[str, Any]:
    figures = network.by_id("figures")
    if figure_id not in figures:
        raise UnknownName("figure", figure_id, figures)
    return figures[figure_id]


def _are_shut(closure: pl.DataFrame, from_on: dt.date, days: int) -> list[bool]:
    """Return on which of some days at least one row is in force."""
    rows = closure.select("from_on", "to_on").rows()
    dates = (from_on + dt.timedelta(days=nth) for nth in range(days))
    return [any(_is_in_force(day, *row) for row in rows) for day in dates]


def _is_in_force(day: dt.date, from_on: dt.date | None, to_on: dt.date | None) -> bool:
    return (from_on is None or from_on <= day) and (to_on is None or day < to_on)


def _changes(before: float, after: float, shut_share: float) -> dict[str, float | None]:
    """Return what trade changed by as it was seen, and had closed days alone made the change."""
    observed = after / before - 1
    open_share = 1 - shut_share
    return {
        "observed_change": observed,
        "over_after": (after - before) / after,
        "all_stopped_change": -shut_share,
        "open_days_change": (1 + observed) / open_share - 1 if open_share else None,
    }
