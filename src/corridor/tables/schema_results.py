"""Every table that a run keeps and every column of it, declared once like the tables of a study.

Report, charts, web and export read here what a table and a column are called, which columns are
prose (told in the reader's language), and which tables a run may lack.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

import polars as pl

from corridor.errors import UnknownName
from corridor.tables import schema_appraisals, schema_phases
from corridor.tables.cells import frame_of, stored_type
from corridor.tables.columns import CONFIDENCE, CONFIDENCES, LEG_COLUMNS, MODES, Column, Table
from corridor.tables.columns import result_count as _count
from corridor.tables.columns import result_message as _message
from corridor.tables.columns import result_number as number
from corridor.tables.columns import result_share as _share
from corridor.tables.columns import result_signed as _signed

CRITERIA = ("time", "cost", "cost in time")
NO_EQUILIBRIUM = "the world economy finds no equilibrium; trade_sentences says so"
NO_YEARS = "no year could be simulated; loss_notes says why"


def _id(name: str, meaning: str, refers: str | None = None, *, many: bool = False) -> Column:
    return Column(name, "id", meaning, refers=refers, many=many)


def _prose(name: str, meaning: str, *, many: bool = False) -> Column:
    return Column(name, "prose", meaning, many=many)


def _choice(name: str, meaning: str, *choices: str) -> Column:
    return Column(name, "choice", meaning, choices=choices)


_TRIP = _id("trip_id", "trip of study.toml")
_ROUTE = _id("route_id", "route, unique within its trip")
_DEMAND = _id("demand_id", "row of demand", "demand")
_CARGO = _id("cargo_id", "cargo", "cargoes")
_LENGTH = number("length_km", "length", "km")
_CARBON = number("carbon_kg", "emissions per cargo unit", "kg CO2e")
_RISK = _share(
    "risk_share",
    "chance that goods meet a closure on the way, given what is open on departure",
)
_TIME_P95 = number(
    "time_p95_h",
    "95th percentile of sampled journeys if nothing closes; null: never there",
    "h",
)
_MODES = Column("modes", "choice", "means of transport, in order", choices=MODES, many=True)
_COUNTRIES = Column("countries", "country", "countries passed, in order", many=True)
_BORDERS = _id("borders", "border crossings passed, in order", "links", many=True)
_REASON = _prose("reason", "why there is no route; null where there is one")
_SOURCE = _id("source_id", "row of sources.csv the figure was read in", "sources")
_CASE = _id("case", "scenario; ``open``: the same without the closures that are replayed")
_HAZARD = _id("hazard_id", "hazard", "hazards")
_EXPORTER = Column("exporter", "country", "country the goods come from")
_IMPORTER = Column("importer", "country", "country they go to; the exporter itself: sales at home")
_SECTOR = _id("sector_id", "sector", "sectors")
_SCENARIO = _id("scenario", "scenario of study.toml")
_BASIS = _choice(
    "basis",
    "published, by a rule of its source, or by gravity",
    "observed",
    "estimated",
    "predicted",
)
_FROM_NAME = _prose("from_name", "name of the exporter")
_TO_NAME = _prose("to_name", "name of the importer")
_SCENARIO_TITLE = _prose("title", "title of the scenario")
_VALUES = (
    number("base_usd", "value before", "USD/year"),
    number("value_usd", "value under the scenario", "USD/year"),
    number("low_usd", "5th percentile of value_usd over the elasticities", "USD/year"),
    number("high_usd", "95th percentile of value_usd over the elasticities", "USD/year"),
)

TRIPS = Table(
    "trips",
    "trip_id",
    "what the study asks: one row a trip, with the reason where it has no route",
    (
        _TRIP,
        _id("origin_id", "place the goods start from", "nodes"),
        _id("destination_id", "place they go to", "nodes"),
        _prose("origin", "name of the place they start from"),
        _prose("destination", "name of the place they go to"),
        _prose("cargo", "name of the cargo"),
        Column("depart", "date", "day of departure"),
        _count("pareto_count", "routes none of which is worse than another on every criterion"),
        _REASON,
        _prose("warnings", "caveats of the answer", many=True),
        _prose("left_out", "what is said of routes not shown", many=True),
        _prose("question", "the question in words; null: none was written"),
        Column("via", "text", "places every route passes", many=True),
        Column("require", "text", "countries, modes, places or links it must use", many=True),
        Column("avoid", "text", "countries, modes, places or links it must not use", many=True),
        _message("reason"),
        _message("warnings", many=True),
        _message("left_out", many=True),
    ),
    title="Trips",
)

ROUTES = Table(
    "routes",
    None,
    "routes of every trip, none worse than another on every criterion, quickest first",
    (
        _TRIP,
        _ROUTE,
        number("time_h", "time as planned", "h"),
        number("time_p05_h", "5th percentile of sampled journeys", "h"),
        number("time_p50_h", "median of sampled journeys", "h"),
        _TIME_P95,
        _share(
            "on_time_share",
            "share of sampled journeys by the deadline if nothing closes; null: none",
        ),
        number("cost_usd", "money per cargo unit", "USD"),
        number("cost_p05_usd", "5th percentile of the money: market, direction, lane", "USD"),
        number("cost_p95_usd", "95th percentile of the money", "USD"),
        number("generalised_cost_usd", "money, and time at its value to the cargo", "USD"),
        _CARBON,
        _RISK,
        _count("borders_count", "border crossings"),
        _count("transshipments_count", "uses of a terminal, to another mode or gauge"),
        _LENGTH,
        _MODES,
        _COUNTRIES,
        _BORDERS,
        _prose("documents", "documents the route needs", many=True),
        _id("hazards", "hazards that may strike on the route", "hazards", many=True),
        Column("corridor", "text", "what the route is called: gateways passed, and modes"),
    ),
    title="Routes",
)

LEGS = Table(
    "legs",
    None,
    "links and terminals of every route, in order",
    (
        _TRIP,
        _ROUTE,
        *LEG_COLUMNS,
    ),
    title="Legs",
)

MONEY = Table(
    "money",
    None,
    "what the money of every route is made of: one line a leg and row of a table that charges it",
    (
        _TRIP,
        _ROUTE,
        _count("leg", "number of the leg within the route, from 0"),
        _choice(
            "table",
            "table of the row",
            "rates",
            "links",
            "regimes",
            "rules",
            "terminals",
            "charges",
        ),
        Column("row_id", "text", "key of the row"),
        number("cost_usd", "money per cargo unit", "USD"),
        number("cost_p05_usd", "5th percentile of the line alone", "USD"),
        number("cost_p95_usd", "95th percentile of the line alone", "USD"),
        _id("source_id", "row of sources.csv of the row", "sources"),
        CONFIDENCE,
    ),
    title="Money of routes",
)

CALENDAR = Table(
    "calendar",
    None,
    "best route of every trip by time and by cost for departures through a year",
    (
        _TRIP,
        Column("depart_on", "date", "day of departure"),
        _choice("criterion", "what the route is best at", *CRITERIA[:2]),
        number("time_h", "time as planned; null: no route", "h"),
        number("wait_h", "part of time_h spent waiting", "h"),
        number("cost_usd", "money per cargo unit", "USD"),
        _CARBON,
        _RISK,
        _LENGTH,
        _MODES,
        _COUNTRIES,
        _BORDERS,
        _REASON,
        _message("reason"),
    ),
    title="Departures through the year",
)

SCENARIOS = Table(
    "scenarios",
    None,
    "best routes of every trip under every scenario that asks a question; no rows where none does",
    (
        _TRIP,
        _SCENARIO,
        _choice("criterion", "what the route is best at", *CRITERIA),
        number("time_h", "time as planned; null: no route", "h"),
        number("time_p50_h", "median of sampled journeys", "h"),
        _TIME_P95,
        number("cost_usd", "money per cargo unit", "USD"),
        _COUNTRIES,
        _MODES,
        _BORDERS,
        _share("weak_time_share", "share of the hours that rests on estimates"),
        _share("weak_cost_share", "share of the money that rests on estimates"),
        _REASON,
        _message("reason"),
    ),
    title="Trips under other scenarios",
)

CLOSURES = Table(
    "closures",
    None,
    "what changes shut on the scenario's day, and the windows that shut links in some season",
    (
        Column("element", "text", "links shut, separated by spaces"),
        _choice("kind", "what shuts them", "change", "window"),
        _prose("what", "note of the change or window, else its id"),
        Column("from_on", "date", "first day shut; null: not dated"),
        Column("to_on", "date", "first day open again; null: nobody has said when"),
        _SOURCE,
        _count("links", "number of links shut"),
    ),
    title="Closures",
)

VALIDATION = Table(
    "validation",
    "observation_id",
    "every observation beside the model's answer for the same trip",
    (
        _id("observation_id", "observation", "observations"),
        _prose("name", "what was observed"),
        _choice("kind", "what kind of trip it was", "ordinary", "pilot", "announced"),
        Column("trip", "text", "trip; rows of one trip count once"),
        _choice(
            "metric",
            "what was measured",
            "time_h",
            "train_h",
            "ship_h",
            "cost_usd",
            "length_km",
            "speed_kmh",
        ),
        number("value", "value seen; null: seen to happen, not measured", "as metric"),
        number("value_low", "lower end where a range was published", "as metric"),
        number("value_high", "upper end where a range was published", "as metric"),
        number("model_p05", "5th percentile of the model; null: no route", "as metric"),
        number("model_p50", "median of the model", "as metric"),
        number("model_p95", "95th percentile of the model", "as metric"),
        _choice(
            "verdict",
            "how the two compare",
            "inside band",
            "within 25 %",
            "miss",
            "possible",
            "no route",
        ),
        Column("route", "text", "route compared: places, with modes or services between them"),
        Column("is_on_route", "boolean", "whether that is the route observed"),
        _prose("explains", "why the model may differ, known before comparing"),
        _SOURCE,
        CONFIDENCE,
    ),
    title="Validation",
)

QUESTIONS = Table(
    "questions",
    "question_id",
    "what users ask, the model's answer and whether a forwarder would believe it",
    (
        _id("question_id", "question", "questions"),
        _count("number", "question of the list; rows of one number are one question"),
        _prose("question", "the question in words"),
        _choice("about", "which route is judged", "quickest", "cheapest", "shown", "none"),
        _choice("verdict", "how the answer is judged", "believed", "figure off", "rejected"),
        _prose("why", "what is wrong with it; null where it is believed"),
        _message("why"),
        Column("route", "text", "route judged: places, with modes or services between them"),
        _COUNTRIES,
        _MODES,
        number("days", "median days of the model", "days"),
        number("days_p05", "5th percentile of the days", "days"),
        number("days_p95", "95th percentile of the days; null: some never arrive", "days"),
        number("usd", "price of the model", "USD/unit"),
        number("usd_p05", "5th percentile of the price", "USD/unit"),
        number("usd_p95", "95th percentile of the price", "USD/unit"),
        number("km", "length", "km"),
        number("days_low", "fewest days believed", "days"),
        number("days_high", "most days believed", "days"),
        number("usd_low", "lowest price believed", "USD/unit"),
        number("usd_high", "highest price believed", "USD/unit"),
        _choice("judged", "verdict of the first review", "believed", "figure off", "rejected"),
        _prose("explains", "why that was its verdict"),
        _SOURCE,
        CONFIDENCE,
    ),
    title="Questions",
)

EVIDENCE = Table(
    "evidence",
    None,
    "rows of the study's tables by their confidence",
    (
        _id("table", "table of the study"),
        CONFIDENCE,
        _count("rows", "number of rows"),
    ),
    title="Data quality",
)

DEFAULTS = Table(
    "defaults",
    None,
    "figures the study does not give and the run took from defaults",
    (
        _id("table", "table of the study"),
        Column("row_id", "id", "its row", required=True),
        _id("column", "its column"),
        Column("value", "number", "the figure taken", unit="as column"),
        _id(
            "default_id", "row the figure was taken from: of the program's defaults, or of handling"
        ),
        Column("is_shipped", "boolean", "the row is the program's, not the study's", required=True),
        _SOURCE,
        CONFIDENCE,
        _prose("note", "what a reader of the row should know"),
    ),
    title="Defaults",
)

TRADE_TARGET = Table(
    "trade_target",
    None,
    "what growth, each scenario and free carriage give of the target, from every baseline",
    (
        _prose("series", "baseline: who counted"),
        number("base_usd", "trade of the baseline, both directions", "USD/year"),
        Column("ends_on", "date", "last day of the baseline's twelve months"),
        number("years", "years from there to the target", "years"),
        number("target_usd", "the target", "USD/year"),
        _signed("needed_growth_share_per_year", "yearly growth the target takes", "1/year"),
        _prose("step", "base growth, title of the scenario, or free carriage in the long run"),
        number("value_usd", "trade in the target year; null: not known", "USD/year"),
        number("low_usd", "5th percentile over the elasticities; null: no interval", "USD/year"),
        number("high_usd", "95th percentile over the elasticities; null: no interval", "USD/year"),
        _signed("gap_usd", "what is missing to the target", "USD/year"),
        _signed(
            "transport_share",
            "share of the way from growth to the target; null: growth is enough",
            "1",
        ),
        _signed("transport_share_low", "5th percentile of transport_share", "1"),
        _signed("transport_share_high", "95th percentile of transport_share", "1"),
        Column("baseline", "text", "option of the baseline; null: it has none"),
        _id("scenario", "scenario of study.toml; null: not one"),
        _choice("kind", "what the step is", "growth", "scenario", "bound"),
    ),
    title="The way to the trade target",
    needs=("target",),
    unless=NO_EQUILIBRIUM,
)

TRADE_POTENTIAL = Table(
    "trade_potential",
    None,
    "what the pair trades by direction and sector, and what an average pair of its size would",
    (
        _EXPORTER,
        _IMPORTER,
        _SECTOR,
        number("traded_usd", "value traded", "USD/year"),
        number("potential_usd", "value by gravity", "USD/year"),
        number(
            "headroom_usd",
            "potential_usd less traded_usd, at least 0; 0 where no route carries it",
            "USD/year",
        ),
        Column("is_carried", "boolean", "routes of the network carry it, not pipelines"),
        number(
            "error_factor",
            "by which gravity misses seen flows either way, one standard deviation; null: unknown",
            "1",
        ),
        _prose("name", "name of the sector"),
        _FROM_NAME,
        _TO_NAME,
    ),
    title="Trade potential",
    needs=("target",),
    unless=NO_EQUILIBRIUM,
)

TRADE_PAIRS = Table(
    "trade_pairs",
    None,
    "trade of every pair of countries under every scenario, from the first baseline",
    (_SCENARIO, _EXPORTER, _IMPORTER, _BASIS, *_VALUES),
    title="Trade between countries",
    needs=("target",),
    unless=NO_EQUILIBRIUM,
)

TRADE_FLOWS = Table(
    "trade_flows",
    None,
    "trade of every pair of countries by sector under every scenario, from the first baseline",
    (
        _SCENARIO,
        _EXPORTER,
        _IMPORTER,
        _SECTOR,
        _BASIS,
        CONFIDENCE,
        *_VALUES,
        number("base_cost_share", "transport cost over the value of the goods, before", "1"),
        number("cost_share", "the same under the scenario; null: no route", "1"),
    ),
    title="Trade by sector",
    needs=("target",),
    unless=NO_EQUILIBRIUM,
)

TRADE_GAINS = Table(
    "trade_gains",
    None,
    "what every scenario does to the economy of every country",
    (
        _SCENARIO,
        Column("country", "country", "country"),
        _signed("real_income_change_share", "change of real income", "1"),
        _signed("low_share", "5th percentile of it over the elasticities", "1"),
        _signed("high_share", "95th percentile of it over the elasticities", "1"),
        _signed("output_change_share", "change of output", "1"),
        _signed("expenditure_change_share", "change of expenditure", "1"),
        _signed("producer_price_change_share", "change of producers' prices", "1"),
        _signed("consumer_price_change_share", "change of consumers' prices", "1"),
        _prose("name", "name of the country"),
        _SCENARIO_TITLE,
    ),
    title="Gains of countries",
    needs=("target",),
    unless=NO_EQUILIBRIUM,
)

TRADE_PAIR_COSTS = Table(
    "trade_pair_costs",
    None,
    "what trade between the two pays for carriage, mean over its goods, each over their value",
    (
        _id("scenario", "scenario of study.toml, or ``baseline``: in the months of the baseline"),
        _EXPORTER,
        _IMPORTER,
        number("freight_share", "freight", "1"),
        number("time_share", "hours", "1"),
        number("reliability_share", "spread of the hours", "1"),
        number("border_share", "borders", "1"),
        number("cost_share", "all of these together; null: no route", "1"),
        _share("reached_share", "share of the goods' value that has a route, over days and places"),
        _FROM_NAME,
        _TO_NAME,
        _SCENARIO_TITLE,
    ),
    title="Cost of carriage",
    needs=("target",),
    unless=NO_EQUILIBRIUM,
)

TRADE_FREIGHT = Table(
    "trade_freight",
    None,
    "the forecast trade as demand between places, under every scenario",
    (
        _SCENARIO,
        _id("demand_id", "row of demand"),
        _id("origin_node_id", "place the goods start from", "nodes"),
        _id("destination_node_id", "place they go to", "nodes"),
        _CARGO,
        Column("year", "integer", "calendar year"),
        number("units_per_year", "cargo units", "units/year"),
        number("t_per_year", "weight", "t/year"),
        number("teu_per_year", "boxes; null: not in boxes", "TEU/year"),
        number("value_usd_per_year", "value", "USD/year"),
    ),
    title="Freight of the forecast",
    needs=("target",),
    unless=NO_EQUILIBRIUM,
)

TRADE_SENTENCES = Table(
    "trade_sentences",
    None,
    "the answer on the target in words, or why there is none",
    (
        _prose("series", "baseline: who counted; null: of all"),
        _prose("sentence", "one sentence"),
        _message("sentence"),
    ),
    title="Answer on the target",
    needs=("target",),
)

CLAIMS = Table(
    "claims",
    "claim_id",
    "every claim with its verdict and the arithmetic that led to it",
    (
        _id("claim_id", "claim"),
        _prose("statement", "what is said"),
        _signed("value", "value said; null: none", "as unit"),
        Column("unit", "text", "unit of the value"),
        _choice(
            "verdict",
            "what the tables say of it",
            "consistent",
            "differs",
            "cannot be decided",
            "different things counted",
            "cannot be checked",
        ),
        _prose("arithmetic", "figures that led to the verdict; null: not checked"),
        _prose("note", "what a reader should know"),
        _SOURCE,
        _choice("confidence", "worst grade of the claim and of the rows used", *CONFIDENCES),
        _message("statement"),
        _message("arithmetic"),
        _message("note"),
    ),
    title="Claims",
    needs=("claims",),
)

COMMITMENTS = Table(
    "commitments",
    "commitment_id",
    "every promise with its state and the arithmetic that led to it",
    (
        _id("commitment_id", "promise", "commitments"),
        _prose("name", "the promise in our words"),
        Column("metric", "text", "what is counted; null: nothing countable was promised"),
        number("target", "value promised", "as unit"),
        Column("unit", "text", "unit of the target"),
        Column("due_on", "date", "day it falls due; null: none was named"),
        _choice(
            "state",
            "how it stands",
            "on course",
            "short by",
            "announced, no second source",
            "not measurable here",
        ),
        number("short_by", "what is missing; null: nothing, or not measurable", "as unit"),
        _prose("arithmetic", "figures that led to the state; null: not measurable"),
        _prose("note", "what a reader should know"),
        _SOURCE,
        CONFIDENCE,
        _message("arithmetic"),
    ),
    title="Commitments",
    needs=("commitments",),
)


def _band_of_loss(name: str, what: str) -> tuple[Column, ...]:
    """Return the columns of a loss's band, and of its share of what is paid undisturbed."""
    return (
        number(
            f"{name}_low_usd_per_year",
            f"{what} at half of that share of the value; null: as the loss, or no limit",
            "USD/year",
        ),
        number(
            f"{name}_high_usd_per_year",
            f"{what} at two and a half times that share; null: as the loss, or no limit",
            "USD/year",
        ),
        number(
            f"{name}_share",
            f"{what} over what a year of it costs undisturbed; null: it costs nothing",
            "1",
        ),
    )


