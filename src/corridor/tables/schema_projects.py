"""The tables of projects and of what they hang on; schema.py lists them with the rest."""

from __future__ import annotations

from corridor.tables.columns import EVIDENCE, Column, Table, key, number

MAX_USD = 1e12
MAX_YEARS = 100

# How far a project is, from first said to in use.
PROJECT_STATUSES = (
    "idea",
    "announced",
    "memorandum",
    "study",
    "financed",
    "under-construction",
    "stalled",
    "built",
)
# Kinds of works whose overruns are alike, as Flyvbjerg parts them.
REFERENCE_CLASSES = ("rail", "road", "port", "fixed-link", "building", "it", "ship")
PAYERS = ("state", "private", "donor")
PLACE_STATES = ("open", "half", "shut", "trade-stopped")

PROJECTS = Table(
    "projects",
    "project_id",
    "what can be built or bought: the changes it makes, what it costs, how long it takes and what "
    "it needs; one project is built whole or not at all",
    (
        key("project_id", "short lower-case word"),
        Column("name", "text", "name as printed", required=True),
        Column("programme", "id", "projects named together, such as ktap; null: stands alone"),
        Column("country", "country", "where most of it is", required=True, refers="countries"),
        Column(
            "change_ids",
            "words",
            "change_id of the changes it makes once it is built; their rows have no dates, as the "
            "year of opening is that of the plan; what they open lies below the closures of the "
            "scenario, so that a border that is shut stays so",
            required=True,
        ),
        number(
            "capex_usd", "price of all of it, best estimate", "USD", high=MAX_USD, required=True
        ),
        number("capex_p5_usd", "5th percentile of capex_usd; null: not known", "USD", high=MAX_USD),
        number(
            "capex_p95_usd", "95th percentile of capex_usd; null: not known", "USD", high=MAX_USD
        ),
        Column(
            "capex_shares",
            "words",
            "share of capex_usd in each year of building, in order, together 1; null: even",
        ),
        number(
            "opex_usd_per_year",
            "running and keeping it, whatever it carries, beside what is paid for carriage; null: "
            "not known, taken as none",
            "USD/year",
            high=MAX_USD,
        ),
        number(
            "opex_usd_per_t_km",
            "further money per tonne-kilometre on the links it opens; null: none beside rates",
            "USD/t-km",
            high=10,
        ),
        Column(
            "build_years",
            "integer",
            "whole years from the start of works to the opening",
            unit="years",
            required=True,
            low=1,
            high=30,
        ),
        Column(
            "life_years",
            "integer",
            "years it serves from its opening",
            unit="years",
            required=True,
            low=1,
            high=MAX_YEARS,
        ),
        number(
            "residual_share",
            "share of capex_usd it is worth at the end of its life; null: none",
            "1",
            high=1,
        ),
        Column("earliest_on", "date", "first day works can start; null: any day"),
        Column(
            "requires",
            "words",
            "projects that must be open when this one opens",
            refers="projects",
        ),
        Column(
            "excludes",
            "words",
            "projects that cannot be built beside this one; said by either of them",
            refers="projects",
        ),
        Column("status", "choice", "how far it is", required=True, choices=PROJECT_STATUSES),
        Column(
            "reference_class",
            "choice",
            "kind of works, for how far their prices run over",
            required=True,
            choices=REFERENCE_CLASSES,
        ),
        *EVIDENCE,
    ),
)

PROJECT_PAYERS = Table(
    "project_payers",
    "payer_id",
    "who pays for a project, and which share of it",
    (
        key("payer_id", "short lower-case word"),
        Column("project_id", "id", "the project", required=True, refers="projects"),
        Column(
            "payer",
            "choice",
            "state: a budget, a company of the state, or a loan that the state pays back; private: "
            "firms and what they borrow; donor: a grant",
            required=True,
            choices=PAYERS,
        ),
        Column(
            "payer_country",
            "country",
            "country that decides about the money; null: many, or none of the study's",
            refers="countries",
        ),
        number("share", "share of capex_usd; together 1", "1", high=1, required=True),
        *EVIDENCE,
    ),
)

STATES = Table(
    "states",
    "state_id",
    "how a border, strait or road stood, month by month: the history triggers are fitted from",
    (
        key("state_id", "short lower-case word"),
        Column(
            "place",
            "text",
            "what stood so: the id of a hazard, whose links are meant, or links: an id, "
            "crossing:AF-PK, node:salang",
            required=True,
        ),
        Column("month", "month", "calendar month, YYYY-MM", required=True),
        Column(
            "state",
            "choice",
            "open: goods passed on three quarters of its days or more; half: on a quarter or more, "
            "or that share of them; shut: less; trade-stopped: as shut, but people passed",
            required=True,
            choices=PLACE_STATES,
        ),
        *EVIDENCE,
    ),
)

TABLES: tuple[Table, ...] = (PROJECTS, PROJECT_PAYERS, STATES)
