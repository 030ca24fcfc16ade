"""The report as one page: the answers, then chapters, then annexes, laid into templates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import TypeAlias

import jinja2
from markupsafe import Markup

from corridor.charts.letters import route_letter
from corridor.charts.svg import skip_validation
from corridor.language.layers import layer_words
from corridor.language.speech import speech, tell
from corridor.reports import (
    claims,
    closures,
    colophon,
    consignments,
    corridors,
    data_quality,
    flows,
    formats,
    network,
    projects,
    scenarios,
    trade,
    trips,
    validation,
)
from corridor.reports.drawing import second_process
from corridor.reports.first_page import answers
from corridor.reports.fonts import with_font
from corridor.reports.front_page import front_values
from corridor.reports.inputs import ReportInputs, report_inputs
from corridor.reports.sections import Section

# A chapter makes sections from the inputs. One whose results are not there makes none, or says so
# where a reader would look for them. A new chapter is a module with such a function, a template
# beside the others, and its place here. Chapters are read; annexes are for looking something up.
Chapter: TypeAlias = Callable[[ReportInputs], Sequence[Section]]
CHAPTERS: tuple[Chapter, ...] = (
    corridors.sections,
    scenarios.sections,
    closures.sections,
    flows.sections,
    projects.sections,
    consignments.sections,
    trade.sections,
    data_quality.sections,
)
ANNEXES: tuple[Chapter, ...] = (
    trips.sections,
    network.sections,
    closures.shut_sections,
    closures.history_sections,
    flows.volume_sections,
    trade.detail_sections,
    claims.sections,
    validation.sections,
    data_quality.row_sections,
    data_quality.source_sections,
    colophon.sections,
    data_quality.provenance_sections,
)


def page(results: Mapping[str, object]) -> str:
    """Return the whole report as HTML."""
    with skip_validation(), second_process():
        inputs = report_inputs(results)
        chapters = [section for chapter in CHAPTERS for section in chapter(inputs)]
        annexes = [section for annex in ANNEXES for section in annex(inputs)]
        return _html(inputs, chapters, annexes)


def _html(inputs: ReportInputs, chapters: Sequence[Section], annexes: Sequence[Section]) -> str:
    """Return the sections laid into the templates."""
    environment = template_environment()
    environment.globals["source_numbers"] = _source_numbers(inputs)
    words = {"study": inputs.study, "scenario": inputs.scenario}

    def drawn(numbers: Iterable[str], sections: Sequence[Section]) -> list[dict[str, object]]:
        rows = []
        for number, section in zip(numbers, sections, strict=False):
            template = environment.get_template(section.template)
            html = template.render(**words, section=section, **section.values)
            rows.append({"number": number, "section": section, "html": Markup(html)})
        return rows

    text = environment.get_template("report.html").render(
        **words,
        css=style(environment, "report.css"),
        chapters=drawn(map(str, count(1)), chapters),
        annexes=drawn(map(route_letter, count()), annexes),
        answers=answers(inputs),
        front=front_values(inputs),
        trips=inputs.trips,
    )
    return with_font(text)


def _source_numbers(inputs: ReportInputs) -> dict[str, int]:
    """Return the number of each source in the list of sources, by source_id."""
    sources = inputs.study_frame("sources")
    ids = sources["source_id"].to_list() if sources.height else []
    return {source_id: number for number, source_id in enumerate(ids, 1)}


def style(environment: jinja2.Environment, name: str) -> Markup:
    """Return a style sheet as it stands in a page."""
    assert environment.loader is not None
    return Markup(environment.loader.get_source(environment, name)[0])


def template_environment() -> jinja2.Environment:
    """Return what renders templates: in the language spoken, with the formats of the report."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("corridor.reports", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )

    _add_language(environment)
    _add_formats(environment)
    return environment


def _add_language(environment: jinja2.Environment) -> None:
    """Let templates speak: their own messages, and those put together elsewhere."""
    environment.policies["ext.i18n.trimmed"] = True
    catalogue = speech().catalogue
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        catalogue.gettext, catalogue.ngettext, newstyle=True, pgettext=catalogue.pgettext
    )

    environment.globals.update(tell=tell, speech=speech(), sentence_gap=formats.sentence_gap)
    environment.globals["source_numbers"] = {}  # of a page without a list of sources


def _add_formats(environment: jinja2.Environment) -> None:
    environment.filters.update(
        addresses=formats.addresses,
        cell=formats.cell,
        chance=formats.chance,
        comma_list=formats.comma_list,
        day=formats.day,
        days=formats.days,
        layer=layer_words,
        number=formats.number_or_dash,
        paragraph=formats.paragraph,
        sentence_list=formats.and_list,
        share=formats.share,
        slug=formats.slug,
        word_list=formats.word_list,
    )
