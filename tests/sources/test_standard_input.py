"""Standard input is read to its end, under the name that the user gives it."""

import subprocess
import sys
from pathlib import Path

import pytest

import adamgate as ag

ADSL = b"USUBJID,AGE\nS-01,50\n"


def run(*arguments: str, stdin: bytes = ADSL, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "adamgate", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, cwd=cwd, check=False, timeout=60)


@pytest.mark.slow
@pytest.mark.one_version
def test_a_command_reads_what_it_is_sent(tmp_path: Path) -> None:
    done = run(
        "convert", "-", "adsl.parquet", "--stdin-name", "adsl.csv", "--manifest", "m.json", cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (0, b"written: adsl.parquet\nwritten: m.json\n")
    assert ag.read(tmp_path / "adsl.parquet")["ADSL"]["AGE"].tolist() == [50]
    assert '"path": "stdin://adsl.csv"' in (tmp_path / "m.json").read_text()


@pytest.mark.parametrize(
    ("name", "stdin", "code", "message"),
    [
        (None, ADSL, 2, b"standard input (-) needs a file name"),
        ("../adsl.csv", ADSL, 2, b"a file name without a folder"),
        ("adsl.csv", b"", 3, b"standard input is empty"),
        ("adsl.doc", ADSL, 3, b"unknown file type .doc"),
        ("adsl.zip", ADSL, 3, b"the ZIP archive is damaged or incomplete"),
    ],
)
@pytest.mark.slow
@pytest.mark.one_version
def test_what_cannot_be_read_is_told(
    name: str | None, stdin: bytes, code: int, message: bytes, tmp_path: Path
) -> None:
    named = () if name is None else ("--stdin-name", name)
    done = run("describe", "-", *named, stdin=stdin, cwd=tmp_path)
    assert done.returncode == code
    assert message in done.stderr
    assert b".work" not in done.stderr


def test_python_reads_it_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").write_bytes(ADSL)
    with (tmp_path / "in").open() as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        assert ag.read(["-", "-"], stdin_name="adsl.csv")["ADSL"]["AGE"].tolist() == [50]
        with pytest.raises(ag.UnreadableInput, match="standard input is empty") as caught:  # by now
            ag.read("-", stdin_name="adsl.csv")
        assert caught.value.where == "stdin://adsl.csv"


@pytest.mark.parametrize("name", ["", ".", "..", "a/b.csv", "a\\b.csv", "a\nb.csv", "x" * 300, 5])
def test_a_name_that_leads_elsewhere_is_refused(name: object) -> None:
    with pytest.raises(ag.ConfigurationError, match="stdin_name"):
        ag.read("-", stdin_name=name)  # type: ignore[arg-type]
