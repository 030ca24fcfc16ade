"""The font of reports and sheets, written into the page: length and looks hang on no machine.

Arimo, whose letters are as wide as those of Arial, in which charts are measured, a few signs of
Noto Sans, and Noto Naskh Arabic for Urdu. Of their parts a page holds those whose letters it uses.
Letters of other scripts come from the machine. All are under the SIL Open Font License
(fonts/OFL.txt).

The Naskh files are those of the npm package @fontsource/noto-naskh-arabic 5.3.0, cut to one block:
``fonttools subset FILE --unicodes=U+0600-06FF --flavor=woff2 --no-hinting``. Those of Cyrillic
beyond Russian are cut in the same way to the letters in use today (``U+048A-04FF``).
"""

from __future__ import annotations

import base64
import re
from importlib.resources import files
from typing import NamedTuple

FAMILY = "Report Sans"
WEIGHTS = (400, 700)


class Part(NamedTuple):
    """A part of the font: what its files are called, and its letters as CSS and Python say them.

    weights: those it has a file of; signs of one weight serve both, or bold ones would come from
    the machine.
    """

    name: str
    css_range: str
    letters: str
    weights: tuple[int, ...] = WEIGHTS


PARTS = (
    Part("arimo-latin", "U+0-FF,U+131,U+152-153,U+2000-206F,U+20AC,U+2122,U+2212", "A-Za-z0-9"),
    Part(
        "arimo-latin-ext", "U+100-130,U+132-151,U+154-17F,U+218-21B", "\u0100-\u017f\u0218-\u021b"
    ),
    Part("arimo-cyrillic", "U+301,U+400-45F,U+490-491,U+4B0-4B1,U+2116", "\u0400-\u045f"),
    Part(
        "arimo-cyrillic-ext",
        "U+48A-48F,U+492-4AF,U+4B2-4FF",
        "\u048a-\u048f\u0492-\u04af\u04b2-\u04ff",
    ),
    Part("noto-naskh", "U+600-6FF", "\u0600-\u06ff"),
    Part("noto-below", "U+3C3,U+2080-2089", "\u03c3\u2080-\u2089", (400,)),
    Part("noto-arrows", "U+2190-2193", "\u2190-\u2193", (400,)),
    Part(
        "noto-marks", "U+25A0,U+25BC,U+25C6,U+25CF,U+271A", "\u25a0\u25bc\u25c6\u25cf\u271a", (400,)
    ),
)


def with_font(html: str) -> str:
    """Return a page with the parts of the font that it uses in its style."""
    return html.replace("<style>", f"<style>\n{font_faces(html)}", 1)


def font_faces(text: str) -> str:
    """Return the style that brings the parts of the font that a text uses."""
    used = [part for part in PARTS if re.search(f"[{part.letters}]", text)]
    return "\n".join(_face(part, weight) for part in used for weight in WEIGHTS)


def _face(part: Part, weight: int) -> str:
    drawn = weight if weight in part.weights else part.weights[0]
    font = files(__package__).joinpath("fonts", f"{part.name}-{drawn}.woff2").read_bytes()
    data = base64.b64encode(font).decode("ascii")
    return (
        f'@font-face {{ font-family: "{FAMILY}"; font-weight: {weight}; '
        f"unicode-range: {part.css_range}; "
        f'src: url("data:font/woff2;base64,{data}") format("woff2"); }}'
    )
