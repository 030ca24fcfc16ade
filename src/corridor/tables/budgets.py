"""Budgets: how much of a study's files is read, looked at before any parser takes them.

A file of a kilobyte may ask for terabytes; what asks for more than this is refused with a finding.
"""

from __future__ import annotations

MAX_BYTES = 200_000_000  # of one file
MAX_ROWS = 1_000_000  # of one table
MAX_COLUMNS = 1_000
MAX_CELLS = 8_000_000  # of one table, and of all tables of a study: checked in a minute and 2 GB

# Of tables whose rows take a calendar of years each: a hundred times what studies have.
MAX_ROWS_OF = {"windows": 10_000, "services": 5_000}
MAX_DEPARTURES = 10_000  # a week, of all services from all stops to all later ones

MAX_LINE_BYTES = 1_000_000  # of a CSV file

MAX_UNPACKED_BYTES = 1_000_000_000  # of a workbook
MAX_SHEET_CELLS = 10_000_000  # of the rectangle that holds all cells of a sheet
MAX_SHEET_LETTERS = 500_000_000  # of all its texts, one that many cells share counted for each

MAX_SETTINGS_BYTES = 1_000_000  # of study.toml
MAX_KEY_PARTS = 16  # of a dotted key in it
