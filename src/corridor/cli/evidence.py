"""The verb of evidence: what was seen, and what users ask, beside the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from corridor.cli.options import StudyFolder, StudyOptions, read_list
from corridor.cli.output import (
    DONE,
    NOT_SERVED,
    print_frame,
    print_json,
    say,
    say_all,
    say_compiling,
)

if TYPE_CHECKING:
    from corridor.runs.validation import Validation

Kinds = Annotated[
    tuple[Literal["ordinary", "pilot", "announced"], ...],
    Parameter(
        help="Kinds of observed trips, with commas; all where not given.",
        converter=read_list,
        negative="",
    ),
]


def validate(
    folder: StudyFolder,
    *,
    kind: Kinds = (),
    table: Literal["observations", "questions", "both"] = "both",
    options: StudyOptions = StudyOptions(),
) -> int:
    """Set what was seen, and what users ask, beside the model's answers to the same.

    An observation is compared on the route observed; a question is believed, has a figure off or is
    rejected. Exit code 3 where a question is rejected or an observation is on another route.

    Example: corridor validate studies/kazakhstan-pakistan --table questions

    Parameters
    ----------
    folder
        Folder of the study.
    table
        What to compare and print.
    """
    from corridor.runs.validation import validate as validate_study

    study = options.read(folder)
    say_compiling()
    tables = ("observations", "questions") if table == "both" else (table,)
    validation = validate_study(study, tables=tables, kinds=kind)

    say_all(validation.sentences)
    _print_tables(validation, tables, json=options.json)
    if not validation.is_sound:
        say("Some answers are not those of the world.")
    return DONE if validation.is_sound else NOT_SERVED


def _print_tables(validation: Validation, tables: tuple[str, ...], *, json: bool) -> None:
    """Print one table, or both one below the other; as JSON by name."""
    from corridor.language.messages import readable
    from corridor.screens.columns import observations_table, questions_table

    frames = {"observations": validation.observations, "questions": validation.questions}
    if json:
        print_json({name: readable(frames[name]).to_dicts() for name in tables})
        return

    screens = {"observations": observations_table, "questions": questions_table}
    for name in tables:
        frame = frames[name]
        print_frame(frame, json=False, screen=screens[name])
