"""Which datasets are made from raw files, and how: the typed form of ``[raw.NAME]`` and ``[codes.NAME]``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ...schemas.conditions.grammar import compile_expression
from ...schemas.errors import ConfigurationError
from ...schemas.options import require_valid as options_valid
from ...schemas.wording import did_you_mean
from .mapping_options import CodeList, RawDataset
from .raw_dates import date_step, time_step
from .templates import pieces_of
from .variable_options import ORIGINS, RawVariable


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
    if not options.variables:
        raise ConfigurationError("no variable is declared", f"{place} variables", f"write [raw.{name}.variables]")
    if options.where:
        compile_expression(options.where, f"{place} where")
    if options.long and options.wide is not None:
        raise ConfigurationError(
            "long and wide cannot be used together", f"{place} long", "use one of them"
        )
    if options.order and not options.sequence:
        raise ConfigurationError("order is declared without sequence", f"{place} order", "declare sequence")
    if options.sequence and not options.order and options.same_order == "error":
        raise ConfigurationError(
            "sequence is declared without order",
            f"{place} sequence",
            'declare order, or same_order = "position" for the order of the files',
        )
    if options.sequence and "USUBJID" not in options.variables:
        raise ConfigurationError(
            "sequence numbers the records of subjects, but USUBJID is not declared",
            f"{place} sequence",
            "declare the variable USUBJID",
        )
    if options.sequence in options.variables:
        raise ConfigurationError(
            f"{options.sequence} is the sequence, and a variable", f"{place} sequence", "declare one of them"
        )
    for variable in options.order:
        if variable not in options.variables:
            advice = did_you_mean(variable, options.variables)
            raise ConfigurationError(f"{variable} is not a declared variable", f"{place} order", advice)
    for variable, declared in options.variables.items():
        for fault in _faults(variable, declared, options, specification, f"{place} variables"):
            raise fault


def _faults(
    variable: str, declared: RawVariable, options: RawDataset, specification: RawSpecification, place: str
) -> Iterator[ConfigurationError]:
    """What is wrong with one variable."""

    def fault(what: str, advice: str) -> ConfigurationError:
        return ConfigurationError(f"{variable} {what}", place, advice)

    origins = [each for each in ORIGINS if getattr(declared, each) not in ("", None, ())]
    if len(origins) != 1:
        stated = " and ".join(origins) if origins else f"none of {', '.join(ORIGINS)}"
        yield fault(f"has {stated}", "declare exactly one of them")
        return
    yield from _unused_keys(declared, origins[0], fault)
    if declared.codes and declared.codes not in specification.codes:
        advice = did_you_mean(declared.codes, specification.codes) if specification.codes else "declare it"
        yield fault(f"has codes = {declared.codes}, which is not a table [codes.{declared.codes}]", advice)
    for key in ("day_of", "since"):
        named = getattr(declared, key)
        if named and "." not in named and named.upper() not in options.variables:
            advice = did_you_mean(named, options.variables)
            yield fault(f"has {key} = {named}, which is not a declared variable", advice)
    for named in declared.by:
        if named not in options.variables:
            yield fault(f"has by = {named}, which is not a declared variable", "declare it")
    if declared.lookup and declared.lookup.count(".") != 1:
        yield fault("has a lookup that is not DATASET.VARIABLE", 'write it as "DM.RFSTDTC"')
    if declared.template:
        pieces_of(declared.template, place)
    if declared.date_forms:
        date_step(declared.date_forms, declared.unknown, place)
    if declared.time_forms:
        time_step(declared.time_forms, declared.unknown, place)
    yield from _contradictions(declared, fault)


_WITH = (
    ("by", ("lookup",)),
    ("since", ("day_of",)),
    ("part", ("split",)),
    ("split", ("part",)),
    ("unknown", ("date_forms",)),
    ("time", ("date_forms",)),
    ("time", ("time_forms",)),
    ("time_forms", ("time",)),
    ("unit", ("factors",)),
    ("factors", ("unit",)),
    ("factors", ("number",)),
    ("offsets", ("factors",)),
    ("digits", ("factors",)),
    ("pair", ("column",)),
)
"""Keys that need another."""
_ONE_OF = (("map", "codes"), ("date_forms", "number"), ("case", "date_forms"), ("case", "number"))
"""Keys of which a variable has one at most."""


def _unused_keys(declared: RawVariable, origin: str, fault: object) -> Iterator[ConfigurationError]:
    def given(key: str) -> bool:
        return getattr(declared, key) not in ("", None, (), {}, False)

    assert callable(fault)
    for key, needed in _WITH:
        if given(key) and not any(map(given, needed)):
            yield fault(f"has {key} without {needed[0]}", f"declare {needed[0]}, or omit {key}")
    for one, other in _ONE_OF:
        if given(one) and given(other):
            yield fault(f"has {one} and {other}", "declare one of them")
    if declared.part == 0:
        yield fault("has part = 0", "count parts from 1")
    if declared.number and declared.otherwise == "keep":
        yield fault('has number and otherwise = "keep"', 'a text is not a number: use "missing", or an error')
    if declared.offsets.keys() - declared.factors.keys():
        unit = min(declared.offsets.keys() - declared.factors.keys())
        yield fault(f"has an offset of {unit}, which has no factor", "declare its factor")
    changing = ("map", "codes", "case", "date_forms", "number", "split", "pair", "unit")
    if origin in ("value", "day_of"):
        for key in changing:
            if given(key):
                yield fault(f"has {origin} and {key}", f"omit {key}")
    kinds = {isinstance(each, str) for each in declared.map.values() if each != ""}
    if len(kinds) > 1:
        yield fault("has a map to texts and numbers", "map all values to texts, or all to numbers")


_OPPOSITES = {
    **dict.fromkeys(("yes", "y", "true", "checked"), {"N", "NO"}),
    **dict.fromkeys(("no", "n", "false", "unchecked"), {"Y", "YES"}),
    **dict.fromkeys(("male", "m"), {"F", "FEMALE"}),
    **dict.fromkeys(("female", "f"), {"M", "MALE"}),
}


def _contradictions(declared: RawVariable, fault: object) -> Iterator[ConfigurationError]:
    """A map that turns a word into its opposite: most likely its values are exchanged."""
    assert callable(fault)
    if declared.opposite:
        return
    for written, value in declared.map.items():
        if isinstance(value, str) and value.upper() in _OPPOSITES.get(written.strip().lower(), ()):
            yield fault(
                f"has a map from '{written}' to '{value}', its opposite",
                "correct the map, or declare opposite = true",
            )


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
