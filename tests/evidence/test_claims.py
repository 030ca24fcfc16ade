"""Claims and commitments of the built-in study, and what their checks do with wrong rows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from corridor.errors import StudyError
from corridor.evidence import claims as evidence
from corridor.tables.schema_trade import CLAIMS

NAMES = ("claims", "commitments", "figures", "countries", "trade", "sources")
AS_OF = date(2026, 7, 1)


@pytest.fixture(scope="module")
def tables(study_folder: Path) -> dict[str, pl.DataFrame]:
    return {
        n: pl.read_csv(study_folder / f"{n}.csv", infer_schema_length=None, try_parse_dates=True)
        for n in NAMES
    }


def verdicts(
    tables: dict[str, pl.DataFrame], forecasts: dict[str, float] | None = None
) -> dict[str, dict[str, object]]:
    return {r["claim_id"]: r for r in evidence.audit(tables, forecasts).iter_rows(named=True)}


def test_every_claim_has_a_verdict_and_every_verdict_its_arithmetic(
    tables: dict[str, pl.DataFrame],
) -> None:
    rows = verdicts(tables, {"transport-share": 0.1})
    assert set(rows) == set(tables["claims"]["claim_id"])
    for row in rows.values():
        assert row["verdict"] in (evidence.CONSISTENT, evidence.DIFFERS, evidence.OPEN)
        assert row["arithmetic"] or (row["verdict"] == evidence.OPEN and row["note"])
    assert set(tables["claims"]["source_id"]) | set(tables["figures"]["source_id"]) <= set(
        tables["sources"]["source_id"]
    )


def test_the_fall_of_forty_per_cent(tables: dict[str, pl.DataFrame]) -> None:
    fall = verdicts(tables)["fall"]
    assert fall["verdict"] == evidence.DIFFERS
    for part in (
        "1.766 bn USD / 2.461 bn USD - 1 = -28.2%",
        "-39.4%",
        "said: -40.0%",
        "= -52.9%; said: -53.0%",
    ):
        assert part in str(fall["arithmetic"])


def test_the_other_claims(tables: dict[str, pl.DataFrame]) -> None:
    rows = verdicts(tables, {"transport-share": 0.1})
    expected = {
        "mountain-road": "differs",
        "target": "consistent",
        "doubled": "consistent",
        "people": "consistent",
        "agreements": "differs",
        "target-date": "differs",
        "buses": "consistent",
        "deals": "consistent",
        "logistics": "differs",
        "closure": "consistent",
        "energy": "cannot be checked",
    }
    assert {k: rows[k]["verdict"] for k in expected} == expected
    assert "1.181 USD/EUR = 1 bn USD" in str(rows["target"]["arithmetic"])
    assert "2024" in str(rows["mountain-road"]["note"])
    assert verdicts(tables)["logistics"]["verdict"] == evidence.OPEN
    assert verdicts(tables, {"transport-share": 0.6})["logistics"]["verdict"] == evidence.CONSISTENT


def test_arithmetic_follows_the_tables(tables: dict[str, pl.DataFrame]) -> None:
    """The text is computed from the rows: another figure, another verdict."""
    figures = tables["figures"].with_columns(
        pl.when(pl.col("figure_id") == "pk-af-2025")
        .then(0.6 * 2461e6)
        .otherwise("value")
        .alias("value")
    )
    fall = verdicts({**tables, "figures": figures})["fall"]
    assert fall["verdict"] == evidence.CONSISTENT
    assert "-40.0%; said: -40.0%" in str(fall["arithmetic"])


@pytest.mark.parametrize(
    ("check", "left", "right", "found"),
    [
        ("lookup", 3.0, None, 3.0),
        ("sum", 3.0, 4.0, 7.0),
        ("difference", 3.0, 4.0, -1.0),
        ("ratio", 3.0, 4.0, 0.75),
        ("change", 3.0, 4.0, -0.25),
        ("change-on-new", 3.0, 4.0, 1 - 4 / 3),
        ("conversion", 3.0, 4.0, 12.0),
    ],
)
def test_each_kind_of_check(check: str, left: float, right: float | None, found: float) -> None:
    names = [c.name for c in CLAIMS.columns]
    row = dict.fromkeys(names) | {
        "check_id": "c",
        "claim_id": "c",
        "statement": "s",
        "value": found,
        "unit": "count",
        "check": check,
        "left": "figures:a:value",
        "right": None if right is None else "figures:b:value",
        "decides": True,
        "source_id": "s",
        "confidence": "A",
    }
    tables = {
        "claims": pl.DataFrame([row]),
        "figures": pl.DataFrame(
            {
                "figure_id": ["a", "b"],
                "value": [left, right or 0.0],
                "unit": ["count"] * 2,
                "confidence": ["B", "A"],
            }
        ),
    }
    only = verdicts(tables)["c"]
    assert (only["verdict"], only["confidence"]) == (evidence.CONSISTENT, "B")
    wrong = tables | {"claims": pl.DataFrame([row | {"value": found + 1}])}
    assert verdicts(wrong)["c"]["verdict"] == evidence.DIFFERS


def test_wrong_references_are_findings(tables: dict[str, pl.DataFrame]) -> None:
    for reference, says in (
        ("figures:nowhere:value", "no row nowhere"),
        ("figures:eur-usd", "three parts"),
        ("moon:eur-usd:value", "no table moon"),
        ("figures:eur-usd:unit", "not a number"),
        ("__import__('os'):x:value", "no table"),
    ):
        claims = tables["claims"].with_columns(
            pl.when(pl.col("check_id") == "doubled")
            .then(pl.lit(reference))
            .otherwise("left")
            .alias("left")
        )
        with pytest.raises(StudyError, match=says) as raised:
            evidence.audit({**tables, "claims": claims})
        assert raised.value.findings[0].rows == ("doubled",)
    bare = tables["claims"].with_columns(
        pl.when(pl.col("check_id") == "doubled").then(None).otherwise("right").alias("right")
    )
    with pytest.raises(StudyError, match="missing-operand"):
        evidence.audit({**tables, "claims": bare})


def test_commitments(tables: dict[str, pl.DataFrame]) -> None:
    rows = {
        r["commitment_id"]: r
        for r in evidence.progress(tables, {"trade-2028": 1.4e8}, as_of=AS_OF).iter_rows(named=True)
    }
    assert rows["trade-target"]["state"] == "short by"
    assert rows["trade-target"]["short_by"] == pytest.approx(8.6e8)
    assert "86% missing" in rows["trade-target"]["arithmetic"]
    assert rows["cultural-centres"]["state"] == "on course"
    assert rows["buses-600"]["state"] == rows["agreements-20"]["state"] == "not measurable here"
    met = {
        r["commitment_id"]: r
        for r in evidence.progress(tables, {"trade-2028": 1.1e9}, as_of=AS_OF).iter_rows(named=True)
    }
    assert met["trade-target"]["state"] == "on course"
    assert {"600", "20"} <= {str(int(t)) for t in tables["commitments"]["target"].drop_nulls()}


def test_a_value_seen_before_it_is_due_is_held_against_the_way_there(
    tables: dict[str, pl.DataFrame],
) -> None:
    frame = (
        tables["commitments"]
        .filter(pl.col("commitment_id") == "trade-target")
        .with_columns(
            pl.lit("figures:seen:value").alias("measured"),
            pl.lit(date(2027, 2, 4)).alias("measured_on"),
        )
    )

    def state(seen: float) -> dict[str, object]:
        extra = (
            tables["figures"]
            .head(1)
            .with_columns(pl.lit("seen").alias("figure_id"), pl.lit(seen).alias("value"))
        )
        figures = pl.concat([tables["figures"], extra])
        return evidence.progress(
            {**tables, "commitments": frame, "figures": figures}, as_of=AS_OF
        ).row(0, named=True)

    halfway = (101.6e6 * 1e9) ** 0.5  # half of the time, at constant growth
    assert state(halfway * 1.001)["state"] == "on course"
    late = state(halfway * 0.9)
    assert late["state"] == "short by"
    assert late["short_by"] == pytest.approx(halfway * 0.1, rel=1e-3)
