"""Charts as SVG text: drawn by Vega, then made slim, with title and description."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, cast

import altair as alt

from corridor.charts.style import FONT, Chart


def unchecked() -> AbstractContextManager[None]:
    """Return a context in which Altair takes specs as they are: drawing is quicker, and the tests
    check every kind."""
    return cast("AbstractContextManager[None]", alt.utils.schemapi.debug_mode(False))


def to_svg(chart: Chart) -> str:
    """Return the chart as SVG text with <title> and <desc>; needs no network and no installed font.

    Its inner names are unique to its content, so that several can stand in one page.
    """
    spec = specified(chart)
    return finished(drawn(spec), spec)


def specified(chart: Chart) -> dict[str, Any]:
    """Return the chart in Vega-Lite's words."""
    with unchecked():
        spec: dict[str, Any] = chart.to_dict(validate=False)
    return spec


def drawn(spec: Mapping[str, Any]) -> str:
    """Return a spec as the SVG maker draws it."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(dict(spec)))


def finished(raw: str, spec: Mapping[str, Any]) -> str:
    """Return a drawn spec as SVG for a page: slim, with <title> and <desc>, and names of its
    own."""
    svg = _LEFTWARD.sub(
        lambda found: ">\u2067" + _FIGURE.sub("\u2066\\g<0>\u2069", found[1]) + "\u2069<",
        _plain(raw),
    )
    # Vega numbers its clips on from one chart to the next: number them anew, so that one chart is
    # one text.
    numbers: dict[str, int] = {}
    name = re.compile(r'(\bid="|url\(#|href="#)([^")]+)')
    svg = name.sub(lambda found: f"{found[1]}{numbers.setdefault(found[2], len(numbers))}", svg)
    mark = "c" + hashlib.sha256(svg.encode()).hexdigest()[:10]
    svg = name.sub(lambda found: f"{found[1]}{mark}-{found[2]}", svg)
    title = spec.get("title", "")
    heading = title.get("text", "") if isinstance(title, dict) else title
    heading = " ".join(heading) if isinstance(heading, list) else heading
    config = spec.get("config", {})
    look = f'font-family="{config.get("font", FONT)}" font-size="11px"'
    if (
        "locale" in config
    ):  # a page written from right to left would turn the text about its anchors
        look += ' direction="ltr"'
    words = (
        f'<title id="{mark}-title">{html.escape(str(heading))}</title>'
        f'<desc id="{mark}-desc">{html.escape(str(spec.get("description", "")))}</desc>'
    )
    return re.sub(
        r"<svg\b([^>]*)>",
        lambda found: (
            f'<svg{found[1]} {look} role="img" aria-labelledby="{mark}-title {mark}-desc">{words}'
        ),
        svg,
        count=1,
    )


# A text with Arabic or Hebrew letters runs from right to left by itself (right-to-left isolate),
# whatever stands around it, and a figure or a Latin name in it from left to right as a whole, or a
# date would be read backwards.
_LEFTWARD = re.compile(r">([^<>]*[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc][^<>]*)<")


_LATIN = "A-Za-z\u00c0-\u024f\u2080-\u2089"


_FIGURE = re.compile(
    rf"[{_LATIN}](?:(?:[{_LATIN}0-9 .'’/–-]|(?<=[0-9]),(?=[0-9]))*[{_LATIN}0-9])?|"
    r"(?:(?<![^\s(])[+\-−±])?[0-9](?:[0-9.,:/–-]*[0-9])?(?:\u00a0?%)?"
)


_TAG = re.compile(r"<[a-z][^>]*>")


_PLACES = re.compile(r' (?:d|transform|x|y|x1|x2|y1|y2|width|height)="[^"]*"')


_LONG = re.compile(r"-?\d+\.\d{2,}(?:e[-+]?\d+)?|-?\d+e[-+]?\d+")


# What says nothing: defaults, the names of parts for a viewer that is not there, the type that is
# named once at the top.
_IDLE = re.compile(
    r' (?:class="[^"]*"|pointer-events="none"|role="graphics-[a-z]+"|aria-[a-z]+="[^"]*"|opacity="1"|'  # noqa: E501
    r'stroke-width="1"|stroke-miterlimit="10"|stroke-linecap="butt"|stroke-dasharray="1,0"|'
    r'font-family="[^"]*"|font-size="11px"|font-weight="normal"|text-anchor="start"|'
    r'transform="translate\(0,0\)")'
)


_EMPTY = re.compile(
    r'<path d="" display="none"/>|<path d="M0,0h[\d.]+v[\d.]+h-?[\d.]+Z"/>|'
    r"<g(?: [^>]*)?></g>|<g(?: [^>]*)?/>"
)


_SHAPE = re.compile(r'<path(?=[ >])([^>]*?) d="([^"]{24,})"([^>]*)/>')


def _plain(svg: str) -> str:
    """Return the SVG with places to a tenth of a pixel and without what says nothing."""

    def place(found: re.Match[str]) -> str:
        short = f"{float(found[0]):.1f}"
        return "0" if float(short) == 0 else short.removesuffix(".0")

    def tag(found: re.Match[str]) -> str:
        return _IDLE.sub("", _PLACES.sub(lambda kept: _LONG.sub(place, kept[0]), found[0]))

    slim = _TAG.sub(tag, svg)
    while (less := _EMPTY.sub("", slim)) != slim:
        slim = less
    return _once(_unwrapped(slim))


def _unwrapped(svg: str) -> str:
    """Return the SVG without groups that say nothing of what they hold."""
    kept: list[str] = []
    says: list[bool] = []
    for piece in re.split(r"(</?g\b[^>]*>)", svg):
        if piece == "</g>":
            piece = piece if says.pop() else ""
        elif piece.startswith("<g") and not piece.endswith("/>"):
            says.append(piece != "<g>")
            piece = piece if says[-1] else ""
        kept.append(piece)
    return "".join(kept)


def _once(svg: str) -> str:
    """Return the SVG with every shape that comes back often written once and used by name."""
    counts: dict[str, int] = {}
    for found in _SHAPE.finditer(svg):
        counts[found[2]] = counts.get(found[2], 0) + 1
    names = {
        shape: f"s{i}"
        for i, shape in enumerate(shape for shape, count in counts.items() if count > 3)
    }
    if not names:
        return svg
    drawn = _SHAPE.sub(
        lambda found: (
            f'<use{found[1]} href="#{names[found[2]]}"{found[3]}/>'
            if found[2] in names
            else found[0]
        ),
        svg,
    )
    shapes = "".join(f'<path id="{name}" d="{shape}"/>' for shape, name in names.items())
    return re.sub(
        r"(<svg\b[^>]*>)", lambda found: f"{found[1]}<defs>{shapes}</defs>", drawn, count=1
    )
