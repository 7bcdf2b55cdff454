"""Raw files of a folder to a study, as declared."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from ...schemas.study.study import Study
from ..derivations.derived_study import DerivedStudy
from ..formats.format import ReadOptions
from ..sources.arrivals import arrivals
from ..values.address import place_of
from .mapping import RawTables, mapped_study
from .raw_specification import RawSpecification, require_valid
from .reading import read_raw_tables


def read_raw(
    path: str | Path | Sequence[str | Path], specification: RawSpecification, study: Study | None = None
) -> DerivedStudy:
    """Read raw exports, and map them to datasets.

    Parameters
    ----------
    path : path or sequence of paths
        The folder that has the files, or the files.
    specification : RawSpecification
    study : Study, optional
        Other datasets in which values are looked up.

    Returns
    -------
    DerivedStudy
        The mapped datasets, with the record of what each declaration did.

    Raises
    ------
    ConfigurationError
        If the specification cannot be carried out, whatever the files.
    UnreadableInput
        If a file is not present, or cannot be read.
    DerivationRefused
        If the files do not fit the specification: a value is not in a map, a date not in a declared form, ….

    Examples
    --------
    >>> variables = {
    ...     "USUBJID": ag.RawVariable(column="USUBJID"),
    ...     "SEX": ag.RawVariable(column="SEX", map={"F": "FEMALE", "M": "MALE"}),
    ... }
    >>> what = ag.RawSpecification({"DM": ag.RawDataset(files=("adsl.csv",), variables=variables)})
    >>> ag.read_raw("adam", what)["DM"].frame.head(2)
      USUBJID     SEX
    0   S1-01  FEMALE
    1   S1-02    MALE
    """
    several = not isinstance(path, str | os.PathLike)
    paths = [place_of(each) for each in path] if several else [place_of(path)]  # type: ignore[union-attr]
    require_valid(specification)
    options = ReadOptions()
    with arrivals(options) as brought:
        raw = raw_tables([brought.bring(each) for each in paths], specification, options)
        return mapped_study(raw, specification, study or Study.of())


def raw_tables(
    paths: Sequence[Path], specification: RawSpecification, options: ReadOptions | None = None
) -> RawTables:
    """The files that a specification names.

    Raises
    ------
    ConfigurationError, UnreadableInput
    """
    return RawTables(
        {name: read_raw_tables(paths, each, options) for name, each in specification.tables.items()},
        {name: read_raw_tables(paths, each, options) for name, each in specification.codes.items()},
    )
