"""Valuation: what any set of projects is worth in a year, by country and group.

The demand of a year is assigned under capacity without the projects and with them. What users gain
is welfare; so is what carriers earn for scarce places and states in fees, as the user's loss of it
is counted. What carriers are paid for carriage covers its cost and is shown apart.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypedDict, Unpack

import numpy as np
import polars as pl

from corridor.errors import CallError
from corridor.flows.assign import build_programme
from corridor.flows.demand import compile_demand
from corridor.flows.programme import Programme
from corridor.kernels import Bools, Floats
from corridor.network.changes import OF_STATUS, apply
from corridor.network.memory import Derived
from corridor.network.network import Network
from corridor.projects.benefits import UserBenefits, rule_of_half, user_benefits
from corridor.projects.construction import opened, project_changes
from corridor.projects.conventions import Convention, convention_of
from corridor.projects.effects import Effects, differences, groups_frame, revenue_frame
from corridor.projects.outcome import (
    Outcome,
    end_countries,
    kept_share,
    known_routes,
    outcome_of,
    t_km_over,
    with_accounts,
)
from corridor.tables.columns import OPEN_STATUS
from corridor.tables.schema_appraisals import CARBON, CARRIERS, SHIPPERS, STATE
from corridor.units import CALENDAR_YEAR_DAYS

# Tonnes fall by so many hundredths where the generalised cost rises by one, mode and route apart:
# an estimate (C) below the elasticities of trade to its costs, which the chapter on trade has.
ELASTICITY = 0.5
# Value of an hour of standard deviation by that of an hour: de Jong and others (2014),
# Transportation Research E 64, find 0.37 for goods by road (B).
RELIABILITY_RATIO = 0.4
GROWTH_YEARS = 15  # forecasts of growth are not drawn out beyond: demand is constant from then on
MAX_ROUNDS = 6  # of demand and cost answering each other
MAX_EDITED = 8  # networks held whose changes are not of status alone
MIN_YEAR = 1800  # as dates and months of tables
MAX_YEAR = 2199
ROUND_SHARE = 1e-4  # of the units of a row, below which the rounds end


class ValuationOptions(TypedDict, total=False):
    """What else a valuation may be asked; defaults in brackets.

    convention: whose price of carbon counts ["adb"]. elasticity: by which share demand answers a
    share of its generalised cost [0.5]; 0: not at all. reliability_ratio: value of an hour of
    standard deviation by that of an hour [0.4]. margin_share: of carriage that is more than its
    cost, and so welfare of carriers [0]. on: day that stands for the year [1 July of it].
    """

    convention: str | Convention
    elasticity: float
    reliability_ratio: float
    margin_share: float
    on: dt.date | str | None


@dataclass(frozen=True, eq=False)
class Valuation:
    """One network, demand and year on which sets of projects are valued, each from the same base.

    Attributes
    ----------
    network
        Without any project, borders as asked for.
    demand
        Rows of demand with the units of the year.
    year, on
        The year, and the day that stands for it.
    convention, elasticity, reliability_ratio, margin_share
        See :class:`ValuationOptions`.
    most_usd
        What a unit of each trip pays at most before it stays, in every case [trips].
    base
        The outcome without projects.
    start
        Whose routes every other outcome begins with.
    is_elsewhere
        Whether the network is not that of the base: see :meth:`on_network`.
    """

    network: Network
    demand: pl.DataFrame
    year: int
    on: dt.date
    convention: Convention
    elasticity: float
    reliability_ratio: float
    margin_share: float
    most_usd: Floats
    base: Outcome
    start: Outcome
    is_elsewhere: bool = False
    _effects: dict[frozenset[str], Effects] = field(default_factory=dict, repr=False)

    def effects(self, project_ids: Iterable[str]) -> Effects:
        """Return what a set of projects does, computed the first time it is asked for."""
        chosen = frozenset(project_ids)
        if chosen not in self._effects:
            self._effects[chosen] = self._effects_of(sorted(chosen))
        return self._effects[chosen]

    def settled(self) -> Valuation:
        """Return the valuation whose base is solved as sets are, from the same routes on.

        Where equal routes or prices of full places leave a choice, a set that changes nothing then
        makes the same one and is worth nothing.
        """
        programme = self._programme_on(self.network)
        routes = known_routes(self.start, programme.arrays)
        base = with_accounts(outcome_of(programme, routes))
        return replace(self, base=base, _effects={})

    def _programme_on(self, network: Network) -> Programme:
        """Return the programme of the year on a network, before demand answers."""
        programme = _programme(network, self.demand, self.on)
        units_per_day = np.where(
            np.isfinite(programme.undisturbed_usd), programme.units_per_day, 0.0
        )
        return replace(programme, most_usd=self.most_usd, units_per_day=units_per_day)

    def on_network(self, network: Network) -> Valuation:
        """Return the valuation of sets on another network, such as one with a border shut.

        Still from the same base, so that nothing built is worth what the networks differ by.
        """
        return replace(self, network=network, is_elsewhere=True, _effects={})

    def value(self, project_ids: Iterable[str]) -> pl.DataFrame:
        """Return what a set of projects is worth a year: country, group, usd_per_year."""
        return self.effects(project_ids).groups

    def _effects_of(self, project_ids: Sequence[str]) -> Effects:
        rows = project_changes(self.network, project_ids)
        is_base = rows.height == 0 and not self.is_elsewhere
        outcome = self.base if is_base else self._outcome(self._built(rows))

        benefits = self._user_benefits(outcome)
        steadier_usd = self._reliability_usd(outcome)
        running = self._running_usd(project_ids, rows, outcome)
        saved_kg = self.base.carbon_kg - outcome.carbon_kg
        return Effects(
            users=self._users(outcome, benefits, steadier_usd),
            groups=self._groups(outcome, benefits.total_usd + steadier_usd, running, saved_kg),
            revenue=revenue_frame(self.base, outcome),
            carbon_kg=saved_kg,
            converged=self.base.solution.converged and outcome.solution.converged,
        )

    def _built(self, rows: pl.DataFrame) -> Network:
        """Return the network with some changes, as :func:`built` has it.

        Those that open links need no new graph and no new costs, so sets that differ by them alone
        share both, on networks that differ by the status of links alone too. The last few of other
        changes are held.
        """
        edits = rows.filter(~OF_STATUS)
        edited = apply(self.network, edits)
        if edits.height:
            held = self.network.once(Derived.BUILT.of(), dict[str, Network])
            edited.share(held.setdefault(edits.write_csv(), edited))
            # A list: other threads may change the mapping while the oldest are looked for.
            for oldest in list(held)[:-MAX_EDITED]:
                held.pop(oldest, None)
        return opened(edited, rows.filter(OF_STATUS))

    def _outcome(self, network: Network) -> Outcome:
        """Return the outcome on a network where demand answers what it pays."""
        programme = self._programme_on(network)
        routes = known_routes(self.start, programme.arrays)
        factor = np.ones(len(programme.units_per_day))

        for _ in range(MAX_ROUNDS):
            wanted_per_day = factor * programme.units_per_day
            outcome = outcome_of(replace(programme, units_per_day=wanted_per_day), routes)
            answer = self._answer(outcome)
            if np.abs(answer - factor).max(initial=0.0) <= ROUND_SHARE:
                break
            factor = answer
            routes = [(column.trip, column.arcs) for column in outcome.solution.columns]
        return with_accounts(outcome)

    def _answer(self, outcome: Outcome) -> Floats:
        """Return by which factor each row of demand asks for more at what it pays now [trips]."""
        before = self.base.pays_usd
        after = outcome.pays_usd
        goes = (self.base.units > 0) & (outcome.units > 0) & (before > 0) & (after > 0)
        ratio = np.divide(after, before, out=np.ones_like(after), where=goes)
        return np.asarray(ratio**-self.elasticity)

    def _user_benefits(self, outcome: Outcome) -> UserBenefits:
        return user_benefits(
            self.base.units,
            outcome.units,
            self.base.pays_usd,
            outcome.pays_usd,
            kept_share(self.base, outcome),
        )

    def _reliability_usd(self, outcome: Outcome) -> Floats:
        """Return what steadier journeys are worth, by the rule of half [trips]."""
        hour_usd = self.base.programme.arrays.column("hour_usd") * self.reliability_ratio
        before = np.nan_to_num(self.base.spread_h)
        after = np.nan_to_num(outcome.spread_h)
        goes = (self.base.units > 0) & (outcome.units > 0)
        gain = rule_of_half(self.base.units, outcome.units, before * hour_usd, after * hour_usd)
        return np.where(goes, gain, 0.0)

    def _running_usd(
        self, project_ids: Sequence[str], rows: pl.DataFrame, outcome: Outcome
    ) -> dict[str, float]:
        """Return what the projects cost by what they carry, by their country."""
        projects = self.network.by_id("projects")
        running: dict[str, float] = defaultdict(float)
        for project_id in project_ids:
            project = projects[project_id]
            if not project["opex_usd_per_t_km"]:
                continue

            of_project = rows.filter(
                (pl.col("table") == "links")
                & pl.col("change_id").is_in(project["change_ids"].split())
            )
            links = {
                link for text in of_project["row_id"] for link in self.network.selected_links(text)
            }
            t_km = t_km_over(outcome, links)
            running[project["country"]] += project["opex_usd_per_t_km"] * t_km
        return running

    def _users(
        self, outcome: Outcome, benefits: UserBenefits, steadier_usd: Floats
    ) -> pl.DataFrame:
        """Return units, cost and gains of every row of demand, who gains most first."""
        trips = self.base.programme.arrays.trips
        base = self.base
        straight = rule_of_half(base.units, outcome.units, base.pays_usd, outcome.pays_usd)

        frame = trips.select(
            "demand_id", "origin_node_id", "destination_node_id", "cargo_id"
        ).with_columns(
            pl.Series("units_without", base.units),
            pl.Series("units_with", outcome.units),
            pl.Series("pays_without_usd", _or_null(base.pays_usd, base.units > 0)),
            pl.Series("pays_with_usd", _or_null(outcome.pays_usd, outcome.units > 0)),
            pl.Series("kept_usd", benefits.kept_usd),
            pl.Series("diverted_usd", benefits.diverted_usd),
            pl.Series("generated_usd", benefits.generated_usd),
            pl.Series("rule_of_half_usd", straight),
            pl.Series("reliability_usd", steadier_usd),
            pl.Series("benefit_usd", benefits.total_usd + steadier_usd),
        )
        return frame.sort("benefit_usd", descending=True, maintain_order=True)

    def _groups(
        self, outcome: Outcome, gains_usd: Floats, running: dict[str, float], saved_kg: float
    ) -> pl.DataFrame:
        """Return welfare by country and group."""
        usd: dict[tuple[str | None, str], float] = defaultdict(float)
        for ends, gain in zip(end_countries(outcome.programme.arrays), gains_usd, strict=True):
            for country in ends:  # who of both bears it is not known: half of each
                usd[country, SHIPPERS] += float(gain) / 2

        for (group, country, _), money in differences(self.base, outcome).items():
            usd[country, group] += money * (1.0 if group == STATE else self.margin_share)
        for country in {*self.base.scarce_usd, *outcome.scarce_usd}:
            before = self.base.scarce_usd.get(country, 0.0)
            usd[country, CARRIERS] += outcome.scarce_usd.get(country, 0.0) - before
        for country, cost in running.items():
            usd[country, CARRIERS] -= cost

        price = float(self.convention.carbon_usd(np.array([float(self.year)]))[0])
        usd[None, CARBON] += saved_kg / 1000 * price
        return groups_frame(usd)


def valuation(
    network: Network,
    demand: pl.DataFrame,
    year: int,
    border_state: pl.DataFrame | None = None,
    **options: Unpack[ValuationOptions],
) -> Valuation:
    """Return what sets of projects can be valued on: the outcome without any of them.

    Parameters are those of :func:`programme_value`.
    """
    _require_valid(options)
    require_year("the year of a valuation", year)
    if border_state is not None:
        network = apply(network, border_state)
    on = options.get("on") or dt.date(year, 7, 1)
    day = dt.date.fromisoformat(on) if isinstance(on, str) else on

    grown = grown_demand(network, demand, year)
    programme = _programme(network, grown, day)
    most_usd = _most_usd(programme, network, grown, day)
    base = with_accounts(outcome_of(replace(programme, most_usd=most_usd), []))
    return Valuation(
        network=network,
        demand=grown,
        year=year,
        on=day,
        convention=convention_of(options.get("convention", "adb")),
        elasticity=options.get("elasticity", ELASTICITY),
        reliability_ratio=options.get("reliability_ratio", RELIABILITY_RATIO),
        margin_share=options.get("margin_share", 0.0),
        most_usd=most_usd,
        base=base,
        start=base,
    )


def programme_value(
    network: Network,
    demand: pl.DataFrame,
    project_ids: Iterable[str],
    year: int,
    border_state: pl.DataFrame | None = None,
    **options: Unpack[ValuationOptions],
) -> pl.DataFrame:
    """Return what a set of projects is worth in a year, by country and group.

    For many sets on one base make a :func:`valuation` once and ask it: the base is then assigned
    once, every set from its routes on, and no set twice.

    Parameters
    ----------
    network
        The network of a scenario, without the projects.
    demand
        As :func:`corridor.assign` takes it; it grows to the year with the economies of both ends.
    project_ids
        Rows of the table ``projects``; none of them is worth nothing.
    year
        The year.
    border_state
        Further rows of ``changes`` laid over the network in both cases, such as the closure of a
        crossing; null: borders as the network has them.
    **options
        See :class:`ValuationOptions`.

    Returns
    -------
    pl.DataFrame
        country, group (shippers, carriers, state revenue, carbon), usd_per_year. Carbon has no
        country. The rows add up to the welfare of the year, cost of building and fixed running
        cost of the projects apart.

    Raises
    ------
    UnknownName
        For a project or convention that is not there.
    CallError
        For an option out of range, or a demand without rows.

    Examples
    --------
    >>> import corridor as co
    >>> network = co.read("studies/kazakhstan-pakistan", scenario="open-borders").network
    >>> demand = network.frames["demand"].head(5)
    >>> co.programme_value(network, demand, [], 2030)["usd_per_year"].sum()
    0.0
    """
    return valuation(network, demand, year, border_state, **options).value(project_ids)


def grown_demand(network: Network, demand: pl.DataFrame, year: int) -> pl.DataFrame:
    """Return demand with the units of a year.

    A row grows by the mean growth of the economies of both ends from its own year on, for 15 years
    at most; where no growth is known, not at all.
    """
    nodes = network.by_id("nodes")
    growth = {
        row["country"]: row["gdp_growth_share_per_year"] or 0.0 for row in network.rows("countries")
    }
    factors = []

    for row in demand.iter_rows(named=True):
        ends = [row[column].split("@")[0] for column in ("origin_node_id", "destination_node_id")]
        countries = [nodes[end]["country"] for end in ends if end in nodes]
        rate = sum(growth.get(country, 0.0) for country in countries) / 2
        years = min(max(0, year - (row.get("year") or year)), GROWTH_YEARS)
        factors.append((1.0 + rate) ** years)

    return demand.with_columns(
        (pl.col("units_per_year") * pl.Series(factors, dtype=pl.Float64)).alias("units_per_year")
    )


def require_year(name: str, year: int) -> None:
    """Raise CallError for a year that no table of a study could hold."""
    if not MIN_YEAR <= year <= MAX_YEAR:
        raise CallError(f"{name} must lie between {MIN_YEAR} and {MAX_YEAR}, not {year}.")


def _require_valid(options: ValuationOptions) -> None:
    for name in ("elasticity", "reliability_ratio", "margin_share"):
        number = options.get(name, 0.0)
        if not isinstance(number, int | float) or not 0 <= number < np.inf:
            raise CallError(f"{name} must be 0 or more, not {number}.")


def _programme(network: Network, demand: pl.DataFrame, on: dt.date) -> Programme:
    """Return the programme of a year, with the limits that the network itself makes of it."""
    arrays = compile_demand(network, demand, on=on)
    return build_programme(arrays, arrays.units() / CALENDAR_YEAR_DAYS, {})


def _most_usd(programme: Programme, network: Network, demand: pl.DataFrame, on: dt.date) -> Floats:
    """Return what a unit of each trip pays at most, whatever is built.

    Where a trip has a route without any project, what it pays undisturbed and a tenth of its value,
    as :func:`corridor.assign` says it. Where it has none, its cheapest route with every link open
    stands for that. Where rules leave it none even so it never goes, and its limit is nothing.
    """
    has_route = np.isfinite(programme.undisturbed_usd)
    if has_route.all():
        return programme.most_usd

    every_link_open = pl.DataFrame(
        {
            "change_id": ["every-link-open"],
            "table": ["links"],
            "row_id": ["*"],
            "column": ["status"],
            "op": ["set"],
            "value": [OPEN_STATUS],
        }
    )
    open_programme = _programme(apply(network, every_link_open), demand, on)
    can_go = np.isfinite(open_programme.undisturbed_usd)
    latent_usd = np.where(can_go, open_programme.most_usd, 0.0)
    return np.where(has_route, programme.most_usd, latent_usd)


def _or_null(numbers: Floats, is_there: Bools) -> list[float | None]:
    pairs: Iterable[Any] = zip(numbers.tolist(), is_there.tolist(), strict=True)
    return [number if there else None for number, there in pairs]
