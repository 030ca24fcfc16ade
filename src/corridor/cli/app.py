"""The command line: one function a verb, the study first.

stdout is data (a table on a terminal, CSV when piped, JSON with --json); stderr is words and
progress. Exit codes: 0 done, 1 findings in the study, 2 usage, 3 computed but not converged or
nothing served.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, CycloptsError, Parameter

from corridor.errors import CallError, NotConverged, StudyError

if TYPE_CHECKING:
    import polars as pl

    from corridor.routing.query import Options
    from corridor.routing.route import Routes
    from corridor.study.study import Study

DONE = 0
FINDINGS = 1
USAGE = 2
NOT_SERVED = 3
LEG_KEYS = (
    "link_id",
    "terminal_id",
    "service_id",
    "mode",
    "layer",
    "from_node_id",
    "to_node_id",
    "country",
    "depart_at",
    "arrive_at",
    "wait_h",
    "time_h",
    "fixed_h",
    "cost_usd",
    "carbon_kg",
    "length_km",
    "source_id",
    "confidence",
)

SENTENCES = ("documents",)  # lists of words with blanks in them
Avoid = Annotated[
    tuple[str, ...],
    Parameter(
        help="Country (IR), mode (ferry), place or link no route uses; may be repeated.",
        negative="",
    ),
]
Carrier = Annotated[str | None, Parameter(help="Country of the carrier (PK), for rules that ask.")]

app = App(
    name="corridor",
    help="Plan and appraise international freight corridors.",
    help_format="plaintext",
    version_flags=["--version"],
    help_flags=["--help", "-h"],
)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Which state of the study is looked at."""

    scenario: Annotated[
        str | None, Parameter(help="Scenario of the study; its default one where not given.")
    ] = None
    choose: Annotated[
        tuple[str, ...],
        Parameter(
            help=(
                "parameter=option of a disputed figure, over the scenario's choice; may be "
                "repeated."
            ),
            negative="",
        ),
    ] = ()
    json: Annotated[bool, Parameter(help="Print JSON.", negative="")] = False

    def read(self, study: Path) -> Study:
        """Return the study in that state."""
        from dataclasses import replace

        from corridor.study import study as studies

        known = studies.read(study, scenario=self.scenario)
        if not self.choose:
            return known
        extra = {}
        for text in self.choose:
            parameter, equals, option = text.partition("=")
            if not equals:
                raise CallError(
                    f"--choose {text!r} is not parameter=option, such as khunjerab=protocol-1985."
                )
            extra[parameter] = option
        scenario = replace(known.scenario, choices={**known.scenario.choices, **extra})
        return replace(known, scenario=scenario, hash=f"{known.hash} {sorted(extra.items())}")


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Limits:
    """What travels, and what a route may and must do."""

    cargo: Annotated[str, Parameter(help="Row of cargoes.csv.")] = "container-40"
    via: Annotated[
        tuple[str, ...], Parameter(help="Place every route passes; may be repeated.", negative="")
    ] = ()
    avoid: Avoid = ()
    require: Annotated[
        tuple[str, ...],
        Parameter(
            help="Country, mode, place or link every route uses; may be repeated.", negative=""
        ),
    ] = ()
    max_transshipments: Annotated[int | None, Parameter(help="Most changes of mode or gauge.")] = (
        None
    )
    deadline: Annotated[
        str | None, Parameter(help="Last day of arrival; adds the chance to meet it.")
    ] = None
    carrier: Carrier = None
    seed: Annotated[int, Parameter(help="Seed of the sampled journeys.")] = 0

    def options(self) -> Options:
        """Return them as the library takes them."""
        return {
            "via": self.via,
            "avoid": self.avoid,
            "require": self.require,
            "deadline": self.deadline,
            "max_transshipments": self.max_transshipments,
            "carrier": self.carrier,
            "rng": self.seed,
        }


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Shown:
    """What is compared and shown."""

    criteria: Annotated[str, Parameter(help="Comma-parted: time, cost, carbon, risk.")] = (
        "time,cost,carbon,risk"
    )
    max_routes: Annotated[
        int, Parameter(help="Most routes shown; the answer says how many there are.")
    ] = 10
    every: Annotated[int, Parameter(help="Days between departures, where --depart is a range.")] = 7
    why_not: Annotated[
        str | None,
        Parameter(help="Say why the best routes do not use this place, link, mode or country."),
    ] = None
    table: Annotated[
        Literal["routes", "legs"], Parameter(help="What to print: the routes, or their legs.")
    ] = "routes"


@app.command
def new(folder: Path) -> int:
    """Write a small complete study of example figures to start from.

    Example: corridor new my-study
    """
    from corridor.study import study as studies

    print(studies.new(folder))
    return DONE


