"""The first page: the study's questions, each answered in a sentence or two with numbers and how sure they are.

The first trip is answered in full; then what each other scenario would change, the first trip on other days, and trips held
to a way beside the same trip left free. What cannot be said comes last. Every sentence is made from the results alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import polars as pl
from markupsafe import Markup, escape

from corridor.reports import losses
from corridor.reports.chapters import differs
from corridor.reports.given import Given, best_of
from corridor.reports.trade import answer
from corridor.reports.words import day, days, num, share, slug, together, way

VERDICTS = {"inside band": "inside its 5th-95th percentile band", "within 25 %": "within 25 % of what was seen",
            "miss": "as misses", "no way": "for which it finds no way"}
_SPAN_DAYS = 300  # a calendar at least so long speaks for the year


def answers(given: Given) -> list[dict[str, Any]]:
    """Return questions and answers, the most asked first; none where no trips were asked."""
    if not given.trips:
        return []
    lead = given.trips[0]
    found = [_asked(lead["heading"], _first(lead), lead)]
    others = [trip for trip in given.trips[1:] if _same(trip, lead, "asked") and trip["depart"] != lead["depart"]]
    found += [_asked(trip["heading"], _on_another_day(trip, lead), trip) for trip in others]
    found += _scenarios(given)
    for trip in given.trips:
        free = next((one for one in given.trips if trip["asked"] and not one["asked"] and _same(one, trip, "depart")), None)
        if free is not None:
            found.append(_asked(trip["heading"], _held(trip, free), trip))
    found += [*losses.answer(given), *answer(given)]
    return [*found, {"question": "What cannot be said?", "text": _limits(given), "href": "evidence"}]


def trust(given: Given) -> dict[str, Any]:
    """Return how many observations fall in which verdict and the share of rows that are estimates."""
    validation, evidence = given.frame("validation"), given.frame("evidence")
    verdicts = validation["verdict"].to_list() if validation.height else []
    total = int(evidence["rows"].sum()) if evidence.height else 0
    weak = int(evidence.filter(pl.col("confidence") == "C")["rows"].sum()) if evidence.height else 0
    return {"measured": sum(verdict in VERDICTS for verdict in verdicts),
            "counts": [(said, count) for verdict, said in VERDICTS.items() if (count := verdicts.count(verdict))],
            "weak_share": weak / total if total else None, "rows": total}


def _asked(question: str, text: Markup, trip: Mapping[str, Any]) -> dict[str, Any]:
    return {"question": question, "text": text, "href": trip["anchor"]}


def _same(one: Mapping[str, Any], other: Mapping[str, Any], more: str) -> bool:
    return all(one[key] == other[key] for key in ("origin", "destination", "cargo", more))


def _first(trip: Mapping[str, Any]) -> Markup:
    quick, cheap = best_of(trip, "fastest"), best_of(trip, "cheapest")
    if quick is None or cheap is None:
        return Markup("<b>No way.</b> {}").format(trip["reason"] or "No reason was recorded.")
    said = Markup("The quickest way goes {}: <b>{} days</b>, 19 times in 20 within {}, for <b>USD&nbsp;{}</b>.").format(
        _way(trip, quick), days(quick["time_p50_h"]), days(quick["time_p95_h"]), num(quick["cost_usd"]))
    if cheap is quick:
        said += " It is also the cheapest."
    else:
        said += Markup(" The cheapest goes {}: USD&nbsp;{} and {} days.").format(
            _way(trip, cheap), num(cheap["cost_usd"]), days(cheap["time_p50_h"]))
    return said + " " + _sure([quick] if cheap is quick else [quick, cheap])


def _way(trip: Mapping[str, Any], row: Mapping[str, Any]) -> Markup:
    return Markup('<a href="#{}-{}">{}</a>').format(trip["anchor"], slug(row["letter"]),
                                                    way(row["modes"], row["countries"]))


def _sure(rows: Sequence[Mapping[str, Any]]) -> Markup:
    """Say how much rests on estimates."""
    hours, usd = ([share(row[column]) for row in rows] for column in ("weak_time_share", "weak_cost_share"))
    which = "" if len(rows) == 1 else " (quickest, cheapest)"
    return Markup('<span class="soft">Estimates carry {} of the hours and {} of the dollars{}.</span>').format(
        together(hours), together(usd), which)


def _on_another_day(trip: Mapping[str, Any], lead: Mapping[str, Any]) -> Markup:
    quick, usual = best_of(trip, "fastest"), best_of(lead, "fastest")
    if quick is None:
        return Markup("Not when leaving on {}: {}").format(day(trip["depart"]), trip["reason"] or "no way was found.")
    said = Markup("Leaving on {}, the quickest way goes {}: <b>{} days</b>, 19 times in 20 within {}").format(
        day(trip["depart"]), _way(trip, quick), days(quick["time_p50_h"]), days(quick["time_p95_h"]))
    if usual is not None:
        same = "the same way takes" if quick["borders"] == usual["borders"] else "another way takes"
        said += Markup(" (on {} {} {}).").format(day(lead["depart"]), same, days(usual["time_p50_h"]))
    else:
        said += "."
    return said + _through_the_year(lead if lead["calendar"].height else trip) + " " + _sure([quick])


def _through_the_year(trip: Mapping[str, Any]) -> Markup:
    """Say how the quickest way changes over the calendar; nothing where it is too short for that."""
    dates = trip["calendar"]
    dates = dates.filter(pl.col("criterion") == "time").sort("depart_on") if dates.height else dates
    if not dates.height or (dates["depart_on"][-1] - dates["depart_on"][0]).days < _SPAN_DAYS:
        return Markup("")
    gone = dates.filter(pl.col("time_h").is_not_null())
    ways = len({tuple(borders) for borders in gone["borders"].to_list()})
    if not gone.height:
        return Markup(" None of {} departures through the year finds a way.").format(dates.height)
    which = "always over the same borders" if ways == 1 else f"over {ways} different sets of borders"
    return Markup(" Of {} departures through the year {} find a way, the quickest {}.").format(
        dates.height, "all" if gone.height == dates.height else gone.height, which)


def _held(trip: Mapping[str, Any], free: Mapping[str, Any]) -> Markup:
    """Say what a trip held to a way takes and costs beside the same trip left free."""
    quick, cheap, best, least = (best_of(one, what) for one in (trip, free) for what in ("fastest", "cheapest"))
    if quick is None or cheap is None:
        return Markup("<b>No way.</b> {}").format(trip["reason"] or "No reason was recorded.")
    said = Markup("{}: at best <b>{} days</b> (USD&nbsp;{}), at least <b>USD&nbsp;{}</b> ({} days).").format(
        _capital(", ".join(trip["asked"])), days(quick["time_p50_h"]), num(quick["cost_usd"]), num(cheap["cost_usd"]),
        days(cheap["time_p50_h"]))
    if best is not None and least is not None:
        said += Markup(" Left free, the quickest way goes {}: {} days (USD&nbsp;{}); the cheapest {}: "
                       "USD&nbsp;{} ({} days).").format(
            _way(free, best), days(best["time_p50_h"]), num(best["cost_usd"]), _way(free, least), num(least["cost_usd"]),
            days(least["time_p50_h"]))
    return said + " " + _sure([quick] if cheap is quick else [quick, cheap])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _scenarios(given: Given) -> list[dict[str, Any]]:
    """Answer the question of every scenario compared: what it changes for the first trip, and for which trip most."""
    frame, about = given.frame("scenarios"), cast(Mapping[str, Mapping[str, Any]], given.study.get("scenarios") or {})
    if not frame.height:
        return []
    own = frame["scenario"][0]
    cells = {(r["trip_id"], r["scenario"], r["criterion"]): r for r in frame.iter_rows(named=True)}
    found = []
    for scenario_id, scenario in about.items():
        if not scenario.get("question") or scenario_id == own:
            continue
        beside = scenario.get("beside") or own
        changes = [(trip, _change(cells, trip["trip_id"], scenario_id, beside)) for trip in given.trips]
        found.append({"question": scenario["question"], "href": "scenarios",
                      "text": _told(scenario["title"], None if beside == own else about[beside]["title"], changes)})
    return found


def _change(cells: Mapping[tuple[str, str, str], Mapping[str, Any]], trip_id: str, scenario: str,
            beside: str) -> dict[str, Any]:
    """Return what differs between two scenarios for a trip: clauses, the largest relative change, gone, weak shares."""
    clauses: list[tuple[str, str]] = []
    largest, gone, weak = 0.0, False, None
    for criterion, column, words, unit in (
            ("time", "time_p50_h", "the quickest way takes {} days instead of {}", days),
            ("cost", "cost_usd", "the cheapest costs USD {} instead of {}", num),
            ("cost in time", "cost_usd", "in about the same time the cheapest costs USD {} instead of {}", num)):
        new, old = cells.get((trip_id, scenario, criterion)), cells.get((trip_id, beside, criterion))
        if new is None or old is None or not differs(new[column], old[column]):
            continue
        if new[column] is None or old[column] is None:
            gone = gone or (new[column] is None and criterion == "time")
            largest = max(largest, 10.0)
            continue
        moved = abs(new[column] / old[column] - 1)
        if criterion == "cost in time" and clauses and clauses[-1][0] == "cost" and new["cost_usd"] == cells[
                (trip_id, scenario, "cost")]["cost_usd"]:
            continue  # the same way was named just before
        if moved >= largest:
            largest, weak = moved, new
        other = new["countries"] != old["countries"]
        clauses.append((criterion, words.format(unit(new[column]), unit(old[column]))
                        + (f", {way(new['modes'], new['countries'])}" if other else "")))
    kept = cells.get((trip_id, scenario, "time"))
    if clauses and kept is not None and kept["time_p50_h"] is not None and "time" not in [what for what, _ in clauses]:
        clauses.insert(0, ("time", f"the quickest way still takes {days(kept['time_p50_h'])} days"))
    return {"clauses": [said for _, said in clauses], "largest": largest, "gone": gone, "weak": weak}


def _told(title: str, beside: str | None, changes: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> Markup:
    """Put a scenario's changes into sentences: the first trip, the trip changed most, those left without a way."""
    lead, first = changes[0]
    head = f"With “{title}”" + (f" beside “{beside}”" if beside else "")
    said = escape(f"{head}, {lead['name']}: " + ("; ".join(first["clauses"]) if first["clauses"] else
                                                 "no way is left" if first["gone"] else "nothing changes") + ".")
    rest = [(trip, change) for trip, change in changes[1:] if change["clauses"] and not _same(trip, lead, "depart")]
    if rest:
        trip, most = max(rest, key=lambda pair: pair[1]["largest"])
        count = sum(bool(change["clauses"]) for _, change in changes[1:])
        said += escape(f" Of the other {len(changes) - 1} trips {count} change{'s' if count == 1 else ''}, most of all "
                       f"{trip['name']}: {'; '.join(most['clauses'])}.")
    elif len(changes) > 1 and not any(change["gone"] for _, change in changes[1:]):
        said += escape(f" None of the other {len(changes) - 1} trips changes either." if not first["clauses"]
                       else f" None of the other {len(changes) - 1} trips changes.")
    lost = [trip["name"] for trip, change in changes[1:] if change["gone"]]
    if lost:
        said += escape(f" No way is left for {together(lost)}.")
    weak = first["weak"] or (max(rest, key=lambda pair: pair[1]["largest"])[1]["weak"] if rest else None)
    if weak is not None:
        said += Markup(" ") + _sure([weak])
    return said


def _limits(given: Given) -> Markup:
    """Say what the report cannot: what is not known, not measured or outside the model."""
    told = trust(given)
    said = ["Prices are rates a kilometre and port charges, no offers: no market, no queue that grows with traffic, no "
            "season of prices is in them."]
    endless = sum(row["kind"] == "change" and row["to_on"] is None for row in given.frame("closures").iter_rows(named=True))
    if endless:
        said.append(f"Nobody has said when {endless} of the closures below end.")
    if told["measured"]:
        said.append(f"Beside {told['measured']} measured trips, prices and speeds the model puts "
                    + together([f"{count} {what}" for what, count in told["counts"]]) + ".")
    if told["weak_share"] is not None:
        said.append(f"{share(told['weak_share'])} of the {num(told['rows'])} rows beneath all this are estimates.")
    return escape(" ".join(said))
