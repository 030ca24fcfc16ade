"""Serving: an open host needs a token; one address can be answered without a server."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the extra 'web' is not installed")
pytest.importorskip("httpx", reason="httpx is not installed")

import uvicorn
from fastapi.testclient import TestClient

from corridor.cli import app as cli
from corridor.errors import CallError
from corridor.web import connections, serving
from corridor.web.app import make_app
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


def test_a_port_that_cannot_be_had_is_usage(
    study_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for wrong in (99_999, -1, port):
            assert cli.main(["serve", str(study_folder), f"--port={wrong}"]) == 2
            out, err = capsys.readouterr()
            assert str(wrong) in err and "http://" not in err + out
        assert f"Port {port} is taken" in err and "--port 0" in err


def test_browser_is_opened_where_that_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    told: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda address: bool(asked.append(address)))
    serving._say_address("127.0.0.1", 8765, None, False, told.append)
    assert asked == [] and "--open opens the browser" in told[0]

    serving._say_address("0.0.0.0", 8765, TOKEN, True, told.append)
    end = time.monotonic() + 10
    while len(told) < 3 and time.monotonic() < end:
        time.sleep(0.01)
    assert asked == [f"http://127.0.0.1:8765/?token={TOKEN}"]
    assert TOKEN not in told[1]
    assert "by hand" in told[2]  # where there is none


def test_a_token_of_one_sign_is_refused() -> None:
    with pytest.raises(CallError, match="different"):
        serving.refuse_unsafe("127.0.0.1", "a" * 20)


@pytest.mark.slow
def test_half_requests_shut_nobody_out(study_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_HEAD_SECONDS", 1.0)
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 30)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        make_app(study_folder), http=connections.PunctualProtocol, ws="none", log_level="warning"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()

    address = listener.getsockname()
    halves = [socket.create_connection(address, timeout=60) for _ in range(80)]
    for half in halves:
        with contextlib.suppress(OSError):
            half.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX: ")
    with socket.create_connection(address, timeout=60) as rightful:
        rightful.sendall(b"GET /api/study HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert rightful.recv(15) == b"HTTP/1.1 200 OK"

    for half in halves:  # every one of them is ended
        with half, contextlib.suppress(ConnectionError):
            assert half.recv(1) == b""
    server.should_exit = True
    thread.join(60)
