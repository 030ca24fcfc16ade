"""What the tests of checks share: the tables of the starter study."""

from __future__ import annotations

import pytest

from check_cases import Frames
from corridor import new
from corridor.tables.reading import read_folder


@pytest.fixture(scope="session")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Frames:
    """Return the tables of the starter study; tests change copies of them."""
    return read_folder(new(tmp_path_factory.mktemp("checks") / "study")).frames
