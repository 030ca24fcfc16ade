"""Messages of results: stored as template and values, read as English, translated when shown.

A result is computed, and stored, before anybody says in which language it will be read. So a
sentence in it is a :class:`Message`: to the eye, to CSV and to JSON its English text, to
:func:`translate` the template in the catalogues and the values that go into it. In a table the text
stands in a column (``reason``) and the message itself, packed, in another one
(``reason_message``).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING, Any, TypeAlias

from corridor.language.speech import number_in_style, speech, tell, with_one_stop

if TYPE_CHECKING:
    import polars as pl

Value: TypeAlias = str | dt.date  # a message, a figure or a text; or a date

SUFFIX = "_message"  # of the column that holds the messages packed, after the one of their texts
CONTEXT = "result"  # of these templates in the catalogues


class Figure(str):
    """A number in a message: its English text, with the number and how it is written.

    >>> Figure(1234.5, ",.1f")
    '1,234.5'
    """

    value: float
    style: str

    def __new__(cls, value: float, style: str) -> Figure:
        """Return the number as English writes it in a format such as ``,.1f``."""
        self = super().__new__(cls, format(value, style))
        self.value = value
        self.style = style
        return self

    def __getnewargs__(self) -> tuple[Any, ...]:
        return self.value, self.style


class Message(str):
    """A text of a result: its English text, with the template and the values it is made from.

    template: English with a field for each value, as the catalogues hold it; or, where values is a
    tuple, what stands between them. values: texts (of the study or the program), messages, figures
    and dates, by field.
    """

    template: str
    values: Mapping[str, Value] | tuple[Value, ...]

    def __new__(cls, template: str, values: Mapping[str, Value] | tuple[Value, ...]) -> Message:
        """Return the English text of a template with its values in their places."""
        if isinstance(values, tuple):
            text = template.join(map(str, values))
        else:
            text = with_one_stop(template.format(**values))

        self = super().__new__(cls, text)
        self.template = template
        self.values = values
        return self

    def __getnewargs__(self) -> tuple[Any, ...]:
        return self.template, self.values


def figure(value: float, style: str = ",.0f") -> Figure:
    """Return a number for a message; style: how Python's ``format`` writes it.

    >>> figure(-0.053 * 100, "+.1f")
    '-5.3'
    """
    return Figure(int(value) if isinstance(value, int) else float(value), style)


def message(template: str, /, **values: str | int | dt.date | None) -> Message:
    """Return a sentence of a result, which :func:`translate` tells in any language.

    The template must stand in the call as it is, so that it gets into the catalogues. Whole numbers
    are written without commas; other numbers are given by :func:`figure`. Values that the template
    has no field for are left out.

    >>> message("{links} and {count} more", links="a, b", count=2)
    'a, b and 2 more'
    """
    return Message(template, {name: _value(name, values[name]) for name in _fields(template)})


def joined(texts: Iterable[str], separator: str = "; ") -> str:
    """Return texts with a separator between them, as one message where there are several.

    >>> joined(["no rate", "no duration"])
    'no rate; no duration'
    """
    items = tuple(texts)
    return items[0] if len(items) == 1 else Message(separator, items)


def with_names(text: str, names: Mapping[str, str]) -> str:
    """Return a message with names in place of some of its values; another text as it is.

    >>> with_names(message("{route}: take care.", route="r1"), {"r1": "Pass road"})
    'Pass road: take care.'
    """
    if not isinstance(text, Message):
        return text
    if isinstance(text.values, tuple):
        return Message(text.template, tuple(_named(value, names) for value in text.values))
    values = {field: _named(value, names) for field, value in text.values.items()}
    return Message(text.template, values)


def _named(value: Value, names: Mapping[str, str]) -> Value:
    if isinstance(value, Message):
        return with_names(value, names)
    return names.get(value, value) if isinstance(value, str) else value


def translate(text: Value) -> str:
    """Return a text of a result or a study in the language spoken.

    A message is told from its template, its values likewise. Another text is looked up whole, among
    the study's and among the words of the program; what no catalogue holds stays as it is.

    >>> translate("Port of Karachi")
    'Port of Karachi'
    """
    now = speech()
    if isinstance(text, dt.date):
        return text.isoformat()
    if isinstance(text, Figure):
        return number_in_style(text.value, text.style)
    if not isinstance(text, Message):
        return now.texts.get(text) or (now.catalogue.gettext(text) if text else text)

    if isinstance(text.values, tuple):
        return tell(text.template).join(map(translate, text.values))
    values = {name: translate(value) for name, value in text.values.items()}
    return with_one_stop(now.catalogue.pgettext(CONTEXT, text.template).format(**values))


def pack(text: str | None) -> str | None:
    """Return a message as JSON for a column of messages; null for any other text.

    >>> pack(message("{name} is open.", name="Torkham"))
    '{"template":"{name} is open.","values":{"name":"Torkham"}}'
    """
    if not isinstance(text, Message):
        return None
    return json.dumps(_to_json(text), ensure_ascii=False, separators=(",", ":"))


def unpack(packed: str) -> Message:
    """Return a message as it was before :func:`pack`."""
    text = _from_json(json.loads(packed))
    if not isinstance(text, Message):
        raise TypeError(f"no message: {packed}")
    return text


def readable(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table for people: without the columns of packed messages."""
    return frame.drop([name for name in frame.columns if name.endswith(SUFFIX)])


@cache
def _fields(template: str) -> tuple[str, ...]:
    """Return the names of a template's fields, each once."""
    names = (name for _, name, _, _ in Formatter().parse(template) if name)
    return tuple(dict.fromkeys(names))


def _value(name: str, value: str | int | dt.date | None) -> Value:
    """Return a value as a message keeps it."""
    if isinstance(value, str | dt.date):
        return value
    if isinstance(value, int):
        return figure(value, "")
    raise TypeError(
        f"a message needs a text, figure, whole number or date for {name}, not {value!r}"
    )


def _to_json(value: Value) -> Any:
    """Return a value in the types of JSON."""
    if isinstance(value, dt.date):
        return {"date": value.isoformat()}
    if isinstance(value, Figure):
        return {"number": value.value, "style": value.style}
    if not isinstance(value, Message):
        return value

    if isinstance(value.values, tuple):
        return {"template": value.template, "values": [_to_json(v) for v in value.values]}
    values = {name: _to_json(v) for name, v in value.values.items()}
    return {"template": value.template, "values": values}


def _from_json(value: Any) -> Value:
    """Return a value from the types of JSON."""
    if isinstance(value, str):
        return value
    if "date" in value:
        return dt.date.fromisoformat(value["date"])
    if "number" in value:
        return Figure(value["number"], value["style"])

    if isinstance(value["values"], list):
        return Message(value["template"], tuple(map(_from_json, value["values"])))
    values = {name: _from_json(v) for name, v in value["values"].items()}
    return Message(value["template"], values)
