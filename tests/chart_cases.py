"""Made-up but plausible frames for the tests of charts and report: a small world, two routes, one
year."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

START = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)


def nodes(name_of_port: str = "Southport") -> pl.DataFrame:
    """Return six places in three countries."""
    rows = [
        ("alpha", "Alpha", "KZ", "city", 76.9, 43.2),
        ("gate-n", "North Gate", "KZ", "border-crossing", 74.0, 42.9),
        ("gate-s", "South Gate", "KG", "border-crossing", 74.1, 42.8),
        ("mid", "Midway", "KG", "city", 73.0, 40.5),
        ("port", name_of_port, "PK", "seaport", 67.0, 24.8),
        ("isle", "Isle", "AE", "seaport", 55.1, 25.0),
    ]
    return pl.DataFrame(
        [
            dict(
                zip(("node_id", "name", "country", "kind", "lon_deg", "lat_deg"), row, strict=True)
            )
            | {"source_id": "map-2020", "confidence": "A"}
            for row in rows
        ]
    )


def links() -> pl.DataFrame:
    """Return nine links: every mode of the routes, one planned, one shut, one sea way that goes
    round land."""
    columns = ("link_id", "from_node_id", "to_node_id", "mode", "gauge_mm", "length_km", "status")
    rows = [
        ("a-gate", "alpha", "gate-n", "road", None, 250.0, "existing"),
        ("gate", "gate-n", "gate-s", "road", None, 5.0, "existing"),
        ("gate-mid", "gate-s", "mid", "road", None, 400.0, "existing"),
        ("mid-port", "mid", "port", "road", None, 2100.0, "existing"),
        ("a-mid-rail", "alpha", "mid", "rail", 1520, 900.0, "existing"),
        ("mid-port-rail", "mid", "port", "rail", 1676, 2200.0, "planned"),
        ("gate-rail", "gate-n", "gate-s", "rail", 1520, 5.0, "closed"),
        ("port-isle", "port", "isle", "sea", None, 1300.0, "existing"),
        ("isle-round", "isle", "alpha", "sea", None, 9000.0, "existing"),
    ]
    return pl.DataFrame(
        [dict(zip(columns, row, strict=True)) for row in rows],
        schema_overrides={"gauge_mm": pl.Int64},
    ).with_columns(
        operator=pl.lit(None, dtype=pl.String),
        source_id=pl.lit("lines-2021"),
        confidence=pl.lit("C"),
    )


def legs() -> pl.DataFrame:
    """Return the legs of two routes: r0 all by road over one border, r1 by rail and then road, with
    a wait."""

    def leg(
        route_id: str, number: int, way: tuple[str, str, str | None, str, str], **figures: Any
    ) -> dict[str, Any]:
        start, end, link_id, mode, layer = way
        row = {
            "route_id": route_id,
            "leg": number,
            "kind": "link" if link_id else "terminal",
            "link_id": link_id,
            "terminal_id": None if link_id else f"{start}-yard",
            "service_id": None,
            "mode": mode,
            "layer": layer,
            "from_node_id": start,
            "to_node_id": end,
            "country": "KZ",
            "wait_h": 0.0,
            "fixed_h": 0.0,
            "length_km": 0.0,
            "carbon_kg": 100.0,
            "source_id": "lines-2021",
            "confidence": "A",
            "rate_source_id": "map-2020" if link_id else None,
            "rate_confidence": "B" if link_id else None,
            **figures,
        }
        depart = START + dt.timedelta(days=number)
        return row | {"depart_at": depart, "arrive_at": depart + dt.timedelta(hours=row["time_h"])}

    rows = [
        leg(
            "r0",
            0,
            ("alpha", "gate-n", "a-gate", "road", "road"),
            time_h=10.0,
            length_km=250.0,
            cost_usd=300.0,
        ),
        leg(
            "r0",
            1,
            ("gate-n", "gate-s", "gate", "road", "road"),
            time_h=9.0,
            fixed_h=8.5,
            length_km=5.0,
            cost_usd=120.0,
            confidence="C",
        ),
        leg(
            "r0",
            2,
            ("gate-s", "mid", "gate-mid", "road", "road"),
            time_h=20.0,
            length_km=400.0,
            cost_usd=500.0,
            rate_confidence="C",
        ),
        leg(
            "r0",
            3,
            ("mid", "port", "mid-port", "road", "road"),
            time_h=90.0,
            length_km=2100.0,
            cost_usd=2600.0,
        ),
        leg(
            "r1",
            0,
            ("alpha", "mid", "a-mid-rail", "rail", "rail-1520"),
            time_h=40.0,
            wait_h=24.0,
            length_km=900.0,
            cost_usd=600.0,
        ),
        leg(
            "r1",
            1,
            ("mid", "mid", None, "terminal", "road"),
            time_h=30.0,
            fixed_h=30.0,
            cost_usd=250.0,
        ),
        leg(
            "r1",
            2,
            ("mid", "port", "mid-port", "road", "road"),
            time_h=95.0,
            length_km=2100.0,
            cost_usd=2500.0,
        ),
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def routes() -> pl.DataFrame:
    """Return the two routes of legs(): their sums, and made-up spreads."""
    rows = [
        {
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
        },
        {
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
        },
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def calendar() -> pl.DataFrame:
    """Return departures every second week of 2026: none in the first three, then r1's way, from
    July r0's."""
    first = routes().row(0, named=True), routes().row(1, named=True)
    rows = []
    for criterion in ("time", "cost"):
        for week in range(0, 52, 2):
            day = dt.date(2026, 1, 5) + dt.timedelta(days=7 * week)
            best = None if week < 6 else first[0 if day.month >= 7 else 1]
            rows.append(
                {
                    "trip_id": "alpha-port",
                    "depart_on": day,
                    "criterion": criterion,
                    **{
                        name: best[name] if best else None
                        for name in ("time_h", "cost_usd", "carbon_kg", "risk_share")
                    },
                    "countries": best["countries"] if best else [],
                    "borders": best["borders"] if best else [],
                    "reason": None if best else "closed (mid-port until 2026-03-30)",
                }
            )
    return pl.DataFrame(rows, infer_schema_length=None)


