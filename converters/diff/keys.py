"""The variables that records are matched by: given, from metadata, or found."""

from __future__ import annotations

from dataclasses import dataclass

from ...schemas.errors import ConfigurationError
from ...schemas.study.dataset import Dataset
from ...schemas.word import Word
from .coding import Coding
from .found_keys import found_keys
from .key_choice import KeyChoice


class KeyOrigin(Word):
    """Where key variables come from, in the words of reports."""

    GIVEN = "given"
    DECLARED = "from metadata"
    FOUND = "found"
    FOUND_IN_ONE = "found, unique in one"
    POSITION = "record number"


@dataclass(frozen=True, slots=True)
class MatchKeys:
    """Key variables.

    Attributes
    ----------
    variables : tuple of str
        In capitals; empty where records are matched by their number.
    origin : KeyOrigin
    """

    variables: tuple[str, ...]
    origin: KeyOrigin


BY_POSITION = MatchKeys((), KeyOrigin.POSITION)


def keys_for(coding: Coding, choice: KeyChoice) -> MatchKeys:
    """The keys of two datasets.

    Raises
    ------
    ConfigurationError
        When a given key is character in one of them and numeric in the other.
    """
    pair = coding.pair
    given = choice.of(pair)
    if given is not None:
        for name in given:
            if not coding.fits(name):
                raise ConfigurationError(
                    f"{name} is character in one dataset and numeric in the other",
                    f"by, {pair.a.name}",
                    "use other keys, or convert the variable",
                )
        return MatchKeys(given, KeyOrigin.GIVEN) if given else BY_POSITION
    for dataset in pair.both:
        declared = declared_keys(dataset)
        if declared and all(name in pair.common and coding.fits(name) for name in declared):
            return MatchKeys(declared, KeyOrigin.DECLARED)
    found = found_keys(coding)
    if found is None:
        return BY_POSITION
    variables, in_both = found
    return MatchKeys(variables, KeyOrigin.FOUND if in_both else KeyOrigin.FOUND_IN_ONE)


def declared_keys(dataset: Dataset) -> tuple[str, ...]:
    """The keys that the metadata of a dataset state, in their order."""
    stated = sorted((each.key_sequence, each.name.upper()) for each in dataset.variables if each.key_sequence)
    return tuple(name for _, name in stated)
