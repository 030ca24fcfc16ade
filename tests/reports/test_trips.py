"""The chapter on trips: every leg leads to its sources, every paper to the routes it is for."""

from __future__ import annotations

import re

from corridor.reports.trips import papers


def test_every_leg_leads_to_the_sources_of_its_way_and_its_rate(text: str) -> None:
    tables = re.findall(r'<table class="legs">.*?</table>', text, flags=re.S)
    assert len(tables) == 2
    assert sum(table.count('<b>A</b> <a href="#source-1">') for table in tables) == 6
    assert (
        sum(table.count('<a href="#source-2">') for table in tables) == 6
    )  # six links, the terminal has no rate


def test_papers_name_the_routes_that_need_them() -> None:
    routes = [{"letter": "A", "documents": ["TIR"]}, {"letter": "B", "documents": ["CIM", "TIR"]}]
    assert papers(routes) == [("TIR", ["A", "B"]), ("CIM", ["B"])]
