"""A delivered dataset compared with the one that its sources give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from ...schemas.errors import Refused
from ...schemas.standards import adae, adsl, adtte, occds
from ...schemas.standards.structure import Structure
from ...schemas.study.columns import Codes, Mask
from ...schemas.study.dataset import Dataset
from ...schemas.study.study import Study
from ...schemas.wording import did_you_mean
from ..diff import diff as comparing
from ..diff.dataset_differences import DatasetDifferences
from ..diff.key_choice import GivenKeys, KeyChoice
from ..diff.metadata import MetadataKindCompared
from ..diff.pair import DatasetPair
from ..diff.tolerance import OTHERS, GivenTolerance
from ..diff.values import values_at
from ..reading.read import read
from .causes import CAUSES, FOLLOWING, deciding_first, place_of_cause
from .checked import (
    CheckedCell,
    CheckedDataset,
    CheckedRecord,
    CheckedVariable,
    RecordsAlike,
    RecordsOfOne,
    SourceRecord,
)
from .derivation_check import DerivationCheck
from .derive import derive
from .relations import relation
from .sources import dataset_called
from .specification import Specification

# Those of BDS are of no single record: a parameter has one for each visit.
_KEYS: Mapping[Structure, tuple[str, ...]] = MappingProxyType(
    {
        Structure.ADSL: adsl.KEYS,
        Structure.TTE: adtte.KEYS,
        Structure.OCCDS: occds.KEYS,
        Structure.ADAE: adae.KEYS,
    }
)
TRACE = ("SRCDOM", "SRCVAR", "SRCSEQ")
_PARAMETER, _SUBJECT, _STUDY = "PARAMCD", "USUBJID", "STUDYID"
FIRST = 5


@dataclass(frozen=True, kw_only=True)
class CheckingOptions:
    """How to compare, and what to show; as of `check_derived`."""

    by: GivenKeys | Mapping[str, GivenKeys] | None = None
    abs: GivenTolerance = 0.0
    rel: GivenTolerance = 0.0
    ignore: str | Sequence[str] = ()
    first: int = FIRST
    metadata: bool = False
    show_keys: bool = True
    show_values: bool = False


def check_derived(
    study: Study,
    specification: Specification,
    delivered: Study | Dataset | str | Path | Sequence[str | Path],
    *,
    by: GivenKeys | Mapping[str, GivenKeys] | None = None,
    abs: GivenTolerance = 0.0,  # noqa: A002  (the word of the option)
    rel: GivenTolerance = 0.0,
    ignore: str | Sequence[str] = (),
    first: int = FIRST,
    metadata: bool = False,
    show_keys: bool = True,
    show_values: bool = False,
) -> DerivationCheck:
    """Derive datasets from their sources and compare the delivered ones with them: double programming.

    A delivered dataset is found by its name, or by the first part of it: ADTTE_ONCO for ADTTE; a single one
    is compared with a single derived one whatever its name. Records are matched by the keys of the
    structure (USUBJID and PARAMCD, or USUBJID and AESEQ), and cells are compared exactly.

    Parameters
    ----------
    study : Study
        The sources, with ADSL.
    specification : Specification
    delivered : Study, Dataset, path or sequence of paths
    by : str, sequence of str, or mapping, optional
        Key variables instead of those of the structure, for all datasets or by dataset; as of `diff`.
    abs, rel : float or mapping of str to float
        Tolerances of numbers, as of `diff`.
    ignore : str or sequence of str
        Variables that are not compared.
    first : int
        Examples of each kind.
    metadata : bool
        Whether other labels, lengths or formats count as a difference; they are always listed.
    show_keys : bool
        Name the subjects of examples, with their source records.
    show_values : bool
        Include the values of examples (patient data).

    Returns
    -------
    DerivationCheck

    Raises
    ------
    ConfigurationError
        If the specification cannot be carried out, or an option is not valid.
    DerivationRefused
        If the sources do not fit the specification.

    Examples
    --------
    >>> study = ag.read("adam")
    >>> os = ag.DerivedEndpoint(
    ...     param="Overall Survival", origin="TRTSDT", events=("DEATH",), censors=("ALIVE",)
    ... )
    >>> sources = {
    ...     "DEATH": ag.DerivationSource(dataset="ADSL", date="DTHDT"),
    ...     "ALIVE": ag.DerivationSource(dataset="ADSL", date="LSTALVDT"),
    ... }
    >>> what = ag.Specification({"ADTTE": ag.TimeToEvent()}, {"OS": os}, sources)
    >>> ag.check_derived(study, what, ag.derive(study, what))
    DerivationCheck: equal
      ADTTE  6 records equal
    """
    study = Study.given(study)
    options = CheckingOptions(
        by=by,
        abs=abs,
        rel=rel,
        ignore=ignore,
        first=first,
        metadata=metadata,
        show_keys=show_keys,
        show_values=show_values,
    )
    given = Study.given(delivered) if isinstance(delivered, Dataset | Study) else read(delivered)
    return checked(study, specification, derive(study, specification), given, options)


def checked(
    study: Study, specification: Specification, derived: Study, delivered: Study, options: CheckingOptions
) -> DerivationCheck:
    """The same, of what has been derived."""
    others = {data.name: _delivered(data, derived, delivered) for data in derived}
    pairs = {name: (derived[name], other) for name, other in others.items() if other is not None}
    absent = [name for name, other in others.items() if other is None]
    found: dict[str, CheckedDataset] = {}
    if pairs:
        traced = _traced(study, specification, derived)
        differences = comparing.diff(
            Study.of(*(data for data, _ in pairs.values())),
            Study.of(*(other.replace(name=name) for name, (_, other) in pairs.items())),
            by=_keys(pairs.values(), options.by),
            abs=options.abs,
            rel=options.rel,
            ignore=options.ignore,
            first=options.first,
        )
        for name, (data, other) in pairs.items():
            with_trace = traced.datasets.get(name, data)
            comparison = _Comparison(data, with_trace, other, differences.datasets[name], options)
            found[name] = comparison.checked()
    return DerivationCheck(
        MappingProxyType(found),
        MappingProxyType({name: did_you_mean(name, delivered.datasets) for name in absent}),
        options.show_values,
        options.show_keys,
    )


def _keys(
    pairs: Iterable[tuple[Dataset, Dataset]], given: GivenKeys | Mapping[str, GivenKeys] | None
) -> Mapping[str, GivenKeys] | None:
    """Keys by dataset: given ones where both have them, else those of the structure, else found by `diff`."""
    by_name = dict(given) if isinstance(given, Mapping) else {OTHERS: given} if given else {}
    for_all = KeyChoice(by_name.get(OTHERS))
    for pair in pairs:
        data = pair[0]
        usual = [each for each in _KEYS.get(data.structure, ()) if each != _STUDY]
        fits = usual and all(each in one for each in usual for one in pair)
        if data.name in by_name or for_all.of(DatasetPair(*pair)) is not None:
            continue
        _require_keys(usual, *pair)
        if fits:
            by_name[data.name] = usual
    return by_name or None


def _require_keys(keys: Sequence[str], derived: Dataset, delivered: Dataset) -> None:
    """Refuse a delivered dataset without a key that the derived one has: no record could be matched.

    Raises
    ------
    Refused
    """
    absent = [each for each in keys if each in derived and each not in delivered]
    if absent:
        raise Refused(
            f"{', '.join(absent)} of the delivered {derived.name} not present",
            delivered.name if delivered.source is None else str(delivered.source.path),
            "deliver it, or name other keys with --by",
        )


def _traced(study: Study, specification: Specification, derived: Study) -> Study:
    """The derived datasets with the variables of the trace, also where the specification omits these."""
    traced = {name: options.with_trace() for name, options in specification.datasets.items()}
    omits = any(
        traced[name] != options and not all(each in derived[name] for each in TRACE)
        for name, options in specification.datasets.items()
    )
    return derive(study, replace(specification, datasets=traced)) if omits else derived


def _delivered(data: Dataset, derived: Study, delivered: Study) -> Dataset | None:
    if len(derived) == len(delivered) == 1:
        return next(iter(delivered))
    return dataset_called(data.name, delivered)


@dataclass(frozen=True, eq=False)
class _Comparison:
    """One derived dataset, the same with its trace, and the delivered one.

    Attributes
    ----------
    derived, traced, delivered : Dataset
        Records of the first two are the same.
    found : DatasetDifferences
    options : CheckingOptions
    """

    derived: Dataset
    traced: Dataset
    delivered: Dataset
    found: DatasetDifferences
    options: CheckingOptions

    def checked(self) -> CheckedDataset:
        """What differs."""
        types = [each for each in self.found.metadata if each.kind is MetadataKindCompared.TYPE]
        others = [each for each in self.found.metadata if each.kind is not MetadataKindCompared.TYPE]
        matching = self.found.matching
        names, differs = self._cells()
        return CheckedDataset(
            self.derived.name,
            self.delivered.name,
            self.found,
            tuple(self._variables(names, differs)),
            tuple(self._alike(names, differs)),
            tuple(self._of_one(self.derived, matching.only_a)),
            tuple(self._of_one(self.delivered, matching.only_b)),
            tuple(others),
            tuple(types),
            self.options.metadata,
        )

    def _cells(self) -> tuple[tuple[str, ...], Mask]:
        """Variables with cells that differ, the deciding ones first; which cells, by matched record."""
        by_name = {each.name: each for each in self.found.variables if each.cells.differ}
        names = deciding_first(by_name)
        differs = np.zeros((self.found.matched, len(names)), dtype=np.bool_)
        for place, name in enumerate(names):
            differs[by_name[name].cells.positions(), place] = True
        return names, differs

    def _parameters(self) -> tuple[list[str], Codes]:
        """Parameters, and that of each matched record by its place among them."""
        return _parameters_of(self.derived, self.found.matching.a)

    def _variables(self, names: tuple[str, ...], differs: Mask) -> Iterator[CheckedVariable]:
        parameters, of_record = self._parameters()
        for place, parameter in enumerate(parameters):
            counts = differs[of_record == place].sum(axis=0)
            yield from (
                CheckedVariable(parameter, name, int(cells))
                for name, cells in zip(names, counts, strict=True)
                if cells
            )

    def _alike(self, names: tuple[str, ...], differs: Mask) -> list[RecordsAlike]:
        """Records that differ, by parameter and by the variables that differ."""
        parameters, of_record = self._parameters()
        (some,) = np.nonzero(differs.any(axis=1))
        if not len(some):
            return []
        follows = np.isin(names, FOLLOWING)
        others = np.asarray(differs[some][:, ~follows].any(axis=1))
        telling = differs[some] & ~(follows & others[:, None])
        flips = self._event_differs()[some]
        kinds, kind_of = np.unique(
            np.column_stack([of_record[some], flips, telling]), axis=0, return_inverse=True
        )
        found = []
        for place, (parameter, flip, *has) in enumerate(kinds.tolist()):
            own = some[kind_of.reshape(-1) == place]
            cause = place_of_cause(
                [name for name, differing in zip(names, has, strict=True) if differing],
                event_differs=bool(flip),
            )
            alike = self._records_alike(parameters[parameter], CAUSES[cause].words, own, names, differs)
            found.append(((parameter, cause, -len(own), alike.variables), alike))
        return [each for _, each in sorted(found, key=lambda one: one[0])]

    def _event_differs(self) -> Mask:
        """Matched records that are an event in one dataset only."""
        matching = self.found.matching
        if any("CNSR" not in each or each.is_character("CNSR") for each in (self.derived, self.delivered)):
            return np.zeros(len(matching), dtype=np.bool_)
        a, b = self.derived.numbers("CNSR")[matching.a], self.delivered.numbers("CNSR")[matching.b]
        found: Mask = (a == 0) != (b == 0)
        return found

    def _records_alike(
        self, parameter: str, cause: str, own: Codes, names: tuple[str, ...], differs: Mask
    ) -> RecordsAlike:
        matching = self.found.matching
        counts = dict(zip(names, differs[own].sum(axis=0).tolist(), strict=True))
        variables = tuple(name for name, count in counts.items() if count)
        all_differ = [name for name, count in counts.items() if count == len(own)]
        at_a, at_b = matching.a[own], matching.b[own]
        told = (
            relation(
                name,
                pd.Series(self.derived[name].array.take(at_a), copy=False),
                pd.Series(self.delivered[name].array.take(at_b), copy=False),
            )
            for name in all_differ
            if name not in FOLLOWING
        )
        first = own[: self.options.first]
        cells = [tuple(name for name, has in zip(names, row, strict=True) if has) for row in differs[first]]
        return RecordsAlike(
            parameter,
            cause,
            variables,
            len(own),
            tuple(filter(None, told)),
            tuple(self._examples(matching.a[first], matching.b[first], cells)),
        )

    def _examples(
        self, at_a: Codes, at_b: Codes, cells: Sequence[tuple[str, ...]]
    ) -> Iterator[CheckedRecord]:
        """Records with the variables of each that differ."""
        subjects = self._subjects(self.derived, at_a)
        of_derived, of_delivered = self._trace(self.traced, at_a), self._trace(self.delivered, at_b)
        values: dict[str, tuple[list[Any], list[Any]]] = {}
        for name in dict.fromkeys(name for names in cells for name in names):
            hidden: list[Any] = [None] * len(at_a)
            both = (values_at(self.derived, name, at_a), values_at(self.delivered, name, at_b))
            values[name] = both if self.options.show_values else (hidden, hidden)
        for place, names in enumerate(cells):
            yield CheckedRecord(
                int(at_a[place]) + 1,
                int(at_b[place]) + 1,
                subjects[place],
                of_derived[place],
                of_delivered[place],
                tuple(CheckedCell(name, values[name][0][place], values[name][1][place]) for name in names),
            )

    def _subjects(self, data: Dataset, at: Codes) -> list[str]:
        if not self.options.show_keys or _SUBJECT not in data:
            return [""] * len(at)
        return [str(each or "") for each in values_at(data, _SUBJECT, at)]

    def _trace(self, data: Dataset, at: Codes) -> list[SourceRecord | None]:
        if not self.options.show_keys or not all(name in data for name in TRACE):
            return [None] * len(at)
        domain, variable, number = (values_at(data, name, at) for name in TRACE)
        return [
            SourceRecord(str(one or ""), str(other or ""), _as_number(sequence))
            for one, other, sequence in zip(domain, variable, number, strict=True)
        ]

    def _of_one(self, data: Dataset, only: Codes) -> Iterator[RecordsOfOne]:
        parameters, of_record = _parameters_of(data, only)
        for place, parameter in enumerate(parameters):
            own = only[of_record == place]
            if len(own):
                some = own[: self.options.first]
                subjects = [each for each in self._subjects(data, some) if each]
                yield RecordsOfOne(parameter, len(own), tuple((some + 1).tolist()), tuple(subjects))


def _parameters_of(data: Dataset, at: Codes) -> tuple[list[str], Codes]:
    """Parameters of some records, in the order of the dataset, and that of each by its place among them."""
    if _PARAMETER not in data or not data.is_character(_PARAMETER):
        return [""], np.zeros(len(at), dtype=np.intp)
    distinct = data.distinct(_PARAMETER)
    order = pd.unique(distinct.codes)
    place = np.empty(len(distinct) + 1, dtype=np.intp)
    place[order] = np.arange(len(order))
    return ["" if code < 0 else str(distinct[code]) for code in order], place[distinct.codes[at]]


def _as_number(value: Any) -> float | None:
    """A sequence number, also where it was delivered as text."""
    try:
        return None if value is None else float(value)
    except ValueError:
        return None
