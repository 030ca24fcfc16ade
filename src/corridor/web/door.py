"""The door of the server: who may come in, and how a refusal is worded."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from corridor.web.limits import MOST_BODY_BYTES, MOST_DEPTH, MOST_QUERY_BYTES

LOOPBACK = frozenset(
    {"localhost", "127.0.0.1", "[::1]"}
)  # names by which this machine calls itself


COOKIE = "corridor_token"


HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "  # noqa: E501
        b"worker-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",  # noqa: E501
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)


Scope = MutableMapping[str, Any]


Message = MutableMapping[str, Any]


Receive = Callable[[], Awaitable[Message]]


Send = Callable[[Message], Awaitable[None]]


App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Refused(Exception):
    """A request that is not answered: HTTP status, a stable word and a sentence for the reader."""

    def __init__(
        self, status: int, error: str, message: str, headers: tuple[tuple[bytes, bytes], ...] = ()
    ) -> None:
        self.status = status
        self.error = error
        self.message = message
        self.headers = headers
        super().__init__(message)


class Door:
    """Let in what keeps the limits, and put the security headers on every answer.

    token: what a caller must know; null: anybody who reaches a loopback address, by its own name
    only.
    """

    def __init__(self, app: App, token: str | None) -> None:
        self.app = app
        self.token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                named = {name.lower() for name, _ in message.get("headers", ())}
                message["headers"] = [
                    *message.get("headers", ()),
                    *(h for h in HEADERS if h[0] not in named),
                ]
            await send(message)

        try:
            headers = {name.lower(): value for name, value in scope["headers"]}
            self._check_host(headers)
            _check_address(scope)
            if self.token is not None and await self._enter(scope, headers, dressed):
                return
            _check_origin(scope, headers)
            body = await _body(scope, headers, receive)
        except Refused as refused:
            await _refuse(refused, dressed)
            return
        await self.app(scope, _replay(body, receive), dressed)

    def _check_host(self, headers: dict[bytes, bytes]) -> None:
        """Refuse a foreign name on a loopback address: a page elsewhere may have its name lead
        here."""
        if self.token is None and _name_of(headers.get(b"host", b"")) not in LOOPBACK:
            raise Refused(421, "wrong-host", "This server answers only as localhost or 127.0.0.1.")

    async def _enter(self, scope: Scope, headers: dict[bytes, bytes], send: Send) -> bool:
        """Check the token; with ?token= in the address set a cookie and lead to the address without
        it. True: answered."""
        given = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        token = next((value for name, value in given if name == "token"), None)
        if token is not None and scope["method"] in ("GET", "HEAD"):
            self._check_token(token)
            rest = urlencode([(name, value) for name, value in given if name != "token"])
            where = "/" + scope["path"].lstrip("/") + (f"?{rest}" if rest else "")
            secure = "; Secure" if scope.get("scheme") == "https" else ""
            cookie = f"{COOKIE}={self.token}; Path=/; HttpOnly; SameSite=Strict{secure}"
            await send(
                {
                    "type": "http.response.start",
                    "status": 303,
                    "headers": [
                        (b"location", where.encode("ascii", "replace")),
                        (b"set-cookie", cookie.encode()),
                        (b"content-length", b"0"),
                        (b"cache-control", b"no-store"),
                    ],
                }
            )
            await send({"type": "http.response.body", "body": b""})
            return True
        bearer = headers.get(b"authorization", b"").decode("latin-1")
        if bearer:
            scheme, _, word = bearer.partition(" ")
            self._check_token(word.strip() if scheme.lower() == "bearer" else "")
            return False
        pairs = (
            p.strip().partition("=")
            for p in headers.get(b"cookie", b"").decode("latin-1").split(";")
        )
        self._check_token(next((value for name, _, value in pairs if name == COOKIE), ""))
        return False

    def _check_token(self, given: str) -> None:
        if not hmac.compare_digest(given.encode("utf-8", "replace"), (self.token or "").encode()):
            raise Refused(
                401,
                "wrong-token",
                "Open the address with ?token=..., or send the header Authorization: Bearer and "
                "the token.",
                ((b"www-authenticate", b"Bearer"),),
            )


def depth(data: bytes) -> int:
    """Return how deep the brackets of a JSON text are nested, words in quotes left out."""
    deepest = level = 0
    quoted = escaped = False
    for byte in data:
        if quoted:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                quoted = False
        elif byte == 0x22:
            quoted = True
        elif byte in (0x5B, 0x7B):
            level += 1
            deepest = max(deepest, level)
        elif byte in (0x5D, 0x7D):
            level -= 1
    return deepest


def is_loopback(host: str) -> bool:
    """Tell whether a host to listen on is reached from this machine only."""
    return host in ("localhost", "127.0.0.1", "::1")


def said(error: str, message: str, **more: Any) -> bytes:
    """Return an error as JSON, in ASCII whatever was typed."""
    return json.dumps({"error": error, "message": message, **more}).encode()


def _name_of(host: bytes) -> str:
    text = host.decode("latin-1").lower()
    return text[: text.find("]") + 1] if text.startswith("[") else text.partition(":")[0]


def _check_address(scope: Scope) -> None:
    if len(scope["query_string"]) > MOST_QUERY_BYTES:
        raise Refused(
            414,
            "address-too-long",
            f"An address may ask with at most {MOST_QUERY_BYTES} bytes; POST the rest.",
        )
    if "\0" in scope["path"]:
        raise Refused(400, "bad-address", "The address holds a NUL.")


def _check_origin(scope: Scope, headers: dict[bytes, bytes]) -> None:
    """Refuse writing asked for by a page of another place."""
    origin = headers.get(b"origin")
    if scope["method"] not in ("GET", "HEAD") and origin is not None:
        own = headers.get(b"host", b"").decode("latin-1")
        if origin.decode("latin-1").partition("://")[2].lower() != own.lower():
            raise Refused(403, "foreign-page", "A page of another place may not ask here.")


async def _body(scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> bytes:
    said_length = headers.get(b"content-length", b"0")
    if not said_length.isdigit():
        raise Refused(400, "bad-length", "Content-Length is no number.")
    if int(said_length) > MOST_BODY_BYTES:
        raise _too_large()
    if scope["method"] in ("GET", "HEAD"):
        return b""
    parts = []
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        more = message.get("more_body", False)
        if size > MOST_BODY_BYTES:
            raise _too_large()
    body = b"".join(parts)
    if depth(body) > MOST_DEPTH:
        raise Refused(400, "too-deep", f"JSON may be nested at most {MOST_DEPTH} deep.")
    return body


def _too_large() -> Refused:
    return Refused(
        413,
        "body-too-large",
        f"A body may have at most {MOST_BODY_BYTES} bytes.",
        ((b"connection", b"close"),),
    )


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if not given:
            given = True
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return again


async def _refuse(refused: Refused, send: Send) -> None:
    body = said(refused.error, refused.message)
    await send(
        {
            "type": "http.response.start",
            "status": refused.status,
            "headers": [
                (b"content-type", b"application/json"),
                (b"content-length", str(len(body)).encode()),
                (b"cache-control", b"no-store"),
                *refused.headers,
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})
