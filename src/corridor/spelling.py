"""Spelling: words that a person takes for the same, whatever their case, accents or script.

>>> fold("İstanbul") == fold("ISTANBUL")
True
>>> latin("Алматы")
'almati'
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# Marks that stand above or below a letter without making another one of it. Vowel signs of Indic
# scripts and voicing marks of kana are no such marks.
_ACCENTS = (
    *range(0x0300, 0x0370),
    *range(0x0591, 0x05BE),
    *range(0x064B, 0x0660),
    0x0670,
    *range(0x1AB0, 0x1B00),
    *range(0x1DC0, 0x1E00),
)
_APOSTROPHES = "'`´’‘‛ʹʺʻʼʽʾʿˈˊˋ′՚"
_DASHES = "‐‑‒–—―−﹘﹣－"
_TATWEEL = "\u0640"

# Letters that no decomposition leads back to the one people type instead.
_LETTERS = {
    **dict(zip("ıłøđðħŧŋəɛɔ", "ilodddtneeo", strict=True)),
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    # An Arabic, a Persian and an Urdu keyboard hold different letters for the same one.
    **dict.fromkeys("يىۍې", "ی"),
    **dict.fromkeys("كڪ", "ک"),
    **dict.fromkeys("ةۃہھۀە", "ه"),
    **dict(zip("٠١٢٣٤٥٦٧٨٩", "0123456789", strict=True)),
    **dict(zip("۰۱۲۳۴۵۶۷۸۹", "0123456789", strict=True)),
}
_FOLDED: dict[int, str | None] = {
    **dict.fromkeys((*_ACCENTS, *map(ord, _APOSTROPHES + _TATWEEL))),
    **dict.fromkeys(map(ord, _DASHES), "-"),
    **{ord(letter): typed for letter, typed in _LETTERS.items()},
}

# Letters by sound, in folded form: й has become и, ё е.
_CYRILLIC = (
    "а a б b в v г g ґ g ғ g д d ђ dj е e є ie ж zh з z и i і i ј i к k қ k л l љ lj м m н n ң n "
    "њ nj о o ө o п p р r с s т t ћ c у u ұ u ү u ф f х h һ h ц ts ч ch џ dzh ш sh щ shch ъ - ы i "
    "ь - э e ю iu я ia ә a ҳ h ҷ ch ӣ i ӯ u"
)
_GEORGIAN = (
    "ა a ბ b გ g დ d ე e ვ v ზ z თ t ი i კ k ლ l მ m ნ n ო o პ p ჟ zh რ r ს s ტ t უ u ფ p ქ k ღ g "
    "ყ k შ sh ჩ ch ც ts ძ dz წ ts ჭ ch ხ h ჯ j ჰ h"
)
_GREEK = (
    "α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ i φ f χ h "
    "ψ ps ω o"
)
_ARMENIAN = (
    "ա a բ b գ g դ d ե e զ z է e ը i թ t ժ zh ի i լ l խ h ծ ts կ k հ h ձ dz ղ g ճ ch մ m յ i ն n "
    "շ sh ո o չ ch պ p ջ j ռ r ս s վ v տ t ր r ց ts ւ u փ p ք k օ o ֆ f"
)


def _pairs(text: str) -> dict[int, str]:
    words = text.split()
    sounds = zip(words[::2], words[1::2], strict=True)
    return {ord(letter): sound.strip("-") for letter, sound in sounds}


_SOUNDS = {
    key: sound
    for text in (_CYRILLIC, _GEORGIAN, _GREEK, _ARMENIAN)
    for key, sound in _pairs(text).items()
}
# What English, German and Turkish spellings of one foreign sound differ in.
_LIKE_SOUNDS = (("kh", "h"), ("gh", "g"), ("q", "k"), ("w", "v"), ("y", "i"))

# Letters of other scripts that are drawn as a Latin one.
_DRAWN_ALIKE = str.maketrans(
    "АВЕКМНОРСТУХІЈЅаеорсухіјѕһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧορν" + _DASHES + "ı",
    "ABEKMHOPCTYXIJSaeopcyxijshdqwABEZHIKMNOPTYXopv" + "-" * len(_DASHES) + "i",
)


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Return a text without case, accents, apostrophes and invisible signs, blanks made one."""
    if text.isascii():
        plain = text.lower().replace("'", "").replace("`", "")
        return " ".join(plain.split())

    # An acute accent on its own would decompose into a blank.
    typed = text.translate(dict.fromkeys(map(ord, _APOSTROPHES)))
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", typed).casefold())
    letters = decomposed.translate(_FOLDED)
    visible = "".join(c for c in letters if unicodedata.category(c) != "Cf")
    return " ".join(visible.split())


def letters(text: str) -> str:
    """Return a folded text without blanks, hyphens and other signs between its letters."""
    return "".join(c for c in fold(text) if unicodedata.category(c)[0] not in "PZ")


def latin(text: str) -> str:
    """Return the letters of a text as they sound in Latin ones; other scripts stay as they are."""
    sounds = letters(text).translate(_SOUNDS)
    for spelling, sound in _LIKE_SOUNDS:
        sounds = sounds.replace(spelling, sound)
    return sounds


def is_transliterated(text: str) -> bool:
    """Tell whether a text has letters that :func:`latin` writes by their sound."""
    return any(ord(c) in _SOUNDS for c in fold(text))


def invisible_difference(text: str, other: str) -> str:
    """Return the signs in which two texts differ that look the same; empty where they do not."""
    if text == other or _drawn(text) != _drawn(other):
        return ""

    signs = [c for c in text if c not in other] or [c for c in other if c not in text]
    odd_signs = [c for c in signs if not c.isascii()] or signs
    names = dict.fromkeys(unicodedata.name(c, f"U+{ord(c):04X}") for c in odd_signs)
    return ", ".join(names) or "the order of its marks"


def _drawn(text: str) -> str:
    """Return a text as it looks: composed, without invisible signs, Latin where drawn alike."""
    composed = unicodedata.normalize("NFKC", text)
    visible = "".join(c for c in composed if unicodedata.category(c) not in ("Cf", "Cc"))
    return " ".join(visible.translate(_DRAWN_ALIKE).split())
