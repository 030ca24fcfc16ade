"""Made-up but plausible frames for the tests of charts and report: a small world."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from corridor.language.messages import message, pack
from corridor.projects.waiting import ALWAYS_OPEN, ALWAYS_SHUT, HISTORY
from corridor.tables.cells import frame_of
from corridor.tables.columns import Table
from corridor.tables.schema_appraisals import (
    APPRAISAL_GROUPS,
    APPRAISAL_PROJECTS,
    APPRAISAL_REVENUE,
    APPRAISAL_SWITCHING,
)
from corridor.tables.schema_phases import (
    COALITION_PLAYERS,
    COALITION_SETS,
    PHASE_COUNTRIES,
    PHASE_PROJECTS,
    PROGRAMME,
    WAIT_REGRETS,
    WAIT_RULES,
    WAIT_SHARES,
)

FUTURES = (HISTORY, ALWAYS_OPEN, ALWAYS_SHUT)
START = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
BY_ROAD = (["KZ", "KG", "PK"], ["road"], ["gate"])
BY_RAIL = (["KZ", "UZ", "PK"], ["rail"], ["gate-rail"])


def table(columns: str, rows: Iterable[Sequence[Any]], **constants: Any) -> pl.DataFrame:
    """Return a frame; columns: names with blanks between; constants: the same in each row."""
    frame = pl.DataFrame(list(rows), schema=columns.split(), orient="row", infer_schema_length=None)
    return frame.with_columns(pl.lit(value).alias(name) for name, value in constants.items())


def nodes(name_of_port: str = "Southport") -> pl.DataFrame:
    """Return six places in three countries."""
    return table(
        "node_id name country kind lon_deg lat_deg",
        [
            ("alpha", "Alpha", "KZ", "city", 76.9, 43.2),
            ("gate-n", "North Gate", "KZ", "border-crossing", 74.0, 42.9),
            ("gate-s", "South Gate", "KG", "border-crossing", 74.1, 42.8),
            ("mid", "Midway", "KG", "city", 73.0, 40.5),
            ("port", name_of_port, "PK", "seaport", 67.0, 24.8),
            ("isle", "Isle", "AE", "seaport", 55.1, 25.0),
        ],
        source_id="map-2020",
        confidence="A",
    )


def links() -> pl.DataFrame:
    """Return nine links: every mode of the routes, and one of each special kind.

    One is planned, one shut, one a sea link that goes round land.
    """
    frame = table(
        "link_id from_node_id to_node_id mode gauge_mm length_km status",
        [
            ("a-gate", "alpha", "gate-n", "road", None, 250.0, "existing"),
            ("gate", "gate-n", "gate-s", "road", None, 5.0, "existing"),
            ("gate-mid", "gate-s", "mid", "road", None, 400.0, "existing"),
            ("mid-port", "mid", "port", "road", None, 2100.0, "existing"),
            ("a-mid-rail", "alpha", "mid", "rail", 1520, 900.0, "existing"),
            ("mid-port-rail", "mid", "port", "rail", 1676, 2200.0, "planned"),
            ("gate-rail", "gate-n", "gate-s", "rail", 1520, 5.0, "closed"),
            ("port-isle", "port", "isle", "sea", None, 1300.0, "existing"),
            ("isle-round", "isle", "alpha", "sea", None, 9000.0, "existing"),
        ],
    )
    return frame.with_columns(
        operator=pl.lit(None, dtype=pl.String),
        source_id=pl.lit("lines-2021"),
        confidence=pl.lit("C"),
    )


def legs() -> pl.DataFrame:
    """Return the legs of two routes.

    r0 goes all by road over one border, r1 by rail, with a wait, and then by road.
    """
    road = {"mode": "road", "layer": "road"}
    rail = {"mode": "rail", "layer": "rail-1520"}
    by_road = [
        link_leg("a-gate", "alpha", "gate-n", 250.0, 10.0, 300.0, **road),
        link_leg("gate", "gate-n", "gate-s", 5.0, 9.0, 120.0, **road, fixed_h=8.5, confidence="C"),
        link_leg("gate-mid", "gate-s", "mid", 400.0, 20.0, 500.0, **road, rate_confidence="C"),
        link_leg("mid-port", "mid", "port", 2100.0, 90.0, 2600.0, **road),
    ]
    by_rail = [
        link_leg("a-mid-rail", "alpha", "mid", 900.0, 40.0, 600.0, **rail, wait_h=24.0),
        terminal_leg("mid", 30.0, 250.0),
        link_leg("mid-port", "mid", "port", 2100.0, 95.0, 2500.0, **road),
    ]

    rows = [
        numbered(leg, route_id, number)
        for route_id, route in (("r0", by_road), ("r1", by_rail))
        for number, leg in enumerate(route)
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def money() -> pl.DataFrame:
    """Return what the money of the two routes is paid for."""
    return table(
        "route_id table row_id cost_usd",
        [
            ("r0", "rates", "lorry", 3320.0),
            ("r0", "charges", "transit-fee", 200.0),
            ("r1", "rates", "wagon", 3100.0),
            ("r1", "terminals", "mid-change", 250.0),
        ],
    )


def link_leg(
    link_id: str,
    start: str,
    end: str,
    length_km: float,
    time_h: float,
    cost_usd: float,
    **others: Any,
) -> dict[str, Any]:
    """Return a leg over a link, without hours of waiting or at a border."""
    return {
        "kind": "link",
        "link_id": link_id,
        "terminal_id": None,
        "from_node_id": start,
        "to_node_id": end,
        "time_h": time_h,
        "length_km": length_km,
        "cost_usd": cost_usd,
        "rate_source_id": "map-2020",
        "rate_confidence": "B",
        **others,
    }


def terminal_leg(node: str, time_h: float, cost_usd: float) -> dict[str, Any]:
    """Return a leg in the terminal of a node, from which goods go on by road."""
    return {
        "kind": "terminal",
        "link_id": None,
        "terminal_id": f"{node}-yard",
        "mode": "terminal",
        "layer": "road",
        "from_node_id": node,
        "to_node_id": node,
        "time_h": time_h,
        "fixed_h": time_h,
        "cost_usd": cost_usd,
        "rate_source_id": None,
        "rate_confidence": None,
    }


def numbered(leg: dict[str, Any], route_id: str, number: int) -> dict[str, Any]:
    """Return a leg with its place in a route; each departs a day after the one before."""
    depart_at = START + dt.timedelta(days=number)
    columns = {
        "route_id": route_id,
        "leg": number,
        "kind": None,
        "link_id": None,
        "terminal_id": None,
        "service_id": None,
        "mode": None,
        "layer": None,
        "from_node_id": None,
        "to_node_id": None,
        "country": "KZ",
        "wait_h": 0.0,
        "fixed_h": 0.0,
        "length_km": 0.0,
        "carbon_kg": 100.0,
        "source_id": "lines-2021",
        "confidence": "A",
        "rate_source_id": None,
        "rate_confidence": None,
        "time_h": None,
        "cost_usd": None,
        "depart_at": depart_at,
        "arrive_at": depart_at + dt.timedelta(hours=leg["time_h"]),
    }
    return columns | leg


def routes() -> pl.DataFrame:
    """Return the two routes of legs(): their sums, and made-up spreads."""
    by_road = {
        "route_id": "r0",
        "time_h": 129.0,
        "time_p05_h": 120.0,
        "time_p50_h": 131.0,
        "time_p95_h": 180.0,
        "on_time_share": 0.9,
        "cost_usd": 3520.0,
        "carbon_kg": 400.0,
        "risk_share": 0.12,
        "borders_count": 1,
        "transshipments_count": 0,
        "length_km": 2755.0,
        "modes": ["road"],
        "countries": ["KZ", "KG", "PK"],
        "borders": ["gate"],
        "documents": ["TIR carnet"],
        "hazards": ["snow"],
    }
    by_rail = {
        "route_id": "r1",
        "time_h": 189.0,
        "time_p05_h": 170.0,
        "time_p50_h": 192.0,
        "time_p95_h": 260.0,
        "on_time_share": 0.9,
        "cost_usd": 3350.0,
        "carbon_kg": 300.0,
        "risk_share": 0.05,
        "borders_count": 1,
        "transshipments_count": 1,
        "length_km": 3000.0,
        "modes": ["rail", "road"],
        "countries": ["KZ", "KG", "PK"],
        "borders": ["a-mid-rail"],
        "documents": [],
        "hazards": [],
    }
    return pl.DataFrame([by_road, by_rail], infer_schema_length=None)


def calendar() -> pl.DataFrame:
    """Return departures every second week of 2026.

    The first three find no route, those until July take r1, later ones r0.
    """
    rows = [
        departure(criterion, week) for criterion in ("time", "cost") for week in range(0, 52, 2)
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def departure(criterion: str, week: int) -> dict[str, Any]:
    """Return the best route of a week's first day, or why there is none."""
    by_road, by_rail = routes().iter_rows(named=True)
    depart_on = dt.date(2026, 1, 5) + dt.timedelta(weeks=week)
    trip = {"trip_id": "alpha-port", "depart_on": depart_on, "criterion": criterion}
    measures = ("time_h", "cost_usd", "carbon_kg", "risk_share")
    if week < 6:
        reason = "closed (mid-port until 2026-03-30)"
        nothing = dict.fromkeys(measures)
        return {**trip, **nothing, "countries": [], "borders": [], "reason": reason}

    best = by_road if depart_on.month >= 7 else by_rail
    columns = (*measures, "countries", "borders")
    return {**trip, **{column: best[column] for column in columns}, "reason": None}


