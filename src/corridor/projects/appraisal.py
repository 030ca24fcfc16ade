"""Appraisal: whether projects pay, for whom, and how surely."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple, Unpack

import numpy as np
import polars as pl

from corridor import stopping, views
from corridor.counts import count_of
from corridor.errors import CallError, UnknownName
from corridor.kernels import Floats, Ints
from corridor.language.messages import message
from corridor.network.network import Network
from corridor.parallel import processors, require_workers
from corridor.projects import finance
from corridor.projects.border_states import closures
from corridor.projects.cash_flow import CashFlow, cash_flow_of
from corridor.projects.conventions import Convention, convention_of
from corridor.projects.criteria import project_row, switching_frame
from corridor.projects.effects import Effects
from corridor.projects.gains import gains_frame
from corridor.projects.kept_effects import KeptEffects
from corridor.projects.project_rows import FIRST_YEAR
from corridor.projects.risk import Futures, capex_ratios, draw_futures, net_of_futures
from corridor.projects.streams import Streams
from corridor.projects.valuation import Valuation, ValuationOptions, require_year, valuation
from corridor.projects.works import Works, works_named
from corridor.steps import tell_step
from corridor.tables import schema_appraisals
from corridor.tables.cells import frame_of, stored_types
from corridor.tables.columns import Table
from corridor.tables.schema_appraisals import (
    APPRAISAL_DRAWS,
    APPRAISAL_GROUPS,
    APPRAISAL_PROJECTS,
    APPRAISAL_REVENUE,
    APPRAISAL_STREAMS,
    APPRAISAL_SWITCHING,
    APPRAISAL_USERS,
)
from corridor.tables.store import write_results
from corridor.version import __version__

DEFAULT_DRAWS = 1000
ANCHORS = (2030, 2040)  # years that are assigned; between them lines, beyond them constant


class AppraiseOptions(ValuationOptions, total=False):
    """What else an appraisal may be asked; defaults in brackets.

    changed: figures of the convention to change, such as ``{"discount_share": 0.12}`` [none].
    first_year: money is discounted to it, and no works begin before it [2027]. years: years whose
    flows are computed, between which benefits run straight [2030, 2040]. shut: places of the table
    ``states`` that may be shut in the futures drawn [none]. draws: futures drawn; 0: none [1000].
    rng: their seed [0]. workers: threads; null: one for each processor [null]. folder: where what
    projects do is kept, so that a killed appraisal goes on [null]. Those of
    :class:`ValuationOptions` besides.
    """

    changed: Mapping[str, Any] | None
    first_year: int
    years: Sequence[int]
    shut: Sequence[str]
    draws: int
    rng: int
    workers: int | None
    folder: str | Path | None


@dataclass(frozen=True, eq=False)
class Appraisal:
    """What projects are worth, as tables declared in :mod:`corridor.tables.schema_appraisals`.

    Attributes
    ----------
    projects
        One row a project: net present value with its band, return, ratio, payback, chance to stay
        below the hurdle; what is worth most first.
    streams
        Money by project, year and item.
    groups
        Who gains and who pays, by country and group; adds up to the net present value.
    revenue
        What carriers and states take in without and with each project, transit apart.
    users
        What each row of demand gains.
    switching
        By how much each item must change for a project to be worth nothing.
    draws
        The futures drawn.
    convention
        The convention, with every figure it took.
    works
        What was appraised, by its id: the rows of ``projects`` built together.
    cash_flows
        Streams as arrays, and what they were made from, by id: for workbooks.
    warnings
        What holds with a caveat.
    provenance
        Version, settings, hash of the inputs and seed.
    """

    projects: pl.DataFrame
    streams: pl.DataFrame
    groups: pl.DataFrame
    revenue: pl.DataFrame
    users: pl.DataFrame
    switching: pl.DataFrame
    draws: pl.DataFrame
    convention: Convention
    works: Mapping[str, Works] = field(repr=False)
    cash_flows: Mapping[str, CashFlow] = field(repr=False)
    warnings: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        count = self.projects.height
        paying = self.projects.filter(pl.col("npv_usd") > 0).height
        is_singular = 1 in (paying, count)
        verdict = "is worth more than it costs" if is_singular else "are worth more than they cost"
        head = (
            f"Appraisal: {paying} of {count_of(count, 'project')} {verdict} at "
            f"{self.convention.discount_share:.0%}"
        )
        if not count:
            return f"{head}."

        best = self.projects.row(0, named=True)
        return (
            f"{head}; most is {best['project_id']} with {best['npv_usd'] / 1e6:,.1f} million USD."
        )

    explain = views.explain
    _repr_html_ = views.page

    def frames(self) -> dict[str, pl.DataFrame]:
        """Return the tables by the names they are declared under."""
        names = [table.name for table in schema_appraisals.TABLES]
        return {name: getattr(self, name.removeprefix("appraisal_")) for name in names}

    def write(self, folder: str | Path) -> Path:
        """Write every table as Parquet and a manifest into a folder and return it."""
        return write_results(
            folder, self.frames(), {**self.provenance, "warnings": list(self.warnings)}
        )


class _Worth(NamedTuple):
    """What works do in each anchor year, borders as they are and, where asked, shut."""

    effects: tuple[Effects, ...]
    shut: tuple[Effects, ...]

    @property
    def converged(self) -> bool:
        """Whether every assignment is within its gap."""
        return all(each.converged for each in (*self.effects, *self.shut))


def appraise(
    network: Network,
    demand: pl.DataFrame,
    projects: Iterable[str] | None = None,
    **options: Unpack[AppraiseOptions],
) -> Appraisal:
    """Return what projects are worth over their lives, to whom, and how surely.

    Each is compared with the network without it, under capacity; what it requires is taken as built
    in both cases. Benefits are users' gains, scarce places and fees that change hands, and carbon;
    what carriers are paid covers their costs and is told apart. The estimate has borders as the
    network has them; closures come in with the futures drawn.

    Parameters
    ----------
    network
        The network of a scenario, with the tables ``projects`` and ``project_payers``.
    demand
        As :func:`corridor.assign` takes it; it grows with the economies of both ends.
    projects
        Projects, or programmes of them, each taken as one; null: every project by itself.
    **options
        See :class:`AppraiseOptions`.

    Returns
    -------
    Appraisal
        Tables by project. A return is null where there is none, or are several, and says so.

    Raises
    ------
    UnknownName
        For a project, programme, convention or place that is not there.
    CallError
        For a study without projects or demand, an option out of range.

    Source: ADB (2017), Guidelines for the Economic Analysis of Projects; European Commission
    (2014), Guide to Cost-Benefit Analysis of Investment Projects.

    Examples
    --------
    >>> import corridor as co
    >>> study = co.read("studies/kazakhstan-pakistan", scenario="open-borders")
    >>> demand = study.network.frames["demand"].head(5)
    >>> appraisal = co.appraise(study.network, demand, ["khunjerab-all-weather"], draws=10)
    >>> appraisal.projects["project_id"].to_list()
    ['khunjerab-all-weather']
    """
    _require_valid(network, options)
    convention = convention_of(options.get("convention", "adb"), options.get("changed"))
    first_year = options.get("first_year", FIRST_YEAR)
    works = [works_named(network, name) for name in _names(network, projects)]

    worths = _worths(network, demand, works, convention, options)

    last_year = max(each.last_year(first_year, convention) for each in works)
    years = np.arange(first_year, last_year + 1)
    futures = draw_futures(
        options.get("draws", DEFAULT_DRAWS),
        len(years),
        options.get("rng", 0),
        network.frames["states"],
        tuple(options.get("shut", ())),
    )

    tables = [
        _ProjectTables.of(each, worth, years, network, convention, futures, options)
        for each, worth in zip(works, worths, strict=True)
    ]
    return _appraisal_of(tables, convention, _provenance(network, convention, options))


class _ProjectTables(NamedTuple):
    """The tables of one project."""

    works: Works
    cash_flow: CashFlow
    row: dict[str, Any]
    groups: pl.DataFrame
    revenue: pl.DataFrame
    users: pl.DataFrame
    switching: pl.DataFrame
    draws: pl.DataFrame

    @classmethod
    def of(
        cls,
        works: Works,
        worth: _Worth,
        years: Ints,
        network: Network,
        convention: Convention,
        futures: Futures,
        options: AppraiseOptions,
    ) -> _ProjectTables:
        """Return the tables of works from what they do in the anchor years.

        Parameters
        ----------
        works : what is built.
        worth : what it does in the anchor years.
        years : calendar years of the longest of all works.
        network : with who pays.
        convention : whose rates count.
        futures : drawn for all works.
        options : of the appraisal.
        """
        first_year = int(years[0])
        years_of_works = years[: works.last_year(first_year, convention) - first_year + 1]
        anchors = _anchors(options)
        cash_flow = cash_flow_of(works, worth.effects, anchors, years_of_works, convention)
        streams = cash_flow.streams

        shut_welfare = None
        if worth.shut:
            shut_flow = cash_flow_of(works, worth.shut, anchors, years_of_works, convention)
            shut_welfare = shut_flow.streams.welfare
        draws = _drawn(works, streams, shut_welfare, futures)
        gains = gains_frame(works, worth.effects, cash_flow, network, convention)

        first = worth.effects[0]
        return cls(
            works=works,
            cash_flow=cash_flow,
            row=project_row(works, streams, worth.converged, convention, draws),
            groups=_labelled(gains, works),
            revenue=_labelled(first.revenue, works),
            users=_labelled(first.users.filter(pl.col("benefit_usd") != 0), works),
            switching=switching_frame(streams),
            draws=draws,
        )


def _require_valid(network: Network, options: AppraiseOptions) -> None:
    if not network.frames["projects"].height:
        raise CallError("The study has no projects: add projects.csv with what could be built.")

    draws = options.get("draws", DEFAULT_DRAWS)
    if draws < 0:
        raise CallError(f"draws must be 0 or more, not {draws}.")
    if options.get("rng", 0) < 0:
        raise CallError(f"rng, the seed, must be 0 or more, not {options['rng']}.")
    require_workers(options.get("workers"))
    require_year("first_year", options.get("first_year", FIRST_YEAR))
    if not _anchors(options):
        raise CallError("years needs one year at least whose flows are computed.")

    places = network.frames["states"]["place"].unique().to_list()
    for place in options.get("shut", ()):
        if place not in places:
            raise UnknownName("place of states", place, places)


def _anchors(options: AppraiseOptions) -> tuple[int, ...]:
    return tuple(sorted(set(options.get("years", ANCHORS))))


def _names(network: Network, projects: Iterable[str] | None) -> list[str]:
    if projects is None:
        return network.frames["projects"]["project_id"].to_list()

    names = list(dict.fromkeys(projects))
    if not names:
        raise CallError("no project is named.")
    return names


def _worths(
    network: Network,
    demand: pl.DataFrame,
    works: Sequence[Works],
    convention: Convention,
    options: AppraiseOptions,
) -> list[_Worth]:
    """Return what all works do, in every anchor year."""
    of_valuation: ValuationOptions = {"convention": convention}
    for name in ("elasticity", "reliability_ratio", "margin_share", "on"):
        if name in options:
            of_valuation[name] = options[name]

    borders: list[pl.DataFrame | None] = [None]
    if options.get("shut"):
        borders.append(closures(network, options["shut"]))

    bases: list[Valuation] = []
    cases = list(product(borders, _anchors(options)))
    for border, year in cases:
        tell_step("flows without projects", len(bases), len(cases))
        bases.append(valuation(network, demand, year, border, **of_valuation).settled())

    count = len(_anchors(options))
    folder = options.get("folder")
    kept = None if folder is None else KeptEffects(Path(folder), bases)
    values = _values(bases, works, kept, options.get("workers"))
    return [_Worth(tuple(each[:count]), tuple(each[count:])) for each in values]


def _values(
    bases: Sequence[Valuation],
    works: Sequence[Works],
    kept: KeptEffects | None,
    workers: int | None,
) -> list[list[Effects]]:
    """Return what works do on every base [works][bases], whoever computes it.

    kept: read where it has them, and added to; null: nothing is kept.
    """

    def effects(number: int) -> list[Effects]:
        stopping.raise_if_stopped()
        stored = None if kept is None else kept.read(works[number])
        if stored is not None:
            return stored

        computed = [effects_beyond(base, works[number]) for base in bases]
        if kept is not None:
            kept.write(works[number], computed)
        return computed

    threads = min(workers or processors(), len(works))
    done: list[list[Effects]] = []
    with ThreadPoolExecutor(threads) as pool:
        pending = [pool.submit(copy_context().run, effects, n) for n in range(len(works))]
        try:
            for number, future in enumerate(pending):
                tell_step("projects", number, len(works))
                done.append(future.result())
        finally:
            for future in pending:
                future.cancel()
    return done


def effects_beyond(base: Valuation, works: Works) -> Effects:
    """Return what works do beside what they require, which is there in both cases."""
    everything = base.effects([*works.requires, *works.project_ids])
    return everything.beyond(base.effects(works.requires)) if works.requires else everything


def _drawn(
    works: Works, streams: Streams, shut_welfare: Floats | None, futures: Futures
) -> pl.DataFrame:
    """Return what works are worth in every future."""
    types = stored_types(APPRAISAL_DRAWS)
    if not futures.count:
        return pl.DataFrame(schema=types)

    capex_ratio = capex_ratios(works, futures)
    net = net_of_futures(streams, shut_welfare, capex_ratio, futures)
    in_use = streams.in_use.astype(bool)
    shut_share = futures.shut_share[:, : len(in_use)][:, in_use]

    return pl.DataFrame(
        {
            "project_id": [works.works_id] * futures.count,
            "draw": np.arange(futures.count),
            "capex_ratio": capex_ratio,
            "demand_ratio": futures.demand_ratio,
            "value_ratio": futures.value_ratio,
            "shut_share": shut_share.mean(axis=1),
            "npv_usd": net @ streams.discount,
            "return_share": pl.Series(finance.return_shares(net), nan_to_null=True),
        },
        schema=types,
    )


def _labelled(frame: pl.DataFrame, works: Works) -> pl.DataFrame:
    """Return rows with the project they are of in front."""
    return frame.select(pl.lit(works.works_id).alias("project_id"), pl.all())


def _appraisal_of(
    tables: Sequence[_ProjectTables], convention: Convention, provenance: Mapping[str, Any]
) -> Appraisal:
    """Return the tables of all works as one appraisal, what is worth most first."""
    ordered = sorted(tables, key=lambda project: (-project.row["npv_usd"], project.works.works_id))
    converged = all(project.row["converged"] for project in tables)

    return Appraisal(
        projects=frame_of(APPRAISAL_PROJECTS, [project.row for project in ordered]),
        streams=_stacked(
            [project.cash_flow.streams.table() for project in ordered], APPRAISAL_STREAMS
        ),
        groups=_stacked([project.groups for project in ordered], APPRAISAL_GROUPS),
        revenue=_stacked([project.revenue for project in ordered], APPRAISAL_REVENUE),
        users=_stacked([project.users for project in ordered], APPRAISAL_USERS),
        switching=_stacked([project.switching for project in ordered], APPRAISAL_SWITCHING),
        draws=_stacked([project.draws for project in ordered], APPRAISAL_DRAWS),
        convention=convention,
        works={project.works.works_id: project.works for project in ordered},
        cash_flows={project.works.works_id: project.cash_flow for project in ordered},
        warnings=() if converged else (message("an assignment ended before its gap was met"),),
        provenance=provenance,
    )


def _stacked(frames: Sequence[pl.DataFrame], table: Table) -> pl.DataFrame:
    types = pl.Schema(stored_types(table))
    return pl.concat([frame.select(types.names()).cast(types) for frame in frames])


def _provenance(
    network: Network, convention: Convention, options: AppraiseOptions
) -> dict[str, Any]:
    """Return what the answer depends on; threads do not change it."""
    settings = {
        name: _setting(value)
        for name, value in options.items()
        if name not in ("workers", "folder", "convention", "changed") and value is not None
    }

    return {
        "corridor": __version__,
        **({} if network.inputs is None else {"inputs": network.inputs}),
        "convention": convention.convention_id,
        "discount_share": convention.discount_share,
        "horizon_years": convention.horizon_years,
        "source": convention.source,
        **settings,
    }


def _setting(value: Any) -> Any:
    """Return an option as a manifest holds it."""
    if isinstance(value, dt.date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple | list) else value
