"""Catalogues as files: what is no catalogue is refused with words."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor.errors import CallError
from corridor.language import po_files
from corridor.language.po_files import read_catalogue


@pytest.mark.parametrize("text", ["msgid", "no catalogue at all"])
def test_what_is_no_catalogue_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ru.po"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CallError, match="cannot be read as a gettext catalogue"):
        read_catalogue(path, "ru")


def test_a_large_file_or_a_link_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ru.po"
    path.write_text('msgid "a"\nmsgstr "b"\n', encoding="utf-8")
    assert read_catalogue(path, "ru").get("a") is not None

    link = tmp_path / "link.po"
    link.symlink_to(path)
    with pytest.raises(CallError, match="is a link or larger than 16 MB"):
        read_catalogue(link, "ru")

    monkeypatch.setattr(po_files, "MAX_MEGABYTES", 0)
    with pytest.raises(CallError, match="larger than 0 MB"):
        read_catalogue(path, "ru")
