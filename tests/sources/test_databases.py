"""Datasets in tables: the same again or refused, all of a delivery or nothing, whatever things are called."""

import errno
import os
import resource
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import adamgate as ag
from adamgate import cli
from adamgate.converters.formats import FORMATS_OF_DATABASES
from adamgate.converters.values.address import Address

duckdb = pytest.importorskip("duckdb")
sqlite = pytest.importorskip("adbc_driver_sqlite.dbapi")
pytest.importorskip("adbc_driver_postgresql")

pytestmark = [
    pytest.mark.one_version,
    pytest.mark.filterwarnings("ignore::adamgate.MetadataNotKept"),
]

HOSTILE = [
    'a"b',
    "it's; drop table adsl; --",
    "select",
    "ÄÖ ü",
    "A.B",
    "x\\y",
    "tab\there",
    "%s",
    "$1",
    "{0}",
    "--",
]


def dataset(name: str = "ADX", label: str = "", **columns: object) -> ag.Dataset:
    return ag.Dataset.from_frame(pd.DataFrame(columns or {"A": [1.5]}), name, label)


def stamps(*texts: str | None) -> pd.Series:
    return pd.Series(np.array(texts, dtype="datetime64[us]"))


def same(read: ag.Dataset, written: ag.Dataset) -> None:
    """Names, types and values in the same order."""
    assert [each.name for each in read.variables] == [each.name for each in written.variables]
    assert [each.type for each in read.variables] == [each.type for each in written.variables]
    for each in written.variables:
        before, after = written[each.name], read[each.name]
        assert before.isna().tolist() == after.isna().tolist(), each.name
        assert before.dropna().tolist() == after.dropna().tolist(), each.name
        if before.dtype.kind == "M":
            assert after.dtype == before.dtype


@pytest.mark.slow
def test_the_study_is_the_same_again(database: str, root: Path) -> None:
    study = ag.read(root / "fixtures" / "cartitude1")
    written = ag.write(study, database)
    read = ag.read(database)
    assert ag.diff(study, read).equal
    assert [each.name for each in read] == ["ADAE", "ADSL", "ADTTE"]
    assert {str(each.source.path) for each in read} == set(map(str, written))
    holds = FORMATS_OF_DATABASES[Address.of(database).scheme].holds
    assert (read["ADTTE"].label == study["ADTTE"].label) is bool(holds)
    labels = [[each.label for each in data.variables] for data in (study["ADTTE"], read["ADTTE"])]
    assert (labels[0] == labels[1]) is bool(holds)


def test_every_type_and_names_of_every_kind(database: str) -> None:
    data = dataset(
        'it\'s "x"; --',
        "O'Neil's \\ \"label\"",
        NUM=[1.5, np.nan, -1e-300],
        TEXT=["a'b", None, "\\x41 é\n☃"],
        DT=pd.Series(np.array(["0001-01-01", None, "9999-12-31"], "datetime64[s]")),
        DTM=stamps("1582-10-15T23:59:59.999999", None, "2024-02-29T00:00:00"),
        **{name: [1.0, 2.0, np.nan] for name in HOSTILE},
    )
    data = data.replace(
        variables=tuple(ag.Variable(each.name, f"{each.name}'s", each.type) for each in data.variables)
    )
    other = dataset("ADSL")
    ag.write(ag.Study.of(data, other), database)
    read = ag.read(database)
    assert sorted(each.name for each in read) == ["ADSL", data.name.upper()]
    same(read[data.name.upper()], data)
    if FORMATS_OF_DATABASES[Address.of(database).scheme].holds:
        assert read[data.name.upper()].label == data.label
        assert [each.label for each in read[data.name.upper()].variables] == [
            f"{n}'s" for n in data.frame.columns
        ]


NUMBERS = st.floats(allow_infinity=False, width=64)
TEXTS = st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5)
STAMPS = st.none() | st.datetimes()
COLUMNS = st.tuples(
    st.lists(NUMBERS, min_size=3, max_size=3),
    st.lists(TEXTS, min_size=3, max_size=3),
    st.lists(STAMPS, min_size=3, max_size=3),
)


