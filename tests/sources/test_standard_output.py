"""A conversion to standard output: the bytes of one file, when it is whole."""

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import adamgate as ag
from adamgate import cli

FRAME = pd.DataFrame({"USUBJID": ["S-01", "S-02"], "AVAL": [1.5, None]})


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (path,) = ag.write(ag.Dataset.from_frame(FRAME, "ADX", "Values"), tmp_path / "adx.parquet")
    return path


@pytest.fixture
def sent(capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[..., tuple[int, bytes, str]]:
    """Exit code, standard output and standard error of a conversion."""

    def convert(*arguments: object) -> tuple[int, bytes, str]:
        code = cli.run(["convert", *map(str, arguments)])
        out, err = capfdbinary.readouterr()
        return code, out, err.decode()

    return convert


@pytest.mark.parametrize("form", ["parquet", "xpt", "json", "ndjson.gz"])
@pytest.mark.filterwarnings("ignore::adamgate.MetadataNotKept")
def test_the_bytes_are_those_of_the_file(
    form: str, source: Path, tmp_path: Path, sent: Callable[..., tuple]
) -> None:
    (file,) = ag.convert(source, tmp_path / "out" / f"adx.{form}")
    assert sent(source, "-", "--to", form, "-q")[:2] == (0, file.read_bytes())


def test_what_would_be_beside_a_csv_is_told_as_not_written(source: Path, sent: Callable[..., tuple]) -> None:
    code, out, err = sent(source, "-", "--to", "csv")
    assert (code, out) == (0, b"USUBJID,AVAL\nS-01,1.5\nS-02,\n")
    assert "ADX: CSV cannot hold dataset label (Values); not written" in err


def test_one_dataset_and_a_format_are_needed(source: Path, sent: Callable[..., tuple]) -> None:
    ag.write(ag.Dataset.from_frame(FRAME, "ADY"), source.with_name("ady.parquet"))
    code, out, err = sent(source.parent, "-", "--to", "csv")
    assert (code, out) == (2, b"")
    assert "2 datasets cannot go to standard output" in err
    code, out, err = sent(source, "-")
    assert (code, out) == (2, b"")
    assert "no output format is given for standard output" in err


def test_nothing_is_sent_of_what_a_format_cannot_hold(tmp_path: Path, sent: Callable[..., tuple]) -> None:
    data = ag.Dataset.from_frame(FRAME.assign(LONGERNAME=1.0), "ADX")
    (path,) = ag.write(data, tmp_path / "adx.parquet")
    code, out, err = sent(path, "-", "--to", "xpt")
    assert (code, out) == (4, b"")
    assert "LONGERNAME" in err


class _Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_no_bytes(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", _Terminal(io.BytesIO()))
    with pytest.raises(ag.UnwritableOutput, match="standard output is a terminal"):
        ag.convert(source, "-", to="parquet")
