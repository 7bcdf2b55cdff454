# ruff: noqa: E501  (a row is a line)
"""Occurrence data structure (OCCDS): one record per occurrence, such as an adverse event or a medication.

Core values of OCCDS 1.0 are not known and taken from 1.1. ``--`` are the two letters of the source domain.
"""

from __future__ import annotations

from .requirement import Requirement, in_force
from .versions import Standards

KEYS = ("STUDYID", "USUBJID", "--SEQ")
"""What identifies a record that comes from one domain."""


# fmt: off
REQUIREMENTS: tuple[Requirement, ...] = (
    # Identifier
    Requirement("STUDYID", "Study Identifier", "Char", "Req"),
    Requirement("USUBJID", "Unique Subject Identifier", "Char", "Req"),
    Requirement("SUBJID", "Subject Identifier for the Study", "Char", "Perm"),
    Requirement("SITEID", "Study Site Identifier", "Char", "Perm"),
    # Row identifier
    Requirement("--SEQ", "Sequence Number", "Num", "Cond", condition="All rows come from a single SDTM domain", doubts=("core",)),
    Requirement("SRCDOM", "Source Data", "Char", "Perm"),
    Requirement("SRCSEQ", "Source Sequence Number", "Num", "Perm", needs=("SRCDOM",), doubts=("needs",)),
    # MedDRA
    Requirement("--TERM", "Reported Term", "Char", "Req", condition="Only events-class sources"),
    Requirement("--DECOD", "Dictionary-Derived Term", "Char", "Cond", codelist="MedDRA", condition="Terms are coded and coding is used in analysis"),
    Requirement("--BODSYS", "Body System or Organ Class", "Char", "Cond", codelist="MedDRA", condition="Terms are coded and coding is used in analysis"),
    Requirement("--BDSYCD", "Body System or Organ Class Code", "Num", "Perm", codelist="MedDRA", needs=("--BODSYS",), doubts=("needs",)),
    Requirement("--LLT", "Lowest Level Term", "Char", "Cond", codelist="MedDRA", condition="Terms are coded and coding is used in analysis"),
    Requirement("--LLTCD", "Lowest Level Term Code", "Num", "Perm", codelist="MedDRA", needs=("--LLT",), doubts=("needs",)),
    Requirement("--PTCD", "Preferred Term Code", "Num", "Perm", codelist="MedDRA", needs=("--DECOD",), doubts=("variable", "needs")),
    Requirement("--HLT", "High Level Term", "Char", "Cond", codelist="MedDRA", condition="Terms are coded and coding is used in analysis", doubts=("core",)),
    Requirement("--HLTCD", "High Level Term Code", "Num", "Perm", codelist="MedDRA", needs=("--HLT",), doubts=("variable", "needs")),
    Requirement("--HLGT", "High Level Group Term", "Char", "Cond", codelist="MedDRA", condition="Terms are coded and coding is used in analysis", doubts=("core",)),
    Requirement("--HLGTCD", "High Level Group Term Code", "Num", "Perm", codelist="MedDRA", needs=("--HLGT",), doubts=("variable", "needs")),
    Requirement("--SOC", "Primary System Organ Class", "Char", "Cond", codelist="MedDRA", condition="Terms are coded and coding is used in analysis", doubts=("core",)),
    Requirement("--SOCCD", "Primary System Organ Class Code", "Num", "Perm", codelist="MedDRA", needs=("--SOC",), doubts=("variable", "needs")),
    # WHO Drug
    Requirement("CMTRT", "Reported Name of Drug, Med, or Therapy", "Char", "Req", condition="Only concomitant-medication datasets"),
    Requirement("CMDECOD", "Standardized Medication Name", "Char", "Cond", codelist="WHO Drug", condition="Medications are coded and coding is used in analysis"),
    Requirement("CMCLAS", "Medication Class", "Char", "Perm"),
    Requirement("CMCLASCD", "Medication Class Code", "Char", "Perm", needs=("CMCLAS",), doubts=("needs",)),
    Requirement("ATCy", "ATC Level y Text", "Char", "Cond", codelist="WHO Drug", condition="Analysis uses more than one ATC level"),
    Requirement("ATCyCD", "ATC Level y Code", "Char", "Cond", codelist="WHO Drug", condition="Analysis uses more than one ATC level"),
    # Categorization
    Requirement("--CAT", "Category", "Char", "Perm", doubts=("variable",)),
    Requirement("--SCAT", "Subcategory", "Char", "Perm", needs=("--CAT",), doubts=("variable", "needs")),
    Requirement("ACATy", "Analysis Category y", "Char", "Perm", doubts=("variable",)),
    # Timing
    Requirement("--STDTC", "Start Date/Time of Observation", "Char", "Cond", codelist="ISO 8601", condition="Start date matters to the study and exists in SDTM"),
    Requirement("ASTDT", "Analysis Start Date", "Num", "Cond", condition="Start date matters to the study and exists in SDTM"),
    Requirement("ASTTM", "Analysis Start Time", "Num", "Cond", condition="Start time matters to the study and exists in SDTM"),
    Requirement("ASTDTM", "Analysis Start Datetime", "Num", "Cond", condition="Start datetime matters to the study and exists in SDTM"),
    Requirement("ASTDTF", "Analysis Start Date Imputation Flag", "Char", "Cond", codelist="(DATEFL)", condition="ASTDT or date part of ASTDTM was imputed", needs=("ASTDT|ASTDTM",), doubts=("needs",)),
    Requirement("ASTTMF", "Analysis Start Time Imputation Flag", "Char", "Cond", codelist="(TIMEFL)", condition="ASTTM or time part of ASTDTM was imputed", needs=("ASTTM|ASTDTM",), doubts=("needs",)),
    Requirement("--ENDTC", "End Date/Time of Observation", "Char", "Cond", codelist="ISO 8601", condition="End date matters to the study and exists in SDTM", doubts=("variable",)),
    Requirement("AENDT", "Analysis End Date", "Num", "Cond", condition="End date matters to the study and exists in SDTM", doubts=("variable",)),
    Requirement("AENDTM", "Analysis End Datetime", "Num", "Cond", condition="End datetime matters to the study and exists in SDTM", doubts=("variable",)),
    Requirement("ASTDY", "Analysis Start Relative Day", "Num", "Cond", condition="Start relative day matters to the study", needs=("ASTDT|ASTDTM",), doubts=("variable", "needs")),
    Requirement("AENDY", "Analysis End Relative Day", "Num", "Cond", condition="End relative day matters to the study", needs=("AENDT|AENDTM",), doubts=("variable", "needs")),
    Requirement("AENTM", "Analysis End Time", "Num", "Cond", condition="End time matters to the study and exists in SDTM", doubts=("variable",)),
    Requirement("AENDTF", "Analysis End Date Imputation Flag", "Char", "Cond", codelist="(DATEFL)", condition="AENDT or date part of AENDTM was imputed", needs=("AENDT|AENDTM",), doubts=("variable", "needs")),
    Requirement("AENTMF", "Analysis End Time Imputation Flag", "Char", "Cond", codelist="(TIMEFL)", condition="AENTM or time part of AENDTM was imputed", needs=("AENTM|AENDTM",), doubts=("variable", "needs")),
    Requirement("ADURN", "Analysis Duration (N)", "Num", "Perm", doubts=("variable",)),
    Requirement("ADURU", "Analysis Duration Units", "Char", "Cond", condition="ADURN is present", needs=("ADURN",), doubts=("variable", "needs")),
    Requirement("--DUR", "Duration", "Char", "Perm", codelist="ISO 8601", doubts=("variable",)),
    Requirement("APERIOD", "Period", "Num", "Perm", needs=("ADSL.TRTxxP",), one_to_one=("APERIODC",), doubts=("variable", "needs")),
    Requirement("APERIODC", "Period (C)", "Char", "Perm", needs=("APERIOD",), one_to_one=("APERIOD",), doubts=("variable",)),
    Requirement("APHASE", "Phase", "Char", "Perm", needs=("ADSL.APHASEw",), doubts=("variable", "needs")),
    # Indicators
    Requirement("TRTEMFL", "Treatment Emergent Analysis Flag", "Char", "Cond", codelist="Y", condition="Treatment emergence is a key feature of the analysis"),
    Requirement("TREMxxFL", "Treatment Emergent Period xx Flag", "Char", "Cond", codelist="Y", condition="Treatment emergence is analysed separately in several periods", needs=("TRTEMFL",), doubts=("needs",)),
    Requirement("TRTEMwFL", "Treatment Emergent Analysis w Flag", "Char", "Perm", codelist="Y", needs=("TRTEMFL",), doubts=("needs",)),
    Requirement("AETRTEM", "Treatment Emergent Flag", "Char", "Perm", codelist="(NY)"),
    Requirement("ONTRTFL", "On Treatment Record Flag", "Char", "Cond", codelist="Y", condition="On-treatment concept is part of study and analysis"),
    Requirement("ONTRxxFL", "On Treatment Period xx Flag", "Char", "Perm", codelist="Y", needs=("ONTRTFL",), doubts=("needs",)),
    Requirement("ONTRTwFL", "On Treatment Record w Flag", "Char", "Perm", codelist="Y", needs=("ONTRTFL",), doubts=("needs",)),
    Requirement("PREFL", "Pre-treatment Flag", "Char", "Cond", codelist="Y", condition="Pre-treatment concept is part of study and analysis"),
    Requirement("FUPFL", "Follow-up Flag", "Char", "Cond", codelist="Y", condition="Follow-up concept is part of study and analysis"),
    Requirement("ANLzzFL", "Analysis Flag zz", "Char", "Cond", codelist="Y", condition="Other selection variables cannot identify the analysed records", doubts=("variable",)),
    # Occurrence flags
    Requirement("AOCCFL", "1st Occurrence within Subject Flag", "Char", "Perm", codelist="Y"),
    Requirement("AOCCPFL", "1st Occurrence of Preferred Term Flag", "Char", "Perm", codelist="Y", needs=("--DECOD",), doubts=("needs",)),
    Requirement("AOCCIFL", "1st Max Sev./Int. Occurrence Flag", "Char", "Perm", codelist="Y"),
    Requirement("AOCCPIFL", "1st Max Sev./Int. Occur Within PT Flag", "Char", "Perm", codelist="Y", needs=("--DECOD",), doubts=("needs",)),
    Requirement("AOCCzzFL", "1st Occurrence of ...", "Char", "Perm", codelist="Y"),
    Requirement("AOCCSFL", "1st Occurrence of SOC Flag", "Char", "Perm", codelist="Y", needs=("--BODSYS",), doubts=("core", "needs")),
    Requirement("AOCCSIFL", "1st Max Sev./Int. Occur Within SOC Flag", "Char", "Perm", codelist="Y", needs=("--BODSYS",), doubts=("label", "core", "needs")),
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
    Requirement("--SER", "Serious Event", "Char", "Perm", codelist="(NY)"),
    Requirement("--SEV", "Severity/Intensity", "Char", "Perm", codelist="(AESEV) or (SEVRS)", one_to_one=("--SEVN",)),
    Requirement("--SEVN", "Severity/Intensity (N)", "Num", "Perm", codelist="1,2,3", needs=("--SEV",), one_to_one=("--SEV",)),
    Requirement("ASEV", "Analysis Severity/Intensity", "Char", "Perm", one_to_one=("ASEVN",)),
    Requirement("ASEVN", "Analysis Severity/Intensity (N)", "Num", "Perm", codelist="1,2,3", needs=("ASEV",), one_to_one=("ASEV",)),
    Requirement("SEVGRy", "Pooled Severity Group y", "Char", "Perm", one_to_one=("SEVGRyN",)),
    Requirement("SEVGRyN", "Pooled Severity Group y (N)", "Num", "Perm", needs=("SEVGRy",), one_to_one=("SEVGRy",)),
    Requirement("--REL", "Causality", "Char", "Perm", one_to_one=("--RELN",)),
    Requirement("--RELN", "Causality (N)", "Num", "Perm", needs=("--REL",), one_to_one=("--REL",)),
    Requirement("AREL", "Analysis Causality", "Char", "Perm", one_to_one=("ARELN",)),
    Requirement("ARELN", "Analysis Causality (N)", "Num", "Perm", needs=("AREL",), one_to_one=("AREL",)),
    Requirement("RELGRy", "Pooled Causality Group y", "Char", "Perm", one_to_one=("RELGRyN",)),
    Requirement("RELGRyN", "Pooled Causality Group y (N)", "Num", "Perm", needs=("RELGRy",), one_to_one=("RELGRy",)),
    Requirement("--TOXGR", "Standard Toxicity Grade", "Char", "Perm", one_to_one=("--TOXGRN",), doubts=("variable",)),
    Requirement("--TOXGRN", "Standard Toxicity Grade (N)", "Num", "Perm", needs=("--TOXGR",), one_to_one=("--TOXGR",), doubts=("variable",)),
    Requirement("ATOXGR", "Analysis Toxicity Grade", "Char", "Perm", one_to_one=("ATOXGRN",), doubts=("variable",)),
    Requirement("ATOXGRN", "Analysis Toxicity Grade (N)", "Num", "Perm", needs=("ATOXGR",), one_to_one=("ATOXGR",), doubts=("variable",)),
    Requirement("TOXGGRy", "Pooled Toxicity Grade Group y", "Char", "Perm", one_to_one=("TOXGGRyN",), doubts=("variable", "label")),
    Requirement("TOXGGRyN", "Pooled Toxicity Grade Group y (N)", "Num", "Perm", needs=("TOXGGRy",), one_to_one=("TOXGGRy",), doubts=("variable", "label")),
    Requirement("--ACN", "Action Taken with Study Treatment", "Char", "Perm", codelist="(ACN)", doubts=("variable",)),
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
    """Variables by name, in these versions of the standards."""
    return in_force(REQUIREMENTS, standards)
