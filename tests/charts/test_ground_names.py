"""Names of waters on the base map, in the languages of the page."""

from __future__ import annotations

from corridor.charts.basemap.details import LANGUAGES, details


def test_waters_near_the_corridor_are_named_in_every_language() -> None:
    names = {name.name: name.names for name in details().names if name.kind != "town"}
    assert names["Arabian Sea"]["ru"] == "Аравийское море"
    assert set(names["Caspian Sea"]) == set(LANGUAGES)
    assert names["Lake Balkhash"]["zh"] == "巴尔喀什湖"


def test_a_town_has_the_one_name_its_source_prints() -> None:
    assert not any(name.names for name in details().names if name.kind == "town")
