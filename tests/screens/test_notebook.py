"""Answers in a notebook: pages of HTML, maps, charts, explanations."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import corridor as co


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> co.Study:
    return co.read(co.new(tmp_path_factory.mktemp("starter") / "study"))


@pytest.fixture(scope="module")
def routes(starter: co.Study) -> co.Routes:
    return co.route(
        starter.network, "almaty", "tashkent", cargo="container-40", depart="2026-07-01"
    )


@pytest.fixture(scope="module")
def flows(starter: co.Study) -> co.Flows:
    return co.assign(starter.network, starter.tables["demand"], on="2026-07-01")


@pytest.fixture(scope="module")
def risk(starter: co.Study) -> co.Risk:
    tables = starter.tables
    return co.simulate(
        starter.network, tables["demand"], tables["hazards"], on="2026-07-01", draws=8
    )


@pytest.mark.parametrize("name", ["study", "network", "routes", "risk"])
def test_page_is_whole_and_holds_the_answer(
    name: str, starter: co.Study, request: pytest.FixtureRequest
) -> None:
    answers = {"study": starter, "network": starter.network}
    answer: Any = answers.get(name) or request.getfixturevalue(name)
    page = answer._repr_html_()
    root = ET.fromstring(page.replace("&nbsp;", " "))
    assert root.find("table/tbody/tr") is not None and "script" not in page
    assert "svg" in page and repr(answer).split("(")[0] in page


def test_routes_tell_quickest_cheapest_and_what_they_rest_on(routes: co.Routes) -> None:
    said = routes.explain()
    assert str(said).startswith("Quickest: A (") and "Cheapest: " in str(said)
    assert "estimates" in str(said) and said.sentences[-1].startswith("Computed by corridor 0.")
    assert said._repr_html_().count("<p>") == len(said.sentences)


def test_hazards_that_cost_nothing_are_not_told(risk: co.Risk) -> None:
    free = risk.by_hazard.with_columns(
        loss_usd_per_year=pl.lit(0.0), loss_share=pl.lit(None, pl.Float64)
    )
    calm = replace(risk, by_hazard=free)
    assert risk.by_hazard["hazard_id"][0] in str(risk.explain())
    assert risk.by_hazard["hazard_id"][0] not in str(calm.explain())


def test_map_and_chart_are_those_of_the_report(routes: co.Routes, flows: co.Flows) -> None:
    assert "Time against cost" in routes.chart().to_json()
    assert "Almaty" in routes.map().to_json()
    assert flows.map().to_dict()["description"]


def test_no_route_is_explained_and_has_no_map(starter: co.Study) -> None:
    trip = {"cargo": "container-40", "depart": "2026-07-01", "avoid": ["UZ"]}
    none = co.route(starter.network, "almaty", "tashkent", **trip)
    assert str(none.explain()).startswith("There is no route: ")
    with pytest.raises(co.CallError, match="no route"):
        none.map()
    assert "<table>" not in none._repr_html_() and "<svg" not in none._repr_html_()


@pytest.mark.slow
def test_plan_and_appraisal_have_pages(study_folder: Path) -> None:
    study = co.read(study_folder)
    plan = co.schedule(study.network, "transformer-220")
    assert "svg" in plan._repr_html_() and plan.chart().to_dict() and plan.map().to_dict()

    demand = study.tables["demand"].head(4)
    flows = co.assign(study.network, demand, on="2026-07-01")
    assert "used in 100" in flows._repr_html_() and str(flows) in str(flows.explain())

    appraisal = co.appraise(study.network, demand, ["torkham-single-window"], draws=0)
    page = appraisal._repr_html_()
    assert "NPV USD m" in page and "of 1 project is worth" in str(appraisal.explain())
