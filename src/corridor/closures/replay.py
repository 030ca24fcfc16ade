"""Replay: a closure that happened, run through the model, beside what was seen."""

from __future__ import annotations

import datetime as dt
from typing import Any, Unpack

import numpy as np
import polars as pl

from corridor.closures.closure_draws import hazards_at_work
from corridor.closures.simulation import FIRST_ROUTES, SimulateOptions, new_book, prepare_task
from corridor.errors import CallError, UnknownName
from corridor.kernels.records import CLOSURE_LOSS, TRIP_LOSS, Closures, Losses
from corridor.network.calendar import day_of
from corridor.network.network import Network
from corridor.routing.conditions import read_instant
from corridor.units import CALENDAR_YEAR_DAYS, DAY_MIN


def replay(
    network: Network,
    demand: pl.DataFrame,
    closure: pl.DataFrame,
    *,
    from_on: dt.date | str,
    to_on: dt.date | str,
    **options: Unpack[SimulateOptions],
) -> pl.DataFrame:
    """Return what a dated closure did to every trip sent between two days, both included.

    By the rules of ``simulate``.

    network: without the closure. demand: units of a whole year, the same every day. closure: rows
    of ``changes`` that close links, with from_on and to_on (null: open end). One row a trip: sent_t
    and sent_usd, what would have gone; lost_t and lost_trade_usd, what stayed behind; extra_usd and
    delay_t_days of the rest; held_t, tonnes that came later. Raises CallError where no row closes
    anything.
    """
    from corridor.kernels import states

    first, last = (day_of(read_instant(d, n)) for d, n in ((from_on, "from_on"), (to_on, "to_on")))
    days = (last - first).days + 1
    if days < 1:
        raise CallError(f"to_on {last} lies before from_on {first}.")
    shut = closure.filter(
        (pl.col("table") == "links")
        & (pl.col("column") == "status")
        & (pl.col("value") == "closed")
    )
    if not shut.height:
        raise CallError("closure has no row that sets links.status to closed.")
    hazards = shut.select(
        pl.concat_str("change_id", pl.int_range(pl.len()).cast(pl.String), separator="-").alias(
            "hazard_id"
        ),
        pl.col("change_id").alias("name"),
        "row_id",
        pl.lit(0.0).alias("events_per_year"),
        pl.lit(1.0).alias("duration_median_d"),
        pl.lit(0.0).alias("duration_sigma"),
        pl.lit(None, pl.String).alias("season_from"),
        pl.lit(None, pl.String).alias("season_to"),
    )
    task, arrays = prepare_task(
        network, demand, hazards, on=first, rng=0, options=options, days=days
    )
    horizon = len(task.network.regime_of_day)
    trips = arrays.trips.height
    spans = [
        (row["from_on"] or first, row["to_on"] or first + dt.timedelta(days=horizon))
        for row in shut.to_dicts()
    ]
    events = np.array(
        [[h, (a - first).days, (b - first).days] for h, (a, b) in enumerate(spans)], np.int64
    ).T
    events = np.ascontiguousarray(events[:, np.argsort(events[1], kind="stable")])
    active = hazards_at_work(events, horizon)
    book = new_book(FIRST_ROUTES)
    while True:
        losses = Losses(
            by_trip=np.zeros((trips, len(TRIP_LOSS))),
            by_closure=np.zeros((events.shape[1], len(CLOSURE_LOSS))),
            by_link=np.zeros(network.frames["links"].height),
            last_arrival=np.zeros(events.shape[1], np.int64),
        )
        if states.simulate(
            task.network, book, active, Closures(*events), task.quiet, task.limits, losses
        ):
            break
        book = new_book(2 * len(book.cost))
    by_trip = losses.by_trip
    tonnes = arrays.column("t_per_unit")
    value = arrays.column("value_usd_per_unit")
    sent = arrays.units() / CALENDAR_YEAR_DAYS * (task.quiet.outcome == states.SERVED).sum(axis=1)
    return arrays.trips.select("demand_id").with_columns(
        pl.Series("sent_t", sent * tonnes),
        pl.Series("sent_usd", sent * value),
        pl.Series("lost_t", by_trip[:, TRIP_LOSS.lost_units] * tonnes),
        pl.Series("lost_trade_usd", by_trip[:, TRIP_LOSS.lost_units] * value),
        pl.Series("extra_usd", by_trip[:, TRIP_LOSS.extra_cents] / 100),
        pl.Series("delay_t_days", by_trip[:, TRIP_LOSS.delay_t_min] / DAY_MIN),
        pl.Series("held_t", by_trip[:, TRIP_LOSS.late_units] * tonnes),
    )


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

    before, after: rows of the network's ``figures``: trade of a time without and of a time with the
    closure; the replay runs over the second. Changes are shares, -0.5 for a half. model_change: of
    the value sent; observed_change: (after - before) / before; over_after: the same difference over
    the new value, a base sometimes taken by mistake; all_stopped_change: if nothing at all had
    passed while shut and nothing else had changed; open_days_change: what the days it was open must
    have lost for the observed change, if nothing passed while shut. Raises UnknownName for a figure
    that is not there.
    """
    figures = network.by_id("figures")
    for name in (before, after):
        if name not in figures:
            raise UnknownName("figure", name, figures)
    one = figures[before]
    two = figures[after]
    if two["from_on"] is None or two["to_on"] is None:
        raise CallError(f"figure {after!r} has no from_on and to_on to replay over.")
    told = replay(network, demand, closure, from_on=two["from_on"], to_on=two["to_on"], **options)
    lost, sent = (float(told[c].sum()) for c in ("lost_trade_usd", "sent_usd"))
    days = (two["to_on"] - two["from_on"]).days + 1
    whole = [two["from_on"] + dt.timedelta(days=i) for i in range(days)]
    shut = sum(
        any(
            (r["from_on"] is None or r["from_on"] <= d) and (r["to_on"] is None or d < r["to_on"])
            for r in closure.iter_rows(named=True)
        )
        for d in whole
    )
    observed = two["value"] / one["value"] - 1
    open_share = 1 - shut / days
    return {
        "before": one["value"],
        "after": two["value"],
        "from_on": two["from_on"],
        "to_on": two["to_on"],
        "days": days,
        "shut_days": shut,
        "model_change": -lost / sent if sent else None,
        "observed_change": observed,
        "over_after": (two["value"] - one["value"]) / two["value"],
        "all_stopped_change": -shut / days,
        "open_days_change": (1 + observed) / open_share - 1 if open_share else None,
    }
