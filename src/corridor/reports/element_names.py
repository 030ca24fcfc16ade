"""Names in the report: what a person calls links and services, and texts without ids of tables."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import polars as pl

from corridor.language.speech import tell
from corridor.reports.formats import comma_list

MAX_NAMED = 3  # elements of a list told by name
_WORD_OF_IDS = re.compile(r"\b[a-z0-9]+(?:-[a-z0-9]+)+\b")
_ID_IN_BRACKETS = re.compile(r"\s*[\[［][^\]］]*[\]］]")


def element_names(
    nodes: pl.DataFrame, links_table: pl.DataFrame, services: pl.DataFrame
) -> dict[str, str]:
    """Return what links and services are called, by their ids."""
    places = place_names(nodes)
    links = {row["link_id"]: row for row in links_table.iter_rows(named=True)}
    names = {link_id: _run_name([row], places, row["mode"]) for link_id, row in links.items()}

    for service in services.iter_rows(named=True):
        run = [links[link_id] for link_id in service["link_ids"].split() if link_id in links]
        if run:
            names[service["service_id"]] = _run_name(run, places, run[0]["mode"])
    return names


def place_names(nodes: pl.DataFrame) -> dict[str, str]:
    """Return the names of places by their ids."""
    return dict(nodes.select("node_id", "name").iter_rows()) if nodes.height else {}


def end_names(nodes: pl.DataFrame, links: pl.DataFrame) -> dict[str, str]:
    """Return links by both ends, without their mode, by their ids."""
    places = place_names(nodes)
    ends = {row["link_id"]: _ends(row) for row in links.iter_rows(named=True)}
    return {
        link_id: "–".join(places.get(node_id, node_id) for node_id in node_ids)
        for link_id, node_ids in ends.items()
    }


def plain_text(text: str, names: Mapping[str, str]) -> str:
    """Return a text with names in place of ids, and without ids in brackets."""
    without_ids = _ID_IN_BRACKETS.sub("", text)
    return _WORD_OF_IDS.sub(lambda word: names.get(word[0], word[0]), without_ids)


def named_list(ids: str, names: Mapping[str, str]) -> str:
    """Return the first elements of a list of ids by name, and how many more there are."""
    elements = ids.split()
    shown = comma_list([names.get(element, element) for element in elements[:MAX_NAMED]])
    if len(elements) <= MAX_NAMED:
        return shown
    return tell("{list} and {count} more", list=shown, count=len(elements) - MAX_NAMED)


def _run_name(run: Sequence[Mapping[str, str]], places: Mapping[str, str], mode: str) -> str:
    """Return links one after the other by both ends and the mode."""
    first_link, *following = run
    origin, first_end = first_link["from_node_id"], first_link["to_node_id"]
    destination = first_end
    if following and origin in _ends(following[0]):
        origin, destination = first_end, origin

    for link in following:
        from_node_id, to_node_id = link["from_node_id"], link["to_node_id"]
        destination = from_node_id if destination == to_node_id else to_node_id

    return tell(
        "{origin}–{destination} ({mode})",
        origin=places.get(origin, origin),
        destination=places.get(destination, destination),
        mode=tell(mode),
    )


def _ends(link: Mapping[str, str]) -> tuple[str, str]:
    """Return the two ends of a link."""
    return link["from_node_id"], link["to_node_id"]
