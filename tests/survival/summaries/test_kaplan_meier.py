"""Kaplan-Meier tables: exact rows on a dozen subjects, options, codebook, files, what bad options get."""

import inspect
import json
import math
from dataclasses import fields
from io import StringIO

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import adamgate as ag
from adamgate.converters.reports.kaplan_meier_summary import render_kaplan_meier
from adamgate.converters.survival.summaries import SUMMARIES
from adamgate.converters.survival.summaries.kaplan_meier import KaplanMeierOptions
from adamgate.converters.terminal.commands.km import command
from adamgate.schemas.options import options_of

# Active: deaths on day 1 and twice on day 3, where one is censored; survival is 1/2 from day 5 to day 9.
# Placebo: one who was never treated, at time 0; no event. One subject without an arm.
DOZEN = (
    ("01", "Active", "EU", 1, 0),
    ("02", "Active", "EU", 3, 0),
    ("03", "Active", "US", 3, 1),
    ("04", "Active", "US", 5, 0),
    ("05", "Active", "EU", 9, 0),
    ("06", "Active", "US", 12, 1),
    ("07", "Placebo", "EU", 0, 1),
    ("08", "Placebo", "EU", 3, 1),
    ("09", "Placebo", "US", 9, 1),
    ("10", "Placebo", "JP", 12, 1),
    ("11", "Placebo", "US", 20, 1),
    ("12", None, None, 5, 0),
)
ROWS = """\
group,time,at_risk,events,censored,survival,beyond_last
Active,0.0,6,0,0,1.0,False
Active,3.0,5,2,1,0.6666666666666667,False
Active,7.0,2,3,1,0.4444444444444445,False
Active,20.0,0,4,2,0.22222222222222227,True
Placebo,0.0,5,0,1,1.0,False
Placebo,3.0,4,0,2,1.0,False
Placebo,7.0,3,0,2,1.0,False
Placebo,20.0,1,0,5,1.0,False
all,0.0,12,0,1,1.0,False
all,3.0,10,2,3,0.8181818181818182,False
all,7.0,5,4,3,0.5844155844155844,False
all,20.0,1,5,7,0.4675324675324675,False
"""


def study_of(subjects, **further) -> ag.Study:
    """ADTTE of subjects with an arm, a region, a time in days and CNSR."""
    names, arms, regions, days, cnsr = zip(*subjects, strict=True)
    frame = pd.DataFrame(
        {
            "STUDYID": "S",
            "USUBJID": [f"S-{name}" for name in names],
            "PARAMCD": "OS",
            "PARAM": "Overall Survival (Days)",
            "AVAL": np.array(days, dtype=float),
            "CNSR": np.array(cnsr, dtype=float),
            "TRT01P": pd.Series(arms, dtype=object),
            "TRT01PN": pd.Series([{"Active": 2.0, "Placebo": 1.0}.get(each) for each in arms], dtype=float),
            "REGION": pd.Series(regions, dtype=object),
            **further,
        }
    )
    return ag.Study.of(ag.Dataset.from_frame(frame, "ADTTE"))


@pytest.fixture
def dozen() -> ag.Study:
    return study_of(DOZEN)


def made(study, **options) -> ag.KaplanMeierTables:
    return ag.kaplan_meier(study, "OS", gate=False, **{"by": "TRT01P", **options})


def told(tables: ag.KaplanMeierTables) -> list[str]:
    return [line.strip() for line in render_kaplan_meier(tables).splitlines()]


def row(tables: ag.KaplanMeierTables, group: str) -> pd.Series:
    return tables.summary.frame.set_index("group").loc[group]


def test_a_summary_does_not_remain_beside_another_table(dozen, tmp_path):
    tables, records = made(dozen, at=[3]), ag.survival(dozen, "OS", gate=False)
    tables.write(tmp_path / "os.csv")
    with pytest.raises(ag.UnwritableOutput, match=r"was written with an earlier os\.csv") as refused:
        records.write(tmp_path / "os.csv", overwrite=True)
    assert refused.value.where == str(tmp_path / "os_summary.csv")
    assert len(tables.write(tmp_path / "os.csv")) == 3
    *_, program = records.write(tmp_path / "pfs.csv", "r")
    with pytest.raises(ag.UnwritableOutput, match=r"was written with an earlier pfs\.csv"):
        tables.write(tmp_path / "pfs.csv", overwrite=True)
    program.unlink()
    assert len(tables.write(tmp_path / "pfs.csv")) == 3


