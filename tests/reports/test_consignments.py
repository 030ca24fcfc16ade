"""Plans of consignments: kept for the report while the study is as it was, and told in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

import corridor as co
from corridor.consignments.plan import Plan
from corridor.consignments.plan_tables import frame
from corridor.language.messages import message, unpack
from corridor.language.speech import speaking
from corridor.reports.consignments import plan_sentences
from corridor.runs import cache
from corridor.runs.plans import keep_plan, kept_plans
from corridor.tables import schema_plans
from corridor.tables.cells import stored_types
from every_table import every_table


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> co.Study:
    return co.read(every_table(tmp_path_factory.mktemp("plans") / "study"))


@pytest.fixture(scope="module")
def plan(study: co.Study) -> Plan:
    return co.schedule(study.network, "boxes")


@pytest.mark.slow
def test_a_kept_plan_is_in_the_report(study: co.Study, plan: Plan, tmp_path: Path) -> None:
    keep_plan(study, plan)
    provenance = cache.provenance(study, {})
    plans = kept_plans(study.folder, provenance, {"boxes": "Sixty boxes", "others": "Others"})
    assert list(plans) == ["boxes"]

    parts = {
        "study": {"title": study.title, "folder": str(study.folder)},
        "nodes": study.tables["nodes"],
        "links": study.tables["links"],
        "plans": plans,
    }
    page = co.report(parts, tmp_path / "report.html").read_text("utf-8")
    assert 'id="plan-boxes"' in page
    assert "60 of 60 units leave from" in page
    assert "When units leave and arrive" in page
    assert "Costs by country" in page


@pytest.mark.slow
def test_a_plan_of_another_state_of_the_study_is_not(study: co.Study, plan: Plan) -> None:
    keep_plan(study, plan)
    changed = replace(study, hash="another")
    assert not kept_plans(study.folder, cache.provenance(changed, {}), {"boxes": "Sixty boxes"})


def test_sentences_say_what_stays_behind() -> None:
    table = schema_plans.PLAN_SUMMARY
    row = dict.fromkeys(stored_types(table)) | {
        "units": 10,
        "delivered_units": 0,
        "reason": "no route",
    }
    summary = pl.DataFrame([row], schema=stored_types(table))
    assert plan_sentences(summary) == [
        "None of 10 units can be delivered.",
        "Not all is delivered: no route.",
    ]


def test_reasons_and_answers_are_told_in_the_language_of_the_page() -> None:
    reason = message("{short} of {units} units stay behind", short=2, units=9)
    summary = frame(
        schema_plans.PLAN_SUMMARY, [{"delivered_units": 0, "units": 9, "reason": reason}]
    )
    assert summary["reason"].item() == "2 of 9 units stay behind"
    assert unpack(summary["reason_message"].item()).template == reason.template

    with speaking("ru"):
        assert plan_sentences(summary)[1] == "Доставлено не всё: 2 из 9 единиц остаются."
