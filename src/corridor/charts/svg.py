"""Charts as SVG text: drawn by Vega, then made slim, with title and description.

The SVG is changed as text, by patterns, and not by a parser: Vega writes one plain form of it
(attributes in double quotes, no comments, no CDATA), a report holds some seventy charts, and a tree
would be built and written again for each only to drop attributes.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections import Counter
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, cast

import altair as alt

from corridor.charts.style import FONT, Chart

MIN_REPEATS = 4  # a shape drawn so often is written once and used by name
MIN_SHAPE_LETTERS = 24  # shorter ones are not worth a name


def skip_validation() -> AbstractContextManager[None]:
    """Return a context in which Altair takes specs as they are.

    Drawing is quicker, and the tests check every kind.
    """
    return cast("AbstractContextManager[None]", alt.utils.schemapi.debug_mode(False))


def to_svg(chart: Chart) -> str:
    """Return the chart as SVG text with <title> and <desc>; needs no network and no installed font.

    Its inner names are unique to its content, so that several can stand in one page.
    """
    spec = vega_lite(chart)
    return finish(draw(spec), spec)


def vega_lite(chart: Chart) -> dict[str, Any]:
    """Return the chart as a Vega-Lite spec."""
    with skip_validation():
        spec: dict[str, Any] = chart.to_dict(validate=False)
    return spec


def draw(spec: Mapping[str, Any]) -> str:
    """Return a spec as the SVG that Vega draws."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(dict(spec)))


def finish(raw: str, spec: Mapping[str, Any]) -> str:
    """Return a drawn spec as SVG for a page: slim, with <title> and <desc>, and names of its own.

    raw: as :func:`draw` gives it.
    """
    svg = _isolate_right_to_left(_slim(raw))
    svg, prefix = _rename(svg)

    title = html.escape(_title(spec))
    description = html.escape(str(spec.get("description", "")))
    labels = f'role="img" aria-labelledby="{prefix}-title {prefix}-desc"'
    words = (
        f'<title id="{prefix}-title">{title}</title><desc id="{prefix}-desc">{description}</desc>'
    )
    return _ROOT.sub(lambda root: f"<svg{root[1]} {_look(spec)} {labels}>{words}", svg, count=1)


def _look(spec: Mapping[str, Any]) -> str:
    """Return the attributes of the whole picture: its type, and from where text runs."""
    config = spec.get("config", {})
    look = f'font-family="{config.get("font", FONT)}" font-size="11px"'
    if "locale" not in config:
        return look
    # A page written from right to left would turn the text about its anchors.
    return look + ' direction="ltr"'


def _title(spec: Mapping[str, Any]) -> str:
    """Return the title of a spec on one line; Vega-Lite has it as text, lines, or an object."""
    title = spec.get("title", "")
    text = title.get("text", "") if isinstance(title, dict) else title
    return " ".join(text) if isinstance(text, list) else str(text)


_ROOT = re.compile(r"<svg\b([^>]*)>")
_TAG = re.compile(r"<[a-z][^>]*>")
_GROUP_TAG = re.compile(r"(</?g\b[^>]*>)")
_NAME = re.compile(r'(\bid="|url\(#|href="#)([^")]+)')

# Attributes that hold places, and numbers in them with more decimals than the eye sees.
_PLACES = re.compile(r' (?:d|transform|x|y|x1|x2|y1|y2|width|height)="[^"]*"')
_LONG_NUMBER = re.compile(r"-?\d+\.\d{2,}(?:e[-+]?\d+)?|-?\d+e[-+]?\d+")

