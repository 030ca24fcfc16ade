"""A study as it was read and checked, kept on disk: the next process takes it as long as it lasts.

What is kept goes by the content of every file that is read, and by the names of all others in the
folder. A study with an error in it is looked at anew each time.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

from corridor.errors import Finding
from corridor.study.settings import FILE
from corridor.tables import budgets
from corridor.tables.files import read_bytes
from corridor.tables.inputs import is_input
from corridor.tables.prepared import Prepared, keep_prepared, key_of, read_prepared
from corridor.tables.raw import Unreadable

MIN_BYTES = 100_000  # of files of a study: a smaller one is read as fast as it is found
_DEFAULTS = "defaults taken"


@dataclass(frozen=True)
class Inputs:
    """The files of a study's folder.

    hashes: file -> SHA-256, of all that is read. settings: study.toml as it is. key: name of what
    is made of them; null: the study is too small to be kept.
    """

    hashes: Mapping[str, str]
    settings: bytes
    key: str | None


@dataclass(frozen=True)
class KeptStudy:
    """What is kept of a study: its tables, the files they are from, findings, defaults it took."""

    frames: Mapping[str, pl.DataFrame]
    hashes: Mapping[str, str]
    findings: tuple[Finding, ...]
    defaults: pl.DataFrame


def inputs_of(home: Path, catalogues: str) -> Inputs | None:
    """Return the files of a study's folder; null where one cannot be read.

    catalogues: folder of its texts in other languages, whose names of places a trip may use.
    """
    try:
        names = sorted(os.listdir(home))
        contents = {name: _content(home, name) for name in names if _is_read(name)}
        translations = _translations(home / catalogues) if catalogues in names else {}
    except (OSError, ValueError, Unreadable):
        return None

    hashes = {name: sha256(content).hexdigest() for name, content in contents.items()}
    if sum(map(len, contents.values())) < MIN_BYTES:
        return Inputs(hashes, contents.get(FILE, b""), None)
    parts = (f"{name} {digest}" for name, digest in {**hashes, **translations}.items())
    return Inputs(hashes, contents.get(FILE, b""), key_of("study", *names, *parts))


def read_kept(key: str) -> KeptStudy | None:
    """Return what is kept of a study; null where nothing is."""
    prepared = read_prepared(key)
    if prepared is None:
        return None

    frames = dict(prepared.frames)
    try:
        defaults = frames.pop(_DEFAULTS)
        findings = tuple(_finding(values) for values in prepared.words["findings"])
        hashes = dict(prepared.words["hashes"])
    except (KeyError, TypeError, ValueError):  # of another hand
        return None
    return KeptStudy(frames, hashes, findings, defaults)


def keep(key: str, study: KeptStudy) -> None:
    """Keep what was read of a study."""
    findings = [asdict(finding) for finding in study.findings]
    frames = {**study.frames, _DEFAULTS: study.defaults}
    words = {"findings": findings, "hashes": dict(study.hashes)}
    keep_prepared(key, Prepared(frames=frames, words=words))


def _is_read(name: str) -> bool:
    return name == FILE or is_input(name)


def _content(home: Path, name: str) -> bytes:
    limit = budgets.MAX_SETTINGS_BYTES if name == FILE else None
    return read_bytes(home, name, limit)


def _translations(folder: Path) -> dict[str, str]:
    """Return the hashes of the texts of a study in other languages, by path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder.parent).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def _finding(values: Mapping[str, Any]) -> Finding:
    return Finding(**{**values, "rows": tuple(values["rows"])})
