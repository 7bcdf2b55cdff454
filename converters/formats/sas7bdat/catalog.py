"""Value labels of a SAS format catalogue, for the variables of a dataset beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ....schemas.errors import UnreadableInput
from ....schemas.study.variable import ReadingNote, Variable
from ....schemas.wording import one_line
from ...values.encodings import codec_name
from ...values.sas_formats import FormatKind, kind_of
from ...values.separate_process import ProcessDied, call_apart
from ..format import ReadOptions
from .catalog_bytes import terms_of
from .header import SasHeader
from .text import SasText

Labels = dict[str, str]

_SECONDS = 60.0
"""Of which the largest catalogues need a few."""

# SAS 9.4 Formats and Informats: Reference, and National Language Support: Reference Guide; numeric and
# character formats that SAS itself has.
_BUILT_IN_NAMES = """
BEST BESTD BESTX F D E Z COMMA COMMAX DOLLAR DOLLARX EURO EUROX YEN PERCENT PERCENTN NEGPAREN NUMX FRACT ROMAN
WORDF WORDS SSN PVALUE ODDSR STIMER SIZEK SIZEKB SIZEKMG BINARY OCTAL HEX IB PIB RB PD PK ZD FLOAT IEEE IBR
PIBR S370FF S370FHEX S370FIB S370FIBU S370FPD S370FPDU S370FPIB S370FRB S370FZD S370FZDL S370FZDS S370FZDT
S370FZDU VAXRB NLNUM NLMNY NLMNYI NLBEST NLPCT NLPCTI NLPCTN NLPCTP NLPVALUE NLSTRMON NLSTRQTR NLSTRWK
$ $CHAR $F $ASCII $BASE64X $BIDI $BINARY $CPTDW $CPTWD $EBCDIC $HEX $KANJI $KANJIX $LOGVS $LOGVSR $MSGCASE
$N8601B $N8601BA $N8601E $N8601EA $N8601EH $N8601EX $N8601H $N8601X $OCTAL $QUOTE $REVERJ $REVERS $UCS2B
$UCS2BE $UCS2L $UCS2LE $UCS2X $UCS2XE $UCS4B $UCS4L $UCS4X $UESC $UESCE $UNCR $UNCRE $UPARENE $UPARENP $UTF8X
$UPCASE $VARYING $VSLOG $VSLOGR
"""
_BUILT_IN = frozenset(_BUILT_IN_NAMES.split()) | {""}
_CURRENCY = re.compile("NLMN[IL][A-Z]{3}")
"""NLMNIEUR and NLMNLUSD: international and local."""


def value_labels(
    data: Path, dataset: str, variables: Sequence[Variable], options: ReadOptions
) -> tuple[dict[str, Labels], list[ReadingNote]]:
    """Labels of the values of the variables that have a format of the user's own.

    Parameters
    ----------
    data : Path
        The dataset's file; a catalogue is looked for beside it.
    options : ReadOptions
        The catalogue that the user named, and the encoding.

    Returns
    -------
    labels : dict
        By variable, then by value as text: "1", "F", ".A" for a special missing.
    notes : list of ReadingNote
        Formats that no catalogue defines, a catalogue beside the data that cannot be read, and text in
        one that is not in the encoding it declares.

    Raises
    ------
    UnreadableInput
        When the catalogue that the user named cannot be read.
    """
    own = {variable.name: name for variable in variables if (name := own_format(variable.format))}
    beside = () if options.catalog else _beside(data)
    found = options.catalog or (beside[0] if len(beside) == 1 else None)
    if found is None:
        return {}, list(_undefined(dataset, own, {}, _nowhere(beside)))
    if not own and options.catalog is None:
        return {}, []
    try:
        formats, notes = _formats(found, dataset, options.encoding)
    except UnreadableInput as problem:
        if options.catalog is not None:
            raise
        return {}, [ReadingNote(dataset, f"{found.name} beside the data is not used: {problem.what}")]
    labels = {variable: formats[name] for variable, name in own.items() if name in formats}
    return labels, [*notes, *_undefined(dataset, own, formats, f"not found in {found.name}")]


def own_format(sas_format: str) -> str:
    """Name of a format that SAS does not have itself, "$ARM" of "$ARM20."; empty for those it has."""
    name = sas_format.upper().split(".")[0].rstrip("0123456789")
    if name in _BUILT_IN or _CURRENCY.fullmatch(name) or kind_of(sas_format) is not FormatKind.NUMBER:
        return ""
    return name


def _beside(data: Path) -> tuple[Path, ...]:
    """The catalogue in the folder of the data that is named like the data, else ``formats``, else all."""
    catalogs = [path for path in sorted(data.parent.iterdir()) if path.suffix.lower() == ".sas7bcat"]
    for name in (data.stem.lower(), "formats"):
        if named := tuple(path for path in catalogs if path.stem.lower() == name):
            return named
    return tuple(catalogs)


def _nowhere(beside: Sequence[Path]) -> str:
    if not beside:
        return "no format catalogue beside the data"
    names = " and ".join(one_line(path.name) for path in beside)
    return f"{len(beside)} format catalogues beside the data, {names}; choose one with --catalog"


def _formats(
    catalog: Path, dataset: str, encoding: str | None
) -> tuple[dict[str, Labels], list[ReadingNote]]:
    try:
        header = SasHeader.of(catalog)
        labels = call_apart(terms_of, catalog.absolute(), seconds=_SECONDS)
    except (ValueError, OSError, ProcessDied) as error:
        raise UnreadableInput(
            "the format catalogue is damaged or of an unsupported type",
            f"{catalog}: {one_line(str(error))}",
            "create it again with PROC CATALOG or PROC FORMAT on the machine that made the data",
        ) from error
    chosen = codec_name(encoding) if encoding else None
    text = SasText(header.encoding, chosen, "the format catalogue", str(catalog))
    text.settle(_words(labels))
    formats = {
        text.word(name).upper(): {
            _key(name, value, text): text.word(str(label)) for value, label in values.items()
        }
        for name, values in labels.items()
    }
    notes = [
        ReadingNote(dataset, f"{one_line(catalog.name)}: {note.message}") for note in text.notes(dataset)
    ]
    return formats, notes


def _words(labels: Mapping[str, Mapping[Any, Any]]) -> Iterator[str]:
    for name, values in labels.items():
        yield name
        yield from (value for value in values if isinstance(value, str))
        yield from map(str, values.values())


def _key(name: str, value: Any, text: SasText) -> str:
    """A value as text; the letter of a special missing value gets its dot."""
    if isinstance(value, str):
        return text.word(value) if name.startswith("$") else f".{value}"
    return repr(int(value)) if float(value).is_integer() else repr(float(value))


def _undefined(
    dataset: str, own: Mapping[str, str], formats: Mapping[str, Labels], where: str
) -> Iterator[ReadingNote]:
    missing: dict[str, str] = {}
    for variable, name in own.items():
        if name not in formats:
            missing.setdefault(name, variable)
    if missing:
        names = ", ".join(f"{name}. ({variable})" for name, variable in sorted(missing.items()))
        yield ReadingNote(dataset, f"formats without a definition, {where}: {names}")
