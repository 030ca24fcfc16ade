"""The JSON of the map: same answers as the library, limits that hold, savers that lose nothing."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

pytest.importorskip("fastapi", reason="the extra 'web' is not installed")
pytest.importorskip("httpx", reason="httpx is not installed")

from fastapi.testclient import TestClient

import corridor as co
from corridor.flows.chapter import calibrated
from corridor.network.changes import apply
from corridor.web import answers, questions
from corridor.web.limits import MAX_CHANGES
from corridor.web.live_study import LiveStudy
from corridor.web.what_if import as_changes
from web_cases import TRIP, refused

PASS = "khunjerab-tashkurgan-road"
RAILWAY = [
    "torghundi-herat-rail",
    "herat-kandahar-rail",
    "kandahar-spinboldak-rail",
    "spinboldak-chaman-rail",
]
VIEWS = [
    "/api/study",
    "/api/network",
    "/api/openings",
    "/api/hazards",
    "/api/basemap",
    "/api/basemap/details",
    "/api/openapi.json",
    f"/api/links/{PASS}",
    "/api/nodes/kabul",
    "/api/sources/khunjerab-protocol",
    "/api/sources/own-estimate",
    "/api/rows/terminals/{terminal}",
]


def routes(client: TestClient, **more: Any) -> dict[str, Any]:
    reply = client.post("/api/routes", json={**TRIP, **more})
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


def ways(found: dict[str, Any]) -> list[list[str]]:
    return [
        [leg["link_id"] for leg in route["legs"] if leg["link_id"]] for route in found["routes"]
    ]


@pytest.mark.parametrize("view", VIEWS)
def test_view_answers(client: TestClient, view: str, study_folder: Path) -> None:
    if "{terminal}" in view:
        view = view.format(terminal=co.read(study_folder).tables["terminals"]["terminal_id"][0])
    reply = client.get(view)
    assert reply.status_code == 200 and reply.json()


def test_routes_are_those_of_the_library(client: TestClient, study_folder: Path) -> None:
    asked = {
        **TRIP,
        "scenario": "summit-2026",
        "criteria": ["time", "cost"],
        "avoid": ["CN"],
        "max_routes": 5,
    }
    network = co.read(study_folder, scenario="summit-2026").network
    mine = co.route(
        network,
        "almaty",
        "karachi",
        cargo="container-40",
        depart="2026-07-01",
        criteria=("time", "cost"),
        avoid=("CN",),
        max_routes=5,
    )
    by_body = routes(client, **asked)
    by_address = client.get("/api/routes", params=asked).json()
    assert by_body["routes"] == by_address["routes"]
    assert [r["cost_usd"] for r in by_body["routes"]] == pytest.approx(
        mine.routes["cost_usd"].to_list()
    )
    assert by_body["pareto_count"] == mine.pareto_count > 0
    assert sum(len(r["legs"]) for r in by_body["routes"]) == mine.legs.height


def test_projects_are_built_below_what_is_shut(client: TestClient, study_folder: Path) -> None:
    projects = {p["project_id"]: p for p in client.get("/api/study").json()["projects"]}
    line = projects["ktap-kandahar-chaman"]
    assert line["opens"] == RAILWAY[2:] and line["opens_year"] == 2029
    assert set(line["excludes"]) == {"ktap-herat-kandahar-1435", "ktap-kandahar-chaman-1435"}
    assert sum(payer["share"] for payer in line["payers"]) == pytest.approx(1)
    places = {place for edit in projects["aktau-hub"]["edits"] for place in edit["places"]}
    assert places == {"aktau"}

    def not_open(**asked: Any) -> dict[str, Any]:
        asked = {"scenario": "mid-2026", "on": "2026-07-01", **asked}
        elements: dict[str, Any] = client.get("/api/openings", params=asked).json()["elements"]
        return elements

    assert {not_open()[link]["state"] for link in RAILWAY[2:]} == {"planned"}
    built = not_open(projects="ktap-kandahar-chaman")
    assert RAILWAY[2] not in built and built[RAILWAY[3]]["state"] == "shut"

    both = client.get(
        "/api/openings", params={"projects": [line["project_id"], line["excludes"][0]]}
    )
    assert both.status_code == 422 and "cannot both be built" in both.json()["message"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "what_if",
    [
        {"close": [PASS]},
        {"close": ["crossing:AF-IR", "mode:ferry"]},
        {"open": RAILWAY},
        {"open": ["crossing:AF-PK"]},
        {
            "with_changes": ["ktap-railway-built"],
            "open": ["crossing:AF-PK"],
            "close": ["country:CN"],
        },
        {
            "changes": [
                {"table": "links", "row_id": PASS, "column": "fixed_h", "op": "scale", "value": "3"}
            ]
        },
    ],
)
def test_what_if_equals_fresh_network(study_folder: Path, what_if: dict[str, Any]) -> None:
    """What a what-if takes over from its base changes nothing."""
    live = LiveStudy(study_folder)
    asked = questions.RoutesBody(**TRIP, **what_if)
    base = questions.RoutesBody(**TRIP)
    answers.routes(live.state(base), base)  # the base has worked all out before
    state = live.state(asked)
    found = answers.find(state, asked)
    fresh = apply(co.read(study_folder).network, as_changes(state.base.changes, state.rows))
    mine = co.route(fresh, "almaty", "karachi", cargo="container-40", depart="2026-07-01")
    assert found.routes.drop("letter").equals(mine.routes)
    assert found.legs.drop("letter").equals(mine.legs)


def test_pass_shuts_in_winter(client: TestClient) -> None:
    summer, winter = (
        routes(client, scenario="khunjerab-1985", depart=day)
        for day in ("2026-07-01", "2027-01-15")
    )
    assert any(PASS in way for way in ways(summer)) and not any(PASS in way for way in ways(winter))
    assert PASS not in summer["elements"] and winter["elements"][PASS]["opens_on"] == "2027-04-01"
    card = client.get(
        f"/api/links/{PASS}", params={"scenario": "khunjerab-1985", "on": "2027-01-15"}
    ).json()
    assert card["state"] == "shut" and card["why"][0]["source"]["citation"]
    assert card["choices"][0]["parameter"] == "khunjerab"


def test_railway_opens(client: TestClient) -> None:
    card = client.get("/api/links/herat-kandahar-rail").json()
    assert card["state"] == "planned" and set(card["opened_by"][0]["links"]) == set(RAILWAY)
    before = routes(client, scenario="open-borders")
    after = routes(client, scenario="open-borders", open=RAILWAY)
    assert not any(set(RAILWAY) <= set(way) for way in ways(before))
    assert any("herat-kandahar-rail" in way for way in ways(after))
    assert "herat-kandahar-rail" not in after["elements"]


def test_every_figure_has_unit_and_source(client: TestClient) -> None:
    card = client.get(f"/api/links/{PASS}").json()
    length = next(f for f in card["figures"] if f["column"] == "length_km")
    assert length["unit"] == "km" and length["value"] > 0 and length["meaning"]
    assert card["source"]["citation"] and card["confidence"] in "ABC"
    source = client.get(f"/api/sources/{card['source']['source_id']}").json()
    assert source["used"]["links"]["rows"] >= 1


def test_no_route_says_why(client: TestClient) -> None:
    found = routes(client, avoid=["IR", "CN", "sea"])
    assert (
        found["routes"] == []
        and "af-pk-closure-2025" in found["reason"]
        and found["openings"][0]["links"]
    )
    why = client.post("/api/why-not", json={**TRIP, "element": "torkham"}).json()
    assert "af-pk-closure-2025" in why["verdict"] and len(why["comparison"]) == 4


@pytest.mark.slow
def test_downloads(client: TestClient) -> None:
    shapes = client.get("/api/routes.geojson", params=TRIP)
    assert shapes.headers["content-type"].startswith("application/geo+json")
    assert shapes.json()["features"][0]["geometry"]["type"] == "LineString"
    rows = list(csv.DictReader(client.get("/api/routes.csv", params=TRIP).text.splitlines()))
    assert [r["letter"] for r in rows] == [
        f["properties"]["letter"] for f in shapes.json()["features"]
    ]
    assert all("; " in r["countries"] and float(r["cost_usd"]) > 0 for r in rows)
    legs = list(csv.DictReader(client.get("/api/legs.csv", params=TRIP).text.splitlines()))
    assert (
        len(legs) > 20
        and legs[0]["from_name"] == "Almaty"
        and legs[0]["depart_at"] == "2026-07-01 00:00"
    )
    lines = client.get("/api/legs.geojson", params=TRIP).json()["features"]
    assert len(lines) == sum(leg["kind"] == "link" for leg in legs)
    assert {line["geometry"]["type"] for line in lines} == {"LineString"} and lines[0][
        "properties"
    ]["mode"]
    for chart in ("pareto", "time-distance", "cost-distance", "route-map"):
        assert client.get(f"/api/charts/{chart}", params=TRIP).json()["$schema"].endswith(".json")


@pytest.mark.slow
def test_criticality_is_that_of_rank(client: TestClient, study_folder: Path) -> None:
    answer = client.get("/api/criticality", params={"scenario": "open-borders"}).json()
    links = answer["links"]
    study = co.read(study_folder, scenario="open-borders")
    mine = co.rank(
        study.network,
        study.network.frames["demand"],
        by="loss_usd_per_year",
        on=study.scenario.as_of,
        kinds=("link",),
        pairs=0,
    )
    mine = mine.filter(kind="link")
    assert [r["element_id"] for r in links[:5]] == mine["element_id"].to_list()[:5]
    assert links[0]["loss_usd_per_year"] == pytest.approx(mine["loss_usd_per_year"][0], rel=1e-6)

    in_stretches = [link for row in answer["stretches"] for link in row["element_id"].split()]
    assert sorted(in_stretches) == sorted(row["element_id"] for row in links)
    assert len(answer["stretches"]) < len(links)


@pytest.mark.slow
def test_flows_are_those_of_assign(client: TestClient, study_folder: Path) -> None:
    answer = client.get("/api/flows", params={"scenario": "open-borders"}).json()
    study = co.read(study_folder, scenario="open-borders")
    network = calibrated(study, study.network)
    mine = co.assign(network, network.frames["demand"], on=study.scenario.as_of)
    assert answer["converged"] and answer["t_per_year"] == pytest.approx(mine.routes["t"].sum())
    on_links = mine.volumes.filter(kind="link")
    tonnes = dict(on_links.group_by("element_id").agg(pl.col("t").sum()).iter_rows())
    assert {r["link_id"]: r["t_per_year"] for r in answer["links"]} == pytest.approx(tonnes)
    full = [limit for limit in answer["limits"] if limit["price_usd"] > 0.01]
    assert full and all(limit["use_share"] == pytest.approx(1.0) for limit in full)


def test_calendar_is_asked_in_parts(client: TestClient) -> None:
    asked = {**TRIP, "depart": "2026-01-01", "until": "2026-03-26", "scenario": "khunjerab-1985"}
    rows = client.get("/api/calendar", params=asked).json()["departures"]
    assert len(rows) == 13 and all(r["countries"] or r["reason"] for r in rows)
    refused(
        client.get("/api/calendar", params={**asked, "until": "2026-12-31", "every_days": 1}),
        422,
        "bad-question",
    )


BAD: list[tuple[dict[str, Any], int]] = [
    ({"origin": "atlantis"}, 422),
    ({"cargo": "gold"}, 422),
    ({"depart": "soon"}, 422),
    ({"depart": "9999-12-31"}, 422),
    ({"depart": "0001-01-01"}, 422),
    ({"scenario": "dream"}, 422),
    ({"choose": ["khunjerab"]}, 422),
    ({"choose": ["khunjerab:maybe"]}, 422),
    ({"close": ["nowhere-road"]}, 422),
    ({"close": ["crossing:AF"]}, 422),
    ({"close": ["x:y"]}, 422),
    ({"with_changes": ["none"]}, 422),
    ({"close": [PASS] * (MAX_CHANGES + 1)}, 422),
    ({"close": [PASS] * 30, "open": [PASS] * 30}, 422),
    ({"via": ["almaty"] * 4}, 422),
    ({"via": ["almaty", "tashkent"], "require": ["IR", "sea"]}, 422),
    ({"max_routes": 10**9}, 422),
    ({"max_routes": 0}, 422),
    ({"criteria": []}, 422),
    ({"criteria": ["beauty"]}, 422),
    ({"carrier": "pk"}, 422),
    ({"max_transshipments": -1}, 422),
    ({"origin": "a" * 5000}, 422),
    ({"origin": ""}, 422),
    ({"origin": "almaty@moon"}, 422),
    ({"nonsense": 1}, 422),
    ({"origin": "\ud800"}, 422),
    ({"origin": "a\u0000b"}, 422),
    ({"origin": None}, 422),
    ({"depart": 1e400}, 422),
    ({"changes": [{"table": "sources", "row_id": "*", "column": "year", "value": "1"}]}, 422),
    ({"changes": [{"table": "links", "row_id": PASS, "column": "link_id", "value": "x"}]}, 422),
    (
        {"changes": [{"table": "links", "row_id": PASS, "column": "length_km", "value": "long"}]},
        422,
    ),
    ({"changes": [{"table": "links", "row_id": PASS, "column": "speed_kmh", "value": "-5"}]}, 422),
    (
        {
            "changes": [
                {"table": "services", "row_id": "mode:sea", "column": "speed_kmh", "value": "5"}
            ]
        },
        422,
    ),
    (
        {
            "changes": [
                {
                    "table": "links",
                    "row_id": PASS,
                    "column": "status",
                    "value": "closed",
                    "from_on": "2026-05-01",
                    "to_on": "2026-04-01",
                }
            ]
        },
        422,
    ),
]


@pytest.mark.parametrize("wrong,status", BAD, ids=[json.dumps(w)[:50] for w, _ in BAD])
def test_wrong_question_is_told_so(client: TestClient, wrong: dict[str, Any], status: int) -> None:
    body = json.dumps({**TRIP, **wrong})
    refused(
        client.post("/api/routes", content=body, headers={"content-type": "application/json"}),
        status,
    )


@pytest.mark.parametrize(
    "word,said",
    [
        ("nowhere", "There is no link 'nowhere'. Write the id of a link, a border"),
        ("khunjerab-tashkurgan", "Did you mean 'khunjerab-tashkurgan-road'"),
        ("khunjerab", "Did you mean 'node:khunjerab'"),
        ("crossing:XX-PK", "There is no link 'crossing:XX-PK'. Did you mean 'crossing:"),
    ],
)
def test_what_is_shut_and_is_no_link_is_told_with_the_nearest_names(
    client: TestClient, word: str, said: str
) -> None:
    reply = client.post("/api/routes", json={**TRIP, "close": [word]})
    assert reply.status_code == 422
    assert said in reply.json()["message"]


def test_a_trip_to_itself_is_a_line_of_no_length(client: TestClient) -> None:
    here = {"origin": "almaty", "destination": "Almaty"}
    found = routes(client, **here)
    lines = client.get("/api/routes.geojson", params={**TRIP, **here}).json()["features"]
    table = client.get("/api/routes.csv", params={**TRIP, **here}).text

    assert [(route["time_h"], route["cost_usd"]) for route in found["routes"]] == [(0.0, 0.0)]
    (line,) = lines
    assert line["geometry"]["type"] == "LineString"
    assert len(line["geometry"]["coordinates"]) == 2
    assert len(set(map(tuple, line["geometry"]["coordinates"]))) == 1
    assert "-0.0" not in table


def test_a_trip_is_told_of_sanctions_as_it_asks(client: TestClient) -> None:
    """The built-in study sanctions Iran, which cheap routes to Karachi pass."""
    told = routes(client, sanctions=None, service_class=None)["warnings"]
    assert any("Iran is under sanctions" in warning for warning in told)
    assert not any("sanctions" in w for w in routes(client, sanctions="ignore")["warnings"])
    assert client.post("/api/routes", json={**TRIP, "sanctions": "obey"}).status_code == 422


@pytest.mark.slow
def test_latest_departures_are_those_of_every_day_one_by_one(client: TestClient) -> None:
    """By halves the same days are found as by asking every departure."""
    asked = {**TRIP, "destination": "tashkent", "deadline": "2026-07-20"}
    answer = client.post("/api/arrive-by", json={**asked, "depart": "2026-07-01"}).json()
    chances = {}
    for day in range(1, 21):
        depart = f"2026-07-{day:02}"
        found = client.post("/api/routes", json={**asked, "depart": depart}).json()["routes"]
        chances[depart] = max((route["on_time_share"] for route in found), default=0.0)

    assert [row["share"] for row in answer["latest"]] == [0.5, 0.95]
    for row in answer["latest"]:
        last = max(day for day, chance in chances.items() if chance >= row["share"])
        assert row["departure"]["depart_on"] == last
        assert row["departure"]["on_time_share"] == chances[last]


def test_arrival_needs_a_day_and_may_have_no_departure(client: TestClient) -> None:
    refused(client.post("/api/arrive-by", json=TRIP), 422)
    refused(client.post("/api/arrive-by", json={**TRIP, "deadline": "2026-06-01"}), 422)
    refused(client.post("/api/arrive-by", json={**TRIP, "deadline": "2028-06-01"}), 422)
    late = client.post("/api/arrive-by", json={**TRIP, "deadline": TRIP["depart"]}).json()
    assert [row["departure"] for row in late["latest"]] == [None, None]


def test_a_card_lists_the_rules_that_concern_the_goods(client: TestClient) -> None:
    """Without goods all rules on a link, with goods those that name no others and are not past."""
    address = "/api/links/khunjerab-tashkurgan-road"
    asked = {name: TRIP[name] for name in ("origin", "destination", "cargo")}

    def rules(**goods: str) -> set[str]:
        reply = client.get(address, params={"on": TRIP["depart"], **goods})
        return {rule["id"] for rule in reply.json()["rules"]}

    assert {"india-to-pakistan", "kkh-heavy-pieces", "qtta-kz-pk", "tir"} <= rules()
    assert {"qtta-kz-pk", "tir"} <= rules(**asked) < rules()
    assert not rules(**asked) & {"india-to-pakistan", "kkh-heavy-pieces", "qtta-pk-kz"}
    assert "pk-carrier-third-country" not in rules(**asked)
    assert "pk-carrier-third-country" in rules(**asked, carrier="PK")
    refused(client.get(address, params={**asked, "origin": "nowhere-at-all"}), 422)


def test_study_names_rules_and_what_a_change_shuts(client: TestClient) -> None:
    study = client.get("/api/study?language=ru").json()
    assert study["closures"]["af-pk-closure-2025"] == "crossing:AF-PK"
    assert "tir-pilot" not in study["closures"]
    assert all(name and name not in study["rules"] for name in study["rules"].values())
