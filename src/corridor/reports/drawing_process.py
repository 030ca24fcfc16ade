"""The second process: charts as Vega-Lite in, one a line; SVG out, as JSON, one a line."""

from __future__ import annotations

import json
import sys

import vl_convert


def main() -> None:
    """Draw every chart that comes in, until no more can come."""
    # Not sys.stdout: with PYTHONUNBUFFERED set it loses the rest of a long line where a signal
    # stops it half written, and the process that reads waits for ever.
    with open(sys.stdout.fileno(), "w", encoding="utf-8", closefd=False) as answers:
        for line in sys.stdin:
            svg = vl_convert.vegalite_to_svg(line)
            answers.write(json.dumps(svg) + "\n")
            answers.flush()


if __name__ == "__main__":
    main()
