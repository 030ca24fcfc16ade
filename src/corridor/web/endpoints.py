"""Endpoints: what each address answers, as a table of views, and how an address is served.

A view is asked by GET with its question in the address, or by POST with the question in a body,
which then may hold change rows of its own.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import Annotated, Any

from fastapi import FastAPI, Path, Query, Request
from fastapi.responses import Response

from corridor.language.speech import speaking
from corridor.web import answers, arrive_by, briefs, cards, catalogue, geojson
from corridor.web.json_text import as_json
from corridor.web.languages import translated
from corridor.web.live_study import LiveStudy
from corridor.web.questions import (
    Calendar,
    CalendarBody,
    Goods,
    PageAddress,
    Routes,
    RoutesBody,
    State,
    StateBody,
    WhyNot,
    WhyNotBody,
)
from corridor.web.replies import reply
from corridor.web.workers import Answer, Workers

CSV = "text/csv; charset=utf-8"
GEOJSON = "application/geo+json"
MAX_ID_LETTERS = 120

Id = Annotated[str, Path(max_length=MAX_ID_LETTERS)]


@dataclass(frozen=True, slots=True)
class View:
    """An address and what it answers.

    name: of the operation in the description of the API. question: what may be asked; answer: a
    value for JSON, or an Answer in another format, from a state of the study, the question, and
    the ids that stand in braces in the path.
    """

    path: str
    name: str
    summary: str
    question: type[State]
    answer: Callable[..., Any]


GET_VIEWS = (
    View(
        "/api/network",
        "get_network",
        "Places and links as GeoJSON, and which links are not open",
        State,
        lambda state, _: geojson.network(state),
    ),
    View(
        "/api/openings",
        "get_openings",
        "Links that are planned or shut on a day, and why",
        State,
        answers.openings,
    ),
    View(
        "/api/hazards",
        "get_hazards",
        "Closures that may happen, with the links and the chance of each",
        State,
        lambda state, _: answers.threats(state),
    ),
    View(
        "/api/criticality",
        "get_criticality",
        "What the failure of each link would cost the study's demand",
        State,
        lambda state, _: answers.criticality(state),
    ),
    View(
        "/api/flows",
        "get_flows",
        "What links carry a year under capacity, how full they are, and what jams",
        State,
        lambda state, _: answers.flows(state),
    ),
    View(
        "/api/routes",
        "get_routes",
        "Every route worth taking on a day",
        Routes,
        answers.routes,
    ),
    View(
        "/api/routes.geojson",
        "get_geojson",
        "The routes as GeoJSON",
        Routes,
        lambda state, question: _as_geojson(geojson.routes(state, answers.find(state, question))),
    ),
    View(
        "/api/legs.geojson",
        "get_legs_geojson",
        "The legs of the routes as GeoJSON, by mode",
        Routes,
        lambda state, question: _as_geojson(geojson.legs(state, answers.find(state, question))),
    ),
    View(
        "/api/routes.csv",
        "get_routes_csv",
        "The routes as CSV, one row a route",
        Routes,
        lambda state, question: Answer(answers.routes_csv(answers.find(state, question)), CSV),
    ),
    View(
        "/api/legs.csv",
        "get_legs_csv",
        "The legs of the routes as CSV",
        Routes,
        lambda state, question: Answer(answers.legs_csv(state, answers.find(state, question)), CSV),
    ),
    View(
        "/brief",
        "get_brief",
        "The answer to an address of the page on one A4 sheet, as HTML",
        PageAddress,
        briefs.brief,
    ),
    View(
        "/brief.pdf",
        "get_brief_pdf",
        "The same as PDF, printed by a Chromium of the server",
        PageAddress,
        briefs.brief_pdf,
    ),
    View(
        "/api/charts/{chart}",
        "get_chart",
        "A chart of the routes as a Vega-Lite specification",
        Routes,
        lambda state, question, chart: catalogue.chart(state, question, chart),
    ),
    View(
        "/api/calendar",
        "get_calendar",
        "The best route for every departure of a range of days",
        Calendar,
        answers.calendar,
    ),
    View(
        "/api/arrive-by",
        "get_arrive_by",
        "The latest departures that arrive by a day, for half and for nearly all trips",
        Routes,
        arrive_by.arrive_by,
    ),
    View(
        "/api/why-not",
        "get_why_not",
        "Why the best routes do not use a place, link, mode or country",
        WhyNot,
        answers.why,
    ),
    View(
        "/api/links/{link_id}",
        "get_link",
        "All that is known of a link",
        Goods,
        lambda state, question, link_id: cards.link(state, link_id, question),
    ),
    View(
        "/api/nodes/{node_id}",
        "get_node",
        "All that is known of a place",
        State,
        lambda state, _, node_id: cards.place(state, node_id),
    ),
    View(
        "/api/sources/{source_id}",
        "get_source",
        "A source and the rows that rest on it",
        State,
        lambda state, _, source_id: cards.source_card(state, source_id),
    ),
    View(
        "/api/rows/{table}/{row_id}",
        "get_row",
        "One row of a table with units and source",
        State,
        lambda state, _, table, row_id: cards.row(state, table, row_id),
    ),
)

POST_VIEWS = (
    View(
        "/api/routes",
        "post_routes",
        "Every route worth taking under a what-if",
        RoutesBody,
        answers.routes,
    ),
    View(
        "/api/openings",
        "post_openings",
        "Links that are planned or shut under a what-if",
        StateBody,
        answers.openings,
    ),
    View(
        "/api/calendar",
        "post_calendar",
        "The best route for every departure of a range under a what-if",
        CalendarBody,
        answers.calendar,
    ),
    View(
        "/api/arrive-by",
        "post_arrive_by",
        "The latest departures that arrive by a day under a what-if",
        RoutesBody,
        arrive_by.arrive_by,
    ),
    View(
        "/api/why-not",
        "post_why_not",
        "Why the best routes do not use an element under a what-if",
        WhyNotBody,
        answers.why,
    ),
)


def add_endpoints(
    app: FastAPI, live: LiveStudy, workers: Workers, *, responses: dict[int | str, dict[str, Any]]
) -> None:
    """Add every view to an application.

    responses: what else an address may answer, for the description of the API.
    """
    study_view = View(
        "/api/study",
        "get_study",
        "Scenarios, places, cargoes, disputed figures and styles of the study",
        State,
        lambda state, _: catalogue.study(state, live.trouble),
    )

    for method, views in (("GET", (study_view, *GET_VIEWS)), ("POST", POST_VIEWS)):
        for view in views:
            app.add_api_route(
                view.path,
                _endpoint(view, method, live, workers),
                methods=[method],
                name=view.name,
                summary=view.summary,
                responses=responses,
            )


def _endpoint(view: View, method: str, live: LiveStudy, workers: Workers) -> Callable[..., Any]:
    """Return the function that serves a view.

    FastAPI reads its parameters from the signature: the question, and an id for each word in
    braces.
    """

    async def endpoint(request: Request, question: State, **ids: str) -> Response:
        def compute() -> Answer:
            with speaking(question.language, live.folder):
                value = view.answer(live.state(question), question, **ids)
                return value if isinstance(value, Answer) else Answer(as_json(translated(value)))

        kind = type(question).__name__
        key = (live.study().hash, request.url.path, kind, question.model_dump_json())
        answer = await workers.answer(key, compute, lambda: _gone(request))
        own = {"content-security-policy": briefs.POLICY} if answer.kind == briefs.HTML else {}
        return reply(request, answer, **own)

    endpoint.__signature__ = _signature(view, method)  # type: ignore[attr-defined]
    return endpoint


def _signature(view: View, method: str) -> Signature:
    """Return the parameters of a view; a question asked by GET stands in the address."""
    question = Annotated[view.question, Query()] if method == "GET" else view.question
    parameters = {
        "request": Request,
        **dict.fromkeys(re.findall(r"\{(\w+)\}", view.path), Id),
        "question": question,
    }
    return Signature(
        [
            Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind)
            for name, kind in parameters.items()
        ]
    )


async def _gone(request: Request) -> None:
    """End when the caller has left."""
    while (await request.receive())["type"] != "http.disconnect":
        await asyncio.sleep(0)


def _as_geojson(features: dict[str, Any]) -> Answer:
    return Answer(as_json(features), GEOJSON)
