"""Replies: the same answer packed and plain."""

from __future__ import annotations

import pytest

pytest.importorskip("fastapi", reason="the extra 'web' is not installed")
pytest.importorskip("httpx", reason="httpx is not installed")

from fastapi.testclient import TestClient


def test_answers_are_packed(client: TestClient) -> None:
    plain = client.get("/api/network", headers={"accept-encoding": "identity"})
    packed = client.get("/api/network", headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip" and packed.json() == plain.json()
    # Points of lines pack less well than words.
    assert int(packed.headers["content-length"]) < len(plain.content) / 3
