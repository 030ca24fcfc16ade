"""The verbs forecast and audit."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

import corridor as co
from corridor.cli.app import DONE, FINDINGS, NOT_SERVED, USAGE, main
from corridor.runs.run import trade_tables
from corridor.screens.columns import target_table
from corridor.trade.chapter import BOUND
from corridor.trade.target import GROWTH


def printed(capsys: pytest.CaptureFixture[str]) -> tuple[list[dict[str, str]], str]:
    out, err = capsys.readouterr()
    return list(csv.DictReader(io.StringIO(out))), err


def copied(study_folder: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    shutil.copytree(study_folder, folder, ignore=shutil.ignore_patterns("results"))
    return folder


@pytest.mark.slow
def test_forecast_verb(study_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    few = ["forecast", str(study_folder), "--compare", "railway-built", "--draws", "0"]
    assert main([*few, "--target", "1e9", "--by", "2028"]) == DONE
    rows, words = printed(capsys)
    assert [r["step"] for r in rows if r["series"] == "State Bank of Pakistan"] == [
        GROWTH,
        "Railway Torghundi-Herat-Kandahar-Chaman built",
        BOUND,
    ]
    assert "takes +214% a year" in words and "takes +81% a year" in words
    assert main([*few, "--baseline", "central-bank", "--table", "pair_costs", "--json"]) == DONE
    answer = json.loads(capsys.readouterr().out)
    assert answer["provenance"]["baselines"] == ["central-bank"] and len(answer["pair_costs"]) == 4
    assert len(answer["sentences"]) > 4


@pytest.mark.parametrize(
    "wrong",
    [
        ["--compare", "rail"],
        ["--baseline", "x"],
        ["--target", "0"],
        ["--target", "-5"],
        ["--target", "1e300"],
        ["--target", "nan"],
        ["--by", "2025"],
        ["--by", "99999"],
        ["--by=-5"],
        ["--draws", "-1"],
        ["--draws", "1000000000"],
        ["--table", "all"],
    ],
)
def test_forecast_verb_refuses(
    study_folder: Path, capsys: pytest.CaptureFixture[str], wrong: list[str]
) -> None:
    draws = [] if "--draws" in wrong else ["--draws", "0"]
    assert main(["forecast", str(study_folder), "--compare", "mid-2026", *draws, *wrong]) == USAGE
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("corridor: ")


@pytest.mark.slow
def test_a_world_without_equilibrium_prints_no_numbers(
    study_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Turkmenistan lives on its exports alone and is shut in: its income falls below its
    surplus."""
    folder = copied(study_folder, tmp_path)
    countries = folder / "countries.csv"
    lines = [row.split(",") for row in countries.read_text("utf-8").splitlines()]
    names = lines[0]
    for row in lines:
        if row[0] == "TM":
            row[names.index("gdp_usd")] = "1000000"
            row[names.index("goods_imports_usd")] = "30000000"
    countries.write_text("\n".join(",".join(row) for row in lines) + "\n", encoding="utf-8")
    with (folder / "changes.csv").open("a", encoding="utf-8") as changes:
        changes.write("tm-shut,links,country:TM,status,set,closed,,,,own-estimate,C,what if\n")
    settings = folder / "study.toml"
    settings.write_text(
        settings.read_text("utf-8").replace(
            "[target]",
            '[scenarios.tm-shut]\ntitle = "Shut"\nabout = "Shut."\nas_of = 2026-07-01\nchanges = ["tm-shut"]\n\n'  # noqa: E501
            "[target]",
        ),
        encoding="utf-8",
    )
    assert main(["forecast", str(folder), "--compare", "tm-shut", "--draws", "0"]) == NOT_SERVED
    out, err = capsys.readouterr()
    assert out == "" and "did not settle" in err
    shut = co.read(folder)
    assert shut.settings.target is not None
    only = replace(
        shut,
        settings=replace(
            shut.settings, target=replace(shut.settings.target, scenarios=("tm-shut",))
        ),
    )
    frames = trade_tables(only)
    assert (
        "did not settle" in frames["trade_sentences"]["sentence"][0]
        and "trade_target" not in frames
    )


def test_bad_trade_table_is_a_finding(
    study_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = copied(study_folder, tmp_path)
    path = folder / "trade.csv"
    path.write_text(path.read_text("utf-8").replace(",62900000,", ",-62900000,"), encoding="utf-8")
    assert main(["forecast", str(folder), "--draws", "0"]) == FINDINGS
    out, err = capsys.readouterr()
    assert out == "" and "trade.csv" in err and "value_usd" in err


@pytest.mark.slow
def test_audit_verb(study_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(study_folder)]) == DONE
    rows, words = printed(capsys)
    by = {(r["kind"], r["id"]): r for r in rows}
    assert (
        "-28.2%" in by["claim", "fall"]["arithmetic"]
        and by["claim", "fall"]["verdict"] == "differs"
    )
    assert by["promise", "trade-target"]["verdict"] == "short by"
    assert "23 claims: " in words and "12 promises: " in words


def test_shares_of_the_way_are_shown_with_the_digits_they_are_rounded_to() -> None:
    money = {name: [1e6] * 3 for name in ("value_usd", "low_usd", "high_usd", "gap_usd")}
    shares = [-0.00152, 0.00549, 0.00052]
    frame = pl.DataFrame(
        {"series": ["s"] * 3, "step": ["a", "b", "c"], **money, "transport_share": shares}
    )
    assert target_table(frame)["% of the way"].to_list() == [-0.15, 0.55, 0.05]
