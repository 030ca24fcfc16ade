"""The verb of the web page: serve."""

from __future__ import annotations

import sys

from corridor.cli.options import StudyFolder
from corridor.cli.output import DONE, USAGE, say, say_compiling

OK = 200  # the status of an answer that is there


def serve(
    folder: StudyFolder,
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
    folder
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
        serving.serve(folder, host=host, port=port, token=token, say=say)
        return DONE

    status, body = serving.web_answer(folder, get)
    sys.stdout.buffer.write(body + b"\n")
    sys.stdout.flush()
    return DONE if status == OK else USAGE
