"""Words: which links a country, a mode, a place, a crossing or a link id means."""

from __future__ import annotations

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
