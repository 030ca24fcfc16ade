"""The report's words and tables, made from the results and laid into the template."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

import jinja2
import polars as pl
from markupsafe import Markup

from corridor.maps import View, view_of
from corridor.palette import lettered
from corridor.reports import figures
from corridor.selectors import select

NONE = "–"
VERDICTS = {"inside band": "inside its 5th-95th percentile band", "within 25 %": "within 25 % of what was seen",
            "miss": "as misses", "no way": "for which it finds no way"}


def page(results: Mapping[str, object]) -> str:
    """Return the whole report as HTML."""
    study = {"id": None, "title": None, "licence": None, "price_year": None,
             **cast(Mapping[str, Any], results.get("study") or {})}
    nodes, links = _frame(results, "nodes"), _frame(results, "links")
    closures, calendar = _frame(results, "closures"), _frame(results, "calendar")
    validation, evidence = _frame(results, "validation"), _frame(results, "evidence")
    given = cast(Sequence[Mapping[str, Any]], results.get("trips") or ())
    as_of = _scenario(study).get("as_of")
    shut = shut_links(links, nodes, closures, as_of)
    trips = [_trip(trip, nodes, links, shut, calendar) for trip in given]
    maps = []
    if nodes.height and links.height:
        ends, view = _seen(given, nodes)
        maps.append(figures.network_figure(nodes, links, shut, on=say(as_of) if as_of else None, named=ends, view=view))
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("corridor.reports", "templates"), autoescape=True, trim_blocks=True,
        lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    environment.filters.update(num=num, days=days, share=share, say=say, slug=slug, words=words, web=web)
    assert environment.loader is not None
    css = environment.loader.get_source(environment, "report.css")[0]
    return environment.get_template("report.html").render(
        css=Markup(css), study=study, scenario=_scenario(study), trips=trips, maps=maps,
        trust=trust(validation, evidence), closures=closures.to_dicts(),
        validation=validation.to_dicts(), validation_figures=(
            figures.validation_figures(validation) if validation.height else []),
        evidence=evidence_rows(evidence), evidence_figures=(
            [figures.evidence_figure(evidence)] if evidence.height else []),
        sources=_frame(results, "sources").to_dicts(),
        provenance=flat(cast(Mapping[str, Any], results.get("provenance") or {})))


def _frame(results: Mapping[str, object], name: str) -> pl.DataFrame:
    found = results.get(name)
    return found if isinstance(found, pl.DataFrame) else pl.DataFrame()


def _scenario(study: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"title": None, "about": None, "as_of": None, **(study.get("scenario") or {})}


def shut_links(links: pl.DataFrame, nodes: pl.DataFrame, closures: pl.DataFrame, on: dt.date | None) -> set[str]:
    """Return the links shut on the date: by their status or by a closure in force; all closures where on is null.

    Rules are left out: they shut a way for some goods only.
    """
    if not links.height:
        return set()
    shut = set(links.filter(pl.col("status") == "closed")["link_id"])
    for row in closures.iter_rows(named=True):
        begun = on is None or row["from_on"] is None or row["from_on"] <= on
        ended = on is not None and row["to_on"] is not None and row["to_on"] <= on
        if begun and not ended and row["kind"] != "rule":
            shut.update(links["link_id"].gather(_meant(row["element"], links, nodes)))
    return shut


def _meant(element: str, links: pl.DataFrame, nodes: pl.DataFrame) -> list[int]:
    """Return the row numbers of the links an element names: by selector, or none where it is no selector."""
    try:
        return select(element, links, nodes)
    except ValueError:
        return []


def _seen(trips: Sequence[Mapping[str, Any]], nodes: pl.DataFrame) -> tuple[set[str], View | None]:
    """Return the trips' ends and a view of all their routes; no view where there is no route."""
    legs = [trip["legs"] for trip in trips if trip["legs"].height]
    ends = {end for frame in legs for end in (frame["from_node_id"][0], frame["to_node_id"][-1])}
    places = {node for frame in legs for column in ("from_node_id", "to_node_id") for node in frame[column]}
    used = nodes.filter(pl.col("node_id").is_in(list(places)))
    return ends, view_of(used["lon_deg"], used["lat_deg"], margin_share=0.14) if used.height else None


def _trip(trip: Mapping[str, Any], nodes: pl.DataFrame, links: pl.DataFrame, shut: set[str],
          calendar: pl.DataFrame) -> dict[str, Any]:
    routes, legs = trip["routes"], trip["legs"]
    drawn: list[figures.Figure] = []
    rows: list[dict[str, Any]] = []
    trip_id = slug(trip["trip_id"])
    if routes.height:
        routes = lettered(routes)
        legs = legs.join(routes.select("route_id", "letter"), on="route_id", how="left", maintain_order="left")
        drawn = figures.trip_figures(trip_id, routes, legs, nodes, links, shut)
        best = figures.outstanding(routes)
        names = dict(nodes.select("node_id", "name").iter_rows())
        for row in routes.iter_rows(named=True):
            parts = legs.filter(pl.col("letter") == row["letter"]).sort("leg")
            steps = [{**leg, "from_name": names.get(leg["from_node_id"], leg["from_node_id"]),
                      "to_name": names.get(leg["to_node_id"], leg["to_node_id"])} for leg in parts.iter_rows(named=True)]
            rows.append({**row, "best": best.get(row["letter"], []), "legs": steps, **weak_shares(parts)})
    dates = calendar.filter(pl.col("trip_id") == trip["trip_id"]) if calendar.height else calendar
    return {**trip, "anchor": f"trip-{trip_id}", "rows": rows, "figures": drawn, "answers": answers(rows),
            "legs_csv": figures.csv_address(legs) if legs.height else None,
            "calendars": [figures.calendar_figure(trip_id, dates)] if dates.height else [],
            "criteria": dates["criterion"].unique(maintain_order=True).to_list() if dates.height else [],
            "months": months(dates) if dates.height else []}


