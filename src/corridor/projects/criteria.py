"""Criteria: what streams of works and the futures drawn come to, in one row, and by item."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from corridor.kernels import Floats
from corridor.language.messages import figure, joined, message, pack
from corridor.projects import finance
from corridor.projects.conventions import Convention
from corridor.projects.risk import expected_capex_usd
from corridor.projects.streams import Streams
from corridor.projects.works import Works
from corridor.tables.cells import frame_of
from corridor.tables.schema_appraisals import APPRAISAL_SWITCHING, COSTS

WORST_SHARE = 0.05  # of the futures, whose mean is the shortfall
BAND = (0.05, 0.95)  # percentiles that the bands of tables go by
SENSITIVITY_SHARE = 0.2  # of an item: "a fifth lower, a fifth higher"


def project_row(
    works: Works, streams: Streams, converged: bool, convention: Convention, draws: pl.DataFrame
) -> dict[str, Any]:
    """Return the row of a project: every criterion of its streams, and their bands.

    Parameters
    ----------
    works : what is built.
    streams : its money by year.
    converged : whether every assignment it hangs on is within its gap.
    convention : whose rates count.
    draws : its futures; none drawn: no bands.
    """
    return {
        "project_id": works.works_id,
        "name": works.name,
        "name_message": pack(works.name),
        "requires": list(works.requires),
        "convention": convention.convention_id,
        "first_year": int(streams.years[0]),
        "open_year": streams.open_year,
        "last_year": streams.last_year,
        "capex_usd": float(streams.items["capex"].sum()),
        "capex_expected_usd": expected_capex_usd(works) * convention.capex_factor,
        "hurdle_share": streams.discount_share,
        "converged": converged,
        **_of_streams(streams),
        **_of_return(streams.net),
        **_of_draws(draws),
    }


def _of_streams(streams: Streams) -> dict[str, Any]:
    """Return the criteria of streams at the hurdle rate."""
    rate = streams.discount_share
    opening = streams.open_year - int(streams.years[0])
    net_benefits = streams.welfare - streams.items["opex"]

    return {
        "benefit_usd_per_year": float(streams.welfare[opening]),
        "npv_usd": finance.present_usd(streams.net, rate),
        "benefit_cost_ratio": finance.benefit_cost_ratio(streams.benefits, streams.costs, rate),
        "first_year_return_share": finance.first_year_return_share(
            net_benefits, streams.items["capex"], opening, rate
        ),
        "payback_years": _payback(streams.net, 0.0),
        "discounted_payback_years": _payback(streams.net, rate),
    }


def _of_return(net: Floats) -> dict[str, Any]:
    """Return the internal rate of return where there is one, and else why there is none."""
    rates = finance.internal_rates(net) if net.any() else []
    note = _return_note(rates)

    return {
        "return_share": rates[0] if len(rates) == 1 else None,
        "return_note": None if note is None else str(note),
        "return_note_message": pack(note),
    }


def _of_draws(draws: pl.DataFrame) -> dict[str, Any]:
    """Return the bands and chances of the futures drawn."""
    low, high = BAND
    npv_usd = draws["npv_usd"]
    returns = draws["return_share"]

    return {
        "npv_p5_usd": _percentile(npv_usd, low),
        "npv_p95_usd": _percentile(npv_usd, high),
        "return_p5_share": _percentile_with_none(returns, low),
        "return_p95_share": _percentile_with_none(returns, high),
        "below_hurdle_share": _loss_share(npv_usd),
        "shortfall_usd": _shortfall_usd(npv_usd),
    }


def switching_frame(streams: Streams) -> pl.DataFrame:
    """Return the switching value of every item, and what a fifth of it does."""
    net_usd = float(streams.net @ streams.discount)
    effects = {item: float(usd @ streams.discount) for item, usd in streams.items.items()}
    effects |= {item: -effects[item] for item in COSTS}
    effects["benefits"] = float(streams.welfare @ streams.discount)

    rows = [
        {
            "project_id": streams.project_id,
            "item": item,
            "pv_usd": pv_usd,
            "switching_share": finance.switching_share(net_usd, pv_usd),
            "npv_low_usd": net_usd - SENSITIVITY_SHARE * pv_usd,
            "npv_high_usd": net_usd + SENSITIVITY_SHARE * pv_usd,
        }
        for item, pv_usd in effects.items()
    ]
    return frame_of(APPRAISAL_SWITCHING, rows)


def _payback(net: Floats, rate: float) -> float | None:
    """Return the payback from the first year in which money moves."""
    moving = np.flatnonzero(net)
    return finance.payback_years(net[moving[0] :], rate) if len(moving) else None


def _return_note(rates: Sequence[float]) -> str | None:
    """Say why a stream has no single return; null where it has one."""
    if len(rates) == 1:
        return None
    if not rates:
        return message("no rate makes it worth nothing")

    texts = [message("{share}", share=figure(rate, ".1%")) for rate in rates]
    return message("several rates make it worth nothing: {rates}", rates=joined(texts, ", "))


def _percentile(values: pl.Series, share: float) -> float | None:
    return float(np.quantile(values.to_numpy(), share)) if len(values) else None


def _percentile_with_none(values: pl.Series, share: float) -> float | None:
    """Return a percentile of returns; a future without a single one counts as the lowest."""
    if not len(values):
        return None

    returns = np.nan_to_num(values.cast(pl.Float64).to_numpy(), nan=-np.inf)
    value = float(np.quantile(returns, share, method="lower"))
    return value if np.isfinite(value) else None


def _loss_share(npv_usd: pl.Series) -> float | None:
    """Return the share of futures that are worth less than nothing at the hurdle rate."""
    return float((npv_usd.to_numpy() < 0).mean()) if len(npv_usd) else None


def _shortfall_usd(npv_usd: pl.Series) -> float | None:
    """Return the mean of the worst futures."""
    return finance.expected_shortfall(npv_usd.to_numpy(), WORST_SHARE) if len(npv_usd) else None
