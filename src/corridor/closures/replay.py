"""Replay: a closure that happened, run through the model, beside what was seen."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple, Unpack

import numpy as np
import polars as pl

from corridor.closures.demand_arrays import DemandArrays
from corridor.closures.simulated_year import Task, loss_limits, run_year
from corridor.closures.simulation import SimulateOptions, prepare_task, read_settings
from corridor.errors import CallError, UnknownName
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
    **options
        As :func:`corridor.simulate` takes them.

    Returns
    -------
    pl.DataFrame
        One row a trip: demand_id; sent_t and sent_usd, what would have gone; lost_t and
        lost_trade_usd, what stayed behind; extra_usd and delay_t_days of the rest; held_t, tonnes
        that came later.

    Raises
    ------
    CallError
        Where no row closes anything, or the last day lies before the first.
    UnknownName
        For a place or cargo the network has not.
    """
    ready = _prepare(network, demand, closure, from_on, to_on, options)
    return _run(ready, ready.task)


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
    return _by_trip(ready.arrays, task.quiet, losses.by_trip)


def _change(replayed: pl.DataFrame) -> float | None:
    """Return the share of the value sent by which trade changes; null where nothing is sent."""
    lost_usd = float(replayed["lost_trade_usd"].sum())
    sent_usd = float(replayed["sent_usd"].sum())
    return -lost_usd / sent_usd if sent_usd else None


def _possible_changes(ready: _Replay, options: SimulateOptions) -> list[float]:
    """Return the changes that the model says at all limits, the largest fall first.

    All goods of a row of demand go or stay, so there are few.
    """
    settings = read_settings(options)
    changes = set()
    for share in LIMIT_SHARES:
        limits = loss_limits(ready.arrays, settings._replace(limit_share=share))
        change = _change(_run(ready, dataclasses.replace(ready.task, limits=limits)))
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
          nothing passed while shut; null where it was shut every day.

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

    ready = _prepare(network, demand, closure, from_on, to_on, options)
    days = (to_on - from_on).days + 1
    shut_days = _shut_days(closure, from_on, days)
    return {
        "before": figure_before["value"],
        "after": figure_after["value"],
        "from_on": from_on,
        "to_on": to_on,
        "days": days,
        "shut_days": shut_days,
        "model_change": _change(_run(ready, ready.task)),
        "possible_changes": _possible_changes(ready, options),
        **_changes(figure_before["value"], figure_after["value"], shut_days / days),
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
    """Return the closures as :class:`corridor.closures.closure_draws.ClosureDraws` draws them."""
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


def _by_trip(arrays: DemandArrays, quiet: Dispatches, losses: Floats) -> pl.DataFrame:
    """Return the table of a replay; losses float64 [trips, TRIP_LOSS]."""
    from corridor.kernels.states import SERVED

    t = arrays.column("t_per_unit")
    value_usd = arrays.column("value_usd_per_unit")
    served_days = (quiet.outcome == SERVED).sum(axis=1)
    sent_units = arrays.units() / CALENDAR_YEAR_DAYS * served_days
    lost_units = losses[:, TRIP_LOSS.lost_units]

    return arrays.trips.select("demand_id").with_columns(
        pl.Series("sent_t", sent_units * t),
        pl.Series("sent_usd", sent_units * value_usd),
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


def _shut_days(closure: pl.DataFrame, from_on: dt.date, days: int) -> int:
    """Return on how many of some days at least one row is in force."""
    rows = closure.select("from_on", "to_on").rows()
    return sum(
        any(_is_in_force(day, *row) for row in rows)
        for day in (from_on + dt.timedelta(days=i) for i in range(days))
    )


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
