"""Plan and appraise international freight corridors: routes, closures, trade, evidence."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from corridor.version import __version__ as __version__

if TYPE_CHECKING:
    from corridor.closures.comparison import compare as compare
    from corridor.closures.criticality import rank as rank
    from corridor.closures.families import compare_families as compare_families
    from corridor.closures.fits import fit as fit
    from corridor.closures.history import history as history
    from corridor.closures.risk import Risk as Risk
    from corridor.closures.second_corridor import second_corridor as second_corridor
    from corridor.closures.simulation import simulate as simulate
    from corridor.consignments.plan import Plan as Plan
    from corridor.consignments.plan_quote import quote_plan as quote_plan
    from corridor.consignments.quote import Quote as Quote
    from corridor.consignments.quote import quote as quote
    from corridor.consignments.schedule import schedule as schedule
    from corridor.consignments.shipment import Destination as Destination
    from corridor.consignments.shipment import Shipment as Shipment
    from corridor.consignments.shipment import Slots as Slots
    from corridor.consignments.state import State as State
    from corridor.errors import AmbiguousName as AmbiguousName
    from corridor.errors import CallError as CallError
    from corridor.errors import CorridorError as CorridorError
    from corridor.errors import Finding as Finding
    from corridor.errors import NotConverged as NotConverged
    from corridor.errors import StudyError as StudyError
    from corridor.errors import TooLarge as TooLarge
    from corridor.errors import UnknownName as UnknownName
    from corridor.exchange.flow_export import export_flows as export_flows
    from corridor.exchange.gmns import read_gmns as read_gmns
    from corridor.exchange.tntp import read_tntp as read_tntp
    from corridor.exchange.traffic_network import TrafficNetwork as TrafficNetwork
    from corridor.flows.assign import assign as assign
    from corridor.flows.equilibrium import Equilibrium as Equilibrium
    from corridor.flows.equilibrium import equilibria as equilibria
    from corridor.flows.equilibrium import equilibrium as equilibrium
    from corridor.flows.flows import Flows as Flows
    from corridor.flows.select import Selection as Selection
    from corridor.flows.select import select as select
    from corridor.network.changes import apply as apply
    from corridor.network.network import Network as Network
    from corridor.projects.appraisal import Appraisal as Appraisal
    from corridor.projects.appraisal import appraise as appraise
    from corridor.projects.coalition import Coalition as Coalition
    from corridor.projects.coalition import coalition as coalition
    from corridor.projects.phase import Phasing as Phasing
    from corridor.projects.phase import phase as phase
    from corridor.projects.valuation import programme_value as programme_value
    from corridor.projects.waiting import Waiting as Waiting
    from corridor.projects.waiting import wait as wait
    from corridor.reports import report as report
    from corridor.reports.plan_sheet import plan_sheet as plan_sheet
    from corridor.reports.quote_sheet import quote_sheet as quote_sheet
    from corridor.routing.route import Routes as Routes
    from corridor.routing.route import route as route
    from corridor.routing.skims import skim as skim
    from corridor.runs.validation import Validation as Validation
    from corridor.runs.validation import validate as validate
    from corridor.study.settings import Scenario as Scenario
    from corridor.study.settings import Trip as Trip
    from corridor.study.study import Study as Study
    from corridor.study.study import check as check
    from corridor.study.study import new as new
    from corridor.study.study import read as read
    from corridor.trade.chapter import forecast_target as forecast_target
    from corridor.trade.costs import trade_costs as trade_costs
    from corridor.trade.elastic import ElasticFlows as ElasticFlows
    from corridor.trade.elastic import assign_elastic as assign_elastic
    from corridor.trade.forecast import TradeSettings as TradeSettings
    from corridor.trade.forecast import forecast as forecast
    from corridor.trade.potential import complete_flows as complete_flows
    from corridor.trade.potential import split_flows as split_flows
    from corridor.web.serving import web_answer as web_answer

# Each name is imported when it is first asked for, so that `import corridor` costs next to nothing.
_HOME = {
    "check": "study.study",
    "new": "study.study",
    "read": "study.study",
    "route": "routing.route",
    "skim": "routing.skims",
    "apply": "network.changes",
    "forecast": "trade.forecast",
    "trade_costs": "trade.costs",
    "complete_flows": "trade.potential",
    "split_flows": "trade.potential",
    "report": "reports",
    "assign": "flows.assign",
    "assign_elastic": "trade.elastic",
    "appraise": "projects.appraisal",
    "programme_value": "projects.valuation",
    "quote": "consignments.quote",
    "quote_plan": "consignments.plan_quote",
    "quote_sheet": "reports.quote_sheet",
    "plan_sheet": "reports.plan_sheet",
    "phase": "projects.phase",
    "coalition": "projects.coalition",
    "wait": "projects.waiting",
    "select": "flows.select",
    "rank": "closures.criticality",
    "simulate": "closures.simulation",
    "compare": "closures.comparison",
    "second_corridor": "closures.second_corridor",
    "fit": "closures.fits",
    "history": "closures.history",
    "compare_families": "closures.families",
    "schedule": "consignments.schedule",
    "forecast_target": "trade.chapter",
    "validate": "runs.validation",
    "web_answer": "web.serving",
    "equilibria": "flows.equilibrium",
    "equilibrium": "flows.equilibrium",
    "read_tntp": "exchange.tntp",
    "read_gmns": "exchange.gmns",
    "export_flows": "exchange.flow_export",
    "Equilibrium": "flows.equilibrium",
    "TrafficNetwork": "exchange.traffic_network",
    "Study": "study.study",
    "Scenario": "study.settings",
    "Trip": "study.settings",
    "Network": "network.network",
    "Routes": "routing.route",
    "Flows": "flows.flows",
    "ElasticFlows": "trade.elastic",
    "Quote": "consignments.quote",
    "Selection": "flows.select",
    "TradeSettings": "trade.forecast",
    "Risk": "closures.risk",
    "Appraisal": "projects.appraisal",
    "Phasing": "projects.phase",
    "Coalition": "projects.coalition",
    "Waiting": "projects.waiting",
    "Plan": "consignments.plan",
    "Shipment": "consignments.shipment",
    "State": "consignments.state",
    "Destination": "consignments.shipment",
    "Slots": "consignments.shipment",
    "Validation": "runs.validation",
    "Finding": "errors",
    "CorridorError": "errors",
    "StudyError": "errors",
    "AmbiguousName": "errors",
    "CallError": "errors",
    "UnknownName": "errors",
    "TooLarge": "errors",
    "NotConverged": "errors",
}
__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'corridor' has no attribute {name!r}")
    value = getattr(import_module(f"corridor.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
