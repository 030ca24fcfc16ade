"""The settings of a study: its section on a trade target."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import corridor as co


def copied(study_folder: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    shutil.copytree(study_folder, folder, ignore=shutil.ignore_patterns("results"))
    return folder


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ('between = ["KZ", "PK"]', 'between = ["KZ", "PX"]', "unknown-country"),
        ('between = ["KZ", "PK"]', 'between = ["KZ"]', "bad-setting"),
        ('series = "kz-pk-trade"', 'series = "kz-pk-trad"', "unknown-parameter"),
        ("by = 2028", "by = 2024", "bad-setting"),
        ("by = 2028", "by = 20280", "bad-setting"),
        ("target_usd = 1000000000", "target_usd = -1", "bad-setting"),
        ("target_usd = 1000000000", "target_usd = 10000000000000000", "bad-setting"),
        ('"all-together"]', '"all-togeter"]', "unknown-scenario"),
        ("by = 2028\n", "", "missing-setting"),
    ],
)
def test_section_target_is_checked(
    study_folder: Path, tmp_path: Path, old: str, new: str, kind: str
) -> None:
    folder = copied(study_folder, tmp_path)
    path = folder / "study.toml"
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    findings = [f for f in co.check(folder) if f.severity == "error"]
    assert [f.kind for f in findings] == [kind]
    assert findings[0].line is not None and "[target]" in findings[0].message


@pytest.mark.slow
@pytest.mark.parametrize("setting", ["damping = 0", "damping = 1.5", "tolerance = 0.0"])
def test_rounds_of_flows_need_numbers_that_end_them(
    study_folder: Path, tmp_path: Path, setting: str
) -> None:
    folder = copied(study_folder, tmp_path)
    path = folder / "study.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("[flows]\n", f"[flows]\n{setting}\n"), encoding="utf-8")
    (finding,) = [f for f in co.check(folder) if f.severity == "error"]
    assert finding.kind == "bad-setting"
    assert finding.line is not None and "[flows]" in finding.message


@pytest.mark.parametrize("key", ["service_class", "sanctions"])
def test_a_trip_names_a_class_and_a_stance_there_is(
    study_folder: Path, tmp_path: Path, key: str
) -> None:
    folder = copied(study_folder, tmp_path)
    path = folder / "study.toml"
    text = path.read_text("utf-8")
    first_trip = '[[trips]]\ntrip_id = "almaty-karachi"\n'
    assert text.count(first_trip) == 1
    path.write_text(text.replace(first_trip, f'{first_trip}{key} = "obey"\n'), encoding="utf-8")
    (finding,) = [f for f in co.check(folder) if f.severity == "error"]
    assert finding.kind == "bad-setting"
    assert f"{key} is 'obey'" in finding.message
