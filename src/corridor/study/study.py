"""Study: a folder of tables and its study.toml, checked and read, with the network of one
scenario."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from corridor.checks import every
from corridor.errors import CallError, Finding, StudyError, UnknownName
from corridor.study import settings
from corridor.study.settings import Scenario, Settings, Trip
from corridor.tables.files import Unreadable, read_bytes
from corridor.tables.reading import Tables, read_folder

if TYPE_CHECKING:
    from corridor.network.network import Network

__all__ = ["Scenario", "Study", "Trip", "check", "new", "read"]


@dataclass(frozen=True, eq=False)
class Study:
    """A study as read, under one scenario.

    tables: every declared table, absent ones empty. trips: the questions its report answers.
    warnings: findings that do not stop it. hash: SHA-256 over every input file and the scenario.
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

    @cached_property
    def network(self) -> Network:
        """The network of the scenario: its choices made and its changes laid over the tables."""
        from corridor.network import network

        return network.build(
            self.tables,
            choices=self.scenario.choices,
            change_ids=self.scenario.changes,
            inputs=self.hash,
        )

    def network_of(self, scenario_id: str) -> Network:
        """Return the network of any scenario of the study. Raises UnknownName."""
        from corridor.network import network

        if scenario_id == self.scenario.scenario_id:
            return self.network
        if scenario_id not in self.scenarios:
            raise UnknownName("scenario", scenario_id, self.scenarios)

        scenario = self.scenarios[scenario_id]
        return network.build(
            self.tables,
            choices=scenario.choices,
            change_ids=scenario.changes,
            inputs=self.hash,
        )

    def __repr__(self) -> str:
        return (
            f"Study({self.id!r}, scenario {self.scenario.scenario_id!r}: "
            f"{self.tables['nodes'].height} nodes, {self.tables['links'].height} links, "
            f"{len(self.trips)} trips, {len(self.warnings)} warnings)"
        )


def check(folder: str | os.PathLike[str]) -> list[Finding]:
    """Return everything that is wrong with a study, errors first; never raises.

    An error stops the study, a warning does not.

    >>> check("no such folder")[0].kind
    'no-folder'
    """
    return _look(folder)[2]


def read(folder: str | os.PathLike[str], *, scenario: str | None = None) -> Study:
    """Return a study under one of its scenarios (None: its default one).

    Raises StudyError with every finding that is an error, UnknownName for a scenario it does not
    have.
    """
    tables, known, findings = _look(folder)
    errors = [f for f in findings if f.severity == "error"]
    if errors or known is None:
        raise StudyError(errors)
    chosen = known.default_scenario if scenario is None else scenario
    if chosen not in known.scenarios:
        raise UnknownName("scenario", chosen, known.scenarios)
    digest = hashlib.sha256(chosen.encode())
    for file, value in sorted(tables.hashes.items()):
        digest.update(f"\n{file} {value}".encode())
    return Study(
        known.id,
        known.title,
        Path(folder),
        tables.frames,
        known.scenarios[chosen],
        known.scenarios,
        known.trips,
        known,
        tuple(findings),
        digest.hexdigest(),
    )


def new(folder: str | os.PathLike[str]) -> Path:
    """Write a small complete study of example figures into a new or empty folder and return its
    path.

    Raises CallError where the folder holds something or cannot be written.
    """
    home = Path(folder)
    try:
        home.mkdir(parents=True, exist_ok=True)
        if any(home.iterdir()):
            raise CallError(f"{home} is not empty: name a new folder for the study.")
        for file in resources.files("corridor.study").joinpath("starter").iterdir():
            (home / file.name).write_bytes(file.read_bytes())
    except OSError as error:
        raise CallError(f"cannot write a study into {home}: {error.strerror or error}") from None
    return home


def _look(folder: str | os.PathLike[str]) -> tuple[Tables, Settings | None, list[Finding]]:
    """Read and check everything; findings are sorted, errors first."""
    home = Path(folder)
    tables = read_folder(home)
    findings = [*tables.findings]
    known: Settings | None = None
    if any(f.kind == "no-folder" for f in findings):
        return tables, None, findings
    try:
        data = read_bytes(home, settings.FILE)
        tables = Tables(
            tables.frames,
            tables.findings,
            tables.files,
            {**tables.hashes, settings.FILE: hashlib.sha256(data).hexdigest()},
            tables.lines,
            tables.broken,
        )
        known, said = settings.check(data, tables)
        findings += said
    except Unreadable as unreadable:
        if (home / settings.FILE).exists():
            findings.append(unreadable.finding(settings.FILE, None))
        else:
            findings.append(
                Finding(
                    "missing-settings",
                    f"The study has no {settings.FILE}.",
                    f"Add {settings.FILE} with a title, a price year and a scenario.",
                    file=settings.FILE,
                )
            )
    findings += every.check(tables)
    return (
        tables,
        known,
        sorted(findings, key=lambda f: (f.severity != "error", f.file or "", f.line or 0, f.kind)),
    )
