"""Pareto search on grids with costs by chance: ours, and others' programmes on the same files.

The others are built outside of this repository: BOA* from github.com/jorgebaier/BOAstar (C), T-MDA
and NAMOA*-lazy from github.com/maristanyPedro/targetedMosp (C++), each changed in one thing: it
prints the costs of its solutions, a line each. Their seconds are those of the processor, less those
of a question between neighbours, which are for reading the file.
"""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from corridor.kernels import Ints
from corridor.kernels.pareto import DONE, search
from corridor.kernels.paths import dijkstra
from corridor.kernels.records import (
    ARC,
    BOUND,
    CRITERIA_COLUMNS,
    NO_POINTS,
    NO_TOLERANCES,
    SPAN,
    Calendars,
    SearchGraph,
    SearchLimits,
    Tolerances,
    Trip,
)
from corridor.network.graph import group_members
from corridor.routing.pareto import undominated_rows

EVER = 1 << 40
MAX_COST = 100
HAZARDS = 20
HAZARDOUS_SHARE = 0.1  # of arcs
CRITERIA = ((ARC.duration, BOUND.duration), (ARC.money, BOUND.money), (ARC.carbon, BOUND.carbon))


class Grid(NamedTuple):
    """A square of places joined to their neighbours both ways, in CSR order of its tails."""

    graph: SearchGraph
    tail: Ints  # [arcs]
    costs: Ints  # 1 to MAX_COST, by chance [arcs, 3]
    hazard_bits: Ints  # [arcs]


class Result(NamedTuple):
    """What a search says: cost vectors in order, seconds, and labels that it settled."""

    values: Ints
    seconds: float
    settled: int


def grid(side: int, seed: int = 1) -> Grid:
    """Return a square of so many places a side; the same every time."""
    dice = np.random.default_rng(seed)
    place = np.arange(side * side).reshape(side, side)
    across = np.stack([place[:, :-1].ravel(), place[:, 1:].ravel()], axis=1)
    down = np.stack([place[:-1].ravel(), place[1:].ravel()], axis=1)
    roads = np.concatenate([across, down])

    tail, head = np.concatenate([roads, roads[:, ::-1]]).T
    order, ptr = group_members(tail, side * side)
    costs = np.tile(dice.integers(1, MAX_COST + 1, (len(roads), 3)), (2, 1))
    is_hazardous = dice.random(len(tail)) < HAZARDOUS_SHARE
    bits = np.where(is_hazardous, 1 << dice.integers(0, HAZARDS, len(tail)), 0)
    graph = SearchGraph(ptr, np.ascontiguousarray(head[order]))
    return Grid(graph, tail[order], costs[order], bits[order])


def ours(
    square: Grid,
    criteria: int,
    start: int,
    goal: int,
    *,
    spans: int = 1,
    tolerances: Tolerances = NO_TOLERANCES,
    beyond: Ints = NO_POINTS,
) -> Result:
    """Return our answer, lower bounds and the choice of the best included.

    criteria: 2 to 4, the fourth is the risk of hazards. spans: how many pieces the time in which
    arcs are open is cut into, which changes nothing but the work. tolerances: how near a route left
    out must be to one of the answer. beyond: points no route is sought beyond.
    """
    arcs = np.zeros((len(square.tail), len(ARC)), np.int64)
    for number, (column, _) in enumerate(CRITERIA[:criteria]):
        arcs[:, column] = square.costs[:, number]
    if criteria > len(CRITERIA):
        arcs[:, ARC.hazard_bits] = square.hazard_bits
    places = len(square.graph.ptr) - 1

    began = time.process_time()
    status, labels, goals, settled = search(
        square.graph,
        _open(len(arcs), spans),
        arcs,
        np.arange(1, 65)[None, :],
        Trip(np.array([start]), 0, np.arange(places) == goal),
        np.zeros((0, places), np.int64),
        _bounds(square, arcs, goal),
        SearchLimits(EVER, EVER, EVER, beyond),
        np.zeros(1, np.int64),
        tolerances,
    )
    values = labels[goals, CRITERIA_COLUMNS]
    values = values[undominated_rows(values)]
    seconds = time.process_time() - began
    if status != DONE:
        raise SystemExit(f"the search ended with {status}")
    return Result(values[:, :criteria], seconds, settled)


def _open(arcs: int, spans: int) -> Calendars:
    """Return calendars in which arcs are always open, in so many pieces."""
    edges = np.arange(spans + 1) * (20 * MAX_COST)
    edges[-1] = 2 * EVER
    rows = np.zeros((arcs, spans, len(SPAN)), np.int64)
    rows[:, :, SPAN.start] = edges[:-1]
    rows[:, :, SPAN.end] = edges[1:]
    return Calendars(rows.reshape(-1, len(SPAN)), np.arange(arcs + 1) * spans)


def _bounds(square: Grid, arcs: Ints, goal: int) -> Ints:
    places = len(square.graph.ptr) - 1
    order, ptr = group_members(square.graph.head, places)
    backwards = (ptr, square.tail[order])
    bounds = np.zeros((places, len(BOUND)), np.int64)
    for column, bound in CRITERIA:
        if arcs[:, column].any():
            bounds[:, bound], _ = dijkstra(*backwards, arcs[order, column], np.array([goal]))
    return bounds


def boa(program: Path, folder: Path, square: Grid, start: int, goal: int) -> Result:
    """Return the answer of BOA*."""
    file = folder / "grid.boa"
    rows = np.column_stack([square.tail + 1, square.graph.head + 1, square.costs[:, :2]])
    head = f"{len(square.graph.ptr) - 1} {len(rows)}"
    np.savetxt(file, rows, fmt="%d", header=head, comments="")

    def ask(to: int) -> list[str]:
        return [str(program), str(file), str(start + 1), str(to + 1)]

    values, seconds = _timed(ask(goal), ask(start + 1), 2)
    return Result(values, seconds, 0)


def mosp(program: Path, folder: Path, square: Grid, start: int, goal: int, name: str) -> Result:
    """Return the answer of T-MDA (name MDA) or NAMOA*-lazy (name NAMOA)."""
    file = folder / "grid.gr"
    rows = np.column_stack([square.tail, square.graph.head, square.costs])
    head = f"p sp {len(square.graph.ptr) - 1} {len(rows)}"
    np.savetxt(file, rows, fmt="a %d %d %d %d %d", header=head, comments="")

    def ask(to: int) -> list[str]:
        return [str(program), str(file), str(start), str(to), name]

    values, seconds = _timed(ask(goal), ask(start + 1), 3)
    return Result(values, seconds, 0)


def _timed(command: list[str], nearby: list[str], criteria: int) -> tuple[Ints, float]:
    """Return what a programme printed as cost vectors in order, and its seconds."""
    lines, seconds = _run(command)
    _, reading = _run(nearby)
    values = [line.split() for line in lines if ";" not in line and len(line.split()) == criteria]
    array = np.array(values, np.int64)
    return array[np.lexsort(array.T[::-1])], seconds - reading


def _run(command: list[str]) -> tuple[list[str], float]:
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command[0]} ended with {status}")
    return output.splitlines(), usage.ru_utime + usage.ru_stime
