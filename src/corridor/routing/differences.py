"""Differences: what an answer takes more than another one, corridor by corridor.

A corridor is the same in both answers where it has the same name, though the route listed of it may
be another one. The baseline is what an answer is compared with. Figures are those a person reads
first: median hours (as planned where there is no median), money, carbon and the chance of a
closure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import polars as pl

from corridor.language.messages import message
from corridor.routing.difference_words import difference_sentence
from corridor.routing.order import time_order

Row = Mapping[str, Any]

FIGURES = ("hours", "cost_usd", "carbon_kg", "risk_share")
EXTRAS = ("extra_h", "extra_usd", "extra_carbon_kg", "extra_risk_share")
CRITERIA = {
    "time": "hours",
    "value": "generalised_cost_usd",
    "cost": "cost_usd",
    "carbon": "carbon_kg",
    "risk": "risk_share",
}
_EXTRA_TYPES = dict.fromkeys(EXTRAS, pl.Float64)
_CORRIDOR_TYPES = {
    "corridor": pl.String,
    "route_id": pl.String,
    "baseline_route_id": pl.String,
    "state": pl.String,
    **_EXTRA_TYPES,
}
_BEST_TYPES = {
    "criterion": pl.String,
    "route_id": pl.String,
    "baseline_route_id": pl.String,
    "corridor": pl.String,
    "baseline_corridor": pl.String,
    "time_h": pl.Float64,
    "baseline_time_h": pl.Float64,
    **_EXTRA_TYPES,
}


class Listed(Protocol):
    """Routes and their legs, as :class:`corridor.routing.route.Routes` has them."""

    @property
    def routes(self) -> pl.DataFrame:
        """One row a route."""

    @property
    def legs(self) -> pl.DataFrame:
        """Their links and terminals."""


class Pair(NamedTuple):
    """A corridor as an answer and the baseline list it, as rows of routes; null where one does not.

    Added to each: hours, the median, as planned where there is none; and links, in their order.
    """

    now: Row | None
    before: Row | None


@dataclass(frozen=True, eq=False)
class Difference:
    """What an answer takes more than its baseline.

    Attributes
    ----------
    corridors
        One row a corridor: corridor, route_id and baseline_route_id (null where an answer does not
        list it), state, and what it takes more: extra_h, extra_usd, extra_carbon_kg and
        extra_risk_share, null where one of the answers does not list it. state: ``same``,
        ``changed`` (same links, other figures), ``rerouted`` (other links of the corridor), ``new``
        (listed now only) or ``gone`` (listed in the baseline only).
    best
        One row a criterion (time, value, cost, carbon, risk): the route that is best by it now and
        in the baseline, with its corridor, median hours, and the same extras. value is least
        generalised cost. Nulls where an answer has no route.
    """

    corridors: pl.DataFrame
    best: pl.DataFrame

    def sentence(self, condition: str | None = None) -> str:
        """Return the difference in words.

        The first criterion whose best route differs leads; then those it is the best route of too,
        the next that differs, and those that do not. condition: what holds now and not in the
        baseline, such as ``With Khunjerab closed``; null: the baseline is named without saying what
        it is.
        """
        condition = condition or message("Compared with the baseline")
        return difference_sentence(condition, self.best.to_dicts())


def difference(answer: Listed, baseline: Listed) -> Difference:
    """Return what the routes of an answer take more than those of a baseline."""
    pairs = pair_corridors(answer, baseline)
    corridors = [_corridor_row(pair) for pair in pairs]
    rows_now = [pair.now for pair in pairs if pair.now is not None]
    rows_before = [pair.before for pair in pairs if pair.before is not None]
    best = [
        _best_row(criterion, Pair(_best(rows_now, criterion), _best(rows_before, criterion)))
        for criterion in CRITERIA
    ]
    return Difference(
        pl.DataFrame(corridors, schema=_CORRIDOR_TYPES), pl.DataFrame(best, schema=_BEST_TYPES)
    )


def pair_corridors(answer: Listed, baseline: Listed) -> list[Pair]:
    """Return the routes of an answer with those of a baseline by the same corridor.

    First those of the answer, in their order, then those of the baseline that are left. Where
    several have one name, those by the same links belong together, then those through the same
    countries, else the first with the first.
    """
    rows = _listed_rows(answer)
    left = _listed_rows(baseline)
    partners: dict[str, Row] = {}
    keys: tuple[Callable[[Row], Any], ...] = (
        lambda row: (row["corridor"], row["links"]),
        lambda row: (row["corridor"], row["countries"], row["modes"]),
        lambda row: row["corridor"],
    )

    for key in keys:
        for row in rows:
            partner = next((other for other in left if key(other) == key(row)), None)
            if partner is not None and row["route_id"] not in partners:
                partners[row["route_id"]] = partner
                left.remove(partner)

    pairs = [Pair(row, partners.get(row["route_id"])) for row in rows]
    return [*pairs, *(Pair(None, row) for row in left)]


def _listed_rows(answer: Listed) -> list[Row]:
    """Return rows of routes with the hours a person reads first, and their links."""
    on_links = answer.legs.filter(pl.col("kind") == "link")
    links = on_links.group_by("route_id", maintain_order=True).agg(pl.col("link_id").alias("links"))
    hours = pl.coalesce("time_p50_h", "time_h").alias("hours")
    routes = answer.routes.with_columns(hours)
    with_links = routes.join(links, on="route_id", how="left", maintain_order="left")
    return list(with_links.iter_rows(named=True))


def _best(rows: Sequence[Row], criterion: str) -> Row | None:
    """Return the best row by a criterion, the quickest of equal ones; null for none."""
    if criterion == "time":
        return min(rows, key=time_order, default=None)
    column = CRITERIA[criterion]
    return min(rows, key=lambda row: (row[column], *time_order(row)), default=None)


def _corridor_row(pair: Pair) -> dict[str, Any]:
    either = pair.now or pair.before
    assert either is not None
    extras = _extras(pair)
    return {
        "corridor": either["corridor"],
        "route_id": pair.now and pair.now["route_id"],
        "baseline_route_id": pair.before and pair.before["route_id"],
        "state": _state(pair, extras),
        **extras,
    }


def _best_row(criterion: str, pair: Pair) -> dict[str, Any]:
    row: dict[str, Any] = {"criterion": criterion, **_extras(pair)}
    for prefix, side in (("", pair.now), ("baseline_", pair.before)):
        row[f"{prefix}route_id"] = side and side["route_id"]
        row[f"{prefix}corridor"] = side and side["corridor"]
        row[f"{prefix}time_h"] = side and side["hours"]
    return row


def _state(pair: Pair, extras: Mapping[str, float | None]) -> str:
    """Return the word for what became of a corridor."""
    if pair.before is None:
        return "new"
    if pair.now is None:
        return "gone"
    if pair.now["links"] != pair.before["links"]:
        return "rerouted"
    return "changed" if any(extras.values()) else "same"


def _extras(pair: Pair) -> dict[str, float | None]:
    """Return what a route takes more than in the baseline; nulls where one is lacking."""
    if pair.now is None or pair.before is None:
        return dict.fromkeys(EXTRAS)
    return {
        extra: round(pair.now[name] - pair.before[name], 4)
        for extra, name in zip(EXTRAS, FIGURES, strict=True)
    }
