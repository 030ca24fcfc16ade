"""Questions: what a request may ask, with its limits; the same in an address and in a body."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs

import polars as pl
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from corridor.errors import CallError, UnknownName, near_matches
from corridor.routing.conditions import Options
from corridor.routing.showing import USUAL, Showing
from corridor.tables.columns import OPEN_STATUS, SANCTIONS, SEA_MODES, SERVICE_CLASSES
from corridor.tables.selectors import Term, parse, select_terms
from corridor.web.limits import (
    FIRST_YEAR,
    LAST_YEAR,
    MAX_BASELINE_LETTERS,
    MAX_CHANGES,
    MAX_LABELS,
    MAX_REQUIRED,
    MAX_ROUTES,
    MAX_UNITS,
    MAX_WORD_LETTERS,
)

WHAT_IF = "what-if"
WHAT_IF_SOURCE = "own-what-if"
WHAT_IF_KEYS = ("choose", "projects", "with_changes", "close", "open", "changes")
TRIP_KEYS = ("scenario", "origin", "destination", "cargo", "depart")  # which a pin may leave out


def plain_text(text: str) -> str:
    """Return a text as it is; ValueError where it holds a control character or half a letter."""
    if any(_is_control(ord(letter)) for letter in text):
        raise ValueError("holds a control character")
    return text


def _is_control(code: int) -> bool:
    is_surrogate = 0xD800 <= code < 0xE000  # half of a letter of UTF-16, which no UTF-8 can hold
    return code < 32 or code == 127 or is_surrogate


def _day(day: dt.date) -> dt.date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"is not between {FIRST_YEAR} and {LAST_YEAR}")
    return day


Word = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_WORD_LETTERS, strip_whitespace=True),
    AfterValidator(plain_text),
]
Day = Annotated[dt.date, AfterValidator(_day)]
Words = Annotated[list[Word], Field(max_length=MAX_CHANGES)]
Criterion = Literal["time", "cost", "carbon", "risk"]
Tolerance = Annotated[float, Field(ge=0, le=1)]
Carrier = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]
Few = Annotated[list[Word], Field(max_length=MAX_REQUIRED)]


class ChangeRow(BaseModel):
    """One dated edit, as a row of the table ``changes``."""

    model_config = ConfigDict(extra="forbid")

    table: Literal[
        "links", "terminals", "rates", "modes", "services", "cargoes", "capacities", "windows"
    ]
    row_id: Annotated[
        str, StringConstraints(min_length=1, max_length=2000), AfterValidator(plain_text)
    ]
    column: Word
    op: Literal["set", "scale", "add"] = "set"
    value: Word
    from_on: Day | None = None
    to_on: Day | None = None


class State(BaseModel):
    """A state of the study: a scenario, options of disputed figures, and what is laid over it."""

    model_config = ConfigDict(extra="forbid")

    scenario: Word | None = Field(None, description="Scenario; the default one where not given.")
    choose: Words = Field(
        default=[], description="parameter:option of a disputed figure, over the scenario's choice."
    )
    with_changes: Words = Field(
        default=[], description="change_ids of the study laid over the scenario."
    )
    projects: Words = Field(
        default=[],
        description="project_ids taken as built: what they open lies below the closures of the "
        "scenario, so that a border that is shut stays so.",
    )
    close: Words = Field(
        default=[], description="Links shut: ids or selectors such as crossing:AF-PK."
    )
    open: Words = Field(default=[], description="Links opened: ids or selectors.")
    on: Day | None = Field(
        None, description="Day looked at; the day of departure, else the scenario's."
    )
    language: Word = Field(
        "en", description="Language of names and sentences: en, kk, ru, ur, zh.", examples=["ru"]
    )


class Goods(State):
    """A state and whose goods go where, as far as it is said."""

    cargo: Word | None = Field(None, description="Row of cargoes.csv; null: any.")
    origin: Word | None = Field(None, description="Place they come from; null: any.")
    destination: Word | None = Field(None, description="Place they go to; null: any.")
    carrier: Carrier | None = None


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
    carrier: Carrier | None = None
    service_class: Literal["ordinary", "one-driver", "two-drivers", "convoy"] | None = Field(
        None, description="How goods are carried on the road; null: as ordinary."
    )
    sanctions: Literal["warn", "comply", "avoid", "ignore"] | None = Field(
        None,
        description="Warn of routes in countries under sanctions, comply with those, avoid the "
        "countries, or ignore them; null: warn.",
    )
    lot_t: Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)] | None = None

    def options(self) -> Options:
        """Return the conditions as the library takes them.

        CallError for more places to pass than a web request may ask.
        """
        if len(self.via) + len(self.require) > MAX_REQUIRED:
            raise CallError(
                f"At most {MAX_REQUIRED} places, modes or countries can be required here at once."
            )

        deadline = None if self.deadline is None else self.deadline.isoformat()
        return {
            "via": self.via,
            "avoid": self.avoid,
            "require": self.require,
            "deadline": deadline,
            "max_transshipments": self.max_transshipments,
            "carrier": self.carrier,
            "service_class": self.service_class or SERVICE_CLASSES[0],
            "sanctions": self.sanctions or SANCTIONS[0],
            "lot_t": self.lot_t,
            "most_labels": MAX_LABELS,
        }


class Routes(Trip):
    """A trip and what its routes are compared by."""

    criteria: Annotated[list[Criterion], Field(min_length=1, max_length=4)] = [
        "time",
        "cost",
        "carbon",
        "risk",
    ]
    max_routes: Annotated[int, Field(ge=1, le=MAX_ROUTES)] = 10
    units: Annotated[int, Field(ge=1, le=MAX_UNITS)] = Field(
        1, description="Units of the cargo, such as boxes: money and carbon are of all of them."
    )
    time_tolerance: Tolerance = Field(
        USUAL.time_tolerance, description="Share by which a route left out may be quicker."
    )
    cost_tolerance: Tolerance = Field(
        USUAL.cost_tolerance, description="Share by which a route left out may be cheaper."
    )
    carbon_tolerance: Tolerance = Field(
        USUAL.carbon_tolerance, description="Share of carbon a route left out may save."
    )
    risk_tolerance: Tolerance = Field(
        USUAL.risk_tolerance, description="Difference of risk a route left out may save."
    )
    max_detour: Annotated[float, Field(ge=1, le=1000)] | None = Field(
        USUAL.max_detour,
        description="Most kilometres by land, as times the length of the shortest route.",
    )
    max_more_transshipments: Annotated[int, Field(ge=0, le=100)] | None = Field(
        USUAL.max_more_transshipments,
        description="Most transshipments beyond the fewest by the same modes.",
    )
    alike: bool = Field(
        USUAL.alike, description="Show several routes through the same countries by the same modes."
    )

    baseline: Annotated[
        str, StringConstraints(max_length=MAX_BASELINE_LETTERS), AfterValidator(plain_text)
    ] = Field(
        "",
        description="The question whose answer this one is compared with, as the words of an "
        "address: depart=2027-01-15&close=torkham-road. Scenario, ends, cargo, day and what is "
        "shown are as here where it does not name them. Empty: this question without its what-if.",
    )

    def showing(self) -> Showing:
        """Return what of the exact set is shown."""
        return Showing.of(self)


class PageAddress(Routes):
    """Routes as an address of the page asks for them; what else stands in it is passed over."""

    model_config = ConfigDict(extra="ignore")


class Calendar(Trip):
    """A trip through a range of days: from its day of departure to ``until``."""

    until: Day = Field(examples=["2026-09-30"])
    every_days: Annotated[int, Field(ge=1, le=366)] = 7
    criterion: Criterion = "time"


class WhyNot(Trip):
    """A trip and an element its best routes do not use."""

    element: Word = Field(examples=["torkham"])


class _Rows(BaseModel):
    changes: Annotated[list[ChangeRow], Field(max_length=MAX_CHANGES)] = []


class StateBody(State, _Rows):
    """A state with further change rows."""


class RoutesBody(Routes, _Rows):
    """Routes asked for in a body, with further change rows."""


class CalendarBody(Calendar, _Rows):
    """A calendar asked for in a body, with further change rows."""


class WhyNotBody(WhyNot, _Rows):
    """Why not, asked for in a body, with further change rows."""


def baseline_of(question: Routes) -> Routes | None:
    """Return the question whose answer a question is compared with; null for none.

    Raises CallError for a baseline that cannot be asked.
    """
    if question.baseline:
        return _pinned(question)
    if not any(getattr(question, key, None) for key in WHAT_IF_KEYS):
        return None

    without_what_if = Routes.model_fields.keys() - {*WHAT_IF_KEYS, "baseline"}
    return Routes.model_validate(question.model_dump(include=without_what_if))


def _pinned(question: Routes) -> Routes | None:
    """Return the baseline that a question names; null where it is that question itself."""
    shown = Routes.model_fields.keys() - Trip.model_fields.keys() - {"baseline"}
    shared = question.model_dump(include={*TRIP_KEYS, *shown})
    try:
        baseline = Routes.model_validate(shared | _baseline_words(question.baseline))
    except ValidationError as error:
        problem = error.errors()[0]
        name = ".".join(str(part)[:60] for part in problem["loc"])
        raise CallError(f"The baseline cannot be asked: {name}: {problem['msg'][:300]}.") from None

    is_same = baseline.model_dump() == question.model_dump(exclude={"changes"}) | {"baseline": ""}
    return None if is_same and not getattr(question, "changes", None) else baseline


def _baseline_words(address: str) -> dict[str, Any]:
    """Return the words of an address by name: lists for what may be named several times."""
    try:
        values = parse_qs(address.lstrip("?"), max_num_fields=4 * MAX_CHANGES)
    except ValueError:
        raise CallError("The baseline names too much.") from None

    words: dict[str, Any] = {}
    for name, texts in values.items():
        default = Routes.model_fields[name].default if name in Routes.model_fields else None
        words[name] = texts if isinstance(default, list) else texts[-1]
    return words


def choices(question: State) -> dict[str, str]:
    """Return parameter -> option; CallError where a choice is not ``parameter:option``."""
    chosen = {}
    for text in question.choose:
        parameter, colon, option = text.partition(":")
        if not (colon and parameter and option):
            raise CallError(
                f"choose {text!r} is not parameter:option, such as khunjerab:open-all-year."
            )
        chosen[parameter] = option
    return chosen


def what_if_rows(
    question: State, study_changes: pl.DataFrame, change_ids: Collection[str]
) -> list[dict[str, Any]]:
    """Return the what-if as rows of ``changes``, in the order they apply.

    First the study's own changes, then further rows, then what is shut, then what is opened.
    study_changes: those that hold under the study's choices; change_ids: all it has. Raises
    UnknownName for another change_id, CallError for too many rows.
    """
    rows: list[dict[str, Any]] = []

    for change_id in question.with_changes:
        if change_id not in change_ids:
            raise UnknownName("change", change_id, change_ids)
        rows += study_changes.filter(pl.col("change_id") == change_id).to_dicts()

    further: list[ChangeRow] = getattr(question, "changes", [])
    rows += [_what_if_row(row.model_dump()) for row in further]
    rows += [_status_row(word, "closed") for word in question.close]
    rows += [_status_row(word, OPEN_STATUS) for word in question.open]

    words = [question.close, question.open, question.with_changes, question.projects]
    count = len(further) + sum(map(len, words))
    if count > MAX_CHANGES:
        raise CallError(f"A what-if holds at most {MAX_CHANGES} changes.")
    return rows


def require_links(question: State, links: pl.DataFrame, nodes: pl.DataFrame) -> None:
    """Raise CallError, with the nearest names, where what is shut or opened means no link."""
    for word in (*question.close, *question.open):
        for term in _terms(word):
            if not select_terms([term], links, nodes):
                near = _near_selectors(term, links, nodes)
                hint = "Write the id of a link, a border (crossing:AF-PK) or a place (node:...)."
                if near:
                    hint = f"Did you mean {' or '.join(map(repr, near))}?"
                raise CallError(f"There is no link {str(term)!r}. {hint}")


def _terms(word: str) -> tuple[Term, ...]:
    """Return the terms of a selector; none where it cannot be read, which is told elsewhere."""
    try:
        return parse(word)
    except ValueError:
        return ()


def _near_selectors(term: Term, links: pl.DataFrame, nodes: pl.DataFrame) -> list[str]:
    """Return the selectors nearest to a term: links and places, or the crossings there are."""
    if term.kind == "crossing":
        country = dict(nodes.select("node_id", "country").iter_rows())
        on_land = links.filter(~pl.col("mode").is_in(SEA_MODES))
        ends = on_land.select("from_node_id", "to_node_id").iter_rows()
        pairs = {tuple(sorted((country[tail], country[head]))) for tail, head in ends}
        borders = sorted(f"crossing:{a}-{b}" for a, b in pairs if a != b)
        return list(near_matches(str(term), borders))

    selectors = {link_id: link_id for link_id in links["link_id"]}
    for node_id, name in nodes.select("node_id", "name").iter_rows():
        selectors.setdefault(node_id, f"node:{node_id}")
        selectors.setdefault(name, f"node:{node_id}")
    near = near_matches(term.word, selectors) if term.kind in ("id", "node") else ()
    return list(dict.fromkeys(selectors[match] for match in near))


def _status_row(row_id: str, status: str) -> dict[str, Any]:
    """The row that sets the status of the links a word or selector means."""
    return _what_if_row(
        {"table": "links", "row_id": row_id, "column": "status", "op": "set", "value": status}
    )


def _what_if_row(cells: dict[str, Any]) -> dict[str, Any]:
    """A row of ``changes`` that belongs to the what-if, not to the study."""
    return {
        "change_id": WHAT_IF,
        "from_on": None,
        "to_on": None,
        "alternative": None,
        "source_id": WHAT_IF_SOURCE,
        "confidence": "C",
        "note": None,
        **cells,
    }