def validation() -> pl.DataFrame:
    """Return four observations: one in the band, one near, one missed, one not measured."""
    observed = [
        ("o1", "Lorry Alpha-Midway", "time_h", 30.0, 28.0, 33.0),
        ("o2", "Train Alpha-Midway", "time_h", 60.0, None, None),
        ("o3", "Price Alpha-Southport", "cost_usd", 9000.0, None, None),
        ("o4", "First run", "time_h", None, None, None),
    ]
    model = [
        (25.0, 31.0, 50.0, "inside band", None),
        (62.0, 70.0, 90.0, "within 25 %", "no queue that day"),
        (3000.0, 3500.0, 4000.0, "miss", "a fair"),
        (100.0, 130.0, 190.0, "possible", None),
    ]
    return table(
        "observation_id name metric value value_low value_high "
        "model_p05 model_p50 model_p95 verdict explains",
        [(*left, *right) for left, right in zip(observed, model, strict=True)],
        kind="ordinary",
        trip="first",
        route="alpha road midway",
        is_on_route=True,
        source_id="lines-2021",
        confidence="A",
    )


def evidence() -> pl.DataFrame:
    """Return rows of two tables by confidence."""
    return table(
        "table confidence rows",
        [("links", "A", 2), ("links", "B", 3), ("links", "C", 4), ("nodes", "A", 6)],
    )


