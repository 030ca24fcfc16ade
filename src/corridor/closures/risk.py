"""Risk: what closures cost in simulated years, as the tables of one result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from corridor import views
from corridor.tables.store import write_results

TABLES = ("summary", "return_levels", "by_hazard", "by_element", "by_trip", "years", "events")


@dataclass(frozen=True, eq=False)
class Risk:
    """What closures cost in simulated years, compared with the same year without closures.

    Attributes
    ----------
    summary
        One row a yearly figure (``measure``): mean, standard_error (null for one draw), p05, p50,
        p95, p99. Of loss_usd also known_low and known_high: nine in ten expected losses that the
        record of closures allows lie between; the standard error is the chance of the draws alone.
    return_levels
        loss_usd passed once in return_period_years, with its interval low_usd to high_usd.
    by_hazard
        One row a hazard: closures_per_year, shut_d_per_year, loss_usd_per_year and its loss_share,
        known_low_usd to known_high_usd: the same as known_low and known_high of its loss;
        recover_mean_d and recover_p95_d of the closures that cost anything.
    by_element
        loss_usd_per_year and loss_share of every link at which anything was lost.
    by_trip
        One row a demand row: yearly loss_usd, extra_usd, delay_t_days, lost_t and lost_trade_usd,
        base_usd_per_year (the cost of a year without closures), loss_share; reason: why no unit of
        it has a route on any day of that year, else null.
    years
        One row a draw: loss_usd, extra_usd plus what lost units count; extra_usd, money and time of
        what was sent more than undisturbed, waits and ways back included; delay_t_days, tonnes x
        days later; delay_d, the same a tonne sent; lost_t and lost_trade_usd, cargo that stayed
        behind and its value.
    events
        One row a closure at work: draw, hazard_id, from_on, to_on (null: after what was simulated),
        shut_d, loss_usd, recover_d: days from its end until the last goods were there that took
        another route or waited because of it.
    queues
        Where ``capacities`` were asked for, one row a limit with a queue in any draw: what passes
        it undisturbed, what waiting there costs a year more than without closures, the longest
        wait; else null. The summary has that cost as queue_usd, beside loss_usd and not in it.
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
    queues: pl.DataFrame | None = None
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
        low = self._loss["known_low"] / 1e6
        high = self._loss["known_high"] / 1e6
        return (
            f"Risk: {self.years.height} years from {self.provenance.get('on')}: expected annual "
            f"loss {self.expected_loss_usd / 1e6:,.1f}{error} million USD ({low:,.0f} to "
            f"{high:,.0f} by what is known of the hazards), 95th percentile "
            f"{self._loss['p95'] / 1e6:,.1f}."
        )

    chart = views.draw_chart
    explain = views.explain
    _repr_html_ = views.page

    def write(self, folder: str | Path) -> Path:
        """Write every table as Parquet and a manifest into a folder and return it."""
        return write_results(
            folder,
            {name: getattr(self, name) for name in TABLES}
            | ({} if self.queues is None else {"queues": self.queues}),
            {**self.provenance, "warnings": list(self.warnings)},
        )
