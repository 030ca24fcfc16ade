"""Free places for labels: beside what they name, over nothing else, inside the plot."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from corridor.kernels import Ints

CELL_PX = 3.0  # lines are told apart from free room in cells of this size
LATER_PLACE = 0.03  # of its box a label may cover more of rather than take the place after


class Pixel(NamedTuple):
    """A point of a plot, in pixels from its top left corner."""

    x: float
    y: float


class Box(NamedTuple):
    """A part of a plot, in pixels from its top left corner."""

    left: float
    top: float
    right: float
    bottom: float


class Label(NamedTuple):
    """What a label names, as a point of the plot, and the size of the label; all in pixels."""

    x: float
    y: float
    width: float
    height: float

    def box(self, centre: Pixel) -> Box:
        """Return the box the label fills with its middle in a point."""
        return Box(
            centre.x - self.width / 2,
            centre.y - self.height / 2,
            centre.x + self.width / 2,
            centre.y + self.height / 2,
        )


def box_around(point: Pixel, reach: float) -> Box:
    """Return the square around a point, reaching so far to each side."""
    return Box(point.x - reach, point.y - reach, point.x + reach, point.y + reach)


@dataclass(frozen=True, slots=True)
class Ink:
    """What lines and dots of a plot cover, which labels should cover little of.

    sums: int64 [rows + 1, columns + 1]: cells with ink above and to the left. max_share: of its box
    a label may cover; one that covers more wherever it stands is left out.
    """

    sums: Ints
    max_share: float

    def share(self, box: Box) -> float:
        """Return the share of a box's cells that have ink."""
        rows, columns = self.sums.shape
        top, bottom = (_cell(y, rows) for y in (box.top, box.bottom + CELL_PX))
        left, right = (_cell(x, columns) for x in (box.left, box.right + CELL_PX))
        cells = (bottom - top) * (right - left)
        inked = self.sums[bottom, right] - self.sums[top, right]
        inked -= self.sums[bottom, left] - self.sums[top, left]
        return float(inked) / cells if cells else 0.0


def _cell(pixel: float, count: int) -> int:
    return min(max(int(pixel / CELL_PX), 0), count - 1)


def ink_of(
    lines: Iterable[Sequence[tuple[float, float]]], area: tuple[float, float], max_share: float
) -> Ink:
    """Return the ink of lines, each the pixels of its corners; a dot is a line to itself."""
    columns, rows = (math.ceil(side / CELL_PX) for side in area)
    cells = np.zeros((rows, columns), bool)
    for line in lines:
        for x, y in _steps(line):
            row, column = int(y // CELL_PX), int(x // CELL_PX)
            if 0 <= row < rows and 0 <= column < columns:
                cells[row, column] = True

    sums = np.zeros((rows + 1, columns + 1), np.int64)
    sums[1:, 1:] = cells.cumsum(axis=0).cumsum(axis=1)
    return Ink(sums, max_share)


def _steps(line: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Yield points of a line no further apart than a cell."""
    yield line[0]
    for (x0, y0), (x1, y1) in itertools.pairwise(line):
        count = math.ceil(max(abs(x1 - x0), abs(y1 - y0)) / CELL_PX)
        yield from (
            (x0 + (x1 - x0) * step / count, y0 + (y1 - y0) * step / count)
            for step in range(1, count + 1)
        )


def free_places(
    labels: Iterable[Label],
    offsets: Sequence[tuple[float, float]],
    area: tuple[float, float],
    obstacles: Iterable[Box] = (),
    ink: Ink | None = None,
) -> list[Pixel | None]:
    """Return the middle of the first free place of each label.

    Parameters
    ----------
    labels
        The most important first: a label leaves the places of those before it free.
    offsets
        The places tried, in order: from what the label names, as shares of its width and height.
    area
        Width and height of the plot, which labels must not leave.
    obstacles
        Boxes that must stay free.
    ink
        Of the free places a label takes the one that covers least of it; null: the first.

    Returns
    -------
    list
        One point a label; None where no place is free.
    """
    boxes = list(obstacles)
    places = []
    for label in labels:
        free = _free_centres(label, offsets, area, boxes)
        place = next(free, None) if ink is None else _least_covering(label, free, ink)
        if place is not None:
            boxes.append(label.box(place))
        places.append(place)

    return places


def _free_centres(
    label: Label,
    offsets: Sequence[tuple[float, float]],
    area: tuple[float, float],
    boxes: Sequence[Box],
) -> Iterator[Pixel]:
    for share_x, share_y in offsets:
        centre = Pixel(label.x + share_x * label.width, label.y + share_y * label.height)
        box = label.box(centre)

        if _is_inside(box, area) and not _touches_any(box, boxes):
            yield centre


def _least_covering(label: Label, centres: Iterable[Pixel], ink: Ink) -> Pixel | None:
    """Return the centre with least ink under the label; null where all have too much."""
    shares = [(ink.share(label.box(centre)), centre) for centre in centres]
    allowed = [
        (share + LATER_PLACE * number, centre)
        for number, (share, centre) in enumerate(shares)
        if share <= ink.max_share
    ]
    return min(allowed, default=(0.0, None))[1]


def _is_inside(box: Box, area: tuple[float, float]) -> bool:
    width, height = area
    return box.left >= 0 and box.top >= 0 and box.right <= width and box.bottom <= height


def _touches_any(box: Box, others: Sequence[Box]) -> bool:
    # The innermost loop of dense diagrams: plain names are faster than fields.
    left, top, right, bottom = box
    return any(
        left < other_right and other_left < right and top < other_bottom and other_top < bottom
        for other_left, other_top, other_right, other_bottom in others
    )
