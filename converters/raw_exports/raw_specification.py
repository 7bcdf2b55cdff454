"""Which datasets are made from raw files, and how: the typed form of ``[raw.NAME]`` and ``[codes.NAME]``."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from ...schemas.conditions.grammar import compile_expression
from ...schemas.errors import ConfigurationError
from ...schemas.options import require_valid as options_valid
from ...schemas.wording import did_you_mean
from .mapping_options import CodeList, RawDataset
from .variable_checks import require_variable


@dataclass(frozen=True, slots=True)
class RawSpecification:
    """What is made from raw files.

    Attributes
    ----------
    tables : mapping of name to RawDataset
        Each makes the dataset of its name, or the one that it names.
    codes : mapping of name to CodeList

    Examples
    --------
    >>> dm = ag.RawDataset(files=("dm.csv",), variables={"USUBJID": ag.RawVariable(column="PATNUM")})
    >>> list(ag.RawSpecification({"DM": dm}).datasets)
    ['DM']
    """

    tables: Mapping[str, RawDataset]
    codes: Mapping[str, CodeList] = field(default_factory=dict)

    @property
    def datasets(self) -> Mapping[str, tuple[str, ...]]:
        """The datasets that are made, each with its tables."""
        found: dict[str, list[str]] = {}
        for name, options in self.tables.items():
            found.setdefault(options.dataset or name, []).append(name)
        return {dataset: tuple(tables) for dataset, tables in found.items()}


def mapping_of_datasets(specification: RawSpecification, names: Collection[str]) -> RawSpecification:
    """What makes some of the datasets alone."""
    tables = specification.tables.items()
    chosen = {name: each for name, each in tables if (each.dataset or name) in names}
    return RawSpecification(chosen, specification.codes if chosen else {})


def require_valid(specification: RawSpecification) -> None:
    """Check that a specification can be carried out, whatever the files.

    Raises
    ------
    ConfigurationError
    """
    for name, code_list in specification.codes.items():
        options_valid(code_list, f"[codes.{name}]")
        if bool(code_list.list_name) != bool(code_list.list_column):
            raise ConfigurationError(
                "list_name and list_column go together", f"[codes.{name}]", "declare both, or none"
            )
    for name, options in specification.tables.items():
        _require_table(name, options, specification)
    for tables in specification.datasets.values():
        _require_one_order(tables, specification)


def _require_table(name: str, options: RawDataset, specification: RawSpecification) -> None:
    place = f"[raw.{name}]"
    options_valid(options, place)
    if options.where:
        compile_expression(options.where, f"{place} where")
    for is_wrong, what, key, advice in _of_table(name, options):
        if is_wrong:
            raise ConfigurationError(what, f"{place} {key}", advice)
    for variable in options.order:
        if variable not in options.variables:
            advice = did_you_mean(variable, options.variables)
            raise ConfigurationError(f"{variable} is not a declared variable", f"{place} order", advice)
    for variable in options.variables:
        require_variable(variable, options.variables, specification.codes, f"{place} variables")


def _of_table(name: str, options: RawDataset) -> Iterator[tuple[bool, str, str, str]]:
    """Whether something is wrong, what, at which key, and what to do."""
    sequence = options.sequence
    yield not options.variables, "no variable is declared", "variables", f"write [raw.{name}.variables]"
    both = bool(options.long) and options.wide is not None
    yield both, "long and wide cannot be used together", "long", "use one of them"
    undecided = bool(sequence) and not options.order and options.same_order == "error"
    advice = 'declare order, or same_order = "position" for the order of the files'
    yield undecided, "sequence is declared without order", "sequence", advice
    no_subject = bool(sequence) and "USUBJID" not in options.variables
    what = "sequence numbers the records of subjects, but USUBJID is not declared"
    yield no_subject, what, "sequence", "declare the variable USUBJID"
    twice = sequence in options.variables
    yield twice, f"{sequence} is the sequence, and a variable", "sequence", "declare one of them"


def _require_one_order(tables: tuple[str, ...], specification: RawSpecification) -> None:
    """Tables that make one dataset agree on how its records are numbered."""
    first, *others = tables
    stated = specification.tables[first]
    for name in others:
        other = specification.tables[name]
        for key in ("sequence", "order", "same_order", "subjects", "label"):
            if getattr(other, key) != getattr(stated, key):
                raise ConfigurationError(
                    f"{key} is not the same as in [raw.{first}], which makes the same dataset",
                    f"[raw.{name}] {key}",
                    "declare the same in both",
                )
