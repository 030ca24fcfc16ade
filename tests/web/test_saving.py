"""Saving from the map: what is saved is there, savers at once lose nothing, a study that would
break is not written."""

from __future__ import annotations

import os
import shutil
import threading
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest

pytest.importorskip("fastapi", reason="the extra 'web' is not installed")
pytest.importorskip("httpx", reason="httpx is not installed")

from fastapi.testclient import TestClient

import corridor as co
from corridor.web import app as web_app
from corridor.web import saving
from corridor.web.app import make_app
from web_cases import TRIP, refused

PASS = "khunjerab-tashkurgan-road"


@pytest.fixture
def copy(study_folder: Path, tmp_path: Path) -> Path:
    """Return a copy of the built-in study that may be written to."""
    return Path(
        shutil.copytree(study_folder, tmp_path / "study", ignore=shutil.ignore_patterns("results"))
    )


def ways(client: TestClient, **more: Any) -> list[list[str]]:
    reply = client.post("/api/routes", json={**TRIP, **more})
    assert reply.status_code == 200, reply.text
    return [
        [leg["link_id"] for leg in route["legs"] if leg["link_id"]]
        for route in reply.json()["routes"]
    ]


def saved(client: TestClient, name: str, **more: Any) -> Any:
    return client.post(
        "/api/scenarios",
        json={"scenario_id": name, "title": f"Saved {name}", "close": [PASS], **more},
    )


def test_saved_scenario_is_there(copy: Path) -> None:
    before = {f: (copy / f).read_bytes() for f in ("changes.csv", "study.toml")}
    with TestClient(make_app(copy), base_url="http://localhost") as client:
        title = 'Pass "shut", \\ for good, ünï'
        own = {
            "projects": ["ktap-torghundi-herat"],
            "open": ["crossing:AF-PK"],
            "choose": ["khunjerab:protocol-1985"],
        }
        reply = saved(client, "my-winter", title=title, about="So.", **own)
        assert reply.status_code == 201, reply.text
        assert "my-winter" in [s["id"] for s in client.get("/api/study").json()["scenarios"]]
        assert ways(client, scenario="my-winter") == ways(client, close=[PASS], **own)
        refused(saved(client, "my-winter"), 409, "name-taken")
        refused(saved(client, "Bad Name"), 422)
        refused(
            client.post("/api/scenarios", json={"scenario_id": "same-again", "title": "x"}), 422
        )
    study = co.read(copy, scenario="my-winter")
    assert study.scenario.title == title and study.scenario.about == "So."
    for file, data in before.items():
        assert (copy / file).read_bytes().startswith(data)  # what stood there stays to the letter
    rows = study.tables["changes"].filter(study.tables["changes"]["change_id"] == "my-winter")
    assert rows.height == 2 and set(rows["confidence"]) == {"C"}
    assert [
        f.name for f in copy.iterdir() if f.name.startswith(".") and f.name != ".saving.lock"
    ] == []


def saved_in_turn(client: TestClient, name: str) -> int:
    """Save, and again where others were too many, as the answer asks for."""
    for _ in range(600):
        status = saved(client, name).status_code
        if status != 503:
            break
        time.sleep(0.1)
    return status


@pytest.mark.slow
def test_savers_at_once_lose_no_row(copy: Path) -> None:
    """Two servers, six savers: every scenario and every row is there."""
    names = [f"saver-{i}" for i in range(6)]
    with (
        TestClient(make_app(copy), base_url="http://localhost") as one,
        TestClient(make_app(copy), base_url="http://localhost") as two,
    ):
        status: dict[str, int] = {}
        threads = [
            threading.Thread(
                target=lambda n=name, c=client: status.update({n: saved_in_turn(c, n)})
            )
            for name, client in zip(names, [one, two] * 3, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert status == dict.fromkeys(names, 201)
    study = co.read(copy)
    assert set(names) <= set(study.scenarios) and set(names) <= set(
        study.tables["changes"]["change_id"]
    )


def test_savers_beyond_those_that_may_wait_are_refused(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_app, "MAX_SAVERS", 0)
    with TestClient(make_app(copy), base_url="http://localhost") as client:
        refused(saved(client, "one-too-many"), 503, "busy")
    assert "one-too-many" not in (copy / "study.toml").read_text()


def test_saving_refuses_what_would_break(copy: Path) -> None:
    with TestClient(make_app(copy), base_url="http://localhost") as client:
        (copy / "links.csv").write_text("link_id\n")
        refused(saved(client, "after-damage"), 422, "findings")
        assert "after-damage" not in (copy / "study.toml").read_text()


def test_saving_needs_csv(copy: Path) -> None:
    (copy / "changes.csv").rename(copy / "other.txt")
    pl.read_csv(copy / "other.txt", infer_schema_length=0).write_parquet(copy / "changes.parquet")
    with TestClient(make_app(copy), base_url="http://localhost") as client:
        refused(saved(client, "into-parquet"), 409, "not-csv")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_read_only_study_is_told_so(copy: Path) -> None:
    with TestClient(make_app(copy), base_url="http://localhost") as client:
        copy.chmod(0o500)
        refused(saved(client, "no-way"), 403, "cannot-write")
        copy.chmod(0o700)


def test_edited_files_are_noticed(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corridor.web.live_study.LOOK_AGAIN_S", 0.0)
    with TestClient(make_app(copy), base_url="http://localhost") as client:
        text = (copy / "study.toml").read_text()
        (copy / "study.toml").write_text(
            text.replace('title = "Every border open"', 'title = "Renamed"')
        )
        assert "Renamed" in [s["title"] for s in client.get("/api/study").json()["scenarios"]]
        time.sleep(0.01)
        (copy / "study.toml").write_text("not toml")
        study = client.get("/api/study").json()
        assert "Renamed" in [s["title"] for s in study["scenarios"]]  # the last good state


@pytest.mark.slow
def test_a_saving_that_fails_half_way_leaves_a_whole_study(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = saving.write_bytes
    for failing in (1, 2, 3):
        written: list[Path] = []

        def full(path: Path, data: bytes, last: int = failing, done: list[Path] = written) -> None:
            done.append(path)
            if len(done) == last:
                raise OSError(28, "No space left on device")
            real(path, data)

        monkeypatch.setattr(saving, "write_bytes", full)
        with TestClient(make_app(copy), base_url="http://localhost") as client:
            reply = saved(client, f"half-{failing}")
        if reply.status_code != 201:
            refused(reply, 403, "cannot-write")
        assert not [f for f in co.check(copy) if f.severity == "error"], failing


def test_a_saving_that_was_ended_before_its_last_write_can_be_done_again(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = saving.write_bytes

    def ended(path: Path, data: bytes) -> None:
        if path.name == "study.toml":
            raise OSError(28, "No space left on device")
        real(path, data)

    monkeypatch.setattr(saving, "write_bytes", ended)
    with TestClient(make_app(copy), base_url="http://localhost") as client:
        refused(saved(client, "twice"), 403, "cannot-write")
        assert "twice," in (copy / "changes.csv").read_text("utf-8")

        monkeypatch.setattr(saving, "write_bytes", real)
        refused(saved(client, "twice", close=["crossing:CN-PK"]), 409, "name-taken")  # other rows
        reply = saved(client, "twice")
        assert reply.status_code == 201, reply.text
    changes = co.read(copy, scenario="twice").tables["changes"]
    assert changes.filter(changes["change_id"] == "twice").height == 1