LOSS_RANK = Table(
    "loss_rank",
    None,
    "what the failure of each element costs the demand of a year, worst first",
    (
        _count("rank", "place within its kind, 1 the worst; null: demand without a route"),
        _choice(
            "kind",
            "what fails; stretch: links that no trip (own: of own demand) tells apart; demand: "
            "nothing, a row of demand that no route serves",
            "link",
            "node",
            "terminal",
            "crossing",
            "country",
            "hazard",
            "stretch",
            "own stretch",
            "pair",
            "demand",
        ),
        Column("element_id", "text", "id of the element; of a pair or stretch those of its links"),
        _prose("name", "name of the element"),
        number("extra_usd_per_year", "what trips that still have a route pay more", "USD/year"),
        number("unserved_units_per_year", "units left without a route", "units/year"),
        number("unserved_t_per_year", "their weight", "t/year"),
        number("unserved_usd_per_year", "their value", "USD/year"),
        number(
            "loss_usd_per_year",
            "extra cost, at most a share of the cargo's value a unit, also for the unserved",
            "USD/year",
        ),
        *_band_of_loss("loss", "loss"),
        number(
            "own_loss_usd_per_year",
            "loss of demand between the two countries of the target; null: no target, no demand",
            "USD/year",
        ),
        *_band_of_loss("own_loss", "loss of that demand"),
        number("used_t_per_year", "weight that goes there undisturbed", "t/year"),
        _signed("detour_km", "mean extra length of the tonnes turned aside", "km"),
        _signed("detour_h", "mean extra time of the tonnes turned aside", "h"),
        _count("disjoint_count", "routes without a common link that remain between its sides"),
        _signed(
            "joint_usd_per_year",
            "of a pair: what both cost together beyond their sum; null: not a pair",
            "USD/year",
        ),
        _id("worst_demand_id", "row of demand that loses most", "demand"),
        _REASON,
        _message("name"),
        _message("reason"),
    ),
    title="Which elements matter most",
    needs=("demand",),
)

