"""The tables of an appraisal of projects, declared like all other tables of results."""

from __future__ import annotations

from corridor.tables.columns import Column, Table
from corridor.tables.columns import result_count as _count
from corridor.tables.columns import result_message as _message
from corridor.tables.columns import result_number as number
from corridor.tables.columns import result_share as _share
from corridor.tables.columns import result_signed as _signed

# What a stream of a project is made of: costs as they are, benefits as gains.
COSTS = ("capex", "opex")
SHIPPERS = "shippers"
CARRIERS = "carriers"
STATE = "state revenue"
CARBON = "carbon"
WELFARE = (SHIPPERS, CARRIERS, STATE, CARBON)
BENEFITS = ("residual", *WELFARE)
GROUPS = (*WELFARE, "builders", "operators")
NOT_APPRAISED = "the study asks for no projects in `[projects]`"
_PROJECT = Column("project_id", "id", "project, or programme of projects built together")
_COUNTRY = Column("country", "country", "country; null: no single one", refers="countries")


def _year(name: str, meaning: str) -> Column:
    return _count(name, meaning, "year")


APPRAISAL_PROJECTS = Table(
    "appraisal_projects",
    "project_id",
    "what projects are worth, each beside the network with what it requires, the best first",
    (
        _PROJECT,
        Column("name", "prose", "name as printed; of a programme those of its projects"),
        _message("name"),
        Column("requires", "id", "projects taken as built in both cases", many=True),
        Column("convention", "text", "whose convention: adb, world-bank, world-bank-high or ec"),
        _year("first_year", "year to which money is discounted"),
        _year("open_year", "first year of use"),
        _year("last_year", "last year of use that counts"),
        number("capex_usd", "price of all of it, best estimate", "USD"),
        number("capex_expected_usd", "the same with what such works run over on average", "USD"),
        number("hurdle_share", "discount rate, which the return is to reach", "1/year"),
        _signed("benefit_usd_per_year", "welfare in the first year of use", "USD/year"),
        _signed("npv_usd", "net present value", "USD"),
        _signed("npv_p5_usd", "5th percentile of it over the draws; null: none drawn", "USD"),
        _signed("npv_p95_usd", "95th percentile of it", "USD"),
        _signed("return_share", "internal rate of return; null: none, or several", "1/year"),
        _signed("return_p5_share", "5th percentile of it; null: one in twenty has none", "1/year"),
        _signed("return_p95_share", "95th percentile of it", "1/year"),
        Column("return_note", "prose", "why there is no single return; null: there is"),
        _message("return_note"),
        _signed("benefit_cost_ratio", "benefits by costs, both discounted; null: no costs", "1"),
        _signed(
            "first_year_return_share",
            "net benefit of the first year of use by the capital spent until then",
            "1/year",
        ),
        number("payback_years", "years until the money is back; null: never", "years"),
        number("discounted_payback_years", "the same of discounted money", "years"),
        _share("below_hurdle_share", "share of draws whose return stays below the hurdle"),
        _signed("shortfall_usd", "mean net present value of the worst twentieth of draws", "USD"),
        Column("converged", "boolean", "whether every assignment is within its gap"),
    ),
    title="Projects appraised",
    needs=("projects",),
    unless=NOT_APPRAISED,
)

APPRAISAL_STREAMS = Table(
    "appraisal_streams",
    None,
    "money of projects by year and item: costs are positive and count against, benefits may be "
    "negative",
    (
        _PROJECT,
        _year("year", "year"),
        Column("item", "choice", "what it is for", choices=(*COSTS, *BENEFITS)),
        _signed("usd", "money of the year", "USD/year"),
        _signed("discounted_usd", "the same in the year that money is discounted to", "USD/year"),
    ),
    title="Streams of projects",
)

APPRAISAL_GROUPS = Table(
    "appraisal_groups",
    None,
    "who gains and who pays: net present value of projects by country and group; the rows of a "
    "project add up to its net present value",
    (
        _PROJECT,
        _COUNTRY,
        Column(
            "group",
            "choice",
            "shippers: half of each end of a trade; carriers: scarce places, margin, running costs "
            "by what is carried; state revenue: fees; carbon: nobody's country; builders: "
            "capital less what is left of it; operators: fixed running costs",
            choices=GROUPS,
        ),
        _signed("pv_usd", "present value of what they gain", "USD"),
        _signed("usd_per_year", "gain in the first year of use, capital apart", "USD/year"),
    ),
    title="Who gains and who pays",
    needs=("projects",),
    unless=NOT_APPRAISED,
)

