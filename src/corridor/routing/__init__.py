"""Routes from place to place on a date, skims, and why there is none."""
