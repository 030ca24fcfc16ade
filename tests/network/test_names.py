"""Names: what a person calls a place, and which links a bare word means."""

from __future__ import annotations

import random
import unicodedata
from pathlib import Path

import polars as pl
import pytest

import corridor
from core_cases import network
from corridor.errors import AmbiguousName, UnknownName
from corridor.network.names import (
    find_place,
    place_names,
    place_row,
    resolve_place,
)

NODES = pl.DataFrame(
    {
        "node_id": ["osh", "torkham-af", "torkham-pk", "gate", None],
        "name": ["Osh", "Torkham", "Torkham", "Osh", "Nowhere"],
        "unlocode": ["KG OSS", None, "PKTOR", None, None],
        "country": ["KG", "AF", "PK", "KG", None],
    }
)


@pytest.mark.parametrize("text", ["almaty", "Almaty", "  ALMATY ", "KZALA", "kz ala"])
def test_a_place_is_known_by_id_name_and_locode(text: str) -> None:
    assert resolve_place(network("open-borders"), text) == "almaty"


@pytest.mark.parametrize("text", ["almaty", "Almaty@road", "kz ala@rail-1520"])
def test_the_row_of_a_place_is_found_with_and_without_a_layer(text: str) -> None:
    row = place_row(network("open-borders"), text)
    assert (row["node_id"], row["country"]) == ("almaty", "KZ")


@pytest.mark.parametrize(
    ("text", "near"),
    [("almatty", "almaty"), ("Karaci", "karachi"), ("", None), ("-", None), ("Карачии", "karachi")],
)
def test_an_unknown_place_says_which_are_near(text: str, near: str | None) -> None:
    with pytest.raises(UnknownName) as caught:
        resolve_place(network("open-borders"), text)
    assert near is None or near in caught.value.near


def test_an_id_as_it_is_written_counts_before_every_name() -> None:
    names = place_names(NODES)

    assert find_place(names, "osh") == "osh"
    assert find_place(names, "kg oss") == find_place(names, "KGOSS") == "osh"
    assert find_place(names, "Nowhere") is None
    assert find_place(place_names(NODES.with_columns(name=pl.lit("gate"))), "gate") == "gate"


@pytest.mark.parametrize("word", ["Osh", " OSH ", "torkham", "TORKHÁM"])
def test_a_word_for_several_places_names_their_ids(word: str) -> None:
    for nodes in (NODES, NODES.reverse()):
        with pytest.raises(AmbiguousName) as caught:
            find_place(place_names(nodes), word)
        assert caught.value.ids in {("gate", "osh"), ("torkham-af", "torkham-pk")}
        assert all(node_id in str(caught.value) for node_id in caught.value.ids)


def test_a_code_given_twice_is_ambiguous_too() -> None:
    nodes = NODES.with_columns(unlocode=pl.lit("KGOSS"))
    with pytest.raises(AmbiguousName):
        find_place(place_names(nodes), "kg-oss")


@pytest.mark.parametrize(
    ("word", "node_id"),
    [
        ("istanbul", "ist"),
        ("ISTANBUL", "ist"),
        ("i\u0307stanbul", "ist"),
        ("Diyarbakir", "diy"),
        ("стамбул", "ist"),
        ("伊斯坦布尔", "ist"),
        ("poti", "pot"),
        ("ფოთი", "pot"),
        ("фоти", None),
    ],
)
def test_names_are_found_in_any_script(tmp_path: Path, word: str, node_id: str | None) -> None:
    (tmp_path / "ru.po").write_text('msgid "İstanbul"\nmsgstr "Стамбул"\n', "utf-8")
    (tmp_path / "zh.po").write_text('msgid "İstanbul"\nmsgstr "伊斯坦布尔"\n', "utf-8")
    (tmp_path / "kk.po").write_text("no catalogue", "utf-8")
    nodes = pl.DataFrame(
        {
            "node_id": ["ist", "diy", "pot"],
            "name": ["İstanbul", "Diyarbakır", "ფოთი"],
            "unlocode": [None, None, None],
            "country": ["TR", "TR", "GE"],
        }
    )
    assert find_place(place_names(nodes, tmp_path), word) == node_id


@pytest.mark.parametrize("word", ["алматы", "阿拉木图", "الماتی", "الماتي", "АЛМАТЫ"])
def test_names_of_the_catalogues_of_a_study_are_places(word: str) -> None:
    study = corridor.read("studies/kazakhstan-pakistan")
    assert resolve_place(study.network, word) == "almaty"


# Generated relatives, against a plain table of who is called what


_CYRILLIC = {"a": "а", "b": "б", "d": "д", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о"}
_CYRILLIC |= {"i": "и", "s": "с"}
_VOWELS = "aoi"
_ACCENTED = {"a": "áâäāă", "o": "óôöōŏ", "n": "ñňń", "l": "ĺľļ", "d": "ď", "k": "ķ"}
_ACCENTED |= {"i": "íìïı", "s": "şśšș"}
_DISGUISES = ("upper", "accents", "nfd", "wide", "blanks", "hyphen", "cyrillic", "soft hyphen")
_DISGUISES += ("dotted",)


def _word(draw: random.Random) -> str:
    return "".join(draw.choice("bdklmns") + draw.choice(_VOWELS) for _ in range(draw.randint(2, 4)))


def _disguised(draw: random.Random, word: str) -> str:
    """Return a word as somebody else may write it."""
    for _ in range(draw.randint(1, 3)):
        match draw.choice(_DISGUISES):
            case "upper":
                word = draw.choice((word.upper(), word.title(), word.swapcase()))
            case "accents":
                i = draw.randrange(len(word))
                word = word[:i] + draw.choice(_ACCENTED.get(word[i], word[i])) + word[i + 1 :]
            case "nfd":
                word = unicodedata.normalize("NFD", word)
            case "wide":
                word = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in word)
            case "blanks":
                word = draw.choice((" ", "\u00a0", "\u3000")) + word + " "
            case "hyphen":
                i = draw.randrange(1, len(word))
                word = word[:i] + draw.choice("-\u2011\u2013 ") + word[i:]
            case "cyrillic":
                word = "".join(_CYRILLIC.get(c, c) for c in word)
            case "dotted":
                word = word.replace("i", "İ")
            case "soft hyphen":
                word = word[:1] + draw.choice("\u00ad\u200b\u2060") + word[1:]
    return word


@pytest.mark.slow
def test_disguised_names_mean_what_a_plain_table_says() -> None:
    draw = random.Random(6)
    for _ in range(500):
        words = [_word(draw) for _ in range(12)]
        nodes = pl.DataFrame(
            {
                "node_id": [f"p{i}" for i in range(12)],
                "name": words,
                "unlocode": pl.Series([None] * 12, dtype=pl.String),
                "country": ["KZ"] * 12,
            }
        )
        names = place_names(nodes)
        for word in {*words, _word(draw), words[0][:-1], words[1][:2]}:
            called_so = tuple(sorted(f"p{i}" for i in range(12) if words[i] == word))
            text = _disguised(draw, word)
            if len(called_so) > 1:
                with pytest.raises(AmbiguousName) as caught:
                    find_place(names, text)
                assert caught.value.ids == called_so, text
            else:
                assert find_place(names, text) == next(iter(called_so), None), text
