"""Printing: a page to A4 as PDF, by a Chromium that is installed here."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from corridor.errors import CallError

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
MOST_S = 180


def browser() -> str | None:
    """Return the Chromium of this machine: what CORRIDOR_BROWSER names, else the first of the usual
    names; null for none."""
    asked = os.environ.get("CORRIDOR_BROWSER")
    if asked:
        return shutil.which(asked)
    return next((found for name in NAMES if (found := shutil.which(name))), None) or next(
        (place for place in PLACES if Path(place).is_file()), None
    )


def needed() -> str:
    """Return the Chromium of this machine; CallError where there is none."""
    program = browser()
    asked = os.environ.get("CORRIDOR_BROWSER")
    if program is None and asked:
        raise CallError(f"CORRIDOR_BROWSER names {asked!r}, which is not there.")
    if program is None:
        raise CallError(
            "no Chromium, Chrome or Edge is installed here to print with. Install one, name one "
            "in CORRIDOR_BROWSER, or write the report as .html and print it from any browser."
        )
    return program


def printed(html: bytes) -> bytes:
    """Return a page as PDF: A4 as the page's own style has it, with bookmarks and page numbers;
    nothing is fetched.

    Raises CallError where no Chromium is found, or where it fails, with what it said.
    """
    program = needed()
    with tempfile.TemporaryDirectory(prefix="corridor-", ignore_cleanup_errors=True) as folder:
        source = Path(folder) / "report.html"
        target = Path(folder) / "report.pdf"
        source.write_bytes(html)
        own = (
            [] if not hasattr(os, "geteuid") or os.geteuid() else ["--no-sandbox"]
        )  # root has no other way
        command = [
            program,
            "--headless",
            *own,
            "--disable-gpu",
            "--no-first-run",
            "--disable-extensions",
            "--disable-background-networking",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={folder}/profile",
            "--no-pdf-header-footer",
            "--generate-pdf-document-outline",
            f"--print-to-pdf={target}",
            source.as_uri(),
        ]
        told = _ended(command, Path(folder) / "words")
        data = target.read_bytes() if target.is_file() else b""
        if not data.rstrip().endswith(b"%%EOF"):
            raise CallError(f"{program} did not print the report: {told}.")
        return data


def _ended(command: list[str], words: Path) -> str:
    """Run a command to its end, or end it and all it started at the limit; return the last line it
    said."""
    with words.open("wb") as said:  # a file, not a pipe: a child left behind does not hold us up
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
            )
        except OSError as error:
            return error.strerror or str(error)
        try:
            code = process.wait(MOST_S)
        except subprocess.TimeoutExpired:
            return f"it took more than {MOST_S} s"
        finally:
            with contextlib.suppress(OSError, AttributeError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    lines = words.read_text("utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else f"exit code {code}"
