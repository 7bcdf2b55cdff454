"""Which raw record each record was made of: kept with the data, beside their files, named by findings."""

import json
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from raw_mapping import mapped, refusal, specification

import adamgate as ag
from adamgate import cli
from adamgate.converters.configuration.from_tables import specification as declared
from adamgate.converters.configuration.load import entries_in
from adamgate.converters.metadata.raw_places_file import write_raw_places
from adamgate.schemas.evidence.raw_traces import led_to
from adamgate.schemas.study.raw_places import RawPlaces, after_each_other, placed, unit_of, unknown_places
from adamgate.schemas.study.study import Study

DECLARED = """
[raw.DM]
files = ["dm.csv"]
[raw.DM.variables]
USUBJID = "SUBJ"
RFSTDTC = { value = "2024-01-10" }
DTHDTC = { lookup = "DD.DDDTC", otherwise = "missing" }

[raw.DD]
files = ["deaths.csv"]
[raw.DD.variables]
USUBJID = "SUBJ"
DDDTC = "DIED"

[raw.AE]
files = ["ae_*.csv"]
sequence = "AESEQ"
order = ["AESTDTC", "AETERM"]
[raw.AE.variables]
USUBJID = "SUBJ"
AETERM = "TERM"
AESTDTC = "START"
AEENDTC = "STOP"

[derive.ADSL]
kind = "subjects"
[source.DIED]
dataset = "DD"
date = "DDDTC"
[subject.DTHDT]
sources = ["DIED"]
take = "first"
[subject.TRTSDT]
date_of = "RFSTDTC"

[derive.ADAE]
kind = "adverse_events"
reference = "TRTSDT"
treatment_end = "TRTSDT"
missing_start = "not_emergent"
"""
FILES = {
    "dm.csv": "SUBJ\n2\n1\n3\n",
    "deaths.csv": "SUBJ,DIED\n3,2024-05-01\n1,2024-04-01\n",
    "ae_1.csv": "SUBJ,TERM,START,STOP\n1,RASH,2024-03-01,2024-03-02\n1,ACHE,2024-02-01,2024-02-05\n",
    "ae_2.csv": "SUBJ,TERM,START,STOP\n2,RASH,2024-03-01,2024-03-04\n3,ACHE,2024-05-09,2024-05-10\n",
}
RAW = DECLARED[: DECLARED.index("[derive.ADSL]")]


def places(dataset):
    """The place of each record, in words."""
    found = dataset.raw_places.load()
    return [str(found.of(at)) for at in range(len(dataset))]


@pytest.fixture
def made(tmp_path):
    return mapped(tmp_path, FILES, RAW)


def test_records_know_their_file_and_line(made):
    assert made["AE"]["AETERM"].tolist() == ["ACHE", "RASH", "RASH", "ACHE"]
    assert places(made["AE"]) == ["ae_1.csv line 3", "ae_1.csv line 2", "ae_2.csv line 2", "ae_2.csv line 3"]


def test_values_that_are_looked_up_know_theirs(made):
    own = made["DM"].raw_places.load().variables["DTHDTC"]
    found = {subject: own.of(at) for at, subject in enumerate(made["DM"]["USUBJID"])}
    assert {subject: place and str(place) for subject, place in found.items()} == {
        "1": "deaths.csv line 3",
        "2": None,
        "3": "deaths.csv line 2",
    }


@pytest.mark.parametrize(
    ("file", "unit"),
    [
        ("ae.csv", "line"),
        ("ae.csv.gz", "line"),
        ("a.xpt", "record"),
        ("a.xlsx#AE", "row"),
        ("a.JSON", "record"),
    ],
)
def test_what_a_file_counts(file, unit):
    assert unit_of(file) == unit


def test_analysis_records_lead_to_them(made):
    events = ag.Dataset.from_frame(
        pd.DataFrame({"USUBJID": ["3", "1", "1", "9"], "AESEQ": [1.0, 2.0, 7.0, 1.0], "AETERM": "X"}), "ADAE"
    )
    subjects = ag.Dataset.from_frame(pd.DataFrame({"USUBJID": ["1", "2", "8"]}), "ADSL")
    times = ag.Dataset.from_frame(
        pd.DataFrame(
            {
                "USUBJID": ["1", "3", "1"],
                "PARAMCD": "OS",
                "CNSR": 0.0,
                "SRCDOM": ["DM", "DD", "AE"],
                "SRCVAR": ["DTHDTC", "DDDTC", "AESTDTC"],
                "SRCSEQ": [np.nan, np.nan, 1.0],
            }
        ),
        "ADTTE",
    )
    study = Study.of(*made, events, subjects, times)

    def led(name):
        found = led_to(study[name], study)
        return [place and str(place) for place in map(found.of, range(len(study[name])))]

    assert led("ADAE") == ["ae_2.csv line 3", "ae_1.csv line 2", None, None]
    assert led("ADSL") == ["dm.csv line 3", "dm.csv line 2", None]
    assert led("ADTTE") == ["deaths.csv line 3", "deaths.csv line 2", "ae_1.csv line 3"]


