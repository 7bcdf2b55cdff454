"""Events against the sources that are declared of them."""

import numpy as np
import pandas as pd
import pytest

from adamgate.schemas.gate.finding import Status
from adamgate.schemas.gate.validate import judge
from adamgate.schemas.study.declarations import DateSource, Endpoint

DAY = pd.Timedelta("1D")
PROGRESSION = DateSource(dataset="ADRS", where="AVALC == 'PD'", date="ADT")
DEATH = DateSource(dataset="ADSL", where="DTHFL == 'Y'", date="DTHDT")


@pytest.fixture
def declared(trial):
    """Progression-free survival of which each event is a progression in ADRS; no source variables."""
    free = trial.adtte.loc[trial.of("PFS")]
    progressed = free[free.CNSR.eq(0)][["USUBJID", "ADT"]].assign(AVALC="PD")
    stable = free[["USUBJID"]].assign(ADT=free.STARTDT + 5 * DAY, AVALC="SD")
    trial.others["ADRS"] = pd.concat([stable, progressed], ignore_index=True).assign(PARAMCD="OVR")
    trial.adtte = trial.adtte.drop(columns=["SRCDOM", "SRCVAR"])
    trial.declare(
        endpoints={"PFS": Endpoint(events=("PROGRESSION", "DEATH"))},
        sources={"PROGRESSION": PROGRESSION, "DEATH": DEATH},
    )
    return trial


def pfs(trial, cnsr, number=0):
    own = trial.adtte.loc[trial.of("PFS")]
    return own[own.CNSR.eq(cnsr)].iloc[number]


def add(trial, subject, day, value="PD"):
    record = pd.DataFrame([{"USUBJID": subject, "ADT": day, "AVALC": value, "PARAMCD": "OVR"}])
    trial.others["ADRS"] = pd.concat([trial.others["ADRS"], record], ignore_index=True)


