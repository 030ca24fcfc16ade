"""Commands that are killed while they write, and what is left of their files.

Run by hand, it kills every writing verb so many times: ``python tests/kills.py 100``.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from corridor.study.study import check, new

# Counts what the process opens for writing, renames, makes and removes; at the given number it
# kills itself, as a power cut would. Prints the number it came to.
_CHILD = """
import os, signal, sys
count, last = 0, int(sys.argv[1])
WRITES = os.O_WRONLY | os.O_RDWR
def watch(event, arguments):
    global count
    changes = event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate")
    if event == "open":
        changes = bool(arguments[2] and arguments[2] & WRITES)
    if changes:
        count += 1
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "save":
    from pathlib import Path
    from corridor.web import live_study, saving
    folder = Path(sys.argv[3])
    study = live_study.LiveStudy(folder)
    asked = saving.Saved.model_validate(
        {"scenario_id": "my", "title": "T", "close": ["keles-tashkent-rail"]}
    )
    state = study.state(asked)
    sys.addaudithook(watch)
    try:
        saving.save(folder, state, asked)
    except saving.Refusal:  # right where the one before was ended after its last write
        if "[scenarios.my]" not in (folder / "study.toml").read_text("utf-8"):
            raise
else:
    from corridor.cli.app import main
    sys.addaudithook(watch)
    main(sys.argv[2:])
print("writes", count)
"""
_CHANGING = ("manifest.toml", ".lock")  # what names the time or the place of a run


@dataclass(frozen=True)
class Verb:
    """A command that writes: its words after the folder of the study, and what it writes."""

    name: str
    words: tuple[str, ...] = ()
    target: str = "study"

    def command(self, folder: Path) -> list[str]:
        study = str(folder / "study")
        if self.name == "new":
            return ["new", str(folder / "fresh")]
        words = [word.replace("TARGET", str(folder / self.target)) for word in self.words]
        return [self.name, study, *words]


VERBS = (
    Verb("new", target="fresh"),
    Verb("run"),
    Verb("export", ("TARGET",), "tables"),
    Verb("export", ("TARGET",), "tables.xlsx"),
    Verb("translate", ("ru",)),
    Verb("simulate", ("--draws", "40", "--workers", "1", "--out", "TARGET"), "years"),
    Verb("report", ("--language", "kk")),
    Verb("save"),
)


@dataclass
class Killed:
    """What came of killing one verb: how often, and what was wrong afterwards."""

    verb: Verb
    kills: int = 0
    faults: list[str] = field(default_factory=list)


def kill(verb: Verb, times: int, seed: int) -> Killed:
    """Kill a verb at writes drawn by chance; each time look at what is left and run it again."""
    rng = random.Random(f"{verb}-{seed}")
    killed = Killed(verb)
    with tempfile.TemporaryDirectory(prefix="corridor-kills-") as home:
        whole = Path(home) / "whole"
        whole.mkdir()
        new(whole / "study")
        writes = _call(verb, whole, 0)
        expected = _files(whole)

        for number in range(times):
            folder = Path(home) / str(number)
            folder.mkdir()
            new(folder / "study")
            if rng.random() < 0.3 and verb.name not in ("new", "save"):
                _call(verb, folder, 0)  # over what is there already
            _call(verb, folder, rng.randint(1, writes))
            killed.kills += 1
            killed.faults += [f"{verb.name} {number}: {fault}" for fault in _faults(verb, folder)]

            _age(folder)
            _call(verb, folder, 0)
            killed.faults += [
                f"{verb.name} {number}: the next one left {name} otherwise"
                for name in _differing(expected, _files(folder))
            ]
            shutil.rmtree(folder)
    return killed


def _call(verb: Verb, folder: Path, last: int) -> int:
    """Run a verb to its end, or until so many writes; return how many it came to."""
    command = [sys.executable, "-c", _CHILD, str(last), *verb.command(folder)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if last == 0:
        assert "Traceback" not in ended.stderr, ended.stderr
    counted = [line for line in ended.stdout.splitlines() if line.startswith("writes ")]
    return int(counted[-1].split()[1]) if counted else 0


def _faults(verb: Verb, folder: Path) -> Iterator[str]:
    """Give what is wrong right after a kill: a study or a file that is neither old nor new."""
    study = folder / ("fresh" if verb.name == "new" else "study")
    if study.exists() and (study / "study.toml").exists():
        yield from (f"the study: {f}" for f in check(study) if f.severity == "error")

    for name in ("report.html", "report.kk.html"):
        for report in folder.rglob(name):
            if not report.read_text("utf-8").rstrip().endswith("</html>"):
                yield f"{report.name} is half-written"


def _age(folder: Path) -> None:
    """Let what a writer left unfinished be two hours old, so that the next one may remove it."""
    old = time.time() - 7200
    for left in folder.rglob(".*"):
        os.utime(left, (old, old))


def _files(folder: Path) -> dict[str, str]:
    """Return every file but those that name their time or place, with a hash of its bytes."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(_content(file)).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.name.endswith(_CHANGING)
    }


def _content(file: Path) -> bytes:
    """Return the bytes of a file, without the times that workbooks and catalogues name."""
    if file.suffix == ".po":
        lines = file.read_bytes().splitlines()
        return b"\n".join(line for line in lines if b"-Date: " not in line)
    if file.suffix != ".xlsx":
        return file.read_bytes()
    with zipfile.ZipFile(file) as book:
        return b"".join(book.read(name) for name in book.namelist() if "worksheets" in name)


def _differing(expected: dict[str, str], left: dict[str, str]) -> list[str]:
    """Return files that are missing, more or other than expected."""
    return [name for name in sorted(expected | left) if expected.get(name) != left.get(name)]


def _main(arguments: Sequence[str]) -> int:
    times = int(arguments[0]) if arguments else 16
    seed = int(arguments[1]) if len(arguments) > 1 else 1
    total = faults = 0
    for number, verb in enumerate(VERBS):
        share = times // len(VERBS) + (number < times % len(VERBS))
        killed = kill(verb, share, seed)
        total += killed.kills
        faults += len(killed.faults)
        print(f"{verb.name} {verb.target}: {killed.kills} kills, {len(killed.faults)} faults")
        print("\n".join(killed.faults), flush=True)
    print(f"{total} kills, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    sys.exit(_main(sys.argv[1:]))
