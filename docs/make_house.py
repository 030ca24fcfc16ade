"""Write the map of the house into CONTRIBUTING.md and its diagrams into docs/house.md.

The map has a line for every module, the first of its docstring; the layers are those of the import
contract in pyproject.toml; the flow of a question is recorded while one is answered.
"""

from __future__ import annotations

import ast
import inspect
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import corridor as co

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "corridor"
MAP_PAGE = ROOT / "CONTRIBUTING.md"
HOUSE_PAGE = ROOT / "docs" / "house.md"
BEGIN, END = "<!-- map of the house: made by `make docs` -->", "<!-- end of the map -->"
HOUSE = """# How the house is built

Made by `make docs`: the layers from the import contract in `pyproject.toml`, the flow from an
answer to one question. Where each thing is
stands in [CONTRIBUTING.md](../CONTRIBUTING.md#where-is-).

## Layers

A package imports only from packages below it; packages side by side do not see each other.

{layers}

## The flow of a question

`co.route(network, "almaty", "tashkent", ...)` on the starter study: which file hands over to
which, numbered in the order of the first call. Inside `kernels` the work is compiled and not
followed.

{flow}
"""


def modules(folder: Path) -> Iterator[Path]:
    """Yield the modules of a folder, those of its sub-folders after its own."""
    yield from sorted(p for p in folder.glob("*.py") if p.stem not in ("__init__", "__main__"))

    for inner in sorted(p for p in folder.iterdir() if (p / "__init__.py").is_file()):
        yield from modules(inner)


def first_line(path: Path) -> str:
    """Return the first line of a file's docstring, without its full stop."""
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return text.partition("\n\n")[0].replace("\n", " ").rstrip(".")


def house_map() -> str:
    """Return the table of every module, package by package."""
    lines = ["| you look for | it is in |", "|---|---|"]

    for path in sorted(PACKAGE.glob("*.py")):
        lines.append(f"| {first_line(path)} | `{path.name}` |")

    for folder in sorted(p for p in PACKAGE.iterdir() if (p / "__init__.py").is_file()):
        lines.append(f"| **{first_line(folder / '__init__.py')}** | **`{folder.name}/`** |")
        for path in modules(folder):
            lines.append(f"| {first_line(path)} | `{path.relative_to(PACKAGE).as_posix()}` |")

    return "\n".join(lines)


def layers() -> str:
    """Return the import contract of the packages as a Mermaid diagram, the lowest layer last."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    packages = next(c["layers"] for c in contracts if c["name"] == "Packages")
    rows = [
        [name for name in layer.split(" | ") if (PACKAGE / name).is_dir() or name in TOP_FILES]
        for layer in packages
    ]

    lines = ["```mermaid", "flowchart TB"]
    for number, row in enumerate(row for row in rows if row):
        boxes = " ~~~ ".join(f"{name}[{name}]" for name in row)
        lines += [f"  subgraph layer{number}[ ]", "    direction LR", f"    {boxes}", "  end"]
        if number:
            lines.append(f"  layer{number - 1} --> layer{number}")
    return "\n".join([*lines, "```"])


TOP_FILES = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}


def flow() -> str:
    """Return which module hands over to which during an answer, as a Mermaid diagram."""
    steps = recorded_calls()
    lines = ["```mermaid", "flowchart LR"]
    for number, (caller, callee) in enumerate(steps, start=1):
        lines.append(f"  {box(caller)} -- {number} --> {box(callee)}")
    return "\n".join([*lines, "```"])


def box(module: str) -> str:
    """Return a module as a box of a Mermaid diagram."""
    return f"{module.replace('/', '_')}[{module}]"


def recorded_calls() -> list[tuple[str, str]]:
    """Return the pairs of modules of which the first called the second, in order of first calls."""
    with tempfile.TemporaryDirectory() as folder:
        study = co.read(co.new(Path(folder) / "study"))
        network = study.network
        calls: dict[tuple[str, str], None] = {}

        def watch(frame: FrameType, event: str, _: Any) -> None:
            if event == "call" and (pair := called_across(frame)):
                calls.setdefault(pair)

        question = {"cargo": "container-40", "depart": "2026-07-01"}
        co.route(network, "almaty", "tashkent", **question)  # kernels compiled, modules imported
        network = co.read(study.folder).network
        sys.setprofile(watch)
        try:
            co.route(network, "almaty", "tashkent", **question)
        finally:
            sys.setprofile(None)
    return list(calls)


def called_across(frame: FrameType) -> tuple[str, str] | None:
    """Return caller's and called module where a call goes from one module to another."""
    callee = module_of(frame)
    caller = module_of(frame.f_back)
    if caller is None or callee is None or caller == callee:
        return None
    return caller, callee


def module_of(frame: FrameType | None) -> str | None:
    """Return the module of a frame, such as routing/query; null outside the package."""
    file = inspect.getsourcefile(frame.f_code) if frame is not None else None
    if file is None or not Path(file).is_relative_to(PACKAGE):
        return None
    return Path(file).relative_to(PACKAGE).with_suffix("").as_posix()


def map_page() -> str:
    """Return the page that holds the map, with the map as it is now."""
    text = MAP_PAGE.read_text("utf-8")
    head, _, rest = text.partition(BEGIN)
    tail = rest.partition(END)[2]
    return f"{head}{BEGIN}\n\n{house_map()}\n\n{END}{tail}"


def house_page() -> str:
    """Return the page of the diagrams."""
    return HOUSE.format(layers=layers(), flow=flow())


if __name__ == "__main__":
    MAP_PAGE.write_text(map_page(), encoding="utf-8")
    HOUSE_PAGE.write_text(house_page(), encoding="utf-8")
