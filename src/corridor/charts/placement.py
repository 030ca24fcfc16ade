"""Free places for labels: beside what they name, over nothing else, inside the plot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


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


def free_places(
    labels: Iterable[Label],
    offsets: Sequence[tuple[float, float]],
    area: tuple[float, float],
    obstacles: Iterable[Box] = (),
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

    Returns
    -------
    list
        One point a label; None where no place is free.
    """
    boxes = list(obstacles)
    places = []
    for label in labels:
        place = _first_free(label, offsets, area, boxes)
        if place is not None:
            boxes.append(label.box(place))
        places.append(place)

    return places


def _first_free(
    label: Label,
    offsets: Sequence[tuple[float, float]],
    area: tuple[float, float],
    boxes: Sequence[Box],
) -> Pixel | None:
    for share_x, share_y in offsets:
        centre = Pixel(label.x + share_x * label.width, label.y + share_y * label.height)
        box = label.box(centre)

        if _is_inside(box, area) and not _touches_any(box, boxes):
            return centre
    return None


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
