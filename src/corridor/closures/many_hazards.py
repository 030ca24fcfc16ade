"""Many hazards: more than a word has bits; those that strike in a year are numbered anew.

What goods do while nothing is shut hangs on no number, so that it is computed once for all years,
and each year begins with the routes it found.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from corridor.closures.route_books import new_book
from corridor.kernels import Bools, Ints
from corridor.kernels.records import Closures, DatedNetwork, Dispatches, RouteBook, Waiting
from corridor.network.coverage import WORD_HAZARDS, as_bits


class ManyHazards(NamedTuple):
    """Hazards by number, and the routes of a year in which none of them strikes.

    arcs [hazards, arcs]: those that hazards may shut. book: the routes. set_of int64 [trips, days]:
    the hazards that the units of a day could have met, a number of sets [hazards, sets].
    """

    arcs: Bools
    book: RouteBook
    sets: Bools
    set_of: Ints

    def of_year(
        self, network: DatedNetwork, quiet: Dispatches, closures: Closures
    ) -> tuple[DatedNetwork, Dispatches, Closures]:
        """Return a network, its undisturbed year and a year's closures, hazards numbered anew.

        At most as many may strike as a word has bits.
        """
        hazards = np.unique(closures.hazard)
        of_network = network._replace(
            hazard_bits=as_bits(self.arcs[hazards]),
            link_of_hazard=network.link_of_hazard[hazards],
        )
        of_quiet = quiet._replace(hazard_bits=as_bits(self.sets[hazards])[self.set_of])
        number_of = np.searchsorted(hazards, closures.hazard)
        return of_network, of_quiet, closures._replace(hazard=number_of)

    def book_of(self, network: DatedNetwork, routes: int) -> RouteBook:
        """Return a book with room for so many routes, which holds those of the undisturbed year.

        network: with the hazards of a year.
        """
        from corridor.kernels import states

        book = new_book(routes)
        states.move_routes(self.book, book)
        states.mark_routes(book, network.hazard_bits)
        return book


def number_hazards(
    network: DatedNetwork, book: RouteBook, quiet: Dispatches, arcs: Bools, waiting: Waiting
) -> ManyHazards:
    """Return hazards with the sets of them that an undisturbed year could meet.

    network, book, quiet: without the bits of any hazard, the book with the routes of that year.
    """
    from corridor.kernels import states

    _, days = quiet.outcome.shape
    words = []
    for first in range(0, len(arcs), WORD_HAZARDS):
        bits = as_bits(arcs[first : first + WORD_HAZARDS])
        states.mark_routes(book, bits)
        of_word = network._replace(hazard_bits=bits)
        _, met = states.undisturbed(of_word, book, days, waiting)
        words.append(met.hazard_bits.ravel())

    sets, set_of = np.unique(np.stack(words), axis=1, return_inverse=True)
    hazard = np.arange(len(arcs))
    is_met = sets[hazard // WORD_HAZARDS] >> (hazard % WORD_HAZARDS)[:, None] & 1
    return ManyHazards(arcs, book, is_met.astype(bool), set_of.reshape(quiet.outcome.shape))
