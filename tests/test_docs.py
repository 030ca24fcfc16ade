"""The documentation is true: its commands and Python blocks run and print what it shows, its links
lead somewhere, its tables are current.

In a page, ```python blocks and the lines of ```sh and ```console blocks run in order, in a folder
of their own that holds the studies; Python blocks of a page share their names. In ```console, the
lines below a command are what it prints on a terminal (CSV where it is piped): `...` stands for any
lines, within a line for anything; what goes to stderr may be left out. A ```text block right after
a ```python block is what that prints. `# exits 3` after a command says the exit code to expect. A
block below `<!-- skip: reason -->` is not run.

`corridor` is called within the test's own process, which spares its start each time; one test calls
what is installed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.util
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import pages
from corridor.closures import chapter as closures_chapter
from corridor.network.network import Network
from corridor.runs import run as results
from corridor.study.study import Study
from corridor.trade import chapter as trade_chapter
from corridor.trade import year as trade_year
from pages import (
    Block,
    Output,
    Step,
    blocks,
    call,
    check,
    first_mismatch,
    run,
    split_command,
    steps,
)

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "studies").glob("*/README.md")),
]
SHARED = "studies/kazakhstan-pakistan"
RUN = ("python", "sh", "console")


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def todo(page: Path) -> list[Block]:
    """Return the blocks of a page that are run, and the text blocks that show what Python
    printed."""
    found = blocks(page.read_text("utf-8"))
    follows = {
        k
        for k in range(1, len(found))
        if found[k].language == "text" and found[k - 1].language == "python"
    }
    return [b for k, b in enumerate(found) if not b.skip and (b.language in RUN or k in follows)]


# Pages that ask the same long questions (the whole chain of trade, everything at once) share a
# process and what it knows.
RUNNING = [p for p in PAGES if any(b.language in RUN for b in todo(p))]
LONG_NAMES = (
    "docs/capacity.md",
    "docs/flows.md",
    "README.md",
    "docs/closures.md",
    "docs/consignments.md",
    "docs/appraisal.md",
    "docs/scaling.md",
    "docs/trade.md",
    "docs/tutorials/analyst.md",
    "docs/tutorials/bank.md",
    "docs/tutorials/forwarder.md",
    "docs/tutorials/ministry.md",
    "docs/tutorials/researcher.md",
)
LONG = [p for p in RUNNING if short(p) in LONG_NAMES]


def fingerprint(folder: Path) -> str:
    """Return a hash over the files of a study, its results left out."""
    digest = hashlib.sha256()
    for file in sorted(
        p for p in folder.rglob("*") if p.is_file() and "results" not in p.relative_to(folder).parts
    ):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


@pytest.fixture(scope="module")
def thrift() -> Iterator[None]:
    """Compute what pages ask about trade only once, and draw fewer years for a run, which no page
    shows."""
    skims = trade_year.sector_skims
    answers = trade_chapter.forecast_target
    known: dict[Any, Any] = {}

    def once(key: Any, compute: Callable[[], Any]) -> Any:
        if key not in known:
            known[key] = compute()
        return known[key]

    def skims_once(study: Study, network: Network, day: dt.date) -> pl.DataFrame:
        frames = tuple(
            int(frame.hash_rows().sum())
            for frame in (*network.frames.values(), network.changes)
            if frame.height
        )
        return once((frames, day), lambda: skims(study, network, day))

    def answers_once(study: Study, **asked: Any) -> trade_chapter.TargetForecast:
        asked.pop("progress", None)
        goal = asked.pop("goal", None) or study.settings.target
        return once(
            (study.hash, str(goal), str(sorted(asked.items()))),
            lambda: answers(study, goal=goal, **asked),
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trade_year, "sector_skims", skims_once)
        patch.setattr(trade_chapter, "forecast_target", answers_once)
        patch.setattr(results, "forecast_target", answers_once)
        patch.setattr(closures_chapter, "YEARS", 40)
        patch.setitem(closures_chapter.corridors.__kwdefaults__, "draws", 10)
        yield


@pytest.fixture
def desk(studies: Path, thrift: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a new folder with the studies in it, on a terminal of fixed width."""
    (tmp_path / "studies").symlink_to(studies)
    monkeypatch.chdir(tmp_path)
    for name, value in pages.TERMINAL.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def work_through(page: Path) -> None:
    """Run a page block by block where the process stands and fail where it is not true."""
    names: dict[str, object] = {"__name__": "__main__"}
    printed = Output(0, "", "", "")
    before = fingerprint(Path(SHARED))
    for block in todo(page):
        if block.language == "python":
            # Blank lines first, so that a traceback names the line of the page.
            code = compile("\n" * (block.line - 1) + block.text, short(page), "exec")
            printed = call(lambda code=code: exec(code, names), is_terminal=False)
        elif block.language == "text":
            check(
                Step("python", block.line, 0, tuple(block.text.splitlines())), printed, short(page)
            )
        else:
            for step in steps(block):
                check(step, run(step.command), short(page))
    assert fingerprint(Path(SHARED)) == before, (
        f"{short(page)} changes the built-in study: work on a copy"
    )


