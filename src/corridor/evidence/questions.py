"""Questions: what users ask, each answer held against what a forwarder would believe.

An answer is believed where countries and modes are right and days, dollars and kilometres lie in
the range written down beforehand, give or take NEAR_SHARE; its figure is off where one of them
lies outside; it is rejected where the route is wrong or a figure is off by more than FAR_RATIO.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import polars as pl

from corridor.errors import CorridorError
from corridor.evidence.expected_routes import is_expected_mode_set, is_expected_sequence
from corridor.evidence.question_answers import (
    BELIEVED,
    FIGURE_OFF,
    REJECTED,
    VERDICTS,
    Answer,
    Elements,
    Fault,
    Shown,
    answer_question,
    words_of,
)
from corridor.language.messages import figure, joined, message, pack
from corridor.network.graph import Row
from corridor.network.network import Network

NEAR_SHARE = 0.10  # a forwarder quotes in half days and hundreds of dollars
FAR_RATIO = 1.5  # beyond it nobody reads on, whatever the route
TYPES: dict[str, Any] = {
    "question_id": pl.String,
    "number": pl.Int64,
    "question": pl.String,
    "about": pl.String,
    "verdict": pl.String,
    "why": pl.String,
    "why_message": pl.String,
    "route": pl.String,
    "countries": pl.List(pl.String),
    "modes": pl.List(pl.String),
    "days": pl.Float64,
    "days_p05": pl.Float64,
    "days_p95": pl.Float64,
    "usd": pl.Float64,
    "usd_p05": pl.Float64,
    "usd_p95": pl.Float64,
    "km": pl.Float64,
    "days_low": pl.Float64,
    "days_high": pl.Float64,
    "usd_low": pl.Float64,
    "usd_high": pl.Float64,
    "judged": pl.String,
    "explains": pl.String,
    "source_id": pl.String,
    "confidence": pl.String,
}

NetworkOf: TypeAlias = Callable[[str, tuple[str, ...]], Network]


def judge_questions(
    questions: pl.DataFrame, network_of: NetworkOf, elements_of: Mapping[str, Elements]
) -> pl.DataFrame:
    """Return every question with the model's answer and its verdict.

    Parameters
    ----------
    questions
        Rows of the table of that name.
    network_of
        The network of a scenario by its id, with options chosen instead of the scenario's.
    elements_of
        For ``rank`` and ``simulate``: returns the elements on top of that list on a day.

    Returns
    -------
    pl.DataFrame
        A row a question: verdict is believed, figure off or rejected; why: what is wrong, in words.
    """
    rows = [
        _row(question, *_judged(question, network_of, elements_of))
        for question in questions.iter_rows(named=True)
    ]
    return pl.DataFrame(rows, schema=TYPES)


def question_verdicts(judged: pl.DataFrame) -> pl.DataFrame:
    """Return the verdict of each numbered question: that of the worst of its rows.

    judged: as :func:`judge_questions`. Columns: number, verdict.
    """
    rank = pl.col("verdict").replace_strict(
        list(VERDICTS), range(len(VERDICTS)), return_dtype=pl.Int64
    )
    worst = judged.sort(rank, maintain_order=True).group_by("number").agg(pl.last("verdict"))
    return worst.sort("number")


def _row(question: Row, shown: Shown | None, faults: tuple[Fault, ...]) -> dict[str, Any]:
    """Return a question beside its answer."""
    why = joined([fault.sentence for fault in faults]) if faults else None
    return {
        **{name: question[name] for name in TYPES if name in question},
        "verdict": max((fault.verdict for fault in faults), key=VERDICTS.index, default=BELIEVED),
        "why": why,
        "why_message": pack(why),
        "route": None if shown is None else shown.words,
        "countries": None if shown is None else shown.countries,
        "modes": None if shown is None else shown.modes,
        "days": None if shown is None else shown.days,
        "days_p05": None if shown is None else shown.days_p05,
        "days_p95": None if shown is None else shown.days_p95,
        "usd": None if shown is None else shown.usd,
        "usd_p05": None if shown is None else shown.usd_p05,
        "usd_p95": None if shown is None else shown.usd_p95,
        "km": None if shown is None else shown.km,
    }


def _judged(
    question: Row, network_of: NetworkOf, elements_of: Mapping[str, Elements]
) -> tuple[Shown | None, tuple[Fault, ...]]:
    """Return the route that a question is about, null for none, and what is wrong with it."""
    try:
        network = network_of(question["scenario"], tuple(words_of(question["choices"])))
        answer = answer_question(question, network, elements_of)
    except CorridorError as error:
        sentence = message("It cannot be asked: {error}", error=error.args[0])
        return None, (Fault(REJECTED, sentence),)

    shown = _route_judged(question, answer)
    return shown, (*answer.faults, *_faults(question, answer, shown))


def _route_judged(question: Row, answer: Answer) -> Shown | None:
    """Return the route that a question is about; null where the answer has none such."""
    routes = answer.shown
    if question["about"] == "shown":
        routes = tuple(shown for shown in routes if _is_right(question, shown))
    if not routes:
        return None
    if question["about"] in ("cheapest", "shown"):
        return min(routes, key=lambda shown: shown.usd or 0.0)
    return routes[0]


def _is_right(question: Row, shown: Shown) -> bool:
    """Tell whether countries, modes and places of a route are those expected."""
    return (
        is_expected_sequence(shown.countries, question["country_sequences"])
        and is_expected_mode_set(shown.modes, question["mode_sets"])
        and shown.things.issuperset(words_of(question["passes"]))
    )


def _faults(question: Row, answer: Answer, shown: Shown | None) -> Iterator[Fault]:
    """Yield what is wrong with an answer."""
    yield from _missing_words(question, answer)
    if question["verb"] == "why-not":
        yield from _figure_faults(question, answer.shown[0])
        return
    if question["verb"] != "route":
        return
    if question["about"] == "none":
        yield from _routes_where_none(answer)
        return

    if shown is None:
        yield Fault(REJECTED, _none_shown(question, answer))
    else:
        yield from _route_faults(question, shown)
        yield from _figure_faults(question, shown)
    yield from _forbidden_things(question, answer)
    yield from _too_many(question, answer)


def _missing_words(question: Row, answer: Answer) -> Iterator[Fault]:
    """Yield the words an answer must say and does not."""
    said = answer.says.casefold()
    for word in words_of(question["says"]):
        if word.casefold() not in said:
            yield Fault(REJECTED, message("It does not say {word}.", word=word))


def _routes_where_none(answer: Answer) -> Iterator[Fault]:
    """Yield the first route of an answer that should have none."""
    for shown in answer.shown[:1]:
        yield Fault(REJECTED, message("A route where there is none: {route}.", route=shown.words))


def _none_shown(question: Row, answer: Answer) -> str:
    """Say that an answer lacks the route expected."""
    if not answer.shown:
        return message("No route, where there is one.")
    return message(
        "No route shown by {countries}, {modes}.",
        countries=question["country_sequences"] or "any country",
        modes=question["mode_sets"] or "any mode",
    )


def _route_faults(question: Row, shown: Shown) -> Iterator[Fault]:
    """Yield what is wrong with the course of a route."""
    if not is_expected_sequence(shown.countries, question["country_sequences"]):
        sentence = message(
            "By {countries}, not {expected}.",
            countries=" ".join(shown.countries),
            expected=question["country_sequences"],
        )
        yield Fault(REJECTED, sentence)
    if not is_expected_mode_set(shown.modes, question["mode_sets"]):
        sentence = message(
            "By {modes}, not {expected}.",
            modes=" ".join(shown.modes),
            expected=question["mode_sets"],
        )
        yield Fault(REJECTED, sentence)
    for place in words_of(question["passes"]):
        if place not in shown.things:
            yield Fault(REJECTED, message("It does not pass {place}.", place=place))


def _figure_faults(question: Row, shown: Shown) -> Iterator[Fault]:
    """Yield the figures of a route that lie outside their ranges."""
    yield from _out_of_range(
        shown.days,
        question["days_low"],
        question["days_high"],
        lambda value, low, high: message(
            "{value} days, not {low} to {high}.", value=value, low=low, high=high
        ),
        ",.1f",
    )
    yield from _out_of_range(
        shown.usd,
        question["usd_low"],
        question["usd_high"],
        lambda value, low, high: message(
            "USD {value}, not {low} to {high}.", value=value, low=low, high=high
        ),
    )
    yield from _out_of_range(
        shown.km,
        question["km_low"],
        question["km_high"],
        lambda value, low, high: message(
            "{value} km, not {low} to {high}.", value=value, low=low, high=high
        ),
    )


def _out_of_range(
    value: float | None,
    low: float | None,
    high: float | None,
    say: Callable[[str, str, str], str],
    style: str = ",.0f",
) -> Iterator[Fault]:
    """Yield the fault of a figure outside its range; a range without ends has none."""
    if value is None or low is None or high is None:
        return
    if low * (1 - NEAR_SHARE) <= value <= high * (1 + NEAR_SHARE):
        return

    is_far = not low / FAR_RATIO <= value <= high * FAR_RATIO
    sentence = say(figure(value, style), figure(low, ",g"), figure(high, ",g"))
    yield Fault(REJECTED if is_far else FIGURE_OFF, sentence)


def _forbidden_things(question: Row, answer: Answer) -> Iterator[Fault]:
    """Yield the things that no route shown may use and one does."""
    for thing in words_of(question["forbidden"]):
        using = [shown for shown in answer.shown if thing in shown.things]
        for shown in using[:1]:
            sentence = message(
                "A route shown uses {thing}: {route}.", thing=thing, route=shown.words
            )
            yield Fault(REJECTED, sentence)


def _too_many(question: Row, answer: Answer) -> Iterator[Fault]:
    """Yield the count of routes where it is more than anybody can compare."""
    most = question["routes_high"]
    if most is not None and answer.count > most:
        sentence = message("{count} routes, more than {most}.", count=answer.count, most=most)
        yield Fault(FIGURE_OFF, sentence)
