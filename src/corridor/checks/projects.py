"""Checks of projects: what they change, what they need and exclude, and who pays for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import combinations

from corridor.errors import Finding, did_you_mean, first_findings
from corridor.tables.tables import Row, Tables

MAX_SHARE_ERROR = 0.005  # of the shares of one project together: rounding


def check_projects(tables: Tables) -> list[Finding]:
    """Return what is wrong with projects and with who pays for them."""
    if "projects" in tables.broken:
        return []

    projects = [project for project in tables.rows("projects") if project.key is not None]
    return first_findings(
        _programmes(projects),
        _changes(tables, projects),
        _capex_shares(projects),
        _cycles(projects),
        _exclusions(projects),
        _same_changes(projects),
        _payers(tables, projects),
    )


def _programmes(projects: Sequence[Row]) -> Iterator[Finding]:
    """Programmes called as a project, so that a question for one would be answered of the other."""
    keys = {project.key for project in projects}
    for project in projects:
        programme = project["programme"]
        if programme in keys:
            yield project.error(
                "programme-is-project",
                "programme",
                f"the programme {programme} is called as a project: who asks for it would be told "
                "of that one alone.",
                do="Give the programme another word.",
                value=programme,
            )


# What they change


def _changes(tables: Tables, projects: Sequence[Row]) -> Iterator[Finding]:
    """Changes that do not exist, and those with dates, which a plan could not move."""
    if "changes" in tables.broken:
        return

    dates: dict[str, list[Row]] = {}
    for change in tables.rows("changes"):
        dates.setdefault(change["change_id"], []).append(change)

    for project in projects:
        for change_id in _words(project, "change_ids"):
            if change_id not in dates:
                yield _unknown_change(tables, project, change_id, dates)
                continue

            dated = [row for row in dates[change_id] if row["from_on"] or row["to_on"]]
            if dated:
                yield _dated_change(tables, project, dated[0])


def _unknown_change(
    tables: Tables, project: Row, change_id: str, changes: Mapping[str, list[Row]]
) -> Finding:
    file = tables.name("changes")
    return project.error(
        "unknown-change",
        "change_ids",
        f"projects.change_ids names {change_id!r}, which {file} does not have.",
        do=did_you_mean(change_id, changes, f"Add rows of that change_id to {file}."),
        value=change_id,
    )


def _dated_change(tables: Tables, project: Row, change: Row) -> Finding:
    change_id = change["change_id"]
    return project.error(
        "dated-change",
        "change_ids",
        f"the change {change_id} has dates of its own ({tables.name('changes')} line "
        f"{change.line}), whichever year {project.key} opens in.",
        do="Empty from_on and to_on of its rows, or name a change without dates.",
        value=change_id,
    )


def _same_changes(projects: Sequence[Row]) -> Iterator[Finding]:
    """Pairs of projects that make one change and could both be built."""
    makers: dict[str, list[Row]] = {}
    for project in projects:
        for change_id in set(_words(project, "change_ids")):
            makers.setdefault(change_id, []).append(project)

    for change_id, rows in sorted(makers.items()):
        for earlier, later in combinations(rows, 2):
            if not _exclude_each_other(earlier, later):
                yield later.error(
                    "change-made-twice",
                    "change_ids",
                    f"{earlier.key} (line {earlier.line}) and {later.key} both make {change_id}, "
                    "and both could be built: it would be paid twice.",
                    do="Name one of them in excludes of the other, or part the change.",
                    value=change_id,
                )


def _exclude_each_other(a: Row, b: Row) -> bool:
    return a.key in _words(b, "excludes") or b.key in _words(a, "excludes")


# What they cost


def _capex_shares(projects: Sequence[Row]) -> Iterator[Finding]:
    """Shares of the years of building that are no numbers, too many or few, or not 1 together."""
    for project in projects:
        text = project["capex_shares"]
        if text is None:
            continue

        shares = _numbers(text)
        if shares is None:
            yield project.error(
                "bad-shares",
                "capex_shares",
                f"projects.capex_shares holds {text!r}, which are not all shares from 0 to 1.",
                do="Write a share for each year of building, such as 0.2 0.5 0.3.",
                value=text,
            )
        elif project["build_years"] is not None and len(shares) != project["build_years"]:
            yield project.error(
                "shares-unlike-years",
                "capex_shares",
                f"capex_shares has {len(shares)} shares, and build_years is "
                f"{project['build_years']}.",
                do="Write one share for each year of building.",
                value=text,
            )
        elif abs(sum(shares) - 1) > MAX_SHARE_ERROR:
            yield project.error(
                "shares-not-one",
                "capex_shares",
                f"the capex_shares of {project.key} add up to {sum(shares):.4g}, not to 1.",
                do="Divide each by their sum.",
                value=text,
            )


def _numbers(text: str) -> list[float] | None:
    """Return words as shares; null where one of them is none."""
    try:
        shares = [float(word) for word in text.split()]
    except ValueError:
        return None
    return shares if all(0 <= share <= 1 for share in shares) else None


def _payers(tables: Tables, projects: Sequence[Row]) -> Iterator[Finding]:
    """Shares of the payers of one project that are not 1 together, and projects nobody pays."""
    if "project_payers" in tables.broken:
        return

    payers: dict[str, list[Row]] = {}
    for payer in tables.rows("project_payers"):
        payers.setdefault(payer["project_id"], []).append(payer)

    for project in projects:
        rows = payers.get(str(project.key), [])
        if not rows:
            yield project.warning(
                "no-payer",
                "project_id",
                f"nobody pays for project {project.key}: it has no row in "
                f"{tables.name('project_payers')}.",
                do="Add a row for each payer, with shares of 1; until then its country pays.",
            )
            continue

        shares = [row["share"] for row in rows]
        if None not in shares and abs(sum(shares) - 1) > MAX_SHARE_ERROR:
            yield rows[0].error(
                "shares-not-one",
                "share",
                f"the shares of {project.key} add up to {sum(shares):.4g}, not to 1.",
                do="Divide each by their sum.",
                value=f"{sum(shares):.4g}",
                rows=tuple(str(row.key) for row in rows),
            )


# What they need and exclude


def _cycles(projects: Sequence[Row]) -> Iterator[Finding]:
    """Projects that need each other, so that none of them can be the first; each cycle once."""
    needs = _needs(projects)
    reported: set[str] = set()

    for project in projects:
        path = _cycle_from(str(project.key), needs)
        if path and reported.isdisjoint(path):
            reported.update(path)
            yield project.error(
                "requires-cycle",
                "requires",
                f"{' requires '.join([*path, path[0]])}: none of them can open first.",
                do="Empty requires of one of them, or join them into one project.",
                rows=tuple(path),
            )


def _cycle_from(start: str, needs: Mapping[str, Sequence[str]]) -> list[str]:
    """Return a shortest chain of requirements from a project back to it; empty: there is none."""
    chains = [[start]]
    seen: set[str] = set()
    while chains:
        chain = chains.pop(0)
        for needed in needs.get(chain[-1], ()):
            if needed == start:
                return chain
            if needed not in seen:
                seen.add(needed)
                chains.append([*chain, needed])
    return []


def _exclusions(projects: Sequence[Row]) -> Iterator[Finding]:
    """Projects that could never be built, as what they need is excluded by them or by its like."""
    needs = _needs(projects)
    excluded = {
        frozenset((str(project.key), other))
        for project in projects
        for other in _words(project, "excludes")
    }

    for project in projects:
        together = sorted({str(project.key)} | _all_needed(str(project.key), needs))
        for a, b in combinations(together, 2):
            if frozenset((a, b)) in excluded:
                yield project.error(
                    "excludes-required",
                    "excludes",
                    f"{project.key} needs {' and '.join(sorted({a, b} - {project.key}))}, and "
                    f"{a} and {b} exclude each other: it can never be built.",
                    do="Correct requires or excludes.",
                    value=project["excludes"],
                )
                break

        if project.key in _words(project, "excludes"):
            yield project.error(
                "excludes-itself",
                "excludes",
                f"{project.key} excludes itself: it can never be built.",
                do="Remove it from excludes.",
                value=project["excludes"],
            )


def _needs(projects: Sequence[Row]) -> dict[str, list[str]]:
    """Return project -> the projects it requires itself."""
    return {str(project.key): _words(project, "requires") for project in projects}


def _all_needed(project_id: str, needs: Mapping[str, Sequence[str]]) -> Set[str]:
    """Return all that a project requires, and what that requires in turn."""
    needed: set[str] = set()
    queue = [project_id]
    while queue:
        new = set(needs.get(queue.pop(), ())) - needed
        needed |= new
        queue += new
    return needed


def _words(project: Row, column: str) -> list[str]:
    """Return the words of a cell; none where it is empty."""
    return (project[column] or "").split()
