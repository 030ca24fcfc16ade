"""What a study does not say is taken from shipped, sourced defaults, and every figure is named."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import corridor as co
from core_cases import frames, link
from corridor.checks import every
from corridor.exchange.export import pack_workbook
from corridor.study import settings_file
from corridor.study.defaults import complete, default_tables
from corridor.tables.reading import from_frames

ROUTE = {"cargo": "container-40", "depart": "2026-07-01"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return co.new(tmp_path / "study")


def drop(folder: Path, *names: str) -> None:
    for name in names:
        (folder / f"{name}.csv").unlink()


def edit(folder: Path, name: str, change: object) -> None:
    path = folder / name
    path.write_text(change(path.read_text("utf-8")), "utf-8")  # type: ignore[operator]


def rewrite(folder: Path, name: str, *expressions: pl.Expr) -> None:
    path = folder / f"{name}.csv"
    pl.read_csv(path, infer_schema=False).with_columns(expressions).write_csv(path)


def taken(study: co.Study, table: str, column: str) -> dict[str, float]:
    rows = study.defaults.filter(pl.col("table") == table, pl.col("column") == column)
    return dict(rows.select("row_id", "value").iter_rows())


def test_nothing_is_taken_where_the_study_says_it(folder: Path) -> None:
    assert co.read(folder).defaults.height == 0


def test_every_default_has_a_source_and_a_figure() -> None:
    tables = default_tables()
    sources = set(tables["sources"]["source_id"])
    for name in ("modes", "emissions", "handling", "cargoes"):
        frame = tables[name]
        assert frame.height and set(frame["source_id"]) <= sources, name
        assert frame["confidence"].null_count() == frame["note"].null_count() == 0, name
        assert (
            frame[f"{'cargo' if name == 'cargoes' else name.removesuffix('s')}_id"]
            .is_unique()
            .all()
        )


def test_defaults_pass_the_checks_of_studies() -> None:
    findings = every.check(from_frames(default_tables()))
    assert [f for f in findings if f.severity == "error"] == []


def test_absent_tables_are_those_of_the_defaults(folder: Path) -> None:
    drop(folder, "modes", "emissions")
    study = co.read(folder)
    assert set(study.tables["modes"]["mode_id"]) == {"default-road", "default-rail"}
    assert taken(study, "modes", "active_h_per_day")["default-road"] == 9.3
    assert taken(study, "emissions", "g_co2e_per_t_km")["default-rail"] == 16
    assert set(study.defaults["source_id"]) <= set(study.tables["sources"]["source_id"])

    hours = co.route(study.network, "almaty", "samarkand", **ROUTE).routes
    assert hours["carbon_kg"].min() > 0


def test_rows_of_the_study_take_the_place_of_defaults(folder: Path) -> None:
    edit(folder, "emissions.csv", lambda text: text.replace("rail,rail", "rail,sea"))
    study = co.read(folder)
    modes = study.tables["emissions"].filter(pl.col("mode") == "road")
    assert modes["emission_id"].to_list() == ["road"]
    assert "default-rail" in study.tables["emissions"]["emission_id"].to_list()


def test_terminals_take_hours_spread_and_money_from_their_kind(folder: Path) -> None:
    empty = [pl.lit(None, pl.String).alias(c) for c in ("handling_h", "handling_p95_h")]
    money = [pl.lit(None, pl.String).alias(c) for c in ("usd_per_teu", "usd_per_t")]
    rewrite(folder, "terminals", *empty, *money, pl.lit("A").alias("confidence"))

    study = co.read(folder)
    boxes, bulk = study.tables["terminals"].head(2).rows(named=True)
    assert (boxes["handling_h"], boxes["handling_p95_h"], boxes["usd_per_teu"]) == (24, 72, 60)
    assert (bulk["handling_h"], bulk["handling_p95_h"], bulk["usd_per_t"]) == (24, 96, 5)
    assert boxes["confidence"] == "C"  # as sure as its weakest figure
    assert boxes["source_id"] == "default-estimate"  # no figure is its own
    first = study.defaults.filter(pl.col("row_id") == "almaty-container").row(0, named=True)
    assert (first["default_id"], first["is_shipped"]) == ("default-road-rail-container", True)


def test_hours_without_money_stay_free_and_take_a_spread(folder: Path) -> None:
    rewrite(
        folder,
        "terminals",
        pl.lit("10").alias("handling_h"),
        pl.lit(None, pl.String).alias("handling_p95_h"),
        pl.lit(None, pl.String).alias("usd_per_teu"),
    )
    boxes = co.read(folder).tables["terminals"].row(0, named=True)
    assert (boxes["handling_p95_h"], boxes["usd_per_teu"]) == (30, None)
    assert boxes["source_id"] == "example"


def test_the_studys_own_kind_of_handling_comes_first(folder: Path) -> None:
    rewrite(folder, "terminals", pl.lit(None, pl.String).alias("handling_h"))
    (folder / "handling.csv").write_text(
        "handling_id,from_mode,to_mode,handling_h,handling_p95_ratio,source_id,confidence\n"
        "yards,rail,road,8,2,example,B\n"
    )
    study = co.read(folder)
    assert set(study.tables["terminals"]["handling_h"]) == {8.0}
    assert not study.defaults["is_shipped"].any()


def test_a_border_without_a_percentile_takes_the_ratio_of_its_mode(folder: Path) -> None:
    rewrite(folder, "links", pl.lit(None, pl.String).alias("fixed_p95_h"))
    study = co.read(folder)
    assert taken(study, "links", "fixed_p95_h") == {
        "zhibek-tashkent-road": 24,
        "saryagash-keles-rail": 33,
    }


def test_usual_cargoes_are_there_when_named(folder: Path) -> None:
    drop(folder, "cargoes", "demand", "rules")
    edit(folder, "study.toml", lambda text: text.replace('"bulk"', '"bulk-t"'))
    cargoes = co.read(folder).tables["cargoes"]["cargo_id"].to_list()
    assert sorted(cargoes) == ["bulk-t", "container-40"]


def test_source_and_confidence_once_a_table(folder: Path) -> None:
    frame = pl.read_csv(folder / "links.csv", infer_schema=False)
    frame.drop("source_id", "confidence").write_csv(folder / "links.csv")
    (finding,) = [f for f in co.check(folder) if f.column == "confidence"]
    assert "[evidence.links]" in finding.do

    own = '\n[evidence.links]\nsource_id = "osm"\nconfidence = "B"\n'
    edit(folder, "study.toml", lambda text: text + own)
    links = co.read(folder).tables["links"]
    assert set(links["source_id"]) == {"osm"} and set(links["confidence"]) == {"B"}


def test_evidence_for_all_tables_and_what_is_wrong_with_it(folder: Path) -> None:
    rewrite(folder, "rates", pl.lit(None, pl.String).alias("confidence"))
    edit(folder, "study.toml", lambda text: text + '\n[evidence]\nconfidence = "B"\n')
    assert set(co.read(folder).tables["rates"]["confidence"]) == {"B"}

    edit(folder, "study.toml", lambda text: text.replace('"B"', '"D"') + "lniks = 3\n")
    kinds = {(f.kind, f.file) for f in co.check(folder) if f.file == "study.toml"}
    assert kinds == {("bad-setting", "study.toml"), ("unknown-setting", "study.toml")}


def test_tables_that_cannot_be_read_are_left_alone(folder: Path) -> None:
    (folder / "modes.csv").write_bytes(b"")
    assert {f.kind for f in co.check(folder)} == {"empty-file"}
    tables = from_frames({})
    assert complete(tables, ()).tables.frames["links"].height == 0


def test_new_empty_is_headers_and_says_what_comes_next(tmp_path: Path) -> None:
    folder = co.new(tmp_path / "Port to Lake", empty=True)
    text = (folder / "study.toml").read_text("utf-8")
    assert 'id = "port-to-lake"' in text
    findings = co.check(folder)
    assert {f.kind for f in findings} == {"no-rows"}
    assert {f.table for f in findings} == {"nodes", "links", "rates", "sources"}


def test_the_page_of_study_toml_names_every_key_and_reads() -> None:
    page = (Path(__file__).parents[2] / "docs" / "study-toml.md").read_text("utf-8")
    keys = {
        *settings_file.STUDY_KEYS,
        *settings_file.SCENARIO_KEYS,
        *settings_file.TRIP_KEYS,
        *settings_file.TARGET_KEYS,
        *settings_file.EVIDENCE_KEYS,
    }
    assert [key for key in sorted(keys) if f"`{key}`" not in page] == []

    example = page.split("```toml\n")[1].split("```")[0]
    settings, findings = settings_file.parse(example.encode())
    assert settings is not None and findings == []
    cargoes = set(default_tables()["cargoes"]["cargo_id"])
    assert [cargo for cargo in sorted(cargoes) if f"`{cargo}`" not in page] == []


def test_new_empty_may_be_a_workbook(tmp_path: Path) -> None:
    folder = co.new(tmp_path / "book", empty=True, pack=pack_workbook)
    assert sorted(path.name for path in folder.iterdir()) == ["study.toml", "study.xlsx"]
    findings = co.check(folder)
    assert {(f.kind, f.table) for f in findings} == {
        ("no-rows", table) for table in ("nodes", "links", "rates", "sources")
    }


def test_ports_where_ships_meet_have_a_change_from_ship_to_ship() -> None:
    ships = [
        {
            "service_id": name,
            "link_ids": f"{name}-sea",
            "required": True,
            "departures_per_week": 1.0,
        }
        for name in ("ab", "bc")
    ]
    seas = [link("ab-sea", "a", "b", mode="sea"), link("bc-sea", "b", "c", mode="sea")]
    completed = complete(from_frames(frames(links=seas, services=ships)), ())
    rows = completed.tables.frames["terminals"]
    assert rows.select("node_id", "from_layer", "to_layer").unique().rows() == [("b", "sea", "sea")]
    assert sorted(rows["form"]) == ["bulk", "container", "vehicle"]
    assert rows["handling_h"].null_count() == rows["handling_p95_h"].null_count() == 0
    assert {row["table"] for row in completed.defaults.iter_rows(named=True)} >= {"terminals"}

    own = {"terminal_id": "own", "node_id": "b", "from_layer": "sea", "to_layer": "sea"}
    hub = {**own, "two_way": True, "handling_h": 5.0, "handling_p95_h": 9.0}
    with_row = complete(from_frames(frames(links=seas, services=ships, terminals=[hub])), ())
    assert with_row.tables.frames["terminals"]["terminal_id"].to_list() == ["own"]
