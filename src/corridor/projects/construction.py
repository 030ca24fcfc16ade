"""Construction: what projects change on a network once they are built."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import polars as pl

from corridor.errors import UnknownName
from corridor.network.changes import OF_STATUS, apply
from corridor.network.network import Network


def project_changes(network: Network, project_ids: Iterable[str]) -> pl.DataFrame:
    """Return the rows of ``changes`` that some projects make, in the order of the projects."""
    projects = network.by_id("projects")
    changes = network.frames["changes"]
    frames = [changes.clear()]
    for project_id in project_ids:
        if project_id not in projects:
            raise UnknownName("project", project_id, projects)
        for change_id in projects[project_id]["change_ids"].split():
            frames.append(changes.filter(pl.col("change_id") == change_id))
    return pl.concat(frames)


def built(network: Network, rows: pl.DataFrame) -> Network:
    """Return a network on which projects have made their changes.

    What they open lies below the network's own closures: a border that is shut is shut for a line
    that is built across it, too. Their other changes lie over the network's.
    """
    return opened(apply(network, rows.filter(~OF_STATUS)), rows.filter(OF_STATUS))


def opened(network: Network, of_status: pl.DataFrame) -> Network:
    """Return a network whose links projects open, below its own closures."""
    below = pl.concat([of_status, network.changes], how="vertical_relaxed")
    with_links = replace(network, changes=below)
    with_links.share(network)
    return with_links
