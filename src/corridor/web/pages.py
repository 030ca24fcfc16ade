"""Pages: the built page, the base map, and a page of words where it is not built."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response

from corridor.charts.basemap.details import Name, details, relief_tiles
from corridor.charts.basemap.outline import WORLD, basemap, waters
from corridor.web.json_text import as_json
from corridor.web.languages import page_catalogue
from corridor.web.refusals import Refusal
from corridor.web.replies import reply
from corridor.web.workers import Answer

SCRIPT = "text/javascript; charset=utf-8"
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": SCRIPT,
    ".mjs": SCRIPT,
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
}
NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8">\
<title>corridor: the page is not built</title>
<h1>The page is not built</h1>\
<p>This copy of corridor came without its built page. Build it with <code>make web</code>
(needs node 20 or newer), or install a released package, then start the server again.</p>
<p>Everything the page shows can be had as JSON: \
<a href="/api/openapi.json">the description of the API</a>,
<a href="/api/study">the study</a>, <a href="/api/network">its network</a>.</p></html>"""
NO_CACHE = "no-cache"
DAYS = "public, max-age=604800"
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class File:
    """A file of the page: its answer, and the tag by which a browser knows it has it already."""

    answer: Answer
    tag: str


def built() -> dict[str, bytes]:
    """Return the files of the built page by name; empty where it is not built."""
    root = resources.files("corridor.web").joinpath("static")
    if not root.is_dir():
        return {}

    files = {entry.name: entry.read_bytes() for entry in root.iterdir() if entry.is_file()}
    assets = root.joinpath("assets")
    if assets.is_dir():
        for entry in assets.iterdir():
            if entry.is_file():
                files[f"assets/{entry.name}"] = entry.read_bytes()
    return files


def add_pages(app: FastAPI) -> None:
    """Add the page, its files and the base map; only files found at the start are ever sent."""
    files = {name: _file(data, _kind(name)) for name, data in built().items()}

    _add_page(app, files)
    _add_files(app, files)
    _add_base_map(app)
    _add_languages(app)


def _add_page(app: FastAPI, files: Mapping[str, File]) -> None:
    """Add the page itself; words in its place where it is not built."""

    @app.get("/", include_in_schema=False)
    async def page(request: Request) -> Response:
        if "index.html" not in files:
            return Response(NOT_BUILT, 503, media_type="text/html")
        return _send(request, files["index.html"], NO_CACHE)


def _add_files(app: FastAPI, files: Mapping[str, File]) -> None:
    """Add the page's assets, which never change, and the files beside it."""

    @app.get("/assets/{name}", include_in_schema=False)
    async def asset(request: Request, name: str) -> Response:
        return _send(request, _file_named(files, f"assets/{name}"), FOR_EVER)

    @app.get("/{name}.{ending}", include_in_schema=False)
    async def beside(request: Request, name: str, ending: str) -> Response:
        if (name, ending) == ("index", "html"):
            raise Refusal(404, "no-file", "The page has no such file.")
        return _send(request, _file_named(files, f"{name}.{ending}"), NO_CACHE)


def _file_named(files: Mapping[str, File], name: str) -> File:
    """Return a file of the page; Refusal (404) where there is none of that name."""
    if name not in files:
        raise Refusal(404, "no-file", "The page has no such file.")
    return files[name]


def _cells(name: Name) -> dict[str, Any]:
    """Return a name of the base map, with those in other languages where it has some."""
    cells = name._asdict()
    if not name.names:
        del cells["names"]
    return cells


def _add_base_map(app: FastAPI) -> None:
    """Add the base map, its details and relief, each made when it is first asked for."""

    @cache
    def base_map() -> File:
        return _file(as_json(basemap(WORLD)), "application/json")

    @cache
    def base_map_details() -> File:
        names = [_cells(name) for name in details().names]
        return _file(as_json(waters(WORLD) | {"names": names}), "application/json")

    @cache
    def relief() -> Mapping[str, File]:
        return {name: _file(data, KINDS[".webp"]) for name, data in relief_tiles().items()}

    @app.get(
        "/api/basemap",
        summary="Land, borders, disputed borders, names of countries as GeoJSON (Natural Earth)",
    )
    async def get_basemap(request: Request) -> Response:
        return _send(request, base_map(), NO_CACHE)

    @app.get(
        "/api/basemap/details",
        summary="Rivers and lakes as GeoJSON, names of towns, lakes and seas by zoom",
    )
    async def get_details(request: Request) -> Response:
        return _send(request, base_map_details(), NO_CACHE)

    @app.get(
        "/api/basemap/relief/{zoom}/{column}/{row}.webp",
        summary="Heights of the land as a tile of a web map",
    )
    async def get_relief(request: Request, zoom: int, column: int, row: int) -> Response:
        name = f"{zoom}/{column}/{row}.webp"
        if name not in relief():
            raise Refusal(404, "no-file", f"The relief has no tile {name}.")
        return _send(request, relief()[name], DAYS)


def _add_languages(app: FastAPI) -> None:
    """Add the messages of the page in each language, each made when it is first asked for."""

    @cache
    def messages(language: str) -> File:
        return _file(as_json(page_catalogue(language)), KINDS[".json"])

    @app.get("/api/language", summary="Messages of the page in a language other than English")
    def get_language(request: Request, language: str) -> Response:
        return _send(request, messages(language), NO_CACHE)


def _file(data: bytes, kind: str) -> File:
    return File(Answer(data, kind), f'"{hashlib.sha256(data).hexdigest()[:20]}"')


def _send(request: Request, file: File, cache_control: str) -> Response:
    """Send a file, or say that the browser's copy of it still holds."""
    headers = {"cache-control": cache_control, "etag": file.tag}
    if request.headers.get("if-none-match") == file.tag:
        return Response(status_code=304, headers=headers)
    return reply(request, file.answer, **headers)


def _kind(name: str) -> str:
    ending = name[name.rfind(".") :]
    return KINDS.get(ending) or mimetypes.guess_type(name)[0] or "application/octet-stream"
