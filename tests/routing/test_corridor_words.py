"""Names of corridors as messages: the modes are words of their own, with gateways
or without; places are the study's."""

from __future__ import annotations

import pytest

from corridor.language.messages import translate
from corridor.language.speech import speaking
from corridor.routing.corridor_words import corridor_message

IN_RUSSIAN = {
    "Rail and road": "Ж/д и автодорога",
    "Road": "Автодорога",
    "Torugart–Khunjerab road and rail": "Torugart–Khunjerab (автодорога и ж/д)",
}


@pytest.mark.parametrize("name", IN_RUSSIAN)
def test_every_part_of_a_name_is_translated(name: str) -> None:
    with speaking("ru"):
        assert translate(corridor_message(name)) == IN_RUSSIAN[name]
    assert translate(corridor_message(name)) == name
