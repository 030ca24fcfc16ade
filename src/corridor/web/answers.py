"""Answers: routes, the year's calendar, what is open and why not, as JSON takes them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from corridor.charts.distance import distance_points
from corridor.charts.style import lettered
from corridor.closures.criticality import rank
from corridor.errors import CallError
from corridor.network import hazards
from corridor.network.calendar import day_of, minute, next_open
from corridor.network.changes import Closure, snapshot
from corridor.network.memory import Derived
from corridor.network.names import resolve_place
from corridor.network.network import Network
from corridor.network.openings import forbidden_by, link_openings, shut_by
from corridor.network.rules import Party, applying
from corridor.routing.route import Routes as Found
from corridor.routing.route import route
from corridor.routing.whynot import SHUT_LONG_MIN, Opening, why_not
from corridor.routing.year import departures
from corridor.tables.columns import OPEN_STATUS
from corridor.tables.csv import SPREADSHEET_INSTANT, csv_text
from corridor.tables.schema import layer
from corridor.web import questions
from corridor.web.limits import MOST_DEPARTURES
from corridor.web.what_if import Laid

LEG_KEYS = (
    "kind",
    "link_id",
    "terminal_id",
    "service_id",
    "mode",
    "layer",
    "from_node_id",
    "to_node_id",
    "country",
    "depart_at",
    "arrive_at",
    "wait_h",
    "time_h",
    "fixed_h",
    "length_km",
    "cost_usd",
    "carbon_kg",
    "source_id",
    "confidence",
)
STRAIGHT = "Lines join places; they do not show where a road or railway lies."
POINT_KEYS = ("drawn", "stop", "km", "km_to", "time_h", "time_to_h", "cost_usd", "cost_to_usd")


def as_json(value: Any) -> bytes:
    """Return a value as JSON in ASCII; dates in ISO 8601."""
    return json.dumps(value, default=_plain, separators=(",", ":"), allow_nan=False).encode()


def records(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table, numbers to four digits after the point, null for those without
    end."""
    numbers = [c for c, t in frame.schema.items() if t.is_float()]
    kept = [pl.when(pl.col(c).is_finite()).then(pl.col(c).round(4)).alias(c) for c in numbers]
    return frame.with_columns(kept).to_dicts()


def find(laid: Laid, asked: questions.Routes) -> Found:
    """Return the routes asked for. Raises like :func:`corridor.routing.route.route`."""
    return route(
        laid.network,
        asked.origin,
        asked.destination,
        cargo=asked.cargo,
        depart=asked.depart,
        criteria=asked.criteria,
        max_routes=asked.max_routes,
        **asked.options(),
    )


def routes(laid: Laid, asked: questions.Routes) -> dict[str, Any]:
    """Return routes with their legs, the corners of their distance diagrams and what is not open on
    the day."""
    found = find(laid, asked)
    named = lettered(found.routes)
    legs: dict[str, list[dict[str, Any]]] = {}
    for leg in records(found.legs):
        legs.setdefault(leg["route_id"], []).append({k: leg[k] for k in LEG_KEYS})
    points: dict[str, list[dict[str, Any]]] = {}
    if found.legs.height:
        for point in records(distance_points(found.legs, laid.network.frames["nodes"])):
            points.setdefault(point["route_id"], []).append({k: point[k] for k in POINT_KEYS})
    return {
        **about(laid),
        "pareto_count": found.pareto_count,
        "reason": found.reason,
        "warnings": list(found.warnings),
        "routes": [
            {
                **row,
                "legs": legs.get(row["route_id"], []),
                "points": points.get(row["route_id"], []),
            }
            for row in records(named)
        ],
        "openings": [_opening(o) for o in found.openings],
        "elements": openness(laid, asked),
        "provenance": {"study": laid.study.id, **found.provenance},
    }


def about(laid: Laid) -> dict[str, Any]:
    """Return which state an answer is of, in words."""
    return {
        "scenario": laid.scenario.scenario_id,
        "on": laid.on,
        "choices": dict(laid.network.choices),
        "what_if": [{k: v for k, v in row.items() if v is not None} for row in laid.rows],
    }


def calendar(laid: Laid, asked: questions.Calendar) -> dict[str, Any]:
    """Return the best route by one criterion for every departure of a range, or why there is
    none."""
    days = (asked.until - asked.depart).days // asked.every_days + 1
    if days > MOST_DEPARTURES:
        raise CallError(
            f"{days} departures are asked for; {MOST_DEPARTURES} is the most at once. Ask for a "
            "shorter range."
        )
    frame = departures(
        laid.network,
        asked.origin,
        asked.destination,
        cargo=asked.cargo,
        depart=f"{asked.depart}..{asked.until}",
        criteria=(asked.criterion,),
        every_days=asked.every_days,
        **asked.options(),
    )
    return {**about(laid), "departures": records(frame)}


