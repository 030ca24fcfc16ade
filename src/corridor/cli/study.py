"""The command line's verbs of a whole study: run it, report on it, export its answers, tell its
texts otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from corridor.cli.app import DONE, Chosen, app, print_json, say, say_compiling
from corridor.errors import CallError, UnknownName

if TYPE_CHECKING:
    from corridor.runs.run import Results
    from corridor.study.study import Study

ENDINGS = (".html", ".pdf")


@app.command
def run(
    study: Path, *, out: Path | None = None, fresh: bool = False, chosen: Chosen | None = None
) -> int:
    """Answer all questions of a study and write tables and the report.

    Writes results/<scenario>/ in the study's folder: Parquet tables, manifest.toml and report.html.
    An unchanged study answers from there.

    Example: corridor run studies/kazakhstan-pakistan --scenario summit-2026

    Parameters
    ----------
    study
        Folder of the study.
    out
        Folder to write to instead.
    fresh
        Compute even if nothing changed.
    """
    from corridor.cli.screens import progress
    from corridor.tables.store import MANIFEST

    chosen = chosen or Chosen()
    known = chosen.read(study)
    with progress() as step:
        found = _answered(known, out, fresh, step)
        page = found.folder / "report.html"
        if (
            not page.exists()
            or page.stat().st_mtime_ns < (found.folder / MANIFEST).stat().st_mtime_ns
        ):
            from corridor.reports import report as write

            step("report", 1, 1)
            write(found.for_report(), page)
    if chosen.json:
        print_json(
            {"answers": found.answers(), "report": str(page), "from_cache": found.from_cache}
        )
    else:
        for answer in found.answers():
            print(answer)
        print(f"report: {page}")
    say("from cache: nothing changed" if found.from_cache else f"tables: {found.folder}")
    return DONE


@app.command
def report(
    study: Path,
    *,
    language: Annotated[tuple[str, ...], Parameter(negative="")] = ("en",),
    pdf: Annotated[bool, Parameter(negative="")] = False,
    out: Path | None = None,
    chosen: Chosen | None = None,
) -> int:
    """Write the report of a study in a language, as HTML or PDF, and print its path.

    Answers the study first where that was not done yet. One file:
    results/<scenario>/report.<language>.html in the study's folder (report.html in English, .pdf
    with --pdf). Texts of the study itself are in the language as far as its languages/<language>.po
    holds them: see corridor translate.

    Example: corridor report studies/kazakhstan-pakistan --language ru

    Parameters
    ----------
    study
        Folder of the study.
    language
        Code of a language of the program: en, ru, kk, ur, zh; may be repeated.
    pdf
        Print to A4 by the Chromium, Chrome or Edge installed here.
    out
        File to write instead (.html or .pdf), for one language.
    """
    from corridor.cli.screens import progress
    from corridor.language.speech import languages, speaking
    from corridor.reports import report as write
    from corridor.reports.printing import needed

    chosen = chosen or Chosen()
    if out is not None and len(language) > 1:
        raise CallError(
            f"--out names one file, but {len(language)} languages are asked for: leave it out, or "
            "ask for one."
        )
    if out is not None and out.suffix.lower() not in (ENDINGS[1:] if pdf else ENDINGS):
        raise CallError(f"--out {str(out)!r} must end in {'.pdf' if pdf else '.html or .pdf'}.")
    for code in language:
        if code not in languages():
            raise UnknownName("language", code, languages())
    known = chosen.read(study)
    for code in language:
        with speaking(code, known.folder):  # what is amiss is said before the work
            pass
    if pdf or (out is not None and out.suffix.lower() == ".pdf"):
        needed()
    written = []
    with progress() as step:
        found = _answered(known, None, False, step)
        for done, code in enumerate(language):
            step(f"report in {code}", done, len(language))
            ending = "pdf" if pdf else "html"
            name = f"report.{ending}" if code == "en" else f"report.{code}.{ending}"
            written.append(write(found.for_report(), out or found.folder / name, language=code))
    if chosen.json:
        print_json({"reports": [str(path) for path in written], "from_cache": found.from_cache})
    else:
        for path in written:
            print(path)
    return DONE


@app.command
def export(study: Path, to: Path, *, chosen: Chosen | None = None) -> int:
    """Write the tables of a study's answers for a spreadsheet: a workbook (.xlsx), or a folder of
    CSV files.

    Routes, legs, calendars, scenarios, closures, trade, claims, validation and the sources they
    rest on. Answers the study first where that was not done yet.

    Example: corridor export studies/kazakhstan-pakistan answers.xlsx

    Parameters
    ----------
    study
        Folder of the study.
    to
        A file that ends in .xlsx, or a folder.
    """
    from corridor.cli.screens import progress
    from corridor.exchange.workbooks import (
        CONTENTS,
        contents,
        need_excel,
        write_csvs,
        write_workbook,
    )
    from corridor.tables import schema, schema_results

    chosen = chosen or Chosen()
    if to.suffix and to.suffix.lower() != ".xlsx":
        raise CallError(f"{str(to)!r} is neither a workbook (.xlsx) nor a folder.")
    if to.suffix:
        need_excel()
    known = chosen.read(study)
    with progress() as step:
        found = _answered(known, None, False, step)
        step("tables", 0, 1)
        frames = {name: found.frame(name) for name in schema_results.names()}
        frames["sources"] = found.tables["sources"]
        written = sum(frame.height > 0 for frame in frames.values())
        meanings = contents([*schema_results.TABLES, schema.table("sources")])
        write_tables = write_workbook if to.suffix else write_csvs
        write_tables(to, {CONTENTS: meanings, **frames})
    if chosen.json:
        print_json({"path": str(to), "tables": written, "from_cache": found.from_cache})
    else:
        print(to)
    say(f"{written} tables")
    return DONE


@app.command
def translate(study: Path, language: str) -> int:
    """Write the catalogue of a study's texts for a language, to be filled in, or bring it up to the
    study.

    Names, titles, questions and notes of the tables go to languages/<language>.po in the study's
    folder (gettext; Poedit, Weblate or any editor of text). What was translated stays; reports tell
    what is filled in.

    Example: corridor translate studies/kazakhstan-pakistan ru

    Parameters
    ----------
    study
        Folder of the study.
    language
        Code of the language (ru, kk, ur, zh, fa ...).
    """
    from corridor.runs.texts import catalogue
    from corridor.study import study as studies

    path, texts, told = catalogue(studies.read(study), language)
    print(path)
    say(f"{told} of {texts} texts are translated")
    return DONE


def _answered(
    study: Study, out: Path | None, fresh: bool, step: Callable[[str, int, int], None]
) -> Results:
    """Return the study's answers, computed or from the cache."""
    from corridor.runs import run as results

    say_compiling()
    return results.run(study, folder=out, fresh=fresh, progress=step)
