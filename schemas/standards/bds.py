# ruff: noqa: E501  (a row is a line)
"""Basic data structure (BDS): one record per subject, parameter and analysis timepoint.

ADaMIG 1.3 is taken to have the variables of 1.2. `needs` marked as doubtful follow from a definition, not from
a rule of the guide. A name that starts with ``*`` is a suffix for timing variables of the producer's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .requirement import Requirement, in_force
from .structure import Structure
from .versions import ADAMIG, Standards

if TYPE_CHECKING:
    import pandera.pandas as pa

KEYS = ("STUDYID", "USUBJID", "PARAMCD")
"""What every record is identified by; timepoint variables differ from study to study."""

SINCE_1_1 = ADAMIG[1:]
SINCE_1_2 = ADAMIG[2:]
ONLY_1_0 = ADAMIG[:1]
UNTIL_1_1 = ADAMIG[:2]

# fmt: off
REQUIREMENTS: tuple[Requirement, ...] = (
    # Identifier
    Requirement("STUDYID", "Study Identifier", "Char", "Req"),
    Requirement("USUBJID", "Unique Subject Identifier", "Char", "Req"),
    Requirement("SUBJID", "Subject Identifier for the Study", "Char", "Perm"),
    Requirement("SITEID", "Study Site Identifier", "Char", "Perm"),
    Requirement("ASEQ", "Analysis Sequence Number", "Num", "Perm", versions=SINCE_1_1),
    # Treatment
    Requirement("TRTP", "Planned Treatment", "Char", "Req", condition="At least one treatment variable, record or subject level", needs=("ADSL.TRTxxP|ADSL.TRTSEQP|ADSL.TRxxPGy",), one_to_one=("TRTPN",), versions=ONLY_1_0, doubts=("needs",)),
    Requirement("TRTP", "Planned Treatment", "Char", "Cond", condition="At least one treatment variable, record or subject level", needs=("ADSL.TRTxxP|ADSL.TRTSEQP|ADSL.TRxxPGy",), one_to_one=("TRTPN",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("TRTPN", "Planned Treatment (N)", "Num", "Perm", needs=("TRTP",), one_to_one=("TRTP",)),
    Requirement("TRTA", "Actual Treatment", "Char", "Cond", condition="At least one treatment variable, record or subject level", needs=("ADSL.TRTxxA|ADSL.TRTSEQA|ADSL.TRxxAGy",), one_to_one=("TRTAN",), doubts=("needs",)),
    Requirement("TRTAN", "Actual Treatment (N)", "Num", "Perm", needs=("TRTA",), one_to_one=("TRTA",)),
    Requirement("TRTPGy", "Planned Pooled Treatment y", "Char", "Perm", needs=("TRTP",), one_to_one=("TRTPGyN",), doubts=("needs",)),
    Requirement("TRTPGyN", "Planned Pooled Treatment y (N)", "Num", "Perm", needs=("TRTPGy",), one_to_one=("TRTPGy",)),
    Requirement("TRTAGy", "Actual Pooled Treatment y", "Char", "Cond", condition="TRTPGy and TRTA both present", needs=("TRTA",), one_to_one=("TRTAGyN",), doubts=("needs",)),
    Requirement("TRTAGyN", "Actual Pooled Treatment y (N)", "Num", "Perm", needs=("TRTAGy",), one_to_one=("TRTAGy",)),
    # Dose
    Requirement("DOSEP", "Planned Treatment Dose", "Num", "Perm", versions=SINCE_1_1),
    Requirement("DOSCUMP", "Cumulative Planned Treatment Dose", "Num", "Perm", versions=SINCE_1_1),
    Requirement("DOSEA", "Actual Treatment Dose", "Num", "Perm", versions=SINCE_1_1),
    Requirement("DOSCUMA", "Cumulative Actual Treatment Dose", "Num", "Perm", versions=SINCE_1_1),
    Requirement("DOSEU", "Treatment Dose Units", "Char", "Perm", needs=("DOSEP|DOSCUMP|DOSEA|DOSCUMA",), versions=SINCE_1_1, doubts=("needs",)),
    # Timing
    Requirement("ADT", "Analysis Date", "Num", "Perm"),
    Requirement("ATM", "Analysis Time", "Num", "Perm"),
    Requirement("ADTM", "Analysis Date/Time", "Num", "Perm", versions=ONLY_1_0),
    Requirement("ADTM", "Analysis Datetime", "Num", "Perm", versions=SINCE_1_1),
    Requirement("ADY", "Analysis Relative Day", "Num", "Perm", needs=("ADT|ADTM",), doubts=("needs",)),
    Requirement("ADTF", "Analysis Date Imputation Flag", "Char", "Cond", codelist="(DATEFL)", condition="ADT or date part of ADTM was imputed", needs=("ADT|ADTM",), doubts=("needs",)),
    Requirement("ATMF", "Analysis Time Imputation Flag", "Char", "Cond", codelist="(TIMEFL)", condition="ATM or time part of ADTM was imputed", needs=("ATM|ADTM",), doubts=("needs",)),
    Requirement("ASTDT", "Analysis Start Date", "Num", "Perm"),
    Requirement("ASTTM", "Analysis Start Time", "Num", "Perm"),
    Requirement("ASTDTM", "Analysis Start Date/Time", "Num", "Perm", versions=ONLY_1_0),
    Requirement("ASTDTM", "Analysis Start Datetime", "Num", "Perm", versions=SINCE_1_1),
    Requirement("ASTDY", "Analysis Start Relative Day", "Num", "Perm", needs=("ASTDT|ASTDTM",), doubts=("needs",)),
    Requirement("ASTDTF", "Analysis Start Date Imputation Flag", "Char", "Cond", codelist="(DATEFL)", condition="ASTDT or date part of ASTDTM was imputed", needs=("ASTDT|ASTDTM",), doubts=("needs",)),
    Requirement("ASTTMF", "Analysis Start Time Imputation Flag", "Char", "Cond", codelist="(TIMEFL)", condition="ASTTM or time part of ASTDTM was imputed", needs=("ASTTM|ASTDTM",), doubts=("needs",)),
    Requirement("AENDT", "Analysis End Date", "Num", "Perm"),
    Requirement("AENTM", "Analysis End Time", "Num", "Perm"),
    Requirement("AENDTM", "Analysis End Date/Time", "Num", "Perm", versions=ONLY_1_0),
    Requirement("AENDTM", "Analysis End Datetime", "Num", "Perm", versions=SINCE_1_1),
    Requirement("AENDY", "Analysis End Relative Day", "Num", "Perm", needs=("AENDT|AENDTM",), doubts=("needs",)),
    Requirement("AENDTF", "Analysis End Date Imputation Flag", "Char", "Cond", codelist="(DATEFL)", condition="AENDT or date part of AENDTM was imputed", needs=("AENDT|AENDTM",), doubts=("needs",)),
    Requirement("AENTMF", "Analysis End Time Imputation Flag", "Char", "Cond", codelist="(TIMEFL)", condition="AENTM or time part of AENDTM was imputed", needs=("AENTM|AENDTM",), doubts=("needs",)),
    Requirement("AVISIT", "Analysis Visit", "Char", "Cond", condition="Analysis is done by visit", one_to_one=("AVISITN",)),
    Requirement("AVISITN", "Analysis Visit (N)", "Num", "Perm", needs=("AVISIT",), one_to_one=("AVISIT",)),
    Requirement("ATPT", "Analysis Timepoint", "Char", "Perm", condition="Analysis is done by timepoint", one_to_one=("ATPTN",), versions=ONLY_1_0),
    Requirement("ATPT", "Analysis Timepoint", "Char", "Cond", condition="Analysis is done by timepoint", one_to_one=("ATPTN",), versions=SINCE_1_1),
    Requirement("ATPTN", "Analysis Timepoint (N)", "Num", "Perm", needs=("ATPT",), one_to_one=("ATPT",)),
    Requirement("ATPTREF", "Analysis Timepoint Reference", "Char", "Perm"),
    Requirement("APHASE", "Phase", "Char", "Perm", needs=("ADSL.APHASEw",), one_to_one=("APHASEN",), doubts=("needs",)),
    Requirement("APHASEN", "Phase (N)", "Num", "Perm", needs=("APHASE",), one_to_one=("APHASE",), versions=SINCE_1_1),
    Requirement("APERIOD", "Period", "Num", "Perm", condition="ASPER is present", needs=("ADSL.TRTxxP",), one_to_one=("APERIODC",), versions=UNTIL_1_1, doubts=("needs",)),
    Requirement("APERIOD", "Period", "Num", "Cond", condition="ASPER is present", needs=("ADSL.TRTxxP",), one_to_one=("APERIODC",), versions=SINCE_1_2, doubts=("needs",)),
    Requirement("APERIODC", "Period (C)", "Char", "Perm", needs=("APERIOD",), one_to_one=("APERIOD",)),
    Requirement("ASPER", "Subperiod within Period", "Num", "Perm", needs=("APERIOD", "ADSL.PxxSw"), one_to_one=("ASPERC",), versions=SINCE_1_1),
    Requirement("ASPERC", "Subperiod within Period (C)", "Char", "Perm", needs=("ASPER",), one_to_one=("ASPER",), versions=SINCE_1_1),
    Requirement("ARELTM", "Analysis Relative Time", "Num", "Perm", needs=("ARELTMU",)),
    Requirement("ARELTMU", "Analysis Relative Time Unit", "Char", "Cond", needs=("ARELTM",), versions=ONLY_1_0),
    Requirement("ARELTMU", "Analysis Relative Time Unit", "Char", "Perm", needs=("ARELTM",), versions=SINCE_1_1),
    # Period, subperiod, phase timing
    Requirement("APERSDT", "Period Start Date", "Num", "Perm", needs=("APERIOD",), doubts=("needs",)),
    Requirement("APERSTM", "Period Start Time", "Num", "Perm", needs=("APERIOD",), doubts=("needs",)),
    Requirement("APERSDTM", "Period Start Datetime", "Num", "Perm", needs=("APERIOD",), doubts=("needs",)),
    Requirement("APERSDTF", "Period Start Date Imput. Flag", "Char", "Cond", codelist="(DATEFL)", condition="APERSDT or date part of APERSDTM was imputed", needs=("APERSDT|APERSDTM",), doubts=("needs",)),
    Requirement("APERSTMF", "Period Start Time Imput. Flag", "Char", "Cond", codelist="(TIMEFL)", condition="APERSTM or time part of APERSDTM was imputed", needs=("APERSTM|APERSDTM",), doubts=("needs",)),
    Requirement("APEREDT", "Period End Date", "Num", "Perm", needs=("APERIOD",), doubts=("needs",)),
    Requirement("APERETM", "Period End Time", "Num", "Perm", needs=("APERIOD",), doubts=("needs",)),
    Requirement("APEREDTM", "Period End Datetime", "Num", "Perm", needs=("APERIOD",), doubts=("needs",)),
    Requirement("APEREDTF", "Period End Date Imput. Flag", "Char", "Cond", codelist="(DATEFL)", condition="APEREDT or date part of APEREDTM was imputed", needs=("APEREDT|APEREDTM",), doubts=("needs",)),
    Requirement("APERETMF", "Period End Time Imput. Flag", "Char", "Cond", codelist="(TIMEFL)", condition="APERETM or time part of APEREDTM was imputed", needs=("APERETM|APEREDTM",), doubts=("needs",)),
    Requirement("ASPRSDT", "Subperiod Start Date", "Num", "Perm", needs=("ASPER",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("ASPRSTM", "Subperiod Start Time", "Num", "Perm", needs=("ASPER",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("ASPRSDTM", "Subperiod Start Datetime", "Num", "Perm", needs=("ASPER",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("ASPRSDTF", "Subperiod Start Date Imput. Flag", "Char", "Cond", codelist="(DATEFL)", condition="ASPRSDT or date part of ASPRSDTM was imputed", needs=("ASPRSDT|ASPRSDTM",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("ASPRSTMF", "Subperiod Start Time Imput. Flag", "Char", "Cond", codelist="(TIMEFL)", condition="ASPRSTM or time part of ASPRSDTM was imputed", needs=("ASPRSTM|ASPRSDTM",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("ASPREDT", "Subperiod End Date", "Num", "Perm", needs=("ASPER",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("ASPRETM", "Subperiod End Time", "Num", "Perm", needs=("ASPER",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("ASPREDTM", "Subperiod End Datetime", "Num", "Perm", needs=("ASPER",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("ASPREDTF", "Subperiod End Date Imput. Flag", "Char", "Cond", codelist="(DATEFL)", condition="ASPREDT or date part of ASPREDTM was imputed", needs=("ASPREDT|ASPREDTM",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("ASPRETMF", "Subperiod End Time Imput. Flag", "Char", "Cond", codelist="(TIMEFL)", condition="ASPRETM or time part of ASPREDTM was imputed", needs=("ASPRETM|ASPREDTM",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("PHSDT", "Phase Start Date", "Num", "Perm", needs=("APHASE",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("PHSTM", "Phase Start Time", "Num", "Perm", needs=("APHASE",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("PHSDTM", "Phase Start Datetime", "Num", "Perm", needs=("APHASE",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("PHSDTF", "Phase Start Date Imput. Flag", "Char", "Cond", codelist="(DATEFL)", condition="PHSDT or date part of PHSDTM was imputed", needs=("PHSDT|PHSDTM",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("PHSTMF", "Phase Start Time Imput. Flag", "Char", "Cond", codelist="(TIMEFL)", condition="PHSTM or time part of PHSDTM was imputed", needs=("PHSTM|PHSDTM",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("PHEDT", "Phase End Date", "Num", "Perm", needs=("APHASE",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("PHETM", "Phase End Time", "Num", "Perm", needs=("APHASE",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("PHEDTM", "Phase End Datetime", "Num", "Perm", needs=("APHASE",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("PHEDTF", "Phase End Date Imput. Flag", "Char", "Cond", codelist="(DATEFL)", condition="PHEDT or date part of PHEDTM was imputed", needs=("PHEDT|PHEDTM",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("PHETMF", "Phase End Time Imput. Flag", "Char", "Cond", codelist="(TIMEFL)", condition="PHETM or time part of PHEDTM was imputed", needs=("PHETM|PHEDTM",), versions=SINCE_1_1, doubts=("needs",)),
    # Timing suffixes
    Requirement("*DT", "{Date}", "Num", "Perm"),
    Requirement("*TM", "{Time}", "Num", "Perm"),
    Requirement("*DTM", "{Datetime}", "Num", "Perm"),
    Requirement("*ADY", "{Relative Day}", "Num", "Perm"),
    Requirement("*DTF", "{Date Imputation Flag}", "Char", "Cond", codelist="(DATEFL)", condition="*DT or date part of *DTM was imputed", needs=("*DT|*DTM",), doubts=("needs",)),
    Requirement("*TMF", "{Time Imputation Flag}", "Char", "Cond", codelist="(TIMEFL)", condition="*TM or time part of *DTM was imputed", needs=("*TM|*DTM",), doubts=("needs",)),
    Requirement("*SDT", "{Start Date}", "Num", "Perm"),
    Requirement("*STM", "{Start Time}", "Num", "Perm"),
    Requirement("*SDTM", "{Start Datetime}", "Num", "Perm"),
    Requirement("*SDY", "{Relative Start Day}", "Num", "Perm"),
    Requirement("*SDTF", "{Start Date Imputation Flag}", "Char", "Cond", codelist="(DATEFL)", condition="*SDT or date part of *SDTM was imputed", needs=("*SDT|*SDTM",), doubts=("needs",)),
    Requirement("*STMF", "{Start Time Imputation Flag}", "Char", "Cond", codelist="(TIMEFL)", condition="*STM or time part of *SDTM was imputed", needs=("*STM|*SDTM",), doubts=("needs",)),
    Requirement("*EDT", "{End Date}", "Num", "Perm"),
    Requirement("*ETM", "{End Time}", "Num", "Perm"),
    Requirement("*EDTM", "{End Datetime}", "Num", "Perm"),
    Requirement("*EDY", "{Relative End Day}", "Num", "Perm"),
    Requirement("*EDTF", "{End Date Imputation Flag}", "Char", "Cond", codelist="(DATEFL)", condition="*EDT or date part of *EDTM was imputed", needs=("*EDT|*EDTM",), doubts=("needs",)),
    Requirement("*ETMF", "{End Time Imputation Flag}", "Char", "Cond", codelist="(TIMEFL)", condition="*ETM or time part of *EDTM was imputed", needs=("*ETM|*EDTM",), doubts=("needs",)),
    # Analysis parameter
    Requirement("PARAM", "Parameter", "Char", "Req", one_to_one=("PARAMCD", "PARAMN")),
    Requirement("PARAMCD", "Parameter Code", "Char", "Req", needs=("PARAM",), one_to_one=("PARAM",)),
    Requirement("PARAMN", "Parameter (N)", "Num", "Perm", needs=("PARAM",), one_to_one=("PARAM",)),
    Requirement("PARAMTYP", "Parameter Type", "Char", "Perm", codelist="(PARAMTYP)", versions=UNTIL_1_1),
    Requirement("PARCATy", "Parameter Category y", "Char", "Perm", needs=("PARAM",), one_to_one=("PARCATyN",), doubts=("needs",)),
    Requirement("PARCATyN", "Parameter Category y (N)", "Num", "Perm", needs=("PARCATy",), one_to_one=("PARCATy",)),
    Requirement("AVAL", "Analysis Value", "Num", "Req", condition="AVALC is absent; at least one of the two", one_to_one=("AVALC",), versions=ONLY_1_0),
    Requirement("AVAL", "Analysis Value", "Num", "Cond", condition="AVALC is absent; at least one of the two", one_to_one=("AVALC",), versions=SINCE_1_1),
    Requirement("AVALC", "Analysis Value (C)", "Char", "Req", condition="AVAL is absent; at least one of the two", one_to_one=("AVAL",), versions=ONLY_1_0),
    Requirement("AVALC", "Analysis Value (C)", "Char", "Cond", condition="AVAL is absent; at least one of the two", one_to_one=("AVAL",), versions=SINCE_1_1),
    Requirement("AVALCATy", "Analysis Category y", "Char", "Perm", needs=("AVAL|AVALC",), one_to_one=("AVALCAyN",), versions=ONLY_1_0, doubts=("needs",)),
    Requirement("AVALCATy", "Analysis Value Category y", "Char", "Perm", needs=("AVAL|AVALC",), one_to_one=("AVALCAyN",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("AVALCAyN", "Analysis Value Category y (N)", "Num", "Perm", needs=("AVALCATy",), one_to_one=("AVALCATy",), versions=SINCE_1_1),
    Requirement("BASE", "Baseline Value", "Num", "Cond", condition="Numeric baseline or functions of it are analysed or reviewed", needs=("ABLFL",), one_to_one=("BASEC",)),
    Requirement("BASEC", "Baseline Value (C)", "Char", "Perm", needs=("AVALC", "ABLFL"), one_to_one=("BASE",), doubts=("needs",)),
    Requirement("BASECATy", "Baseline Category y", "Char", "Perm", needs=("BASE|BASEC",), one_to_one=("BASECAyN",), doubts=("needs",)),
    Requirement("BASECAyN", "Baseline Category y (N)", "Num", "Perm", needs=("BASECATy",), one_to_one=("BASECATy",), versions=SINCE_1_1),
    Requirement("BASETYPE", "Baseline Type", "Char", "Cond", condition="Baseline is defined in more than one way"),
    Requirement("CHG", "Change from Baseline", "Num", "Perm", needs=("AVAL", "BASE"), doubts=("needs",)),
    Requirement("CHGCATy", "Change from Baseline Category y", "Char", "Perm", needs=("CHG",), one_to_one=("CHGCATyN",), doubts=("needs",)),
    Requirement("CHGCATyN", "Change from Baseline Category y (N)", "Num", "Perm", needs=("CHGCATy",), one_to_one=("CHGCATy",), versions=SINCE_1_1),
    Requirement("PCHG", "Percent Change from Baseline", "Num", "Perm", needs=("AVAL", "BASE"), doubts=("needs",)),
    Requirement("PCHGCATy", "Percent Change from Baseline y", "Char", "Perm", needs=("PCHG",), one_to_one=("PCHGCAyN",), versions=ONLY_1_0, doubts=("needs",)),
    Requirement("PCHGCATy", "Percent Chg from Baseline Category y", "Char", "Perm", needs=("PCHG",), one_to_one=("PCHGCAyN",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("PCHGCAyN", "Percent Chg from Baseline Category y (N)", "Num", "Perm", needs=("PCHGCATy",), one_to_one=("PCHGCATy",), versions=SINCE_1_1),
    Requirement("R2BASE", "Ratio to Baseline", "Num", "Perm", needs=("AVAL", "BASE"), doubts=("needs",)),
    Requirement("R2AyLO", "Ratio to Analysis Range y Lower Limit", "Num", "Perm", needs=("AVAL", "AyLO")),
    Requirement("R2AyHI", "Ratio to Analysis Range y Upper Limit", "Num", "Perm", needs=("AVAL", "AyHI")),
    Requirement("SHIFTy", "Shift y", "Char", "Perm", one_to_one=("SHIFTyN",)),
    Requirement("SHIFTyN", "Shift y (N)", "Num", "Perm", needs=("SHIFTy",), one_to_one=("SHIFTy",)),
    Requirement("BCHG", "Change to Baseline", "Num", "Perm", needs=("AVAL", "BASE"), versions=SINCE_1_2, doubts=("needs",)),
    Requirement("BCHGCATy", "Change to Baseline Category y", "Char", "Perm", needs=("BCHG",), one_to_one=("BCHGCAyN",), versions=SINCE_1_2, doubts=("needs",)),
    Requirement("BCHGCAyN", "Change to Baseline Category y (N)", "Num", "Perm", needs=("BCHGCATy",), one_to_one=("BCHGCATy",), versions=SINCE_1_2),
    Requirement("PBCHG", "Percent Change to Baseline", "Num", "Perm", needs=("AVAL", "BASE"), versions=SINCE_1_2, doubts=("needs",)),
    Requirement("PBCHGCAy", "Percent Change to Baseline Category y", "Char", "Perm", needs=("PBCHG",), one_to_one=("PBCHGCyN",), versions=SINCE_1_2, doubts=("needs",)),
    Requirement("PBCHGCyN", "Percent Chg to Baseline Category y (N)", "Num", "Perm", needs=("PBCHGCAy",), one_to_one=("PBCHGCAy",), versions=SINCE_1_2),
    # Analysis criteria
    Requirement("CRITy", "Analysis Criterion y", "Char", "Perm", needs=("CRITyFL",)),
    Requirement("CRITyFL", "Criterion y Evaluation Result Flag", "Char", "Cond", codelist="Y or Y,N", condition="CRITy is present", needs=("CRITy",), one_to_one=("CRITyFN",)),
    Requirement("CRITyFN", "Criterion y Evaluation Result Flag (N)", "Num", "Perm", codelist="1 or 1,0", needs=("CRITyFL",), one_to_one=("CRITyFL",)),
    Requirement("MCRITy", "Analysis Multi-Response Criterion y", "Char", "Perm", needs=("MCRITyML",), versions=SINCE_1_1),
    Requirement("MCRITyML", "Multi-Response Criterion y Evaluation", "Char", "Cond", condition="MCRITy is present", needs=("MCRITy",), one_to_one=("MCRITyMN",), versions=SINCE_1_1),
    Requirement("MCRITyMN", "Multi-Response Criterion y Eval (N)", "Num", "Perm", needs=("MCRITyML",), one_to_one=("MCRITyML",), versions=SINCE_1_1),
    # Analysis descriptor
    Requirement("DTYPE", "Derivation Type", "Char", "Cond", codelist="(DTYPE)", condition="Any AVAL or AVALC imputed or derived differently within parameter"),
    # Visit windowing
    Requirement("AWRANGE", "Analysis Window Valid Relative Range", "Char", "Perm"),
    Requirement("AWTARGET", "Analysis Window Target", "Num", "Perm"),
    Requirement("AWTDIFF", "Analysis Window Diff from Target", "Num", "Perm", needs=("AWTARGET", "ADY|ARELTM"), doubts=("needs",)),
    Requirement("AWLO", "Analysis Window Beginning Timepoint", "Num", "Perm", needs=("AWRANGE",), doubts=("needs",)),
    Requirement("AWHI", "Analysis Window Ending Timepoint", "Num", "Perm", needs=("AWRANGE",), doubts=("needs",)),
    Requirement("AWU", "Analysis Window Unit", "Char", "Perm", needs=("AWTARGET|AWTDIFF|AWLO|AWHI",), doubts=("needs",)),
    # Toxicity and range
    Requirement("ATOXGR", "Analysis Toxicity Grade", "Char", "Perm", one_to_one=("ATOXGRN",)),
    Requirement("ATOXGRN", "Analysis Toxicity Grade (N)", "Num", "Perm", needs=("ATOXGR",), one_to_one=("ATOXGR",), versions=SINCE_1_2),
    Requirement("BTOXGR", "Baseline Toxicity Grade", "Char", "Perm", needs=("ATOXGR", "ABLFL"), one_to_one=("BTOXGRN",), doubts=("needs",)),
    Requirement("BTOXGRN", "Baseline Toxicity Grade (N)", "Num", "Perm", needs=("BTOXGR",), one_to_one=("BTOXGR",), versions=SINCE_1_2),
    Requirement("ANRIND", "Analysis Reference Range Indicator", "Char", "Perm"),
    Requirement("BNRIND", "Baseline Reference Range Indicator", "Char", "Perm", needs=("ANRIND", "ABLFL"), doubts=("needs",)),
    Requirement("ANRLO", "Analysis Normal Range Lower Limit", "Char", "Perm", one_to_one=("ANRLOC",), versions=ONLY_1_0),
    Requirement("ANRLO", "Analysis Normal Range Lower Limit", "Num", "Perm", one_to_one=("ANRLOC",), versions=SINCE_1_1),
    Requirement("ANRLOC", "Analysis Normal Range Lower Limit (C)", "Char", "Perm", one_to_one=("ANRLO",), versions=SINCE_1_1),
    Requirement("ANRHI", "Analysis Normal Range Upper Limit", "Char", "Perm", one_to_one=("ANRHIC",), versions=ONLY_1_0),
    Requirement("ANRHI", "Analysis Normal Range Upper Limit", "Num", "Perm", one_to_one=("ANRHIC",), versions=SINCE_1_1),
    Requirement("ANRHIC", "Analysis Normal Range Upper Limit (C)", "Char", "Perm", one_to_one=("ANRHI",), versions=SINCE_1_1),
    Requirement("AyLO", "Analysis Range y Lower Limit", "Char", "Cond", condition="R2AyLO is present", one_to_one=("AyLOC",), versions=ONLY_1_0),
    Requirement("AyLO", "Analysis Range y Lower Limit", "Num", "Cond", condition="R2AyLO is present", one_to_one=("AyLOC",), versions=SINCE_1_1),
    Requirement("AyLOC", "Analysis Range y Lower Limit (C)", "Char", "Perm", one_to_one=("AyLO",), versions=SINCE_1_1),
    Requirement("AyHI", "Analysis Range y Upper Limit", "Char", "Cond", condition="R2AyHI is present", one_to_one=("AyHIC",), versions=ONLY_1_0),
    Requirement("AyHI", "Analysis Range y Upper Limit", "Num", "Cond", condition="R2AyHI is present", one_to_one=("AyHIC",), versions=SINCE_1_1),
    Requirement("AyHIC", "Analysis Range y Upper Limit (C)", "Char", "Perm", one_to_one=("AyHI",), versions=SINCE_1_1),
    Requirement("AyIND", "Analysis Range y Indicator", "Char", "Perm", needs=("AyLO|AyHI|AyLOC|AyHIC",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("ByIND", "Baseline Analysis Range y Indicator", "Char", "Perm", needs=("AyIND", "ABLFL"), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("ATOXGRL", "Analysis Toxicity Grade Low", "Char", "Perm", one_to_one=("ATOXGRLN",), versions=SINCE_1_2),
    Requirement("ATOXGRLN", "Analysis Toxicity Grade Low (N)", "Num", "Perm", needs=("ATOXGRL",), one_to_one=("ATOXGRL",), versions=SINCE_1_2),
    Requirement("ATOXGRH", "Analysis Toxicity Grade High", "Char", "Perm", one_to_one=("ATOXGRHN",), versions=SINCE_1_2),
    Requirement("ATOXGRHN", "Analysis Toxicity Grade High (N)", "Num", "Perm", needs=("ATOXGRH",), one_to_one=("ATOXGRH",), versions=SINCE_1_2),
    Requirement("BTOXGRL", "Baseline Toxicity Grade Low", "Char", "Perm", needs=("ATOXGRL", "ABLFL"), one_to_one=("BTOXGRLN",), versions=SINCE_1_2, doubts=("needs",)),
    Requirement("BTOXGRLN", "Baseline Toxicity Grade Low (N)", "Num", "Perm", needs=("BTOXGRL",), one_to_one=("BTOXGRL",), versions=SINCE_1_2),
    Requirement("BTOXGRH", "Baseline Toxicity Grade High", "Char", "Perm", needs=("ATOXGRH", "ABLFL"), one_to_one=("BTOXGRHN",), versions=SINCE_1_2, doubts=("needs",)),
    Requirement("BTOXGRHN", "Baseline Toxicity Grade High (N)", "Num", "Perm", needs=("BTOXGRH",), one_to_one=("BTOXGRH",), versions=SINCE_1_2),
    Requirement("ATOXDSCL", "Analysis Toxicity Description Low", "Char", "Perm", versions=SINCE_1_2),
    Requirement("ATOXDSCH", "Analysis Toxicity Description High", "Char", "Perm", versions=SINCE_1_2),
    # Flags
    Requirement("ABLFL", "Baseline Record Flag", "Char", "Cond", codelist="Y", condition="BASE is present", one_to_one=("ABLFN",)),
    Requirement("ABLFN", "Baseline Record Flag (N)", "Num", "Perm", codelist="1", needs=("ABLFL",), one_to_one=("ABLFL",)),
    Requirement("ANLzzFL", "Analysis Record Flag zz", "Char", "Cond", codelist="Y", condition="Other selection variables cannot identify the analysed records", one_to_one=("ANLzzFN",), versions=ONLY_1_0),
    Requirement("ANLzzFL", "Analysis Flag zz", "Char", "Cond", codelist="Y", condition="Other selection variables cannot identify the analysed records", one_to_one=("ANLzzFN",), versions=SINCE_1_1),
    Requirement("ANLzzFN", "Analyzed Record Flag zz (N)", "Num", "Perm", codelist="1", needs=("ANLzzFL",), one_to_one=("ANLzzFL",), versions=ONLY_1_0),
    Requirement("ANLzzFN", "Analysis Flag zz (N)", "Num", "Perm", codelist="1", needs=("ANLzzFL",), one_to_one=("ANLzzFL",), versions=SINCE_1_1),
    Requirement("ONTRTFL", "On Treatment Record Flag", "Char", "Perm", codelist="Y", one_to_one=("ONTRTFN",)),
    Requirement("ONTRTFN", "On Treatment Record Flag (N)", "Num", "Perm", codelist="1", needs=("ONTRTFL",), one_to_one=("ONTRTFL",)),
    Requirement("LVOTFL", "Last Value On Treatment Record Flag", "Char", "Perm", codelist="Y", one_to_one=("LVOTFN",)),
    Requirement("LVOTFN", "Last Value On Treatment Record Flag (N)", "Num", "Perm", codelist="1", needs=("LVOTFL",), one_to_one=("LVOTFL",)),
    # Population indicators
    Requirement("ITTRFL", "Intent-To-Treat Record-Level Flag", "Char", "Cond", codelist="Y", one_to_one=("ITTRFN",), versions=ONLY_1_0),
    Requirement("ITTRFL", "Intent-To-Treat Record-Level Flag", "Char", "Perm", codelist="Y", one_to_one=("ITTRFN",), versions=SINCE_1_1),
    Requirement("ITTRFN", "Intent-To-Treat Record-Level Flag (N)", "Num", "Perm", codelist="1", needs=("ITTRFL",), one_to_one=("ITTRFL",)),
    Requirement("ITTPFL", "Intent-To-Treat Parameter-Level Flag", "Char", "Cond", codelist="Y", one_to_one=("ITTPFN",), versions=ONLY_1_0),
    Requirement("ITTPFL", "Intent-To-Treat Parameter-Level Flag", "Char", "Perm", codelist="Y", one_to_one=("ITTPFN",), versions=SINCE_1_1),
    Requirement("ITTPFN", "Intent-To-Treat Param-Level Flag (N)", "Num", "Perm", codelist="1", needs=("ITTPFL",), one_to_one=("ITTPFL",)),
    Requirement("SAFRFL", "Safety Analysis Record-Level Flag", "Char", "Cond", codelist="Y", one_to_one=("SAFRFN",), versions=ONLY_1_0),
    Requirement("SAFRFL", "Safety Analysis Record-Level Flag", "Char", "Perm", codelist="Y", one_to_one=("SAFRFN",), versions=SINCE_1_1),
    Requirement("SAFRFN", "Safety Analysis Record-Level Flag (N)", "Num", "Perm", codelist="1", needs=("SAFRFL",), one_to_one=("SAFRFL",)),
    Requirement("SAFPFL", "Safety Analysis Parameter-Level Flag", "Char", "Cond", codelist="Y", one_to_one=("SAFPFN",), versions=ONLY_1_0),
    Requirement("SAFPFL", "Safety Analysis Parameter-Level Flag", "Char", "Perm", codelist="Y", one_to_one=("SAFPFN",), versions=SINCE_1_1),
    Requirement("SAFPFN", "Safety Analysis Param-Level Flag (N)", "Num", "Perm", codelist="1", needs=("SAFPFL",), one_to_one=("SAFPFL",)),
    Requirement("FASRFL", "Full Analysis Set Record-Level Flag", "Char", "Cond", codelist="Y", one_to_one=("FASRFN",), versions=ONLY_1_0),
    Requirement("FASRFL", "Full Analysis Set Record-Level Flag", "Char", "Perm", codelist="Y", one_to_one=("FASRFN",), versions=SINCE_1_1),
    Requirement("FASRFN", "Full Analysis Set Record-Level Flag (N)", "Num", "Perm", codelist="1", needs=("FASRFL",), one_to_one=("FASRFL",)),
    Requirement("FASPFL", "Full Analysis Set Parameter-Level Flag", "Char", "Cond", codelist="Y", one_to_one=("FASPFN",), versions=ONLY_1_0),
    Requirement("FASPFL", "Full Analysis Set Parameter-Level Flag", "Char", "Perm", codelist="Y", one_to_one=("FASPFN",), versions=SINCE_1_1),
    Requirement("FASPFN", "Full Analysis Set Param-Level Flag (N)", "Num", "Perm", codelist="1", needs=("FASPFL",), one_to_one=("FASPFL",)),
    Requirement("PPROTRFL", "Per-Protocol Record-Level Flag", "Char", "Cond", codelist="Y", one_to_one=("PPROTRFN",), versions=ONLY_1_0),
    Requirement("PPROTRFL", "Per-Protocol Record-Level Flag", "Char", "Perm", codelist="Y", one_to_one=("PPROTRFN",), versions=SINCE_1_1),
    Requirement("PPROTRFN", "Per-Protocol Record-Level Flag (N)", "Num", "Perm", codelist="1", needs=("PPROTRFL",), one_to_one=("PPROTRFL",)),
    Requirement("PPROTPFL", "Per-Protocol Parameter-Level Flag", "Char", "Cond", codelist="Y", one_to_one=("PPROTPFN",), versions=ONLY_1_0),
    Requirement("PPROTPFL", "Per-Protocol Parameter-Level Flag", "Char", "Perm", codelist="Y", one_to_one=("PPROTPFN",), versions=SINCE_1_1),
    Requirement("PPROTPFN", "Per-Protocol Parameter-Level Flag (N)", "Num", "Perm", codelist="1", needs=("PPROTPFL",), one_to_one=("PPROTPFL",)),
    Requirement("COMPLRFL", "Completers Record-Level Flag", "Char", "Perm", codelist="Y", one_to_one=("COMPLRFN",), versions=SINCE_1_1),
    Requirement("COMPLRFN", "Completers Record-Level Flag (N)", "Num", "Perm", codelist="1", needs=("COMPLRFL",), one_to_one=("COMPLRFL",), versions=SINCE_1_1, doubts=("label",)),
    Requirement("COMPRFL", "Completers Record-Level Flag", "Char", "Cond", codelist="Y", condition="Population level is used in an analysis", one_to_one=("COMPRFN",), versions=ONLY_1_0, doubts=("condition",)),
    Requirement("COMPRFN", "Completers Record-Level Flag (N)", "Num", "Perm", codelist="1", needs=("COMPRFL",), one_to_one=("COMPRFL",), versions=ONLY_1_0),
    Requirement("COMPLPFL", "Completers Parameter-Level Flag", "Char", "Perm", codelist="Y", one_to_one=("COMPLPFN",), versions=SINCE_1_1),
    Requirement("COMPLPFN", "Completers Parameter-Level Flag (N)", "Num", "Perm", codelist="1", needs=("COMPLPFL",), one_to_one=("COMPLPFL",), versions=SINCE_1_1, doubts=("label",)),
    Requirement("COMPPFL", "Completers Parameter-Level Flag", "Char", "Cond", codelist="Y", condition="Population level is used in an analysis", one_to_one=("COMPPFN",), versions=ONLY_1_0, doubts=("condition",)),
    Requirement("COMPPFN", "Completers Parameter-Level Flag (N)", "Num", "Perm", codelist="1", needs=("COMPPFL",), one_to_one=("COMPPFL",), versions=ONLY_1_0),
    # Traceability
    Requirement("SRCDOM", "Source Domain", "Char", "Perm", versions=ONLY_1_0),
    Requirement("SRCDOM", "Source Data", "Char", "Perm", versions=SINCE_1_1),
    Requirement("SRCVAR", "Source Variable", "Char", "Perm", needs=("SRCDOM",), doubts=("needs",)),
    Requirement("SRCSEQ", "Source Sequence Number", "Num", "Perm", needs=("SRCDOM",), doubts=("needs",)),
)
# fmt: on


def variables(standards: Standards) -> dict[str, Requirement]:
    """Variables by name, in these versions of the standards."""
    return in_force(REQUIREMENTS, standards)


def schema(adamig: str = "1.3", occds: str = "1.1") -> pa.DataFrameSchema:
    """A pandera schema with every rule over one dataset of this structure.

    Parameters
    ----------
    adamig, occds : str
        Versions of the standards to judge by.

    Returns
    -------
    pandera.DataFrameSchema
        Validate with ``lazy=True`` to see every broken rule at once. Rules of severity error fail it,
        others are raised as pandera warnings.
    """
    from ..gate import pandera_schemas as contract  # pandera is loaded only for those who ask for a schema

    standards = Standards(adamig=adamig, occds=occds)
    return contract.schema(Structure.BDS, variables(standards), standards)
