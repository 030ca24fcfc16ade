"""HiGHS: solver of linear and whole-number programmes, silent and on one thread everywhere."""

from __future__ import annotations

from typing import Any


def new_solver(**options: bool | float) -> Any:
    """Return a solver with its options set: same programme, same answer on every machine."""
    from highspy._core import _Highs  # the class around it writes a banner to stdout

    solver = _Highs()
    for name, value in {"output_flag": False, "threads": 1, **options}.items():
        solver.setOptionValue(name, value)
    return solver


def run(solver: Any) -> Any:
    """Solve the programme of a solver and return how it ended.

    A process has one pool of threads for all its solvers. Where somebody else's solver made it with
    another number of threads, a run ends at once without an answer: the pool is made anew then.
    """
    import highspy

    solver.run()
    if solver.getModelStatus() == highspy.HighsModelStatus.kNotset:
        highspy.Highs.resetGlobalScheduler(True)
        solver.run()
    return solver.getModelStatus()
