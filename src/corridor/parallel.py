"""Parallel: blocks of draws over threads or a cluster, each kept on disk as soon as it is done.

What a block holds depends on its numbers alone, so it does not matter who computes it, when, or in
what order.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridor.errors import CallError
from corridor.tables.files import sweep, write_bytes

# Small enough to lose little when a run is killed, large enough that writing costs nothing.
BLOCK_DRAWS = 20
QUESTION_FILE = "draws.txt"
SEAL = "sha256"  # array of a file of draws: the hash of its other arrays
CONNECT_TIMEOUT = "10s"

Block = Mapping[str, NDArray[Any]]
Work = Callable[[Any, int, int], Block]
Progress = Callable[[str, int, int], None]


class DrawRange(NamedTuple):
    """The draws of one block: the first, and the first no longer in it."""

    first: int
    end: int


def draw_ranges(draws: int) -> list[DrawRange]:
    """Return the draws of every block, in order."""
    return [
        DrawRange(first, min(first + BLOCK_DRAWS, draws)) for first in range(0, draws, BLOCK_DRAWS)
    ]


def require_workers(workers: int | None) -> None:
    """Raise CallError for a number of local threads below 1; null: one for each processor."""
    if workers is not None and workers < 1:
        raise CallError(f"workers must be 1 or more, not {workers}.")


def in_threads(
    work: Callable[[Any], Any], items: Sequence[Any], workers: int | None
) -> Iterator[Any]:
    """Yield the result of work on each item, in their order, from local threads.

    workers: threads; null: one for each processor. What is not begun when the caller ends is left.
    """
    require_workers(workers)
    if workers == 1:  # a thread that waits for another one takes longer than some work
        yield from map(work, items)
        return

    pool = ThreadPoolExecutor(workers or os.cpu_count())
    try:
        yield from pool.map(work, items)
    finally:
        pool.shutdown(cancel_futures=True)


def compute_blocks(
    work: Work,
    task: Any,
    ranges: Sequence[DrawRange],
    *,
    workers: int | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> Iterator[tuple[DrawRange, Block]]:
    """Yield every block as it is done, in any order.

    Parameters
    ----------
    work : called with the task and the first and end draw of a block.
    task : what every block needs; sent once to a cluster.
    ranges : the blocks to compute.
    workers : local threads; null: one for each processor (the kernels let go of Python's lock).
    cluster : address of a Dask scheduler, ``tcp://host:8786``; it needs the extra ``cluster``.
    progress : called with a word, blocks done and all blocks.

    Raises
    ------
    CallError
        For a number of workers below 1 or a cluster that cannot be reached.
    """
    require_workers(workers)

    if cluster:
        blocks = _on_cluster(work, task, ranges, cluster)
    else:
        blocks = _on_threads(work, task, ranges, workers or processors())

    for done, (draws, block) in enumerate(blocks, start=1):
        if progress:
            progress("draws", done, len(ranges))
        yield draws, block


class BlockFolder:
    """Blocks of one question in a folder, so that a killed run goes on where it stopped."""

    def __init__(self, folder: str | Path, question: str) -> None:
        """Open a folder for a question (a hash); CallError where it holds another one's blocks."""
        self.home = Path(folder)
        self.home.mkdir(parents=True, exist_ok=True)

        question_file = self.home / QUESTION_FILE
        if question_file.exists() and question_file.read_bytes().strip() != question.encode():
            raise CallError(
                f"{self.home} holds results of another network, demand or settings: name "
                "another folder."
            )

        sweep(self.home)
        write_bytes(question_file, f"{question}\n".encode())

    def path(self, draws: DrawRange) -> Path:
        """Return the file of a block."""
        return self.home / f"draws-{draws.first:07d}-{draws.end:07d}.npz"

    def read(self, draws: DrawRange) -> Block | None:
        """Return a block; null where it is not there or is not what was written."""
        try:
            with np.load(self.path(draws), allow_pickle=False) as arrays:
                block = {name: arrays[name] for name in arrays.files}
        except Exception:  # a damaged file fails anywhere in NumPy, zipfile and zlib
            return None

        seal = block.pop(SEAL, None)
        return block if seal is not None and np.array_equal(seal, _seal(block)) else None

    def once(self, draws: DrawRange, compute: Callable[[], Block]) -> Block:
        """Return a block that is there, or compute and keep it."""
        block = self.read(draws)
        if block is None:
            block = compute()
            self.write(draws, block)
        return block

    def write(self, draws: DrawRange, block: Block) -> None:
        """Keep a block, whole or not at all."""
        stream = io.BytesIO()
        arrays: dict[str, Any] = {**block, SEAL: _seal(block)}
        np.savez_compressed(stream, **arrays)

        write_bytes(self.path(draws), stream.getvalue())


def _seal(block: Block) -> NDArray[np.uint8]:
    """Return the SHA-256 of a block: names, types, shapes and numbers of its arrays."""
    digest = hashlib.sha256()
    for name, array in sorted(block.items()):
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return np.frombuffer(digest.digest(), np.uint8)


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _on_threads(
    work: Work, task: Any, ranges: Sequence[DrawRange], threads: int
) -> Iterator[tuple[DrawRange, Block]]:
    """Yield the blocks as local threads are done with them."""
    if min(threads, len(ranges)) <= 1:
        for draws in ranges:
            yield draws, work(task, *draws)
        return

    with ThreadPoolExecutor(threads) as pool:
        draws_of: dict[Future[Block], DrawRange] = {
            pool.submit(work, task, *draws): draws for draws in ranges
        }
        try:
            for future in as_completed(draws_of):
                yield draws_of[future], future.result()
        finally:
            for future in draws_of:
                future.cancel()


def _on_cluster(
    work: Work, task: Any, ranges: Sequence[DrawRange], address: str
) -> Iterator[tuple[DrawRange, Block]]:
    """Yield the blocks as the workers of a Dask cluster are done with them."""
    try:
        from distributed import Client
        from distributed import as_completed as as_completed_on_cluster
    except ImportError:
        raise CallError(
            "A cluster needs Dask: install corridor with the extra `cluster`."
        ) from None

    try:
        client = Client(address, timeout=CONNECT_TIMEOUT, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise CallError(f"no Dask scheduler answers at {address}: {error}.") from None

    with client:
        sent_task = client.scatter(task, broadcast=True)
        draws_of = {client.submit(work, sent_task, *draws, pure=False): draws for draws in ranges}
        for future in as_completed_on_cluster(list(draws_of), loop=client.loop):
            yield draws_of[future], future.result()
