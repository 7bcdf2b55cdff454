"""The manual page of every statement in programs of SAS and Stata, by which they were written and are tested.

Keyed by how a statement begins; within a SAS procedure by the procedure and its statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ManualPage:
    """A page of a vendor's manual.

    Attributes
    ----------
    title : str
    address : str
    options : str
        What of the statement is used, and what it means there.
    """

    title: str
    address: str
    options: str = ""


_SAS = "https://support.sas.com/documentation/cdl/en"
_STATEMENTS = ManualPage(
    "SAS Language Reference: Dictionary, Statements",
    f"{_SAS}/lrdict/63026/HTML/default/a000293668.htm",
)
_FUNCTIONS = "functions GETOPTION, UPCASE, PROBIT, SQRT, LOG, EXP, ABS"
_GO = "https://go.documentation.sas.com/api/docsets/statug"
_ICLIFETEST = ManualPage(
    "SAS/STAT User's Guide, The ICLIFETEST Procedure, PROC ICLIFETEST statement",
    f"{_SAS}/statug/68162/HTML/default/statug_iclifetest_syntax01.htm",
    "METHOD=, CONFTYPE=, ALPHA=, IMPUTE",
)
_LIFEREG = ManualPage(
    "SAS/STAT User's Guide, The LIFEREG Procedure, Syntax",
    f"{_GO}/v_016/content/statug_lifereg_toc.htm",
)
_SQL = ManualPage(
    "SQL Procedure User's Guide, CREATE TABLE statement",
    f"{_SAS}/sqlproc/63043/HTML/default/n07kfcv1vbih8rn1k9epo45umxil.htm",
)

SAS: Mapping[str, ManualPage] = {
    "libname": ManualPage(
        "Moving and Accessing SAS Files, the XPORT engine",
        f"{_SAS}/movefile/59598/HTML/default/creattrans.htm",
        "XPORT engine",
    ),
    **dict.fromkeys(
        ("data", "set", "run", "by", "retain", "if", "do", "put", "end", "drop", "length", "input"),
        _STATEMENTS,
    ),
    "assignment": ManualPage(
        "SAS Language Reference: Dictionary, Contents",
        f"{_SAS}/lrdict/64316/HTML/default/docsetNav.htm",
        _FUNCTIONS,
    ),
    "abort": ManualPage(
        "SAS Language Reference: Dictionary, ABORT statement",
        f"{_SAS}/lrdict/63026/HTML/default/a000230210.htm",
        "CANCEL",
    ),
    "infile": ManualPage(
        "SAS Language Reference: Dictionary, INFILE statement",
        f"{_SAS}/lrdict/61724/HTML/default/a000146932.htm",
        "DSD, FIRSTOBS=, TRUNCOVER, TERMSTR=, ENCODING=, LRECL=",
    ),
    "proc lifetest": ManualPage(
        "SAS/STAT User's Guide, The LIFETEST Procedure, PROC LIFETEST statement",
        f"{_SAS}/statug/65328/HTML/default/statug_lifetest_syntax01.htm",
        "METHOD=, CONFTYPE=, ALPHA=, ERROR=",
    ),
    "proc lifetest: time": ManualPage(
        "SAS/STAT User's Guide, The LIFETEST Procedure, TIME statement",
        f"{_SAS}/statug/68162/HTML/default/statug_lifetest_syntax07.htm",
        "EVENTCODE=",
    ),
    "proc lifetest: strata": ManualPage(
        "SAS/STAT User's Guide, The LIFETEST Procedure, STRATA statement",
        f"{_SAS}/statug/68162/HTML/default/statug_lifetest_syntax05.htm",
        "GROUP=, TEST=, NOTEST",
    ),
    "proc phreg": ManualPage(
        "SAS/STAT User's Guide, The PHREG Procedure",
        "https://support.sas.com/documentation/onlinedoc/stat/151/phreg.pdf",
        "COVS(AGGREGATE)",
    ),
    "proc phreg: class": ManualPage(
        "SAS/STAT User's Guide, The PHREG Procedure, CLASS statement",
        f"{_SAS}/statug/65328/HTML/default/statug_phreg_syntax06.htm",
        "REF=, PARAM=, ORDER=",
    ),
    "proc phreg: model": ManualPage(
        "SAS/STAT User's Guide, The PHREG Procedure, MODEL statement",
        "https://go.documentation.sas.com/api/docsets/statug/v_023/content/statug_phreg_syntax17.htm",
        "TIES=, ENTRY=, RISKLIMITS, ALPHA=, EVENTCODE=, the counting process style of input",
    ),
    "proc phreg: strata": ManualPage(
        "SAS/STAT User's Guide, The PHREG Procedure, STRATA statement",
        f"{_SAS}/statug/66859/HTML/default/statug_phreg_syntax21.htm",
    ),
    "proc phreg: id": ManualPage(
        "SAS/STAT User's Guide, The PHREG Procedure, ID statement",
        f"{_GO}/v_023/content/statug_phreg_syntax14.htm",
        "what COVS(AGGREGATE) aggregates over",
    ),
    "proc phreg: baseline": ManualPage(
        "SAS/STAT User's Guide, The PHREG Procedure, BASELINE statement",
        f"{_SAS}/statug/65328/HTML/default/statug_phreg_syntax03.htm",
        "OUT=, CMF=, CUMHAZ=",
    ),
    "proc iclifetest": _ICLIFETEST,
    "proc iclifetest: time": ManualPage(
        "SAS/STAT User's Guide, The ICLIFETEST Procedure, TIME statement",
        f"{_SAS}/statug/67523/HTML/default/statug_iclifetest_syntax06.htm",
        "a left of 0 or missing, a right that is missing; exact times are not used",
    ),
    "proc iclifetest: strata": ManualPage(
        "SAS/STAT User's Guide, The ICLIFETEST Procedure, STRATA statement",
        f"{_SAS}/statug/66859/HTML/default/statug_iclifetest_syntax04.htm",
    ),
    "proc iclifetest: test": ManualPage(
        "SAS/STAT User's Guide, The ICLIFETEST Procedure, TEST statement",
        f"{_SAS}/statug/68162/HTML/default/statug_iclifetest_syntax05.htm",
    ),
    "proc lifereg": _LIFEREG,
    "proc lifereg: class": _LIFEREG,
    "proc lifereg: model": ManualPage(
        "SAS/STAT User's Guide, The LIFEREG Procedure, MODEL statement",
        f"{_SAS}/statug/68162/HTML/default/statug_lifereg_syntax10.htm",
        "(lower, upper), DISTRIBUTION=, ALPHA=",
    ),
    "proc icphreg": ManualPage(
        "SAS/STAT User's Guide, The ICPHREG Procedure, Syntax",
        f"{_GO}/v_023/content/statug_icphreg_toc.htm",
    ),
    "proc icphreg: class": ManualPage(
        "SAS/STAT User's Guide, The ICPHREG Procedure, CLASS statement",
        f"{_GO}/v_023/content/statug_icphreg_syntax04.htm",
        "REF=, PARAM=, ORDER=",
    ),
    "proc icphreg: model": ManualPage(
        "SAS/STAT User's Guide, The ICPHREG Procedure, MODEL statement",
        f"{_GO}/v_016/content/statug_icphreg_syntax11.htm",
        "(t1, t2), ALPHA=; by default the baseline hazard is constant by parts",
    ),
    "proc sort": ManualPage(
        "Base SAS Procedures Guide, The SORT Procedure",
        f"{_SAS}/proc/63079/HTML/default/p1nd17xr6wof4sn19zkmid81p926.htm",
        "OUT=",
    ),
    "proc sql": _SQL,
    "proc sql: create": _SQL,
    "quit": _SQL,
    "proc print": ManualPage(
        "Base SAS Procedures Guide, PROC PRINT statement",
        f"{_SAS}/proc/65145/HTML/default/n17dcq1elcvpvkn1pkecj41cva6j.htm",
    ),
}
LEFT_TRUNCATION_IN_SAS = ManualPage(
    "SAS/STAT User's Guide, The PHREG Procedure, Left-Truncation of Failure Times",
    f"{_SAS}/statug/68162/HTML/default/statug_phreg_details13.htm",
)
"""PHREG has no product-limit estimate for late entries, so PROC SQL counts and a DATA step multiplies."""

_STATA = "https://www.stata.com/manuals"
STATA: Mapping[str, ManualPage] = {
    "version": ManualPage("[P] version", f"{_STATA}/pversion.pdf"),
    "set type": ManualPage("[D] generate", f"{_STATA}/dgenerate.pdf", "the type of new variables"),
    "use": ManualPage("[D] use", f"{_STATA}/duse.pdf"),
    "stset": ManualPage(
        "[ST] stset", f"{_STATA}/ststset.pdf", "failure(), origin(), enter(), exit(), id(), time0()"
    ),
    "sts list": ManualPage("[ST] sts list", f"{_STATA}/ststslist.pdf", "by(), cumhaz; limits are log(-log)"),
    "sts test": ManualPage("[ST] sts test", f"{_STATA}/stststest.pdf", "logrank, strata()"),
    "stcox": ManualPage(
        "[ST] stcox", f"{_STATA}/ststcox.pdf", "efron, breslow, strata(), vce(cluster), noadjust, level()"
    ),
    "stintreg": ManualPage(
        "[ST] stintreg", f"{_STATA}/ststintreg.pdf", "interval(), distribution(), time, level()"
    ),
    "version 17: stintcox": ManualPage("[ST] stintcox", f"{_STATA}/ststintcox.pdf", "interval(), level()"),
    "stcrreg": ManualPage(
        "[ST] stcrreg", f"{_STATA}/ststcrreg.pdf", "compete(), level(); ties are Breslow's"
    ),
    "egen": ManualPage("[D] egen", f"{_STATA}/degen.pdf", "group()"),
    "import delimited": ManualPage(
        "[D] import delimited",
        f"{_STATA}/dimportdelimited.pdf",
        "varnames(), case(), stringcols(), encoding(), asdouble",
    ),
}
FACTOR_VARIABLES_IN_STATA = ManualPage(
    "[U] 11.4.3 Factor variables", f"{_STATA}/u11.pdf#u11.4.3Factorvariables", "ib1.: the base"
)
