"""Memory: what is computed once for a network, and which of it the status of links changes.

A what-if that only opens and shuts links has the same tables, graph, costs and hazards as its base;
only what follows the status of links in time differs. What follows from its arguments alone is the
same for every network made of one by changes. Each thing remembered says here which it is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Hashable
from enum import Enum
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")
_NOT_MADE: Any = object()


class Life(Enum):
    """For which networks what is remembered holds."""

    FIXED = "those that differ by the status of links alone"
    FOLLOWS_STATUS = "the one network"
    LASTING = "all that are made of one by changes: it follows from its arguments alone"


FIXED = Life.FIXED
FOLLOWS_STATUS = Life.FOLLOWS_STATUS
LASTING = Life.LASTING
MAX_LASTING = 16  # of each kind; the oldest go


class Derived(Enum):
    """What a network remembers: its meaning, its arguments, and for which networks it holds.

    Only what reads the dated changes of ``links.status``, itself or through another memory, follows
    them; all else is computed once for a network and every what-if that opens and shuts its links.
    """

    ROWS = "rows of a table as dicts", ("table",), FIXED
    BY_ID = "rows of a table by their key", ("table",), FIXED
    PLACES = "what places are called", (), FIXED
    GRAPH = "graph of (place, layer) states", (), FIXED
    GRAPHS = "graph of some tables", ("hash of what it is made of",), LASTING
    SHARED_CALENDARS = "calendars made of others", ("seconds covered",), LASTING
    LAST_TIMES = "when arcs were passed last", ("seconds covered",), LASTING
    BACKWARDS = "its arcs into every state, in the order of a search", (), FIXED
    HIERARCHY = "hierarchy over that graph, and its arcs into every state", (), FIXED
    EDITS = "dated changes of anything but links' status", (), FIXED
    EDITS_IN_FORCE = "those in force on a day", ("day",), FIXED
    EDITED = "network with the edits in force in its tables", ("edits in force",), FIXED
    BUILT = "the last networks with other changes that projects make", (), FIXED
    SNAPSHOT = "EDITED, with links' status", ("edits in force",), FOLLOWS_STATUS
    STATUS_SPANS = "when the status of every link lets it be used", (), FOLLOWS_STATUS
    WINDOWED = "windows and the calendar they leave", ("column", "seconds covered"), FIXED
    WINDOWS_HASH = "hash of the tables these are made of", (), FIXED
    WINDOWS = "the same of some tables", ("hash of them", "column", "seconds covered"), LASTING
    OPENINGS = "when every link can be entered", ("seconds covered",), FOLLOWS_STATUS
    OPENNESS = "links not plainly open on a day", ("second",), FOLLOWS_STATUS
    ZONES = "zone of every place, or of every link", ("table",), FIXED
    RULES = "links a rule covers, and when", ("rule_id",), FIXED
    CONCERNING = "rules that concern a party", ("party",), FIXED
    SELECTED_LINKS = "link rows a selector means", ("selector",), FIXED
    TARIFFS = "rows of a table by what they name", ("table", "part of it"), FIXED
    PRICE_BANDS = "row of price_bands for lines of a table", ("table", "confidence"), FIXED
    MEANT_ARCS = "arcs that a word is of", ("meaning",), FIXED
    LINK_KINDS = "kinds of links that are priced alike", (), FIXED
    TERMINAL_KINDS = "arcs of terminals that are priced alike", (), FIXED
    LINK_FIGURES = "lengths, speeds, hours and fees of links as arrays", (), FIXED
    ARC_HOURS = "hours of every arc beyond those of links", ("service class",), FIXED
    COSTS = "costs of every arc", ("cargo_id", "service class", "lot", "rules", "regimes"), FIXED
    SPREAD = "how the hours of every arc spread, storms apart", ("costs",), FIXED
    SECTIONS = "links and terminals of every arc, as legs tell of them", ("costs",), FIXED
    LIMITS = "limits that cargoes meet", ("order of arcs", "cargoes", "limited or not"), FIXED
    ELEMENTS = "what every arc passes, by name", (), FIXED
    ACCOUNTS = "who earns what on every arc", ("costs",), FIXED
    TIMETABLE_EDITS = "dated changes of timetables", (), FIXED
    ENTRIES = "when links are entered at their places", ("seconds covered",), FOLLOWS_STATUS
    PASSAGES = "how arcs are passed, and when", ("seconds covered", "bans", "times"), FOLLOWS_STATUS
    MEAN_WAITS = "mean wait for arcs", ("second of departure", "bans", "times"), FOLLOWS_STATUS
    UNSERVED = "why nothing goes", ("origin", "destination", "cargo_id", "day"), FOLLOWS_STATUS
    HAZARD_LINKS = "which hazards cover which links", (), FIXED
    HAZARD_ARCS = "which hazards cover which arcs", (), FIXED
    CLOSURE_LAWS = "how closures of every hazard begin and last", (), FIXED
    HAZARD_WEIGHTS = "-log(1 - chance) of every hazard", ("day",), FIXED
    ARC_WORDS = "words of hazards of every arc", (), FIXED
    ARC_PLACES = "places every arc comes to", (), FIXED
    ARC_LENGTHS = "metres of every arc, and which links cross a border", (), FIXED
    ARC_MEASURES = "metres of every arc, those without ships, and its modes", (), FIXED
    TURNS = "which state of what has slow regimes is met", ("regimes", "draws", "seed"), FIXED
    SEEDS = "words that random numbers begin from", ("stream", "name", "seed"), FIXED
    SAMPLED = "what chance makes of arcs", (), FIXED
    LUCK = "sampled luck of a mode", ("mode", "draws", "seed"), FIXED
    LEAST = (
        "least sampled seconds of arcs",
        ("costs", "passages", "draws", "seed", "leg correlation", "border correlation"),
        FOLLOWS_STATUS,
    )

    def __init__(self, meaning: str, arguments: tuple[str, ...], life: Life) -> None:
        self.meaning = meaning
        self.arguments = arguments
        self.life = life

    @property
    def follows_status(self) -> bool:
        """Whether opening or shutting links changes it."""
        return self.life is FOLLOWS_STATUS

    __hash__ = object.__hash__  # each is one object; the hash of its name is slower

    def of(self, *arguments: Hashable) -> Memo:
        """Return the key of this thing for these arguments."""
        return Memo(self, arguments)


class Memo(NamedTuple):
    """The key of one thing remembered."""

    what: Derived
    arguments: tuple[Hashable, ...]


class Memory:
    """What one network has computed of itself; safe to ask from several threads.

    What does not follow links' status can be one store for several networks (``share``), what
    follows from its arguments alone one for all made of one (``inherit``). A pickled or deep-copied
    memory is empty.
    """

    def __init__(self) -> None:
        self._fixed: dict[Memo, Any] = {}
        self._following: dict[Memo, Any] = {}
        self._lasting: dict[Derived, dict[Memo, Any]] = {}
        self._lock = threading.RLock()  # one for all that share: a memory may need another

    def __len__(self) -> int:
        return len(self._fixed) + len(self._following)

    def __contains__(self, memo: Memo) -> bool:
        return memo in self._store(memo)

    def __reduce__(self) -> tuple[type[Memory], tuple[()]]:
        return Memory, ()

    def once(self, memo: Memo, make: Callable[[], T]) -> T:
        """Return what is remembered under a key, made where it is asked for the first time.

        Raises TypeError for a key that is not declared or lacks arguments.
        """
        store = self._store(memo)
        value: T = store.get(memo, _NOT_MADE)
        if value is _NOT_MADE:
            with self._lock:
                value = store.get(memo, _NOT_MADE)
                if value is _NOT_MADE:
                    value = store[memo] = make()
                    if memo.what.life is LASTING:
                        _drop_oldest(store)
        return value

    def share(self, base: Memory) -> None:
        """Use, and add to, what another memory holds that does not follow links' status."""
        self._fixed = base._fixed
        self._lock = base._lock
        self.inherit(base)

    def inherit(self, base: Memory) -> None:
        """Use, and add to, what another memory holds that follows from its arguments alone."""
        self._lasting = base._lasting

    def copy(self, base: Memory, kinds: Collection[Derived], *, but_of: Collection[str]) -> None:
        """Hold what another memory holds of some kinds, apart from what it holds of some tables."""
        with base._lock:
            held = dict(base._fixed)
        copied = {
            memo: value
            for memo, value in held.items()
            if memo.what in kinds and not set(but_of) & set(memo.arguments)
        }
        self._fixed.update(copied)
        self.inherit(base)

    def _store(self, memo: Memo) -> dict[Memo, Any]:
        if not isinstance(memo, Memo) or len(memo.arguments) != len(memo.what.arguments):
            raise TypeError(f"{memo!r} is no key of a memory: see Derived.")
        life = memo.what.life
        if life is FIXED:
            return self._fixed
        return self._following if life is FOLLOWS_STATUS else self._lasting_of(memo.what)

    def _lasting_of(self, what: Derived) -> dict[Memo, Any]:
        return self._lasting.setdefault(what, {})


def _drop_oldest(store: dict[Memo, Any]) -> None:
    """Drop what was remembered first where more is held than may be."""
    # A list: other threads may change the mapping while the oldest are looked for.
    for oldest in list(store)[:-MAX_LASTING]:
        store.pop(oldest, None)
