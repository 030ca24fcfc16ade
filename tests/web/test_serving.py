"""Serving: an open host needs a token; one address can be answered without a server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the extra 'web' is not installed")
pytest.importorskip("httpx", reason="httpx is not installed")

from fastapi.testclient import TestClient

from corridor.cli import app as cli
from corridor.errors import CallError
from corridor.web import serving
from web_cases import TOKEN


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