# Attributes that say nothing: defaults, the names of parts for a viewer that is not there, the type
# that is named once at the top.
_IDLE_ATTRIBUTE = re.compile(
    r' (?:class="[^"]*"|pointer-events="none"|role="graphics-[a-z]+"|aria-[a-z]+="[^"]*"|'
    r'opacity="1"|stroke-width="1"|stroke-miterlimit="10"|stroke-linecap="butt"|'
    r'stroke-dasharray="1,0"|font-family="[^"]*"|font-size="11px"|font-weight="normal"|'
    r'text-anchor="start"|transform="translate\(0,0\)")'
)
# Elements that draw nothing: paths not shown, backgrounds without a fill, groups without content.
_EMPTY_ELEMENT = re.compile(
    r'<path d="" display="none"/>|<path d="M0,0h[\d.]+v[\d.]+h-?[\d.]+Z"/>|'
    r"<g(?: [^>]*)?></g>|<g(?: [^>]*)?/>"
)
# A path of straight lines, as Vega writes it, and its points.
_STRAIGHT_PATH = re.compile(r' d="((?:[ML]-?[\d.]+,-?[\d.]+|Z)+)"')
_POINT = re.compile(r"([MLZ])(?:(-?[\d.]+),(-?[\d.]+))?")
# Widths of lines with more decimals than the eye sees.
_LONG_WIDTH = re.compile(r' stroke-width="(\d+\.\d{3,})"')
# What is moved to one place, and can say the place itself: a text on one line, a shape used by
# name, a line along one axis.
_MOVE = r' transform="translate\((-?[\d.]+),(-?[\d.]+)\)"'
_MOVED_TEXT = re.compile(rf"(<text\b[^>]*?){_MOVE}([^>]*>)(?!<tspan)")
_MOVED_USE = re.compile(rf"(<use\b[^>]*?){_MOVE}")
_MOVED_LINE = re.compile(rf'<line{_MOVE} x2="(-?[\d.]+)" y2="(-?[\d.]+)"([^>]*)/>')
_SHAPE = re.compile(rf'<path(?=[ >])([^>]*?) d="([^"]{{{MIN_SHAPE_LETTERS},}})"([^>]*)/>')

# A text with Arabic or Hebrew letters, and what in it runs from left to right: Latin names, also
# with figures in them, and figures with their signs, or dates.
_RIGHT_TO_LEFT_TEXT = re.compile(r">([^<>]*[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc][^<>]*)<")
_LATIN = "A-Za-z\u00c0-\u024f\u2080-\u2089"
_LEFT_TO_RIGHT_WORD = re.compile(
    rf"[{_LATIN}](?:(?:[{_LATIN}0-9 .'’/–-]|(?<=[0-9]),(?=[0-9]))*[{_LATIN}0-9])?|"
    r"(?:(?<![^\s(])[+\-−±])?[0-9](?:[0-9.,:/–-]*[0-9])?(?:\u00a0?%)?"
)
_RIGHT_TO_LEFT_ISOLATE = "\u2067"
_LEFT_TO_RIGHT_ISOLATE = "\u2066"
_END_OF_ISOLATE = "\u2069"


def _isolate_right_to_left(svg: str) -> str:
    """Return the SVG with its Arabic and Hebrew texts as isolates, and Latin words in these too.

    Such a text runs from right to left by itself, whatever stands around it, and a figure or a
    Latin name in it from left to right as a whole, or a date would be read backwards.
    """

    def isolate(text: re.Match[str]) -> str:
        words = rf"{_LEFT_TO_RIGHT_ISOLATE}\g<0>{_END_OF_ISOLATE}"
        inner = _LEFT_TO_RIGHT_WORD.sub(words, text[1])
        return f">{_RIGHT_TO_LEFT_ISOLATE}{inner}{_END_OF_ISOLATE}<"

    return _RIGHT_TO_LEFT_TEXT.sub(isolate, svg)


def _rename(svg: str) -> tuple[str, str]:
    """Return the SVG with inner names of its own, and the prefix of these: a hash of its content.

    Vega numbers its clips on from one chart to the next: they are numbered again, so that one chart
    is one text.
    """
    numbers: dict[str, int] = {}

    def renumber(name: re.Match[str]) -> str:
        return f"{name[1]}{numbers.setdefault(name[2], len(numbers))}"

    svg = _NAME.sub(renumber, svg)
    prefix = "c" + hashlib.sha256(svg.encode()).hexdigest()[:10]
    return _NAME.sub(lambda name: f"{name[1]}{prefix}-{name[2]}", svg), prefix


def _slim(svg: str) -> str:
    """Return the SVG with places to a tenth of a pixel and without what says nothing."""
    slim = _TAG.sub(_slim_tag, svg)

    # A group is empty once all it held is gone, so this is repeated until nothing changes.
    while (smaller := _EMPTY_ELEMENT.sub("", slim)) != slim:
        slim = smaller
    return _place(_share_shapes(_unwrap_groups(slim)))


