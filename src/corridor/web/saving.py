"""Saving: a person's own scenario, kept as rows of ``changes.csv`` and a section of ``study.toml``.

Both files only grow. Savers take turns by a lock on a file; each reads what the last one left, adds
its rows, looks at the whole study and only then puts the new files in the place of the old. A study
that would break is not written.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from corridor.errors import CallError, StudyError
from corridor.study import study
from corridor.study.settings import FILE, Scenario
from corridor.tables import schema
from corridor.tables.files import SUFFIXES, write_bytes
from corridor.web.door import Refused
from corridor.web.questions import WHAT_IF, WHAT_IF_SOURCE, StateBody, plain_text
from corridor.web.what_if import Laid

LOCK = ".saving.lock"
MOST_WAIT_S = 10.0
SOURCE = {
    "source_id": WHAT_IF_SOURCE,
    "citation": "A what-if saved from the map: a supposition, no finding",
    "year": None,
    "where": "",
    "licence": None,
}
Text = Annotated[
    str, StringConstraints(max_length=500, strip_whitespace=True), AfterValidator(plain_text)
]


class Saved(StateBody):
    """A state to be kept under a name of its own."""

    scenario_id: Annotated[str, StringConstraints(pattern="^[a-z0-9][a-z0-9-]{1,59}$")] = Field(
        description="Lower-case word with hyphens; a new one."
    )
    title: Annotated[
        str,
        StringConstraints(min_length=1, max_length=120, strip_whitespace=True),
        AfterValidator(plain_text),
    ]
    about: Text = ""


def save(folder: Path, laid: Laid, asked: Saved) -> Scenario:
    """Write a state as a new scenario of the study in a folder and return it.

    Raises Refused (409) where the name is taken or a table is not CSV, (503) where another saving
    takes too long, StudyError where the study with it could not be used.
    """
    own = [row for row in laid.rows if row["change_id"] == WHAT_IF]
    changes = [
        *laid.scenario.changes,
        *(c for c in asked.with_changes if c not in laid.scenario.changes),
    ]
    scenario = Scenario(
        asked.scenario_id,
        asked.title,
        asked.about or f"Saved from the map on {dt.date.today()}.",
        laid.on,
        (*changes, *([asked.scenario_id] if own else [])),
        {
            k: v
            for k, v in laid.network.choices.items()
            if k in laid.scenario.choices or f"{k}:{v}" in asked.choose
        },
    )
    with _turn(folder):
        text = (folder / FILE).read_bytes()
        known = study.read(folder)
        taken = {*known.scenarios, *known.tables["changes"]["change_id"].to_list()}
        if asked.scenario_id in taken:
            raise Refused(
                409,
                "name-taken",
                f"The study already has a scenario or change {asked.scenario_id!r}. Choose another "
                "name.",
            )
        written = {FILE: _ended(text) + _section(scenario).encode()}
        if own:
            rows = [{**row, "change_id": asked.scenario_id, "note": asked.title} for row in own]
            written["changes.csv"] = _grown(folder, "changes", rows)
            if WHAT_IF_SOURCE not in known.tables["sources"]["source_id"].to_list():
                written["sources.csv"] = _grown(folder, "sources", [SOURCE])
        _try(folder, written)
        # The scenario last: rows that no scenario names are harmless, a scenario without its rows
        # is not.
        for name in sorted(written, key=lambda n: n == FILE):
            write_bytes(folder / name, written[name])
    return scenario


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """Wait for one's turn to write; Refused (503) where it does not come, (403) where the folder
    cannot be written."""
    try:
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise Refused(
            403, "cannot-write", f"The study's folder cannot be written: {error.strerror}."
        ) from None
    try:
        until = time.monotonic() + MOST_WAIT_S
        while not _lock(handle):
            if time.monotonic() > until:
                raise Refused(
                    503,
                    "being-saved",
                    "Somebody else is saving. Try again.",
                    ((b"retry-after", b"2"),),
                )
            time.sleep(0.02)
        yield
    except OSError as error:
        raise Refused(
            403, "cannot-write", f"The study cannot be written: {error.strerror}."
        ) from None
    finally:
        os.close(handle)  # and with it the lock


def _lock(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _grown(folder: Path, table: str, rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the bytes of a table's CSV with rows added at its end; what stood there stays to the
    letter."""
    others = [
        f"{table}{suffix}"
        for suffix in SUFFIXES
        if suffix != ".csv" and (folder / f"{table}{suffix}").exists()
    ]
    file = folder / f"{table}.csv"
    if others or not file.exists() and (folder / "study.xlsx").exists():
        raise Refused(
            409,
            "not-csv",
            f"The study keeps {table} in {others[0] if others else 'study.xlsx'}. Save that table "
            f"as {table}.csv, so that rows can be added to it.",
        )
    columns = [c.name for c in schema.table(table).columns]
    if not file.exists():
        before = b""
        names = columns
        delimiter = ","
    else:
        before = file.read_bytes()
        first = before.decode("utf-8-sig").lstrip("\r\n").splitlines()[0]
        delimiter = max(",;\t", key=first.count)
        names = [n.strip() for n in next(csv.reader([first], delimiter=delimiter))]
    missing = sorted(
        {c for row in rows for c, v in row.items() if v is not None and c in columns} - set(names)
    )
    if missing:
        raise Refused(
            409,
            "missing-column",
            f"{file.name} has no column {', '.join(missing)}. Add it, then save again.",
        )
    out = io.StringIO(newline="")
    writer = csv.writer(
        out, delimiter=delimiter, lineterminator="\r\n" if b"\r\n" in before else "\n"
    )
    if not before:
        writer.writerow(names)
    for row in rows:
        writer.writerow(["" if row.get(n) is None else str(row.get(n)) for n in names])
    return _ended(before) + out.getvalue().encode()


def _section(scenario: Scenario) -> str:
    """Return a scenario as a section of study.toml."""
    choices = ", ".join(f"{json.dumps(k)} = {json.dumps(v)}" for k, v in scenario.choices.items())
    return (
        f"\n[scenarios.{scenario.scenario_id}]\ntitle = {_quoted(scenario.title)}\nabout = {_quoted(scenario.about)}\n"  # noqa: E501
        f"as_of = {scenario.as_of}\nchanges = {json.dumps(list(scenario.changes))}\n"
        f"choices = {{ {choices} }}\n"
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _ended(text: bytes) -> bytes:
    return text if not text or text.endswith(b"\n") else text + b"\n"


def _try(folder: Path, written: Mapping[str, bytes]) -> None:
    """Raise StudyError with the findings that a study with these files would have."""
    with tempfile.TemporaryDirectory(prefix="corridor-") as name:
        home = Path(name)
        for file in folder.iterdir():
            if file.is_file() and not file.name.startswith(".") and file.name not in written:
                shutil.copyfile(file, home / file.name)
        for file_name, data in written.items():
            (home / file_name).write_bytes(data)
        wrong = [f for f in study.check(home) if f.severity == "error"]
    if wrong:
        raise StudyError(wrong)


def check_named(asked: Saved, laid: Laid) -> None:
    """Raise CallError where there is nothing to save."""
    if not laid.rows and not asked.choose:
        raise CallError("Nothing differs from the scenario: shut, open or choose something first.")
