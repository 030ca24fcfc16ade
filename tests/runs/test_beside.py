"""A second process gives what this one would, and leaves errors to be raised here."""

from __future__ import annotations

import os
import signal
import time

import pytest

from corridor.runs.beside import beside

SUBJECT = 1.5  # seconds, where a computation waits


def process_id(subject: float) -> int:
    assert subject == SUBJECT
    return os.getpid()


def test_computations_run_in_a_second_process() -> None:
    with beside(SUBJECT, in_second_process=True) as start:
        processes = [start(process_id), start(process_id)]
        own_id, again = (result() for result in processes)
    assert own_id == again != os.getpid()


def test_without_a_second_process_it_runs_here_when_asked() -> None:
    with beside(SUBJECT, in_second_process=False) as start:
        assert start(process_id)() == os.getpid()


@pytest.mark.parametrize("in_second_process", [False, True])
def test_an_error_is_raised_where_the_result_is_asked_for(in_second_process: bool) -> None:
    with beside(SUBJECT, in_second_process=in_second_process) as start:
        result = start(process_id, "too many")
        with pytest.raises(TypeError, match="positional"):
            result()


def test_what_a_lost_process_was_to_do_is_done_here() -> None:
    with beside(SUBJECT, in_second_process=True) as start:
        os.kill(start(process_id)(), signal.SIGKILL)
        assert start(process_id)() == os.getpid()


def test_what_the_second_process_has_not_begun_is_done_here() -> None:
    with beside(SUBJECT, in_second_process=True) as start:
        results = [start(time.sleep), *(start(process_id) for _ in range(4))]
        assert results[-1]() == os.getpid()
