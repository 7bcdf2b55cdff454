"""Key variables that a caller gives: for all datasets, or by dataset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...schemas.errors import ConfigurationError
from ...schemas.wording import did_you_mean, one_line
from .pair import DatasetPair
from .tolerance import OTHERS

RECORD_NUMBER = "_N_"
"""As SAS calls the number of a record."""

GivenKeys = str | Sequence[str]


class KeyChoice:
    """What a caller says about keys: variables for all datasets, or by dataset.

    Parameters
    ----------
    given : str, sequence of str, mapping of str to these, or None

    Raises
    ------
    ConfigurationError
        When it is not text.
    """

    def __init__(self, given: GivenKeys | Mapping[str, GivenKeys] | None) -> None:
        by_dataset = given if isinstance(given, Mapping) else {} if given is None else {OTHERS: given}
        self._by_dataset = {
            _text(name).strip().upper(): _names(each, name) for name, each in by_dataset.items()
        }

    def of(self, pair: DatasetPair) -> tuple[str, ...] | None:
        """The keys of a dataset; None where none are given, or not all of those given for all are present."""
        if pair.a.name in self._by_dataset:
            return self._by_dataset[pair.a.name]
        keys = self._by_dataset.get(OTHERS)
        return None if keys is None or _not_in(pair, keys) else keys

    def require_present(self, pairs: Sequence[DatasetPair]) -> None:
        """Keys that are not present where they are to be used are a slip.

        Raises
        ------
        ConfigurationError
            When keys are given for a dataset that is not in both or lacks one, or no dataset has all of those
            given for all.
        """
        by_name = {pair.a.name: pair for pair in pairs}
        for name, keys in self._by_dataset.items():
            if name != OTHERS and name not in by_name:
                raise ConfigurationError(
                    f"dataset {one_line(name)} is not present in both", "by", did_you_mean(name, by_name)
                )
            where = [pair for pair in pairs if name in (OTHERS, pair.a.name)]
            if where and all(_not_in(pair, keys) for pair in where):
                raise _absent(keys, where)


def key_options(given: Iterable[str]) -> dict[str, str] | None:
    """Keys from a command line: ``USUBJID,PARAMCD`` for all datasets, ``ADTTE=USUBJID,PARAMCD`` for one.

    Those of a repeated option are added: ``--by USUBJID --by PARAMCD`` are two keys.
    """
    found: dict[str, str] = {}
    for text in given:
        name, is_named, keys = text.partition("=")
        of = name.strip().upper() if is_named else OTHERS
        some = keys if is_named else text
        found[of] = f"{found[of]},{some}" if of in found else some
    return found or None


def _not_in(pair: DatasetPair, keys: Sequence[str]) -> list[str]:
    return [key for key in keys if key not in pair.common]


def _absent(keys: Sequence[str], pairs: Sequence[DatasetPair]) -> ConfigurationError:
    known = list(dict.fromkeys(name for pair in pairs for name in pair.common))
    absent = [key for key in keys if key not in known]
    where = f"by, {pairs[0].a.name}" if len(pairs) == 1 else "by"
    if not absent:
        named = ", ".join(map(one_line, keys))
        return ConfigurationError(
            f"no dataset has all of the keys {named}", where, "give the keys of each dataset with its name"
        )
    said = f"key {', '.join(map(one_line, absent))} is not present in both"
    return ConfigurationError(said, where, did_you_mean(absent[0], known))


def _names(given: Any, dataset: str) -> tuple[str, ...]:
    listed = [given] if isinstance(given, str) else given
    if not isinstance(listed, Iterable):
        listed = [given]
    names = [part.strip().upper() for each in listed for part in _text(each).split(",")]
    found = tuple(dict.fromkeys(filter(None, names)))
    if not found:
        where = "by" if dataset == OTHERS else f"by, {one_line(dataset)}"
        raise ConfigurationError(
            "no key variable is given", where, f"name variables, or {RECORD_NUMBER} for the record number"
        )
    return () if found == (RECORD_NUMBER,) else found


def _text(given: Any) -> str:
    if isinstance(given, str):
        return given
    said = f"{type(given).__name__} is not the name of a variable"
    raise ConfigurationError(said, "by", 'give names as strings: ["USUBJID", "PARAMCD"]')
