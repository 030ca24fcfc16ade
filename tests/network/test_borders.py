"""Borders by land: which are there, which changes shut, and networks with some shut or opened."""

from __future__ import annotations

import datetime as dt

import pytest

import corridor as co
from closure_cases import STUDY, study_network
from core_cases import closed, link, node, small
from corridor.errors import UnknownName
from corridor.network.borders import borders_of, shut_borders, with_opened, with_shut

DAY = dt.date(2035, 7, 1)
NODES = [node("a"), node("b"), node("c", "UZ"), node("d", "UZ")]
LINKS = [
    link("ab", "a", "b"),
    link("bc", "b", "c"),
    link("bd", "b", "d", status="planned"),
    link("cd", "c", "d"),
]
BAN = {"rule_id": "ban", "row_id": "*", "effect": "forbid"}


def test_a_border_has_the_roads_between_two_countries() -> None:
    network = small(nodes=NODES, links=LINKS)
    (border,) = borders_of(network, ["uz-KZ", "KZ-UZ"])
    assert border == (("KZ", "UZ"), ("bc", "bd"))
    assert border.name == "KZ-UZ"
    with pytest.raises(UnknownName, match="KZ-UZ"):
        borders_of(network, ["KZ-UX"])


def test_a_border_is_shut_where_all_that_stands_of_it_is() -> None:
    for row_id, to_on, names in [
        ("crossing:KZ-UZ", None, ["KZ-UZ"]),
        ("bc", None, ["KZ-UZ"]),  # the planned road is not there to be shut
        ("bc", dt.date(2030, 1, 1), []),
        ("bd", None, []),
    ]:
        network = small("shut", nodes=NODES, links=LINKS, changes=[closed(row_id, None, to_on)])
        shut = shut_borders(network, ["UZ", "KZ"], DAY)
        assert [border.name for border in shut] == names


def test_opening_ends_what_shuts_the_border_and_nothing_else() -> None:
    rules = [
        {**BAN, "rule_id": "ban", "origin_country": "UZ", "destination_country": "KZ"},
        {**BAN, "rule_id": "other", "origin_country": "UZ", "destination_country": "AF"},
    ]
    changes = [closed("bc cd"), closed("bd")]
    network = small("shut", nodes=NODES, links=LINKS, changes=changes, rules=rules)
    borders = borders_of(network, ["KZ-UZ"])
    opened = with_opened(network, borders)
    assert opened.changes["row_id"].to_list() == ["cd"]
    assert opened.frames["rules"]["rule_id"].to_list() == ["other"]
    assert with_opened(opened, borders) is opened
    assert shut_borders(with_shut(opened, borders), ["KZ", "UZ"], DAY) == borders
    assert with_shut(opened, []) is opened


@pytest.mark.slow
def test_the_study_shuts_one_border_between_players_of_its_programme() -> None:
    players = ["AF", "IR", "KZ", "PK", "UZ"]
    assert shut_borders(study_network(), players, DAY) == ()
    network = co.read(STUDY, scenario="mid-2026").network
    (border,) = shut_borders(network, players, DAY)
    assert border.name == "AF-PK"
    assert not shut_borders(with_opened(network, [border]), players, DAY)
