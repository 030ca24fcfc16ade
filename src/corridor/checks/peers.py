"""Checks of figures against their peers: one far outside those of rows like it is a slip.

Minutes for hours, metres for kilometres, thousands for dollars, a decimal point one place on: each
of these is a number that can be, and stands alone among those of its kind.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from corridor.checks.measures import ROW, VALUE, Measure, measures
from corridor.errors import Finding, first_findings
from corridor.kernels import Floats
from corridor.tables.tables import Spot, Tables

MIN_PEERS = 5
# A figure stands alone when it lies outside its peers by as much as they differ among themselves,
# at least by the first of these ratios and at most by the second.
MIN_RATIO = 2.0
MIN_RATIO_OF_FEW = 3.0
MAX_RATIO = 5.0
_SLACK = 1e-6  # of logarithms, so that twice the range is not outside it by a rounding
_FEW = 10  # peers that are too few to show how much such figures differ
_MAX_SHARE_OUTSIDE = 0.05  # of a group; where more differ, they are no slips

# What a figure is divided by where it was written in another unit, with that unit.
_OTHER_UNITS = {
    "h": ((60, "minutes"), (3600, "seconds"), (1 / 24, "days")),
    "days": ((24, "hours"), (1 / 7, "weeks")),
    "km": ((1000, "metres"), (1 / 1.609, "miles")),
    "km/h": ((1 / 3.6, "metres a second"), (1 / 1.609, "miles an hour")),
    "g/t-km": ((1 / 1000, "kilograms"),),
    "g/TEU-km": ((1 / 1000, "kilograms"),),
    "kg/t": ((1000, "grams"),),
    "kg/TEU": ((1000, "grams"),),
    "1": ((100, "per cent"),),
    "1/week": ((1 / 7, "a day"), (52, "a year")),
    "1/year": ((1 / 12, "a month"), (1 / 365, "a day")),
}
_ANY_UNIT = ((1000, "thousandths"), (1 / 1000, "thousands"))
_DIGITS = (10, 0.1)


@dataclass(frozen=True, slots=True)
class Outlier:
    """A row whose figure stands alone.

    value: the figure. low, high: ends of the range of its peers. count: how many they are.
    """

    row: int
    value: float
    low: float
    high: float
    count: int


def check_peers(tables: Tables) -> list[Finding]:
    """Return warnings on figures that lie far outside those of rows like theirs."""
    return first_findings(_findings(tables))


def outliers(rows: Sequence[int], values: Floats) -> list[Outlier]:
    """Return the rows whose figures stand alone at either end of their group.

    Parameters
    ----------
    rows : numbers of the rows of one group.
    values : their figures, above 0.
    """
    order = np.argsort(values, kind="stable")
    ranked = np.log(values[order])
    numbers = [rows[i] for i in order.tolist()]

    return [
        *_above(numbers, ranked),
        *_mirrored(_above(numbers[::-1], -ranked[::-1])),
    ]


def _above(rows: Sequence[int], ranked: Floats) -> list[Outlier]:
    """Return the rows above a gap that parts them from all others.

    rows: of a group, the least figure first. ranked: logarithms of their figures.
    """
    largest = max(1, int(len(rows) * _MAX_SHARE_OUTSIDE))
    for outside in range(1, largest + 1):
        count = len(rows) - outside
        if count < MIN_PEERS:
            return []

        low = float(ranked[0])
        high = float(ranked[count - 1])
        if ranked[count] - high > _gap(low, high, count) + _SLACK:
            return [
                Outlier(rows[i], math.exp(ranked[i]), math.exp(low), math.exp(high), count)
                for i in range(count, len(rows))
            ]
    return []


def _gap(low: float, high: float, count: int) -> float:
    """Return the least logarithm of the ratio that parts a figure from its peers.

    low, high: logarithms of the ends of their range.
    """
    smallest = MIN_RATIO_OF_FEW if count < _FEW else MIN_RATIO
    return min(max(high - low, math.log(smallest)), math.log(MAX_RATIO))


def _mirrored(outliers_of_reciprocals: Iterable[Outlier]) -> Iterator[Outlier]:
    """Give outliers of reciprocals as those of the figures themselves."""
    for outlier in outliers_of_reciprocals:
        yield Outlier(
            outlier.row, 1 / outlier.value, 1 / outlier.high, 1 / outlier.low, outlier.count
        )


# Findings


def _findings(tables: Tables) -> Iterator[Finding]:
    reported: set[tuple[str, int, str]] = set()
    for measure in measures(tables):
        if measure.table in tables.broken:
            continue

        for outlier, group in _outliers_of(measure):
            cells = [(measure.table, outlier.row, column) for column in measure.columns]
            if not reported.intersection(cells):
                reported.update(cells)
                yield _finding(tables, measure, outlier, group)


def _outliers_of(measure: Measure) -> Iterator[tuple[Outlier, str]]:
    """Give the outliers of a measure with the name of their group, narrow groups first."""
    values = measure.figures[VALUE].cast(pl.Float64).to_numpy()
    is_figure = (values > 0) & np.isfinite(values)
    values = values[is_figure]
    if len(values) <= MIN_PEERS or _is_narrow(values):
        return

    figures = measure.figures.filter(is_figure)
    rows = figures[ROW].to_numpy()
    for level in measure.levels:
        for names, members in _groups(figures, level).items():
            if len(members) > MIN_PEERS:
                label = ", ".join(str(name) for name in names if name is not None)
                for outlier in outliers(rows[members].tolist(), values[members]):
                    yield outlier, label


def _is_narrow(values: Floats) -> bool:
    """Tell whether figures differ too little for any of them to stand alone."""
    return bool(values.max() <= values.min() * MIN_RATIO)


def _groups(figures: pl.DataFrame, level: Sequence[str]) -> dict[tuple[Any, ...], list[int]]:
    """Return the places of the figures of each group, by what the group has in common."""
    groups: dict[tuple[Any, ...], list[int]] = {}
    names = figures.select(level).rows() if level else [()] * figures.height
    for place, name in enumerate(names):
        groups.setdefault(name, []).append(place)
    return groups


def _finding(tables: Tables, measure: Measure, outlier: Outlier, group: str) -> Finding:
    column = measure.columns[0]
    shown = f"{outlier.value:.4g}"
    unit = "" if measure.unit == "1" else f" {measure.unit}"
    among = f" ({group})" if group else ""
    return tables.warning(
        "unlike-its-peers",
        Spot(measure.table, outlier.row, column),
        f"{measure.title} is {shown}{unit}; the {outlier.count} other rows like it{among} "
        f"lie between {outlier.low:.4g} and {outlier.high:.4g}.",
        do=_cure(measure, outlier),
        value=shown,
    )


def _cure(measure: Measure, outlier: Outlier) -> str:
    """Return what to do; where another unit explains the figure, that unit."""
    correct = "Correct it, or say in the note why it differs."
    for divisor, unit in (*_OTHER_UNITS.get(measure.unit, ()), *_ANY_UNIT):
        if _would_fit(outlier, divisor):
            return f"{correct} It looks like {unit}: {outlier.value / divisor:.4g} would fit."
    for divisor in _DIGITS:
        if _would_fit(outlier, divisor):
            meant = f"{outlier.value / divisor:.4g}"
            return f"{correct} A decimal point may be misplaced: {meant} would fit."
    return correct


def _would_fit(outlier: Outlier, divisor: float) -> bool:
    return outlier.low <= outlier.value / divisor <= outlier.high
