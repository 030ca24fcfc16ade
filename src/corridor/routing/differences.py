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

from corridor.language.messages import figure, joined, message
from corridor.units import DAY_H

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
KG_PER_T = 1000
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

        The first criterion whose best route differs leads; then the others that differ, and those
        that do not. condition: what holds now and not in the baseline, such as ``With Khunjerab
        closed``; null: the baseline is named without saying what it is.
        """
        condition = condition or message("Compared with the baseline")
        rows = self.best.to_dicts()
        if not rows or rows[0]["route_id"] is None or rows[0]["baseline_route_id"] is None:
            return _one_sided(condition, rows)

        moved = [row for row in rows if _differs(row)]
        if not moved:
            return message(
                "{condition} nothing changes for the best routes: the quickest still takes {days} "
                "days by {corridor}.",
                condition=condition,
                days=_days(rows[0]["time_h"]),
                corridor=rows[0]["corridor"],
            )

        alike = [row for row in rows if not _differs(row)]
        with_lead = [row for row in moved[1:] if _routes_of(row) == _routes_of(moved[0])]
        others = [row for row in moved[1:] if row not in with_lead]

        sentences = [_lead(condition, moved[0])]
        if with_lead:
            names = joined([_route_name(row) for row in with_lead], ", ")
            sentences.append(message("It is {routes} too.", routes=names))
        sentences += map(_further, others[:1])
        if alike:
            names = joined([_route_name(row) for row in alike], ", ")
            sentences.append(message("As before: {routes}.", routes=names))
        return joined(sentences, " ")


def difference(answer: Listed, baseline: Listed) -> Difference:
    """Return what the routes of an answer take more than those of a baseline."""
    pairs = pair_corridors(answer, baseline)
    corridors = [_corridor_row(pair) for pair in pairs]
    rows_now = [pair.now for pair in pairs if pair.now is not None]
    rows_before = [pair.before for pair in pairs if pair.before is not None]
    best = [
        _best_row(criterion, Pair(_best(rows_now, column), _best(rows_before, column)))
        for criterion, column in CRITERIA.items()
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


def _best(rows: Sequence[Row], column: str) -> Row | None:
    """Return the row of the least value, the quicker of equal ones; null for none."""
    return min(rows, key=lambda row: (row[column], row["hours"]), default=None)


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


# Words


def _differs(row: Row) -> bool:
    return row["corridor"] != row["baseline_corridor"] or bool(_extra_parts(row))


def _routes_of(row: Row) -> tuple[Any, Any]:
    return row["route_id"], row["baseline_route_id"]


def _one_sided(condition: str, rows: Sequence[Row]) -> str:
    """Return the sentence on answers of which one or both have no route."""
    quickest = rows[0]
    if quickest["route_id"] is None and quickest["baseline_route_id"] is None:
        return message("{condition} there is no route, as before.", condition=condition)
    if quickest["route_id"] is None:
        return message(
            "{condition} there is no route; before, the quickest took {days} days by {corridor}.",
            condition=condition,
            days=_days(quickest["baseline_time_h"]),
            corridor=quickest["baseline_corridor"],
        )
    return message(
        "{condition} there is a route, where there was none: {days} days by {corridor}.",
        condition=condition,
        days=_days(quickest["time_h"]),
        corridor=quickest["corridor"],
    )


def _lead(condition: str, row: Row) -> str:
    """Return the sentence on the first criterion whose best route differs."""
    figures = {
        "condition": condition,
        "route": _route_name(row),
        "days": _days(row["time_h"]),
        "days_before": _days(row["baseline_time_h"]),
        "extra": extra_words(row),
        "corridor": row["corridor"],
        "corridor_before": row["baseline_corridor"],
    }
    if row["corridor"] == row["baseline_corridor"]:
        return message(
            "{condition} {route} takes {days} days instead of {days_before}: {extra}; it still "
            "goes by {corridor}.",
            **figures,
        )
    return message(
        "{condition} {route} takes {days} days instead of {days_before}: {extra}; it goes by "
        "{corridor} instead of {corridor_before}.",
        **figures,
    )


def _further(row: Row) -> str:
    """Return the sentence on another criterion whose best route differs."""
    return message(
        "For {route}: {extra}, by {corridor}.",
        route=_route_name(row),
        extra=extra_words(row),
        corridor=row["corridor"],
    )


def _route_name(row: Row) -> str:
    """Return what the best route by a criterion is called."""
    match row["criterion"]:
        case "time":
            return message("the quickest route")
        case "value":
            return message("the route of best value")
        case "cost":
            return message("the cheapest route")
        case "carbon":
            return message("the route of least carbon")
        case _:
            return message("the safest route")


def extra_words(row: Row) -> str:
    """Return what a route takes more, in words: +2.8 d, +USD 299, +1.9 t CO2e."""
    return joined(_extra_parts(row) or [message("much the same")], ", ")


def _extra_parts(row: Row) -> list[str]:
    """Return what a route takes more, without what rounds to nothing."""
    days = row["extra_h"] / DAY_H
    usd = row["extra_usd"]
    kg = row["extra_carbon_kg"]
    points = 100 * row["extra_risk_share"]

    parts: list[str] = []
    if round(days, 1):
        parts.append(message("{days} d", days=figure(days, "+,.1f")))
    if round(usd) > 0:
        parts.append(message("+USD {amount}", amount=figure(usd)))
    if round(usd) < 0:
        parts.append(message("-USD {amount}", amount=figure(-usd)))
    if round(kg) and abs(kg) < KG_PER_T:
        parts.append(message("{mass} kg CO2e", mass=figure(kg, "+,.0f")))
    if abs(kg) >= KG_PER_T:
        parts.append(message("{mass} t CO2e", mass=figure(kg / KG_PER_T, "+,.1f")))
    if not parts and round(points):
        parts.append(message("{points} in 100 of risk", points=figure(points, "+,.0f")))
    return parts


def _days(hours: float) -> str:
    return figure(hours / DAY_H, ",.1f")
