"""The application: every view of a study as JSON, and the page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path as File
from typing import Annotated, Any, TypeVar

from fastapi import FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from corridor.errors import CallError, NotConverged, StudyError, UnknownName
from corridor.tables.store import installed_version
from corridor.web import answers, cards, catalogue, pages, questions, saving
from corridor.web.door import Door, Refused, said
from corridor.web.replies import send
from corridor.web.what_if import Laid, Shelf
from corridor.web.workers import Answer, Workers

State = TypeVar("State", bound=questions.State)
Id = Annotated[str, Path(max_length=120)]
Asked = Annotated[questions.State, Query()]
CSV = "text/csv; charset=utf-8"
WORDS: dict[int | str, dict[str, Any]] = {
    code: {
        "description": words,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["error", "message"],
                    "properties": {"error": {"type": "string"}, "message": {"type": "string"}},
                }
            }
        },
    }
    for code, words in (
        (400, "Not readable"),
        (404, "No such row"),
        (413, "Body too large"),
        (422, "Cannot be asked so"),
        (503, "Busy or too slow; Retry-After says when"),
    )
}


def make_app(folder: File, *, token: str | None = None, workers: Workers | None = None) -> FastAPI:
    """Return the application of the study in a folder.

    token: what callers must know; null: none, for a loopback address. Raises StudyError where the
    study cannot be used.
    """
    shelf = Shelf(folder)
    desk = workers or Workers()

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        yield
        desk.close()

    app = FastAPI(
        title=f"corridor: {shelf.study().title}",
        version=installed_version(),
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=living,
        description=(
            "JSON twins of every view of the map. Times are UTC, money is USD of the study's "
            "price year."
        ),
    )
    app.state.shelf = shelf
    app.state.workers = desk
    _add_views(app, shelf, desk)
    _add_bodies(app, shelf, desk)
    pages.add_pages(app)
    _add_errors(app)
    app.add_middleware(Door, token=token)
    return app


async def _reply(
    request: Request, shelf: Shelf, desk: Workers, asked: State, make: Callable[[Laid, State], Any]
) -> Response:
    """Return what a view makes of a question, from the kept answers where there is one."""

    def compute() -> Answer:
        made = make(shelf.lay(asked), asked)
        return made if isinstance(made, Answer) else Answer(answers.as_json(made))

    key = (shelf.study().hash, request.url.path, type(asked).__name__, asked.model_dump_json())
    answer = await desk.answer(key, compute, lambda: _gone(request))
    return send(request, answer)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        await asyncio.sleep(0)


def _add_views(app: FastAPI, shelf: Shelf, desk: Workers) -> None:
    """Add what a GET answers."""

    @app.get(
        "/api/study",
        responses=WORDS,
        summary="Scenarios, places, cargoes, disputed figures and styles of the study",
    )
    async def get_study(request: Request, asked: Asked) -> Response:
        return await _reply(
            request, shelf, desk, asked, lambda laid, _: catalogue.study(laid, shelf.trouble)
        )

    @app.get(
        "/api/network",
        responses=WORDS,
        summary="Places and links as GeoJSON, and which links are not open",
    )
    async def get_network(request: Request, asked: Asked) -> Response:
        return await _reply(request, shelf, desk, asked, lambda laid, _: answers.network(laid))

    @app.get(
        "/api/openings", responses=WORDS, summary="Links that are planned or shut on a day, and why"
    )
    async def get_openings(request: Request, asked: Asked) -> Response:
        return await _reply(
            request,
            shelf,
            desk,
            asked,
            lambda laid, a: {**answers.about(laid), "elements": answers.openness(laid, a)},
        )

    @app.get(
        "/api/hazards",
        responses=WORDS,
        summary="Closures that may happen, with the links and the chance of each",
    )
    async def get_hazards(request: Request, asked: Asked) -> Response:
        return await _reply(request, shelf, desk, asked, lambda laid, _: answers.threats(laid))

    @app.get(
        "/api/criticality",
        responses=WORDS,
        summary="What the failure of each link would cost the study's demand",
    )
    async def get_criticality(request: Request, asked: Asked) -> Response:
        return await _reply(request, shelf, desk, asked, lambda laid, _: answers.criticality(laid))

    @app.get("/api/routes", responses=WORDS, summary="Every route worth taking on a day")
    async def get_routes(request: Request, asked: Annotated[questions.Routes, Query()]) -> Response:
        return await _reply(request, shelf, desk, asked, answers.routes)

    @app.get("/api/routes.geojson", responses=WORDS, summary="The routes as GeoJSON")
    async def get_geojson(
        request: Request, asked: Annotated[questions.Routes, Query()]
    ) -> Response:
        return await _reply(
            request,
            shelf,
            desk,
            asked,
            lambda laid, a: Answer(
                answers.as_json(answers.geojson(laid, answers.find(laid, a))),
                "application/geo+json",
            ),
        )

    @app.get(
        "/api/legs.geojson", responses=WORDS, summary="The legs of the routes as GeoJSON, by mode"
    )
    async def get_legs_geojson(
        request: Request, asked: Annotated[questions.Routes, Query()]
    ) -> Response:
        return await _reply(
            request,
            shelf,
            desk,
            asked,
            lambda laid, a: Answer(
                answers.as_json(answers.legs_geojson(laid, answers.find(laid, a))),
                "application/geo+json",
            ),
        )

    @app.get("/api/routes.csv", responses=WORDS, summary="The routes as CSV, one row a route")
    async def get_routes_csv(
        request: Request, asked: Annotated[questions.Routes, Query()]
    ) -> Response:
        return await _reply(
            request,
            shelf,
            desk,
            asked,
            lambda laid, a: Answer(answers.routes_csv(answers.find(laid, a)), CSV),
        )

    @app.get("/api/legs.csv", responses=WORDS, summary="The legs of the routes as CSV")
    async def get_legs_csv(
        request: Request, asked: Annotated[questions.Routes, Query()]
    ) -> Response:
        return await _reply(
            request,
            shelf,
            desk,
            asked,
            lambda laid, a: Answer(answers.legs_csv(laid, answers.find(laid, a)), CSV),
        )

    @app.get(
        "/api/charts/{chart}",
        responses=WORDS,
        summary="A chart of the routes as a Vega-Lite specification",
    )
    async def get_chart(
        request: Request, chart: Id, asked: Annotated[questions.Routes, Query()]
    ) -> Response:
        return await _reply(
            request, shelf, desk, asked, lambda laid, a: catalogue.chart(laid, a, chart)
        )

    @app.get(
        "/api/calendar",
        responses=WORDS,
        summary="The best route for every departure of a range of days",
    )
    async def get_calendar(
        request: Request, asked: Annotated[questions.Calendar, Query()]
    ) -> Response:
        return await _reply(request, shelf, desk, asked, answers.calendar)

    @app.get(
        "/api/why-not",
        responses=WORDS,
        summary="Why the best routes do not use a place, link, mode or country",
    )
    async def get_why_not(
        request: Request, asked: Annotated[questions.WhyNot, Query()]
    ) -> Response:
        return await _reply(request, shelf, desk, asked, answers.why)

    @app.get("/api/links/{link_id}", responses=WORDS, summary="All that is known of a link")
    async def get_link(request: Request, link_id: Id, asked: Asked) -> Response:
        return await _reply(request, shelf, desk, asked, lambda laid, _: cards.link(laid, link_id))

    @app.get("/api/nodes/{node_id}", responses=WORDS, summary="All that is known of a place")
    async def get_node(request: Request, node_id: Id, asked: Asked) -> Response:
        return await _reply(request, shelf, desk, asked, lambda laid, _: cards.place(laid, node_id))

    @app.get(
        "/api/sources/{source_id}", responses=WORDS, summary="A source and the rows that rest on it"
    )
    async def get_source(request: Request, source_id: Id, asked: Asked) -> Response:
        return await _reply(
            request, shelf, desk, asked, lambda laid, _: cards.source_card(laid, source_id)
        )

    @app.get(
        "/api/rows/{table}/{row_id}",
        responses=WORDS,
        summary="One row of a table with units and source",
    )
    async def get_row(request: Request, table: Id, row_id: Id, asked: Asked) -> Response:
        return await _reply(
            request, shelf, desk, asked, lambda laid, _: cards.row(laid, table, row_id)
        )


def _add_bodies(app: FastAPI, shelf: Shelf, desk: Workers) -> None:
    """Add what a POST answers: questions with change rows of their own, and saving."""

    @app.post("/api/routes", responses=WORDS, summary="Every route worth taking under a what-if")
    async def post_routes(request: Request, asked: questions.RoutesBody) -> Response:
        return await _reply(request, shelf, desk, asked, answers.routes)

    @app.post(
        "/api/openings", responses=WORDS, summary="Links that are planned or shut under a what-if"
    )
    async def post_openings(request: Request, asked: questions.StateBody) -> Response:
        return await _reply(
            request,
            shelf,
            desk,
            asked,
            lambda laid, a: {**answers.about(laid), "elements": answers.openness(laid, a)},
        )

    @app.post(
        "/api/calendar",
        responses=WORDS,
        summary="The best route for every departure of a range under a what-if",
    )
    async def post_calendar(request: Request, asked: questions.CalendarBody) -> Response:
        return await _reply(request, shelf, desk, asked, answers.calendar)

    @app.post(
        "/api/why-not",
        responses=WORDS,
        summary="Why the best routes do not use an element under a what-if",
    )
    async def post_why_not(request: Request, asked: questions.WhyNotBody) -> Response:
        return await _reply(request, shelf, desk, asked, answers.why)

    @app.post(
        "/api/scenarios",
        responses={**WORDS, 409: WORDS[400] | {"description": "Name taken, or a table is not CSV"}},
        status_code=201,
        summary="Save a what-if as a scenario of the study",
    )
    async def post_scenario(request: Request, asked: saving.Saved) -> Response:
        def keep() -> bytes:
            laid = shelf.lay(asked)
            saving.check_named(asked, laid)
            saved = saving.save(shelf.folder, laid, asked)
            shelf.read_again()
            return answers.as_json(
                {
                    "scenario": saved.scenario_id,
                    "title": saved.title,
                    "about": saved.about,
                    "changes": saved.changes,
                    "choices": dict(saved.choices),
                    "as_of": saved.as_of,
                }
            )

        body = await asyncio.to_thread(keep)
        desk.forget()
        return Response(body, 201, media_type="application/json")


def _add_errors(app: FastAPI) -> None:
    """Turn what goes wrong into words; nothing a caller sends back stands in them unescaped."""

    def failed(status: int, error: str, message: str, **more: Any) -> Response:
        return Response(
            said(error, message, **more),
            status,
            media_type="application/json",
            headers={"cache-control": "no-store"},
        )

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> Response:
        reply = failed(error.status, error.error, error.message)
        for name, value in error.headers:
            reply.headers[name.decode()] = value.decode()
        return reply

    @app.exception_handler(RequestValidationError)
    async def unreadable(_: Request, error: RequestValidationError) -> Response:
        told = [
            f"{'.'.join(str(p)[:60] for p in e['loc'][1:])}: {e['msg'][:300]}"
            for e in error.errors()[:10]
        ]
        return failed(422, "bad-question", "; ".join(told) or "The question cannot be read.")

    @app.exception_handler(UnknownName)
    async def unknown(request: Request, error: UnknownName) -> Response:
        in_path = error.name in request.path_params.values()
        return failed(
            404 if in_path else 422,
            "unknown-name",
            error.message,
            name=error.name,
            near=list(error.near),
        )

    @app.exception_handler(CallError)
    async def wrong(_: Request, error: CallError) -> Response:
        return failed(422, "bad-question", str(error))

    @app.exception_handler(NotConverged)
    async def too_many(_: Request, error: NotConverged) -> Response:
        return failed(422, "too-many-ways", str(error))

    @app.exception_handler(StudyError)
    async def findings(_: Request, error: StudyError) -> Response:
        return failed(
            422,
            "findings",
            " ".join(f"{f.message} {f.do}" for f in error.findings[:3]),
            findings=[str(f) for f in error.findings[:20]],
        )

    @app.exception_handler(HTTPException)
    async def other(_: Request, error: HTTPException) -> Response:
        words = {
            404: "There is no such page.",
            405: "That cannot be asked this way.",
            400: "The request cannot be read.",
        }
        reply = failed(error.status_code, "http", words.get(error.status_code, str(error.detail)))
        for name, value in (error.headers or {}).items():
            reply.headers[name] = value
        return reply
