"""Catalogue: what a study offers to ask about, and the charts of its answers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from corridor.charts import routes as charts
from corridor.charts.style import CONFIDENCE_HUES, HUES, STYLES
from corridor.errors import UnknownName
from corridor.network.calendar import minute
from corridor.network.changes import snapshot
from corridor.tables import schema
from corridor.tables.columns import MODES
from corridor.web import questions
from corridor.web.answers import about, find
from corridor.web.limits import (
    FIRST_YEAR,
    LAST_YEAR,
    MOST_CHANGES,
    MOST_DEPARTURES,
    MOST_REQUIRED,
    MOST_ROUTES,
)
from corridor.web.what_if import Laid

CHARTS = ("pareto", "time-distance", "cost-distance", "route-map")
CREDIT = (
    "Land and borders: Natural Earth. Borders are drawn as Natural Earth holds them; disputed "
    "ones are no claim. Lines join places and do not show where a road or railway lies."
)


def study(laid: Laid, trouble: str | None) -> dict[str, Any]:
    """Return what a study offers to ask about, its styles and the limits; trouble: why the files
    are not read."""
    known = laid.study
    tables = laid.study.tables
    nodes = snapshot(laid.network, minute(laid.on)).rows("nodes")
    options: dict[str, list[dict[str, Any]]] = {}
    for row in tables["parameters"].iter_rows(named=True):
        parameter, _, option = row["option_id"].partition(":")
        options.setdefault(parameter, []).append(
            {"option": option, "meaning": row["meaning"], "default": row["is_default"]}
        )
    return {
        **about(laid),
        "id": known.id,
        "title": known.title,
        "price_year": known.settings.price_year,
        "licence": known.settings.licence,
        "default_scenario": known.settings.default_scenario,
        "trouble": trouble,
        "credit": CREDIT,
        "scenarios": [
            {
                "id": s.scenario_id,
                "title": s.title,
                "about": s.about,
                "as_of": s.as_of,
                "changes": s.changes,
                "choices": dict(s.choices),
            }
            for s in known.scenarios.values()
        ],
        "places": sorted(
            (
                {
                    "id": n["node_id"],
                    "name": n["name"],
                    "country": n["country"],
                    "kind": n["kind"],
                    "unlocode": n["unlocode"],
                }
                for n in nodes
            ),
            key=lambda n: n["name"],
        ),
        "countries": {r["country"]: r["name"] for r in tables["countries"].iter_rows(named=True)},
        "cargoes": [
            {
                k: r[k]
                for k in (
                    "cargo_id",
                    "name",
                    "form",
                    "t_per_unit",
                    "teu_per_unit",
                    "value_usd_per_unit",
                    "time_value_share_per_day",
                )
            }
            for r in tables["cargoes"].iter_rows(named=True)
        ],
        "modes": list(MODES),
        "parameters": options,
        "carriers": tables["rules"]["carrier_country"].drop_nulls().unique().sort().to_list(),
        "changes": tables["changes"]["change_id"].unique(maintain_order=True).to_list(),
        "trips": [
            {
                "trip_id": t.trip_id,
                "origin": t.origin,
                "destination": t.destination,
                "cargo": t.cargo,
                "depart": t.depart,
            }
            for t in known.trips
        ],
        "styles": {
            key: {"name": s.name, "hue": s.hue, "dash": s.dash, "width": s.width}
            for key, s in STYLES.items()
        },
        "hues": HUES,
        "confidence_hues": CONFIDENCE_HUES,
        "confidences": schema.table("links").column("confidence").meaning,
        "limits": {
            "changes": MOST_CHANGES,
            "routes": MOST_ROUTES,
            "required": MOST_REQUIRED,
            "departures": MOST_DEPARTURES,
            "first_on": dt.date(FIRST_YEAR, 1, 1),
            "last_on": dt.date(LAST_YEAR, 12, 31),
        },
    }


def chart(laid: Laid, asked: questions.Routes, name: str) -> dict[str, Any]:
    """Return a chart of the routes asked for as a Vega-Lite specification; UnknownName for a chart
    there is none of."""
    if name not in CHARTS:
        raise UnknownName("chart", name, CHARTS)
    found = find(laid, asked)
    if not found.routes.height:
        return {"description": found.reason, "reason": found.reason}
    nodes = laid.network.frames["nodes"]
    links = laid.network.frames["links"]
    match name:
        case "pareto":
            made = charts.pareto(found.routes)
        case "time-distance":
            made = charts.time_distance(found.legs, nodes)
        case "cost-distance":
            made = charts.cost_distance(found.legs, nodes)
        case _:
            made = charts.route_map(nodes, links, found.legs)
    spec: dict[str, Any] = made.to_dict()
    return spec
