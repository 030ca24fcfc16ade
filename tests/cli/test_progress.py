"""A bar with the time left, on a terminal alone."""

from __future__ import annotations

import io
import re
import time
from contextlib import redirect_stderr
from typing import Any

import pytest

from core_cases import STUDY
from corridor.cli import app
from corridor.cli.progress import progress


class Screen(io.StringIO):
    """A terminal that remembers what is written on it."""

    def isatty(self) -> bool:
        return True

    def text(self) -> str:
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.getvalue())


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.delenv("NO_COLOR", raising=False)


def test_a_bar_says_how_far_and_how_long_still() -> None:
    screen = Screen()
    with redirect_stderr(screen), progress() as step:
        step("years", 7, 8)
        for done in range(5):
            step("elements", done, 400)
            time.sleep(0.03)

    text = screen.text()
    assert "elements" in text and "4/400" in text
    assert re.search(r"left\s+0:[0-5]\d:[0-5]\d", text)


def test_without_a_terminal_nothing_is_shown(capsys: Any) -> None:
    with progress() as step:
        step("years", 1, 8)
    printed = capsys.readouterr()
    assert printed.out == printed.err == ""


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["rank", str(STUDY), "--kinds", "crossing", "--pairs", "0"], "routes without"),
        (["skim", str(STUDY), "--depart", "2026-07-01", "--places", "almaty"], "places"),
        (["simulate", str(STUDY), "--draws", "20"], "draws"),
    ],
)
def test_verbs_show_their_steps(capsys: Any, arguments: list[str], word: str) -> None:
    screen = Screen()
    with redirect_stderr(screen):
        assert app.main(arguments) in (app.DONE, app.NOT_SERVED)
    assert word in screen.text()
    assert "left" not in capsys.readouterr().out
