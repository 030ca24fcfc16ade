"""Who must agree to the programme: countries that are enough, that leave a hole, or are paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from corridor.language.speech import number, tell
from corridor.reports.formats import (
    MIN_TENTH_MILLION_USD,
    and_list,
    country,
    paragraph,
    usd_millions,
)
from corridor.reports.inputs import ReportInputs
from corridor.reports.programme import programme_row

ENOUGH_SHARE = 0.95  # of what all countries are worth together: a set that has it is enough


def agreement_values(inputs: ReportInputs) -> dict[str, Any]:
    """Return what the template needs on who must agree; nothing where no country plays."""
    players = inputs.frame("coalition_players")
    if not players.height:
        return {}

    gains = {row["country"]: row for row in inputs.frame("phase_countries").to_dicts()}
    rows = [
        {
            **row,
            "name": country(row["country"]),
            "benefit_usd": gains.get(row["country"], {}).get("benefit_usd"),
            "cost_usd": gains.get(row["country"], {}).get("cost_usd"),
        }
        for row in players.sort("shapley_usd", descending=True).iter_rows(named=True)
    ]
    return {
        "words": paragraph(agreement_sentences(inputs)),
        "rows": rows,
        "has_borders": players["opening_usd"].null_count() < players.height,
    }


def agreement_sentences(inputs: ReportInputs) -> list[str]:
    """Say which countries are enough, who leaves a hole, and who has to be paid."""
    players = inputs.frame("coalition_players")
    sets = inputs.frame("coalition_sets")
    programme = programme_row(inputs)
    opens = _opened_by_all(sets, players)
    if programme["npv_usd"] <= 0 and not opens:
        return [tell("Nobody: nothing of the programme is worth building.")]

    enough = _enough(sets)
    members = str(enough["coalition"][0]).split()
    sentences = [
        tell(
            "{countries}: by themselves they have {sum} of the {most} that any set of countries "
            "can have at most.",
            countries=and_list([country(code) for code in members]),
            sum=usd_millions(enough["npv_usd"][0]),
            most=usd_millions(_most_usd(sets)),
        )
    ]

    alone = players.filter(pl.col("alone_usd") > 0)["country"].to_list()
    if not alone:
        sentences.append(tell("None of them gains anything alone."))
    return [
        *sentences,
        *_opening_sentences(opens, sets, players),
        *_payment_sentences(players),
        *_core_sentences(programme, players),
    ]


def countries_enough(inputs: ReportInputs) -> list[str]:
    """Return the codes of the fewest countries that are enough for the programme."""
    sets = inputs.frame("coalition_sets")
    if _most_usd(sets) <= 0:
        return []
    return str(_enough(sets)["coalition"][0]).split()


def _enough(sets: pl.DataFrame) -> pl.DataFrame:
    """Return the sets of countries that have nearly all there is, those of the fewest first."""
    enough = sets.filter(pl.col("npv_usd") >= ENOUGH_SHARE * _most_usd(sets))
    return enough.sort("members", "npv_usd", descending=[False, True])


def _most_usd(sets: pl.DataFrame) -> float:
    """Return what any of some sets of countries has at most; 0 where there is none."""
    return float(sets["npv_usd"].max() or 0)  # type: ignore[arg-type]


def _opened_by_all(sets: pl.DataFrame, players: pl.DataFrame) -> list[str]:
    """Return the shut borders that all countries together open, such as AF-PK."""
    everybody = sets.filter(pl.col("members") == players.height)
    return list(everybody["opens"].item())


def _opening_sentences(
    opens: Sequence[str], sets: pl.DataFrame, players: pl.DataFrame
) -> list[str]:
    """Say who opens which border, what that alone is worth, and what is left while it is shut."""
    if not opens:
        return []
    borders = [
        tell(
            "{countries} would have to open the border between them.",
            countries=and_list([country(code) for code in border.split("-")]),
        )
        for border in opens
    ]

    shut_usd = _most_usd(sets.filter(pl.col("opens").list.len() == 0))
    values = {
        "sum": usd_millions(float(players["opening_usd"].sum())),
        "count": number(players.height),
    }
    if shut_usd < MIN_TENTH_MILLION_USD:
        worth = tell(
            "That alone, without any project, is worth {sum} to all {count} countries; as long as "
            "it stays shut, nothing that they could build pays.",
            **values,
        )
    else:
        worth = tell(
            "That alone, without any project, is worth {sum} to all {count} countries; as long as "
            "it stays shut, no set of them has more than {most}.",
            most=usd_millions(shut_usd),
            **values,
        )
    return [*borders, worth]


def _payment_sentences(players: pl.DataFrame) -> list[str]:
    """Say who pays whom so that all stay."""
    paid = players.filter(pl.col("payment_usd") > MIN_TENTH_MILLION_USD)
    paying = players.filter(pl.col("payment_usd") < -MIN_TENTH_MILLION_USD)
    if not paid.height or not paying.height:
        return []
    return [
        tell(
            "So that all of them stay, {payers} would have to pay and {receivers} be paid.",
            payers=_payments(paying),
            receivers=_payments(paid),
        )
    ]


def _payments(players: pl.DataFrame) -> str:
    rows = players.sort(pl.col("payment_usd").abs(), descending=True)
    return and_list(
        [
            tell("{country} {sum}", country=country(code), sum=usd_millions(abs(usd)))
            for code, usd in rows.select("country", "payment_usd").iter_rows()
        ]
    )


def _core_sentences(programme: Mapping[str, Any], players: pl.DataFrame) -> list[str]:
    if not programme["core_is_empty"]:
        return []
    losing = players.filter(pl.col("last_usd") < -MIN_TENTH_MILLION_USD)["country"].to_list()
    sentence = tell(
        "No division holds all {count} countries together: some set of them always has more "
        "without the others.",
        count=number(players.height),
    )
    if not losing:
        return [sentence]
    return [
        sentence,
        tell(
            "What the others build harms {countries}, and nobody gains by their joining.",
            countries=and_list([country(code) for code in losing]),
        ),
    ]
