"""The reader of GMNS folders: any order, any ids, names cut short, and findings on bad rows."""

from __future__ import annotations

from pathlib import Path

import pytest

import corridor as co
from corridor.errors import CallError
from corridor.exchange.gmns import read_gmns
from traffic_cases import data_folder

NODES = "zone_id,node_id,x_coord,y_coord\n7,Львов,24.03,49.84\n,middle,,\n9,b 2,1,2\n9,b 3,1,3\n"
LINKS = (
    "to_node_id,from_node_id,link_id,free_speed,length,lanes,capacity,directed,allowed_uses\n"
    "middle,Львов,one,60,1000,2,900,0,\n"
    '"b 2",middle,two,30,500,1,,true,"walk, auto"\n'
    '"b 3",middle,path,5,500,1,,true,walk\n'
)
DEMAND = "volume,d_zone_id,o_zone_id\n10,9,7\n5,9,7\n"


def write(folder: Path, nodes: str = NODES, links: str = LINKS, demand: str = DEMAND) -> Path:
    for name, text in (("node", nodes), ("link", links), ("demand", demand)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8-sig")
    return folder


def test_reads_any_order_and_ids(tmp_path: Path) -> None:
    network = read_gmns(write(tmp_path))
    assert network.findings == ()
    rows = {row["link_id"]: row for row in network.links.to_dicts()}
    assert set(rows) >= {"one", "one back", "two"} and "path" not in rows
    assert rows["one"]["free_cost"] == pytest.approx(1.0)  # a km at 60 km/h
    assert rows["one"]["capacity"] == 1800.0
    assert rows["one back"]["from_node_id"] == "middle"
    assert rows["two"]["capacity"] is None
    assert network.trips.rows() == [("Львов", "zone 9", 15.0)]
    assert network.no_through == ["zone 9"]


@pytest.mark.slow
@pytest.mark.slow  # the kernel takes half a minute to compile
def test_what_is_read_can_be_assigned(tmp_path: Path) -> None:
    network = read_gmns(write(tmp_path))
    result = co.equilibrium(network.links, network.trips, no_through=network.no_through)
    assert result.trips["cost"].item() == pytest.approx(2.0, rel=1e-6)


def test_units_are_those_of_config(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "config.csv").write_text("speed,short_length\nmph,mile\n", encoding="utf-8")
    network = read_gmns(tmp_path)
    assert network.links["free_cost"][0] == pytest.approx(1000.0)  # 1000 miles at 60 mph
    named = read_gmns(tmp_path, length_unit="m", speed_unit="km/h")
    assert named.links["free_cost"][0] == pytest.approx(1.0)
    with pytest.raises(CallError, match="furlong"):
        read_gmns(tmp_path, length_unit="furlong")


def test_bad_rows_are_found(tmp_path: Path) -> None:
    network = read_gmns(
        write(
            tmp_path,
            NODES + "7,middle,0,0\n",
            LINKS + "nowhere,middle,three,30,5,1,,1,\nmiddle,Львов,four,fast,5,1,,1,\n"
            "middle,Львов,five,0,5,1,,1,\nmiddle,Львов,one,30,5,1,,1,\n",
            DEMAND + "1,8,7\n-1,9,7\n",
        )
    )
    found = [(f.kind, Path(f.file or "").name, f.line) for f in network.findings]
    assert found == [
        ("bad-id", "node.csv", 6),
        ("unknown-node", "link.csv", 5),
        ("bad-number", "link.csv", 6),
        ("no-speed", "link.csv", 7),
        ("bad-id", "link.csv", 8),
        ("unknown-zone", "demand.csv", 4),
        ("bad-number", "demand.csv", 5),
    ]
    assert network.trips["trips"].to_list() == [15.0]


def test_no_gmns_files(tmp_path: Path) -> None:
    with pytest.raises(CallError, match=r"node\.csv and link\.csv"):
        read_gmns(tmp_path)
    write(tmp_path, links="a,b\n1,2\n")
    with pytest.raises(CallError, match="lacks the column link_id"):
        read_gmns(tmp_path)


def test_reads_lima() -> None:
    """Lima, Ohio, of the specification's own examples: some zones of its demand have no node."""
    network = read_gmns(data_folder("gmns", "lima"))
    assert {f.kind for f in network.findings} == {"unknown-zone"}
    assert sum(is_road(name) for name in network.links["link_id"]) == 6095


def is_road(name: str) -> bool:
    """Tell a link of the file from those that join the nodes of a zone."""
    return not name.startswith("zone ") and " to zone " not in name


def test_reads_names_of_columns_that_were_cut() -> None:
    network = read_gmns(data_folder("gmns", "cambridge_multimodal"))
    uses = read_gmns(data_folder("gmns", "cambridge_multimodal"), use="walk")
    assert 0 < network.links.height < uses.links.height
