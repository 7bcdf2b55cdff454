"""Which ADaM structure a dataset has: declared by metadata, else by name, else by its variables.

A structure is never judged by a variable whose absence is the fault to find: an ADAE without AETERM
is still an ADAE, a time-to-event dataset without CNSR is still one.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from ..word import Word


class Structure(Word):
    """ADaM data structures; TTE, PPK and NCA are kinds of BDS, ADAE is a kind of OCCDS.

    Examples
    --------
    >>> [str(each) for each in ag.Structure.TTE.lineage]
    ['TTE', 'BDS']
    """

    ADSL = "ADSL"
    BDS = "BDS"
    TTE = "TTE"
    PPK = "PPK"
    NCA = "NCA"
    OCCDS = "OCCDS"
    ADAE = "ADAE"
    OTHER = "other"

    @property
    def lineage(self) -> tuple[Structure, ...]:
        """This structure and those it is a kind of; the rules of all of them apply."""
        parent = _KIND_OF.get(self)
        return (self,) if parent is None else (self, parent)

    @property
    def usual_name(self) -> str:
        """The name a dataset of this structure usually has."""
        return _USUAL_NAME.get(self, "ADXX")


_KIND_OF = {
    Structure.TTE: Structure.BDS,
    Structure.PPK: Structure.BDS,
    Structure.NCA: Structure.BDS,
    Structure.ADAE: Structure.OCCDS,
}

_USUAL_NAME = {
    Structure.ADSL: "ADSL",
    Structure.TTE: "ADTTE",
    Structure.ADAE: "ADAE",
    Structure.PPK: "ADPPK",
    Structure.NCA: "ADNCA",
}

_BY_SUBCLASS = {
    "TIME-TO-EVENT": Structure.TTE,
    "MEDICAL DEVICE TIME-TO-EVENT": Structure.TTE,
    "POPULATION PHARMACOKINETIC ANALYSIS": Structure.PPK,
    "NON-COMPARTMENTAL ANALYSIS": Structure.NCA,
    "ADVERSE EVENT": Structure.ADAE,
}

_BY_CLASS = {
    "SUBJECT LEVEL ANALYSIS DATASET": Structure.ADSL,
    "BASIC DATA STRUCTURE": Structure.BDS,
    "MEDICAL DEVICE BASIC DATA STRUCTURE": Structure.BDS,
    "OCCURRENCE DATA STRUCTURE": Structure.OCCDS,
    "MEDICAL DEVICE OCCURRENCE DATA STRUCTURE": Structure.OCCDS,
    "ADAM OTHER": Structure.OTHER,
    "ADSL": Structure.ADSL,
    "BDS": Structure.BDS,
    "OCCDS": Structure.OCCDS,
    "ADAE": Structure.ADAE,
    "TTE": Structure.TTE,
    "PPK": Structure.PPK,
    "NCA": Structure.NCA,
    "OTHER": Structure.OTHER,
}

_TIME_TO_EVENT = frozenset({"CNSR", "STARTDT", "EVNTDESC", "CNSDTDSC"})
_TIME_TO_EVENT_NEEDED = 2
_OVERRULED = (Structure.ADSL, Structure.TTE, Structure.ADAE)
"""Structures that readiness rules are about: a class that keeps these off is worth knowing."""
_ADVERSE_EVENT = frozenset(
    {"AETERM", "AEDECOD", "AEBODSYS", "AESOC", "AESEQ", "AESER", "AESEV", "AEREL", "TRTEMFL"}
)
_BASIC = frozenset({"PARAM", "AVAL", "AVALC"})
_SUBJECT_LEVEL = re.compile(r"([A-Z]|IS[SE])?ADSL$")
"""ADSL, and of several studies IADSL, ISSADSL."""
_TERM = re.compile(r"[A-Z]{2}(TERM|DECOD|TRT)$")
_SEQUENCE = re.compile(r"[A-Z]{2}SEQ$")


def detect_structure(
    name: str, variables: Collection[str], declared_class: str = "", declared_subclass: str = ""
) -> Structure:
    """Structure of a dataset.

    Parameters
    ----------
    name : str
        Dataset name.
    variables : collection of str
        Names of its variables.
    declared_class, declared_subclass : str
        As metadata states them ("OCCURRENCE DATA STRUCTURE", "ADVERSE EVENT"); empty if nothing does.

    Returns
    -------
    Structure
        The declared one where there is one. Within a declared class the name and the variables may
        still tell the subclass. SDTM and unknown datasets are ``Structure.OTHER``.
    """
    by_subclass = _BY_SUBCLASS.get(declared_subclass.strip().upper())
    if by_subclass is not None:
        return by_subclass
    declared = _BY_CLASS.get(declared_class.strip().upper())
    inferred = _infer(name.upper(), {variable.upper() for variable in variables})
    if declared is None or declared in inferred.lineage:
        return inferred
    return declared


def overruled(
    name: str, variables: Collection[str], declared_class: str, declared_subclass: str
) -> Structure | None:
    """What a dataset looks like where a declared class keeps off the rules of that; else None."""
    judged = detect_structure(name, variables, declared_class, declared_subclass)
    looks = _infer(name.upper(), {variable.upper() for variable in variables})
    return looks if looks in _OVERRULED and looks not in judged.lineage else None


def is_declared(declared_class: str, declared_subclass: str) -> bool:
    """Whether metadata name a class or subclass of ADaM."""
    return declared_class.strip().upper() in _BY_CLASS or declared_subclass.strip().upper() in _BY_SUBCLASS


def _infer(name: str, variables: Collection[str]) -> Structure:
    if _SUBJECT_LEVEL.match(name):
        return Structure.ADSL
    if name == "ADAE":
        return Structure.ADAE
    if name == "ADPPK":
        return Structure.PPK
    if name == "ADNCA":
        return Structure.NCA
    if "TTE" in name:
        return Structure.TTE
    if "PARAMCD" in variables:
        time_to_event = len(_TIME_TO_EVENT.intersection(variables)) >= _TIME_TO_EVENT_NEEDED
        return Structure.TTE if time_to_event else Structure.BDS
    if not name.startswith("AD") and "ASTDT" not in variables:
        return Structure.OTHER  # SDTM has --TERM and --SEQ too
    has_term = any(_TERM.match(variable) for variable in variables)
    dated = "ASTDT" in variables or any(_SEQUENCE.match(variable) for variable in variables)
    if 2 * len(_ADVERSE_EVENT.intersection(variables)) > len(_ADVERSE_EVENT):
        return Structure.ADAE
    if has_term and dated:
        return Structure.OCCDS
    return Structure.BDS if _BASIC.intersection(variables) else Structure.OTHER
