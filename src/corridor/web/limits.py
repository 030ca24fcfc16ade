"""Limits: how large, deep, long and many requests may be."""

from __future__ import annotations

MAX_BODY_BYTES = 256 * 1024
MAX_JSON_DEPTH = 12
MAX_QUERY_BYTES = 16 * 1024
MAX_WORD_LETTERS = 120
MAX_CHANGES = 50
MAX_REQUIRED = 3
MAX_ROUTES = 100
MAX_DEPARTURES = 60
# Partial routes of one search: about 70 MB and four seconds; the clock may end it earlier.
MAX_LABELS = 500_000
MAX_WORKING = 2  # searches at once
MAX_WAITING = 100  # requests that wait for one
MAX_SECONDS = 20.0  # of one answer, its waiting included
FIRST_YEAR = 2000
LAST_YEAR = 2075
