"""The report as one page: the answers first, then the chapters in order, laid into the
templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import jinja2
from markupsafe import Markup

from corridor.charts.svg import skip_validation
from corridor.language.speech import speech, tell
from corridor.reports import formats as words
from corridor.reports.answers import answers, trust
from corridor.reports.chapters import CHAPTERS, glance
from corridor.reports.drawing import pressing
from corridor.reports.inputs import Given, Part, given


def page(results: Mapping[str, object]) -> str:
    """Return the whole report as HTML."""
    with skip_validation(), pressing():
        ready = given(results)
        return _laid_out(ready, [part for chapter in CHAPTERS for part in chapter(ready)])


def _laid_out(ready: Given, parts: Sequence[Part]) -> str:
    """Return the parts laid into the templates."""
    environment = _environment()
    assert environment.loader is not None
    css = environment.loader.get_source(environment, "report.css")[0]
    common = {"study": ready.study, "scenario": ready.scenario}
    drawn = [
        {
            "part": part,
            "html": Markup(
                environment.get_template(part.template).render(**common, part=part, **part.values)
            ),
        }
        for part in parts
    ]
    return environment.get_template("report.html").render(
        **common,
        css=Markup(css),
        parts=drawn,
        answers=answers(ready),
        glance=glance(ready),
        trips=ready.trips,
        trust=trust(ready),
    )


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("corridor.reports", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    catalogue = speech().catalogue
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        catalogue.gettext, catalogue.ngettext, newstyle=True, pgettext=catalogue.pgettext
    )
    environment.globals.update(tell=tell, speech=speech(), gap=words.gap)
    environment.filters.update(
        num=words.num,
        days=words.days,
        share=words.share,
        say=words.say,
        day=words.day,
        told=words.told,
        layer=words.layer,
        slug=words.slug,
        words=words.words,
        way=words.way,
        web=words.web,
        together=words.together,
        sentences=words.sentences,
    )
    return environment
