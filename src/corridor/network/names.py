"""Names: what a person may call a place.

Its id, its name or its UN/LOCODE, in any case, with or without accents, in the scripts of the
study's catalogues too. A word that several places are called by is an error.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

import polars as pl

from corridor.errors import AmbiguousName, CorridorError, UnknownName
from corridor.language.po_files import read_catalogue
from corridor.network.graph import Row
from corridor.network.memory import Derived
from corridor.network.network import Network
from corridor.spelling import fold, is_transliterated, latin, letters

_Meanings = dict[str, set[str]]  # a word -> the places it is said of


@dataclass(frozen=True)
class PlaceNames:
    """What the places of a study are called.

    Parameters
    ----------
    labels : node_id -> how it is told from others: its name and country.
    countries : node_id -> its country's code, where it has one.
    words : words for places as the table writes them, ids first, each with its node_id.
    catalogues : folder of the study's catalogues, whose names count too; null: it has none.
    """

    labels: Mapping[str, str]
    countries: Mapping[str, str]
    words: tuple[tuple[str, str], ...]
    catalogues: Path | None = field(default=None, compare=False)

    @cached_property
    def by_spelling(self) -> _Meanings:
        """Places by their words without case and accents."""
        return _meanings((fold(word), node_id) for word, node_id in self.words)

    @cached_property
    def by_letters(self) -> _Meanings:
        """Places by the letters of their words, without blanks and hyphens."""
        return _meanings((letters(word), node_id) for word, node_id in self.words)

    @cached_property
    def by_sound(self) -> _Meanings:
        """Places by the sound of their words in Latin letters."""
        return _meanings((latin(word), node_id) for word, node_id in self.words)

    @cached_property
    def by_foreign_sound(self) -> _Meanings:
        """Places whose words the table writes in another script, by their sound in Latin."""
        foreign = [pair for pair in self.words if is_transliterated(pair[0])]
        return _meanings((latin(word), node_id) for word, node_id in foreign)

    @cached_property
    def translations(self) -> tuple[tuple[str, str], ...]:
        """Names in the study's catalogues, each with its node_id."""
        if self.catalogues is None:
            return ()

        translated = _catalogue_names(self.catalogues)
        return tuple(
            (name, node_id)
            for word, node_id in self.words
            if word in translated
            for name in translated[word]
        )

    @cached_property
    def by_translation(self) -> _Meanings:
        """Places by their names in the study's catalogues."""
        return _meanings((letters(name), node_id) for name, node_id in self.translations)

    def known(self, text: str) -> list[str]:
        """Return the words that may stand in a hint beside a text."""
        words = [word for word, _ in self.words]
        if not text.isascii():
            words += [name for name, _ in self.translations]
        return words


def resolve_place(network: Network, text: str) -> str:
    """Return the node_id a person means: an id, a name in any case and script, or a UN/LOCODE.

    Raises UnknownName with near matches, AmbiguousName where several places are called so.
    """
    names = names_of(network)
    node_id = find_place(names, text)
    if node_id is None:
        raise UnknownName("place", text, names.known(text))
    return node_id


def place_row(network: Network, text: str) -> Row:
    """Return the row of the place a person means, with or without ``@layer``."""
    place, _, _ = text.partition("@")
    return network.by_id("nodes")[resolve_place(network, place)]


def names_of(network: Network) -> PlaceNames:
    """Return what the places of a network are called."""
    return network.once(
        Derived.PLACES.of(), lambda: place_names(network.frames["nodes"], network.catalogues)
    )


def place_names(nodes: pl.DataFrame, catalogues: Path | None = None) -> PlaceNames:
    """Return what places are called: their ids, names and UN/LOCODEs. Cells may be null.

    catalogues: folder of the study's catalogues, see :class:`PlaceNames`.
    """
    columns = nodes.select("node_id", "name", "unlocode", "country")
    rows = [row for row in columns.iter_rows() if row[0]]

    labels = {
        node_id: ", ".join(filter(None, (name, country))) for node_id, name, _, country in rows
    }
    ids = [(node_id, node_id) for node_id, *_ in rows]
    names = [(name, node_id) for node_id, name, _, _ in rows if name]
    codes = [(code, node_id) for node_id, _, code, _ in rows if code]
    countries = {node_id: country for node_id, _, _, country in rows if country}
    return PlaceNames(labels, countries, (*ids, *names, *codes), catalogues)


def find_place(names: PlaceNames, text: str) -> str | None:
    """Return the node_id a person means; null where no place is called so.

    See :func:`places_called`. Raises AmbiguousName where several places are called so.
    """
    places = places_called(names, text)
    if len(places) > 1:
        raise ambiguous(names, text.strip(), places)
    return next(iter(places), None)


def places_called(names: PlaceNames, text: str) -> set[str]:
    """Return the places that are called so.

    An id as it is written counts before everything else. Otherwise ids, names and codes count
    alike: without case and accents, then without blanks and hyphens, then as catalogues of the
    study have them or as they sound in Latin letters.
    """
    word = text.strip()
    if word in names.labels:
        return {word}
    if not letters(word):
        return set()

    places = names.by_spelling.get(fold(word)) or names.by_letters.get(letters(word))
    return set(places) if places else _foreign_places(names, word)


def ids_called(names: PlaceNames, text: str) -> list[str]:
    """Return the ids of the places that are called so, in order, for a hint where an id is due."""
    return sorted(places_called(names, text))


def ambiguous(names: PlaceNames, word: str, places: Collection[str]) -> AmbiguousName:
    """Return the error for a word that means several places, which tells their ids."""
    return AmbiguousName("place", word, {node: names.labels.get(node, "") for node in places})


def _foreign_places(names: PlaceNames, word: str) -> set[str]:
    """Return the places a word of another script, or of another language, is said of."""
    places = set(names.by_translation.get(letters(word), ()))
    by_sound = names.by_sound if is_transliterated(word) else names.by_foreign_sound
    return places | by_sound.get(latin(word), set())


def _meanings(pairs: Iterable[tuple[str, str]]) -> _Meanings:
    meanings: _Meanings = {}
    for word, node_id in pairs:
        if word:
            meanings.setdefault(word, set()).add(node_id)
    return meanings


def _catalogue_names(folder: Path) -> Mapping[str, list[str]]:
    """Return the translations of every text that a study's catalogues name as that of a place."""
    names: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.po")):
        for name, translation in _names_in(path, path.stat().st_mtime_ns):
            names.setdefault(name, []).append(translation)
    return names


@lru_cache(maxsize=64)
def _names_in(path: Path, written_ns: int) -> tuple[tuple[str, str], ...]:
    """Return the texts of a catalogue and their translations, as far as it can be read.

    written_ns: when it was last written; one that has changed is read anew.
    """
    try:
        catalogue = read_catalogue(path, path.stem)
    except (CorridorError, OSError, ValueError, LookupError):  # the report says what is wrong
        return ()
    return tuple(
        (entry.id, entry.string)
        for entry in catalogue
        if isinstance(entry.id, str) and isinstance(entry.string, str) and entry.string
    )
