"""The texts of a study that a reader sees, and their catalogue in another language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from corridor.errors import UnknownName
from corridor.evidence.figures import UNSAID
from corridor.language.po_files import read_catalogue

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

    from corridor.study.study import Study

# Columns of tables whose texts stand in the report and its charts. Citations stay as they were
# published.
SHOWN = {
    "nodes": ("name", "gateway"),
    "cargoes": ("name",),
    "shipments": ("name",),
    "countries": ("name",),
    "sectors": ("name",),
    "hazards": ("name",),
    "projects": ("name",),
    "holidays": ("name",),
    "regimes": ("name",),
    "changes": ("note",),
    "windows": ("note",),
    "rules": ("document",),
    "parameters": ("meaning",),
    "observations": ("name", "explains"),
    "volumes": ("name",),
    "questions": ("question",),
    "claims": ("statement", "unit", "note"),
    "commitments": ("name", "unit", "note"),
    "figures": ("name", "unit"),
    "replays": ("name",),
    "trade": ("series",),
}

LANGUAGES = ("ru", "kk", "ur", "zh", "fa", "tr")  # suggested where a word is no language
CODE = re.compile(r"[a-z]{2,3}(_[A-Za-z]+)*")

# Lines of a catalogue that every writing would change, and those that nobody filled in.
VOLATILE_LINES = (
    b'"POT-Creation',
    b'"PO-Revision',
    b'"Generated-By',
    b'"Report-Msgid',
    b'"Last-Translator: FULL NAME',
)
UNFILLED = b"<LL@li.org>"


class Translation(NamedTuple):
    """A catalogue of a study as it was written: where, its texts, and those translated."""

    path: Path
    texts: int
    translated: int


def phrases(study: Study) -> Iterator[tuple[str, str]]:
    """Yield every text of a study that a reader sees, and where it stands; some come twice."""
    for text, place in _setting_texts(study):
        if text:
            yield text, place

    for table, columns in SHOWN.items():
        for column in columns:
            texts = study.tables[table][column].drop_nulls().unique(maintain_order=True)
            for text in texts.to_list():
                if text.strip() and text not in UNSAID:
                    yield text, f"{table}.{column}"


def write_catalogue(study: Study, language: str) -> Translation:
    """Bring ``languages/<language>.po`` of a study up to its texts.

    What was translated stays so; texts that are gone leave. Write translations with any editor of
    gettext catalogues, or as text. Raises UnknownName for a word that is no language, CallError for
    a catalogue that cannot be read, OSError.
    """
    from corridor.tables.files import sweep, write_bytes

    _check_language(language)
    path = study.folder / "languages" / f"{language}.po"
    template = _template(study)
    catalogue = _catalogue(study, path, language)
    catalogue.update(template, no_fuzzy_matching=True, update_header_comment=False)

    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent)
    write_bytes(path, catalogue_bytes(catalogue))
    translated = sum(bool(m.string) and not m.fuzzy for m in catalogue if m.id)
    return Translation(path, len(template), translated)


def catalogue_bytes(catalogue: Catalog) -> bytes:
    """Return a catalogue as a file, without dates and names that change with every writing."""
    from io import BytesIO

    from babel.messages.pofile import write_po

    out = BytesIO()
    write_po(out, catalogue, width=120, ignore_obsolete=True, include_lineno=False)
    lines = [line for line in out.getvalue().split(b"\n") if _stays(line)]

    # A header without comment is written as an empty line once it was read from a file.
    return b"\n".join(lines).lstrip(b"\n")


def _setting_texts(study: Study) -> Iterator[tuple[str | None, str]]:
    """Yield the texts of study.toml, and where they stand."""
    yield study.title, "study.toml"
    yield study.settings.licence, "study.toml"
    yield study.settings.flows.name, "study.toml"

    if study.settings.projects is not None:
        for project_id, question in study.settings.projects.asked.items():
            yield question, f"study.toml project {project_id}"

    for scenario in study.scenarios.values():
        place = f"study.toml scenario {scenario.scenario_id}"
        for text in (scenario.title, scenario.about, scenario.question):
            yield text, place

    for trip in study.trips:
        yield trip.question, f"study.toml trip {trip.trip_id}"


def _template(study: Study) -> Catalog:
    """Return the texts of a study as a catalogue, without translations."""
    from babel.messages.catalog import Catalog

    template = Catalog(fuzzy=False)
    for text, place in phrases(study):
        template.add(text, locations=[(place.replace(" ", "/"), 0)])
    return template


def _catalogue(study: Study, path: Path, language: str) -> Catalog:
    """Return the catalogue of a language as it stands, or an empty one."""
    from babel.messages.catalog import Catalog

    if path.exists():
        return read_catalogue(path, language)
    return Catalog(
        locale=language, project=study.id, charset="utf-8", fuzzy=False, header_comment="#"
    )


def _stays(line: bytes) -> bool:
    """Tell whether a line of a catalogue is written: it says something, the same every time."""
    return not line.startswith(VOLATILE_LINES) and line != b"#" and UNFILLED not in line


def _check_language(language: str) -> None:
    """Raise UnknownName where a word is no code of a language; it is to name a file, too."""
    from babel import Locale, UnknownLocaleError

    try:
        is_code = str(Locale.parse(language)) == language and CODE.fullmatch(language)
    except (UnknownLocaleError, ValueError):
        is_code = False
    if not is_code:
        raise UnknownName("language", language, LANGUAGES) from None
