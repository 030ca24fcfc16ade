"""A study to command, and what a command line printed."""

from __future__ import annotations

from typing import Any

import pytest

from corridor.cli import app as cli
from corridor.study import study


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
