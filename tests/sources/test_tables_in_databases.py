"""Tables of every command that writes one, in databases: with their codebook, all of them or none."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import adamgate as ag
from adamgate import cli

pytest.importorskip("duckdb")
pytest.importorskip("adbc_driver_sqlite.dbapi")
pytest.importorskip("adbc_driver_postgresql")

pytestmark = [
    pytest.mark.one_version,
    pytest.mark.filterwarnings("ignore::adamgate.MetadataNotKept"),
]

CAUSES = ["--cause", "old: CNSR == 0 and AGE > 60", "--cause", "young: CNSR == 0 and AGE <= 60"]
COMMANDS = {
    "survival": ["--param", "OS"],
    "km": ["--param", "OS"],
    "ae": ["--by", "AEDECOD"],
    "cuminc": ["--param", "OS", *CAUSES],
    "swimmer": [],
    "responders": ["--param", "OS", "--landmark", "24"],
}  # fmt: skip


def named(database: str, table: str) -> str:
    return f"{database}{'&' if '?' in database else '?'}table={table}"


def run(*words: object) -> int:
    return cli.run([*map(str, words)])


@pytest.fixture
def study(root: Path) -> Path:
    return root / "fixtures" / "cartitude1"


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_a_table_is_that_of_a_file(
    command: str, database: str, study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = [command, study, *COMMANDS[command], "--no-gate"]
    assert run(*options, "-o", named(database, "t")) == 0
    assert run(*options, "-o", tmp_path / "t.parquet") == 0
    told = capsys.readouterr().err
    file, table = ag.read(tmp_path / "t.parquet")["T"], ag.read(named(database, "t"))["T"]
    assert [each.name for each in table.variables] == [each.name for each in file.variables]
    for each in file.variables:
        if each.type == "Num":
            assert table.numbers(each.name).tolist() == pytest.approx(
                file.numbers(each.name).tolist(), abs=0, rel=0, nan_ok=True
            )
        else:
            texts = [data[each.name].astype(object).where(data.filled(each.name)) for data in (table, file)]
            assert texts[0].fillna("").tolist() == texts[1].fillna("").tolist()
    of_file = json.loads((tmp_path / "t.codebook.json").read_text())
    of_table = json.loads(ag.read(named(database, "t_codebook"))["T_CODEBOOK"]["codebook"].iloc[0])
    own = {"table", "layout", "read_with", "summary"}
    for document in (of_file, of_table):
        for key in (*own, "table_sha256", "summary_sha256", "run_id"):
            document.pop(key, None)
    assert of_table == of_file
    assert f"{database.partition('?')[0].rpartition('/')[2]}" in told


@pytest.mark.slow
def test_code_of_the_codebook_reads_the_table(database: str, study: Path) -> None:
    table = ag.survival(ag.read(study), "OS", unit="months", gate=False)
    written = table.write(named(database, "os"))
    assert [each.name for each in written] == ["os", "os_codebook"]
    codebook = json.loads(ag.read(named(database, "os_codebook"))["OS_CODEBOOK"]["codebook"].iloc[0])
    frame = eval(codebook["read_with"], {"adamgate": ag})
    assert frame["event"].dtype == bool
    pd.testing.assert_series_equal(frame["event"], table.frame["event"], check_index=False)
    assert frame["duration"].tolist() == table.frame["duration"].tolist()


@pytest.mark.slow
def test_a_table_that_exists_is_replaced_only_if_asked(database: str, study: Path) -> None:
    options = ["survival", study, "--no-gate", "-q", "-o", named(database, "os")]
    assert run(*options, "--param", "OS") == 0
    assert run(*options, "--param", "PFS") == 4
    before = ag.read(named(database, "os"))["OS"].frame
    assert run(*options, "--param", "PFS", "--overwrite") == 0
    assert not ag.read(named(database, "os"))["OS"].frame.equals(before)


def test_a_table_whose_name_differs_in_case_is_another_one_in_postgresql(
    postgresql: str, psql: Callable[[str], str], tmp_path: Path
) -> None:
    """Both would be the dataset ADX, so that neither is written nor dropped."""
    psql(f'create schema "{tmp_path.name}"; create table "{tmp_path.name}"."ADX" (a text)')
    data = ag.Dataset.from_frame(pd.DataFrame({"A": [1.0]}), "ADX")
    for overwrite in (False, True):
        with pytest.raises(ag.UnwritableOutput, match="a table with the name ADX already exists") as told:
            ag.write(data, f"{postgresql}?schema={tmp_path.name}", overwrite=overwrite)
        assert "--overwrite" not in str(told.value)
    assert psql(f'select count(*) from "{tmp_path.name}"."ADX"') == "0"


@pytest.mark.slow
def test_kaplan_meier_has_its_summary_beside(database: str, study: Path) -> None:
    assert run("km", study, "--param", "OS", "--no-gate", "-q", "-o", named(database, "km")) == 0
    assert ag.read(named(database, "km_summary"))["KM_SUMMARY"]["n"].tolist() == [97]


REFUSED = {
    "": "the address does not name one table",
    "table=a,b": "the address does not name one table",
    "table=a%2Fb": "the address does not name one table",
    "table=..": "the address does not name one table",
    "table=os&prefix=s1_": "the address has a prefix and the name of a table",
}


@pytest.mark.parametrize("query", REFUSED)
def test_an_address_that_names_no_table(
    query: str, study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = f"duckdb:///{tmp_path}/x.duckdb"
    address = f"{database}?{query}" if query else database
    assert run("survival", study, "--param", "OS", "-o", address) == 2
    assert REFUSED[query] in capsys.readouterr().err
    assert not (tmp_path / "x.duckdb").exists()


def test_datasets_have_names_of_their_own(study: Path, tmp_path: Path) -> None:
    with pytest.raises(ag.ConfigurationError, match="the address names tables"):
        ag.convert(study / "adtte.xpt", f"duckdb:///{tmp_path}/x.duckdb?table=os")
    assert list(tmp_path.iterdir()) == []


def test_a_tool_has_files(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    address = f"duckdb:///{tmp_path}/x.duckdb?table=os"
    assert run("survival", study, "--param", "OS", "--for", "r", "-o", address) == 2
    assert "the layout r is of files, not of tables in DuckDB" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a" * 55, "select", 'a"b; drop table x', "ÄÖ ü", "A.B"])
def test_names_of_tables(name: str, database: str, study: Path) -> None:
    """A name is taken as it is, or the table is refused; none is cut."""
    table = ag.survival(ag.read(study), "OS", gate=False)
    place = named(database, name.replace(";", "%3B").replace(" ", "%20"))
    if place.startswith("postgresql") and len(f"{name}_codebook") > 63:
        with pytest.raises(ag.ConfigurationError, match="more than 54 bytes"):
            table.write(place)
        return
    table.write(place)
    assert len(ag.read(place)[name.upper()]) == len(table.frame)
