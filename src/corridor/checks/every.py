"""Every check across the rows and tables of a study, one topic after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from corridor.checks.agreement import check_agreement
from corridor.checks.capacities import check_capacities
from corridor.checks.cargoes import check_cargoes
from corridor.checks.changes import check_changes
from corridor.checks.closures import check_closures
from corridor.checks.dates import check_dates
from corridor.checks.detours import check_detours
from corridor.checks.economies import check_economies
from corridor.checks.examples import check_examples
from corridor.checks.gauges import check_gauges
from corridor.checks.grades import check_grades
from corridor.checks.ids import check_ids
from corridor.checks.network import check_network
from corridor.checks.parameters import check_parameters
from corridor.checks.peers import check_peers
from corridor.checks.places import check_places
from corridor.checks.plausibility import check_plausibility
from corridor.checks.projects import check_projects
from corridor.checks.rows import check_rows
from corridor.checks.seasons import check_seasons
from corridor.checks.selectors import check_selectors
from corridor.checks.services import check_services
from corridor.checks.shapes import check_shapes
from corridor.checks.shipments import check_shipments
from corridor.checks.states import check_states
from corridor.checks.sums import check_sums
from corridor.checks.trade import check_trade_table
from corridor.checks.usual import check_usual
from corridor.checks.volumes import check_volumes
from corridor.checks.windows import check_windows
from corridor.errors import Finding
from corridor.tables.tables import Tables


def check(tables: Tables) -> list[Finding]:
    """Return everything that is wrong across the rows and tables of a study, warnings too."""
    findings = [
        *check_rows(tables),
        *check_network(tables),
        *check_services(tables),
        *check_windows(tables),
        *check_capacities(tables),
        *check_shipments(tables),
        *check_volumes(tables),
        *check_cargoes(tables),
        *check_selectors(tables),
        *check_changes(tables),
        *check_projects(tables),
        *check_states(tables),
        *check_parameters(tables),
        *check_closures(tables),
        *check_sums(tables),
        *check_trade_table(tables),
        *check_economies(tables),
        *check_plausibility(tables),
        *check_examples(tables),
        *check_places(tables),
        *check_detours(tables),
        *check_shapes(tables),
        *check_gauges(tables),
        *check_seasons(tables),
        *check_dates(tables),
        *check_ids(tables),
        *check_agreement(tables),
        *check_grades(tables),
        *check_usual(tables),
        *check_peers(tables),
    ]
    return _without_consequences(findings)


def _without_consequences(findings: Sequence[Finding]) -> list[Finding]:
    """Leave out warnings on rows that refer to what does not exist: their error says enough.

    The rows of a change share its id, so that they are left out together.
    """
    astray = set(_rows_astray(findings))
    return [
        finding
        for finding in findings
        if finding.severity == "error" or not finding.rows or not _rows_of(finding) <= astray
    ]


def _rows_astray(findings: Iterable[Finding]) -> Iterator[tuple[str | None, str]]:
    """Give (table, id) of the rows that refer to what does not exist."""
    for finding in findings:
        if finding.severity == "error" and finding.kind.startswith("unknown-"):
            yield from _rows_of(finding)


def _rows_of(finding: Finding) -> set[tuple[str | None, str]]:
    return {(finding.table, row) for row in finding.rows}
