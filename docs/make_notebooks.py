"""Run the notebooks of the documentation again and keep what they show.

    python docs/make_notebooks.py [NOTEBOOK ...]

Cells are edited in the notebooks themselves. Pictures are kept as they come; figures and sentences
are compared by the tests.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "notebooks"
MAX_SECONDS = 300  # of one cell
INPUTS = re.compile(r"from inputs [0-9a-f]+")  # of any edit of the study, a remark included


def executed(path: Path) -> nbformat.NotebookNode:
    """Return a notebook with the outputs its cells have now, run in the root of the project."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=MAX_SECONDS, kernel_name="python3")
    client.execute(cwd=str(ROOT))

    for cell in notebook.cells:
        cell.metadata = {}  # when it ran is no content
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "name": "python3"}}
    return notebook


def texts(notebook: nbformat.NotebookNode) -> Iterator[str]:
    """Yield what the cells of a notebook print and show as text, without streams of progress."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "stream" and output.name == "stdout":
                yield str(output.text)
            elif output.output_type in ("execute_result", "display_data"):
                yield INPUTS.sub("from inputs", str(output.data.get("text/plain", "")))


def main(names: Sequence[str]) -> None:
    """Run the notebooks named, or all."""
    for path in [Path(name) for name in names] or sorted(FOLDER.glob("*.ipynb")):
        nbformat.write(executed(path), path)
        print(path.name)


if __name__ == "__main__":
    main(sys.argv[1:])
