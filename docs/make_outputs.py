"""Write into the pages what their commands print now, and say which lines changed.

    python docs/make_outputs.py [PAGE ...]

Dots stay where they stand. The prose around an output is for a person to read again: every line
that changes is printed, old and new. A command that ends otherwise than its page says is named and
left alone. It stands on the same reading of pages as the tests that hold them true.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FIGURES = re.compile(r"\d[\d,.]*")
sys.path.insert(0, str(ROOT / "tests"))

import pages  # noqa: E402
import test_docs  # noqa: E402


def main(names: Sequence[str]) -> None:
    """Renew the pages named, or all."""
    chosen = [Path(name).resolve() for name in names] or test_docs.RUNNING
    os.environ.update(pages.TERMINAL)
    for page in chosen:
        with tempfile.TemporaryDirectory() as folder:
            _stand_in(Path(folder))
            lines = page.read_text("utf-8").splitlines()
            for first_line, shown, printed in _outputs(page):
                _replace(lines, first_line, shown, renewed(shown, printed))
        _write(page, lines)


def _stand_in(folder: Path) -> None:
    ignored = shutil.ignore_patterns("results")
    shutil.copytree(ROOT / "studies", folder / "studies", ignore=ignored)
    os.chdir(folder)


def _outputs(page: Path) -> Iterator[tuple[int, list[str], str]]:
    """Yield first line, lines shown and text printed of every output, the last one first."""
    outputs = []
    names: dict[str, object] = {"__name__": "__main__"}
    printed = ""
    for block in test_docs.todo(page):
        if block.language == "python":
            code = compile(block.text, page.name, "exec")
            printed = pages.call(lambda code=code: exec(code, names), is_terminal=False).out  # type: ignore[misc]
        elif block.language == "text":
            outputs.append((block.line, block.text.splitlines(), printed))
        else:
            outputs += _outputs_of_shell(page, block)
    yield from reversed(outputs)


def _outputs_of_shell(page: Path, block: pages.Block) -> Iterator[tuple[int, list[str], str]]:
    for step in pages.steps(block):
        output = pages.run(step.command)
        if output.code != step.exit_code:
            print(
                f"{page.name}:{step.line}: $ {step.command}\n  ends with {output.code}", flush=True
            )
            continue
        if not step.shown:
            continue

        printed = output.screen if _shows(step.shown, output.err) else output.out
        yield _line_below_command(block, step), list(step.shown), printed


def _shows(shown: Sequence[str], err: str) -> bool:
    """Tell whether lines shown hold one of stderr, figures apart."""
    notes = {FIGURES.sub("0", line.strip()) for line in err.splitlines() if line.strip()}
    return any(FIGURES.sub("0", line.strip()) in notes for line in shown)


def _line_below_command(block: pages.Block, step: pages.Step) -> int:
    lines = block.text.splitlines()
    at = step.line - block.line
    while lines[at].endswith("\\"):
        at += 1
    return block.line + at + 1


def renewed(shown: Sequence[str], printed: str) -> list[str]:
    """Return the lines to show of a text printed, with dots where the lines shown have them."""
    if pages.first_mismatch(shown, printed) is None:
        return list(shown)

    actual = [line.rstrip() for line in printed.rstrip().splitlines()]
    lines: list[str] = []
    at = 0
    for is_dots, group in groupby(shown, lambda line: line == pages.ANY):
        part = list(group)
        if is_dots:
            lines += part
            continue
        start = _best_start(part, actual, at) if lines else 0
        lines += [_line(old, new) for old, new in zip(part, actual[start:], strict=False)]
        at = start + len(part)

    if shown[-1] != pages.ANY:
        lines += actual[at:]
    blank_end = [""] if not shown[-1] else []
    return lines + blank_end


def _best_start(part: Sequence[str], actual: Sequence[str], at: int) -> int:
    """Return where the lines printed are most like some lines shown."""
    starts = range(at, max(at + 1, len(actual) - len(part) + 1))
    return max(starts, key=lambda start: (_likeness(part, actual[start:]), -start))


def _likeness(part: Sequence[str], actual: Sequence[str]) -> float:
    pairs = zip(part, actual, strict=False)
    return sum(SequenceMatcher(None, old, new, False).ratio() for old, new in pairs)


def _line(old: str, new: str) -> str:
    """Return a printed line, cut where the old one ends in dots."""
    if pages.fits(old.rstrip(), new):
        return old
    if old.endswith(pages.ANY) and not new.endswith(pages.ANY):
        return new[: len(old) - len(pages.ANY)] + pages.ANY
    return new


def _replace(lines: list[str], first_line: int, old: Sequence[str], new: Sequence[str]) -> None:
    """Write an output into the lines of its page, as far in as it stood, and say what changed."""
    at = first_line - 1
    indent = lines[at].removesuffix(old[0]) if old else ""
    for before, after in zip(old, new, strict=False):
        if before != after:
            print(f"{first_line}:\n- {before}\n+ {after}", flush=True)
    lines[at : at + len(old)] = [(indent + line).rstrip() for line in new]


def _write(page: Path, lines: Sequence[str]) -> None:
    text = "\n".join(lines) + "\n"
    if text != page.read_text("utf-8"):
        page.write_text(text, "utf-8")
        print(f"written: {page.relative_to(ROOT)}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
