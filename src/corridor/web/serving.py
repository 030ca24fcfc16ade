"""Serving: start the server, or answer one address without one."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import re
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from corridor.errors import CallError, CorridorError
from corridor.web.door import is_loopback

if TYPE_CHECKING:
    from corridor.web.live_study import LiveStudy

MIN_TOKEN_LETTERS = 16
MAX_TOKEN_LETTERS = 200
MIN_TOKEN_SIGNS = 6  # that differ: aaaaaaaaaaaaaaaa is guessed
PORTS = range(65536)
EVERY_ADDRESS = ("0.0.0.0", "::", "")
ALONE_S = 600.0  # for one answer where nobody else waits, as there is no server
SWITCH_INTERVAL_S = 0.002


def refuse_unsafe(host: str, token: str | None) -> None:
    """Raise CallError for a host others can reach without a token, or a token that is guessed."""
    if token is None and not is_loopback(host):
        raise CallError(
            f"--host {host} can be reached from other machines: give --token, a secret of "
            f"{MIN_TOKEN_LETTERS} signs or more, or leave --host out."
        )

    safe = rf"[A-Za-z0-9._~-]{{{MIN_TOKEN_LETTERS},{MAX_TOKEN_LETTERS}}}"
    is_varied = token is None or len(set(token)) >= MIN_TOKEN_SIGNS
    if token is not None and not (re.fullmatch(safe, token) and is_varied):
        raise CallError(
            f"--token needs {MIN_TOKEN_LETTERS} or more letters, digits and -._~, at least "
            f"{MIN_TOKEN_SIGNS} of them different; python -c "
            "'import secrets; print(secrets.token_urlsafe())' makes one."
        )


def serve(
    study: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8765,
    token: str | None = None,
    opens: bool = False,
    say: Callable[[str], None] = print,
) -> None:
    """Serve a study until interrupted.

    The port is held before the study is read, so that a taken one is said at once.

    Parameters
    ----------
    study : folder of the study.
    host, port : where to listen; another host than this machine's own needs a token.
    token : what callers must know; null: none.
    opens : whether the browser of this machine is opened at the address.
    say : called with the address once it can be opened.

    Raises
    ------
    CallError
        For an unsafe host or token, a port that cannot be had, or where the extra ``web`` is not
        installed.
    StudyError
        For a study that cannot be used.
    """
    refuse_unsafe(host, token)
    # Its tables are small here; threads of its own would only wait for each other.
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    uvicorn, make_app = _import_server()

    with _listen(host, port) as listener, contextlib.suppress(KeyboardInterrupt):
        app = make_app(study, token=token)
        _warm_routes(app.state.live)
        port = listener.getsockname()[1]
        _say_address(host, port, token, opens, say)
        threading.Thread(target=_warm_criticality, args=(app.state.live,), daemon=True).start()

        sys.setswitchinterval(SWITCH_INTERVAL_S)  # searches share the machine with ready answers
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            http=_punctual_protocol(),
            ws="none",
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=2,
            h11_max_incomplete_event_size=32 * 1024,
        )
        uvicorn.Server(config).run(sockets=[listener])


def _say_address(
    host: str, port: int, token: str | None, opens: bool, say: Callable[[str], None]
) -> None:
    """Say where the page is and how the browser gets there; open it where that is asked."""
    shown_host = f"[{host}]" if ":" in host else host
    address = f"http://{shown_host}:{port}/"
    stops = "Ctrl+C stops" if opens else "Ctrl+C stops; --open opens the browser"
    say(f"{address}{'?token=...' if token else ''}  ({stops})")
    if not opens:
        return

    own = "127.0.0.1" if host in EVERY_ADDRESS else shown_host
    whole = f"http://{own}:{port}/{f'?token={token}' if token else ''}"
    # A browser in the terminal would hold the server up.
    threading.Thread(target=_open_browser, args=(whole, say), daemon=True).start()


def _open_browser(address: str, say: Callable[[str], None]) -> None:
    if not webbrowser.open(address):
        say("No browser can be opened here: open the address by hand.")


def _punctual_protocol() -> Any:
    from corridor.web.connections import PunctualProtocol

    return PunctualProtocol


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; CallError where it cannot."""
    if port not in PORTS:
        raise CallError(f"--port {port} is no port: write a number from 1 to {PORTS[-1]}.")

    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        try:
            if os.name == "posix":  # elsewhere it lets two servers have one port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen()
        except OSError:
            listener.close()
            raise
    except (OSError, UnicodeError) as error:
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            raise CallError(
                f"Port {port} is taken, perhaps by another corridor serve: stop that one, or "
                f"write --port {port + 1 if port + 1 in PORTS else port - 1}, or --port 0 for "
                "any free one."
            ) from None
        reason = getattr(error, "strerror", None) or error
        raise CallError(
            f"cannot listen on {host}, port {port}: {reason}. Name another --port or --host."
        ) from None
    return listener


def web_answer(study: str | Path, address: str) -> tuple[int, bytes]:
    """Return status and body of a GET on an address such as ``/api/study``, without a server.

    >>> import corridor as co
    >>> status, body = co.web_answer("studies/kazakhstan-pakistan", "/api/links/nowhere")
    >>> status
    404
    """
    _, make_app = _import_server()
    path, _, query = address.partition("?")
    if not path.startswith("/"):
        raise CallError(
            f"--get {address!r} is not an address: it begins with /, such as /api/study."
        )

    from corridor.web.workers import Workers

    app = make_app(Path(study), workers=Workers(seconds=ALONE_S))
    return asyncio.run(_get(app, unquote(path), query))


def _warm_routes(live: LiveStudy) -> None:
    """Answer the study's first trip, so that kernels are compiled before anybody waits for it."""
    from corridor.web import answers, questions

    for trip in live.study().trips[:1]:
        # What is wrong with it is said to whoever asks.
        with contextlib.suppress(CorridorError, ValueError):
            question = questions.Routes.model_validate(
                {
                    "origin": trip.origin,
                    "destination": trip.destination,
                    "cargo": trip.cargo,
                    "depart": trip.depart,
                }
            )
            answers.routes(live.state(question), question)


def _warm_criticality(live: LiveStudy) -> None:
    """Rank the links, whose kernels take some seconds to compile the first time."""
    from corridor.web import answers, questions

    with contextlib.suppress(CorridorError, ValueError):
        answers.criticality(live.state(questions.State.model_validate({})))


async def _get(app: Any, path: str, query: str) -> tuple[int, bytes]:
    """Return what an application answers to a GET from this machine."""
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
    chunks = []
    is_asked = False
    never = asyncio.Event()

    async def receive() -> dict[str, Any]:
        nonlocal is_asked
        if is_asked:
            await never.wait()
        is_asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            chunks.append(message.get("body", b""))

    await app(scope, receive, send)
    return status, b"".join(chunks)


def _import_server() -> tuple[Any, Any]:
    """Return uvicorn and what makes the application; CallError where they are not installed."""
    try:
        import uvicorn

        from corridor.web.app import make_app
    except ImportError as error:
        raise CallError(
            f"the map page and the brief need {error.name}, which is not installed: "
            "pip install 'corridor[web]'."
        ) from None
    return uvicorn, make_app
