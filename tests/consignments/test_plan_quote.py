"""Quotes of shipments: what a plan costs, parted, with every border crossed once."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

import corridor as co
from corridor.reports.printing import find_browser
from every_table import every_table

ISSUED = dt.date(2026, 6, 20)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def boxes(tmp_path_factory: pytest.TempPathFactory) -> co.Study:
    return co.read(every_table(tmp_path_factory.mktemp("offers") / "study"))


@pytest.fixture(scope="module")
def plan(boxes: co.Study) -> co.Plan:
    return co.schedule(boxes.network, "boxes")


@pytest.fixture(scope="module")
def offer(boxes: co.Study, plan: co.Plan) -> co.Quote:
    return co.quote_plan(boxes.network, plan, terms="DAP", issued_on=ISSUED)


def test_the_price_is_what_the_plan_costs(plan: co.Plan, offer: co.Quote) -> None:
    usd = dict(offer.prices.select("part", "usd").iter_rows())
    summary = plan.summary.row(0, named=True)
    carriage = usd["freight"] + usd["borders"] + usd["handling"]
    assert carriage == pytest.approx(summary["freight_usd"], abs=1)
    assert usd.get("storage", 0.0) == pytest.approx(summary["storage_usd"], abs=1)
    assert offer.carbon_kg == summary["carbon_kg"]
    assert offer.units == offer.runs["units"].sum() == 60


def test_the_terms_are_those_of_the_shipment_unless_others_are_named(
    boxes: co.Study, plan: co.Plan, offer: co.Quote
) -> None:
    sold = replace(plan, shipment=replace(plan.shipment, terms="FCA"))
    assert co.quote_plan(boxes.network, sold).terms == "FCA"
    assert co.quote_plan(boxes.network, sold, terms="CPT").terms == "CPT"
    assert offer.terms == "DAP"


def test_every_border_is_crossed_by_all_units_that_pass_it(offer: co.Quote) -> None:
    assert offer.borders["link_id"].is_unique().all()
    assert offer.borders["units"].sum() == 60
    assert set(offer.borders["from_country"]) == {"KZ"}


def test_its_sheet_names_its_dispatches(boxes: co.Study, offer: co.Quote, tmp_path: Path) -> None:
    page = co.quote_sheet(offer, tmp_path / "quote.html", study=boxes).read_text("utf-8")
    assert "Dispatches" in page and "Legs" not in page
    assert "60 × " in page
    book = co.quote_sheet(offer, tmp_path / "quote.xlsx", study=boxes)
    assert pl.read_excel(book, sheet_name="dispatches")["units"].sum() == 60


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_sheet_of_the_buses_is_one_page(
    study_folder: Path, tmp_path: Path, language: str
) -> None:
    assert find_browser() is not None
    study = co.read(study_folder)
    offer = co.quote_plan(study.network, co.schedule(study.network, "buses-600"))
    assert offer.units == 600
    data = co.quote_sheet(offer, tmp_path / "q.pdf", language=language, study=study).read_bytes()
    assert len(re.findall(rb"/Type\s*/Page[^s]", data)) == 1
