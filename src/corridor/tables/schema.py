"""Every table of a study and every column of it, declared once.

Validation, the documentation of the tables, report and map labels and web forms all come from here.
A unit is part of the column's name; ``unit`` repeats it for labels. Absence is null, never 0, -1 or
a large number.
"""

from __future__ import annotations

from functools import cache

from corridor.language.speech import marked
from corridor.tables import schema_consignments, schema_projects, schema_trade
from corridor.tables.columns import (
    ALTERNATIVE,
    CONFIDENCES,
    EVIDENCE,
    FORMS,
    MODES,
    OPEN_STATUS,
    SERVICE_CLASSES,
    WATER_MODES,
    Column,
    Table,
    key,
    number,
)

MAX_DAYS = 1000.0  # of a journey
MAX_KM = 60_000.0  # of a route: once and a half round the world

_USD_COLUMNS = (
    number("usd_per_unit", "money per cargo unit", "USD/unit"),
    number("usd_per_teu", "money per TEU", "USD/TEU"),
    number("usd_per_t", "money per tonne", "USD/t"),
)
# What a price may be less or more: market, year, direction and lane.
_BAND = (
    number(
        "p05_ratio",
        "5th percentile of the price over the price given; null: by price_bands",
        "1",
        low=0.1,
        high=1,
    ),
    number(
        "p95_ratio",
        "95th percentile of the price over the price given; null: by price_bands",
        "1",
        low=1,
        high=10,
    ),
)
_TERRAINS = ("mountain", "high-mountain")
_WHERE = (
    Column(
        "to_country",
        "country",
        "where the link ends: with country the trade and its direction; null: anywhere",
    ),
    Column(
        "terrain",
        "choice",
        "only links that terrains calls so; null: any",
        choices=_TERRAINS,
    ),
    Column(
        "on_rails",
        "boolean",
        "true: only links with a gauge, such as ferries of wagons; false: only links without one; "
        "null: any",
    ),
)

NODES = Table(
    "nodes",
    "node_id",
    "places: towns, ports, border posts, terminals, passes",
    (
        key("node_id", "short lower-case word a person can type"),
        Column("name", "text", "name as printed", required=True),
        Column("country", "country", "ISO 3166-1 alpha-2 code", required=True),
        Column(
            "kind",
            "choice",
            "what the place is",
            required=True,
            choices=(
                "city",
                "rail-terminal",
                "border-crossing",
                "seaport",
                "river-port",
                "lake-port",
                "airport",
                "gauge-change-station",
                "dry-port",
                "mountain-pass",
            ),
        ),
        number("lon_deg", "longitude, WGS 84", "deg", low=-180, high=180, required=True),
        number("lat_deg", "latitude, WGS 84", "deg", low=-90, high=90, required=True),
        Column("unlocode", "text", "UN/LOCODE, five letters"),
        Column(
            "time_zone",
            "text",
            "IANA zone in which days and hours of the place count, such as Asia/Almaty; null: UTC",
        ),
        Column(
            "gateway",
            "text",
            "name of the gateway it is part of, by which routes are called; null: routes past it "
            "are called by other places",
        ),
        *EVIDENCE,
    ),
    required=True,
)

LINKS = Table(
    "links",
    "link_id",
    "connections between two places by one mode; "
    "a border crossing is the link between two countries' posts",
    (
        key("link_id", "short lower-case word"),
        Column("from_node_id", "id", "one end", required=True, refers="nodes"),
        Column("to_node_id", "id", "other end", required=True, refers="nodes"),
        Column("mode", "choice", "means of transport", required=True, choices=MODES),
        Column(
            "gauge_mm",
            "integer",
            "track gauge; for a ferry: the gauge of the wagons it carries; null off the rails",
            unit="mm",
            low=600,
            high=1700,
        ),
        number("length_km", "length of the link", "km", required=True, high=30000),
        number(
            "speed_kmh",
            "speed under way, without stops at borders; null only on links not yet open",
            "km/h",
            low=0.5,
            high=900,
        ),
        number(
            "fixed_h",
            "hours spent once per passage, median: queue and clearance at a border",
            "h",
            high=2000,
        ),
        number(
            "fixed_p95_h",
            "95th percentile of fixed_h; null: by fixed_p95_ratio of modes",
            "h",
            high=8000,
        ),
        number("fixed_usd", "money per clearance of one lorry, wagon or box", "USD"),
        number("capacity_teu_per_day", "most TEU a day, both directions", "TEU/day"),
        number("capacity_t_per_day", "most tonnes a day, both directions", "t/day"),
        Column(
            "traction",
            "choice",
            "what pulls: decides the emission factor",
            choices=("diesel", "electric"),
        ),
        Column(
            "status",
            "choice",
            "only 'existing' links are open; the rest wait for a change that opens them",
            required=True,
            choices=(
                OPEN_STATUS,
                marked("planned"),
                marked("under-construction"),
                marked("idea"),
                marked("closed"),
            ),
        ),
        Column("two_way", "boolean", "usable in both directions", required=True),
        Column("opens_on", "date", "announced opening; information only, a change opens the link"),
        Column("operator", "id", "who runs it"),
        ALTERNATIVE,
        *EVIDENCE,
    ),
    required=True,
)

