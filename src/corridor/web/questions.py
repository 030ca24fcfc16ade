"""Questions: what a request may ask, with its limits; the same words in an address and in a
body."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Annotated, Any, Literal

import polars as pl
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from corridor.errors import CallError, UnknownName
from corridor.routing.query import Options
from corridor.tables.columns import OPEN_STATUS
from corridor.web.limits import (
    FIRST_YEAR,
    LAST_YEAR,
    MOST_CHANGES,
    MOST_LABELS,
    MOST_REQUIRED,
    MOST_ROUTES,
    MOST_WORD,
)

WHAT_IF = "what-if"
WHAT_IF_SOURCE = "own-what-if"


def plain_text(text: str) -> str:
    if any(ord(c) < 32 or ord(c) == 127 or 0xD800 <= ord(c) < 0xE000 for c in text):
        raise ValueError("holds a control character")
    return text


def _day(day: dt.date) -> dt.date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"is not between {FIRST_YEAR} and {LAST_YEAR}")
    return day


Word = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MOST_WORD, strip_whitespace=True),
    AfterValidator(plain_text),
]
Day = Annotated[dt.date, AfterValidator(_day)]
Words = Annotated[list[Word], Field(max_length=MOST_CHANGES)]
Criterion = Literal["time", "cost", "carbon", "risk"]
Few = Annotated[list[Word], Field(max_length=MOST_REQUIRED)]


class ChangeRow(BaseModel):
    """One dated edit, as a row of the table ``changes``."""

    model_config = ConfigDict(extra="forbid")

    table: Literal["links", "terminals", "rates", "modes", "services", "cargoes"]
    row_id: Annotated[
        str, StringConstraints(min_length=1, max_length=2000), AfterValidator(plain_text)
    ]
    column: Word
    op: Literal["set", "scale", "add"] = "set"
    value: Word
    from_on: Day | None = None
    to_on: Day | None = None


class State(BaseModel):
    """A state of the study: a scenario, other options of disputed figures, and what is shut, opened
    or laid over it."""

    model_config = ConfigDict(extra="forbid")

    scenario: Word | None = Field(None, description="Scenario; the default one where not given.")
    choose: Words = Field(
        default=[], description="parameter:option of a disputed figure, over the scenario's choice."
    )
    with_changes: Words = Field(
        default=[], description="change_ids of the study laid over the scenario."
    )
    close: Words = Field(
        default=[], description="Links shut: ids or selectors such as crossing:AF-PK."
    )
    open: Words = Field(default=[], description="Links opened: ids or selectors.")
    on: Day | None = Field(
        None, description="Day looked at; the day of departure, else the scenario's."
    )


class Trip(State):
    """A state and one unit of a cargo between two places."""

    origin: Word = Field(
        description=(
            "Place by id, name or UN/LOCODE; place@layer for goods already on a train or ship."
        ),
        examples=["almaty"],
    )
    destination: Word = Field(examples=["karachi"])
    cargo: Word = Field(description="Row of cargoes.csv.", examples=["container-40"])
    depart: Day = Field(examples=["2026-07-01"])
    via: Few = Field(default=[], description="Places every route passes.")
    avoid: Words = Field(default=[], description="Countries, modes, places or links no route uses.")
    require: Few = Field(
        default=[], description="Countries, modes, places or links every route uses."
    )
    max_transshipments: Annotated[int, Field(ge=0, le=100)] | None = None
    deadline: Day | None = None
    carrier: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")] | None = None

    def options(self) -> Options:
        """Return them as the library takes them; CallError for more places to pass than a web
        request may ask."""
        if len(self.via) + len(self.require) > MOST_REQUIRED:
            raise CallError(
                f"At most {MOST_REQUIRED} places, modes or countries can be required here at once."
            )
        deadline = None if self.deadline is None else self.deadline.isoformat()
        return {
            "via": self.via,
            "avoid": self.avoid,
            "require": self.require,
            "deadline": deadline,
            "max_transshipments": self.max_transshipments,
            "carrier": self.carrier,
            "most_labels": MOST_LABELS,
        }


class Routes(Trip):
    """A trip and what its routes are compared by."""

    criteria: Annotated[list[Criterion], Field(min_length=1, max_length=4)] = [
        "time",
        "cost",
        "carbon",
        "risk",
    ]
    max_routes: Annotated[int, Field(ge=1, le=MOST_ROUTES)] = 10


class Calendar(Trip):
    """A trip through a range of days: from its day of departure to ``until``."""

    until: Day = Field(examples=["2026-09-30"])
    every_days: Annotated[int, Field(ge=1, le=366)] = 7
    criterion: Criterion = "time"


class WhyNot(Trip):
    """A trip and an element its best routes do not use."""

    element: Word = Field(examples=["torkham"])


class _Rows(BaseModel):
    changes: Annotated[list[ChangeRow], Field(max_length=MOST_CHANGES)] = []


class StateBody(State, _Rows):
    """A state with further change rows."""


class RoutesBody(Routes, _Rows):
    """Routes asked for in a body, with further change rows."""


class CalendarBody(Calendar, _Rows):
    """A calendar asked for in a body, with further change rows."""


class WhyNotBody(WhyNot, _Rows):
    """Why not, asked for in a body, with further change rows."""


def choices(state: State) -> dict[str, str]:
    """Return parameter -> option; CallError where a choice is not ``parameter:option``."""
    made = {}
    for text in state.choose:
        parameter, colon, option = text.partition(":")
        if not (colon and parameter and option):
            raise CallError(
                f"choose {text!r} is not parameter:option, such as khunjerab:open-all-year."
            )
        made[parameter] = option
    return made


def what_if(state: State, known: pl.DataFrame, ids: Collection[str]) -> list[dict[str, Any]]:
    """Return the what-if as rows of ``changes``, in the order they apply: study's changes, further
    rows, shut, opened.

    known: the study's changes that hold under its choices; ids: every change_id it has. Raises
    UnknownName for another change_id, CallError for too many rows.
    """
    rows: list[dict[str, Any]] = []
    for change_id in state.with_changes:
        if change_id not in ids:
            raise UnknownName("change", change_id, ids)
        rows += known.filter(pl.col("change_id") == change_id).to_dicts()
    further: list[ChangeRow] = getattr(state, "changes", [])
    rows += [_own(row.model_dump()) for row in further]
    for words, value in ((state.close, "closed"), (state.open, OPEN_STATUS)):
        rows += [
            _own({"table": "links", "row_id": w, "column": "status", "op": "set", "value": value})
            for w in words
        ]
    if len(further) + len(state.close) + len(state.open) + len(state.with_changes) > MOST_CHANGES:
        raise CallError(f"A what-if holds at most {MOST_CHANGES} changes.")
    return rows


def _own(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "change_id": WHAT_IF,
        "from_on": None,
        "to_on": None,
        "alternative": None,
        "source_id": WHAT_IF_SOURCE,
        "confidence": "C",
        "note": None,
        **row,
    }
