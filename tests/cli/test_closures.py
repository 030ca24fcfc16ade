"""The verbs of closures answer, say what is wrong in one line, and keep the promise of their exit
codes."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import polars as pl
import pytest

import corridor as co
from corridor.cli.app import DONE, FINDINGS, NOT_SERVED, USAGE, main
from corridor.cli.closures import _say_frequencies

Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def corridor(capsys: pytest.CaptureFixture[str], study_folder: Path) -> Say:
    """Return a caller of the command line: verb and further words; exit code, stdout and stderr."""

    def run(verb: str, *words: str, study: Path = study_folder) -> tuple[int, str, str]:
        code = main([verb, str(study), *words])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return code, out, err

    return run


@pytest.fixture(scope="module")
def study(study_folder: Path) -> co.Study:
    return co.read(study_folder)


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    """Return a small study of its own."""
    return co.new(tmp_path / "own")


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.slow
def test_rank_is_what_the_library_ranks(corridor: Say, study: co.Study) -> None:
    code, out, err = corridor(
        "rank",
        "--kinds",
        "crossing, hazard",
        "--pairs",
        "0",
        "--on",
        "2026-07-01",
        "--by",
        "extra_usd_per_year",
    )
    assert code == NOT_SERVED  # trade of Pakistan and Afghanistan
    assert "scenario 'As in July 2026'" in err
    found = rows(out)
    expected = co.rank(
        study.network,
        study.network.frames["demand"],
        on="2026-07-01",
        by="extra_usd_per_year",
        kinds=["crossing", "hazard"],
        pairs=0,
    )
    assert [r["element_id"] for r in found] == expected["element_id"].to_list()
    assert float(found[0]["extra_usd_per_year"]) == pytest.approx(expected["extra_usd_per_year"][0])
    assert {r["kind"] for r in found} == {"crossing", "hazard", "demand"}  # the last: not served


def test_simulate_resumes_and_says_the_same_for_any_workers(
    corridor: Say, starter: Path, tmp_path: Path
) -> None:
    out = tmp_path / "risk"
    corridor = partial(corridor, study=starter)
    code, first, _ = corridor(
        "simulate", "--draws", "40", "--seed", "3", "--workers", "1", "--out", str(out)
    )
    assert (
        code == DONE
        and (out / "manifest.toml").exists()
        and len(list((out / "draws").glob("*.npz"))) == 2
    )
    next(iter(sorted((out / "draws").glob("*.npz")))).unlink()
    assert corridor(
        "simulate", "--draws", "40", "--seed", "3", "--workers", "2", "--out", str(out)
    )[:2] == (DONE, first)
    assert {r["measure"] for r in rows(first)} >= {"loss_usd", "lost_t"}
    code, text, _ = corridor(
        "simulate", "--draws", "40", "--seed", "3", "--table", "years", "--json"
    )
    assert (
        code == DONE
        and len(json.loads(text)["years"]) == 40
        and json.loads(text)["provenance"]["rng"] == 3
    )
    code, _, err = corridor("simulate", "--draws", "40", "--seed", "4", "--out", str(out))
    assert code == USAGE and "another folder" in err


@pytest.mark.slow
def test_one_year_is_told_without_an_error_of_chance(corridor: Say) -> None:
    code, _, err = corridor("simulate", "--draws", "1")
    assert code == NOT_SERVED and "±" not in err and "expected annual loss" in err


@pytest.mark.slow
def test_compare_tells_what_a_closure_moves(corridor: Say) -> None:
    code, out, err = corridor("compare", "open-borders", "mid-2026", "--on", "2026-07-01")
    moved = {r["demand_id"]: r for r in rows(out)}
    assert code == DONE and "from 'Every border open' to 'As in July 2026'" in err
    kabul = moved["peshawar-kabul-bulk-t"]
    assert kabul["moved"] == "cut" and kabul["countries_before"] == "PK AF"
    tashkent = moved["karachi-tashkent-container-40"]
    assert tashkent["moved"] == "route"
    assert float(tashkent["generalised_cost_usd_after"]) > float(
        tashkent["generalised_cost_usd_before"]
    )
    code, out, _ = corridor(
        "compare", "open-borders", "mid-2026", "--on", "2026-07-01", "--table", "links"
    )
    left = {r["link_id"]: float(r["difference"]) for r in rows(out)}
    assert left["spinboldak-chaman-road"] < 0 < max(left.values())
    code, out, _ = corridor("compare", "mid-2026", "mid-2026", "--json")
    assert code == NOT_SERVED
    assert {r["moved"] for r in json.loads(out)} == {"same", "no route"}


def test_hazards_prefer_a_heavy_tail_at_torkham(corridor: Say) -> None:
    code, out, err = corridor("hazards", "--hazard", "af-pk-all,torkham-shut")
    assert err.startswith(
        "All Afghan-Pakistani crossings shut: 0.69 times a year, half of them for at most 8.3 days"
    )
    aic = {r["family"]: float(r["aic"]) for r in rows(out)}
    assert code == DONE and "9 whole closures, 1 of them still going on" in err
    assert max(aic["lognormal"], aic["pareto"]) < aic["exponential"] - 2
    code, out, _ = corridor("hazards", "--table", "fits")
    torkham = next(r for r in rows(out) if r["hazard_id"] == "torkham-shut")
    assert code == DONE and float(torkham["events_per_year_low"]) < float(torkham["used_per_year"])
    code, out, _ = corridor("hazards", "--table", "seasons")
    assert len(rows(out)) == 12


def test_closures_of_months_are_said_in_whole_days(capsys: pytest.CaptureFixture[str]) -> None:
    winter = {"name": "Pass", "used_per_year": 1.0, "used_median_d": 121.4}
    _say_frequencies(pl.DataFrame([winter | {"duration_median_d": 120.0}]))
    said = "Pass: 1 time a year, half of them for at most 121 days"
    assert said in " ".join(capsys.readouterr().err.split())


@pytest.mark.slow
def test_replay_does_the_arithmetic(corridor: Say) -> None:
    code, out, err = corridor("replay", "--replay", "af-pk-2025-year")
    (row,) = rows(out)
    assert code == DONE and int(row["shut_days"]) == 81
    assert float(row["observed_change"]) == pytest.approx(-0.282, abs=5e-4)
    assert float(row["over_after"]) == pytest.approx(-0.394, abs=1e-3)
    assert "Said: -40%. That is the fall over the new value." in err
    assert "28.2% of the old value (695 / 2,461)" in err
    _, _, err = corridor("replay", "--replay", "af-pk-2025-half")
    assert (
        "52.9% of the old value" in err
        and "81 of 184 days" in err
        and "Neither base gives that" in err
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["rank", "--by", "foo"], "Choose from"),
        (["rank", "--kinds", "crossing,towns"], "towns"),
        (["rank", "--pairs", "-1"], "0 or more"),
        (["rank", "--on", "2026-13-01"], "not a date"),
        (["rank", "--on", "9999-12-31"], "too late"),
        (["rank", "--limit-share", "nan"], "limit_share"),
        (["rank", "--scenario", "mid-2027"], "mid-2026"),
        (["rank", "--choose", "khunjerab"], "parameter=option"),
        (["simulate", "--draws", "0"], "1 or more"),
        (["simulate", "--draws", "1", "--seed", "-1"], "seed"),
        (["simulate", "--draws", "1", "--workers", "0"], "workers"),
        (["simulate", "--draws", "x"], "draws"),
        (["simulate", "--draws", "1", "--limit-share", "-1"], "limit_share"),
        (["simulate", "--table", "x"], "Choose from"),
        pytest.param(
            ["simulate", "--draws", "1", "--cluster", "tcp://127.0.0.1:x"],
            "no Dask scheduler",
            marks=pytest.mark.slow,
        ),
        (["simulate", "--draws", "1", "--on", "9999-12-01"], "too late"),
        (["compare", "open-borders"], "corridor compare --help"),
        (["compare", "open-border", "mid-2026"], "open-borders"),
        (["compare", "open-borders", "mid-2026", "--scenario", "mid-2026"], "leave --scenario out"),
        (["compare", "open-borders", "mid-2026", "--on", "yesterday"], "not a date"),
        (["hazards", "--hazard", "torkham"], "torkham-shut"),
        (["replay", "--replay", "af-pk"], "af-pk"),
    ],
    ids=" ".join,
)
def test_wrong_words_are_told_in_a_line(corridor: Say, words: list[str], says: str) -> None:
    code, out, err = corridor(*words)
    assert (code, out) == (USAGE, "") and says in err and len(err) < 600


def test_a_study_without_a_part_is_told_what_to_add(corridor: Say, starter: Path) -> None:
    for name in ("demand", "hazards", "events", "replays"):
        (starter / f"{name}.csv").unlink(missing_ok=True)
    for verb, file in (
        ("rank", "demand.csv"),
        ("simulate", "demand.csv"),
        ("hazards", "events.csv"),
        ("replay", "replays.csv"),
    ):
        code, out, err = corridor(verb, study=starter)
        assert (code, out) == (USAGE, "") and file in err
    assert corridor("rank", study=starter / "gone")[0] == FINDINGS


@pytest.mark.slow
def test_demand_without_any_way_exits_3(corridor: Say, starter: Path) -> None:
    links = pl.read_csv(starter / "links.csv", infer_schema=False)
    links.with_columns(pl.lit("closed").alias("status")).write_csv(starter / "links.csv")
    nodes = pl.read_csv(starter / "nodes.csv")["node_id"]
    cargo = pl.read_csv(starter / "cargoes.csv")["cargo_id"][0]
    source = pl.read_csv(starter / "sources.csv")["source_id"][0]
    pl.DataFrame(
        [
            {
                "demand_id": "one",
                "origin_node_id": nodes[0],
                "destination_node_id": nodes[-1],
                "cargo_id": cargo,
                "year": 2025,
                "units_per_year": 10,
                "source_id": source,
                "confidence": "C",
            }
        ]
    ).write_csv(starter / "demand.csv")
    pl.DataFrame(
        [
            {
                "hazard_id": "any",
                "name": "any",
                "row_id": "*",
                "events_per_year": 1,
                "duration_median_d": 1,
                "duration_sigma": 1,
                "source_id": source,
                "confidence": "C",
            }
        ]
    ).write_csv(starter / "hazards.csv")
    code, out, err = corridor("simulate", "--draws", "2", study=starter)
    assert code == NOT_SERVED and "no route within the limit" in err
    assert rows(out)[0]["mean"] == "0.000"

    code, out, err = corridor("rank", "--pairs", "0", study=starter)
    assert code == NOT_SERVED and "not served: " in err and "closed (" in err
    assert rows(out)[-1]["kind"] == "demand" and rows(out)[-1]["reason"].startswith("closed (")
    code, out, err = corridor("compare", "base", "base", study=starter)
    assert code == NOT_SERVED and "not served: " in err and "closed (" in err
    assert rows(out)[0]["reason"].startswith("closed (")


@pytest.mark.parametrize(
    ("table", "column", "value", "kind"),
    [
        ("replays", "change_id", "af-pk-closure-2024", "unknown-change"),
        ("replays", "change_id", "ktap-railway", "unknown-change"),
        ("replays", "figure_after_id", "bus-count", "open-period"),
        ("replays", "figure_before_id", "nothing", "unknown-figure"),
        ("replays", "demand_source_id", "article-2026", "no-demand"),
        ("hazards", "events_per_year", "-1", "out-of-range"),
        ("hazards", "row_id", "torkham", "unknown-link"),
    ],
)
def test_bad_rows_are_findings(
    tmp_path: Path, study_folder: Path, table: str, column: str, value: str, kind: str
) -> None:
    home = tmp_path / "study"
    shutil.copytree(study_folder, home, ignore=shutil.ignore_patterns("results"))
    frame = pl.read_csv(home / f"{table}.csv", infer_schema=False)
    first = pl.int_range(pl.len()) == 0
    frame.with_columns(
        pl.when(first).then(pl.lit(value)).otherwise(pl.col(column)).alias(column)
    ).write_csv(home / f"{table}.csv")
    found = [f for f in co.check(home) if f.table == table and f.column == column]
    assert [f.kind for f in found] == [kind] and all(f.do and f.severity == "error" for f in found)
