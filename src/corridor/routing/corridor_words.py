"""Corridor words: the name of a corridor as a message, told in any language.

A name is a text in tables, such as "Torugart–Khunjerab road and rail"; its gateways and modes are
read from it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from corridor.language.messages import joined, message
from corridor.language.speech import marked
from corridor.tables.columns import MODES

DASH = "\N{EN DASH}"  # between gateways
_FIRST_MODES = (  # of a name without gateways
    marked("Road"),
    marked("Rail"),
    marked("Sea"),
    marked("Ferry"),
    marked("Waterway"),
    marked("Air"),
)
_MODE = "|".join((*MODES, *_FIRST_MODES))
_NAME = re.compile(rf"(?:(?P<gateways>.+?) )??(?P<modes>(?:{_MODE})(?:(?:, | and )(?:{_MODE}))*)")


def corridor_message(name: str) -> str:
    """Return the name of a corridor as a message, which is told in any language.

    >>> corridor_message("Torugart–Khunjerab road and rail").values["modes"]
    'road and rail'
    """
    parts = _NAME.fullmatch(name)
    if parts is None:
        return name

    modes = _listed_message(parts["modes"].replace(" and ", ", ").split(", "))
    if parts["gateways"] is None:
        return modes
    through = joined(parts["gateways"].split(DASH), DASH)
    return message("{gateways} {modes}", gateways=through, modes=modes)


def _listed_message(words: Sequence[str]) -> str:
    """Return words as people list them, as a message."""
    *first, last = words
    return message("{one} and {other}", one=joined(first, ", "), other=last) if first else last
