"""A dataset of measurements from several sources: parts of a domain, two laboratories, two domains."""

import numpy as np
import pandas as pd
import pytest

import adamgate as ag

ADSL = pd.DataFrame({"USUBJID": ["1", "2"], "TRTSDT": pd.to_datetime(["2024-01-10", "2024-01-10"])})
LB = pd.DataFrame(
    {
        "USUBJID": ["1", "1", "2"],
        "LBSEQ": [1.0, 2.0, 1.0],
        "LBTESTCD": ["HGB", "HGB", "HGB"],
        "LBTEST": ["Hemoglobin"] * 3,
        "LBSTRESN": [120.0, 118.0, 131.0],
        "LBSTRESC": ["120", "118", "131"],
        "LBSTRESU": ["g/L"] * 3,
        "LBDTC": ["2024-01-09", "2024-01-20", "2024-01-08"],
        "LBNAM": ["Central"] * 3,
    }
)
VS = pd.DataFrame(
    {
        "USUBJID": ["1", "2"],
        "VSSEQ": [1.0, 1.0],
        "VSTESTCD": ["WEIGHT", "PULSE"],
        "VSTEST": ["Weight", "Pulse Rate"],
        "VSSTRESN": [80.0, 66.0],
        "VSSTRESC": ["80", "66"],
        "VSSTRESU": ["kg", "beats/min"],
        "VSDTC": ["2024-01-09", "2024-01-10"],
        "VSPOS": ["SITTING", None],
    }
)
LOCAL = LB.assign(
    LBNAM="Local", LBDTC=["2024-01-07", "2024-01-21", "2024-01-22"], LBSTRESN=[119.0, 117.0, 130.0]
)
PARAM = {"param": "{--TEST} ({--STRESU})", "trace": True, "number": ("PARAMCD", "ADT", "SRCDOM", "SRCSEQ")}


def derive(sources=("LB", "VS"), frames=None, measurements=None, **options):
    frames = {"ADSL": ADSL, "LB": LB, "VS": VS} | (frames or {})
    what = ag.Specification(
        {"ADBM": ag.Measurements(**{"dataset": sources, "by": ("ADT",)} | PARAM | options)},
        measurements=measurements or {},
    )
    study = ag.Study.of(
        *(
            each if isinstance(each, ag.Dataset) else ag.Dataset.from_frame(each, name)
            for name, each in frames.items()
        )
    )
    return ag.derive(study, what)


def rows(derived, *names):
    """Cells of records, missing ones as None."""
    frame = derived["ADBM"].frame[list(names)].astype(object)
    return list(frame.where(frame.notna(), None).itertuples(index=False, name=None))


def test_two_domains():
    derived = derive()
    shown = ("USUBJID", "ASEQ", "PARAM", "AVAL", "SRCDOM", "SRCVAR", "SRCSEQ", "LBNAM", "VSPOS")
    assert rows(derived, *shown) == [
        ("1", 1.0, "Hemoglobin (g/L)", 120.0, "LB", "LBSTRESN", 1.0, "Central", None),
        ("1", 2.0, "Hemoglobin (g/L)", 118.0, "LB", "LBSTRESN", 2.0, "Central", None),
        ("1", 3.0, "Weight (kg)", 80.0, "VS", "VSSTRESN", 1.0, None, "SITTING"),
        ("2", 1.0, "Hemoglobin (g/L)", 131.0, "LB", "LBSTRESN", 1.0, "Central", None),
        ("2", 2.0, "Pulse Rate (beats/min)", 66.0, "VS", "VSSTRESN", 1.0, None, None),
    ]
    assert not [each for each in derived["ADBM"].names if each.startswith("--")]
    assert [(each.source, each.records, each.used) for each in derived.record.made_from] == [
        ("LB", 3, 3),
        ("VS", 2, 2),
        ("ADSL", 2, 2),
    ]


def test_a_parameter_calculated_from_two_domains():
    per_weight = ag.Measurement(param="Hemoglobin per Weight", expression="HGB / WEIGHT")
    derived = derive(measurements={"RATIO": per_weight})
    assert ("1", "RATIO", 1.5) in rows(derived, "USUBJID", "PARAMCD", "AVAL")


def test_two_laboratories():
    """One domain in two datasets; the baseline is the last of both, and the sources in another order."""
    derived = derive(("LBCE", "LBLO"), {"LBCE": LB, "LBLO": LOCAL}, baseline_order=("ADT", "SRCDOM"))
    found = rows(derived, "USUBJID", "AVAL", "SRCDOM", "LBNAM", "ABLFL")
    assert found == [
        ("1", 119.0, "LBLO", "Local", None),
        ("1", 120.0, "LBCE", "Central", "Y"),
        ("1", 118.0, "LBCE", "Central", None),
        ("1", 117.0, "LBLO", "Local", None),
        ("2", 131.0, "LBCE", "Central", "Y"),
        ("2", 130.0, "LBLO", "Local", None),
    ]
    turned = derive(("LBLO", "LBCE"), {"LBCE": LB, "LBLO": LOCAL}, baseline_order=("ADT", "SRCDOM"))
    assert rows(turned, "USUBJID", "AVAL", "SRCDOM", "LBNAM", "ABLFL") == found


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_records_does_not_matter(seed):
    wanted = derive()["ADBM"].frame
    mixed = {name: each.sample(frac=1, random_state=seed) for name, each in (("LB", LB), ("VS", VS))}
    found = derive(frames={name: each.reset_index(drop=True) for name, each in mixed.items()})["ADBM"].frame
    pd.testing.assert_frame_equal(found, wanted, check_categorical=False)


