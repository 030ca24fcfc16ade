"""Closures: how often, how long, what they cost, what matters most."""
