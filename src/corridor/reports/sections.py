"""Sections and answers: what each chapter adds to the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Section:
    """One section: its id in the page, its title, the template that draws it and its values.

    short: what the line of contents says; null: the section is not in it.
    """

    section_id: str
    title: str
    template: str
    values: Mapping[str, Any]
    short: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One question of the first page, its answer, and the id of the section that says more."""

    question: str
    text: str
    href: str