def _slim_tag(tag: re.Match[str]) -> str:
    rounded = _PLACES.sub(lambda attribute: _LONG_NUMBER.sub(_round, attribute[0]), tag[0])
    short = _STRAIGHT_PATH.sub(lambda path: f' d="{short_path(path[1])}"', rounded)
    widths = _LONG_WIDTH.sub(lambda width: f' stroke-width="{float(width[1]):.2f}"', short)
    return _IDLE_ATTRIBUTE.sub("", widths)


def _place(svg: str) -> str:
    """Return the SVG with texts, shapes and lines at their places instead of moved to them."""
    texts = _MOVED_TEXT.sub(r'\1 x="\2" y="\3"\4', svg)
    shapes = _MOVED_USE.sub(r'\1 x="\2" y="\3"', texts)
    return _MOVED_LINE.sub(_straight_line, shapes)


def _straight_line(line: re.Match[str]) -> str:
    """Return a line along one axis as a path, which is shorter; any other as it is."""
    x, y, right, down, look = line.groups()
    if right == "0":
        return f'<path d="M{x} {y}v{down}"{look}/>'
    if down == "0":
        return f'<path d="M{x} {y}h{right}"{look}/>'
    return line[0]


def short_path(path: str) -> str:
    """Return a path of straight lines by its steps, which are short where its points are long.

    Steps are counted in tenths of a pixel, so that no error adds up. One that goes nowhere is left
    out, unless it is all there is.

    >>> short_path("M100.5,200L101,199.5L101,199.5L100.5,200Z")
    'M100.5 200l.5-.5-.5 .5Z'
    """
    pieces: list[str] = []
    x = y = 0
    for command, x_text, y_text in _POINT.findall(path):
        if command == "Z":
            pieces.append("Z")
            continue

        to_x, to_y = round(float(x_text) * 10), round(float(y_text) * 10)
        if command == "M":
            pieces.append(f"M{_pair(to_x, to_y)}")
        elif pieces[-1][0] == "M":
            pieces.append(f"l{_pair(to_x - x, to_y - y)}")
        elif (to_x, to_y) != (x, y):
            step = _pair(to_x - x, to_y - y)
            pieces.append(step if step.startswith("-") else f" {step}")
        x, y = to_x, to_y
    return "".join(pieces)


def _pair(x: int, y: int) -> str:
    """Return two numbers of tenths as SVG reads them, the shortest way."""
    second = _tenths(y)
    return f"{_tenths(x)}{'' if second.startswith('-') else ' '}{second}"


def _tenths(count: int) -> str:
    whole, tenth = divmod(abs(count), 10)
    sign = "-" if count < 0 else ""
    if not tenth:
        return f"{sign}{whole}"
    return f"{sign}{whole or ''}.{tenth}"


def _round(number: re.Match[str]) -> str:
    short = f"{float(number[0]):.1f}"
    return "0" if float(short) == 0 else short.removesuffix(".0")


def _unwrap_groups(svg: str) -> str:
    """Return the SVG without groups that say nothing of what they hold."""
    pieces: list[str] = []
    open_groups: list[bool] = []  # whether each is kept, the innermost last
    for piece in _GROUP_TAG.split(svg):
        is_kept = True
        if piece == "</g>":
            is_kept = open_groups.pop()
        elif piece.startswith("<g") and not piece.endswith("/>"):
            is_kept = piece != "<g>"
            open_groups.append(is_kept)

        if is_kept:
            pieces.append(piece)
    return "".join(pieces)


def _names_of_repeated(svg: str) -> dict[str, str]:
    """Return path -> name of every shape that comes back often."""
    counts = Counter(shape[2] for shape in _SHAPE.finditer(svg))
    repeated = [path for path, count in counts.items() if count >= MIN_REPEATS]
    return {path: f"s{i}" for i, path in enumerate(repeated)}


def _share_shapes(svg: str) -> str:
    """Return the SVG with every shape that comes back often written once and used by name."""
    names = _names_of_repeated(svg)
    if not names:
        return svg

    def use(shape: re.Match[str]) -> str:
        before, path, after = shape.groups()
        if path not in names:
            return shape[0]
        return f'<use{before} href="#{names[path]}"{after}/>'

    shapes = "".join(f'<path id="{name}" d="{path}"/>' for path, name in names.items())
    return _ROOT.sub(lambda root: f"{root[0]}<defs>{shapes}</defs>", _SHAPE.sub(use, svg), count=1)