TERMINALS = Table(
    "terminals",
    "terminal_id",
    "where goods pass from one layer to another; no row, no passage",
    (
        key("terminal_id", "short lower-case word"),
        Column("node_id", "id", "the place", required=True, refers="nodes"),
        Column(
            "from_layer",
            "id",
            "layer = mode, with its gauge for rail and rail ferries: "
            "road, rail-1520, sea, ferry, ferry-1520",
            required=True,
        ),
        Column("to_layer", "id", "layer goods leave on", required=True),
        Column("form", "choice", "cargo form handled; null: every form", choices=FORMS),
        Column("two_way", "boolean", "same figures in the other direction", required=True),
        number(
            "handling_h",
            "hours from arrival on one layer to readiness on the other, median; "
            "null: those of handling, and where no money is given its money too",
            "h",
            high=2000,
        ),
        number(
            "handling_p95_h",
            "95th percentile of handling_h; null: by the ratio of handling",
            "h",
            high=8000,
        ),
        *_USD_COLUMNS,
        number("capacity_teu_per_day", "most TEU a day", "TEU/day"),
        ALTERNATIVE,
        *EVIDENCE,
    ),
    required_where="links are of several layers",
)

HANDLING = Table(
    "handling",
    "handling_id",
    "what handling takes and costs at terminals of a kind that do not say it themselves",
    (
        key("handling_id", "short lower-case word"),
        Column(
            "from_mode",
            "choice",
            "one of the two modes, in either direction; null: any",
            choices=MODES,
        ),
        Column("to_mode", "choice", "the other mode; null: any", choices=MODES),
        Column("form", "choice", "cargo form; null: any", choices=FORMS),
        number("handling_h", "hours, median", "h", high=2000, required=True),
        number(
            "handling_p95_ratio",
            "95th percentile of the hours over their median",
            "1",
            low=1,
            high=100,
            required=True,
        ),
        *_USD_COLUMNS,
        *EVIDENCE,
    ),
)

RATES = Table(
    "rates",
    "rate_id",
    "money per kilometre and per ride; every column that is given is charged. Off services one row "
    "counts: of those that fit, one that names the country first, then to_country, terrain, "
    "on_rails and form, of those alike the first; on a service a row of that service, if it has "
    "one",
    (
        key("rate_id", "short lower-case word"),
        Column("mode", "choice", "means of transport", required=True, choices=MODES),
        Column("country", "country", "where; null: wherever no row names the country"),
        Column("form", "choice", "cargo form; null: wherever no row names the form", choices=FORMS),
        Column("service_id", "id", "only on this service; null: off services", refers="services"),
        number("usd_per_unit_km", "money per cargo unit and km", "USD/unit-km"),
        number("usd_per_teu_km", "money per TEU and km", "USD/TEU-km"),
        number("usd_per_t_km", "money per tonne and km", "USD/t-km"),
        *_WHERE,
        number("usd_per_unit", "money per cargo unit, once a link or ride", "USD/unit"),
        number("usd_per_teu", "money per TEU, once a link or ride", "USD/TEU"),
        number("usd_per_t", "money per tonne, once a link or ride", "USD/t"),
        number(
            "t_per_teu",
            "tonnes a TEU may weigh at the price of a TEU: a heavier box pays by its weight, as "
            "many TEU as its tonnes over this; null: by TEU whatever it weighs",
            "t/TEU",
            low=0.1,
            high=100,
        ),
        *_BAND,
        ALTERNATIVE,
        *EVIDENCE,
    ),
    required=True,
)

CHARGES = Table(
    "charges",
    "charge_id",
    "what quotes contain beside carriage and fees: return of the box, time beyond the free days, "
    "guarantee, forwarder; every row that fits a crossing or a handling is charged",
    (
        key("charge_id", "short lower-case word"),
        Column("name", "text", "name as printed", required=True),
        Column(
            "charged_at",
            "choice",
            "a crossing: links from one country to another; a handling: terminals",
            required=True,
            choices=("crossing", "handling"),
        ),
        Column(
            "mode",
            "choice",
            "means of transport, at a handling that goods leave; null: any",
            choices=MODES,
        ),
        Column(
            "to_mode",
            "choice",
            "at a handling, means of transport goods leave on; null: any",
            choices=MODES,
        ),
        Column("country", "country", "where the link starts or the terminal is; null: anywhere"),
        Column("to_country", "country", "at a crossing, where the link ends; null: anywhere"),
        Column("form", "choice", "cargo form; null: any", choices=FORMS),
        *_USD_COLUMNS,
        *_BAND,
        ALTERNATIVE,
        *EVIDENCE,
    ),
)

PRICE_BANDS = Table(
    "price_bands",
    "price_band_id",
    "what money may be less or more where its row does not say it; the row that names table and "
    "confidence counts before one that names the table, and that before one of the confidence",
    (
        key("price_band_id", "short lower-case word"),
        Column(
            "table",
            "choice",
            "table of the money; null: any",
            choices=("rates", "charges", "links", "regimes", "rules", "terminals"),
        ),
        Column("grade", "choice", "confidence of the row; null: any", choices=CONFIDENCES),
        number(
            "p05_ratio",
            "5th percentile of the money over the money given",
            "1",
            low=0.1,
            high=1,
            required=True,
        ),
        number(
            "p95_ratio",
            "95th percentile of the money over the money given",
            "1",
            low=1,
            high=10,
            required=True,
        ),
        *EVIDENCE,
    ),
)

