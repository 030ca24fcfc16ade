"""Options that many verbs share: which study, in which state, and how the answer is printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

from cyclopts import Parameter, Token

from corridor.errors import CallError

if TYPE_CHECKING:
    from corridor.study.study import Study


def read_list(list_type: type, tokens: Sequence[Token]) -> tuple[str, ...]:
    """Return the words of a list, written with commas or by repeating the option.

    list_type: tuple[str, ...], or of a Literal, which no other word is taken for.
    """
    words = tuple(word.strip() for token in tokens for word in token.value.split(","))

    element_type = get_args(list_type)[0]
    choices = get_args(element_type)
    for word in words:
        if choices and word not in choices:
            raise ValueError(f"{word} is none of {', '.join(choices)}")
    return words


Names = Annotated[tuple[str, ...], Parameter(converter=read_list, negative="")]
StudyFolder = Annotated[Path, Parameter(name="--study")]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class StudyOptions:
    """Which state of the study is looked at, and how the answer is printed."""

    scenario: Annotated[
        str | None, Parameter(help="Scenario of the study; its default one where not given.")
    ] = None
    choose: Annotated[
        Names,
        Parameter(
            help="parameter=option of disputed figures, over the scenario's choice; with commas."
        ),
    ] = ()
    json: Annotated[bool, Parameter(help="Print JSON.", negative="")] = False

    def read(self, folder: Path) -> Study:
        """Return the study in that state."""
        from corridor.study.study import read

        study = read(folder, scenario=self.scenario)
        if not self.choose:
            return study

        choices = self._choices()
        scenario = replace(study.scenario, choices={**study.scenario.choices, **choices})
        return replace(study, scenario=scenario, hash=f"{study.hash} {sorted(choices.items())}")

    def _choices(self) -> dict[str, str]:
        """Return the options chosen of disputed figures, by parameter."""
        choices = {}
        for text in self.choose:
            parameter, equals, option = text.partition("=")
            if not equals:
                raise CallError(
                    f"--choose {text!r} is not parameter=option, such as khunjerab=protocol-1985."
                )
            choices[parameter] = option
        return choices
