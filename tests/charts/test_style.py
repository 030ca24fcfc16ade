"""Modes look alike in every chart and differ by more than their colour."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from corridor.charts.style import STYLES, style_key, styles_among
from every_chart import EVERY

NOT_MODES = ("stop", "wait", "planned", "closed")


def test_modes_differ_by_more_than_colour() -> None:
    modes = [style for key, style in STYLES.items() if key not in NOT_MODES]
    assert len({(style.dash, style.width) for style in modes}) == len(modes)
    assert len({style.hue for style in modes}) == len(modes)


def test_layers_have_the_style_of_their_mode() -> None:
    assert style_key("ferry-1520") == "ferry"
    assert style_key("rail-1067") == "rail"
    assert style_key("rail-1520") == "rail-1520"


def test_styles_among_names_keep_one_order() -> None:
    assert styles_among(["sea", "road", "no style"]) == ["road", "sea"]


@pytest.mark.parametrize("name", ["time_distance", "network_map", "route_map"])
def test_modes_look_alike_everywhere(name: str) -> None:
    styles = {style.name: style for style in STYLES.values()}
    scales = [
        part["scale"]
        for part in objects(EVERY[name]().to_dict())
        if part.get("field") == "drawn" and "scale" in part
    ]
    assert scales
    for scale in scales:
        for mode, value in zip(scale["domain"], scale["range"], strict=True):
            style = styles[mode]
            assert value in (style.hue, list(style.dash), style.width, style.width * 1.5)


def objects(tree: Any) -> Iterator[dict[str, Any]]:
    """Give every object of a spec."""
    if isinstance(tree, dict):
        yield tree
        tree = list(tree.values())
    if isinstance(tree, list):
        for part in tree:
            yield from objects(part)
