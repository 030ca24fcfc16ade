"""Panels of bars: names at the left, money along the bottom, values behind the bars."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import altair as alt

from corridor.charts.axes import row_height
from corridor.charts.style import INK, WIDTH


@dataclass(frozen=True, slots=True)
class Margins:
    """Pixels at the left for names and at the right for values, and how many letters a name has."""

    left: int
    right: int
    letters: int

    @property
    def plot(self) -> int:
        """The width left for the bars."""
        return WIDTH - self.left - self.right

    @property
    def title(self) -> int:
        """The width an axis title may take: it stands out a little at both sides."""
        return WIDTH - 2 * self.right


def value_text(base: Any, gap_px: int = 5) -> Any:
    """Return the mark of values behind bars, so many pixels from their ends."""
    return base.mark_text(align="left", dx=gap_px, fontSize=11, color=INK)


def amount_axis(tick_count: int = 6) -> alt.Axis:
    """Return an axis of amounts, with as many decimals as they have."""
    return alt.Axis(format=",~f", tickCount=tick_count)


def bar_panel(
    *layers: Any,
    names: Iterable[str],
    row_px: int,
    margins: Margins,
    **look: Any,
) -> Any:
    """Return layers as one panel of rows.

    Parameters
    ----------
    layers
        Charts of Altair, the lowest first.
    names
        The rows' names, whose lines their height depends on.
    row_px
        Height of a row where every name stands on one line.
    margins
        What the panel leaves free at both sides.
    look
        Further properties of the panel, as Altair names them.
    """
    return alt.layer(*layers).properties(
        width=margins.plot, height=row_height(names, row_px), **look
    )
