"""The command line: exit codes, what stands on stdout and stderr, and never a traceback."""

from __future__ import annotations

import csv
import io
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core_cases import STUDY
from corridor.cli import app as cli
from corridor.cli.screens import departures_table, legs_table, routes_table
from corridor.routing.route import route
from corridor.routing.year import departures
from corridor.study import study

CORRIDOR = str(Path(sys.executable).with_name("corridor"))
ROUTE = ["almaty", "samarkand", "--depart", "2026-07-01"]
COMMANDS = sorted(name for name in cli.app if not name.startswith("-"))
SHORT = ("check", "new", "route", "skim")  # the others take a while and have tests of their own


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(study.new(tmp_path_factory.mktemp("cli") / "starter"))


class Ran:
    """What a command line printed and its exit code."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> None:
        capsys.readouterr()
        try:
            self.code: object = cli.main(list(arguments))
        except SystemExit as stop:
            self.code = stop.code
        self.out, self.err = capsys.readouterr()
        assert "Traceback" not in self.err + self.out


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    return lambda *arguments: Ran(capsys, *arguments)


def example(name: str) -> list[str]:
    """Return the words of the example a command's help gives."""
    line = next(
        x.strip() for x in str(cli.app[name].help).splitlines() if x.strip().startswith("Example:")
    )
    words = shlex.split(line.removeprefix("Example:"))
    assert words[:2] == ["corridor", name]
    return words[1:]


def test_the_package_runs_as_the_command_does() -> None:
    module = [sys.executable, "-m", "corridor.cli"]
    for words in (["--help"], ["run", "--help"], ["run", "nowhere"]):
        answers = [
            subprocess.run([*command, *words], capture_output=True, text=True, check=False)
            for command in (module, [CORRIDOR])
        ]
        assert len({(a.returncode, a.stdout, a.stderr) for a in answers}) == 1
        assert all(name in answers[0].stdout for name in COMMANDS) or words != ["--help"]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_has_an_example(name: str, run: Any) -> None:
    shown = run(name, "--help")
    assert shown.code == 0
    assert "Example: corridor " + name + " " in " ".join(shown.out.split())
    cli.app.parse_args(
        example(name), exit_on_error=False, print_error=False
    )  # raises where it cannot be read


