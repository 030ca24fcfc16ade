"""The JSON of the map: same answers as the library, limits that hold, savers that lose nothing."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra 'web' is not installed")
pytest.importorskip("httpx", reason="httpx is not installed")

from fastapi.testclient import TestClient

import corridor as co
from corridor.cli import app as cli
from corridor.errors import CallError
from corridor.network.changes import apply
from corridor.web import answers, questions, serving
from corridor.web.app import make_app
from corridor.web.door import json_depth
from corridor.web.limits import MAX_BODY_BYTES, MAX_CHANGES
from corridor.web.live_study import LiveStudy
from corridor.web.what_if import as_changes
from web_cases import TRIP

PASS = "khunjerab-tashkurgan-road"
TOKEN = "a-secret-of-many-signs"
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
    "/api/openapi.json",
    f"/api/links/{PASS}",
    "/api/nodes/kabul",
    "/api/sources/khunjerab-protocol",
    "/api/rows/terminals/{terminal}",
]


@pytest.fixture(scope="module")
def client(study_folder: Path) -> Iterator[TestClient]:
    with TestClient(
        make_app(study_folder), base_url="http://localhost", raise_server_exceptions=False
    ) as made:
        yield made


def routes(client: TestClient, **more: Any) -> dict[str, Any]:
    reply = client.post("/api/routes", json={**TRIP, **more})
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


def ways(found: dict[str, Any]) -> list[list[str]]:
    return [
        [leg["link_id"] for leg in route["legs"] if leg["link_id"]] for route in found["routes"]
    ]


def refused(reply: Any, status: int, error: str | None = None) -> None:
    assert reply.status_code == status, reply.text
    told = reply.json()
    assert len(told["message"]) > 10
    assert error is None or told["error"] == error


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
    assert found.routes.equals(mine.routes) and found.legs.equals(mine.legs)


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


def test_criticality_is_that_of_rank(client: TestClient, study_folder: Path) -> None:
    links = client.get("/api/criticality", params={"scenario": "open-borders"}).json()["links"]
    study = co.read(study_folder, scenario="open-borders")
    mine = co.rank(
        study.network,
        study.network.frames["demand"],
        by="loss_usd_per_year",
        on=study.scenario.as_of,
        kinds=("link",),
        pairs=0,
    )
    assert [r["element_id"] for r in links[:5]] == mine["element_id"].to_list()[:5]
    assert links[0]["loss_usd_per_year"] == pytest.approx(mine["loss_usd_per_year"][0], rel=1e-6)


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


def test_bodies_are_limited(client: TestClient) -> None:
    kind = {"content-type": "application/json"}
    refused(
        client.post("/api/routes", content=b"[" * 5000 + b"]" * 5000, headers=kind), 400, "too-deep"
    )
    refused(
        client.post("/api/routes", content=b"x" * (MAX_BODY_BYTES + 1), headers=kind),
        413,
        "body-too-large",
    )
    refused(
        client.post("/api/routes", content=iter([b"x" * 100_000] * 4), headers=kind),
        413,
        "body-too-large",
    )
    refused(client.post("/api/routes", content=b"{", headers=kind), 422)
    refused(client.post("/api/routes", content=b"\xff\xfe", headers=kind), 422)
    refused(client.get("/api/routes?" + "a" * 20_000), 414, "address-too-long")
    assert json_depth(b'{"a": "[[[\\"[[", "b": [1]}') == 2


@pytest.mark.parametrize(
    "path",
    [
        "/../pyproject.toml",
        "/assets/../../app.py",
        "/assets/..%2f..%2fapp.py",
        "/assets/%2e%2e/%2e%2e/app.py",
        "/app.py",
        "/%00",
        "/etc/passwd",
        "//etc/passwd",
        "/static/index.html",
        "/study.toml",
        "/api/rows/..%2f..%2fpasswd/x",
        "/api/rows/links/..%2fstudy.toml",
        "/api/rows/settings/x",
        "/api/links/nowhere",
        "/api/nodes/%F0%9F%92%A9",
        "/api/sources/%2e%2e%2f",
        "/api/charts/none?origin=almaty&destination=karachi&cargo=container-40&depart=2026-07-01",
        "/api/nothing",
        "/docs",
        "/api/links/" + "a" * 3000,
    ],
)
def test_paths_lead_nowhere_else(client: TestClient, path: str) -> None:
    reply = client.get(path)
    assert 400 <= reply.status_code < 500, reply.status_code
    assert reply.json()["message"] and "Traceback" not in reply.text
    assert client.post(path).status_code in (400, 403, 404, 405, 422)


def test_headers_stand_on_every_answer(client: TestClient) -> None:
    for path in ("/", "/api/study", "/nothing.here", "/api/links/nowhere"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert (
            "unsafe" not in policy
            and "frame-ancestors 'none'" in policy
            and "default-src 'none'" in policy
        )
        assert headers["x-content-type-options"] == "nosniff" and "server" not in headers


def test_foreign_names_and_pages_are_refused(client: TestClient) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "", "[::2]"):
        refused(client.get("/api/study", headers={"host": host}), 421, "wrong-host")
    for host in ("localhost:8765", "127.0.0.1:1", "[::1]:8765"):
        assert client.get("/api/study", headers={"host": host}).status_code == 200
    refused(
        client.post("/api/routes", json=TRIP, headers={"origin": "http://evil.example"}),
        403,
        "foreign-page",
    )
    refused(client.post("/api/routes", json=TRIP, headers={"origin": "null"}), 403, "foreign-page")
    assert (
        client.post("/api/routes", json=TRIP, headers={"origin": "http://localhost"}).status_code
        == 200
    )


def test_token_is_needed(study_folder: Path) -> None:
    with TestClient(
        make_app(study_folder, token=TOKEN), base_url="http://192.0.2.7", follow_redirects=False
    ) as client:
        for headers in (
            {},
            {"authorization": "Bearer wrong"},
            {"authorization": TOKEN},
            {"cookie": "corridor_token=x"},
            {"authorization": "Bearer \xe9"},
        ):
            for path in ("/", "/api/study", "/api/openapi.json", "/assets/x.js"):
                sent = {k: v.encode("latin-1") for k, v in headers.items()}
                refused(client.get(path, headers=sent), 401, "wrong-token")
        refused(client.get("/?token=wrong"), 401)
        refused(client.post(f"/api/routes?token={TOKEN}", json=TRIP), 401)
        assert (
            client.get("/api/study", headers={"authorization": f"Bearer {TOKEN}"}).status_code
            == 200
        )
        led = client.get(f"/?token={TOKEN}&origin=almaty")
        assert (led.status_code, led.headers["location"]) == (303, "/?origin=almaty")
        assert (
            "HttpOnly" in led.headers["set-cookie"]
            and "SameSite=Strict" in led.headers["set-cookie"]
        )
        assert client.get("/api/study").status_code == 200  # by the cookie
        assert (
            client.get(f"http://192.0.2.7//evil.example?token={TOKEN}")
            .headers["location"]
            .startswith("/evil")
        )


def test_open_host_needs_token() -> None:
    for host in ("0.0.0.0", "::", "192.0.2.7", "example.org", "127.0.0.1.example.org"):
        with pytest.raises(CallError, match="--token"):
            serving.refuse_unsafe(host, None)
    with pytest.raises(CallError, match="16 or more"):
        serving.refuse_unsafe("0.0.0.0", "short")
    serving.refuse_unsafe("0.0.0.0", TOKEN)
    serving.refuse_unsafe("127.0.0.1", None)


def test_get_prints_without_server(
    study_folder: Path, client: TestClient, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    command = ["serve", str(study_folder)]
    asked = "/api/openings?on=2027-01-15&scenario=khunjerab-1985"
    assert cli.main([*command, "--get", asked]) == 0
    assert json.loads(capsysbinary.readouterr().out) == client.get(asked).json()
    assert cli.main([*command, "--get", "/api/links/nowhere"]) == 2
    assert json.loads(capsysbinary.readouterr().out)["error"] == "unknown-name"
    assert cli.main([*command, "--host", "0.0.0.0"]) == 2
    assert b"--token" in capsysbinary.readouterr().err


def test_page_that_is_not_built_says_so(
    study_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corridor.web.pages.built", dict)
    with TestClient(make_app(study_folder), base_url="http://localhost") as client:
        reply = client.get("/")
        assert reply.status_code == 503 and "make web" in reply.text and "/api/study" in reply.text


def test_built_page_keeps_its_own_policy(client: TestClient) -> None:
    page = client.get("/").text
    assert (
        '<script type="module"' in page
        and "<style" not in page
        and " style=" not in page
        and "http" not in page
    )
    for name in [
        part.split('"')[0] for part in page.split('="/')[1:] if part.startswith("assets/")
    ]:
        reply = client.get(f"/{name}")
        assert reply.status_code == 200 and "immutable" in reply.headers["cache-control"]


def test_answers_are_packed(client: TestClient) -> None:
    plain = client.get("/api/network", headers={"accept-encoding": "identity"})
    packed = client.get("/api/network", headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip" and packed.json() == plain.json()
    assert int(packed.headers["content-length"]) < len(plain.content) / 4
