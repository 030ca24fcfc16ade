"""Replies: an answer as an HTTP response, packed where the caller can unpack it."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from corridor.web.workers import Answer


def reply(request: Request, answer: Answer, **headers: str) -> Response:
    """Return an answer as a response, packed where the caller can unpack it.

    headers: in place of those every answer has: not to be stored, differs by encoding.
    """
    usual = {"cache-control": "no-store", "vary": "accept-encoding"}
    packed = None
    if "gzip" in request.headers.get("accept-encoding", ""):
        packed = answer.gzipped()

    if packed is None:
        return Response(answer.body, media_type=answer.kind, headers={**usual, **headers})

    usual["content-encoding"] = "gzip"
    return Response(packed, media_type=answer.kind, headers={**usual, **headers})
