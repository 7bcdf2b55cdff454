"""Numbers in every form that is read: plain ones, and those of spreadsheets set to other languages.

===================  ===================================================================================
Form                 Read
===================  ===================================================================================
12.5, 1e-3, .5       always
12,5                 where the comma can only be a decimal comma in the whole column, or by `decimal`
1,234.5              where the comma can only part thousands in the whole column, or by `decimal`
1.234,5              always; the point parts thousands
1 234,5              with no-break or thin blanks between thousands: always
===================  ===================================================================================

``1,234`` alone may be either; a column with nothing else stays text, with the option that settles it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ...schemas.study.columns import Mask
from .arrow_columns import with_nulls
from .written_forms import Written, mask_of, matching, remarks_of

_DIGIT = r"^[+-]?[\d,]"
_FIRST = 64
_PLAIN = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_POINT = r"\."
_COMMA = r"^[+-]?\d*,\d+([eE][+-]?\d+)?$"
_EITHER = r"^[+-]?[1-9]\d{0,2},\d{3}$"
_THOUSANDS_BY_COMMA = r"^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$"
_THOUSANDS_BY_POINT = r"^[+-]?[1-9]\d{0,2}(\.\d{3})+,\d+$|^[+-]?[1-9]\d{0,2}(\.\d{3}){2,}$"
_GROUP_BY_POINT = r"^[+-]?[1-9]\d{0,2}\.\d{3}$"
_BLANKS = "\u00a0\u2007\u2009\u202f"
_THOUSANDS_BY_BLANK = rf"^[+-]?[1-9]\d{{0,2}}([{_BLANKS}]\d{{3}})+([.,]\d+)?$"
_MANTISSA_NOT_ZERO = r"^[+-]?[0.]*[1-9]"

_EITHER_DOUBT = (
    'in the form 9,999, with a decimal comma or a thousands separator (set --decimal "," or --decimal ".")'
)
_OTHER_DOUBT = "with a decimal sign that contradicts other numbers in the file, or --decimal"


def has_decimal_comma(texts: pa.Array) -> bool:
    """Whether the commas of a column can only be decimal ones."""
    if not pc.any(pc.match_substring(texts, ",")).as_py():
        return False
    return _Forms.of(_without_blanks(texts)[0]).decimal_sign() == ","


def are_numbers_with_decimal_comma(texts: pa.Array) -> bool:
    """Whether a column of unknown type has numbers only, blanks aside, whose commas can only be decimal."""
    filled = texts.filter(pc.not_equal(texts, ""))
    if not matching(filled.slice(0, _FIRST), _DIGIT).all() or not has_decimal_comma(filled):
        return False
    return bool(read_numbers(filled, ",").fits.all())


def may_be_thousands(texts: pa.Array) -> bool:
    """Whether every point of a column, of which there are some, may stand between thousands: 1.234."""
    point = matching(texts, _POINT)
    return bool(point.any()) and bool((matching(texts, _GROUP_BY_POINT) | ~point).all())


def read_numbers(texts: pa.Array, decimal: str | None = None) -> Written:
    """What texts stand for as numbers.

    Parameters
    ----------
    texts : pyarrow array of large_string
        The values of one column, without nulls.
    decimal : {".", ","} or None
        What the user says separates the decimals; None to take only what is certain.

    Returns
    -------
    Written
        Numbers that overflow or vanish in a double do not fit.
    """
    if (plain := matching(texts, _PLAIN)).all() and decimal != ",":
        return Written(*_doubles(texts, plain))
    bare, by_blank = _without_blanks(texts)
    forms = _Forms.of(bare)
    sign = decimal or forms.decimal_sign()
    english, read = _in_english(bare, forms, sign)
    values, fits = _doubles(english, read)
    padded = fits & ~by_blank & ~mask_of(pc.equal(bare, texts))
    return Written(
        values,
        fits,
        remarks_of(
            ("with a decimal comma", fits & forms.has_decimal_comma & (sign == ",")),
            ("with commas as thousands separators", fits & forms.comma_thousands & (sign == ".")),
            ("with points as thousands separators", fits & forms.point_thousands),
            ("with no-break spaces as thousands separators", fits & by_blank),
            ("with leading or trailing no-break spaces", padded),
        ),
        remarks_of(
            (_EITHER_DOUBT, forms.either & ~fits & (sign == "")),
            (_OTHER_DOUBT, forms.has_sign & ~fits & (sign != "" or forms.contradictory)),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Forms:
    """Which texts of a column have which form.

    Attributes
    ----------
    plain : ndarray of bool
        As Python writes numbers.
    point : ndarray of bool
        Plain, with a decimal point.
    comma : ndarray of bool
        One comma, digits around it.
    either : ndarray of bool
        One comma before three digits: a decimal comma, or one between thousands.
    comma_thousands, point_thousands : ndarray of bool
        Groups of three digits; those of one group parted by a comma are `either`, too.
    with_comma : ndarray of bool
        Any comma.
    """

    plain: Mask
    point: Mask
    comma: Mask
    either: Mask
    comma_thousands: Mask
    point_thousands: Mask
    with_comma: Mask

    @classmethod
    def of(cls, texts: pa.Array) -> _Forms:
        plain = matching(texts, _PLAIN)
        return cls(
            plain,
            plain & matching(texts, _POINT),
            matching(texts, _COMMA),
            matching(texts, _EITHER),
            matching(texts, _THOUSANDS_BY_COMMA),
            matching(texts, _THOUSANDS_BY_POINT),
            mask_of(pc.match_substring(texts, ",")),
        )

    @property
    def has_decimal_comma(self) -> Mask:
        """Texts with a comma that may be a decimal one; `1.234.567` has none."""
        return self.comma | (self.point_thousands & self.with_comma)

    @property
    def has_sign(self) -> Mask:
        return self.comma | self.comma_thousands | self.point_thousands | self.point

    @property
    def contradictory(self) -> bool:
        return self._comma_is_decimal and self._point_is_decimal

    def decimal_sign(self) -> str:
        """What separates decimals in this column, by the texts that can be read in one way only; or ""."""
        if self._comma_is_decimal == self._point_is_decimal:
            return ""
        return "," if self._comma_is_decimal else "."

    @property
    def _comma_is_decimal(self) -> bool:
        return bool(((self.comma & ~self.either) | self.point_thousands).any())

    @property
    def _point_is_decimal(self) -> bool:
        return bool((self.point | (self.comma_thousands & ~self.either)).any())


def _without_blanks(texts: pa.Array) -> tuple[pa.Array, Mask]:
    """Texts without no-break blanks around them and between thousands, and which had the latter."""
    trimmed = pc.utf8_trim(texts, f" {_BLANKS}")
    by_blank = matching(trimmed, _THOUSANDS_BY_BLANK)
    joined = pc.replace_substring_regex(trimmed, f"[{_BLANKS}]", "")
    return pc.if_else(pa.array(by_blank), joined, trimmed), by_blank


def _in_english(texts: pa.Array, forms: _Forms, sign: str) -> tuple[pa.Array, Mask]:
    """Texts as Python writes numbers where the column's decimal sign allows it, and which are so."""
    if sign == ",":
        commas = pc.replace_substring(pc.replace_substring(texts, ".", ""), ",", ".")
        other = forms.comma | forms.point_thousands
        return pc.if_else(pa.array(other), commas, texts), other | (forms.plain & ~forms.point)
    if sign == ".":
        joined = pc.replace_substring(texts, ",", "")
        return pc.if_else(pa.array(forms.comma_thousands), joined, texts), forms.plain | forms.comma_thousands
    return texts, forms.plain


def _doubles(texts: pa.Array, where: Mask) -> tuple[NDArray[np.float64], Mask]:
    """Numbers, and where there are some; what overflows or vanishes in a double is none."""
    chosen = with_nulls(texts, pa.array(~where))
    values = np.array(chosen.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
    zero = values == 0
    vanished = zero & matching(texts, _MANTISSA_NOT_ZERO) if zero.any() else zero
    fits = where & np.isfinite(values) & ~vanished
    values[~fits] = np.nan
    return values, fits
