"""What the tests of the map share: a client of the built-in study."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def client(study_folder: Path) -> Iterator[Any]:
    """Give a client of the application of the built-in study."""
    pytest.importorskip("fastapi", reason="the extra 'web' is not installed")
    pytest.importorskip("httpx", reason="httpx is not installed")
    from fastapi.testclient import TestClient

    from corridor.web.app import make_app

    app = make_app(study_folder)
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        yield client
