"""What readers and writers of all formats are given and give back.

A writer says what its format cannot hold and plans its files; it never touches the disk itself:
`atomic.write_together` lets all planned files appear at once, or none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ...schemas.errors import UnreadableInput
from ...schemas.study.variable import MOST_VARIABLES
from ...schemas.wording import one_line
from ..metadata.define_xml.beside import Definitions
from ..metadata.sidecars import Tables
from ..values.memory import Memory
from .planned_file import PlannedFile
from .table_style import TableStyle
from .write_options import AS_USUAL, WriteOptions

if TYPE_CHECKING:
    from ...schemas.study.dataset import Dataset
    from ...schemas.study.definition import Definition

ReadingProgress = Callable[[str, int, int], None]
WritingProgress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a user may say about the files.

    Attributes
    ----------
    encoding : str or None
        Overrides what the file declares and what its bytes suggest; a Python or SAS name.
    catalog : Path or None
        SAS format catalogue (sas7bcat); by default the one beside the data.
    recursive : bool
        Read the subfolders of a folder, too.
    progress : callable or None
        Called with file name, amount done and total, in the reader's own unit (bytes or records).
    missing : tuple of str
        Texts that stand for a missing value in CSV files, as NA does in those of R.
    date_order : {"dmy", "mdy"} or None
        How dates such as 03/04/2020 are read; None leaves them text.
    decimal : {".", ","} or None
        What separates decimals in CSV files; None takes a comma for it only where it is certain.
    max_unpacked : int or None
        Bytes that a compressed file may unpack to; None has it depend on the file's size.
    stdin_name : str or None
        File name of what is read from standard input.
    define : Path or None
        The define.xml that describes the data; by default the one beside them.
    xsd : Path or None
        XML Schema that define.xml is checked against, or a folder with it.
    memory : Memory
        What the data may take of it, and where the rest goes.
    tables : Tables
        Those beside the data that were read so far.
    definitions : Definitions
        The define.xml files that were read so far.
    """

    encoding: str | None = None
    catalog: Path | None = None
    recursive: bool = False
    progress: ReadingProgress | None = None
    missing: tuple[str, ...] = ()
    date_order: str | None = None
    decimal: str | None = None
    max_unpacked: int | None = None
    stdin_name: str | None = None
    define: Path | None = None
    xsd: Path | None = None
    memory: Memory = field(default_factory=Memory, repr=False, compare=False)
    tables: Tables = field(default_factory=Tables, init=False, repr=False, compare=False)
    definitions: Definitions = field(default_factory=Definitions, init=False, repr=False, compare=False)

    def definition_of(self, folder: Path) -> Definition | None:
        """What the define.xml of the data in a folder says.

        Raises
        ------
        UnreadableInput
        """
        return self.definitions.of(folder, self.define, self.xsd)


def refuse_too_many(variables: int, where: str) -> None:
    """Refuse a file of more variables than a dataset holds, before its records are read.

    Raises
    ------
    UnreadableInput
    """
    if variables > MOST_VARIABLES:
        raise UnreadableInput(
            f"{variables:,} variables, more than the {MOST_VARIABLES:,} that a SAS dataset can hold",
            where,
            "split it into several datasets, or use one record per measurement",
        )


def stated_name(stated: str, path: Path) -> str:
    """The name of a dataset in capitals, as its file states it; that of the file where it states none.

    ReadStat, with which R's haven and pyreadstat write, states DATASET where nobody gave a name.
    """
    name = stated.strip().upper()
    return path.stem.upper() if name in {"", "DATASET"} else name


def refuse_repeated_names(names: Sequence[str], where: str, advice: str, what: str = "variables") -> None:
    """Refuse names that differ in case alone, or not at all, and list them.

    Raises
    ------
    UnreadableInput
    """
    counts = Counter(name.upper() for name in names)
    repeated = dict.fromkeys(name for name in names if counts[name.upper()] > 1)
    if repeated:
        raise UnreadableInput(
            f"two {what} have the same name", f"{where}: {', '.join(map(one_line, repeated))}", advice
        )


