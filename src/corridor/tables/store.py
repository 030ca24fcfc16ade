"""Folders of results: tables as Parquet, and a manifest, without which they do not count."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import polars as pl

from corridor.tables.files import write_bytes, write_frame

MANIFEST = "manifest.toml"


def write_results(
    folder: str | Path, frames: Mapping[str, pl.DataFrame], provenance: Mapping[str, Any]
) -> Path:
    """Write tables as Parquet and a manifest into a folder and return it.

    Each file is written beside and renamed; the manifest goes first and comes back last, so that a
    folder with a manifest is complete. Raises OSError.
    """
    home = Path(folder)
    home.mkdir(parents=True, exist_ok=True)
    (home / MANIFEST).unlink(missing_ok=True)

    for name, frame in frames.items():
        write_frame(home / f"{name}.parquet", frame)
    write_bytes(home / MANIFEST, manifest({**provenance, "tables": sorted(frames)}).encode())
    return home


def read_results(
    folder: str | Path, provenance: Mapping[str, Any]
) -> dict[str, pl.DataFrame] | None:
    """Return the tables of a folder whose manifest says the same provenance.

    Null where anything differs, is missing or damaged.
    """
    home = Path(folder)
    expected = tomllib.loads(manifest(provenance))
    try:
        stored = tomllib.loads((home / MANIFEST).read_text(encoding="utf-8"))
        if any(stored.get(key) != value for key, value in expected.items()):
            return None
        return {name: pl.read_parquet(home / f"{name}.parquet") for name in stored["tables"]}
    except (OSError, ValueError, KeyError, pl.exceptions.PolarsError):
        return None


@cache
def installed_version() -> str:
    """Return the installed version of corridor."""
    try:
        return version("corridor")
    except PackageNotFoundError:
        return "not installed"


def manifest(values: Mapping[str, Any]) -> str:
    """Return values as TOML: words, numbers, lists of them and tables.

    Null values are left out; what TOML does not know, such as a path, is written as a word.
    """
    import tomlkit

    return tomlkit.dumps(_plain(values))


def _plain(value: Any) -> Any:
    """Return a value in the types of TOML, without nulls in its tables."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, bool | int | float | str):
        return value
    return str(value)
