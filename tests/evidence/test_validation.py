"""What was seen beside what the model says of the same trip."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest

from core_cases import link, node, read, small
from corridor.evidence.validation import DRAWS, coverage, observations_beside_model
from corridor.routing.journeys import sample
from corridor.routing.query import prepare
from corridor.routing.search import best_route
from random_networks import evidence, frame


def seen(*rows: dict[str, Any]) -> pl.DataFrame:
    return frame(
        "observations",
        [
            evidence(
                {
                    "observation_id": f"o{i}",
                    "name": "seen",
                    "origin": "a",
                    "destination": "d",
                    "cargo_id": "box",
                    "depart_on": dt.date(2026, 3, 2),
                    "scenario": "one",
                    "metric": "time_h",
                    **row,
                }
            )
            for i, row in enumerate(rows)
        ],
    )


def verdicts(*rows: dict[str, Any], **tables: Any) -> list[str]:
    return observations_beside_model(seen(*rows), lambda s: small(**tables))["verdict"].to_list()


def test_a_time_stands_beside_the_spread_of_the_same_journeys() -> None:
    row = observations_beside_model(seen({"value": 6.0}), lambda s: small()).row(0, named=True)
    asked = prepare(small(), "a", "d", cargo="box", depart="2026-03-02", options={})
    route = best_route(asked, "time")
    assert route is not None
    hours = sample(asked, route.arcs, draws=DRAWS, rng=0)
    assert [row[f"model_{p}"] for p in ("p05", "p50", "p95")] == pytest.approx(
        np.quantile(hours, (0.05, 0.5, 0.95), method="inverted_cdf").tolist()
    )
    assert row["verdict"] == "inside band"


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        ({"value": 6.0}, "inside band"),
        ({"value": 9.5}, "miss"),
        ({"value": 3.0}, "miss"),
        ({"value_low": 12.0, "value_high": 20.0}, "miss"),
        ({"value_low": 8.0, "value_high": 20.0}, "inside band"),
        ({}, "possible"),
        ({"metric": "cost_usd", "value": 300.0}, "inside band"),
        ({"metric": "cost_usd", "value": 380.0}, "within 25 %"),
        ({"metric": "cost_usd", "value": 401.0}, "miss"),
        ({"metric": "cost_usd", "value": 241.0}, "within 25 %"),
        ({"metric": "length_km", "value": 300.0}, "inside band"),
        ({"metric": "length_km", "value": 450.0}, "miss"),
        ({"metric": "speed_kmh", "value": 50.0}, "inside band"),
        ({"modes": "rail", "value": 6.0}, "no route"),
        ({"via": "b c", "value": 6.0}, "inside band"),
        ({"metric": "speed_kmh", "value": 50.0, "country": "UZ"}, "inside band"),
        ({"metric": "speed_kmh", "value": 50.0, "country": "CN"}, "no route"),
    ],
)
def test_verdicts(row: dict[str, Any], verdict: str) -> None:
    assert verdicts(row) == [verdict]


def test_the_part_in_a_country_counts_its_borders_out() -> None:
    links = [
        link("ab", "a", "b", length_km=90.0),
        link("bc", "b", "c", length_km=10.0, fixed_h=8.0),
        link("cd", "c", "d"),
    ]
    calm = [{"mode_id": "road", "mode": "road", "active_h_per_day": 24.0, "running_p95_ratio": 1.0}]
    rows = observations_beside_model(
        seen(*({"metric": "speed_kmh", "value": 10.0, "country": c} for c in (None, "KZ", "UZ"))),
        lambda s: small(
            links=links, modes=calm, nodes=[node("a"), node("b"), node("c", "UZ"), node("d", "UZ")]
        ),
    )
    assert rows["model_p50"].to_list() == pytest.approx([200 / 12, 100 / 10, 100 / 2])


@pytest.mark.slow
def test_the_studys_observations_are_all_answered_and_most_are_near() -> None:
    study = read("mid-2026")
    table = observations_beside_model(study.tables["observations"], study.network_of)
    assert (
        table["observation_id"].to_list()
        == study.tables["observations"]["observation_id"].to_list()
    )
    measured = table.filter(pl.col("verdict") != "possible")
    asked = table.filter(pl.col("observation_id").str.contains("^v[0-9]+-"))
    near = asked.filter(pl.col("verdict").is_in(["inside band", "within 25 %"]))
    assert near.height >= 8
    assert near["observation_id"].str.extract("^(v[0-9]+)-").n_unique() >= 5
    assert asked.filter(pl.col("verdict") == "possible")["observation_id"].to_list() == [
        "v8-lahore-almaty"
    ]
    assert (measured["model_p50"].is_not_null() == (measured["verdict"] != "no route")).all()
    missed = table.filter(pl.col("verdict").is_in(["miss", "no route"]))
    assert missed["explains"].null_count() == 0, missed.filter(pl.col("explains").is_null())[
        "observation_id"
    ].to_list()
    ordered = measured.drop_nulls(["model_p05", "model_p95"])
    assert (ordered["model_p05"] <= ordered["model_p50"]).all()
    assert (ordered["model_p50"] <= ordered["model_p95"]).all()


def test_a_row_says_whether_the_route_compared_is_the_observed_one() -> None:
    nodes = [node("a"), node("b"), node("c", "UZ"), node("d", "UZ")]
    rows = observations_beside_model(
        seen(
            {"value": 6.0, "country_sequences": "KZ UZ"},
            {"value": 6.0, "country_sequences": "KZ TM UZ"},
            {"value": 6.0, "require": "bc", "kind": "pilot"},
            {"value": 6.0, "avoid": "bc"},
        ),
        lambda s: small(nodes=nodes),
    )
    assert rows["is_on_route"].to_list() == [True, False, True, False]
    assert rows["route"][0] == "a road b road c road d"
    assert rows["kind"].to_list() == ["ordinary", "ordinary", "pilot", "ordinary"]


def test_hours_aboard_leave_out_the_wait_for_the_ship() -> None:
    service = {
        "service_id": "liner",
        "link_ids": "ab",
        "required": True,
        "departures_per_week": 1.0,
    }
    tables = {"links": [link("ab", "a", "b", mode="sea")], "services": [service]}
    rows = observations_beside_model(
        seen(
            {"destination": "b", "metric": "time_h", "value": 1.0, "services": "liner"},
            {"destination": "b", "metric": "ship_h", "value": 1.0, "services": "liner"},
        ),
        lambda s: small(**tables),
    )
    assert rows["is_on_route"].to_list() == [True, True]
    assert rows["model_p50"][1] < rows["model_p50"][0] - 24


def test_a_trip_that_several_rows_saw_counts_once() -> None:
    rows = observations_beside_model(
        seen(
            {"value": 6.0, "trip": "one"},
            {"value": 6.0, "trip": "one"},
            {"value": 600.0, "trip": "two"},
            {"value": 6.0, "trip": "two"},
            {"metric": "length_km", "value": 300.0, "trip": "three"},
            {"trip": "four"},
        ),
        lambda s: small(),
    )
    covered = coverage(rows)
    assert (covered.inside, covered.trips) == (1, 2)
    assert covered.width_ratio is not None and covered.width_ratio > 1
