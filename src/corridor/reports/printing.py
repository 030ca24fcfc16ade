"""Printing: a page to A4 as PDF, by a Chromium that is installed here."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from corridor import stopping
from corridor.errors import CallError

BROWSER_VARIABLE = "CORRIDOR_BROWSER"
NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
    "brave-browser",
)
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
PDF_END = b"%%EOF"
MAX_PRINT_S = 180
LOOK_S = 0.2  # after which it is looked again whether anybody still waits


def find_browser() -> str | None:
    """Return the Chromium of this machine; null for none.

    It is what CORRIDOR_BROWSER names, else the first of the usual names and places.
    """
    wanted = os.environ.get(BROWSER_VARIABLE)
    if wanted:
        return shutil.which(wanted)

    for name in NAMES:
        program = shutil.which(name)
        if program is not None:
            return program
    return next((place for place in PLACES if Path(place).is_file()), None)


def require_browser() -> str:
    """Return the Chromium of this machine; CallError where there is none."""
    program = find_browser()
    if program is not None:
        return program

    wanted = os.environ.get(BROWSER_VARIABLE)
    if wanted:
        raise CallError(f"{BROWSER_VARIABLE} names {wanted!r}, which is not there.")
    raise CallError(
        "no Chromium, Chrome or Edge is installed here to print with. Install one, name one "
        f"in {BROWSER_VARIABLE}, or write the report as .html and print it from any browser."
    )


def print_pdf(html: bytes) -> bytes:
    """Return a page as PDF: A4 as its own style has it, with bookmarks; nothing is fetched.

    Raises CallError where no Chromium is found, or where it fails, with what it said; Stopped where
    the computation it belongs to is stopped, see :mod:`corridor.stopping`.
    """
    program = require_browser()
    with tempfile.TemporaryDirectory(prefix="corridor-", ignore_cleanup_errors=True) as folder:
        source = Path(folder) / "report.html"
        target = Path(folder) / "report.pdf"
        source.write_bytes(html)

        last_words = _run(_command(program, source, target), Path(folder) / "words")

        pdf = target.read_bytes() if target.is_file() else b""
        if not pdf.rstrip().endswith(PDF_END):
            raise CallError(f"{program} did not print the report: {last_words}.")
        return pdf


def write_page(target: Path, html: bytes) -> None:
    """Write a page into a file: printed where its name ends in .pdf."""
    from corridor.tables.files import sweep, write_bytes

    target.parent.mkdir(parents=True, exist_ok=True)
    sweep(target.parent)
    write_bytes(target, print_pdf(html) if target.suffix.lower() == ".pdf" else html)


def _command(program: str, source: Path, target: Path) -> list[str]:
    """Return the command that prints a page into a file beside it."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [
        program,
        "--headless",
        *(["--no-sandbox"] if is_root else []),  # Chromium starts no sandbox as root
        "--disable-gpu",
        "--font-render-hinting=none",  # the width of letters hangs on no setting of the machine
        "--no-first-run",
        "--disable-extensions",
        "--disable-background-networking",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        f"--user-data-dir={source.parent}/profile",
        "--no-pdf-header-footer",
        "--generate-pdf-document-outline",
        f"--print-to-pdf={target}",
        source.as_uri(),
    ]


def _run(command: list[str], words: Path) -> str:
    """Run a command to its end, or end it and all it started at the limit.

    Return the last line it said, which is written to a file, not a pipe: a child left behind does
    not hold us up.
    """
    with words.open("wb") as output:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        except OSError as error:
            return error.strerror or str(error)

        try:
            code = _wait(process)
        finally:
            _end_with_children(process)

    if code is None:
        return f"it took more than {MAX_PRINT_S} s"
    lines = words.read_text("utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else f"exit code {code}"


def _wait(process: subprocess.Popen[bytes]) -> int | None:
    """Return the exit code of a process; null at the limit. Stopped where nobody waits for it."""
    until_s = time.monotonic() + MAX_PRINT_S
    while time.monotonic() < until_s:
        stopping.raise_if_stopped()
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(LOOK_S)
    return None


def _end_with_children(process: subprocess.Popen[bytes]) -> None:
    """End a process and all it started."""
    with contextlib.suppress(OSError, AttributeError):  # AttributeError: Windows has no groups
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
