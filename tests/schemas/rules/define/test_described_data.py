"""Datasets, variables and values against define.xml: each disagreement is found by its rule alone."""

from dataclasses import dataclass, field, replace

import described_study as base
import pandas as pd
import pytest
from described_study import ADSL, DEFINITION, Described, of_codelist, of_dataset, of_variable, variable

import adamgate as ag
from adamgate.schemas.rules.define.variables import _outside_longest_run, _same_format
from adamgate.schemas.study.definition import CodelistItem, DatasetDefinition, Definition, ExternalDictionary


@dataclass(frozen=True)
class Seed:
    """One disagreement: how it comes about, and who finds it on which variables."""

    rule: str
    dataset: str = "ADSL"
    variables: tuple[str, ...] = ()
    records: int = 0
    severity: str = "warning"
    definition: Definition = DEFINITION
    frames: dict[str, pd.DataFrame] = field(default_factory=base.frames)
    metadata: dict[str, dict] = field(default_factory=dict)


def changed(path, record, value):
    frames = base.frames()
    name, column = path.split(".")
    frames[name].loc[record, column] = value
    return frames


def with_column(path, values):
    frames = base.frames()
    name, column = path.split(".")
    frames[name][column] = values
    return frames


def repeated(name, record):
    frames = base.frames()
    frames[name] = pd.concat([frames[name], frames[name].iloc[[record]]], ignore_index=True)
    return frames


def with_another_age():
    frames = repeated("ADSL", 2)
    frames["ADSL"].loc[6, "AGE"] = 71.0
    return frames


def in_order(*names):
    frames = base.frames()
    frames["ADSL"] = frames["ADSL"][list(names)]
    return frames


def without(path):
    frames = base.frames()
    name, column = path.split(".")
    frames[name] = frames[name].drop(columns=column)
    return frames


def with_variable(path, label, data_type, length=None, **facts):
    made = variable(path, label, data_type, length, order=99, origins=(base.ASSIGNED,), **facts)
    return of_dataset(DEFINITION, "ADSL", variables=(*ADSL.variables, made))


def with_dataset(**facts):
    number = base.variable("ADEX.USUBJID", "Unique Subject Identifier", "text", 6, origins=(base.ASSIGNED,))
    made = DatasetDefinition("IG.ADEX", "ADEX", "Exposure", variables=(number,), **facts)
    return replace(DEFINITION, datasets=(*DEFINITION.datasets, made))


