"""The outline of land and borders under every map, and how it falls on the paper."""