@pytest.mark.slow
class TestLongPages:
    @pytest.mark.timeout(900)
    @pytest.mark.parametrize("page", LONG, ids=short)
    def test_page_is_true(self, page: Path, desk: Path) -> None:
        work_through(page)


class TestPages:
    @pytest.mark.timeout(400)
    @pytest.mark.parametrize("page", [p for p in RUNNING if p not in LONG], ids=short)
    def test_page_is_true(self, page: Path, desk: Path) -> None:
        work_through(page)


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
    rows = re.findall(
        r"^\| .+? \| (.+) \|$", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE
    )
    paths = [p for row in rows for p in re.findall(r"`([\w./-]+[/.][\w./-]*)`", row)]
    assert len(paths) > 10
    homes = (ROOT, ROOT / "src" / "corridor")  # the map gives paths inside the package
    missing = [p for p in paths if not any((home / p).exists() for home in homes)]
    assert not missing, (
        f"CONTRIBUTING.md says where to find what is not there: {', '.join(missing)}"
    )


def test_readme_of_the_built_in_study_counts_its_rows() -> None:
    counted = re.findall(
        r"^\| ([a-z_, ]+) \| ([\d, ]+) \| (\d+) \| (\d+) \| (\d+) \|",
        (ROOT / SHARED / "README.md").read_text("utf-8"),
        re.MULTILINE,
    )
    assert len(counted) > 20

    for tables, rows, *grades in counted:
        frames = [
            pl.read_csv(ROOT / SHARED / f"{table}.csv", infer_schema=False)
            for table in tables.split(", ")
        ]
        confidence = pl.concat([frame["confidence"] for frame in frames])
        assert rows == ", ".join(str(frame.height) for frame in frames), tables
        assert [int(g) for g in grades] == [(confidence == g).sum() for g in "ABC"], tables


@pytest.mark.parametrize("name", ["tables", pytest.param("validation", marks=pytest.mark.slow)])
def test_made_page_is_current(name: str) -> None:
    assert (ROOT / "docs" / f"{name}.md").read_text("utf-8") == made(name).page(), "run `make docs`"


def made(name: str) -> Any:
    """Return the module that makes a page."""
    spec = importlib.util.spec_from_file_location(f"make_{name}", ROOT / "docs" / f"make_{name}.py")
    assert spec and spec.loader
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    return maker


def test_map_of_the_house_is_current() -> None:
    house = made("house")
    assert house.MAP_PAGE.read_text("utf-8") == house.map_page(), "run `make docs`"


@pytest.mark.slow
def test_diagrams_of_the_house_are_current() -> None:
    house = made("house")
    assert house.HOUSE_PAGE.read_text("utf-8") == house.house_page(), "run `make docs`"


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
  ...
  $ corridor five | head -1
  ```
"""


def test_blocks_are_found() -> None:
    first, second, third = blocks(PAGE)
    assert steps(first) == [Step("corridor one --two", 3), Step("corridor three", 6, 3)]
    assert (second.skip, second.language, second.line) == ("it needs a screen", "python", 11)
    assert steps(third) == [
        Step("corridor four", 14, 0, ("what it printed", "...")),
        Step("corridor five | head -1", 17, 0, ()),
    ]
    assert third.skip is None


def test_unclosed_block_is_noticed() -> None:
    with pytest.raises(AssertionError, match="never closed"):
        blocks("```sh\ncorridor")


