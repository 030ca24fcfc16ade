"""Limits: how large, deep, long and many requests may be."""

from __future__ import annotations

MOST_BODY_BYTES = 256 * 1024
MOST_DEPTH = 12
MOST_QUERY_BYTES = 16 * 1024
MOST_WORD = 120
MOST_CHANGES = 50
MOST_REQUIRED = 3
MOST_ROUTES = 100
MOST_DEPARTURES = 60
# partial ways of one search: about 70 MB and four seconds; the clock may end it earlier
MOST_LABELS = 500_000
MOST_WORKING = 2  # searches at once
MOST_WAITING = 100  # requests that wait for one
MOST_SECONDS = 20.0  # of one answer, its waiting included
FIRST_YEAR = 2000
LAST_YEAR = 2075
