"""What tests of runs share: the starter study, answered once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from corridor.runs import run
from corridor.study import study


@pytest.fixture(scope="session")
def answered_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter study with its results; tests change copies of it."""
    home = study.new(tmp_path_factory.mktemp("runs") / "study")
    run.run(study.read(home))
    return home


@pytest.fixture
def answered_home(answered_study: Path, tmp_path: Path) -> Path:
    """A copy of the starter study with its results."""
    return Path(shutil.copytree(answered_study, tmp_path / "study"))
