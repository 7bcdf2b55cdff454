"""Records of which no table of intervals can be made."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from .....schemas.errors import Refused
from .....schemas.study import columns
from .....schemas.study.columns import Mask, Numbers
from .....schemas.wording import counted
from ...records import AnalysedRecords
from ...subjects import listed, require_one_record_each, subjects_of
from ..one_record.table import REFUSES as REFUSED_OF_SUBJECTS
from ..one_record.table import require_analysable as require_one_each
from ..one_record.table import require_events
from . import CountingProcessOptions
from .parameter import is_recurrent

REFUSES: Mapping[str, Callable[[Numbers, Numbers], Mask]] = {
    fault: has_it for fault, has_it in REFUSED_OF_SUBJECTS.items() if fault.startswith("CNSR")
} | {
    f"{fault} on a censored record": lambda aval, cnsr, has_it=has_it: has_it(aval, cnsr) & (cnsr > 0)
    for fault, has_it in REFUSED_OF_SUBJECTS.items()
    if fault.startswith("AVAL")
}
"""Of a recurrent parameter: an event with such an AVAL is outside follow-up."""


def require_analysable(records: AnalysedRecords, options: CountingProcessOptions) -> None:
    """Refuse records whose follow-up or events nobody can tell.

    Raises
    ------
    Refused
        Naming the subjects: what `REFUSES` names; several records of a subject of a parameter that is not
        declared recurrent.
    """
    data, paramcd = records.data, records.paramcd
    if options.param is None:
        require_one_record_each(data, "ADSL")
        return
    if not is_recurrent(data, paramcd):
        _require_declared(records)
        require_one_each(records, options)
        return
    unnamed = int(np.count_nonzero(data.missing("USUBJID")))
    if unnamed:
        raise Refused(f"USUBJID is missing in {counted(unnamed, 'record')}", data.name, "correct the data")
    for name in ("AVAL", "CNSR"):
        if columns.is_date(data[name]) or (data.is_character(name) and data.filled(name).any()):
            raise Refused(f"{name} is not numeric", data.name, "correct its type")
    aval, cnsr = data.numbers("AVAL"), data.numbers("CNSR")
    faults = {fault: has_it(aval, cnsr) for fault, has_it in REFUSES.items()}
    found = [
        f"{fault} for {listed(subjects_of(data, having))}" for fault, having in faults.items() if having.any()
    ]
    if found:
        raise Refused(
            f"{paramcd} cannot be analysed: {'; '.join(found)}",
            data.name,
            "correct the data, or exclude these subjects with a condition",
        )
    require_events(cnsr, records, options)


def _require_declared(records: AnalysedRecords) -> None:
    codes = records.data.distinct("USUBJID").codes
    events = codes[(records.data.numbers("CNSR") == 0) & (codes >= 0)]
    repeated = np.bincount(events, minlength=int(codes.max(initial=0)) + 1) > 1
    if repeated.any():
        raise Refused(
            f"some subjects have several events of {records.paramcd}, which is not declared recurrent",
            f"{records.data.name}, {listed(subjects_of(records.data, repeated[codes] & (codes >= 0)))}",
            f'declare it: recurrent = ["{records.paramcd}"] under [study]; or keep one record for each '
            "subject with a condition (--where)",
        )
