"""A study: its tables and settings, read from a folder, and the starter."""
