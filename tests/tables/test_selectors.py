"""Selectors: which links a short text means."""

from __future__ import annotations

import datetime as dt

import pytest

import naive
from core_cases import link, node, small
from corridor.tables import selectors
from random_networks import random_network

NETWORK = small(
    nodes=[node("a", "KZ"), node("b", "UZ"), node("c", "UZ"), node("d", "AF")],
    links=[
        link("ab", "a", "b", operator="ktz"),
        link("bc", "b", "c"),
        link("cd", "c", "d", mode="rail", gauge_mm=1520),
        link("db", "d", "b"),
        link("ad", "a", "d", mode="sea", operator="liner"),
    ],
)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("ab", "ab"),
        ("*", "ab bc cd db ad"),
        ("country:AF", "cd db ad"),
        ("crossing:AF-UZ", "cd db"),
        ("crossing:UZ-AF", "cd db"),
        ("crossing:UZ-UZ", "bc"),
        ("mode:sea", "ad"),
        ("node:b", "ab bc db"),
        ("operator:ktz", "ab"),
        ("operator:none", ""),
        ("nowhere", ""),
        ("ad mode:rail  ab ab", "ab cd ad"),
        ("country:kz", ""),
    ],
)
def test_a_selector_means_these_links_in_row_order(text: str, ids: str) -> None:
    links = NETWORK.frames["links"]
    nodes = NETWORK.frames["nodes"]
    assert [links["link_id"][i] for i in selectors.select(text, links, nodes)] == ids.split()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "cannot be empty"),
        ("   ", "cannot be empty"),
        ("ab land:KZ", "'land:KZ' is not a selector"),
        ("country:", "is not a selector"),
        ("crossing:AF", "needs two countries"),
        ("crossing:AF-PK-UZ", "needs two countries"),
        (":x", "is not a selector"),
    ],
)
def test_what_cannot_be_read_says_which_part(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        selectors.parse(text)


@pytest.mark.parametrize("seed", range(5))
def test_selectors_agree_with_the_naive_twin(seed: int) -> None:
    tables = random_network(seed)
    twin = naive.NaiveNetwork(tables, dt.date(2026, 3, 20), "n0", "n5")
    for text in (
        "country:KZ",
        "crossing:KZ-UZ",
        "crossing:PK-UZ mode:rail",
        "mode:ferry",
        "l0 l7",
        "l1 country:PK",
    ):
        rows = selectors.select(text, tables["links"], tables["nodes"])
        links = enumerate(tables["links"].to_dicts())
        assert rows == [i for i, link in links if twin.covers(text, link)]
