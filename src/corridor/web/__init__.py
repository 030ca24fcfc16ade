"""The live map: JSON answers of a study and the page that shows them."""

from __future__ import annotations

__all__: list[str] = []
