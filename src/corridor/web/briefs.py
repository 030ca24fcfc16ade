"""Briefs: the answer to an address of the page on one A4 sheet, as HTML and as PDF."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from corridor.language.messages import translate
from corridor.language.speech import tell
from corridor.reports.brief import brief_html
from corridor.reports.formats import day
from corridor.reports.printing import print_pdf
from corridor.web import conditions
from corridor.web.answers import find_baseline, find_beside
from corridor.web.live_study import StudyState
from corridor.web.openness import openness
from corridor.web.questions import PageAddress
from corridor.web.workers import Answer

HTML = "text/html; charset=utf-8"
PDF = "application/pdf"
# The page has its style and its map in itself, and nothing that runs.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)


def brief(state: StudyState, question: PageAddress) -> Answer:
    """Return the brief of a question as a page."""
    return Answer(_html(state, question).encode(), HTML)


def brief_pdf(state: StudyState, question: PageAddress) -> Answer:
    """Return the brief of a question as PDF; CallError where no Chromium is installed."""
    return Answer(print_pdf(_html(state, question).encode()), PDF)


def _html(state: StudyState, question: PageAddress) -> str:
    baseline = find_baseline(state, question.units)
    answer = find_beside(state, question, baseline)
    shut = [
        link_id
        for link_id, element in openness(state, question).items()
        if element["state"] == "shut"
    ]
    words = question.model_dump(mode="json", exclude_defaults=True)
    return brief_html(
        answer,
        state.network,
        title=state.study.title,
        conditions=list(_conditions(state, question)),
        baseline=baseline,
        condition=conditions.condition(state, question),
        closed=shut,
        address=f"/?{urlencode(words, doseq=True)}",
    )


def _conditions(state: StudyState, question: PageAddress) -> Iterator[tuple[str, str]]:
    """Yield what was asked: cargo, day, scenario, what-if, and what the brief compares with."""
    cargoes = state.network.by_id("cargoes")
    cargo = cargoes.get(question.cargo)
    yield tell("cargo"), translate(cargo["name"]) if cargo else question.cargo
    yield tell("departure"), day(question.depart)
    yield tell("scenario"), translate(state.scenario.title)

    changes = [translate(text) for text in conditions.what_if(state, question)]
    if changes:
        yield tell("what if"), tell(", ").join(changes)
    for label, words in (
        (tell("by way of"), question.via),
        (tell("avoiding"), question.avoid),
        (tell("using"), question.require),
    ):
        if words:
            yield label, tell(", ").join(words)
    if question.deadline is not None:
        yield tell("arrival by the end of"), day(question.deadline)
    if state.baseline is not None:
        yield tell("compared with"), _baseline_words(question)


def _baseline_words(question: PageAddress) -> str:
    """Return what the answer is compared with, in words."""
    if question.baseline:
        return tell("a pinned answer")
    return tell("the same without the what-if")
