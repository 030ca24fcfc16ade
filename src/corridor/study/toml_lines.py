"""The lines of a TOML file: its values read by declared keys, each finding with its line."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from corridor.errors import MAX_LIKE, Finding, did_you_mean, near_matches
from corridor.tables import budgets

ID = re.compile(r"[a-z0-9][a-z0-9_.-]*")
EXAMPLES: Mapping[type, str] = {
    str: "text in quotes",
    int: "a whole number",
    float: "a number such as 0.5",
    list: 'a list such as ["a", "b"]',
    dict: 'a table such as { parameter = "option" }',
    dt.date: "a date such as 2026-07-01, unquoted",
}
MAX_SHOWN = 60  # letters of a value in a finding
MAX_INTEGER = 10**15
YEARS = range(1900, 2191)  # of the days a study asks about: the calendar reaches ten years further
MAX_NAMED = 8  # names that are known, in a finding

_ASSIGNMENT = re.compile(r"""\s*+(?:"([^"]*)"|'([^']*)'|([^\s"'=.]+))\s*+[=.]""")
_TEXT = re.compile(
    r""""{3}(?:[^"\\]|\\.|"(?!""))*+"{3}|'{3}(?:[^']|'(?!''))*+'{3}"""
    r"""|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+'|#[^\n]*+""",
    re.DOTALL,
)
_KEY = re.compile(r"(?<![\w.-])[\w-]++(?:[ \t]*+\.[ \t]*+[\w-]++)*+")


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a TOML file by its header (``[study]``, ``[[trips]]``).

    nth: which of several with the same header, from 0.
    """

    header: str
    nth: int = 0

    @property
    def name(self) -> str:
        """What stands in the brackets."""
        return self.header.strip("[]")

    def __str__(self) -> str:
        return self.header


@dataclass(eq=False)
class TomlLines:
    """A TOML file by its lines, and what is wrong with it so far."""

    file: str
    text: str
    findings: list[Finding] = field(default_factory=list)
    named: int = 0  # findings so far that look for near names

    def __post_init__(self) -> None:
        self.lines = self.text.splitlines()

    @cached_property
    def _headers(self) -> dict[str, list[int]]:
        """The lines of the headers of each section, counted from 1, by its name."""
        headers: dict[str, list[int]] = {}
        for number, line in enumerate(self.lines, 1):
            name = line.strip(" \t[]").split("#")[0].rstrip(" ]")
            headers.setdefault(name, []).append(number)
        return headers

    @cached_property
    def _keys(self) -> dict[int, dict[str, int]]:
        """The lines of the keys below each header, by its line; 0: those of the whole file."""
        whole_file: dict[str, int] = {}
        keys: dict[int, dict[str, int]] = {0: whole_file}
        section: dict[str, int] = {}

        for number, line in enumerate(self.lines, 1):
            if line.lstrip().startswith("["):
                section = keys.setdefault(number, {})
                continue
            assignment = _ASSIGNMENT.match(line)
            if assignment is not None:
                key = next(word for word in assignment.groups() if word is not None)
                section.setdefault(key, number)
                whole_file.setdefault(key, number)
        return keys

    @property
    def has_errors(self) -> bool:
        """Whether a finding so far is more than a warning."""
        return any(finding.severity == "error" for finding in self.findings)

    def content(self) -> dict[str, Any] | None:
        """Return the parsed file; null, with a finding, where it is not TOML."""
        if (line := _line_of_long_key(self.text)) is not None:
            self.add(
                "bad-toml",
                f"{self.file} has a key of more than {budgets.MAX_KEY_PARTS} parts.",
                "Write sections in brackets, and the keys of each below it.",
                line,
            )
            return None

        try:
            return tomllib.loads(self.text)
        except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
            place = re.search(r"at line (\d+)", str(error))
            self.add(
                "bad-toml",
                f"{self.file} is not TOML: {str(error)[:120]}.",
                "Put text in quotes, dates without, and close every bracket and quote.",
                int(place[1]) if place else None,
            )
            return None

    def header_line(self, section: Section) -> int | None:
        """Return the line of a section's header, counted from 1; null where there is none."""
        headers = self._headers.get(section.name, [])
        return headers[section.nth] if section.nth < len(headers) else None

    def key_line(self, key: str, section: Section | None = None) -> int | None:
        """Return the line of a key, counted from 1; of its section's header where it has none.

        section: null: the first line of the file that begins with the key.
        """
        start = 0 if section is None else self.header_line(section)
        if start is None:
            return None
        return self._keys.get(start, {}).get(key, start) or None

    def add(self, kind: str, message: str, do: str, line: int | None = None, **more: Any) -> None:
        """Add a finding on the file."""
        self.findings.append(Finding(kind, message, do, file=self.file, line=line, **more))

    def add_bad(self, key: str, section: Section, is_what: str, do: str, value: Any = None) -> None:
        """Add a finding on the value of a key; is_what: what is said of it behind its name."""
        self.add(
            "bad-setting",
            f"{section} {key} {is_what}.",
            do,
            self.key_line(key, section),
            value=None if value is None else shown(value),
        )

    def add_unknown(
        self, kind: str, message: str, name: str, known: Iterable[str], line: int | None
    ) -> None:
        """Add a finding on a name that is not there, with the nearest ones that are."""
        names = list(known)
        self.named += 1
        if self.named > MAX_LIKE:  # near names take their time, and nobody reads so many
            self.add(kind, message, "Write the name of one that is there.", line, value=name)
            return

        some = ", ".join(names[:MAX_NAMED]) + (" ..." if len(names) > MAX_NAMED else "")
        otherwise = f"Write one of: {some}." if names else "Remove it: none is declared."
        self.add(kind, message, did_you_mean(name, names, otherwise), line, value=name)

    def add_unread(self, message: str, key: str, known: Iterable[str], line: int | None) -> None:
        """Add a warning on a key or section that nothing reads."""
        self.named += 1
        near = near_matches(key, known, most=1) if self.named <= MAX_LIKE else ()
        if near:
            do = f"Write {near[0]} if that was meant."
        else:
            do = f"Remove it; known are {', '.join(known)}."
        self.add("unknown-setting", message, do, line, severity="warning", value=key)

    def check_id(self, what: str, text: str, line: int | None) -> None:
        """Add a finding where a text is no lower-case word."""
        if not ID.fullmatch(text):
            self.add(
                "bad-id",
                f"the {what} {text!r} is not a lower-case word.",
                "Write a-z, 0-9 and hyphens.",
                line,
                value=text,
            )

    def values(
        self,
        content: Any,
        declared: Mapping[str, type],
        required: Iterable[str],
        section: Section,
    ) -> dict[str, Any]:
        """Return the values of a section's declared keys that are of the declared type.

        Parameters
        ----------
        content
            The section as parsed.
        declared
            key -> type; other keys are warned of.
        required
            Keys that must be there.
        section
            Where it stands.
        """
        if not isinstance(content, dict):
            self.add(
                "bad-setting",
                f"{section} is not a section.",
                f"Write {section} on a line of its own, its keys below.",
                self.key_line(section.name),
            )
            return {}

        values = {
            key: value
            for key, value in content.items()
            if self._is_declared(key, declared, section)
            and self._is_of_type(key, value, declared[key], section)
        }
        self._check_required(content, declared, required, section)
        return values

    def _is_declared(self, key: str, declared: Mapping[str, type], section: Section) -> bool:
        """Tell whether a key is declared; a warning where it is not."""
        if key in declared:
            return True
        message = f"{section} has a key {key!r}, which is not read."
        self.add_unread(message, key, declared, self.key_line(key, section))
        return False

    def _is_of_type(self, key: str, value: Any, expected: type, section: Section) -> bool:
        """Tell whether a value is of a type and says something; a finding where it is not."""
        if isinstance(value, dt.date) and value.year not in YEARS:
            do = f"Write a day of the years {YEARS[0]} to {YEARS[-1]}."
            self.add_bad(key, section, f"is {shown(value)}", do, value)
            return False
        if isinstance(value, int) and abs(value) > MAX_INTEGER:
            do = f"Write a number of at most {MAX_INTEGER:,}."
            self.add_bad(key, section, f"is {shown(value)}", do, value)
            return False
        is_number = expected is float and type(value) is int
        if (type(value) is expected or is_number) and value != "":
            return True
        self.add_bad(key, section, f"is {shown(value)}", f"Write {EXAMPLES[expected]}.", value)
        return False

    def _check_required(
        self,
        content: Mapping[str, Any],
        declared: Mapping[str, type],
        required: Iterable[str],
        section: Section,
    ) -> None:
        """Add a finding for each key that must be there and is not."""
        for key in required:
            if key not in content:
                self.add(
                    "missing-setting",
                    f"{section} has no {key}.",
                    f"Add {key} = {EXAMPLES[declared[key]]}.",
                    self.header_line(section),
                )


def _line_of_long_key(text: str) -> int | None:
    """Return the line of the first key of too many parts, which TOML's parser takes hours for.

    Texts and comments are left out: what is in them is no key.
    """

    def without_signs(match: re.Match[str]) -> str:
        return "text" + "\n" * match[0].count("\n")

    words = _TEXT.sub(without_signs, text)
    for key in _KEY.finditer(words):
        if key[0].count(".") >= budgets.MAX_KEY_PARTS:
            return words.count("\n", 0, key.start()) + 1
    return None


def shown(value: Any) -> str:
    """Return a value as a finding shows it, cut where it is long."""
    try:
        text = repr(str(value)) if isinstance(value, str | dt.date) else str(value)
    except ValueError:  # Python prints no number of more than some thousand digits
        text = "a number of thousands of digits"
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 3] + "..."