TERRAINS = Table(
    "terrains",
    "link_id",
    "links over mountains, for rates and emissions that name a terrain; a link without a row is "
    "of none",
    (
        Column("link_id", "id", "the link", required=True, refers="links"),
        Column(
            "terrain",
            "choice",
            "mountain: long climbs below 3,000 m; high-mountain: passes above 3,000 m",
            required=True,
            choices=_TERRAINS,
        ),
        *EVIDENCE,
    ),
)

SHAPES = Table(
    "shapes",
    "link_id",
    "how links run on the ground, for maps; a link without a row is drawn straight and dashed, "
    "one whose line by land is more than 10 % (and 3 km) too short or too long, dashed along it",
    (
        Column("link_id", "id", "the link", required=True, refers="links"),
        Column(
            "line",
            "text",
            "from its first end to its second as well-known text: LINESTRING (longitude latitude, "
            "...), in degrees, WGS 84",
            required=True,
        ),
        number(
            "traced_km",
            "length of the line before it was thinned",
            "km",
            required=True,
            high=60_000,
        ),
        *EVIDENCE,
    ),
)

MODES_TABLE = Table(
    "modes",
    "mode_id",
    "how a mode works: hours a day under way and spread of running time; a row that names the "
    "country counts before one that does not",
    (
        key("mode_id", "short lower-case word"),
        Column("mode", "choice", "means of transport", required=True, choices=MODES),
        Column("country", "country", "where; null: wherever no row names the country"),
        number(
            "active_h_per_day",
            "hours a day a unit is under way (a lorry's driver rests, a train does not)",
            "h/day",
            low=1,
            high=24,
        ),
        number(
            "running_p95_ratio",
            "95th percentile of running time over its median",
            "1",
            low=1,
            high=10,
        ),
        number(
            "fixed_p95_ratio",
            "95th percentile of links.fixed_h over its median, for links that do not give it",
            "1",
            low=1,
            high=100,
        ),
        number(
            "departure_h",
            "hours before goods that no service carries move off, median: a wagon is supplied, a "
            "train made up; spent at the first place, and again after every service and terminal; "
            "null: none",
            "h",
            high=2000,
        ),
        number("departure_p95_h", "95th percentile of departure_h; null: as departure_h", "h"),
        number(
            "yard_h_per_1000km",
            "hours in yards on the way of what no service carries, per 1,000 km; null: none",
            "h/1000 km",
            high=1000,
        ),
        *EVIDENCE,
    ),
)

SERVICE_CLASSES_TABLE = Table(
    "service_classes",
    "class_row_id",
    "what a shipper may choose beside ordinary carriage, and what that changes; of the rows that "
    "fit one that names the country counts first",
    (
        key("class_row_id", "short lower-case word"),
        Column(
            "service_class",
            "choice",
            "class of service a question names",
            required=True,
            choices=SERVICE_CLASSES,
        ),
        Column("mode", "choice", "means of transport", required=True, choices=MODES),
        Column("country", "country", "where; null: wherever no row names the country"),
        number(
            "active_h_per_day",
            "hours a day a unit is under way; null: those of modes",
            "h/day",
            low=1,
            high=24,
        ),
        number(
            "fixed_ratio",
            "hours at borders times this; null: 1",
            "1",
            low=0.01,
            high=10,
        ),
        number("rate_ratio", "price per kilometre times this; null: 1", "1", low=0.1, high=20),
        ALTERNATIVE,
        *EVIDENCE,
    ),
)

EMISSIONS = Table(
    "emissions",
    "emission_id",
    "well-to-wheel greenhouse gas per tonne-kilometre and per handling; of the rows that fit one "
    "that names the country counts first, then to_country, terrain, on_rails, traction and form",
    (
        key("emission_id", "short lower-case word"),
        Column(
            "mode",
            "choice",
            "means of transport, or terminal for handling",
            required=True,
            choices=(*MODES, "terminal"),
        ),
        Column("traction", "choice", "what pulls; null: any", choices=("diesel", "electric")),
        Column("country", "country", "where; null: wherever no row names the country"),
        Column("form", "choice", "cargo form; null: any", choices=FORMS),
        number("g_co2e_per_t_km", "CO2 equivalent per tonne of cargo and km", "g/t-km"),
        number("g_co2e_per_teu_km", "CO2 equivalent per TEU and km", "g/TEU-km"),
        number("kg_co2e_per_t", "CO2 equivalent per tonne handled", "kg/t"),
        number("kg_co2e_per_teu", "CO2 equivalent per TEU handled", "kg/TEU"),
        *_WHERE,
        ALTERNATIVE,
        *EVIDENCE,
    ),
)