def validation() -> pl.DataFrame:
    """Return four observations: one in the band, one near, one missed, one not measured."""
    columns = (
        "observation_id",
        "name",
        "metric",
        "value",
        "value_low",
        "value_high",
        "model_p05",
        "model_p50",
        "model_p95",
        "verdict",
        "explains",
    )
    rows = [
        (
            "o1",
            "Lorry Alpha-Midway",
            "time_h",
            30.0,
            28.0,
            33.0,
            25.0,
            31.0,
            50.0,
            "inside band",
            None,
        ),
        (
            "o2",
            "Train Alpha-Midway",
            "time_h",
            60.0,
            None,
            None,
            62.0,
            70.0,
            90.0,
            "within 25 %",
            "no queue that day",
        ),
        (
            "o3",
            "Price Alpha-Southport",
            "cost_usd",
            9000.0,
            None,
            None,
            3000.0,
            3500.0,
            4000.0,
            "miss",
            "a fair",
        ),
        ("o4", "First run", "time_h", None, None, None, 100.0, 130.0, 190.0, "possible", None),
    ]
    return pl.DataFrame(
        [dict(zip(columns, row, strict=True)) for row in rows], infer_schema_length=None
    ).with_columns(source_id=pl.lit("lines-2021"), confidence=pl.lit("A"))


def evidence() -> pl.DataFrame:
    """Return rows of two tables by confidence."""
    rows = [("links", "A", 2), ("links", "B", 3), ("links", "C", 4), ("nodes", "A", 6)]
    return pl.DataFrame(rows, schema=["table", "confidence", "rows"], orient="row")


def ranked() -> pl.DataFrame:
    """Return what the loss of one would cost: of two links, their pair, a place and a crossing."""
    rows = [
        ("crossing", "crossing:KZ-KG", "KZ - KG", 9e8, 0.0),
        ("link", "gate", "North Gate - South Gate", 6e8, 1e4),
        ("link", "mid-port", "Midway - Southport", 3.5e8, 0.0),
        ("node", "port", "Port of Southport", 1.2e9, 2e4),
        ("pair", "gate mid-port", "North Gate - South Gate and Midway - Southport", 1.5e9, 0.0),
    ]
    names = ["kind", "element_id", "name", "loss_usd_per_year", "unserved_usd_per_year"]
    return pl.DataFrame(rows, schema=names, orient="row")


