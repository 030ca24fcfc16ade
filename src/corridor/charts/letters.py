"""Letters that name routes, the same in every chart, table and map: A, B, C..."""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

from corridor.routing.differences import Listed, pair_corridors

ROUTE_ID = re.compile(r"\br\d+\b")


def route_letter(index: int) -> str:
    """Return the letter of the index-th route: A...Z, then A2, B2..."""
    letter = chr(65 + index % 26)
    return letter if index < 26 else f"{letter}{index // 26 + 1}"


def with_letters(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with a ``letter`` per route_id, in order of appearance.

    A frame that has letters keeps them.
    """
    if "letter" in frame.columns:
        return frame

    routes = frame["route_id"].unique(maintain_order=True)
    letters = pl.DataFrame(
        {"route_id": routes, "letter": [route_letter(i) for i in range(len(routes))]},
        schema_overrides={"letter": pl.String},
    )
    return frame.join(letters, on="route_id", how="left", maintain_order="left")


def in_letters(sentences: Iterable[str], routes: pl.DataFrame) -> tuple[str, ...]:
    """Return sentences that call routes by their letters, as the tables do."""
    letters = dict(with_letters(routes).select("route_id", "letter").iter_rows())
    return tuple(
        ROUTE_ID.sub(lambda match: letters.get(match[0], match[0]), sentence)
        for sentence in sentences
    )


def letters_beside(answer: Listed, baseline: Listed) -> pl.DataFrame:
    """Return the routes of an answer with the letters that their corridors have in a baseline.

    Corridors that the baseline has not take the letters after its last.
    """
    letters = dict(with_letters(baseline.routes).select("route_id", "letter").iter_rows())
    free = len(letters)

    of_routes = {}
    for now, before in pair_corridors(answer, baseline):
        if now is None:
            continue
        if before is not None:
            of_routes[now["route_id"]] = letters[before["route_id"]]
            continue
        of_routes[now["route_id"]] = route_letter(free)
        free += 1

    letter = pl.col("route_id").replace_strict(of_routes, return_dtype=pl.String)
    return answer.routes.with_columns(letter.alias("letter"))
