"""Datasets that an engine derives are those of one process, with its record and its problems."""

import pytest

import adamgate as ag
from adamgate.converters.configuration.from_tables import specification
from adamgate.converters.configuration.load import load_settings
from adamgate.converters.derivations.on_engine import derivations_on
from adamgate.converters.engines import engine_of

pytestmark = [pytest.mark.slow, pytest.mark.one_version]


@pytest.fixture(scope="module")
def engine():
    made = engine_of("processes", 2)
    yield made
    made.close()


@pytest.fixture(scope="module")
def declared(root):
    settings = load_settings([], root / "fixtures" / "cartitude1-project" / "adamgate.toml", {})
    return specification(settings.entries)


@pytest.fixture(scope="module")
def sdtm(root, tmp_path_factory):
    from adamgate import cli

    folder = tmp_path_factory.mktemp("sdtm")
    project = root / "fixtures" / "cartitude1-project" / "adamgate.toml"
    raw = root / "fixtures" / "cartitude1-raw"
    assert (
        cli.run(["derive", str(project), "--source", str(raw), "--to", str(folder), "--for", "parquet", "-q"])
        == 0
    )
    for derived in folder.glob("ad*.parquet"):
        derived.unlink()
    return ag.read(folder)


def test_the_same_datasets_and_record(engine, declared, sdtm):
    alone = ag.derive(sdtm, declared)
    together = ag.derive(sdtm, declared, executor=derivations_on(engine))
    assert list(together.datasets) == list(alone.datasets) == ["ADSL", "ADRS", "ADTTE", "ADAE", "ADLB"]
    assert together.record == alone.record
    for one, other in zip(alone, together, strict=True):
        assert one.description.variables == other.description.variables
        assert one.frame.equals(other.frame)


def test_the_same_problems(engine, declared, sdtm):
    without = ag.Study({each.name: each for each in sdtm if each.name not in ("RS", "AE")})
    told = []
    for options in ({}, {"executor": derivations_on(engine)}):
        with pytest.raises(ag.DerivationRefused) as refused:
            ag.derive(without, declared, **options)
        told.append((refused.value.problems, refused.value.not_derived, str(refused.value)))
    assert told[0] == told[1]
    assert len(told[0][0]) > 1
