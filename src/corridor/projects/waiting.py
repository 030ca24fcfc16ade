"""Waiting: what to build once borders stand how, and what it is worth to wait for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Unpack

import numpy as np
import polars as pl

from corridor.counts import count_of
from corridor.errors import CallError
from corridor.kernels import Floats
from corridor.language.messages import pack
from corridor.network.changes import apply
from corridor.network.network import Network
from corridor.projects.border_states import HALF_SHARE, BorderChain, JointState, closures, fit_chain
from corridor.projects.lattice import linked, subset_of
from corridor.projects.phase_task import PhaseOptions, PhaseTask, phase_task
from corridor.projects.project_rows import exclude_each_other
from corridor.projects.triggers import (
    Trigger,
    best_policy,
    break_even_share,
    fixed_plan,
    regrets,
    sentence,
    triggers,
)
from corridor.tables.cells import frame_of
from corridor.tables.schema_phases import WAIT_REGRETS, WAIT_RULES, WAIT_SHARES
from corridor.tables.store import write_results

OPEN = "open"
HALF = "half"
SHUT = "shut"
HISTORY = "as-seen"
ALWAYS_OPEN = "always-open"
ALWAYS_SHUT = "always-shut"


@dataclass(frozen=True, eq=False)
class Waiting:
    """When to build what, by the state of borders, and what waiting is worth.

    Attributes
    ----------
    rules, regrets, shares
        Tables ``wait_rules``, ``wait_regrets`` and ``wait_shares``.
    npv_usd
        What building by the rules is worth in the first year, on average.
    fixed_usd
        What the best plan is worth that is kept to whatever borders do.
    chain
        How borders go on.
    provenance
        Version, inputs and settings.
    """

    rules: pl.DataFrame
    regrets: pl.DataFrame
    shares: pl.DataFrame
    npv_usd: float
    fixed_usd: float
    chain: BorderChain
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        rules = count_of(self.rules.height, "rule")
        return (
            f"Waiting: {rules}, worth {self.npv_usd / 1e6:,.0f} m USD, "
            f"{round(self.waiting_usd / 1e6):,} m USD more than the best fixed plan."
        )

    @property
    def waiting_usd(self) -> float:
        """What it is worth to wait and see."""
        return self.npv_usd - self.fixed_usd

    def frames(self) -> dict[str, pl.DataFrame]:
        """Return the tables by the names they are declared under."""
        return {
            WAIT_RULES.name: self.rules,
            WAIT_REGRETS.name: self.regrets,
            WAIT_SHARES.name: self.shares,
        }

    def write(self, folder: str | Path) -> Path:
        """Write every table as Parquet and a manifest into a folder and return it."""
        manifest = {**self.provenance, "npv_usd": self.npv_usd, "fixed_usd": self.fixed_usd}
        return write_results(folder, self.frames(), manifest)


class _Case(NamedTuple):
    """Which places are open at the same time, and for which share of a month in a state."""

    is_open: tuple[bool, ...]
    share: float


def wait(
    network: Network,
    demand: pl.DataFrame,
    projects: Iterable[str],
    places: Sequence[str],
    **options: Unpack[PhaseOptions],
) -> Waiting:
    """Return on which state of borders to begin what, and what it is worth to wait for it.

    How borders go on is fitted from the table ``states``. In a month half open goods pass half of
    it; where trade is stopped they do not pass. Every year is begun knowing how borders stand.

    Parameters
    ----------
    network
        The network of a scenario in which the places are open.
    demand, projects
        As of :func:`corridor.phase`; up to 16 projects, few of them or budgets that leave few
        states.
    places
        Places of the table ``states`` that decide.
    **options
        See :class:`corridor.projects.phase_task.PhaseOptions`.

    Returns
    -------
    Waiting
        Rules with their sentences, regrets of every plan in every future, and the share of time
        that places must be open for each project to pay.

    Raises
    ------
    UnknownName
        For a place or project that is not there.
    CallError
        Where no place is named.
    TooLarge
        Where states of building and of borders are too many together.

    Examples
    --------
    >>> import corridor as co
    >>> study = co.read("studies/kazakhstan-pakistan", scenario="open-borders")
    >>> demand = study.network.frames["demand"]
    >>> demand = demand.filter(demand["demand_id"].str.contains("kabul"))
    >>> plan = co.wait(
    ...     study.network, demand, ["torkham-single-window"], ["torkham-shut"], start_years=2
    ... )
    >>> plan.shares["project_id"].to_list()
    ['torkham-single-window']
    """
    if not places:
        known = " ".join(network.frames["states"]["place"].unique(maintain_order=True))
        raise CallError(f"name a place or more of the table states, of: {known}.")
    chain = fit_chain(network.frames["states"], places)
    if not any(test.is_semi_markov for test in chain.tests):
        chain = chain.without_age()

    task = phase_task(network, demand, projects, options)
    worth = _Worth(task, demand, places)
    of_states = np.array([worth.of_state(state) for state in chain.states])
    benefit = np.tile(of_states, (task.horizon.years, 1, 1))
    return _waiting_of(task, chain, benefit, worth)


class _Worth:
    """What sets are worth a year by which places are open, each case valued once."""

    def __init__(self, task: PhaseTask, demand: pl.DataFrame, places: Sequence[str]) -> None:
        self.task = task
        self.demand = demand
        self.places = tuple(places)
        self.of_case: dict[tuple[bool, ...], Floats] = {}

    def of_state(self, state: JointState) -> Floats:
        """Return the welfare of sets in a joint state [subsets]."""
        cases = _cases(state)
        return np.asarray(sum(case.share * self.when(case.is_open) for case in cases))

    def when(self, is_open: tuple[bool, ...]) -> Floats:
        """Return the welfare of sets with some places open and the others shut [subsets]."""
        if is_open not in self.of_case:
            self.of_case[is_open] = self._valued(is_open)
        return self.of_case[is_open]

    def _valued(self, is_open: tuple[bool, ...]) -> Floats:
        shut = [p for p, each in zip(self.places, is_open, strict=True) if not each]
        if not shut:
            return self.task.values.welfare_usd()

        network = self.task.base.network
        network = apply(network, closures(network, shut))
        folder = self.task.options.get("folder")
        options = dict(self.task.options)
        if folder is not None:
            options["folder"] = Path(folder) / "-".join(["shut", *map(_word, shut)])
        further: Any = options
        task = phase_task(network, self.demand, self.task.project_ids, further)
        return task.values.welfare_usd()


def _word(place: str) -> str:
    """Return a place as part of the name of a folder."""
    return "".join(letter if letter.isalnum() else "-" for letter in place)


def _cases(state: JointState) -> list[_Case]:
    """Return which places are open together in a month: what is half open is so at one time."""
    if HALF not in state:
        return [_Case(tuple(word == OPEN for word in state), 1.0)]
    return [
        _Case(tuple(word in (OPEN, HALF) for word in state), 1.0 - HALF_SHARE),
        _Case(tuple(word == OPEN for word in state), HALF_SHARE),
    ]


def _waiting_of(task: PhaseTask, chain: BorderChain, benefit: Floats, worth: _Worth) -> Waiting:
    """Return the policy as tables."""
    years = chain.years()
    programme = task.programme(benefit[0, 0])
    policy = best_policy(programme, benefit, years)
    fixed = fixed_plan(programme, benefit, years)

    return Waiting(
        rules=_rules_frame(task, chain, triggers(policy)),
        regrets=_regrets_frame(task, chain, benefit, worth),
        shares=_shares_frame(task, worth),
        npv_usd=policy.npv_usd,
        fixed_usd=fixed.npv_usd,
        chain=chain,
        provenance={**task.provenance(), "places": list(chain.places)},
    )


def _rules_frame(task: PhaseTask, chain: BorderChain, rules: Sequence[Trigger]) -> pl.DataFrame:
    names = [str(project["name"]) for project in task.projects]
    first_year = task.horizon.first_year
    place_names = _place_names(task.base.network, chain.places)
    texts = [sentence(rule, chain, names, first_year, place_names) for rule in rules]

    return frame_of(
        WAIT_RULES,
        [
            {
                "project_id": task.project_ids[rule.project],
                "places": list(chain.places),
                "states": list(chain.states[rule.state]),
                "months": rule.months,
                "first_year": first_year + rule.first_year,
                "last_year": first_year + rule.last_year,
                "chance": min(rule.chance, 1.0),
                "after": [task.project_ids[p] for p in rule.after],
                "rule": text,
                "rule_message": pack(text),
            }
            for rule, text in zip(rules, texts, strict=True)
        ],
    )


def _place_names(network: Network, places: Sequence[str]) -> dict[str, str]:
    """Return what places are called: as the gateways of their links, where all have the same."""
    nodes = network.by_id("nodes")
    links = network.rows("links")
    names = {}
    for place, row_id in zip(places, closures(network, places)["row_id"], strict=True):
        shut = [links[number] for number in network.selected_links(row_id)]
        ends = [link[column] for link in shut for column in ("from_node_id", "to_node_id")]
        gateways = {nodes[end]["gateway"] for end in ends} - {None}
        if len(gateways) == 1:
            names[place] = str(gateways.pop())
    return names


def _regrets_frame(
    task: PhaseTask, chain: BorderChain, benefit: Floats, worth: _Worth
) -> pl.DataFrame:
    """Return what plans are worth in futures as seen, always open and always shut.

    Two more states, all open and all shut, stand beside those seen, so that all futures have the
    same states. A plan made for one of these takes it that borders will be so from next month on.
    """
    places = len(chain.places)
    extremes = np.array([worth.when((is_open,) * places) for is_open in (True, False)])
    every_state = np.concatenate([benefit, np.tile(extremes, (len(benefit), 1, 1))], axis=1)

    count = len(chain.states)
    wider = chain.with_states((OPEN,) * places, (SHUT,) * places)
    futures = {
        HISTORY: wider.years(),
        ALWAYS_OPEN: wider.settled_in(count).years(),
        ALWAYS_SHUT: wider.settled_in(count + 1).years(),
    }
    table = regrets(task.programme(benefit[0, 0]), every_state, futures)
    kinds = pl.when(pl.col("is_policy")).then(pl.lit("policy")).otherwise(pl.lit("fixed"))
    rows = table.with_columns(kinds.alias("kind")).drop("is_policy").rename({"scenario": "future"})
    return frame_of(WAIT_REGRETS, rows.to_dicts())


def _shares_frame(task: PhaseTask, worth: _Worth) -> pl.DataFrame:
    """Return the share of time that places must be open for projects and programmes to pay."""
    places = len(worth.places)
    with_open = worth.when((True,) * places)
    with_shut = worth.when((False,) * places)
    programme = task.programme(with_open)
    rows = []

    for name, together in _together(task, programme.requires):
        begins = {p: int(programme.earliest[p]) for p in together}
        if max(begins.values()) >= len(programme.own_usd):
            continue

        opens = max(year + int(programme.build_years[p]) for p, year in begins.items())
        served = float(programme.discount[opens:].sum())
        subset = subset_of(together)
        costs_usd = -sum(float(programme.own_usd[year, p]) for p, year in begins.items())
        open_usd = float(with_open[subset]) * served
        shut_usd = float(with_shut[subset]) * served
        rows.append(
            {
                "project_id": name,
                "cost_usd": costs_usd,
                "open_usd": open_usd,
                "shut_usd": shut_usd,
                "open_share": break_even_share(costs_usd, open_usd, shut_usd),
            }
        )
    return frame_of(WAIT_SHARES, rows)


def _together(
    task: PhaseTask, requires: Sequence[tuple[int, int]]
) -> Iterator[tuple[str, list[int]]]:
    """Yield each project and each programme of several, with what is built together for it.

    Of a programme those that an earlier one excludes are left out.
    """
    programmes: dict[str, list[int]] = {}
    for p, project in enumerate(task.projects):
        yield task.project_ids[p], sorted(linked(p, requires))

        of_programme = programmes.setdefault(str(project["programme"] or ""), [])
        if not any(exclude_each_other(project, task.projects[q]) for q in of_programme):
            of_programme.append(p)

    for name, members in programmes.items():
        if name and len(members) > 1:
            yield name, sorted({q for p in members for q in linked(p, requires)})
