"""Orders of response as tables of terms: built-in ones, and those that a study declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ....schemas.errors import ConfigurationError
from ....schemas.kinds import ListOf, TableOf, count, text
from ....schemas.options import option
from ....schemas.wording import did_you_mean

TERMS = ListOf(text, of="terms")
TERMS_OR_NONE = ListOf(text, least=0, of="terms")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseTerms:
    """Terms of response and what they mean: ``[response_terms.NAME]`` of a file.

    Each term of `order` is in one of the other lists.

    Attributes
    ----------
    order : tuple of str
        All terms, the best first; AVAL is the position, from 1, unless `aval` has another.
    responses : tuple of str
        Those that a later assessment confirms.
    complete : tuple of str
        Those of `responses` that stable disease never lies between and its confirmation.
    stable : tuple of str
        Those that count from a least day on; a response that is not confirmed is as the first of them.
    progression : tuple of str
    not_evaluable : tuple of str
        Those that say nothing of the disease; on one date any other term counts instead.
    aval : mapping of term to int
        AVAL, where it is not the position.
    written_as : mapping of text to term
        Other texts of the data, and the term that AVALC is then.

    Examples
    --------
    >>> ag.ResponseTerms(
    ...     order=("CR", "PR", "SD", "PD", "NE"), responses=("CR", "PR"), complete=("CR",), stable=("SD",),
    ...     progression=("PD",), not_evaluable=("NE",),
    ... ).order[0]
    'CR'
    """

    order: tuple[str, ...] = option(TERMS, "All terms, the best first; AVAL is the position.")
    responses: tuple[str, ...] = option(TERMS, "Terms that a later assessment confirms.")
    complete: tuple[str, ...] = option(
        TERMS_OR_NONE,
        "Responses that stable disease never lies between and their confirmation.",
        default=(),
    )
    stable: tuple[str, ...] = option(
        TERMS_OR_NONE,
        "Terms that count from a least day on; a response that is not confirmed is as the first of them.",
        default=(),
    )
    progression: tuple[str, ...] = option(TERMS, "Terms that say that the disease has progressed.")
    not_evaluable: tuple[str, ...] = option(
        TERMS, "Terms that say nothing of the disease; on one date any other term counts instead."
    )
    aval: Mapping[str, int] = option(
        TableOf(count, "{ CR = 1 }"), "AVAL of terms, where it is not the position.", default=dict
    )
    written_as: Mapping[str, str] = option(
        TableOf(text, '{ "Complete Response" = "CR" }'),
        'Other texts of the data, such as { "Complete Response" = "CR" }.',
        default=dict,
    )


BUILT_IN: Mapping[str, ResponseTerms] = MappingProxyType(
    {
        "RECIST 1.1": ResponseTerms(
            order=("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "MISSING"),
            responses=("CR", "PR"),
            complete=("CR",),
            stable=("SD", "NON-CR/NON-PD"),
            progression=("PD",),
            not_evaluable=("NE", "MISSING"),
        ),
        "IMWG": ResponseTerms(
            order=("sCR", "CR", "VGPR", "PR", "MR", "SD", "PD", "NE", "MISSING"),
            responses=("sCR", "CR", "VGPR", "PR", "MR"),
            complete=("sCR", "CR"),
            stable=("SD",),
            progression=("PD",),
            not_evaluable=("NE", "MISSING"),
        ),
    }
)
"""Orders of Eisenhauer et al. 2009 (RECIST 1.1), and of Kumar et al. 2016 (IMWG)."""


def terms_called(name: str, declared: Mapping[str, ResponseTerms], place: str) -> ResponseTerms:
    """The terms of a name, of the study or built in.

    Raises
    ------
    ConfigurationError
        With the nearest name.
    """
    known = {each.upper(): terms for each, terms in {**BUILT_IN, **declared}.items()}
    if name.upper() not in known:
        names = [*declared, *BUILT_IN]
        raise ConfigurationError(f"{name} is not an order of response", place, did_you_mean(name, names))
    return known[name.upper()]


_MEANINGS = ("responses", "stable", "progression", "not_evaluable")


def check_terms(place: str, terms: ResponseTerms) -> None:
    """Refuse terms without one meaning.

    Raises
    ------
    ConfigurationError
    """
    named = [(key, term) for key in (*_MEANINGS, "complete") for term in getattr(terms, key)]
    named += [("aval", term) for term in terms.aval]
    named += [("written_as", term) for term in terms.written_as.values()]
    for key, term in named:
        if term not in terms.order:
            advice = did_you_mean(term, terms.order)
            raise ConfigurationError(f"{term} is not a term of order", f"{place} {key}", advice)
    for term in terms.order:
        _check_meaning(place, term, [key for key in _MEANINGS if term in getattr(terms, key)])
    for term in terms.complete:
        if term not in terms.responses:
            raise ConfigurationError(
                f"{term} is complete, but not a response", f"{place} complete", "add it to responses"
            )
    for text_ in terms.written_as:
        if text_ in terms.order:
            raise ConfigurationError(f"{text_} is a term of order", f"{place} written_as", "omit it")
    numbers = [terms.aval.get(term, at) for at, term in enumerate(terms.order, 1)]
    if len({*numbers}) < len(numbers):
        raise ConfigurationError("two terms have the same AVAL", f"{place} aval", "number each term once")


def _check_meaning(place: str, term: str, having: list[str]) -> None:
    if len(having) != 1:
        what = f"{term} is in {' and '.join(having)}" if having else f"the meaning of {term} is not declared"
        raise ConfigurationError(what, place, f"write it in one of {', '.join(_MEANINGS)}")
