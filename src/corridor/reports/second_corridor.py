"""The second corridor in the report: what routes are worth that only one of two scenarios has."""

from __future__ import annotations

from typing import Any

import polars as pl

from corridor.charts.closures import corridor_bars
from corridor.language.speech import tell
from corridor.reports.figures import LOSS_TABLES, draw_figure
from corridor.reports.formats import brief_millions
from corridor.reports.inputs import ReportInputs

NOISE_ERRORS = 2  # standard errors within which a difference is not told from none


def second_corridor_values(inputs: ReportInputs) -> dict[str, Any]:
    """Return what the template needs on second corridors; nothing where none were valued."""
    frame = inputs.frame("loss_corridors")
    if not frame.height:
        return {}

    caption = tell(
        "Both networks meet the same closures. A corridor that crosses the same border as the "
        "first is shut with it: it can make ordinary days cheaper and still protect from nothing."
    )
    figure = draw_figure("losses-corridors", corridor_bars(frame), caption, frame, LOSS_TABLES)
    return {"words": second_corridor_sentences(inputs), "figures": [figure]}


def second_corridor_sentences(inputs: ReportInputs) -> list[str]:
    """Say what each second corridor is worth."""
    corridors = inputs.frame("loss_corridors").group_by(
        ["scenario", "without_scenario"], maintain_order=True
    )
    return [_sentence(str(title), str(beside), rows) for (title, beside), rows in corridors]


def _sentence(title: str, beside: str, rows: pl.DataFrame) -> str:
    """Say what a corridor saves in a year without closures, and how much cheaper these get."""
    measures = {row["measure"]: row for row in rows.iter_rows(named=True)}
    ordinary_usd = measures["undisturbed_usd"]["difference"]
    closures_usd = measures["loss_usd"]["difference"]
    noise_usd = NOISE_ERRORS * (measures["loss_usd"]["standard_error"] or 0.0)

    words = {
        "scenario": title,
        "beside": beside,
        "usd": brief_millions(abs(ordinary_usd)),
        "closures_usd": brief_millions(max(abs(closures_usd), noise_usd)),
    }
    is_noise = abs(closures_usd) <= noise_usd
    if ordinary_usd >= 0:
        return _saving(0.0 if is_noise else closures_usd, words)
    return _costing(0.0 if is_noise else closures_usd, words)


def _saving(closures_usd: float, words: dict[str, str]) -> str:
    """Say that a corridor saves on ordinary days; closures_usd: what it saves on others."""
    if closures_usd > 0:
        return tell(
            "“{scenario}” compared with “{beside}”: saves USD {usd} a year on undisturbed days "
            "and makes closures cheaper by USD {closures_usd}.",
            **words,
        )
    if closures_usd < 0:
        return tell(
            "“{scenario}” compared with “{beside}”: saves USD {usd} a year on undisturbed days "
            "and makes closures more expensive by USD {closures_usd}.",
            **words,
        )
    return tell(
        "“{scenario}” compared with “{beside}”: saves USD {usd} a year on undisturbed days and "
        "leaves the cost of closures as it is, within USD {closures_usd}.",
        **words,
    )


def _costing(closures_usd: float, words: dict[str, str]) -> str:
    """Say that a corridor costs on ordinary days; closures_usd: what it saves on others."""
    if closures_usd > 0:
        return tell(
            "“{scenario}” compared with “{beside}”: costs USD {usd} a year on undisturbed days "
            "and makes closures cheaper by USD {closures_usd}.",
            **words,
        )
    if closures_usd < 0:
        return tell(
            "“{scenario}” compared with “{beside}”: costs USD {usd} a year on undisturbed days "
            "and makes closures more expensive by USD {closures_usd}.",
            **words,
        )
    return tell(
        "“{scenario}” compared with “{beside}”: costs USD {usd} a year on undisturbed days and "
        "leaves the cost of closures as it is, within USD {closures_usd}.",
        **words,
    )
