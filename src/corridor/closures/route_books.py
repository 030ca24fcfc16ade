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
        seconds=np.empty(routes, np.int64),
        hazard_bits=np.empty(routes, np.int64),
        is_seasonal=np.empty(routes, bool),
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


def larger_book(book: RouteBook) -> RouteBook:
    """Return a book with twice the room that holds the same routes."""
    from corridor.kernels.states import move_routes

    larger = new_book(2 * len(book.cost))
    move_routes(book, larger)
    return larger


def make_room(question: str, was_empty: bool, *, is_needed: bool) -> bool:
    """Make room in this thread's full book, and tell whether more than the last time is there.

    It grows to MAX_ROUTES where there is memory for it; else it begins anew. is_needed: a book that
    was empty before must grow; TooLarge where there is no memory for that.
    """
    book = book_of(question)
    routes = len(book.cost)
    bytes_of_larger = book_bytes(2 * routes)
    may_grow = 2 * routes <= MAX_ROUTES and bytes_of_larger <= free_memory.room()
    if not may_grow and was_empty and is_needed:
        refuse_beyond_free(
            bytes_of_larger,
            f"The routes that one simulated year needs, more than {routes:,},",
            "take fewer rows of demand or fewer hazards",
        )
        may_grow = True

    put_book(question, larger_book(book) if may_grow else new_book(routes))
    return may_grow or not was_empty


def book_bytes(routes: int) -> int:
    """Return what a book with room for so many routes takes."""
    numbers_a_route = 3 * SLOTS_A_ROUTE + 5 + ARCS_A_ROUTE
    return 8 * numbers_a_route * routes
