"""Flow export: what is written is read back and equal, as GeoJSON and as GMNS."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

import corridor as co
from closure_cases import ON, build
from corridor.errors import CallError
from corridor.exchange.flow_export import export_flows
from corridor.flows.assign import assign
from corridor.flows.flows import Flows
from corridor.flows.link_uses import USES, link_flows
from corridor.network.graph import Row
from corridor.network.network import Network
from corridor.network.shapes import Point, points_of, text_of
from flow_cases import random_flows
from random_networks import evidence, frame

KEYS = ("link_id", "from_node_id", "to_node_id")


@pytest.fixture(scope="module")
def flows() -> Flows:
    network, demand = random_flows(3)
    return assign(network, demand, on=ON)


def test_geojson_read_back_is_what_links_carry(flows: Flows, tmp_path: Path) -> None:
    path = export_flows(flows, tmp_path / "flows.geojson")
    features = json.loads(path.read_text("utf-8"))["features"]
    expected = link_flows(flows.volumes, flows.capacities)
    rows = pl.DataFrame([f["properties"] for f in features], infer_schema_length=None)
    assert rows.drop("mode").equals(expected)

    places = flows.programme.arrays.network.by_id("nodes")
    for feature in features:
        first, *_, last = feature["geometry"]["coordinates"]
        for spot, end in ((first, "from_node_id"), (last, "to_node_id")):
            node = places[feature["properties"][end]]
            assert spot == [node["lon_deg"], node["lat_deg"]]


def test_a_link_is_drawn_along_its_shape_from_the_end_its_goods_leave(tmp_path: Path) -> None:
    network, demand = random_flows(3)
    bends = {link["link_id"]: bend(network, link) for link in network.rows("links")}
    shapes = [
        evidence({"link_id": link_id, "line": text_of(line)}) for link_id, line in bends.items()
    ]
    shaped = build({**network.frames, "shapes": frame("shapes", shapes)})

    path = export_flows(assign(shaped, demand, on=ON), tmp_path / "flows.geojson")
    first_end = dict(network.frames["links"].select("link_id", "from_node_id").iter_rows())
    directions = set()
    for feature in json.loads(path.read_text("utf-8"))["features"]:
        link_id = feature["properties"]["link_id"]
        is_forth = feature["properties"]["from_node_id"] == first_end[link_id]
        line = bends[link_id] if is_forth else bends[link_id][::-1]
        drawn = tuple(map(tuple, feature["geometry"]["coordinates"]))
        assert drawn == line
        directions.add(is_forth)
    assert directions == {True, False}


def bend(network: Network, link: Row) -> tuple[Point, ...]:
    """Return the ends of a link, as shapes write them, and a point off the straight line."""
    places = network.by_id("nodes")
    first, last = (
        (places[link[end]]["lon_deg"], places[link[end]]["lat_deg"])
        for end in ("from_node_id", "to_node_id")
    )
    middle = [round(0.75 * a + 0.25 * b + 0.5, 3) for a, b in zip(first, last, strict=True)]
    return points_of(text_of([first, (middle[0], middle[1]), last]))


def test_gmns_read_back_is_the_network_with_its_volumes(flows: Flows, tmp_path: Path) -> None:
    folder = export_flows(flows, tmp_path / "gmns")
    network = co.read_gmns(folder)
    assert not network.findings
    links = flows.programme.arrays.network.frames["links"]
    assert network.links.height == links.height + links.filter("two_way").height
    minutes = (links["length_km"] / links["speed_kmh"] * 60).to_list()
    read = dict(network.links.select("link_id", "free_cost").iter_rows())
    assert [read[link_id] for link_id in links["link_id"]] == pytest.approx(minutes)

    written = pl.read_csv(folder / "link.csv", infer_schema_length=None)
    loaded = written.filter(pl.col("volume_t") > 0).with_columns(
        pl.col("link_id").str.strip_suffix(" back")
    )
    expected = link_flows(flows.volumes, flows.capacities)
    both = expected.join(loaded, on=KEYS, suffix="_read", nulls_equal=True)
    assert both.height == expected.height == loaded.height
    assert both["volume_t"].to_list() == both["t"].to_list()
    for name in USES:
        assert both[f"{name}_read"].to_list() == both[name].to_list()


def test_a_link_has_the_use_of_its_tightest_limit(flows: Flows) -> None:
    rows = link_flows(flows.volumes, flows.capacities).drop_nulls("capacity_id")
    assert rows.height > 0
    for row in rows.iter_rows(named=True):
        limits = flows.capacities.filter(pl.col("links").list.contains(row["link_id"]))
        used = limits.filter(pl.col("use_per_day") > pl.col("background_per_day"))
        assert row["use_share"] == used["use_share"].max()


def test_a_file_of_another_kind_is_refused(flows: Flows, tmp_path: Path) -> None:
    with pytest.raises(CallError, match="neither"):
        export_flows(flows, tmp_path / "flows.shp")
