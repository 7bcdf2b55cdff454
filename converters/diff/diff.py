"""Two datasets or two studies compared: what PROC COMPARE is for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ...schemas.errors import ConfigurationError
from ...schemas.study.dataset import Dataset
from ...schemas.study.study import Study
from ...schemas.wording import did_you_mean, one_line
from ..reading.read import read
from .cells import compared
from .coding import Coding
from .dataset_differences import DatasetDifferences, VariableDifferences
from .differences import Differences, place_of
from .examples import differing_cells, unmatched_records
from .key_choice import GivenKeys, KeyChoice
from .keys import keys_for
from .match_keys import MatchKeys
from .matching import Matching, matched
from .metadata import MetadataKindCompared, metadata_differences
from .pair import DatasetPair, is_text_against_number
from .tolerance import GivenTolerance, Tolerances, tolerances

Comparable = Dataset | Study | str | Path | Sequence[str | Path]

FIRST = 5
"""Examples of each kind that are listed, unless another number is given."""


def diff(
    a: Comparable,
    b: Comparable,
    *,
    by: GivenKeys | Mapping[str, GivenKeys] | None = None,
    abs: GivenTolerance = 0.0,  # noqa: A002  (the word of the option)
    rel: GivenTolerance = 0.0,
    first: int = FIRST,
    only: str | Sequence[str] = (),
    ignore: str | Sequence[str] = (),
    metadata: bool = True,
    show_values: bool = False,
) -> Differences:
    """Compare two datasets or two studies, like PROC COMPARE.

    Datasets are paired by name; two single datasets are compared whatever their names. Records are matched by
    key variables, so that their order is free, and cells are compared exactly or within a tolerance. Metadata
    are compared where both formats can hold them. Nothing given is changed.

    Parameters
    ----------
    a, b : Dataset, Study, path or sequence of paths
        Paths are read as `read` does by default.
    by : str, sequence of str, or mapping, optional
        Key variables: ``"USUBJID,PARAMCD"``, or by dataset ``{"ADTTE": "USUBJID,PARAMCD", "*": "USUBJID"}``,
        where ``"*"`` is for the others; ``"_N_"`` is the record number. A dataset without keys given, or
        without all of those given for all, uses the keys in its metadata, else the smallest set of
        variables found that is unique in both, else in one, else the record number.
    abs, rel : float or mapping of str to float
        Absolute and relative tolerance of numbers, for all variables or by name (``"*"``: the others).
        Numbers are equal if they differ by at most ``max(abs, rel * max(|a|, |b|))``. Dates (days) and
        datetimes (seconds) have an absolute tolerance only if they are named.
    first : int
        Number of examples listed for each variable, and of records of one dataset only.
    only, ignore : str or sequence of str
        Variables to compare, or not to compare; keys are used anyway.
    metadata : bool
        Compare labels, lengths, formats, informats, kinds of numbers, dataset labels and declared keys.
    show_values : bool
        Include values and keys of the records listed (patient data).

    Returns
    -------
    Differences

    Raises
    ------
    ConfigurationError
        If an option has an invalid value, or names a variable or dataset that is not present; if a character
        variable is given a tolerance, or a date a relative one.
    TypeError
        If `a` or `b` is not a dataset, a study or a path.
    UnreadableInput
        If a path cannot be read.

    Examples
    --------
    >>> ag.diff("adam", "broken", by={"ADTTE": "USUBJID,PARAMCD"}).datasets["ADTTE"].cells
    1
    >>> ag.diff("adam", "broken", abs={"AVAL": 200}).equal
    True
    """
    chosen = _Chosen(
        KeyChoice(by), tolerances(abs, rel), _names(only, "only"), _names(ignore, "ignore"), _count(first)
    )
    study_a, study_b = _study(a), _study(b)
    pairs = _paired(study_a, study_b)
    chosen.keys.require_present(pairs)
    _require_variables((*study_a, *study_b), chosen)
    chosen.tolerances.require_numbers(pairs)
    found = {
        pair.a.name: _compared(pair, chosen, metadata=metadata, show_values=show_values) for pair in pairs
    }
    paired = {dataset.name for pair in pairs for dataset in pair.both}
    return Differences(
        place_of(study_a.datasets),
        place_of(study_b.datasets),
        MappingProxyType(found),
        tuple(name for name in study_a.datasets if name not in paired),
        tuple(name for name in study_b.datasets if name not in paired),
        bool(show_values),
    )


@dataclass(frozen=True)
class _Chosen:
    """What a caller chose: keys, tolerances, variables, number of examples."""

    keys: KeyChoice
    tolerances: Tolerances
    only: frozenset[str]
    ignored: frozenset[str]
    first: int

    def of(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of some variables that are compared."""
        return tuple(
            name for name in names if name not in self.ignored and (not self.only or name in self.only)
        )


