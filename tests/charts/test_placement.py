"""Labels stand in free places: over nothing else, inside the plot."""

from __future__ import annotations

from corridor.charts.placement import Box, Label, free_places, ink_of

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


def test_labels_cover_as_little_of_lines_as_they_can() -> None:
    road = [(0.0, 50.0), (100.0, 50.0)]
    ink = ink_of([road], AREA, max_share=0.1)
    places = free_places([LABEL], ((0, 0), (0, 0.3), (0, 1.0)), AREA, ink=ink)
    assert places == [(50.0, 60.0)]

    assert free_places([LABEL], ((0, 0), (0, 0.3)), AREA, ink=ink) == [None]


def test_ink_is_the_share_of_a_box_that_lines_run_through() -> None:
    ink = ink_of([[(0.0, 1.0), (29.0, 1.0)]], (30.0, 30.0), max_share=1.0)
    assert ink.share(Box(0.0, 0.0, 29.0, 29.0)) == 0.1
    assert ink.share(Box(0.0, 12.0, 29.0, 29.0)) == 0.0
    assert ink.share(Box(0.0, 0.0, 29.0, 2.0)) == 1.0
