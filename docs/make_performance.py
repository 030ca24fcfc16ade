"""Write docs/performance.md anew: what benchmarks print, and growth as a chart.

    python docs/make_performance.py [NAME ...]

A section stands between ``<!-- made by benchmarks/NAME.py -->`` and ``<!-- end -->`` and holds what
the benchmark prints, in Markdown. A table whose first column is ``links`` is one of growth: the
columns up to one that begins with ``ratio``, in milliseconds, are lines of the chart
docs/images/growth.svg, dashed where a comma parts the name of another tool.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import takewhile
from pathlib import Path

import altair as alt
import polars as pl

from corridor.charts.style import HUES
from corridor.charts.svg import to_svg

DOCS = Path(__file__).parent
PAGE = DOCS / "performance.md"
CHART = DOCS / "images" / "growth.svg"
BENCHMARKS = DOCS.parent / "benchmarks"

SECTION = re.compile(
    r"(?<=<!-- made by benchmarks/)(?P<name>\w+)\.py -->\n(?P<body>.*?)(?=<!-- end -->)", re.S
)
ONE_THREAD = dict.fromkeys(
    ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS"), "1"
)


def main(names: Sequence[str]) -> None:
    """Run some benchmarks, or all of the page, and write page and chart."""
    page = PAGE.read_text("utf-8")
    sections = [section["name"] for section in SECTION.finditer(page)]
    for name in names or sections:
        if name not in sections:
            raise SystemExit(f"{PAGE.name} has no section made by benchmarks/{name}.py.")

        print(f"== {name}", file=sys.stderr, flush=True)
        page = with_section(page, name, printed_by(name))
        PAGE.write_text(page, encoding="utf-8", newline="\n")

    points = growth(page)
    if len(points):
        CHART.write_text(to_svg(chart(points)), encoding="utf-8", newline="\n")


def printed_by(name: str) -> str:
    """Run a benchmark and return what it prints; it stops this run where its results differ."""
    done = subprocess.run(
        [sys.executable, BENCHMARKS / f"{name}.py"],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        env=os.environ | ONE_THREAD,
    )
    if done.returncode:
        raise SystemExit(
            f"benchmarks/{name}.py ended with {done.returncode}: the page is as it was."
        )
    return done.stdout


def with_section(page: str, name: str, printed: str) -> str:
    """Return the page with what a benchmark printed in its section."""

    def replaced(section: re.Match[str]) -> str:
        body = printed if section["name"] == name else section["body"]
        return f"{section['name']}.py -->\n{body}"

    return SECTION.sub(replaced, page)


def growth(page: str) -> pl.DataFrame:
    """Return the points of the growth tables of a page: section, line, links, ms."""
    columns = {"section": pl.String, "line": pl.String, "links": pl.Int64, "ms": pl.Float64}
    return pl.DataFrame(list(_points(page)), columns, orient="row")


def _points(page: str) -> Iterator[tuple[str, str, int, float]]:
    title = ""
    lines: list[str] = []
    for line in page.splitlines():
        if line.startswith("## "):
            title = line.removeprefix("## ")
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            lines = []
        elif cells[0] == "links":
            lines = list(takewhile(lambda cell: not cell.startswith("ratio"), cells[1:]))
        elif lines and cells[0].replace(",", "").isdigit():
            links = int(cells[0].replace(",", ""))
            for name, cell in zip(lines, cells[1:], strict=False):
                if cell:
                    yield title, name, links, float(cell.replace(",", ""))


def chart(points: pl.DataFrame) -> alt.FacetChart:
    """Return milliseconds by links, a panel for each section."""
    names = points["line"].unique(maintain_order=True).to_list()
    hues = [HUES[k % len(HUES)] for k in range(len(names))]
    dashes = [[1, 0] if ", " not in name else [4, 3] for name in names]
    lines = (
        alt.Chart(points)
        .mark_line(point=True)
        .encode(
            alt.X("links", title="links").scale(type="log").axis(format="~s", tickCount=4),
            alt.Y("ms", title="milliseconds").scale(type="log").axis(format="~g", tickCount=6),
            alt.Color("line", title=None, sort=names).scale(domain=names, range=hues),
            alt.StrokeDash("line", title=None, sort=names).scale(domain=names, range=dashes),
        )
        .properties(width=290, height=200)
    )
    return lines.facet(
        facet=alt.Facet("section", title=None, sort=points["section"].unique().to_list()),
        columns=2,
        title="Milliseconds by number of links",
    ).resolve_scale(x="independent", y="independent")


if __name__ == "__main__":
    main(sys.argv[1:])
