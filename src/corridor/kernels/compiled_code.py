"""Compiled code on disk: each file with its hash, so that a damaged one is compiled anew.

Numba trusts its cache: a truncated file ends every search, a flipped bit may end the process. Here
a file that is not what was written counts as absent, and code that cannot be kept is compiled for
this process alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import pickle
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

import llvmlite.binding as llvm
import numba
from numba.core import environment
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.core.runtime import _nrt_python  # type: ignore[attr-defined]

from corridor.kernels.compilation import cache_folder

HASH_BYTES = 32


def njit(*, cache: bool, **options: Any) -> Any:
    """Return numba.njit with these options, its compiled code kept on disk with hashes.

    cache: whether it is kept at all.
    """
    compiled = numba.njit(**options)

    def decorate(function: Callable[..., Any]) -> Any:
        kernel = compiled(function)
        is_compiled = kernel is not function  # it is not where NUMBA_DISABLE_JIT says so
        if is_compiled:
            kernel._compilation_chain_init_hook = _no_extensions
        if cache and is_compiled and cache_folder() is not None:
            _keep_on_disk(kernel)
        return kernel

    return decorate


class SealedFiles(IndexDataCacheFile):
    """The files of one kernel, each with its hash before it; a damaged one is as if not there."""

    def save(self, key: Any, data: Any) -> None:
        """Save the code of a signature."""
        super().save(key, (key, data))

    def load(self, key: Any) -> Any:
        """Return the code of a signature; null where it is not there, or is that of another one.

        Two processes that compile at once may take the same name for different signatures.
        """
        entry = super().load(key)
        if entry is None or entry[0] != key:
            return None
        return entry[1]

    def _load_index(self) -> dict[Any, str]:
        try:
            version, stamp, overloads = _read_sealed(self._index_path)
        except OSError:
            return {}
        is_current = (version, stamp) == (self._version, self._source_stamp)
        return dict(overloads) if is_current else {}

    def _save_index(self, overloads: dict[Any, str]) -> None:
        self._write_sealed(self._index_path, (self._version, self._source_stamp, overloads))

    def _load_data(self, name: str) -> Any:
        return _read_sealed(self._data_path(name))

    def _save_data(self, name: str, data: Any) -> None:
        self._write_sealed(self._data_path(name), data)

    def _write_sealed(self, path: str, content: Any) -> None:
        data = self._dump(content)
        with self._open_for_write(path) as stream:
            stream.write(hashlib.sha256(data).digest() + data)


class SealedCache(FunctionCache):
    """The compiled code of one kernel; what cannot be read or kept is compiled and not kept."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        files = self._cache_file
        self._cache_file = SealedFiles(
            self._cache_path, self._impl.filename_base, files._source_stamp
        )

    def load_overload(self, signature: Any, target_context: Any) -> Any:
        """Return the compiled code of a signature; null where it is to be compiled.

        Numba would load all that it compiles with first, which takes longer than all else.
        Compiled code needs the functions of C that count references alone.
        """
        _name_reference_counts()
        try:
            with self._guard_against_spurious_io_errors():
                return self._load_overload(signature, target_context)
        except Exception:  # of another Numba, or another machine: anything may not fit
            return None

    def save_overload(self, signature: Any, data: Any) -> None:
        """Keep the compiled code of a signature where the disk lets it."""
        try:
            super().save_overload(signature, data)
        except OSError:
            self.disable()


def _no_extensions() -> None:
    """Look for no extensions of Numba among all installed packages: no kernel is of one."""


@cache
def _name_reference_counts() -> None:
    """Tell LLVM where the functions of C are that compiled code counts references with.

    Numba would also compile those that it links into each kernel, which compiled ones hold.
    """
    for name, address in _nrt_python.c_helpers.items():
        llvm.add_symbol(name if name.startswith("_") else f"NRT_{name}", address)


def _keep_on_disk(kernel: Any) -> None:
    """Let a kernel keep its compiled code, where there is a folder for it."""
    # Where no folder can be written it is compiled for this process alone.
    with contextlib.suppress(OSError, RuntimeError):
        kernel._cache = SealedCache(kernel.py_func)


def _read_sealed(path: str) -> Any:
    """Return what a file holds; OSError where it is not what was written."""
    with open(path, "rb") as stream:
        data = stream.read()

    seal = data[:HASH_BYTES]
    content = data[HASH_BYTES:]
    if hashlib.sha256(content).digest() != seal:
        raise OSError(path)
    return _CodeReader(io.BytesIO(content)).load()


class _CodeReader(pickle.Unpickler):
    """Reads compiled code without importing the modules that its parts were compiled from."""

    def find_class(self, module: str, name: str) -> Any:
        """Return what a file names."""
        if (module, name) == (environment.__name__, environment._rebuild_env.__name__):
            return _environment
        return super().find_class(module, name)


def _environment(module: str, constants: list[Any], name: str) -> Any:
    """Return the environment of compiled code.

    Numba would import its module, such as all it has for arrays, for globals that are read by
    compiled code of Python objects alone, which no kernel has.
    """
    if module in sys.modules or environment.lookup_environment(name) is not None:
        return environment._rebuild_env(module, constants, name)

    rebuilt = environment.Environment({"__name__": module})
    rebuilt.consts[:] = constants
    rebuilt.env_name = name
    environment.Environment._memo[name] = rebuilt
    return rebuilt
