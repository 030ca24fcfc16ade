"""The verbs of the web page: serve and brief."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

from cyclopts import Parameter

from corridor.cli.options import Names, StudyFolder
from corridor.cli.output import DONE, USAGE, refuse_inputs, say, say_compiling
from corridor.errors import CallError

BRIEF_SUFFIXES = (".html", ".pdf")
OK = 200  # the status of an answer that is there


def serve(
    folder: StudyFolder,
    *,
    host: str = "127.0.0.1",
    port: int = 8765,
    token: str | None = None,
    open: Annotated[bool, Parameter(negative="")] = False,
    get: str | None = None,
) -> int:
    """Show a study as a live map in the browser.

    Answers only this machine; with another --host a --token is needed, and the address is opened
    with ?token=...

    Example: corridor serve studies/kazakhstan-pakistan

    Parameters
    ----------
    folder
        Folder of the study.
    host
        Address to listen on.
    port
        Port to listen on; 0: any free one.
    token
        Secret that callers must know.
    open
        Open the browser of this machine at the address.
    get
        Print what a GET on this address (/api/routes?origin=...) answers, and serve nothing.
    """
    from corridor.web import serving

    say_compiling()
    if get is None:
        serving.serve(folder, host=host, port=port, token=token, opens=open, say=say)
        return DONE

    status, body = serving.web_answer(folder, get)
    sys.stdout.buffer.write(body + b"\n")
    sys.stdout.flush()
    return DONE if status == OK else USAGE


Links = Annotated[Names, Parameter(help="Links or selectors (crossing:AF-PK), with commas.")]


def brief(
    folder: StudyFolder,
    origin: str,
    destination: str,
    *,
    out: Path,
    depart: str | None = None,
    cargo: str = "container-40",
    scenario: str | None = None,
    close: Links = (),
    open: Links = (),
    baseline: str = "",
) -> int:
    """Write the answer to a question on one A4 page: map, corridors, difference, sources.

    With --close or --open it says what that takes more. It is the brief of the map page, so it
    needs the extra web; a PDF is printed by the Chromium installed here.

    Example: corridor brief studies/kazakhstan-pakistan almaty islamabad --depart 2026-07-01
    --close khunjerab-tashkurgan-road --out brief.pdf

    Parameters
    ----------
    folder
        Folder of the study.
    origin
        Where the goods start.
    destination
        Where they end.
    out
        A file that ends in .html or .pdf.
    depart
        Day of departure; the day of the scenario where not given.
    cargo
        Row of cargoes.csv.
    scenario
        Scenario; the default one where not given.
    close
        What is shut.
    open
        What is opened.
    baseline
        What it is compared with, in the words of an address of the page (depart=2027-01-15);
        where not given, the same without what is shut and opened.
    """
    from corridor.reports.printing import require_browser, write_page
    from corridor.study.study import read
    from corridor.web.serving import web_answer

    if out.suffix.lower() not in BRIEF_SUFFIXES:
        raise CallError(f"{str(out)!r} must end in .html or .pdf.")
    if out.suffix.lower() == ".pdf":
        require_browser()
    refuse_inputs(out)
    if depart is None:
        depart = read(folder, scenario=scenario).scenario.as_of.isoformat()

    say_compiling()
    question = {
        "origin": origin,
        "destination": destination,
        "cargo": cargo,
        "depart": depart,
        "close": close,
        "open": open,
        "baseline": baseline,
        **({} if scenario is None else {"scenario": scenario}),
    }
    status, body = web_answer(folder, f"/brief?{urlencode(question, doseq=True)}")
    if status != OK:
        raise CallError(json.loads(body)["message"])

    write_page(out, body)
    say(f"{out}")
    return DONE
