"""Folders of results: tables as Parquet, and a manifest with their hashes, written last."""

from __future__ import annotations

import contextlib
import hashlib
import io
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from corridor.tables.files import sweep, write_bytes, write_frame

MANIFEST = "manifest.toml"
HASHES = "sha256"  # section of the manifest: table -> hash of its file
LOCK = ".writing.lock"
POLARS_ERRORS = (pl.exceptions.PolarsError, pl.exceptions.PanicException)


def write_results(
    folder: str | Path, frames: Mapping[str, pl.DataFrame], provenance: Mapping[str, Any]
) -> Path:
    """Write tables as Parquet and a manifest into a folder and return it.

    Each file is written beside and renamed; the manifest, which holds the hash of every table, goes
    first and comes back last, so that a folder with a manifest is complete. One process at a time
    writes. Raises OSError.
    """
    home = Path(folder)
    with writing(home):
        sweep(home)
        (home / MANIFEST).unlink(missing_ok=True)
        hashes = {
            name: write_frame(home / f"{name}.parquet", frame) for name, frame in frames.items()
        }

        content = {**provenance, "tables": sorted(frames), HASHES: hashes}
        write_bytes(home / MANIFEST, manifest(content).encode())
    return home


def read_results(
    folder: str | Path, provenance: Mapping[str, Any]
) -> dict[str, pl.DataFrame] | None:
    """Return the tables of a folder whose manifest says the same provenance.

    Null where anything differs, is missing or damaged: a table counts only with the bytes whose
    hash the manifest holds, so that no lock is needed here.
    """
    home = Path(folder)
    expected = tomllib.loads(manifest(provenance))
    try:
        stored = tomllib.loads((home / MANIFEST).read_text(encoding="utf-8"))
        if any(stored.get(key) != value for key, value in expected.items()):
            return None
        return {name: _read_table(home, name, stored[HASHES][name]) for name in stored["tables"]}
    # A damaged file fails anywhere in the readers.
    except (OSError, ValueError, KeyError, TypeError, *POLARS_ERRORS):
        return None


@contextmanager
def writing(folder: str | Path) -> Iterator[None]:
    """Hold a folder of results, made where there is none, against every other writer.

    Waits as long as another process holds it; a process that ends lets go of it. The holder may
    take it again. Raises OSError where the folder cannot be written.
    """
    from filelock import FileLock

    home = Path(folder)
    home.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home / LOCK, is_singleton=True)

    with contextlib.suppress(NotImplementedError):  # not every disk knows locks
        lock.acquire(poll_interval=0.1)
    try:
        yield
    finally:
        lock.release()


def _read_table(home: Path, name: str, expected_hash: str) -> pl.DataFrame:
    """Return one table; ValueError where its file is not the one that was written."""
    data = (home / f"{name}.parquet").read_bytes()
    if hashlib.sha256(data).hexdigest() != expected_hash:
        raise ValueError(name)
    return pl.read_parquet(io.BytesIO(data))


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
