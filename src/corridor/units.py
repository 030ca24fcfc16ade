"""Units: how long an hour, a day, a week and a year are, and points of the normal distribution.

Three lengths of a year are in use, each for a reason, so none of them is called just "a year".
"""

from __future__ import annotations

MINUTE_S = 60
HOUR_S = 60 * MINUTE_S
DAY_H = 24
DAY_S = DAY_H * HOUR_S
WEEK_S = 7 * DAY_S
WEEK_H = 7.0 * DAY_H

# The Julian year of 365 1/4 days: the mean over leap and common years. For rates a year of what was
# watched, or is expected, over several years.
MEAN_YEAR_DAYS = 365.25

# The calendar year without a leap day. For a simulated year, and for the part of a year's demand
# that a day sends.
CALENDAR_YEAR_DAYS = 365

# 52 whole weeks, so that a look through the year ends on the weekday it began with.
WEEKS_YEAR_DAYS = 52 * 7

# The 95th percentile of the standard normal distribution, to the precision of a float.
NORMAL_P95 = 1.6448536269514722

# The same rounded to three decimals, as textbooks print it. The spreads of trade are built on it;
# it lies 0.009 % above the exact point, and changing it would move published figures.
NORMAL_P95_ROUNDED = 1.645
