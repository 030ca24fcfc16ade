"""The solver answers whatever other solvers of the process do, and prints nothing."""

from __future__ import annotations

from typing import Any

import highspy
import pytest

from corridor.highs import new_solver, run


def one_variable(solver: Any) -> Any:
    solver.addCol(1.0, 2.0, 5.0, 0, [], [])
    return solver


@pytest.mark.parametrize("others_threads", [2, 3])
def test_another_solver_of_the_process_does_not_stop_it(
    others_threads: int, capfd: pytest.CaptureFixture[str]
) -> None:
    highspy.Highs.resetGlobalScheduler(True)
    other = one_variable(new_solver(threads=others_threads))
    other.run()

    solver = one_variable(new_solver())
    assert run(solver) == highspy.HighsModelStatus.kOptimal
    assert solver.getSolution().col_value[0] == 2.0
    assert not capfd.readouterr().out
