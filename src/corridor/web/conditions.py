"""Conditions: what holds in a question and not in its baseline, in words."""

from __future__ import annotations

from collections.abc import Iterator

from corridor.language.messages import joined, message
from corridor.web.change_words import change_words
from corridor.web.live_study import StudyState
from corridor.web.place_words import place_words
from corridor.web.questions import Routes

MAX_NAMED = 4  # changes; more are counted


def condition(state: StudyState, question: Routes) -> str | None:
    """Return what holds in a question and not in its baseline: With Khunjerab closed.

    Null where there is no baseline, or nothing that differs from it.
    """
    if state.baseline is None:
        return None

    before = state.baseline.question
    now_texts = list(dict.fromkeys(what_if(state, question)))
    before_texts = list(dict.fromkeys(what_if(state.baseline.state, before)))
    changes = [text for text in now_texts if text not in before_texts]
    changes += [
        message("not {change}", change=text) for text in before_texts if text not in now_texts
    ]
    changes += _asked(state, question, before)

    if not changes:
        return None
    if len(changes) > MAX_NAMED:
        more = len(changes) - MAX_NAMED + 1
        changes = [*changes[: MAX_NAMED - 1], message("{count} more changes", count=more)]
    return message("With {changes}", changes=joined(changes, ", "))


def what_if(state: StudyState, question: Routes) -> Iterator[str]:
    """Yield what a question changes in the study, a few words each."""
    for word in question.close:
        yield message("{place} closed", place=place_words(state.network, word))
    for word in question.open:
        yield message("{place} opened", place=place_words(state.network, word))
    for project_id in state.projects:
        name = state.network.by_id("projects")[project_id]["name"]
        yield message("{project} built", project=name)
    for change_id in question.with_changes:
        yield change_words(state.study, state.network, change_id)
    options = state.study.tables["parameters"]
    meanings = dict(options.select("option_id", "meaning").iter_rows())
    for choice in question.choose:
        yield meanings.get(choice) or choice.replace("-", " ").replace(":", ": ")

    rows = getattr(question, "changes", [])
    if rows:
        yield message("{count} changes of tables", count=len(rows))


def _asked(state: StudyState, now: Routes, before: Routes) -> Iterator[str]:
    """Yield what a question asks otherwise than its baseline."""
    if (now.origin, now.destination) != (before.origin, before.destination):
        names = {node["node_id"]: node["name"] for node in state.network.rows("nodes")}
        yield message(
            "{origin} to {destination}",
            origin=names.get(now.origin, now.origin),
            destination=names.get(now.destination, now.destination),
        )
    if now.cargo != before.cargo:
        cargo = state.network.by_id("cargoes")[now.cargo]
        yield message("cargo {cargo}", cargo=cargo["name"])
    if now.depart != before.depart:
        yield message("departure on {day}", day=now.depart)
    if state.baseline and state.scenario.scenario_id != state.baseline.state.scenario.scenario_id:
        yield message("the scenario {scenario}", scenario=state.scenario.title)
    if now.options() != before.options():
        yield message("other conditions")