LOSS_SUMMARY = Table(
    "loss_summary",
    None,
    "simulated years of closures: mean and quantiles of each yearly figure",
    (
        Column(
            "measure",
            "text",
            "figure of loss_years; own_loss_usd: the loss of demand between the target's countries",
        ),
        _signed("mean", "mean over the years", "as measure"),
        number("standard_error", "standard error of the mean; null: a single year", "as measure"),
        _signed("p05", "5th percentile", "as measure"),
        _signed("p50", "median", "as measure"),
        _signed("p95", "95th percentile", "as measure"),
        _signed("p99", "99th percentile", "as measure"),
        number(
            "known_low",
            "mean loss is above it in 95 of 100 ways the record allows; null: not the loss",
            "as measure",
        ),
        number(
            "known_high",
            "mean loss is below it in 95 of 100 ways the record allows; null: not the loss",
            "as measure",
        ),
        _CASE,
    ),
    title="Years of closures in short",
    needs=("demand", "hazards"),
    unless=NO_YEARS,
)

LOSS_LEVELS = Table(
    "loss_levels",
    None,
    "yearly loss that is reached once in so many years",
    (
        _count("return_period_years", "once in so many years", "years"),
        _signed("loss_usd", "loss of such a year", "USD"),
        _signed("low_usd", "lower end of its 95 % interval", "USD"),
        _signed("high_usd", "upper end of its 95 % interval", "USD"),
        _CASE,
    ),
    title="Return levels of the yearly loss",
    needs=("demand", "hazards"),
    unless=NO_YEARS,
)

