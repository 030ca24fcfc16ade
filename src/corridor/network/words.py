"""Words: which links a bare word means, such as a country, a mode, a place or a crossing.

A word is a country (``IR``, ``Iran``), a mode (``ferry``), a link or service id, or a place by
anything it is :mod:`called <corridor.network.names>`. What is written as an id counts first; a
word that means several things is an error. ``node:osh`` and ``country:IR`` say which is meant, as
:mod:`selectors <corridor.tables.selectors>` of tables do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import polars as pl

from corridor.errors import AmbiguousName, UnknownName
from corridor.kernels import Bools
from corridor.network import geo
from corridor.network.memory import Derived
from corridor.network.names import PlaceNames, ambiguous, names_of, places_called
from corridor.network.network import Network
from corridor.spelling import fold, letters
from corridor.tables import selectors
from corridor.tables.columns import MODES
from corridor.tables.selectors import Term, select_terms

MIN_STEM_LETTERS = 3  # fewer letters do not name a crossing by the places at it
_LINK = "link"  # a kind that selectors need not name
_TAIL_SIGNS = "(,/–—"  # what stands behind a name and tells one side of a crossing from the other


@dataclass(frozen=True)
class Meaning:
    """What a word means: links by a term of a selector, or a place, or both sides of a crossing."""

    term: Term | None = None
    places: frozenset[str] = field(default=frozenset())

    @property
    def place(self) -> str | None:
        """The one place that is meant; null for anything else."""
        return next(iter(self.places)) if len(self.places) == 1 else None


def matching_arcs(network: Network, words: Iterable[str]) -> Bools:
    """Return which arcs any word means [arcs]: a country, a mode, a place, a link or service id.

    Raises UnknownName for anything else, AmbiguousName for a word that means several things.
    """
    means = np.zeros(network.graph.arcs_count, bool)
    for word in words:
        if (service := _service(network, word)) is not None:
            means |= [network.graph.service(arc) == service for arc in range(len(means))]
            continue

        meaning = _meaning(network, word)
        memo = Derived.MEANT_ARCS.of(meaning)
        means |= network.once(memo, partial(_arcs_meant, network, meaning))
    return means


def _arcs_meant(network: Network, meaning: Meaning) -> Bools:
    """Return which arcs a meaning is of [arcs]: over one of its links, or handling at its place."""
    graph = network.graph
    links = _links_meant(network, meaning)
    means: Bools = graph.runs_of_arcs.sums(np.repeat(links, 2), graph.arcs_count) > 0
    if meaning.place is None:
        return means

    is_handling = graph.runs.counts() == 0
    is_there = graph.state_node[graph.tail] == graph.node_ids.index(meaning.place)
    means |= is_handling & is_there
    return means


def matching_links(network: Network, word: str) -> Bools:
    """Return which links a word means [links]: ends in a country, of a mode, at a place, or an id.

    A word that both sides of a crossing are called by (torkham) means the links between them.
    Raises UnknownName for anything else, AmbiguousName for a word that means several things.
    """
    return _links_meant(network, _meaning(network, word))


def find_meaning(
    names: PlaceNames, nodes: pl.DataFrame, links: pl.DataFrame, text: str
) -> Meaning | None:
    """Return what a word means; null where it means nothing of the study.

    Parameters
    ----------
    names : what the places are called.
    nodes, links : of the study; cells may be null.
    text : the word.

    Raises
    ------
    AmbiguousName
        Where it means several things; the error names them.
    """
    word = text.strip()
    if ":" in word:
        return _selected(nodes, links, word)

    written = {_full(meaning): meaning for meaning in _written(names, links, word)}
    if len(written) > 1:
        raise AmbiguousName("thing", word, dict.fromkeys(written, ""))
    if written:
        return next(iter(written.values()))
    return _called(names, links, word)


def crossing_places(names: PlaceNames, links: pl.DataFrame, word: str) -> set[str]:
    """Return the places on both sides of a crossing: torkham of torkham-af and torkham-pk.

    They lie in different countries, links join them, and they are called so but for what tells one
    from the other: the code of the country, or what stands in brackets. Empty where fewer than two
    places are called so. Raises AmbiguousName where several are that do not make a crossing.
    """
    places = places_beginning(names, word)
    if len(places) < 2:
        return set()

    pairs = links.select("from_node_id", "to_node_id").iter_rows()
    joined = {place for pair in pairs if places.issuperset(pair) for place in pair}
    countries = {names.countries.get(place) for place in places}
    if joined != places or len(countries) < 2:
        raise ambiguous(names, word, places)
    return places


def places_beginning(names: PlaceNames, stem: str) -> set[str]:
    """Return the places that are called by a stem and by what tells the sides of a crossing apart.

    A stem of less than three letters begins none.
    """
    beginning = fold(stem)
    if len(letters(beginning)) < MIN_STEM_LETTERS:
        return set()
    return {
        node_id
        for word, node_id in names.words
        if _is_side(fold(word), beginning, names.countries.get(node_id, ""))
    }


def _is_side(word: str, beginning: str, country: str) -> bool:
    """Tell whether a folded word is a beginning with nothing behind but a country or a bracket."""
    if not word.startswith(beginning):
        return False

    tail = word[len(beginning) :].strip()
    is_country = bool(country) and letters(tail.removesuffix("side")) == fold(country)
    return not tail or tail[0] in _TAIL_SIGNS or is_country


# What a word means


def _service(network: Network, word: str) -> int | None:
    """Return the row of the service that a word is the id of; null where it is none."""
    service_ids = network.frames["services"]["service_id"].to_list()
    return service_ids.index(word) if word in service_ids else None


def _meaning(network: Network, word: str) -> Meaning:
    """What a word means on a network. Raises UnknownName, AmbiguousName."""
    nodes = network.frames["nodes"]
    links = network.frames["links"]
    names = names_of(network)

    meaning = find_meaning(names, nodes, links, word)
    if meaning is None:
        words = [*names.known(word), *other_words(nodes, links)]
        raise UnknownName("place, link, mode or country", word, words)
    return meaning


def other_words(nodes: pl.DataFrame, links: pl.DataFrame) -> list[str]:
    """Return the links, modes and countries of a study, with the names of these."""
    codes = nodes["country"].drop_nulls().unique(maintain_order=True).to_list()
    names = geo.country_names()
    return [
        *links["link_id"].drop_nulls(),
        *MODES,
        *codes,
        *(names[code] for code in codes if code in names),
    ]


def _selected(nodes: pl.DataFrame, links: pl.DataFrame, word: str) -> Meaning | None:
    """What a term such as node:osh means; null where it cannot be read or means nothing."""
    kind, _, name = word.partition(":")
    if kind == "node":
        return Meaning(places=frozenset([name])) if name in nodes["node_id"] else None

    try:
        terms = [Term("id", name)] if kind == _LINK else selectors.parse(word)
    except ValueError:
        return None
    if len(terms) != 1 or not select_terms(terms, links, nodes):
        return None
    return Meaning(terms[0])


def _written(names: PlaceNames, links: pl.DataFrame, word: str) -> Iterator[Meaning]:
    """What is called by a word as an id is written."""
    if word in names.labels:
        yield Meaning(places=frozenset([word]))
    if word in names.countries.values():
        yield Meaning(Term("country", word))
    if word in MODES:
        yield Meaning(Term("mode", word))
    if word in links["link_id"]:
        yield Meaning(Term("id", word))


def _called(names: PlaceNames, links: pl.DataFrame, word: str) -> Meaning | None:
    """What is called by a word in any case and script. Raises AmbiguousName."""
    places = places_called(names, word)
    terms = [*_terms_called(names, links, word)]
    if terms and len(places) + len(terms) > 1:
        meanings = [*map(Meaning, terms), *(Meaning(places=frozenset([p])) for p in places)]
        raise AmbiguousName("thing", word, dict.fromkeys(map(_full, meanings), ""))
    if len(places) > 1 and not _are_sides(names, links, word, places):
        raise ambiguous(names, word, places)

    if terms:
        return Meaning(terms[0])
    sides = places or crossing_places(names, links, word)
    return Meaning(places=frozenset(sides)) if sides else None


def _full(meaning: Meaning) -> str:
    """The word that means one thing alone, such as node:osh."""
    if meaning.term is None:
        return f"node:{meaning.place}"
    return f"{_LINK if meaning.term.kind == 'id' else meaning.term.kind}:{meaning.term.word}"


def _are_sides(names: PlaceNames, links: pl.DataFrame, word: str, places: set[str]) -> bool:
    """Tell whether several places of one name are the sides of a crossing."""
    try:
        return crossing_places(names, links, word) == places
    except AmbiguousName:
        return False


def _terms_called(names: PlaceNames, links: pl.DataFrame, word: str) -> Iterator[Term]:
    """Countries, modes and links by their names in any case."""
    folded = fold(word)
    if not folded:
        return

    of_country = geo.country_names()
    for code in dict.fromkeys(names.countries.values()):
        if folded in (fold(code), fold(of_country.get(code, ""))):
            yield Term("country", code)
    for mode in MODES:
        if folded == mode:
            yield Term("mode", mode)
    for link_id in links["link_id"].drop_nulls():
        if folded == fold(link_id):
            yield Term("id", link_id)


def _links_meant(network: Network, meaning: Meaning) -> Bools:
    """Which links a meaning is of [links]: at a place, or between both sides of a crossing."""
    links = network.frames["links"]
    if meaning.term is not None:
        means = np.zeros(links.height, bool)
        means[select_terms([meaning.term], links, network.frames["nodes"])] = True
        return means

    places = meaning.places
    tails = links["from_node_id"].to_list()
    heads = links["to_node_id"].to_list()
    ends = np.array([(a in places) + (b in places) for a, b in zip(tails, heads, strict=True)])
    return ends >= (2 if len(places) > 1 else 1)