LOSS_OF_OWN = pl.when(element_id="mid-port").then(2e6).otherwise(1e6)


def ranked() -> pl.DataFrame:
    """Return what the loss of one would cost: of three links, a pair, a place and a crossing.

    Two of the links are a stretch.
    """
    north = "North Gate - South Gate"
    south = "Midway - Southport"
    return table(
        "kind element_id name loss_usd_per_year unserved_usd_per_year",
        [
            ("crossing", "crossing:KZ-KG", "KZ - KG", 9e8, 0.0),
            ("link", "gate", north, 6e8, 1e4),
            ("link", "mid-port", south, 3.5e8, 0.0),
            ("link", "gate-mid", "South Gate - Midway", 6e8, 1e4),
            ("stretch", "gate gate-mid", "North Gate - Midway", 6e8, 1e4),
            ("own stretch", "gate gate-mid", "North Gate - Midway", 6e8, 1e4),
            ("node", "port", "Port of Southport", 1.2e9, 2e4),
            ("pair", "gate mid-port", f"{north} and {south}", 1.5e9, 0.0),
        ],
        disjoint_count=1,
    ).with_columns(
        column.alias(f"{prefix}loss_{name}")
        for prefix, usd in (("", pl.col("loss_usd_per_year")), ("own_", LOSS_OF_OWN))
        for name, column in (
            ("usd_per_year", usd),
            ("low_usd_per_year", 0.5 * usd),
            ("high_usd_per_year", 2.0 * usd),
            ("share", usd / 5e9),
        )
    )


