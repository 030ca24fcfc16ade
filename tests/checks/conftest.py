"""What the tests of checks share: the tables of the starter study."""

from __future__ import annotations

from pathlib import Path

import pytest

from check_cases import Frames
from corridor import new
from corridor.tables.reading import read_folder


@pytest.fixture(scope="session")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Frames:
    """Return the tables of the starter study; tests change copies of them."""
    return read_folder(new(tmp_path_factory.mktemp("checks") / "study")).frames


@pytest.fixture(scope="session")
def built_in(study_folder: Path) -> Frames:
    """Return the tables of the built-in study; tests change copies of them."""
    return read_folder(study_folder).frames
