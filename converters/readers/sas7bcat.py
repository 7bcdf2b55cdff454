"""Value labels of a SAS format catalogue, for the variables of a dataset beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyreadstat

from ...schemas.dataset import ReadingNote, Variable
from ...schemas.errors import UnreadableInput
from ...schemas.spelling import one_line
from ..sas_formats import Kind, kind_of

Labels = dict[str, str]

_FAILURES = (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, OverflowError)

# SAS 9.4 Formats and Informats: Reference, numeric and character formats that SAS itself has.
_BUILT_IN_NAMES = """
BEST BESTD BESTX F D E Z COMMA COMMAX DOLLAR DOLLARX EURO EUROX YEN PERCENT PERCENTN NEGPAREN NUMX FRACT ROMAN
WORDF WORDS SSN PVALUE ODDSR STIMER SIZEK SIZEKB SIZEKMG BINARY OCTAL HEX IB PIB RB PD PK ZD FLOAT IEEE IBR
PIBR S370FF S370FHEX S370FIB S370FIBU S370FPD S370FPDU S370FPIB S370FRB S370FZD S370FZDL S370FZDS S370FZDT
S370FZDU VAXRB NLNUM NLMNY NLMNYI NLBEST NLPCT NLPCTI NLPCTN NLPCTP NLPVALUE NLSTRMON NLSTRQTR NLSTRWK
$ $CHAR $F $ASCII $BASE64X $BIDI $BINARY $EBCDIC $HEX $LOGVS $LOGVSR $MSGCASE $N8601B $N8601BA $N8601E
$N8601EA $N8601EH $N8601EX $N8601H $N8601X $OCTAL $QUOTE $REVERJ $REVERS $UCS2B $UCS2BE $UCS2L $UCS2LE
$UCS2X $UCS2XE $UCS4B $UCS4L $UCS4X $UESC $UESCE $UNCR $UNCRE $UPARENE $UPARENP $UTF8X $VARYING $VSLOG $VSLOGR
"""
_BUILT_IN = frozenset(_BUILT_IN_NAMES.split()) | {""}


def value_labels(
    data: Path, dataset: str, variables: Sequence[Variable], catalog: Path | None
) -> tuple[dict[str, Labels], list[ReadingNote]]:
    """Labels of the values of the variables that have a format of the user's own.

    Parameters
    ----------
    data : Path
        The dataset's file; a catalogue is looked for beside it.
    catalog : Path or None
        The catalogue that the user named.

    Returns
    -------
    labels : dict
        By variable, then by value as text: "1", "F", ".A" for a special missing.
    notes : list of ReadingNote
        Formats that no catalogue defines, and a catalogue beside the data that cannot be read.

    Raises
    ------
    UnreadableInput
        When the catalogue that the user named cannot be read.
    """
    own = {variable.name: name for variable in variables if (name := own_format(variable.format))}
    found = catalog or _beside(data)
    if found is None or (not own and catalog is None):
        return {}, list(_undefined(dataset, own, {}, None))
    try:
        formats = _formats(found)
    except UnreadableInput as problem:
        if catalog is not None:
            raise
        return {}, [ReadingNote(dataset, f"{found.name} beside the data is not used: {problem.what}")]
    labels = {variable: formats[name] for variable, name in own.items() if name in formats}
    return labels, list(_undefined(dataset, own, formats, found))


def own_format(sas_format: str) -> str:
    """Name of a format that SAS does not have itself, "$ARM" of "$ARM20."; empty for those it has."""
    name = sas_format.upper().split(".")[0].rstrip("0123456789")
    if name in _BUILT_IN or kind_of(sas_format) is not Kind.NUMBER:
        return ""
    return name


def _beside(data: Path) -> Path | None:
    """``formats.sas7bcat`` in the folder of the data, else the only catalogue there."""
    catalogs = [path for path in sorted(data.parent.iterdir()) if path.suffix.lower() == ".sas7bcat"]
    usual = next((path for path in catalogs if path.stem.lower() == "formats"), None)
    return usual or (catalogs[0] if len(catalogs) == 1 else None)


def _formats(catalog: Path) -> dict[str, Labels]:
    try:
        labels = pyreadstat.read_sas7bcat(catalog)[1].value_labels
    except _FAILURES as error:
        raise UnreadableInput(
            "the format catalogue is damaged, or of a kind that cannot be read",
            f"{catalog}: {one_line(str(error))}",
            "write it anew with PROC CATALOG or PROC FORMAT on the machine that made the data",
        ) from error
    return {
        name.upper(): {_key(name, value): str(label) for value, label in values.items()}
        for name, values in labels.items()
    }


def _key(name: str, value: Any) -> str:
    """A value as text; the letter of a special missing value gets its dot."""
    if isinstance(value, str):
        return value if name.startswith("$") else f".{value}"
    return repr(int(value)) if float(value).is_integer() else repr(float(value))


def _undefined(
    dataset: str, own: Mapping[str, str], formats: Mapping[str, Labels], catalog: Path | None
) -> Iterator[ReadingNote]:
    missing: dict[str, str] = {}
    for variable, name in own.items():
        if name not in formats:
            missing.setdefault(name, variable)
    if missing:
        names = ", ".join(f"{name}. ({variable})" for name, variable in sorted(missing.items()))
        where = "no format catalogue is beside the data" if catalog is None else f"not in {catalog.name}"
        yield ReadingNote(dataset, f"formats without a definition, {where}: {names}")
