"""The page as it is sent: its files, its policy, and words where it is not built."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the extra 'web' is not installed")
pytest.importorskip("httpx", reason="httpx is not installed")

from fastapi.testclient import TestClient

from corridor.web.app import make_app


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
