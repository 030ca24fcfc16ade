"""Free memory: whether there is room for an answer, asked before any of it is computed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from corridor.errors import CallError, TooLarge

VARIABLE = "CORRIDOR_MEMORY_GB"  # what may be taken, where somebody says so
KB = 1_000
MB = 1_000_000
GB = 1_000_000_000
UNKNOWN_FREE_BYTES = 4 * GB  # where the system does not say
LITTLE_BYTES = MB  # there is room for so much, where nobody says otherwise: none asks the system
SHARE = 0.9  # of what is free that may be taken
_MEMINFO = Path("/proc/meminfo")
_GROUP = Path("/sys/fs/cgroup")


def refuse_beyond_free(needed_bytes: float, what: str, less: str) -> None:
    """Raise TooLarge where there is no room for an answer.

    Parameters
    ----------
    needed_bytes
        What it would take.
    what
        What takes so much, as the subject of a sentence: ``A matrix of 9,000 places``.
    less
        How to ask for less, as a command: ``name fewer places``.
    """
    if needed_bytes <= LITTLE_BYTES and not os.environ.get(VARIABLE):
        return
    room_bytes = room()
    if needed_bytes > room_bytes:
        raise TooLarge(
            f"{what} would take {in_words(needed_bytes)} of memory, and {in_words(room_bytes)} may "
            f"be taken: {less}. {VARIABLE} sets what may be taken."
        )


def room() -> float:
    """Return the bytes that may be taken: what CORRIDOR_MEMORY_GB says, else most of the free ones.

    Raises CallError where the variable is no number above 0.
    """
    setting = os.environ.get(VARIABLE, "").strip()
    if not setting:
        return SHARE * min(_free_bytes(), default=UNKNOWN_FREE_BYTES)

    with suppress(ValueError):
        if 0 < float(setting) < float("inf"):
            return float(setting) * GB
    raise CallError(f"{VARIABLE} must be a number of gigabytes above 0, not {setting!r}.")


def _free_bytes() -> Iterator[int]:
    """Yield what is free on the machine and in the group of processes, as far as Linux says."""
    with suppress(OSError, ValueError, KeyError):
        yield _size(_MEMINFO, "MemAvailable:") * 1024

    with suppress(OSError, ValueError, KeyError):
        limit_bytes = int((_GROUP / "memory.max").read_text())  # "max": no limit, a ValueError
        used_bytes = int((_GROUP / "memory.current").read_text())
        yield limit_bytes - used_bytes + _size(_GROUP / "memory.stat", "inactive_file")


def _size(path: Path, name: str) -> int:
    """Return a number of a file of lines such as ``MemAvailable:  1234 kB``; KeyError for none."""
    with path.open() as lines:
        for line in lines:
            first, number, *_ = line.split()
            if first == name:
                return int(number)
    raise KeyError(name)


def in_words(size_bytes: float) -> str:
    """Return a size as people write it: 1.2 GB, 35 MB, 400 kB."""
    if size_bytes >= GB:
        return f"{size_bytes / GB:,.1f} GB"
    if size_bytes >= MB:
        return f"{size_bytes / MB:,.0f} MB"
    return f"{size_bytes / KB:,.0f} kB"
