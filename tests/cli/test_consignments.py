"""The verbs of consignments: quotes and schedules."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import corridor as co
from consignment_cases import MONDAY, shipment, two_ways
from core_cases import hazard_row
from corridor.cli import app as cli
from corridor.cli.consignments import _say_policy
from every_table import every_table

BUILT_IN = Path(__file__).resolve().parents[2] / "studies" / "kazakhstan-pakistan"
QUOTE = ("almaty", "tashkent", "--depart", "2026-07-01")


def test_a_quote_prints_its_price_and_writes_its_sheet(
    run: Any, starter: str, tmp_path: Path
) -> None:
    page = tmp_path / "quote.html"
    ran = run("quote", starter, *QUOTE, "--units", "2", "--out", str(page), "--language", "ru")
    assert ran.code == 0
    assert ran.out.startswith("part,usd_per_unit,p05_usd_per_unit")
    assert str(page) in ran.err
    assert "Предложение на перевозку" in page.read_text("utf-8")


def test_a_quote_is_json_too(run: Any, starter: str) -> None:
    ran = run("quote", starter, *QUOTE, "--issued-on", "2026-06-20", "--terms", "FCA", "--json")
    answer = json.loads(ran.out)
    assert answer["valid_to"] == "2026-07-04"
    assert [row["part"] for row in answer["prices"]][-1] == "total"
    assert answer["borders"][0]["from_country"] == "KZ"


def test_what_a_quote_warns_of_names_its_corridor(run: Any, starter: str, tmp_path: Path) -> None:
    folder = shutil.copytree(starter, tmp_path / "study")
    with (folder / "rules.csv").open("a") as rules:
        rules.write("care,country:UZ,,,,,caution,,,,,,example,C,\n")
    page = tmp_path / "quote.html"
    ran = run("quote", str(folder), *QUOTE, "--language", "ru", "--out", str(page))
    corridor = ran.err.partition(" by ")[2].partition(", 2026")[0]
    assert ran.code == 0 and f"warning: {corridor}: take care at Uzbekistan." in ran.err
    assert "take care" not in page.read_text("utf-8")


def test_no_route_is_exit_code_3(run: Any, starter: str, tmp_path: Path) -> None:
    page = tmp_path / "quote.html"
    ran = run("quote", starter, *QUOTE, "--avoid", "UZ", "--out", str(page))
    assert ran.code == 3
    assert "reason:" in ran.err
    assert not page.exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--out", "quote.docx"), "must end in"),
        (("--terms", "DAF"), "Incoterms"),
        (("--out", "quote.html", "--language", "xx"), "language"),
    ],
)
def test_wrong_usage_is_said(run: Any, starter: str, arguments: tuple[str, ...], says: str) -> None:
    ran = run("quote", starter, *QUOTE, *arguments)
    assert ran.code == 2
    assert says in ran.err


def test_without_a_browser_a_pdf_says_what_to_do(
    run: Any, starter: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORRIDOR_BROWSER", "no-such-browser")
    ran = run("quote", starter, *QUOTE, "--out", str(tmp_path / "quote.pdf"))
    assert ran.code == 2
    assert "CORRIDOR_BROWSER" in ran.err


@pytest.fixture(scope="module")
def with_shipment(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a study with a shipment of sixty boxes to Tashkent and Samarkand."""
    return str(every_table(tmp_path_factory.mktemp("consignments") / "study"))


@pytest.mark.parametrize("certainty", ["0", "100", "180"])
def test_a_certainty_is_a_chance_in_100(run: Any, with_shipment: str, certainty: str) -> None:
    ran = run("schedule", with_shipment, "boxes", "--certainty", certainty)
    assert ran.code == 2
    assert "chance in 100" in ran.err and certainty in ran.err


@pytest.mark.slow
def test_a_schedule_prints_its_dispatches(run: Any, with_shipment: str) -> None:
    ran = run("schedule", with_shipment, "boxes")
    assert ran.code == 0
    dispatches = pl.read_csv(ran.out.encode())
    units = dict(dispatches.group_by("destination").agg(pl.col("units").sum()).iter_rows())
    assert units == {"Tashkent": 45, "Samarkand": 15}
    assert "60 of 60 units" in ran.err


@pytest.mark.slow
def test_a_schedule_is_json_too(run: Any, with_shipment: str) -> None:
    answer = json.loads(run("schedule", with_shipment, "boxes", "--json").out)
    assert answer["summary"]["delivered_units"] == 60
    assert sum(row["units"] for row in answer["dispatches"]) == 60
    assert answer["costs"][0]["item"] == "freight"
    assert answer["provenance"]["shipment"] == "boxes"