def test_why_arms_are_not_compared():
    without = made(study_of([(name, None, *others) for name, _, *others in DOZEN]), strata=["REGION"])
    assert "log-rank test: not possible, no subject has an arm" in told(without)
    assert "stratum EU: no arm, 5 subjects" in told(without)
    assert without.summary.frame["group"].tolist() == ["all"]
    alone = made(study_of([each for each in DOZEN if each[1] != "Placebo"]))
    assert "log-rank test: only one arm" in told(alone)


def test_the_rows_of_a_dozen_subjects(dozen):
    frame = made(dozen, at=[7, 3, 0, 20, 3], arm_order=["Active", "Placebo"]).estimates.frame
    shown = frame[["group", "time", "at_risk", "events", "censored", "survival", "beyond_last"]]
    expected = pd.read_csv(StringIO(ROWS))
    pd.testing.assert_frame_equal(
        shown.astype({"group": object}), expected.astype({"group": object}), check_exact=False, rtol=1e-12
    )
    one = frame[frame["survival"] == 1]
    assert (one["std_error"] == 0).all()
    assert (one[["lower", "upper"]] == 1).all(axis=None)


def test_arms_are_in_the_order_of_their_numbers_and_the_total_is_last(dozen):
    assert list(made(dozen).summary.frame["group"]) == ["Placebo", "Active", "all"]
    assert list(made(dozen, reference="Active").summary.frame["group"]) == ["Active", "Placebo", "all"]
    assert list(made(dozen, total=False).summary.frame["group"]) == ["Placebo", "Active"]
    assert list(made(dozen, by=None).summary.frame["group"]) == ["all"]
    order = made(dozen).codebook.records.arm_order
    assert (order.reference, order.found_by) == ("Placebo", "TRT01PN")


def test_the_curve_has_each_time_with_the_events_of_that_time(dozen):
    tables = made(dozen, curve=True)
    frame = tables.estimates.frame
    active = frame[frame["group"] == "Active"]
    assert active["time"].tolist() == [1, 3, 5, 9, 12]
    assert active["events"].tolist() == [1, 1, 1, 1, 0]
    assert active["censored"].tolist() == [0, 1, 0, 0, 1]
    assert not frame["beyond_last"].any()
    for group, rows in frame.groupby("group", observed=True):
        assert rows["events"].sum() == row(tables, group)["events"]
        assert rows["events"].sum() + rows["censored"].sum() == row(tables, group)["n"]
    assert made(dozen).estimates.frame.equals(frame)


def test_an_arm_without_events(dozen):
    placebo = row(made(dozen, tau=10), "Placebo")
    assert (placebo["n"], placebo["events"], placebo["censored"]) == (5, 0, 5)
    assert placebo[["q25", "median", "q75", "median_lower"]].isna().all()
    assert (placebo["rmean"], placebo["rmean_std_error"]) == (10, 0)
    assert placebo["follow_up"] == 9


def test_survival_of_exactly_one_half():
    four = study_of([(f"0{n}", "Active", "EU", n, 0) for n in (1, 2, 3, 4)])
    assert row(made(four), "Active")["median"] == 2.5
    to_the_end = study_of([(f"0{n}", "Active", "EU", n, int(n > 2)) for n in (1, 2, 3, 4)])
    assert row(made(to_the_end), "Active")["median"] == 3


def test_a_subject_without_an_arm_is_counted_and_in_the_total(dozen):
    tables = made(dozen)
    assert tables.codebook.without_arm == 1
    assert tables.codebook.tests[0].subjects == 11
    assert tables.codebook.tests[0].without_arm == 1
    assert row(tables, "all")["n"] == 12