def why(laid: Laid, asked: questions.WhyNot) -> dict[str, Any]:
    """Return why the best routes do not use an element, and what opening it would change."""
    found = why_not(
        laid.network,
        asked.origin,
        asked.destination,
        asked.element,
        cargo=asked.cargo,
        depart=asked.depart,
        **asked.options(),
    )
    return {
        **about(laid),
        "element": found.element,
        "links": list(found.links),
        "closures": list(found.closures),
        "openings": [_opening(o) for o in found.openings],
        "comparison": records(found.comparison),
        "verdict": found.verdict,
    }


def openness(laid: Laid, asked: questions.State | None = None) -> dict[str, dict[str, Any]]:
    """Return every link that is not plainly open on the day: planned, shut or barred to this cargo,
    since and until when.

    A window counts where it keeps the link shut for more than three days, as in
    :mod:`corridor.whynot`.
    """
    at_min = minute(laid.on)
    day = snapshot(laid.network, at_min)
    if isinstance(asked, questions.Trip):
        return _openness(day, at_min, _barred(day, asked, at_min))
    return day.once(Derived.OPENNESS.of(at_min), lambda: _openness(day, at_min, {}))


def _openness(
    day: Network, at_min: int, barred: Mapping[int, list[Closure]]
) -> dict[str, dict[str, Any]]:
    opened = link_openings(day, at_min)
    links = day.rows("links")
    found = dict[str, dict[str, Any]]()
    for i, (link, closures, spans) in enumerate(
        zip(links, opened.closures, opened.spans, strict=True)
    ):
        dated = shut_by(closures, at_min)
        opens = next_open(spans, at_min)
        windowed = (
            []
            if dated or opens is not None and opens <= at_min + SHUT_LONG_MIN
            else [c for c in closures if c.kind == "window"]
        )
        reasons = [*dated, *windowed, *barred.get(i, ())]
        if reasons:
            planned = any(c.kind == "status" for c in dated) and link["status"] not in (
                "closed",
                OPEN_STATUS,
            )
            state = "planned" if planned else "shut" if dated or windowed else "barred"
            found[link["link_id"]] = {
                "state": state,
                "opens_on": None if opens is None or opens == at_min else day_of(opens),
                "why": [closure(c) for c in reasons],
            }
    return found


def closure(shut: Closure) -> dict[str, Any]:
    """Return a closure as JSON takes it."""
    return {
        "kind": shut.kind,
        "id": shut.closure_id,
        "from_on": None if shut.from_min is None else day_of(shut.from_min),
        "to_on": None if shut.to_min is None else day_of(shut.to_min),
        "source_id": shut.source_id,
        "note": shut.note,
    }


def network(laid: Laid) -> dict[str, Any]:
    """Return places and links as GeoJSON features, with what is not open on the day."""
    day = snapshot(laid.network, minute(laid.on))
    nodes = day.by_id("nodes")
    peers: dict[frozenset[str], int] = {}
    lines = []
    for link in day.rows("links"):
        ends = frozenset((link["from_node_id"], link["to_node_id"]))
        rank = peers[ends] = peers.get(ends, -1) + 1
        # One side of the pair, whatever the link's direction, so that parallel ones lie beside each
        # other.
        a, b = (nodes[n] for n in sorted((link["from_node_id"], link["to_node_id"])))
        lines.append(
            feature(
                "LineString",
                [[a["lon_deg"], a["lat_deg"]], [b["lon_deg"], b["lat_deg"]]],
                {
                    "id": link["link_id"],
                    "from": link["from_node_id"],
                    "to": link["to_node_id"],
                    "mode": link["mode"],
                    "layer": layer(link["mode"], link["gauge_mm"]),
                    "status": link["status"],
                    "length_km": link["length_km"],
                    "rank": (rank + 1) // 2 * (1 if rank % 2 else -1),
                    "border": nodes[link["from_node_id"]]["country"]
                    != nodes[link["to_node_id"]]["country"],
                },
            )
        )
    degree: dict[str, int] = {}
    for line in lines:
        for end in ("from", "to"):
            node = line["properties"][end]
            degree[node] = degree.get(node, 0) + 1
    places = [
        feature(
            "Point",
            [n["lon_deg"], n["lat_deg"]],
            {
                "id": n["node_id"],
                "name": n["name"],
                "country": n["country"],
                "kind": n["kind"],
                "unlocode": n["unlocode"],
                "degree": degree.get(n["node_id"], 0),
            },
        )
        for n in nodes.values()
    ]
    return {
        **about(laid),
        "links": collection(lines),
        "nodes": collection(places),
        "elements": openness(laid),
    }


