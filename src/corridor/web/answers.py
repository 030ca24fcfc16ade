"""Answers: routes, openings, calendar, why not, hazards, criticality and flows of a state."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import polars as pl

from corridor.charts.distance_points import distance_points
from corridor.charts.letters import letters_beside, with_letters
from corridor.closures.criticality import rank
from corridor.closures.stretches import with_stretches
from corridor.errors import CallError
from corridor.flows.assign import assign
from corridor.flows.bottlenecks import bottlenecks
from corridor.flows.chapter import calibrated
from corridor.flows.link_uses import link_uses
from corridor.network import hazards
from corridor.network.closure_chances import shut_share
from corridor.routing.opening_sets import Opening
from corridor.routing.route import Routes, route
from corridor.routing.route_tables import MONEY_KEYS
from corridor.routing.whynot import why_not
from corridor.routing.year import departures, quickest_departures
from corridor.screens.row_names import row_name
from corridor.tables.csv import SPREADSHEET_INSTANT, csv_text
from corridor.web import conditions, questions
from corridor.web.json_text import about, records
from corridor.web.limits import MAX_DEPARTURES
from corridor.web.live_study import StudyState
from corridor.web.openness import closure, openness

LIMIT_KEYS = (
    "capacity_id",
    "table",
    "row_id",
    "from_node_id",
    "unit",
    "per_day",
    "use_per_day",
    "use_share",
    "price_usd",
    "paid_usd",
    "payers",
)
LEG_KEYS = (
    "kind",
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
    "length_km",
    "cost_usd",
    "carbon_kg",
    "source_id",
    "confidence",
)
POINT_KEYS = ("drawn", "stop", "km", "km_to", "time_h", "time_to_h", "cost_usd", "cost_to_usd")


def find(state: StudyState, question: questions.Routes) -> Routes:
    """Return the routes asked for, each with a letter in its rows of routes and legs.

    A corridor has the letter that it has in the baseline. Raises like
    :func:`corridor.routing.route.route`.
    """
    return find_beside(state, question, find_baseline(state, question.units))


def find_beside(state: StudyState, question: questions.Routes, baseline: Routes | None) -> Routes:
    """Return the routes asked for, as :func:`find` does, where the baseline is at hand."""
    answer = _of_units(search(state, question), question.units)
    if baseline is None:
        return _lettered(answer, with_letters(answer.routes))
    return _lettered(answer, letters_beside(answer, baseline))


def find_baseline(state: StudyState, units: int) -> Routes | None:
    """Return the routes that an answer is compared with, with their letters; null for none.

    units: of the cargo, which money and carbon are of.
    """
    if state.baseline is None:
        return None
    answer = _of_units(search(state.baseline.state, state.baseline.question), units)
    return _lettered(answer, with_letters(answer.routes))


def search(state: StudyState, question: questions.Routes) -> Routes:
    """Return the routes asked for, computed where they were not asked for lately."""
    # Without defaults, a question of an address and the same one of a body are one.
    words = question.model_dump_json(
        exclude={"baseline", "units", "language"}, exclude_defaults=True
    )
    key = (state.study.hash, words)
    return state.answers.once(
        key,
        lambda: route(
            state.network,
            question.origin,
            question.destination,
            cargo=question.cargo,
            depart=question.depart,
            criteria=question.criteria,
            max_routes=question.max_routes,
            showing=question.showing(),
            **question.options(),
        ),
    )


def _of_units(answer: Routes, units: int) -> Routes:
    """Return an answer whose money and carbon are of so many units of the cargo."""
    if units == 1:
        return answer

    def times(frame: pl.DataFrame) -> pl.DataFrame:
        sums = [name for name in frame.columns if name.endswith("_usd") or name == "carbon_kg"]
        return frame.with_columns(pl.col(name) * units for name in sums)

    openings = tuple(
        opening if opening.cost_usd is None else replace(opening, cost_usd=opening.cost_usd * units)
        for opening in answer.openings
    )
    return replace(
        answer,
        routes=times(answer.routes),
        legs=times(answer.legs),
        money=times(answer.money),
        openings=openings,
    )


def _lettered(answer: Routes, routes: pl.DataFrame) -> Routes:
    """Return an answer whose rows of legs have the letters of its routes."""
    letters = routes.select("route_id", "letter")
    legs = answer.legs.join(letters, on="route_id", how="left", maintain_order="left")
    return replace(answer, routes=routes, legs=legs)


def routes(state: StudyState, question: questions.Routes) -> dict[str, Any]:
    """Return routes with their legs, what they take more than the baseline, and what is shut."""
    baseline = find_baseline(state, question.units)
    answer = find_beside(state, question, baseline)
    return {
        **about(state),
        "pareto_count": answer.pareto_count,
        "apart_count": answer.apart_count,
        "left_out": list(answer.left_out),
        "reason": answer.reason,
        "warnings": list(answer.warnings),
        "routes": _route_rows(state, answer),
        "openings": [_opening(opening) for opening in answer.openings],
        "conditions": list(answer.conditions),
        "elements": openness(state, question),
        "baseline": _baseline(state, question, answer, baseline),
        "provenance": {"study": state.study.id, **answer.provenance},
    }


def _route_rows(state: StudyState, answer: Routes) -> list[dict[str, Any]]:
    """Return routes with their legs, their money and the corners of their diagrams."""
    legs = _by_route(answer.legs, LEG_KEYS)
    money = _by_route(answer.money, MONEY_KEYS)
    points: dict[str, list[dict[str, Any]]] = {}
    if answer.legs.height:
        nodes = state.network.frames["nodes"]
        points = _by_route(distance_points(answer.legs, nodes), POINT_KEYS)

    return [
        {
            **row,
            "legs": legs.get(row["route_id"], []),
            "money": money.get(row["route_id"], []),
            "points": points.get(row["route_id"], []),
        }
        for row in records(answer.routes)
    ]


def _baseline(
    state: StudyState, question: questions.Routes, answer: Routes, baseline: Routes | None
) -> dict[str, Any] | None:
    """Return what an answer is compared with, and what it takes more; null for no baseline.

    routes: of the baseline, with the links each takes.
    """
    if baseline is None or state.baseline is None:
        return None

    difference = answer.minus(baseline)
    condition = conditions.condition(state, question)
    on_links = baseline.legs.filter(pl.col("kind") == "link").group_by("route_id")
    links = dict(on_links.agg("link_id").iter_rows())
    return {
        **about(state.baseline.state),
        "condition": condition,
        "sentence": difference.sentence(condition),
        "reason": baseline.reason,
        "routes": [
            {**row, "links": links.get(row["route_id"], [])} for row in records(baseline.routes)
        ],
        "corridors": records(difference.corridors),
        "best": records(difference.best),
    }


def openings(state: StudyState, question: questions.State) -> dict[str, Any]:
    """Return the links that are planned or shut on the day, and why."""
    return {**about(state), "elements": openness(state, question)}


def calendar(state: StudyState, question: questions.Calendar) -> dict[str, Any]:
    """Return the best route by one criterion for every departure of a range, or why none is.

    By time the one that half of the trips take least by, as the list of routes orders them.
    """
    days = (question.until - question.depart).days // question.every_days + 1
    if days > MAX_DEPARTURES:
        raise CallError(
            f"{days} departures are asked for; {MAX_DEPARTURES} is the most at once. Ask for a "
            "shorter range."
        )

    verb = quickest_departures
    if question.criterion != "time":
        verb = partial(departures, criteria=(question.criterion,))
    frame = verb(
        state.network,
        question.origin,
        question.destination,
        cargo=question.cargo,
        depart=f"{question.depart}..{question.until}",
        every_days=question.every_days,
        **question.options(),
    )
    return {**about(state), "departures": records(frame)}


def why(state: StudyState, question: questions.WhyNot) -> dict[str, Any]:
    """Return why the best routes do not use an element, and what opening it would change."""
    answer = why_not(
        state.network,
        question.origin,
        question.destination,
        question.element,
        cargo=question.cargo,
        depart=question.depart,
        **question.options(),
    )
    return {
        **about(state),
        "element": answer.element,
        "links": list(answer.links),
        "closures": list(answer.closures),
        "openings": [_opening(opening) for opening in answer.openings],
        "comparison": records(answer.comparison),
        "verdict": answer.verdict,
    }


def threats(state: StudyState) -> dict[str, Any]:
    """Return the hazards, the links each covers and the chance that it shuts them on the day."""
    day = state.dated_network
    covered = hazards.links_covered(day)
    link_ids = day.frames["links"]["link_id"].to_numpy()

    rows = [
        {
            **row,
            "shut_share": shut_share(row, state.on),
            "links": link_ids[links].tolist(),
        }
        for row, links in zip(day.rows("hazards"), covered, strict=True)
    ]
    return {**about(state), "hazards": rows}


def criticality(state: StudyState) -> dict[str, Any]:
    """Return what the failure of each link would cost the study's demand a year, worst first.

    As ``corridor rank`` says it. Links whose failure costs nothing are left out; without demand
    there are none. stretches: the same links, those in series as one.
    """
    demand = state.network.frames["demand"]
    if not demand.height:
        return {**about(state), "links": [], "stretches": []}

    ranking = rank(
        state.network,
        demand,
        by="loss_usd_per_year",
        on=state.on,
        kinds=("link",),
        pairs=0,
        between=state.study.settings.between,
    )
    costly = ranking.filter(pl.col("loss_usd_per_year") > 0).drop("joint_usd_per_year")
    of_links = costly.filter(pl.col("kind") == "link").drop("kind")
    stretches = with_stretches(costly).drop("kind")
    return {**about(state), "links": records(of_links), "stretches": records(stretches)}


def flows(state: StudyState) -> dict[str, Any]:
    """Return what links carry a year under capacity, how full they are, and what jams first.

    As ``corridor assign`` says it. links: those that carry anything, t_per_year both ways, with
    their tightest limit; null where none is known. limits: the bottlenecks. Without demand there
    are none.
    """
    if not state.network.frames["demand"].height:
        return {
            **about(state),
            "links": [],
            "limits": [],
            "t_per_year": 0.0,
            "stays_t_per_year": 0.0,
        }

    network = calibrated(state.study, state.network)
    assigned = assign(network, network.frames["demand"], on=state.on)
    on_links = assigned.volumes.filter(pl.col("kind") == "link")
    tonnes = on_links.group_by(pl.col("element_id").alias("link_id")).agg(
        pl.col("t").sum().alias("t_per_year")
    )
    uses = link_uses(assigned.capacities)
    links = tonnes.join(uses, on="link_id", how="left").sort(
        "t_per_year", "link_id", descending=[True, False]
    )
    limits = bottlenecks(assigned.capacities).select(*LIMIT_KEYS)
    return {
        **about(state),
        "links": records(links),
        "limits": [{**limit, "name": _limit_name(state, limit)} for limit in records(limits)],
        "t_per_year": float(assigned.routes["t"].sum()),
        "stays_t_per_year": float(assigned.unserved["t"].sum()),
        "converged": assigned.converged,
    }


def routes_csv(answer: Routes) -> bytes:
    """Return the routes as CSV, with the letters they have on the page."""
    first = ("route_id", "letter")
    return _csv(answer.routes.select(*first, pl.exclude(*first)))


def legs_csv(state: StudyState, answer: Routes) -> bytes:
    """Return the legs as CSV, with the letters of their routes and the names of places."""
    names = {node["node_id"]: node["name"] for node in state.network.rows("nodes")}
    named = answer.legs.with_columns(
        pl.col(f"{end}_node_id").replace_strict(names, return_dtype=pl.String).alias(f"{end}_name")
        for end in ("from", "to")
    )

    first = ("route_id", "letter", "leg", "kind", "from_name", "to_name")
    return _csv(named.select(*first, pl.exclude(*first)))


def _csv(frame: pl.DataFrame) -> bytes:
    text = csv_text(frame, datetime_format=SPREADSHEET_INSTANT, for_spreadsheets=True)
    return text.encode()


def _limit_name(state: StudyState, limit: dict[str, Any]) -> str | None:
    """What a person calls the row that a limit is of."""
    cells = state.dated_network.by_id(limit["table"])[limit["row_id"]]
    return row_name(state.dated_network, limit["table"], cells)


def _by_route(frame: pl.DataFrame, keys: tuple[str, ...]) -> dict[str, list[dict[str, Any]]]:
    """Return some columns of legs or points, by the route they are of."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in records(frame):
        rows.setdefault(row["route_id"], []).append({key: row[key] for key in keys})
    return rows


def _opening(opening: Opening) -> dict[str, Any]:
    return {
        "closures": [closure(cause) for cause in opening.closures],
        "links": [list(ids) for ids in opening.links],
        "time_h": opening.time_h,
        "cost_usd": opening.cost_usd,
    }
