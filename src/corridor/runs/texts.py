"""The texts of a study that a reader sees, and the catalogue that holds them in another
language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from corridor.errors import UnknownName
from corridor.evidence.claims import UNSAID
from corridor.language.speech import read_catalogue

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

    from corridor.study.study import Study

# Columns of tables whose texts stand in the report and its charts. Citations stay as they were
# published.
SHOWN = {
    "nodes": ("name",),
    "cargoes": ("name",),
    "countries": ("name",),
    "sectors": ("name",),
    "hazards": ("name",),
    "changes": ("note",),
    "windows": ("note",),
    "rules": ("document",),
    "observations": ("name", "explains"),
    "claims": ("statement", "unit", "note"),
    "commitments": ("name", "unit", "note"),
    "figures": ("unit",),
    "replays": ("name",),
    "trade": ("series",),
}

# Lines of a catalogue that every writing would change, and those that nobody filled in.
HEADS = (
    b'"POT-Creation',
    b'"PO-Revision',
    b'"Generated-By',
    b'"Report-Msgid',
    b'"Last-Translator: FULL NAME',
)
UNFILLED = b"<LL@li.org>"


def phrases(study: Study) -> Iterator[tuple[str, str]]:
    """Yield every text of a study that a reader sees, and where it stands; a text may come
    twice."""
    for text in (study.title, study.settings.licence):
        if text:
            yield text, "study.toml"
    for scenario in study.scenarios.values():
        for text in (scenario.title, scenario.about, scenario.question):
            if text:
                yield text, f"study.toml scenario {scenario.scenario_id}"
    for trip in study.trips:
        if trip.question:
            yield trip.question, f"study.toml trip {trip.trip_id}"
    for table, columns in SHOWN.items():
        for column in columns:
            for text in (
                study.tables[table][column].drop_nulls().unique(maintain_order=True).to_list()
            ):
                if text.strip() and text not in UNSAID:
                    yield text, f"{table}.{column}"


def catalogue(study: Study, language: str) -> tuple[Path, int, int]:
    """Bring ``languages/<language>.po`` of a study up to its texts, and return its path, the texts,
    and those translated.

    What was translated stays so; texts that are gone leave. Write translations with any editor of
    gettext catalogues, or as text. Raises UnknownName for a word that is no language, CallError for
    a catalogue that cannot be read, OSError.
    """
    from babel import Locale, UnknownLocaleError
    from babel.messages.catalog import Catalog

    from corridor.tables.files import write_bytes

    try:
        if str(Locale.parse(language)) != language or not re.fullmatch(
            r"[a-z]{2,3}(_[A-Za-z]+)*", language
        ):
            raise ValueError(language)  # it is to be the name of a file, too
    except (UnknownLocaleError, ValueError):
        raise UnknownName("language", language, ["ru", "kk", "ur", "zh", "fa", "tr"]) from None
    template = Catalog(fuzzy=False)
    for text, where in phrases(study):
        template.add(text, locations=[(where.replace(" ", "/"), 0)])
    path = study.folder / "languages" / f"{language}.po"
    known = Catalog(
        locale=language, project=study.id, charset="utf-8", fuzzy=False, header_comment="#"
    )
    if path.exists():
        known = read_catalogue(path, language)
    known.update(template, no_fuzzy_matching=True, update_header_comment=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, written(known))
    return (
        path,
        len(template),
        sum(bool(message.string) and not message.fuzzy for message in known if message.id),
    )


def written(catalogue: Catalog) -> bytes:
    """Return a catalogue as a file, without dates and names that change with every writing."""
    from io import BytesIO

    from babel.messages.pofile import write_po

    out = BytesIO()
    write_po(out, catalogue, width=120, ignore_obsolete=True, include_lineno=False)
    return b"\n".join(
        line
        for line in out.getvalue().split(b"\n")
        if not line.startswith(HEADS) and line != b"#" and UNFILLED not in line
    )
