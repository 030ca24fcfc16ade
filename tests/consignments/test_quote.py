"""Quotes: a price in parts that add up, papers by border, and a sheet of one page."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import polars as pl
import pytest

import corridor as co
from corridor.reports.printing import find_browser

ISSUED = dt.date(2026, 6, 20)


@pytest.fixture(scope="module")
def study(study_folder: Path) -> co.Study:
    return co.read(study_folder)


@pytest.fixture(scope="module")
def offer(study: co.Study) -> co.Quote:
    return co.quote(
        study.network,
        "almaty",
        "karachi",
        cargo="container-40",
        depart="2026-07-01",
        best="time",
        units=3,
        terms="DAP",
        issued_on=ISSUED,
    )


def test_the_price_is_that_of_the_best_route(study: co.Study, offer: co.Quote) -> None:
    best = co.route(
        study.network,
        "almaty",
        "karachi",
        cargo="container-40",
        depart="2026-07-01",
        criteria=("time",),
    )
    (route,) = best.routes.head(1).to_dicts()
    prices = {row["part"]: row for row in offer.prices.to_dicts()}

    carriage = sum(prices[part]["usd_per_unit"] for part in ("freight", "borders", "handling"))
    assert carriage == pytest.approx(route["cost_usd"], abs=0.03)
    assert offer.corridor == route["corridor"]
    assert offer.carbon_kg == pytest.approx(3 * route["carbon_kg"])
    assert offer.stages["usd_per_unit"].sum() == pytest.approx(route["cost_usd"], abs=0.05)


def test_parts_add_up_and_lie_in_their_bands(offer: co.Quote) -> None:
    *parts, total = offer.prices.to_dicts()
    assert sum(part["usd"] for part in parts) == pytest.approx(total["usd"], abs=0.05)
    assert total["usd"] == pytest.approx(3 * total["usd_per_unit"], abs=0.02)

    for part in (*parts[:3], total):
        assert part["p05_usd_per_unit"] <= part["usd_per_unit"] <= part["p95_usd_per_unit"]
    widest = max(part["p95_usd_per_unit"] - part["usd_per_unit"] for part in parts)
    assert total["p95_usd_per_unit"] - total["usd_per_unit"] >= widest - 0.01


def test_interest_is_the_value_for_the_days_under_way(study: co.Study, offer: co.Quote) -> None:
    value_usd = study.network.by_id("cargoes")["container-40"]["value_usd_per_unit"]
    finance = offer.prices.filter(pl.col("part") == "finance")["usd_per_unit"].item()
    assert offer.time_h is not None
    assert finance == pytest.approx(value_usd * 0.18 * offer.time_h / (365.25 * 24), abs=0.01)


def test_papers_stand_at_the_border_that_asks_for_them(offer: co.Quote) -> None:
    papers = {
        (row["from_country"], row["to_country"]): row["documents"]
        for row in offer.borders.to_dicts()
    }
    assert list(papers) == [("KZ", "KG"), ("KG", "CN"), ("CN", "PK")]
    qtta = "QTTA permit (China-Kyrgyzstan-Kazakhstan-Pakistan transit)"
    assert qtta in papers["CN", "PK"]
    assert qtta not in papers["KZ", "KG"]


def test_an_offer_holds_for_a_fortnight(offer: co.Quote) -> None:
    assert offer.valid_to == dt.date(2026, 7, 4)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"best": "price"}, "best must be one of time, cost"),
        ({"units": 0}, "units must be 1 or more"),
        ({"terms": "DAF"}, "no rule of Incoterms 2020"),
        ({"interest_share_per_year": 18}, "must be a share"),
    ],
)
def test_what_makes_no_sense_is_refused(
    study: co.Study, wrong: dict[str, object], says: str
) -> None:
    with pytest.raises(co.CallError, match=says):
        co.quote(
            study.network,
            "almaty",
            "karachi",
            cargo="container-40",
            depart="2026-07-01",
            **wrong,  # type: ignore[arg-type]
        )


@pytest.mark.slow
def test_without_a_route_there_is_nothing_to_offer(study: co.Study, tmp_path: Path) -> None:
    offer = co.quote(
        study.network, "almaty", "karachi", cargo="bus-12m-own", depart="2026-07-01", avoid=("IR",)
    )
    assert offer.reason
    assert offer.prices.is_empty()
    with pytest.raises(co.CallError, match="nothing to offer"):
        co.quote_sheet(offer, tmp_path / "quote.html")


def test_a_sheet_holds_legs_borders_price_and_exclusions(
    study: co.Study, offer: co.Quote, tmp_path: Path
) -> None:
    page = co.quote_sheet(offer, tmp_path / "quote.html", study=study).read_text("utf-8")
    assert "DAP Port of Karachi (Incoterms 2020): the seller pays this carriage" in page
    for words in ("Legs", "Borders and documents", "QTTA permit", "insurance of the goods"):
        assert words in page
    assert f"{offer.total['usd']:,.0f}" in page
    assert study.title in page


@pytest.mark.parametrize(
    ("language", "words"),
    [("ru", "Не входит в цену"), ("kk", "Бағаға кірмейді"), ("ur", "شرائط"), ("zh", "价格不含")],
)
def test_a_sheet_speaks(offer: co.Quote, tmp_path: Path, language: str, words: str) -> None:
    page = co.quote_sheet(offer, tmp_path / "quote.html", language=language).read_text("utf-8")
    assert words in page
    assert f'lang="{language}"' in page
    assert "insurance of the goods" not in page


def test_a_sheet_is_a_workbook_too(offer: co.Quote, tmp_path: Path) -> None:
    path = co.quote_sheet(offer, tmp_path / "quote.xlsx", language="ru")
    sheets = pl.read_excel(path, sheet_id=0)
    assert list(sheets)[:2] == ["предложение", "участки"]
    price = sheets["цена"]
    assert price["долл., все единицы"].to_list()[-1] == pytest.approx(offer.total["usd"])


def test_another_kind_of_file_is_refused(offer: co.Quote, tmp_path: Path) -> None:
    with pytest.raises(co.CallError, match="must end in"):
        co.quote_sheet(offer, tmp_path / "quote.docx")


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "ru", "kk", "ur", "zh"])
@pytest.mark.parametrize(
    ("origin", "destination", "cargo"),
    [
        ("almaty", "karachi", "bus-12m"),
        ("faisalabad", "almaty", "reefer-40"),
        ("kostanay", "karachi", "bulk-t"),
    ],
)
def test_a_sheet_is_one_page_of_a4(
    study: co.Study, tmp_path: Path, origin: str, destination: str, cargo: str, language: str
) -> None:
    assert find_browser() is not None
    offer = co.quote(
        study.network, origin, destination, cargo=cargo, depart="2026-12-15", issued_on=ISSUED
    )
    path = co.quote_sheet(offer, tmp_path / "quote.pdf", language=language, study=study)
    data = path.read_bytes()
    assert len(re.findall(rb"/Type\s*/Page[^s]", data)) == 1
    assert re.search(rb"/MediaBox\s*\[\s*0\s+0\s+59[45](\.\d+)?\s+84[12]", data)
