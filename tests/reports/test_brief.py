"""The brief writes its figures as the language does."""

from __future__ import annotations

from corridor.language.speech import speaking
from corridor.reports.brief import _extra_cells

CORRIDOR = {"extra_h": 30.0, "extra_usd": -1234.0, "extra_carbon_kg": 4.0, "state": "rerouted"}


def test_what_a_corridor_takes_more_is_written_in_the_language_spoken() -> None:
    english = _extra_cells(CORRIDOR)
    assert [english["extra_days"], english["extra_usd"]] == ["+1.2", "−1,234"]
    assert english["extra_carbon"] == ""
    with speaking("ru"):
        russian = _extra_cells(CORRIDOR)
    assert [russian["extra_days"], russian["extra_usd"]] == ["+1,2", "−1\u00a0234"]
