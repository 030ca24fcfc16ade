"""Where published benchmark networks and trade panels lie on this machine, if they do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def folder() -> Path | None:
    """Return the folder of benchmark data: CORRIDOR_BENCH_DATA, else one beside the repository;
    None if absent."""
    named = os.environ.get("CORRIDOR_BENCH_DATA")
    found = Path(named) if named else Path(__file__).resolve().parents[1] / ".." / "shared" / "data"
    return found.resolve() if found.is_dir() else None


def needed(*parts: str) -> Path:
    """Return one file of the benchmark data; skip the calling test, with a message, where it is
    absent."""
    base = folder()
    if base is None:
        pytest.skip("no benchmark data here: set CORRIDOR_BENCH_DATA to its folder")
    path = base.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"the benchmark data have no {'/'.join(parts)}")
    return path
