"""The verbs of consignments: quote and schedule."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from corridor.cli.options import StudyFolder, StudyOptions
from corridor.cli.output import (
    DONE,
    NOT_SERVED,
    print_frame,
    print_json,
    refuse_inputs,
    say,
    say_compiling,
    say_warnings,
)
from corridor.cli.routing import Avoid, Carrier, Sanctions, ServiceClass, TravelOptions
from corridor.errors import CallError

if TYPE_CHECKING:
    from corridor.consignments.plan import Plan
    from corridor.consignments.quote import Quote
    from corridor.consignments.state import State

PlanTables = Literal[
    "dispatches", "legs", "slots", "arrivals", "costs", "certainty", "policy", "turns", "summary"
]
PER_CENT = 100.0


def quote(
    folder: StudyFolder,
    origin: str,
    destination: str,
    *,
    depart: str | None = None,
    best: Literal["time", "cost", "carbon", "risk"] = "cost",
    units: int = 1,
    terms: str | None = None,
    issued_on: dt.date | None = None,
    interest: Annotated[
        float | None, Parameter(help="Interest a year on the goods under way; 0 leaves it out.")
    ] = None,
    out: Path | None = None,
    language: str = "en",
    options: StudyOptions = StudyOptions(),
    travel: TravelOptions = TravelOptions(),
) -> int:
    """Offer the best route as a quote sheet: legs, borders, documents, price, exclusions.

    Prints the price. With --out the offer is written: one A4 page as .html or .pdf, or a workbook
    (.xlsx). Exit code 3 where there is no route.

    Example: corridor quote studies/kazakhstan-pakistan almaty karachi --depart 2026-07-01 --out quote.pdf

    Parameters
    ----------
    folder
        Folder of the study.
    origin
        Where the goods start.
    destination
        Where they end.
    depart
        Day of departure; the day of the scenario where not given.
    best
        Of which criterion the best route is offered.
    units
        Units carried.
    terms
        Incoterms 2020 agreed, such as DAP.
    issued_on
        Day of the offer; today where not given. It holds for a fortnight.
    out
        File to write: .html, .pdf or .xlsx.
    language
        Language of the sheet.
    """  # noqa: E501
    from corridor.consignments.quote import INTEREST_SHARE_PER_YEAR
    from corridor.consignments.quote import quote as offer_of
    from corridor.reports.quote_sheet import quote_sheet
    from corridor.screens.columns import prices_table

    _try_sheet(out, language, folder)
    study = options.read(folder)

    say_compiling()
    offer = offer_of(
        study.network,
        origin,
        destination,
        cargo=travel.cargo,
        depart=study.scenario.as_of.isoformat() if depart is None else depart,
        best=best,
        units=units,
        terms=terms,
        issued_on=issued_on,
        interest_share_per_year=INTEREST_SHARE_PER_YEAR if interest is None else interest,
        **travel.for_library(),
    )
    if options.json:
        print_json(quote_answer(offer))
    else:
        say(repr(offer))
        print_frame(offer.prices, json=False, screen=prices_table)
    say_warnings(offer.warnings)

    if offer.reason is not None:
        return NOT_SERVED
    if out is not None:
        quote_sheet(offer, out, language=language, study=study)
        say(f"{out}")
    return DONE


def schedule(
    folder: StudyFolder,
    shipment: str,
    *,
    certainty: float | None = None,
    recourse: bool = False,
    deadline: str | None = None,
    from_state: Path | None = None,
    on: str | None = None,
    avoid: Avoid = (),
    carrier: Carrier = None,
    service_class: ServiceClass = "ordinary",
    sanctions: Sanctions = "warn",
    seed: Annotated[int, Parameter(help="Seed of the simulated years.")] = 0,
    table: PlanTables = "dispatches",
    out: Path | None = None,
    offer: Path | None = None,
    language: str = "en",
    options: StudyOptions = StudyOptions(),
) -> int:
    """Plan a large consignment: which day how many units go which way, at least cost.

    Prints the dispatches, and keeps the plan for the report of the study. Exit code 3 where not
    all can be delivered, with what binds and the nearest date by which all could be there.

    Example: corridor schedule studies/kazakhstan-pakistan buses-600 --certainty 95 --out plan.html

    Parameters
    ----------
    folder
        Folder of the study.
    shipment
        Row of shipments.csv.
    certainty
        Least chance in 100 that every unit is there by the deadline; what it costs is a table.
    recourse
        Work out what to do when something shuts for the first time, and what that saves.
    deadline
        Last day of arrival instead of that of the shipment.
    from_state
        Folder of a plan followed until --on: what has left stays, the rest is planned anew.
    on
        The day the plan is made anew, with --from-state.
    table
        What to print of the plan; policy asks for --recourse too.
    out
        Folder for all its tables, or a page (.html, .pdf) or workbook (.xlsx).
    offer
        Quote sheet of the plan: .html, .pdf or .xlsx.
    language
        Language of the page.
    """
    from corridor.consignments.plan_quote import quote_plan
    from corridor.consignments.schedule import schedule as plan_of
    from corridor.reports.plan_sheet import plan_sheet
    from corridor.reports.quote_sheet import quote_sheet
    from corridor.runs.plans import keep_plan
    from corridor.screens.columns import dispatches_table, policy_table

    if certainty is not None and not 0 < certainty < PER_CENT:
        raise CallError(f"--certainty is a chance in 100, between 0 and 100, not {certainty:g}.")

    is_sheet = out is not None and bool(out.suffix)
    refuse_inputs(out)
    _try_sheet(offer, language, folder)
    if is_sheet:
        _try_sheet(out, language, folder)
    state = _state(from_state, on)
    recourse = recourse or table == "policy"
    study = options.read(folder)

    say_compiling()
    plan = plan_of(
        study.network,
        shipment,
        chance=None if certainty is None else certainty / PER_CENT,
        from_state=state,
        recourse=recourse,
        deadline=deadline,
        avoid=avoid,
        carrier=carrier,
        service_class=service_class,
        sanctions=sanctions,
        rng=seed,
    )
    if options.json:
        print_json(plan_answer(plan))
    else:
        say(repr(plan))
        frame = getattr(plan, table)
        screens = {"dispatches": dispatches_table, "policy": policy_table}
        print_frame(frame, json=False, screen=screens.get(table), network=study.network)
    if recourse and not options.json:
        _say_policy(plan)
    _say_shortfall(plan)
    say_warnings(plan.warnings)

    with suppress(OSError):  # a folder that cannot be written keeps no plan for the report
        keep_plan(study, plan)
    if out is not None:
        plan_sheet(plan, study, out, language=language) if is_sheet else plan.write(out)
        say(f"{out}")
    if offer is not None and plan.dispatches.height:
        quote_sheet(quote_plan(study.network, plan), offer, language=language, study=study)
        say(f"{offer}")
    return NOT_SERVED if plan.summary["short_units"].item() else DONE


def _state(folder: Path | None, on: str | None) -> State | None:
    """Return the plan that was followed until a day; null where none is named."""
    from corridor.consignments.state import State

    if (folder is None) != (on is None):
        raise CallError("--from-state and --on go together: a plan, and the day it is made anew.")
    return None if folder is None or on is None else State.read(folder, on)


def _say_policy(plan: Plan) -> None:
    """Say at which first surprises the rest is diverted, and what that saves over the plan."""
    if plan.policy.is_empty():
        say("policy: nothing to answer; no deadline, no penalty, or nothing that may shut for long")
        return

    diverted = plan.policy.filter(action="divert")
    for row in diverted.iter_rows(named=True):
        say(
            f"{row['sentence']} ({PER_CENT * row['chance']:.1f} % of years; "
            f"saves USD {row['value_usd']:,.0f})"
        )
    if diverted.height < plan.policy.height:
        say("At all other first surprises: keep to the plan and wait")

    saved_usd = plan.summary["recourse_usd"].item()
    say(f"policy: saves USD {saved_usd:,.0f} over the fixed plan, mean over simulated years")


def _say_shortfall(plan: Plan) -> None:
    """Say what binds where not all is delivered, and the nearest date."""
    row = plan.summary.row(0, named=True)
    if not row["short_units"]:
        return

    nearest = row["nearest_feasible_on"]
    say(f"binding: {row['binding']}")
    say(f"nearest feasible date: {nearest or 'none'}")


def plan_answer(plan: Plan) -> dict[str, Any]:
    """Return a plan as JSON takes it."""
    from corridor.language.messages import readable

    tables = {name.removeprefix("plan_"): readable(frame) for name, frame in plan.frames().items()}
    (summary,) = tables.pop("summary").to_dicts()
    return {
        "summary": summary,
        **{name: frame.to_dicts() for name, frame in tables.items()},
        "warnings": list(plan.warnings),
        "provenance": dict(plan.provenance),
    }


def _try_sheet(out: Path | None, language: str, folder: Path) -> None:
    """Raise CallError before the work where the sheet cannot be written."""
    if out is None:
        return

    from corridor.exchange.export import need_excel
    from corridor.language.speech import speaking
    from corridor.reports.printing import require_browser
    from corridor.reports.quote_sheet import check_suffix

    refuse_inputs(out)
    check_suffix(out)
    if out.suffix.lower() == ".pdf":
        require_browser()
    if out.suffix.lower() == ".xlsx":
        need_excel()
    with speaking(language, folder):
        pass


def quote_answer(offer: Quote) -> dict[str, Any]:
    """Return an offer as JSON takes it."""
    return {
        "origin": offer.origin,
        "destination": offer.destination,
        "cargo": offer.cargo,
        "units": offer.units,
        "depart_on": offer.depart_on,
        "arrive_on": offer.arrive_on,
        "time_h": offer.time_h,
        "time_p95_h": offer.time_p95_h,
        "carbon_kg": offer.carbon_kg,
        "corridor": offer.corridor,
        "terms": offer.terms,
        "issued_on": offer.issued_on,
        "valid_to": offer.valid_to,
        "reason": offer.reason,
        "exclusions": list(offer.exclusions),
        "warnings": list(offer.warnings),
        **{name: frame.to_dicts() for name, frame in offer.frames().items()},
        "provenance": dict(offer.provenance),
    }
