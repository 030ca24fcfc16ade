"""A study: a folder of tables and its study.toml, checked and read, under one scenario."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from corridor import views
from corridor.counts import count_of
from corridor.errors import CallError, Finding, StudyError, UnknownName, first_findings
from corridor.study import settings_file
from corridor.study.kept_study import Inputs, KeptStudy, inputs_of, keep, read_kept
from corridor.study.settings import FILE, Scenario, Settings, Trip
from corridor.tables import budgets
from corridor.tables.files import MIN_AGE_S, read_bytes
from corridor.tables.raw import Unreadable
from corridor.tables.tables import Tables

if TYPE_CHECKING:
    from corridor.network.network import Network

__all__ = ["Scenario", "Study", "Trip", "check", "new", "read"]


CATALOGUES = "languages"


@dataclass(frozen=True, eq=False)
class Study:
    """A study as read, under one scenario.

    tables: every declared table, absent ones empty. trips: the questions its report answers.
    warnings: findings that do not stop it. hash: SHA-256 over every input file and the scenario.
    defaults: figures the study does not give and the program's defaults do. files_hash: the same
    as hash for every scenario.
    """

    id: str
    title: str
    folder: Path
    tables: Mapping[str, pl.DataFrame] = field(repr=False)
    scenario: Scenario
    scenarios: Mapping[str, Scenario] = field(repr=False)
    trips: tuple[Trip, ...] = field(repr=False)
    settings: Settings = field(repr=False)
    warnings: tuple[Finding, ...] = field(repr=False)
    hash: str
    defaults: pl.DataFrame = field(repr=False)
    files_hash: str = field(repr=False)

    @property
    def catalogues(self) -> Path:
        """The folder of the texts of the study in other languages; there need not be one."""
        return self.folder / CATALOGUES

    @cached_property
    def network(self) -> Network:
        """The network of the scenario: its choices made and its changes laid over the tables."""
        return self._build(self.scenario)

    def network_of(self, scenario_id: str, choices: Mapping[str, str] | None = None) -> Network:
        """Return the network of any scenario of the study, made once. Raises UnknownName.

        choices: options of disputed figures instead of the scenario's, by parameter; such a network
        is made anew every time.
        """
        if scenario_id == self.scenario.scenario_id and not choices:
            return self.network
        if scenario_id not in self.scenarios:
            raise UnknownName("scenario", scenario_id, self.scenarios)

        scenario = self.scenarios[scenario_id]
        if choices:
            return self._build(replace(scenario, choices={**scenario.choices, **choices}))
        if scenario_id not in self._networks:
            self._networks[scenario_id] = self._build(scenario)
        return self._networks[scenario_id]

    @cached_property
    def _networks(self) -> dict[str, Network]:
        """Networks of other scenarios made so far."""
        return {}

    def _build(self, scenario: Scenario) -> Network:
        from corridor.network.network import build

        return build(
            self.tables,
            choices=scenario.choices,
            change_ids=scenario.changes,
            inputs=self.hash,
            catalogues=self.catalogues,
        )

    map = views.draw_map
    explain = views.explain
    _repr_html_ = views.page

    def __repr__(self) -> str:
        return (
            f"Study({self.id!r}, scenario {self.scenario.scenario_id!r}: "
            f"{count_of(self.tables['nodes'].height, 'node')}, "
            f"{count_of(self.tables['links'].height, 'link')}, "
            f"{count_of(len(self.trips), 'trip')}, {count_of(len(self.warnings), 'warning')})"
        )


def check(folder: str | os.PathLike[str]) -> list[Finding]:
    """Return everything that is wrong with a study, errors first; never raises.

    Parameters
    ----------
    folder
        Folder of the study.

    Returns
    -------
    list of Finding
        An error stops the study, a warning does not.

    Examples
    --------
    >>> check("no such folder")[0].kind
    'no-folder'
    """
    from corridor.study.reach import check_reach

    look = _look(folder)
    if look.errors or look.settings is None:
        return look.findings
    return look.findings + check_reach(look.tables, look.settings, look.data)


def read(folder: str | os.PathLike[str], *, scenario: str | None = None) -> Study:
    """Return a study under one of its scenarios.

    Parameters
    ----------
    folder
        Folder of the study.
    scenario
        Id of the scenario; null: the study's default one.

    Raises
    ------
    StudyError
        Something is wrong with the study; holds every finding that is an error.
    UnknownName
        The study has no such scenario.

    Examples
    --------
    >>> import corridor as co
    >>> co.read("studies/kazakhstan-pakistan", scenario="summit-2026").scenario.scenario_id
    'summit-2026'
    """
    look = _kept_look(folder)
    settings = look.settings
    if look.errors or settings is None:
        raise StudyError(look.errors)

    scenario_id = settings.default_scenario if scenario is None else scenario
    if scenario_id not in settings.scenarios:
        raise UnknownName("scenario", scenario_id, settings.scenarios)

    return Study(
        settings.id,
        settings.title,
        Path(folder),
        look.tables.frames,
        settings.scenarios[scenario_id],
        settings.scenarios,
        settings.trips,
        settings,
        tuple(look.findings),
        _digest(scenario_id, look.tables.hashes),
        look.defaults,
        _digest("", look.tables.hashes),
    )


def new(
    folder: str | os.PathLike[str],
    *,
    empty: bool = False,
    pack: Callable[[Path], object] | None = None,
) -> Path:
    """Write a small complete study of example figures and return its folder.

    Parameters
    ----------
    folder
        New or empty folder.
    empty
        Write only the headers of the tables a first study needs, and a study.toml to fill in; what
        they leave out is taken from the program's defaults.
    pack
        What is done to the files before they are put there, such as
        :func:`corridor.exchange.export.pack_workbook`; null: they stay CSV.

    Raises
    ------
    CallError
        The folder holds something or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import corridor as co
    >>> folder = co.new(tempfile.mkdtemp() + "/my-study")
    >>> co.check(folder)
    []
    """
    home = Path(folder)
    try:
        files = _empty_study(home) if empty else _starter()
        if home.exists() and not _is_free(home, files):
            raise CallError(f"{home} is not empty: name a new folder for the study.")
        _write_files(home, files, pack)
    except OSError as error:
        raise CallError(f"cannot write a study into {home}: {error.strerror or error}") from None
    return home


def _starter() -> dict[str, bytes]:
    """Return the files of the starter by their names."""
    folder = resources.files("corridor.study").joinpath("starter")
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def _empty_study(home: Path) -> dict[str, bytes]:
    """Return the files of a study to be filled in: named after its folder, as of today."""
    folder = resources.files("corridor.study").joinpath("empty")
    files = {file.name: file.read_bytes() for file in folder.iterdir()}

    today = dt.date.today()
    name = re.sub(r"[^a-z0-9]+", "-", home.absolute().name.lower()).strip("-") or "my-study"
    words = {"my-study": name, "2026-07-01": f"{today}", "2025": f"{today.year - 1}"}
    text = files[FILE].decode()
    for example, word in words.items():
        text = text.replace(example, word)
    return {**files, FILE: text.encode()}


def _is_free(home: Path, files: Mapping[str, bytes]) -> bool:
    """Tell whether a folder is empty, or holds only what an unfinished start left."""
    if (home / FILE).exists():
        return False
    return all(
        file.is_file() and files.get(file.name) == file.read_bytes() for file in home.iterdir()
    )


def _write_files(
    home: Path, files: Mapping[str, bytes], pack: Callable[[Path], object] | None
) -> None:
    """Write files beside a folder, then put them in its place: whole or not at all.

    pack: what is done to the files in between.
    """
    home = home.absolute()
    home.parent.mkdir(parents=True, exist_ok=True)
    _sweep_beside(home)
    beside = Path(tempfile.mkdtemp(prefix=f".{home.name[:100]}.", dir=home.parent))

    try:
        for name, data in files.items():
            (beside / name).write_bytes(data)
        if pack is not None:
            pack(beside)
        _put_in_place(beside, home)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def _sweep_beside(home: Path) -> None:
    """Remove the folders beside a study's that were killed before they got its name."""
    oldest_s = time.time() - MIN_AGE_S
    unfinished = re.compile(re.escape(f".{home.name[:100]}.") + "[a-z0-9_]{8}")

    for folder in home.parent.iterdir():
        if unfinished.fullmatch(folder.name) and folder.stat().st_mtime < oldest_s:
            shutil.rmtree(folder, ignore_errors=True)


