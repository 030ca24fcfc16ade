"""Catalogues of a study's texts."""

from __future__ import annotations

from pathlib import Path

import corridor as co
from corridor.runs.texts import write_catalogue


def test_a_catalogue_written_again_is_the_same(tmp_path: Path) -> None:
    study = co.read(co.new(tmp_path / "study"))
    path = write_catalogue(study, "ru").path
    first = path.read_bytes()
    assert write_catalogue(study, "ru").path.read_bytes() == first
