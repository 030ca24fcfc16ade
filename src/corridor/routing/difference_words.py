"""Difference words: what the best routes of an answer take more than those of another one, told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from corridor.language.messages import figure, joined, message
from corridor.routing.corridor_words import corridor_message
from corridor.units import DAY_H

Row = Mapping[str, Any]
KG_PER_T = 1000


def difference_sentence(condition: str, rows: Sequence[Row]) -> str:
    """Return a difference in words.

    condition: what holds now and not in the baseline. rows: of ``best`` of
    :class:`corridor.routing.differences.Difference`, in the order of the criteria.
    """
    if rows[0]["route_id"] is None or rows[0]["baseline_route_id"] is None:
        return _one_sided(condition, rows)

    moved = [row for row in rows if _differs(row)]
    if not moved:
        return message(
            "{condition} nothing changes for the best routes: the quickest still takes {days} "
            "days by {corridor}.",
            condition=condition,
            days=_days(rows[0]["time_h"]),
            corridor=corridor_message(rows[0]["corridor"]),
        )

    alike = [row for row in rows if not _differs(row)]
    with_lead = [row for row in moved[1:] if _routes_of(row) == _routes_of(moved[0])]
    others = [row for row in moved[1:] if _routes_of(row) != _routes_of(moved[0])]

    sentences = [_lead(condition, moved[0])]
    if with_lead:
        names = joined([_route_name(row) for row in with_lead], ", ")
        sentences.append(message("It is {routes} too.", routes=names))
    sentences += map(_further, others[:1])
    if alike:
        names = joined([_route_name(row) for row in alike], ", ")
        sentences.append(message("As before: {routes}.", routes=names))
    return joined(sentences, " ")


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
            corridor=corridor_message(quickest["baseline_corridor"]),
        )
    return message(
        "{condition} there is a route, where there was none: {days} days by {corridor}.",
        condition=condition,
        days=_days(quickest["time_h"]),
        corridor=corridor_message(quickest["corridor"]),
    )


def _lead(condition: str, row: Row) -> str:
    """Return the sentence on the first criterion whose best route differs."""
    figures = {
        "condition": condition,
        "route": _route_name(row),
        "takes": _takes(row),
        "extra": _extra_words(row),
        "corridor": corridor_message(row["corridor"]),
        "corridor_before": corridor_message(row["baseline_corridor"]),
    }
    if row["corridor"] == row["baseline_corridor"]:
        return message(
            "{condition} {route} {takes}: {extra}; it still goes by {corridor}.",
            **figures,
        )
    return message(
        "{condition} {route} {takes}: {extra}; it goes by {corridor} instead of {corridor_before}.",
        **figures,
    )


def _takes(row: Row) -> str:
    """Return how long a route takes beside the baseline's, in days as they are written."""
    days = _days(row["time_h"])
    days_before = _days(row["baseline_time_h"])
    if days == days_before:
        return message("takes {days} days as before", days=days)
    return message("takes {days} days instead of {days_before}", days=days, days_before=days_before)


def _further(row: Row) -> str:
    """Return the sentence on another criterion whose best route differs."""
    return message(
        "For {route}: {extra}, by {corridor}.",
        route=_route_name(row),
        extra=_extra_words(row),
        corridor=corridor_message(row["corridor"]),
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
            return message("the route of least risk")


def _extra_words(row: Row) -> str:
    """Return what a route takes more, in words: +2.8 d, +USD 299, +1.9 t CO2e."""
    return joined(_extra_parts(row) or [message("much the same")], ", ")


def _extra_parts(row: Row) -> list[str]:
    """Return what a route takes more, without what rounds to nothing."""
    days = row["extra_h"] / DAY_H
    usd = row["extra_usd"]
    kg = row["extra_carbon_kg"]
    points = 100 * row["extra_risk_share"]

    parts: list[str] = []
    if round(days, 1) > 0:
        parts.append(message("{days} d", days=figure(days, "+,.1f")))
    if round(days, 1) < 0:
        parts.append(message("{days} d less", days=figure(-days, ",.1f")))
    if round(usd) > 0:
        parts.append(message("+USD {amount}", amount=figure(usd)))
    if round(usd) < 0:
        parts.append(message("USD {amount} less", amount=figure(-usd)))
    if round(kg):
        parts.append(_extra_mass(kg))
    if not parts and round(points):
        parts.append(message("{points} in 100 of risk", points=figure(points, "+,.0f")))
    return parts


def _extra_mass(kg: float) -> str:
    """Return how much more or less carbon, in tonnes from one on."""
    if kg >= KG_PER_T:
        return message("{mass} t CO2e", mass=figure(kg / KG_PER_T, "+,.1f"))
    if kg <= -KG_PER_T:
        return message("{mass} t CO2e less", mass=figure(-kg / KG_PER_T, ",.1f"))
    if kg > 0:
        return message("{mass} kg CO2e", mass=figure(kg, "+,.0f"))
    return message("{mass} kg CO2e less", mass=figure(-kg))


def _days(hours: float) -> str:
    return figure(hours / DAY_H, ",.1f")
