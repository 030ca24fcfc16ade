"""Stand-ins: nothing is loaded until it is called, and then all of it."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
from corridor.cli.stand_ins import stand_in

stand_in()
import numba
import polars

part = "polars.io.iceberg._dataset"
print(part in sys.modules, end=" ")
print(numba.njit(lambda count: count + 1)(2), end=" ")  # looks for extensions of Numba
try:
    polars.scan_iceberg("nowhere")
except Exception:
    print(part in sys.modules, hasattr(sys.modules["polars.io.iceberg"], "__file__"))
"""


def test_a_module_is_loaded_where_it_is_called() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["False", "3", "True", "True"]
