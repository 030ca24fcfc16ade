"""The report: what a study answers, how it was reckoned and what it rests on, as one HTML file, and
as PDF."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from corridor.language.speech import SOURCE, speaking

if TYPE_CHECKING:
    from corridor.runs.results import Results

__all__ = ["report"]


def report(
    results: Mapping[str, object] | Results, path: str | Path, *, language: str = SOURCE
) -> Path:
    """Write the results of a study as one HTML file that needs no network and no script, and return
    its path.

    results: of a study's run, or the parts these give for a report (study, trips, nodes, links and
    so on); a part that is missing or empty is said to be so. Every number leads by links to the row
    of the source it came from. Charts and the data behind them are in the file. language: code of a
    language of the program (ru); the study's own texts are in it as far as its
    ``languages/<code>.po`` holds them. A path that ends in .pdf is printed to A4 by a Chromium
    found here. The file is written whole or not at all. Raises UnknownName for a language,
    CallError where there is no Chromium, OSError.
    """
    from corridor.reports.page import page
    from corridor.reports.printing import needed, printed
    from corridor.tables.files import write_bytes

    target = Path(path)
    is_pdf = target.suffix.lower() == ".pdf"
    if is_pdf:
        needed()  # before the work
    parts = results if isinstance(results, Mapping) else results.for_report()
    study = parts.get("study")
    with speaking(language, study.get("folder") if isinstance(study, Mapping) else None):
        html = page(parts).encode()
    target.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(target, printed(html) if is_pdf else html)
    return target
