# ruff: noqa: E501  (a row is a line)
"""Adverse event analysis dataset (ADAE): the ADVERSE EVENT subclass of the occurrence data structure.

OCCDS 1.0 has no subclass: an ADAE judged by it has the variables of the class.
"""

from __future__ import annotations

from . import occds
from .requirement import Requirement, in_force
from .versions import Standards

KEYS = ("STUDYID", "USUBJID", "AESEQ")
"""What identifies a record."""


# fmt: off
REQUIREMENTS: tuple[Requirement, ...] = (
    # Identifier
    Requirement("STUDYID", "Study Identifier", "Char", "Req"),
    Requirement("USUBJID", "Unique Subject Identifier", "Char", "Req"),
    Requirement("SUBJID", "Subject Identifier for the Study", "Char", "Perm"),
    Requirement("SITEID", "Study Site Identifier", "Char", "Perm"),
    # Row identifier
    Requirement("AESEQ", "Sequence Number", "Num", "Req", doubts=("core",)),
    # MedDRA
    Requirement("AETERM", "Reported Term for the Adverse Event", "Char", "Req"),
    Requirement("AEDECOD", "Dictionary-Derived Term", "Char", "Req", codelist="MedDRA"),
    Requirement("AEBODSYS", "Body System or Organ Class", "Char", "Req", codelist="MedDRA"),
    Requirement("AEBDSYCD", "Body System or Organ Class Code", "Num", "Req", codelist="MedDRA", needs=("AEBODSYS",), doubts=("needs",)),
    Requirement("AELLT", "Lowest Level Term", "Char", "Req", codelist="MedDRA"),
    Requirement("AELLTCD", "Lowest Level Term Code", "Num", "Req", codelist="MedDRA", needs=("AELLT",), doubts=("needs",)),
    Requirement("AEPTCD", "Preferred Term Code", "Num", "Req", codelist="MedDRA", needs=("AEDECOD",), doubts=("variable", "needs")),
    Requirement("AEHLT", "High Level Term", "Char", "Req", codelist="MedDRA", doubts=("core",)),
    Requirement("AEHLTCD", "High Level Term Code", "Num", "Req", codelist="MedDRA", needs=("AEHLT",), doubts=("variable", "needs")),
    Requirement("AEHLGT", "High Level Group Term", "Char", "Req", codelist="MedDRA", doubts=("core",)),
    Requirement("AEHLGTCD", "High Level Group Term Code", "Num", "Req", codelist="MedDRA", needs=("AEHLGT",), doubts=("variable", "needs")),
    Requirement("AESOC", "Primary System Organ Class", "Char", "Req", codelist="MedDRA", doubts=("core",)),
    Requirement("AESOCCD", "Primary System Organ Class Code", "Num", "Req", codelist="MedDRA", needs=("AESOC",), doubts=("variable", "needs")),
    # Categorization
    Requirement("AECAT", "Category", "Char", "Perm", doubts=("variable",)),
    Requirement("AESCAT", "Subcategory", "Char", "Perm", needs=("AECAT",), doubts=("variable", "needs")),
    Requirement("ACATy", "Analysis Category y", "Char", "Perm", doubts=("variable",)),
    # Timing
    Requirement("AESTDTC", "Start Date/Time of Adverse Event", "Char", "Req", codelist="ISO 8601"),
    Requirement("ASTDT", "Analysis Start Date", "Num", "Req"),
    Requirement("ASTTM", "Analysis Start Time", "Num", "Cond", condition="Start time matters to the study and exists in SDTM"),
    Requirement("ASTDTM", "Analysis Start Datetime", "Num", "Cond", condition="Start datetime matters to the study and exists in SDTM"),
    Requirement("ASTDTF", "Analysis Start Date Imputation Flag", "Char", "Cond", codelist="(DATEFL)", condition="ASTDT or date part of ASTDTM was imputed", needs=("ASTDT|ASTDTM",), doubts=("needs",)),
    Requirement("ASTTMF", "Analysis Start Time Imputation Flag", "Char", "Cond", codelist="(TIMEFL)", condition="ASTTM or time part of ASTDTM was imputed", needs=("ASTTM|ASTDTM",), doubts=("needs",)),
    Requirement("AEENDTC", "End Date/Time of Adverse Event", "Char", "Cond", codelist="ISO 8601", condition="End date matters to the study and exists in SDTM", doubts=("variable",)),
    Requirement("AENDT", "Analysis End Date", "Num", "Cond", condition="End date matters to the study and exists in SDTM", doubts=("variable",)),
    Requirement("AENDTM", "Analysis End Datetime", "Num", "Cond", condition="End datetime matters to the study and exists in SDTM", doubts=("variable",)),
    Requirement("ASTDY", "Analysis Start Relative Day", "Num", "Cond", condition="Start relative day matters to the study", needs=("ASTDT|ASTDTM",), doubts=("variable", "needs")),
    Requirement("AENDY", "Analysis End Relative Day", "Num", "Cond", condition="End relative day matters to the study", needs=("AENDT|AENDTM",), doubts=("variable", "needs")),
    Requirement("AENTM", "Analysis End Time", "Num", "Cond", condition="End time matters to the study and exists in SDTM", doubts=("variable",)),
    Requirement("AENDTF", "Analysis End Date Imputation Flag", "Char", "Cond", codelist="(DATEFL)", condition="AENDT or date part of AENDTM was imputed", needs=("AENDT|AENDTM",), doubts=("variable", "needs")),
    Requirement("AENTMF", "Analysis End Time Imputation Flag", "Char", "Cond", codelist="(TIMEFL)", condition="AENTM or time part of AENDTM was imputed", needs=("AENTM|AENDTM",), doubts=("variable", "needs")),
    Requirement("ADURN", "Analysis Duration (N)", "Num", "Perm", doubts=("variable",)),
    Requirement("ADURU", "Analysis Duration Units", "Char", "Cond", condition="ADURN is present", needs=("ADURN",), doubts=("variable", "needs")),
    Requirement("AEDUR", "Duration", "Char", "Perm", codelist="ISO 8601", doubts=("variable",)),
    Requirement("APERIOD", "Period", "Num", "Perm", needs=("ADSL.TRTxxP",), one_to_one=("APERIODC",), doubts=("variable", "needs")),
    Requirement("APERIODC", "Period (C)", "Char", "Perm", needs=("APERIOD",), one_to_one=("APERIOD",), doubts=("variable",)),
    Requirement("APHASE", "Phase", "Char", "Perm", needs=("ADSL.APHASEw",), doubts=("variable", "needs")),
    # Indicators
    Requirement("TRTEMFL", "Treatment Emergent Analysis Flag", "Char", "Req", codelist="Y"),
    Requirement("TREMxxFL", "Treatment Emergent Period xx Flag", "Char", "Cond", codelist="Y", condition="Treatment emergence is analysed separately in several periods", needs=("TRTEMFL",), doubts=("needs",)),
    Requirement("TRTEMwFL", "Treatment Emergent Analysis w Flag", "Char", "Perm", codelist="Y", needs=("TRTEMFL",), doubts=("needs",)),
    Requirement("AETRTEM", "Treatment Emergent Flag", "Char", "Cond", codelist="(NY)", condition="SDTM AE or SUPPAE has AETRTEM populated"),
    Requirement("ONTRTFL", "On Treatment Record Flag", "Char", "Perm", codelist="Y"),
    Requirement("ONTRxxFL", "On Treatment Period xx Flag", "Char", "Perm", codelist="Y", needs=("ONTRTFL",), doubts=("needs",)),
    Requirement("ONTRTwFL", "On Treatment Record w Flag", "Char", "Perm", codelist="Y", needs=("ONTRTFL",), doubts=("needs",)),
    Requirement("PREFL", "Pre-treatment Flag", "Char", "Cond", codelist="Y", condition="Pre-treatment concept is part of study and analysis"),
    Requirement("FUPFL", "Follow-up Flag", "Char", "Cond", codelist="Y", condition="Follow-up concept is part of study and analysis"),
    Requirement("ANLzzFL", "Analysis Flag zz", "Char", "Cond", codelist="Y", condition="Other selection variables cannot identify the analysed records", doubts=("variable",)),
    # Occurrence flags
    Requirement("AOCCFL", "1st Occurrence within Subject Flag", "Char", "Perm", codelist="Y"),
    Requirement("AOCCPFL", "1st Occurrence of Preferred Term Flag", "Char", "Perm", codelist="Y", needs=("AEDECOD",), doubts=("needs",)),
    Requirement("AOCCIFL", "1st Max Sev./Int. Occurrence Flag", "Char", "Perm", codelist="Y"),
    Requirement("AOCCPIFL", "1st Max Sev./Int. Occur Within PT Flag", "Char", "Perm", codelist="Y", needs=("AEDECOD",), doubts=("needs",)),
    Requirement("AOCCzzFL", "1st Occurrence of ...", "Char", "Perm", codelist="Y"),
    Requirement("AOCCSFL", "1st Occurrence of SOC Flag", "Char", "Perm", codelist="Y", needs=("AEBODSYS",), doubts=("core", "needs")),
    Requirement("AOCCSIFL", "1st Max Sev./Int. Occur Within SOC Flag", "Char", "Perm", codelist="Y", needs=("AEBODSYS",), doubts=("label", "core", "needs")),
    # Treatment
    Requirement("TRTP", "Planned Treatment", "Char", "Cond", condition="At least one treatment variable used for analysis"),
    Requirement("TRTA", "Actual Treatment", "Char", "Cond", condition="At least one treatment variable used for analysis"),
    Requirement("TRTxxP", "Planned Treatment for Period xx", "Char", "Cond", condition="At least one treatment variable used for analysis", needs=("ADSL.TRTxxP",), doubts=("variable", "needs")),
    Requirement("TRTxxA", "Actual Treatment for Period xx", "Char", "Cond", condition="At least one treatment variable used for analysis", needs=("ADSL.TRTxxA",), doubts=("variable", "needs")),
    # Dose
    Requirement("DOSEON", "Treatment Dose at Record Start", "Num", "Perm"),
    Requirement("DOSCUMA", "Cumulative Actual Treatment Dose", "Num", "Perm"),
    Requirement("DOSEU", "Treatment Dose Units", "Char", "Cond", codelist="(UNIT)", condition="DOSEON or DOSCUMA is present", needs=("DOSEON|DOSCUMA",)),
    # AE descriptive
    Requirement("AESER", "Serious Event", "Char", "Req", codelist="(NY)"),
    Requirement("AESEV", "Severity/Intensity", "Char", "Cond", codelist="(AESEV) or (SEVRS)", condition="SDTM AE has AESEV; AESEV or AETOXGR expected", one_to_one=("AESEVN",)),
    Requirement("AESEVN", "Severity/Intensity (N)", "Num", "Perm", codelist="1,2,3", needs=("AESEV",), one_to_one=("AESEV",)),
    Requirement("ASEV", "Analysis Severity/Intensity", "Char", "Perm", one_to_one=("ASEVN",)),
    Requirement("ASEVN", "Analysis Severity/Intensity (N)", "Num", "Perm", codelist="1,2,3", needs=("ASEV",), one_to_one=("ASEV",)),
    Requirement("SEVGRy", "Pooled Severity Group y", "Char", "Perm", one_to_one=("SEVGRyN",)),
    Requirement("SEVGRyN", "Pooled Severity Group y (N)", "Num", "Perm", needs=("SEVGRy",), one_to_one=("SEVGRy",)),
    Requirement("AEREL", "Causality", "Char", "Req", one_to_one=("AERELN",)),
    Requirement("AERELN", "Causality (N)", "Num", "Perm", needs=("AEREL",), one_to_one=("AEREL",)),
    Requirement("AREL", "Analysis Causality", "Char", "Perm", one_to_one=("ARELN",)),
    Requirement("ARELN", "Analysis Causality (N)", "Num", "Perm", needs=("AREL",), one_to_one=("AREL",)),
    Requirement("RELGRy", "Pooled Causality Group y", "Char", "Perm", one_to_one=("RELGRyN",)),
    Requirement("RELGRyN", "Pooled Causality Group y (N)", "Num", "Perm", needs=("RELGRy",), one_to_one=("RELGRy",)),
    Requirement("AETOXGR", "Standard Toxicity Grade", "Char", "Cond", condition="SDTM AE has AETOXGR; AESEV or AETOXGR expected", one_to_one=("AETOXGRN",), doubts=("variable",)),
    Requirement("AETOXGRN", "Standard Toxicity Grade (N)", "Num", "Perm", needs=("AETOXGR",), one_to_one=("AETOXGR",), doubts=("variable",)),
    Requirement("ATOXGR", "Analysis Toxicity Grade", "Char", "Perm", one_to_one=("ATOXGRN",), doubts=("variable",)),
    Requirement("ATOXGRN", "Analysis Toxicity Grade (N)", "Num", "Perm", needs=("ATOXGR",), one_to_one=("ATOXGR",), doubts=("variable",)),
    Requirement("TOXGGRy", "Pooled Toxicity Grade Group y", "Char", "Perm", one_to_one=("TOXGGRyN",), doubts=("variable", "label")),
    Requirement("TOXGGRyN", "Pooled Toxicity Grade Group y (N)", "Num", "Perm", needs=("TOXGGRy",), one_to_one=("TOXGGRy",), doubts=("variable", "label")),
    Requirement("AEACN", "Action Taken with Study Treatment", "Char", "Perm", codelist="(ACN)", doubts=("variable",)),
    # SMQ/CQ
    Requirement("SMQzzNAM", "SMQ zz Name", "Char", "Cond", condition="SMQ analysis is done"),
    Requirement("SMQzzCD", "SMQ zz Code", "Num", "Perm", needs=("SMQzzNAM",), doubts=("needs",)),
    Requirement("SMQzzSC", "SMQ zz Scope", "Char", "Cond", codelist="BROAD,NARROW", condition="SMQ analysis is done", needs=("SMQzzNAM",), one_to_one=("SMQzzSCN",), doubts=("needs",)),
    Requirement("SMQzzSCN", "SMQ zz Scope (N)", "Num", "Perm", codelist="1,2", needs=("SMQzzSC",), one_to_one=("SMQzzSC",)),
    Requirement("CQzzNAM", "Customized Query zz Name", "Char", "Cond", condition="Customized query analysis is done", doubts=("condition",)),
    # Original or prior coding
    Requirement("DECDORGw", "PT in Original Dictionary w", "Char", "Perm", codelist="MedDRA"),
    Requirement("BDSYORGw", "SOC in Original Dictionary w", "Char", "Perm", codelist="MedDRA"),
    Requirement("HLGTORGw", "HLGT in Original Dictionary w", "Char", "Perm", codelist="MedDRA"),
    Requirement("HLTORGw", "HLT in Original Dictionary w", "Char", "Perm", codelist="MedDRA"),
    Requirement("LLTORGw", "LLT in Original Dictionary w", "Char", "Perm", codelist="MedDRA", one_to_one=("LLTNORGw",)),
    Requirement("LLTNORGw", "LLT Code in Original Dictionary w", "Char", "Perm", codelist="MedDRA", needs=("LLTORGw",), one_to_one=("LLTORGw",), doubts=("type", "core", "needs")),
)
# fmt: on


def variables(standards: Standards) -> dict[str, Requirement]:
    """Variables of an ADAE by name, in these versions of the standards."""
    if standards.occds == "1.0":
        return in_force((each.of_domain("AE") for each in occds.REQUIREMENTS), standards)
    return in_force(REQUIREMENTS, standards)
