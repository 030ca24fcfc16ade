"""An answer as an HTTP response, packed where the caller can unpack it."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from corridor.web.workers import Answer


def send(request: Request, answer: Answer, **headers: str) -> Response:
    """Return an answer, packed where the caller can unpack it."""
    packed = answer.gzipped() if "gzip" in request.headers.get("accept-encoding", "") else None
    more = {"content-encoding": "gzip"} if packed is not None else {}
    return Response(
        answer.body if packed is None else packed,
        media_type=answer.kind,
        headers={"cache-control": "no-store", "vary": "accept-encoding", **more, **headers},
    )