def weak_shares(legs: pl.DataFrame) -> dict[str, float | None]:
    """Return the share of a route's hours and of its USD on rows of confidence C; null where there are none at all."""
    def weak(amount: pl.Expr) -> float | None:
        whole, part = (float(frame.select(amount.sum()).item() or 0.0)
                       for frame in (legs, legs.filter(pl.col("confidence") == "C")))
        return part / whole if whole else None

    return {"weak_time_share": weak(pl.col("time_h") + pl.col("wait_h").fill_null(0.0)),
            "weak_cost_share": weak(pl.col("cost_usd"))}


def answers(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the routes worth a sentence: fastest, cheapest, least carbon, least risk, each once."""
    return [row for row in rows if set(row["best"]) & {"fastest", "cheapest", "least carbon", "least risk"}]


def trust(validation: pl.DataFrame, evidence: pl.DataFrame) -> dict[str, Any]:
    """Return how many observations fall in which verdict and the share of rows that are estimates."""
    verdicts = validation["verdict"].to_list() if validation.height else []
    total = int(evidence["rows"].sum()) if evidence.height else 0
    weak = int(evidence.filter(pl.col("confidence") == "C")["rows"].sum()) if evidence.height else 0
    return {"measured": sum(verdict in VERDICTS for verdict in verdicts),
            "counts": [(said, count) for verdict, said in VERDICTS.items() if (count := verdicts.count(verdict))],
            "weak_share": weak / total if total else None, "rows": total}


def evidence_rows(evidence: pl.DataFrame) -> list[dict[str, Any]]:
    """Return one row a table: rows in all and by confidence."""
    found: dict[str, dict[str, Any]] = {}
    for row in evidence.iter_rows(named=True):
        entry = found.setdefault(row["table"], {"table": row["table"], "total": 0, "A": 0, "B": 0, "C": 0})
        entry["total"] += row["rows"]
        entry[row["confidence"]] = entry.get(row["confidence"], 0) + row["rows"]
    return list(found.values())


def months(calendar: pl.DataFrame) -> list[dict[str, Any]]:
    """Return per month of departure, for each criterion: departures, those with a route, medians, ways; and why not."""
    criteria = calendar["criterion"].unique(maintain_order=True).to_list()
    rows = []
    keyed = calendar.sort("depart_on").with_columns(month=pl.col("depart_on").dt.strftime("%Y-%m"))
    for (month,), whole in keyed.group_by("month", maintain_order=True):
        best = []
        for criterion in criteria:
            part = whole.filter(pl.col("criterion") == criterion)
            found = part.filter(pl.col("time_h").is_not_null())
            ways = ["–".join(way) for way in found["countries"].to_list()]
            best.append({"criterion": criterion, "departures": part.height, "found": found.height,
                         "time_h": found["time_h"].median(), "cost_usd": found["cost_usd"].median(),
                         "ways": sorted(set(ways), key=lambda way, ways=ways: -ways.count(way))})  # type: ignore[misc]
        rows.append({"month": month, "best": best, "reasons": sorted({r for r in whole["reason"].to_list() if r})})
    return rows


def flat(tree: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Return a nested mapping as rows of dotted name and value."""
    rows: list[tuple[str, str]] = []
    for name, value in tree.items():
        label = f"{prefix}{name}"
        if isinstance(value, Mapping):
            rows += flat(value, f"{label}.")
        else:
            rows.append((label, ", ".join(map(say, value)) if isinstance(value, list | tuple) else say(value)))
    return rows


def num(value: float | None, digits: int = 0) -> str:
    """Return a number with blanks between thousands, a dash for null."""
    return NONE if value is None else f"{value:,.{digits}f}".replace(",", "\u202f")


def days(hours: float | None) -> str:
    """Return hours as days with one decimal, a dash for null."""
    return NONE if hours is None else num(hours / 24, 1)


def share(value: float | None) -> str:
    """Return a share as per cent; below a half per cent it says so, a dash for null."""
    if value is None:
        return NONE
    return "<\u00a01\u00a0%" if 0 < value < 0.005 else f"{value * 100:.0f}\u00a0%"


def say(value: object) -> str:
    """Return a value as a reader writes it: dates and instants without their machine form, a dash for null."""
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return NONE if value is None else str(value)


def words(values: Sequence[object] | None) -> str:
    """Return a list as words with commas, a dash for none."""
    return ", ".join(map(str, values)) if values is not None and len(values) else NONE


def slug(value: object) -> str:
    """Return a text as an anchor: lower-case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", str(value).lower()).strip("-") or "x"


def web(value: object) -> str | None:
    """Return the first http(s) address in a text, or None: no other kind of address becomes a link."""
    found = re.search(r"https?://[^\s<>\"']+", str(value or ""))
    return found[0].rstrip(".,;)") if found else None
