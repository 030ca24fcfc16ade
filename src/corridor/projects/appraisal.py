"""Appraisal: whether projects pay, for whom, and how surely."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Unpack

import numpy as np
import polars as pl

from corridor import stopping
from corridor.errors import CallError, UnknownName
from corridor.kernels import Floats, Ints
from corridor.language.messages import figure, joined, message, pack
from corridor.network.graph import Row
from corridor.network.network import Network
from corridor.parallel import processors, require_workers
from corridor.projects import finance
from corridor.projects.conventions import Convention, convention_of
from corridor.projects.project_rows import (
    exclude_each_other,
    of_programme,
    payer_shares,
    required_ids,
    unknown_project,
)
from corridor.projects.risk import (
    Futures,
    capex_ratios,
    draw_futures,
    expected_capex_usd,
    net_of_futures,
)
from corridor.projects.streams import WELFARE, Streams, Works, between, cost_items, project_costs
from corridor.projects.valuation import (
    Effects,
    Valuation,
    ValuationOptions,
    require_year,
    valuation,
)
from corridor.steps import tell_step
from corridor.tables import schema_appraisals
from corridor.tables.schema_appraisals import BENEFITS, COSTS
from corridor.tables.store import installed_version, write_results

DEFAULT_DRAWS = 1000
FIRST_YEAR = 2027
ANCHORS = (2030, 2040)  # years that are assigned; between them lines, beyond them constant
WORST_SHARE = 0.05
SENSITIVITY_SHARE = 0.2
CLOSED = "closed"


class AppraiseOptions(ValuationOptions, total=False):
    """What else an appraisal may be asked; defaults in brackets.

    changed: figures of the convention to change, such as ``{"discount_share": 0.12}`` [none].
    first_year: money is discounted to it, and no works begin before it [2027]. years: years whose
    flows are computed, between which benefits run straight [2030, 2040]. shut: places of the table
    ``states`` that may be shut in the futures drawn [none]. draws: futures drawn; 0: none [1000].
    rng: their seed [0]. workers: threads; null: one for each processor [null]. Those of
    :class:`ValuationOptions` besides.
    """

    changed: Mapping[str, Any] | None
    first_year: int
    years: Sequence[int]
    shut: Sequence[str]
    draws: int
    rng: int
    workers: int | None


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
        paying = self.projects.filter(pl.col("npv_usd") > 0)
        head = (
            f"Appraisal: {paying.height} of {self.projects.height} projects are worth more than "
            f"they cost at {self.convention.discount_share:.0%}"
        )
        if not self.projects.height:
            return f"{head}."
        best = self.projects.row(0, named=True)
        return (
            f"{head}; most is {best['project_id']} with {best['npv_usd'] / 1e6:,.1f} million USD."
        )

    def frames(self) -> dict[str, pl.DataFrame]:
        """Return the tables by the names they are declared under."""
        names = [table.name for table in schema_appraisals.TABLES]
        return {name: getattr(self, name.removeprefix("appraisal_")) for name in names}

    def write(self, folder: str | Path) -> Path:
        """Write every table as Parquet and a manifest into a folder and return it."""
        return write_results(
            folder, self.frames(), {**self.provenance, "warnings": list(self.warnings)}
        )


class CashFlow(NamedTuple):
    """The streams of works, and the yearly welfare by group in the years that were computed.

    anchors: those years. welfare: group -> USD in each of them, carbon apart. carbon_kg: saved in
    each. carbon_usd_per_t: shadow price of every year of the streams.
    """

    streams: Streams
    anchors: tuple[int, ...]
    welfare: Mapping[str, tuple[float, ...]]
    carbon_kg: tuple[float, ...]
    carbon_usd_per_t: Floats


class _Worth(NamedTuple):
    """What works do in each anchor year, borders as they are and, where asked, shut."""

    effects: tuple[Effects, ...]
    shut: tuple[Effects, ...]


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
    parts = [
        _Part.of(each, worth, years, network, convention, futures, options)
        for each, worth in zip(works, worths, strict=True)
    ]
    return _told(parts, convention, _provenance(network, convention, options))


class _Part(NamedTuple):
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
    ) -> _Part:
        """Return the tables of works from what they do in the anchor years."""
        first_year = int(years[0])
        own = years[: works.last_year(first_year, convention) - first_year + 1]
        anchors = _anchors(options)
        cash_flow = _cash_flow(works, worth.effects, anchors, own, convention)
        streams = cash_flow.streams

        shut_welfare = None
        if worth.shut:
            shut_flow = _cash_flow(works, worth.shut, anchors, own, convention)
            shut_welfare = shut_flow.streams.welfare
        draws = _drawn(works, streams, shut_welfare, futures)
        first = worth.effects[0]
        return cls(
            works=works,
            cash_flow=cash_flow,
            row=_project_row(works, streams, worth, convention, draws),
            groups=_groups(works, worth.effects, anchors, cash_flow, network, convention),
            revenue=_labelled(first.revenue, works),
            users=_labelled(first.users.filter(pl.col("benefit_usd") != 0), works),
            switching=_switching(streams),
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


def works_named(network: Network, name: str) -> Works:
    """Return a project, or the projects of a programme that can stand beside each other.

    Of a programme the projects count in the order of the table; one that an earlier one excludes
    is left out. Raises UnknownName for neither.
    """
    projects = network.by_id("projects")
    if name in projects:
        return _works(network, name, [projects[name]])

    rows = of_programme(network, name)
    if not rows:
        raise unknown_project(network, name)

    beside: list[Row] = []
    for row in rows:
        if not any(exclude_each_other(row, other) for other in beside):
            beside.append(row)
    return _works(network, name, beside)


def _works(network: Network, works_id: str, rows: Sequence[Row]) -> Works:
    names = ", ".join(row["name"] for row in rows)
    required = required_ids(network, [row["project_id"] for row in rows])
    return Works(works_id, names, tuple(rows), tuple(sorted(required)))


def _worths(
    network: Network,
    demand: pl.DataFrame,
    works: Sequence[Works],
    convention: Convention,
    options: AppraiseOptions,
) -> list[_Worth]:
    """Return what all works do, in every anchor year."""
    asked: ValuationOptions = {"convention": convention}
    for name in ("elasticity", "reliability_ratio", "margin_share", "on"):
        if name in options:
            asked[name] = options[name]

    borders: list[pl.DataFrame | None] = [None]
    if options.get("shut"):
        borders.append(closures(network, options["shut"]))
    bases: list[Valuation] = []
    for border in borders:
        for year in _anchors(options):
            tell_step("flows without projects", len(bases), len(borders) * len(_anchors(options)))
            bases.append(valuation(network, demand, year, border, **asked))

    count = len(_anchors(options))
    values = _values(bases, works, options.get("workers"))
    return [_Worth(tuple(each[:count]), tuple(each[count:])) for each in values]


def _values(
    bases: Sequence[Valuation], works: Sequence[Works], workers: int | None
) -> list[list[Effects]]:
    """Return what works do on every base [works][bases], whoever computes it."""

    def effects(number: int) -> list[Effects]:
        stopping.raise_if_stopped()
        return [effects_beyond(base, works[number]) for base in bases]

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


def closures(network: Network, places: Sequence[str]) -> pl.DataFrame:
    """Return the change rows that shut places of the table ``states``.

    A place is a hazard, whose links are meant, or a selector of links.
    """
    hazards = network.by_id("hazards")
    rows = [
        {
            "change_id": f"shut {place}",
            "table": "links",
            "row_id": hazards[place]["row_id"]
            if place in hazards
            else place.removeprefix("links:"),
            "column": "status",
            "op": "set",
            "value": CLOSED,
        }
        for place in places
    ]
    return pl.DataFrame(rows)


def _cash_flow(
    works: Works,
    effects: Sequence[Effects],
    anchors: tuple[int, ...],
    years: Ints,
    convention: Convention,
) -> CashFlow:
    """Return the streams of works by year."""
    first_year = int(years[0])
    open_year = works.open_year(first_year)
    in_use = (years >= open_year).astype(float)
    welfare = {
        group: tuple(_group_usd(each, group) for each in effects)
        for group in WELFARE
        if group != "carbon"
    }
    carbon_kg = tuple(each.carbon_kg for each in effects)
    price = convention.carbon_usd(years.astype(float))

    items = cost_items(works, years, first_year, convention)
    for group, values in welfare.items():
        items[group] = in_use * between(years, anchors, values)
    items["carbon"] = in_use * between(years, anchors, carbon_kg) / 1000 * price
    streams = Streams(
        works.works_id,
        years,
        open_year,
        works.last_year(first_year, convention),
        {name: items[name] for name in (*COSTS, *BENEFITS)},
        convention.discount_share,
    )
    return CashFlow(streams, anchors, welfare, carbon_kg, price)


def _group_usd(effects: Effects, group: str) -> float:
    return float(effects.groups.filter(pl.col("group") == group)["usd_per_year"].sum())


def _project_row(
    works: Works, streams: Streams, worth: _Worth, convention: Convention, draws: pl.DataFrame
) -> dict[str, Any]:
    """Return the row of a project: every criterion of its streams, and their bands."""
    rate = streams.discount_share
    net = streams.net
    opening = streams.open_year - int(streams.years[0])
    rates = finance.internal_rates(net) if net.any() else []
    note = _return_note(rates)
    return {
        "project_id": works.works_id,
        "name": works.name,
        "requires": list(works.requires),
        "convention": convention.convention_id,
        "first_year": int(streams.years[0]),
        "open_year": streams.open_year,
        "last_year": streams.last_year,
        "capex_usd": float(streams.items["capex"].sum()),
        "capex_expected_usd": expected_capex_usd(works) * convention.capex_factor,
        "hurdle_share": rate,
        "benefit_usd_per_year": float(streams.welfare[opening]),
        "npv_usd": finance.present_usd(net, rate),
        "npv_p5_usd": _percentile(draws["npv_usd"], 0.05),
        "npv_p95_usd": _percentile(draws["npv_usd"], 0.95),
        "return_share": rates[0] if len(rates) == 1 else None,
        "return_p5_share": _percentile_with_none(draws["return_share"], 0.05),
        "return_p95_share": _percentile_with_none(draws["return_share"], 0.95),
        "return_note": None if note is None else str(note),
        "return_note_message": pack(note),
        "benefit_cost_ratio": finance.benefit_cost_ratio(streams.benefits, streams.costs, rate),
        "first_year_return_share": finance.first_year_return_share(
            streams.welfare - streams.items["opex"], streams.items["capex"], opening, rate
        ),
        "payback_years": _payback(net, 0.0),
        "discounted_payback_years": _payback(net, rate),
        "below_hurdle_share": _loss_share(draws),
        "shortfall_usd": _shortfall(draws),
        "converged": all(each.converged for each in (*worth.effects, *worth.shut)),
    }


def _payback(net: Floats, rate: float) -> float | None:
    """Return the payback from the first year in which money moves."""
    moving = np.flatnonzero(net)
    return finance.payback_years(net[moving[0] :], rate) if len(moving) else None


def _return_note(rates: Sequence[float]) -> str | None:
    """Say why a stream has no single return; null where it has one."""
    if len(rates) == 1:
        return None
    if not rates:
        return message("no rate makes it worth nothing")
    texts = [message("{share}", share=figure(rate, ".1%")) for rate in rates]
    return message("several rates make it worth nothing: {rates}", rates=joined(texts, ", "))


def _percentile(values: pl.Series, share: float) -> float | None:
    return float(np.quantile(values.to_numpy(), share)) if len(values) else None


def _percentile_with_none(values: pl.Series, share: float) -> float | None:
    """Return a percentile of returns; a future without a single one counts as the lowest."""
    if not len(values):
        return None
    returns = np.nan_to_num(values.cast(pl.Float64).to_numpy(), nan=-np.inf)
    value = float(np.quantile(returns, share, method="lower"))
    return value if np.isfinite(value) else None


def _loss_share(draws: pl.DataFrame) -> float | None:
    """Return the share of futures that are worth less than nothing at the hurdle rate."""
    if not draws.height:
        return None
    return float((draws["npv_usd"].to_numpy() < 0).mean())


def _shortfall(draws: pl.DataFrame) -> float | None:
    if not draws.height:
        return None
    return finance.expected_shortfall(draws["npv_usd"].to_numpy(), WORST_SHARE)


def _drawn(
    works: Works, streams: Streams, shut_welfare: Floats | None, futures: Futures
) -> pl.DataFrame:
    """Return what works are worth in every future."""
    types = schema_appraisals.types_of("appraisal_draws")
    if not futures.count:
        return pl.DataFrame(schema=types)

    capex_ratio = capex_ratios(works, futures)
    net = net_of_futures(streams, shut_welfare, capex_ratio, futures)
    returns = finance.return_shares(net)
    in_use = (streams.years >= streams.open_year) & (streams.years <= streams.last_year)
    return pl.DataFrame(
        {
            "project_id": [works.works_id] * futures.count,
            "draw": np.arange(futures.count),
            "capex_ratio": capex_ratio,
            "demand_ratio": futures.demand_ratio,
            "value_ratio": futures.value_ratio,
            "shut_share": futures.shut_share[:, : len(in_use)][:, in_use].mean(axis=1),
            "npv_usd": net @ streams.discount,
            "return_share": pl.Series(returns, nan_to_null=True),
        },
        schema=types,
    )


def _groups(
    works: Works,
    effects: Sequence[Effects],
    anchors: tuple[int, ...],
    cash_flow: CashFlow,
    network: Network,
    convention: Convention,
) -> pl.DataFrame:
    """Return who gains and who pays: present values by country and group."""
    streams = cash_flow.streams
    years = streams.years
    discount = streams.discount
    in_use = (years >= streams.open_year).astype(float)
    opening = streams.open_year - int(years[0])
    rows: list[tuple[str | None, str, float, float]] = []

    for (country, group), values in _by_country(effects).items():
        yearly = in_use * between(years, anchors, values)
        rows.append((country, group, float(yearly @ discount), float(yearly[opening])))
    carbon = streams.items["carbon"]
    rows.append((None, "carbon", float(carbon @ discount), float(carbon[opening])))

    for payer_country, pv_usd in _builders(works, streams, network, convention).items():
        rows.append((payer_country, "builders", pv_usd, 0.0))
    for project in works.projects:
        opex_usd = (project["opex_usd_per_year"] or 0.0) * convention.opex_factor
        pv_usd = -opex_usd * float(in_use @ discount)
        rows.append((project["country"], "operators", pv_usd, -opex_usd))

    types = schema_appraisals.types_of("appraisal_groups")
    names = list(types)[1:]
    frame = pl.DataFrame(rows, schema={name: types[name] for name in names}, orient="row")
    summed = frame.group_by("country", "group").agg(pl.col("pv_usd", "usd_per_year").sum())
    order = {group: number for number, group in enumerate(schema_appraisals.GROUPS)}
    return _labelled(
        summed.filter((pl.col("pv_usd") != 0) | (pl.col("usd_per_year") != 0)).sort(
            "country", pl.col("group").replace_strict(order, return_dtype=pl.Int64), nulls_last=True
        ),
        works,
    )


def _by_country(effects: Sequence[Effects]) -> dict[tuple[str, str], tuple[float, ...]]:
    """Return yearly welfare by country and group in each anchor year, carbon apart."""
    values: dict[tuple[str, str], list[float]] = {}
    for number, each in enumerate(effects):
        for country, group, usd in each.groups.iter_rows():
            if country is not None:
                values.setdefault((country, group), [0.0] * len(effects))[number] = usd
    return {key: tuple(of_years) for key, of_years in sorted(values.items())}


def _builders(
    works: Works, streams: Streams, network: Network, convention: Convention
) -> dict[str | None, float]:
    """Return the present value of capital, less what is left of it, by the country that pays."""
    paid: dict[str | None, float] = {}
    use = (streams.open_year, streams.last_year)
    for project in works.projects:
        costs = project_costs(project, streams.years, use, convention)
        pv_usd = float((costs["residual"] - costs["capex"]) @ streams.discount)
        for country, share in payer_shares(network, project).items():
            paid[country] = paid.get(country, 0.0) + share * pv_usd
    return paid


def _switching(streams: Streams) -> pl.DataFrame:
    """Return the switching value of every item, and what a fifth of it does."""
    discount = streams.discount
    net_usd = float(streams.net @ discount)
    effects = {
        **{item: -float(streams.items[item] @ discount) for item in COSTS},
        **{item: float(streams.items[item] @ discount) for item in BENEFITS},
        "benefits": float(streams.welfare @ discount),
    }
    rows = [
        {
            "project_id": streams.project_id,
            "item": item,
            "pv_usd": pv_usd,
            "switching_share": finance.switching_share(net_usd, pv_usd),
            "npv_low_usd": net_usd - SENSITIVITY_SHARE * pv_usd,
            "npv_high_usd": net_usd + SENSITIVITY_SHARE * pv_usd,
        }
        for item, pv_usd in effects.items()
    ]
    return pl.DataFrame(rows, schema=schema_appraisals.types_of("appraisal_switching"))


def _labelled(frame: pl.DataFrame, works: Works) -> pl.DataFrame:
    """Return rows with the project they are of in front."""
    return frame.select(pl.lit(works.works_id).alias("project_id"), pl.all())


def _told(
    parts: Sequence[_Part], convention: Convention, provenance: Mapping[str, Any]
) -> Appraisal:
    """Return all parts as one appraisal, what is worth most first."""
    ordered = sorted(parts, key=lambda part: (-part.row["npv_usd"], part.works.works_id))
    types = schema_appraisals.types_of
    converged = all(part.row["converged"] for part in parts)
    return Appraisal(
        projects=pl.DataFrame(
            [part.row for part in ordered], schema=types("appraisal_projects"), strict=False
        ),
        streams=_stacked([part.cash_flow.streams.table() for part in ordered], "appraisal_streams"),
        groups=_stacked([part.groups for part in ordered], "appraisal_groups"),
        revenue=_stacked([part.revenue for part in ordered], "appraisal_revenue"),
        users=_stacked([part.users for part in ordered], "appraisal_users"),
        switching=_stacked([part.switching for part in ordered], "appraisal_switching"),
        draws=_stacked([part.draws for part in ordered], "appraisal_draws"),
        convention=convention,
        works={part.works.works_id: part.works for part in ordered},
        cash_flows={part.works.works_id: part.cash_flow for part in ordered},
        warnings=() if converged else (message("an assignment ended before its gap was met"),),
        provenance=provenance,
    )


def _stacked(frames: Sequence[pl.DataFrame], name: str) -> pl.DataFrame:
    types = pl.Schema(schema_appraisals.types_of(name))
    return pl.concat([frame.select(types.names()).cast(types) for frame in frames])


def _provenance(
    network: Network, convention: Convention, options: AppraiseOptions
) -> dict[str, Any]:
    """Return what the answer depends on; threads do not change it."""
    settings = {
        name: value.isoformat() if isinstance(value, dt.date) else value
        for name, value in options.items()
        if name not in ("workers", "convention", "changed") and value is not None
    }
    return {
        "corridor": installed_version(),
        **({} if network.inputs is None else {"inputs": network.inputs}),
        "convention": convention.convention_id,
        "discount_share": convention.discount_share,
        "horizon_years": convention.horizon_years,
        "source": convention.source,
        **{
            name: list(value)
            if isinstance(value, Sequence) and not isinstance(value, str)
            else value
            for name, value in settings.items()
        },
    }
