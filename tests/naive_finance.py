"""Finance in its most readable form: roots of the polynomial, sums in plain Python."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def present_usd(stream: Sequence[float], rate_share: float) -> float:
    """Return the sum of what every year is worth in the first one."""
    return sum(usd / (1 + rate_share) ** year for year, usd in enumerate(stream))


def internal_rates(stream: Sequence[float]) -> list[float]:
    """Return the rates of all real positive roots of the polynomial in the discount factor."""
    roots = np.roots(np.trim_zeros(np.asarray(stream, float)[::-1]))
    factors = [root.real for root in roots if abs(root.imag) < 1e-9 and root.real > 0]
    return sorted(1 / factor - 1 for factor in factors)