@pytest.mark.parametrize(
    ("command", "words", "rest"),
    [
        ("corridor a --on 1", ["corridor", "a", "--on", "1"], ""),
        ("corridor a 'b | c' | head -2", ["corridor", "a", "b | c"], "| head -2"),
        ("corridor a b > 'x y.csv'", ["corridor", "a", "b"], "> 'x y.csv'"),
        ("corridor a b>x", ["corridor", "a", "b"], ">x"),
        ("cp a b && rm a", ["cp", "a", "b"], "&& rm a"),
    ],
)
def test_commands_are_split(command: str, words: list[str], rest: str) -> None:
    assert split_command(command) == (words, rest)


PRINTED = "route  days\nr1     10.8\nr2     12.3\n\nRoutes: 2 of 472.\n"


@pytest.mark.parametrize(
    "shown",
    [
        PRINTED,
        "route  days\n...",
        "...\nRoutes: ...",
        "...",
        "...\nr2...\n...",
        "route...\nr1...\n...\nRoutes: 2 of ...2.",
        "...\nr1     10...\n...\nr2     12.3\n...\n...",
        "route  days\n...\n\nRoutes: 2 of 472.\n...",
    ],
)
def test_what_was_printed_fits(shown: str) -> None:
    assert first_mismatch(shown.splitlines(), PRINTED) is None


@pytest.mark.parametrize(
    ("shown", "first"),
    [
        ("route  days\nr1     10.9\n...", "r1     10.9"),
        ("...\nr1     1.8\n...", "r1     1.8"),
        ("...\nr3...\n...", "r3..."),
        ("route  days", "printed was also: r1     10.8"),
        ("r1     10.8\n...", "r1     10.8"),
        ("", "route  days"),
        ("...\nr2     12.3\nr1     10.8\n...", "r1     10.8"),
        ("...\nRoutes: 2", "Routes: 2"),
        (PRINTED + "more", "more"),
    ],
)
def test_what_was_not_printed_is_noticed(shown: str, first: str) -> None:
    said = first_mismatch(shown.splitlines(), PRINTED)
    assert said is not None
    assert first in said


def test_a_page_that_lies_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    check(Step("exit 3", 1, 3), run("exit 3"), "page")
    with pytest.raises(AssertionError, match="ends with 2, not 0"):
        check(
            Step("corridor check nowhere --colour", 1),
            run("corridor check nowhere --colour"),
            "page",
        )
    check(Step("echo a", 1, 0, ("a",)), run("echo a; echo b >&2"), "page")
    check(Step("echo a", 1, 0, ("a", "b")), run("echo a; echo b >&2"), "page")
    with pytest.raises(AssertionError, match="nothing printed matches:\n  c"):
        check(Step("echo a", 1, 0, ("a", "c")), run("echo a; echo b >&2"), "page")


def test_within_the_process_as_installed(desk: Path) -> None:
    words = f"skim {SHARED} --depart 2026-07-01 --places almaty --places karachi"
    installed = pages.run_in_shell(f"corridor {words}")
    assert installed.out.startswith("origin,destination,")
    assert installed.out.count("\n") == 3
    within = run(f"corridor {words} | cat")
    assert (within.code, within.out) == (installed.code, installed.out)
    assert (
        pages.run_in_shell("corridor check nowhere").code == run("corridor check nowhere").code == 1
    )


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ("route  days\nr1     10.9\n...", "route  days\nr1     10.8\n..."),
        ("...\nr1     1.8\n...", "...\nr1     10.8\n..."),
        ("...\nRoutes: 2 of 999.", "...\nRoutes: 2 of 472."),
        (
            "route  days\n...\nr2     99...\n\nRoutes: 2...",
            "route  days\n...\nr2     12...\n\nRoutes: 2...",
        ),
        ("route  days\nr1     10.8", PRINTED.rstrip()),
    ],
)
def test_outputs_are_renewed(shown: str, expected: str) -> None:
    renewed = made("outputs").renewed
    assert renewed(shown.splitlines(), PRINTED) == expected.splitlines()
