"""Claims of the built-in study, and what their checks do with wrong rows."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from corridor.errors import StudyError
from corridor.evidence.claims import CONSISTENT, DIFFERS, OPEN, OTHER_COUNT, UNDECIDED, audit
from corridor.tables.schema_trade import CLAIMS

NAMES = ("claims", "commitments", "figures", "countries", "trade", "sources")


@pytest.fixture(scope="module")
def tables(study_folder: Path) -> dict[str, pl.DataFrame]:
    return {
        n: pl.read_csv(study_folder / f"{n}.csv", infer_schema_length=None, try_parse_dates=True)
        for n in NAMES
    }


def verdicts(
    tables: dict[str, pl.DataFrame], forecasts: dict[str, float] | None = None
) -> dict[str, dict[str, object]]:
    return {r["claim_id"]: r for r in audit(tables, forecasts).iter_rows(named=True)}


# Shares of the way to the target, as a forecast gives them.
SHARES = {
    "transport-share": 0.02,
    "transport-bound": 0.55,
    "transport-share-least": 0.01,
    "transport-bound-most": 1.4,
}


def test_every_claim_has_a_verdict_and_every_verdict_its_arithmetic(
    tables: dict[str, pl.DataFrame],
) -> None:
    rows = verdicts(tables, SHARES)
    assert set(rows) == set(tables["claims"]["claim_id"])
    for row in rows.values():
        assert row["verdict"] in (CONSISTENT, DIFFERS, OPEN, OTHER_COUNT, UNDECIDED)
        assert row["arithmetic"] or (row["verdict"] == OPEN and row["note"])
    assert set(tables["claims"]["source_id"]) | set(tables["figures"]["source_id"]) <= set(
        tables["sources"]["source_id"]
    )


def test_the_fall_of_forty_per_cent(tables: dict[str, pl.DataFrame]) -> None:
    fall = verdicts(tables)["fall"]
    assert fall["verdict"] == DIFFERS
    for part in (
        "1.766 bn USD / 2.461 bn USD - 1 = -28.2%",
        "-39.4%",
        "said: -40.0%",
        "= -52.9%; said: -53.0%",
    ):
        assert part in str(fall["arithmetic"])


def test_the_other_claims(tables: dict[str, pl.DataFrame]) -> None:
    rows = verdicts(tables, SHARES)
    expected = {
        "mountain-road": "differs",
        "target": "cannot be checked",
        "doubled": "cannot be checked",
        "people": "consistent",
        "agreements": "different things counted",
        "target-date": "differs",
        "buses": "consistent",
        "deals": "consistent",
        "logistics": "cannot be decided",
        "closure": "consistent",
        "energy": "cannot be checked",
    }
    assert {k: rows[k]["verdict"] for k in expected} == expected
    assert "1.181 USD/EUR = 1 bn USD" in str(rows["target"]["arithmetic"])
    assert "2024" in str(rows["mountain-road"]["note"])
    assert verdicts(tables)["logistics"]["verdict"] == OPEN


def test_a_range_decides_only_where_both_of_its_ends_agree(
    tables: dict[str, pl.DataFrame],
) -> None:
    def logistics(least: float, most: float) -> dict[str, object]:
        shares = {"transport-share-least": least, "transport-bound-most": most}
        return verdicts(tables, SHARES | shares)["logistics"]

    assert logistics(0.6, 1.3)["verdict"] == CONSISTENT
    assert logistics(0.01, 0.4)["verdict"] == DIFFERS
    undecided = logistics(0.013, 1.4)
    assert undecided["verdict"] == UNDECIDED
    assert "the model gives 1.3% to 140.0%; said: at least 50.0%" in str(undecided["arithmetic"])


def test_what_counts_something_else_neither_confirms_nor_contradicts(
    tables: dict[str, pl.DataFrame],
) -> None:
    agreements = verdicts(tables)["agreements"]
    assert agreements["verdict"] == OTHER_COUNT
    assert "37; said: 20" in str(agreements["arithmetic"])


def test_figures_are_told_with_what_they_count(tables: dict[str, pl.DataFrame]) -> None:
    rows = verdicts(tables)
    assert "same ceremony: 1 year; said: 2 years" in str(rows["target-date"]["arithmetic"])
    assert "shut: October (month 10); said: October" in str(rows["closure"]["arithmetic"])
    assert "open by declaration" in str(rows["mountain-road"]["arithmetic"])


def test_a_source_does_not_confirm_itself(tables: dict[str, pl.DataFrame]) -> None:
    rows = verdicts(tables)
    for claim in ("doubled", "target"):
        assert "circular: the figure is of the same source" in str(rows[claim]["arithmetic"])
    assert "1.181 USD/EUR = 1 bn USD; said: 1 bn USD; circular" in str(rows["target"]["arithmetic"])

    # The same figure of another source confirms, and a source may well contradict itself.
    elsewhere = tables["figures"].with_columns(source_id=pl.lit("eur-rate"))
    assert verdicts({**tables, "figures": elsewhere})["target"]["verdict"] == CONSISTENT
    wrong = tables["claims"].with_columns(
        pl.when(pl.col("check_id") == "target-eur").then(2e9).otherwise("value").alias("value")
    )
    assert verdicts({**tables, "claims": wrong})["target"]["verdict"] == DIFFERS


def test_arithmetic_follows_the_tables(tables: dict[str, pl.DataFrame]) -> None:
    """The text is computed from the rows: another figure, another verdict."""
    figures = tables["figures"].with_columns(
        pl.when(pl.col("figure_id") == "pk-af-2025")
        .then(0.6 * 2461e6)
        .otherwise("value")
        .alias("value")
    )
    fall = verdicts({**tables, "figures": figures})["fall"]
    assert fall["verdict"] == CONSISTENT
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
    assert (only["verdict"], only["confidence"]) == (CONSISTENT, "B")
    wrong = tables | {"claims": pl.DataFrame([row | {"value": found + 1}])}
    assert verdicts(wrong)["c"]["verdict"] == DIFFERS


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
            audit({**tables, "claims": claims})
        assert raised.value.findings[0].rows == ("doubled",)
    bare = tables["claims"].with_columns(
        pl.when(pl.col("check_id") == "doubled").then(None).otherwise("right").alias("right")
    )
    with pytest.raises(StudyError, match="missing-operand"):
        audit({**tables, "claims": bare})
