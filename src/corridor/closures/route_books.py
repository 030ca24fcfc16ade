"""Route books: the routes that simulated years have found so far, one book a thread.

A route is sought once for a place, a goal and the hazards it must not meet, and read from the book
whenever the same is asked again (:mod:`corridor.kernels.states`).
"""

from __future__ import annotations

import threading

import numpy as np

from corridor import free_memory
from corridor.free_memory import refuse_beyond_free
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
    """Start a larger book; beyond MAX_ROUTES, or without room, one as large.

    Where one draw alone fills it, it must grow: TooLarge where there is no room for that.
    """
    routes = len(book_of(question).cost)
    larger = 2 * routes
    has_room = book_bytes(larger) <= free_memory.room()
    if was_empty and not has_room:
        refuse_beyond_free(
            book_bytes(larger),
            f"The routes that one simulated year needs, more than {routes:,},",
            "take fewer rows of demand or fewer hazards",
        )

    must_grow = was_empty or routes < MAX_ROUTES and has_room
    put_book(question, new_book(larger if must_grow else routes))


def book_bytes(routes: int) -> int:
    """Return what a book with room for so many routes takes."""
    numbers_a_route = 3 * SLOTS_A_ROUTE + 3 + ARCS_A_ROUTE
    return 8 * numbers_a_route * routes
