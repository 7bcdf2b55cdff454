"""Rules about AOCCFL and its kin: the one record that stands for a subject, class or term."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ...evidence.analysis_flags import analysis_sets
from ...severity import Severity
from ...standards.requirement import index_of
from ...standards.structure import Structure
from ...study.columns import Mask
from ...study.dataset import Dataset
from ...wording import not_present
from ..readiness import readiness
from ..rule import Fault, Grain, NotApplicable, Yield
from .adverse_events import parts_of_an_event, sharing
from .severity import RANKS, ranks
from .treatment_emergence import emergent

Groups = NDArray[np.intp]
Choices = list[tuple[str, ...]]
"""Ways to group records: the variables of each."""

_ADAE = (Structure.ADAE,)
_SUBJECT = ((),)
_CLASS = (("AEBODSYS",), ("AESOC",))
_TERM = (("AEDECOD",),)
_BY_CLASS = {"within": _CLASS, "group": "subject and system organ class", "grain": Grain.DATASET}
"""Which of two variables for the organ class a flag may go by, only the whole dataset tells."""
_FLAGS = {
    "AOCCFL": (_SUBJECT, False),
    "AOCCSFL": (_CLASS, False),
    "AOCCPFL": (_TERM, False),
    "AOCCIFL": (_SUBJECT, True),
    "AOCCSIFL": (_CLASS, True),
    "AOCCPIFL": (_TERM, True),
}
"""The groups of each flag, and whether it marks the worst event and not the first."""
_PERIODS = ("APERIOD", "APHASE", "TRTA", "TRTP")


@readiness(
    {
        "AE011": {"flag": "AOCCFL", "within": _SUBJECT, "group": "subject", "worst": False},
        "AE012": {**_BY_CLASS, "flag": "AOCCSFL", "worst": False},
        "AE013": {"flag": "AOCCPFL", "within": _TERM, "group": "subject and preferred term", "worst": False},
        "AE014": {"flag": "AOCCIFL", "within": _SUBJECT, "group": "subject", "worst": True},
        "AE015": {**_BY_CLASS, "flag": "AOCCSIFL", "worst": True},
        "AE016": {"flag": "AOCCPIFL", "within": _TERM, "group": "subject and preferred term", "worst": True},
    },
    title="{flag} does not flag one event per {group}",
    severity=Severity.ERROR,
    grain=Grain.SUBJECT,
    structures=_ADAE,
    needs=("USUBJID", "{flag}"),
)
def one_per_group(
    data: Dataset, flag: str, within: tuple[tuple[str, ...], ...], group: str, *, worst: bool
) -> Iterator[Yield]:
    """{flag} flags more than one event per {group}, no event, or the wrong event.

    ## What it checks
    {flag} is Y on at most one record per {group}: an error. It is Y on one record of each {group} with
    a treatment-emergent event: a warning. The flagged first occurrence has the earliest ASTDT: a note.
    The flagged worst one has the highest severity or grade of the treatment-emergent events: a warning,
    or a note if the flagged event is not treatment-emergent or an event of the subject was split.

    ## Not a fault
    Several events on the earliest day or with the worst severity: any of them may be flagged. A flag on
    a later event, because it marks the worst. System organ class by AEBODSYS or by AESOC. One flag per
    period or treatment: a note. One flag per analysis (ANLzzFL). Groups without any ASTDT, uncoded
    events, and records excluded by ANL01FL or SAFFL that have no flag.

    ## Why it matters
    Tables count subjects by this flag: with two flags a subject is counted twice, without a flag not at
    all.

    ## Smallest fix
    Derive {flag} again: sort the treatment-emergent events of each {group} and flag the first.
    """
    choices = _choices(data, within)
    if not choices:
        yield NotApplicable(f"no variable identifies a {group}")
        return
    flagged = data.equals(flag, "Y")
    ways = _Ways(data, choices)
    sets = analysis_sets(data)
    repeated = ways.agree(lambda group: _repeated_in_a_set(group, flagged, sets))
    yield from _several(data, flag, group, choices[0], repeated)
    counted = _counted(data)
    dated = data.filled("ASTDT") if "ASTDT" in data else np.ones(len(data), dtype=np.bool_)
    lacking = ways.agree(lambda group: counted & _lacking(group, flagged, dated))
    message = f"{flag} is not Y on any treatment-emergent event of the same {group}"
    yield Fault(lacking, (flag, *choices[0], "TRTEMFL"), message, Severity.WARNING)
    misplaced = _worse_elsewhere if worst else _earlier_elsewhere
    yield from misplaced(data, flag, ways, flagged & ~repeated)


def _choices(data: Dataset, within: tuple[tuple[str, ...], ...]) -> Choices:
    """Ways to group that the dataset allows: by variables that are filled on some record.

    One that makes the same groups as the first is left out.
    """
    there = [keys for keys in within if all(key in data and data.filled(key).any() for key in keys)]
    return there[:1] + [keys for keys in there[1:] if not _one_to_one(data, there[0][0], keys[0])]


def _one_to_one(data: Dataset, one: str, other: str) -> bool:
    codes, width = data.distinct(other).codes + 1, len(data.distinct(other)) + 1
    pairs = np.flatnonzero(np.bincount((data.distinct(one).codes + 1) * width + codes))
    return len(np.unique(pairs // width)) == len(pairs) == len(np.unique(pairs % width))


def _several(data: Dataset, flag: str, group: str, keys: tuple[str, ...], repeated: Mask) -> Iterator[Fault]:
    names = ("USUBJID", *keys)
    apart = np.zeros(len(data), dtype=np.bool_)
    if repeated.any():
        for period in _PERIODS:
            if period in data:
                apart |= _told_apart(data, names, period, repeated)
    variables = (flag, *names)
    yield Fault(repeated & ~apart, variables, f"{flag} is Y on more than one event of the same {group}")
    message = f"{flag} is Y on more than one event of the same {group}, once per period or treatment"
    yield Fault(apart, variables, message, Severity.NOTE)


def _told_apart(data: Dataset, names: tuple[str, ...], period: str, repeated: Mask) -> Mask:
    """Repeated records of groups that have one record per period, none without a period."""
    group = data.groups(*names)
    alike = repeated & (sharing(data.groups(*names, period), repeated) | data.missing(period))
    return repeated & ~_any(group, alike)[group]


class _Ways:
    """Ways to group the records of a subject; each is worked out once, and only where it is asked for."""

    def __init__(self, data: Dataset, choices: Choices) -> None:
        self._data, self._choices = data, choices
        self._known: dict[tuple[str, ...], Groups] = {}

    def agree(self, faulty: Callable[[Groups], Mask]) -> Mask:
        """Records at fault by every way to group them."""
        mask = np.ones(len(self._data), dtype=np.bool_)
        for keys in self._choices:
            mask &= faulty(self._groups(keys))
            if not mask.any():
                break
        return mask

    def _groups(self, keys: tuple[str, ...]) -> Groups:
        """A group number per record, -1 where a key is missing."""
        if keys not in self._known:
            names = ("USUBJID", *keys)
            filled = np.logical_and.reduce([self._data.filled(name) for name in names])
            self._known[keys] = np.where(filled, self._data.groups(*names), -1)
        return self._known[keys]


def _repeated_in_a_set(group: Groups, flagged: Mask, sets: tuple[Mask, ...]) -> Mask:
    """Flagged records that share their group with another one of the same analysis, or of none."""
    unselected = ~np.logical_or.reduce(sets)
    repeated: Mask = np.logical_or.reduce([sharing(group, flagged & (own | unselected)) for own in sets])
    return repeated


def _lacking(group: Groups, flagged: Mask, dated: Mask) -> Mask:
    """Records of a group that has a date and no flag."""
    return (group >= 0) & (_any(group, dated) & ~_any(group, flagged))[group]


def _any(group: Groups, mask: Mask) -> Mask:
    """Whether a group has a record under a mask, by group number."""
    has = np.zeros(int(group.max(initial=0)) + 1, dtype=np.bool_)
    has[group[mask & (group >= 0)]] = True
    return has


def _counted(data: Dataset) -> Mask:
    """Records that the flag is derived from."""
    counted = emergent(data) if "TRTEMFL" in data else np.zeros(len(data), dtype=np.bool_)
    for flag in ("SAFFL", "ANL01FL"):
        if flag in data:
            counted = counted & data.equals(flag, "Y")
    return counted


def _earlier_elsewhere(data: Dataset, flag: str, ways: _Ways, flagged: Mask) -> Iterator[Fault]:
    if "ASTDT" not in data:
        return
    days = data.days("ASTDT")
    late = ways.agree(lambda group: _exceeds(-days, group, flagged, data))
    message = f"{flag} is Y, but the event is not the earliest of its group"
    yield Fault(late, (flag, "ASTDT"), message, Severity.NOTE)


def _worse_elsewhere(data: Dataset, flag: str, ways: _Ways, flagged: Mask) -> Iterator[Fault]:
    scales = [scale for scale in RANKS if scale in data and data.is_character(scale)]
    if not scales:
        return
    milder = flagged
    for scale in scales:
        rank = ranks(data, scale)
        milder = milder & ways.agree(partial(_exceeds, rank, flagged=flagged, data=data))
    message = f"{flag} is Y, but the event is not the worst of its group"
    clear = emergent(data) & ~_of_split_events(data)
    yield Fault(milder & clear, (flag, *scales), message, Severity.WARNING)
    yield Fault(milder & ~clear, (flag, *scales), message, Severity.NOTE)


def _of_split_events(data: Dataset) -> Mask:
    """Records of subjects with an event in several parts: a flag may be on its first, not its worst part."""
    subject = data.groups("USUBJID")
    return _any(subject, parts_of_an_event(data))[subject]


def _exceeds(values: NDArray[np.float64], group: Groups, flagged: Mask, data: Dataset) -> Mask:
    """Flagged records of a group in which a record of the same standing has a greater value.

    A treatment-emergent record is compared with treatment-emergent ones, another with all.
    """
    own = emergent(data)
    exceeded = np.zeros(len(values), dtype=np.bool_)
    for judged, among in ((flagged & own, own), (flagged & ~own, np.ones_like(own))):
        if judged.any():
            greatest = np.full(int(group.max(initial=0)) + 1, -np.inf)
            usable = among & (group >= 0) & ~np.isnan(values)
            np.maximum.at(greatest, group[usable], values[usable])
            exceeded |= judged & (group >= 0) & (values < greatest[group])
    return exceeded


@readiness(
    "AE017",
    title="AOCCzzFL is not Y or null",
    severity=Severity.ERROR,
    grain=Grain.RECORD,
    structures=_ADAE,
)
def other_occurrence_flag(data: Dataset) -> Iterator[Yield]:
    """An occurrence flag AOCCzzFL has a value other than Y or null.

    ## What it checks
    AOCC01FL, AOCC02FL, … are Y or null.

    ## Not a fault
    How many records are Y: which occurrence the flag marks is sponsor-defined.

    ## Why it matters
    A program that selects records with a non-missing flag counts an N as a first occurrence.

    ## Smallest fix
    Set the flag to null where it is not Y.
    """
    flags = [each.name for each in data.variables if index_of("AOCCzzFL", each.name.upper())]
    if not flags:
        yield NotApplicable(not_present("AOCCzzFL"))
    for flag in flags:
        other = data.filled(flag) & ~data.equals(flag, "Y")
        yield Fault(other, (flag,), f"{flag} is not Y or null")


@readiness(
    "AE049",
    title="Occurrence flag on an event that is not treatment-emergent",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=_ADAE,
    needs=("USUBJID", "TRTEMFL"),
    needs_any=(tuple(_FLAGS),),
)
def flag_without_emergence(data: Dataset) -> Iterator[Fault]:
    """An occurrence flag of treatment-emergent events is on an event that is not treatment-emergent.

    ## What it checks
    AOCCFL, AOCCSFL, AOCCPFL, AOCCIFL, AOCCSIFL and AOCCPIFL are Y on treatment-emergent events only, if
    most of the data show that they are derived from these: an earlier (for the I variants an equally
    severe or more severe) event that is not treatment-emergent is not flagged, and subjects, classes and
    terms without a treatment-emergent event have no flag.

    ## Not a fault
    Flags that are derived from all events, as the other records show.

    ## Why it matters
    A table that selects TRTEMFL = Y and AOCCFL = Y does not count the subject.

    ## Smallest fix
    Derive the flag again from the treatment-emergent events.
    """
    own = emergent(data)
    for flag, (within, worst) in _FLAGS.items():
        choices = _choices(data, within) if flag in data else []
        if not choices:
            continue
        flagged, ways = data.equals(flag, "Y"), _Ways(data, choices)
        order = _severity(data) if worst else -data.days("ASTDT") if "ASTDT" in data else None
        misplaced = ways.agree(partial(_exceptional, flagged=flagged, emergent=own, order=order))
        message = (
            f"{flag} is Y, but TRTEMFL is not; {flag} is derived from treatment-emergent events elsewhere"
        )
        yield Fault(misplaced, (flag, "TRTEMFL"), message)


def _severity(data: Dataset) -> NDArray[np.float64] | None:
    scales = [scale for scale in RANKS if scale in data and data.is_character(scale)]
    return np.fmax.reduce([ranks(data, scale) for scale in scales]) if scales else None


def _exceptional(group: Groups, flagged: Mask, emergent: Mask, order: NDArray[np.float64] | None) -> Mask:
    """Flagged records that are not emergent, where more groups show that emergent ones are to be flagged."""
    exceptions = flagged & ~emergent & (group >= 0)
    if not exceptions.any():
        return exceptions
    has, other = _any(group, emergent), ~emergent & (group >= 0)
    if order is None:
        ahead = _any(group, other)
    else:
        ahead = _greatest(group, other, order) >= _greatest(group, emergent, order)
    exceptional = _any(group, exceptions)
    passed_over = has & ahead & _any(group, flagged & emergent)
    unflagged = ~has & _any(group, other) & ~exceptional
    shown = np.count_nonzero((passed_over | unflagged) & ~exceptional)
    return exceptions if shown > np.count_nonzero(exceptional) else np.zeros_like(exceptions)


def _greatest(group: Groups, among: Mask, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Greatest value of each group, NaN where it has none."""
    greatest = np.full(int(group.max(initial=0)) + 1, -np.inf)
    usable = among & (group >= 0) & ~np.isnan(values)
    np.maximum.at(greatest, group[usable], values[usable])
    return np.where(np.isinf(greatest), np.nan, greatest)
