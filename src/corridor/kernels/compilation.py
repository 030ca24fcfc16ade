"""Compilation: the options all kernels are compiled with, and the folder compiled code is kept in.

The folder is named by a hash of the kernels' sources (Numba does not notice that an imported kernel
changed) and lies below ``CORRIDOR_CACHE_DIR`` or the user's cache folder.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

JIT: dict[str, Any] = {"cache": True, "nogil": True, "fastmath": False, "boundscheck": False}


def cache_folder() -> Path | None:
    """Return the folder of compiled kernels (it need not exist yet); null: none is safe."""
    base = base_folder()
    if base is None:
        return None

    return base / "corridor" / f"kernels-{_sources_hash()}"


@cache
def _sources_hash() -> str:
    """Return a hash of the sources of all kernels."""
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def is_compiled() -> bool:
    """Tell whether compiled kernels of these sources are on disk, so that a first call is quick."""
    folder = cache_folder()
    return folder is not None and folder.is_dir() and any(folder.rglob("*.nbi"))


def base_folder() -> Path | None:
    """Return the folder of all caches: the one that is named, the user's, else a private one."""
    named = os.environ.get("CORRIDOR_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME")
    if named:
        return Path(named)
    try:
        return Path.home() / ".cache"
    except RuntimeError:  # a user without a home, as in a container
        return _private_folder()


def _private_folder() -> Path | None:
    """Return a folder for temporary files that nobody else may write to; null: there is none."""
    if not hasattr(os, "getuid"):
        return None

    folder = Path(tempfile.gettempdir()) / f"corridor-cache-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
    except OSError:
        return None

    is_private = stat.S_ISDIR(status.st_mode) and not status.st_mode & 0o077
    return folder if is_private and status.st_uid == os.getuid() else None


def _use_cache_folder() -> None:
    """Tell Numba where compiled kernels are kept."""
    folder = cache_folder()
    if folder is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return  # a read-only home: Numba falls back to its own choice

    if "numba" in sys.modules:
        sys.modules["numba"].config.CACHE_DIR = str(folder)
    else:  # read when Numba is imported, which is not done here: a cached answer needs no kernel
        os.environ["NUMBA_CACHE_DIR"] = str(folder)


_use_cache_folder()
