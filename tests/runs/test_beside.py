"""A second process gives what this one would, and leaves errors to be raised here."""

from __future__ import annotations

import os
import signal

import pytest

from corridor.parallel import processors
from corridor.runs.beside import beside


def test_computations_run_in_a_second_process() -> None:
    with beside(in_second_process=True) as start:
        processes = [start(os.getpid), start(os.getpid)]
        own_id, again = (result() for result in processes)
    assert own_id == again != os.getpid()


def test_without_a_second_process_it_runs_here_when_asked() -> None:
    with beside(in_second_process=False) as start:
        assert start(os.getpid)() == os.getpid()


@pytest.mark.parametrize("in_second_process", [False, True])
def test_an_error_is_raised_where_the_result_is_asked_for(in_second_process: bool) -> None:
    with beside(in_second_process=in_second_process) as start:
        result = start(processors, "too many")
        with pytest.raises(TypeError, match="positional"):
            result()


def test_what_a_lost_process_was_to_do_is_done_here() -> None:
    with beside(in_second_process=True) as start:
        os.kill(start(os.getpid)(), signal.SIGKILL)
        assert start(os.getpid)() == os.getpid()
