"""The notebooks of the documentation show what they show when run again."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).resolve().parents[1] / "docs"
NOTEBOOKS = sorted((DOCS / "notebooks").glob("*.ipynb"))


def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_notebooks", DOCS / "make_notebooks.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_shows_what_it_shows_when_run_again(path: Path) -> None:
    nbformat = pytest.importorskip("nbformat")
    made = maker()
    kept = list(made.texts(nbformat.read(path, as_version=4)))
    assert kept and list(made.texts(made.executed(path))) == kept, (
        "run python docs/make_notebooks.py"
    )
    for cell in nbformat.read(path, as_version=4).cells:
        assert not any(output.output_type == "error" for output in cell.get("outputs", ()))


def test_there_are_five_notebooks() -> None:
    assert {path.stem for path in NOTEBOOKS} == {
        "analyst",
        "bank",
        "forwarder",
        "ministry",
        "newcomer",
    }