def years() -> pl.DataFrame:
    """Return the cost of fifty years of closures in each of two cases."""
    losses = {
        case: [1e6 * (i * i % 97 + lowest) for i in range(50)]
        for case, lowest in (("half-shut", 40), ("open", 10))
    }
    return pl.concat(
        [pl.DataFrame({"case": case, "loss_usd": loss_usd}) for case, loss_usd in losses.items()]
    )


def years_summary() -> pl.DataFrame:
    """Return the means of years()."""
    cases = years().group_by("case", maintain_order=True)
    means = cases.agg(
        mean=pl.col("loss_usd").mean(),
        standard_error=pl.when(pl.col("case").first() == "open").then(1.5e6),
    )
    return means.with_columns(measure=pl.lit("loss_usd"))


def by_hazard() -> pl.DataFrame:
    """Return which hazards the losses of a case come from."""
    return table(
        "case name loss_usd_per_year loss_share",
        [
            ("half-shut", "Snow at Midway", 3.1e7, 0.66),
            ("half-shut", "Southport flooded", 1.55e7, 0.34),
        ],
        known_low_usd=1e7,
        known_high_usd=4e7,
        own_loss_usd_per_year=5e5,
        own_known_low_usd=2e5,
        own_known_high_usd=9e5,
    )


def shifted() -> pl.DataFrame:
    """Return the tonnes that leave one link and join another."""
    return table("link_id difference", [("mid-port", -3.2e6), ("a-mid-rail", 1.1e6)])


def second_corridors() -> pl.DataFrame:
    """Return what a second corridor is worth."""
    return table(
        "measure difference standard_error",
        [("undisturbed_usd", 1e7, 0.0), ("loss_usd", -2.7e6, 6e5), ("all_usd", 7.3e6, 6e5)],
        scenario="Half-Shut",
        without_scenario="Unbuilt",
    )


def replay() -> pl.DataFrame:
    """Return one closure that happened."""
    return table(
        "name observed_change claimed_change all_stopped_change model_change",
        [("Southport 2025", -0.529, -0.4, -0.44, -0.246)],
    )


def target() -> pl.DataFrame:
    """Return the way to a target: growth and two scenarios."""
    return table(
        "kind step value_usd low_usd high_usd",
        [
            ("growth", None, 1.09e8, None, None),
            ("scenario", "Half-Shut", 1.07e8, 1.06e8, 1.08e8),
            ("scenario", "Unbuilt", 1.203e8, 1.15e8, 1.27e8),
        ],
        series="Alpha Customs",
        base_usd=1.016e8,
        target_usd=1e9,
        ends_on=dt.date(2025, 12, 31),
    )


def pair_costs() -> pl.DataFrame:
    """Return what carriage costs one way under two scenarios."""
    return table(
        "from_name to_name title freight_share time_share reliability_share border_share "
        "cost_share",
        [
            ("Alpha", "Southport", title, freight, 0.02, 0.005, 0.045, freight + 0.07)
            for title, freight in (("Half-Shut", 0.42), ("Unbuilt", 0.38))
        ],
    )


