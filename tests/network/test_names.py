"""Names: what a person calls a place, and which links a bare word means."""

from __future__ import annotations

import polars as pl
import pytest

from core_cases import network
from corridor.errors import UnknownName
from corridor.network.names import (
    find_place,
    matching_links,
    place_names,
    places_beginning,
    resolve_place,
)

NODES = pl.DataFrame(
    {
        "node_id": ["osh", "torkham-af", "torkham-pk", "gate", None],
        "name": ["Osh", "Torkham", "Torkham", "Osh", "Nowhere"],
        "unlocode": ["KG OSS", None, "PKTOR", None, None],
    }
)


@pytest.mark.parametrize("text", ["almaty", "Almaty", "  ALMATY ", "KZALA", "kz ala"])
def test_a_place_is_known_by_id_name_and_locode(text: str) -> None:
    assert resolve_place(network("open-borders"), text) == "almaty"


@pytest.mark.parametrize(
    ("text", "near"), [("almatty", "almaty"), ("Karaci", "karachi"), ("", None), ("Алматы", None)]
)
def test_an_unknown_place_says_which_are_near(text: str, near: str | None) -> None:
    with pytest.raises(UnknownName) as caught:
        resolve_place(network("open-borders"), text)
    assert near is None or near in caught.value.near


def test_an_id_counts_before_a_name_and_the_first_of_equal_names() -> None:
    names = place_names(NODES)

    assert find_place(names, " OSH ") == "osh"
    assert find_place(names, "torkham") == "torkham-af"
    assert find_place(names, "kg oss") == find_place(names, "KGOSS") == "osh"
    assert find_place(names, "Nowhere") is None
    assert find_place(place_names(NODES.with_columns(name=pl.lit("gate"))), "gate") == "gate"


def test_a_stem_means_the_places_whose_id_or_name_it_begins() -> None:
    assert places_beginning(NODES, "Tork") == {"torkham-af", "torkham-pk"}
    assert places_beginning(NODES, "pkt") == set()  # a code is no stem
    assert places_beginning(NODES, "to") == set()


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


@pytest.mark.parametrize("word", ["to", "Iran", "af", "torkhamm", "IRAN"])
def test_a_word_that_means_nothing_is_refused(word: str) -> None:
    with pytest.raises(UnknownName):
        matching_links(network("open-borders"), word)
