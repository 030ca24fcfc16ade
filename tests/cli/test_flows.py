"""The verb of flows: assign."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, get_args

import pytest

from corridor.cli.flows import Principle
from corridor.flows.assign import Choice
from every_table import every_table

BUILT_IN = "studies/kazakhstan-pakistan"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(every_table(tmp_path_factory.mktemp("flows") / "study"))


@pytest.mark.parametrize(
    ("selected", "says"),
    [
        ("nothing", "'nothing' means no link"),
        ("crossing:AF", "needs two countries"),
        ("* nothing", "'nothing' means no link"),
        ("", "cannot be empty"),
    ],
)
def test_links_that_are_not_there_are_said_before_the_work(
    selected: str, says: str, run: Any, home: str
) -> None:
    ran = run("assign", home, "--select", selected)
    assert ran.code == 2
    assert says in ran.err
    assert not ran.out


def test_the_shell_offers_every_choice_of_routes() -> None:
    assert get_args(Principle) == get_args(Choice)


def test_rounds_without_a_response_of_trade_are_refused(run: Any, home: str) -> None:
    ran = run("assign", home, "--table", "rounds")
    assert ran.code == 2
    assert "add --trade-response" in ran.err


@pytest.mark.slow
def test_rounds_that_do_not_converge_end_with_exit_code_3(run: Any, tmp_path: Path) -> None:
    folder = tmp_path / "study"
    shutil.copytree(BUILT_IN, folder, ignore=shutil.ignore_patterns("results"))
    settings = folder / "study.toml"
    asked = "[flows]\ntrade_response = true\ndamping = 0.01\ntolerance = 1e-15\n"
    text = settings.read_text("utf-8").replace("[flows]\n", asked)
    settings.write_text(text, encoding="utf-8")

    ran = run("assign", str(folder), "--table", "rounds")
    assert ran.code == 3
    assert "not converged" in ran.err
    assert ran.out.count("\n") == 51
