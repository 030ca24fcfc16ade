"""Words: which links a country, a mode, a place, a crossing or a link id means."""

from __future__ import annotations

import random
import re

import polars as pl
import pytest

from core_cases import network
from corridor.errors import AmbiguousName, UnknownName
from corridor.network.names import place_names
from corridor.network.words import (
    Meaning,
    crossing_places,
    find_meaning,
    matching_links,
    places_beginning,
)
from corridor.tables.selectors import Term

ROWS = [
    ("torkham-af", "Torkham", "AF"),
    ("torkham-pk", "Torkham", "PK"),
    ("gate", "Osh", "KG"),
    ("osh", "Osh", "KG"),
    ("khorgos-kz", "Khorgos (KZ side)", "KZ"),
    ("khorgos-cn", "Khorgos / Horgos", "CN"),
    ("said", "Port Said", "EG"),
    ("sudan", "Port Sudan", "SD"),
    ("djibouti", "Djibouti", "DJ"),
    ("sea", "Zee", "NL"),
    ("mill-a", "Mill (old)", "NL"),
    ("mill-b", "Mill (new)", "NL"),
]
NODES = pl.DataFrame(ROWS, schema=["node_id", "name", "country"], orient="row").with_columns(
    unlocode=pl.lit(None, pl.String)
)
NAMES = place_names(NODES)
LINKS = pl.DataFrame(
    [
        ("khorgos", "khorgos-kz", "khorgos-cn", "rail"),
        ("red-sea", "said", "sudan", "sea"),
        ("osh", "osh", "gate", "road"),
        ("mill", "mill-a", "mill-b", "road"),
        ("dj-said", "djibouti", "said", "sea"),
    ],
    schema=["link_id", "from_node_id", "to_node_id", "mode"],
    orient="row",
).with_columns(operator=pl.lit(None, pl.String))


def test_a_stem_is_a_whole_word() -> None:
    assert places_beginning(NAMES, "Torkham") == {"torkham-af", "torkham-pk"}
    assert places_beginning(NAMES, "Tork") == set()
    assert places_beginning(NAMES, "pkt") == set()  # no whole word
    assert places_beginning(NAMES, "Khorgos") == {"khorgos-kz", "khorgos-cn"}
    assert places_beginning(NAMES, "Port") == set()  # Port Said is another place than Port Sudan
    assert places_beginning(NAMES, "to") == set()


def test_a_stem_means_a_crossing_only_where_links_join_its_places() -> None:
    def links(head: str) -> pl.DataFrame:
        return pl.DataFrame({"from_node_id": ["torkham-af"], "to_node_id": [head]})

    assert crossing_places(NAMES, links("torkham-pk"), "torkham") == {"torkham-af", "torkham-pk"}
    assert crossing_places(NAMES, links("osh"), "gate") == set()
    with pytest.raises(AmbiguousName):
        crossing_places(NAMES, links("osh"), "torkham")


@pytest.mark.parametrize(
    ("word", "ids"),
    [
        ("torkham", {"torkhamaf-torkhampk-road", "torkhampk-torkhamaf-road"}),
        ("kuryk-alat-ferry", {"kuryk-alat-ferry"}),
        ("Khunjerab", {"khunjerab-tashkurgan-road"}),
    ],
)
def test_a_word_means_links(word: str, ids: set[str]) -> None:
    built = network("open-borders")
    names = built.frames["links"]["link_id"].to_numpy()
    assert ids <= set(names[matching_links(built, word)])