def potential() -> pl.DataFrame:
    """Return what is and could be traded of two kinds of goods."""
    return table(
        "from_name to_name name traded_usd potential_usd",
        [
            ("Alpha", "Southport", "Ores", 1.9e6, 2.783e8),
            ("Alpha", "Southport", "Wool", 1.16e7, 9.31e7),
        ],
    )


def gains() -> pl.DataFrame:
    """Return who gains and who loses under a scenario."""
    return table(
        "name real_income_change_share low_share high_share",
        [("Alphaland", 0.0149, 0.0141, 0.0158), ("Isles", -0.0017, None, None)],
        title="Unbuilt",
    )


def scenarios() -> pl.DataFrame:
    """Return the trips of results() under their own scenario and one with every gate open.

    isle-alpha finds a route only there.
    """
    known_road = (*BY_ROAD, 0.1, 0.2, None)  # little of it rests on estimates
    half_shut = [
        ("alpha-port", "half-shut", "time", 129.0, 131.0, 180.0, 3520.0, *known_road),
        ("alpha-port", "half-shut", "cost", 189.0, 192.0, 260.0, 3350.0, *known_road),
        ("alpha-port", "half-shut", "cost in time", 129.0, 131.0, 180.0, 3520.0, *known_road),
        ("isle-alpha", "half-shut", "time", *[None] * 9, "closed (gate-rail until reopened)"),
    ]

    weak_road = (*BY_ROAD, 0.5, 0.6, None)
    weak_rail = (*BY_RAIL, 0.5, 0.6, None)
    guessed_rail = (*BY_RAIL, 1.0, 1.0, None)
    all_open = [
        ("alpha-port", "open", "time", 100.0, 96.0, 150.0, 3600.0, *weak_rail),
        ("alpha-port", "open", "cost", 189.0, 192.0, 260.0, 3350.0, *known_road),
        ("alpha-port", "open", "cost in time", 101.0, 98.0, 150.0, 3400.0, *weak_road),
        ("isle-alpha", "open", "time", 48.0, 48.0, 60.0, 900.0, *guessed_rail),
        ("isle-alpha", "open", "cost", 48.0, 48.0, 60.0, 900.0, *guessed_rail),
        ("isle-alpha", "open", "cost in time", 48.0, 48.0, 60.0, 900.0, *guessed_rail),
    ]
    return table(
        "trip_id scenario criterion time_h time_p50_h time_p95_h cost_usd countries modes borders "
        "weak_time_share weak_cost_share reason",
        [*half_shut, *all_open],
    )


def results(name_of_port: str = "Southport") -> dict[str, object]:
    """Return all a report takes: one trip with routes, one without."""
    return {
        "study": study(),
        "trips": [trip_with_routes(name_of_port), trip_without_routes()],
        "nodes": nodes(name_of_port),
        "links": links(),
        "calendar": calendar(),
        "closures": closures(),
        "validation": validation(),
        "evidence": evidence(),
        "scenarios": scenarios(),
        "sources": sources(),
        "provenance": {"version": "0.1.0", "seed": 7, "inputs": {"links": "ab12"}, "draws": 1000},
    }


def study() -> dict[str, Any]:
    """Return a study with its own scenario and one that asks a question."""
    half_shut = {
        "title": "Gate half shut",
        "about": "",
        "question": None,
        "beside": None,
        "as_of": dt.date(2026, 7, 1),
        "sources": [],
    }
    is_open = {
        "title": "Gate open",
        "about": "Trains pass.",
        "question": "What does the shut gate cost?",
        "beside": None,
        "as_of": dt.date(2026, 7, 1),
        "sources": ["lines-2021"],
    }
    return {
        "id": "small",
        "title": "A small world",
        "licence": "CC0",
        "price_year": 2025,
        "projects_asked": {"railway": "Does the railway pay?"},
        "scenario": {
            "title": "Gate half shut",
            "about": "The gate is shut to trains.",
            "as_of": dt.date(2026, 7, 1),
        },
        "scenario_id": "half-shut",
        "scenarios": {"half-shut": half_shut, "open": is_open},
    }


