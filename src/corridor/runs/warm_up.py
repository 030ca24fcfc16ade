"""Warm-up: kernels compiled into the cache, by asking one small question of each kind.

Whoever asks of a study of their own then waits for no compiler, but for a first matrix of a large
network: the kernels of hierarchies are left out. Nothing is compiled that is in the cache already,
which goes by the sources of the kernels.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import polars as pl

from corridor.closures.criticality import rank
from corridor.closures.route_books import larger_book, new_book
from corridor.closures.simulation import simulate
from corridor.flows.assign import assign
from corridor.flows.equilibrium import equilibrium
from corridor.routing.route import route
from corridor.routing.skims import skim
from corridor.study.study import Study, new, read

Progress = Callable[[str, int, int], None]
ON = "2026-07-01"
CARGO = "container-40"


def warm_up(progress: Progress | None = None) -> None:
    """Compile the kernels that are not in the cache.

    progress: called with a word, the steps done and all steps.
    """
    with tempfile.TemporaryDirectory() as folder:
        study = read(new(Path(folder) / "study"))
        for number, (word, ask) in enumerate(_QUESTIONS.items()):
            if progress is not None:
                progress(f"compiling {word}", number, len(_QUESTIONS))
            ask(study)


def _ask_routes(study: Study) -> None:
    route(study.network, "almaty", "samarkand", cargo=CARGO, depart=ON)


def _ask_skims(study: Study) -> None:
    skim(study.network, cargo=CARGO, depart=ON)


def _ask_criticality(study: Study) -> None:
    rank(study.network, study.network.frames["demand"], on=ON)


def _ask_closures(study: Study) -> None:
    frames = study.network.frames
    simulate(study.network, frames["demand"], frames["hazards"], on=ON, draws=2, workers=1)
    larger_book(new_book(routes=2))  # two years do not fill one


def _ask_flows(study: Study) -> None:
    assign(study.network, study.network.frames["demand"], on=ON)


def _ask_traffic(study: Study) -> None:
    """Ask for an equilibrium of two roads, which is none of the study's questions."""
    links = pl.DataFrame(
        {
            "link_id": ["bridge", "ferry"],
            "from_node_id": ["west", "west"],
            "to_node_id": ["east", "east"],
            "free_cost": [10.0, 20.0],
            "capacity": [4.0, None],
            "bpr_factor": [1.0, None],
        }
    )
    trips = pl.DataFrame(
        {"origin_node_id": ["west"], "destination_node_id": ["east"], "trips": [6.0]}
    )
    equilibrium(links, trips)


_QUESTIONS: dict[str, Callable[[Study], None]] = {
    "routes": _ask_routes,
    "skims": _ask_skims,
    "criticality": _ask_criticality,
    "closures": _ask_closures,
    "flows": _ask_flows,
    "traffic": _ask_traffic,
}
