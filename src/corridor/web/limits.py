"""Limits: how large, deep, long and many requests may be."""

from __future__ import annotations

MAX_CONNECTIONS = 500
RESERVED_FILES = 40  # of those the process may open, for all but connections
MAX_HEAD_SECONDS = 10.0  # until the head of a request is whole
MAX_BODY_SECONDS = 15.0
MAX_GUESSES = 20  # wrong tokens from one address
GUESSES_SECONDS = 60.0  # within which they are counted
MAX_ADDRESSES = 10_000  # whose wrong tokens are counted
MAX_SAVERS = 8  # that write or wait for it
MAX_BODY_BYTES = 256 * 1024
MAX_JSON_DEPTH = 12
MAX_QUERY_BYTES = 16 * 1024
MAX_WORD_LETTERS = 120
MAX_BASELINE_LETTERS = 4000
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
MAX_UNITS = 100_000  # of a cargo that one question is of
