"""What is no data is read from this machine alone: an address is refused, with its secrets masked."""

import pytest

from adamgate import cli

ADDRESS = "https://user:secret@host/{}"
VALIDATE = ("validate", "{study}")


@pytest.mark.parametrize(
    "words",
    [
        (*VALIDATE, "--define", ADDRESS.format("define.xml")),
        (*VALIDATE, "--catalog", ADDRESS.format("formats.sas7bcat")),
        (*VALIDATE, "--xsd", ADDRESS.format("xsd")),
        (*VALIDATE, "--config", ADDRESS.format("adamgate.toml")),
        (*VALIDATE, "--rules", ADDRESS.format("rules.py")),
        (*VALIDATE, "--baseline", ADDRESS.format("report.json")),
        ("report", "{study}", "-o", "page.html", "--record", ADDRESS.format("run.jsonl")),
        ("derive", ADDRESS.format("adsl.toml"), "--source", "{study}"),
        ("rules", "test", ADDRESS.format("examples")),
        ("run", ADDRESS.format("adamgate.toml")),
    ],
    ids=lambda words: next(each for each in (*words[1:], words[0]) if not each.startswith(("{", "http"))),
)
def test_an_address_is_refused(root, capfd, words):
    study = str(root / "fixtures" / "cartitude1")
    assert cli.run([each.replace("{study}", study) for each in words]) == 2
    said = capfd.readouterr().err
    assert "this machine" in said
    assert "secret" not in said