def _put_in_place(beside: Path, home: Path) -> None:
    """Give a folder its name; into one that is there go its files, study.toml last."""
    if home.exists():
        for file in sorted(beside.iterdir(), key=lambda file: file.name == FILE):
            file.replace(home / file.name)
        beside.rmdir()
        return

    mask = os.umask(0)
    os.umask(mask)
    beside.chmod(0o777 & ~mask)
    beside.replace(home)


class _Look(NamedTuple):
    """A study's tables and settings as far as they can be read, and what is wrong with them.

    data: study.toml as it is; empty where it cannot be read.
    """

    tables: Tables
    settings: Settings | None
    findings: list[Finding]
    defaults: pl.DataFrame
    data: bytes

    @property
    def errors(self) -> list[Finding]:
        """The findings that stop the study."""
        return [finding for finding in self.findings if finding.severity == "error"]


def _kept_look(folder: str | os.PathLike[str]) -> _Look:
    """Return a study as it was read and checked before; read and check one that is not kept."""
    home = Path(folder)
    inputs = inputs_of(home, CATALOGUES)
    if inputs is None or inputs.key is None:
        return _look(folder)

    kept = read_kept(inputs.key)
    if kept is not None:
        return _look_of(kept, inputs)

    look = _look(folder)
    is_same = all(inputs.hashes.get(file) == digest for file, digest in look.tables.hashes.items())
    if is_same and not look.errors and look.settings is not None:
        tables = look.tables
        findings = tuple(look.findings)
        keep(inputs.key, KeptStudy(tables.frames, tables.hashes, findings, look.defaults))
    return look


