"""ADSL as figures need it: one record of each subject."""

from __future__ import annotations

from ...schemas.errors import Refused
from ...schemas.study.dataset import Dataset
from ...schemas.study.study import Study


def require_subjects(study: Study) -> Dataset:
    """ADSL.

    Raises
    ------
    Refused
        If it is not present, has several records for a subject, or a record without one.
    """
    if "ADSL" not in study or "USUBJID" not in study["ADSL"]:
        raise Refused("ADSL with USUBJID is not present", "the study", "give ADSL")
    adsl = study["ADSL"]
    if len(adsl.distinct("USUBJID")) < len(adsl):
        raise Refused("a subject has several records, or USUBJID is missing", "ADSL", "correct the data")
    return adsl
