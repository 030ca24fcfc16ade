"""Flows: demand on the network under capacity, what jams, and what a slot is worth."""
