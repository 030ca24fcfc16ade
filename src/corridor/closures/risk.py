"""Risk: what simulated years of closures add up to, as tables."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from corridor.closures.demand_arrays import Exposure
from corridor.kernels import Floats, Ints
from corridor.language.speech import kept
from corridor.parallel import Block
from corridor.tables.store import installed_version, write_results
from corridor.units import DAY_MIN

RETURN_PERIODS = (2, 5, 10, 20, 50, 100, 200, 500)
LEAST_TAIL = 5  # draws beyond a return level, below which it is not told
MEASURES = ("loss_usd", "extra_usd", "delay_t_days", "delay_d", "lost_t", "lost_trade_usd")
TABLES = ("summary", "return_levels", "by_hazard", "by_element", "by_trip", "years", "events")


@dataclass(frozen=True, eq=False)
class Risk:
    """What closures cost in simulated years, told against the same year without hazards.

    summary: mean, standard error and quantiles of each yearly figure. return_levels: yearly loss
    passed once in so many years. by_hazard, by_element, by_trip: mean yearly loss and its share by
    hazard, by link and by demand row. years: one row a draw: loss_usd = extra_usd (money and time
    of what was sent, waits and ways back included) + what lost units count; delay_t_days: tonnes x
    days later, delay_d: the same a tonne sent; lost_t and lost_trade_usd: cargo that stayed behind
    and its value. events: every closure at work, its loss and recover_d, days from its end until
    the last goods that went by another way or waited because of it were there.
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
        return float(self.summary.filter(pl.col("measure") == "loss_usd")["mean"][0])

    def __repr__(self) -> str:
        row = self.summary.filter(pl.col("measure") == "loss_usd").row(0, named=True)
        error = "" if row["standard_error"] is None else f" ± {row['standard_error'] / 1e6:,.1f}"
        return (
            f"Risk: {self.years.height} years from {self.provenance.get('on')}: expected annual "
            f"loss {row['mean'] / 1e6:,.1f}{error} million USD, 95th percentile "
            f"{row['p95'] / 1e6:,.1f}."
        )

    def write(self, folder: str | Path) -> Path:
        """Write every table as Parquet and a manifest into a folder and return it."""
        return write_results(
            folder,
            {name: getattr(self, name) for name in TABLES},
            {**self.provenance, "warnings": list(self.warnings)},
        )


def summarise(
    exposure: Exposure,
    hazards: pl.DataFrame,
    quiet: Ints,
    blocks: Sequence[Block],
    provenance: Mapping[str, Any],
) -> Risk:
    """Return the tables of all blocks of draws. quiet: what each trip of each day meets without
    hazards [4, trips, days]."""
    totals = np.concatenate([b["totals"] for b in blocks])
    by_link = np.concatenate([b["by_element"] for b in blocks]) / 100
    share = provenance["limit_share"]
    given = exposure.column("value_usd_per_unit") * (1.0 if share is None else share)
    tonnes = exposure.column("t_per_unit")
    value = exposure.column("value_usd_per_unit")
    extra = totals[:, :, 0] / 100
    lost = totals[:, :, 2]
    loss = extra + lost * given
    years = pl.DataFrame(
        {
            "draw": np.arange(len(totals)),
            "loss_usd": loss.sum(axis=1),
            "extra_usd": extra.sum(axis=1),
            "delay_t_days": totals[:, :, 1].sum(axis=1) / DAY_MIN,
            "lost_t": (lost * tonnes).sum(axis=1),
            "lost_trade_usd": (lost * value).sum(axis=1),
        }
    ).with_columns(
        (pl.col("delay_t_days") / float((exposure.units() * tonnes).sum())).alias("delay_d")
    )
    events = _events(
        exposure, hazards, np.concatenate([b["events"] for b in blocks]), quiet.shape[2]
    )
    names = exposure.network.frames["links"]["link_id"].to_list()
    elements = pl.DataFrame(
        {"link_id": names[: by_link.shape[1]], "loss_usd_per_year": by_link.mean(axis=0)}
    )
    trips = exposure.trips.select("demand_id").with_columns(
        pl.Series("loss_usd_per_year", loss.mean(axis=0)),
        pl.Series("extra_usd_per_year", extra.mean(axis=0)),
        pl.Series("delay_t_days_per_year", totals[:, :, 1].mean(axis=0) / DAY_MIN),
        pl.Series("lost_t_per_year", (lost * tonnes).mean(axis=0)),
        pl.Series("lost_trade_usd_per_year", (lost * value).mean(axis=0)),
        pl.Series("base_usd_per_year", _undisturbed(exposure, quiet)),
    )
    return Risk(
        summary=_summary(years),
        return_levels=_return_levels(years["loss_usd"].to_numpy()),
        by_hazard=_by_hazard(hazards, events, len(totals)),
        by_element=_with_share(elements.filter(pl.col("loss_usd_per_year") != 0), "link_id"),
        by_trip=_with_share(trips, "demand_id"),
        years=years,
        events=events,
        warnings=_warnings(exposure, quiet),
        provenance={"corridor": installed_version(), **provenance},
    )


