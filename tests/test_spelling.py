"""Words a person takes for the same are the same: case, accents, scripts, invisible signs."""

from __future__ import annotations

import unicodedata

import pytest

from corridor.spelling import fold, invisible_difference, latin, letters


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("İstanbul", "ISTANBUL"),
        ("Diyarbakır", "diyarbakir"),
        ("DİYARBAKIR", "Diyarbakır"),
        ("Şanlıurfa", "sanliurfa"),
        ("Gießen", "GIESSEN"),
        ("Łódź", "lodz"),
        ("Malmö", unicodedata.normalize("NFD", "MALMÖ")),
        ("Xi'an", "Xi’an"),
        ("Oʻsh", "osh"),
        ("Ust\u2011Kamenogorsk", "ust-kamenogorsk"),
        ("Йошкар", "иошкар"),
        ("Ёлкино", "елкино"),
        ("ΑΘΗΝΑΣ", "αθήνας"),
        ("کراچی", "كراچي"),
        ("آلماتی", "الماتی"),
        ("ＡＬＭＡＴＹ", "almaty"),
        ("al\u00admaty", "almaty"),
    ],
)
def test_case_accents_and_keyboards_do_not_matter(word: str, other: str) -> None:
    assert fold(word) == fold(other)


@pytest.mark.parametrize(
    ("word", "other"), [("कि", "क"), ("が", "か"), ("Osh", "Os"), ("Kum", "Qom")]
)
def test_other_letters_stay_other_letters(word: str, other: str) -> None:
    assert fold(word) != fold(other)


def test_letters_are_without_blanks_and_hyphens() -> None:
    assert letters("Bandar Abbas") == letters("bandar-abbas") == letters("bandar\u200cabbas")
    assert letters(" - ") == ""


@pytest.mark.parametrize(
    ("word", "english"),
    [
        ("Алматы", "Almaty"),
        ("Қызылорда", "Kyzylorda"),
        ("Карачи", "Karachi"),
        ("Хоргос", "Khorgos"),
        ("თბილისი", "Tbilisi"),
        ("Αθήνα", "Athina"),
    ],
)
def test_letters_of_other_scripts_have_a_sound(word: str, english: str) -> None:
    assert latin(word) == latin(english)


@pytest.mark.parametrize(
    ("word", "other", "signs"),
    [
        ("соntainer", "container", "CYRILLIC SMALL LETTER ES, CYRILLIC SMALL LETTER O"),
        ("cafe\u0301", "café", "COMBINING ACUTE ACCENT"),
        ("rail\u200b", "rail", "ZERO WIDTH SPACE"),
        ("rail", "rail\u200b", "ZERO WIDTH SPACE"),
        ("mid\u20112026", "mid-2026", "NON-BREAKING HYPHEN"),
        ("rail", "rail", ""),
        ("Rail", "rail", ""),
    ],
)
def test_signs_nobody_sees_are_named(word: str, other: str, signs: str) -> None:
    assert invisible_difference(word, other) == signs
