"""The report: what a study answers, how it was computed and what it rests on, as HTML and PDF."""

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
    """Write the results of a study as one file that needs no network and no script.

    Every number leads by links to the row of the source it came from. Charts and the data behind
    them are in the file. It is written whole or not at all.

    Parameters
    ----------
    results
        Of a study's run, or the parts these give for a report (study, trips, nodes, links and so
        on); of a part that is missing or empty the report says so.
    path
        An HTML file; one that ends in .pdf is printed to A4 by a Chromium found here.
    language
        Code of a language of the program (ru). The study's own texts are in it as far as its
        ``languages/<code>.po`` holds them.

    Returns
    -------
    Path
        Where the report is.

    Raises
    ------
    UnknownName
        The program has no such language, or a run no such part.
    CallError
        There is no Chromium to print with.
    OSError
        The file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import corridor as co
    >>> co.report({}, tempfile.mkdtemp() + "/report.html").name
    'report.html'
    """
    from corridor.reports.page import page
    from corridor.reports.printing import require_browser, write_page

    target = Path(path)
    if target.suffix.lower() == ".pdf":
        require_browser()  # before the work

    parts = results if isinstance(results, Mapping) else results.for_report()
    study = parts.get("study")
    folder = study.get("folder") if isinstance(study, Mapping) else None
    with speaking(language, folder):
        html = page(parts).encode()

    write_page(target, html)
    return target
