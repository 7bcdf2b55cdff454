"""`check_derived`: errors seeded into a delivered ADTTE are found, named with subject, values and source."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import adamgate as ag
from adamgate.converters.derivations.checked import CheckedRecord
from adamgate.schemas.study.variable import SpecialMissing


def dates(*texts):
    return pd.to_datetime(pd.Series(texts)).astype("datetime64[s]")


SUBJECTS = ["S1-01", "S1-02", "S1-03", "S1-04", "S1-05", "S1-06"]
ADSL = pd.DataFrame(
    {
        "STUDYID": "S1",
        "USUBJID": SUBJECTS,
        "SEX": ["F", "M", "F", "M", "F", "M"],
        "TRT01P": ["A", "B", "A", "B", "A", "B"],
        "RANDDT": dates("2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05", "2024-01-06"),
        "DTHDT": dates(None, "2024-05-01", None, "2024-06-01", None, "2025-03-01"),
        "LSTALVDT": dates("2024-12-31", "2024-05-01", "2024-11-30", "2024-06-01", None, "2024-12-01"),
    }
)
ADRS = pd.DataFrame(
    {
        "USUBJID": ["S1-01", "S1-01", "S1-02", "S1-03", "S1-03", "S1-04", "S1-06"],
        "ASEQ": [1, 2, 1, 1, 2, 1, 1],
        "AVALC": ["SD", "PD", "SD", "SD", "SD", "PD", "SD"],
        "ADT": dates(
            "2024-03-01", "2024-06-01", "2024-03-02", "2024-03-03", "2024-06-03", "2024-06-01", "2024-03-06"
        ),
    }
)
STUDY = ag.Study.of(ag.Dataset.from_frame(ADSL, "ADSL"), ag.Dataset.from_frame(ADRS, "ADRS"))
SOURCES = {
    "PD": ag.DerivationSource(
        dataset="ADRS", where="AVALC == 'PD'", date="ADT", set={"EVNTDESC": "Disease Progression"}
    ),
    "TUMOR": ag.DerivationSource(
        dataset="ADRS", date="ADT", set={"EVNTDESC": "Last assessment", "CNSDTDSC": "Last assessment"}
    ),
    "DEATH": ag.DerivationSource(dataset="ADSL", date="DTHDT", set={"EVNTDESC": "Death"}),
    "ALIVE": ag.DerivationSource(
        dataset="ADSL", date="LSTALVDT", set={"EVNTDESC": "Alive", "CNSDTDSC": "Last known alive"}
    ),
    "RAND": ag.DerivationSource(
        dataset="ADSL", date="RANDDT", set={"EVNTDESC": "Randomization", "CNSDTDSC": "Randomization"}
    ),
}
STOPS = {
    "CUTOFF": ag.Stop(at_cut_off=True, censor_at="stop", set={"EVNTDESC": "Cut-off", "CNSDTDSC": "Cut-off"})
}
PFS = ag.DerivedEndpoint(
    param="Progression-Free Survival",
    origin="RANDDT",
    events=("PD", "DEATH"),
    censors=("RAND", "TUMOR"),
    stops=("CUTOFF",),
)
OS = ag.DerivedEndpoint(
    param="Overall Survival",
    origin="RANDDT",
    events=("DEATH",),
    censors=("RAND", "ALIVE"),
    stops=("CUTOFF",),
)
WHAT = ag.Specification(
    {"ADTTE": ag.TimeToEvent(carry=("SEX",), carry_as={"TRTP": "TRT01P"})},
    {"OS": OS, "PFS": PFS},
    SOURCES,
    STOPS,
    {},
    date(2024, 12, 31),
)
DERIVED = ag.derive(STUDY, WHAT)["ADTTE"]


def delivered(frame: pd.DataFrame) -> ag.Dataset:
    return ag.Dataset.from_frame(frame.reset_index(drop=True), "ADTTE")


def check(frame_or_data, **options):
    data = frame_or_data if isinstance(frame_or_data, ag.Dataset) else delivered(frame_or_data)
    return ag.check_derived(STUDY, WHAT, data, **{"show_values": True, "first": 100, **options})


def record(frame: pd.DataFrame, subject: str, parameter: str) -> pd.Series:
    return (frame["USUBJID"] == subject) & (frame["PARAMCD"] == parameter)


def put(subject: str, parameter: str, **values) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """An error that puts values into a record."""

    def seed(frame: pd.DataFrame) -> pd.DataFrame:
        for name, value in values.items():
            if not isinstance(value, str):
                frame[name] = frame[name].astype(float)
            is_date = isinstance(value, str) and name.endswith("DT")
            frame.loc[record(frame, subject, parameter), name] = pd.Timestamp(value) if is_date else value
        return frame

    return seed


def otherwise(**changes) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """What a programmer who read the specification otherwise delivers: keys of PFS are changed."""

    def seed(_: pd.DataFrame) -> pd.DataFrame:
        what = replace(WHAT, endpoints={"OS": OS, "PFS": replace(PFS, **changes)})
        return ag.derive(STUDY, what)["ADTTE"].frame.copy()

    return seed


def of_each(parameter: str, name: str, change: Callable) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def seed(frame: pd.DataFrame) -> pd.DataFrame:
        own = frame["PARAMCD"] == parameter
        frame.loc[own, name] = change(frame.loc[own, name])
        return frame

    return seed


@dataclass(frozen=True)
class Seeded:
    """An error, and what the check must say of one record: cells by variable, its source record."""

    seed: Callable[[pd.DataFrame], pd.DataFrame]
    parameter: str
    subject: str
    cells: dict[str, tuple[object, object]]
    source: str
    cause: str


ERRORS = {
    "wrong event date, and the duration that follows": Seeded(
        put("S1-01", "PFS", ADT="2024-06-02", AVAL=154),
        "PFS", "S1-01",
        {"ADT": ("2024-06-01", "2024-06-02"), "AVAL": (153, 154)},
        "ADRS.ADT 2", "another date",
    ),
    "wrong censoring date": Seeded(
        put("S1-03", "PFS", ADT="2024-03-03", AVAL=61, SRCSEQ=1),
        "PFS", "S1-03",
        {"SRCSEQ": (2, 1), "ADT": ("2024-06-03", "2024-03-03"), "AVAL": (153, 61)},
        "ADRS.ADT 2", "another source record",
    ),
    "CNSR flipped": Seeded(
        put("S1-03", "OS", CNSR=0),
        "OS", "S1-03", {"CNSR": (1, 0)}, "ADSL.LSTALVDT", "event or censored otherwise",
    ),
    "another censoring reason": Seeded(
        put("S1-03", "OS", CNSR=2),
        "OS", "S1-03", {"CNSR": (1, 2)}, "ADSL.LSTALVDT", "another censoring reason",
    ),
    "wrong origin": Seeded(
        put("S1-02", "OS", STARTDT="2024-01-01", AVAL=122),
        "OS", "S1-02", {"STARTDT": ("2024-01-02", "2024-01-01"), "AVAL": (121, 122)},
        "ADSL.DTHDT", "another origin",
    ),
    "1 day is not added": Seeded(
        of_each("PFS", "AVAL", lambda aval: aval - 1),
        "PFS", "S1-05", {"AVAL": (1, 0)}, "ADSL.RANDDT", "another value for the same dates",
    ),
    "AVAL rounded": Seeded(
        of_each("OS", "AVAL", lambda aval: (aval / 10).round() * 10),
        "OS", "S1-02", {"AVAL": (121, 120)}, "ADSL.DTHDT", "another value for the same dates",
    ),
    "AVAL in months": Seeded(
        of_each("PFS", "AVAL", lambda aval: aval / 30.4375),
        "PFS", "S1-01", {"AVAL": (153, 153 / 30.4375)}, "ADRS.ADT 2", "another value for the same dates",
    ),
    "EVNTDESC wrong": Seeded(
        put("S1-01", "PFS", EVNTDESC="Death"),
        "PFS", "S1-01", {"EVNTDESC": ("Disease Progression", "Death")}, "ADRS.ADT 2", "another description",
    ),
    "CNSDTDSC wrong": Seeded(
        put("S1-03", "PFS", CNSDTDSC="Last visit"),
        "PFS", "S1-03", {"CNSDTDSC": ("Last assessment", "Last visit")}, "ADRS.ADT 2", "another description",
    ),
    "SRCSEQ wrong": Seeded(
        put("S1-03", "PFS", SRCSEQ=1),
        "PFS", "S1-03", {"SRCSEQ": (2, 1)}, "ADRS.ADT 2", "another source record",
    ),
    "SRCVAR wrong": Seeded(
        put("S1-02", "OS", SRCVAR="LSTALVDT"),
        "OS", "S1-02", {"SRCVAR": ("DTHDT", "LSTALVDT")}, "ADSL.DTHDT", "another source record",
    ),
    "SRCDOM wrong": Seeded(
        put("S1-01", "PFS", SRCDOM="ADTR"),
        "PFS", "S1-01", {"SRCDOM": ("ADRS", "ADTR")}, "ADRS.ADT 2", "another source record",
    ),
    "ASEQ wrong": Seeded(
        put("S1-04", "PFS", ASEQ=3),
        "PFS", "S1-04", {"ASEQ": (2, 3)}, "ADRS.ADT 1", "another sequence number",
    ),
    "ADSL covariate wrong": Seeded(
        put("S1-04", "PFS", SEX="F"), "PFS", "S1-04", {"SEX": ("M", "F")}, "ADRS.ADT 1", "other variables"
    ),
    "treatment swapped": Seeded(
        put("S1-05", "OS", TRTP="B"), "OS", "S1-05", {"TRTP": ("A", "B")}, "ADSL.RANDDT", "other variables"
    ),
    "PARAM wrong": Seeded(
        put("S1-06", "OS", PARAM="Overall survival"),
        "OS", "S1-06", {"PARAM": ("Overall Survival", "Overall survival")}, "missing", "other variables",
    ),
    "date a year off": Seeded(
        put("S1-04", "OS", ADT="2025-06-01", AVAL=515),
        "OS", "S1-04",
        {"ADT": ("2024-06-01", "2025-06-01"), "AVAL": (150, 515)},
        "ADSL.DTHDT", "another date",
    ),
    "date imputed otherwise": Seeded(
        put("S1-04", "OS", ADT="2024-06-30", AVAL=179),
        "OS", "S1-04",
        {"ADT": ("2024-06-01", "2024-06-30"), "AVAL": (150, 179)},
        "ADSL.DTHDT", "another date",
    ),
    "progression and death on one date: the other one": Seeded(
        otherwise(events=("DEATH", "PD")),
        "PFS", "S1-04",
        {
            "SRCDOM": ("ADRS", "ADSL"),
            "SRCVAR": ("ADT", "DTHDT"),
            "SRCSEQ": (1, None),
            "EVNTDESC": ("Disease Progression", "Death"),
        },
        "ADRS.ADT 1", "another source record",
    ),
    "event after the cut-off counted": Seeded(
        otherwise(stops=()),
        "PFS", "S1-06",
        {
            "CNSR": (1, 0),
            "SRCDOM": (None, "ADSL"),
            "SRCVAR": (None, "DTHDT"),
            "ADT": ("2024-12-31", "2025-03-01"),
            "AVAL": (361, 421),
            "EVNTDESC": ("Cut-off", "Death"),
            "CNSDTDSC": ("Cut-off", None),
        },
        "missing", "event or censored otherwise",
    ),
    "a value is missing": Seeded(
        put("S1-01", "OS", AVAL=np.nan),
        "OS", "S1-01", {"AVAL": (366, None)}, "ADSL.LSTALVDT", "another value for the same dates",
    ),
    "a blank in front": Seeded(
        put("S1-02", "OS", EVNTDESC=" Death"),
        "OS", "S1-02", {"EVNTDESC": ("Death", " Death")}, "ADSL.DTHDT", "another description",
    ),
    "another case": Seeded(
        put("S1-02", "OS", EVNTDESC="DEATH"),
        "OS", "S1-02", {"EVNTDESC": ("Death", "DEATH")}, "ADSL.DTHDT", "another description",
    ),
    "a character of another script": Seeded(
        put("S1-02", "OS", TRTP="\N{CYRILLIC CAPITAL LETTER VE}"),
        "OS", "S1-02", {"TRTP": ("B", "\N{CYRILLIC CAPITAL LETTER VE}")}, "ADSL.DTHDT", "other variables",
    ),
    "unit wrong": Seeded(
        put("S1-01", "OS", AVALU="MONTHS"),
        "OS", "S1-01", {"AVALU": ("DAYS", "MONTHS")}, "ADSL.LSTALVDT", "another value for the same dates",
    ),
}  # fmt: skip


def found_of(found: ag.DerivationCheck, subject: str, parameter: str) -> tuple[str, CheckedRecord]:
    (cause_and_record,) = [
        (alike.cause, each)
        for alike in found.datasets["ADTTE"].alike
        for each in alike.first
        if (each.subject, alike.parameter) == (subject, parameter)
    ]
    return cause_and_record


def test_an_untouched_dataset_is_equal():
    found = check(DERIVED.frame.copy())
    assert found.equal
    assert found.datasets["ADTTE"].alike == ()
    assert len(found.frame) == 0


def test_the_order_of_records_and_variables_is_free():
    frame = DERIVED.frame.sample(frac=1, random_state=1)
    assert check(frame[sorted(frame)]).equal


@pytest.mark.parametrize("seeded", ERRORS.values(), ids=ERRORS)
def test_seeded_errors_are_found(seeded):
    found = check(seeded.seed(DERIVED.frame.copy()))
    assert not found.equal
    cause, differing = found_of(found, seeded.subject, seeded.parameter)
    assert {cell.variable: (cell.derived, cell.delivered) for cell in differing.cells} == seeded.cells
    assert [cell.variable for cell in differing.cells] == list(seeded.cells), "the deciding ones first"
    assert str(differing.source_derived) == seeded.source
    assert cause == seeded.cause


def test_records_of_one_only():
    frame = DERIVED.frame
    lost = check(frame[~record(frame, "S1-03", "PFS")]).datasets["ADTTE"]
    assert [(each.parameter, each.subjects) for each in lost.only_derived] == [("PFS", ("S1-03",))]
    added = frame[record(frame, "S1-03", "PFS")].assign(USUBJID="S1-99")
    more = check(pd.concat([frame, added])).datasets["ADTTE"]
    assert [(each.parameter, each.subjects) for each in more.only_delivered] == [("PFS", ("S1-99",))]
    assert not lost.equal
    assert not more.equal


def test_a_record_delivered_twice():
    frame = DERIVED.frame
    found = check(pd.concat([frame, frame[record(frame, "S1-03", "PFS")]])).datasets["ADTTE"]
    assert [(each.parameter, each.subjects) for each in found.only_delivered] == [("PFS", ("S1-03",))]
    assert found.differences.repeated_b.keys == 1
    assert not found.equal


def test_a_parameter_that_is_not_delivered():
    frame = DERIVED.frame
    found = check(frame[frame["PARAMCD"] != "OS"]).datasets["ADTTE"]
    assert [(each.parameter, each.count) for each in found.only_derived] == [("OS", 6)]


def test_the_parameters_of_a_subject_swapped():
    frame = DERIVED.frame.copy()
    own = frame["USUBJID"] == "S1-03"
    for name in ("PARAMCD", "PARAM"):
        frame.loc[own, name] = frame.loc[own, name].to_numpy()[::-1]
    found = check(frame)
    for parameter, source in (("OS", "ADSL.LSTALVDT"), ("PFS", "ADRS.ADT 2")):
        cause, differing = found_of(found, "S1-03", parameter)
        assert cause == "another source record"
        assert str(differing.source_derived) == source
        assert {"SRCDOM", "SRCVAR", "ADT", "AVAL"} <= {cell.variable for cell in differing.cells}


def test_a_special_missing_value():
    at = int(np.flatnonzero(record(DERIVED.frame, "S1-01", "OS"))[0])
    frame = put("S1-01", "OS", AVAL=np.nan)(DERIVED.frame.copy())
    data = ag.Dataset(
        "ADTTE",
        frame,
        DERIVED.variables,
        special_missing=MappingProxyType({"AVAL": SpecialMissing(np.array([at]), np.array(["A"]))}),
    )
    _, differing = found_of(check(data), "S1-01", "OS")
    (cell,) = differing.cells
    assert (cell.variable, cell.derived, cell.delivered) == ("AVAL", 366, ".A")


def test_variables_of_one_only():
    frame = DERIVED.frame
    found = check(frame.drop(columns="CNSDTDSC").assign(ITTFL="Y")).datasets["ADTTE"]
    assert found.differences.variables_only_a == ("CNSDTDSC",)
    assert found.differences.variables_only_b == ("ITTFL",)
    assert not found.equal


def test_a_variable_of_another_type():
    frame = DERIVED.frame
    found = check(frame.assign(AVAL=frame["AVAL"].astype(str))).datasets["ADTTE"]
    assert [(each.variable, each.a, each.b) for each in found.types] == [("AVAL", "Num", "Char")]
    assert not found.equal


def test_metadata_count_if_asked_for():
    described = tuple(
        replace(each, label="Survival") if each.name == "AVAL" else each for each in DERIVED.variables
    )
    data = ag.Dataset("ADTTE", DERIVED.frame, described, DERIVED.label)
    found = check(data)
    assert found.equal
    assert [(str(each.kind), each.variable) for each in found.datasets["ADTTE"].metadata] == [
        ("label", "AVAL")
    ]
    assert not check(data, metadata=True).equal


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("1 day is not added", "AVAL: delivered is 1 less"),
        ("AVAL in months", "AVAL: delivered is derived / 30.4375"),
    ],
)
def test_a_slip_in_a_formula_shows_itself(name, words):
    found = check(ERRORS[name].seed(DERIVED.frame.copy()))
    (alike,) = found.datasets["ADTTE"].alike
    assert (alike.count, alike.relations) == (6, (words,))


def test_rounding_shows_itself():
    what = replace(WHAT, endpoints={"OS": replace(OS, unit="months")})
    frame = ag.derive(STUDY, what)["ADTTE"].frame
    rounded = frame.assign(AVAL=frame["AVAL"].round(1))
    found = ag.check_derived(STUDY, what, delivered(rounded))
    (alike,) = found.datasets["ADTTE"].alike
    assert alike.relations == ("AVAL: delivered is rounded to 1 decimal",)


def test_a_tolerance():
    frame = DERIVED.frame.assign(AVAL=DERIVED.frame["AVAL"] + 1e-9)
    assert not check(frame).equal
    assert check(frame, abs={"AVAL": 1e-8}).equal


def test_variables_may_be_ignored():
    frame = ERRORS["ASEQ wrong"].seed(DERIVED.frame.copy())
    assert check(frame, ignore=["ASEQ"]).equal


def test_the_trace_is_known_where_the_dataset_omits_it():
    options = replace(WHAT.datasets["ADTTE"], variables=("USUBJID", "PARAMCD", "ADT", "AVAL"))
    what = replace(WHAT, datasets={"ADTTE": options})
    frame = put("S1-01", "PFS", AVAL=1)(ag.derive(STUDY, what)["ADTTE"].frame.copy())
    found = ag.check_derived(STUDY, what, delivered(frame))
    _, differing = found_of(found, "S1-01", "PFS")
    assert (str(differing.source_derived), differing.source_delivered) == ("ADRS.ADT 2", None)
    assert [cell.variable for cell in differing.cells] == ["AVAL"]


def test_the_delivered_dataset_is_found_by_its_name():
    def named(*names):
        return ag.Study.of(*(ag.Dataset.from_frame(DERIVED.frame, name) for name in names))

    assert ag.check_derived(STUDY, WHAT, named("ADTTE_ONCO", "ADTTE")).equal
    assert ag.check_derived(STUDY, WHAT, named("ADTTE_ONCO", "ADAE")).equal
    assert ag.check_derived(STUDY, WHAT, named("TTE")).equal, "one derived, one delivered"
    lost = ag.check_derived(STUDY, WHAT, named("ADTE", "ADAE"))
    assert not lost.equal
    assert lost.not_delivered == {"ADTTE": "did you mean ADTE or ADAE?"}


def test_a_delivered_dataset_without_a_key_is_refused():
    frame = DERIVED.frame.drop(columns="USUBJID")
    with pytest.raises(ag.Refused, match="USUBJID of the delivered ADTTE not present"):
        check(frame)


def test_neither_values_nor_subjects_unless_shown():
    frame = ERRORS["wrong event date, and the duration that follows"].seed(DERIVED.frame.copy())
    (alike,) = ag.check_derived(STUDY, WHAT, delivered(frame)).datasets["ADTTE"].alike
    assert [(each.derived, each.delivered) for each in alike.first[0].cells] == [(None, None)] * 2
    assert alike.first[0].subject == "S1-01"
    hidden = ag.check_derived(STUDY, WHAT, delivered(frame), show_keys=False)
    (alike,) = hidden.datasets["ADTTE"].alike
    assert (alike.first[0].subject, alike.first[0].source_derived) == ("", None)


def test_what_is_compared_is_not_changed():
    frame = ERRORS["CNSR flipped"].seed(DERIVED.frame.copy())
    before = frame.copy(deep=True)
    check(ag.Dataset.from_frame(frame, "ADTTE"))
    pd.testing.assert_frame_equal(frame, before)


def test_another_numbering_does_not_make_it_another_case():
    frame = DERIVED.frame.copy()
    frame["AVAL"] -= 1
    frame.loc[frame["USUBJID"] == "S1-03", "ASEQ"] += 1
    found = check(frame).datasets["ADTTE"]
    assert [(each.parameter, each.count, each.variables) for each in found.alike] == [
        ("OS", 6, ("AVAL", "ASEQ")),
        ("PFS", 6, ("AVAL", "ASEQ")),
    ]
    numbered = [each.subject for each in found.alike[0].first if len(each.cells) == 2]
    assert numbered == ["S1-03"]


def test_options_hold_for_several_datasets():
    """Keys and tolerances that only one of them has."""
    what = replace(WHAT, datasets={**WHAT.datasets, "ADTTE2": ag.TimeToEvent(endpoints=("OS",))})
    both = ag.derive(STUDY, what)
    frame = both["ADTTE2"].frame.assign(AVAL=both["ADTTE2"].frame["AVAL"] + 0.5)
    other = ag.Study.of(both["ADTTE"], ag.Dataset.from_frame(frame.drop(columns="PARAM"), "ADTTE2"))
    found = ag.check_derived(STUDY, what, other, by={"ADTTE2": "USUBJID"}, abs={"AVAL": 0.5}, ignore="SEX")
    keys = {name: each.differences.keys.variables for name, each in found.datasets.items()}
    assert keys == {"ADTTE": ("USUBJID", "PARAMCD"), "ADTTE2": ("USUBJID",)}
    assert found.datasets["ADTTE"].equal
    assert found.datasets["ADTTE2"].differing == 0
    assert found.datasets["ADTTE2"].differences.variables_only_a == ("PARAM",)
    by_param = ag.check_derived(STUDY, what, other, by="USUBJID,PARAM")
    keys = {name: each.differences.keys.variables for name, each in by_param.datasets.items()}
    assert keys == {"ADTTE": ("USUBJID", "PARAM"), "ADTTE2": ("USUBJID", "PARAMCD")}


@pytest.mark.parametrize("options", [{"ignore": "AVLA"}, {"by": "USUBJIDD"}, {"abs": {"AVLA": 1}}])
def test_a_slip_in_an_option_is_refused(options):
    with pytest.raises(ag.ConfigurationError, match="is not present"):
        check(DERIVED.frame.copy(), **options)


KEYS = ("USUBJID", "PARAMCD")


def altered(value):
    """Another value of the same kind; of a missing one, one that is not."""
    if isinstance(value, pd.Timestamp):
        return value + pd.Timedelta(days=1)
    return f"{value}x" if isinstance(value, str) else value + 1


@given(
    st.sets(
        st.tuples(
            st.integers(0, len(DERIVED) - 1),
            st.sampled_from([name for name in DERIVED.names if name not in KEYS]),
        ),
        min_size=1,
        max_size=6,
    )
)
@pytest.mark.slow
@pytest.mark.one_version
def test_every_cell_that_differs_is_found_and_no_other(cells):
    frame = DERIVED.frame.copy()
    told = set()
    for at, name in cells:
        if pd.isna(frame[name].iloc[at]):
            continue
        frame[name] = frame[name].astype(object) if DERIVED.is_character(name) else frame[name]
        frame.loc[at, name] = altered(frame[name].iloc[at])
        told.add((*frame.loc[at, list(KEYS)], name))
    found = check(frame)
    assert {tuple(each) for each in found.frame[[*KEYS, "variable"]].itertuples(index=False)} == told
    listed = {
        (each.subject, alike.parameter, cell.variable)
        for alike in found.datasets["ADTTE"].alike
        for each in alike.first
        for cell in each.cells
    }
    assert listed == told
    assert found.equal is not bool(told)