def threats(laid: Laid) -> dict[str, Any]:
    """Return the hazards, the links each covers and the chance that it shuts them on the day."""
    day = snapshot(laid.network, minute(laid.on))
    bits = hazards.link_bits(day)
    ids = day.frames["links"]["link_id"].to_list()
    rows = [
        {
            **row,
            "shut_share": hazards.shut_share(row, laid.on),
            "links": [link for link, mask in zip(ids, bits.tolist(), strict=True) if mask >> h & 1],
        }
        for h, row in enumerate(day.rows("hazards"))
    ]
    return {**about(laid), "hazards": rows}


def criticality(laid: Laid) -> dict[str, Any]:
    """Return what the failure of each link would cost the study's demand a year, worst first, as
    ``corridor rank`` says it.

    Links whose failure costs nothing are left out; without demand there are none.
    """
    demand = laid.network.frames["demand"]
    if not demand.height:
        return {**about(laid), "links": []}
    found = rank(laid.network, demand, by="loss_usd_per_year", on=laid.on, kinds=("link",), pairs=0)
    kept = found.filter(pl.col("loss_usd_per_year") > 0).drop("kind", "joint_usd_per_year")
    return {**about(laid), "links": records(kept)}


def feature(kind: str, coordinates: Any, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return a GeoJSON feature."""
    return {
        "type": "Feature",
        "properties": dict(properties),
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def collection(features: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return a GeoJSON feature collection."""
    return {"type": "FeatureCollection", "features": list(features)}


def geojson(laid: Laid, found: Found) -> dict[str, Any]:
    """Return routes as GeoJSON, one feature a route, its places joined by straight lines."""
    nodes = laid.network.by_id("nodes")
    made = []
    for row in records(lettered(found.routes)):
        legs = found.legs.filter(
            (pl.col("route_id") == row["route_id"]) & (pl.col("kind") == "link")
        )
        ends = [*legs["from_node_id"].to_list()[:1], *legs["to_node_id"].to_list()]
        made.append(
            feature(
                "LineString",
                [[nodes[n]["lon_deg"], nodes[n]["lat_deg"]] for n in ends],
                {**row, "links": legs["link_id"].to_list()},
            )
        )
    return {**collection(made), "provenance": dict(found.provenance), "note": STRAIGHT}


def routes_csv(found: Found) -> bytes:
    """Return the routes as CSV, with the letters they have on the page."""
    named = lettered(found.routes)
    return csv(named.select("route_id", "letter", pl.exclude("route_id", "letter")))


def legs_csv(laid: Laid, found: Found) -> bytes:
    """Return the legs as CSV, with the letters of their routes and the names of places."""
    names = {n["node_id"]: n["name"] for n in laid.network.rows("nodes")}
    named = lettered(found.legs).with_columns(
        pl.col(f"{end}_node_id").replace_strict(names, return_dtype=pl.String).alias(f"{end}_name")
        for end in ("from", "to")
    )
    first = ("route_id", "letter", "leg", "kind", "from_name", "to_name")
    return csv(named.select(*first, pl.exclude(*first)))


def legs_geojson(laid: Laid, found: Found) -> dict[str, Any]:
    """Return the legs of routes as GeoJSON, one line a leg under way; handling at terminals has
    none."""
    nodes = laid.network.by_id("nodes")
    made = []
    for row in records(lettered(found.legs).filter(pl.col("kind") == "link")):
        ends = [
            [nodes[row[end]]["lon_deg"], nodes[row[end]]["lat_deg"]]
            for end in ("from_node_id", "to_node_id")
        ]
        places = {
            "from_name": nodes[row["from_node_id"]]["name"],
            "to_name": nodes[row["to_node_id"]]["name"],
        }
        made.append(feature("LineString", ends, {**row, **places}))
    return {**collection(made), "provenance": dict(found.provenance), "note": STRAIGHT}


def csv(frame: pl.DataFrame) -> bytes:
    """Return a table as CSV in UTF-8: lists parted by semicolons, instants in UTC as spreadsheets
    read them."""
    return csv_text(frame, datetime_format=SPREADSHEET_INSTANT).encode()


def _barred(day: Network, asked: questions.Trip, at_min: int) -> dict[int, list[Closure]]:
    nodes = day.by_id("nodes")
    ends = [
        nodes[resolve_place(day, text.partition("@")[0])]["country"]
        for text in (asked.origin, asked.destination)
    ]
    party = Party(asked.cargo, ends[0], ends[1], asked.carrier)
    return forbidden_by(applying(day, party), at_min)


def _opening(opening: Opening) -> dict[str, Any]:
    return {
        "closures": [closure(c) for c in opening.closures],
        "links": [list(ids) for ids in opening.links],
        "time_h": opening.time_h,
        "cost_usd": opening.cost_usd,
    }


def _plain(value: Any) -> str:
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
