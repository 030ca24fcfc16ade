"""The report: what a study answers, how it was reckoned and what it rests on, as one HTML file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

__all__ = ["report"]


def report(results: Mapping[str, object], path: str | Path) -> Path:
    """Write the results of a study as one HTML file that needs no network and no script, and return its path.

    results: study, trips, nodes, links, calendar, closures, validation, evidence, sources and provenance, as a study's
    run gives them; a part that is missing or empty is said to be so. Every number leads by links to the row of the
    source it came from. Charts and the data behind them are in the file.
    """
    from corridor.reports.pages import page

    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page(results), encoding="utf-8", newline="\n")
    return target
