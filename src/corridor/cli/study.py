"""The verbs of a whole study: start, check and run it, report on it, export and translate it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from corridor.cli.options import Names, StudyFolder, StudyOptions
from corridor.cli.output import DONE, FINDINGS, print_json, refuse_inputs, say, say_compiling
from corridor.counts import count_of
from corridor.errors import CallError, Finding, UnknownName

if TYPE_CHECKING:
    from corridor.runs.results import Results
    from corridor.study.study import Study

PAGE_SUFFIXES = (".html", ".pdf")
WORKBOOK_SUFFIX = ".xlsx"
LARGE_LINKS = 200  # from which a second process saves more than the two seconds it takes to start

Step = Callable[[str, int, int], None]


def new(
    folder: Path,
    *,
    empty: Annotated[bool, Parameter(negative="")] = False,
    xlsx: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Write a small complete study of example figures to start from.

    Example: corridor new my-study

    Parameters
    ----------
    folder
        New or empty folder.
    empty
        Only the headers of the tables a first study needs, and a study.toml to fill in.
    xlsx
        Write the tables as the sheets of one workbook, study.xlsx, instead of CSV files.
    """
    from corridor.exchange.export import pack_workbook
    from corridor.study.study import new as write_study

    print(write_study(folder, empty=empty, pack=pack_workbook if xlsx else None))
    return DONE


def check(
    folder: StudyFolder,
    *,
    json: Annotated[bool, Parameter(negative="", help="Print JSON.")] = False,
) -> int:
    """List everything that is wrong with a study, with file, line and cure.

    Exit code 1 where a finding is an error; warnings do not count.

    Example: corridor check studies/kazakhstan-pakistan
    """
    from corridor.study.study import check as check_study

    findings = check_study(folder)
    _print_findings(findings, json=json)

    errors = sum(finding.severity == "error" for finding in findings)
    say(f"{count_of(errors, 'error')}, {count_of(len(findings) - errors, 'warning')}")
    return FINDINGS if errors else DONE


def run(
    folder: StudyFolder,
    *,
    out: Path | None = None,
    fresh: bool = False,
    options: StudyOptions = StudyOptions(),
) -> int:
    """Answer all questions of a study and write tables and the report.

    Writes results/<scenario>/ in the study's folder: Parquet tables, manifest.toml and report.html.
    An unchanged study answers from there.

    Example: corridor run studies/kazakhstan-pakistan --scenario summit-2026

    Parameters
    ----------
    folder
        Folder of the study.
    out
        Folder to write to instead.
    fresh
        Compute even if nothing changed.
    """
    from corridor.cli.progress import progress
    from corridor.runs.run import results_folder
    from corridor.tables.store import writing

    refuse_inputs(out)
    study = options.read(folder)
    kept_in = out or results_folder(study)
    with progress() as step, ExitStack() as stack:
        with suppress(OSError):  # a run kept on a disk that cannot be written is still of use
            stack.enter_context(writing(kept_in))
        results = _answered(study, step, out=out, fresh=fresh)
        page = _current_page(results, step)

    _print_answers(results, page, json=options.json)
    say("from cache: nothing changed" if results.from_cache else f"tables: {results.folder}")
    if defaults := results.frame("defaults").height:
        say(f"{defaults} figures are defaults: the report names them under Data quality")
    return DONE


