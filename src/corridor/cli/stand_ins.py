"""Stand-ins: modules of libraries that no verb calls, loaded where they are called after all."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

# Polars reads tables of Iceberg with the one, Numba looks for extensions of its own with the other;
# both load what looks through all installed packages.
MODULES = frozenset({"polars.io.iceberg", "numba.core.entrypoints"})


class StandIn(ModuleType):
    """A module that stands in the place of another one until a function of that is called."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return a function that loads the module and calls what has that name there."""
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *arguments, **options: getattr(_load(self), name)(*arguments, **options)


class StandIns(MetaPathFinder, Loader):
    """Imports stand-ins for the modules that have one, and leaves all others to Python."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how a module is imported; null: not by a stand-in."""
        if name not in MODULES or not path:
            return None

        spec = ModuleSpec(name, self)
        folder = Path(path[0], name.rpartition(".")[2])
        if folder.is_dir():
            spec.submodule_search_locations = [str(folder)]  # its parts may be imported alone
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return a stand-in."""
        return StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Run nothing."""


def stand_in() -> None:
    """Load none of these modules in this process until one of their functions is called."""
    sys.meta_path.insert(0, StandIns())


def _load(module: StandIn) -> ModuleType:
    """Return the module that another one stands in for."""
    name = module.__name__
    if sys.modules.get(name) is module:
        sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, StandIns)]
        del sys.modules[name]
    return import_module(name)
