"""The door: what is too large, too deep, foreign or without the token is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the extra 'web' is not installed")
pytest.importorskip("httpx", reason="httpx is not installed")

from fastapi.testclient import TestClient

from corridor.web.app import make_app
from corridor.web.door import Door, json_depth
from corridor.web.limits import MAX_BODY_BYTES, MAX_GUESSES
from web_cases import TOKEN, TRIP, refused


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


def test_guesses_of_the_token_are_limited(study_folder: Path) -> None:
    app = make_app(study_folder, token=TOKEN)
    with TestClient(app, base_url="http://localhost") as client:
        statuses = [
            client.get("/api/study", headers={"authorization": f"Bearer guess-{i}"}).status_code
            for i in range(MAX_GUESSES + 3)
        ]
        right = client.get("/api/study", headers={"authorization": f"Bearer {TOKEN}"})
    assert statuses == [401] * MAX_GUESSES + [429] * 3
    assert right.status_code == 200


def test_what_nobody_foresaw_is_said_as_json() -> None:
    async def fail(*_: object) -> None:
        raise ZeroDivisionError

    reply = TestClient(Door(fail, None), base_url="http://localhost").get("/api/study")
    assert (reply.status_code, reply.json()["error"]) == (500, "failed")
    assert reply.headers["x-frame-options"] == "DENY"
