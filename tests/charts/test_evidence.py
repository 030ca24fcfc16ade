"""The chart of evidence counts the rows of every table by confidence."""

from __future__ import annotations

from every_chart import texts


def test_every_table_has_its_number_of_rows(svgs: dict[str, str]) -> None:
    assert {"links (9)", "nodes (6)", "2", "3", "4", "6"} <= set(texts(svgs["evidence"]))
