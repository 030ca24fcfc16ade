"""The verbs of routing: route and skim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from corridor.cli.options import Names, StudyFolder, StudyOptions
from corridor.cli.output import (
    DONE,
    NOT_SERVED,
    is_screen,
    print_frame,
    print_json,
    say,
    say_all,
    say_compiling,
    say_warnings,
)
from corridor.counts import count_of
from corridor.errors import CallError
from corridor.steps import told_to

if TYPE_CHECKING:
    import polars as pl

    from corridor.routing.conditions import Options
    from corridor.routing.opening_sets import Opening
    from corridor.routing.route import Routes
    from corridor.routing.showing import Showing
    from corridor.routing.whynot import WhyNot
    from corridor.study.study import Study

WHAT_HOLDS = (
    "days: half of the trips within, p95: 95 % of them; both and on time hold if nothing closes. "
    "risk: the chance of meeting a closure on the way.\n"
    "Legs and waits: --table legs. What the money is made of: --table money."
)
LEG_KEYS = (
    "link_id",
    "terminal_id",
    "service_id",
    "mode",
    "layer",
    "from_node_id",
    "to_node_id",
    "country",
    "depart_at",
    "arrive_at",
    "wait_h",
    "time_h",
    "fixed_h",
    "cost_usd",
    "carbon_kg",
    "length_km",
    "source_id",
    "confidence",
)

Avoid = Annotated[
    Names,
    Parameter(help="Countries (IR), modes (ferry), places or links no route uses, with commas."),
]
Carrier = Annotated[str | None, Parameter(help="Country of the carrier (PK), for rules that ask.")]
Lot = Annotated[
    float | None,
    Parameter(help="Tonnes of bulk moved together, for ships and trains that take no less."),
]

ServiceClass = Annotated[
    Literal["ordinary", "one-driver", "two-drivers", "convoy"],
    Parameter(help="How goods are carried on the road."),
]
Sanctions = Annotated[
    Literal["warn", "comply", "avoid", "ignore"],
    Parameter(
        help="Warn of routes in countries under sanctions, comply with those, avoid the countries, "
        "or ignore them."
    ),
]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class TravelOptions:
    """What travels, and what a route may and must do."""

    cargo: Annotated[str, Parameter(help="Row of cargoes.csv.")] = "container-40"
    via: Annotated[
        Names,
        Parameter(
            help="Places every route passes, in and out by different links; with commas.",
        ),
    ] = ()
    avoid: Avoid = ()
    require: Annotated[
        Names,
        Parameter(help="Countries, modes, places or links every route uses, with commas."),
    ] = ()
    max_transshipments: Annotated[int | None, Parameter(help="Most transshipments.")] = None
    deadline: Annotated[
        str | None, Parameter(help="Last day of arrival; adds the chance to meet it.")
    ] = None
    carrier: Carrier = None
    service_class: ServiceClass = "ordinary"
    sanctions: Sanctions = "warn"
    lot_t: Lot = None
    seed: Annotated[int, Parameter(help="Seed of the sampled journeys.")] = 0
    leg_correlation: Annotated[
        float,
        Parameter(help="Luck of legs by one mode: 1, the same all the way, to 0, each its own."),
    ] = 1.0
    border_correlation: Annotated[
        float,
        Parameter(help="Luck of borders and terminals: 0, each its own, to 1, all the same."),
    ] = 0.0

    def for_library(self) -> Options:
        """Return them as the library takes them, all but the cargo."""
        return {
            "via": self.via,
            "avoid": self.avoid,
            "require": self.require,
            "deadline": self.deadline,
            "max_transshipments": self.max_transshipments,
            "carrier": self.carrier,
            "service_class": self.service_class,
            "sanctions": self.sanctions,
            "lot_t": self.lot_t,
            "rng": self.seed,
            "leg_correlation": self.leg_correlation,
            "border_correlation": self.border_correlation,
        }


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class AnswerOptions:
    """What is compared and shown."""

    criteria: Annotated[str, Parameter(help="Separated by commas: time, cost, carbon, risk.")] = (
        "time,cost,carbon,risk"
    )
    max_routes: Annotated[
        int, Parameter(help="Most routes shown; the answer says how many there are.")
    ] = 10
    time_tolerance: Annotated[
        float, Parameter(help="Share by which a route left out may be quicker than one shown.")
    ] = 0.05
    cost_tolerance: Annotated[float, Parameter(help="The same of money.")] = 0.05
    carbon_tolerance: Annotated[float, Parameter(help="The same of carbon.")] = 0.10
    risk_tolerance: Annotated[
        float, Parameter(help="The same of risk, as a difference: 0.02 is 2 in 100.")
    ] = 0.02
    max_detour: Annotated[
        float, Parameter(help="Most kilometres by land, as times the length of the shortest route.")
    ] = 2.5
    max_more_transshipments: Annotated[
        int, Parameter(help="Most transshipments beyond the fewest by the same modes.")
    ] = 2
    alike: Annotated[
        bool,
        Parameter(help="Show several routes through the same countries by the same modes."),
    ] = False
    exact: Annotated[bool, Parameter(help="Leave out nothing but what is beyond --max-routes.")] = (
        False
    )
    every: Annotated[int, Parameter(help="Days between departures, where --depart is a range.")] = 7
    why_not: Annotated[
        str | None,
        Parameter(help="Say why the best routes do not use this place, link, mode or country."),
    ] = None
    table: Annotated[
        Literal["routes", "legs", "money"],
        Parameter(help="What to print: the routes, their legs, or what their money is made of."),
    ] = "routes"

    def showing(self) -> Showing:
        """Return what of the exact set is shown."""
        from corridor.routing.showing import EXACT, Showing

        if self.exact:
            return EXACT
        return Showing.of(self)

    @property
    def criteria_names(self) -> tuple[str, ...]:
        """The criteria, the first of them first."""
        return tuple(name.strip() for name in self.criteria.split(","))


def route(
    folder: StudyFolder,
    origin: str,
    destination: str,
    *,
    depart: str | None = None,
    options: StudyOptions = StudyOptions(),
    travel: TravelOptions = TravelOptions(),
    answer: AnswerOptions = AnswerOptions(),
) -> int:
    """Find every route worth taking on a date, by time, cost, carbon and risk.

    Places are ids, names or UN/LOCODEs; place@layer (altynkol@rail-1520) for goods already on a
    train or ship. A range of days (2026-01-01..2026-12-31) gives the best route by the first
    criterion for each departure.

    Example: corridor route studies/kazakhstan-pakistan almaty karachi --depart 2026-02-10

    Parameters
    ----------
    folder
        Folder of the study.
    origin
        Where the goods start.
    destination
        Where they end.
    depart
        Day of departure (2026-02-10), instant (2026-02-10T08:00) or range of days; the day of the
        scenario where not given.
    """
    study = options.read(folder)
    say_compiling()
    depart = study.scenario.as_of.isoformat() if depart is None else depart
    trip = {
        "origin": origin,
        "destination": destination,
        "cargo": travel.cargo,
        "depart": depart,
        **travel.for_library(),
    }
    if ".." in depart:
        return _departures(study, trip, answer, json=options.json)
    return _routes(study, trip, answer, json=options.json)


def skim(
    folder: StudyFolder,
    *,
    cargo: str = "container-40",
    depart: str | None = None,
    places: Names = (),
    avoid: Avoid = (),
    carrier: Carrier = None,
    service_class: ServiceClass = "ordinary",
    sanctions: Sanctions = "warn",
    lot_t: Lot = None,
    options: StudyOptions = StudyOptions(),
) -> int:
    """Print time, cost, carbon and risk between all places by least generalised cost on a day.

    Example: corridor skim studies/kazakhstan-pakistan --depart 2026-07-01 --places almaty,karachi

    Parameters
    ----------
    folder
        Folder of the study.
    cargo
        Row of cargoes.csv.
    depart
        Day looked at; the day of the scenario where not given.
    places
        Places to start and end at, with commas; every place where not given.
    """
    from corridor.cli.progress import progress
    from corridor.routing.skims import skim as skim_network
    from corridor.screens.columns import skims_table

    study = options.read(folder)

    say_compiling()
    with progress() as step, told_to(step):
        skims = skim_network(
            study.network,
            cargo=cargo,
            depart=study.scenario.as_of if depart is None else depart,
            places=places or None,
            avoid=avoid,
            carrier=carrier,
            service_class=service_class,
            sanctions=sanctions,
            lot_t=lot_t,
        )
    print_frame(skims, json=options.json, screen=skims_table, network=study.network)
    return DONE


def _departures(study: Study, trip: dict[str, Any], answer: AnswerOptions, *, json: bool) -> int:
    """Print the best route by the first criterion for each departure in a range of days."""
    from corridor.cli.progress import progress
    from corridor.routing.year import departures
    from corridor.screens.columns import departures_table

    if answer.why_not is not None:
        raise CallError("--why-not asks about one departure: give --depart one day.")

    with progress() as step, told_to(step):
        frame = departures(
            study.network, criteria=answer.criteria_names[:1], every_days=answer.every, **trip
        )
    print_frame(frame, json=json, screen=departures_table)

    has_route = frame["time_h"].null_count() < frame.height
    return DONE if has_route else NOT_SERVED


def _routes(study: Study, trip: dict[str, Any], answer: AnswerOptions, *, json: bool) -> int:
    """Print the routes of one departure or parts of them, and why an element is in none."""
    from corridor.charts.letters import in_letters
    from corridor.routing.route import route as find_routes

    routes = find_routes(
        study.network,
        criteria=answer.criteria_names,
        max_routes=answer.max_routes,
        showing=answer.showing(),
        **trip,
    )
    result = routes_answer(routes)
    if answer.why_not is not None:
        from corridor.routing.whynot import why_not
        from corridor.screens.names import in_words

        absence = why_not(study.network, element=answer.why_not, **trip)
        result["why_not"] = why_not_answer(absence)
        say(in_words(study.network, absence.verdict))

    if json:
        print_json(result)
    else:
        _say_head(study, routes)
        _print_routes(study, routes, answer.table)
        say_all(routes.left_out)
    say_warnings(in_letters(routes.warnings, routes.routes))
    return DONE if routes.pareto_count else NOT_SERVED


def _say_head(study: Study, routes: Routes) -> None:
    """Say how many routes there are, between which places and when, and the best; else why none."""
    from corridor.charts.letters import in_letters
    from corridor.screens.names import in_words, name_of

    trip = routes.provenance
    origin, destination = (
        name_of(study.network, "nodes", trip[end]) for end in ("origin", "destination")
    )
    ends = f"from {origin} to {destination} on {trip['depart']}"
    if routes.reason:
        say(f"No route {ends}: {in_words(study.network, routes.reason)}")
        return
    if routes.legs.is_empty():
        say(f"Nothing to carry {ends}: the goods are there.")
        return
    say(f"{routes.routes.height} of {count_of(routes.pareto_count, 'route')} {ends}.")
    say_all(in_letters([routes.best] if routes.best else [], routes.routes))


def _print_routes(study: Study, routes: Routes, table: str) -> None:
    """Print the routes, their legs, or the rows their money comes from."""
    from corridor.screens.columns import legs_table, money_table, routes_table

    screen = {"routes": routes_table, "legs": legs_table, "money": money_table}[table]
    frame = {"routes": routes.routes, "legs": routes.legs, "money": routes.money}[table]
    if routes.legs.is_empty() and is_screen(json=False):
        return
    print_frame(frame, json=False, screen=screen, network=study.network)
    if table == "routes" and routes.legs.height:
        say(WHAT_HOLDS)


def routes_answer(routes: Routes) -> dict[str, Any]:
    """Return routes with their legs and the lines of their money as JSON takes them."""
    from corridor.routing.route_tables import MONEY_KEYS

    legs = _by_route(routes.legs, LEG_KEYS)
    money = _by_route(routes.money, MONEY_KEYS)
    return {
        "routes": [
            {
                **row,
                "legs": legs.get(row["route_id"], []),
                "money": money.get(row["route_id"], []),
            }
            for row in routes.routes.iter_rows(named=True)
        ],
        "best": routes.best,
        "pareto_count": routes.pareto_count,
        "apart_count": routes.apart_count,
        "left_out": list(routes.left_out),
        "reason": routes.reason,
        "openings": [opening_answer(opening) for opening in routes.openings],
        "warnings": list(routes.warnings),
        "provenance": dict(routes.provenance),
    }


def _by_route(frame: pl.DataFrame, keys: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of a table by their route, with some of its columns."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in frame.iter_rows(named=True):
        rows.setdefault(row["route_id"], []).append({key: row[key] for key in keys})
    return rows


def opening_answer(opening: Opening) -> dict[str, Any]:
    """Return what would have to open, as JSON takes it."""
    return {
        "closures": [f"{closure.kind} {closure.closure_id}" for closure in opening.closures],
        "links": [list(link_ids) for link_ids in opening.links],
        "time_h": opening.time_h,
        "cost_usd": opening.cost_usd,
    }


def why_not_answer(absence: WhyNot) -> dict[str, Any]:
    """Return why an element is in no best route, as JSON takes it."""
    return {
        "element": absence.element,
        "links": list(absence.links),
        "closures": list(absence.closures),
        "verdict": absence.verdict,
        "comparison": absence.comparison.to_dicts(),
    }
