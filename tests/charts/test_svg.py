"""Charts compile to SVG that is named, slim, unique, and no wider than the page."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import numpy as np
import pytest

import chart_cases as cases
from corridor.charts.style import WIDTH
from corridor.charts.svg import short_path, to_svg
from every_chart import EVERY, SVG, texts

TRANSLATE = re.compile(r"translate\(([-\d.]+)[, ]+([-\d.]+)\)")
PURE_MOVE = r' transform="translate\([^)]*\)"'
LETTER_SHARE = 0.43  # least width of a letter, as a share of the size of its type
ROOM_PX = 6  # letters may be narrower than counted


@pytest.mark.parametrize("name", EVERY)
def test_chart_is_named_fits_the_page_and_keeps_text(svgs: dict[str, str], name: str) -> None:
    root = ET.fromstring(svgs[name])
    title = root.find(f"{SVG}title")
    description = root.find(f"{SVG}desc")
    assert title is not None and title.text
    assert description is not None and description.text and len(description.text) > 20

    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert float(root.attrib["width"]) <= WIDTH + 16
    assert title.text in texts(svgs[name])
    assert "http" not in re.sub(r"http://www\.w3\.org/\S+", "", svgs[name])


@pytest.mark.parametrize("name", EVERY)
def test_no_text_leaves_the_picture(svgs: dict[str, str], name: str) -> None:
    """Every text lies inside, with room for its letters."""
    root = ET.fromstring(svgs[name])
    width = float(root.attrib["width"])
    height = float(root.attrib["height"])

    outside = []
    for text, left, right, y in level_texts(root, 0.0, 0.0):
        is_inside = left >= -ROOM_PX and right <= width + ROOM_PX and 0 <= y <= height
        if not is_inside:
            outside.append((text, left, right, y))
    assert not outside


def level_texts(
    element: ET.Element, x: float, y: float
) -> Iterator[tuple[str, float, float, float]]:
    """Give each text that is not turned: itself, left and right end, height of its line.

    x, y: where the groups around the element put it.
    """
    transform = element.get("transform", "")
    shift = TRANSLATE.search(transform)
    if shift:
        x += float(shift[1])
        y += float(shift[2])

    if element.tag == f"{SVG}text":
        x += float(element.get("x", "0"))
        y += float(element.get("y", "0"))

    text = "".join(element.itertext())
    if element.tag == f"{SVG}text" and text and "rotate" not in transform:
        length = text_length(element)
        before = {"middle": length / 2, "end": length}
        left = x - before.get(element.get("text-anchor", "start"), 0.0)
        yield text, left, left + length, y

    for child in element:
        yield from level_texts(child, x, y)


def text_length(element: ET.Element) -> float:
    """Return how long a text is at least, in pixels: its longest line."""
    size = float(re.sub(r"[^\d.]", "", element.get("font-size", "11")))
    lines = [*element] or [element]
    return LETTER_SHARE * size * max(len("".join(line.itertext())) for line in lines)


def test_ids_of_two_charts_never_meet(svgs: dict[str, str]) -> None:
    ids_of = {name: set(re.findall(r'\bid="([^"]+)"', svg)) for name, svg in svgs.items()}
    ids = [each for names in ids_of.values() for each in names]
    assert len(ids) == len(set(ids))

    for name, svg in svgs.items():
        assert set(re.findall(r"url\(#([^)]+)\)", svg)) <= ids_of[name]


def test_svg_is_slim(svgs: dict[str, str]) -> None:
    for svg in svgs.values():
        inside = re.sub(r"<(title|desc)\b.*?</\1>", "", svg)
        assert not re.search(r' (?:d|transform)="[^"]*\d\.\d\d', inside)
        assert "class=" not in inside
        assert not re.search(r' stroke-width="\d+\.\d{3}', inside)
        assert not re.search(rf"<use[^>]*{PURE_MOVE}|<text[^>]*{PURE_MOVE}[^>]*>[^<]", inside)
        assert "<g>" not in inside
        assert inside.count("font-family") == 1


def test_repeated_shapes_are_drawn_once(svgs: dict[str, str]) -> None:
    used = re.findall(r'<use[^>]* href="#([^"]+)"', svgs["calendar"])
    assert len(used) > 10
    assert set(used) <= set(re.findall(r'<path id="([^"]+)"', svgs["calendar"]))


def test_same_frames_make_the_same_picture(svgs: dict[str, str]) -> None:
    assert to_svg(EVERY["time_distance"]()) == svgs["time_distance"]


def test_path_by_its_steps_goes_through_the_same_points() -> None:
    generator = np.random.default_rng(7)
    points = generator.integers(-2000, 9000, (200, 2)) / 10
    path = "".join(
        f"{'M' if i % 50 == 0 else 'L'}{x:.1f},{y:.1f}" for i, (x, y) in enumerate(points)
    )

    short = short_path(path + "Z")
    assert len(short) < len(path) and short.endswith("Z")
    assert np.allclose(cases.path_points(short), points, atol=1e-9)


def test_step_that_goes_nowhere_is_left_out_unless_it_is_all() -> None:
    assert short_path("M1,2L3,4L3,4L3.5,4") == "M1 2l2 2 .5 0"
    assert short_path("M1,2L1,2") == "M1 2l0 0"
