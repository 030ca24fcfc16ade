"""How broad words are drawn, and how long ones are cut or parted into lines to fit a chart in any
language."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable

from corridor.language.speech import speech


def breadth(text: str) -> float:
    """Return how wide a text is, in Latin letters: Cyrillic ones are a little wider, Chinese ones
    twice as wide.

    Kazakh letters count for more than they are: a text with one of them may be set in another,
    wider font throughout.
    """
    return sum(_letter_breadth(sign) for sign in text) if not text.isascii() else len(text)


def _letter_breadth(sign: str) -> float:
    if unicodedata.category(sign) in ("Mn", "Me", "Cf"):
        return 0.0
    if unicodedata.east_asian_width(sign) in "WF":
        return 2.0
    if "\u0400" <= sign <= "\u052f":
        return 1.17 if sign < "\u0490" and sign not in "\u0406\u0456" else 1.8
    return 1.0


def shortened(text: str, limit: float) -> str:
    """Return the text, cut with an ellipsis where it is broader than so many Latin letters."""
    if breadth(text) <= limit:
        return text
    return text[: max(1, _fitting(text, limit - 1))].rstrip() + "…"


def _fitting(text: str, limit: float) -> int:
    """Return how many signs at the start of the text are together no broader than the limit."""
    wide = 0.0
    for i, sign in enumerate(text):
        wide += _letter_breadth(sign)
        if wide > limit:
            return i
    return len(text)


def wrapped(text: str, limit: float) -> str:
    """Return the text on at most two lines no broader than so many Latin letters."""
    if breadth(text) <= limit:
        return text
    fits = _fitting(text, limit)
    cut = text.rfind(" ", 0, fits + 1)
    cut = cut if cut > fits // 3 else fits
    return text[:cut].rstrip() + "\n" + shortened(text[cut:].strip(), limit)


def wide_count(text: str) -> int:
    """Return how many letters of the text are Chinese or as wide as those."""
    return sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)


def labels(names: Iterable[str], limit: float) -> list[str]:
    """Return names for the left of a chart: shortened, in other languages than English on two
    lines, none like another."""
    made: list[str] = []
    for name in names:
        short = shortened(name, limit) if speech().is_english else wrapped(name, limit)
        made.append(
            short if short not in made else f"{shortened(short, limit - 4)} ({len(made) + 1})"
        )
    return made


def in_lines(text: str, width: float, size: float = 11.5) -> str | list[str]:
    """Return a title on as many lines as the width in pixels asks for; size: of its letters in
    pixels.

    English titles fit as they are.
    """
    lines = []
    limit = width / (0.45 * size)
    if breadth(text) <= limit or speech().is_english:
        return text
    limit = min(
        limit, 1.15 * breadth(text) / math.ceil(breadth(text) / limit)
    )  # no last line of one word
    while breadth(text) > limit:
        fits = max(1, _fitting(text, limit))
        cut = text.rfind(" ", 0, fits + 1)
        if (
            cut <= fits // 3
        ):  # Chinese parts no words; elsewhere a word broader than a line stands out
            cut = fits if wide_count(text[: fits + 1]) else text.find(" ", fits)
        if cut < 0:
            break
        lines.append(text[:cut].rstrip())
        text = text[cut:].strip()
    return [*lines, text] if lines else text
