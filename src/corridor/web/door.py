"""The door of the server: who may come in, and the headers every answer goes out with."""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from corridor.web.limits import (
    GUESSES_SECONDS,
    MAX_ADDRESSES,
    MAX_BODY_BYTES,
    MAX_BODY_SECONDS,
    MAX_GUESSES,
    MAX_JSON_DEPTH,
    MAX_QUERY_BYTES,
)
from corridor.web.refusals import Refusal, error_json, retry_after

LOG = logging.getLogger("uvicorn.error")

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})  # of this machine, in a request
COOKIE = "corridor_token"
SECURITY_HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        b"connect-src 'self'; worker-src 'self'; font-src 'self'; base-uri 'none'; "
        b"form-action 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)

QUOTE = ord('"')
BACKSLASH = ord("\\")
OPENING_BRACKETS = b"[{"
CLOSING_BRACKETS = b"]}"

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
RequestHeaders = dict[bytes, bytes]


class Door:
    """Let in what keeps the limits, and put the security headers on every answer.

    token: what a caller must know; null: anybody who reaches a loopback address, by its own name
    only.
    """

    def __init__(self, app: App, token: str | None) -> None:
        self.app = app
        self.token = token
        self.guesses = Guesses()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        send = _with_security_headers(send)
        headers = {name.lower(): value for name, value in scope["headers"]}
        try:
            self._check_host(headers)
            _check_address(scope)
            if self.token is not None:
                if _asks_for_cookie(scope):
                    await self._give_cookie(scope, send)
                    return
                self._check_token(_token_of(headers), scope)
            _check_origin(scope, headers)
            body = await _read_in_time(scope, headers, receive)
        except Refusal as refusal:
            await _send_refusal(refusal, send)
            return

        await self._answer(scope, _replay(body, receive), send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer; what it did not foresee is said as JSON too."""
        has_begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except Exception:
            if has_begun:
                raise
            LOG.exception("%s %s", scope["method"], ascii(scope["path"]))
            refusal = Refusal(500, "failed", "The server failed here; its log says how.")
            await _send_refusal(refusal, send)

    def _check_host(self, headers: RequestHeaders) -> None:
        """Refuse a foreign name on a loopback address.

        A page elsewhere may have its name lead here.

        Starlette's TrustedHostMiddleware does not fit: it answers 400 in plain text where callers
        are promised a status, a word and JSON, and it cuts the IPv6 name ``[::1]`` at a colon.
        """
        if self.token is None and _host_name(headers.get(b"host", b"")) not in LOOPBACK_NAMES:
            raise Refusal(421, "wrong-host", "This server answers only as localhost or 127.0.0.1.")

    async def _give_cookie(self, scope: Scope, send: Send) -> None:
        """Set the token of the address as a cookie and lead to the address without it."""
        query = _query_of(scope)
        self._check_token(next(value for name, value in query if name == "token"), scope)

        rest = urlencode([(name, value) for name, value in query if name != "token"])
        location = "/" + scope["path"].lstrip("/") + (f"?{rest}" if rest else "")
        secure = "; Secure" if scope.get("scheme") == "https" else ""
        cookie = f"{COOKIE}={self.token}; Path=/; HttpOnly; SameSite=Strict{secure}"

        headers = [
            (b"location", location.encode("ascii", "replace")),
            (b"set-cookie", cookie.encode()),
            (b"content-length", b"0"),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    def _check_token(self, token: str, scope: Scope) -> None:
        """Refuse a wrong token; too many of them from one address are told so."""
        if hmac.compare_digest(token.encode("utf-8", "replace"), (self.token or "").encode()):
            return
        if token and self.guesses.are_too_many((scope.get("client") or ("",))[0]):
            raise Refusal(
                429,
                "too-many-guesses",
                "Too many wrong tokens came from this address. Ask again in a minute.",
                retry_after(int(GUESSES_SECONDS)),
            )
        raise Refusal(
            401,
            "wrong-token",
            "Open the address with ?token=..., or send the header Authorization: Bearer and "
            "the token.",
            ((b"www-authenticate", b"Bearer"),),
        )


class Guesses:
    """Wrong tokens by the address they came from, over a minute.

    Right ones are never counted, so that nobody who knows the token is shut out by others behind
    the same address.
    """

    def __init__(self) -> None:
        self._times: OrderedDict[str, list[float]] = OrderedDict()

    def are_too_many(self, address: str) -> bool:
        """Count a wrong token and tell whether an address has sent too many."""
        now = time.monotonic()
        recent = [at for at in self._times.pop(address, ()) if now - at < GUESSES_SECONDS]
        self._times[address] = [*recent, now][-MAX_GUESSES - 1 :]
        while len(self._times) > MAX_ADDRESSES:
            self._times.popitem(last=False)
        return len(recent) >= MAX_GUESSES


def json_depth(data: bytes) -> int:
    """Return how deep the brackets of a JSON text are nested, words in quotes left out."""
    deepest = 0
    level = 0
    is_quoted = False
    is_escaped = False

    for byte in data:
        if is_quoted:
            if is_escaped:
                is_escaped = False
            elif byte == BACKSLASH:
                is_escaped = True
            elif byte == QUOTE:
                is_quoted = False
        elif byte == QUOTE:
            is_quoted = True
        elif byte in OPENING_BRACKETS:
            level += 1
            deepest = max(deepest, level)
        elif byte in CLOSING_BRACKETS:
            level -= 1

    return deepest


def is_loopback(host: str) -> bool:
    """Tell whether a host to listen on is reached from this machine only."""
    return host in ("localhost", "127.0.0.1", "::1")


def _with_security_headers(send: Send) -> Send:
    """Send as before, with the security headers an answer does not set itself."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            names = {name.lower() for name, _ in headers}
            message["headers"] = headers + [h for h in SECURITY_HEADERS if h[0] not in names]
        await send(message)

    return send_with_headers


def _host_name(host: bytes) -> str:
    """Return the name of a Host header without its port."""
    text = host.decode("latin-1").lower()
    if text.startswith("["):
        return text[: text.find("]") + 1]
    return text.partition(":")[0]


def _query_of(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)


def _asks_for_cookie(scope: Scope) -> bool:
    """Tell whether a page is opened with the token in its address."""
    return scope["method"] in ("GET", "HEAD") and any(n == "token" for n, _ in _query_of(scope))


def _token_of(headers: RequestHeaders) -> str:
    """Return the token a request brings, of its Authorization header, else of its cookie."""
    authorization = headers.get(b"authorization", b"").decode("latin-1")
    if authorization:
        scheme, _, token = authorization.partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    cookies = headers.get(b"cookie", b"").decode("latin-1").split(";")
    pairs = (cookie.strip().partition("=") for cookie in cookies)
    return next((value for name, _, value in pairs if name == COOKIE), "")


def _check_address(scope: Scope) -> None:
    if len(scope["query_string"]) > MAX_QUERY_BYTES:
        raise Refusal(
            414,
            "address-too-long",
            f"An address may ask with at most {MAX_QUERY_BYTES} bytes; POST the rest.",
        )
    if "\0" in scope["path"]:
        raise Refusal(400, "bad-address", "The address holds a NUL.")


def _check_origin(scope: Scope, headers: RequestHeaders) -> None:
    """Refuse writing asked for by a page of another place."""
    origin = headers.get(b"origin")
    if scope["method"] in ("GET", "HEAD") or origin is None:
        return

    host = headers.get(b"host", b"").decode("latin-1")
    if origin.decode("latin-1").partition("://")[2].lower() != host.lower():
        raise Refusal(403, "foreign-page", "A page of another place may not ask here.")


async def _read_in_time(scope: Scope, headers: RequestHeaders, receive: Receive) -> bytes:
    """Return the whole body of a request; Refusal for one that does not come in time."""
    try:
        async with asyncio.timeout(MAX_BODY_SECONDS):
            return await _read_body(scope, headers, receive)
    except TimeoutError:
        raise Refusal(
            408,
            "too-slow",
            f"The body did not come within {MAX_BODY_SECONDS:g} seconds.",
            ((b"connection", b"close"),),
        ) from None


async def _read_body(scope: Scope, headers: RequestHeaders, receive: Receive) -> bytes:
    """Return the whole body of a request; Refusal for one too large or too deep."""
    declared_bytes = headers.get(b"content-length", b"0")
    if not declared_bytes.isdigit():
        raise Refusal(400, "bad-length", "Content-Length is no number.")
    if int(declared_bytes) > MAX_BODY_BYTES:
        raise _too_large()
    if scope["method"] in ("GET", "HEAD"):
        return b""

    chunks: list[bytes] = []
    size = 0
    has_more = True
    while has_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        has_more = message.get("more_body", False)
        if size > MAX_BODY_BYTES:
            raise _too_large()

    body = b"".join(chunks)
    if json_depth(body) > MAX_JSON_DEPTH:
        raise Refusal(400, "too-deep", f"JSON may be nested at most {MAX_JSON_DEPTH} deep.")
    return body


def _too_large() -> Refusal:
    return Refusal(
        413,
        "body-too-large",
        f"A body may have at most {MAX_BODY_BYTES} bytes.",
        ((b"connection", b"close"),),
    )


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give a body that was read to whoever receives next."""
    is_replayed = False

    async def receive_again() -> Message:
        nonlocal is_replayed
        if is_replayed:
            return await receive()

        is_replayed = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again


async def _send_refusal(refusal: Refusal, send: Send) -> None:
    body = error_json(refusal.error, refusal.message)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *refusal.headers,
    ]

    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
