"""Conditions: what holds in a question and not in its baseline, in words."""

from __future__ import annotations

from collections.abc import Iterator

from corridor.language.cldr import english_country_name
from corridor.language.messages import joined, message
from corridor.network.network import Network
from corridor.web.live_study import StudyState
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
        yield message("{place} closed", place=_name(state.network, word))
    for word in question.open:
        yield message("{place} opened", place=_name(state.network, word))
    for project_id in state.projects:
        name = state.network.by_id("projects")[project_id]["name"]
        yield message("{project} built", project=name)
    for change_id in question.with_changes:
        yield message("the change {change}", change=change_id.replace("-", " "))
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


def _name(network: Network, word: str) -> str:
    """Return what a link or selector is called: its gateway where it has one, else its ends."""
    links = network.by_id("links")
    if word not in links:
        return _selector_name(network, *word.partition(":")[::2])

    nodes = network.by_id("nodes")
    ends = [nodes[links[word][end]] for end in ("from_node_id", "to_node_id")]
    gateway = next((node["gateway"] for node in ends if node.get("gateway")), None)
    return gateway or f"{ends[0]['name']} – {ends[1]['name']}"


def _selector_name(network: Network, kind: str, rest: str) -> str:
    """Return what a selector such as crossing:AF-PK is called."""
    match kind:
        case "crossing":
            names = [english_country_name(code) or code for code in rest.split("-")]
            return message("the border {countries}", countries=" – ".join(names))
        case "country":
            return message("all links of {country}", country=english_country_name(rest) or rest)
        case "mode":
            return message("all {mode} links", mode=rest)
        case "node" if rest in network.by_id("nodes"):
            return message("all links at {place}", place=network.by_id("nodes")[rest]["name"])
        case _:
            return f"{kind}: {rest}" if rest else kind
