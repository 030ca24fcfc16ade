"""Stopping: what is told to end ends, and what is not told so is left alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import corridor as co
from corridor import stopping
from corridor.errors import Stopped
from corridor.routing.whynot import why_not
from corridor.routing.year import departures

TRIP = {"cargo": "container-40", "depart": "2026-07-01"}
YEAR = {"cargo": "container-40", "depart": "2026-01-01..2026-12-31"}
# Three places to pass with four criteria: minutes of searching.
LONG = {**TRIP, "via": ["tashkent", "mersin", "kabul"], "most_labels": 1 << 24}


@pytest.fixture(scope="module")
def study(study_folder: Path) -> Any:
    return co.read(study_folder, scenario="open-borders")


VERBS: dict[str, Callable[[Any], Any]] = {
    "route": lambda s: co.route(s.network, "almaty", "karachi", **TRIP),
    "departures": lambda s: departures(s.network, "almaty", "karachi", **YEAR),
    "why_not": lambda s: why_not(s.network, "almaty", "karachi", "torkham", **TRIP),
    "rank": lambda s: co.rank(
        s.network, s.network.frames["demand"], on="2026-07-01", kinds=("link",), pairs=0
    ),
}


@pytest.mark.parametrize("verb", VERBS)
def test_verbs_end_where_the_flag_is_set(study: Any, verb: str) -> None:
    flag = stopping.new_flag()
    flag[0] = 1
    with pytest.raises(Stopped), stopping.stopped_by(flag):
        VERBS[verb](study)
    VERBS[verb](study)  # outside it is not looked at


def test_search_under_way_ends_soon(study: Any) -> None:
    flag = stopping.new_flag()
    told: list[float] = []  # in seconds of the processor, which a busy machine does not lengthen

    def tell() -> None:
        told.append(time.process_time())
        flag[0] = 1

    timer = threading.Timer(0.5, tell)
    timer.start()
    with pytest.raises(Stopped), stopping.stopped_by(flag):
        co.route(study.network, "almaty", "karachi", **LONG)  # type: ignore[arg-type]
    assert told and time.process_time() - told[0] < 0.5


def test_flag_is_that_of_its_own_thread(study: Any) -> None:
    flag = stopping.new_flag()
    done = list[int]()
    flag[0] = 1
    with stopping.stopped_by(flag):
        other = threading.Thread(target=lambda: done.append(VERBS["route"](study).pareto_count))
        other.start()
        other.join()
    assert done[0] > 0
    stopping.raise_if_stopped()
