"""Folders of results: tables as Parquet and a manifest, which is written last and makes them
count."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import polars as pl

from corridor.tables.files import write_bytes, write_frame

MANIFEST = "manifest.toml"


def keep(
    folder: str | Path, frames: Mapping[str, pl.DataFrame], provenance: Mapping[str, Any]
) -> Path:
    """Write tables as Parquet and a manifest into a folder and return it.

    Each file is written beside and renamed; the manifest goes first and comes back last, so that a
    folder with a manifest is whole. Raises OSError.
    """
    home = Path(folder)
    home.mkdir(parents=True, exist_ok=True)
    (home / MANIFEST).unlink(missing_ok=True)
    for name, frame in frames.items():
        write_frame(home / f"{name}.parquet", frame)
    write_bytes(home / MANIFEST, manifest({**provenance, "tables": sorted(frames)}).encode())
    return home


def kept(folder: str | Path, provenance: Mapping[str, Any]) -> dict[str, pl.DataFrame] | None:
    """Return the tables of a folder whose manifest says the same provenance; None where anything
    differs or is amiss."""
    home = Path(folder)
    try:
        known = tomllib.loads((home / MANIFEST).read_text(encoding="utf-8"))
        if any(known.get(k) != v for k, v in tomllib.loads(manifest(provenance)).items()):
            return None
        return {name: pl.read_parquet(home / f"{name}.parquet") for name in known["tables"]}
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
    """Return values as TOML: words, numbers, lists of them and tables; null values are left out."""
    top = {k: v for k, v in values.items() if not isinstance(v, Mapping) and v is not None}
    lines = [f"{_toml(k)} = {_toml(v)}" for k, v in top.items()]
    for name, table in values.items():
        if isinstance(table, Mapping):
            lines += [
                "",
                f"[{_toml(name)}]",
                *(f"{_toml(str(k))} = {_toml(v)}" for k, v in table.items() if v is not None),
            ]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    """Write a word, number or list as TOML, which is JSON but for letters beyond the basic plane
    and DEL."""
    return json.dumps(value, ensure_ascii=False, default=str).replace("\x7f", "\\u007f")
