"""Bring the catalogues up to the messages in code, templates and page (`make messages`).

Translations are kept; a message whose English changed keeps its old translation marked fuzzy, which
is not used until a person has looked at it. `python docs/make_messages.py de` starts a new
language.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from corridor.language.messages import CONTEXT
from corridor.runs.texts import catalogue_bytes

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "corridor"
FOLDER = PACKAGE / "language" / "catalogues"
METHODS = [("**.py", "python"), ("**/templates/*.html", "jinja2.ext:babel_extract")]
OPTIONS = {
    "**/templates/*.html": {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}
}
SHOWN = (
    dict.fromkeys(("tell", "tell_html", "marked", "gettext", "_"))
    | dict.fromkeys(("tell_count", "ngettext"), (1, 2))
    | {"pgettext": ((1, "c"), 2)}
)
IN_RESULTS = {"message": None}
PAGE = Path(__file__).resolve().parents[1] / "web" / "src"
TEXT = r'"(?:[^"\\]|\\.)*"'
ON_PAGE = re.compile(rf"\b(?:t|parts)\(\s*({TEXT})|\btn\(\s*({TEXT}),\s*({TEXT})")


def messages() -> Catalog:
    """Return all messages of the package, without translations."""
    found = Catalog(project="corridor", charset="utf-8", fuzzy=False)
    for keywords, context in ((SHOWN, None), (IN_RESULTS, CONTEXT)):
        for file, _, message, comments, own in sorted(
            _found(keywords), key=lambda one: (one[0], one[1])
        ):
            found.add(
                message, locations=[(file, None)], auto_comments=comments, context=own or context
            )
    for file, message in _on_page():
        found.add(message, locations=[(file, None)])
    return found


def _on_page() -> Iterator[tuple[str, str | tuple[str, str]]]:
    """Yield the messages in the sources of the map page, with their files."""
    for path in sorted(PAGE.glob("*.ts")):
        for one, singular, plural in ON_PAGE.findall(path.read_text(encoding="utf-8")):
            message = json.loads(one) if one else (json.loads(singular), json.loads(plural))
            yield f"web/src/{path.name}", message


def _found(keywords: dict[str, object]) -> Iterator[tuple[str, int, object, list[str], str | None]]:
    yield from extract_from_dir(
        PACKAGE,
        METHODS,
        OPTIONS,
        keywords=keywords,
        comment_tags=("Translators:",),
        strip_comment_tags=True,
    )


def brought_up(code: str, template: Catalog) -> bytes:
    """Return the catalogue of a language with all messages of the template."""
    path = FOLDER / f"{code}.po"
    if path.exists():
        with path.open("rb") as file:
            catalogue = read_po(file, locale=code)
    else:
        catalogue = Catalog(locale=code, project="corridor", charset="utf-8", fuzzy=False)
    catalogue.update(template, no_fuzzy_matching=False, update_header_comment=False)
    return catalogue_bytes(catalogue)


def main(codes: list[str]) -> None:
    """Write every catalogue again, and those named."""
    template = messages()
    FOLDER.mkdir(exist_ok=True)
    for code in sorted({*codes, *(path.stem for path in FOLDER.glob("*.po"))}):
        (FOLDER / f"{code}.po").write_bytes(brought_up(code, template))
        print(f"{code}: {len(template)} messages", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
