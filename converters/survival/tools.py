"""A table as the tool of its layout takes it: names, the file, and the program beside it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ...schemas.errors import ConfigurationError
from ...schemas.study import columns
from ...schemas.study.dataset import Dataset
from ...schemas.wording import did_you_mean
from ..formats import FORMATS_OF_DATABASES, format_written
from ..formats.format import Output
from ..formats.planned_file import PlannedFile
from ..formats.table_style import TableStyle
from ..values.address import Address
from ..writing.losses import MetadataNotKept, tell_losses
from ..writing.plan import refuse_breaches
from ..writing.target import GIVEN_AS_OUTPUT
from .layouts import Layout, layouts, layouts_by_suffix
from .programs.model import Model
from .table_place import read_as
from .tool_names import changed

NOTHING_FITTED = Model(())
"""Of a table that no tool fits a model to."""


def layout_for(path: Path, name: str | None = None) -> Layout:
    """The layout of that name, or the one for the suffix of a file.

    Raises
    ------
    ConfigurationError
        When there is no such layout, or its tool does not read such files; and for standard output.
    """
    if path == GIVEN_AS_OUTPUT:
        raise ConfigurationError(
            "a table cannot go to standard output: its codebook is a file beside it", str(path), "give a file"
        )
    if isinstance(path, Address) and path.is_database:
        return _of_database(path, name)
    suffix = path.suffix.lower()
    known = layouts()
    if name is None:
        by_suffix = layouts_by_suffix()
        if suffix not in by_suffix:
            raise ConfigurationError(
                f"a table cannot be written as {suffix or 'a file without suffix'}",
                str(path),
                f"use {' or '.join(by_suffix)}",
            )
        return by_suffix[suffix]
    if not isinstance(name, str):
        raise TypeError(f"the name of a layout must be a string, not {type(name).__name__}")
    if name not in known:
        raise ConfigurationError(f"{name} is not a layout", str(path), did_you_mean(name, known))
    layout = known[name]
    if suffix not in layout.writes:
        raise ConfigurationError(
            f"the layout {name} cannot be written as {suffix or 'a file without suffix'}",
            str(path),
            f"use {' or '.join(layout.writes)}",
        )
    return layout


def _of_database(path: Address, name: str | None) -> Layout:
    form = FORMATS_OF_DATABASES[path.scheme]
    if name is not None:
        raise ConfigurationError(
            f"the layout {name} is of files, not of tables in {form.name}", str(path), "omit --for"
        )
    about = f"any tool that reads {form.name}: event boolean"
    return Layout(form.word, about, (), TableStyle(), "python:reading_from_database")


def require_fit(layout: Layout, model: Model, path: Path) -> None:
    """Refuse a model that the tool cannot fit.

    Raises
    ------
    ConfigurationError
        Naming the tools that can.
    """
    lacking = layout.lacking(model)
    if lacking:
        able = [each.name for each in layouts().values() if each.program_module and not each.lacking(model)]
        raise ConfigurationError(
            f"{layout.name} does not have {' or '.join(lacking)}, which this table needs",
            str(path),
            f"use --for {' or '.join(able)}, or --no-program to write the data alone",
        )


@dataclass(frozen=True, slots=True)
class ToolTable:
    """A table as the tool of a layout takes it.

    Attributes
    ----------
    layout : Layout
    output : Output
        The table, its columns named as the tool takes them, and its file.
    model : Model
        Of these columns.
    names : mapping of str to str
        Each column as it is called in the codebook, and in the file.
    """

    layout: Layout
    output: Output
    model: Model
    names: Mapping[str, str]

    @classmethod
    def of(cls, layout: Layout, output: Output, model: Model) -> ToolTable:
        if layout.names is None:
            return cls(layout, output, model, {})
        names = layout.names.repaired([each.name for each in output.dataset.variables])
        named = replace(output, dataset=_with_names(output.dataset, names))
        return cls(layout, named, model.renamed(names), names)

    @property
    def renamed(self) -> Mapping[str, str]:
        """Columns that are called otherwise in the file, beyond case."""
        return changed(self.names)

    @property
    def read_with(self) -> str:
        """The code that reads the file."""
        return self.layout.read_with(read_as(self.output.path), self.output.dataset.frame, self.model)

    def program(self) -> str | None:
        """The program that reads and analyses the file; None where the layout is not that of a tool.

        Raises
        ------
        ConfigurationError
            When the tool cannot fit the model.
        """
        if not self.layout.program_module:
            return None
        require_fit(self.layout, self.model, self.output.path)
        return self.layout.program_of(self.model)(
            self.output.path.name, self.output.dataset.frame, self.model
        )

    def planned(self) -> PlannedFile:
        """The file, in the format that its suffix names and in the style of the layout.

        Raises
        ------
        UnwritableOutput
            When the format cannot hold the table.
        """
        form = format_written(self.output.path)
        writer = form.load_writer().of_tables(self._style())
        refuse_breaches([self.output], form, writer, self.output.path)
        (planned,) = writer.files([self.output])
        return planned

    def _style(self) -> TableStyle:
        """With the texts that a model compares, for formats that have value labels."""
        dataset, model = self.output.dataset, self.model
        coded: dict[str, tuple[str, ...] | None] = dict.fromkeys(model.strata)
        if model.family is not None:
            coded |= model.family.coded
        if model.arms is not None:
            coded[model.arms.variable] = model.arms.levels
        texts = {
            name: _texts(dataset, name) if values is None else values
            for name, values in coded.items()
            if columns.is_character(dataset.frame[name])
        }
        return replace(self.layout.style, coded=texts)

    def tell_losses(self) -> None:
        """Warn of what the format has no place for, unless its tables for tools hold names alone; of names
        that are others in the file, and of labels that are cut."""
        form = format_written(self.output.path)
        if form.load_writer().styled is None:
            tell_losses([self.output], form)
        file = self.output.path.name
        if self.renamed:
            listed = ", ".join(f"{name} is {other}" for name, other in self.renamed.items())
            warnings.warn(f"{file}: renamed for {self.layout.name}: {listed}", MetadataNotKept, stacklevel=2)
        if self.layout.names is not None:
            most = self.layout.names.label
            own = {other: name for name, other in self.names.items()}
            variables = self.output.dataset.variables
            cut = [own[each.name] for each in variables if len(each.label.encode()) > most]
            if cut:
                message = f"{file}: labels cut to {most} bytes, whole in the codebook: {', '.join(cut)}"
                warnings.warn(message, MetadataNotKept, stacklevel=2)


def _with_names(dataset: Dataset, names: Mapping[str, str]) -> Dataset:
    variables = tuple(replace(each, name=names[each.name]) for each in dataset.variables)
    return dataset.replace(frame=dataset.frame.rename(columns=dict(names)), variables=variables)


def _texts(dataset: Dataset, name: str) -> tuple[str, ...]:
    return tuple(sorted(map(str, dataset.distinct(name).values)))