def test_the_log_rank_test_is_in_the_rows_of_the_arms(dozen):
    frame = made(dozen, strata=["REGION"]).summary.frame.set_index("group")
    for name in ("logrank", "stratified"):
        figures = frame[[f"{name}_chisq", f"{name}_df", f"{name}_p"]]
        assert figures.loc["all"].isna().all()
        assert figures.loc["Active"].equals(figures.loc["Placebo"])
        assert figures.loc["Active"].notna().all()
    # Active subjects at risk at 1, 3, 5 and 9, by hand; each time one of them has the event.
    excess = 4 - (6 / 10 + 5 / 9 + 3 / 6 + 2 / 5)
    variance = sum(n / total * (1 - n / total) for n, total in ((6, 10), (5, 9), (3, 6), (2, 5)))
    assert frame.loc["Active", "logrank_chisq"] == pytest.approx(excess**2 / variance)
    assert frame.loc["Active", "logrank_p"] == pytest.approx(math.erfc(math.sqrt(excess**2 / variance / 2)))


def test_a_stratum_with_one_arm_or_no_event_is_named(dozen):
    (_, tested) = made(dozen, strata="region").codebook.tests
    assert tested.strata == ("REGION",)
    assert [(each.stratum, each.reason, each.subjects) for each in tested.uncompared] == [
        ("REGION=JP", "one arm", 1)
    ]
    assert (tested.n_strata, tested.n_uncompared, tested.without_stratum) == (3, 1, 0)
    without = study_of([*DOZEN[:11], ("12", "Active", None, 5, 0)])
    assert made(without, strata=["REGION"]).codebook.tests[1].without_stratum == 1


def test_strata_are_combinations_of_their_variables(dozen):
    sexes = study_of(DOZEN, SEX=["F", "M"] * 6)
    (_, tested) = made(sexes, strata=["SEX", "REGION"]).codebook.tests
    assert [(each.stratum, each.reason) for each in tested.uncompared] == [
        ("SEX=F, REGION=EU", "no two arms at risk at an event"),  # Placebo left at time 0
        ("SEX=F, REGION=US", "no event"),
        ("SEX=M, REGION=JP", "one arm"),
        ("SEX=M, REGION=US", "one arm"),
    ]
    assert tested.n_strata == 5


def test_strata_that_identify_subjects_are_not_named(dozen):
    (_, tested) = made(dozen, strata=["USUBJID"]).codebook.tests
    assert tested.chi_square is None
    assert tested.n_uncompared == 11
    assert "S-01" not in str(tested.uncompared)


@pytest.mark.parametrize("conf_type", ["log-log", "log", "plain"])
def test_the_type_of_the_limits_is_in_every_output(dozen, conf_type, tmp_path):
    tables = made(dozen, conf_type=conf_type, at=[3])
    assert tables.codebook.conf_type == conf_type
    assert tables.estimates.variable("lower").label == f"Lower 95% limit of survival, {conf_type}"
    assert conf_type in tables.summary.variable("median_upper").label
    assert set(tables.summary.frame["conf_type"]) == {conf_type}
    _, _, codebook = tables.write(tmp_path / "km.csv")
    assert json.loads(codebook.read_text(encoding="utf-8"))["conf_type"] == conf_type


def test_labels_name_the_unit_and_every_column_has_one(dozen):
    tables = made(dozen, unit="weeks", at=[1], tau=2, strata=["REGION"])
    assert tables.estimates.variable("time").label == "Time, weeks"
    assert tables.summary.variable("median").label == "Median time to event, weeks"
    assert tables.summary.variable("rmean").label == "Mean restricted to 2 weeks"
    for each in (*tables.estimates.variables, *tables.summary.variables):
        assert 0 < len(each.label) <= 40, each.name  # as SAS takes it
    days = made(dozen, at=[7], tau=14)
    assert np.allclose(tables.estimates.frame["survival"], days.estimates.frame["survival"])
    assert row(tables, "all")["rmean"] * 7 == pytest.approx(row(days, "all")["rmean"])


def test_selection_is_counted_as_in_survival(dozen):
    flagged = study_of(DOZEN, SAFFL=["Y"] * 10 + ["N"] * 2)
    tables = made(flagged, population="SAFFL", where="REGION != 'JP'")
    records = tables.codebook.records
    assert records.counts.subjects == row(tables, "all")["n"] == 9
    assert [(each.reason, each.records) for each in records.selection.left_out] == [
        ("SAFFL is not Y", 2),
        ("the condition is false", 1),
    ]


