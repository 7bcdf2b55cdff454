"""The variables that records are matched by: given, from metadata, or found."""

from __future__ import annotations

from ...schemas.errors import ConfigurationError
from ...schemas.study.dataset import Dataset
from .coding import Coding
from .found_keys import found_keys
from .key_choice import KeyChoice
from .match_keys import BY_POSITION, KeyOrigin, MatchKeys


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
    return found_keys(coding) or BY_POSITION


def declared_keys(dataset: Dataset) -> tuple[str, ...]:
    """The keys that the metadata of a dataset state, in their order."""
    stated = sorted((each.key_sequence, each.name.upper()) for each in dataset.variables if each.key_sequence)
    return tuple(name for _, name in stated)
