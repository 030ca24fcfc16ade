"""Refusals: requests that are not answered, with a status, a stable word and a sentence."""

from __future__ import annotations

import json
from typing import Any

Headers = tuple[tuple[bytes, bytes], ...]


class Refusal(Exception):
    """A request that is not answered: HTTP status, a stable word and a sentence for the reader."""

    def __init__(self, status: int, error: str, message: str, headers: Headers = ()) -> None:
        self.status = status
        self.error = error
        self.message = message
        self.headers = headers
        super().__init__(message)


def retry_after(seconds: int) -> Headers:
    """Return the header that says when to ask again."""
    return ((b"retry-after", str(seconds).encode()),)


def error_json(error: str, message: str, **more: Any) -> bytes:
    """Return an error as JSON, in ASCII whatever was typed."""
    return json.dumps({"error": error, "message": message, **more}).encode()