def test_countries_and_modes_are_words_too() -> None:
    built = network("open-borders")
    links = built.rows("links")
    nodes = built.by_id("nodes")
    for i, (af, sea) in enumerate(
        zip(matching_links(built, "AF"), matching_links(built, "sea"), strict=True)
    ):
        assert af == (
            "AF"
            in (
                nodes[links[i]["from_node_id"]]["country"],
                nodes[links[i]["to_node_id"]]["country"],
            )
        )
        assert sea == (links[i]["mode"] == "sea")


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("IR", None),
        ("PK", Meaning(Term("country", "PK"))),
        ("pk", Meaning(Term("country", "PK"))),
        ("Pakistan", Meaning(Term("country", "PK"))),
        ("country:KZ", Meaning(Term("country", "KZ"))),
        ("country:IR", None),
        ("Rail", Meaning(Term("mode", "rail"))),
        ("mode:sea", Meaning(Term("mode", "sea"))),
        ("node:sea", Meaning(places=frozenset(["sea"]))),
        ("node:nowhere", None),
        ("zee", Meaning(places=frozenset(["sea"]))),
        ("link:osh", Meaning(Term("id", "osh"))),
        ("Red-Sea", Meaning(Term("id", "red-sea"))),
        ("djibouti", Meaning(places=frozenset(["djibouti"]))),
        ("DJ", Meaning(Term("country", "DJ"))),
        ("Khorgos", Meaning(Term("id", "khorgos"))),
        ("port", None),
        ("crossing:CN-KZ", Meaning(Term("crossing", "CN-KZ"))),
        ("crossing:KZ", None),
        ("", None),
        (":", None),
        ("*", None),
    ],
)
def test_a_word_means_one_thing(word: str, meaning: Meaning | None) -> None:
    assert find_meaning(NAMES, NODES, LINKS, word) == meaning


@pytest.mark.parametrize(
    ("word", "ids"),
    [
        ("osh", ("link:osh", "node:osh")),
        ("sea", ("mode:sea", "node:sea")),
        ("Osh", ("link:osh", "node:gate", "node:osh")),
        ("Djibouti", ("country:DJ", "node:djibouti")),
        ("Torkham", ("torkham-af", "torkham-pk")),
    ],
)
def test_a_word_that_means_several_things_names_them(word: str, ids: tuple[str, ...]) -> None:
    with pytest.raises(AmbiguousName) as caught:
        find_meaning(NAMES, NODES, LINKS, word)
    assert caught.value.ids == ids


def test_places_of_one_country_make_no_crossing() -> None:
    links = LINKS.filter(pl.col("link_id") != "mill")
    with pytest.raises(AmbiguousName):
        find_meaning(NAMES, NODES, links.with_columns(link_id=pl.lit("x")), "Mill")


@pytest.mark.parametrize("word", ["to", "torkhamm", "torkha", "Atlantis", "country:FR"])
def test_a_word_that_means_nothing_is_refused(word: str) -> None:
    with pytest.raises(UnknownName):
        matching_links(network("open-borders"), word)


@pytest.mark.parametrize("word", ["AF", "af", "Afghanistan", "country:AF"])
def test_a_country_is_known_by_its_code_and_name(word: str) -> None:
    built = network("open-borders")
    assert (matching_links(built, word) == matching_links(built, "AF")).all()


# Generated relatives, against sets written down in plain Python


_IDS = ("osh", "gate", "port-a", "port-b", "sea", "pk", "mill", "torkham-af", "torkham-pk", "dj")
_NAMES = ("Osh", "Gate", "Port", "Port Said", "Sea", "Djibouti", "Mill (old)", "Torkham", "Rail")
_NAMES += ("Torkham (AF side)", "Torkham (PK side)", "Pakistan", "Gate North")
_CODES = {"PK": "Pakistan", "AF": "Afghanistan", "DJ": "Djibouti"}
_MODES = ("rail", "road", "sea", "ferry", "waterway", "air")


def _plain(text: str) -> str:
    return re.sub("[^a-z]", "", text.lower())


