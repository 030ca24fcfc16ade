"""Settings: what ``study.toml`` says: title, scenarios, and the trips a study answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from corridor.tables.columns import SANCTIONS, SERVICE_CLASSES

FILE = "study.toml"


@dataclass(frozen=True)
class Scenario:
    """A named list of changes and choices.

    as_of: the day it stands for. changes: change ids in the order they apply. choices: parameter ->
    option; parameters not named take their default. question: what setting it beside another
    answers, in plain words; scenarios with one are compared in the report, beside the scenario
    named in beside (null: the one reported). without: the same world without a corridor this
    scenario has, so that the corridor's worth under closures is told; null: none is told.
    """

    scenario_id: str
    title: str
    about: str
    as_of: dt.date
    changes: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    question: str | None = None
    beside: str | None = None
    without: str | None = None


@dataclass(frozen=True, slots=True)
class Trip:
    """A question the report answers: a unit of a cargo between two places from a day on.

    origin, destination: places, or ``place@layer``. question: it in plain words. via: places every
    route passes. require, avoid: countries, modes, places or link ids that every route, or no
    route, uses. service_class, sanctions: as in :class:`corridor.routing.conditions.Options`.
    """

    trip_id: str
    origin: str
    destination: str
    cargo: str
    depart: dt.date
    question: str | None = None
    via: tuple[str, ...] = ()
    require: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    service_class: str = SERVICE_CLASSES[0]
    sanctions: str = SANCTIONS[0]


MAX_TARGET_USD = 1e15  # ten times what the world produces
MAX_TARGET_YEAR = 2100
MAX_PROJECTS = 16  # of a programme of which every set is worth something of its own
MAX_PLAYERS = 8  # countries of which every set is
MAX_BORDERS = 2  # that may be opened: each doubles the sets of projects


@dataclass(frozen=True, slots=True)
class Goal:
    """A trade target the study asks about.

    between: two countries. series: parameter whose options are the series of their trade; null:
    there is only one. year: latest year of the flows it starts from. target_usd: of both ways, in
    the twelve months before 1 January of ``by``. scenarios: those compared. horizon: parameter
    whose options say how much of the long-run elasticities trade reaches by then; null: all.
    has_three_year_mean: the mean of three years is a further baseline.
    """

    between: tuple[str, str]
    series: str | None
    year: int
    target_usd: float
    by: int
    scenarios: tuple[str, ...]
    horizon: str | None = None
    has_three_year_mean: bool = False


@dataclass(frozen=True, slots=True)
class FlowSettings:
    """What is asked of flows under capacity.

    calibration: change ids laid over every network on which flows are assigned. corridor: selector
    of the links by which a corridor is crossed, whose capacity is asked for; null: none is. name:
    what it is called. plans, plans_on: change ids of what is planned, and the day looked at with
    them; null: none. selected: selectors of links whose users are told; selected_scenario: the
    scenario looked at where nothing passes them in the one reported. trade_response: whether demand
    follows what its flows cost; damping, tolerance: of its rounds; null: the defaults.
    """

    calibration: tuple[str, ...] = ()
    corridor: str | None = None
    name: str | None = None
    plans: tuple[str, ...] = ()
    plans_on: dt.date | None = None
    selected: tuple[str, ...] = ()
    selected_scenario: str | None = None
    trade_response: bool = False
    damping: float | None = None
    tolerance: float | None = None


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """What is asked of projects.

    scenario: under which they are looked at; null: the one reported. asked: projects, or programmes
    taken as one, each with the question whether it pays. programme: up to 16 projects that
    are phased and shared out among countries; none: no programme is. places: of the table
    ``states``, which may shut in the futures drawn and which the programme may wait for. borders:
    by land, such as AF-PK, that are shut unless both countries open them together; null: those that
    the scenario shuts.
    """

    scenario: str | None = None
    asked: Mapping[str, str] = field(default_factory=dict)
    programme: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    borders: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Settings:
    """What study.toml says.

    price_year: year whose dollars every figure is in. target: null where none is asked about.
    flows: what is asked of flows under capacity. projects: what is asked of projects; null:
    nothing.
    """

    id: str
    title: str
    price_year: int
    default_scenario: str
    licence: str | None
    scenarios: Mapping[str, Scenario]
    trips: tuple[Trip, ...]
    target: Goal | None = None
    flows: FlowSettings = field(default_factory=FlowSettings)
    projects: ProjectSettings | None = None

    @property
    def between(self) -> tuple[str, str] | None:
        """The two countries whose own demand is told apart; null where no target names any."""
        return None if self.target is None else self.target.between
