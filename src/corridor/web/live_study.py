"""Live study: the study as it lies on disk, and its states, each a network of a scenario and day.

A state is what a question is put to: a scenario, other options of disputed figures, and a what-if.
"""

from __future__ import annotations

import datetime as dt
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from corridor.errors import CallError, StudyError, UnknownName
from corridor.network.calendar import second
from corridor.network.changes import snapshot
from corridor.network.network import Network, build
from corridor.projects.construction import built, project_changes
from corridor.projects.project_rows import exclusions
from corridor.routing import route
from corridor.study.settings import Scenario
from corridor.study.study import Study
from corridor.study.study import read as read_study
from corridor.web.latest import Latest
from corridor.web.questions import Routes, State, baseline_of, choices, require_links, what_if_rows
from corridor.web.what_if import with_what_if

MAX_NETWORKS = 48
MAX_ANSWERS = 48  # of routes, kept as tables to be compared with
MAX_REMEMBERED = 400  # things one network remembers before it is made again
LOOK_AGAIN_S = 2.0

Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, eq=False)
class StudyState:
    """A state of the study.

    on: the day looked at; projects: those built; base: the network of the scenario and choices with
    them; network: the same with the what-if laid over it; rows: those of the what-if, as in
    ``changes``; answers: routes asked for last, in any state; baseline: what the answer is
    compared with.
    """

    study: Study
    scenario: Scenario
    on: dt.date
    projects: tuple[str, ...]
    base: Network
    network: Network
    rows: tuple[dict[str, Any], ...]
    answers: Latest[route.Routes] = field(default_factory=lambda: Latest(MAX_ANSWERS))
    baseline: Baseline | None = None

    @property
    def dated_network(self) -> Network:
        """The network as its tables stand on the day looked at."""
        return snapshot(self.network, second(self.on))


@dataclass(frozen=True, eq=False)
class Baseline:
    """A question whose answer another one is compared with, and the state it is put to."""

    state: StudyState
    question: Routes


class LiveStudy:
    """The study of a folder, read again when its files change, and its networks, the latest kept.

    A study that can no longer be used stays as it was; ``trouble`` then says why.
    """

    def __init__(self, folder: Path) -> None:
        """Read the study; StudyError where it cannot be used."""
        self.folder = folder
        self.trouble: str | None = None
        self._study = read_study(folder)
        self._stamp = _stamp(folder)
        self._looked_s = time.monotonic()
        self._networks: OrderedDict[Hashable, Network] = OrderedDict()
        self._answers: Latest[route.Routes] = Latest(MAX_ANSWERS)
        self._lock = threading.Lock()

    def study(self) -> Study:
        """Return the study as it lies on disk, looked at every two seconds."""
        with self._lock:
            if time.monotonic() - self._looked_s < LOOK_AGAIN_S:
                return self._study

            self._looked_s = time.monotonic()
            stamp = _stamp(self.folder)
            if stamp != self._stamp:
                self._read(stamp)
            return self._study

    def read_again(self) -> Study:
        """Return the study read again, as after a saving."""
        with self._lock:
            self._read(_stamp(self.folder))
            return self._study

    def state(self, question: State) -> StudyState:
        """Return the state a question asks for, with that of its baseline.

        Raises UnknownName, CallError or StudyError for what cannot be laid over the study.
        """
        state = self._state(question)
        baseline = baseline_of(question) if isinstance(question, Routes) else None
        if baseline is None:
            return state
        return replace(state, baseline=Baseline(self._state(baseline), baseline))

    def _state(self, question: State) -> StudyState:
        """Return the state a question asks for, without a baseline."""
        study = self.study()
        scenario = _scenario(study, question)
        on = question.on or getattr(question, "depart", None) or scenario.as_of

        chosen = {**scenario.choices, **choices(question)}
        base_key: tuple[Hashable, ...] = (
            study.hash,
            scenario.scenario_id,
            tuple(sorted(chosen.items())),
        )
        base = self._network(base_key, lambda: _base_network(study, scenario, chosen))
        projects = tuple(dict.fromkeys(question.projects))
        if projects:
            unbuilt = base
            base_key = (*base_key, projects)
            base = self._network(base_key, lambda: _with_projects(unbuilt, projects))

        change_ids = study.tables["changes"]["change_id"].unique().to_list()
        require_links(question, base.frames["links"], base.frames["nodes"])
        rows = tuple(what_if_rows(question, base.frames["changes"], change_ids))
        if not rows:
            return StudyState(study, scenario, on, projects, base, base, rows, self._answers)

        key = (*base_key, _what_if_key(rows))
        network = self._network(key, lambda: with_what_if(study.tables, base, rows))
        return StudyState(study, scenario, on, projects, base, network, rows, self._answers)

    def _network(self, key: Hashable, make: Callable[[], Network]) -> Network:
        """Return the network of a key, made where it is not at hand or remembers too much."""
        with self._lock:
            network = self._networks.get(key)
            if network is not None and len(network.memory) <= MAX_REMEMBERED:
                self._networks.move_to_end(key)
                return network

        network = make()
        with self._lock:
            self._networks[key] = network
            self._networks.move_to_end(key)
            while len(self._networks) > MAX_NETWORKS:
                self._networks.popitem(last=False)
        return network

    def _read(self, stamp: Stamp) -> None:
        self._stamp = stamp
        try:
            self._study = read_study(self.folder)
            self.trouble = None
        except StudyError as error:
            self.trouble = str(error.findings[0])


def _scenario(study: Study, question: State) -> Scenario:
    """Return the scenario of a question, else the default one; UnknownName for no scenario."""
    scenario_id = question.scenario or study.settings.default_scenario
    if scenario_id not in study.scenarios:
        raise UnknownName("scenario", scenario_id, study.scenarios)
    return study.scenarios[scenario_id]


def _base_network(study: Study, scenario: Scenario, chosen: Mapping[str, str]) -> Network:
    """Return the network of a scenario with the options chosen of disputed figures."""
    return build(
        study.tables,
        choices=chosen,
        change_ids=scenario.changes,
        inputs=study.hash,
        catalogues=study.catalogues,
    )


def _with_projects(network: Network, project_ids: Sequence[str]) -> Network:
    """Return a network with projects built; CallError where two of them exclude each other."""
    changes = project_changes(network, project_ids)
    projects = network.by_id("projects")
    rows = [projects[project_id] for project_id in project_ids]
    for pair in exclusions(rows):
        first_name, second_name = (rows[number]["name"] for number in pair)
        raise CallError(f"{first_name} and {second_name} cannot both be built.")
    return built(network, changes)


def _what_if_key(rows: Sequence[Mapping[str, Any]]) -> Hashable:
    """Return the cells of a what-if as something to look a network up by."""
    return tuple(tuple(sorted((k, str(v)) for k, v in row.items())) for row in rows)


def _stamp(folder: Path) -> Stamp:
    """Return names, times and sizes of the files of a study, which differ once one is edited."""
    try:
        with os.scandir(folder) as entries:
            return tuple(
                sorted(
                    (e.name, e.stat().st_mtime_ns, e.stat().st_size)
                    for e in entries
                    if e.is_file() and not e.name.startswith(".")
                )
            )
    except OSError:
        return ()
