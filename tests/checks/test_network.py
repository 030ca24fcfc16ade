"""Checks of a network: layers of places, and terminals between them."""

from __future__ import annotations

from check_cases import Frames, tables_of, with_cells, with_row
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
