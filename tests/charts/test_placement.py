"""Labels stand in free places: over nothing else, inside the plot."""

from __future__ import annotations

from corridor.charts.placement import Box, Label, free_places

AREA = (100.0, 100.0)
LABEL = Label(50.0, 50.0, 20.0, 10.0)


def test_second_label_stands_beside_the_first_and_the_third_finds_none() -> None:
    places = free_places([LABEL, LABEL, LABEL], ((0, 0), (0, 1.0)), AREA)
    assert places == [(50.0, 50.0), (50.0, 60.0), None]


def test_labels_stay_inside_the_plot() -> None:
    assert free_places([LABEL._replace(x=5.0)], ((0, 0),), AREA) == [None]
    assert free_places([LABEL._replace(x=5.0)], ((0, 0), (0.5, 0)), AREA) == [(15.0, 50.0)]


def test_labels_leave_obstacles_free() -> None:
    obstacle = Box(45.0, 45.0, 55.0, 50.0)
    places = free_places([LABEL], ((0, 0), (0, 0.5)), AREA, [obstacle])
    assert places == [(50.0, 55.0)]  # labels may touch what they leave free
