"""Files: read only where they are plain and not too large, and written completely or not at all."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import re
import stat
import time
from pathlib import Path

import polars as pl

from corridor.tables import budgets
from corridor.tables.raw import Unreadable
from corridor.tables.zeros import without_negative_zeros

SUFFIXES = (".csv", ".parquet", ".xlsx")
MIN_AGE_S = 3600.0  # of a file left behind; a younger one may still be written

_UNFINISHED = re.compile(r"\..+\.\d+\.[0-9a-f]{8}")


def read_bytes(folder: Path, name: str, max_bytes: int | None = None) -> bytes:
    """Return the bytes of a plain file of the folder.

    max_bytes: null: those of a table. Raises Unreadable for links, devices and larger files.
    """
    try:
        _refuse_unlike_plain_file(folder, name, max_bytes or budgets.MAX_BYTES)
        return (folder / name).read_bytes()
    except OSError as error:
        raise Unreadable(
            "unreadable-file",
            f"cannot be read: {error.strerror or error}.",
            do="See to it that the file is there and may be read.",
        ) from None


def write_bytes(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file completely or not at all: beside it, then to disk, then in its place.

    A file that stood there keeps its rights. Raises OSError, which names the file, for one that may
    not be written too.
    """
    target = Path(path)
    if target.is_symlink():
        # The file it stands for is written, and the link stays.
        target = Path(os.path.realpath(target))
    rights = _rights(target)
    beside = target.with_name(f".{target.name[:100]}.{os.getpid()}.{os.urandom(4).hex()}")

    try:
        with open(beside, "xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if rights is not None:
            beside.chmod(rights)
        beside.replace(target)
    except OSError as error:  # a full disk does not say which file it has no room for
        beside.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror or str(error), str(target)) from error
    except BaseException:
        beside.unlink(missing_ok=True)
        raise

    with contextlib.suppress(OSError):  # not every system lets a folder be opened
        _sync_folder(target.parent)


def write_frame(path: str | os.PathLike[str], frame: pl.DataFrame) -> str:
    """Write a frame as CSV, Parquet or XLSX by the file's ending, completely or not at all.

    Returns the SHA-256 of the file. Raises ValueError for other endings.
    """
    stream = io.BytesIO()
    frame = without_negative_zeros(frame)
    match Path(path).suffix:
        case ".csv":
            frame.write_csv(stream)
        case ".parquet":
            frame.write_parquet(stream)
        case ".xlsx":
            frame.write_excel(stream, worksheet=Path(path).stem, autofilter=False)
        case other:
            raise ValueError(f"cannot write {other!r}: use one of {', '.join(SUFFIXES)}")

    data = stream.getvalue()
    write_bytes(path, data)
    return hashlib.sha256(data).hexdigest()


def sweep(folder: Path) -> None:
    """Remove what writers that were killed left in a folder an hour ago or longer."""
    oldest_s = time.time() - MIN_AGE_S
    with contextlib.suppress(OSError):
        for entry in list(os.scandir(folder)):
            if _UNFINISHED.fullmatch(entry.name) and entry.stat().st_mtime < oldest_s:
                os.unlink(entry.path)


def _rights(target: Path) -> int | None:
    """Return the rights of a file that is written anew; null where there is none.

    Raises PermissionError where it may not be written: a renaming would not ask.
    """
    try:
        rights = stat.S_IMODE(target.stat().st_mode)
    except OSError:
        return None

    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
    return rights


def _refuse_unlike_plain_file(folder: Path, name: str, max_bytes: int) -> None:
    path = folder / name
    status = path.lstat()

    if stat.S_ISLNK(status.st_mode) or path.resolve().parent != folder.resolve():
        raise Unreadable(
            "outside-folder",
            "is a link to another place.",
            do="Put the file itself into the study's folder.",
        )
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable(
            "not-a-file",
            "is not a plain file.",
            do="Put a plain file of that name there, or remove it.",
        )
    if status.st_size > max_bytes:
        raise Unreadable(
            "file-too-large",
            f"has {status.st_size:,} bytes; {max_bytes:,} is the most that is read.",
            do="Keep only the rows the study needs, or write the table as Parquet.",
        )


def _sync_folder(folder: Path) -> None:
    """Bring the names of a folder's files to disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
