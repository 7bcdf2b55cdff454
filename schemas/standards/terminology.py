"""Controlled terminology: codelists, and the small ones that are built in.

Lists of the ADaM terminology are those of 2026-03-27. Of the SDTM terminology only lists are built in that
are short and have been stable for years, as they were early in 2024; a term that was renamed since or before
is kept under both names. Larger lists come from downloads of NCI EVS or the CDISC Library
(``--ct``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from ..wording import counted, one_line


@dataclass(frozen=True)
class Codelist:
    """The permitted terms of a variable.

    Attributes
    ----------
    name : str
        Submission value, "NY".
    code : str
        NCI concept code, "C66742".
    extensible : bool
        Whether a sponsor may add terms.
    terms : tuple of str
    version : str
        Where the terms are from, "ADaM CT 2026-03-27".
    part : str
        What is held where not the whole list is, "units of time"; empty when it is whole. Of a part nobody
        can tell that a term is unknown.
    """

    name: str
    code: str
    extensible: bool
    terms: tuple[str, ...]
    version: str = ""
    part: str = ""

    def __contains__(self, value: object) -> bool:
        return value in self._exact

    def meant_by(self, value: str) -> str:
        """The term that `value` is but for letter case and blanks; empty when there is none."""
        return self._folded.get(_folded(value), "")

    def wider_than(self, other: Codelist) -> str:
        """What it accepts that `other` does not, in words; empty where that is nothing.

        A part rejects only what is nearly a term of it: other terms beside it accept no more.
        """
        if self.extensible and not other.extensible:
            return "extensible"
        lost = [term for term in other.terms if not self.meant_by(term)]
        if self.part and (lost or not other.part):
            return "in part"
        more = [term for term in self.terms if term not in other]
        if other.part:
            more = [term for term in more if other.meant_by(term)]
        return f"{counted(len(more), 'term')} more" if more else ""

    def __repr__(self) -> str:
        return f"Codelist({one_line(str(self))}: {counted(len(self.terms), 'term')})"

    def __str__(self) -> str:
        facts = ", ".join(fact for fact in (self.code, self.version, self.part) if fact)
        return f"{self.name} ({facts})" if facts else self.name

    @cached_property
    def _exact(self) -> frozenset[str]:
        return frozenset(self.terms)

    @cached_property
    def _folded(self) -> dict[str, str]:
        return {_folded(term): term for term in reversed(self.terms)}


def _folded(value: str) -> str:
    return " ".join(value.split()).upper()


@dataclass(frozen=True)
class Terminology:
    """Codelists by name.

    Attributes
    ----------
    codelists : tuple of Codelist
        Names differ.
    """

    codelists: tuple[Codelist, ...] = ()

    def __post_init__(self) -> None:
        if len(self._by_name) < len(self.codelists):
            raise ValueError("two codelists have the same name")

    def __repr__(self) -> str:
        versions = one_line(", ".join(self.versions))
        return f"Terminology({counted(len(self.codelists), 'codelist')}: {versions})"

    def updated_by(self, other: Terminology) -> Terminology:
        """These codelists, with those of `other` in place of the ones of the same name."""
        return Terminology(tuple((self._by_name | other._by_name).values()))

    def codelist(self, *names: str) -> Codelist | None:
        """The codelist of this name, or what several alternatives permit together.

        With an alternative that is not known the rest is a part: a term may be in the unknown one.
        Returns None when none is known.
        """
        known = [self._by_name[name] for name in names if name in self._by_name]
        if len(names) == 1 or not known:
            return known[0] if known else None
        unknown = [name for name in names if name not in self._by_name]
        parts = [each.part for each in known if each.part] + [f"without {name}" for name in unknown]
        return Codelist(
            name=_joined(each.name for each in known),
            code=_joined(each.code for each in known),
            extensible=any(each.extensible for each in known),
            terms=tuple(dict.fromkeys(term for each in known for term in each.terms)),
            version=_joined(each.version for each in known),
            part=", ".join(parts),
        )

    @property
    def versions(self) -> tuple[str, ...]:
        """Where the codelists are from, each version once."""
        return tuple(dict.fromkeys(each.version for each in self.codelists if each.version))

    @cached_property
    def _by_name(self) -> dict[str, Codelist]:
        return {each.name: each for each in self.codelists}


def _joined(words: Iterable[str]) -> str:
    return " or ".join(dict.fromkeys(word for word in words if word))


ADAM = "ADaM CT 2026-03-27"
SDTM = "SDTM CT early 2024"

UNITS_OF_TIME = "units of time"

# fmt: off
_DERIVATION_TYPES = (
    "AVERAGE", "BC", "BLOCF", "BOC", "BOCF", "COPY", "EXTRAP", "HALFLLOQ", "INTERP", "LLOD", "LLOQ", "LOCF",
    "LOV", "LVPD", "MAXIMUM", "MINIMUM", "ML", "MOTH", "MOV", "NOCB", "PHANTOM", "POCF", "SOCF", "ULOD",
    "ULOQ", "WC", "WOC", "WOCF", "WOV",
)
_ACTIONS = (
    "DOSE INCREASED", "DOSE NOT CHANGED", "DOSE RATE REDUCED", "DOSE REDUCED", "DRUG INTERRUPTED",
    "DRUG WITHDRAWN", "NOT APPLICABLE", "NOT EVALUABLE", "UNKNOWN",
)
_OUTCOMES = (
    "FATAL", "NOT RECOVERED/NOT RESOLVED", "RECOVERED/RESOLVED", "RECOVERED/RESOLVED WITH SEQUELAE",
    "RECOVERING/RESOLVING", "UNKNOWN",
)
_RACES = (
    "AMERICAN INDIAN OR ALASKA NATIVE", "ASIAN", "BLACK OR AFRICAN AMERICAN",
    "NATIVE HAWAIIAN OR OTHER PACIFIC ISLANDER", "NOT REPORTED", "OTHER", "UNKNOWN", "WHITE",
)
_ETHNIC_GROUPS = ("HISPANIC OR LATINO", "NOT HISPANIC OR LATINO", "NOT REPORTED", "UNKNOWN")
# fmt: on

BUILT_IN = Terminology(
    (
        Codelist("DATEFL", "C81223", extensible=False, terms=("D", "M", "Y"), version=ADAM),
        Codelist("TIMEFL", "C81226", extensible=False, terms=("H", "M", "S"), version=ADAM),
        Codelist("PARAMTYP", "C81225", extensible=False, terms=("DERIVED",), version=ADAM),
        Codelist("DTYPE", "C81224", extensible=True, terms=_DERIVATION_TYPES, version=ADAM),
        Codelist(
            "SBJTSTAT",
            "C124296",
            extensible=True,
            terms=("COMPLETED", "DISCONTINUED", "ONGOING"),
            version=ADAM,
        ),
        Codelist("NY", "C66742", extensible=False, terms=("N", "NA", "U", "Y"), version=SDTM),
        Codelist(
            "SEX",
            "C66731",
            extensible=False,
            # one concept, C45908, under its former and its later name
            terms=("F", "INTERSEX", "M", "U", "UNDIFFERENTIATED"),
            version=SDTM,
        ),
        Codelist(
            "AGEU",
            "C66781",
            extensible=False,
            terms=("DAYS", "HOURS", "MONTHS", "WEEKS", "YEARS"),
            version=SDTM,
        ),
        Codelist("ETHNIC", "C66790", extensible=False, terms=_ETHNIC_GROUPS, version=SDTM),
        # The list grows, and MULTIPLE is common in it: a part tells wrong case and blanks, no more.
        Codelist("RACE", "C74457", extensible=True, terms=_RACES, version=SDTM, part="common terms"),
        Codelist("AESEV", "C66769", extensible=False, terms=("MILD", "MODERATE", "SEVERE"), version=SDTM),
        Codelist("OUT", "C66768", extensible=False, terms=_OUTCOMES, version=SDTM),
        Codelist("ACN", "C66767", extensible=False, terms=_ACTIONS, version=SDTM),
        # Grades of the CTCAE; other scales have others.
        Codelist("TOXGR", "C66784", extensible=True, terms=("1", "2", "3", "4", "5"), version=SDTM),
        Codelist(
            "UNIT",
            "C71620",
            extensible=True,
            terms=("sec", "min", "HOURS", "DAYS", "WEEKS", "MONTHS", "YEARS"),
            version=SDTM,
            part=UNITS_OF_TIME,
        ),
    )
)
"""What rules judge by where no download is given."""
