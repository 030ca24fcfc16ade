"""The verb of flows: assign."""

from __future__ import annotations

from typing import Any

import pytest

from every_table import every_table


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(every_table(tmp_path_factory.mktemp("flows") / "study"))


@pytest.mark.parametrize(
    ("selected", "says"),
    [
        ("nothing", "'nothing' means no link"),
        ("crossing:AF", "needs two countries"),
        ("* nothing", "'nothing' means no link"),
        ("", "cannot be empty"),
    ],
)
def test_links_that_are_not_there_are_said_before_the_work(
    selected: str, says: str, run: Any, home: str
) -> None:
    ran = run("assign", home, "--select", selected)
    assert ran.code == 2
    assert says in ran.err
    assert not ran.out
