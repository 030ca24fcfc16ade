"""Checks of windows: targets, clocks, and days that seasons leave out."""

from __future__ import annotations

import pytest

from check_cases import Frames, kinds, only_finding, with_cells


def test_window_is_for_one_link_or_place(frames: Frames) -> None:
    neither = with_cells(frames, "windows", "shymkent-winter", link_id=None)
    assert kinds(neither) == ["window-target"]


@pytest.mark.parametrize(
    ("zone", "do"),
    [
        ("Almaty", "Write Asia/Almaty if that was meant."),
        ("asia/almaty", "Write Asia/Almaty if that was meant."),
        ("new york", "Write America/New_York if that was meant."),
        ("UTC+5:30", "Leave it empty and write 5.5 into utc_offset_h."),
        ("Asia/Tashkant", "Write 'Asia/Tashkent' or 'Asia/Ashgabat' if that was meant."),
        ("nowhere", "Write a name such as Asia/Almaty."),
    ],
)
def test_unknown_zone(frames: Frames, zone: str, do: str) -> None:
    finding = only_finding(
        with_cells(frames, "windows", "shymkent-winter", time_zone=zone), "unknown-time-zone"
    )
    assert finding.do == do
    assert finding.severity == "error"


def test_unknown_zone_of_a_place(frames: Frames) -> None:
    finding = only_finding(
        with_cells(frames, "nodes", "almaty", time_zone="UTC+5"), "unknown-time-zone"
    )
    assert finding.table == "nodes"


@pytest.mark.parametrize(
    ("zone", "offset_h", "kind"),
    [
        ("Asia/Dubai", 4.0, []),
        ("Asia/Dubai", 5.0, ["two-clocks"]),
        ("Europe/Istanbul", 3.0, []),
        ("Europe/Berlin", 1.0, ["two-clocks"]),
        ("Europe/Berlin", None, []),
    ],
)
def test_offset_beside_a_zone(
    frames: Frames, zone: str, offset_h: float | None, kind: list[str]
) -> None:
    cells = {"time_zone": zone, "utc_offset_h": offset_h}
    assert kinds(with_cells(frames, "windows", "shymkent-winter", **cells)) == kind


@pytest.mark.parametrize(
    ("winter_to", "summer_to", "kind", "day"),
    [
        ("02-28", "11-30", ["day-out-of-season"], "02-29"),
        ("02-29", "11-29", ["day-out-of-season"], "11-30"),
        ("02-28", "11-29", ["day-out-of-season"] * 2, None),
        ("02-29", "11-20", [], None),  # ten days shut are meant
        ("02-29", "11-30", [], None),
    ],
)
def test_a_single_day_left_out(
    frames: Frames, winter_to: str, summer_to: str, kind: list[str], day: str | None
) -> None:
    winter = with_cells(frames, "windows", "shymkent-winter", season_to=winter_to)
    both = with_cells(winter, "windows", "shymkent-summer", season_to=summer_to)
    assert [word for word in kinds(both) if word != "seasons-apart"] == kind
    if day is not None:
        finding = only_finding(both, "day-out-of-season")
        assert finding.severity == "warning"
        assert day in finding.message
