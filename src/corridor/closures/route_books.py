"""Route books: the routes that simulated years have found so far, one book a thread.

A route is sought once for a place, a goal and the hazards it must not meet, and read from the book
whenever the same is asked again (:mod:`corridor.kernels.states`).
"""

from __future__ import annotations

import threading

import numpy as np

from corridor.kernels.records import COUNT, RouteBook

FIRST_ROUTES = 1 << 15  # a book begins with room for so many
MAX_ROUTES = 1 << 20
SLOTS_A_ROUTE = 4
ARCS_A_ROUTE = 32
_of_thread = threading.local()


def new_book(routes: int = FIRST_ROUTES) -> RouteBook:
    """Return an empty book with room for so many routes (a power of two)."""
    slots = SLOTS_A_ROUTE * routes
    return RouteBook(
        counts=np.zeros(len(COUNT), np.int64),
        slot_key=np.empty(slots, np.int64),
        slot_shut=np.empty(slots, np.int64),
        slot_route=np.full(slots, -1, np.int64),
        cost=np.empty(routes, np.int64),
        hazard_bits=np.empty(routes, np.int64),
        ptr=np.zeros(routes + 1, np.int64),
        arcs=np.empty(ARCS_A_ROUTE * routes, np.int64),
    )


def book_of(question: str) -> RouteBook:
    """Return this thread's book for a question (a hash); a book of another one is thrown away."""
    if getattr(_of_thread, "question", None) != question:
        put_book(question, new_book())
    book: RouteBook = _of_thread.book
    return book


def put_book(question: str, book: RouteBook) -> None:
    """Make a book this thread's own."""
    _of_thread.question = question
    _of_thread.book = book


def replace_full_book(question: str, was_empty: bool) -> None:
    """Start a larger book; beyond MAX_ROUTES one as large, unless one draw alone fills it."""
    routes = len(book_of(question).cost)
    must_grow = was_empty or routes < MAX_ROUTES
    put_book(question, new_book(2 * routes if must_grow else routes))