@pytest.fixture
def derived(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    for name, content in FILES.items():
        (raw / name).write_text(content)
    (tmp_path / "spec.toml").write_text(DECLARED)

    def run(to="adam", form="csv"):
        command = ["derive", str(tmp_path / "spec.toml"), "--source", str(raw), "--to", str(tmp_path / to)]
        assert cli.run([*command, "--for", form, "-q", "--overwrite"]) == 0
        return tmp_path / to

    return run


@pytest.mark.parametrize("form", ["csv", "xpt", "parquet", "json"])
def test_they_are_kept_beside_the_files(derived, form):
    study = ag.read(derived(form=form))
    assert list(study.datasets) == ["ADAE", "ADSL", "AE", "DD", "DM"]
    assert places(study["AE"]) == places(study["ADAE"])
    assert places(study["AE"])[0] == "ae_1.csv line 3"
    own = study["ADSL"].raw_places.load().variables["DTHDT"]
    assert [place and str(place) for place in map(own.of, range(3))] == [
        "deaths.csv line 3",
        None,
        "deaths.csv line 2",
    ]


@pytest.mark.slow
def test_the_same_exports_give_the_same_bytes(derived):
    one, other = derived("one"), derived("other")
    names = sorted(each.name for each in one.glob("_*.raw.parquet"))
    assert names == [f"_{each}.raw.parquet" for each in ("adae", "adsl", "ae", "dd", "dm")]
    assert all((one / name).read_bytes() == (other / name).read_bytes() for name in names)


def test_beside_another_file_they_say_nothing(derived):
    folder = derived()
    lines = (folder / "ae.csv").read_text().splitlines()
    (folder / "ae.csv").write_text("\n".join([lines[0], *lines[:0:-1]]) + "\n")
    study = ag.read(folder)
    assert study["AE"].raw_places is None
    assert study["DM"].raw_places is not None


def test_a_damaged_file_is_refused(derived):
    folder = derived()
    (folder / "_ae.raw.parquet").write_bytes(b"no parquet")
    with pytest.raises(ag.UnreadableInput, match="raw records"):
        ag.read(folder)


def test_a_copy_with_other_records_has_none(made):
    data = made["AE"]
    assert data.replace(label="Events").raw_places is not None
    assert data.replace(frame=data.frame.iloc[::-1].reset_index(drop=True)).raw_places is None


def test_they_can_be_sent_to_another_process(derived):
    data = pickle.loads(pickle.dumps(ag.read(derived())["AE"]))
    assert places(data)[0] == "ae_1.csv line 3"
    assert places(pickle.loads(pickle.dumps(data)))[0] == "ae_1.csv line 3"


class TestFindings:
    def report(self, folder):
        return ag.validate(ag.read(folder), select="AE023")

    def test_a_finding_says_where(self, derived):
        report = self.report(derived())
        (example,) = report.findings[0].examples
        assert example.place == "record 4, ae_2.csv line 3, DTHDT of deaths.csv line 2"
        assert example.place in " ".join(ag.render(report, "text").split())

    def test_the_json_report_has_it(self, derived):
        document = json.loads(ag.render(self.report(derived()), "json"))
        (example,) = document["findings"][0]["examples"]
        assert example["raw"] == {"file": "ae_2.csv", "line": 3}
        assert example["raw_of_variables"] == {"DTHDT": {"file": "deaths.csv", "line": 2}}

    def test_without_keys_it_names_no_subject(self, derived):
        report = ag.validate(ag.read(derived()), select="AE023", show_keys=False)
        (example,) = report.findings[0].examples
        assert not example.keys
        assert str(example.raw) == "ae_2.csv line 3"

    def test_data_without_raw_records_have_none(self, derived):
        folder = derived()
        for each in folder.glob("_*.raw.parquet"):
            each.unlink()
        (example,) = self.report(folder).findings[0].examples
        assert (example.raw, example.raw_of_variables, example.place) == (None, {}, "record 4")


def test_a_problem_of_a_derivation_says_where(tmp_path):
    files = {**FILES, "ae_2.csv": FILES["ae_2.csv"].replace("2024-05-10", "2024-05-01")}
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    (tmp_path / "spec.toml").write_text(DECLARED)
    raw = ag.read_raw(tmp_path, specification(tmp_path / "spec.toml"))
    with pytest.raises(ag.DerivationRefused, match=r"first: ae_2\.csv line 3"):
        ag.derive(raw, declared(entries_in(tmp_path / "spec.toml")))


NUMBERED = """
[raw.DM]
files = ["dm.csv"]
[raw.DM.variables]
USUBJID = "ID"
RFSTDTC = { value = "2024-01-02" }

[raw.LB]
files = ["lb_*.csv"]
same_order = "position"
[raw.LB.variables]
USUBJID = "ID"
LBTESTCD = { value = "HGB" }
LBTEST = { value = "Hemoglobin" }
LBDTC = "DAY"
LBSTRESN = { column = "V", number = true }
LBSTRESU = { value = "g/L" }

[derive.ADSL]
kind = "subjects"
[subject.TRTSDT]
date_of = "RFSTDTC"

[derive.ADLB]
kind = "measurements"
dataset = "LB"
param = "{LBTEST}"
number = ["PARAMCD", "ADT"]
"""


def test_records_that_number_does_not_distinguish_are_those_of_the_dataset(tmp_path):
    files = {
        "dm.csv": "ID\n1\n2\n",
        "lb_1.csv": "ID,DAY,V\n2,2024-01-02,131\n1,2024-01-02,130\n",
        "lb_2.csv": "ID,DAY,V\n1,2024-01-03,133\n1,2024-01-03,132\n",
    }
    raw = mapped(tmp_path, files, NUMBERED)
    with pytest.raises(ag.DerivationRefused) as caught:
        ag.derive(raw, declared(entries_in(tmp_path / "spec.toml")))
    (problem,) = caught.value.problems
    assert problem.what == (
        "1 record with the same PARAMCD, ADT as another of the subject; first: lb_2.csv line 3"
    )
    assert problem.subjects == ("1",)


def test_a_problem_of_measurements_says_where(tmp_path):
    files = {
        "dm.csv": "ID\n1\n2\n",
        "lb_1.csv": "ID,DAY,V\n2,2024-01-02,131\n1,2024-01-02,130\n",
        "lb_2.csv": "ID,DAY,V\n1,2024-01-03,133\n1,2024-01,132\n",
    }
    raw = mapped(tmp_path, files, NUMBERED)
    with pytest.raises(
        ag.DerivationRefused, match=r"\[derive.ADLB\] impute: .*first: lb_2\.csv line 3 \(1 subject: 1\)"
    ):
        ag.derive(raw, declared(entries_in(tmp_path / "spec.toml")))


def test_records_of_several_sources_lead_to_theirs(tmp_path):
    vital_signs = NUMBERED[NUMBERED.index("[raw.LB]") : NUMBERED.index("[derive.ADSL]")]
    vital_signs = (
        vital_signs.replace("LB", "VS")
        .replace("lb_*", "vs")
        .replace('"HGB"', '"TEMP"')
        .replace("Hemoglobin", "Temperature")
    )
    several = NUMBERED.replace('dataset = "LB"', 'dataset = ["LB", "VS"]').replace("{LBTEST}", "{--TEST}")
    files = {
        "dm.csv": "ID\n1\n2\n",
        "lb_1.csv": "ID,DAY,V\n2,2024-01-02,131\n",
        "vs.csv": "ID,DAY,V\n1,2024-01-03,37\n1,2024-01-01,38\n",
    }
    raw = mapped(tmp_path, files, several + vital_signs)
    entries = entries_in(tmp_path / "spec.toml")
    made = ag.derive(raw, declared(entries))["ADLB"]
    assert dict(zip(made["AVAL"], places(made), strict=True)) == {
        131: "lb_1.csv line 2",
        37: "vs.csv line 2",
        38: "vs.csv line 3",
    }


def test_places_of_parts():
    one = RawPlaces(("a.csv",), np.array([0, 0]), np.array([5, 2]))
    other = RawPlaces(("b.csv", "a.csv"), np.array([1, 0, -1]), np.array([7, 3, 0]))
    both = after_each_other([one, other, unknown_places(1)])
    assert [place and str(place) for place in map(both.of, range(6))] == [
        "a.csv line 5",
        "a.csv line 2",
        "a.csv line 7",
        "b.csv line 3",
        None,
        None,
    ]
    assert str(both.first(np.ones(6, dtype=np.bool_))) == "a.csv line 2"
    assert both.first(both.file < 0) is None
    taken = both.take(np.array([3, -1, 0]))
    assert [place and str(place) for place in map(taken.of, range(3))] == [
        "b.csv line 3",
        None,
        "a.csv line 5",
    ]
    assert len(placed(0, [])) == 0


@pytest.mark.slow
@pytest.mark.one_version
def test_ten_million_records_need_little_room(tmp_path: Path) -> None:
    count = 10_000_000
    ordered = RawPlaces(("a.csv",), np.zeros(count, dtype=np.int32), np.arange(count) + 2)
    with (tmp_path / "ordered").open("wb") as file:
        write_raw_places(ordered, "0" * 64, file)
    assert (tmp_path / "ordered").stat().st_size < 1_000_000


class TestCounts:
    def test_expected_records(self, tmp_path):
        declared = RAW.replace('files = ["ae_*.csv"]', 'files = ["ae_*.csv"]\nexpected_records = 5')
        what, where = refusal(tmp_path, FILES, declared)
        assert what == "4 records found, 5 expected: ae_1.csv 2, ae_2.csv 2"
        assert where == "[raw.AE] expected_records"

    def test_more_records_than_expected_are_searched_for_copies(self, tmp_path):
        line = FILES["ae_2.csv"].splitlines()[1]
        again = {**FILES, "ae_2.csv": f"{FILES['ae_2.csv']}{line}\n"}
        declared = RAW.replace('files = ["ae_*.csv"]', 'files = ["ae_*.csv"]\nexpected_records = 4')
        what, where = refusal(tmp_path, again, declared)
        assert what == (
            "5 records found, 4 expected: ae_1.csv 2, ae_2.csv 3; "
            "1 record with the values of another one; first: ae_2.csv line 4 and ae_2.csv line 2"
        )
        assert where == "[raw.AE] expected_records"

    def test_expected_subjects(self, tmp_path):
        declared = RAW.replace('files = ["dm.csv"]', 'files = ["dm.csv"]\nexpected_subjects = 4')
        assert refusal(tmp_path, FILES, declared)[0] == "3 subjects found, 4 expected: dm.csv"
        mapped(tmp_path, FILES, declared.replace("= 4", "= 3"))

    def test_records_of_two_files(self, tmp_path):
        again = {**FILES, "ae_2.csv": FILES["ae_2.csv"] + FILES["ae_1.csv"].split("\n", 1)[1]}
        what, where = refusal(tmp_path, again, RAW)
        assert what == (
            "2 records of ae_2.csv equal in every column to records of ae_1.csv; "
            "first: ae_2.csv line 4 and ae_1.csv line 2"
        )
        assert where == "[raw.AE] files"

    def test_they_may_be_kept(self, tmp_path):
        again = {**FILES, "ae_2.csv": FILES["ae_2.csv"] + FILES["ae_1.csv"].split("\n", 1)[1]}
        keeping = 'files = ["ae_*.csv"]\nsame_records = "keep"\nsame_order = "position"'
        made = mapped(tmp_path, again, RAW.replace('files = ["ae_*.csv"]', keeping))
        (effect,) = [each for each in made.record.effects if each.policy == "same_records"]
        assert (effect.value, effect.count, len(made["AE"])) == ("keep", 2, 6)


LAB = """
[raw.LB]
files = ["lb.csv"]
subjects = "keep"
[raw.LB.variables]
USUBJID = "SUBJ"
LBSTRESN = { column = "VALUE", number = true, LIMITS }
"""
RESULTS = {"lb.csv": "SUBJ,TEST,VALUE\n1,HGB,140\n2,PLT,250\n3,HGB,14\n4,PLT,\n"}


class TestLimits:
    def refused(self, folder, limits):
        return refusal(folder, RESULTS, LAB.replace("LIMITS", limits))[0]

    def test_of_all(self, tmp_path):
        what = self.refused(tmp_path, "limits = [20, 300]")
        assert what == "numbers not within 20 to 300 in 1 record; first: lb.csv line 4"

    def test_by_test(self, tmp_path):
        limits = 'limits_by = "TEST", limits = { HGB = [30, 250], PLT = [0, 2000] }'
        what = self.refused(tmp_path, limits)
        assert what == "numbers of HGB not within 30 to 250 in 1 record; first: lb.csv line 4"
        mapped(tmp_path, RESULTS, LAB.replace("LIMITS", limits.replace("30", "14")))

    def test_a_test_that_no_record_has(self, tmp_path):
        what = self.refused(tmp_path, 'limits_by = "TEST", limits = { HBG = [0, 250] }')
        assert what == "limits of HBG, which TEST does not have"

    @pytest.mark.parametrize(
        "limits",
        [
            "limits = [3, 1]",
            "limits = [1]",
            "limits = 5",
            'limits = ["a", "b"]',
            "limits = { HGB = [0, 1] }",
            'limits_by = "TEST", limits = [0, 1]',
            'limits_by = "TEST"',
            "limits = [nan, 1]",
        ],
    )
    def test_limits_that_are_none(self, tmp_path, limits):
        with pytest.raises(ag.ConfigurationError):
            mapped(tmp_path, RESULTS, LAB.replace("LIMITS", limits))