LOSS_BY_HAZARD = Table(
    "loss_by_hazard",
    None,
    "mean yearly loss by hazard",
    (
        _HAZARD,
        _prose("name", "name of the hazard"),
        number("closures_per_year", "closures", "1/year"),
        number("shut_d_per_year", "days shut", "d/year"),
        _signed("loss_usd_per_year", "mean yearly loss", "USD/year"),
        number("recover_mean_d", "mean days from a closure's end until all goods are there", "d"),
        number("recover_p95_d", "95th percentile of these days", "d"),
        _signed("loss_share", "share of the loss of all hazards", "1"),
        number(
            "known_low_usd",
            "the yearly loss is above it in 95 of 100 ways the record of closures allows",
            "USD",
        ),
        number(
            "known_high_usd",
            "the yearly loss is below it in 95 of 100 ways the record of closures allows",
            "USD",
        ),
        _signed(
            "own_loss_usd_per_year",
            "mean yearly loss of demand between the two countries of the target; null: none",
            "USD/year",
        ),
        number("own_known_low_usd", "as known_low_usd, of that demand; null: none", "USD"),
        number("own_known_high_usd", "as known_high_usd, of that demand; null: none", "USD"),
        _CASE,
    ),
    title="Loss by hazard",
    needs=("demand", "hazards"),
    unless=NO_YEARS,
)

