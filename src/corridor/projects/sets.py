"""Sets: what every set of projects is worth in a year, from as few assignments as show it.

Projects that never meet on the network are worth together what they are worth apart. So pairs are
valued first; projects that pairs, or everything built at once, show to depend on each other form a
part; within a part every set is valued. Sets across parts are sums, and some are valued to say how
far that holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np

from corridor.errors import TooLarge
from corridor.kernels import Bools, Floats
from corridor.network.network import Network
from corridor.parallel import Block, BlockFolder, DrawRange, Progress, compute_blocks
from corridor.projects.construction import project_changes
from corridor.projects.lattice import members, subset_of
from corridor.projects.project_rows import Country
from corridor.projects.valuation import Valuation
from corridor.stopping import raise_if_stopped
from corridor.study.settings import MAX_PROJECTS
from corridor.tables.schema_appraisals import WELFARE

MAX_PART = 11  # projects of which every set is valued
SAME_SHARE = 1e-3  # of what everything is worth, below which a difference is none
CHECKS = 12  # sets across parts that are valued to see whether sums hold
SEED = 7


class Effort(NamedTuple):
    """Who values sets, and where they are kept: see :func:`corridor.parallel.compute_blocks`."""

    folder: str | Path | None = None
    workers: int | None = None
    cluster: str | None = None
    progress: Progress | None = None


NO_EFFORT = Effort()


class SetTask(NamedTuple):
    """What valuing a set needs: the base, the projects in order, and the countries of the result.

    countries: null for what no country has, such as carbon.
    """

    base: Valuation
    project_ids: tuple[str, ...]
    countries: tuple[Country, ...]


@dataclass(frozen=True, eq=False)
class SetValues:
    """What sets of projects are worth in a year.

    Attributes
    ----------
    project_ids
        The projects; project p is in subset s where bit p of s is set.
    countries
        The countries, null last.
    usd
        Welfare in USD a year of every subset beyond that of none, float64 [subsets, countries,
        groups]; NaN of sets that cannot be.
    parts
        Projects that depend on each other; sets across parts are sums.
    valued
        How many sets were assigned.
    largest_error_usd
        Largest difference of welfare between a sum and an assignment, of those looked at.
    nothing_usd
        Welfare in USD a year of none of them, float64 [countries, groups]: 0 on the network of the
        base, on another what both differ by.
    """

    project_ids: tuple[str, ...]
    countries: tuple[Country, ...]
    usd: Floats
    parts: tuple[tuple[str, ...], ...]
    valued: int
    largest_error_usd: float
    nothing_usd: Floats

    def welfare_usd(self, countries: Iterable[Country] | None = None) -> Floats:
        """Return what sets are worth to some countries; null: to all, carbon included [subsets]."""
        if countries is None:
            return np.asarray(self.usd.sum(axis=(1, 2)))
        chosen = [self.countries.index(country) for country in countries]
        return np.asarray(self.usd[:, chosen].sum(axis=(1, 2)))

    def worth_usd(self, projects: Sequence[int]) -> float:
        """Return what some projects are worth together to all, in USD a year."""
        return float(self.usd[subset_of(projects)].sum())

    def part_of(self, project_id: str) -> int | None:
        """Return the number of the part a project is in, from 1."""
        return next(n for n, part in enumerate(self.parts, start=1) if project_id in part)


class PairValues(NamedTuple):
    """What projects and pairs of them are worth in a year, where sets are too many.

    single_usd float64 [projects]. synergy_usd float64 [projects, projects]: of two beyond both
    apart, in the row of the lower number. valued: how many sets were assigned.
    """

    single_usd: Floats
    synergy_usd: Floats
    valued: int

    @property
    def largest_error_usd(self) -> float | None:
        """Null: no sum over parts was compared with an assignment."""
        return None

    def worth_usd(self, projects: Sequence[int]) -> float:
        """Return what some projects are worth together by their pairs, in USD a year."""
        numbers = sorted(projects)
        of_pairs = self.synergy_usd[np.ix_(numbers, numbers)].sum()
        return float(self.single_usd[numbers].sum() + of_pairs)

    def part_of(self, project_id: str) -> int | None:
        """Null: parts are not looked for."""
        return None


class SetStore:
    """Sets valued so far, on disk where a folder is given, so that none is valued twice.

    On disk is what sets are worth from the base, here what they are beyond none.
    """

    def __init__(self, base: Valuation, project_ids: Sequence[str], effort: Effort) -> None:
        self.task = SetTask(base, tuple(project_ids), countries_of(base.network))
        self.effort = effort
        self.blocks = (
            None if effort.folder is None else BlockFolder(effort.folder, question_of(self.task))
        )
        shape = (len(self.task.countries), len(WELFARE))
        self.nothing_usd = self._nothing_usd() if base.is_elsewhere else np.zeros(shape)
        self.usd: dict[int, Floats] = {0: np.zeros(shape)}

    def _nothing_usd(self) -> Floats:
        """Return what no project is worth, where the network is not that of the base."""
        draws = DrawRange(0, 1)
        block = self.blocks.read(draws) if self.blocks else None
        if block is None:
            block = value_set(self.task, 0, 1)
            if self.blocks is not None:
                self.blocks.write(draws, block)
        return np.asarray(block["usd"])

    def value(self, subsets: Iterable[int]) -> None:
        """Value sets that are not yet."""
        ranges = []
        for subset in dict.fromkeys(subsets):
            draws = DrawRange(subset, subset + 1)
            stored = self.blocks.read(draws) if self.blocks and subset not in self.usd else None
            if stored is not None:
                self.usd[subset] = stored["usd"] - self.nothing_usd
            elif subset not in self.usd:
                ranges.append(draws)

        effort = self.effort
        blocks = compute_blocks(
            value_set,
            self.task,
            ranges,
            workers=effort.workers,
            cluster=effort.cluster,
            progress=effort.progress,
        )
        for draws, block in blocks:
            if self.blocks is not None:
                self.blocks.write(draws, block)
            self.usd[draws.first] = block["usd"] - self.nothing_usd

    def synergy_usd(self, first: int, second: int) -> float:
        """Return the largest difference of two sets together from both apart, of all cells."""
        apart = self.usd[first] + self.usd[second]
        return float(np.abs(self.usd[first | second] - apart).max())


def countries_of(network: Network) -> tuple[Country, ...]:
    """Return the countries that may gain or pay, null last: none of them."""
    tables = ("countries", "nodes", "projects")
    named = {row["country"] for table in tables for row in network.rows(table)}
    payers = {row["payer_country"] for row in network.rows("project_payers")}
    return (*sorted((named | payers) - {None}), None)


def value_set(task: SetTask, first: int, end: int) -> Block:
    """Return what one set is worth: a block of :func:`corridor.parallel.compute_blocks`."""
    raise_if_stopped()
    usd = np.zeros((len(task.countries), len(WELFARE)))
    groups = task.base.value(task.project_ids[p] for p in members(first))
    for country, group, money in groups.iter_rows():
        usd[task.countries.index(country), WELFARE.index(group)] += money
    return {"usd": usd}


def question_of(task: SetTask) -> str:
    """Return a hash of all that the values depend on."""
    base = task.base
    rows = project_changes(base.network, task.project_ids)
    settings = (
        base.year,
        base.on,
        base.convention,
        base.elasticity,
        base.reliability_ratio,
        base.margin_share,
        task.project_ids,
        [base.network.by_id("projects")[project_id] for project_id in task.project_ids],
    )
    accounts = (sorted(base.base.earnings_usd.items()), base.base.carbon_kg)

    digest = hashlib.sha256(base.base.programme.arrays.hash().encode())
    digest.update(repr(accounts).encode())  # who earns and what is emitted is in no array
    digest.update(base.base.spread_h.tobytes())
    digest.update(base.most_usd.tobytes())
    digest.update(base.base.units.tobytes())
    digest.update(repr(settings).encode())
    digest.update(rows.write_csv().encode())
    if base.is_elsewhere:
        digest.update(base.network.changes.write_csv().encode())
    return digest.hexdigest()


def set_values(
    base: Valuation,
    project_ids: Sequence[str],
    excludes: Iterable[tuple[int, int]],
    effort: Effort = NO_EFFORT,
    *,
    requires: Sequence[tuple[int, int]] = (),
) -> SetValues:
    """Return what every set of projects is worth in a year.

    Parameters
    ----------
    base
        What projects are valued on.
    project_ids
        Up to 16 rows of ``projects``.
    excludes
        Pairs of their numbers that are never built both.
    effort
        Who computes, and where it is kept.
    requires
        Pairs of their numbers: the first is never open without the second.

    Raises
    ------
    TooLarge
        For more projects, or where more than 11 of them depend on each other.
    """
    count = len(project_ids)
    if count > MAX_PROJECTS:
        raise TooLarge(f"{count} projects are too many: name up to {MAX_PROJECTS} of them.")
    store = SetStore(base, project_ids, effort)
    excluded = [subset_of(pair) for pair in excludes]

    parts = _parts(store, count, excluded)
    if max(map(len, parts), default=0) > MAX_PART:
        raise TooLarge(
            f"{max(map(len, parts))} of {count} projects depend on each other: too many to value "
            "every set of them."
        )
    for part in parts:
        inside = [pair for pair in requires if pair[0] in part and pair[1] in part]
        possible = (s for s in _subsets(part) if _can_be(s, excluded) and _is_whole(s, inside))
        store.value(possible)

    usd = _sums(store, parts, count)
    impossible = [not (_can_be(s, excluded) and _is_whole(s, requires)) for s in range(1 << count)]
    usd[impossible] = np.nan
    error_usd = _largest_error(store, usd, parts)
    return SetValues(
        project_ids=tuple(project_ids),
        countries=store.task.countries,
        usd=usd,
        parts=tuple(tuple(project_ids[p] for p in part) for part in parts),
        valued=len(store.usd) - 1,
        largest_error_usd=error_usd,
        nothing_usd=store.nothing_usd,
    )


def pair_usd(
    base: Valuation,
    project_ids: Sequence[str],
    excludes: Iterable[tuple[int, int]],
    effort: Effort = NO_EFFORT,
) -> PairValues:
    """Return what projects are worth, and pairs of them beyond both apart.

    Parameters are those of :func:`set_values`, for any number of projects.
    """
    count = len(project_ids)
    store = SetStore(base, project_ids, effort)
    excluded = [subset_of(pair) for pair in excludes]

    store.value(1 << p for p in range(count))
    pairs = [pair for pair in combinations(range(count), 2) if _can_be(subset_of(pair), excluded)]
    store.value(map(subset_of, pairs))

    single = np.array([store.usd[1 << p].sum() for p in range(count)])
    synergy = np.zeros((count, count))
    for first, second in pairs:
        both = store.usd[subset_of((first, second))].sum()
        synergy[first, second] = both - single[first] - single[second]
    return PairValues(single, synergy, valued=len(store.usd) - 1)


def _parts(store: SetStore, count: int, excluded: Sequence[int]) -> list[list[int]]:
    """Return projects that depend on each other, as pairs and everything at once show it."""
    store.value(1 << p for p in range(count))
    everything = _everything(count, excluded)
    pairs = [subset_of(pair) for pair in combinations(range(count), 2)]
    possible = [pair for pair in pairs if _can_be(pair, excluded)]
    store.value([*possible, everything])
    same_usd = SAME_SHARE * max(float(np.abs(store.usd[everything]).sum()), 1.0)

    parts = [[p] for p in range(count)]
    for pair in possible:
        first, second = members(pair)
        if store.synergy_usd(1 << first, 1 << second) > same_usd:
            parts = _joined(parts, first, second)
    return _parts_of_all(store, parts, everything, same_usd)


def _parts_of_all(
    store: SetStore, parts: list[list[int]], everything: int, same_usd: float
) -> list[list[int]]:
    """Return parts, joined until everything at once is the sum of its parts."""
    while len(parts) > 1:
        of_parts = [subset_of(part) & everything for part in parts]
        store.value(of_parts)
        total = sum((store.usd[subset] for subset in of_parts), np.zeros(1))
        if float(np.abs(store.usd[everything] - total).max()) <= same_usd:
            return parts

        store.value(first | second for first, second in combinations(of_parts, 2))
        first, second = max(combinations(of_parts, 2), key=lambda pair: store.synergy_usd(*pair))
        if store.synergy_usd(first, second) <= same_usd:
            # No two of them show it: what more of them do together makes them one part.
            first, second = sorted(of_parts, key=int.bit_count)[-2:]
        parts = _joined(parts, members(first)[0], members(second)[0])
    return parts


def _everything(count: int, excluded: Sequence[int]) -> int:
    """Return all projects but those that one of lower number excludes."""
    everything = 0
    for project in range(count):
        if _can_be(everything | 1 << project, excluded):
            everything |= 1 << project
    return everything


def _joined(parts: list[list[int]], first: int, second: int) -> list[list[int]]:
    """Return parts with those of two projects as one."""
    both = [part for part in parts if first in part or second in part]
    others = [part for part in parts if part not in both]
    return sorted([*others, sorted({p for part in both for p in part})])


def _subsets(part: Sequence[int]) -> list[int]:
    """Return every set of the projects of a part."""
    return [subset_of([part[k] for k in members(n)]) for n in range(1, 1 << len(part))]


def _can_be(subset: int, excluded: Sequence[int]) -> bool:
    return not any(subset & pair == pair for pair in excluded)


def _is_whole(subset: int, requires: Sequence[tuple[int, int]]) -> bool:
    """Tell whether a set has what its projects require."""
    return all(subset >> second & 1 or not subset >> first & 1 for first, second in requires)


def _sums(store: SetStore, parts: Sequence[Sequence[int]], count: int) -> Floats:
    """Return the sums over parts of all sets float64 [subsets, countries, groups]."""
    usd = np.zeros((1 << count, *store.usd[0].shape))
    numbers = np.arange(1 << count)
    for part in parts:
        of_part = subset_of(part)
        for subset in _subsets(part):
            if subset in store.usd:
                has_subset: Bools = (numbers & of_part) == subset
                usd[has_subset] += store.usd[subset]
    return usd


def _largest_error(store: SetStore, usd: Floats, parts: Sequence[Sequence[int]]) -> float:
    """Return the largest difference of welfare between sums and sets valued across parts."""
    if len(parts) > 1:
        rng = np.random.default_rng(SEED)
        drawn = rng.integers(1, len(usd), 4 * CHECKS).tolist()
        store.value([subset for subset in drawn if np.isfinite(usd[subset]).all()][:CHECKS])
    errors = [abs(float(usd[s].sum() - of_set.sum())) for s, of_set in store.usd.items()]
    return float(np.nanmax(errors))
