"""The datasets of a delivery."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ..glance import Glance, Glanced
from ..wording import counted
from .dataset import Dataset
from .declarations import Declarations
from .definition import Definition
from .description import sendable
from .variable import ReadingNote


@dataclass(frozen=True, eq=False, repr=False)
class Study(Glanced):
    """The datasets of a delivery.

    Attributes
    ----------
    datasets : mapping of name to Dataset
        In the order in which they were read. ``study["ADTTE"]`` returns one, in upper or lower case.
    notes : tuple of ReadingNote
        Notes about the whole delivery, such as files that were not read.
    definition : Definition or None
        What the define.xml of the delivery says.

    Examples
    --------
    >>> study = ag.read("adam")
    >>> "adtte" in study, len(study), [dataset.name for dataset in study]
    (True, 2, ['ADSL', 'ADTTE'])
    """

    datasets: Mapping[str, Dataset]
    notes: tuple[ReadingNote, ...] = ()
    definition: Definition | None = None

    @classmethod
    def of(
        cls, *datasets: Dataset, notes: Iterable[ReadingNote] = (), definition: Definition | None = None
    ) -> Study:
        """A study of these datasets; their names must be unique.

        Examples
        --------
        >>> frame = pd.DataFrame({"USUBJID": ["1", "2"], "AGE": [54, 61]})
        >>> ag.Study.of(ag.Dataset.from_frame(frame, "ADSL"))["adsl"]["AGE"].tolist()
        [54, 61]
        """
        named: dict[str, Dataset] = {}
        for dataset in datasets:
            if dataset.name in named:
                raise ValueError(f"two datasets are named {dataset.name}")
            named[dataset.name] = dataset
        return cls(MappingProxyType(named), tuple(notes), definition)

    @classmethod
    def given(cls, what: object) -> Study:
        """The argument as a study: a `Study`, or one `Dataset`.

        Raises
        ------
        TypeError
            For anything else, such as a path or a DataFrame.

        Examples
        --------
        >>> data = ag.read("adam")["ADSL"]
        >>> list(ag.Study.given(data).datasets)
        ['ADSL']
        """
        if isinstance(what, Study):
            return what
        if isinstance(what, Dataset):
            return cls.of(what)
        raise TypeError(
            f"a Study is required, not {type(what).__name__}: read files with adamgate.read(path), "
            "or take a frame with Dataset.from_frame(frame, name)"
        )

    def declaring(self, declarations: Declarations) -> Study:
        """A copy of the study with declarations.

        Examples
        --------
        >>> study = ag.read("adam").declaring(ag.Declarations(population="ITTFL"))
        >>> study["ADTTE"].declarations.population
        'ITTFL'
        """
        declaring = (dataset.replace(declarations=declarations) for dataset in self)
        return Study.of(*declaring, notes=self.notes, definition=self.definition)

    def _glance(self) -> Glance:
        facts = [counted(len(self), "dataset"), counted(sum(map(len, self)), "record")]
        if self.notes:
            facts.append(counted(len(self.notes), "note"))
        if self.definition is not None:
            facts.append(f"Define-XML {self.definition.version}")
        rows = (
            (each.name, counted(len(each), "record"), counted(len(each.variables), "variable"), each.label)
            for each in self
        )
        return Glance((f"Study: {', '.join(facts)}",), rows, len(self))

    def __getstate__(self) -> dict[str, Any]:
        return sendable(self)

    def __getitem__(self, name: str) -> Dataset:
        if name not in self:
            raise KeyError(
                f"dataset {name} is not present; datasets are: {', '.join(self.datasets) or 'none'}"
            )
        return self.datasets[name.upper()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.upper() in self.datasets

    def __iter__(self) -> Iterator[Dataset]:
        return iter(self.datasets.values())

    def __len__(self) -> int:
        return len(self.datasets)
