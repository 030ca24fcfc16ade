"""Every kind of damage to a study gives one finding that names file and line and says what to do,
never a traceback."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor import Finding, StudyError, check, new, read
from corridor.tables import budgets, files
from corridor.tables.reading import read_folder
from damages import DAMAGES, Damage


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new(tmp_path_factory.mktemp("whole") / "study")


def is_expected(finding: Finding, damage: Damage) -> bool:
    """Tell whether a finding is the one that must come of a damage."""
    return (
        (finding.kind, finding.file) == (damage.kind, damage.file)
        and finding.severity == damage.severity
        and damage.line in (None, finding.line)
        and damage.cure in finding.do
    )


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda d: d.name)
def test_damage_is_found(damage: Damage, whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "study"
    shutil.copytree(whole, folder)
    damage.do(folder)

    findings = check(folder)
    report = "\n".join(map(str, findings))
    expected = [f for f in findings if is_expected(f, damage)]
    assert expected, report
    # A cure is a whole sentence.
    assert all(f.do.endswith((".", "?")) and f.message.strip() for f in findings), report
    errors = {f.kind for f in findings if f.severity == "error"}
    assert errors <= {damage.kind, *damage.also}, report

    if damage.severity == "warning":
        assert expected[0] in read(folder).warnings
        return
    with pytest.raises(StudyError) as caught:
        read(folder)
    assert expected[0] in caught.value.findings
    assert all(f.severity == "error" for f in caught.value.findings)


def test_starter_is_whole(whole: Path) -> None:
    assert check(whole) == []


def test_kinds_are_many() -> None:
    assert len({d.name for d in DAMAGES}) == len(DAMAGES)
    assert len({d.kind for d in DAMAGES}) > 90


# Cells and bytes that have broken readers before.
NASTY = [
    "",
    "nan",
    "-inf",
    "1e400",
    "-1",
    "9" * 400,
    '"',
    '""',
    "a,b",
    "\n",
    "\r",
    "\u2028",
    "é",
    "\ufeff",
    "💥",
    "*",
    ":",
    "crossing:AF",
    "country:",
    "mode:rail",
    "2026-02-29",
    "0000-00-00",
    "99:99-00:00",
    "mon 25:00",
    "true",
    "null",
    "almaty",
    "road-price:",
    ":",
    "=1+1",
    "0x10",
    "١٢",
    "%s",
    "{}",
    "\\",
    "'",
    "\t",
    ";",
    "rail-1520",
    "closed",
]


@st.composite
def mutations(draw: st.DrawFn) -> tuple[str, list[tuple[str, int, int, bytes]]]:
    """A file and what is done to it: (what, position, length, bytes)."""
    file = draw(st.sampled_from(FILES))
    steps = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["cell", "byte", "cut", "line", "insert"]),
                st.integers(0, 10**6),
                st.integers(1, 40),
                st.one_of(st.sampled_from(NASTY).map(str.encode), st.binary(max_size=8)),
            ),
            min_size=1,
            max_size=3,
        )
    )
    return file, steps


FILES = [
    "nodes.csv",
    "links.csv",
    "terminals.csv",
    "rates.csv",
    "modes.csv",
    "emissions.csv",
    "rules.csv",
    "windows.csv",
    "services.csv",
    "cargoes.csv",
    "hazards.csv",
    "changes.csv",
    "demand.csv",
    "parameters.csv",
    "sources.csv",
    "study.toml",
]


def mutated(text: bytes, steps: list[tuple[str, int, int, bytes]]) -> bytes:
    for what, at, length, junk in steps:
        place = at % (len(text) + 1)
        if what == "cell":
            cells = text.split(b",")
            cells[at % len(cells)] = junk
            text = b",".join(cells)
        elif what == "byte":
            text = text[:place] + bytes([at % 256]) + text[place + 1 :]
        elif what == "cut":
            text = text[:place] + text[place + length :]
        elif what == "line":
            lines = text.split(b"\n")
            text = b"\n".join([*lines, lines[at % len(lines)]])
        else:
            text = text[:place] + junk + text[place:]
    return text


@pytest.fixture(scope="module")
def scratch(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("scratch") / "study"
    shutil.copytree(whole, folder)
    yield folder


@settings(max_examples=30)
@given(change=mutations())
def test_check_never_raises(
    change: tuple[str, list[tuple[str, int, int, bytes]]], whole: Path, scratch: Path
) -> None:
    file, steps = change
    try:
        (scratch / file).write_bytes(mutated((whole / file).read_bytes(), steps))
        findings = check(scratch)
        assert all(
            isinstance(f, Finding) and f.do and f.severity in ("error", "warning") for f in findings
        )
        if all(f.severity == "warning" for f in findings):
            study = read(scratch)
            for scenario in study.scenarios.values():  # what passed the check can be used
                assert replace(study, scenario=scenario).network.graph.states_count > 0
    finally:
        shutil.copy(whole / file, scratch / file)


@pytest.mark.slow
@settings(max_examples=20)
@given(
    at=st.integers(0, 10**6),
    junk=st.binary(min_size=1, max_size=6),
    suffix=st.sampled_from([".parquet", ".xlsx"]),
)
def test_binary_files_never_raise(
    at: int, junk: bytes, suffix: str, whole: Path, scratch: Path
) -> None:
    path = scratch / f"rates{suffix}"
    try:
        (scratch / "rates.csv").unlink()
        files.write_frame(path, pl.read_csv(whole / "rates.csv", infer_schema=False))
        text = path.read_bytes()
        place = at % len(text)
        path.write_bytes(text[:place] + junk + text[place + len(junk) :])
        assert isinstance(check(scratch), list)
    finally:
        path.unlink(missing_ok=True)
        shutil.copy(whole / "rates.csv", scratch / "rates.csv")


@pytest.mark.parametrize("folder", ["no such folder", "", "a\0b", __file__])
def test_no_folder(folder: str) -> None:
    findings = check(folder) if folder else check(Path(__file__).with_suffix(".none"))
    assert [f.kind for f in findings] == ["no-folder"]


def test_limits_are_findings(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "MAX_ROWS", 5)
    assert {f.kind for f in read_folder(whole).findings} == {"too-many-rows"}
    monkeypatch.undo()
    monkeypatch.setattr(budgets, "MAX_ROWS_OF", {"windows": 1})
    found = [(f.kind, f.table) for f in read_folder(whole).findings]
    assert found == [("too-many-rows", "windows")]
    monkeypatch.setattr(budgets, "MAX_BYTES", 600)
    kinds = [f.kind for f in read_folder(whole).findings]
    assert "file-too-large" in kinds


def test_cells_of_all_tables_together_are_limited(
    whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = sum(frame.height * frame.width for frame in read_folder(whole).frames.values())
    monkeypatch.setattr(budgets, "MAX_CELLS", cells // 2)  # more than any one table has
    findings = [f for f in read_folder(whole).findings if f.kind == "too-many-cells"]
    assert findings and all("tables of the study" in f.message for f in findings)


def test_huge_line_is_refused_at_once(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "study")
    (tmp_path / "study" / "rates.csv").write_bytes(b"x" * 50_000_000)
    assert [(f.kind, f.file) for f in check(tmp_path / "study")] == [("line-too-long", "rates.csv")]
