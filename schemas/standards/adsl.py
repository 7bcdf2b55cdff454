# ruff: noqa: E501  (a row is a line)
"""Subject-level analysis dataset (ADSL): one record per subject.

ADaMIG 1.3 is taken to have the variables of 1.2. `needs` marked as doubtful follow from a definition, not from
a rule of the guide.
"""

from __future__ import annotations

from .requirement import Requirement, in_force
from .versions import ADAMIG, Standards

KEYS = ("STUDYID", "USUBJID")
"""What identifies a record."""

SINCE_1_1 = ADAMIG[1:]
SINCE_1_2 = ADAMIG[2:]
ONLY_1_0 = ADAMIG[:1]
ONLY_1_1 = ADAMIG[1:2]

# fmt: off
REQUIREMENTS: tuple[Requirement, ...] = (
    # Identifier
    Requirement("STUDYID", "Study Identifier", "Char", "Req"),
    Requirement("USUBJID", "Unique Subject Identifier", "Char", "Req"),
    Requirement("SUBJID", "Subject Identifier for the Study", "Char", "Req"),
    Requirement("SITEID", "Study Site Identifier", "Char", "Req"),
    Requirement("SITEGRy", "Pooled Site Group y", "Char", "Perm", needs=("SITEID",), one_to_one=("SITEGRyN",), doubts=("needs",)),
    Requirement("SITEGRyN", "Pooled Site Group y (N)", "Num", "Perm", needs=("SITEGRy",), one_to_one=("SITEGRy",)),
    Requirement("REGIONy", "Geographic Region y", "Char", "Perm", one_to_one=("REGIONyN",), versions=SINCE_1_1),
    Requirement("REGIONyN", "Geographic Region y (N)", "Num", "Perm", needs=("REGIONy",), one_to_one=("REGIONy",), versions=SINCE_1_1),
    # Demographics
    Requirement("AGE", "Age", "Num", "Req"),
    Requirement("AGEU", "Age Units", "Char", "Req", codelist="(AGEU)"),
    Requirement("AGEGRy", "Pooled Age Group y", "Char", "Perm", needs=("AGE|AAGE",), one_to_one=("AGEGRyN",), doubts=("needs", "versions")),
    Requirement("AGEGRyN", "Pooled Age Group y (N)", "Num", "Perm", needs=("AGEGRy",), one_to_one=("AGEGRy",), doubts=("versions",)),
    Requirement("AAGE", "Analysis Age", "Num", "Cond", condition="Analysis age derived differently from DM.AGE", versions=SINCE_1_1),
    Requirement("SEX", "Sex", "Char", "Req", codelist="(SEX)"),
    Requirement("RACE", "Race", "Char", "Req", codelist="(RACE)"),
    Requirement("RACEGRy", "Pooled Race Group y", "Char", "Perm", needs=("RACE",), one_to_one=("RACEGRyN",), doubts=("needs",)),
    Requirement("RACEGRyN", "Pooled Race Group y (N)", "Num", "Perm", needs=("RACEGRy",), one_to_one=("RACEGRy",)),
    # Population indicators
    Requirement("FASFL", "Full Analysis Set Population Flag", "Char", "Cond", codelist="Y,N", condition="Population is in SAP or analysed; at least one flag needed", one_to_one=("FASFN",)),
    Requirement("FASFN", "Full Analysis Set Population Flag (N)", "Num", "Perm", codelist="1,0", needs=("FASFL",), one_to_one=("FASFL",), doubts=("label",)),
    Requirement("SAFFL", "Safety Population Flag", "Char", "Cond", codelist="Y,N", condition="Population is in SAP or analysed; at least one flag needed", one_to_one=("SAFFN",)),
    Requirement("SAFFN", "Safety Population Flag (N)", "Num", "Perm", codelist="1,0", needs=("SAFFL",), one_to_one=("SAFFL",), doubts=("label",)),
    Requirement("ITTFL", "Intent-To-Treat Population Flag", "Char", "Cond", codelist="Y,N", condition="Population is in SAP or analysed; at least one flag needed", one_to_one=("ITTFN",)),
    Requirement("ITTFN", "Intent-To-Treat Population Flag (N)", "Num", "Perm", codelist="1,0", needs=("ITTFL",), one_to_one=("ITTFL",), doubts=("label",)),
    Requirement("PPROTFL", "Per-Protocol Population Flag", "Char", "Cond", codelist="Y,N", condition="Population is in SAP or analysed; at least one flag needed", one_to_one=("PPROTFN",)),
    Requirement("PPROTFN", "Per-Protocol Population Flag (N)", "Num", "Perm", codelist="1,0", needs=("PPROTFL",), one_to_one=("PPROTFL",), doubts=("label",)),
    Requirement("COMPLFL", "Completers Population Flag", "Char", "Cond", codelist="Y,N", condition="Population is in SAP or analysed; at least one flag needed", one_to_one=("COMPLFN",)),
    Requirement("COMPLFN", "Completers Population Flag (N)", "Num", "Perm", codelist="1,0", needs=("COMPLFL",), one_to_one=("COMPLFL",), doubts=("label",)),
    Requirement("RANDFL", "Randomized Population Flag", "Char", "Cond", codelist="Y,N", condition="Population is in SAP or analysed; at least one flag needed", one_to_one=("RANDFN",)),
    Requirement("RANDFN", "Randomized Population Flag (N)", "Num", "Perm", codelist="1,0", needs=("RANDFL",), one_to_one=("RANDFL",), doubts=("label",)),
    Requirement("ENRLFL", "Enrolled Population Flag", "Char", "Cond", codelist="Y,N", condition="Population is in SAP or analysed; at least one flag needed", one_to_one=("ENRLFN",)),
    Requirement("ENRLFN", "Enrolled Population Flag (N)", "Num", "Perm", codelist="1,0", needs=("ENRLFL",), one_to_one=("ENRLFL",), doubts=("label",)),
    # Treatment
    Requirement("ARM", "Description of Planned Arm", "Char", "Req"),
    Requirement("ACTARM", "Description of Actual Arm", "Char", "Perm", versions=SINCE_1_1),
    Requirement("TRTxxP", "Planned Treatment for Period xx", "Char", "Req", one_to_one=("TRTxxPN",)),
    Requirement("TRTxxPN", "Planned Treatment for Period xx (N)", "Num", "Perm", needs=("TRTxxP",), one_to_one=("TRTxxP",)),
    Requirement("TRTxxA", "Actual Treatment for Period xx", "Char", "Cond", condition="Actual differs from planned and as-treated analysis is done", one_to_one=("TRTxxAN",)),
    Requirement("TRTxxAN", "Actual Treatment for Period xx (N)", "Num", "Perm", needs=("TRTxxA",), one_to_one=("TRTxxA",)),
    Requirement("TRTSEQP", "Planned Sequence of Treatments", "Char", "Cond", condition="Analysis is based on treatment sequence, e.g. crossover", one_to_one=("TRTSEQPN",)),
    Requirement("TRTSEQPN", "Planned Sequence of Treatments (N)", "Num", "Perm", needs=("TRTSEQP",), one_to_one=("TRTSEQP",)),
    Requirement("TRTSEQA", "Actual Sequence of Treatments", "Char", "Cond", condition="Sequence received differed from plan and sequence is analysed", one_to_one=("TRTSEQAN",)),
    Requirement("TRTSEQAN", "Actual Sequence of Treatments (N)", "Num", "Perm", needs=("TRTSEQA",), one_to_one=("TRTSEQA",)),
    Requirement("TRxxPGy", "Planned Pooled Treatment y for Period xx", "Char", "Perm", needs=("TRTxxP",), one_to_one=("TRxxPGyN",), doubts=("needs",)),
    Requirement("TRxxPGyN", "Planned Pooled Trt y for Period xx (N)", "Char", "Perm", needs=("TRxxPGy",), one_to_one=("TRxxPGy",), versions=ONLY_1_0),
    Requirement("TRxxPGyN", "Planned Pooled Trt y for Period xx (N)", "Num", "Perm", needs=("TRxxPGy",), one_to_one=("TRxxPGy",), versions=SINCE_1_1),
    Requirement("TRxxAGy", "Actual Pooled Treatment y for Period xx", "Char", "Cond", condition="TRxxPGy and TRTxxA both present", needs=("TRTxxA",), one_to_one=("TRxxAGyN",), doubts=("needs",)),
    Requirement("TRxxAGyN", "Actual Pooled Trt y for Period xx (N)", "Char", "Perm", needs=("TRxxAGy",), one_to_one=("TRxxAGy",), versions=ONLY_1_0),
    Requirement("TRxxAGyN", "Actual Pooled Trt y for Period xx (N)", "Num", "Perm", needs=("TRxxAGy",), one_to_one=("TRxxAGy",), versions=SINCE_1_1),
    Requirement("TSEQPGy", "Planned Pooled Treatment Sequence y", "Char", "Perm", needs=("TRTSEQP",), one_to_one=("TSEQPGyN",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("TSEQPGyN", "Planned Pooled Treatment Sequence y (N)", "Num", "Perm", needs=("TSEQPGy",), one_to_one=("TSEQPGy",), versions=SINCE_1_1),
    Requirement("TSEQAGy", "Actual Pooled Treatment Sequence y", "Char", "Cond", condition="TSEQPGy and TRTSEQA both present", needs=("TRTSEQA",), one_to_one=("TSEQAGyN",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("TSEQAGyN", "Actual Pooled Treatment Sequence y (N)", "Num", "Perm", needs=("TSEQAGy",), one_to_one=("TSEQAGy",), versions=SINCE_1_1),
    # Dose
    Requirement("DOSExxP", "Planned Treatment Dose for Period xx", "Num", "Perm", versions=SINCE_1_1),
    Requirement("DOSExxA", "Actual Treatment Dose for Period xx", "Num", "Perm", versions=SINCE_1_1),
    Requirement("DOSExxU", "Units for Dose for Period xx", "Char", "Perm", needs=("DOSExxP|DOSExxA",), versions=SINCE_1_1, doubts=("needs",)),
    # Stratification
    Requirement("STRATAR", "Strata Used for Randomization", "Char", "Perm", one_to_one=("STRATARN",), versions=SINCE_1_2),
    Requirement("STRATARN", "Strata Used for Randomization (N)", "Num", "Perm", needs=("STRATAR",), one_to_one=("STRATAR",), versions=SINCE_1_2),
    Requirement("STRATwD", "Description of Stratification Factor w", "Char", "Perm", versions=SINCE_1_2),
    Requirement("STRATwR", "Strat Factor w Value Used for Rand", "Char", "Perm", one_to_one=("STRATwRN",), versions=SINCE_1_2),
    Requirement("STRATwRN", "Strat Factor w Value Used for Rand (N)", "Num", "Perm", needs=("STRATwR",), one_to_one=("STRATwR",), versions=SINCE_1_2),
    Requirement("STRATAV", "Strata from Verification Source", "Char", "Perm", one_to_one=("STRATAVN",), versions=SINCE_1_2),
    Requirement("STRATAVN", "Strata from Verification Source (N)", "Num", "Perm", needs=("STRATAV",), one_to_one=("STRATAV",), versions=SINCE_1_2),
    Requirement("STRATwV", "Strat Factor w Value from Verif Source", "Char", "Perm", one_to_one=("STRATwVN",), versions=SINCE_1_2),
    Requirement("STRATwVN", "Strat Fact w Val from Verif Source (N)", "Num", "Perm", needs=("STRATwV",), one_to_one=("STRATwV",), versions=SINCE_1_2),
    # Treatment timing
    Requirement("TRTSDT", "Date of First Exposure to Treatment", "Num", "Cond", condition="Investigational product exists; this and/or TRTSDTM"),
    Requirement("TRTSTM", "Time of First Exposure to Treatment", "Num", "Perm"),
    Requirement("TRTSDTM", "Datetime of First Exposure to Treatment", "Num", "Cond", condition="Investigational product exists; this and/or TRTSDT"),
    Requirement("TRTSDTF", "Date of First Exposure Imput. Flag", "Char", "Cond", codelist="(DATEFL)", condition="TRTSDT or date part of TRTSDTM was imputed", needs=("TRTSDT|TRTSDTM",), doubts=("needs",)),
    Requirement("TRTSTMF", "Time of First Exposure Imput. Flag", "Char", "Cond", codelist="(TIMEFL)", condition="TRTSTM or time part of TRTSDTM was imputed", needs=("TRTSTM|TRTSDTM",), doubts=("needs",)),
    Requirement("TRTEDT", "Date of Last Exposure to Treatment", "Num", "Cond", condition="Investigational product exists; this and/or TRTEDTM"),
    Requirement("TRTETM", "Time of Last Exposure to Treatment", "Num", "Perm"),
    Requirement("TRTEDTM", "Datetime of Last Exposure to Treatment", "Num", "Cond", condition="Investigational product exists; this and/or TRTEDT"),
    Requirement("TRTEDTF", "Date of Last Exposure Imput. Flag", "Char", "Cond", codelist="(DATEFL)", condition="TRTEDT or date part of TRTEDTM was imputed", needs=("TRTEDT|TRTEDTM",), doubts=("needs",)),
    Requirement("TRTETMF", "Time of Last Exposure Imput. Flag", "Char", "Cond", codelist="(TIMEFL)", condition="TRTETM or time part of TRTEDTM was imputed", needs=("TRTETM|TRTEDTM",), doubts=("needs",)),
    Requirement("TRxxSDT", "Date of First Exposure in Period xx", "Num", "Cond", condition="More than one treatment period; this and/or TRxxSDTM"),
    Requirement("TRxxSTM", "Time of First Exposure in Period xx", "Num", "Cond", condition="Several treatment periods and start time matters to analysis"),
    Requirement("TRxxSDTM", "Datetime of First Exposure in Period xx", "Num", "Cond", condition="More than one treatment period; this and/or TRxxSDT"),
    Requirement("TRxxSDTF", "Date 1st Exposure Period xx Imput. Flag", "Char", "Cond", codelist="(DATEFL)", condition="TRxxSDT or date part of TRxxSDTM was imputed", needs=("TRxxSDT|TRxxSDTM",), doubts=("needs",)),
    Requirement("TRxxSTMF", "Time 1st Exposure Period xx Imput. Flag", "Char", "Cond", codelist="(TIMEFL)", condition="TRxxSTM or time part of TRxxSDTM was imputed", needs=("TRxxSTM|TRxxSDTM",), doubts=("needs",)),
    Requirement("TRxxEDT", "Date of Last Exposure in Period xx", "Num", "Cond", condition="More than one treatment period; this and/or TRxxEDTM"),
    Requirement("TRxxETM", "Time of Last Exposure in Period xx", "Num", "Cond", condition="Several treatment periods and end time matters to analysis"),
    Requirement("TRxxEDTM", "Datetime of Last Exposure in Period xx", "Num", "Cond", condition="More than one treatment period; this and/or TRxxEDT"),
    Requirement("TRxxEDTF", "Date Last Exposure Period xx Imput. Flag", "Char", "Cond", codelist="(DATEFL)", condition="TRxxEDT or date part of TRxxEDTM was imputed", needs=("TRxxEDT|TRxxEDTM",), doubts=("needs",)),
    Requirement("TRxxETMF", "Time Last Exposure Period xx Imput. Flag", "Char", "Cond", codelist="(TIMEFL)", condition="TRxxETM or time part of TRxxEDTM was imputed", needs=("TRxxETM|TRxxEDTM",), doubts=("needs",)),
    # Period, subperiod, phase timing
    Requirement("APxxSDT", "Period xx Start Date", "Num", "Perm"),
    Requirement("APxxSTM", "Period xx Start Time", "Num", "Perm"),
    Requirement("APxxSDTM", "Period xx Start Datetime", "Num", "Perm"),
    Requirement("APxxSDTF", "Period xx Start Date Imput. Flag", "Char", "Cond", codelist="(DATEFL)", condition="APxxSDT or date part of APxxSDTM was imputed", needs=("APxxSDT|APxxSDTM",), doubts=("needs",)),
    Requirement("APxxSTMF", "Period xx Start Time Imput. Flag", "Char", "Cond", codelist="(TIMEFL)", condition="APxxSTM or time part of APxxSDTM was imputed", needs=("APxxSTM|APxxSDTM",), doubts=("needs",)),
    Requirement("APxxEDT", "Period xx End Date", "Num", "Perm"),
    Requirement("APxxETM", "Period xx End Time", "Num", "Perm"),
    Requirement("APxxEDTM", "Period xx End Datetime", "Num", "Perm"),
    Requirement("APxxEDTF", "Period xx End Date Imput. Flag", "Char", "Cond", codelist="(DATEFL)", condition="APxxEDT or date part of APxxEDTM was imputed", needs=("APxxEDT|APxxEDTM",), doubts=("needs",)),
    Requirement("APxxETMF", "Period xx End Time Imput. Flag", "Char", "Cond", codelist="(TIMEFL)", condition="APxxETM or time part of APxxEDTM was imputed", needs=("APxxETM|APxxEDTM",), doubts=("needs",)),
    Requirement("PxxSw", "Description of Period xx Subperiod w", "Char", "Perm", versions=SINCE_1_1),
    Requirement("PxxSwSDT", "Period xx Subperiod w Start Date", "Num", "Perm", versions=SINCE_1_1),
    Requirement("PxxSwSTM", "Period xx Subperiod w Start Time", "Num", "Perm", versions=SINCE_1_1),
    Requirement("PxxSwSDM", "Period xx Subperiod w Start Datetime", "Num", "Perm", versions=SINCE_1_1),
    Requirement("PxxSwSDF", "Period xx Subper w Start Date Imput Flag", "Char", "Cond", codelist="(DATEFL)", condition="PxxSwSDT or date part of PxxSwSDM was imputed", needs=("PxxSwSDT|PxxSwSDM",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("PxxSwSTF", "Period xx Subper w Start Time Imput Flag", "Char", "Cond", codelist="(TIMEFL)", condition="PxxSwSTM or time part of PxxSwSDM was imputed", needs=("PxxSwSTM|PxxSwSDM",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("PxxSwEDT", "Period xx Subperiod w End Date", "Num", "Perm", versions=SINCE_1_1),
    Requirement("PxxSwETM", "Period xx Subperiod w End Time", "Num", "Perm", versions=SINCE_1_1),
    Requirement("PxxSwEDM", "Period xx Subperiod w End Datetime", "Num", "Perm", versions=SINCE_1_1),
    Requirement("PxxSwEDF", "Period xx Subper w End Date Imput Flag", "Char", "Cond", codelist="(DATEFL)", condition="PxxSwEDT or date part of PxxSwEDM was imputed", needs=("PxxSwEDT|PxxSwEDM",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("PxxSwETF", "Period xx Subper w End Time Imput Flag", "Char", "Cond", codelist="(TIMEFL)", condition="PxxSwETM or time part of PxxSwEDM was imputed", needs=("PxxSwETM|PxxSwEDM",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("APHASEw", "Description of Phase w", "Char", "Perm", versions=SINCE_1_1),
    Requirement("PHwSDT", "Phase w Start Date", "Num", "Perm", versions=SINCE_1_1),
    Requirement("PHwSTM", "Phase w Start Time", "Num", "Perm", versions=SINCE_1_1),
    Requirement("PHwSDTM", "Phase w Start Datetime", "Num", "Perm", versions=SINCE_1_1),
    Requirement("PHwSDTF", "Phase w Start Date Imputation Flag", "Char", "Cond", codelist="(DATEFL)", condition="PHwSDT or date part of PHwSDTM was imputed", needs=("PHwSDT|PHwSDTM",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("PHwSTMF", "Phase w Start Time Imputation Flag", "Char", "Cond", codelist="(TIMEFL)", condition="PHwSTM or time part of PHwSDTM was imputed", needs=("PHwSTM|PHwSDTM",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("PHwEDT", "Phase w End Date", "Num", "Perm", versions=SINCE_1_1),
    Requirement("PHwETM", "Phase w End Time", "Num", "Perm", versions=SINCE_1_1),
    Requirement("PHwEDTM", "Phase w End Datetime", "Num", "Perm", versions=SINCE_1_1),
    Requirement("PHwEDTF", "Phase w End Date Imputation Flag", "Char", "Cond", codelist="(DATEFL)", condition="PHwEDT or date part of PHwEDTM was imputed", needs=("PHwEDT|PHwEDTM",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("PHwETMF", "Phase w End Time Imputation Flag", "Char", "Cond", codelist="(TIMEFL)", condition="PHwETM or time part of PHwEDTM was imputed", needs=("PHwETM|PHwEDTM",), versions=SINCE_1_1, doubts=("needs",)),
    # Trial experience
    Requirement("EOSSTT", "End of Study Status", "Char", "Perm", versions=ONLY_1_1),
    Requirement("EOSSTT", "End of Study Status", "Char", "Perm", codelist="(SBJTSTAT)", versions=SINCE_1_2),
    Requirement("EOSDT", "End of Study Date", "Num", "Perm", versions=SINCE_1_1),
    Requirement("DCSREAS", "Reason for Discontinuation from Study", "Char", "Perm", versions=SINCE_1_1),
    Requirement("DCSREASP", "Reason Spec for Discont from Study", "Char", "Perm", needs=("DCSREAS",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("EOTSTT", "End of Treatment Status", "Char", "Perm", versions=ONLY_1_1),
    Requirement("EOTSTT", "End of Treatment Status", "Char", "Perm", codelist="(SBJTSTAT)", versions=SINCE_1_2),
    Requirement("DCTREAS", "Reason for Discontinuation of Treatment", "Char", "Perm", versions=SINCE_1_1),
    Requirement("DCTREASP", "Reason Specify for Discont of Treatment", "Char", "Perm", needs=("DCTREAS",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("EOTxxSTT", "End of Treatment Status in Period xx", "Char", "Perm", versions=ONLY_1_1),
    Requirement("EOTxxSTT", "End of Treatment Status in Period xx", "Char", "Perm", codelist="(SBJTSTAT)", versions=SINCE_1_2),
    Requirement("DCTxxRS", "Reason for Discont of Treat in Period xx", "Char", "Perm", versions=SINCE_1_1),
    Requirement("DCTxxRSP", "Reason Spec for Disc of Trt in Period xx", "Char", "Perm", needs=("DCTxxRS",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("EOPxxSTT", "End of Period xx Status", "Char", "Perm", versions=ONLY_1_1),
    Requirement("EOPxxSTT", "End of Period xx Status", "Char", "Perm", codelist="(SBJTSTAT)", versions=SINCE_1_2),
    Requirement("DCPxxRS", "Reason for Discont from Period xx", "Char", "Perm", versions=SINCE_1_1),
    Requirement("DCPxxRSP", "Reason Spec for Discont from Period xx", "Char", "Perm", needs=("DCPxxRS",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("RFICDT", "Date of Informed Consent", "Num", "Perm", versions=SINCE_1_1),
    Requirement("ENRLDT", "Date of Enrollment", "Num", "Perm", versions=SINCE_1_1),
    Requirement("RANDDT", "Date of Randomization", "Num", "Cond", condition="Trial is randomized"),
    Requirement("RFICyDT", "Date of Informed Consent y", "Num", "Perm", versions=SINCE_1_1),
    Requirement("ENRLyDT", "Date of Enrollment y", "Num", "Perm", versions=SINCE_1_1),
    Requirement("RANDyDT", "Date of Randomization y", "Num", "Perm", versions=SINCE_1_1),
    Requirement("LSTALVDT", "Date Last Known Alive", "Num", "Perm", versions=SINCE_1_1),
    Requirement("TRCMP", "Treatment Compliance (%)", "Num", "Perm", versions=SINCE_1_1),
    Requirement("TRCMPGy", "Treatment Compliance (%) Group y", "Char", "Perm", needs=("TRCMP",), one_to_one=("TRCMPGyN",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("TRCMPGyN", "Treatment Compliance (%) Group y (N)", "Num", "Perm", needs=("TRCMPGy",), one_to_one=("TRCMPGy",), versions=SINCE_1_1),
    Requirement("TRxxDURD", "Treatment Duration in Period xx (Days)", "Num", "Perm", versions=SINCE_1_1),
    Requirement("TRxxDURM", "Treatment Duration in Period xx (Months)", "Num", "Perm", versions=SINCE_1_1),
    Requirement("TRxxDURY", "Treatment Duration in Period xx (Years)", "Num", "Perm", versions=SINCE_1_1),
    Requirement("TRTDURD", "Total Treatment Duration (Days)", "Num", "Perm", versions=SINCE_1_1),
    Requirement("TRTDURM", "Total Treatment Duration (Months)", "Num", "Perm", versions=SINCE_1_1),
    Requirement("TRTDURY", "Total Treatment Duration (Years)", "Num", "Perm", versions=SINCE_1_1),
    Requirement("DTHDT", "Date of Death", "Num", "Perm", versions=SINCE_1_1),
    Requirement("DTHDTF", "Date of Death Imputation Flag", "Char", "Cond", condition="DTHDT was imputed", needs=("DTHDT",), versions=ONLY_1_1, doubts=("needs",)),
    Requirement("DTHDTF", "Date of Death Imputation Flag", "Char", "Cond", codelist="(DATEFL)", condition="DTHDT was imputed", needs=("DTHDT",), versions=SINCE_1_2, doubts=("needs",)),
    Requirement("DTHCAUS", "Cause of Death", "Char", "Perm", one_to_one=("DTHCAUSN",), versions=SINCE_1_1),
    Requirement("DTHCAUSN", "Cause of Death (N)", "Num", "Perm", needs=("DTHCAUS",), one_to_one=("DTHCAUS",), versions=SINCE_1_1),
    Requirement("DTHCGRy", "Cause of Death Group y", "Char", "Perm", needs=("DTHCAUS",), one_to_one=("DTHCGRyN",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("DTHCGRyN", "Cause of Death Group y (N)", "Num", "Perm", needs=("DTHCGRy",), one_to_one=("DTHCGRy",), versions=SINCE_1_1),
)
# fmt: on


def variables(standards: Standards) -> dict[str, Requirement]:
    """Variables by name, in these versions of the standards."""
    return in_force(REQUIREMENTS, standards)