def report(
    folder: StudyFolder,
    *,
    language: Names = ("en",),
    pdf: Annotated[bool, Parameter(negative="")] = False,
    out: Path | None = None,
    options: StudyOptions = StudyOptions(),
) -> int:
    """Write the report of a study in a language, as HTML or PDF, and print its path.

    Answers the study first where that was not done yet. One file:
    results/<scenario>/report.<language>.html in the study's folder (report.html in English, .pdf
    with --pdf). Texts of the study itself are in the language as far as its languages/<language>.po
    holds them: see corridor translate.

    Example: corridor report studies/kazakhstan-pakistan --language ru

    Parameters
    ----------
    folder
        Folder of the study.
    language
        Languages of the report, with commas: en, ru, kk, ur, zh.
    pdf
        Print to A4 by the Chromium, Chrome or Edge installed here.
    out
        File to write instead (.html or .pdf), for one language.
    """
    from corridor.cli.progress import progress
    from corridor.reports import report as write_report

    _check_pages(language, out, pdf=pdf)
    refuse_inputs(out)
    study = options.read(folder)
    _try_pages(study, language, out, pdf=pdf)

    paths = []
    with progress() as step:
        results = _answered(study, step, must_keep=out is None)
        for done, code in enumerate(language):
            step(f"report in {code}", done, len(language))
            path = out or results.folder / _page_name(code, pdf=pdf)
            paths.append(write_report(results.for_report(), path, language=code))

    _print_paths(paths, results, json=options.json)
    return DONE


def export(folder: StudyFolder, to: Path, *, options: StudyOptions = StudyOptions()) -> int:
    """Write the tables of a study's answers as a workbook (.xlsx), or a folder of CSV files.

    Routes, legs, calendars, scenarios, closures, trade, claims, validation and the sources they
    rest on. Answers the study first where that was not done yet.

    Example: corridor export studies/kazakhstan-pakistan answers.xlsx

    Parameters
    ----------
    folder
        Folder of the study.
    to
        A file that ends in .xlsx, or a folder.
    """
    from corridor.cli.progress import progress

    refuse_inputs(to)
    _check_target(to)

    study = options.read(folder)
    with progress() as step:
        results = _answered(study, step, must_keep=False)
        step("tables", 0, 1)
        count = _export(results, to)

    if options.json:
        print_json({"path": str(to), "tables": count, "from_cache": results.from_cache})
    else:
        print(to)
    say(count_of(count, "table"))
    return DONE


def translate(folder: StudyFolder, language: str) -> int:
    """Write the catalogue of a study's texts for a language, or bring it up to the study.

    Names, titles, questions and notes of the tables go to languages/<language>.po in the study's
    folder, to be filled in (gettext; Poedit, Weblate or any editor of text). What was translated
    stays; reports tell what is filled in.

    Example: corridor translate studies/kazakhstan-pakistan ru

    Parameters
    ----------
    folder
        Folder of the study.
    language
        Code of the language (ru, kk, ur, zh, fa ...).
    """
    from corridor.runs.texts import write_catalogue
    from corridor.study.study import read

    catalogue = write_catalogue(read(folder), language)
    print(catalogue.path)
    say(f"{catalogue.translated} of {catalogue.texts} texts are translated")
    return DONE


def _print_findings(findings: Sequence[Finding], *, json: bool) -> None:
    """Print findings one by one, or as JSON."""
    if json:
        from dataclasses import asdict

        print_json([asdict(finding) for finding in findings])
        return

    for finding in findings:
        print(f"{finding.severity}: {finding}")


def _print_answers(results: Results, page: Path, *, json: bool) -> None:
    """Print a sentence a trip and where the report is."""
    answers = results.answers()
    if json:
        print_json({"answers": answers, "report": str(page), "from_cache": results.from_cache})
        return

    for answer in answers:
        print(answer)
    print(f"report: {page}")


def _print_paths(paths: Sequence[Path], results: Results, *, json: bool) -> None:
    """Print where reports are."""
    if json:
        print_json({"reports": [str(path) for path in paths], "from_cache": results.from_cache})
        return

    for path in paths:
        print(path)


def _answered(
    study: Study,
    step: Step,
    *,
    out: Path | None = None,
    fresh: bool = False,
    must_keep: bool = True,
) -> Results:
    """Return the study's answers, computed or from the cache.

    must_keep: whether a folder that cannot be written is an error.
    """
    from corridor.parallel import processors
    from corridor.runs.beside import collect_seldom
    from corridor.runs.run import run as run_study

    collect_seldom()
    say_compiling()
    _say_appraising(study, out)
    is_large = study.tables["links"].height >= LARGE_LINKS
    return run_study(
        study,
        folder=out,
        fresh=fresh,
        must_keep=must_keep,
        in_second_process=is_large and processors() > 1,
        progress=step,
    )


