"""The tables of trade and of evidence; schema.py lists them with the rest."""

from __future__ import annotations

from corridor.tables.columns import ALTERNATIVE, EVIDENCE, Column, Table, key, number

TRADE = Table(
    "trade",
    "trade_id",
    "trade in goods between countries; a flow nobody published is not here",
    (
        key("trade_id", "short lower-case word"),
        Column(
            "exporter", "country", "country the goods come from", required=True, refers="countries"
        ),
        Column(
            "importer",
            "country",
            "where they go; the exporter itself: sales at home",
            required=True,
            refers="countries",
        ),
        Column("sector_id", "id", "sector; null: all goods together", refers="sectors"),
        Column(
            "year",
            "integer",
            "calendar year, or the year a fiscal year ends in",
            required=True,
            low=1950,
            high=2100,
        ),
        Column("ends_on", "date", "last day of the twelve months counted; null: 31 December"),
        number("value_usd", "value", "USD/year", required=True),
        number("weight_t", "weight", "t/year"),
        Column("series", "text", "who counted: the customs or bank it comes from", required=True),
        Column(
            "basis",
            "choice",
            "published, or by the rule in the note",
            required=True,
            choices=("observed", "estimated"),
        ),
        ALTERNATIVE,
        *EVIDENCE,
    ),
)

SECTORS = Table(
    "sectors",
    "sector_id",
    "kinds of goods that react alike to cost and time",
    (
        key("sector_id", "short lower-case word"),
        Column("name", "text", "name as printed", required=True),
        Column(
            "hs_chapters",
            "words",
            "chapters of the Harmonized System, two digits each",
            required=True,
        ),
        Column("cargo_id", "id", "how it travels", required=True, refers="cargoes"),
        number("usd_per_t", "value of a tonne", "USD/t", low=1, required=True),
        number(
            "elasticity",
            "fall of trade per relative rise of its cost (sigma - 1), median",
            "1",
            low=0.1,
            high=50,
            required=True,
        ),
        number("elasticity_low", "5th percentile", "1", low=0.1, high=50, required=True),
        number("elasticity_high", "95th percentile", "1", low=0.1, high=50, required=True),
        number(
            "time_value_share_per_day",
            "share of the value a day in transit costs",
            "1/day",
            high=0.2,
            required=True,
        ),
        Column(
            "carriage",
            "choice",
            "pipeline: by pipeline, wire or tanker, which no link is; its costs stay as they are "
            "and it has no potential; null: by the routes of the network",
            choices=("pipeline",),
        ),
        *EVIDENCE,
    ),
)

SPECIALISATIONS = Table(
    "specialisations",
    "specialisation_id",
    "what a country's exports consist of",
    (
        key("specialisation_id", "short lower-case word"),
        Column("exporter", "country", "country", required=True, refers="countries"),
        Column(
            "importer",
            "country",
            "only towards this country; null: towards every other",
            refers="countries",
        ),
        Column("sector_id", "id", "sector", required=True, refers="sectors"),
        number(
            "export_share", "share of the exporter's sales; together 1", "1", high=1, required=True
        ),
        *EVIDENCE,
    ),
)

MARKETS = Table(
    "markets",
    "market_id",
    "where in a country its trade starts and ends",
    (
        key("market_id", "short lower-case word"),
        Column(
            "country",
            "country",
            "as in trade (EU: a port of any member)",
            required=True,
            refers="countries",
        ),
        Column("node_id", "id", "place", required=True, refers="nodes"),
        number(
            "trade_share", "share of the country's trade; together 1", "1", high=1, required=True
        ),
        *EVIDENCE,
    ),
)

FIGURES = Table(
    "figures",
    "figure_id",
    "single published figures that claims and commitments are compared with",
    (
        key("figure_id", "short lower-case word"),
        Column("name", "text", "what was counted", required=True),
        number("value", "the figure in its unit", "as unit", low=None, required=True),
        Column(
            "unit", "text", "unit: USD, EUR, USD/EUR, people, count, 1 (a share)", required=True
        ),
        Column("from_on", "date", "first day counted"),
        Column("to_on", "date", "last day counted"),
        ALTERNATIVE,
        *EVIDENCE,
    ),
)

