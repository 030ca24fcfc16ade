"""Serving: start the server, or answer one address without one."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from corridor.errors import CallError, CorridorError
from corridor.web.door import is_loopback

LEAST_TOKEN = 16
PATIENCE_S = 600.0  # nobody else waits when there is no server


def refuse_unsafe(host: str, token: str | None) -> None:
    """Raise CallError for a host others can reach without a token, or for a token that can be
    guessed."""
    if token is None and not is_loopback(host):
        raise CallError(
            f"--host {host} can be reached from other machines: give --token, a secret of "
            f"{LEAST_TOKEN} signs or more, or leave --host out."
        )
    if token is not None and not re.fullmatch(rf"[A-Za-z0-9._~-]{{{LEAST_TOKEN},200}}", token):
        raise CallError(
            f"--token needs {LEAST_TOKEN} or more letters, digits and -._~; python -c 'import "
            "secrets; print(secrets.token_urlsafe())' makes one."
        )


def serve(
    study: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8765,
    token: str | None = None,
    say: Callable[[str], None] = print,
) -> None:
    """Serve a study until interrupted. Raises CallError for an unsafe host, StudyError for a study
    that cannot be used."""
    refuse_unsafe(host, token)
    os.environ.setdefault(
        "POLARS_MAX_THREADS", "1"
    )  # its tables are small here; threads would only wait for each other
    uvicorn, make_app = _needed()
    app = make_app(study, token=token)
    _warm(app.state.shelf)
    shown = f"[{host}]" if ":" in host else host
    say(f"http://{shown}:{port}/{'?token=...' if token else ''}  (Ctrl+C stops)")
    threading.Thread(target=_warm_further, args=(app.state.shelf,), daemon=True).start()
    sys.setswitchinterval(0.002)  # searches share the machine with answers that are ready
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=2,
        h11_max_incomplete_event_size=32 * 1024,
    )


def web_answer(study: str | Path, address: str) -> tuple[int, bytes]:
    """Return status and body of a GET on an address such as ``/api/study``, without a server."""
    _, make_app = _needed()
    path, _, query = address.partition("?")
    if not path.startswith("/"):
        raise CallError(
            f"--get {address!r} is not an address: it begins with /, such as /api/study."
        )
    from corridor.web.workers import Workers

    return asyncio.run(
        _ask(make_app(Path(study), workers=Workers(seconds=PATIENCE_S)), unquote(path), query)
    )


def _warm(shelf: Any) -> None:
    """Answer the study's first trip, so that kernels are compiled and the network stands before
    anybody waits for it."""
    from corridor.web import answers, questions

    for trip in shelf.study().trips[:1]:
        with contextlib.suppress(CorridorError, ValueError):  # it will be told to whoever asks
            asked = questions.Routes.model_validate(
                {
                    "origin": trip.origin,
                    "destination": trip.destination,
                    "cargo": trip.cargo,
                    "depart": trip.depart,
                }
            )
            answers.routes(shelf.lay(asked), asked)


def _warm_further(shelf: Any) -> None:
    """Answer what can least be spared, whose kernels take some seconds to compile the first
    time."""
    from corridor.web import answers, questions

    with contextlib.suppress(CorridorError, ValueError):
        answers.criticality(shelf.lay(questions.State.model_validate({})))


async def _ask(app: Any, path: str, query: str) -> tuple[int, bytes]:
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"localhost")],
        "client": ("127.0.0.1", 0),
        "server": ("localhost", 0),
    }
    status = 500
    parts = []
    done = False
    left = asyncio.Event()

    async def receive() -> dict[str, Any]:
        nonlocal done
        if done:
            await left.wait()
        done = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, send)
    return status, b"".join(parts)


def _needed() -> tuple[Any, Any]:
    try:
        import uvicorn

        from corridor.web.app import make_app
    except ImportError as error:
        raise CallError(
            f"the map needs {error.name}, which is not installed: pip install 'corridor[web]'."
        ) from None
    return uvicorn, make_app
