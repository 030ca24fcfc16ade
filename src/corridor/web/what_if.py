"""States: the study as it lies on disk, its networks by scenario and choices, and what-ifs laid
over them."""

from __future__ import annotations

import datetime as dt
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from corridor.checks.changes import check_changes
from corridor.errors import CallError, StudyError, UnknownName
from corridor.network import network
from corridor.network.changes import apply
from corridor.network.network import Network
from corridor.study import study
from corridor.study.settings import Scenario
from corridor.study.study import Study
from corridor.tables import schema, selectors
from corridor.tables.reading import Tables, from_frames
from corridor.web.questions import State, choices, what_if

MOST_NETWORKS = 48
MOST_CACHED = 400  # things one network remembers before it is made anew
LOOK_AGAIN_S = 2.0


@dataclass(frozen=True, eq=False)
class Laid:
    """A state of the study: its scenario, the day looked at, the network with the what-if, and the
    what-if's rows."""

    study: Study
    scenario: Scenario
    on: dt.date
    network: Network
    base: Network
    rows: tuple[dict[str, Any], ...]
    key: tuple[Any, ...]


class Shelf:
    """The study of a folder, read anew when its files change, and its networks, the latest used
    kept.

    A study that can no longer be used stays as it was; ``trouble`` then says why.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.trouble: str | None = None
        self._study = study.read(folder)
        self._stamp = _stamp(folder)
        self._looked = time.monotonic()
        self._networks: OrderedDict[tuple[Any, ...], Network] = OrderedDict()
        self._lock = threading.Lock()

    def study(self) -> Study:
        """Return the study as it lies on disk, looked at every two seconds."""
        with self._lock:
            if time.monotonic() - self._looked < LOOK_AGAIN_S:
                return self._study
            self._looked = time.monotonic()
            stamp = _stamp(self.folder)
            if stamp != self._stamp:
                self._read(stamp)
            return self._study

    def read_again(self) -> Study:
        """Return the study read anew, as after a saving."""
        with self._lock:
            self._read(_stamp(self.folder))
            return self._study

    def lay(self, state: State) -> Laid:
        """Return the state asked for. Raises UnknownName, CallError or StudyError for what cannot
        be laid over the study."""
        known = self.study()
        scenario_id = state.scenario or known.settings.default_scenario
        if scenario_id not in known.scenarios:
            raise UnknownName("scenario", scenario_id, known.scenarios)
        scenario = known.scenarios[scenario_id]
        on = state.on or getattr(state, "depart", None) or scenario.as_of
        chosen = {**scenario.choices, **choices(state)}
        home = (known.hash, scenario_id, tuple(sorted(chosen.items())))
        base = self._network(
            home,
            lambda: network.build(
                known.tables, choices=chosen, change_ids=scenario.changes, inputs=known.hash
            ),
        )
        rows = tuple(
            what_if(
                state,
                base.frames["changes"],
                known.tables["changes"]["change_id"].unique().to_list(),
            )
        )
        if not rows:
            return Laid(known, scenario, on, base, base, rows, home)
        key = (*home, tuple(tuple(sorted((k, str(v)) for k, v in row.items())) for row in rows))
        laid = self._network(key, lambda: _laid(known.tables, base, rows))
        return Laid(known, scenario, on, laid, base, rows, key)

    def _network(self, key: tuple[Any, ...], make: Any) -> Network:
        with self._lock:
            found = self._networks.get(key)
            if found is not None and len(found.memory) <= MOST_CACHED:
                self._networks.move_to_end(key)
                return found
        made: Network = make()
        with self._lock:
            self._networks[key] = made
            self._networks.move_to_end(key)
            while len(self._networks) > MOST_NETWORKS:
                self._networks.popitem(last=False)
        return made

    def _read(self, stamp: tuple[Any, ...]) -> None:
        self._stamp = stamp
        try:
            self._study = study.read(self.folder)
            self.trouble = None
        except StudyError as error:
            self.trouble = str(error.findings[0])


def as_changes(like: pl.DataFrame, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return rows as a frame of the table ``changes``."""
    return pl.DataFrame([{c: row.get(c) for c in like.columns} for row in rows], schema=like.schema)


def check_status(tables: Mapping[str, pl.DataFrame], rows: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether all rows open or shut links that there are; a quick look at what a what-if
    mostly is."""
    links = tables["links"]
    nodes = tables["nodes"]
    known = schema.table("links").column("status").choices
    try:
        return all(
            row["table"] == "links"
            and row["column"] == "status"
            and row["op"] == "set"
            and row["value"] in known
            and all(selectors.select(term, links, nodes) for term in row["row_id"].split())
            for row in rows
        )
    except ValueError:
        return False


def check_rows(tables: Mapping[str, pl.DataFrame], rows: Sequence[Mapping[str, Any]]) -> None:
    """Raise StudyError with every finding on change rows that cannot be laid over a study,
    CallError where one is empty."""
    frame = as_changes(tables["changes"], rows)
    looked = from_frames({"changes": frame})
    wrong = [f for f in looked.findings if f.table == "changes" and f.severity == "error"]
    whole = Tables({**tables, "changes": looked.frames["changes"]})
    wrong += [
        f
        for f in check_changes(whole)
        if f.table == "changes" and f.severity == "error" and f.kind != "contradictory-changes"
    ]
    if wrong:
        raise StudyError(wrong)


def _laid(
    tables: Mapping[str, pl.DataFrame], base: Network, rows: Sequence[Mapping[str, Any]]
) -> Network:
    if not check_status(tables, rows):
        check_rows(tables, rows)
    for row in rows:
        if row["from_on"] and row["to_on"] and row["from_on"] >= row["to_on"]:
            raise CallError(f"A change of {row['row_id']} ends before it begins.")
    return apply(base, as_changes(base.changes, rows))


def _stamp(folder: Path) -> tuple[Any, ...]:
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
