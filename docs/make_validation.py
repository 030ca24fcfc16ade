"""Write docs/validation.md: what was seen, and what users ask, beside what the model says."""

from __future__ import annotations

from pathlib import Path

import polars as pl

import corridor as co

PAGE = Path(__file__).with_name("validation.md")
STUDY = Path(__file__).parents[1] / "studies" / "kazakhstan-pakistan"
HEAD = """# Validation: seen and asked beside modelled

Made by `make docs` from `observations.csv` and `questions.csv` of `studies/kazakhstan-pakistan`; `corridor validate` prints
the same ([how it is judged](decisions/065-validation.md)).

<!-- skip: a minute; the tables below are what it prints -->
```sh
corridor validate studies/kazakhstan-pakistan --table observations --kind ordinary
```

No link is fitted to a row of this page: speeds, hours a day and border times are those of whole countries and classes
(decisions 004 and 005), and speeds by country rest on the same reports as the rows that test them.

"""  # noqa: E501
SEEN = """## What was seen

Every row pins the route it was seen on (places, crossings, services, countries); the model answers for that route. "inside
band": the figure seen lies between the model's 5th and 95th percentile; "within 25 %": of its median; money and lengths
have no band. A miss stays a miss; the column before the last says what was known before comparing. Pilots with an escort are
compared under the scenario `tir-pilot` (two drivers, a fifth of the wait at borders: one assumption for all of them).

"""  # noqa: E501
ASKED = """## What users ask

The questions of a first review by people of the trade, with the countries, modes, days and dollars they would believe,
written down before asking. Believed: right countries and modes, and figures inside their range, give or take 10 %. Rejected:
another route, or a figure more than half again outside. A question of several rows is as good as the worst of them.

"""  # noqa: E501


def page() -> str:
    """Return the whole page as Markdown."""
    validation = co.validate(co.read(STUDY))
    observed, asked = validation.sentences
    return "\n".join(
        [
            HEAD + SEEN + observed + "\n",
            *_observation_rows(validation.observations),
            "\n" + ASKED + asked + "\n",
            *_question_rows(validation.questions),
            "",
        ]
    )


def _observation_rows(frame: pl.DataFrame) -> list[str]:
    """Return the table of observations."""
    rows = [
        f"| {r['observation_id']} | {r['name']} | {r['kind']} | {r['metric']} | {_seen(r)} | "
        f"{_band(r)} | {r['verdict']} | {r['route']}{'' if r['is_on_route'] else ' (another)'} | "
        f"{r['explains'] or ''} | `{r['source_id']}` {r['confidence']} |"
        for r in frame.iter_rows(named=True)
    ]
    return [
        "| id | what | kind | metric | seen | model p5 - p50 - p95 | verdict | route compared | "
        "may differ because | source |",
        "|---|---|---|---|---|---|---|---|---|---|",
        *rows,
    ]


def _question_rows(frame: pl.DataFrame) -> list[str]:
    """Return the table of questions."""
    rows = [
        f"| {r['number']} | {r['question']} | {_figure(r['days'], 1)} | {_figure(r['usd'])} | "
        f"{'-'.join(r['countries'] or [])} | {' '.join(r['modes'] or [])} | {r['verdict']} | "
        f"{r['judged']} | {r['why'] or ''} | `{r['source_id']}` {r['confidence']} |"
        for r in frame.iter_rows(named=True)
    ]
    return [
        "| no. | question | days | USD | countries | modes | verdict | at first | why | source |",
        "|---|---|---|---|---|---|---|---|---|---|",
        *rows,
    ]


def _figure(value: float | None, digits: int = 0) -> str:
    return "" if value is None else f"{value:,.{digits}f}"


def _seen(row: dict[str, float | None]) -> str:
    low = row["value_low"]
    high = row["value_high"]
    value = "happened" if row["value"] is None else f"{row['value']:,.0f}"
    return f"{value} ({low:,.0f} to {high:,.0f})" if low is not None and high is not None else value


def _band(row: dict[str, float | None]) -> str:
    return " - ".join(
        "none" if v is None else f"{v:,.0f}"
        for v in (row["model_p05"], row["model_p50"], row["model_p95"])
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    print(PAGE)