def test_records_of_two_sources_that_nothing_distinguishes():
    """One laboratory delivered twice: no chance decides the baseline, or ASEQ."""
    twice = {"LBCE": LB, "LBLO": LB}
    with pytest.raises(ag.DerivationRefused) as refused:
        derive(("LBCE", "LBLO"), twice)
    assert "baseline_order does not distinguish 4 records" in refused.value.problems[0].what
    with pytest.raises(ag.DerivationRefused) as refused:
        derive(("LBCE", "LBLO"), twice, baseline="none", number=("PARAMCD", "ADT", "LBSEQ"))
    assert "with the same PARAMCD, ADT, LBSEQ as another" in refused.value.problems[0].what


def test_qualifiers_of_each_source():
    """Those of a part of a domain have the domain as RDOMAIN."""
    qualifiers = pd.DataFrame(
        {
            "RDOMAIN": ["LB"],
            "USUBJID": ["1"],
            "IDVAR": ["LBSEQ"],
            "IDVARVAL": ["2"],
            "QNAM": ["LBTIME"],
            "QVAL": ["FASTED"],
        }
    )
    of_vs = qualifiers.assign(RDOMAIN="VS", IDVAR="VSSEQ", IDVARVAL="1", QNAM="VSSIDE", QVAL="LEFT")
    frames = {"LBCE": LB, "SUPPLBCE": qualifiers, "SUPPVS": of_vs}
    found = rows(derive(("LBCE", "VS"), frames), "SRCDOM", "SRCSEQ", "LBTIME", "VSSIDE")
    assert [each for each in found if any(each[2:])] == [
        ("LBCE", 2.0, "FASTED", None),
        ("VS", 1.0, None, "LEFT"),
    ]
    with pytest.raises(ag.ConfigurationError, match="declared for several sources"):
        derive(supplement="SUPPLB")


def test_special_missing_values_stay_with_their_records():
    tags = ag.SpecialMissing(np.array([1]), np.array(["A"]))
    vs = ag.Dataset.from_frame(VS.assign(VSREPNUM=[1.0, np.nan]), "VS").replace(
        special_missing={"VSREPNUM": tags}
    )
    data = derive(frames={"VS": vs})["ADBM"]
    (at,) = data.special_missing["VSREPNUM"].records
    assert data.frame.loc[at, ["USUBJID", "PARAMCD"]].tolist() == ["2", "PULSE"]


@pytest.mark.parametrize(
    ("frames", "options", "what", "where"),
    [
        ({"VS": VS.drop(columns="VSDTC")}, {}, "VSDTC is not present in VS", "date"),
        ({"VS": VS.drop(columns="VSSTRESN")}, {}, "VSSTRESN is not present in VS", "aval"),
        ({"VS": VS.drop(columns="VSTESTCD")}, {}, "VSTESTCD is not present in VS", "dataset"),
        ({"VS": VS.drop(columns="VSSEQ")}, {}, "VSSEQ is not present in VS", "trace"),
        ({"VS": VS.drop(columns="VSSTRESC")}, {"avalc": "all"}, "VSSTRESC is not present in VS", "avalc"),
        ({}, {"aval": "LBSTRESN"}, "LBSTRESN is not present in VS", "aval"),
        ({}, {"unit": "LBSTRESU"}, "LBSTRESU is not present in VS", "unit"),
        ({}, {"sources": ("LB", "VZ")}, "dataset VZ is not present", "dataset"),
        (
            {"LB": LB.assign(VISIT="A"), "VS": VS.assign(VISIT=1.0)},
            {},
            "VISIT is of several types: text in LB, numbers in VS",
            "dataset",
        ),
        ({"VS": VS.assign(VSTESTCD="HGB")}, {}, "HGB is in several units: beats/min, g/L, kg", "mixed_units"),
        ({}, {"param": "{--TESTS}"}, "--TESTS is not present in LB and VS", "param"),
        (
            {"VS": VS.assign(USUBJID=["1", "9"])},
            {},
            "1 record of LB and VS of a subject who is not",
            "dataset",
        ),
    ],
)
def test_sources_that_do_not_fit(frames, options, what, where):
    with pytest.raises(ag.DerivationRefused) as refused:
        derive(frames=frames, **options)
    found = [(each.where, each.what) for each in refused.value.problems]
    assert any(place.endswith(where) and what in each for place, each in found), found


def test_one_source_may_name_variables_of_any_domain():
    assert set(derive("VS")["ADBM"].frame["PARAM"]) == {"Weight (kg)", "Pulse Rate (beats/min)"}


def test_an_empty_source():
    derived = derive(frames={"VS": VS.iloc[:0]})
    assert len(derived["ADBM"]) == 3


def test_declared_in_a_file(tmp_path):
    from adamgate.converters.configuration.from_tables import specification
    from adamgate.converters.configuration.load import load_settings

    file = tmp_path / "adamgate.toml"
    file.write_text('[derive.ADBM]\nkind = "measurements"\ndataset = ["LB", "VS"]\nparam = "{--TEST}"\n')
    what = specification(load_settings((), file).entries)
    assert what.datasets["ADBM"].sources == ("LB", "VS")
    file.write_text('[derive.ADAE]\nkind = "adverse_events"\ndataset = ["AE", "CE"]\n')
    with pytest.raises(ag.ConfigurationError, match="is not a value of dataset"):
        specification(load_settings((), file).entries)
