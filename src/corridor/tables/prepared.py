"""Prepared: what was computed from a study's files, kept on disk so that the next process reads it.

A file is named by a hash of all it depends on: the inputs, the sources of the package, what was
asked. It begins with a hash of its name and content, so that a damaged one, or one that stands
under another name, counts as absent, as does one of another user; it is computed again then, and
written in its place. Only tables, arrays and words are kept, never code.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from corridor.kernels.compilation import base_folder
from corridor.tables.files import sweep, write_bytes
from corridor.tables.store import POLARS_ERRORS

PACKAGE = Path(__file__).parents[1]
NOT_CODE = frozenset({"static", "__pycache__"})  # folders of the package that no answer depends on
FOLDER = "prepared"
MAX_FILES = 24  # kept at once; those not read for longest go first
MAX_BYTES = 2_000_000_000
HASH_BYTES = 32
_WORDS = "words.json"
# What a damaged file raises in the readers.
_DAMAGE = (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, *POLARS_ERRORS)


@dataclass(frozen=True)
class Prepared:
    """What is kept in one file: tables and arrays by name, and words as JSON knows them."""

    frames: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    words: Any = None


def key_of(*parts: str) -> str:
    """Return the name of what was computed from some parts by this code with these libraries."""
    digest = hashlib.sha256()
    for part in (code_hash(), pl.__version__, np.__version__, *parts):
        digest.update(f"{len(part)} {part}\n".encode())
    return digest.hexdigest()


def read_prepared(key: str) -> Prepared | None:
    """Return what is kept under a name; null where nothing is, or not what was written."""
    path = _path(key)
    if path is None:
        return None

    try:
        prepared = _unpack(_read_sealed(path, key))
    except _DAMAGE:
        return None
    with contextlib.suppress(OSError):
        os.utime(path)  # the last to be swept
    return prepared


def keep_prepared(key: str, prepared: Prepared) -> None:
    """Keep something under a name, as far as the disk lets it."""
    path = _path(key)
    if path is None:
        return

    content = _pack(prepared)
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        sweep(path.parent)
        write_bytes(path, _seal(key, content) + content)
        _make_room(path.parent)


@cache
def code_hash() -> str:
    """Return a hash of the package's sources: results of other code are not reused."""
    digest = hashlib.sha256()
    for folder, folders, names in os.walk(PACKAGE):
        folders[:] = sorted(set(folders) - NOT_CODE)
        for name in sorted(names):
            source = os.path.join(folder, name)
            with open(source, "rb") as stream:
                digest.update(source.removeprefix(str(PACKAGE)).encode() + b"\0" + stream.read())
    return digest.hexdigest()[:16]


def _path(key: str) -> Path | None:
    """Return the file of a name; null where no folder is safe."""
    base = base_folder()
    return None if base is None else base / "corridor" / FOLDER / key


def _seal(key: str, content: bytes) -> bytes:
    """Return what a file begins with."""
    return hashlib.sha256(key.encode() + content).digest()


def _read_sealed(path: Path, key: str) -> bytes:
    """Return what a file holds; ValueError where it is not what was written here."""
    with open(path, "rb") as stream:
        _refuse_foreign(os.fstat(stream.fileno()), path)
        data = stream.read()

    content = data[HASH_BYTES:]
    if data[:HASH_BYTES] != _seal(key, content):
        raise ValueError(path)
    return content


def _refuse_foreign(status: os.stat_result, path: Path) -> None:
    """Raise ValueError for a file that another user wrote."""
    if hasattr(os, "getuid") and status.st_uid != os.getuid():
        raise ValueError(path)


def _pack(prepared: Prepared) -> bytes:
    """Return tables, arrays and words as one archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_WORDS, json.dumps(prepared.words))
        for name, frame in prepared.frames.items():
            with archive.open(f"{name}.arrow", "w", force_zip64=True) as member:
                frame.write_ipc(member)
        for name, array in prepared.arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.save(member, array, allow_pickle=False)
    return stream.getvalue()


def _unpack(content: bytes) -> Prepared:
    """Return what an archive holds."""
    frames = {}
    arrays = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        words = json.loads(archive.read(_WORDS))
        for member in archive.namelist():
            name, _, ending = member.rpartition(".")
            data = io.BytesIO(archive.read(member))
            if ending == "arrow":
                frames[name] = pl.read_ipc(data)
            elif ending == "npy":
                arrays[name] = np.load(data, allow_pickle=False)
    return Prepared(frames, arrays, words)


def _make_room(folder: Path) -> None:
    """Remove the files that were not read for longest, where there are too many or too large."""
    entries = [(entry.stat(), entry.path) for entry in os.scandir(folder)]
    entries.sort(key=lambda entry: -entry[0].st_mtime)

    total_bytes = 0
    for number, (status, path) in enumerate(entries):
        total_bytes += status.st_size
        if number >= MAX_FILES or total_bytes > MAX_BYTES:
            os.unlink(path)
