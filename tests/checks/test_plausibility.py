"""Checks of plausibility: places, connections and lengths."""

from __future__ import annotations

import polars as pl

from check_cases import Frames, kinds, only_finding, tables_of, with_cells
from corridor.checks.plausibility import check_plausibility


def test_post_on_the_border_may_be_of_either_country(frames: Frames) -> None:
    for country, expected in (("UZ", []), ("KZ", []), ("KG", ["other-country"])):
        findings = check_plausibility(
            tables_of(
                with_cells(frames, "nodes", "keles", lon_deg=69.19, lat_deg=41.45, country=country)
            )
        )
        assert [f.kind for f in findings if f.kind == "other-country"] == expected


def test_port_may_lie_on_the_water(frames: Frames) -> None:
    at_sea = with_cells(frames, "nodes", "samarkand", lon_deg=65.0, lat_deg=15.0, unlocode=None)
    assert "node-at-sea" in kinds(at_sea)
    assert "node-at-sea" not in kinds(with_cells(at_sea, "nodes", "samarkand", kind="seaport"))


def test_place_on_its_own_layer_cannot_be_reached(frames: Frames) -> None:
    wide = with_cells(frames, "links", "tashkent-samarkand-rail", gauge_mm=1000)
    wide = {**wide, "links": wide["links"].filter(pl.col("link_id") != "tashkent-samarkand-road")}
    findings = {f.kind: f for f in check_plausibility(tables_of(wide))}
    assert findings["unreachable-nodes"].rows == ("samarkand",)
    assert "1 of 7 places" in findings["unreachable-nodes"].message


def test_length_within_a_kilometre_of_the_air_line_passes(frames: Frames) -> None:
    assert kinds(with_cells(frames, "links", "saryagash-keles-rail", length_km=6.5)) == []
    assert kinds(with_cells(frames, "links", "saryagash-keles-rail", length_km=4.0)) == [
        "shorter-than-air-line"
    ]


def test_countries_that_share_a_zone_are_told_apart(frames: Frames) -> None:
    """Hanoi keeps the time of Bangkok and is not in Thailand."""
    hanoi = {"lon_deg": 105.85, "lat_deg": 21.03, "unlocode": None}
    in_vietnam = with_cells(frames, "nodes", "samarkand", country="VN", **hanoi)
    assert "other-country" not in kinds(in_vietnam)

    in_thailand = with_cells(frames, "nodes", "samarkand", country="TH", **hanoi)
    assert "lies in VN (Vietnam)" in only_finding(in_thailand, "other-country").message