@pytest.mark.parametrize("name", SHORT)
def test_every_example_runs(
    name: str, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies" / STUDY.name).symlink_to(STUDY)
    monkeypatch.chdir(tmp_path)
    assert run(*example(name)).code == 0


def test_route_of_the_summit_has_the_promised_shape(run: Any) -> None:
    found = run(
        "route",
        str(STUDY),
        "almaty",
        "karachi",
        "--cargo",
        "container-40",
        "--depart",
        "2026-02-10",
        "--scenario",
        "summit-2026",
        "--json",
    )
    assert found.code == 0
    answer = json.loads(found.out)
    assert answer["reason"] is None
    assert answer["pareto_count"] >= len(answer["routes"]) == 10
    for row in answer["routes"]:
        assert {
            "route_id",
            "time_h",
            "time_p50_h",
            "time_p95_h",
            "cost_usd",
            "carbon_kg",
            "risk_share",
            "borders_count",
            "length_km",
            "legs",
        } <= set(row)
        assert row["legs"]
        for leg in row["legs"]:
            assert {
                "link_id",
                "mode",
                "from_node_id",
                "to_node_id",
                "depart_at",
                "arrive_at",
                "wait_h",
                "time_h",
                "cost_usd",
                "length_km",
            } <= set(leg)
            assert leg["depart_at"] <= leg["arrive_at"]
            assert not str(leg["link_id"]).startswith(("torkham", "spinboldak-chaman"))


def test_why_not_names_the_closure_and_its_dates(run: Any) -> None:
    found = run(
        "route",
        str(STUDY),
        "almaty",
        "karachi",
        "--depart",
        "2026-02-10",
        "--scenario",
        "summit-2026",
        "--json",
        "--why-not",
        "torkham",
        "--max-routes",
        "1",
    )
    said = json.loads(found.out)["why_not"]
    assert any("af-pk-closure-2025" in c and "2025-10-12" in c for c in said["closures"])
    assert "2025-10-12" in found.err


def test_a_piped_table_is_csv_and_words_are_on_stderr(run: Any, starter: str) -> None:
    found = run("route", starter, *ROUTE)
    rows = list(csv.DictReader(io.StringIO(found.out)))
    assert found.code == 0
    assert len(rows) >= 1
    assert all(
        float(r["time_p05_h"]) <= float(r["time_p50_h"]) <= float(r["time_p95_h"]) for r in rows
    )
    assert "routes from almaty to samarkand" in found.err
    pairs = run(
        "skim", starter, "--depart", "2026-07-01", "--places", "almaty", "--places", "Samarkand"
    )
    assert [r["origin"] for r in csv.DictReader(io.StringIO(pairs.out))] == ["almaty", "samarkand"]
    assert len(json.loads(run("skim", starter, "--depart", "2026-07-01", "--json").out)) > 2


def test_legs_and_the_chance_of_a_deadline_are_shown(run: Any, starter: str) -> None:
    legs = list(csv.DictReader(io.StringIO(run("route", starter, *ROUTE, "--table", "legs").out)))
    assert {row["route_id"] for row in legs} and {
        "link_id",
        "depart_at",
        "source_id",
        "confidence",
    } <= set(legs[0])
    told = json.loads(run("route", starter, *ROUTE, "--deadline", "2026-07-04", "--json").out)
    assert (
        set(told["provenance"]) >= {"corridor", "inputs", "changes", "seed"}
        and len(told["provenance"]["inputs"]) > 10
    )
    found = route(
        study.read(starter).network,
        "almaty",
        "samarkand",
        cargo="container-40",
        depart="2026-07-01",
        deadline="2026-07-04",
    )
    assert "on time in 100" in routes_table(found.routes).columns
    assert (
        legs_table(found.legs).height == found.legs.height
        and "reason"
        not in departures_table(
            departures(
                study.read(starter).network,
                "almaty",
                "samarkand",
                cargo="container-40",
                depart="2026-07-01..2026-07-02",
                every_days=1,
            )
        ).columns
    )


def test_a_range_gives_a_row_a_departure(run: Any, starter: str) -> None:
    found = run(
        "route",
        starter,
        *ROUTE[:2],
        "--depart",
        "2026-07-01..2026-07-31",
        "--every",
        "10",
        "--criteria",
        " cost ,time",
    )
    rows = list(csv.DictReader(io.StringIO(found.out)))
    assert [(r["depart_on"], r["criterion"]) for r in rows] == [
        (f"2026-07-{d}", "cost") for d in ("01", "11", "21", "31")
    ]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--depart", "2026-02-30"], "is not a date"),
        (["--depart", ""], "is not a date"),
        (["--depart", "9999-01-01"], "1900"),
        (["--depart", "0001-01-01"], "1900"),
        (["--depart", "2026-07-01.."], "is not a date"),
        (["--depart", "2026-07-02..2026-07-01"], "holds no day"),
        (["--depart", "2026-07-01..9999-12-31"], "more than"),
        (["--depart", "2026-07-01..2026-08-01", "--every", "0"], "holds no day"),
        (["--depart", "2026-07-01..2026-08-01", "--why-not", "almaty"], "one day"),
        (["--cargo", "container"], "Did you mean"),
        (["--cargo", ""], "no cargo"),
        (["--scenario", "bas"], "Did you mean 'base'"),
        (["--scenario", ""], "no scenario"),
        (["--choose", "road-price"], "parameter=option"),
        (["--choose", "=x"], "no parameter"),
        (["--choose", "road-price="], "no option"),
        (["--choose", "road-price=hihg"], "Did you mean 'high'"),
        (["--criteria", "speed"], "no criterion"),
        (["--criteria", ""], "no criterion"),
        (["--seed", "-1"], "0 or more"),
        (["--seed", "x"], "--seed"),
        (["--max-routes", "0"], "1 or more"),
        (["--max-routes", "-3"], "1 or more"),
        (["--max-transshipments", "-1"], "0 or more"),
        (["--max-transshipments", "many"], "max-transshipments"),
        (["--deadline", "soon"], "deadline"),
        (["--via", ""], "no place"),
        (["--via", "nowhere"], "no place"),
        (["--avoid", "Ωmega"], "no place, link, mode or country"),
        (["--require", ""], "no place, link, mode or country"),
        (["--carrier", "pk"], "two capital letters"),
        (["--why-not", ""], "no place, link, mode or country"),
        (["--colour", "red"], "--colour"),
        (["--unknown"], "--unknown"),
    ],
)
def test_a_wrong_word_is_usage_and_says_so(
    more: list[str], said: str, run: Any, starter: str
) -> None:
    words = ROUTE[:2] + ([] if "--depart" in more else ROUTE[2:])
    found = run("route", starter, *words, *more)
    assert (found.code, found.out) == (2, "")
    assert said in found.err


