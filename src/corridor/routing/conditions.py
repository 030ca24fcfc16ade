"""Conditions: what a question asks beyond its ends, read and checked."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from corridor.errors import CallError, UnknownName
from corridor.free_memory import refuse_beyond_free
from corridor.kernels import Bools
from corridor.language.speech import marked
from corridor.network.calendar import second
from corridor.tables.columns import SANCTIONS, SERVICE_CLASSES
from corridor.units import DAY_S

CRITERIA = (marked("time"), marked("cost"), marked("carbon"), marked("risk"))
FIRST_YEAR = 1900
LAST_YEAR = 2200
DEFAULT_DRAWS = 1000  # sampled journeys of a route
DRAW_BYTES = 300  # of one sampled journey: its luck by every mode, sums where routes part
DATE_LETTERS = len("2026-02-10")  # an instant is longer


class Options(TypedDict, total=False):
    """What else a question may ask.

    avoid, require: countries (``IR``), modes (``ferry``), places or link ids no route, or every
    route, uses. via: places every route passes, in any order, entering and leaving them by
    different links, as no route comes to a place twice. max_transshipments: most changes of layer.
    deadline: last instant of arrival; a day without an hour counts to its end. carrier: country of
    the carrier (PK), for rules that ask. service_class: ordinary, one-driver, two-drivers or
    convoy. sanctions: warn (of routes in countries under sanctions), comply (with them), avoid
    (those countries) or ignore. lot_t: tonnes moved together, for services that take no smaller lot
    of bulk; that of the cargo where not given. draws, rng: number of sampled journeys and their
    seed. leg_correlation, border_correlation: how much the luck of a journey's legs by one mode is
    the same, and that of its borders and terminals, from 0 (each its own) to 1 (one luck); 1 and 0
    where not given. most_labels: partial routes the search may hold.
    """

    avoid: Sequence[str]
    require: Sequence[str]
    via: Sequence[str]
    max_transshipments: int | None
    deadline: dt.date | str | None
    carrier: str | None
    service_class: str
    sanctions: str
    lot_t: float | None
    draws: int
    rng: int
    leg_correlation: float
    border_correlation: float
    most_labels: int


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a question asks beyond its ends: :class:`Options`, checked and read.

    deadline_s: last second of arrival. null: no limit; for most_labels that of the search.
    """

    avoid: tuple[str, ...] = ()
    require: tuple[str, ...] = ()
    via: tuple[str, ...] = ()
    max_transshipments: int | None = None
    deadline_s: int | None = None
    carrier: str | None = None
    service_class: str = SERVICE_CLASSES[0]
    sanctions: str = SANCTIONS[0]
    lot_t: float | None = None
    draws: int = DEFAULT_DRAWS
    rng: int = 0
    leg_correlation: float = 1.0
    border_correlation: float = 0.0
    most_labels: int | None = None


def read_options(options: Options) -> Conditions:
    """Return options as conditions; UnknownName or CallError for those that make no sense."""
    for name in options:
        if name not in Options.__annotations__:
            raise UnknownName("option", name, Options.__annotations__)

    cap = options.get("max_transshipments")
    _check_cap(cap)
    _check_carrier(options.get("carrier"))
    service_class = options.get("service_class", SERVICE_CLASSES[0])
    _check_word("service class", service_class, SERVICE_CLASSES)
    sanctions = options.get("sanctions", SANCTIONS[0])
    _check_word("stance on sanctions", sanctions, SANCTIONS)
    _check_lot(options.get("lot_t"))
    _check_sample(options.get("draws", DEFAULT_DRAWS), options.get("rng", 0))
    legs_alike = options.get("leg_correlation", 1.0)
    borders_alike = options.get("border_correlation", 0.0)
    _check_correlation("leg_correlation", legs_alike)
    _check_correlation("border_correlation", borders_alike)

    deadline = options.get("deadline")
    return Conditions(
        avoid=_words(options.get("avoid")),
        require=_words(options.get("require")),
        via=_words(options.get("via")),
        max_transshipments=cap,
        deadline_s=None if deadline is None else read_deadline(deadline),
        carrier=options.get("carrier"),
        service_class=service_class,
        sanctions=sanctions,
        lot_t=options.get("lot_t"),
        draws=options.get("draws", DEFAULT_DRAWS),
        rng=options.get("rng", 0),
        leg_correlation=legs_alike,
        border_correlation=borders_alike,
        most_labels=options.get("most_labels"),
    )


def _check_cap(cap: int | None) -> None:
    if cap is not None and cap < 0:
        raise CallError(f"max_transshipments must be 0 or more, not {cap}.")


def _check_carrier(carrier: str | None) -> None:
    if carrier is not None and not re.fullmatch("[A-Z]{2}", carrier):
        raise CallError(
            f"carrier {carrier!r} is not a country: write two capital letters, such as PK."
        )


def _check_word(what: str, word: str, words: Sequence[str]) -> None:
    if word not in words:
        raise UnknownName(what, word, words)


def _check_lot(lot_t: float | None) -> None:
    if lot_t is not None and not 0 < lot_t < float("inf"):
        raise CallError(f"lot_t must be more than 0 tonnes, not {lot_t}.")


def _check_sample(draws: int, rng: int) -> None:
    if draws < 1:
        raise CallError(f"draws must be 1 or more, not {draws}.")
    if rng < 0:
        raise CallError(f"rng, the seed, must be 0 or more, not {rng}.")
    refuse_beyond_free(draws * DRAW_BYTES, f"{draws:,} sampled journeys", "ask for fewer draws")


def _check_correlation(name: str, correlation: float) -> None:
    if not 0 <= correlation <= 1:
        raise CallError(f"{name} must lie between 0 and 1, not {correlation}.")


def _words(value: Sequence[str] | None) -> tuple[str, ...]:
    """Return words as a tuple; one word is a list of one."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def read_criteria(criteria: Sequence[str]) -> Bools:
    """Return which of time, cost, carbon and risk are named [4].

    Raises CallError for none, UnknownName for another word.
    """
    if isinstance(criteria, str):
        criteria = [word.strip() for word in criteria.split(",")]
    for word in criteria:
        if word not in CRITERIA:
            raise UnknownName("criterion", word, CRITERIA)

    if not criteria:
        raise CallError("criteria cannot be empty: name any of " + ", ".join(CRITERIA) + ".")
    return np.array([criterion in criteria for criterion in CRITERIA])


def read_instant(value: dt.date | str, name: str) -> int:
    """Return the second of a date or instant; CallError names the argument where it is neither."""
    try:
        return second(value)
    except (ValueError, TypeError):
        raise CallError(
            f"{name} {value!r} is not a date: write 2026-02-10 or 2026-02-10T08:00."
        ) from None


def read_deadline(value: dt.date | str) -> int:
    """Return the last second of arrival: the instant, or the end of a day without an hour."""
    at_s = read_instant(value, "deadline")
    text = value.strip() if isinstance(value, str) else value.isoformat()
    return at_s if len(text) > DATE_LETTERS else at_s + DAY_S


def check_year(depart_s: int, depart: dt.date | str) -> None:
    """Raise CallError for a departure out of the years that can be asked about."""
    first_s = second(dt.date(FIRST_YEAR, 1, 1))
    after_last_s = second(dt.date(LAST_YEAR + 1, 1, 1))
    if not first_s <= depart_s < after_last_s:
        raise CallError(f"depart {str(depart)!r} is not between {FIRST_YEAR} and {LAST_YEAR}.")