class Reader(Protocol):
    """Reads one file of one format; of Parquet also a folder of parts.

    Raises
    ------
    UnreadableInput
        When the file is damaged or is something else; nothing is half-read.
    """

    def __call__(self, path: Path, options: ReadOptions, /) -> list[Dataset]: ...


@dataclass(frozen=True, slots=True)
class Breach:
    """Something of a dataset that the target format cannot hold.

    Attributes
    ----------
    dataset, variable : str
        Where; `variable` is empty when it concerns the whole dataset.
    message : str
        One clause, without patient data.
    ways : tuple of str
        Options with each of which it is written all the same.
    in_all : bool
        Whether no format can hold it.
    """

    dataset: str
    message: str
    variable: str = ""
    ways: tuple[str, ...] = ()
    in_all: bool = False

    def __str__(self) -> str:
        place = f"{self.dataset}.{self.variable}" if self.variable else self.dataset
        return f"{one_line(place)}: {self.message}"


@dataclass(frozen=True, slots=True)
class Output:
    """One dataset and the file it goes to.

    Attributes
    ----------
    dataset : Dataset
    path : Path
    progress : callable or None
        Called with the file's name, the records that are written, and all of them.
    options : WriteOptions
    """

    dataset: Dataset
    path: Path
    progress: WritingProgress | None = None
    options: WriteOptions = AS_USUAL

    def tell(self, done: int) -> None:
        """Say how many records are written; writers do after each block."""
        if self.progress is not None:
            self.progress(self.path.name, done, len(self.dataset))


@dataclass(frozen=True, slots=True)
class Repair:
    """Something that was changed so that the target format holds it.

    Attributes
    ----------
    dataset, variable : str
        Where, by the names of the data; `variable` is empty when it concerns the whole dataset.
    message : str
        What was changed, without patient data.
    """

    dataset: str
    message: str
    variable: str = ""

    def __str__(self) -> str:
        place = f"{self.dataset}.{self.variable}" if self.variable else self.dataset
        return f"{one_line(place)}: {self.message}"


def _none(_: Output) -> Iterable[Repair]:
    return ()


@dataclass(frozen=True, slots=True)
class Beside:
    """What depends on all datasets that are written into a folder, and on what lies there.

    Attributes
    ----------
    about : callable
        What must be known of a dataset for it, once its files can be planned: without its records.
    plan : callable
        The files that describe several datasets together. Refuses what may not lie there.
    """

    about: Callable[[Output], Any]
    plan: Callable[[Sequence[Any]], list[PlannedFile]]


NOTHING_BESIDE = Beside(lambda _: None, lambda _: [])


@dataclass(frozen=True, slots=True)
class Writer:
    """How one file format is written; `Format.holds` says what it has a place for.

    Attributes
    ----------
    breaches : callable
        Everything of a dataset that the format cannot hold; a dataset with none is written loss-free.
    plan : callable
        The files that hold these datasets.
    styled : callable, optional
        The writer of tables for a tool, one file each, in the style that the tool reads; where there is
        none, these are written as every dataset is.
    repaired : callable, optional
        An output whose dataset has fewer breaches, and what was changed; asked with the option `fix`.
    changes : callable, optional
        Metadata that are written otherwise than the dataset has them.
    beside : Beside
    """

    breaches: Callable[[Output], Iterable[Breach]]
    plan: Callable[[Sequence[Output]], list[PlannedFile]]
    styled: Callable[[TableStyle], Writer] | None = None
    repaired: Callable[[Output], tuple[Output, Sequence[Repair]]] | None = None
    changes: Callable[[Output], Iterable[Repair]] = _none
    beside: Beside = NOTHING_BESIDE

    def files(self, outputs: Sequence[Output]) -> list[PlannedFile]:
        """The files that hold these datasets, then those that describe several of them."""
        files = self.plan(outputs)
        return [*files, *self.beside.plan([self.beside.about(each) for each in outputs])]

    def of_tables(self, style: TableStyle) -> Writer:
        return self.styled(style) if self.styled else self
