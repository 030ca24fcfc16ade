"""A quarter of a minute of each fuzzer, with the same attacks each time; more by ``make fuzz``."""

from __future__ import annotations

import pytest

from fuzzers import FUZZERS, attacks

SECONDS = 15.0


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(FUZZERS))
def test_attacks_end_as_documented(kind: str) -> None:
    if kind == "requests":
        pytest.importorskip("fastapi", reason="the extra 'web' is not installed")
        pytest.importorskip("httpx", reason="httpx is not installed")

    ended = list(attacks(kind, seed=59, seconds=SECONDS))
    assert len(ended) > 3
    assert [fault for attack in ended for fault in attack.faults] == []
