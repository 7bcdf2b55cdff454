"""Kinds of damage that are not caught in a study, or with less weight than expected, each with the reason."""

_EXPLAINED = "CNSDTDSC may explain why a censored record has the EVNTDESC of an event"
_LATER_CONTACT = "ADSL may hold contacts after the cut-off; that OS ends there is another rule's"

MISSES = {
    ("trial", "EVNTDESC of the record before"): _EXPLAINED,
    ("trial", "LSTALVDT after the cut-off"): _LATER_CONTACT,
    ("cartitude1", "EVNTDESC of the record before"): _EXPLAINED,
    ("cartitude1", "LSTALVDT after the cut-off"): _LATER_CONTACT,
    (
        "pharmaverse",
        "EVNTDESC of the record before",
    ): "of three deaths none keeps its description",
    (
        "pharmaverse",
        "AVAL of two records in days",
    ): "two of four records: none is the exception",
    (
        "pharmaverse",
        "duration of response starts a month late",
    ): "an assessment lies between, so that the first response may not have been confirmed",
    (
        "pharmaverse",
        "responders without a duration of response",
    ): "of four responders those left are exactly the responders of another parameter of ADRS",
    (
        "pharmaverse",
        "a death censored at the last contact before",
    ): "a note: without a cut-off the death may be later than it",
    (
        "pharmaverse",
        "DTHFL of a living subject",
    ): "a note: DTHDTC is missing, the date may be unknown",
    (
        "pilot",
        "an event years before treatment",
    ): "six subjects have events that began years before: the study collects them",
    ("pharmaverse", "an event years before treatment"): "the same subjects",
}
