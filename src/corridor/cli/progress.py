"""Progress: the step a command is at, as a bar on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import ProgressColumn


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Give a function that shows a step, on stderr: a bar on a terminal, nothing otherwise.

    The bar says how many steps are done, for how long and how long it may still take, as far as the
    steps done tell.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda word, done, total: None
        return

    from rich.console import Console
    from rich.progress import Progress

    with Progress(*_bar_columns(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def show(word: str, done: int, total: int) -> None:
            shown = bar.tasks[0]
            if total != shown.total or done < shown.completed:
                bar.reset(task)  # other steps, of another length
            bar.update(task, description=word, completed=done, total=total)

        yield show


def _bar_columns() -> tuple[ProgressColumn, ...]:
    """Return what a bar shows: the step, how far it is, the time spent and the time left."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    return (
        TextColumn("{task.description:40.40}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
