"""Readers of UN Comtrade and BACI."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor.errors import CallError
from corridor.exchange import trade_statistics
from trade_cases import study_tables

TABLES = study_tables()


def test_reads_comtrade(tmp_path: Path) -> None:
    path = tmp_path / "comtrade.csv"
    path.write_text(
        "refYear,flowCode,reporterISO,partnerISO,cmdCode,qtyUnitAbbr,netWgt,primaryValue\n"
        "2024,X,KAZ,PAK,10,kg,4000000,1200000\n"
        "2024,X,KAZ,PAK,1001,kg,3000000,900000\n"
        "2024,X,KAZ,PAK,11,kg,1000000,300000\n"
        "2024,M,KAZ,PAK,30,u,,500000\n"
        "2024,X,KAZ,PAK,72,kg,2000,-5\n"
        "2024,X,KAZ,ATA,72,kg,2000,100\n"
        "2024,X,KAZ,W00,TOTAL,n/a,,90000000\n"
        "2024,X,KAZ,PAK,TOTAL,n/a,,1500000\n"
        "2024,X,KAZ,PAK,TOTAL,n/a,,1500000\n"
        "2024,X,KAZ,PAK,99,kg,1,7\n",
        encoding="utf-8",
    )
    frame, findings = trade_statistics.read_comtrade(path, TABLES["countries"], TABLES["sectors"])
    kinds = sorted(f.kind for f in findings)
    assert kinds == [
        "bad-value",
        "duplicate-row",
        "mixed-units",
        "unknown-country",
        "unknown-sector",
    ]
    by = {(r["exporter"], r["importer"], r["sector_id"]): r for r in frame.iter_rows(named=True)}
    assert (
        by["KZ", "PK", "staples"]["value_usd"] == 1_500_000
    )  # chapters 10 and 11; heading 1001 is within 10
    assert by["KZ", "PK", "staples"]["weight_t"] == 5000
    assert by["PK", "KZ", "chemicals"]["weight_t"] is None
    assert by["KZ", "PK", None]["value_usd"] == 1_500_000
    assert by["KZ", "PK", None]["series"] == "Comtrade, reported by KZ"
    assert any("line 7" in f.rows for f in findings if f.kind == "unknown-country")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(CallError, match="not a UN Comtrade file"):
        trade_statistics.read_comtrade(
            tmp_path / "other.csv", TABLES["countries"], TABLES["sectors"]
        )


def test_reads_baci(tmp_path: Path) -> None:
    (tmp_path / "codes.csv").write_text(
        "country_code,country_name,country_iso2,country_iso3\n"
        "398,Kazakhstan,KZ,KAZ\n586,Pakistan,PK,PAK\n10,Antarctica,AQ,ATA\n",
        encoding="utf-8",
    )
    (tmp_path / "baci.csv").write_text(
        "t,i,j,k,v,q\n2023,398,586,720810,500.5,900\n2023,398,586,720839,99.5,NA\n"
        "2023,586,398,300490,1000,12.5\n2023,398,10,720810,1,1\n",
        encoding="utf-8",
    )
    frame, findings = trade_statistics.read_baci(
        tmp_path / "baci.csv", tmp_path / "codes.csv", TABLES["countries"], TABLES["sectors"]
    )
    assert [f.kind for f in findings] == ["unknown-country"]
    by = {(r["exporter"], r["importer"], r["sector_id"]): r for r in frame.iter_rows(named=True)}
    assert by["KZ", "PK", "metals"]["value_usd"] == pytest.approx(600_000)
    assert by["KZ", "PK", "metals"]["weight_t"] is None
    assert by["PK", "KZ", "chemicals"]["weight_t"] == 12.5