@app.command
def check(
    study: Path, *, json: Annotated[bool, Parameter(negative="", help="Print JSON.")] = False
) -> int:
    """List everything that is wrong with a study, with file, line and cure.

    Exit code 1 where a finding is an error; warnings do not count.

    Example: corridor check studies/kazakhstan-pakistan
    """
    from corridor.study import study as studies

    findings = studies.check(study)
    errors = sum(f.severity == "error" for f in findings)
    if json:
        from dataclasses import asdict

        print_json([asdict(f) for f in findings])
    else:
        for finding in findings:
            print(f"{finding.severity}: {finding}")
    say(f"{errors} errors, {len(findings) - errors} warnings")
    return FINDINGS if errors else DONE


@app.command
def route(
    study: Path,
    origin: str,
    destination: str,
    *,
    depart: str,
    chosen: Chosen | None = None,
    limits: Limits | None = None,
    shown: Shown | None = None,
) -> int:
    """Find every route worth taking on a date, by time, cost, carbon and risk.

    Places are ids, names or UN/LOCODEs; place@layer (altynkol@rail-1520) for goods already on a
    train or ship. A range of days (2026-01-01..2026-12-31) gives the best route by the first
    criterion for each departure.

    Example: corridor route studies/kazakhstan-pakistan almaty karachi --depart 2026-02-10

    Parameters
    ----------
    study
        Folder of the study.
    origin
        Where the goods start.
    destination
        Where they end.
    depart
        Day of departure (2026-02-10), instant (2026-02-10T08:00) or range of days.
    """
    chosen = chosen or Chosen()
    limits = limits or Limits()
    shown = shown or Shown()
    known = chosen.read(study)
    say_compiling()
    trip: dict[str, Any] = {"cargo": limits.cargo, "depart": depart, **limits.options()}
    criteria = tuple(c.strip() for c in shown.criteria.split(","))
    if ".." in depart:
        from corridor.routing.year import departures

        if shown.why_not is not None:
            raise CallError("--why-not asks about one departure: give --depart one day.")
        frame = departures(
            known.network,
            origin,
            destination,
            criteria=criteria[:1],
            every_days=shown.every,
            **trip,
        )
        from corridor.cli.screens import departures_table

        print_frame(frame, json=chosen.json, screen=departures_table(frame))
        return DONE if frame["time_h"].null_count() < frame.height else NOT_SERVED
    from corridor.routing.route import route as find

    found = find(
        known.network, origin, destination, criteria=criteria, max_routes=shown.max_routes, **trip
    )
    answer = routes_answer(found)
    if shown.why_not is not None:
        from corridor.routing.whynot import why_not

        why = why_not(known.network, origin, destination, shown.why_not, **trip)
        answer["why_not"] = {
            "element": why.element,
            "links": list(why.links),
            "closures": list(why.closures),
            "verdict": why.verdict,
            "comparison": why.comparison.to_dicts(),
        }
        say(why.verdict)
    if chosen.json:
        print_json(answer)
    else:
        from corridor.cli.screens import legs_table, routes_table

        if shown.table == "legs":
            print_frame(found.legs, json=False, screen=legs_table(found.legs))
        else:
            print_frame(found.routes, json=False, screen=routes_table(found.routes))
        say(repr(found))
    for warning in found.warnings:
        say(f"warning: {warning}")
    return DONE if found.pareto_count else NOT_SERVED


@app.command
def skim(
    study: Path,
    *,
    cargo: str = "container-40",
    depart: str,
    places: tuple[str, ...] = (),
    avoid: Avoid = (),
    carrier: Carrier = None,
    chosen: Chosen | None = None,
) -> int:
    """Print time, cost, carbon and risk between all pairs of places by least generalised cost on a
    day.

    Example: corridor skim studies/kazakhstan-pakistan --depart 2026-07-01 --places almaty --places karachi

    Parameters
    ----------
    study
        Folder of the study.
    cargo
        Row of cargoes.csv.
    depart
        Day looked at.
    places
        Place to start and end at; may be repeated; every place where not given.
    """  # noqa: E501
    from corridor.routing.skims import skim as find

    chosen = chosen or Chosen()
    known = chosen.read(study)
    say_compiling()
    found = find(
        known.network,
        cargo=cargo,
        depart=depart,
        places=places or None,
        avoid=avoid,
        carrier=carrier,
    )
    print_frame(found, json=chosen.json)
    return DONE