def _say_appraising(study: Study, out: Path | None) -> None:
    """Say so where projects have to be appraised first."""
    from corridor.projects.chapter import count_to_appraise
    from corridor.runs.run import projects_folder

    if count := count_to_appraise(study, projects_folder(study, out)):
        say(f"appraising {count_of(count, 'project')}, once for these inputs (a few minutes)")


def _current_page(results: Results, step: Step) -> Path:
    """Return the English report, written again where it is older than the results."""
    from corridor.reports import report as write_report
    from corridor.tables.store import MANIFEST

    page = results.folder / _page_name("en", pdf=False)
    kept_ns = (results.folder / MANIFEST).stat().st_mtime_ns
    if not page.exists() or page.stat().st_mtime_ns < kept_ns:
        step("report", 1, 1)
        write_report(results.for_report(), page)
    return page


def _page_name(language: str, *, pdf: bool) -> str:
    """Return what the file of a report in a language is called."""
    suffix = "pdf" if pdf else "html"
    return f"report.{suffix}" if language == "en" else f"report.{language}.{suffix}"


def _check_pages(languages: Sequence[str], out: Path | None, *, pdf: bool) -> None:
    """Raise CallError where the reports asked for cannot be."""
    from corridor.language.speech import languages as known_languages

    if out is not None:
        _check_out(out, languages, pdf=pdf)
    for code in languages:
        if code not in known_languages():
            raise UnknownName("language", code, known_languages())


def _check_out(out: Path, languages: Sequence[str], *, pdf: bool) -> None:
    """Raise CallError where one file is to hold many reports, or its name ends otherwise."""
    if len(languages) > 1:
        raise CallError(
            f"--out names one file, but {len(languages)} languages are asked for: leave it out, or "
            "ask for one."
        )

    suffixes = PAGE_SUFFIXES[1:] if pdf else PAGE_SUFFIXES
    if out.suffix.lower() not in suffixes:
        raise CallError(f"--out {str(out)!r} must end in {' or '.join(suffixes)}.")


def _try_pages(study: Study, languages: Sequence[str], out: Path | None, *, pdf: bool) -> None:
    """Raise CallError before the work where a catalogue cannot be read, or a PDF not printed."""
    from corridor.language.speech import speaking
    from corridor.reports.printing import require_browser

    for code in languages:
        with speaking(code, study.folder):
            pass
    if pdf or (out is not None and out.suffix.lower() == ".pdf"):
        require_browser()


def _check_target(to: Path) -> None:
    """Raise CallError where tables are to go neither into a workbook nor into a folder."""
    from corridor.exchange.export import need_excel

    if not to.suffix:
        _check_folder(to)
        return
    if to.suffix.lower() != WORKBOOK_SUFFIX:
        raise CallError(f"{str(to)!r} is neither a workbook (.xlsx) nor a folder.")
    need_excel()


def _check_folder(to: Path) -> None:
    """Raise CallError where a folder holds tables that no export of ours wrote."""
    from corridor.exchange.export import CONTENTS
    from corridor.tables.inputs import is_input

    if not to.is_dir() or (to / f"{CONTENTS}.csv").exists():
        return
    tables = sorted(file.name for file in to.iterdir() if is_input(file.name))
    if tables:
        raise CallError(
            f"{to} holds {tables[0]}, which is not from an export: name another folder."
        )


def _export(results: Results, to: Path) -> int:
    """Write the tables of results and what they mean; return how many tables have rows."""
    from corridor.exchange.export import CONTENTS, contents, write_csvs, write_workbook
    from corridor.tables import schema, schema_results

    frames = {name: results.frame(name) for name in schema_results.names()}
    frames["sources"] = results.tables["sources"]
    meanings = contents([*schema_results.TABLES, schema.table("sources")])

    write_tables = write_workbook if to.suffix else write_csvs
    write_tables(to, {CONTENTS: meanings, **frames})
    return sum(frame.height > 0 for frame in frames.values())
