"""What every test may use: how hypothesis searches, the built-in study, known skips."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]

# ci: the same examples on every machine, however slow. explore: new ones each time, many more of
# them.
settings.register_profile(
    "ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "explore", max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def study_folder() -> Path:
    """Return the folder of the built-in study; tests read it and never write there."""
    return ROOT / "studies" / "kazakhstan-pakistan"


@pytest.fixture(scope="session")
def studies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the studies without their results, one for all workers of a session.

    Whoever asks for a run first computes it, the others read what it kept.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "studies"
    if not folder.exists():
        own = tmp_path_factory.mktemp("own") / "studies"
        shutil.copytree(ROOT / "studies", own, ignore=shutil.ignore_patterns("results"))
        with contextlib.suppress(OSError):  # another worker was first
            own.rename(folder)
    return folder


# Why a test may be skipped on a machine that lacks something; CI fails on any other reason.
KNOWN_SKIPS = (
    r"benchmark data are not at .*",
    r"root may write anywhere",
    r"LibreOffice is not here: set CORRIDOR_SOFFICE to its soffice",
)


class Skips:
    """Gathers the reasons of skipped tests, prints them, and fails a CI run on an unknown one."""

    def __init__(self) -> None:
        self.reasons: list[tuple[str, str]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._add(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._add(report)

    def _add(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
            self.reasons.append((report.nodeid, reason.removeprefix("Skipped: ")))

    def unknown(self) -> list[tuple[str, str]]:
        """Return the skips for reasons that are not among the known ones."""
        return [
            (test, reason)
            for test, reason in self.reasons
            if not any(re.fullmatch(known, reason, re.DOTALL) for known in KNOWN_SKIPS)
        ]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for test, reason in self.reasons:
            terminalreporter.write_line(f"skipped: {test}: {reason}")
        for test, _ in self.unknown() if os.environ.get("CI") else ():
            terminalreporter.write_line(f"unknown reason for a skip: {test}", red=True)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        if os.environ.get("CI") and self.unknown() and not session.exitstatus:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        return (yield)


def pytest_configure(config: pytest.Config) -> None:
    """Watch the skips where the reports come together (not in a worker of xdist)."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Skips(), "skips")