def _sides(word: str, places: list[tuple[str, str, str]]) -> set[str]:
    """Both sides of a crossing, or whatever else several places share; else nothing."""
    if len(_plain(word)) < 3:
        return set()

    sides = set()
    for place, name, country in places:
        for text in (place, name):
            tail = text.lower().removeprefix(word.lower()).strip()
            if text.lower().startswith(word.lower()) and (
                not tail or tail[0] == "(" or _plain(tail) == country.lower()
            ):
                sides.add(place)
    return sides if len(sides) > 1 else set()


def _meant(
    word: str, places: list[tuple[str, str, str]], links: list[tuple[str, str, str, str]]
) -> set[str] | str:
    """What a word means: the things, or ``asked back`` where it is not one thing."""
    countries = {country for _, _, country in places}
    ids = {place for place, _, _ in places}
    exact = {f"node:{word}"} if word in ids else set()
    exact |= {f"country:{word}"} if word in countries else set()
    exact |= {f"mode:{word}"} if word in _MODES else set()
    exact |= {f"id:{word}"} if word in {link[0] for link in links} else set()
    if exact:
        return exact if len(exact) == 1 else "asked back"

    spelled = {p for p, name, _ in places if word.lower() in (p, name.lower())}
    lettered = {p for p, name, _ in places if _plain(word) in (_plain(p), _plain(name))}
    called = spelled or lettered
    others = {f"country:{c}" for c in countries if word.lower() in (c.lower(), _CODES[c].lower())}
    others |= {f"mode:{mode}" for mode in _MODES if word.lower() == mode}
    others |= {f"id:{link[0]}" for link in links if word.lower() == link[0]}

    joined = {frozenset(link[1:3]) for link in links}
    sides = _sides(word, places)
    is_crossing = len({c for p, _, c in places if p in sides}) > 1 and all(
        any(place in pair and pair <= sides for pair in joined) for place in sides
    )
    if others:
        meant = others | {f"node:{place}" for place in called}
        return meant if len(meant) == 1 else "asked back"
    if len(called) == 1:
        return {f"node:{place}" for place in called}
    if called:
        return called if called == sides and is_crossing else "asked back"
    if sides:
        return sides if is_crossing else "asked back"
    return set()


@pytest.mark.slow
def test_generated_words_mean_one_thing_or_are_asked_back() -> None:
    draw = random.Random(66)
    counts = {"meant": 0, "asked back": 0, "unknown": 0}
    for _ in range(600):
        ids = draw.sample(_IDS, 6)
        places = [(place, draw.choice(_NAMES), draw.choice([*_CODES])) for place in ids]
        links = [
            (draw.choice(["osh", "gate", "pk", "line"]) if nth == 0 else f"l{nth}", *ends, mode)
            for nth in range(5)
            for ends in [draw.sample(ids, 2)]
            for mode in [draw.choice(_MODES)]
        ]
        nodes = pl.DataFrame(places, schema=["node_id", "name", "country"], orient="row")
        nodes = nodes.with_columns(unlocode=pl.lit(None, pl.String))
        arcs = pl.DataFrame(
            links, schema=["link_id", "from_node_id", "to_node_id", "mode"], orient="row"
        ).with_columns(operator=pl.lit(None, pl.String))

        word = draw.choice([*_IDS, *_NAMES, *_CODES, "por", "Tork", "torkham", "port", "x"])
        word = draw.choice([word, word.upper(), word.lower(), f" {word}", word.replace(" ", "-")])
        expected = _meant(word.strip(), places, links)
        try:
            meaning = find_meaning(place_names(nodes), nodes, arcs, word)
        except AmbiguousName:
            assert expected == "asked back", (word, places, links)
            counts["asked back"] += 1
            continue

        if meaning is None:
            assert expected == set(), (word, places, links)
            counts["unknown"] += 1
            continue
        things = {f"node:{meaning.place}"} if meaning.place else set(meaning.places)
        if meaning.term is not None:
            things = {f"{meaning.term.kind}:{meaning.term.word}"}
        assert things == expected, (word, places, links)
        counts["meant"] += 1
    assert min(counts.values()) > 20, counts