def _study(given: Any) -> Study:
    return Study.given(given) if isinstance(given, Dataset | Study) else read(given)


def _paired(study_a: Study, study_b: Study) -> list[DatasetPair]:
    """Datasets of one name, in the order of A; the only one of A and the only one of B in any case."""
    if len(study_a) == len(study_b) == 1:
        return [DatasetPair(*study_a, *study_b)]
    return [DatasetPair(dataset, study_b[dataset.name]) for dataset in study_a if dataset.name in study_b]


def _names(given: Any, option: str) -> frozenset[str]:
    listed = [given] if isinstance(given, str) or not isinstance(given, Iterable) else [*given]
    if not all(isinstance(each, str) for each in listed):
        raise ConfigurationError(
            f"{one_line(repr(given))} is not a list of variables", option, 'give names as strings: ["ADT"]'
        )
    names = (part.strip().upper() for each in listed for part in each.split(","))
    return frozenset(filter(None, names))


def _count(given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, Integral) or int(given) < 0:
        raise ConfigurationError(
            f"{one_line(repr(given))} is not a number of examples", "first", "give an integer, 0 or more"
        )
    return int(given)


def _require_variables(datasets: Sequence[Dataset], chosen: _Chosen) -> None:
    """A name that no dataset has is a slip, and would leave differences unseen or compare nothing."""
    known = list(dict.fromkeys(name for dataset in datasets for name in dataset.names))
    asked = (
        ("only", chosen.only),
        ("ignore", chosen.ignored),
        ("abs, rel", chosen.tolerances.named),
    )
    for option, names in asked:
        for name in sorted({*names} - {*known}):
            raise ConfigurationError(
                f"variable {one_line(name)} is not present", option, did_you_mean(name, known)
            )
    if known and not chosen.of(known):
        raise ConfigurationError(
            "no variable is left to compare", "only, ignore", "ignore fewer variables, or name others"
        )


def _compared(pair: DatasetPair, chosen: _Chosen, *, metadata: bool, show_values: bool) -> DatasetDifferences:
    common = chosen.of(pair.common)
    coding = Coding(pair)
    keys = keys_for(coding, chosen.keys)
    matching = matched(coding, keys)
    del coding
    of_metadata = tuple(metadata_differences(pair, common))
    if not metadata:
        of_metadata = tuple(each for each in of_metadata if each.kind is MetadataKindCompared.TYPE)
    names = [name for name in common if not is_text_against_number(pair.kinds(name))]
    shown_keys = keys.variables if show_values else None
    return DatasetDifferences(
        a=pair.a.description,
        b=pair.b.description,
        records=(len(pair.a), len(pair.b)),
        keys=keys,
        matched=len(matching),
        only_a=unmatched_records(pair.a, matching.only_a, chosen.first, shown_keys),
        only_b=unmatched_records(pair.b, matching.only_b, chosen.first, shown_keys),
        repeated_a=matching.repeated_a,
        repeated_b=matching.repeated_b,
        variables_only_a=chosen.of(name for name in pair.a.names if name not in pair.b),
        variables_only_b=chosen.of(name for name in pair.b.names if name not in pair.a),
        metadata=of_metadata,
        compared=tuple(names),
        variables=tuple(_of_variables(pair, names, matching, chosen, shown_keys)),
        notes=tuple(_notes(pair, keys, matching)),
        _pair=pair,
        _matching=matching,
    )


def _of_variables(
    pair: DatasetPair,
    names: Iterable[str],
    matching: Matching,
    chosen: _Chosen,
    shown_keys: tuple[str, ...] | None,
) -> Iterator[VariableDifferences]:
    for name in names:
        cells = compared(pair, name, matching, chosen.tolerances.of(name, pair.kinds(name)))
        if cells.differ or cells.tolerated:
            where = cells.positions(chosen.first)
            yield VariableDifferences(
                name,
                cells,
                tuple(differing_cells(pair, name, matching.a[where], matching.b[where], shown_keys)),
            )


def _notes(pair: DatasetPair, keys: MatchKeys, matching: Matching) -> Iterator[str]:
    if pair.a.name != pair.b.name:
        yield f"the dataset is {pair.a.name} in A and {pair.b.name} in B"
    if [name for name in pair.b.names if name in pair.a] != [*pair.common]:
        yield "variables are in another order"
    if keys.variables and not len(matching) and len(pair.a) and len(pair.b):
        yield "no record has the same keys in both: check how these are written, or give other keys"
    if keys.variables and not matching.keeps_order:
        yield "records are in another order"
