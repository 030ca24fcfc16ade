"""Views: an answer's map, chart and page for a notebook, drawn by a package above the answer's.

An answer is computed without the packages that draw it; they are imported when somebody looks.
The classes of answers take these functions as their methods: ``explain = views.explain``.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


def draw_map(answer: object) -> Any:
    """Return the map of an answer, an Altair chart; CallError where there is none."""
    return import_module("corridor.screens.drawings").answer_map(answer)


def draw_chart(answer: object) -> Any:
    """Return the chart of an answer, an Altair chart; CallError where there is none."""
    return import_module("corridor.screens.drawings").answer_chart(answer)


def explain(answer: object) -> Any:
    """Return what an answer says and rests on, in sentences."""
    return import_module("corridor.screens.explanations").explanation(answer)


def page(answer: object) -> str:
    """Return an answer as a piece of HTML: its sentence, its table and a small picture."""
    html: str = import_module("corridor.screens.notebook").page(answer)
    return html