def test_the_gate_runs_first(dozen):
    broken = study_of([*DOZEN[:3], ("04", "Active", "US", -5, 0)])
    with pytest.raises(ag.GateRefused):
        ag.kaplan_meier(broken, "OS", by="TRT01P")
    with pytest.raises(ag.Refused, match="AVAL is negative"):
        made(broken)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"by": "TRT01X"}, "TRT01X is not present.*TRT01P"),
        ({"strata": ["REGIN"]}, "REGIN is not present.*REGION"),
        ({"strata": ["TRT01P"]}, "TRT01P is the variable of the groups, and a stratum"),
        ({"by": None, "strata": ["REGION"]}, "strata needs groups"),
        ({"by": None, "reference": "Active"}, "reference needs groups"),
        ({"by": None, "total": False}, "does not have a group"),
        ({"conf_type": "loglog"}, "'loglog' is not a type of confidence limits.*log-log"),
        ({"at": [12], "curve": True}, "at and curve contradict each other"),
        ({"at": [-1]}, "not a value of at"),
        ({"at": "12,x"}, "not a value of at"),
        ({"tau": 0}, "tau is 0"),
        ({"tau": math.inf}, "not a value of tau"),
        ({"unit": "hours"}, "hours is not a unit of time"),
        ({"reference": "Activ"}, "'Activ' is not an arm of the table.*Active"),
    ],
)
def test_options_that_cannot_be(dozen, options, message):
    with pytest.raises(ag.ConfigurationError, match=f"(?s){message}"):
        made(dozen, **options)


def test_a_group_that_has_the_name_of_the_total():
    study = study_of([("01", "all", "EU", 3, 0), ("02", "B", "EU", 4, 0)])
    with pytest.raises(ag.ConfigurationError, match="use --no-total"):
        made(study)
    assert list(made(study, total=False).summary.frame["group"]) == ["B", "all"]


def test_a_variable_with_too_many_values():
    many = study_of([(f"{n:04}", f"A{n}", "EU", n, 0) for n in range(1, 1002)])
    with pytest.raises(ag.ConfigurationError, match="TRT01P has 1,001 values"):
        made(many)


def test_numbers_of_arms(dozen):
    tables = made(dozen, by="TRT01PN")
    assert list(tables.summary.frame["group"]) == ["1", "2", "all"]
    assert row(tables, "1")["n"] == 5
    assert tables.codebook.without_arm == 1


def test_times_of_numpy_and_of_lists(dozen):
    assert made(dozen, at=np.array([3, 7]), tau=np.int64(10)).codebook.at == (3.0, 7.0)
    assert made(dozen, at=7).codebook.at == (7.0,)


# files


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".json"])
def test_files_that_are_read_back(dozen, tmp_path, suffix):
    tables = made(dozen, at=[3, 7], tau=10, strata=["REGION"])
    files = tables.write(tmp_path / f"km{suffix}")
    assert [each.name for each in files] == [f"km{suffix}", f"km_summary{suffix}", "km.codebook.json"]
    for path, table in zip(files, (tables.estimates, tables.summary), strict=False):
        is_typed = suffix != ".csv"
        back = next(iter(ag.read(path))) if is_typed else table.replace(frame=pd.read_csv(path))
        assert list(back.frame.columns) == list(table.frame.columns)
        for each in table.variables:
            mine, theirs = table[each.name], back[each.name]
            if each.type == "Char":
                assert mine.astype(object).tolist() == theirs.astype(object).tolist()
            else:
                both = mine.to_numpy(float), theirs.to_numpy(float)
                assert np.allclose(*both, rtol=1e-14, atol=0, equal_nan=True), each.name
            assert back.variable(each.name).label == each.label


