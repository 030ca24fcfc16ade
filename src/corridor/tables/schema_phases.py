"""The tables of a phased programme and of a coalition, declared like all tables of results."""

from __future__ import annotations

from corridor.tables.columns import Column, Table
from corridor.tables.columns import result_count as _count
from corridor.tables.columns import result_message as _message
from corridor.tables.columns import result_number as number
from corridor.tables.columns import result_share as _share
from corridor.tables.columns import result_signed as _signed

NO_PROGRAMME = "the study asks for no programme in `[projects]`"
_PROJECT = Column("project_id", "id", "project", refers="projects")
_COUNTRY = Column("country", "country", "country", refers="countries")


def _money(name: str, meaning: str, unit: str = "USD") -> Column:
    return _signed(name, meaning, unit)


PHASE_PROJECTS = Table(
    "phase_projects",
    "project_id",
    "which projects are begun, in which year; those that are not built have no year",
    (
        _PROJECT,
        Column("name", "prose", "its name"),
        _count("begin_year", "year that works begin; null: not built", "year"),
        _count("open_year", "first year it is open; null: not built", "year"),
        number("capex_usd", "price of all of it", "USD"),
        _money("cost_usd", "present value of what it costs, begun then; null: not built"),
        _money("alone_usd_per_year", "welfare a year with it and what it requires", "USD/year"),
        _money(
            "last_usd_per_year",
            "welfare a year that all that is built loses without it and what requires it; null: "
            "not built",
            "USD/year",
        ),
        Column("part", "integer", "number of the projects that depend on each other", low=1),
    ),
    title="Phases",
    needs=("projects",),
    unless=NO_PROGRAMME,
)

PHASE_YEARS = Table(
    "phase_years",
    "year",
    "money of a phased programme by year",
    (
        _count("year", "calendar year", "year"),
        number("spent_usd", "spent on building", "USD"),
        number("budget_usd", "budget of the year; null: no limit", "USD"),
        _money("benefit_usd", "welfare of the year"),
        Column("open", "id", "projects open", many=True, refers="projects"),
        Column("building", "id", "projects being built", many=True, refers="projects"),
    ),
    title="Phases by year",
    needs=("projects",),
    unless=NO_PROGRAMME,
)

PHASE_COUNTRIES = Table(
    "phase_countries",
    "country",
    "who gains by a phased programme and who pays for it, in present value",
    (
        Column("country", "country", "country; null: none, such as carbon", refers="countries"),
        _money("benefit_usd", "welfare"),
        _money("cost_usd", "building, renewing and running, less what is left at the end"),
        _money("npv_usd", "welfare less cost"),
    ),
    title="Who gains, who pays",
    needs=("projects",),
    unless=NO_PROGRAMME,
)

COALITION_SETS = Table(
    "coalition_sets",
    "coalition",
    "what every set of countries is worth to itself when its members build together",
    (
        Column("coalition", "text", "members, with a blank between"),
        _count("members", "how many they are"),
        _money("npv_usd", "present value of the best plan of their projects to its members"),
        Column("projects", "id", "what they build", many=True, refers="projects"),
        Column("opens", "text", "shut borders that they open, such as AF-PK", many=True),
        _money("excess_usd", "what its members have by the division, beyond what it is worth"),
    ),
    title="Coalitions",
    needs=("projects",),
    unless=NO_PROGRAMME,
)

COALITION_PLAYERS = Table(
    "coalition_players",
    "country",
    "what each country has alone, brings, and is paid so that the coalition holds",
    (
        _COUNTRY,
        _money("alone_usd", "present value of the best it can do alone"),
        _money("plan_usd", "what it has of the joint plan before anybody is paid"),
        _money(
            "opening_usd",
            "of it, what it has by the borders that are opened, without any project; null: no "
            "border is shut",
        ),
        _money("shapley_usd", "what it brings, mean over all orders of joining"),
        _money("last_usd", "what all lose where it leaves"),
        _money("share_usd", "what it has by the division that leaves the unhappiest set best off"),
        _money("payment_usd", "what it is paid by the others; below 0: what it pays"),
    ),
    title="Who must agree",
    needs=("projects",),
    unless=NO_PROGRAMME,
)

WAIT_RULES = Table(
    "wait_rules",
    None,
    "on which state of borders a project is begun, one row a state it is begun in",
    (
        _PROJECT,
        Column("places", "text", "the places that decide", many=True),
        Column("states", "text", "how each of them stands", many=True),
        _count("months", "months it has stood so at least", "months"),
        _count("first_year", "first year that it may be begun so", "year"),
        _count("last_year", "last year that it may be begun so", "year"),
        _share("chance", "chance that it is begun so, over all years"),
        Column("after", "id", "projects begun before in every case", many=True, refers="projects"),
        Column("rule", "prose", "the rule as a sentence"),
        _message("rule"),
    ),
    title="What to wait for",
    needs=("projects",),
    unless=NO_PROGRAMME,
)

WAIT_REGRETS = Table(
    "wait_regrets",
    None,
    "what plans made for one future are worth in another, and what is lost against its best",
    (
        Column("plan", "text", "the future it was made for"),
        Column("kind", "choice", "whether it follows the borders", choices=("policy", "fixed")),
        Column("future", "text", "the future that comes"),
        _money("npv_usd", "present value on average"),
        _money("regret_usd", "what the best of that future is worth beyond it"),
    ),
    title="Regrets",
    needs=("projects",),
    unless=NO_PROGRAMME,
)

WAIT_SHARES = Table(
    "wait_shares",
    "project_id",
    "which share of time places must be open for a project to pay, or for those of a programme "
    "together, with what they require",
    (
        Column("project_id", "id", "project, or programme of projects built together"),
        _money("cost_usd", "present value of its cost, begun as soon as can be"),
        _money("open_usd", "present value of its welfare with the places always open"),
        _money("shut_usd", "the same with them always shut"),
        _share("open_share", "share of time open at which it pays; null: it never does"),
    ),
    title="Break-even shares",
    needs=("projects",),
    unless=NO_PROGRAMME,
)

PROGRAMME = Table(
    "programme",
    None,
    "the programme of projects that the study asks for, in one row",
    (
        Column("scenario", "id", "scenario under which it is looked at"),
        Column("convention", "text", "bank whose discount rate counts"),
        _count("first_year", "year to which money is discounted", "year"),
        _count("value_year", "year whose demand stands for all", "year"),
        _money("npv_usd", "present value of the best phases, borders as in the scenario"),
        _count("valued", "sets of projects that were assigned"),
        _money("largest_error_usd", "largest difference a year of a sum from an assignment"),
        Column("places", "text", "places it may wait for", many=True),
        _money("wait_usd", "present value where each year is decided knowing how places stand"),
        _money("fixed_usd", "the same of the best plan that is kept to; null: no places are named"),
        Column("core_is_empty", "boolean", "whether no division holds all countries together"),
        _money("needed_usd", "what is lacking to hold them"),
    ),
    title="Programme",
    needs=("projects",),
    unless=NO_PROGRAMME,
)

PHASE_TABLES: tuple[Table, ...] = (PHASE_PROJECTS, PHASE_YEARS, PHASE_COUNTRIES)
COALITION_TABLES: tuple[Table, ...] = (COALITION_PLAYERS, COALITION_SETS)
WAIT_TABLES: tuple[Table, ...] = (WAIT_RULES, WAIT_REGRETS, WAIT_SHARES)
TABLES: tuple[Table, ...] = (PROGRAMME, *PHASE_TABLES, *COALITION_TABLES, *WAIT_TABLES)
