"""One variable as its source describes it, and what else a source and its reader say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..standards.requirement import VariableType
from ..wording import counted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MetadataKind = Literal["label", "length", "format"]

MOST_VARIABLES = 32_767
"""Of one dataset, as of a SAS dataset: every variable costs time and memory, whatever a file says of it."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable with its metadata from the source.

    Attributes
    ----------
    name : str
        CDISC variable name, in the case of the source.
    label : str
        Empty if the source has none.
    type : {"Char", "Num"}
        Dates, datetimes and times are Num, as in SAS.
    length : int or None
        In bytes: maximum length of text, or length of the stored number (2 to 8).
    format, informat : str
        SAS format and informat, such as "DATE9." or "8.2"; empty if not present.
    key_sequence : int or None
        Position among the keys of the dataset, from 1 (Dataset-JSON).
    data_type, target_data_type, item_oid : str
        From Dataset-JSON; empty for other formats.

    Examples
    --------
    >>> ag.Variable("AVAL", "Analysis Value", "Num", 8, "8.2").format
    '8.2'
    """

    name: str
    label: str = ""
    type: VariableType = "Char"
    length: int | None = None
    format: str = ""
    informat: str = ""
    key_sequence: int | None = None
    data_type: str = ""
    target_data_type: str = ""
    item_oid: str = ""


@dataclass(frozen=True, slots=True)
class SpecialMissing:
    """Special missing values of one numeric variable.

    Attributes
    ----------
    records : ndarray of int64
        Record positions from 0, ascending; the frame holds NaN (or NaT) there.
    tags : ndarray of str
        "A" to "Z" or "_" for each, as in SAS `.A` to `.Z` and `._`.

    Examples
    --------
    >>> tags = ag.SpecialMissing(np.array([1]), np.array(["A"]))
    >>> data = ag.Dataset.from_frame(pd.DataFrame({"AVAL": [1.5, None]}), "ADX")
    >>> ag.describe(data.replace(special_missing={"AVAL": tags})).variables[0].special_missing
    {'.A': 1}
    """

    records: NDArray[np.int64]
    tags: NDArray[np.str_]

    def __repr__(self) -> str:
        return f"SpecialMissing({counted(len(self.records), 'record')})"


@dataclass(frozen=True, slots=True)
class Source:
    """The file a dataset was read from.

    Attributes
    ----------
    path : Path
        As the user gave it, or found in the folder the user gave.
    format : str
        "XPT v5", "XPT v8", "SAS7BDAT", "CSV", "Parquet", "Dataset-JSON", ...
    sha256 : str
        Of the file's bytes; empty until `read` has computed it.
    encoding : str
        How text was decoded.
    size : int
        Bytes of the file; 0 until `read` has counted them.
    """

    path: Path
    format: str
    sha256: str = ""
    encoding: str = "utf-8"
    size: int = 0


@dataclass(frozen=True, slots=True)
class ReadingNote:
    """Something a user must know about how a dataset was read.

    Attributes
    ----------
    dataset, variable : str
        Where; empty when it concerns the whole file.
    record : int or None
        Number of the first record concerned, counted from 1.
    message : str
        One sentence.
    """

    dataset: str
    message: str
    variable: str = ""
    record: int | None = None

    def __str__(self) -> str:
        place = ".".join(part for part in (self.dataset, self.variable) if part)
        if self.record is not None:
            place += f" record {self.record}"
        return f"{place}: {self.message}" if place else self.message


@dataclass(frozen=True, slots=True)
class ReadAsMissing:
    """Values that are missing because a user said so of their text; no rule judges what they were.

    Attributes
    ----------
    words : tuple of str
        As the user gave them: "NA", "NR".
    values : int
        How many values were such a word.
    """

    words: tuple[str, ...] = ()
    values: int = 0

    @classmethod
    def together(cls, parts: Iterable[ReadAsMissing]) -> ReadAsMissing:
        """What is true of several datasets."""
        met = [each for each in parts if each.values]
        words = dict.fromkeys(word for each in met for word in each.words)
        return cls(tuple(words), sum(each.values for each in met))


NOTHING_READ_AS_MISSING = ReadAsMissing()
