"""Small networks of lines: roads and railways, trains over several links, and terminals."""

from __future__ import annotations

import random

from core_cases import link, node, small
from corridor.network.network import Network
from random_networks import Row

PLACES = 7
LINKS = 12
LAYERS = (("road", None), ("rail", 1520))


def random_lines(dice: random.Random) -> Network:
    """Return places joined by roads and railways, with trains over several links and terminals."""
    names = [f"n{number}" for number in range(PLACES)]
    links = [_random_link(dice, number, names) for number in range(LINKS)]
    return small(
        nodes=[node(name) for name in names],
        links=links,
        services=[_random_train(dice, number, links) for number in range(4)],
        terminals=[
            {
                "terminal_id": f"t{number}",
                "node_id": dice.choice(names),
                "from_layer": "road",
                "to_layer": "rail-1520",
                "two_way": True,
                "handling_h": float(dice.randint(0, 9)),
                "usd_per_teu": float(dice.randint(0, 9)),
            }
            for number in range(5)
        ],
    )


def _random_link(dice: random.Random, number: int, names: list[str]) -> Row:
    one, other = dice.sample(names, 2)
    mode, gauge_mm = dice.choice(LAYERS)
    return link(
        f"l{number}",
        one,
        other,
        mode=mode,
        gauge_mm=gauge_mm,
        length_km=float(dice.randint(1, 20) * 10),
        speed_kmh=dice.choice((20.0, 50.0, 100.0)),
        fixed_usd=float(dice.randint(0, 200)),
        two_way=dice.random() < 0.9,
    )


def _random_train(dice: random.Random, number: int, links: list[Row]) -> Row:
    """Return a train over up to four railways in a row."""
    line = [dice.choice([row for row in links if row["mode"] == "rail"] or links)]
    end = line[0]["to_node_id"]
    for _ in range(dice.randint(0, 3)):
        next_ones = [row for row in links if row["from_node_id"] == end and row not in line]
        of_mode = [row for row in next_ones if row["mode"] == line[0]["mode"]]
        if of_mode:
            line.append(dice.choice(of_mode))
            end = line[-1]["to_node_id"]
    return {
        "service_id": f"s{number}",
        "link_ids": " ".join(row["link_id"] for row in line),
        "from_node_id": None,
        "required": dice.random() < 0.3,
        "departures_per_week": dice.choice((3.5, 7.0, 84.0)),
    }
