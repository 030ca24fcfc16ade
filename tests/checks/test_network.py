"""Checks of a network: layers of places, and terminals between them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from check_cases import Frames, kinds, only_finding, tables_of, with_cells, with_row
from core_cases import evidence, frame
from corridor.checks.network import check_network, layers_at


def test_layers_are_those_of_the_links(frames: Frames) -> None:
    layers = layers_at(tables_of(frames))
    assert layers["almaty"] == {"road", "rail-1520"}
    assert layers["keles"] == {"rail-1520"}


def test_terminal_may_wait_for_another_gauge(frames: Frames) -> None:
    waiting = with_cells(frames, "terminals", "almaty-bulk", to_layer="rail-1435")
    assert [f.kind for f in check_network(tables_of(waiting))] == ["idle-terminal"]

    relaid = with_row(
        waiting,
        "changes",
        change_id="relaid",
        row_id="almaty-shymkent-rail",
        column="gauge_mm",
        value="1435",
    )
    assert check_network(tables_of(relaid)) == []


def test_a_gauge_laid_elsewhere_excuses_no_terminal(frames: Frames) -> None:
    """One row of changes switched off the check of every terminal's layers."""
    slip = with_cells(frames, "terminals", "almaty-bulk", to_layer="rail-1530")
    relaid = with_row(slip, "changes", change_id="relaid", column="gauge_mm", value="1435")
    assert [f.kind for f in check_network(tables_of(relaid))] == ["idle-terminal"]


def test_two_gauges_that_meet_need_a_terminal(frames: Frames) -> None:
    """Rails of 1,435 mm end where rails of 1,520 mm begin."""
    other = with_cells(frames, "links", "tashkent-samarkand-rail", gauge_mm=1435)
    finding = only_finding(other, "gauges-without-terminal")
    assert finding.value == "tashkent" and "rail-1435 and rail-1520 meet" in finding.message

    reloading = {
        "terminal_id": "tashkent-gauge",
        "from_layer": "rail-1520",
        "to_layer": "rail-1435",
    }
    joined = with_row(other, "terminals", node_id="tashkent", **reloading)
    assert "gauges-without-terminal" not in kinds(joined)

    by_road = {"terminal_id": "tashkent-other", "from_layer": "road", "to_layer": "rail-1435"}
    over_road = with_row(other, "terminals", node_id="tashkent", **by_road)
    assert "gauges-without-terminal" not in kinds(over_road)

    planned = with_cells(other, "links", "tashkent-samarkand-rail", status="planned")
    assert "gauges-without-terminal" not in kinds(planned)


def test_links_that_say_the_same_twice(frames: Frames) -> None:
    twin = {"link_id": "twin", "from_node_id": "shymkent", "to_node_id": "almaty"}
    double = with_row(frames, "links", **twin, length_km=720.0)
    assert only_finding(double, "parallel-links").value == "twin"
    assert "parallel-links" not in kinds(with_row(frames, "links", **twin, length_km=900.0))

    one_way = with_cells(double, "links", "almaty-shymkent-road", two_way=False)
    both_ways = with_cells(one_way, "links", "twin", two_way=False)
    assert "parallel-links" not in kinds(both_ways)


def test_regimes_take_at_most_all_of_the_time(frames: Frames) -> None:
    """Two regimes of one link that share nine tenths and a fifth of the time."""
    cells = {"name": "Queue", "table": "links", "row_id": "almaty-shymkent-rail", "fixed_h": 50.0}
    queue = evidence({"regime_id": "queue", "share": 0.9, **cells})
    jam = evidence({"regime_id": "jam", "share": 0.2, **cells})

    def with_regimes(*rows: dict[str, Any]) -> Frames:
        return {**frames, "regimes": frame("regimes", list(rows))}

    assert check_network(tables_of(with_regimes(queue))) == []
    finding = only_finding(with_regimes(queue, jam), "shares-over-one")
    assert "take 1.1 of the time" in finding.message

    winter = {**jam, "from_on": dt.date(2026, 1, 1)}
    assert check_network(tables_of(with_regimes(queue, winter))) == []
