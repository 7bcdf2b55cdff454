"""Faults of a file of settings name the line of their key."""

from pathlib import Path

import pytest

import adamgate as ag
from adamgate.converters.configuration.load import load_settings
from adamgate.converters.configuration.located import faults_located

pytestmark = pytest.mark.one_version

TEXT = """\
# a comment
[settings]
fail_on = "warning"

[endpoint.pfs]   # written small
param = "PFS"
events = [
    "PD",  # a comment
    "DEATH",
]

[source]
PD = { dataset = "ADRS", date = "ADT" }
DEATH.dataset = "ADSL"
DEATH.date = "DTHDT"

[[rule]]
id = "A1"
require = "AVAL > 0"

[[rule]]
id = "A2"
require = "AVAL > 1"
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "adamgate.toml"
    path.write_text(TEXT)
    return path


@pytest.mark.parametrize(
    ("where", "what", "place"),
    [
        ("[endpoint.PFS] events", "PX is not a declared source", "adamgate.toml:7, [endpoint.PFS] events"),
        ("[endpoint.PFS]", "the origin is not declared", "adamgate.toml:5, [endpoint.PFS]"),
        ("[endpoint.PFS]", "unknown setting 'param'", "adamgate.toml:6, [endpoint.PFS]"),
        ("[endpoint.PFS] stops", "X is not a declared stop", "adamgate.toml:5, [endpoint.PFS] stops"),
        ("[source.PD] set", "CNSR of an event is 0", "adamgate.toml:13, [source.PD] set"),
        ("[source.DEATH] date", "wrong", "adamgate.toml:15, [source.DEATH] date"),
        ("[source.DEATH] where: AVAL > 1", "wrong", "adamgate.toml:14, [source.DEATH] where: AVAL > 1"),
        ("adamgate.toml, rule 2 require", "wrong", "adamgate.toml:23, rule 2 require"),
        ("rule 2", "wrong", "adamgate.toml:21, rule 2"),
        ("adamgate.toml", "unknown table or key 'settings'", "adamgate.toml:2"),
        ("adamgate.toml", "wrong", "adamgate.toml"),
        ("[stop.NEWTX] source", "wrong", "adamgate.toml, [stop.NEWTX] source"),
        ("--select", "wrong", "--select"),
        ("environment variable ADAMGATE_UNIT", "wrong", "environment variable ADAMGATE_UNIT"),
    ],
)
def test_places(file, where, what, place):
    with pytest.raises(ag.ConfigurationError) as fault, faults_located(file):
        raise ag.ConfigurationError(what, where, "do it", details=["a", "b"])
    assert fault.value.where == place
    assert (fault.value.what, fault.value.advice, fault.value.details) == (what, "do it", ("a", "b"))


def test_without_a_file_nothing_is_located():
    with pytest.raises(ag.ConfigurationError) as fault, faults_located(None):
        raise ag.ConfigurationError("wrong", "[endpoint.PFS] events")
    assert fault.value.where == "[endpoint.PFS] events"


def test_a_file_that_is_gone_hides_no_fault(file):
    file.unlink()
    with pytest.raises(ag.ConfigurationError) as fault, faults_located(file):
        raise ag.ConfigurationError("wrong", "[endpoint.PFS] events")
    assert fault.value.where == "[endpoint.PFS] events"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[settings]\nfail_on = "warning"\nunit = \n', "adamgate.toml:3, column 8"),
        ('[settings]\nfail_on = "note"\nfail_on = "error"\n', "adamgate.toml:3, column 18"),
        ("[settings]\n\nfail_onn = 1\n", "adamgate.toml:3, [settings]"),
        ('[settings]\n\nfail_on = "warnin"\n', "adamgate.toml:3, [settings] fail_on"),
        ('\n[endpont.OS]\nrole = "OS"\n', "adamgate.toml:2"),
        ('[endpoint.OS]\nrole = "OS"\nevents = ["DTH"]\n', "adamgate.toml:3, [endpoint.OS] events"),
    ],
)
def test_of_a_file(file, text, place):
    file.write_text(text)
    with pytest.raises(ag.ConfigurationError) as fault:
        load_settings((), file, environ={})
    assert fault.value.where == place
