"""Failures: what goes wrong, as JSON with a status, a stable word and a sentence.

Nothing a caller sends back stands in it unescaped.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from corridor.errors import AmbiguousName, CallError, NotConverged, StudyError, UnknownName
from corridor.web.refusals import Refusal, error_json

MAX_PROBLEMS = 10  # of one question that are named
MAX_FINDINGS = 20
ERROR_SCHEMA = {
    "type": "object",
    "required": ["error", "message"],
    "properties": {"error": {"type": "string"}, "message": {"type": "string"}},
}
DESCRIPTIONS = {
    400: "Not readable",
    404: "No such row",
    413: "Body too large",
    422: "Cannot be asked so",
    503: "Busy or too slow; Retry-After says when",
}
FAILURES: dict[int | str, dict[str, Any]] = {
    status: {
        "description": description,
        "content": {"application/json": {"schema": ERROR_SCHEMA}},
    }
    for status, description in DESCRIPTIONS.items()
}
HTTP_SENTENCES = {
    400: "The request cannot be read.",
    404: "There is no such page.",
    405: "That cannot be asked this way.",
}


def add_failures(app: FastAPI) -> None:
    """Make an application answer each kind of bad news in words."""
    for kind, handler in HANDLERS.items():
        app.add_exception_handler(kind, handler)


async def _refusal(_: Request, error: Refusal) -> Response:
    response = _failure(error.status, error.error, error.message)
    for name, value in error.headers:
        response.headers[name.decode()] = value.decode()
    return response


async def _unreadable_question(_: Request, error: RequestValidationError) -> Response:
    problems = [_problem(each) for each in error.errors()[:MAX_PROBLEMS]]
    message = "; ".join(problems) or "The question cannot be read."
    return _failure(422, "bad-question", message)


async def _unknown_name(request: Request, error: UnknownName) -> Response:
    status = 404 if error.name in request.path_params.values() else 422
    near = list(error.near)
    return _failure(status, "unknown-name", error.message, name=error.name, near=near)


async def _ambiguous_name(_: Request, error: AmbiguousName) -> Response:
    ids = list(error.ids)
    return _failure(422, "ambiguous-name", error.message, name=error.name, ids=ids)


async def _wrong_question(_: Request, error: CallError) -> Response:
    return _failure(422, "bad-question", str(error))


async def _too_many_routes(_: Request, error: NotConverged) -> Response:
    return _failure(422, "too-many-ways", str(error))


async def _findings(_: Request, error: StudyError) -> Response:
    message = " ".join(f"{finding.message} {finding.do}" for finding in error.findings[:3])
    texts = [str(finding) for finding in error.findings[:MAX_FINDINGS]]
    return _failure(422, "findings", message, findings=texts)


async def _http_error(_: Request, error: HTTPException) -> Response:
    sentence = HTTP_SENTENCES.get(error.status_code, str(error.detail))
    response = _failure(error.status_code, "http", sentence)
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


HANDLERS: dict[type[Exception], Callable[..., Awaitable[Response]]] = {
    Refusal: _refusal,
    RequestValidationError: _unreadable_question,
    UnknownName: _unknown_name,
    AmbiguousName: _ambiguous_name,
    CallError: _wrong_question,
    NotConverged: _too_many_routes,
    StudyError: _findings,
    HTTPException: _http_error,
}


def _failure(status: int, error: str, message: str, **more: Any) -> Response:
    return Response(
        error_json(error, message, **more),
        status,
        media_type="application/json",
        headers={"cache-control": "no-store"},
    )


def _problem(error: Any) -> str:
    """What is wrong with one field of a question, cut to a length a caller cannot choose."""
    field = ".".join(str(part)[:60] for part in error["loc"][1:])
    return f"{field}: {error['msg'][:300]}"