LOSS_YEARS = Table(
    "loss_years",
    None,
    "simulated years of closures, one row a draw, compared with the same year without hazards",
    (
        _count("draw", "number of the draw, from 0"),
        _signed("loss_usd", "extra_usd and what lost units count", "USD"),
        _signed("extra_usd", "money and time of what was sent, waits included", "USD"),
        _signed("delay_t_days", "tonnes times days later", "t d"),
        number("lost_t", "weight that stayed behind", "t"),
        number("lost_trade_usd", "value that stayed behind", "USD"),
        _signed("delay_d", "days later, mean over the tonnes", "d"),
        _CASE,
    ),
    title="Years of closures",
    needs=("demand", "hazards"),
    unless=NO_YEARS,
)

LOSS_MOVES = Table(
    "loss_moves",
    "demand_id",
    "best route of every row of demand without and with the closures that are replayed",
    (
        _DEMAND,
        _id("origin", "place the goods start from", "nodes"),
        _id("destination", "place they go to", "nodes"),
        _CARGO,
        _choice("moved", "what changes", "same", "cost", "route", "opened", "cut", "no route"),
        number("generalised_cost_usd_before", "generalised cost of a unit without them", "USD"),
        number("generalised_cost_usd_after", "generalised cost of a unit with them", "USD"),
        number("cost_usd_before", "money of a unit without them; null: no route", "USD"),
        number("cost_usd_after", "money of a unit with them; null: no route", "USD"),
        number("time_h_before", "time without them", "h"),
        number("time_h_after", "time with them", "h"),
        number("carbon_kg_before", "carbon of a unit without them", "kg CO2e"),
        number("carbon_kg_after", "carbon of a unit with them", "kg CO2e"),
        number("length_km_before", "length without them", "km"),
        number("length_km_after", "length with them", "km"),
        Column("countries_before", "country", "countries passed without them", many=True),
        Column("countries_after", "country", "countries passed with them", many=True),
        _id("borders_before", "border crossings passed without them", "links", many=True),
        _id("borders_after", "border crossings passed with them", "links", many=True),
        _id("links_before", "links passed without them", "links", many=True),
        _id("links_after", "links passed with them", "links", many=True),
        number("t_per_year", "weight", "t/year"),
        _signed("extra_usd_per_year", "extra generalised cost; null: no route", "USD/year"),
        _prose("reason", "why there is no route with them, else without; null: both have one"),
        _message("reason"),
        number("value_usd_per_unit", "value of a unit", "USD/unit"),
        _signed("extra_share", "extra generalised cost over the value of the goods", "1"),
        Column("stays", "boolean", "the goods are not sent: cut, or the extra cost is too high"),
    ),
    title="What the closures move",
    needs=("demand", "replays"),
)

LOSS_SHIFTED = Table(
    "loss_shifted",
    "link_id",
    "tonnes that leave and join each link when the closures that are replayed are in force",
    (
        _id("link_id", "link", "links"),
        number("t_per_year_before", "weight without them", "t/year"),
        number("t_per_year_after", "weight with them", "t/year"),
        _signed("difference", "t_per_year_after less t_per_year_before", "t/year"),
    ),
    title="Tonnes that leave and join links",
    needs=("demand", "replays"),
)

LOSS_CORRIDORS = Table(
    "loss_corridors",
    None,
    "what the routes are worth that a scenario has beyond another one",
    (
        _id("scenario_id", "scenario of study.toml"),
        _prose("scenario", "its title"),
        _prose("without_scenario", "title of the scenario that lacks the routes"),
        Column(
            "measure",
            "text",
            "undisturbed_usd (a year without closures), a figure of loss_years, or all_usd (both)",
        ),
        _signed("without", "mean without the routes", "as measure"),
        _signed("with", "mean with them", "as measure"),
        _signed("difference", "without less with: what they save", "as measure"),
        number("standard_error", "standard error of it; null: a single year", "as measure"),
    ),
    title="What a second corridor is worth",
    needs=("demand", "hazards"),
)

LOSS_REPLAY = Table(
    "loss_replay",
    "replay_id",
    "closures that happened beside the trade that was seen; changes as shares, -0.5 for a half",
    (
        _id("replay_id", "replay", "replays"),
        _prose("name", "what is replayed"),
        number("before", "trade of a time without the closure", "USD"),
        number("after", "trade of the time replayed", "USD"),
        Column("from_on", "date", "first day replayed"),
        Column("to_on", "date", "last day replayed"),
        _count("days", "days replayed", "d"),
        _count("shut_days", "days of these on which links were shut", "d"),
        _signed("model_change", "change by the model", "1"),
        Column(
            "possible_changes",
            "number",
            "changes the model says at any limit: rows of demand go or stay as one",
            unit="1",
            many=True,
        ),
        _signed("observed_change", "(after - before) / before", "1"),
        _signed("over_after", "the same difference over the new value", "1"),
        _signed("all_stopped_change", "change if nothing had passed while shut", "1"),
        _signed(
            "open_days_change",
            "what the open days must have lost as well; null: all days were shut",
            "1",
        ),
        _signed(
            "model_season_change",
            "model_change with days as heavy as in the time before; null: no season is known",
            "1",
        ),
        _signed("season_stopped_change", "all_stopped_change by that season", "1"),
        _signed("season_open_change", "open_days_change by that season", "1"),
        _signed("claimed_change", "change said elsewhere; null: nothing was said", "1"),
        Column("rule_ids", "text", "rules that came with the closure; null: none"),
        Column("fitted", "text", "setting of the model chosen after the outcome; null: none"),
        _SOURCE,
        CONFIDENCE,
    ),
    title="Closures that happened",
    needs=("demand",),
)

LOSS_CLOSED = Table(
    "loss_closed",
    None,
    "the changes that are replayed",
    (
        _id("change_id", "change", "changes"),
        Column("row_id", "text", "links it shuts: ids or a selector"),
        Column("from_on", "date", "first day shut; null: always"),
        Column("to_on", "date", "first day open again; null: nobody has said when"),
        _prose("note", "what a reader should know"),
        _SOURCE,
    ),
    title="Changes that are replayed",
    needs=("demand",),
)

