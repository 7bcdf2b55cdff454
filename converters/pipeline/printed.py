"""Numbers in a printed text, and whether they agree with others at the printed number of decimals."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

NOT_ESTIMABLE = "NE"
_NO_NUMBER = ("not estimable", "not reached", "NE", "NR", "NA")
"""How publications write a number that there is none of, the longest first."""
_TELLING = 12
"""Significant digits beyond which a number is not told from its neighbours: 34.449999999999996 is 34.45."""
_NUMBER = re.compile(
    rf"(?<![\w.])(?:[-\N{{MINUS SIGN}}]?\d[\d,]*(?:\.\d+)?|(?:{'|'.join(_NO_NUMBER)})(?!\w))", re.IGNORECASE
)


def numbers_in(printed: str) -> tuple[str, ...]:
    """The numbers of a text, as they are written: of "60.7 (41.9 to NE)" these three."""
    return tuple(_NUMBER.findall(printed))


def judged(printed: str, values: Sequence[float | str]) -> tuple[str, bool]:
    """The text with other numbers in the place of its own, and whether they are the same.

    Parameters
    ----------
    printed : str
    values : sequence of float or str
        As many as the text has numbers, or one where it has none.

    Examples
    --------
    >>> judged("80 of 97 (82.5%)", [80, 97, 82.474])
    ('80 of 97 (82.5%)', True)
    """
    text = values[0] if len(values) == 1 else None
    if isinstance(text, str):
        # A CSV file is read with numbers of more than 15 digits as text: what a table of ours holds.
        stated = _number(text)
        if text == printed or stated is None or not stated.is_finite() or not numbers_in(printed):
            return text, text == printed
        values = [float(stated)]
    if not numbers_in(printed):
        (value,) = values
        return (NOT_ESTIMABLE if math.isnan(float(value)) else _telling(float(value))), False
    found = [_one(each, value) for each, value in zip(numbers_in(printed), values, strict=True)]
    shown = iter(found)
    return _NUMBER.sub(lambda _: next(shown)[0], printed), all(equal for _, equal in found)


def _one(printed: str, value: float | str) -> tuple[str, bool]:
    """A value as it would be printed, and whether that is what was printed."""
    if isinstance(value, str):
        return value, value == printed
    number = _number(printed)
    if not math.isfinite(value):
        return printed if number is None else NOT_ESTIMABLE, number is None
    if number is None:
        return _telling(value), False
    exponent = number.as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    rounded = Decimal(_telling(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{rounded:f}", rounded == number


def _telling(value: float) -> str:
    return f"{value:.{_TELLING}g}"


def _number(printed: str) -> Decimal | None:
    """A number as it is printed: "2,072", "60.7"; None of what says that there is none."""
    try:
        return Decimal(printed.replace(",", "").replace("\N{MINUS SIGN}", "-"))
    except InvalidOperation:
        return None
