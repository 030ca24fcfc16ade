"""The shape of the house: quick starts, imports that only go down, documented names."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import resource
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "corridor"
MOST_START_S = 0.5
MOST_DECISION_LINES = 60
HEAVY = ("numba", "scipy", "altair", "vl_convert", "fastapi", "dask", "fastexcel", "jinja2")


def tracked() -> list[Path]:
    """Return the files under version control; without git (a source archive), every file outside
    hidden folders."""
    listed = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-z"], capture_output=True, text=True, check=False
    )
    if listed.returncode == 0 and listed.stdout:
        files = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        unkept = re.compile(r"(^|/)(\.|__pycache__/|node_modules/|results/)")
        files = [p for p in ROOT.rglob("*") if not unkept.search(short(p))]
    return [p for p in files if p.is_file() and not p.is_symlink()]


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_imports_only_go_down(capsys: pytest.CaptureFixture[str]) -> None:
    code = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)
    assert code == 0, capsys.readouterr().out


def start_s(*command: str) -> float:
    """Return the least of five times of a command, in seconds of processor."""
    times = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(times)


def entry_point() -> str:
    return str(Path(sys.executable).with_name("corridor"))


# The least of several runs beside a bare start, so that a busy machine is not taken for a slow
# program.
@pytest.mark.parametrize("what", ["import corridor", "corridor --help"])
def test_starts_fast(what: str) -> None:
    bare = start_s(sys.executable, "-c", "pass")
    command = (
        [sys.executable, "-c", what] if what.startswith("import") else [entry_point(), "--help"]
    )
    took = start_s(*command) - bare
    assert took <= MOST_START_S, f"{what} takes {took:.2f} s more than a bare Python"


@pytest.mark.parametrize("module", ["corridor", "corridor.cli.app"])
def test_import_leaves_heavy_libraries_alone(module: str) -> None:
    code = f"import sys, {module}; print(*(m for m in {HEAVY!r} if m in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT
    )
    assert done.stdout.split() == [], f"import {module} also imports {done.stdout.strip()}"


def test_a_route_question_loads_no_more_than_it_needs() -> None:
    needless = ("scipy.special", "importlib.metadata", "corridor.cli.web", "corridor.tables.xlsx")
    study = ROOT / "studies" / "kazakhstan-pakistan"
    code = (
        f"import sys; sys.argv = ['corridor', 'route', {str(study)!r}, 'almaty', 'karachi']; "
        "from corridor.cli.app import main; main(); "
        f"print(*(name for name in {needless} if name in sys.modules))"
    )
    # The first process may read and check the study, the next one finds that done.
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT
        )
    assert done.stdout.splitlines()[-1] == ""


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == importlib.import_module("corridor").__version__


def test_public_names_are_documented() -> None:
    corridor = importlib.import_module("corridor")
    assert corridor.__all__, "corridor offers nothing"
    silent = [
        name
        for name in corridor.__all__
        if (inspect.isroutine(getattr(corridor, name)) or inspect.isclass(getattr(corridor, name)))
        and not (inspect.getdoc(getattr(corridor, name)) or "").strip()
    ]
    assert not silent, f"no docstring: {', '.join(silent)}"


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=short)
def test_decision_is_one_page(path: Path) -> None:
    lines = path.read_text("utf-8").count("\n")
    assert lines <= MOST_DECISION_LINES, f"{short(path)} has {lines} lines"


# Parts are joined here so that this file does not hold what it forbids.
FORBIDDEN = {
    "a package registry's host": "|".join(
        re.escape(".".join(parts))
        for parts in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("registry", "npmjs"),
            ("npmjs", "com"),
            ("deb", "debian", "org"),
            ("crates", "io"),
            ("proxy", "golang"),
            ("conda", "anaconda"),
        )
    ),
    "an absolute path of one machine": r"(?<![\w.~*:/-])/(?:{})/".format(
        "|".join(("work", "root", "home", "Users"))
    ),
}
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".csv",
    ".json",
    ".yml",
    ".yaml",
    ".html",
    ".css",
    ".ts",
    ".js",
    ".mjs",
    ".sh",
    ".cfg",
    ".svg",
    ".geojson",
    "",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_nothing_names_a_place_of_work(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    hits = []
    for path in tracked():
        if path.suffix in TEXT and "static" not in path.parts:
            for number, line in enumerate(
                path.read_text("utf-8", errors="replace").splitlines(), 1
            ):
                if found := pattern.search(line):
                    hits.append(f"{short(path)}:{number}: {found.group()}")
    assert not hits, f"{what}: " + "; ".join(hits[:10])


def numbered_twice(tree: ast.AST) -> list[int]:
    """Return the lines with two whole numbers as subscripts in a row, such as ``row[3][7]``."""

    def is_numbered(node: ast.AST) -> bool:
        return (
            isinstance(node, ast.Subscript)
            and isinstance(node.slice, ast.Constant)
            and isinstance(node.slice.value, int)
        )

    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and is_numbered(node) and is_numbered(node.value)
    ]


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=short)
def test_parts_have_names_and_not_numbers(path: Path) -> None:
    lines = numbered_twice(ast.parse(path.read_text("utf-8")))
    assert not lines, f"{short(path)}, lines {lines}: name the parts (a named tuple, a dataclass)"


def test_numbers_for_names_are_seen() -> None:
    assert numbered_twice(ast.parse("a = base[3][7]\nb = base[i][7]\nc = base.trips[2]")) == [1]


def test_what_most_journeys_keep_within_is_said_to_hold_if_nothing_closes() -> None:
    """Closures drawn from hazards are not in the sampled journeys."""
    words = re.compile(r"19 (times in|in|of) 20|median[^.]{0,20} 5th to 95th percentile")
    heads = ('"19 in 20", ...',)  # a column, explained below its table
    places = [
        *PACKAGE.rglob("*.py"),
        *PACKAGE.rglob("*.html"),
        *(ROOT / "web" / "src").glob("*.ts"),
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "docs" / "tutorials").glob("*.md"),
    ]
    found = 0
    for file in places:
        if file.name == "glossary.md":  # which lists what is not said
            continue
        text = " ".join(file.read_text("utf-8").replace('"\n', "").split())
        for head in heads:
            text = text.replace(head, "")
        for match in words.finditer(text):
            found += 1
            assert "nothing closes" in text[match.start() : match.start() + 120], short(file)
    assert found > 5