def test_the_codebook_of_both_files(dozen, tmp_path):
    _, _, path = made(dozen, at=[3], strata=["REGION"]).write(tmp_path / "km.csv")
    codebook = json.loads(path.read_text(encoding="utf-8"))
    assert list(codebook)[:5] == ["schema_version", "table", "table_sha256", "summary", "summary_sha256"]
    assert codebook["dataset"] == "ADTTE"
    assert codebook["time"]["unit"] == "days"
    assert codebook["at"] == [3.0]
    assert codebook["polarity"].startswith("event is true where CNSR == 0")
    assert codebook["gate"]["verdict"] == "not run: --no-gate"
    assert [each["name"] for each in codebook["columns"]][:2] == ["group", "time"]
    assert codebook["tests"][1]["strata"] == ["REGION"]
    assert any("quantile.survfit" in each for each in codebook["conventions"])


def test_files_of_an_earlier_run_are_replaced_and_others_not(dozen, tmp_path):
    tables = made(dozen)
    first = [path.read_bytes() for path in tables.write(tmp_path / "km.csv")]
    assert [path.read_bytes() for path in tables.write(tmp_path / "km.csv")] == first
    (tmp_path / "km_summary.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(ag.UnwritableOutput, match="already exists"):
        tables.write(tmp_path / "km.csv")
    assert (tmp_path / "km_summary.csv").read_text(encoding="utf-8") == "mine"
    assert len(tables.write(tmp_path / "km.csv", overwrite=True)) == 3


def test_nothing_is_written_where_one_file_cannot_be(dozen, tmp_path):
    (tmp_path / "km_summary.csv").mkdir()
    with pytest.raises(ag.UnwritableOutput):
        made(dozen).write(tmp_path / "km.csv")
    assert [each.name for each in tmp_path.iterdir()] == ["km_summary.csv"]


def test_what_a_notebook_shows(dozen):
    assert repr(made(dozen)).split("\n") == [
        "KaplanMeierTables of ADTTE OS",
        "  subjects  12: 5 events, 7 censored",
        "  duration  in days: AVAL",
        "  gate      not run: --no-gate",
        "  limits    95%, log-log",
    ]


# options


def test_the_command_and_the_function_take_every_option():
    on_line = {each.name: each for each in command.params}
    taken = inspect.signature(ag.kaplan_meier).parameters
    for each in options_of(KaplanMeierOptions):
        assert on_line[each.name].help == each.phrase
        assert on_line[each.name].required is each.required
        assert each.help.endswith(".")
    for each in fields(KaplanMeierOptions):
        assert each.name == "param" or taken[each.name].default == each.default
    assert SUMMARIES["kaplan-meier"].options is KaplanMeierOptions
    assert SUMMARIES["kaplan-meier"].load() is ag.kaplan_meier


# what always holds


@pytest.mark.slow
@settings(max_examples=max(1, settings.default.max_examples // 4))
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Active", "Placebo", None]),
            st.sampled_from(["EU", "US"]),
            st.integers(0, 9),
            st.integers(0, 2),
        ),
        min_size=1,
        max_size=25,
    ),
    st.randoms(use_true_random=False),
)
def test_order_changes_nothing_and_every_event_and_day_is_counted(subjects, random):
    subjects = [(f"{number:02}", *each) for number, each in enumerate(subjects)]
    shuffled = random.sample(subjects, len(subjects))
    options = {"strata": ["REGION"], "tau": 5, "allow_no_events": True}
    one, other = (made(study_of(each), **options) for each in (subjects, shuffled))
    for name in ("estimates", "summary"):
        pd.testing.assert_frame_equal(getattr(one, name).frame, getattr(other, name).frame, rtol=1e-12)
    assert row(one, "all")["events"] == sum(cnsr == 0 for *_, cnsr in subjects)
    assert row(one, "all")["n"] == len(subjects)
    for group, steps in one.estimates.frame.groupby("group", observed=True):
        assert steps[["events", "censored"]].to_numpy().sum() == row(one, group)["n"]
        own = [days for _, arm, _, days, _ in subjects if group in (arm, "all")]
        time_at_risk = (steps["at_risk"] * steps["time"].diff().fillna(steps["time"])).sum()
        assert time_at_risk == sum(own), "the time of the subjects is that of the risk sets"
    arms = one.summary.frame[one.summary.frame["group"] != "all"]
    assert arms["n"].sum() + one.codebook.without_arm == len(subjects)
