"""``python -m corridor``: the same as ``corridor``."""

from __future__ import annotations

import sys

from corridor.cli.app import main

if __name__ == "__main__":
    sys.exit(main())
