"""Names: what a person may call a place, and the links that a bare word means.

A word is a country (``IR``), a mode (``ferry``), a link id, or a place by its id, name or
UN/LOCODE, in any case, with or without accents, in the scripts of the study's catalogues too. A
word that means several places is an error. Tables say the same with a
:mod:`selector <corridor.tables.selectors>`: ``country:IR``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import polars as pl

from corridor.errors import AmbiguousName, CorridorError, UnknownName
from corridor.kernels import Bools
from corridor.language.po_files import read_catalogue
from corridor.network.memory import Derived
from corridor.network.network import Network
from corridor.spelling import fold, is_transliterated, latin, letters
from corridor.tables.columns import MODES
from corridor.tables.selectors import Term, select_terms

MIN_STEM_LETTERS = 3  # fewer letters do not name a crossing by the places at it
_END_OF_WORD = " -_.,(/"

_Meanings = dict[str, set[str]]  # a word -> the places it is said of


@dataclass(frozen=True)
class PlaceNames:
    """What the places of a study are called.

    Parameters
    ----------
    labels : node_id -> how it is told from others: its name and country.
    words : words for places as the table writes them, ids first, each with its node_id.
    catalogues : folder of the study's catalogues, whose names count too; null: it has none.
    """

    labels: Mapping[str, str]
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
    names = _names_of(network)
    node_id = find_place(names, text)
    if node_id is None:
        raise UnknownName("place", text, names.known(text))
    return node_id


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
    return PlaceNames(labels, (*ids, *names, *codes), catalogues)


def find_place(names: PlaceNames, text: str) -> str | None:
    """Return the node_id a person means; null where no place is called so.

    An id as it is written counts before everything else. Otherwise ids, names and codes count
    alike: without case and accents, then without blanks and hyphens, then as catalogues of the
    study have them or as they sound in Latin letters. Raises AmbiguousName where several places are
    called so.
    """
    word = text.strip()
    if word in names.labels:
        return word
    if not letters(word):
        return None

    places = names.by_spelling.get(fold(word)) or names.by_letters.get(letters(word))
    if places is None:
        places = _foreign_places(names, word)
    if len(places) > 1:
        raise ambiguous(names, word, places)
    return next(iter(places), None)


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


def _names_of(network: Network) -> PlaceNames:
    return network.once(
        Derived.PLACES.of(), lambda: place_names(network.frames["nodes"], network.catalogues)
    )


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


# Words for several links


def crossing_places(nodes: pl.DataFrame, links: pl.DataFrame, word: str) -> set[str]:
    """Return the places on both sides of a crossing: torkham of torkham-af and torkham-pk.

    They are called so, or so with another word behind it, and links join them. Empty where less
    than two places are called so. Raises AmbiguousName where several are and nothing joins them.
    """
    places = places_beginning(nodes, word)
    if len(places) < 2:
        return set()

    pairs = links.select("from_node_id", "to_node_id").iter_rows()
    joined = {place for pair in pairs if places.issuperset(pair) for place in pair}
    if joined != places:
        raise ambiguous(place_names(nodes), word, places)
    return places


def places_beginning(nodes: pl.DataFrame, stem: str) -> set[str]:
    """Return the places whose id or name is a stem or begins with it as a whole word.

    A stem of less than three letters begins none.
    """
    beginning = fold(stem)
    if len(beginning) < MIN_STEM_LETTERS:
        return set()

    return {
        node_id
        for node_id, name in nodes.select("node_id", "name").iter_rows()
        if node_id and (_begins(node_id, beginning) or _begins(name or "", beginning))
    }


def _begins(text: str, beginning: str) -> bool:
    word = fold(text)
    behind = word[len(beginning) : len(beginning) + 1]
    return word.startswith(beginning) and (not behind or behind in _END_OF_WORD)


def matching_arcs(network: Network, words: Iterable[str]) -> Bools:
    """Return which arcs any word means [arcs]: a country (AF), a mode, a place or a link id.

    Raises UnknownName for anything else, AmbiguousName for a word that means several places.
    """
    graph = network.graph
    means = np.zeros(graph.arcs_count, bool)

    for word in words:
        links = matching_links(network, word)
        node_id = _place_meant(network, word)
        for a, runs in enumerate(graph.runs):
            if runs:
                means[a] |= any(links[i] for i, _ in runs)
            elif node_id is not None:
                means[a] |= graph.node_ids[graph.state_node[graph.tail[a]]] == node_id

    return means


def matching_links(network: Network, word: str) -> Bools:
    """Return which links a word means [links]: ends in a country, of a mode, at a place, or an id.

    A word that several places of one crossing are called by (torkham: both sides of it) means the
    links between them.
    """
    links = network.frames["links"]
    term = _term(network, word)
    if term is not None:
        means = np.zeros(links.height, bool)
        means[select_terms([term], links, network.frames["nodes"])] = True
        return means

    places = _places_meant(network, word)
    tails = links["from_node_id"].to_list()
    heads = links["to_node_id"].to_list()
    ends = np.array([(a in places) + (b in places) for a, b in zip(tails, heads, strict=True)])
    return ends >= (2 if len(places) > 1 else 1)


def _term(network: Network, word: str) -> Term | None:
    """Return the term of a selector that a word stands for; null for a place."""
    countries = {node["country"] for node in network.rows("nodes")}
    if re.fullmatch("[A-Z]{2}", word) and word in countries:
        return Term("country", word)
    if word in MODES:
        return Term("mode", word)
    if word in network.by_id("links"):
        return Term("id", word)
    return None


def _place_meant(network: Network, word: str) -> str | None:
    """The one place that a word means; null for anything else."""
    if word in network.by_id("nodes"):
        return word
    if _term(network, word) is not None:
        return None

    try:
        return find_place(_names_of(network), word)
    except AmbiguousName:  # both sides of a crossing
        return None


def _places_meant(network: Network, word: str) -> set[str]:
    """The place, or the places of one crossing, that a word means."""
    nodes = network.frames["nodes"]
    names = _names_of(network)
    try:
        node_id = find_place(names, word)
    except AmbiguousName:
        places = crossing_places(nodes, network.frames["links"], word)
        if places:
            return places
        raise

    if node_id is not None:
        return {node_id}

    places = crossing_places(nodes, network.frames["links"], word)
    if not places:
        others = [*network.by_id("links"), *MODES, *nodes["country"].unique().to_list()]
        raise UnknownName("place, link, mode or country", word, [*names.known(word), *others])
    return places