def _look_of(kept: KeptStudy, inputs: Inputs) -> _Look:
    """Return a kept study as it was read, with study.toml, in which there was no error."""
    settings, _ = settings_file.parse(inputs.settings)
    tables = Tables(kept.frames, hashes=kept.hashes)
    return _Look(tables, settings, [*kept.findings], kept.defaults, inputs.settings)


def _look(folder: str | os.PathLike[str]) -> _Look:
    """Read and check everything; findings are sorted, errors first."""
    from corridor.checks.dates import check_past
    from corridor.study import references
    from corridor.study.defaults import complete, no_defaults
    from corridor.tables.reading import read_folder

    home = Path(folder)
    data = _settings_data(home)
    preview = settings_file.preview(data) if isinstance(data, bytes) else settings_file.NOTHING

    tables = read_folder(home, preview.evidence)
    if any(finding.kind == "no-folder" for finding in tables.findings):
        return _Look(tables, None, [*tables.findings], no_defaults(), b"")
    tables, taken = complete(tables, preview.cargo_ids)

    settings: Settings | None = None
    if isinstance(data, bytes):
        tables = replace(tables, hashes={**tables.hashes, FILE: sha256(data).hexdigest()})
        settings, settings_findings = references.check(data, tables, home / CATALOGUES)
    else:
        settings_findings = [_missing_settings(home, data)]
        data = b""

    contents = _Contents(tuple(sorted(tables.hashes.items())), tuple(tables.findings), tables)
    findings = [*first_findings(tables.findings, settings_findings), *_checked(contents)]
    if settings is not None and settings.scenarios:
        findings += check_past(tables, _last_day(settings))
    return _Look(tables, settings, sorted(findings, key=_order), taken, data)


@dataclass(frozen=True)
class _Contents:
    """The tables of a folder, equal where its files are and the same is wrong with their cells."""

    hashes: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]
    tables: Tables = field(compare=False, repr=False)


@lru_cache(maxsize=4)  # a study is read under one scenario after the other
def _checked(contents: _Contents) -> tuple[Finding, ...]:
    """Return what is wrong across the tables of a folder, computed once for the same files."""
    from corridor.checks import every

    return tuple(every.check(contents.tables))


def _settings_data(home: Path) -> bytes | Unreadable:
    """Return study.toml as it is, or why it cannot be read."""
    if not home.is_dir():
        return Unreadable("no-folder", "is in no folder", do="Name a folder.")

    try:
        return read_bytes(home, FILE, budgets.MAX_SETTINGS_BYTES)
    except Unreadable as unreadable:
        return unreadable


def _last_day(settings: Settings) -> dt.date:
    """Return the last day that any scenario stands for; one without a day stands for none."""
    days = [scenario.as_of for scenario in settings.scenarios.values()]
    return max(days) if dt.date.min not in days else dt.date.max


def _missing_settings(home: Path, unreadable: Unreadable) -> Finding:
    """Return why study.toml cannot be read."""
    if (home / FILE).exists():
        return unreadable.finding(FILE, None)
    return Finding(
        "missing-settings",
        f"The study has no {FILE}.",
        f"Add {FILE} with a title, a price year and a scenario.",
        file=FILE,
    )


def _order(finding: Finding) -> tuple[bool, str, int, str]:
    """Return where a finding stands among others: errors first, then by file and line."""
    return finding.severity != "error", finding.file or "", finding.line or 0, finding.kind


def _digest(scenario_id: str, hashes: Mapping[str, str]) -> str:
    """Return a hash of a scenario's id and of every input file."""
    digest = sha256(scenario_id.encode())
    for file, file_hash in sorted(hashes.items()):
        digest.update(f"\n{file} {file_hash}".encode())
    return digest.hexdigest()