@pytest.mark.slow
@settings(
    max_examples=max(settings.default.max_examples // 10, 5),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(columns=COLUMNS, name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=70))
def test_whatever_is_written_is_the_same_again_or_refused(database: str, columns: tuple, name: str) -> None:
    numbers, texts, times = columns
    data = dataset(
        "ADX",
        **{name: numbers},
        TEXT__=pd.array(texts, "string[pyarrow]"),
        TIME__=pd.Series(np.array(times, "datetime64[us]")),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ag.write(data, database, overwrite=True)
        except ag.UnwritableOutput as refused:
            assert "NUL" in str(refused) or "no name" in str(refused) or "bytes" in str(refused)  # noqa: PT017
        else:
            same(ag.read(database)["ADX"], data)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"A": ["a\0b"]}, "NUL character"),
        ({"A": [np.inf]}, "infinite numbers"),
        ({"A": pd.Series(np.array(["10000-01-01"], "datetime64[s]"))}, "outside the years 1 to 9999"),
    ],
    ids=["NUL", "infinite", "year"],
)
def test_what_a_table_cannot_hold_is_refused(
    columns: dict[str, object], message: str, database: str, tmp_path: Path
) -> None:
    with pytest.raises(ag.UnwritableOutput, match=message):
        ag.write(ag.Study.of(dataset("ADSL"), dataset("ADX", **columns)), database)
    assert not [each for each in tmp_path.iterdir() if each.name.startswith(("study", ".adamgate"))]


def test_a_negative_zero_is_kept_or_refused(database: str) -> None:
    data = dataset("ADX", A=[0.0, -0.0])
    if database.startswith("sqlite"):
        with pytest.raises(ag.UnwritableOutput, match=r"contains -0\.0, which SQLite .*record 2"):
            ag.write(data, database)
    else:
        ag.write(data, database)
        assert np.signbit(ag.read(database)["ADX"]["A"]).tolist() == [False, True]


def test_special_missing_values_are_refused(database: str) -> None:
    data = dataset(A=[np.nan]).replace(
        special_missing={"A": ag.SpecialMissing(np.array([0]), np.array(["B"]))}
    )
    with pytest.raises(ag.UnwritableOutput, match=r"special missing values: \.B 1"):
        ag.write(data, database)


@pytest.mark.slow
def test_a_long_name_is_refused_where_it_would_be_cut(postgresql: str) -> None:
    with pytest.raises(ag.UnwritableOutput, match="more than 63 bytes"):
        ag.write(dataset(**{"é" * 32: [1.0]}), postgresql)


@pytest.mark.slow
def test_tables_are_replaced_only_with_leave_and_all_or_none(database: str) -> None:
    ag.write(dataset("ADB", A=[1.0]), database)
    both = ag.Study.of(dataset("ADA", A=[2.0]), dataset("ADB", A=[2.0]))
    with pytest.raises(ag.UnwritableOutput, match="already exists") as caught:
        ag.write(both, database)
    assert "adb" in caught.value.where
    assert [each.name for each in ag.read(database)] == ["ADB"]
    ag.write(both, database, overwrite=True)
    assert [each["A"].tolist() for each in ag.read(database)] == [[2.0], [2.0]]


