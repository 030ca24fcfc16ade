"""The second process: charts as Vega-Lite in, one a line; SVG out, as JSON, one a line."""

from __future__ import annotations

import json
import sys

import vl_convert


def main() -> None:
    """Draw every chart that comes in, until no more can come."""
    for line in sys.stdin:
        svg = vl_convert.vegalite_to_svg(line)
        sys.stdout.write(json.dumps(svg) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