@app.command
def serve(
    study: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8765,
    token: str | None = None,
    get: str | None = None,
) -> int:
    """Show a study as a live map in the browser.

    Answers only this machine; with another --host a --token is needed, and the address is opened
    with ?token=...

    Example: corridor serve studies/kazakhstan-pakistan

    Parameters
    ----------
    study
        Folder of the study.
    host
        Address to listen on.
    port
        Port to listen on.
    token
        Secret that callers must know.
    get
        Print what a GET on this address (/api/routes?origin=...) answers, and serve nothing.
    """
    from corridor.web import serving

    say_compiling()
    if get is None:
        serving.serve(study, host=host, port=port, token=token, say=say)
        return DONE
    status, body = serving.web_answer(study, get)
    sys.stdout.buffer.write(body + b"\n")
    sys.stdout.flush()
    return DONE if status == 200 else USAGE


def whole() -> App:
    """Return the command line with the verbs of all chapters, each of which adds its own and stands
    above this module."""
    for name in ("study", "closures", "trade"):
        import_module(f"corridor.cli.{name}")
    return app


def main(arguments: list[str] | None = None) -> int:
    """Run a command line and return its exit code; never a traceback for what a user typed or a
    file held."""
    try:
        code = whole()(
            arguments, exit_on_error=False, print_error=False, result_action="return_value"
        )
        if sys.stdout is not None:
            sys.stdout.flush()  # here, where a reader that has gone away is understood
        return code if isinstance(code, int) else DONE
    except CycloptsError as error:
        say(f"corridor: {error}\nTry corridor --help.")
        return USAGE
    except StudyError as error:
        for finding in error.findings:
            say(str(finding))
        say(f"{len(error.findings)} errors: the study cannot be used as it is.")
        return FINDINGS
    except CallError as error:
        say(f"corridor: {error}")
        return USAGE
    except NotConverged as error:
        say(f"corridor: {error}")
        return NOT_SERVED
    except BrokenPipeError:
        _drop_output()
        return DONE
    except KeyboardInterrupt:
        say("stopped")
        return 130
    except OSError as error:
        say(
            "corridor: "
            + ": ".join(str(part) for part in (error.filename, error.strerror or error) if part)
        )
        try:
            sys.stdout.flush()
        except (OSError, AttributeError):
            _drop_output()
        return USAGE


def routes_answer(found: Routes) -> dict[str, Any]:
    """Return routes with their legs as JSON takes them."""
    legs: dict[str, list[dict[str, Any]]] = {}
    for leg in found.legs.iter_rows(named=True):
        legs.setdefault(leg["route_id"], []).append({k: leg[k] for k in LEG_KEYS})
    return {
        "routes": [
            {**row, "legs": legs.get(row["route_id"], [])}
            for row in found.routes.iter_rows(named=True)
        ],
        "pareto_count": found.pareto_count,
        "reason": found.reason,
        "openings": [
            {
                "closures": [f"{c.kind} {c.closure_id}" for c in o.closures],
                "links": [list(ids) for ids in o.links],
                "time_h": o.time_h,
                "cost_usd": o.cost_usd,
            }
            for o in found.openings
        ],
        "warnings": list(found.warnings),
        "provenance": dict(found.provenance),
    }


def print_frame(frame: pl.DataFrame, *, json: bool, screen: pl.DataFrame | None = None) -> None:
    """Print a table: JSON, a table on a terminal (screen, where given, in its place), CSV when
    piped."""
    if json:
        print_json(frame.to_dicts())
    elif sys.stdout is not None and sys.stdout.isatty():
        from corridor.cli.screens import print_table

        print_table(frame if screen is None else screen)
    else:
        import polars as pl

        from corridor.tables.csv import csv_text, join_lists

        words = {name: " " for name in frame.columns if name not in SENTENCES}
        # A row is one line, for grep and cut.
        lines = pl.selectors.string().str.replace_all("\n", "; ", literal=True)
        print(csv_text(join_lists(frame, words).with_columns(lines)), end="")


def print_json(value: Any) -> None:
    """Print a value as JSON, dates in ISO 8601."""
    import json

    print(json.dumps(value, indent=2, ensure_ascii=False, default=lambda v: v.isoformat()))


def say(words: str) -> None:
    """Print words on stderr."""
    print(words, file=sys.stderr)


def _drop_output() -> None:
    """Let what is still to be printed go nowhere, so that ending the program does not fail on
    it."""
    import os

    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
    except (OSError, ValueError, AttributeError):
        pass  # no stdout of the system: nothing is left to fail


def say_compiling() -> None:
    """Say so where the kernels have to be compiled first."""
    from corridor.kernels import compilation

    if not compilation.is_compiled():
        folder = compilation.cache_folder()
        say(f"compiling the search kernels, once, into {folder} (under a minute)")


if __name__ == "__main__":
    sys.exit(main())
