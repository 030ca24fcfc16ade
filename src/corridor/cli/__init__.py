"""The shell: `corridor VERB STUDY ...`."""

from corridor.cli.app import main

__all__ = ["main"]
