"""Connections: how many there may be, and how long one may take to ask.

A request that is never finished would be held for ever, before the token is asked for; as many as
the process may open files would shut everybody out.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from corridor.web.limits import MAX_CONNECTIONS, MAX_HEAD_SECONDS, RESERVED_FILES


class PunctualProtocol(H11Protocol):
    """HTTP/1.1 where the head of a request comes soon, or the connection ends.

    Beyond the most connections there may be, the one that has waited longest for a head ends.
    """

    timer: asyncio.TimerHandle | None = None
    made_s: float = 0.0

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for a request."""
        super().connection_made(transport)
        self.made_s = self.loop.time()
        self._wait()
        if len(self.connections) > max_connections():
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what comes; the head of a request has to be whole in time."""
        super().data_received(data)
        if self.waits_for_head():
            self._wait()
        else:
            self._stop_waiting()

    def waits_for_head(self) -> bool:
        """Tell whether no request is being answered."""
        return self.cycle is None or self.cycle.response_complete

    def _wait(self) -> None:
        if self.timer is None:
            self.timer = self.loop.call_later(MAX_HEAD_SECONDS, self._end)

    def _stop_waiting(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def _end(self) -> None:
        """End the connection where still no request came."""
        self.timer = None
        if self.waits_for_head() and not self.transport.is_closing():
            self.transport.abort()

    def _make_room(self) -> None:
        """End the connection that has waited longest for a head, else this one."""
        others = [other for other in self.connections if isinstance(other, PunctualProtocol)]
        waiting = [other for other in others if other is not self and other.waits_for_head()]
        last = min(waiting, key=lambda other: other.made_s, default=self)
        last.transport.abort()


def max_connections() -> int:
    """Return how many connections there may be: fewer than the process may open files."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return MAX_CONNECTIONS

    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return MAX_CONNECTIONS
    return max(1, min(MAX_CONNECTIONS, files - RESERVED_FILES))