DECODED = with_column("ADSL.SEX", ["Female", "M", "F", "M", "F", "M"])
SEEDS = {
    "dataset not described": Seed(
        "DF001", "ADEX", frames={**base.frames(), "ADEX": pd.DataFrame({"USUBJID": ["T1-001"]})}
    ),
    "dataset not delivered": Seed("DF002", "(study)", ("ADEX",), severity="note", definition=with_dataset()),
    "variable without data has values": Seed(
        "DF003",
        variables=("AGE",),
        records=5,
        definition=of_variable(DEFINITION, "ADSL.AGE", has_no_data=True),
    ),
    "label of a dataset": Seed(
        "DF004", definition=of_dataset(DEFINITION, "ADSL", label="Subjects of the Trial")
    ),
    "label of a dataset in part": Seed(
        "DF004", severity="note", definition=of_dataset(DEFINITION, "ADSL", label="Subject-Level Analysis")
    ),
    "keys not unique": Seed("DF005", "ADTTE", ("USUBJID", "PARAMCD"), 2, frames=repeated("ADTTE", 2)),
    "subject repeated": Seed(
        "DF006",
        variables=("USUBJID",),
        records=2,
        definition=of_variable(DEFINITION, "ADSL.AGE", key_sequence=2, mandatory=False),
        frames=with_another_age(),
    ),
    "reference data with subjects": Seed(
        "DF007",
        variables=("USUBJID",),
        severity="note",
        definition=of_dataset(DEFINITION, "ADSL", is_reference_data=True),
    ),
    "variable not described": Seed(
        "DF010", variables=("RACE",), frames=with_column("ADSL.RACE", list("ABABAB"))
    ),
    "variable not delivered": Seed("DF011", variables=("HEIGHTBL",), frames=without("ADSL.HEIGHTBL")),
    "mandatory variable not delivered": Seed(
        "DF011", variables=("SEX",), severity="error", frames=without("ADSL.SEX")
    ),
    "number described as text": Seed(
        "DF012",
        variables=("AGE",),
        definition=of_variable(DEFINITION, "ADSL.AGE", data_type="text"),
    ),
    "text described as number": Seed(
        "DF012",
        variables=("ITTFL",),
        definition=of_variable(DEFINITION, "ADSL.ITTFL", data_type="float", codelist=""),
        frames=with_column("ADSL.ITTFL", list("111110")),
        metadata={"ADSL.ITTFL": {"type": "Char"}},
    ),
    "label of a variable": Seed(
        "DF013", variables=("AGE",), metadata={"ADSL.AGE": {"label": "Age in Years"}}
    ),
    "letter case of a label": Seed(
        "DF013", variables=("AGE",), severity="note", metadata={"ADSL.AGE": {"label": "AGE"}}
    ),
    "label that was cut": Seed(
        "DF013",
        variables=("AGE",),
        severity="note",
        definition=of_variable(DEFINITION, "ADSL.AGE", label="A label of more than forty characters, in all"),
        metadata={"ADSL.AGE": {"label": "A label of more than forty characters, i"}},
    ),
    "dataset without data has records": Seed(
        "DF003", definition=of_dataset(DEFINITION, "ADSL", has_no_data=True)
    ),
    "format": Seed(
        "DF014", variables=("TRTSDT",), severity="note", metadata={"ADSL.TRTSDT": {"format": "YYMMDD10."}}
    ),
    "order": Seed(
        "DF015",
        variables=("ITTFL",),
        severity="note",
        frames=in_order("ITTFL", "USUBJID", "AGE", "SEX", "HEIGHTBL", "RFICDTC", "TRTSDT"),
    ),
    "variable longer than stated": Seed(
        "DF016", variables=("SEX",), severity="note", metadata={"ADSL.SEX": {"length": 2}}
    ),
    "mandatory value missing": Seed(
        "DF020", variables=("SEX",), records=1, frames=changed("ADSL.SEX", 1, None)
    ),
    "fraction": Seed("DF021", variables=("AGE",), records=1, frames=changed("ADSL.AGE", 0, 61.5)),
    "date that is not ISO 8601": Seed(
        "DF021", variables=("RFICDTC",), records=1, frames=changed("ADSL.RFICDTC", 0, "02JAN2024")
    ),
    "text longer than stated": Seed(
        "DF022",
        variables=("ITTFL",),
        records=1,
        definition=of_variable(DEFINITION, "ADSL.ITTFL", codelist=""),
        frames=changed("ADSL.ITTFL", 0, "YES"),
    ),
    "more digits than stated": Seed(
        "DF022", variables=("AGE",), records=1, frames=changed("ADSL.AGE", 0, 1061.0)
    ),
    "value outside the codelist": Seed(
        "DF023", variables=("SEX",), records=1, frames=changed("ADSL.SEX", 1, "U")
    ),
    "number outside the codelist": Seed("DF023", "ADTTE", ("CNSR",), 1, frames=changed("ADTTE.CNSR", 1, 2.0)),
    "decode in place of its code": Seed(
        "DF023",
        variables=("SEX",),
        records=1,
        definition=of_variable(DEFINITION, "ADSL.SEX", length=6),
        frames=DECODED,
        metadata={"ADSL.SEX": {"length": 6}},
    ),
    "more decimals than stated": Seed(
        "DF024",
        variables=("HEIGHTBL",),
        records=1,
        severity="note",
        frames=changed("ADSL.HEIGHTBL", 0, 171.55),
    ),
    "length far above any value": Seed(
        "DF025",
        variables=("ITTFL",),
        severity="note",
        definition=of_variable(DEFINITION, "ADSL.ITTFL", length=200),
    ),
}


def study_of(seed, tmp_path):
    return Described(tmp_path, seed.definition, seed.frames, metadata=seed.metadata).study()


def found(study):
    report = ag.validate(study, select="DF")
    assert not [each for each in report.outcomes if str(each.status) == "not run"]
    return sorted(
        (each.rule_id, each.dataset, each.variables, each.records, str(each.severity))
        for each in report.findings
    )


@pytest.mark.parametrize("name", SEEDS)
def test_each_disagreement_is_found_by_its_rule_alone(name, tmp_path):
    seed = SEEDS[name]
    expected = (seed.rule, seed.dataset, seed.variables, seed.records, seed.severity)
    assert found(study_of(seed, tmp_path)) == [expected]