RULES = Table(
    "rules",
    "rule_id",
    "who may pass where, with which document, at what extra cost",
    (
        key("rule_id", "short lower-case word"),
        Column(
            "row_id",
            "text",
            "links concerned: an id, country:AF, crossing:AF-PK, mode:sea, or * for any",
            required=True,
        ),
        Column("cargo_id", "id", "cargo concerned; null: any", refers="cargoes"),
        Column("origin_country", "country", "where the goods start; null: anywhere"),
        Column("destination_country", "country", "where the goods end; null: anywhere"),
        Column("carrier_country", "country", "flag of the carrier; null: any"),
        Column(
            "effect",
            "choice",
            "what the rule does",
            required=True,
            choices=("forbid", "document", "extra-hours", "extra-usd", "caution"),
        ),
        Column("document", "text", "document needed, for the effect document"),
        number(
            "value",
            "hours, or USD per clearance, for the effects extra-hours and extra-usd",
            "h or USD",
        ),
        Column("from_on", "date", "first day; null: always was"),
        Column("to_on", "date", "first day no longer; null: no end known"),
        Column(
            "except_countries",
            "words",
            "countries whose goods it spares: those that start or end there, such as PK; "
            "null: it spares none",
        ),
        Column(
            "authority",
            "text",
            "whose sanction it is, such as OFAC or EU: it binds who complies with sanctions, and "
            "others are told of it; null: no sanction",
        ),
        ALTERNATIVE,
        *EVIDENCE,
    ),
)

WINDOWS = Table(
    "windows",
    "window_id",
    "when a link or place is open; one with rows is shut outside all of them",
    (
        key("window_id", "short lower-case word"),
        Column("link_id", "id", "the link; null where node_id is given", refers="links"),
        Column(
            "node_id",
            "id",
            "the place: who starts, ends or passes there; null where link_id is given",
            refers="nodes",
        ),
        Column("season_from", "monthday", "first local day of the season, MM-DD; null: all year"),
        Column(
            "season_to",
            "monthday",
            "last local day of the season, MM-DD; may lie before season_from (winter)",
        ),
        Column("weekdays", "words", "mon tue wed thu fri sat sun, local days; null: all"),
        Column(
            "hours",
            "hours",
            "local opening hours 08:00-20:00; a night belongs to the day it began on; "
            "null: round the clock",
        ),
        number(
            "utc_offset_h",
            "local time minus UTC, the year round; null: see time_zone",
            "h",
            low=-12,
            high=14,
        ),
        Column(
            "time_zone",
            "text",
            "IANA zone of days and hours, such as Europe/Istanbul, with its daylight saving; null "
            "without utc_offset_h: that of the place (of a link: where it begins), else UTC",
        ),
        number(
            "open_share",
            "share of the window in which weather lets traffic pass; null: 1",
            "1",
            low=0.01,
            high=1,
        ),
        number(
            "closed_spell_h",
            "mean length of one weather closure, needed with open_share below 1",
            "h",
            low=0.1,
            high=2000,
        ),
        Column("from_on", "date", "first local day these hours or this season hold; null: always"),
        Column("to_on", "date", "first local day they hold no longer; null: no end known"),
        ALTERNATIVE,
        *EVIDENCE,
    ),
)

HOLIDAYS = Table(
    "holidays",
    "holiday_id",
    "days on which posts are shut that are open by their windows: holidays, by date",
    (
        key("holiday_id", "short lower-case word"),
        Column("name", "text", "what is celebrated", required=True),
        Column("country", "country", "whose holiday it is", required=True),
        Column(
            "row_id",
            "text",
            "links shut: an id, crossing:CN-KG, node:sust, country:CN",
            required=True,
        ),
        Column(
            "from_on",
            "date",
            "first day shut, by the clock of the place where the link begins",
            required=True,
        ),
        Column("to_on", "date", "first day open again", required=True),
        ALTERNATIVE,
        *EVIDENCE,
    ),
)

SERVICES = Table(
    "services",
    "service_id",
    "scheduled departures: ferries, feeders, block trains",
    (
        key("service_id", "short lower-case word"),
        Column(
            "link_ids",
            "words",
            "links run over, in order, separated by spaces",
            required=True,
            refers="links",
        ),
        Column(
            "from_node_id",
            "id",
            "where it departs; null: both directions, each with these departures",
            refers="nodes",
        ),
        Column(
            "calls",
            "words",
            "places on its way where goods may board and leave too, separated by spaces; "
            "null: none between its ends",
            refers="nodes",
        ),
        Column(
            "required",
            "boolean",
            "true: the links can be used only by a service (a ferry); "
            "false: it runs beside ordinary traffic (a block train)",
            required=True,
        ),
        number(
            "departures_per_week",
            "departures a week without a timetable: half a headway is waited",
            "1/week",
            low=0.01,
            high=500,
        ),
        Column(
            "timetable",
            "timetable",
            "departures from its first place: mon 08:00; thu 20:00; in UTC without a time_zone",
        ),
        Column(
            "time_zone",
            "text",
            "IANA zone of the timetable, with its daylight saving, such as Asia/Baku; null: UTC",
        ),
        number(
            "speed_kmh",
            "speed over the whole run; null: that of its links",
            "km/h",
            low=0.5,
            high=900,
        ),
        number("capacity_teu", "TEU per departure", "TEU"),
        number("capacity_t", "tonnes per departure", "t"),
        number(
            "gathering_h",
            "hours before a departure by which goods are handed in, median: gathering, supply of "
            "wagons, cut-off; null: none",
            "h",
            high=2000,
        ),
        number("gathering_p95_h", "95th percentile of gathering_h; null: as gathering_h", "h"),
        Column(
            "carries",
            "words",
            "forms and cargoes it carries, separated by spaces: container, bulk, vehicle, or a "
            "cargo_id, which then rides in any lot; null: every form",
        ),
        number(
            "min_lot_t",
            "least lot of bulk it takes (a ship or train is not sent for less); boxes and vehicles "
            "ride in any number; null: any",
            "t",
            high=400000,
        ),
        ALTERNATIVE,
        *EVIDENCE,
    ),
)