LOSS_FITS = Table(
    "loss_fits",
    "hazard_id",
    "every hazard: the figures in use, and what its history says",
    (
        _HAZARD,
        _prose("name", "name of the hazard"),
        number("used_per_year", "closures a year in use", "1/year"),
        number("used_median_d", "median length in use", "d"),
        number("used_sigma", "spread of the length in use", "1"),
        _SOURCE,
        CONFIDENCE,
        _count("closures_count", "closures of the history; null: no history"),
        _count("ended_count", "closures of these that ended"),
        number("watched_years", "years watched; null: since when is not known", "years"),
        number("at_risk_years", "years watched less the days shut", "years"),
        number("events_per_year", "closures a year of the history", "1/year"),
        number("events_per_year_low", "lower end of its 95 % interval", "1/year"),
        number("events_per_year_high", "upper end of its 95 % interval", "1/year"),
        Column("distribution", "text", "family of lengths fitted"),
        number("duration_median_d", "median length of the fit", "d"),
        number("duration_median_d_low", "lower end of its 95 % interval", "d"),
        number("duration_median_d_high", "upper end of its 95 % interval", "d"),
        number("duration_sigma", "spread of the length of the fit", "1"),
        number("duration_sigma_low", "lower end of its 95 % interval", "1"),
        number("duration_sigma_high", "upper end of its 95 % interval", "1"),
        number("duration_mean_d", "mean length of the fit; null: it has none", "d"),
        _signed("log_likelihood", "log-likelihood of the fit", "1"),
        _signed("aic", "Akaike's criterion", "1"),
        _share("season_p_value", "chance of months so uneven if any were as likely as the next"),
        _prose("reason", "why a part is null, or rests on few closures"),
        _message("reason"),
    ),
    title="Hazards and their history",
)

LOSS_FAMILIES = Table(
    "loss_families",
    None,
    "families of lengths fitted to histories of enough closures, best first",
    (
        Column("history", "text", "hazards whose closures shut the same link, separated by spaces"),
        _id("place", "such a link", "links"),
        Column("family", "text", "family of lengths"),
        _count("parameters_count", "parameters of the family"),
        _count("closures_count", "closures of the history"),
        _count("ended_count", "closures of these that ended"),
        _signed("log_likelihood", "log-likelihood of the fit", "1"),
        number("median_d", "median length", "d"),
        number("median_d_low", "lower end of its 95 % interval", "d"),
        number("median_d_high", "upper end of its 95 % interval", "d"),
        number("sigma", "spread of the length; null: the family has none", "1"),
        number("sigma_low", "lower end of its 95 % interval", "1"),
        number("sigma_high", "upper end of its 95 % interval", "1"),
        number("mean_d", "mean length; null: it has none", "d"),
        _signed("aic", "Akaike's criterion", "1"),
        _signed("aicc", "the same corrected for few closures", "1"),
        _signed("bic", "Bayesian criterion", "1"),
        _share("weight_share", "Akaike weight: support among these families"),
        number("p95_d", "days that one closure in twenty outlasts", "d"),
    ),
    title="Families of lengths compared",
)

LOSS_QUEUES = Table(
    "loss_queues",
    None,
    "where goods wait for room in simulated years, and what that costs more than without closures",
    (
        _id("capacity_id", "limit, as in flow_capacities"),
        _choice("table", "table its row stands in", "links", "nodes", "terminals", "services"),
        _id("row_id", "link, place, terminal or service"),
        _id("from_node_id", "where goods come from; null: both directions", "nodes"),
        Column("unit", "text", "what it counts"),
        number("free_per_day", "what others leave of it a day", "unit/day"),
        number("undisturbed_per_day", "what passes it a day without closures", "unit/day"),
        _signed("queue_usd_per_year", "what waiting and what is lost there costs", "USD/year"),
        _signed("lost_per_year", "what would wait too long to join, and is lost", "unit/year"),
        number("longest_mean_d", "longest wait of a year, mean of the draws", "d"),
        number("longest_p95_d", "longest wait passed in one draw of twenty", "d"),
    ),
    title="Queues of closures",
    needs=("demand", "hazards"),
    unless="capacities were not asked for",
)

LOSS_NOTES = Table(
    "loss_notes",
    None,
    "why a part of the answers on closures is missing, and their caveats",
    (_prose("note", "one sentence"), _message("note")),
    title="Notes on closures",
    needs=("demand",),
)

NOT_ASSIGNED = "the flows of the study were not assigned"
NO_RESPONSE = "the study does not ask for trade_response"
_ORIGIN = _id("origin_node_id", "place the goods start from")
_DESTINATION = _id("destination_node_id", "place they go to")
_GOODS = (_ORIGIN, _DESTINATION, _CARGO)  # which goods a row of flows is of

FLOW_VOLUMES = Table(
    "flow_volumes",
    None,
    "what links, terminals and services carry, by direction and cargo",
    (
        _choice("kind", "what carries it", "link", "terminal", "service"),
        _id("element_id", "its row of links, terminals or services"),
        _id("from_node_id", "place left; of a terminal its place", "nodes"),
        _id("to_node_id", "place reached; of a terminal its place", "nodes"),
        Column("from_layer", "text", "layer left: a mode, of rails with the gauge"),
        Column("to_layer", "text", "layer reached; another one at a terminal"),
        _CARGO,
        number("units", "cargo units in the period", "units"),
        number("t", "weight in the period", "t"),
    ),
    title="Volumes of flows",
    needs=("demand",),
    unless=NOT_ASSIGNED,
)

FLOW_CAPACITIES = Table(
    "flow_capacities",
    "capacity_id",
    "what limits the flows: use, what one more would be worth, and who pays; the costliest first",
    (
        _id(
            "capacity_id",
            "row of capacities, with the number of a part of a service's run; of a short form "
            "table:row:unit",
        ),
        _choice("table", "table of what is limited", "links", "terminals", "services", "nodes"),
        _id("row_id", "its row"),
        _id("from_node_id", "where that direction leaves from; null: both directions", "nodes"),
        Column("unit", "text", "what is counted: lorries, wagons, trains, vehicles, TEU or t"),
        number("per_day", "most of them a day", "unit/day"),
        number("background_per_day", "those of others", "unit/day"),
        number("use_per_day", "those used a day, others and empties included", "unit/day"),
        number("use_share", "use_per_day over per_day; null: nothing is possible", "1"),
        number("price_usd", "what one more is worth: price of capacity", "USD/unit"),
        number("price_usd_per_year", "what one more a day is worth in a year", "USD/year"),
        number("paid_usd", "what the demand would pay for it in the period", "USD"),
        number("delay_h", "hours that its use adds; null: they do not follow use", "h"),
        Column("payers", "text", "rows of demand that take up most of it", many=True),
        _id("links", "links as full as it is: itself, or those a ship sails", "links", many=True),
    ),
    title="Use and price of capacity",
    needs=("demand",),
    unless=NOT_ASSIGNED,
)

