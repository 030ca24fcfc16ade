"""Small studies of other parts of the world, typed: two or three places, a road or a sea lane."""

from __future__ import annotations

from pathlib import Path

import corridor as co

SOURCES = "source_id,citation\nround,Round figures for a test\n"
RATES = "rate_id,mode,form,usd_per_teu_km\nroad,road,container,0.7\nsea,sea,container,0.1\n"
NODES = "node_id,name,country,kind,lon_deg,lat_deg\n"
LINKS = "link_id,from_node_id,to_node_id,mode,length_km,speed_kmh,fixed_h,status,two_way\n"
TRIP = """
[evidence]
source_id = "round"
confidence = "C"

[[trips]]
trip_id = "first"
origin = "{origin}"
destination = "{destination}"
cargo = "container-40"
depart = 2026-07-01
"""

# Region -> places, links, and the ends of the trip.
STUDIES = {
    "south": (
        "harare,Harare,ZW,city,31.05,-17.83\nbeitbridge,Beitbridge,ZW,border-crossing,29.99,-22.20\n"
        "durban,Durban,ZA,city,31.02,-29.87\n",
        "a,harare,beitbridge,road,580,60,,existing,true\nb,beitbridge,durban,road,1080,65,20,existing,true\n",
        ("harare", "durban"),
    ),
    "west": (
        "monterrey,Monterrey,MX,city,-100.31,25.69\nlaredo,Laredo,US,border-crossing,-99.51,27.51\n"
        "dallas,Dallas,US,city,-96.80,32.78\n",
        "a,monterrey,laredo,road,225,70,6,existing,true\nb,laredo,dallas,road,690,90,,existing,true\n",
        ("monterrey", "dallas"),
    ),
    "antimeridian": (
        "suva,Suva,FJ,seaport,178.44,-18.14\napia,Apia,WS,seaport,-171.76,-13.83\n"
        "pago,Pago Pago,AS,seaport,-170.70,-14.28\n",
        "a,suva,apia,sea,1145,25,,existing,true\nb,apia,pago,sea,130,25,,existing,true\n",
        ("suva", "pago"),
    ),
}


def write_study(region: str, folder: Path) -> Path:
    """Write one of the studies into a new folder, from an empty one."""
    nodes, links, (origin, destination) = STUDIES[region]
    co.new(folder, empty=True)
    for name, text in {
        "nodes": NODES + nodes,
        "links": LINKS + links,
        "rates": RATES,
        "sources": SOURCES,
    }.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")

    settings = folder / "study.toml"
    trip = TRIP.format(origin=origin, destination=destination)
    settings.write_text(settings.read_text("utf-8") + trip, "utf-8")
    return folder