CARGOES = Table(
    "cargoes",
    "cargo_id",
    "what is moved, by the unit it is moved in",
    (
        key("cargo_id", "short lower-case word"),
        Column("name", "text", "name as printed", required=True),
        Column("form", "choice", "how it travels", required=True, choices=FORMS),
        number(
            "t_per_unit", "tonnes of cargo per unit", "t/unit", low=0.01, high=5000, required=True
        ),
        number("teu_per_unit", "TEU a unit takes up; null: cannot travel as a box", "TEU/unit"),
        number(
            "lorries_per_unit",
            "lorries one unit takes: a tonne is a part of a load; null: not counted in lorries",
            "lorries/unit",
            high=1000,
        ),
        number(
            "wagons_per_unit",
            "wagons one unit takes; null: not counted in wagons",
            "wagons/unit",
            high=1000,
        ),
        number("value_usd_per_unit", "value of one unit", "USD/unit", required=True),
        number(
            "time_value_share_per_day",
            "share of the value a day in transit costs (Hummels and Schaur 2013)",
            "1/day",
            high=0.2,
            required=True,
        ),
        Column("allowed_modes", "words", "modes it may travel by", required=True),
        number(
            "rate_ratio", "rates times this (a reefer costs more); null: 1", "1", low=0.1, high=20
        ),
        number(
            "carbon_ratio",
            "emissions times this (a reefer burns more); null: 1",
            "1",
            low=0.1,
            high=20,
        ),
        number(
            "clearances_per_unit",
            "clearances (links.fixed_usd) one unit pays: "
            "a tonne is a part of a lorry's load; null: 1",
            "1/unit",
            low=0.001,
            high=100,
        ),
        number(
            "lot_t",
            "tonnes moved together unless a question says how many; null: one unit",
            "t",
            low=0.01,
            high=1000000,
        ),
        *EVIDENCE,
    ),
)

CAPACITY_UNITS = ("lorries", "wagons", "trains", "vehicles", "TEU", "t")
# A volume of trains does not say what one carried, so nothing could be compared with it.
VOLUME_UNITS = tuple(unit for unit in CAPACITY_UNITS if unit != "trains")

CAPACITIES = Table(
    "capacities",
    "capacity_id",
    "what a link, terminal, service or place can take in the unit that binds, and what is on it "
    "already; beside the capacities that links and terminals give themselves",
    (
        key("capacity_id", "short lower-case word"),
        Column(
            "table",
            "choice",
            "table of what is limited",
            required=True,
            choices=("links", "terminals", "services", "nodes"),
        ),
        Column("row_id", "id", "its row", required=True),
        Column(
            "from_node_id",
            "id",
            "where that direction leaves from; null: both directions together",
            refers="nodes",
        ),
        Column(
            "unit",
            "choice",
            "what is counted",
            required=True,
            choices=tuple(map(marked, CAPACITY_UNITS)),
        ),
        number("per_day", "most of them a day; null: not known", "unit/day"),
        number(
            "background_per_day",
            "those of others that are on it and in no row of demand; null: none counted",
            "unit/day",
        ),
        number("seen_per_day", "those once seen in a day: a flow, no limit", "unit/day"),
        number(
            "t_each",
            "tonnes of cargo one of them carries, so that trains are compared with tonnes; null: "
            "not known",
            "t",
            high=50_000,
        ),
        number(
            "empty_share",
            "share of all of them that run empty, the rest is left to goods; null: not known",
            "1",
            high=1,
        ),
        Column("year", "integer", "year of the figures", low=1990, high=2100),
        ALTERNATIVE,
        *EVIDENCE,
    ),
)

HAZARDS = Table(
    "hazards",
    "hazard_id",
    "closures that may happen: how often and how long",
    (
        key("hazard_id", "short lower-case word"),
        Column("name", "text", "name as printed", required=True),
        Column(
            "row_id",
            "text",
            "links concerned: an id, country:AF, crossing:AF-PK, mode:sea, node:salang",
            required=True,
        ),
        number(
            "events_per_year",
            "closures a year, over the whole year",
            "1/year",
            high=365,
            required=True,
        ),
        number(
            "duration_median_d",
            "median length of one closure",
            "days",
            low=0.01,
            high=3650,
            required=True,
        ),
        number(
            "duration_sigma",
            "standard deviation of the logarithm of the length, whatever its distribution",
            "1",
            high=4,
            required=True,
        ),
        Column(
            "distribution",
            "choice",
            "family of the length, null: lognormal; "
            "sigma is 1.2825 for an exponential and above that for a pareto",
            choices=("exponential", "lognormal", "weibull", "pareto"),
        ),
        Column("season_from", "monthday", "first day of its season; null: all year"),
        Column("season_to", "monthday", "last day of its season"),
        Column(
            "watched_from_on",
            "date",
            "first day from which every closure is in events; null: events are examples",
        ),
        Column("watched_to_on", "date", "first day no longer watched"),
        ALTERNATIVE,
        *EVIDENCE,
    ),
)