class TestDeclaredSources:
    def test_clean(self, declared):
        assert declared.findings("XD036") == []

    def test_nothing_is_declared(self, trial):
        assert trial.reason("XD036") == "no sources of events are declared"

    @pytest.mark.parametrize(("days", "told"), [(-3, 1), (0, 0), (3, 0)])
    def test_an_earlier_record(self, declared, days, told):
        own = pfs(declared, 0)
        add(declared, own.USUBJID, own.ADT + days * DAY)
        assert declared.told("XD036") == [("error", 1)] * told

    @pytest.mark.parametrize(("days", "told"), [(-3, 1), (0, 1), (1, 0)])
    def test_censored_in_spite_of_a_record(self, declared, days, told):
        own = pfs(declared, 1)
        add(declared, own.USUBJID, own.ADT + days * DAY)
        assert declared.told("XD036") == [("error", 1)] * told
        if told:
            assert declared.finding("XD036").variables == ("CNSR", "ADT")
            assert declared.finding("XD036").parameter == "PFS"

    def test_a_record_of_the_second_source(self, declared):
        """Censored on the day of death, which is declared to be an event."""
        died = declared.adsl.set_index("USUBJID").DTHDT
        own = declared.adtte.loc[declared.of("PFS")]
        own = own[own.CNSR.eq(1) & own.USUBJID.map(died).notna()].iloc[0]
        declared.adtte.loc[own.name, "ADT"] = died[own.USUBJID]
        assert declared.told("XD036") == [("error", 1)]
        declared.declare(
            endpoints={"PFS": Endpoint(events=("PROGRESSION",))}, sources={"PROGRESSION": PROGRESSION}
        )
        assert declared.findings("XD036") == []
        assert declared.findings("XD031") == []  # death is not declared to be an event

    def test_an_event_without_a_record(self, declared):
        own = pfs(declared, 0, 2)  # alive
        adrs = declared.others["ADRS"]
        declared.others["ADRS"] = adrs[~(adrs.USUBJID.eq(own.USUBJID) & adrs.AVALC.eq("PD"))]
        assert declared.told("XD036") == [("error", 1)]
        assert "at the date of no record" in declared.finding("XD036").message

    def test_a_stated_reason_is_a_doubt(self, declared):
        own = pfs(declared, 1)
        add(declared, own.USUBJID, own.ADT)
        declared.adtte.loc[own.name, "CNSDTDSC"] = "Start of new anti-cancer therapy"
        assert declared.told("XD036") == [("warning", 1)]

    def test_an_imputed_date_is_a_doubt(self, declared):
        own = pfs(declared, 0)
        add(declared, own.USUBJID, own.ADT - DAY)
        declared.adtte["ADTF"] = None
        declared.adtte.loc[own.name, "ADTF"] = "D"
        assert declared.told("XD036") == [("warning", 1)]

    def test_records_before_the_start(self, declared):
        own = pfs(declared, 0)
        add(declared, own.USUBJID, own.STARTDT - 3 * DAY)
        assert declared.findings("XD036") == []
        adrs = declared.others["ADRS"]
        declared.others["ADRS"] = adrs[~(adrs.USUBJID.eq(own.USUBJID) & adrs.ADT.eq(own.ADT))]
        declared.adtte.loc[own.name, "ADT"] = own.STARTDT  # raised to the start
        assert declared.findings("XD036") == []

    def test_a_record_after_a_new_therapy(self, declared):
        own = pfs(declared, 1)
        add(declared, own.USUBJID, own.ADT)
        declared.adsl["NEWTDT"] = own.ADT - 3 * DAY
        endpoint = Endpoint(events=("PROGRESSION",), new_therapy="NEWTDT")
        declared.declare(endpoints={"PFS": endpoint}, sources={"PROGRESSION": PROGRESSION})
        assert declared.findings("XD036") == []

    def test_recurrent_events(self, declared):
        own = pfs(declared, 0)
        add(declared, own.USUBJID, own.ADT - 3 * DAY)
        endpoint = Endpoint(events=("PROGRESSION",), recurrent=True)
        declared.declare(endpoints={"PFS": endpoint}, sources={"PROGRESSION": PROGRESSION})
        assert "no sources of events are declared" in declared.reason("XD036")

    def test_a_record_that_no_flag_selects(self, declared):
        own = pfs(declared, 0)
        more = declared.adtte.loc[[own.name]].assign(ADT=own.ADT + 9 * DAY, ANL01FL=None)
        declared.adtte = pd.concat([declared.adtte.assign(ANL01FL="Y"), more], ignore_index=True)
        assert declared.findings("XD036") == []

    def test_deaths_have_other_findings(self, declared):
        declared.declare(endpoints={"OS": Endpoint(events=("DEATH",))}, sources={"DEATH": DEATH})
        own = declared.adtte.index[declared.adtte.PARAMCD.eq("OS") & declared.adtte.CNSR.eq(0)][0]
        declared.adtte.loc[own, "CNSR"] = 1
        assert declared.findings("XD036") == []
        assert declared.told("XD003") == [("error", 1)]

    def test_text_dates(self, declared):
        """Dates as in ISO 8601; a partial one proves nothing, and may be the event."""
        adrs = declared.others["ADRS"]
        text = adrs.ADT.dt.strftime("%Y-%m-%dT08:00")
        declared.others["RS"] = adrs.assign(RSDTC=text, RSSTRESC=adrs.AVALC)[["USUBJID", "RSDTC", "RSSTRESC"]]
        source = DateSource(dataset="RS", where="RSSTRESC == 'PD'", date="RSDTC")
        declared.declare(endpoints={"PFS": Endpoint(events=("PD",))}, sources={"PD": source})
        assert declared.findings("XD036") == []
        own = pfs(declared, 0)
        there = declared.others["RS"].index[adrs.USUBJID.eq(own.USUBJID) & adrs.AVALC.eq("PD")]
        declared.others["RS"].loc[there, "RSDTC"] = own.ADT.strftime("%Y-%m")
        assert declared.findings("XD036") == []
        declared.others["RS"].loc[there, "RSDTC"] = (own.ADT - DAY).strftime("%Y-%m-%d")
        assert declared.told("XD036") == [("error", 1)]

    def test_inference_is_silent_about_what_is_declared(self, declared):
        own, censored = pfs(declared, 0), pfs(declared, 1)
        add(declared, own.USUBJID, own.ADT - 3 * DAY)
        add(declared, censored.USUBJID, censored.ADT)
        report = declared.report("XD030", "XD011", "XD034", "XD036")
        assert {each.rule_id for each in report.findings} == {"XD036"}
        declared.declare()
        report = declared.report("XD030", "XD011", "XD036")
        assert {each.rule_id for each in report.findings} == {"XD030", "XD011"}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (DateSource(dataset="ADR", date="ADT"), ["ADR of source PD is not present", "did you mean ADRS"]),
        (DateSource(dataset="ADRS", date="ADTT"), ["ADTT of source PD is not present in ADRS", "mean ADT?"]),
        (
            DateSource(dataset="ADRS", date="ADT", where="AVALCC == 'PD'"),
            ["AVALCC in the condition is not present in ADRS", "did you mean AVALC?"],
        ),
        (DateSource(dataset="ADRS", date="ADT", where="AVALC = 'PD'"), ["cannot be parsed", "use =="]),
    ],
)
def test_what_is_declared_and_not_present_fails_the_gate(declared, source, words):
    declared.declare(endpoints={"PFS": Endpoint(events=("PD",))}, sources={"PD": source})
    report = judge(declared.study(), declarations=declared.declarations, rules={"XD036"})
    (outcome,) = [each for each in report.outcomes if each.status is Status.NOT_RUN]
    assert report.refuses()
    assert all(each in outcome.reason for each in words), outcome.reason


def test_a_source_that_is_not_declared(declared):
    declared.declare(endpoints={"PFS": Endpoint(events=("PROGRESION",))}, sources={"PROGRESSION": DEATH})
    report = judge(declared.study(), declarations=declared.declarations, rules={"XD036"})
    assert "did you mean PROGRESSION?" in report.not_run[0].reason


def test_datetimes_and_other_conditions(trial):
    """The first treatment-emergent event that is not serious, by datetimes."""
    trial.adae = trial.adae.assign(
        TRTEMFL="Y",
        AESER=np.where(trial.adae.AESEQ.eq(1), "Y", None),
        ASTDT=trial.adae.ASTDT + pd.Timedelta("9h"),
    )
    own = trial.adtte.loc[trial.of("OS")].assign(PARAMCD="TTAE", PARAM="Time to First Event (Days)", CNSR=1.0)
    first = trial.adae[trial.adae.AESEQ.eq(2)].set_index("USUBJID").ASTDT.dt.normalize()
    having = own.USUBJID.isin(first.index)
    own.loc[having, "CNSR"] = 0.0
    own.loc[having, "ADT"] = own.USUBJID.map(first).astype("datetime64[s]")
    trial.adtte = own.reset_index(drop=True)
    where = "TRTEMFL == 'Y' and missing(AESER)"
    source = DateSource(dataset="ADAE", where=where, date="ASTDT")
    trial.declare(endpoints={"TTAE": Endpoint(events=("TEAE",))}, sources={"TEAE": source})
    assert trial.findings("XD036") == []
    trial.adae["AESER"] = None
    assert trial.told("XD036") == [("error", 4)]
