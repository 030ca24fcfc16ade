"""Legends and keys fit the page, whatever the names."""

from __future__ import annotations

import pytest

from corridor.charts.legends import legend, mark_key, mode_channels
from corridor.charts.style import STYLES, WIDTH

LONG = "a name that takes about half of the page all by itself"


@pytest.mark.parametrize(("names", "columns"), [(["road", "rail"], 4), ([LONG] * 4, 2)])
def test_legend_has_as_many_columns_as_fit(names: list[str], columns: int) -> None:
    assert legend(names, 4).to_dict()["columns"] == columns


def test_modes_stand_in_one_order_and_one_legend() -> None:
    channels = mode_channels(["sea", "road"], widen=2.0)
    color = channels["color"].to_dict()
    assert color["scale"]["domain"] == ["road", "sea"]
    assert channels["strokeWidth"].to_dict()["scale"]["range"] == [
        STYLES["road"].width * 2.0,
        STYLES["sea"].width * 2.0,
    ]
    assert channels["strokeDash"].to_dict()["legend"] == color["legend"]


def test_long_keys_are_cut_to_fit() -> None:
    entries = [(str(i), LONG * 2) for i in range(20)]
    spec = mark_key(entries).to_dict()
    rows = next(iter(spec["datasets"].values()))
    assert len({row["text_px"] for row in rows}) == 3
    assert max(row["text_px"] for row in rows) < WIDTH
    assert all(row["meaning"].endswith("…") for row in rows)


def test_key_without_entries_is_empty() -> None:
    assert mark_key([]).to_dict()["height"] == 1
