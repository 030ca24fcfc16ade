"""A study is read whole or not at all, under the scenario asked for, and says what it is."""

from __future__ import annotations

import dataclasses
import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest

import corridor as co
from corridor.checks import every
from corridor.errors import Finding
from corridor.tables.tables import Tables


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return co.new(tmp_path / "study")


def test_new_study_has_nothing_wrong(folder: Path) -> None:
    assert co.check(folder) == []
    study = co.read(folder)
    assert (study.id, study.scenario.scenario_id, study.warnings) == ("starter", "base", ())
    assert study.settings.price_year == 2025
    assert [t.trip_id for t in study.trips] == ["almaty-samarkand", "shymkent-tashkent-bulk"]
    assert repr(study).startswith("Study('starter', scenario 'base': 7 nodes, 9 links, 2 trips")


def test_a_study_read_again_is_checked_again_where_a_file_changed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[Tables] = []
    check = every.check

    def counted(tables: Tables) -> list[Finding]:
        checked.append(tables)
        return check(tables)

    monkeypatch.setattr(every, "check", counted)
    links = folder / "links.csv"
    rows = links.read_text("utf-8")

    links.write_text(rows.replace("zhibek,tashkent", "zhibek,tashkemt"), "utf-8")  # as long
    assert [finding.kind for finding in co.check(folder)] == ["unknown-node"]
    assert [finding.kind for finding in co.check(folder)] == ["unknown-node"]
    assert len(checked) == 1

    links.write_text(rows, "utf-8")
    assert co.check(folder) == []
    links.unlink()
    assert co.check(folder)


def test_new_study_says_its_figures_are_examples(folder: Path) -> None:
    study = co.read(folder)
    for name, frame in study.tables.items():
        if name not in ("nodes", "sources", "countries") and frame.height:
            assert set(frame["source_id"].to_list()) == {"example"}, name
            assert set(frame["confidence"].to_list()) == {"C"}, name


def test_new_study_answers(folder: Path) -> None:
    study = co.read(folder)
    for trip in study.trips:
        routes = co.route(
            study.network, trip.origin, trip.destination, cargo=trip.cargo, depart=trip.depart
        )
        assert routes.routes.height > 0, trip.trip_id


def test_new_refuses_a_folder_that_holds_something(folder: Path) -> None:
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    with pytest.raises(co.CallError, match="not empty"):
        co.new(folder)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before


def test_new_refuses_where_it_cannot_write(folder: Path) -> None:
    with pytest.raises(co.CallError, match="cannot write"):
        co.new(folder / "links.csv")


def test_scenario_is_the_one_asked_for(folder: Path) -> None:
    shut = co.read(folder, scenario="border-shut")
    assert shut.scenario.as_of == dt.date(2027, 1, 1)
    assert shut.scenario.choices == {"road-price": "high"}
    assert shut.network.changes["change_id"].to_list() == ["border-shut"]
    assert shut.network.choices == {"road-price": "high"}
    assert co.read(folder).network.changes.height == 0


def test_unknown_scenario_names_the_nearest(folder: Path) -> None:
    with pytest.raises(co.UnknownName, match="border-shut"):
        co.read(folder, scenario="border-shot")


def test_error_holds_every_finding(folder: Path) -> None:
    for table in ("links", "rates"):
        path = folder / f"{table}.csv"
        path.write_text(path.read_text("utf-8").replace(",rail,", ",rial,"), "utf-8")
    with pytest.raises(co.StudyError) as caught:
        co.read(folder)
    assert {f.table for f in caught.value.findings} == {"links", "rates"}
    assert len(caught.value.findings) == 5 + 2
    assert "do:" in str(caught.value)


def test_errors_come_first(folder: Path) -> None:
    path = folder / "nodes.csv"
    path.write_text(
        path.read_text("utf-8").replace("KZALA", "UZALA").replace(",KZ,city,69", ",kz,city,69"),
        "utf-8",
    )
    assert [f.severity for f in co.check(folder)] == ["error", "warning"]


