"""Amounts: shares, sums of money and times as people write them.

Most are told in the language spoken now. Those named ``..._message`` are for results, which are
told later, see :mod:`corridor.language.messages`.
"""

from __future__ import annotations

from corridor.language.cldr import vega_locale
from corridor.language.messages import figure, message
from corridor.language.speech import number, signed, tell
from corridor.units import DAY_H

BILLION_USD = 1e9
MILLION_USD = 1e6
MIN_ONE_PER_CENT_SHARE = 0.005  # what rounds to one per cent
MIN_TENTH_SHARE = 0.0005  # what rounds to a tenth of one per cent
MIN_WHOLE_SHARE = 0.1  # from which on a short figure needs no decimal
MIN_ROUNDED_BILLION_USD = 9.995e8  # what rounds to 1,000 million


def days(hours: float) -> str:
    """Return hours as days with one decimal.

    >>> days(36)
    '1.5'
    """
    return number(hours / DAY_H, 1)


def per_cent(share: float, digits: int = 0, *, with_sign: bool = False) -> str:
    """Return a share as per cent, figure and sign of per cent together.

    >>> per_cent(0.256), per_cent(0.1, 1, with_sign=True)
    ('26%', '+10.0%')
    """
    write = signed if with_sign else number
    return tell("{figure}%", figure=write(share * 100, digits))


def per_cent_apart(share: float, digits: int = 0) -> str:
    """Return a share as per cent, a blank that does not break before the sign."""
    return tell("{figure}\u00a0%", figure=number(share * 100, digits))


def whole_per_cent(share: float) -> str:
    """Return a share as whole per cent; one below a half says so, unless it is none.

    >>> whole_per_cent(0.001), whole_per_cent(0.126)
    ('<\\xa01\\xa0%', '13\\xa0%')
    """
    if 0 < share < MIN_ONE_PER_CENT_SHARE:
        return tell("<\u00a01\u00a0%")
    return per_cent_apart(share)


def short_per_cent(share: float) -> str:
    """Return a share as per cent, with a decimal below a tenth; what rounds to nothing is 0.

    >>> short_per_cent(0.0123), short_per_cent(0.123), short_per_cent(0.0001)
    ('1.2\\xa0%', '12\\xa0%', '0\\xa0%')
    """
    if abs(share) < MIN_TENTH_SHARE:
        return per_cent_apart(0)
    return per_cent_apart(share, 0 if abs(share) >= MIN_WHOLE_SHARE else 1)


def vega_per_cent(share: float, digits: int = 0, *, with_sign: bool = False) -> str:
    """Return a share as per cent, as Vega writes it in the language spoken.

    >>> vega_per_cent(0.256), vega_per_cent(-0.1, 1, with_sign=True)
    ('26%', '-10.0%')
    """
    write = signed if with_sign else number
    locale = vega_locale()
    sign = "%" if locale is None else locale["number"]["percent"]
    return write(100 * share, digits) + sign


def per_cent_message(share: float, style: str = ".1f") -> str:
    """Return a share as per cent, for a result; style: how Python's ``format`` writes it.

    >>> per_cent_message(0.256), per_cent_message(0.1, "+.1f")
    ('25.6%', '+10.0%')
    """
    return message("{figure}%", figure=figure(share * 100, style))


def millions(usd: float, digits: int = 0) -> str:
    """Return a sum in millions.

    >>> millions(7.5e8)
    '750 m'
    """
    return tell("{figure} m", figure=number(usd / MILLION_USD, digits))


def short_sum(usd: float) -> str:
    """Return a sum in millions, or in billions with two decimals.

    >>> short_sum(7.5e8), short_sum(2.5e9)
    ('750 m', '2.50 bn')
    """
    if usd >= MIN_ROUNDED_BILLION_USD:
        return tell("{figure} bn", figure=number(usd / BILLION_USD, 2))
    return millions(usd)


def short_sum_message(usd: float) -> str:
    """Return a sum in millions, or in billions with two decimals, for a result.

    >>> short_sum_message(7.5e8), short_sum_message(2.5e9)
    ('750 m', '2.50 bn')
    """
    if usd >= BILLION_USD:
        return message("{figure} bn", figure=figure(usd / BILLION_USD, ",.2f"))
    return message("{figure} m", figure=figure(usd / MILLION_USD))


def sum_in_words(usd: float) -> str:
    """Return a sum of dollars as one says it.

    >>> sum_in_words(1e9), sum_in_words(2.5e9), sum_in_words(7.5e8)
    ('one billion dollars', 'USD 2.5 bn', 'USD 750 m')
    """
    if usd == BILLION_USD:
        return tell("one billion dollars")
    if usd > BILLION_USD:
        return tell("USD {figure} bn", figure=three_digits(usd / BILLION_USD))
    return tell("USD {figure} m", figure=number(usd / MILLION_USD))


def two_digits(value: float) -> str:
    """Return a number with two digits that count, whole from a hundred on.

    >>> two_digits(0.694), two_digits(8.27), two_digits(99.7), two_digits(121.4)
    ('0.69', '8.3', '100', '121')
    """
    return _with_digits(value, 2)


def three_digits(value: float) -> str:
    """Return a number with three digits that count, without zeros at its end.

    >>> three_digits(2.5), three_digits(12.345), three_digits(1234.5)
    ('2.5', '12.3', '1,234')
    """
    return _with_digits(value, 3)


def _with_digits(value: float, count: int) -> str:
    """Return a number with so many digits that count; a larger one whole."""
    if value >= 10**count:
        return number(value)
    _, _, decimals = f"{value:.{count}g}".partition(".")
    return number(value, len(decimals))