CHECKS = (
    "lookup",
    "at-least",
    "at-most",
    "at-least-between",
    "other-count",
    "sum",
    "difference",
    "ratio",
    "change",
    "change-on-new",
    "conversion",
    "none",
)

CLAIMS = Table(
    "claims",
    "check_id",
    "what is said, beside what the sources say; one claim_id, one statement",
    (
        key("check_id", "short lower-case word"),
        Column("claim_id", "id", "the statement checked", required=True),
        Column("statement", "text", "the statement in our words", required=True),
        number("value", "value said; null: none was given", "as unit", low=None),
        Column("unit", "text", "unit of the value; 1: a share"),
        Column(
            "check",
            "choice",
            "lookup: left equals the value; at-least, at-most: left is not below, above it; "
            "at-least-between: the range from left to right is not below it, undecided where it "
            "lies between the two; other-count: left counts something else, shown without verdict; "
            "sum, difference, ratio: of left and right; change: left / right - 1; "
            "change-on-new: 1 - right / left; conversion: left x right; none: cannot be checked",
            required=True,
            choices=CHECKS,
        ),
        Column("left", "text", "table:row:column the check starts from"),
        Column("right", "text", "table:row:column it is compared with"),
        number(
            "tolerance_share",
            "relative gap up to which it counts as consistent; null: 0.02",
            "1",
            high=1,
        ),
        Column(
            "decides",
            "boolean",
            "the verdict depends on this row; false: shown beside it",
            required=True,
        ),
        *EVIDENCE,
    ),
)

COMMITMENTS = Table(
    "commitments",
    "commitment_id",
    "what was promised",
    (
        key("commitment_id", "short lower-case word"),
        Column("name", "text", "the promise in our words", required=True),
        Column("metric", "text", "what is counted; null: nothing countable was promised"),
        number("target", "value promised", "as unit"),
        Column("unit", "text", "unit of the target"),
        Column("promised_on", "date", "day of the promise", required=True),
        Column("due_on", "date", "day it falls due; null: none was named"),
        Column("baseline", "text", "table:row:column of the value when it was promised"),
        Column("measured", "text", "table:row:column of the newest value seen, or forecast:name"),
        Column("measured_on", "date", "day the newest value stands for"),
        *EVIDENCE,
    ),
)

REPLAYS = Table(
    "replays",
    "replay_id",
    "closures that happened, run through the model beside the trade that was seen",
    (
        key("replay_id", "short lower-case word"),
        Column("name", "text", "what is replayed", required=True),
        Column("change_id", "id", "change that closed the links", required=True),
        Column(
            "figure_before_id",
            "id",
            "trade of a time without the closure",
            required=True,
            refers="figures",
        ),
        Column(
            "figure_after_id",
            "id",
            "trade of the time replayed, from its first to its last day",
            required=True,
            refers="figures",
        ),
        Column(
            "demand_source_id",
            "id",
            "source of the demand rows that are sent; null: all demand",
            refers="sources",
        ),
        Column(
            "check_id", "id", "claim about the same fall, shown beside; null: none", refers="claims"
        ),
        Column(
            "rule_ids",
            "words",
            "rules that came with the closure: in force with it, not without; null: none",
            refers="rules",
        ),
        Column(
            "season_figure_id",
            "id",
            "trade of the first part of the time before, which says how its days weigh; null: all "
            "days weigh alike",
            refers="figures",
        ),
        Column(
            "fitted",
            "choice",
            "setting of the model that was chosen after this outcome was seen; null: none",
            choices=("limit_share",),
        ),
        *EVIDENCE,
    ),
)

TABLES: tuple[Table, ...] = (
    TRADE,
    SECTORS,
    SPECIALISATIONS,
    MARKETS,
    FIGURES,
    CLAIMS,
    COMMITMENTS,
    REPLAYS,
)
