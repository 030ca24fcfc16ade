"""Saving: a person's own scenario, kept as rows of ``changes.csv`` and a section of ``study.toml``.

Both files only grow. Savers take turns by a lock on a file; each reads what the last one left, adds
its rows, looks at the whole study and only then puts the new files in the place of the old. A study
that would break is not written.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import tomlkit
from filelock import FileLock, Timeout
from pydantic import AfterValidator, Field, StringConstraints

from corridor.errors import CallError, StudyError
from corridor.study import study
from corridor.study.settings import FILE, Scenario
from corridor.study.study import Study
from corridor.tables.files import MIN_AGE_S, sweep, write_bytes
from corridor.tables.inputs import is_input
from corridor.web.appending import appended, with_line_end
from corridor.web.live_study import StudyState
from corridor.web.questions import WHAT_IF, WHAT_IF_SOURCE, StateBody, plain_text
from corridor.web.refusals import Refusal, retry_after

LOCK = ".saving.lock"
MAX_WAIT_S = 10.0
WRITING_ORDER = ("sources.csv", "changes.csv", FILE)
TRIALS = "corridor-saving-"  # folders where a study is looked at before it is written
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


def save(folder: Path, state: StudyState, question: Saved) -> Scenario:
    """Write a state as a new scenario of the study in a folder and return it.

    Raises CallError where there is nothing to save, Refusal (409) where the name is taken or a
    table is not CSV, (503) where another saving takes too long, StudyError where the study with it
    could not be used.
    """
    if not state.rows and not question.choose and not state.projects:
        raise CallError(
            "Nothing differs from the scenario: shut, open, build or choose something first."
        )

    rows = [
        {**row, "change_id": question.scenario_id, "note": question.title}
        for row in state.rows
        if row["change_id"] == WHAT_IF
    ]
    scenario = _scenario(state, question, has_rows=bool(rows))

    with _turn(folder):
        files = _new_files(folder, scenario, rows)
        _check_files(folder, files)
        # The study is valid after each of them: a source that no row names is harmless, and so are
        # rows that no scenario names.
        for name in WRITING_ORDER:
            if name in files:
                write_bytes(folder / name, files[name])
    return scenario


def _scenario(state: StudyState, question: Saved, *, has_rows: bool) -> Scenario:
    """Return the scenario of a state; has_rows: of changes of its own, under its own id."""
    # What projects open lies below the closures of the scenario, which therefore come after.
    projects = state.network.by_id("projects")
    built = [c for p in state.projects for c in projects[p]["change_ids"].split()]
    changes = [*(c for c in built if c not in state.scenario.changes), *state.scenario.changes]
    changes += [c for c in question.with_changes if c not in changes]
    if has_rows:
        changes.append(question.scenario_id)

    choices = {
        parameter: option
        for parameter, option in state.network.choices.items()
        if parameter in state.scenario.choices or f"{parameter}:{option}" in question.choose
    }
    about = question.about or f"Saved from the map on {dt.date.today()}."
    return Scenario(question.scenario_id, question.title, about, state.on, tuple(changes), choices)


def _new_files(folder: Path, scenario: Scenario, rows: list[dict[str, Any]]) -> dict[str, bytes]:
    """Return the files of the study that a new scenario and its rows of changes make longer.

    Rows that a saving left which was ended before it wrote the scenario are taken as they are.
    Raises Refusal (409) where the scenario's name is taken.
    """
    settings = (folder / FILE).read_bytes()
    on_disk = study.read(folder)
    changes = on_disk.tables["changes"]
    old_rows = changes.filter(changes["change_id"] == scenario.scenario_id).to_dicts()
    is_left_over = _are_same(old_rows, rows) and not _is_named(on_disk, scenario.scenario_id)

    if scenario.scenario_id in on_disk.scenarios or (old_rows and not is_left_over):
        raise Refusal(
            409,
            "name-taken",
            f"The study already has a scenario or change {scenario.scenario_id!r}. Choose another "
            "name.",
        )

    files = {FILE: with_line_end(settings) + _section(scenario).encode()}
    if rows and not old_rows:
        files["changes.csv"] = appended(folder, "changes", rows)
        if WHAT_IF_SOURCE not in on_disk.tables["sources"]["source_id"].to_list():
            files["sources.csv"] = appended(folder, "sources", [SOURCE])
    return files


def _are_same(old_rows: list[dict[str, Any]], rows: list[dict[str, Any]]) -> bool:
    """Tell whether rows of changes on disk say the same as those to be saved."""
    return len(old_rows) == len(rows) and all(
        old.get(name) == value
        for old, row in zip(old_rows, rows, strict=True)
        for name, value in row.items()
    )


def _is_named(on_disk: Study, change_id: str) -> bool:
    """Tell whether a scenario names a change."""
    return any(change_id in scenario.changes for scenario in on_disk.scenarios.values())


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """Wait for one's turn to write.

    Raises Refusal (503) where it does not come, (403) where the folder cannot be written.
    """
    lock = FileLock(folder / LOCK, timeout=MAX_WAIT_S, mode=0o600, poll_interval=0.02)
    try:
        lock.acquire()
    except Timeout:
        raise Refusal(
            503, "being-saved", "Somebody else is saving. Try again.", retry_after(2)
        ) from None
    except OSError as error:
        raise Refusal(
            403, "cannot-write", f"The study's folder cannot be written: {error.strerror}."
        ) from None

    try:
        sweep(folder)
        yield
    except OSError as error:
        raise Refusal(
            403, "cannot-write", f"The study cannot be written: {error.strerror}."
        ) from None
    finally:
        lock.release()


def _section(scenario: Scenario) -> str:
    """Return a scenario as a section of study.toml."""
    choices = tomlkit.inline_table()
    choices.update(scenario.choices)
    values = {
        "title": scenario.title,
        "about": scenario.about,
        "as_of": scenario.as_of,
        "changes": list(scenario.changes),
        "choices": choices,
    }
    return "\n" + tomlkit.dumps({"scenarios": {scenario.scenario_id: values}})


def sweep_trials() -> None:
    """Remove what savers that were killed left an hour ago or longer."""
    oldest_s = time.time() - MIN_AGE_S
    for trial in Path(tempfile.gettempdir()).glob(f"{TRIALS}*"):
        with contextlib.suppress(OSError):
            if trial.is_dir() and trial.lstat().st_mtime < oldest_s:
                shutil.rmtree(trial, ignore_errors=True)


def _check_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Raise StudyError with the findings that a study with these files would have."""
    sweep_trials()
    with tempfile.TemporaryDirectory(prefix=TRIALS) as name:
        home = Path(name)
        for file in folder.iterdir():
            if file.is_file() and is_input(file.name) and file.name not in files:
                shutil.copyfile(file, home / file.name)
        for file_name, data in files.items():
            (home / file_name).write_bytes(data)

        errors = [f for f in study.check(home) if f.severity == "error"]

    if errors:
        raise StudyError(errors)
