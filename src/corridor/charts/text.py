"""Width of text, truncation and line breaks, so that words of any language fit a chart."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable

from corridor.language.speech import speech

# Widths in Latin letters, measured in the fonts of `style.py`. Estimates by Unicode block and no
# font metrics: a chart must come out alike on machines with different fonts.
CYRILLIC_WIDTH = 1.17
# A text with one Kazakh letter may be set in another, wider font throughout, so each counts for
# more than it is.
KAZAKH_WIDTH = 1.8
CHINESE_WIDTH = 2.0

_WITHOUT_WIDTH = frozenset({"Mn", "Me", "Cf"})  # Unicode categories: accents, signs of direction
_LETTER_SHARE = 0.45  # width of a Latin letter over the size of its type


def text_width(text: str) -> float:
    """Return the width of a text in Latin letters: Chinese ones count for two."""
    if text.isascii():
        return len(text)
    return sum(_letter_width(letter) for letter in text)


def _letter_width(letter: str) -> float:
    if unicodedata.category(letter) in _WITHOUT_WIDTH:
        return 0.0
    if _is_wide(letter):
        return CHINESE_WIDTH
    if not "\u0400" <= letter <= "\u052f":
        return 1.0

    is_kazakh = letter >= "\u0490" or letter in "\u0406\u0456"
    return KAZAKH_WIDTH if is_kazakh else CYRILLIC_WIDTH


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"


def count_wide(text: str) -> int:
    """Return how many letters of the text are Chinese or as wide as those."""
    return sum(_is_wide(letter) for letter in text)


def truncate(text: str, limit: float) -> str:
    """Return the text, cut with an ellipsis where it is wider than the limit in Latin letters."""
    if text_width(text) <= limit:
        return text

    count = max(1, _fitting_count(text, limit - 1))
    return text[:count].rstrip() + "…"


def _fitting_count(text: str, limit: float) -> int:
    """Return how many letters at the start of the text fit into the limit."""
    width = 0.0
    for i, letter in enumerate(text):
        width += _letter_width(letter)
        if width > limit:
            return i
    return len(text)


def wrap(text: str, limit: float) -> str:
    """Return the text on at most two lines no wider than the limit in Latin letters."""
    if text_width(text) <= limit:
        return text

    count = _fitting_count(text, limit)
    blank = text.rfind(" ", 0, count + 1)
    cut = blank if blank > count // 3 else count
    return text[:cut].rstrip() + "\n" + truncate(text[cut:].strip(), limit)


def numbered(text: str, number: int, limit: float) -> str:
    """Return the text with a number behind it, cut so that both fit: to part it from its like."""
    return f"{truncate(text, limit - 4)} ({number})"


def row_labels(names: Iterable[str], limit: float) -> list[str]:
    """Return names for the rows of a chart, on two lines at most and each unlike all others."""
    labels: list[str] = []
    for name in names:
        label = wrap(name, limit)
        labels.append(label if label not in labels else numbered(label, len(labels) + 1, limit))
    return labels


def title_lines(
    text: str,
    width_px: float,
    size_px: float = 11.5,
) -> str | list[str]:
    """Return a title on as many lines as its width asks for; size_px: of its letters.

    English titles fit as they are.
    """
    limit = width_px / (_LETTER_SHARE * size_px)
    if text_width(text) <= limit or speech().is_english:
        return text

    lines = _lines(text, _even_limit(text, limit))
    return lines if len(lines) > 1 else lines[0]


def _even_limit(text: str, limit: float) -> float:
    """Return a limit that parts a text into lines of like width: no last line of one word."""
    width = text_width(text)
    return min(limit, 1.15 * width / math.ceil(width / limit))


def _lines(text: str, limit: float) -> list[str]:
    lines = []
    while text_width(text) > limit:
        cut = _line_end(text, limit)
        if cut < 0:
            break
        lines.append(text[:cut].rstrip())
        text = text[cut:].strip()
    return [*lines, text]


def _line_end(text: str, limit: float) -> int:
    """Return where the first line of a text ends; -1 where it cannot be broken."""
    count = max(1, _fitting_count(text, limit))
    blank = text.rfind(" ", 0, count + 1)
    if blank > count // 3:
        return blank
    # Chinese parts no words; elsewhere a word wider than a line stands out beyond it.
    return count if count_wide(text[: count + 1]) else text.find(" ", count)