@pytest.mark.slow
def test_nothing_is_there_when_the_last_table_fails(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from adamgate.converters.targets import databases as targets

    ag.write(dataset("ADB", A=[1.0]), database)
    described = targets._described

    def failing(name: str, *others: object) -> object:
        if name == "adz":
            raise KeyboardInterrupt
        return described(name, *others)

    monkeypatch.setattr(targets, "_described", failing)
    with pytest.raises(KeyboardInterrupt):
        ag.write(
            ag.Study.of(dataset("ADA"), dataset("ADB", A=[2.0]), dataset("ADZ")), database, overwrite=True
        )
    read = ag.read(database)
    assert [(each.name, each["A"].tolist()) for each in read] == [("ADB", [1.0])]


@pytest.mark.slow
def test_a_prefix_and_names_of_tables_choose(database: str) -> None:
    mark = "&" if "?" in database else "?"
    ag.write(dataset("ADSL", A=[1.0]), f"{database}{mark}prefix=S1_")
    ag.write(dataset("ADSL", A=[2.0]), f"{database}{mark}prefix=S2_")
    read = ag.read(f"{database}{mark}prefix=S2_")
    assert [(each.name, each["A"].tolist()) for each in read] == [("ADSL", [2.0])]
    assert [each.name for each in ag.read(f"{database}{mark}table=S1_adsl")] == ["S1_ADSL"]
    with pytest.raises(ag.UnreadableInput, match="no table adlb") as caught:
        ag.read(f"{database}{mark}table=adlb")
    assert "S1_adsl, S2_adsl" in caught.value.advice
    with pytest.raises(ag.UnreadableInput, match="no table that begins with S3_"):
        ag.read(f"{database}{mark}prefix=S3_")


def test_what_was_read_is_not_replaced(database: str) -> None:
    ag.write(dataset("ADSL"), database)
    with pytest.raises(ag.UnwritableOutput, match="would replace an input"):
        ag.convert(database, database, where="A > 1", overwrite=True)
    assert len(ag.read(database)["ADSL"]) == 1


@pytest.mark.slow
def test_commands_read_and_write_it(database: str, root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["convert", str(root / "fixtures" / "cartitude1"), database]) == 0
    assert cli.run(["validate", database, "-q"]) == 0
    assert cli.run(["diff", str(root / "fixtures" / "cartitude1"), database]) == 0
    assert cli.run(["convert", database, database, "--to", "csv"]) == 2
    err = capfd.readouterr().err
    assert "--to has no meaning for a database" in err


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("schem=x", "schem of the address is not known"),
        ("prefix=", "no usable value"),
        ("schema=%FF", "no usable value"),
        ("schema=\udcff", "not valid Unicode"),
        ("table=a&table=b", "given twice"),
        ("", "nothing follows"),
    ],
)
def test_an_address_says_what_is_known(query: str, message: str, tmp_path: Path) -> None:
    for use in (ag.read, lambda place: ag.write(dataset(), place)):
        with pytest.raises(ag.ConfigurationError, match=message):
            use(f"duckdb:///{tmp_path}/x.duckdb?{query}")
    with pytest.raises(ag.ConfigurationError, match="SQLite has no schemas"):
        ag.read(f"sqlite:///{tmp_path}/x.sqlite?schema=a")


