"""Change words: what a person calls a change of the study, in the text of a result."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from corridor.language.messages import message
from corridor.network.network import Network
from corridor.screens.row_names import plain_note
from corridor.study.study import Study
from corridor.web.place_words import place_words

Row = Mapping[str, Any]

SHUTS = "closed"
OPENS = "existing"
NOTE_END = re.compile(r"[;:(；：（]")


def change_words(study: Study, network: Network, change_id: str) -> str:
    """Return what a change is called.

    The scenario of its name says it best, then the project it belongs to, then the links it shuts
    or opens, then what its note begins with.
    """
    if change_id in study.scenarios:
        return message("“{change}”", change=study.scenarios[change_id].title)
    for project in network.rows("projects"):
        if change_id in project["change_ids"].split():
            return message("{project} built", project=project["name"])

    rows = study.tables["changes"].filter(change_id=change_id).to_dicts()
    return _links_words(network, rows) or _note_words(network, rows) or change_id.replace("-", " ")


def _links_words(network: Network, rows: Sequence[Row]) -> str | None:
    """Return the links that a change shuts or opens first; null where it does neither."""
    row = rows[0]
    if (row["table"], row["column"]) != ("links", "status") or row["value"] not in (SHUTS, OPENS):
        return None

    first, *others = row["row_id"].split()
    place = place_words(network, first)
    if others:
        place = message("{place} and {count} more", place=place, count=len(others))
    if row["value"] == SHUTS:
        return message("{place} closed", place=place)
    return message("{place} opened", place=place)


def _note_words(network: Network, rows: Sequence[Row]) -> str | None:
    """Return the first clause of the first note, quoted; null where there is none."""
    note = plain_note(network, rows[0]["note"])
    return message("“{change}”", change=NOTE_END.split(note)[0].strip()) if note else None
