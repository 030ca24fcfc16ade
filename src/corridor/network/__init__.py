"""The network of one scenario: places, links, costs, openings, changes."""
