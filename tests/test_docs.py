"""The documentation is true: its commands and Python blocks run, its links lead somewhere, its tables are current.

In a page, ```python blocks and the lines of ```sh and ```console blocks run in order, in one folder that holds a copy
of the studies; Python blocks of a page share their names. `# exits 3` after a command says the exit code to expect.
A block below `<!-- skip: reason -->` is not run.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")),
         *sorted((ROOT / "studies").glob("*/README.md"))]
FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)[^\n`]*$")
SKIP = re.compile(r"<!-- skip: (?P<reason>.+?) -->")
EXITS = re.compile(r"\s+# exits (\d+)$")
MOST_S = 120


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, text, first line in the page and, where it is not run, the reason."""

    language: str
    text: str
    line: int
    skip: str | None


def blocks(page: str) -> list[Block]:
    """Return the fenced blocks of a page in order; an open fence at the end is an error."""
    found: list[Block] = []
    inside: re.Match[str] | None = None
    skip: str | None = None
    lines: list[str] = []
    start = 0
    for number, line in enumerate(page.splitlines(), 1):
        if inside:
            if line.strip() == "```":
                found.append(Block(inside["language"], "\n".join(lines), start, skip))
                inside, skip = None, None
            else:
                lines.append(line.removeprefix(inside["indent"]))
        elif opened := FENCE.match(line):
            inside, lines, start = opened, [], number + 1
        elif marked := SKIP.search(line):
            skip = marked["reason"]
        elif line.strip():
            skip = None
    assert inside is None, f"the fence opened on line {start - 1} is never closed"
    return found


def commands(block: Block) -> list[tuple[str, int]]:
    """Return the commands of a shell block, each with the exit code to expect; output in ```console is left out."""
    text = re.sub(r"\\\n\s*", " ", block.text)
    lines = text.splitlines()
    if block.language == "console":
        lines = [line[2:] for line in lines if line.startswith("$ ")]
    found = []
    for line in lines:
        if line.strip() and not line.lstrip().startswith("#"):
            told = EXITS.search(line)
            found.append((EXITS.sub("", line), int(told.group(1)) if told else 0))
    return found


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.fixture(scope="session")
def studies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the studies without their results, made once."""
    folder = tmp_path_factory.mktemp("docs") / "studies"
    shutil.copytree(ROOT / "studies", folder, ignore=shutil.ignore_patterns("results"))
    return folder


def run(command: str, expected: int, folder: Path) -> None:
    """Run one shell command where the installed programs are found first; fail with what it printed."""
    programs = str(Path(sys.executable).parent)
    done = subprocess.run(
        ["sh", "-c", command], cwd=folder, capture_output=True, text=True, timeout=MOST_S, stdin=subprocess.DEVNULL,
        env={**os.environ, "PATH": programs + os.pathsep + os.environ["PATH"], "COLUMNS": "120"}, check=False)
    assert done.returncode == expected, f"$ {command}\nexit code {done.returncode}\n{done.stdout}\n{done.stderr}"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", PAGES, ids=short)
def test_page_runs(page: Path, studies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert page.is_file(), f"there is no {short(page)}"
    todo = [b for b in blocks(page.read_text("utf-8")) if b.language in ("python", "sh", "console") and not b.skip]
    if todo:
        shutil.copytree(studies, tmp_path / "studies")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "__main__"}
    for block in todo:
        if block.language == "python":
            # Blank lines first, so that a traceback names the line of the page.
            exec(compile("\n" * (block.line - 1) + block.text, short(page), "exec"), names)
        else:
            for command, expected in commands(block):
                run(command, expected, tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=short)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if "://" not in target and not target.startswith(("mailto:", "#")):
            path = target.partition("#")[0]
            if not (page.parent / path).exists():
                broken.append(target)
    assert not broken, f"{short(page)} links to nothing at {', '.join(broken)}"


def test_contributing_names_what_exists() -> None:
    rows = re.findall(r"^\| .+? \| (.+) \|$", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE)
    paths = [p for row in rows for p in re.findall(r"`([\w./-]+[/.][\w./-]*)`", row)]
    assert len(paths) > 10
    missing = [p for p in paths if not (ROOT / p).exists()]
    assert not missing, f"CONTRIBUTING.md says where to find what is not there: {', '.join(missing)}"


@pytest.mark.parametrize("name", ["tables", "validation"])
def test_made_page_is_current(name: str) -> None:
    spec = importlib.util.spec_from_file_location(f"make_{name}", ROOT / "docs" / f"make_{name}.py")
    assert spec and spec.loader
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    assert (ROOT / "docs" / f"{name}.md").read_text("utf-8") == maker.page(), "run `make docs`"


PAGE = """
```sh
corridor one \\
    --two
# words
corridor three  # exits 3
```

<!-- skip: it needs a screen -->
```python
1 / 0
```
  ```console
  $ corridor four
  what it printed
  ```
"""


def test_blocks_are_found() -> None:
    first, second, third = blocks(PAGE)
    assert commands(first) == [("corridor one  --two", 0), ("corridor three", 3)]
    assert (second.skip, second.language, second.line) == ("it needs a screen", "python", 11)
    assert commands(third) == [("corridor four", 0)]
    assert third.skip is None


def test_unclosed_block_is_noticed() -> None:
    with pytest.raises(AssertionError, match="never closed"):
        blocks("```sh\ncorridor")


def test_command_fails_loudly(tmp_path: Path) -> None:
    run("exit 3", 3, tmp_path)
    with pytest.raises(AssertionError, match="exit code 2"):
        run("exit 2", 0, tmp_path)
