"""Layers in words: a mode of transport, and the gauge of a railway."""

from __future__ import annotations

from corridor.language.speech import tell

__all__ = ["layer_words"]


def layer_words(layer: str) -> str:
    """Return a layer in words, such as rail, 1520 mm."""
    mode, _, gauge = layer.partition("-")
    if not gauge:
        return tell(mode)
    return tell("{mode}, {gauge} mm", mode=tell(mode), gauge=gauge)