FLOW_ROUTES = Table(
    "flow_routes",
    None,
    "routes that the demand takes under capacity, the most used of each row of demand first",
    (
        _DEMAND,
        _count("route", "number of the route within its row of demand"),
        *_GOODS,
        number("units", "cargo units in the period", "units"),
        number("t", "weight in the period", "t"),
        _share("share", "share of the units of its row of demand"),
        number("generalised_cost_usd", "money and time of a unit, without capacity", "USD"),
        number("capacity_usd", "what a unit pays for capacity and congestion besides", "USD"),
        number("cost_usd", "money of a unit", "USD"),
        number("time_h", "hours of a unit, waits included, without congestion", "h"),
        _LENGTH,
        _COUNTRIES,
        _id("links", "links passed, in order", "links", many=True),
        _id("services", "services ridden, in order", "services", many=True),
        _id("terminals", "terminals passed, in order", "terminals", many=True),
    ),
    title="Routes of flows",
    needs=("demand",),
    unless=NOT_ASSIGNED,
)

FLOW_UNSERVED = Table(
    "flow_unserved",
    "demand_id",
    "rows of demand any of which stays",
    (
        _DEMAND,
        *_GOODS,
        number("units", "cargo units in the period that stay", "units"),
        number("t", "their weight", "t"),
        _share("share", "share of the units of its row of demand"),
        _choice("why", "whether there is no route or no room", "closed", "no capacity"),
        number("most_usd", "what a unit would pay at most; null: it has no route", "USD"),
        Column("full", "text", "limits that are full on its cheapest route", many=True),
        _prose("reason", "why it stays"),
        _message("reason"),
    ),
    title="Demand that stays",
    needs=("demand",),
    unless=NOT_ASSIGNED,
)

FLOW_USERS = Table(
    "flow_users",
    "demand_id",
    "whose goods are on the links asked about, the heaviest first",
    (
        _DEMAND,
        _ORIGIN,
        _DESTINATION,
        Column("origin_country", "country", "country they start from"),
        Column("destination_country", "country", "country they go to"),
        _CARGO,
        number("units", "cargo units on the links in the period", "units"),
        number("t", "their weight", "t"),
        number("share", "share of the units of its row of demand in a year", "1"),
    ),
    title="Whose goods are there",
    needs=("demand",),
    unless=NOT_ASSIGNED,
)

FLOW_MOVED = Table(
    "flow_moved",
    "demand_id",
    "what a closure of the links asked about would move, the worst first",
    (
        _DEMAND,
        _CARGO,
        number("unit_usd_before", "mean cost of a unit before; null: none goes", "USD"),
        number("unit_usd_after", "mean cost of a unit after; null: none goes", "USD"),
        _signed("stays_t_per_year", "tonnes more that stay", "t/year"),
        _signed("extra_usd_per_year", "what it costs, stays at what they would pay", "USD/year"),
        number("uncapped_unit_usd", "cost of a unit after if nothing were ever full", "USD"),
        number("uncapped_usd_per_year", "what it costs if nothing were ever full", "USD/year"),
    ),
    title="What a closure moves under capacity",
    needs=("demand",),
    unless=NOT_ASSIGNED,
)

FLOW_FILLED = Table(
    "flow_filled",
    "capacity_id",
    "limits whose use a closure of the links asked about changes, the fullest first",
    (
        _id("capacity_id", "limit, as in flow_capacities"),
        Column("unit", "text", "what is counted"),
        number("per_day", "most of them a day", "unit/day"),
        number("use_per_day_before", "those used a day before", "unit/day"),
        number("use_per_day_after", "those used a day after", "unit/day"),
        number("paid_usd_before", "price of one more and of the hours it adds, before", "USD/unit"),
        number("paid_usd_after", "the same after", "USD/unit"),
    ),
    title="What a closure fills",
    needs=("demand",),
    unless=NOT_ASSIGNED,
)

FLOW_TRACE = Table(
    "flow_trace",
    None,
    "how the assignment came to its end, step by step",
    (
        _count("iteration", "step"),
        number("objective_usd", "what the assignment costs a day", "USD"),
        _signed("bound_usd", "what none can cost less than a day", "USD"),
        number("gap_share", "share of the objective it is above the bound at most", "1"),
        _count("routes", "routes known"),
    ),
    title="Convergence of flows",
    needs=("demand",),
    unless=NOT_ASSIGNED,
)

FLOW_ROUNDS = Table(
    "flow_rounds",
    None,
    "how demand and flows came to agree, round by round",
    (
        _count("round", "round"),
        number("t_per_year", "weight of the demand assigned", "t/year"),
        number("change_share", "largest change of a row of demand that its costs ask for", "1"),
        number("demand_gap_share", "that change of all rows, of all that is paid", "1"),
        number("gap_share", "gap of the assignment itself", "1"),
        Column("agrees", "boolean", "no row would change by more than the tolerance of [flows]"),
    ),
    title="Rounds of demand and flows",
    needs=("demand",),
    unless=NO_RESPONSE,
)

FLOW_DEMAND = Table(
    "flow_demand",
    "demand_id",
    "the demand that its own costs make, beside the one stated",
    (
        _DEMAND,
        *_GOODS,
        number("stated_units_per_year", "cargo units as the table demand says", "units/year"),
        number("units_per_year", "cargo units at what carriage costs", "units/year"),
        number("t_per_year", "their weight", "t/year"),
        number("cost_usd", "money a unit pays, mean of its routes; null: no route", "USD/unit"),
        number("time_h", "hours it takes, queues included; null: no route", "h"),
    ),
    title="Demand at its own costs",
    needs=("demand",),
    unless=NO_RESPONSE,
)

FLOW_SELECTED = Table(
    "flow_selected",
    None,
    "whose goods pass links that were asked for, the heaviest first",
    (
        Column("selector", "text", "links asked for"),
        _id("scenario", "scenario looked at; the study's own, or one in which goods pass"),
        _DEMAND,
        *_GOODS,
        number("units", "cargo units in the period that pass", "units"),
        number("t", "their weight", "t"),
        _share("share", "share of the units of its row of demand"),
        _share("selected_share", "share of all the weight that passes"),
    ),
    title="Who is on selected links",
    needs=("demand",),
    unless=NOT_ASSIGNED,
)

