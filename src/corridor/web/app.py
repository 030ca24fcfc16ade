"""The application: every view of a study as JSON, saving, and the page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import Response

from corridor.version import __version__
from corridor.web import catalogue, saving
from corridor.web.door import Door
from corridor.web.endpoints import add_endpoints
from corridor.web.failures import FAILURES, add_failures
from corridor.web.json_text import as_json
from corridor.web.limits import MAX_SAVERS
from corridor.web.live_study import LiveStudy
from corridor.web.pages import add_pages
from corridor.web.refusals import Refusal, retry_after
from corridor.web.workers import Workers


def make_app(folder: Path, *, token: str | None = None, workers: Workers | None = None) -> FastAPI:
    """Return the application of the study in a folder.

    token: what callers must know; null: none, for a loopback address. Raises StudyError where the
    study cannot be used.
    """
    live = LiveStudy(folder)
    workers = workers or Workers()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        workers.close()

    app = FastAPI(
        title=f"corridor: {live.study().title}",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=lifespan,
        description=(
            "JSON twins of every view of the map. Times are UTC, money is USD of the study's "
            "price year."
        ),
    )
    app.state.live = live
    app.state.workers = workers

    add_endpoints(app, live, workers, responses=FAILURES)
    _add_saving(app, live, workers)
    add_pages(app)
    add_failures(app)
    app.add_middleware(Door, token=token)
    return app


def _add_saving(app: FastAPI, live: LiveStudy, workers: Workers) -> None:
    """Add the address that saves a what-if as a scenario."""
    savers = 0  # that write or wait for it

    @app.post(
        "/api/scenarios",
        responses={
            **FAILURES,
            409: FAILURES[400] | {"description": "Name taken, or a table is not CSV"},
        },
        status_code=201,
        summary="Save a what-if as a scenario of the study",
    )
    async def post_scenario(question: saving.Saved) -> Response:
        nonlocal savers
        if savers >= MAX_SAVERS:
            raise Refusal(503, "busy", "Too many are saving. Try again.", retry_after(2))

        def save() -> bytes:
            scenario = saving.save(live.folder, live.state(question), question)
            live.read_again()
            saved = catalogue.scenario(scenario)
            return as_json({"scenario": saved.pop("id"), **saved})

        savers += 1
        try:
            body = await asyncio.to_thread(save)
        finally:
            savers -= 1
        workers.forget()
        return Response(body, 201, media_type="application/json")
