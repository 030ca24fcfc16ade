"""What a network lacks: detours between neighbours, ports with few links, ends at sea."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from check_cases import Frames, tables_of
from corridor.checks.detours import MAX_DETOUR, check_detours, detours_by, neighbours


def without_links(frames: Frames, *link_ids: str) -> Frames:
    links = frames["links"]
    assert set(link_ids) <= set(links["link_id"])
    return {**frames, "links": links.filter(~pl.col("link_id").is_in(link_ids))}


def pairs(frames: Frames, mode: str) -> set[tuple[str, str]]:
    return {detour.places for detour in detours_by(tables_of(frames), mode)}


@pytest.mark.parametrize(
    ("mode", "link_ids", "pair"),
    [
        ("road", ("warsaw-budapest-road",), ("budapest", "warsaw")),
        ("rail", ("hamburg-warsaw-rail",), ("hamburg", "warsaw")),
    ],
)
def test_missing_link_is_a_detour_of_its_ends(
    built_in: Frames, mode: str, link_ids: tuple[str, ...], pair: tuple[str, str]
) -> None:
    less = pairs(without_links(built_in, *link_ids), mode)
    assert pair in less - pairs(built_in, mode)


def test_roads_of_a_country_are_compared_within_it(built_in: Frames) -> None:
    roads = ("zahedan-birjand-road", "birjand-mashhad-road", "birjand-kerman-road")
    new_pairs = pairs(without_links(built_in, *roads), "road") - pairs(built_in, "road")
    assert ("dogharun", "milak") in new_pairs  # posts 420 km apart; no detour by Afghanistan


def test_detours_are_told_once_a_mode_the_worst_first(built_in: Frames) -> None:
    less = without_links(built_in, "warsaw-budapest-road")
    by_kind = {finding.kind: finding for finding in check_detours(tables_of(less))}
    finding = by_kind["detours-by-road"]
    ratios = [detour.ratio for detour in detours_by(tables_of(less), "road")]

    assert finding.severity == "warning"
    assert "budapest..warsaw" in finding.rows[:5]
    assert ratios == sorted(ratios, reverse=True)
    assert min(ratios) > MAX_DETOUR


def test_port_and_end_that_ships_alone_reach(built_in: Frames) -> None:
    links = built_in["links"]
    at_mundra = (pl.col("from_node_id") == "mundra") | (pl.col("to_node_id") == "mundra")
    is_left = ~at_mundra | (pl.col("link_id") == "chabahar-mundra-sea")
    demand = (
        built_in["demand"]
        .head(1)
        .with_columns(
            pl.lit("mundra").alias("destination_node_id"), pl.lit("sea-end").alias("demand_id")
        )
    )
    frames = {
        **built_in,
        "links": links.filter(is_left),
        "demand": pl.concat([built_in["demand"], demand]),
    }
    by_kind = {finding.kind: finding for finding in check_detours(tables_of(frames))}

    assert by_kind["few-sea-links"].rows == ("mundra",)
    assert by_kind["end-at-sea"].rows == ("mundra",)
    assert by_kind["end-at-sea"].table == "demand"
    assert not {"few-sea-links", "end-at-sea"} & {
        finding.kind for finding in check_detours(tables_of(built_in))
    }


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=3, max_size=9, unique=True))
def testneighbours_have_no_third_nearer_to_both(points: list[tuple[float, float]]) -> None:
    x, y = np.array(points).T
    air_km = np.hypot(x[:, None] - x, y[:, None] - y)
    areneighbours = neighbours(air_km)

    for a, b in itertools.permutations(range(len(points)), 2):
        others = set(range(len(points))) - {a, b}
        is_between = any(max(air_km[a, c], air_km[b, c]) < air_km[a, b] for c in others)
        assert areneighbours[a, b] == (not is_between)