FLOW_CORRIDOR = Table(
    "flow_corridor",
    None,
    "what a corridor carries in a year, today and with what is planned, and what jams first",
    (
        _prose("name", "what the corridor is called"),
        _choice("case", "network looked at", "today", "planned"),
        Column("on", "date", "day looked at"),
        number("factor", "demand of the corridor, times that of the study", "1"),
        number("t", "goods that cross it", "t/year"),
        number("teu", "boxes that cross it otherwise than on lorries", "TEU/year"),
        number("lorries", "laden lorries that cross it", "lorries/year"),
        _id("first_full", "limit that its demand fills first as it grows; null: it meets none"),
        number("first_full_factor", "times the demand of the study at which it is full", "1"),
        _id("full", "limits of it that have a price, the costliest first", many=True),
        Column("price_usd", "number", "their prices", unit="USD/unit", many=True),
    ),
    title="Capacity of a corridor",
    needs=("demand",),
    unless="the study asks for no corridor",
)

FLOW_OBSERVED = Table(
    "flow_observed",
    "volume_id",
    "volumes observed beside the flows of the model, before and after calibration",
    (
        _id("volume_id", "row of volumes", "volumes"),
        _prose("name", "what was counted, and where"),
        Column("unit", "text", "what was counted: lorries, wagons, vehicles, TEU or t"),
        Column("year", "integer", "year it stands for"),
        Column("held_out", "boolean", "kept out of the calibration"),
        number("observed_per_year", "seen", "unit/year"),
        number("before_per_year", "model without what was calibrated", "unit/year"),
        number("modelled_per_year", "model", "unit/year"),
        number("ratio", "modelled over observed", "1"),
        _share("same_source_share", "share of the model's that is demand of the same source"),
        _choice("verdict", "within a factor of 1.5 or not", "met", "apart", "not compared"),
        _prose("why", "why it is not compared"),
        _message("why"),
        _SOURCE,
        CONFIDENCE,
    ),
    title="Observed volumes beside the model",
    needs=("demand", "volumes"),
    unless=NOT_ASSIGNED,
)

FLOW_PARAMETERS = Table(
    "flow_parameters",
    None,
    "what was calibrated so that flows meet the volumes that are not held out",
    (
        _id("change_id", "change laid over the network of flows", "changes"),
        Column("table", "text", "table it edits"),
        Column("row_id", "text", "rows it edits"),
        Column("column", "text", "column it edits"),
        Column("before", "text", "smallest and largest value it replaces; null: none was there"),
        Column("value", "text", "calibrated value"),
        _prose("note", "what it stands for"),
        _SOURCE,
        CONFIDENCE,
    ),
    title="Parameters of the calibration",
    needs=("demand", "volumes"),
    unless=NOT_ASSIGNED,
)


TABLES: tuple[Table, ...] = (
    TRIPS,
    ROUTES,
    LEGS,
    MONEY,
    CALENDAR,
    SCENARIOS,
    CLOSURES,
    VALIDATION,
    QUESTIONS,
    EVIDENCE,
    DEFAULTS,
    TRADE_TARGET,
    TRADE_POTENTIAL,
    TRADE_PAIRS,
    TRADE_FLOWS,
    TRADE_GAINS,
    TRADE_PAIR_COSTS,
    TRADE_FREIGHT,
    TRADE_SENTENCES,
    CLAIMS,
    COMMITMENTS,
    LOSS_RANK,
    LOSS_SUMMARY,
    LOSS_LEVELS,
    LOSS_BY_HAZARD,
    LOSS_YEARS,
    LOSS_MOVES,
    LOSS_SHIFTED,
    LOSS_CORRIDORS,
    LOSS_REPLAY,
    LOSS_CLOSED,
    LOSS_FITS,
    LOSS_FAMILIES,
    LOSS_QUEUES,
    LOSS_NOTES,
    FLOW_VOLUMES,
    FLOW_CAPACITIES,
    FLOW_ROUTES,
    FLOW_UNSERVED,
    FLOW_TRACE,
    FLOW_ROUNDS,
    FLOW_DEMAND,
    FLOW_SELECTED,
    FLOW_CORRIDOR,
    FLOW_OBSERVED,
    FLOW_PARAMETERS,
    FLOW_USERS,
    FLOW_MOVED,
    FLOW_FILLED,
    *schema_appraisals.IN_RUNS,
    *schema_phases.TABLES,
)


@cache
def names() -> tuple[str, ...]:
    """Return the names of all tables of results."""
    return tuple(declared.name for declared in TABLES)


@cache
def table(name: str) -> Table:
    """Return the declaration of a table of results; UnknownName if there is none of that name."""
    for declared in TABLES:
        if declared.name == name:
            return declared
    raise UnknownName("table of results", name, names())


@cache
def prose(name: str) -> tuple[Column, ...]:
    """Return the columns of a table of results that are told in the reader's language."""
    return tuple(column for column in table(name).columns if column.kind == "prose")


def empty(name: str) -> pl.DataFrame:
    """Return a table of results without rows, every column typed."""
    return frame_of(table(name), [])


def flaws(name: str, frame: pl.DataFrame) -> list[str]:
    """Return in words how a table differs from its declaration: columns, their order and types."""
    expected = [column.name for column in table(name).columns]

    flaws = _column_flaws(name, frame, expected)
    if not flaws and frame.columns != expected:
        flaws.append(f"{name} has its columns in the order {', '.join(frame.columns)}")
    return flaws + _type_flaws(name, frame)


def _column_flaws(name: str, frame: pl.DataFrame, expected: Collection[str]) -> list[str]:
    lacking = [column for column in expected if column not in frame.columns]
    undeclared = [column for column in frame.columns if column not in expected]
    return [
        *(f"{name} lacks the column {column}" for column in lacking),
        *(f"{name} has a column {column} that is not declared" for column in undeclared),
    ]


def _type_flaws(name: str, frame: pl.DataFrame) -> list[str]:
    types = frame.schema
    columns = [column for column in table(name).columns if column.name in types]
    return [
        f"{name}.{column.name} holds {types[column.name]}, not {stored_type(column)}"
        for column in columns
        if not _holds(column, types[column.name])
    ]


def _holds(column: Column, stored: pl.DataType) -> bool:
    """Tell whether a stored type fits a column; integers of any width do, and columns of nulls."""
    if stored == pl.Null:
        return True
    if column.kind == "integer" and not column.many:
        return stored.is_integer()
    return stored == stored_type(column)
