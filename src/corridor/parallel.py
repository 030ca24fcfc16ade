"""Distribution: blocks of draws over threads or a cluster, each kept on disk as soon as it is done.

What a block holds depends on its numbers alone, so it does not matter who computes it, when, or in
what order.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corridor.errors import CallError
from corridor.tables.files import write_bytes

Block = Mapping[str, NDArray[Any]]
Span = tuple[int, int]
Work = Callable[[Any, int, int], Block]
BLOCK = (
    20  # draws: small enough to lose little when killed, large enough that writing costs nothing
)
SETTINGS = "draws.txt"
CONNECT = "10s"


def spans(draws: int) -> list[Span]:
    """Return the first draw and the first draw no longer of every block."""
    return [(a, min(a + BLOCK, draws)) for a in range(0, draws, BLOCK)]


def compute(
    work: Work,
    task: Any,
    wanted: Sequence[Span],
    *,
    workers: int | None = None,
    cluster: str | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Iterator[tuple[Span, Block]]:
    """Yield every block as it is done: ``work(task, first, last)``, on local threads or a Dask
    cluster.

    workers: local threads, null: one for each processor (the kernels let go of Python's lock).
    cluster: address of a Dask scheduler, ``tcp://host:8786``; it needs the extra ``cluster``.
    Raises CallError for a number of workers below 1 or a cluster that cannot be reached.
    """
    if workers is not None and workers < 1:
        raise CallError(f"workers must be 1 or more, not {workers}.")
    blocks = (
        _on_cluster(work, task, wanted, cluster) if cluster else _here(work, task, wanted, workers)
    )
    for done, (span, block) in enumerate(blocks, start=1):
        if progress:
            progress("draws", done, len(wanted))
        yield span, block


class Shelf:
    """Blocks of one question in a folder, so that a run that was killed goes on where it
    stopped."""

    def __init__(self, folder: str | Path, question: str) -> None:
        """Open a folder for a question (a hash); CallError where it holds the blocks of another
        one."""
        self.home = Path(folder)
        self.home.mkdir(parents=True, exist_ok=True)
        said = self.home / SETTINGS
        if said.exists() and said.read_text("utf-8").strip() != question:
            raise CallError(
                f"{self.home} holds draws of another network, demand or settings: name another "
                "folder."
            )
        for left in self.home.glob(".draws-*"):
            left.unlink(missing_ok=True)  # of a run that was killed while it wrote
        write_bytes(said, f"{question}\n".encode())

    def path(self, span: Span) -> Path:
        """Return the file of a block."""
        return self.home / f"draws-{span[0]:07d}-{span[1]:07d}.npz"

    def read(self, span: Span) -> Block | None:
        """Return a block; None where it is not there or cannot be read."""
        try:
            with np.load(self.path(span), allow_pickle=False) as held:
                return {name: held[name] for name in held.files}
        except (OSError, ValueError, zipfile.BadZipFile, EOFError):
            return None

    def write(self, span: Span, block: Block) -> None:
        """Keep a block, whole or not at all."""
        stream = io.BytesIO()
        arrays: dict[str, Any] = dict(block)
        np.savez_compressed(stream, **arrays)
        write_bytes(self.path(span), stream.getvalue())


def _here(
    work: Work, task: Any, wanted: Sequence[Span], workers: int | None
) -> Iterator[tuple[Span, Block]]:
    here = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    count = here if workers is None else workers
    if min(count, len(wanted)) <= 1:
        for span in wanted:
            yield span, work(task, *span)
        return
    with ThreadPoolExecutor(count) as pool:
        waiting: dict[Future[Block], Span] = {
            pool.submit(work, task, *span): span for span in wanted
        }
        try:
            for future in as_completed(waiting):
                yield waiting[future], future.result()
        finally:
            for future in waiting:
                future.cancel()


def _on_cluster(
    work: Work, task: Any, wanted: Sequence[Span], address: str
) -> Iterator[tuple[Span, Block]]:
    try:
        from distributed import Client
        from distributed import as_completed as completed
    except ImportError:
        raise CallError(
            "A cluster needs Dask: install corridor with the extra `cluster`."
        ) from None
    try:
        client = Client(address, timeout=CONNECT, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise CallError(f"no Dask scheduler answers at {address}: {error}.") from None
    with client:
        held = client.scatter(task, broadcast=True)
        waiting = {client.submit(work, held, *span, pure=False): span for span in wanted}
        for future in completed(list(waiting), loop=client.loop):
            yield waiting[future], future.result()
