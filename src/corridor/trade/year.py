"""Trade costs over a year, from skims of every sector in the middle of each month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

import polars as pl

from corridor.network.cost import hour_usd
from corridor.network.graph import Row
from corridor.network.network import Network, build
from corridor.routing.skims import skims_by_value
from corridor.study.settings import Scenario
from corridor.study.study import Study
from corridor.trade.costs import trade_costs
from corridor.trade.sectors import carried

MONTHS = 12
MID_MONTH = 15
EVERY_LINK = "*"
_FIGURES = ("time_h", "time_p95_h", "cost_usd", "border_h", "border_usd")
_KEYS = ("origin", "destination", "cargo_id")


@dataclass(frozen=True, eq=False)
class YearCosts:
    """Trade costs of a study's scenarios, each over the days of some months.

    sectors: with the elasticities that trade reaches. skims: those computed so far, by scenario and
    day, so that none is computed twice.
    """

    study: Study
    sectors: pl.DataFrame
    skims: dict[tuple[str, dt.date], pl.DataFrame] = field(default_factory=dict)

    def over(
        self,
        scenario: Scenario,
        days: Iterable[dt.date],
        *,
        banned: tuple[str, ...] | None = None,
    ) -> pl.DataFrame:
        """Return the trade costs of a scenario over its skims on some days.

        Rules that forbid the trade of two countries on every link leave it no route; banned: only
        the trade of these countries with each other, null: of all.
        """
        network = _network(self.study, scenario)
        tables = self.study.tables
        days_by_bans = groupby(days, lambda day: _bans(network, day, banned))
        skims = [
            _without_banned(
                pl.concat(self._skims(network, scenario.scenario_id, day) for day in alike),
                tables["markets"],
                bans,
            )
            for bans, alike in days_by_bans
        ]
        return trade_costs(pl.concat(skims), self.sectors, tables["cargoes"], tables["markets"])

    def _skims(self, network: Network, scenario_id: str, day: dt.date) -> pl.DataFrame:
        key = (scenario_id, day)
        if key not in self.skims:
            self.skims[key] = sector_skims(self.study, network, day)
        return self.skims[key]


def middles(start: dt.date, count: int) -> tuple[dt.date, ...]:
    """Return the middle days of a number of months, the first on or after a day.

    >>> [str(d) for d in middles(dt.date(2026, 7, 20), 2)]
    ['2026-08-15', '2026-09-15']
    """
    first = start.year * 12 + start.month - 1 + (start.day > MID_MONTH)
    return tuple(dt.date(m // 12, m % 12 + 1, MID_MONTH) for m in range(first, first + count))


def sector_skims(study: Study, network: Network, day: dt.date) -> pl.DataFrame:
    """Return skims of every sector on routes, by those that suit what an hour costs it."""
    unit_t = dict(study.tables["cargoes"].select("cargo_id", "t_per_unit").iter_rows())
    places = _places(study, network)

    skims = []
    on_routes = carried(study.tables["sectors"])
    for (cargo,), sectors in on_routes.group_by("cargo_id", maintain_order=True):
        cargo_id = str(cargo)
        hours_usd = _hours_usd(sectors, unit_t[cargo_id])
        frames = skims_by_value(
            network, hours_usd, cargo=cargo_id, depart=day, places=places, with_risk=False
        )
        for frame, sector_id in zip(frames, sectors["sector_id"], strict=True):
            of_sector = pl.Series("sector_id", [sector_id], dtype=pl.String)
            column = of_sector.new_from_index(0, frame.height)
            skims.append(frame[[*_KEYS, *_FIGURES]].insert_column(len(_KEYS), column))
    return pl.concat(skims)


def _bans(
    network: Network, day: dt.date, banned: tuple[str, ...] | None
) -> list[tuple[str | None, str | None]]:
    """Return from which country to which one goods are forbidden on every link on a day.

    Null: any country. Sanctions, and rules of one cargo or carrier, are not among them.
    """
    bans = []
    for rule in network.rows("rules"):
        ends = (rule["origin_country"], rule["destination_country"])
        of_some = (rule["cargo_id"], rule["carrier_country"], rule["authority"])
        is_ban = rule["effect"] == "forbid" and rule["row_id"] == EVERY_LINK and any(ends)
        is_concerned = banned is None or set(ends) == set(banned)
        if is_ban and is_concerned and not any(of_some) and _is_in_force(rule, day):
            bans.append(ends)
    return bans


def _is_in_force(rule: Row, day: dt.date) -> bool:
    from_on = rule["from_on"]
    to_on = rule["to_on"]
    return (from_on is None or from_on <= day) and (to_on is None or day < to_on)


def _without_banned(
    skims: pl.DataFrame, markets: pl.DataFrame, bans: list[tuple[str | None, str | None]]
) -> pl.DataFrame:
    """Return skims in which goods that are forbidden have no route."""
    if not bans:
        return skims

    country_of = dict(markets.select("node_id", "country").iter_rows())
    from_country = pl.col("origin").replace_strict(country_of, default=None)
    to_country = pl.col("destination").replace_strict(country_of, default=None)
    is_banned = pl.any_horizontal(
        (from_country == origin if origin else pl.lit(True))
        & (to_country == destination if destination else pl.lit(True))
        for origin, destination in bans
    )
    return skims.with_columns(pl.when(~is_banned).then(column).alias(column) for column in _FIGURES)


def _hours_usd(sectors: pl.DataFrame, unit_t: float) -> list[float]:
    """Return what an hour costs one unit of each sector's goods."""
    return [
        hour_usd(unit_t * sector["usd_per_t"], sector["time_value_share_per_day"])
        for sector in sectors.iter_rows(named=True)
    ]


def _places(study: Study, network: Network) -> list[str]:
    """Return the places of the table markets that the network has."""
    nodes = network.by_id("nodes")
    places = study.tables["markets"]["node_id"].unique(maintain_order=True)
    return [node_id for node_id in places.to_list() if node_id in nodes]


def _network(study: Study, scenario: Scenario) -> Network:
    """Return the network of a scenario, under the choices laid over the study's own scenario."""
    if scenario.scenario_id == study.scenario.scenario_id:
        return study.network
    return build(
        study.tables,
        choices={**scenario.choices, **_extra_choices(study)},
        change_ids=scenario.changes,
        inputs=study.hash,
        catalogues=study.catalogues,
    )


def _extra_choices(study: Study) -> Mapping[str, str]:
    """Return the choices laid over those of the study's scenario (by --choose)."""
    declared = study.scenarios[study.scenario.scenario_id].choices
    return {
        parameter: option
        for parameter, option in study.scenario.choices.items()
        if declared.get(parameter) != option
    }