def trip_with_routes(name_of_port: str) -> dict[str, Any]:
    """Return the trip from Alpha to the port."""
    return {
        "trip_id": "alpha-port",
        "question": f"How do boxes reach {name_of_port}?",
        "origin": "Alpha",
        "destination": name_of_port,
        "cargo": "40-foot box",
        "depart": dt.date(2026, 7, 1),
        "routes": routes(),
        "legs": legs(),
        "pareto_count": 5,
        "reason": None,
        "warnings": ["hours of one border are a guess"],
    }


def trip_without_routes() -> dict[str, Any]:
    """Return the trip from the isle to Alpha, which finds no route."""
    return {
        "trip_id": "isle-alpha",
        "question": None,
        "origin": "Isle",
        "destination": "Alpha",
        "cargo": "40-foot box",
        "depart": dt.date(2026, 7, 1),
        "routes": routes().clear(),
        "legs": legs().clear(),
        "pareto_count": 0,
        "reason": "closed (gate-rail until reopened)",
        "warnings": [],
    }


def closures() -> pl.DataFrame:
    """Return one closure, still in force."""
    since = dt.date(2026, 1, 1)
    return table(
        "element kind what from_on to_on source_id",
        [("crossing:KZ-KG", "change", "gate shut to trains", since, None, "lines-2021")],
    )


def sources() -> pl.DataFrame:
    """Return two sources; the second one's address must not become a link."""
    return table(
        "source_id citation year where licence",
        [
            ("lines-2021", "Railway Almanac", 2021, "https://example.org/a p. 3", None),
            ("map-2020", "Atlas", 2020, "javascript:alert(1)", "CC0"),
        ],
    )


def project_rows() -> dict[str, pl.DataFrame]:
    """Return what two projects are worth: a railway that does not pay, and a window that does."""
    railway = project_row("railway", "Midway-Southport", 2031, 4e9, -3e9, None)
    window = project_row("window", "North Gate", 2029, 2e7, 9e7, 0.4)
    groups = [
        ("railway", "KZ", "builders", -3.3e9, 0.0),
        ("railway", "KZ", "shippers", 2.5e8, 2.5e7),
        ("railway", "KG", "state revenue", 8e7, 8e6),
        ("railway", None, "carbon", -3e7, -3e6),
        ("window", "KG", "shippers", 9e7, 9e6),
    ]
    revenue = [
        ("railway", "KG", "carriers", "transit", 3e7, 5e7, 2e7),
        ("railway", "PK", "state revenue", "own", 4e7, 3e7, -1e7),
    ]
    switching = [
        ("railway", "capex", -3.3e9, -0.91, -2.3e9, -3.7e9),
        ("railway", "shippers", 2.5e8, 12.0, -3.1e9, -2.9e9),
        ("railway", "carbon", -3e7, -100.0, -2.99e9, -3.01e9),
        ("railway", "benefits", 3e8, 10.0, -3.1e9, -2.9e9),
    ]
    return {
        "appraisal_projects": frame_of(APPRAISAL_PROJECTS, [window, railway]),
        "appraisal_groups": _declared(APPRAISAL_GROUPS, groups),
        "appraisal_revenue": _declared(APPRAISAL_REVENUE, revenue),
        "appraisal_switching": _declared(APPRAISAL_SWITCHING, switching),
    }