def _events(exposure: Exposure, hazards: pl.DataFrame, rows: Floats, days: int) -> pl.DataFrame:
    """Every closure at work on a day of dispatch, and later ones that met goods still under way."""
    draw, hazard, first, last = rows[:, :4].astype(np.int64).T
    ids = hazards["hazard_id"].to_list()
    until = rows[:, 6]
    recover = np.where(until >= 0, np.maximum(until / DAY_MIN - last, 0), np.nan)
    start = (exposure.first_on - dt.date(1970, 1, 1)).days
    horizon = len(exposure.regime_of_day)
    frame = pl.DataFrame(
        {
            "draw": draw,
            "hazard_id": pl.Series([ids[h] for h in hazard.tolist()], dtype=pl.String),
            "from_on": pl.Series(np.maximum(first + start, -700_000).astype(np.int32)).cast(
                pl.Date
            ),
            "to_on": pl.Series(np.minimum(last + start, 2_900_000).astype(np.int32)).cast(pl.Date),
            "shut_d": np.maximum(np.minimum(last, days) - np.maximum(first, 0), 0),
            "loss_usd": (rows[:, 4] + rows[:, 5]) / 100,
            "recover_d": pl.Series(recover).fill_nan(None),
            "beyond": last > horizon,
        }
    )
    ended = pl.when("beyond").then(None)  # its end lies beyond what was simulated
    return (
        frame.filter((pl.col("shut_d") > 0) | (pl.col("loss_usd") != 0))
        .with_columns(
            ended.otherwise("to_on").alias("to_on"), ended.otherwise("recover_d").alias("recover_d")
        )
        .drop("beyond")
    )


def _by_hazard(hazards: pl.DataFrame, events: pl.DataFrame, draws: int) -> pl.DataFrame:
    held = events.group_by("hazard_id").agg(
        ((pl.col("shut_d") > 0).sum() / draws).alias("closures_per_year"),
        (pl.col("shut_d").sum() / draws).alias("shut_d_per_year"),
        (pl.col("loss_usd").sum() / draws).alias("loss_usd_per_year"),
        pl.col("recover_d").filter(pl.col("loss_usd") != 0).mean().alias("recover_mean_d"),
        pl.col("recover_d")
        .filter(pl.col("loss_usd") != 0)
        .quantile(0.95, "nearest")
        .alias("recover_p95_d"),
    )
    frame = (
        hazards.select("hazard_id", "name")
        .join(held, on="hazard_id", how="left", maintain_order="left")
        .with_columns(
            pl.col("closures_per_year", "shut_d_per_year", "loss_usd_per_year").fill_null(0.0)
        )
    )
    return _with_share(frame, "hazard_id")


def _with_share(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    total = frame["loss_usd_per_year"].sum()
    share = (pl.col("loss_usd_per_year") / total) if total else pl.lit(None, pl.Float64)
    return frame.with_columns(share.alias("loss_share")).sort(
        "loss_usd_per_year", key, descending=[True, False]
    )


def _summary(years: pl.DataFrame) -> pl.DataFrame:
    rows = []
    for name in MEASURES:
        v = years[name].to_numpy()
        p05, p50, p95, p99 = np.quantile(v, (0.05, 0.5, 0.95, 0.99), method="inverted_cdf").tolist()
        error = float(v.std(ddof=1) / np.sqrt(len(v))) if len(v) > 1 else None
        rows.append(
            {
                "measure": name,
                "mean": float(v.mean()),
                "standard_error": error,
                "p05": p05,
                "p50": p50,
                "p95": p95,
                "p99": p99,
            }
        )
    return pl.DataFrame(rows, schema_overrides={"standard_error": pl.Float64})


def _return_levels(loss: Floats) -> pl.DataFrame:
    """Losses passed once in so many years, with the order statistics that hold them in 95 of 100
    samples.

    Source: David and Nagaraja (2003), distribution-free intervals for quantiles.
    """
    from scipy.stats import binom

    ordered = np.sort(loss)
    n = len(loss)
    rows = []
    for years in RETURN_PERIODS:
        if n / years < LEAST_TAIL:
            break
        p = 1 - 1 / years
        low, high = (int(binom.ppf(q, n, p)) for q in (0.025, 0.975))
        rows.append(
            {
                "return_period_years": years,
                "loss_usd": float(ordered[min(math.ceil(n * p), n) - 1]),
                "low_usd": float(ordered[max(low - 1, 0)]),
                "high_usd": float(ordered[min(high, n - 1)]),
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


def _undisturbed(exposure: Exposure, quiet: Ints) -> Floats:
    """What each trip costs in a year without hazards, units that have no way left out."""
    made: Floats = (
        (np.where(quiet[0] == 0, quiet[1], 0).sum(axis=1) / 100) * exposure.units() / quiet.shape[2]
    )
    return made


def _warnings(exposure: Exposure, quiet: Ints) -> tuple[str, ...]:
    stuck = (quiet[0] != 0).mean(axis=1)
    return tuple(
        kept(
            "{demand_id}: no way within the limit on {share} of days even without hazards; those "
            "days are left out.",
            demand_id=name,
            share=kept("{figure}%", figure=f"{share * 100:.0f}"),
        )
        for name, share in zip(exposure.trips["demand_id"].to_list(), stuck.tolist(), strict=True)
        if share
    )
