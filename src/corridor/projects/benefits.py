"""Benefits: what users gain where something they pay changes, and whose traffic gains it.

A row of demand has a curve: so many units go at such a generalised cost. Both ends are computed,
without and with a project; the gain is the area between the two costs to the left of the curve.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from corridor.kernels import Floats

# Beyond a third the straight line of the rule of half is too far from any curve: Nellthorp and
# Hyman (2001), Alternatives to the rule of a half in matrix based appraisal, European Transport
# Conference.
LARGE_CHANGE_SHARE = 1 / 3


class UserBenefits(NamedTuple):
    """What the users of each row of demand gain, in USD [rows].

    kept_usd: units that go in both cases by the routes they took before; diverted_usd: those that
    go in both and take other routes; generated_usd: those that go with the project alone, less what
    those lose who go without it alone.
    """

    kept_usd: Floats
    diverted_usd: Floats
    generated_usd: Floats

    @property
    def total_usd(self) -> Floats:
        """What all of them gain [rows]."""
        return self.kept_usd + self.diverted_usd + self.generated_usd


def rule_of_half(before: Floats, after: Floats, before_usd: Floats, after_usd: Floats) -> Floats:
    """Return the area under a straight line between both ends of the curve [rows].

    Parameters
    ----------
    before, after : units that go, without and with the project.
    before_usd, after_usd : what a unit pays; where none goes, what it would pay at most.

    Source: Jones (1977), Urban Traffic Appraisal, chapter 6; European Commission (2008), Guide to
    Cost-Benefit Analysis of Investment Projects, table 4.17.
    """
    return np.asarray((before + after) / 2 * (before_usd - after_usd))


def exact_integral(before: Floats, after: Floats, before_usd: Floats, after_usd: Floats) -> Floats:
    """Return the area under the curve of constant elasticity through both ends [rows].

    With units q = a c^-e between both ends the area is (q0 c0 - q1 c1) / (1 - e). Where one end has
    no unit there is no such curve, and the straight line stands. Parameters as of
    :func:`rule_of_half`.
    """
    straight = rule_of_half(before, after, before_usd, after_usd)
    has_curve = (before > 0) & (after > 0) & (before_usd > 0) & (after_usd > 0)
    has_curve &= before_usd != after_usd

    with np.errstate(divide="ignore", invalid="ignore"):
        elasticity = np.log(after / before) / np.log(before_usd / after_usd)
        spent_usd = before * before_usd - after * after_usd
        curved = spent_usd / (1 - elasticity)
        # At elasticity 1 all spend the same, and the area is a logarithm.
        at_one = before * before_usd * np.log(before_usd / after_usd)
    is_one = np.abs(1 - elasticity) < 1e-6
    return np.where(has_curve, np.where(is_one, at_one, curved), straight)


def user_benefits(
    before: Floats, after: Floats, before_usd: Floats, after_usd: Floats, kept_share: Floats
) -> UserBenefits:
    """Return what users gain: by the rule of half, by the exact integral where changes are large.

    kept_share: of the units that go in both cases, those whose routes stay [rows]; the other
    parameters are those of :func:`rule_of_half`.
    """
    straight = rule_of_half(before, after, before_usd, after_usd)
    exact = exact_integral(before, after, before_usd, after_usd)
    largest = np.maximum(before_usd, after_usd)
    change = np.divide(
        np.abs(before_usd - after_usd), largest, out=np.zeros_like(largest), where=largest > 0
    )
    total = np.where(change > LARGE_CHANGE_SHARE, exact, straight)

    existing = np.minimum(before, after) * (before_usd - after_usd)
    return UserBenefits(
        kept_usd=existing * kept_share,
        diverted_usd=existing * (1 - kept_share),
        generated_usd=total - existing,
    )