def years() -> pl.DataFrame:
    """Return the cost of fifty years of closures in each of two cases."""
    return pl.concat(
        [
            pl.DataFrame(
                {"case": case, "loss_usd": [1e6 * (i * i % 97 + first) for i in range(50)]}
            )
            for case, first in (("half-shut", 40), ("open", 10))
        ]
    )


def years_summary() -> pl.DataFrame:
    """Return the means of years()."""
    return (
        years()
        .group_by("case", maintain_order=True)
        .agg(
            mean=pl.col("loss_usd").mean(),
            standard_error=pl.when(pl.col("case").first() == "open").then(1.5e6),
        )
        .with_columns(measure=pl.lit("loss_usd"))
    )


def by_hazard() -> pl.DataFrame:
    """Return which hazards the losses of a case come from."""
    rows = [
        ("half-shut", "Snow at Midway", 3.1e7, 0.66),
        ("half-shut", "Southport flooded", 1.55e7, 0.34),
    ]
    return pl.DataFrame(
        rows, schema=["case", "name", "loss_usd_per_year", "loss_share"], orient="row"
    )


def shifted() -> pl.DataFrame:
    """Return the tonnes that leave one link and join another."""
    return pl.DataFrame({"link_id": ["mid-port", "a-mid-rail"], "difference": [-3.2e6, 1.1e6]})


def second_corridors() -> pl.DataFrame:
    """Return what a second corridor is worth."""
    rows = [("undisturbed_usd", 1e7, 0.0), ("loss_usd", -2.7e6, 6e5), ("all_usd", 7.3e6, 6e5)]
    return pl.DataFrame(
        rows, schema=["measure", "difference", "standard_error"], orient="row"
    ).with_columns(scenario=pl.lit("Half-Shut"), without_scenario=pl.lit("Unbuilt"))


def replay() -> pl.DataFrame:
    """Return one closure that happened."""
    return pl.DataFrame(
        [
            {
                "name": "Southport 2025",
                "observed_change": -0.529,
                "claimed_change": -0.4,
                "all_stopped_change": -0.44,
                "model_change": -0.246,
            }
        ]
    )


def target() -> pl.DataFrame:
    """Return the way to a target: growth and two scenarios."""
    rows = [
        ("growth", None, 1.09e8, None, None),
        ("scenario", "Half-Shut", 1.07e8, 1.06e8, 1.08e8),
        ("scenario", "Unbuilt", 1.203e8, 1.15e8, 1.27e8),
    ]
    return pl.DataFrame(
        rows, schema=["kind", "step", "value_usd", "low_usd", "high_usd"], orient="row"
    ).with_columns(
        series=pl.lit("Alpha Customs"),
        base_usd=1.016e8,
        target_usd=1e9,
        ends_on=pl.lit(dt.date(2025, 12, 31)),
    )


def pair_costs() -> pl.DataFrame:
    """Return what carriage costs one way under two scenarios."""
    return pl.DataFrame(
        [
            {
                "from_name": "Alpha",
                "to_name": "Southport",
                "title": title,
                "freight_share": freight,
                "time_share": 0.02,
                "reliability_share": 0.005,
                "border_share": 0.045,
                "cost_share": freight + 0.07,
            }
            for title, freight in (("Half-Shut", 0.42), ("Unbuilt", 0.38))
        ]
    )


def potential() -> pl.DataFrame:
    """Return what is and could be traded of two kinds of goods."""
    return pl.DataFrame(
        [
            {
                "from_name": "Alpha",
                "to_name": "Southport",
                "name": name,
                "traded_usd": now,
                "potential_usd": could,
            }
            for name, now, could in (("Ores", 1.9e6, 2.783e8), ("Wool", 1.16e7, 9.31e7))
        ]
    )


def gains() -> pl.DataFrame:
    """Return who gains and who loses under a scenario."""
    rows = [("Alphaland", 0.0149, 0.0141, 0.0158), ("Isles", -0.0017, None, None)]
    return pl.DataFrame(
        rows, schema=["name", "real_income_change_share", "low_share", "high_share"], orient="row"
    ).with_columns(title=pl.lit("Unbuilt"))