REGIMES = Table(
    "regimes",
    "regime_id",
    "slow states of borders and terminals, beside closures: hours and money in that state, and its "
    "share of the time; the rest is the ordinary state, with the hours of the row itself",
    (
        key("regime_id", "short lower-case word"),
        Column("name", "text", "name as printed", required=True),
        Column(
            "table",
            "choice",
            "what it slows",
            required=True,
            choices=("links", "terminals"),
        ),
        Column(
            "row_id",
            "text",
            "links concerned: an id, crossing:AF-PK, node:salang; of terminals: ids; all of them "
            "are in it at the same time",
            required=True,
        ),
        number("share", "share of the time", "1", high=1, required=True),
        number(
            "fixed_h",
            "hours of a passage in this state, median, in place of fixed_h or handling_h",
            "h",
            high=2000,
            required=True,
        ),
        number("fixed_p95_h", "95th percentile of fixed_h; null: no spread", "h", high=8000),
        number(
            "extra_usd",
            "money more in this state, per clearance of a link, per cargo unit at a terminal; "
            "routes cost its mean over all states; null: none",
            "USD",
        ),
        Column("from_on", "date", "first day; null: always was"),
        Column("to_on", "date", "first day no longer; null: no end known"),
        ALTERNATIVE,
        *EVIDENCE,
    ),
)

EVENTS = Table(
    "events",
    "event_id",
    "closures that were seen: the history behind hazards and windows",
    (
        key("event_id", "short lower-case word"),
        Column(
            "hazard_id",
            "id",
            "the one hazard it was an event of; null: weather that windows hold, or not modelled",
            refers="hazards",
        ),
        Column(
            "row_id",
            "text",
            "links shut: an id, country:AF, crossing:AF-PK, node:salang",
            required=True,
        ),
        Column("from_on", "date", "first day shut", required=True),
        Column("to_on", "date", "first day open again; null: still shut when last seen"),
        Column("last_seen_on", "date", "last day it was seen shut, where to_on is null"),
        number(
            "duration_d",
            "length where known better than from the days (hours of snow); null: from the days",
            "days",
            low=0.01,
            high=3650,
        ),
        number(
            "effect_share",
            "share of goods traffic stopped: 1 shut, 0.5 half, 0 people only",
            "1",
            high=1,
            required=True,
        ),
        Column(
            "cause",
            "choice",
            "why",
            required=True,
            choices=(
                "clash",
                "attack",
                "war",
                "dispute",
                "election",
                "works",
                "pandemic",
                "weather",
                "disaster",
                "congestion",
            ),
        ),
        *EVIDENCE,
    ),
)

CHANGES = Table(
    "changes",
    None,
    "dated edits of a table; rows of one change_id belong together",
    (
        Column("change_id", "id", "name of the change a scenario asks for", required=True),
        Column(
            "table",
            "choice",
            "table edited",
            required=True,
            choices=(
                "links",
                "terminals",
                "rates",
                "modes",
                "services",
                "cargoes",
                "capacities",
                "windows",
            ),
        ),
        Column(
            "row_id",
            "text",
            "row edited: an id, country:AF, crossing:AF-PK, mode:sea",
            required=True,
        ),
        Column("column", "text", "column edited", required=True),
        Column(
            "op",
            "choice",
            "set the value, scale by it or add it",
            required=True,
            choices=("set", "scale", "add"),
        ),
        Column("value", "text", "new value, factor or summand", required=True),
        Column("from_on", "date", "first day; null: always"),
        Column("to_on", "date", "first day no longer; null: no end known"),
        ALTERNATIVE,
        *EVIDENCE,
    ),
)

DEMAND = Table(
    "demand",
    "demand_id",
    "what is to be moved in a year",
    (
        key("demand_id", "short lower-case word"),
        Column("origin_node_id", "id", "where from", required=True, refers="nodes"),
        Column("destination_node_id", "id", "where to", required=True, refers="nodes"),
        Column("cargo_id", "id", "what", required=True, refers="cargoes"),
        Column("year", "integer", "calendar year", required=True, low=1990, high=2100),
        number("units_per_year", "cargo units a year", "units/year", required=True),
        ALTERNATIVE,
        *EVIDENCE,
    ),
)

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

DEMAND_SEASONS = Table(
    "demand_seasons",
    "season_id",
    "how a year's demand falls on its months; the twelve shares of a row sum to 1. Demand that no "
    "row names falls evenly",
    (
        key("season_id", "short lower-case word"),
        Column("name", "text", "what moves so", required=True),
        Column("demand_ids", "words", "demand that moves so", required=True, refers="demand"),
        *(
            number(
                f"{month}_share",
                f"share of the year in {month.title()}",
                "1",
                high=1,
                required=True,
            )
            for month in MONTHS
        ),
        *EVIDENCE,
    ),
)

