"""Lists of losses: the dearest stretches and hazards, the corridor's own trade before all trade."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from corridor.closures.stretches import OWN_STRETCH, with_stretches
from corridor.language.speech import tell
from corridor.reports.formats import brief_millions, country, fine_share
from corridor.reports.inputs import ReportInputs

MAX_ROWS = 6


@dataclass(frozen=True, slots=True)
class LossRow:
    """What one loss costs a year, in millions, with its band and its share; as texts."""

    name: str
    loss: str
    band: str
    share: str


@dataclass(frozen=True, slots=True)
class LossList:
    """The dearest losses of some trade, the dearest first."""

    trade: str
    rows: tuple[LossRow, ...]


def stretch_lists(inputs: ReportInputs) -> list[LossList]:
    """Return what it costs to lose a stretch for a year; the share is of the year's carriage."""
    ranked = inputs.frame("loss_rank")
    own, whole = with_stretches(ranked, OWN_STRETCH), with_stretches(ranked)
    return _lists(inputs, own, whole, ("loss_low_usd_per_year", "loss_high_usd_per_year"))


def hazard_lists(inputs: ReportInputs) -> list[LossList]:
    """Return what hazards cost in a mean year; the share is of the loss of all hazards."""
    by_hazard = inputs.frame("loss_by_hazard")
    of_case = by_hazard.filter(pl.col("case") == pl.col("case").first())
    own = pl.col("own_loss_usd_per_year")
    with_share = of_case.with_columns((own / own.sum()).alias("own_loss_share"))
    return _lists(inputs, with_share, with_share, ("known_low_usd", "known_high_usd"))


def own_trade(inputs: ReportInputs) -> str | None:
    """Return what the trade of the study's two countries is called; null where it has none."""
    between = inputs.study.get("between")
    if not between:
        return None
    one, other = (country(code) for code in between)
    return tell("trade between {one} and {other}", one=one, other=other)


def _lists(
    inputs: ReportInputs, own_rows: pl.DataFrame, rows: pl.DataFrame, band: tuple[str, str]
) -> list[LossList]:
    """Return the dearest rows for own trade, where it loses anything, and for all trade.

    band: columns of the ends of a loss's band.
    """
    own = own_trade(inputs)
    lists = [LossList(own, _dearest(own_rows, band, "own_"))] if own else []
    lists.append(LossList(tell("trade of the region"), _dearest(rows, band, "")))
    return [dearest for dearest in lists if dearest.rows]


def _dearest(rows: pl.DataFrame, band: tuple[str, str], prefix: str) -> tuple[LossRow, ...]:
    loss = f"{prefix}loss_usd_per_year"
    columns = (loss, *(f"{prefix}{end}" for end in band), f"{prefix}loss_share")
    costly = rows.filter(pl.col(loss) > 0).sort(loss, descending=True, maintain_order=True)
    shown = costly.head(MAX_ROWS).select("name", *columns)
    return tuple(
        LossRow(
            name,
            brief_millions(usd),
            "" if low_usd is None else f"{brief_millions(low_usd)} – {brief_millions(high_usd)}",
            "" if part is None else fine_share(part),
        )
        for name, usd, low_usd, high_usd, part in shown.iter_rows()
    )
