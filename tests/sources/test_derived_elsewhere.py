"""What is derived goes to a database, too, from an archive of raw files; what it cannot hold is listed."""

import shutil
from pathlib import Path

import pytest

import adamgate as ag
from adamgate import cli

duckdb = pytest.importorskip("duckdb")
pytestmark = pytest.mark.one_version

SPECIFICATION = """
[raw.DM]
files = ["dm.csv"]

[raw.DM.variables]
USUBJID = { column = "SUBJECT" }
SEX = { column = "SEX" }
"""


@pytest.mark.slow
def test_from_an_archive_into_a_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "dm.csv").write_text("SUBJECT,SEX\n01,F\n02,M\n")
    shutil.make_archive("delivery", "zip", tmp_path, "raw")
    (tmp_path / "adamgate.toml").write_text(SPECIFICATION)
    command = ["derive", "adamgate.toml", "--source", "delivery.zip", "--to", "duckdb:///sdtm.duckdb"]
    assert cli.run([*command, "--record", "record.json"]) == 0
    assert "DM: DuckDB cannot hold their raw records (file and line); not written" in capfd.readouterr().err
    assert [(each.name, each["SEX"].tolist()) for each in ag.read("duckdb:///sdtm.duckdb")] == [
        ("DM", ["F", "M"])
    ]
    record = (tmp_path / "record.json").read_text()
    assert '"delivery.zip/raw/dm.csv"' in record
    assert f"duckdb:///{tmp_path}/sdtm.duckdb/dm" in record
    assert cli.run(command) == 4
    assert "already exists" in capfd.readouterr().err
