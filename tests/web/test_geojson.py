"""GeoJSON: which links the page draws dashed, since how they run is not known."""

from __future__ import annotations

from typing import Any

import pytest

from corridor.network.shapes import Point, length_km
from corridor.web.geojson import _link_line

NODES = {
    "here": {"country": "KZ", "lon_deg": 70.0, "lat_deg": 48.0},
    "there": {"country": "KZ", "lon_deg": 72.0, "lat_deg": 48.0},
}
BENT: list[Point] = [(70.0, 48.0), (71.0, 48.5), (72.0, 48.0)]
BENT_KM = length_km(BENT)


def is_schematic(shape: list[Point] | None, **changes: Any) -> bool:
    """Tell whether the page says that a link of some shape is schematic."""
    link = {
        "link_id": "here-there",
        "from_node_id": "here",
        "to_node_id": "there",
        "mode": "road",
        "gauge_mm": None,
        "status": "existing",
        "length_km": BENT_KM,
        "confidence": "C",
        **changes,
    }
    says: bool = _link_line(link, NODES, 0, shape)["properties"]["schematic"]
    return says


def test_a_line_as_long_as_its_link_is_drawn_whole_and_none_dashed() -> None:
    assert not is_schematic(BENT)
    assert is_schematic(None)


@pytest.mark.parametrize(("share", "is_rough"), [(0.89, True), (0.91, False), (1.12, True)])
def test_a_road_or_railway_off_by_a_tenth_lacks_bends(share: float, is_rough: bool) -> None:
    for mode in ("road", "rail"):
        assert is_schematic(BENT, length_km=BENT_KM / share, mode=mode) == is_rough


def test_three_kilometres_more_make_no_line_rough() -> None:
    siding: list[Point] = [(70.0, 48.0), (70.0, 48.01)]
    assert not is_schematic(siding, length_km=length_km(siding) + 2.9)
    assert is_schematic(siding, length_km=length_km(siding) + 3.1)


def test_a_ship_keeps_to_its_lane_whatever_its_link_says() -> None:
    assert not is_schematic(BENT, length_km=3 * BENT_KM, mode="sea")