APPRAISAL_REVENUE = Table(
    "appraisal_revenue",
    None,
    "what carriers and states take in without and with projects, in their first year of use; no "
    "welfare by itself",
    (
        _PROJECT,
        _COUNTRY,
        Column("group", "choice", "who takes it in", choices=("carriers", "state revenue")),
        Column(
            "traffic",
            "choice",
            "transit: goods that neither start nor end in the country; own: all others",
            choices=("own", "transit"),
        ),
        number("without_usd", "without the project", "USD/year"),
        number("with_usd", "with it", "USD/year"),
        _signed("usd_per_year", "the difference", "USD/year"),
    ),
    title="Revenue with projects",
    needs=("projects",),
    unless=NOT_APPRAISED,
)

APPRAISAL_USERS = Table(
    "appraisal_users",
    None,
    "what users gain by projects in their first year of use, by row of demand",
    (
        _PROJECT,
        Column("demand_id", "id", "row of demand", refers="demand"),
        Column("origin_node_id", "id", "place the goods come from", refers="nodes"),
        Column("destination_node_id", "id", "place they go to", refers="nodes"),
        Column("cargo_id", "id", "cargo", refers="cargoes"),
        number("units_without", "units that go without the project", "units/year"),
        number("units_with", "units that go with it", "units/year"),
        number(
            "pays_without_usd",
            "what a unit pays in money, hours and for capacity; null: none goes",
            "USD",
        ),
        number("pays_with_usd", "the same with the project", "USD"),
        _signed("kept_usd", "gain of units that keep their routes", "USD/year"),
        _signed("diverted_usd", "gain of units that change their routes", "USD/year"),
        _signed("generated_usd", "gain of units that would not go else", "USD/year"),
        _signed("rule_of_half_usd", "all three by the rule of half alone", "USD/year"),
        _signed("reliability_usd", "what steadier journeys are worth beside", "USD/year"),
        _signed("benefit_usd", "all of it", "USD/year"),
    ),
    title="Users of projects",
)

APPRAISAL_SWITCHING = Table(
    "appraisal_switching",
    None,
    "by how much an item must change for a project to be worth nothing, and what a fifth does",
    (
        _PROJECT,
        Column("item", "choice", "what changes", choices=(*COSTS, *BENEFITS, "benefits")),
        _signed("pv_usd", "what it adds to the net present value", "USD"),
        _signed(
            "switching_share", "change of the item that makes the value 0; null: nothing of it", "1"
        ),
        _signed("npv_low_usd", "net present value with the item a fifth lower", "USD"),
        _signed("npv_high_usd", "the same with it a fifth higher", "USD"),
    ),
    title="Switching values",
    needs=("projects",),
    unless=NOT_APPRAISED,
)

APPRAISAL_DRAWS = Table(
    "appraisal_draws",
    None,
    "futures drawn: what capital costs, how much goes, what it saves and how long borders are shut",
    (
        _PROJECT,
        _count("draw", "number of the future, the same for every project"),
        number("capex_ratio", "capital by its best estimate", "1"),
        number("demand_ratio", "goods by the forecast", "1"),
        number("value_ratio", "what a unit gains by the estimate", "1"),
        _share("shut_share", "share of the months of use in which the places asked for are shut"),
        _signed("npv_usd", "net present value", "USD"),
        _signed("return_share", "internal rate of return; null: none, or several", "1/year"),
    ),
    title="Futures of projects",
)

TABLES: tuple[Table, ...] = (
    APPRAISAL_PROJECTS,
    APPRAISAL_STREAMS,
    APPRAISAL_GROUPS,
    APPRAISAL_REVENUE,
    APPRAISAL_USERS,
    APPRAISAL_SWITCHING,
    APPRAISAL_DRAWS,
)
# Those that a run keeps: money by year, users and futures are left to ``corridor appraise``.
IN_RUNS: tuple[Table, ...] = (
    APPRAISAL_PROJECTS,
    APPRAISAL_GROUPS,
    APPRAISAL_REVENUE,
    APPRAISAL_SWITCHING,
)
