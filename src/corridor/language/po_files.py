"""Catalogues as files: gettext's .po, read with care."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import TYPE_CHECKING

from corridor.errors import CallError

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

MAX_MEGABYTES = 16


def read_catalogue(path: Path, code: str) -> Catalog:
    """Return the catalogue of a language.

    Raises CallError where it is no gettext catalogue, too large, or a link to somewhere else.
    """
    from babel.messages.pofile import PoFileError, read_po

    if path.is_symlink() or path.stat().st_size > MAX_MEGABYTES << 20:
        raise CallError(
            f"{path} is a link or larger than {MAX_MEGABYTES} MB: put the catalogue itself there."
        )

    try:
        with path.open("rb") as file:
            catalogue = read_po(file, locale=code, abort_invalid=True)
        codecs.lookup(catalogue.charset or "utf-8")
    except (PoFileError, ValueError, LookupError) as error:
        raise CallError(f"{path} cannot be read as a gettext catalogue: {error}.") from None
    return catalogue
