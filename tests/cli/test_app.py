"""The command line: exit codes, what stands on stdout and stderr, and never a traceback."""

from __future__ import annotations

import itertools
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cyclopts import CycloptsError

import corridor as co
from core_cases import STUDY
from corridor.cli import app as cli
from corridor.cli.output import print_json
from corridor.study import study

CORRIDOR = str(Path(sys.executable).with_name("corridor"))
ROUTE = ["almaty", "samarkand", "--depart", "2026-07-01"]
COMMANDS = sorted(name for name in cli.shell() if not name.startswith("-"))
SHORT = ("check", "new", "route", "skim")  # the others take a while and have tests of their own


def example(name: str) -> list[str]:
    """Return the words of the example a command's help gives, to the end of its paragraph."""
    _, _, rest = str(cli.shell()[name].help).partition("Example:")
    words = shlex.split(rest.partition("\n\n")[0])
    assert words[:2] == ["corridor", name]
    return words[1:]


def test_the_package_runs_as_the_command_does() -> None:
    module = [sys.executable, "-m", "corridor"]
    for words in (["--help"], ["run", "--help"], ["run", "nowhere"]):
        answers = [
            subprocess.run([*command, *words], capture_output=True, text=True, check=False)
            for command in (module, [CORRIDOR])
        ]
        assert len({(a.returncode, a.stdout, a.stderr) for a in answers}) == 1
        assert all(name in answers[0].stdout for name in COMMANDS) or words != ["--help"]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_has_an_example_and_reads_well(
    name: str, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = run(name, "--help")
    assert shown.code == 0
    assert f"Example: corridor {name} " in " ".join(shown.out.split()) + " "
    cli.shell().parse_args(
        example(name), exit_on_error=False, print_error=False
    )  # raises where it cannot be read

    assert "default: ()" not in shown.out
    for paragraph in shown.out.partition("╭")[0].split("\n\n"):
        for line, next_line in itertools.pairwise(paragraph.splitlines()):
            assert len(f"{line.rstrip()} {next_line.split()[0]}") > 80, f"{line} breaks early"


def test_lists_are_written_with_commas_or_repeated() -> None:
    def read(words: str) -> Any:
        _, bound, _ = cli.shell().parse_args(words, exit_on_error=False, print_error=False)
        return bound.arguments

    assert read("skim x --avoid KG,CN --avoid IR")["avoid"] == ("KG", "CN", "IR")
    assert read("coalition x --countries KZ,PK UZ")["countries"] == ("KZ", "PK", "UZ")
    assert read("validate x --kind pilot,announced")["kind"] == ("pilot", "announced")
    with pytest.raises(CycloptsError, match="annouced is none of ordinary, pilot, announced"):
        read("validate x --kind pilot,annouced")


@pytest.mark.parametrize("name", SHORT)
def test_every_example_runs(
    name: str, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies" / STUDY.name).symlink_to(STUDY)
    monkeypatch.chdir(tmp_path)
    assert run(*example(name)).code == 0


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
    "words", [["bogus"], ["route"], ["route", "x"], ["skim"], ["--bogus"], ["rout", "x"]]
)
def test_what_is_no_command_is_usage(words: list[str], run: Any) -> None:
    found = run(*words)
    assert (found.code, found.out) == (2, "")
    assert found.err


def test_no_arguments_show_the_help_and_version_the_version(run: Any) -> None:
    assert "Usage: corridor" in run().out
    assert run("--version").out.strip() == co.__version__
    assert run("rank", "--version").out.strip() == co.__version__


def test_a_folder_that_cannot_be_written_is_said(run: Any, starter: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        found = run("run", starter, "--out", str(out))
        assert found.code == 2
        assert str(tmp_path / "file") in found.err
    assert run("new", starter).code == 2
    assert run("new", str(tmp_path / "file")).code == 2


def test_who_stops_a_command_is_told_so(
    run: Any, starter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("corridor.study.study.check", stopped)
    ended = run("check", starter)
    assert (ended.code, ended.err) == (130, "stopped\n")


def shell(command: str, **environment: str) -> tuple[int, str]:
    """Run a pipe of bash and return the first program's exit code and what stderr holds."""
    done = subprocess.run(
        ["bash", "-c", f"{command}; exit ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
        timeout=280,
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


def test_names_that_are_no_utf8_are_printed(tmp_path: Path) -> None:
    folder = study.new(tmp_path / "study")
    with open(os.fsencode(folder) + b"/\xd2\xe0.csv", "w"):
        pass
    environment = {**os.environ, "PYTHONIOENCODING": "ascii:strict", "LC_ALL": "C"}
    for options in ([], ["--json"]):
        answer = subprocess.run(
            [CORRIDOR, "check", str(folder), *options],
            capture_output=True,
            env=environment,
            check=False,
        )
        assert answer.returncode == 0
        assert rb"\udcd2\udce0.csv" in answer.stdout


def test_json_knows_no_number_without_end(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"a": [float("inf"), 1.5], "b": (float("nan"),)})
    assert json.loads(capsys.readouterr().out) == {"a": [None, 1.5], "b": [None]}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("route study almaty", "corridor route needs DESTINATION.\nTry corridor route --help."),
        ("schedule study", "corridor schedule needs SHIPMENT."),
        ("brief study almaty karachi", "corridor brief needs --out."),
        ("route study almaty karachi --depart", "--depart needs a value."),
        (
            "route study almaty karachi --table leg",
            '"routes", "legs", "money". Did you mean "legs"?',
        ),
    ],
)
def test_what_is_missing_or_wrong_is_said_as_it_is_typed(words: str, says: str, run: Any) -> None:
    ran = run(*words.split())
    assert ran.code == 2 and says in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["warm-up", "now"], "corridor warm-up takes no 'now'."),
        (["forecast", "x", "--target", "lots"], "--target 'lots' is no number."),
        (["rank", "x", "--top", "few"], "--top 'few' is no whole number."),
        (
            ["quote", "x", "a", "b", "--issued-on", "1.7.2026"],
            "--issued-on '1.7.2026' is no date: write it as 2026-02-10.",
        ),
    ],
)
def test_what_an_option_takes_is_said_in_words(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == cli.USAGE
    assert f"corridor: {said}\n" in capsys.readouterr().err
