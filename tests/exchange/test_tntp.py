"""The reader of TNTP files: what is there, and what is wrong with bad ones."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from corridor.errors import CallError
from corridor.exchange.tntp import read_tntp
from traffic_cases import tntp

HEAD = "<NUMBER OF ZONES> 2\n<NUMBER OF NODES> 3\n<FIRST THRU NODE> 3\n"
LINKS = (
    "<NUMBER OF LINKS> 3\n<END OF METADATA>\n\n"
    "~ \tinit\tterm\tcapacity\tlength\ttime\tb\tpower\tspeed\ttoll\ttype\t;\n"
    "\t1\t3\t100\t2\t6\t0.15\t4\t0\t10\t1\t;\n"
    "\t3\t2\t50.5\t4\t1e0\t0.15\t4\t0\t0\t1;\n"
    "\t3\t2\t50\t4\t2\t0\t0\t0\t0\t1\t;\n"
)
TRIPS = (
    "<NUMBER OF ZONES> 2\n<TOTAL OD FLOW> 12.5\n<END OF METADATA>\n\nOrigin  1\n 1 : 0; 2 : 12.5;\n"
)


def write(folder: Path, net: str = HEAD + LINKS, trips: str = TRIPS) -> Path:
    (folder / "x_net.tntp").write_text(net, encoding="utf-8")
    (folder / "x_trips.tntp").write_text(trips, encoding="utf-8")
    return folder


def test_reads_links_zones_and_trips(tmp_path: Path) -> None:
    (tmp_path / "x_node.tntp").write_text("Node\tX\tY\t;\n1\t0.5\t-2\t;\n", encoding="utf-8")
    network = read_tntp(write(tmp_path), toll_weight=0.5, length_weight=0.25)
    assert network.findings == ()
    assert network.links["link_id"].to_list() == ["1-3", "3-2", "3-2-2"]
    assert network.links.row(0, named=True) == {
        "link_id": "1-3",
        "from_node_id": "1",
        "to_node_id": "3",
        "capacity": 100.0,
        "length": 2.0,
        "free_cost": 6.0,
        "bpr_factor": 0.15,
        "bpr_power": 4.0,
        "fixed_cost": 5.5,
    }
    assert network.trips.rows() == [("1", "2", 12.5)]
    assert network.no_through == ["1", "2"]
    assert network.nodes.row(0) == ("1", 0.5, -2.0, False)
    assert "3 nodes, 3 links, 12.5 trips between 1 pairs, 0 findings" in repr(network)


def test_reads_packed_files(tmp_path: Path) -> None:
    write(tmp_path)
    for path in list(tmp_path.iterdir()):
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    assert read_tntp(tmp_path).links.height == 3


@pytest.mark.parametrize(
    ("old", "new", "kind", "line"),
    [
        ("\t50.5\t", "\tfifty\t", "bad-number", 9),
        ("\t50.5\t", "\t-1\t", "bad-number", 9),
        ("\t50.5\t", "\t0\t", "no-capacity", 9),
        ("\t3\t2\t50.5", "\t3\t9\t50.5", "unknown-node", 9),
        ("\t1e0\t0.15\t4\t0\t0\t1;", "", "short-row", 9),
        ("LINKS> 3", "LINKS> 4", "other-count", None),
    ],
)
def test_bad_links_are_found(
    tmp_path: Path, old: str, new: str, kind: str, line: int | None
) -> None:
    net = HEAD + LINKS
    assert old in net
    network = read_tntp(write(tmp_path, net.replace(old, new)))
    (finding,) = network.findings
    assert (finding.kind, finding.line) == (kind, line)
    assert finding.file == str(tmp_path / "x_net.tntp")
    assert network.links.height == (3 if line is None else 2)


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("2 : 12.5", "2 : many", "bad-number"),
        ("2 : 12.5", "7 : 12.5", "unknown-node"),
        ("2 : 12.5", "2 12.5", "bad-entry"),
        ("Origin  1", "Origin  x", "unknown-node"),
    ],
)
def test_bad_trips_are_found(tmp_path: Path, old: str, new: str, kind: str) -> None:
    network = read_tntp(write(tmp_path, trips=TRIPS.replace(old, new)))
    kinds = [finding.kind for finding in network.findings]
    assert kinds == [kind, "other-total"]
    assert network.findings[0].line in (5, 6)
    assert network.trips.is_empty()


def test_no_tntp_files(tmp_path: Path) -> None:
    with pytest.raises(CallError, match=r"_net\.tntp"):
        read_tntp(tmp_path)
    with pytest.raises(CallError, match="no number after <NUMBER OF NODES>"):
        read_tntp(write(tmp_path, "hello\n"))
    (tmp_path / "y_net.tntp").write_text("", encoding="utf-8")
    with pytest.raises(CallError, match="several files"):
        read_tntp(tmp_path)
    with pytest.raises(CallError, match="not a folder"):
        read_tntp(tmp_path / "nowhere")


# Counts and sums of the collection's own pages.
@pytest.mark.parametrize(
    ("name", "nodes", "links", "pairs", "total"),
    [
        ("SiouxFalls", 24, 76, 528, 360_600),
        ("Anaheim", 416, 914, 1_406, 104_694.4),
        ("Berlin-Mitte-Center", 398, 871, 1_260, 11_481.924),
        ("Eastern-Massachusetts", 74, 258, 1_113, 65_576.37543),
    ],
)
def test_reads_the_collection(name: str, nodes: int, links: int, pairs: int, total: float) -> None:
    network = tntp(name)
    assert network.findings == ()
    assert (network.nodes.height, network.links.height) == (nodes, links)
    assert network.trips.height == pairs
    assert network.trips["trips"].sum() == pytest.approx(total, rel=1e-9)