@pytest.mark.parametrize("scheme", ["duckdb", "sqlite"])
def test_a_file_whose_name_is_not_unicode(
    scheme: str, tmp_path: Path, root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    place = f"{scheme}:///{tmp_path}/\udcff.db"
    for arguments in (["convert", str(root / "fixtures" / "cartitude1"), place], ["describe", place]):
        assert cli.run(arguments) == 2
        assert "the address is not valid Unicode" in capfd.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "command",
    [
        "convert {data} out.csv --manifest {place}",
        "define {data} -o {place}",
        "diff {data} {data} --format json -o {place}",
        "init {data} -o {place}",
        "derive trial.toml --source {data} --record {place}",
    ],
)
@pytest.mark.parametrize("table", ["/document", "/x.sqlite/document"])
def test_a_document_is_no_table(
    command: str,
    table: str,
    tmp_path: Path,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    data, specification = root / "fixtures" / "cartitude1" / "adsl.xpt", root / "fixtures" / "derivations"
    (tmp_path / "trial.toml").write_bytes((specification / "trial.toml").read_bytes())
    place = f"sqlite:///{tmp_path}{table}"
    assert cli.run(command.format(data=data, place=place).split()) == 4
    assert "error: a document cannot be a table of a database" in capfd.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == ["trial.toml"]


def test_sqlite_reserves_names(tmp_path: Path) -> None:
    for name, prefix in (("SQLITE_MASTER", ""), ("ADSL", "?prefix=Sqlite_")):
        with pytest.raises(ag.UnwritableOutput, match="begins with sqlite_, which SQLite reserves"):
            ag.write(dataset(name), f"sqlite:///{tmp_path}/x.sqlite{prefix}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("scheme", ["duckdb", "sqlite"])
def test_a_file_that_is_no_database(scheme: str, tmp_path: Path) -> None:
    with pytest.raises(ag.UnreadableInput, match="the database does not exist"):
        ag.read(f"{scheme}:///{tmp_path}/none")
    assert not list(tmp_path.iterdir())
    (tmp_path / "text").write_text("USUBJID,AGE\n" * 999)
    with pytest.raises(ag.UnreadableInput, match="database cannot be read"):
        ag.read(f"{scheme}:///{tmp_path}/text")
    with pytest.raises(ag.UnwritableOutput, match="database cannot be written"):
        ag.write(dataset(), f"{scheme}:///{tmp_path}/text")
    with pytest.raises(ag.UnwritableOutput):
        ag.write(dataset(), f"{scheme}:///{tmp_path}/none/x")


def test_the_first_error_of_a_disk_is_told(tmp_path: Path) -> None:
    repeated = dataset(A=["of few bytes in Parquet"] * 20_000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, hard))  # a disk with so much space, for each file
    try:
        with pytest.raises(ag.UnwritableOutput, match="the SQLite database cannot be written") as caught:
            ag.write(repeated, f"sqlite:///{tmp_path}/x.sqlite")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "disk I/O error" in caught.value.where
    assert "rollback" not in caught.value.where
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise duckdb.IOException('Could not write file "x.wal": No space left on device')

    monkeypatch.setattr(duckdb, "connect", full)
    with pytest.raises(ag.UnwritableOutput, match="the DuckDB database cannot be written") as caught:
        ag.write(dataset(), f"duckdb:///{tmp_path}/x.duckdb")
    assert caught.value.advice == "free some space on the disk of the database"


@pytest.mark.parametrize("scheme", ["duckdb", "sqlite"])
def test_a_new_database_on_a_disk_without_hard_links(
    scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "no hard links")

    monkeypatch.setattr(os, "link", refuse)
    ag.write(dataset(), f"{scheme}:///{tmp_path}/x.db")
    assert [each.name for each in tmp_path.iterdir()] == ["x.db"]
    same(ag.read(f"{scheme}:///{tmp_path}/x.db")["ADX"], dataset())


def test_sqlite_holds_only_one_kind_in_a_column(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    with sqlite.connect(f"file:{path}") as connection, connection.cursor() as cursor:
        cursor.execute("create table a (n, m, d DATE, e, late)")
        cursor.execute("insert into a values (1, 1, 'soon', null, null)")
        cursor.execute("insert into a values ('x', x'00', '2024-01-01', null, 0.25)")
        cursor.execute("create table b (n INTEGER, late REAL)")
        for _ in range(1500):
            cursor.execute("insert into b values (null, null)")
        cursor.execute("insert into b values (3, 0.25)")
        connection.commit()
    with pytest.raises(ag.UnreadableInput, match="columns that no dataset can hold") as caught:
        ag.read(f"sqlite:///{path}?table=a")
    assert caught.value.details == ("n: integer and text", "m: blob and integer")
    read = ag.read(f"sqlite:///{path}?table=b")["B"]
    assert (read["n"].dropna().tolist(), read["late"].dropna().tolist()) == ([3.0], [0.25])
    assert len(read) == 1501


def test_text_of_sqlite_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    with sqlite.connect(f"file:{path}") as connection, connection.cursor() as cursor:
        cursor.execute("create table a as select cast(x'ff41' as text) as t")
        connection.commit()
    with pytest.raises(ag.UnreadableInput, match="UTF-8") as caught:
        ag.read(f"sqlite:///{path}")
    assert caught.value.where == f"sqlite:///{path}/a: t"


def test_a_view_of_sqlite_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    with sqlite.connect(f"file:{path}") as connection, connection.cursor() as cursor:
        cursor.execute("create table a as select 'x' as t")
        cursor.execute("create view v as select * from nowhere")
        connection.commit()
    assert ag.read(f"sqlite:///{path}?table=a")["A"]["t"].tolist() == ["x"]
    with pytest.raises(ag.UnreadableInput, match="the view cannot be opened") as caught:
        ag.read(f"sqlite:///{path}")
    assert caught.value.where == f"sqlite:///{path}, table v"
    ag.write(dataset("B"), f"sqlite:///{path}")
    assert "B" in ag.read(f"sqlite:///{path}?table=b")


def test_sqlite_rounds_nothing_and_leaves_nothing_out(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    with sqlite.connect(f"file:{path}") as connection, connection.cursor() as cursor:
        cursor.execute("create table a (n, twice generated always as (n * 2) virtual)")
        cursor.execute("insert into a (n) values (9007199254740993), (1)")
        cursor.execute("create table b (n)")
        cursor.execute("insert into b values (9007199254740993), (0.5)")
        connection.commit()
    read = ag.read(f"sqlite:///{path}?table=a")["A"]
    assert read.frame.to_dict("list") == {
        "n": ["9007199254740993", "1"],
        "twice": ["18014398509481986", "2"],
    }
    with pytest.raises(ag.UnreadableInput, match="no dataset can hold") as caught:
        ag.read(f"sqlite:///{path}?table=b")
    assert caught.value.details == ("n: integer beyond 2**53 and real",)


def test_duckdb_reads_no_other_file(tmp_path: Path) -> None:
    path, secret = tmp_path / "x.duckdb", tmp_path / "secret.csv"
    secret.write_text("A\n1\n")
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create view v as select * from read_csv('{secret}')")
    with pytest.raises(ag.UnreadableInput, match="DuckDB database cannot be read") as caught:
        ag.read(f"duckdb:///{path}")
    assert f"{path}, table v: " in caught.value.where


def test_types_of_duckdb(tmp_path: Path) -> None:
    path = tmp_path / "x.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create table a as select 1::utinyint u, 12345678901234567890::hugeint h, 1.25::decimal(9, 2) d, "
            "true b, 'x'::enum('x', 'y') e, time '12:00' t, timestamptz '2024-01-01 00:00:00+00' z"
        )
        connection.execute("create table b as select [1] l, date 'infinity' i, {'a': 1} s")
    read = ag.read(f"duckdb:///{path}?table=a")["A"]
    assert read.frame.iloc[0].tolist()[:6] == [1.0, 12345678901234567000.0, 1.25, 1.0, "x", 43200.0]
    assert any("time zone" in each.message for each in read.notes)
    with pytest.raises(ag.UnreadableInput) as caught:
        ag.read(f"duckdb:///{path}?table=b")
    assert caught.value.details == ("l: INTEGER[]", "s: STRUCT(a INTEGER)", "i: infinite in 1 record")


def test_duckdb_gives_the_same_on_every_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table a as select timestamptz '2024-01-01 10:00:00+02' z")
        connection.execute("create table b as select 9007199254740993::uhugeint u")
    monkeypatch.setenv("TZ", "America/New_York")
    read = ag.read(f"duckdb:///{path}?table=a")["A"]
    assert read["z"].tolist() == [pd.Timestamp("2024-01-01 08:00")]
    assert "(UTC)" in read.notes[0].message
    with pytest.raises(ag.UnreadableInput) as caught:  # which comes as a rounded double
        ag.read(f"duckdb:///{path}?table=b")
    assert caught.value.details == ("u: UHUGEINT",)


@pytest.mark.slow
def test_times_of_postgresql_that_no_other_program_counts(
    postgresql: str, psql: Callable[[str], str]
) -> None:
    psql(
        "create schema late; create table late.a as select '294246-12-31 23:59:59'::timestamp t;"
        "create table late.b as select '294276-01-01'::timestamp t, '294276-01-01 00:00+00'::timestamptz z"
    )
    read = ag.read(f"{postgresql}?schema=late&table=a")["A"]["t"]
    assert str(read.to_numpy()[0]) == "294246-12-31T23:59:59.000000"
    with pytest.raises(ag.UnreadableInput) as caught:
        ag.read(f"{postgresql}?schema=late&table=b")
    assert caught.value.details == (
        "t: times after the year 294246 in 1 record",
        "z: times after the year 294246 in 1 record",
    )


@pytest.mark.slow
def test_types_of_postgresql(postgresql: str, psql: Callable[[str], str]) -> None:
    psql(
        "create schema kinds; create type kinds.sex as enum ('F'); create domain kinds.age as numeric(5, 1);"
        "create table kinds.a as select 1::int2 i, 2.5::numeric n, 0.1::numeric(4, 2) m, 3::kinds.age g,"
        " 'ab'::char(5) c, 'F'::kinds.sex e, true b, '12:00'::time t, '2024-01-01 00:00+00'::timestamptz z,"
        " 1e30::numeric w;"
        "create table kinds.b (a int[], n numeric, d date, j jsonb);"
        "insert into kinds.b values ('{1}', 'NaN', 'infinity', '{}');"
        "create view kinds.v as select 'x'::text as s"
    )
    read = ag.read(f"{postgresql}?schema=kinds&table=a,v")
    assert read["A"].frame.iloc[0].tolist()[:8] == [1.0, 2.5, 0.1, 3.0, "ab", "F", 1.0, 43200.0]
    assert read["A"]["w"].tolist() == [1e30]
    assert read["V"]["s"].tolist() == ["x"]
    with pytest.raises(ag.UnreadableInput) as caught:
        ag.read(f"{postgresql}?schema=kinds&table=b")
    assert caught.value.details == (
        "a: _int4",
        "j: jsonb",
        "n: infinite or NaN in 1 record",
        "d: infinite or NaN in 1 record",
    )
    with pytest.raises(ag.UnwritableOutput, match="a view with the name v already exists"):
        ag.write(dataset("V"), f"{postgresql}?schema=kinds", overwrite=True)


def test_partitions_of_a_table_are_not_read_beside_it(postgresql: str, psql: Callable[[str], str]) -> None:
    psql(
        "create schema parted; create table parted.a (n int) partition by range (n);"
        "create table parted.a_low partition of parted.a for values from (0) to (10);"
        "create table parted.a_high partition of parted.a for values from (10) to (20);"
        "insert into parted.a values (1), (11)"
    )
    read = ag.read(f"{postgresql}?schema=parted")
    assert [(each.name, sorted(each["n"])) for each in read] == [("A", [1.0, 11.0])]


def test_psql_reads_what_was_written(postgresql: str, psql: Callable[[str], str]) -> None:
    data = dataset("ADSL", "Subjects", DT=pd.Series(np.array(["2024-02-29"], "datetime64[s]")), SEX=["F"])
    ag.write(data, f"{postgresql}?schema=of_psql")
    assert psql('select "DT", "SEX" from of_psql.adsl') == "2024-02-29|F"
    assert psql("select obj_description('of_psql.adsl'::regclass)") == "Subjects"
    asked = "select string_agg(data_type, ',' order by ordinal_position) from information_schema.columns"
    assert psql(f"{asked} where table_schema = 'of_psql'") == "date,text"


def test_passwords_are_in_no_message(postgresql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "n0tthis")
    with pytest.raises(ag.UnreadableInput, match="password authentication failed") as caught:
        ag.read(postgresql)
    assert "n0tthis" not in str(caught.value)
    monkeypatch.delenv("PGPASSWORD")
    with pytest.raises(ag.UnreadableInput, match="no password supplied"):
        ag.read(postgresql)


@pytest.mark.slow
def test_a_service_file_names_the_database(
    postgresql: str, psql: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ag.write(dataset("ADSL"), f"{postgresql}?schema=of_service")
    (tmp_path / "services").write_text("[trial]\ndbname=postgres\nconnect_timeout=5\n")
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    assert [each.name for each in ag.read("postgresql:///?service=trial&schema=of_service")] == ["ADSL"]


def test_a_server_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ag.UnreadableInput, match="PostgreSQL database cannot be read") as caught:
        ag.read("postgresql://user@127.0.0.1:1/db")
    assert "127.0.0.1" in caught.value.where


@pytest.mark.slow
def test_a_missing_driver_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.duckdb").touch()
    code = (
        "import sys; sys.modules['duckdb'] = None\nimport adamgate as ag\n"
        f"try: ag.read('duckdb:///{tmp_path}/x.duckdb')\nexcept ag.ConfigurationError as e: print(e)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "DuckDB needs the package duckdb, which is not installed" in done.stdout
    assert "pip install 'adamgate[databases]'" in done.stdout