def test_hash_tells_inputs_and_scenarios_apart(folder: Path) -> None:
    first = co.read(folder).hash
    assert co.read(folder).hash == first
    assert co.read(folder, scenario="border-shut").hash != first
    for name in ("sources.csv", "study.toml"):
        path = folder / name
        before = path.read_bytes()
        path.write_bytes(before.replace(b"GeoNames", b"Geonames"))
        assert co.read(folder).hash != first
        path.write_bytes(before)
    assert co.read(folder).hash == first


def test_study_is_frozen(folder: Path) -> None:
    study = co.read(folder)
    with pytest.raises(dataclasses.FrozenInstanceError):
        study.title = "another"  # type: ignore[misc]
    assert study.network is study.network


def test_place_may_be_a_name_or_a_code(folder: Path) -> None:
    path = folder / "study.toml"
    path.write_text(
        path.read_text("utf-8")
        .replace('origin = "almaty"', 'origin = "KZALA"')
        .replace('destination = "samarkand"', 'destination = "Samarkand"'),
        "utf-8",
    )
    assert co.check(folder) == []


def test_order_of_changes_is_told(folder: Path) -> None:
    with open(folder / "changes.csv", "a", encoding="utf-8") as stream:
        stream.write(
            "reopened,links,zhibek-tashkent-road,status,set,existing,2027-01-15,,,example,C,\n"
        )
    path = folder / "study.toml"
    path.write_text(
        path.read_text("utf-8").replace('["border-shut"]', '["border-shut", "reopened"]'), "utf-8"
    )
    (warning,) = co.check(folder)
    assert (warning.kind, warning.severity, warning.rows) == (
        "order-decides",
        "warning",
        ("reopened",),
    )


def test_built_in_study_has_no_errors(study_folder: Path) -> None:
    assert [str(f) for f in co.check(study_folder) if f.severity == "error"] == []
    study = co.read(study_folder)
    for name in study.scenarios:
        assert co.read(study_folder, scenario=name).network.graph.arcs_count > 500


def test_built_in_study_damaged(study_folder: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "study"
    shutil.copytree(study_folder, copy, ignore=shutil.ignore_patterns("results"))
    for file, old, to in (
        ("links.csv", ",aktogay,rail,", ",aktogai,rail,"),
        ("changes.csv", "crossing:AF-PK", "crossing:AF-PX"),
        ("study.toml", '"wagah-2025"', '"waga-2025"'),
    ):
        text = (copy / file).read_text("utf-8")
        assert old in text
        (copy / file).write_text(text.replace(old, to), "utf-8")
    kinds = {(f.kind, f.file) for f in co.check(copy) if f.severity == "error"}
    assert kinds >= {
        ("unknown-node", "links.csv"),
        ("selects-nothing", "changes.csv"),
        ("unknown-change", "study.toml"),
    }


def start_s(code: str) -> float:
    """Return what a process takes of the processor, which a busy machine does not lengthen."""
    timed = f"{code}\nimport time\nprint(time.process_time())"
    ended = subprocess.run([sys.executable, "-c", timed], check=True, capture_output=True)
    return float(ended.stdout)


def test_import_costs_next_to_nothing() -> None:
    bare, ours = (min(start_s(code) for _ in range(4)) for code in ("pass", "import corridor"))
    assert ours - bare < 0.1


def test_every_name_can_be_had() -> None:
    assert {"check", "read", "new", "route", "skim", "apply", "Study", "StudyError"} <= set(
        co.__all__
    )
    for name in co.__all__:
        assert getattr(co, name).__name__ == name
    assert set(co.__all__) <= set(dir(co))
    with pytest.raises(AttributeError, match="nothing_such"):
        co.nothing_such  # noqa: B018


def test_new_is_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.write_bytes
    written: list[Path] = []

    def full(path: Path, data: bytes) -> int:
        written.append(path)
        if len(written) == 8:
            raise OSError(28, "No space left on device")
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(co.CallError, match="No space"):
        co.new(tmp_path / "mine")
    assert not list(tmp_path.iterdir())

    monkeypatch.undo()
    assert co.check(co.new(tmp_path / "mine")) == []


def test_new_goes_on_in_a_folder_it_was_stopped_in(folder: Path) -> None:
    (folder / "study.toml").unlink()
    (folder / "nodes.csv").unlink()
    assert co.check(co.new(folder)) == []
