"""The first page: the study's questions, each answered in a sentence or two with numbers and how
sure they are.

The first trip is answered in full; then what each other scenario would change, the first trip on
other days, and trips held to a way beside the same trip left free. What cannot be said comes last.
Every sentence is made from the results alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import polars as pl
from markupsafe import Markup, escape

from corridor.language.speech import marked, tell, tell_count, tell_html
from corridor.reports import closures as losses
from corridor.reports.chapters import differs
from corridor.reports.formats import day, days, gap, num, sentences, share, slug, together, way
from corridor.reports.inputs import Given, best_of
from corridor.reports.trade import answer

VERDICTS = {
    "inside band": marked("{count} inside its 5th-95th percentile band"),
    "within 25 %": marked("{count} within 25 % of what was seen"),
    "miss": marked("{count} as misses"),
    "no way": marked("{count} for which it finds no way"),
}
_SPAN_DAYS = 300  # a calendar at least so long speaks for the year


def answers(given: Given) -> list[dict[str, Any]]:
    """Return questions and answers, the most asked first; none where no trips were asked."""
    if not given.trips:
        return []
    lead = given.trips[0]
    found = [_asked(lead["heading"], _first(lead), lead)]
    others = [
        trip
        for trip in given.trips[1:]
        if _same(trip, lead, "asked") and trip["depart"] != lead["depart"]
    ]
    found += [_asked(trip["heading"], _on_another_day(trip, lead), trip) for trip in others]
    found += _scenarios(given)
    for trip in given.trips:
        free = next(
            (
                one
                for one in given.trips
                if trip["asked"] and not one["asked"] and _same(one, trip, "depart")
            ),
            None,
        )
        if free is not None:
            found.append(_asked(trip["heading"], _held(trip, free), trip))
    found += [*losses.answer(given), *answer(given)]
    return [
        *found,
        {"question": tell("What cannot be said?"), "text": _limits(given), "href": "evidence"},
    ]


def trust(given: Given) -> dict[str, Any]:
    """Return how many observations fall in which verdict and the share of rows that are
    estimates."""
    validation = given.frame("validation")
    evidence = given.frame("evidence")
    verdicts = validation["verdict"].to_list() if validation.height else []
    total = int(evidence["rows"].sum()) if evidence.height else 0
    weak = int(evidence.filter(pl.col("confidence") == "C")["rows"].sum()) if evidence.height else 0
    return {
        "measured": sum(verdict in VERDICTS for verdict in verdicts),
        "counts": [
            tell(said, count=count)
            for verdict, said in VERDICTS.items()
            if (count := verdicts.count(verdict))
        ],
        "weak_share": weak / total if total else None,
        "rows": total,
    }


def _asked(question: str, text: Markup, trip: Mapping[str, Any]) -> dict[str, Any]:
    return {"question": question, "text": text, "href": trip["anchor"]}


def _same(one: Mapping[str, Any], other: Mapping[str, Any], more: str) -> bool:
    return all(one[key] == other[key] for key in ("origin", "destination", "cargo", more))


def _first(trip: Mapping[str, Any]) -> Markup:
    quick = best_of(trip, "fastest")
    cheap = best_of(trip, "cheapest")
    if quick is None or cheap is None:
        return _no_way(trip)
    said = tell_html(
        "The quickest way goes {way}: <b>{days} days</b>, 19 times in 20 within {most_days}, for "
        "<b>USD&nbsp;{usd}</b>.",
        way=_way(trip, quick),
        days=days(quick["time_p50_h"]),
        most_days=days(quick["time_p95_h"]),
        usd=num(quick["cost_usd"]),
    )
    if cheap is quick:
        said += gap() + tell_html("It is also the cheapest.")
    else:
        said += gap() + tell_html(
            "The cheapest goes {way}: USD&nbsp;{usd} and {days} days.",
            way=_way(trip, cheap),
            usd=num(cheap["cost_usd"]),
            days=days(cheap["time_p50_h"]),
        )
    return said + gap() + _sure([quick] if cheap is quick else [quick, cheap])


def _no_way(trip: Mapping[str, Any]) -> Markup:
    return tell_html(
        "<b>No way.</b> {reason}", reason=trip["reason"] or tell("No reason was recorded.")
    )


def _way(trip: Mapping[str, Any], row: Mapping[str, Any]) -> Markup:
    return Markup('<a href="#{}-{}">{}</a>').format(
        trip["anchor"], slug(row["letter"]), way(row["modes"], row["countries"])
    )


def _sure(rows: Sequence[Mapping[str, Any]]) -> Markup:
    """Say how much rests on estimates."""
    hours, usd = (
        [share(row[column]) for row in rows] for column in ("weak_time_share", "weak_cost_share")
    )
    if len(rows) == 1:
        said = tell(
            "Estimates carry {hours} of the hours and {dollars} of the dollars.",
            hours=hours[0],
            dollars=usd[0],
        )
    else:
        said = tell(
            "Estimates carry {hours} of the hours and {dollars} of the dollars (quickest, "
            "cheapest).",
            hours=together(hours),
            dollars=together(usd),
        )
    return Markup('<span class="soft">{}</span>').format(said)


def _on_another_day(trip: Mapping[str, Any], lead: Mapping[str, Any]) -> Markup:
    quick = best_of(trip, "fastest")
    usual = best_of(lead, "fastest")
    if quick is None:
        return tell_html(
            "Not when leaving on {date}: {reason}",
            date=day(trip["depart"]),
            reason=trip["reason"] or tell("no way was found."),
        )
    said = tell_html(
        "Leaving on {date}, the quickest way goes {way}: <b>{days} days</b>, 19 times in 20 "
        "within {most_days}",
        date=day(trip["depart"]),
        way=_way(trip, quick),
        days=days(quick["time_p50_h"]),
        most_days=days(quick["time_p95_h"]),
    )
    if usual is None:
        said = tell_html("{sentence}.", sentence=said)
    else:
        told = {"date": day(lead["depart"]), "days": days(usual["time_p50_h"])}
        same = quick["borders"] == usual["borders"]
        said += gap() + (
            tell_html("(on {date} the same way takes {days}).", **told)
            if same
            else tell_html("(on {date} another way takes {days}).", **told)
        )
    return (
        said + _through_the_year(lead if lead["calendar"].height else trip) + gap() + _sure([quick])
    )


def _through_the_year(trip: Mapping[str, Any]) -> Markup:
    """Say how the quickest way changes over the calendar; nothing where it is too short for
    that."""
    dates = trip["calendar"]
    dates = dates.filter(pl.col("criterion") == "time").sort("depart_on") if dates.height else dates
    if not dates.height or (dates["depart_on"][-1] - dates["depart_on"][0]).days < _SPAN_DAYS:
        return Markup("")
    gone = dates.filter(pl.col("time_h").is_not_null())
    ways = len({tuple(borders) for borders in gone["borders"].to_list()})
    if not gone.height:
        return gap() + tell_html(
            "None of {count} departures through the year finds a way.", count=dates.height
        )
    which = (
        tell("the quickest always over the same borders")
        if ways == 1
        else tell("the quickest over {count} different sets of borders", count=num(ways))
    )
    if gone.height == dates.height:
        return gap() + tell_html(
            "Of {count} departures through the year all find a way, {which}.",
            count=num(dates.height),
            which=which,
        )
    return gap() + tell_html(
        "Of {count} departures through the year {found} find a way, {which}.",
        count=num(dates.height),
        found=num(gone.height),
        which=which,
    )


def _held(trip: Mapping[str, Any], free: Mapping[str, Any]) -> Markup:
    """Say what a trip held to a way takes and costs beside the same trip left free."""
    quick, cheap, best, least = (
        best_of(one, what) for one in (trip, free) for what in ("fastest", "cheapest")
    )
    if quick is None or cheap is None:
        return _no_way(trip)
    said = tell_html(
        "{asked}: at best <b>{days} days</b> (USD&nbsp;{usd}), at least "
        "<b>USD&nbsp;{least_usd}</b> ({least_days} days).",
        asked=_capital(tell(", ").join(trip["asked"])),
        days=days(quick["time_p50_h"]),
        usd=num(quick["cost_usd"]),
        least_usd=num(cheap["cost_usd"]),
        least_days=days(cheap["time_p50_h"]),
    )
    if best is not None and least is not None:
        said += gap() + tell_html(
            "Left free, the quickest way goes {way}: {days} days (USD&nbsp;{usd}); the cheapest "
            "{least_way}: USD&nbsp;{least_usd} ({least_days} days).",
            way=_way(free, best),
            days=days(best["time_p50_h"]),
            usd=num(best["cost_usd"]),
            least_way=_way(free, least),
            least_usd=num(least["cost_usd"]),
            least_days=days(least["time_p50_h"]),
        )
    return said + gap() + _sure([quick] if cheap is quick else [quick, cheap])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _scenarios(given: Given) -> list[dict[str, Any]]:
    """Answer the question of every scenario compared: what it changes for the first trip, and for
    which trip most."""
    frame = given.frame("scenarios")
    about = cast(Mapping[str, Mapping[str, Any]], given.study.get("scenarios") or {})
    if not frame.height:
        return []
    own = frame["scenario"][0]
    cells = {(r["trip_id"], r["scenario"], r["criterion"]): r for r in frame.iter_rows(named=True)}
    found = []
    for scenario_id, scenario in about.items():
        if not scenario.get("question") or scenario_id == own:
            continue
        beside = scenario.get("beside") or own
        changes = [
            (trip, _change(cells, trip["trip_id"], scenario_id, beside)) for trip in given.trips
        ]
        found.append(
            {
                "question": scenario["question"],
                "href": "scenarios",
                "text": _told(
                    scenario["title"], None if beside == own else about[beside]["title"], changes
                ),
            }
        )
    return found


def _change(
    cells: Mapping[tuple[str, str, str], Mapping[str, Any]],
    trip_id: str,
    scenario: str,
    beside: str,
) -> dict[str, Any]:
    """Return what differs between two scenarios for a trip: clauses, the largest relative change,
    gone, weak shares."""
    clauses: list[tuple[str, str]] = []
    largest = 0.0
    gone = False
    weak = None
    for criterion, column, words, unit in (
        ("time", "time_p50_h", marked("the quickest way takes {new} days instead of {old}"), days),
        ("cost", "cost_usd", marked("the cheapest costs USD {new} instead of {old}"), num),
        (
            "cost in time",
            "cost_usd",
            marked("in about the same time the cheapest costs USD {new} instead of {old}"),
            num,
        ),
    ):
        new = cells.get((trip_id, scenario, criterion))
        old = cells.get((trip_id, beside, criterion))
        if new is None or old is None or not differs(new[column], old[column]):
            continue
        if new[column] is None or old[column] is None:
            gone = gone or (new[column] is None and criterion == "time")
            largest = max(largest, 10.0)
            continue
        moved = abs(new[column] / old[column] - 1)
        if (
            criterion == "cost in time"
            and clauses
            and clauses[-1][0] == "cost"
            and new["cost_usd"] == cells[(trip_id, scenario, "cost")]["cost_usd"]
        ):
            continue  # the same way was named just before
        if moved >= largest:
            largest = moved
            weak = new
        other = new["countries"] != old["countries"]
        said = tell(words, new=unit(new[column]), old=unit(old[column]))
        clauses.append(
            (
                criterion,
                tell("{change}, {way}", change=said, way=way(new["modes"], new["countries"]))
                if other
                else said,
            )
        )
    kept = cells.get((trip_id, scenario, "time"))
    if (
        clauses
        and kept is not None
        and kept["time_p50_h"] is not None
        and "time" not in [what for what, _ in clauses]
    ):
        clauses.insert(
            0,
            (
                "time",
                tell("the quickest way still takes {days} days", days=days(kept["time_p50_h"])),
            ),
        )
    return {
        "clauses": [said for _, said in clauses],
        "largest": largest,
        "gone": gone,
        "weak": weak,
    }


def _told(
    title: str, beside: str | None, changes: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]
) -> Markup:
    """Put a scenario's changes into sentences: the first trip, the trip changed most, those left
    without a way."""
    lead, first = changes[0]
    what = (
        tell("; ").join(first["clauses"])
        if first["clauses"]
        else tell("no way is left")
        if first["gone"]
        else tell("nothing changes")
    )
    said = escape(
        tell(
            "With “{scenario}” beside “{other}”, {trip}: {changes}.",
            scenario=title,
            other=beside,
            trip=lead["name"],
            changes=what,
        )
        if beside
        else tell(
            "With “{scenario}”, {trip}: {changes}.", scenario=title, trip=lead["name"], changes=what
        )
    )
    rest = [
        (trip, change)
        for trip, change in changes[1:]
        if change["clauses"] and not _same(trip, lead, "depart")
    ]
    if rest:
        trip, most = max(rest, key=lambda pair: pair[1]["largest"])
        count = sum(bool(change["clauses"]) for _, change in changes[1:])
        said += gap() + escape(
            tell_count(
                "Of the other {trips} trips {count} changes, most of all {trip}: {changes}.",
                "Of the other {trips} trips {count} change, most of all {trip}: {changes}.",
                count,
                trips=num(len(changes) - 1),
                trip=trip["name"],
                changes=tell("; ").join(most["clauses"]),
            )
        )
    elif len(changes) > 1 and not any(change["gone"] for _, change in changes[1:]):
        said += gap() + escape(
            tell("None of the other {trips} trips changes either.", trips=num(len(changes) - 1))
            if not first["clauses"]
            else tell("None of the other {trips} trips changes.", trips=num(len(changes) - 1))
        )
    lost = [trip["name"] for trip, change in changes[1:] if change["gone"]]
    if lost:
        said += gap() + escape(tell("No way is left for {trips}.", trips=together(lost)))
    weak = first["weak"] or (
        max(rest, key=lambda pair: pair[1]["largest"])[1]["weak"] if rest else None
    )
    if weak is not None:
        said += gap() + _sure([weak])
    return said


def _limits(given: Given) -> Markup:
    """Say what the report cannot: what is not known, not measured or outside the model."""
    told = trust(given)
    said = [
        tell(
            "Prices are rates a kilometre and port charges, no offers: no market, no queue that "
            "grows with traffic, no season of prices is in them."
        )
    ]
    endless = sum(
        row["kind"] == "change" and row["to_on"] is None
        for row in given.frame("closures").iter_rows(named=True)
    )
    if endless:
        said.append(
            tell_count(
                "Nobody has said when {count} of the closures below ends.",
                "Nobody has said when {count} of the closures below end.",
                endless,
            )
        )
    if told["measured"]:
        said.append(
            tell(
                "Beside {measured} measured trips, prices and speeds the model puts {verdicts}.",
                measured=num(told["measured"]),
                verdicts=together(told["counts"]),
            )
        )
    if told["weak_share"] is not None:
        said.append(
            tell(
                "{share} of the {rows} rows beneath all this are estimates.",
                share=share(told["weak_share"]),
                rows=num(told["rows"]),
            )
        )
    return escape(sentences(said))
