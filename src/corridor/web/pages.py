"""Pages: the built page, the base map, and a page of words where it is not built."""

from __future__ import annotations

import hashlib
import mimetypes
from importlib import resources

from fastapi import FastAPI, Request
from fastapi.responses import Response

from corridor.charts.basemap import basemap, outline
from corridor.web.answers import as_json
from corridor.web.door import Refused
from corridor.web.replies import send
from corridor.web.workers import Answer

SCRIPT = "text/javascript; charset=utf-8"
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": SCRIPT,
    ".mjs": SCRIPT,
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
}
NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>corridor: the page is not built</title>
<h1>The page is not built</h1><p>This copy of corridor came without its built page. Build it with <code>make web</code>
(needs node 20 or newer), or install a released package, then start the server again.</p>
<p>Everything the page shows can be had as JSON: <a href="/api/openapi.json">the description of the API</a>,
<a href="/api/study">the study</a>, <a href="/api/network">its network</a>.</p></html>"""  # noqa: E501


def built() -> dict[str, bytes]:
    """Return the files of the built page by name; empty where it is not built."""
    root = resources.files("corridor.web").joinpath("static")
    files: dict[str, bytes] = {}
    if not root.is_dir():
        return files
    for entry in root.iterdir():
        if entry.is_file():
            files[entry.name] = entry.read_bytes()
        elif entry.name == "assets":
            files.update(
                {
                    f"assets/{each.name}": each.read_bytes()
                    for each in entry.iterdir()
                    if each.is_file()
                }
            )
    return files


def add_pages(app: FastAPI) -> None:
    """Add the page, its files and the base map; only files found at the start are ever sent."""
    files = {name: Answer(data, _kind(name)) for name, data in built().items()}
    tags = {
        name: f'"{hashlib.sha256(answer.body).hexdigest()[:20]}"' for name, answer in files.items()
    }
    ground: dict[str, Answer] = {}

    def reply(request: Request, answer: Answer, tag: str, cache: str) -> Response:
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"etag": tag, "cache-control": cache})
        return send(request, answer, **{"cache-control": cache, "etag": tag})

    @app.get("/", include_in_schema=False)
    async def page(request: Request) -> Response:
        if "index.html" not in files:
            return Response(NOT_BUILT, 503, media_type="text/html")
        return reply(request, files["index.html"], tags["index.html"], "no-cache")

    @app.get("/assets/{name}", include_in_schema=False)
    async def asset(request: Request, name: str) -> Response:
        whole = f"assets/{name}"
        if whole not in files:
            raise Refused(404, "no-file", "The page has no such file.")
        return reply(request, files[whole], tags[whole], "public, max-age=31536000, immutable")

    @app.get("/{name}.{ending}", include_in_schema=False)
    async def beside(request: Request, name: str, ending: str) -> Response:
        whole = f"{name}.{ending}"
        if whole not in files or whole == "index.html":
            raise Refused(404, "no-file", "The page has no such file.")
        return reply(request, files[whole], tags[whole], "no-cache")

    @app.get(
        "/api/basemap", summary="Land, borders and names of countries as GeoJSON (Natural Earth)"
    )
    async def get_basemap(request: Request) -> Response:
        if not ground:
            west, south, east, north = outline()["window"]
            body = as_json(basemap((west, south, east, north)))
            ground["all"] = Answer(body)
            tags["basemap"] = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        return reply(request, ground["all"], tags["basemap"], "no-cache")


def _kind(name: str) -> str:
    ending = name[name.rfind(".") :]
    return KINDS.get(ending) or mimetypes.guess_type(name)[0] or "application/octet-stream"
