"""Grades: rows said to be read or well known whose source calls itself an estimate."""

from __future__ import annotations

import re
from collections.abc import Iterator

import polars as pl

from corridor.errors import Finding, first_findings
from corridor.tables import schema
from corridor.tables.columns import Table
from corridor.tables.tables import Spot, Tables

ESTIMATE = "C"

# How a citation begins that is of no publication: "Our estimate: ...", "Expert judgement", in the
# languages of the page. "Estimates of trade in services, WTO" is a publication.
OWN_ESTIMATES = (
    r"(our|my|own|authors?['’]s?|expert|engineering|rough)\s(own\s|best\s|rough\s)*"
    r"(guess|guess?timate|estimate|assumption|judge?ment)(e?s)?\b",
    r"(guess|guess?timate|estimate|assumption|judge?ment)(e?s)?\s*"
    r"($|[:;(]|(by|of)\s(the\s)?(author|us\b|expert))",
    r"(наш\w*|мо[яи]|собственн\w+|авторск\w+|экспертн\w+)\s(оценк|допущени|предположени)",
    r"(оценк[аи]|допущени[ея]|предположени[ея])\s*($|[:;(]|автор)",
    r"(біздің|өз|автордың|сарапшы)\s(бағалау|бағамыз|болжам)",
    r"(ہمارا|ہمارے|اپنا|مصنف کا|ماہرین کا)\s(تخمین|اندازہ|مفروضہ)",
    r"(我们的?|作者的?|自己的?|专家)(估计|估算|假设|假定|推算|判断)",
)
_OWN_ESTIMATE = re.compile(rf"\W*({'|'.join(OWN_ESTIMATES)})", re.IGNORECASE)


def check_grades(tables: Tables) -> list[Finding]:
    """Return a warning for each table and estimate whose rows are not graded as estimates."""
    estimates = {
        source_id: citation
        for source_id, citation in tables.by_key("sources", "citation").items()
        if citation and _OWN_ESTIMATE.match(citation)
    }
    if not estimates:
        return []
    return first_findings(*(_overrated(tables, table, estimates) for table in schema.TABLES))


def _overrated(tables: Tables, table: Table, estimates: dict[str, str]) -> Iterator[Finding]:
    """Rows of a table that rest on an estimate and are graded higher, by their source."""
    frame = tables.frames[table.name]
    if not {"source_id", "confidence"} <= set(frame.columns):
        return

    is_overrated = pl.col("source_id").is_in(list(estimates)) & (pl.col("confidence") != ESTIMATE)
    overrated = frame.with_row_index("_row").filter(is_overrated)
    for (source_id,), rows in overrated.group_by("source_id", maintain_order=True):
        numbers = rows["_row"].to_list()
        grades = " or ".join(sorted(rows["confidence"].unique()))
        yield tables.warning(
            "estimate-graded-higher",
            Spot(table.name, numbers[0], "confidence"),
            f"{len(numbers)} of {frame.height} rows of {table.name} are graded {grades}, and their "
            f"source {source_id!r} is an estimate: {estimates[str(source_id)]!r}.",
            do=f"Grade them {ESTIMATE}, or name the source in which the figures were read.",
            value=grades,
            rows=tuple(key for row in numbers if (key := tables.key(table.name, row))),
        )