@pytest.mark.parametrize(
    "ends",
    [
        ("", "samarkand"),
        ("almatty", "samarkand"),
        ("Алматы", "samarkand"),
        ("almaty", "samarkand@sea"),
        ("almaty\x00", "samarkand"),
        ("a" * 10_000, "samarkand"),
    ],
)
def test_an_unknown_place_is_usage(ends: tuple[str, str], run: Any, starter: str) -> None:
    found = run("route", starter, *ends, "--depart", "2026-07-01")
    assert (found.code, found.out) == (2, "")
    assert "There is no" in found.err


@pytest.mark.parametrize(
    "more",
    [
        ["--max-transshipments", "9" * 30],
        ["--max-routes", "9" * 30],
        ["--seed", "9" * 30],
        ["--deadline", "9999-12-31"],
        ["--why-not", "almaty"],
        ["--choose", "road-price=high"],
    ],
)
def test_huge_numbers_are_numbers(more: list[str], run: Any, starter: str) -> None:
    assert run("route", starter, *ROUTE, *more).code == 0


@pytest.mark.parametrize(
    "more",
    [
        ["--deadline", "2020-01-01"],
        ["--max-transshipments", "0", "--require", "rail"],
        ["--avoid", "UZ"],
    ],
)
def test_no_route_is_an_empty_answer_with_a_reason(more: list[str], run: Any, starter: str) -> None:
    found = run("route", starter, *ROUTE, *more, "--json")
    answer = json.loads(found.out)
    assert (found.code, answer["routes"], answer["pareto_count"]) == (3, [], 0)
    assert answer["reason"]


@pytest.mark.parametrize(
    "verb",
    [["route", "@", *ROUTE], ["skim", "@", "--depart", "2026-07-01"], ["run", "@"], ["check", "@"]],
)
def test_a_study_that_is_none_is_a_finding(
    verb: list[str], run: Any, starter: str, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    for path in ("no such folder", f"{starter}/nodes.csv", str(tmp_path / "empty"), "", "\x00"):
        found = run(*[path if w == "@" else w for w in verb])
        assert found.code == 1, path
        assert "do:" in found.err + found.out
        assert verb[0] == "check" or found.out == ""


def test_a_broken_study_is_findings(run: Any, starter: str, tmp_path: Path) -> None:
    folder = study.new(tmp_path / "broken")
    (folder / "links.csv").write_text("not,a,table\n1,2\n", encoding="utf-8")
    assert run("route", str(folder), *ROUTE).code == 1
    found = run("check", str(folder), "--json")
    assert found.code == 1
    assert any(f["severity"] == "error" and f["file"] == "links.csv" for f in json.loads(found.out))
    assert run("check", starter).code == 0


@pytest.mark.parametrize(
    "words", [["bogus"], ["route"], ["route", "x"], ["skim", "x"], ["--bogus"], ["rout", "x"]]
)
def test_what_is_no_command_is_usage(words: list[str], run: Any) -> None:
    found = run(*words)
    assert (found.code, found.out) == (2, "")
    assert found.err


def test_no_arguments_show_the_help_and_version_the_version(run: Any) -> None:
    assert "Usage: corridor" in run().out
    assert run("--version").out.strip()


def test_a_folder_that_cannot_be_written_is_said(run: Any, starter: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        found = run("run", starter, "--out", str(out))
        assert found.code == 2
        assert str(tmp_path / "file") in found.err
    assert run("new", starter).code == 2
    assert run("new", str(tmp_path / "file")).code == 2


def shell(command: str, **environment: str) -> tuple[int, str]:
    """Run a pipe of bash and return the first program's exit code and what stderr holds."""
    done = subprocess.run(
        ["bash", "-c", f"{command}; exit ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
        timeout=100,
    )
    return done.returncode, done.stderr


@pytest.mark.skipif(os.name != "posix", reason="pipes of a shell")
@pytest.mark.parametrize(
    ("end", "code"), [("| true", 0), ("| head -c 1", 0), (">&-", 0), ("> /dev/full", 2)]
)
def test_a_reader_that_goes_away_ends_it_quietly(end: str, code: int, starter: str) -> None:
    if "full" in end and not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full")
    done, err = shell(
        f"{CORRIDOR} route {starter} {' '.join(ROUTE)} --json {end}", PYTHONUNBUFFERED=""
    )
    assert done == code, err
    assert "Traceback" not in err
    assert "Exception" not in err