def test_stdout_holds_nothing_else(with_shipment: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["schedule", with_shipment, "boxes", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["summary"]["units"] == 60


def test_a_policy_is_said_and_printed(run: Any, with_shipment: str) -> None:
    ran = run("schedule", with_shipment, "boxes", "--recourse", "--table", "policy")
    assert ran.code == 0
    policy = pl.read_csv(ran.out.encode())
    assert policy["hazard_id"].unique().to_list() == ["border-stops"]
    assert "sentence" in policy.columns and "sentence_message" not in policy.columns
    assert set(policy["action"]) == {"wait"}
    assert "At all other first surprises: keep to the plan and wait" in ran.err
    assert "over the fixed plan" in ran.err


@pytest.mark.slow
def test_the_policy_of_the_study_is_in_json_and_on_the_page(run: Any, tmp_path: Path) -> None:
    page = tmp_path / "buses.html"
    study = tmp_path / "study"  # a copy: the plan is kept beside the study
    shutil.copytree(BUILT_IN, study, ignore=shutil.ignore_patterns("results"))
    options = ("--deadline", "2026-10-01", "--recourse", "--out", str(page), "--language", "ru")
    ran = run("schedule", str(study), "buses-600", *options, "--json")
    answer = json.loads(ran.out)
    values = [row["value_usd"] for row in answer["policy"]]
    assert answer["summary"]["recourse_usd"] == pytest.approx(sum(values))
    assert any("send the rest by" in row["sentence"] for row in answer["policy"])
    assert "Первые неожиданности и что делать" in page.read_text("utf-8")
    assert "остальное отправить через" in page.read_text("utf-8")


@pytest.mark.slow
def test_a_plan_is_offered_too(run: Any, with_shipment: str, tmp_path: Path) -> None:
    sheet = tmp_path / "offer.html"
    assert run("schedule", with_shipment, "boxes", "--offer", str(sheet)).code == 0
    assert "Freight quote" in sheet.read_text("utf-8")


@pytest.mark.slow
def test_what_is_not_delivered_is_exit_code_3(run: Any, with_shipment: str) -> None:
    ran = run("schedule", with_shipment, "boxes", "--avoid", "UZ")
    assert ran.code == 3
    assert "60 of 60 units stay behind" in ran.err
    assert "binding: route" in ran.err
    assert "nearest feasible date: none" in ran.err


@pytest.mark.slow
def test_a_plan_is_a_page_a_workbook_and_a_folder(
    run: Any, with_shipment: str, tmp_path: Path
) -> None:
    page = tmp_path / "plan.html"
    ran = run("schedule", with_shipment, "boxes", "--out", str(page), "--language", "ru")
    assert ran.code == 0
    text = page.read_text("utf-8")
    assert "План отправки партии" in text
    assert text.count("<svg") == 2
    assert "Расходы по странам" in text

    book = tmp_path / "plan.xlsx"
    assert run("schedule", with_shipment, "boxes", "--out", str(book)).code == 0
    assert pl.read_excel(book, sheet_name="plan_dispatches")["units"].sum() == 60


@pytest.mark.slow
def test_a_plan_is_made_anew_from_where_it_stands(
    run: Any, with_shipment: str, tmp_path: Path
) -> None:
    folder = tmp_path / "plan"
    before = json.loads(run("schedule", with_shipment, "boxes", "--out", str(folder), "--json").out)
    again = run(
        "schedule",
        with_shipment,
        "boxes",
        "--from-state",
        str(folder),
        "--on",
        "2026-07-09",
        "--json",
    )
    after = json.loads(again.out)
    left = [row for row in after["dispatches"] if row["status"] == "committed"]
    assert left and all(row["depart_on"] < "2026-07-09" for row in left)
    assert after["summary"]["cost_usd"] == pytest.approx(before["summary"]["cost_usd"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("no-such",), "no-such"),
        (("boxes", "--from-state", "plan"), "go together"),
        (("boxes", "--out", "plan.docx"), "must end in"),
        (("boxes", "--certainty", "195"), "between 0 and 100, not 195"),
    ],
)
def test_a_wrong_question_of_a_schedule_is_said(
    run: Any, with_shipment: str, arguments: tuple[str, ...], says: str
) -> None:
    ran = run("schedule", with_shipment, *arguments)
    assert ran.code == 2
    assert says in ran.err


def test_diversions_are_said_with_what_they_save(capsys: pytest.CaptureFixture[str]) -> None:
    hazards = [
        hazard_row(hazard_id="pass", row_id="bd", events_per_year=3.0, duration_median_d=90.0)
    ]
    due = shipment(
        units=24,
        slots=(),
        deadline_on=MONDAY + dt.timedelta(days=40),
        penalty_usd_per_unit_day=400.0,
    )
    _say_policy(co.schedule(two_ways(hazards=hazards), due, recourse=True, draws=100))
    spoken = capsys.readouterr().err
    assert "if it lasts more than 3 days, send the rest by" in spoken
    assert "policy: saves" in spoken


def test_no_deadline_is_no_policy(capsys: pytest.CaptureFixture[str]) -> None:
    _say_policy(co.schedule(two_ways(), shipment(deadline_on=None), recourse=True))
    assert "policy: nothing to answer" in capsys.readouterr().err