NOT_A_FAULT = {
    "dataset without data that is not delivered": Seed("", definition=with_dataset(has_no_data=True)),
    "variable without data that is not delivered": Seed(
        "", definition=with_variable("ADSL.DTHDT", "Date of Death", "integer", 8, has_no_data=True)
    ),
    "blanks and letter case of codes": Seed(
        "",
        definition=of_codelist(DEFINITION, "SEX", items=(CodelistItem("F\xa0", "Female"), CodelistItem("M"))),
    ),
    "external dictionary": Seed(
        "",
        definition=of_codelist(DEFINITION, "CNSR", items=(), external=ExternalDictionary("MedDRA", "26.1")),
    ),
    "format without a width": Seed("", metadata={"ADSL.TRTSDT": {"format": "DATE."}}),
    "no format": Seed("", metadata={"ADSL.TRTSDT": {"format": ""}}),
    "no label": Seed("", metadata={"ADSL.AGE": {"label": ""}}),
    "shorter variable": Seed("", metadata={"ADTTE.PARAMCD": {"length": 3}}),
    "room in a length": Seed("", definition=of_variable(DEFINITION, "ADTTE.PARAMCD", length=100)),
    "number that was never rounded": Seed("", frames=changed("ADSL.HEIGHTBL", 0, 500 / 3)),
    "repeated subjects where Repeating is not stated": Seed(
        "",
        definition=of_dataset(
            of_variable(DEFINITION, "ADSL.USUBJID", key_sequence=None), "ADSL", repeating=None
        ),
        frames=repeated("ADSL", 2),
    ),
    "typographic quotes in a label": Seed(
        "",
        definition=of_variable(DEFINITION, "ADSL.AGE", label="Subject\u2019s Age"),
        metadata={"ADSL.AGE": {"label": "Subject's  Age"}},
    ),
    "what arithmetic leaves of a code": Seed(
        "",
        definition=of_codelist(
            of_variable(DEFINITION, "ADTTE.CNSR", data_type="float"),
            "CNSR",
            data_type="float",
            items=(CodelistItem("0.3", "2.0"), CodelistItem("1", "Censored")),
        ),
        frames=with_column("ADTTE.CNSR", [0.1 + 0.2, 1.0] * 7),
    ),
    "what arithmetic leaves of a whole number": Seed("", frames=changed("ADSL.AGE", 0, 61 + 1e-12)),
    "variable without a value": Seed(
        "",
        definition=of_variable(DEFINITION, "ADSL.AGE", data_type="text"),
        frames=with_column("ADSL.AGE", [float("nan")] * 6),
    ),
    "a variable without a place": Seed("", definition=of_variable(DEFINITION, "ADSL.SEX", order=None)),
    "keys with a variable that is not present": Seed(
        "",
        definition=of_dataset(DEFINITION, "ADSL", keys=("STUDYID", "USUBJID")),
    ),
}


@pytest.mark.parametrize("name", NOT_A_FAULT)
def test_not_a_fault(name, tmp_path):
    ours = {each for each in found(study_of(NOT_A_FAULT[name], tmp_path)) if each[0] < "DF030"}
    assert ours == set()


def test_without_a_define_the_report_has_nothing_of_it(tmp_path):
    study = Described(tmp_path).study()
    plain = ag.validate(ag.Study.of(*study))
    assert not [each for each in plain.outcomes if each.rule_id.startswith("DF")]
    with pytest.raises(ag.ConfigurationError, match="no rule is left"):
        ag.validate(ag.Study.of(*study), select="DF")


def test_values_are_shown_when_asked_for(tmp_path):
    study = study_of(SEEDS["label of a variable"], tmp_path)
    (finding,) = ag.validate(study, select="DF", show_values=True).findings
    assert finding.values == "Age in Years and Age"


@pytest.mark.parametrize(
    ("places", "outside"),
    [([0, 1, 2], []), ([2, 0, 1], [0]), ([0, 2, 1, 3], [1]), ([], []), ([3, 2, 1, 0], [0, 1, 2])],
)
def test_the_fewest_variables_are_in_another_place(places, outside):
    kept = [place for number, place in enumerate(places) if number not in _outside_longest_run(places)]
    assert kept == sorted(kept)
    assert len(_outside_longest_run(places)) == len(outside)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("DATE9.", "date9", True),
        ("DATE", "DATE9.", True),
        ("8.3", "8.2", False),
        ("$CHAR8.", "$8.", True),
        ("F8.2", "8.2", True),
        ("$8.", "8.", False),
        ("", "DATE9.", True),
        ("E8601DA.", "e8601da", True),
        ("BEST12.", "8.", False),
    ],
)
def test_formats_are_compared_as_far_as_they_are_stated(one, other, same):
    assert _same_format(one, other) is same
    assert _same_format(other, one) is same
