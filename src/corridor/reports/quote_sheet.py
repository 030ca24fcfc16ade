"""The quote sheet: an offer on one A4 page, as HTML, PDF or a workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from corridor.consignments.quote import BUYER_PAYS_CARRIAGE
from corridor.errors import CallError
from corridor.language.layers import layer_words
from corridor.language.messages import translate
from corridor.language.speech import SOURCE, marked, speaking, tell
from corridor.reports.formats import country, route_text

if TYPE_CHECKING:
    from corridor.consignments.quote import Quote
    from corridor.study.study import Study

__all__ = ["quote_sheet"]

SUFFIXES = (".html", ".pdf", ".xlsx")
MAX_SOURCES = 6  # on the page; the workbook has them all
MAX_WARNINGS = 2
PART_NAMES = {
    "freight": marked("freight"),
    "borders": marked("borders: fees, permits, guarantees"),
    "handling": marked("handling and terminals"),
    "storage": marked("storage before dispatch"),
    "finance": marked("finance: interest on the goods"),
    "total": marked("total"),
}
# Headings of the workbook's sheets, by column.
HEADINGS = {
    "stage": marked("no."),
    "how": marked("how"),
    "from": marked("from"),
    "to": marked("to"),
    "depart": marked("leaves"),
    "arrive": marked("arrives"),
    "length_km": marked("km"),
    "usd_per_unit": marked("USD per unit"),
    "border": marked("border"),
    "posts": marked("posts"),
    "stop_h": marked("hours there"),
    "documents": marked("documents"),
    "part": marked("part of the price"),
    "p05_usd_per_unit": marked("from, USD per unit"),
    "p95_usd_per_unit": marked("to, USD per unit"),
    "usd": marked("USD, all units"),
    "citation": marked("source"),
    "confidence": marked("grade"),
    "what": marked("what"),
    "value": marked("value"),
}


def quote_sheet(
    quote: Quote, path: str | Path, *, language: str = SOURCE, study: Study | None = None
) -> Path:
    """Write an offer as one A4 page, or as a workbook.

    Parameters
    ----------
    quote
        Of :func:`corridor.quote`; one without a route cannot be written.
    path
        A file: .html, .pdf (printed by a Chromium found here) or .xlsx.
    language
        Code of a language of the program (ru).
    study
        The study it was computed from: its title, price year and licence are named.

    Returns
    -------
    Path
        Where the sheet is.

    Raises
    ------
    CallError
        For another kind of file, for a quote without a route, where there is no Chromium to print
        with, or where workbooks cannot be written.
    UnknownName
        The program has no such language.
    OSError
        The file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import corridor as co
    >>> network = co.read("studies/kazakhstan-pakistan").network
    >>> offer = co.quote(network, "almaty", "karachi", cargo="container-40", depart="2026-07-01")
    >>> co.quote_sheet(offer, tempfile.mkdtemp() + "/quote.html", language="ru").name
    'quote.html'
    """
    from corridor.reports.printing import require_browser, write_page

    target = Path(path)
    check_suffix(target)
    if quote.reason is not None:
        raise CallError(f"there is nothing to offer: {quote.reason}")
    if target.suffix.lower() == ".pdf":
        require_browser()  # before the work

    with speaking(language, quote.folder):
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.suffix.lower() == ".xlsx":
            return _write_workbook(quote, target, study)
        html = sheet_html(quote, study).encode()

    write_page(target, html)
    return target


def check_suffix(target: Path) -> None:
    """Raise CallError for a file that is neither a page nor a workbook."""
    if target.suffix.lower() not in SUFFIXES:
        raise CallError(f"{str(target)!r} must end in {', '.join(SUFFIXES[:-1])} or .xlsx.")


def sheet_html(quote: Quote, study: Study | None = None) -> str:
    """Return the page in the language spoken."""
    from corridor.reports.fonts import with_font
    from corridor.reports.page import style, template_environment

    environment = template_environment()
    html = environment.get_template("quote.html").render(
        css=style(environment, "quote.css"),
        quote=quote,
        study=study,
        title="" if study is None else translate(study.title),
        origin=translate(quote.origin),
        destination=translate(quote.destination),
        cargo=translate(quote.cargo),
        route=_route_words(quote),
        terms=_terms(quote),
        stages=_stages(quote),
        runs=_runs(quote),
        borders=_borders(quote),
        prices=_prices(quote),
        exclusions=[translate(text) for text in quote.exclusions],
        warnings=[translate(text) for text in quote.warnings[:MAX_WARNINGS]],
        sources=quote.sources.head(MAX_SOURCES).to_dicts(),
        more_sources=max(quote.sources.height - MAX_SOURCES, 0),
    )
    return with_font(html)


def _route_words(quote: Quote) -> str:
    """Return the route in words: its modes, and the countries between the first and the last."""
    if quote.runs.height:
        return tell(", ").join(quote.runs["corridor"].unique(maintain_order=True))

    carriage = quote.stages.filter(pl.col("kind") == "link")
    modes = list(dict.fromkeys(carriage["mode"]))
    countries = list(dict.fromkeys(code for codes in carriage["countries"] for code in codes))
    return route_text(modes, countries)


def _terms(quote: Quote) -> str:
    """Return the terms of delivery in words."""
    place = translate(quote.destination)
    if quote.terms is None:
        return tell("not agreed: the price is for carriage to {place}", place=place)
    if quote.terms in BUYER_PAYS_CARRIAGE:
        return tell(
            "{terms} {place} (Incoterms 2020): the buyer pays this carriage",
            terms=quote.terms,
            place=translate(quote.origin),
        )
    return tell(
        "{terms} {place} (Incoterms 2020): the seller pays this carriage",
        terms=quote.terms,
        place=place,
    )


def _stages(quote: Quote) -> list[dict[str, Any]]:
    """Return the rows of the table of legs, told."""
    return [
        {
            **row,
            "how": tell("handling") if row["kind"] == "terminal" else layer_words(row["layer"]),
            "from": translate(row["from_place"]),
            "to": "" if row["kind"] == "terminal" else translate(row["to_place"]),
            "through": "–".join(row["countries"]),
        }
        for row in quote.stages.iter_rows(named=True)
    ]


def _runs(quote: Quote) -> list[dict[str, Any]]:
    """Return the rows of the routes of a shipment, told; none for one route."""
    return [
        {**row, "destination": translate(row["destination"])}
        for row in quote.runs.iter_rows(named=True)
    ]


def _borders(quote: Quote) -> list[dict[str, Any]]:
    """Return the rows of the table of borders, told."""
    return [
        {
            **row,
            "border": f"{country(row['from_country'])} – {country(row['to_country'])}",
            "posts": f"{translate(row['from_place'])} – {translate(row['to_place'])}",
            "documents": tell(", ").join(translate(text) for text in row["documents"]),
        }
        for row in quote.borders.iter_rows(named=True)
    ]


def _prices(quote: Quote) -> list[dict[str, Any]]:
    """Return the rows of the price, told."""
    return [
        {**row, "name": tell(PART_NAMES[part])}
        for part, row in zip(quote.prices["part"], quote.prices.to_dicts(), strict=True)
        if part != "finance" or row["usd_per_unit"]
    ]


# Workbook


def _write_workbook(quote: Quote, target: Path, study: Study | None) -> Path:
    """Write the offer as a workbook: a sheet a table of the page, and the lines of the price."""
    from corridor.exchange.export import write_workbook

    frames = {
        tell("quote"): pl.DataFrame(
            _facts(quote, study), schema=_titles("what", "value"), orient="row"
        ),
        tell("legs"): _sheet(_stages(quote), _STAGE_CELLS),
        tell("dispatches"): quote.runs,
        tell("borders and documents"): _sheet(_borders(quote), _BORDER_CELLS),
        tell("price"): _sheet(
            [{**row, "part": row["name"]} for row in _prices(quote)], _PRICE_CELLS
        ),
        tell("lines of the price"): quote.money,
        tell("sources"): _sheet(quote.sources.to_dicts(), _SOURCE_CELLS),
    }
    write_workbook(target, frames)
    return target


_STAGE_CELLS = {
    "stage": pl.Int64,
    "how": pl.String,
    "from": pl.String,
    "to": pl.String,
    "depart": pl.Datetime("us"),
    "arrive": pl.Datetime("us"),
    "length_km": pl.Float64,
    "usd_per_unit": pl.Float64,
}
_BORDER_CELLS = {
    "border": pl.String,
    "posts": pl.String,
    "arrive": pl.Datetime("us"),
    "stop_h": pl.Float64,
    "usd_per_unit": pl.Float64,
    "documents": pl.String,
}
_PRICE_CELLS = {
    "part": pl.String,
    "usd_per_unit": pl.Float64,
    "p05_usd_per_unit": pl.Float64,
    "p95_usd_per_unit": pl.Float64,
    "usd": pl.Float64,
}
_SOURCE_CELLS = {"citation": pl.String, "confidence": pl.String, "usd_per_unit": pl.Float64}
_INSTANTS = {"depart": ("depart_at",), "arrive": ("arrive_at", "reach_at")}


def _sheet(rows: Sequence[Mapping[str, Any]], cells: Mapping[str, Any]) -> pl.DataFrame:
    """Return rows as a sheet: some of their columns, with headings in the language spoken."""
    values = [[_cell(row, name) for name in cells] for row in rows]
    schema = dict(zip(_titles(*cells), cells.values(), strict=True))
    return pl.DataFrame(values, schema=schema, orient="row")


def _cell(row: Mapping[str, Any], name: str) -> Any:
    """Return a value of a row; instants without their zone, which no spreadsheet knows."""
    for instant in _INSTANTS.get(name, ()):
        if row.get(instant) is not None:
            return row[instant].replace(tzinfo=None)
    return row[name]


def _titles(*names: str) -> list[str]:
    return [tell(HEADINGS[name]) for name in names]


def _facts(quote: Quote, study: Study | None) -> list[tuple[str, str]]:
    """Return what heads the page, and its exclusions, as rows of what and value."""
    facts = [
        (tell("from"), translate(quote.origin)),
        (tell("to"), translate(quote.destination)),
        (tell("cargo"), translate(quote.cargo)),
        (tell("units"), f"{quote.units}"),
        (tell("route"), _route_words(quote)),
        (tell("terms"), _terms(quote)),
        (tell("leaves"), quote.depart_on.isoformat()),
        (tell("arrives"), "" if quote.arrive_on is None else quote.arrive_on.isoformat()),
        (tell("issued"), quote.issued_on.isoformat()),
        (tell("valid to"), quote.valid_to.isoformat()),
        (tell("USD, all units"), f"{quote.total['usd']:.2f}"),
        (tell("emissions, kg CO2e"), f"{quote.carbon_kg:.0f}"),
    ]
    facts += [(tell("not in the price"), translate(text)) for text in quote.exclusions]
    facts += [(tell("note"), translate(text)) for text in quote.warnings]
    if study is not None:
        facts.append((tell("study"), translate(study.title)))
    return facts
