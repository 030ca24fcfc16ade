"""Words of the report: how numbers, dates, lists, ways and addresses are written."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from functools import cache

from corridor.charts.basemap.outline import outline
from corridor.language import amounts
from corridor.language.speech import country_name, long_date, number, tell

NONE = "–"
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?:/[^\s;,<>\"']*)?")


def num(value: float | None, digits: int = 0) -> str:
    """Return a number with commas between thousands, a dash for null."""
    return NONE if value is None else number(value, digits)


def days(hours: float | None) -> str:
    """Return hours as days with one decimal, a dash for null."""
    return NONE if hours is None else amounts.days(hours)


def share(value: float | None) -> str:
    """Return a share as per cent; below a half per cent it says so, a dash for null."""
    return NONE if value is None else amounts.whole_per_cent(value)


def say(value: object) -> str:
    """Return a value as a reader writes it: dates and instants without their machine form, a dash
    for null."""
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return NONE if value is None else str(value)


def day(value: dt.date | None) -> str:
    """Return a date in words, a dash for null."""
    return NONE if value is None else long_date(value)


def words(values: Sequence[object] | None) -> str:
    """Return a list as words with commas, a dash for none."""
    return tell(", ").join(map(str, values)) if values is not None and len(values) else NONE


def told(values: Sequence[str]) -> str:
    """Return words of the program, such as what a route is best at, as a list."""
    return words([tell(value) for value in values])


def layer(value: str) -> str:
    """Return a layer as it is told: road, rail-1520."""
    mode, dash, gauge = value.partition("-")
    return tell(mode) + dash + gauge


def gap() -> str:
    """Return what stands between two sentences."""
    # Translators: two sentences one after the other; without a blank where the full stop brings its
    # own room
    return tell("{sentence} {next_sentence}", sentence="", next_sentence="")


def sentences(values: Sequence[str]) -> str:
    """Return sentences as one text."""
    return gap().join(values)


def together(values: Sequence[object]) -> str:
    """Return a list as words with commas and an ``and`` before the last."""
    said = [str(value) for value in values]
    return (
        tell("{list} and {last}", list=tell(", ").join(said[:-1]), last=said[-1])
        if len(said) > 1
        else "".join(said)
    )


def way(modes: Sequence[str] | None, countries: Sequence[str] | None) -> str:
    """Return a way as words: its modes, and the countries between the first and the last."""
    between = list(countries or ())[1:-1]
    by = together([tell(mode) for mode in modes or ()])
    if not between:
        return tell("by {modes}", modes=by)
    return tell(
        "by {modes} through {countries}",
        modes=by,
        countries=together([country(code) for code in between]),
    )


@cache
def _countries() -> Mapping[str, str]:
    return {name["country"]: name["name"] for name in outline()["names"]}


def country(code: str) -> str:
    """Return the name of a country, or its code where the map does not name it."""
    return country_name(code) or _countries().get(code, code)


def slug(value: object) -> str:
    """Return a text as an anchor: lower-case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", str(value).lower()).strip("-") or "x"


def web(value: object) -> list[tuple[str, str | None]]:
    """Return a text in parts, each with the address it leads to or None.

    http and https addresses lead there, a bare host or host/path gets https; no other kind of
    address becomes a link.
    """
    parts: list[tuple[str, str | None]] = []
    for piece in re.split(r"([\s;,]+)", "" if value is None else str(value)):
        bare = piece.rstrip(".)")
        if re.match(r"https?://[^\s<>\"']+$", bare):
            address: str | None = bare
        else:
            address = f"https://{bare}" if _HOST.fullmatch(bare.lower()) else None
        if address is None and parts and parts[-1][1] is None:
            parts[-1] = (parts[-1][0] + piece, None)
        elif piece:
            parts += (
                [(bare, address), (piece[len(bare) :], None)]
                if address and piece != bare
                else [(piece, address)]
            )
    return parts


def flat(tree: Mapping[str, object], prefix: str = "") -> list[tuple[str, str]]:
    """Return a nested mapping as rows of dotted name and value."""
    rows: list[tuple[str, str]] = []
    for name, value in tree.items():
        label = f"{prefix}{name}"
        if isinstance(value, Mapping):
            rows += flat(value, f"{label}.")
        else:
            rows.append(
                (
                    label,
                    ", ".join(map(say, value)) if isinstance(value, list | tuple) else say(value),
                )
            )
    return rows
