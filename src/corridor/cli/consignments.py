"""The verbs of consignments: quote and schedule."""

from __future__ import annotations

import datetime as dt
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
from corridor.cli.routing import TravelOptions

if TYPE_CHECKING:
    from corridor.consignments.quote import Quote


def quote(
    folder: StudyFolder,
    origin: str,
    destination: str,
    *,
    depart: str,
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
        Day of departure.
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

    _try_sheet(out, language, folder)
    study = options.read(folder)

    say_compiling()
    offer = offer_of(
        study.network,
        origin,
        destination,
        cargo=travel.cargo,
        depart=depart,
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
        print_frame(offer.prices, json=False)
        say(repr(offer))
    say_warnings(offer.warnings)

    if offer.reason is not None:
        return NOT_SERVED
    if out is not None:
        quote_sheet(offer, out, language=language, study=study)
        say(f"{out}")
    return DONE


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
