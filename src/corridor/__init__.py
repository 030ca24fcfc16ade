"""Plan and appraise international freight corridors: which way goods can go, when, at what cost,
time, carbon and risk."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corridor.changes import apply as apply
    from corridor.closures import fit as fit
    from corridor.criticality import rank as rank
    from corridor.disruption import compare as compare
    from corridor.errors import CallError as CallError
    from corridor.errors import CorridorError as CorridorError
    from corridor.errors import Finding as Finding
    from corridor.errors import NotConverged as NotConverged
    from corridor.errors import StudyError as StudyError
    from corridor.errors import UnknownName as UnknownName
    from corridor.network import Network as Network
    from corridor.reports import report as report
    from corridor.risk import Risk as Risk
    from corridor.routing import Routes as Routes
    from corridor.routing import route as route
    from corridor.simulation import simulate as simulate
    from corridor.skims import skim as skim
    from corridor.study import Scenario as Scenario
    from corridor.study import Study as Study
    from corridor.study import Trip as Trip
    from corridor.study import check as check
    from corridor.study import new as new
    from corridor.study import read as read
    from corridor.trade import forecast as forecast

__version__ = "0.1.0"

# Each name is imported when it is first asked for, so that `import corridor` costs next to nothing.
_HOME = {
    "check": "study",
    "new": "study",
    "read": "study",
    "route": "routing",
    "skim": "skims",
    "apply": "changes",
    "forecast": "trade",
    "report": "reports",
    "rank": "criticality",
    "simulate": "simulation",
    "compare": "disruption",
    "fit": "closures",
    "Study": "study",
    "Scenario": "study",
    "Trip": "study",
    "Network": "network",
    "Routes": "routing",
    "Risk": "risk",
    "Finding": "errors",
    "CorridorError": "errors",
    "StudyError": "errors",
    "CallError": "errors",
    "UnknownName": "errors",
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
