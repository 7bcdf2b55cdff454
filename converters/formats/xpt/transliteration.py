"""Characters that an encoding lacks, by others that mean the same: "Übelkeit" is "Ubelkeit", "≥" is ">="."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from .text_encoding import bytes_of

_MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4\u02bc", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u2022\u00b7\u2219", "*"),
        "\u2026": "...", "\u2264": "<=", "\u2265": ">=", "\u2260": "!=", "\u2248": "~", "\u00b1": "+/-",
        "\u00d7": "x", "\u00f7": "/", "\u2044": "/", "\u2192": "->", "\u2190": "<-",
        "\u00b0": " deg ", "\u00b5": "u", "\u03bc": "u", "\u2126": "ohm",
        "\u00df": "ss", "\u00e6": "ae", "\u00c6": "AE", "\u0153": "oe", "\u0152": "OE", "\u00f8": "o",
        "\u00d8": "O", "\u0142": "l", "\u0141": "L", "\u0111": "d", "\u0110": "D", "\u00f0": "d",
        "\u00d0": "D", "\u00fe": "th", "\u00de": "Th", "\u0131": "i",
        "\u00a9": "(C)", "\u00ae": "(R)", "\u2122": "(TM)", "\u20ac": "EUR", "\u00a3": "GBP",
        "\u03b1": "alpha", "\u03b2": "beta", "\u03b3": "gamma", "\u03b4": "delta",
    }
)  # fmt: skip


def transliterated(text: str, codec: str) -> str:
    """A text in which each character that an encoding lacks is written in others, where there are such."""
    if _has(codec, text):
        return text
    composed = unicodedata.normalize("NFC", text)
    return "".join(_written(character, codec) for character in composed)


def _written(character: str, codec: str) -> str:
    """The character itself where it has none."""
    candidates = (character, _MEANINGS.get(character, ""), _decomposed(character))
    return next((each for each in candidates if each and _has(codec, each)), character)


def _decomposed(character: str) -> str:
    parts = unicodedata.normalize("NFKD", character)
    plain = "".join(part for part in parts if not unicodedata.combining(part))
    return "".join(_MEANINGS.get(part, part) for part in plain)


def _has(codec: str, text: str) -> bool:
    return bytes_of(text, codec) is not None