def scenarios() -> pl.DataFrame:
    """Return the trip of results() under its own scenario and one with every gate open; isle-alpha
    finds a way there."""
    columns = (
        "trip_id",
        "scenario",
        "criterion",
        "time_h",
        "time_p50_h",
        "time_p95_h",
        "cost_usd",
        "countries",
        "modes",
        "borders",
        "weak_time_share",
        "weak_cost_share",
        "reason",
    )
    by_road = (["KZ", "KG", "PK"], ["road"], ["gate"])
    by_rail = (["KZ", "UZ", "PK"], ["rail"], ["gate-rail"])
    rows = [
        ("alpha-port", "half-shut", "time", 129.0, 131.0, 180.0, 3520.0, *by_road, 0.1, 0.2, None),
        ("alpha-port", "half-shut", "cost", 189.0, 192.0, 260.0, 3350.0, *by_road, 0.1, 0.2, None),
        (
            "alpha-port",
            "half-shut",
            "cost in time",
            129.0,
            131.0,
            180.0,
            3520.0,
            *by_road,
            0.1,
            0.2,
            None,
        ),
        ("isle-alpha", "half-shut", "time", *[None] * 9, "closed (gate-rail until reopened)"),
        ("alpha-port", "open", "time", 100.0, 96.0, 150.0, 3600.0, *by_rail, 0.5, 0.6, None),
        ("alpha-port", "open", "cost", 189.0, 192.0, 260.0, 3350.0, *by_road, 0.1, 0.2, None),
        (
            "alpha-port",
            "open",
            "cost in time",
            101.0,
            98.0,
            150.0,
            3400.0,
            *by_road,
            0.5,
            0.6,
            None,
        ),
        ("isle-alpha", "open", "time", 48.0, 48.0, 60.0, 900.0, *by_rail, 1.0, 1.0, None),
        ("isle-alpha", "open", "cost", 48.0, 48.0, 60.0, 900.0, *by_rail, 1.0, 1.0, None),
        ("isle-alpha", "open", "cost in time", 48.0, 48.0, 60.0, 900.0, *by_rail, 1.0, 1.0, None),
    ]
    return pl.DataFrame(rows, schema=columns, orient="row", infer_schema_length=None)


def results(name_of_port: str = "Southport") -> dict[str, object]:
    """Return all a report takes: one trip with routes, one without."""
    trip = {
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
    none = trip | {
        "trip_id": "isle-alpha",
        "question": None,
        "origin": "Isle",
        "destination": "Alpha",
        "routes": routes().clear(),
        "legs": legs().clear(),
        "pareto_count": 0,
        "warnings": [],
        "reason": "closed (gate-rail until reopened)",
    }
    return {
        "study": {
            "id": "small",
            "title": "A small world",
            "licence": "CC0",
            "price_year": 2025,
            "scenario": {
                "title": "Gate half shut",
                "about": "The gate is shut to trains.",
                "as_of": dt.date(2026, 7, 1),
            },
            "scenario_id": "half-shut",
            "scenarios": {
                "half-shut": {
                    "title": "Gate half shut",
                    "about": "",
                    "question": None,
                    "beside": None,
                    "sources": [],
                },
                "open": {
                    "title": "Gate open",
                    "about": "Trains pass.",
                    "question": "What does the shut gate cost?",
                    "beside": None,
                    "sources": ["lines-2021"],
                },
            },
        },
        "trips": [trip, none],
        "nodes": nodes(name_of_port),
        "links": links(),
        "calendar": calendar(),
        "closures": pl.DataFrame(
            [
                {
                    "element": "crossing:KZ-KG",
                    "kind": "change",
                    "what": "gate shut to trains",
                    "from_on": dt.date(2026, 1, 1),
                    "to_on": None,
                    "source_id": "lines-2021",
                }
            ]
        ),
        "validation": validation(),
        "evidence": evidence(),
        "scenarios": scenarios(),
        "sources": pl.DataFrame(
            [
                {
                    "source_id": "lines-2021",
                    "citation": "Railway Almanac",
                    "year": 2021,
                    "where": "https://example.org/a p. 3",
                    "licence": None,
                },
                {
                    "source_id": "map-2020",
                    "citation": "Atlas",
                    "year": 2020,
                    "where": "javascript:alert(1)",
                    "licence": "CC0",
                },
            ]
        ),
        "provenance": {"version": "0.1.0", "seed": 7, "inputs": {"links": "ab12"}, "draws": 1000},
    }
