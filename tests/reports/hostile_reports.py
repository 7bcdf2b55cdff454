"""Made-up reports whose texts try to be more than text: markup, commands, formulas, control characters."""

import itertools
from datetime import date

from hypothesis import strategies as st

import adamgate as ag
from adamgate.schemas.gate.finding import Example, KnownFinding, Standing
from adamgate.schemas.gate.record_keys import RecordKeys
from adamgate.schemas.gate.report import Comparison, Input, Policy, Waived
from adamgate.schemas.study.variable import ReadingNote

HOSTILE = (
    "<script>alert(1)</script>",
    "]]><x/>",
    "\x1b[31mred",
    "line\r\n::error::forged",
    "##[error]forged",
    "\x00\x07\x7f",
    "\u202eevil\u200b",
    "\ud800 lone",
    "\ufffe\uffff",
    "=cmd|'/C calc'!A0",
    "+1",
    "-1",
    "@SUM(A1)",
    '=HYPERLINK("https://evil.example")',
    "_x0041_",
    "a|b | c",
    "`code` *em* _em_ ~~del~~ **b**",
    "[link](javascript:alert(1))",
    "![image](https://evil.example/x.png)",
    "https://evil.example www.evil.example",
    "&amp; &lt; \\| \\",
    "$x$ # - 1. >",
    "100% %0A %3A,a=b::c",
    "{0} {{1}}",
    "a\u2028b\u0085c",
)
words = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=()), max_size=12),
    st.sampled_from(("AVAL is negative", "OS", "x")),
)
named = words.filter(bool)
DATASETS = ("ADSL", "ADTTE", "(study)")
RULES = ("TTE006", "SL001", "ACME001", "<b>1</b>")


@st.composite
def findings(draw: st.DrawFn) -> ag.Finding:
    records = draw(st.integers(0, 5))
    examples = tuple(
        Example(number, {"USUBJID": draw(words), "ASEQ": 1}, draw(st.sampled_from([{}, {"AVAL": "=1+1"}])))
        for number in range(1, records + 1)
    )
    return ag.Finding(
        draw(st.sampled_from(RULES)),
        draw(st.sampled_from(list(ag.Severity))),
        draw(st.sampled_from(DATASETS)),
        tuple(draw(st.lists(named, max_size=2))),
        draw(named),
        records,
        examples,
        title=draw(words),
        keys=RecordKeys((draw(st.integers(0, 3)), 0)),
        standing=draw(st.sampled_from([None, *Standing])),
        parameter=draw(words),
    )


@st.composite
def fixed(draw: st.DrawFn) -> tuple[KnownFinding, ...]:
    """Findings of an earlier report that are not found any more."""
    return tuple(
        KnownFinding(rule_id, ag.Severity.ERROR, "ADTTE", ("AVAL",), draw(named), number, "f1" * 8)
        for number, rule_id in enumerate(draw(st.lists(st.sampled_from(RULES), max_size=3)))
    )


@st.composite
def reports(draw: st.DrawFn) -> ag.Report:
    found = tuple(draw(st.lists(findings(), max_size=25)))
    pairs = dict.fromkeys((each.rule_id, each.dataset) for each in found)
    failed = [ag.Outcome(rule_id, dataset, ag.Status.FAILED) for rule_id, dataset in pairs]
    others = [pair for pair in itertools.product(RULES, DATASETS) if pair not in pairs]
    judged = draw(st.lists(st.sampled_from(others), unique=True)) if others else []
    statuses = [each for each in ag.Status if each is not ag.Status.FAILED]
    outcomes = [ag.Outcome(*pair, draw(st.sampled_from(statuses)), draw(named)) for pair in judged]
    waived = draw(st.integers(0, 2))
    return ag.Report(
        (*failed, *outcomes),
        found,
        (),
        tuple(Input(name, draw(words), "TTE", 5, 3, draw(words)) for name in DATASETS[:2]),
        (ReadingNote("ADSL", draw(words)),),
        {"ADaMIG": "1.3"},
        {"adamgate": "0.1.0"},
        Policy(
            waived=tuple(
                Waived("TTE006", "ADTTE", ("AVAL",), draw(named), number, draw(named), draw(named),
                       date(2030, 1, 1), "waiver 1", draw(words))
                for number in range(waived)
            )
        ),
        draw(st.sampled_from([None, Comparison("baseline.json", ""), Comparison("", "", draw(fixed()))])),
    )  # fmt: skip
