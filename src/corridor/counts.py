"""Counts: how many of a thing there are, in the English of the shell and of Python."""

from __future__ import annotations


def count_of(count: int, noun: str, plural: str | None = None) -> str:
    """Return a count with its noun; plural: where it is not the noun with an s.

    >>> count_of(1, "route"), count_of(0, "route"), count_of(2, "dispatch", "dispatches")
    ('1 route', '0 routes', '2 dispatches')
    """
    if count == 1:
        return f"1 {noun}"
    return f"{count} {plural or noun + 's'}"