OBSERVATIONS = Table(
    "observations",
    "observation_id",
    "what was seen in the world, to set beside the model",
    (
        key("observation_id", "short lower-case word"),
        Column("name", "text", "what was seen", required=True),
        Column(
            "origin",
            "text",
            "place, or place@layer for goods already on a train or ship",
            required=True,
        ),
        Column("destination", "text", "place, or place@layer", required=True),
        Column("via", "words", "places the trip went through", refers="nodes"),
        Column("cargo_id", "id", "what", required=True, refers="cargoes"),
        Column("depart_on", "date", "day of departure", required=True),
        Column("scenario", "id", "scenario that stands for that time", required=True),
        Column("modes", "words", "modes the trip used; null: any"),
        Column(
            "metric",
            "choice",
            "what was measured; train_h: an organised train, which gathers nothing and waits for "
            "no departure; ship_h: hours aboard, without the wait for the ship",
            required=True,
            choices=("time_h", "train_h", "ship_h", "cost_usd", "length_km", "speed_kmh"),
        ),
        Column(
            "country",
            "country",
            "for speed_kmh: the country whose part of the trip was measured; null: all of it",
        ),
        number(
            "value",
            "value seen, in the metric's unit; null: seen to happen, not measured",
            "as metric",
        ),
        number("value_low", "lower end where a range was published", "as metric"),
        number("value_high", "upper end where a range was published", "as metric"),
        Column("explains", "text", "why the model may differ, known before comparing"),
        Column("avoid", "words", "countries, modes, places, links the trip did not use"),
        Column("require", "words", "places, links the trip used; a link says which crossing"),
        Column("services", "words", "services the goods rode, all of them", refers="services"),
        Column(
            "country_sequences",
            "text",
            "countries of the trip in order, * for any number of others; null: not known",
        ),
        Column(
            "kind",
            "choice",
            "an ordinary trip, a pilot with escort or documents of a first run, or a time or price "
            "announced; null: ordinary",
            choices=("ordinary", "pilot", "announced"),
        ),
        Column("trip", "id", "trip that several rows saw, such as its time and length; null: own"),
        *EVIDENCE,
    ),
)

VOLUMES = Table(
    "volumes",
    "volume_id",
    "what passed a place in a year, to set beside the flows of the model",
    (
        key("volume_id", "short lower-case word"),
        Column("name", "text", "what was counted, and where", required=True),
        Column(
            "table",
            "choice",
            "table of the place it was counted at",
            required=True,
            choices=("links", "nodes", "services"),
        ),
        Column(
            "row_id",
            "text",
            "its row; for links also several or a selector, as crossing:AF-PK: all together",
            required=True,
        ),
        Column(
            "from_node_id",
            "id",
            "where the direction counted leaves from; null: both directions together",
            refers="nodes",
        ),
        Column(
            "unit",
            "choice",
            "what was counted",
            required=True,
            choices=VOLUME_UNITS,
        ),
        Column("year", "integer", "year it stands for", required=True, low=1990, high=2100),
        number("per_year", "counted in a year, or scaled to one", "unit/year", required=True),
        number(
            "days",
            "days counted that per_year is scaled up from; null: a year",
            "days",
            low=1,
            high=3660,
        ),
        Column(
            "with_empties",
            "boolean",
            "true: lorries or wagons that run empty were counted too; null: laden ones alone",
        ),
        Column(
            "demand_source_id",
            "id",
            "only goods of the demand of this source were counted; null: all goods",
            refers="sources",
        ),
        Column("scenario", "id", "scenario that stands for that time; null: the default"),
        Column(
            "held_out",
            "boolean",
            "true: kept out of the calibration, so that it tests it; every second row in order",
            required=True,
        ),
        *EVIDENCE,
    ),
)

QUESTIONS = Table(
    "questions",
    "question_id",
    "what users ask, and what an answer must be to be believed",
    (
        key("question_id", "short lower-case word"),
        Column(
            "number",
            "integer",
            "number of the question in its list; rows of one number are one question, as good as "
            "the worst of them",
            required=True,
            low=1,
            high=9999,
        ),
        Column("question", "text", "the question in words", required=True),
        Column(
            "verb",
            "choice",
            "what answers it: the routes of a day, why none passes a thing, the best routes of a "
            "year, the ranking of what matters most, simulated years",
            required=True,
            choices=("route", "why-not", "year", "rank", "simulate"),
        ),
        Column("origin", "text", "place, or place@layer; null: asked of the study's demand"),
        Column("destination", "text", "place, or place@layer; null: as origin"),
        Column("cargo_id", "id", "what travels; null: the study's demand", refers="cargoes"),
        Column("depart_on", "date", "day of departure, or first day of the year", required=True),
        Column("scenario", "id", "scenario of study.toml", required=True),
        Column("via", "words", "places every route passes", refers="nodes"),
        Column("avoid", "words", "countries, modes, places, links no route uses"),
        Column("require", "words", "countries, modes, places, links every route uses"),
        Column("max_transshipments", "integer", "most changes of layer", low=0, high=99),
        Column("deadline_on", "date", "last day of arrival"),
        Column("carrier", "country", "country of the carrier"),
        Column("choices", "words", "parameter:option instead of the scenario's"),
        Column("element", "text", "for why-not: the thing no route passes"),
        Column(
            "about",
            "choice",
            "which route is judged: the quickest or cheapest of those shown, or the cheapest shown "
            "of the countries and modes expected; none: there must be no route",
            required=True,
            choices=("quickest", "cheapest", "shown", "none"),
        ),
        Column(
            "country_sequences",
            "text",
            "countries in order, * for any number of others; alternatives apart by semicolons; "
            "null: any",
        ),
        Column(
            "mode_sets",
            "text",
            "modes used, all of them; alternatives apart by semicolons; null: any",
        ),
        Column("passes", "words", "places and links the route judged passes"),
        Column("forbidden", "words", "countries, modes, places, links no route shown uses"),
        Column("says", "words", "words the answer must say: a rule, a change, part of a warning"),
        Column("season_from", "monthday", "for year: first day a route may pass there"),
        Column("season_to", "monthday", "for year: last day a route may pass there"),
        number("days_low", "fewest days a forwarder would believe", "days", high=MAX_DAYS),
        number("days_high", "most days a forwarder would believe", "days", high=MAX_DAYS),
        number("usd_low", "lowest price of a cargo unit he would believe", "USD/unit"),
        number("usd_high", "highest price of a cargo unit he would believe", "USD/unit"),
        number("km_low", "least length he would believe", "km", high=MAX_KM),
        number("km_high", "greatest length he would believe", "km", high=MAX_KM),
        Column(
            "routes_high",
            "integer",
            "most routes the answer may have that are apart by the usual tolerances",
            low=1,
            high=1_000_000,
        ),
        Column(
            "judged",
            "choice",
            "what the first review said of the answer of its day",
            choices=("believed", "figure off", "rejected"),
        ),
        Column("explains", "text", "why that was its verdict"),
        *EVIDENCE,
    ),
)

