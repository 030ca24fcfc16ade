"""Compilation: the options all kernels are compiled with, and the folder compiled code is kept in.

The folder is named by a hash of the kernels' sources (Numba does not notice that an imported kernel
changed) and lies below ``CORRIDOR_CACHE_DIR`` or the user's cache folder.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import Any

JIT: dict[str, Any] = {"cache": True, "nogil": True, "fastmath": False, "boundscheck": False}


def cache_folder() -> Path:
    """Return the folder compiled kernels are kept in (it need not exist yet)."""
    root = os.environ.get("CORRIDOR_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME")
    base = Path(root) if root else Path.home() / ".cache"

    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return base / "corridor" / f"kernels-{digest.hexdigest()[:16]}"


def is_compiled() -> bool:
    """Tell whether compiled kernels of these sources are on disk, so that a first call is quick."""
    folder = cache_folder()
    return folder.is_dir() and any(folder.rglob("*.nbi"))


def _use_cache_folder() -> None:
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return  # a read-only home: Numba falls back to its own choice

    if "numba" in sys.modules:
        sys.modules["numba"].config.CACHE_DIR = str(folder)
    else:  # read when Numba is imported, which is not done here: a cached answer needs no kernel
        os.environ["NUMBA_CACHE_DIR"] = str(folder)


_use_cache_folder()
