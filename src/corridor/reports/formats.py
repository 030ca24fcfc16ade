"""Formats of the report: how numbers, dates, lists, routes and addresses are written."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence

from corridor.language import amounts
from corridor.language.cldr import country_name, english_country_name, long_date
from corridor.language.speech import number, tell, with_one_stop

DASH = "–"
TEN_MILLION_USD = 1e7  # sums below are written with a decimal
MIN_TENTH_MILLION_USD = 5e4  # what rounds to a tenth of a million

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?:/[^\s;,<>\"']*)?")
_URL = re.compile(r"https?://[^\s<>\"']+$")


def number_or_dash(value: float | None, digits: int = 0) -> str:
    """Return a number with commas between thousands, a dash for null."""
    return DASH if value is None else number(value, digits)


def days(hours: float | None) -> str:
    """Return hours as days with one decimal, a dash for null."""
    return DASH if hours is None else amounts.days(hours)


def share(value: float | None) -> str:
    """Return a share as per cent; below a half per cent it says so, a dash for null."""
    return DASH if value is None else amounts.whole_per_cent(value)


def chance(value: float | None) -> str:
    """Return a chance of meeting a closure as per cent; in words where no hazard is known."""
    # Translators: a chance of meeting a closure, where the study names no hazard on the route.
    return tell("none known") if value == 0 else share(value)


def fine_share(value: float | None) -> str:
    """Return a share as per cent, with a decimal where it is small; a dash for null."""
    return DASH if value is None else amounts.short_per_cent(value)


def brief_millions(usd: float) -> str:
    """Return a sum in millions, with a decimal below ten."""
    return amounts.millions(usd, 1 if abs(usd) < TEN_MILLION_USD else 0)


def known_usd(usd: float) -> float:
    """Return a sum to the ten dollars that are known of it at most."""
    return round(usd, -1)


def usd_millions(usd: float) -> str:
    """Return a sum in millions of USD, with a decimal below ten."""
    return tell("USD {sum}", sum=brief_millions(usd))


def cell(value: object) -> str:
    """Return a value for a table: instants without their machine form, a dash for null."""
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return DASH if value is None else str(value)


def day(value: dt.date | None) -> str:
    """Return a date in words, a dash for null."""
    return DASH if value is None else long_date(value)


def comma_list(values: Sequence[object] | None) -> str:
    """Return values with commas between them, a dash for none."""
    return tell(", ").join(map(str, values)) if values else DASH


def word_list(words: Sequence[str]) -> str:
    """Return words of the program, such as what a route is best at, told and with commas."""
    return comma_list([tell(word) for word in words])


def and_list(values: Sequence[object]) -> str:
    """Return values with commas between them and an ``and`` before the last."""
    texts = [str(value) for value in values]
    if len(texts) < 2:
        return "".join(texts)
    return tell("{list} and {last}", list=tell(", ").join(texts[:-1]), last=texts[-1])


def sentence_gap() -> str:
    """Return what stands between two sentences."""
    # Translators: two sentences one after the other; without a blank where the full stop brings its
    # own room
    return tell("{sentence} {next_sentence}", sentence="", next_sentence="")


def paragraph(sentences: Sequence[str]) -> str:
    """Return sentences as one text, with one full stop where an abbreviation ends a sentence."""
    return with_one_stop(sentence_gap().join(sentences))


def capitalised(text: str) -> str:
    """Return a text with a capital first letter."""
    return text[:1].upper() + text[1:]


def route_text(modes: Sequence[str] | None, countries: Sequence[str] | None) -> str:
    """Return a route in words: its modes, and the countries between the first and the last."""
    if not modes:
        # Translators: how a route goes that ends where it begins, or only changes vehicle there.
        return tell("without leaving the place")

    by = and_list([tell(mode) for mode in modes])
    between = list(countries or ())[1:-1]
    if not between:
        return tell("by {modes}", modes=by)

    names = and_list([country(code) for code in between])
    return tell("by {modes} through {countries}", modes=by, countries=names)


def country(code: str) -> str:
    """Return the name of a country, or its code where the map does not name it."""
    return country_name(code) or english_country_name(code) or code


def countries(codes: str) -> str:
    """Return the names of two countries given as ``KZ-PK``."""
    return "–".join(country(code) for code in codes.split("-"))


def slug(value: object) -> str:
    """Return a text as an anchor: lower-case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", str(value).lower()).strip("-") or "x"


def addresses(value: object) -> list[tuple[str, str | None]]:
    """Return a text in pieces, each with the address it leads to or null.

    http and https addresses lead there, a bare host or host/path gets https; no other kind of
    address becomes a link.
    """
    pieces: list[tuple[str, str | None]] = []
    for piece in re.split(r"([\s;,]+)", "" if value is None else str(value)):
        bare = piece.rstrip(".)")
        address = _address(bare)

        if address is None and pieces and pieces[-1][1] is None:
            pieces[-1] = (pieces[-1][0] + piece, None)
        elif address is not None and piece != bare:
            pieces += [(bare, address), (piece[len(bare) :], None)]
        elif piece:
            pieces.append((piece, address))
    return pieces


def dotted_rows(tree: Mapping[str, object], prefix: str = "") -> list[tuple[str, str]]:
    """Return a nested mapping as rows of dotted name and value."""
    rows: list[tuple[str, str]] = []
    for name, value in tree.items():
        label = f"{prefix}{name}"
        if isinstance(value, Mapping):
            rows += dotted_rows(value, f"{label}.")
        elif isinstance(value, list | tuple):
            rows.append((label, ", ".join(map(cell, value))))
        else:
            rows.append((label, cell(value)))
    return rows


def _address(piece: str) -> str | None:
    """Return the address a piece of text leads to; null where it is none."""
    if _URL.match(piece):
        return piece
    return f"https://{piece}" if _HOST.fullmatch(piece.lower()) else None