COUNTRIES = Table(
    "countries",
    "country",
    "countries by code; EU: the Union as one market, ZZ: rest of the world",
    (
        Column("country", "country", "ISO 3166-1 alpha-2 code, EU or ZZ", required=True),
        Column("name", "text", "name as printed", required=True),
        Column("iso3", "text", "ISO 3166-1 alpha-3 code, for reading customs data"),
        Column(
            "numeric_code",
            "integer",
            "ISO 3166-1 numeric code, for reading customs data",
            low=1,
            high=999,
        ),
        number(
            "gdp_usd",
            "gross domestic product at current prices; null: not in the trade model",
            "USD/year",
        ),
        number(
            "gdp_growth_share_per_year",
            "real growth of GDP a year, as forecast for the years up to the target",
            "1/year",
            low=-0.5,
            high=0.5,
        ),
        number("population", "people", "people"),
        number("goods_exports_usd", "exports of goods to all countries", "USD/year"),
        number("goods_imports_usd", "imports of goods from all countries", "USD/year"),
        number(
            "lon_deg",
            "longitude of the main city, for distances between economies",
            "deg",
            low=-180,
            high=180,
        ),
        number("lat_deg", "latitude of the main city", "deg", low=-90, high=90),
        Column("neighbours", "words", "codes of the countries of this table it borders on"),
        Column("languages", "words", "official languages, for a common language"),
        Column(
            "economy_source_ids",
            "words",
            "rows of sources.csv the economic columns were read in",
            refers="sources",
        ),
        Column(
            "economy_confidence",
            "choice",
            "worst grade of the economic columns",
            choices=CONFIDENCES,
        ),
        *EVIDENCE,
    ),
)

PARAMETERS = Table(
    "parameters",
    "option_id",
    "disputed figures: every parameter's named options",
    (
        Column("option_id", "text", "parameter:option", required=True),
        Column("meaning", "text", "what choosing it means", required=True),
        Column("is_default", "boolean", "chosen where a scenario says nothing", required=True),
        *EVIDENCE,
    ),
)

SOURCES = Table(
    "sources",
    "source_id",
    "where figures were read",
    (
        key("source_id", "short lower-case word"),
        Column("citation", "text", "author or publisher and title", required=True),
        Column("year", "integer", "year of publication; null: not dated", low=1850, high=2100),
        Column("where", "text", "address, page, table"),
        Column("licence", "text", "licence of the data where it sets terms"),
    ),
    required=True,
)

TABLES: tuple[Table, ...] = (
    NODES,
    LINKS,
    TERMINALS,
    HANDLING,
    RATES,
    CHARGES,
    PRICE_BANDS,
    TERRAINS,
    SHAPES,
    MODES_TABLE,
    SERVICE_CLASSES_TABLE,
    EMISSIONS,
    RULES,
    WINDOWS,
    HOLIDAYS,
    SERVICES,
    CARGOES,
    CAPACITIES,
    HAZARDS,
    REGIMES,
    EVENTS,
    CHANGES,
    DEMAND,
    DEMAND_SEASONS,
    OBSERVATIONS,
    VOLUMES,
    QUESTIONS,
    COUNTRIES,
    *schema_consignments.TABLES,
    *schema_projects.TABLES,
    *schema_trade.TABLES,
    PARAMETERS,
    SOURCES,
)


@cache
def table(name: str) -> Table:
    """Return the declaration of a table; KeyError if there is none of that name."""
    for declared in TABLES:
        if declared.name == name:
            return declared
    raise KeyError(name)


def layer(mode: str, gauge_mm: int | None) -> str:
    """Name the layer of a link: its mode, with the gauge where there is one (``rail-1520``)."""
    return mode if gauge_mm is None else f"{mode}-{gauge_mm}"


def is_afloat(layer: str) -> bool:
    """Tell whether goods on a layer are on a ship."""
    return layer.partition("-")[0] in WATER_MODES


def singular(table: str) -> str:
    """Return what one row of a table is called."""
    return {"cargoes": "cargo", "countries": "country", "handling": "handling"}.get(
        table, table.removesuffix("s")
    )