def project_row(
    project_id: str, name: str, opens: int, capex: float, npv: float, rate: float | None
) -> dict[str, Any]:
    """Return a row of ``appraisal_projects``."""
    return dict.fromkeys(column.name for column in APPRAISAL_PROJECTS.columns) | {
        "project_id": project_id,
        "name": name,
        "requires": [],
        "convention": "adb",
        "first_year": 2027,
        "open_year": opens,
        "last_year": opens + 20,
        "capex_usd": capex,
        "capex_expected_usd": 1.3 * capex,
        "hurdle_share": 0.09,
        "benefit_usd_per_year": 3e7,
        "npv_usd": npv,
        "npv_p5_usd": npv - 1e8,
        "npv_p95_usd": npv + 1e7,
        "return_share": rate,
        "return_p95_share": rate,
        "benefit_cost_ratio": 1.0 + npv / capex,
        "below_hurdle_share": 0.1 if npv > 0 else 1.0,
        "converged": True,
    }


def programme_rows() -> dict[str, pl.DataFrame]:
    """Return a programme of both: the window is begun at once, and two countries must agree."""
    programme = ("open", "adb", 2027, 2035, 9e7, 3, 1e5, ["gate-shut"], 5e7, 4e7, True, 1e6)
    projects = [
        ("railway", "Midway-Southport", None, None, 4e9, None, 3e7, None, 1),
        ("window", "North Gate", 2027, 2029, 2e7, 3e7, 9e6, 9e6, 2),
    ]
    players = [
        ("KG", 0.0, 6e7, None, 4.5e7, 9e7, 4.5e7, -1.5e7),
        ("PK", 0.0, 3e7, None, 4.5e7, 9e7, 4.5e7, 1.5e7),
        ("KZ", 0.0, -1e6, None, -1e6, -1e6, -1e6, 0.0),
    ]
    sets = [
        ("KG PK", 2, 9e7, ["window"], [], 0.0),
        ("KG KZ PK", 3, 8.9e7, ["window"], [], 0.0),
        ("KG", 1, 0.0, [], [], 4.5e7),
    ]
    regrets = [
        (plan, kind, future, 5e7, 0.0 if plan == future else 1e7)
        for plan in FUTURES
        for kind in ("policy", "fixed")
        for future in FUTURES
    ]
    rule = message("{places} open", places="Gate")
    rules = [("window", ["gate-shut"], ["open"], 1, 2027, 2027, 1.0, [], rule, pack(rule))]
    return {
        "programme": _declared(PROGRAMME, [programme]),
        "phase_projects": _declared(PHASE_PROJECTS, projects),
        "phase_countries": _declared(PHASE_COUNTRIES, [("KG", 6.5e7, 5e6, 6e7)]),
        "coalition_players": _declared(COALITION_PLAYERS, players),
        "coalition_sets": _declared(COALITION_SETS, sets),
        "wait_rules": _declared(WAIT_RULES, rules),
        "wait_regrets": _declared(WAIT_REGRETS, regrets),
        "wait_shares": _declared(
            WAIT_SHARES, [("railway", 3e9, 3e8, 0.0, None), ("window", 3e7, 1.2e8, 0.0, 0.25)]
        ),
    }


def _declared(declared: Table, rows: Sequence[Sequence[Any]]) -> pl.DataFrame:
    """Return rows, in the order of its columns, as a declared table."""
    names = [column.name for column in declared.columns]
    return frame_of(declared, [dict(zip(names, row, strict=True)) for row in rows])


def path_points(path: str) -> list[tuple[float, float]]:
    """Return the points of a path of straight lines, as a viewer reads it; none of another."""
    if re.search(r"[^MlZ\d\s.-]", path):
        return []

    points: list[tuple[float, float]] = []
    for command, numbers in re.findall(r"([MlZ])([^MlZ]*)", path):
        values = [float(text) for text in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", numbers)]
        for x, y in zip(values[::2], values[1::2], strict=True):
            last = points[-1] if command == "l" else (0.0, 0.0)
            points.append((last[0] + x, last[1] + y))
    return points
