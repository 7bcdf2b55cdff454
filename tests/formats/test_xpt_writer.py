"""SAS transport files as they are written: by a parser of their own, and by the files they came from."""

from datetime import datetime
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from xpt_independent_parser import parsed

import adamgate as ag
from adamgate.converters.formats.format import Output
from adamgate.converters.formats.write_options import AS_USUAL
from adamgate.converters.formats.xpt import writer
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.variable import SpecialMissing, Variable

STUDY = ("cdiscpilot/adam", "cdiscpilot/sdtm", "datasetjson", "define/adam_xpt", "formats")


def dataset(**columns):
    """A dataset whose variables are described by the columns alone."""
    return Dataset.from_frame(pd.DataFrame(columns), "ADX")


def described(frame, *variables, **rest):
    return Dataset("ADX", frame, variables, **rest)


def written(data, folder, **options):
    path = folder / "adx.xpt"
    ag.write(data, path, overwrite=True, **options)
    return path


def refused(data, folder, **options):
    """The lines of the refusal."""
    with pytest.raises(ag.UnwritableOutput) as caught:
        ag.write(data, folder / "adx.xpt", **options)
    assert not list(folder.iterdir())
    return caught.value


@pytest.fixture
def full():
    frame = pd.DataFrame(
        {
            "USUBJID": pd.array(["S-1", " two", "S-3", None], "string[pyarrow]"),
            "SEX": pd.Categorical(["M", None, "", "F"]),
            "AVAL": [1 / 3, np.nan, -12.5, np.nan],
            "ADT": np.array(["1959-12-31", "9999-12-31", "NaT", "2020-02-29"], "datetime64[s]"),
            "ADTM": np.array(["2020-01-02T03:04:05.5", "NaT", "1582-01-01", "2000-01-01"], "datetime64[us]"),
            "SHORT": [1.0, 2.0, -3.0, np.nan],
        }
    )
    return described(
        frame,
        Variable("USUBJID", "Subject", "Char", 11, "$11.", "$20."),
        Variable("SEX", "Sex", "Char", 1, "$SEX."),
        Variable("AVAL", "Value", "Num", 8, "8.2", "BEST12."),
        Variable("ADT", "Date", "Num", 8, "DATE9."),
        Variable("ADTM", "Moment", "Num", 8, "DATETIME26.6"),
        Variable("SHORT", "", "Num", 3),
        label="All of it",
        created=datetime(2024, 5, 1, 12),
        modified=datetime(2024, 5, 2, 13, 14, 15),
        special_missing={"AVAL": SpecialMissing(np.array([1]), np.array(["A"]))},
    )


@pytest.mark.parametrize("version", [5, 8])
def test_an_independent_parser_reads_every_value(version, full, tmp_path):
    raw = written(full, tmp_path, xpt_version=version).read_bytes()
    found, (back,) = parsed(raw)
    assert found == version
    assert (back.name, back.label) == ("ADX", "All of it")
    assert (back.created, back.modified) == ("01MAY24:12:00:00", "02MAY24:13:14:15")
    assert [each.name for each in back.variables] == list(full.frame)
    assert [each.label for each in back.variables] == [each.label for each in full.variables]
    assert [each.length for each in back.variables] == [11, 1, 8, 8, 8, 3]
    assert [each.format for each in back.variables] == [
        ("$", 11, 0), ("$SEX", 0, 0), ("", 8, 2), ("DATE", 9, 0), ("DATETIME", 26, 6), ("", 0, 0)
    ]  # fmt: skip
    assert [each.informat for each in back.variables][:3] == [("$", 20, 0), ("", 0, 0), ("BEST", 12, 0)]
    assert back.records == [
        ["S-1", "M", Fraction(1 / 3), -1, Fraction(1893553445.5), 1],
        [" two", "", ".A", 2936549, ".", 2],
        ["S-3", "", Fraction(-25, 2), ".", -11928470400, -3],
        ["", "F", ".", 21974, 1262304000, "."],
    ]


def test_long_names_labels_and_formats_of_version_8(tmp_path):
    frame = pd.DataFrame({"A_name_of_exactly_thirty_two_byt": [1.0], "T": ["x" * 1000], "N": [2.0]})
    data = described(
        frame,
        Variable(
            "A_name_of_exactly_thirty_two_byt", "L" * 256, "Num", 8, "AFORMATWITHALONGNAME12.3", "BEST9."
        ),
        Variable("T", "short", "Char", 1000, "$LONGFORMATX9A20."),
        Variable("N", "M" * 41, "Num", 8, "8.1"),
    )
    path = written(data, tmp_path, xpt_version=8)
    _, (back,) = parsed(path.read_bytes())
    assert [(each.name, each.label) for each in back.variables] == [(v.name, v.label) for v in data.variables]
    assert [each.format for each in back.variables] == [
        ("AFORMATWITHALONGNAME", 12, 3), ("$LONGFORMATX9A", 20, 0), ("", 8, 1)
    ]  # fmt: skip
    (read,) = ag.read(path)
    assert read.variables == data.variables
    without = data.replace(
        variables=(*(Variable(v.name, v.label, v.type, v.length) for v in data.variables),)
    )
    (read,) = ag.read(written(without, tmp_path, xpt_version=8))
    assert read.variables == without.variables
    assert b"LABELV8 " in (tmp_path / "adx.xpt").read_bytes()


def public_files(shared):
    return sorted(path for folder in STUDY for path in (shared / "data" / folder).rglob("*.xpt"))


POSITIONS_DIFFER = "dates_xpt_v8.xpt"
"""%LOC2XPT wrote the positions of another order of variables into its NAMESTRs: five numbers differ."""


@pytest.mark.slow
def test_public_files_are_written_byte_by_byte_as_they_were(shared, tmp_path):
    files = public_files(shared)
    assert len(files) == 21
    for number, path in enumerate(files):
        version = 8 if b"LIBV8" in path.read_bytes()[:80] else 5
        copy = tmp_path / f"{number}.xpt"
        ag.convert(path, copy, xpt_version=version)
        source, ours = path.read_bytes(), copy.read_bytes()
        if path.name == POSITIONS_DIFFER:
            assert len(ours) == len(source)
            different = [at for at, (one, other) in enumerate(zip(source, ours, strict=True)) if one != other]
            places = {(at - 640) % 140 for at in different}
            assert places <= set(range(84, 88)), "the position within a NAMESTR"
            assert max(different) < 640 + 9 * 140
        else:
            assert ours == source, path


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::adamgate.converters.writing.losses.MetadataNotKept")
def test_public_files_survive_a_chain_of_formats(shared, tmp_path):
    """XPT → Dataset-JSON → Parquet → CSV → XPT: all but informats, for which Dataset-JSON has no place."""
    for number, path in enumerate(public_files(shared)):
        folder = tmp_path / str(number)
        folder.mkdir()
        (before,) = ag.read(path)
        version = {"xpt_version": 8 if before.source.format == "XPT v8" else 5}
        name = before.name.lower()
        chain = [path, *(folder / f"{at}" / f"{name}{suffix}" for at, suffix in enumerate(SUFFIXES))]
        for at, (source, target) in enumerate(pairwise(chain)):
            ag.convert(source, target, **(version if at == len(SUFFIXES) - 1 else {}))
        (after,) = ag.read(chain[-1])
        _, (one,) = parsed(path.read_bytes()) if path.name != POSITIONS_DIFFER else (8, (None,))
        _, (other,) = parsed(chain[-1].read_bytes())
        if one is not None:
            assert other.records == one.records, path
        for mine, theirs in zip(before.variables, after.variables, strict=True):
            described_before = (mine.name, mine.label, mine.type, mine.length, mine.format)
            assert (theirs.name, theirs.label, theirs.type, theirs.length, theirs.format) == described_before
        assert (after.name, after.label, len(after)) == (before.name, before.label, len(before))


SUFFIXES = (".json", ".parquet", ".csv", ".xpt")


@pytest.mark.filterwarnings("ignore::adamgate.converters.writing.losses.MetadataNotKept")
def test_special_missing_values_survive_all_but_dataset_json(full, tmp_path):
    source = written(full, tmp_path)
    chain = [source, tmp_path / "1/adx.parquet", tmp_path / "2/adx.csv", tmp_path / "3/adx.xpt"]
    for one, other in pairwise(chain):
        ag.convert(one, other)
    assert chain[-1].read_bytes() == source.read_bytes()
    with pytest.raises(ag.UnwritableOutput, match=r"special missing values: \.A 1"):
        ag.convert(source, tmp_path / "adx.json")


def test_lengths_are_those_of_the_source_or_of_the_data(tmp_path):
    frame = pd.DataFrame(
        {"WIDE": ["ab", "c"], "NARROW": ["abc", "d"], "NONE": ["é", ""], "N": [1.5, 2.0], "M": [0.1, 1]}
    )
    data = described(
        frame,
        Variable("WIDE", length=20),
        Variable("NARROW", length=2),
        Variable("NONE"),
        Variable("N", type="Num", length=4),
        Variable("M", type="Num", length=4),
    )
    with pytest.warns(ag.MetadataNotKept) as told:
        path = written(data, tmp_path, xpt_encoding="utf-8")
    message = "ADX: SAS transport: NARROW length 3 instead of 2, M length 8 instead of 4"
    assert [str(each.message) for each in told] == [message]
    assert [each.length for each in ag.read(path)["ADX"].variables] == [20, 3, 2, 4, 8]
    with pytest.warns(ag.MetadataNotKept, match="WIDE length 2 instead of 20"):
        path = written(data, tmp_path, xpt_encoding="utf-8", lengths="data")
    assert [each.length for each in ag.read(path)["ADX"].variables] == [2, 3, 2, 8, 8]


def test_times_of_the_header(full, tmp_path, monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    unknown = full.replace(created=None, modified=None)
    _, (back,) = parsed(written(unknown, tmp_path).read_bytes())
    assert back.created == back.modified == "01JAN60:00:00:00"
    assert ag.read(tmp_path / "adx.xpt")["ADX"].created is None
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    _, (back,) = parsed(written(unknown, tmp_path).read_bytes())
    assert back.created == back.modified == "14NOV23:22:13:20"
    _, (back,) = parsed(written(full, tmp_path).read_bytes())
    assert back.created == "01MAY24:12:00:00"
    early = full.replace(created=datetime(1950, 1, 1))
    (tmp_path / "adx.xpt").unlink()
    assert "in 1950; the header holds 1960 to 2059" in refused(early, tmp_path).details[0]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_dates_of_any_unit_are_written(unit, tmp_path):
    stamps = np.array(["1700-03-01T12:00:00", "2200-12-31T23:59:59", "NaT"], f"datetime64[{unit}]")
    (back,) = ag.read(written(dataset(ADTM=stamps), tmp_path))
    assert back["ADTM"].to_numpy().astype(stamps.dtype).tolist() == stamps.tolist()


@pytest.mark.parametrize("unit", ["s", "ms", "us"])
@pytest.mark.parametrize("year", ["1581-12-31", "10000-01-01"])
def test_years_outside_are_refused_in_any_unit(unit, year, tmp_path):
    refusal = refused(dataset(ADT=np.array(["2020-01-01", year], f"datetime64[{unit}]")), tmp_path)
    assert refusal.details == ("ADX.ADT: contains dates outside the years 1582 to 9999 (first in record 2)",)


def test_sas_zero_is_an_unknown_time(tmp_path):
    zero = dataset(A=[1.0]).replace(created=datetime(1960, 1, 1))
    (back,) = ag.read(written(zero, tmp_path))
    assert (back.created, back.modified) == (None, None)
    known = datetime(2024, 5, 1)
    (back,) = ag.read(written(zero.replace(modified=known), tmp_path))
    assert (back.created, back.modified) == (known, known)


def test_unknown_times_pass_through_dataset_json(tmp_path):
    ag.write(dataset(A=[1.0]), tmp_path / "adx.json")
    with pytest.warns(ag.MetadataNotKept):
        ag.convert(tmp_path / "adx.json", tmp_path / "adx.xpt")
    (back,) = ag.read(tmp_path / "adx.xpt")
    assert back.created is None


@pytest.mark.parametrize(
    ("records", "tags", "message"),
    [
        ([1], ["a"], "has a special missing value other than .A to .Z and ._ (first in record 2)"),
        ([1], ["."], "has a special missing value other than"),
        ([1], ["AB"], "has a special missing value other than"),
        ([1], [""], "has a special missing value other than"),
        ([1, 1], ["A", "B"], "two special missing values are given for one record"),
        ([-1], ["A"], "special missing values are given for a record that has a value, or is not present"),
        ([2], ["A"], "special missing values are given for a record that has a value, or is not present"),
    ],
)
@pytest.mark.parametrize("suffix", [".xpt", ".parquet", ".csv"])
def test_special_missing_values_that_sas_does_not_have(records, tags, message, suffix, tmp_path):
    special = {"A": SpecialMissing(np.array(records), np.array(tags))}
    data = dataset(A=[1.0, np.nan]).replace(special_missing=special)
    with pytest.raises(ag.UnwritableOutput) as caught:
        ag.write(data, tmp_path / f"adx{suffix}")
    (line,) = caught.value.details
    assert line.startswith(f"ADX.A: {message}")


@pytest.mark.parametrize(
    ("column", "variable", "message"),
    [
        (
            pd.Series(["a", None, 1], dtype=object),
            None,
            "text and values that are not text (first in record 3)",
        ),
        (pd.Categorical(["a", 1, None]), None, "text and values that are not text (first in record 2)"),
        (pd.Categorical(["a"] * 3, ["a", 1]), None, "contains text and values that are not text"),
        (pd.array([1, None, 2**53 + 1], "Int64"), None, "a double cannot hold exactly (first in record 3)"),
        (
            np.array(["NaT", "2020-01-01", "2020-01-01T00:00:00.000000001"], "datetime64[ns]"),
            None,
            "contains datetimes with more than 6 decimals of a second (first in record 3)",
        ),
        ([None, "x", "y"], Variable("A", type="Num"), "declared Num but contains text (first in record 2)"),
        ([np.nan, 1.0, 2.0], Variable("A"), "is declared Char but contains numbers (first in record 2)"),
        (
            np.array(["NaT", "2020-01-01", "NaT"], "datetime64[s]"),
            Variable("A"),
            "is declared Char but contains dates (first in record 2)",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("suffix", [".xpt", ".parquet", ".csv", ".json"])
def test_what_no_format_holds_is_refused_with_its_place(column, variable, message, suffix, tmp_path):
    frame = pd.DataFrame({"A": column})
    data = described(frame, variable) if variable else Dataset.from_frame(frame, "ADX")
    with pytest.raises(ag.UnwritableOutput) as caught:
        ag.write(data, tmp_path / f"adx{suffix}")
    (line,) = caught.value.details
    assert line.startswith("ADX.A: ")
    assert line.endswith(message)
    assert caught.value.advice == "fix these"


def test_special_missing_values_of_text_are_refused(tmp_path):
    special = {"A": SpecialMissing(np.array([1]), np.array(["A"]))}
    refusal = refused(dataset(A=["x", None, "y"]).replace(special_missing=special), tmp_path)
    assert refusal.details == ("ADX.A: is declared Char but has special missing values",)


def test_dates_without_a_format_get_one(tmp_path):
    data = dataset(
        ADT=np.array(["2020-01-31"], "datetime64[s]"), ADTM=np.array(["2020-01-31T12:00"], "datetime64[us]")
    )
    (back,) = ag.read(written(data, tmp_path))
    assert [each.format for each in back.variables] == ["DATE9.", "DATETIME20."]
    assert back["ADTM"][0] == pd.Timestamp("2020-01-31T12:00")


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_days_of_any_unit_are_written(unit, tmp_path):
    """pandas has made nanoseconds of dates for long; these end in 2262."""
    stamps = np.array(["2020-01-31", "NaT"], "datetime64[s]").astype(f"datetime64[{unit}]")
    times = stamps + np.timedelta64(1, "s")
    (back,) = ag.read(written(dataset(ADT=stamps, ADTM=times), tmp_path))
    assert back["ADT"].tolist() == [pd.Timestamp("2020-01-31"), pd.NaT]
    assert back["ADTM"].tolist() == [pd.Timestamp("2020-01-31T00:00:01"), pd.NaT]


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        (dataset(A=[1e300]), {}, "A: contains numbers outside the range"),
        (dataset(A=[0.0, 5e-79]), {}, "transport files, 5.4e-79 to 7.2e75 (first in record 2)"),
        (dataset(A=[np.inf]), {}, "A: contains numbers outside the range"),
        (dataset(A=[5e-324]), {}, "A: contains numbers outside the range"),
        (dataset(A=[1.0, -0.0]), {}, "-0.0, which SAS transport files do not have (first in record 2)"),
        (dataset(A=["x" * 201]), {}, "A: contains text of 201 bytes; the most are 200 (first in record 1)"),
        (dataset(A=["x" * 32_768]), {"xpt_version": 8}, "contains text of 32768 bytes; the most are 32767"),
        (dataset(A=["", "é"]), {}, "A: contains text that is not ASCII (first in record 2)"),
        (dataset(A=["中"]), {"xpt_encoding": "wlatin1"}, "is not cp1252, and cannot be transliterated"),
        (dataset(A=["e\u0301" * 67]), {"xpt_encoding": "utf-8"}, "A: contains text of 201 bytes"),
        (dataset(A=["a\0b"]), {}, "A: contains text with a NUL character (first in record 1)"),
        (dataset(A=["a "]), {}, "A: contains text with trailing blanks, which SAS does not keep"),
        (dataset(A=["a", ""]), {}, "record 2, the last, is blank in all variables: in version 5"),
        (dataset(a=[1.0]), {}, "a: its name has lower-case letters"),
        (dataset(**{"1A": [1.0]}), {}, "1A: its name is not a SAS name"),
        (dataset(**{"A.B": [1.0]}), {"xpt_version": 8}, "A.B: its name is not a SAS name"),
        (dataset(AVALUATION=[1.0]), {}, "AVALUATION: its name has 10 bytes; the most are 8"),
        (dataset(**{"A" * 33: [1.0]}), {"xpt_version": 8}, "its name has 33 bytes; the most are 32"),
        (
            dataset(A=np.array(["1581-12-31"], "datetime64[s]")),
            {},
            "A: contains dates outside the years 1582 to 9999 (first in record 1)",
        ),
        (dataset(A=np.array(["10000-01-01"], "datetime64[s]")), {}, "outside the years 1582 to 9999"),
        (
            dataset(A=np.array(["9000-01-01T00:00:00.000001"], "datetime64[us]")),
            {},
            "A: contains datetimes with more decimals than a SAS datetime of that year has",
        ),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)  # fmt: skip
def test_what_is_not_held_is_refused_with_its_place(data, options, message, tmp_path):
    refusal = refused(data, tmp_path, **options)
    assert any(message in line for line in refusal.details), refusal.details
    assert len(refusal.details) == 1


@pytest.mark.parametrize(
    ("variable", "message"),
    [
        (Variable("A", "L" * 41, "Num"), "its label has 41 bytes; the most are 40"),
        (Variable("A", "Größe", "Num"), "its label is not ASCII"),
        (Variable("A", "x ", "Num"), "its label has trailing blanks"),
        (Variable("A", "a\0b", "Num"), "its label has a NUL character"),
        (Variable("A", "", "Num", format="8.2.1"), "its format is not a SAS format"),
        (Variable("A", "", "Num", format="12"), "its format is not a SAS format"),
        (Variable("A", "", "Num", format="%d"), "its format is not a SAS format"),
        (Variable("A", "", "Num", format="$8."), "its format is for text, the variable is not"),
        (Variable("A", "", "Num", informat="ALONGFORMAT8."), "the name of its informat has 11 characters"),
    ],
)
def test_metadata_that_are_not_held_are_refused(variable, message, tmp_path):
    refusal = refused(described(pd.DataFrame({"A": [1.0]}), variable), tmp_path)
    assert refusal.details[0].startswith(f"ADX.A: {message}")
    assert len(refusal.details) == 1


def test_all_breaches_of_a_study_are_told_at_once_with_the_ways_out(tmp_path):
    one = dataset(A=["é"], AVALUATION=[1e99])
    other = Dataset.from_frame(pd.DataFrame({"B": ["x" * 300]}), "ADY")
    with pytest.raises(ag.UnwritableOutput) as caught:
        ag.write(ag.Study.of(one, other), tmp_path / "out", to="xpt")
    assert len(caught.value.details) == 4
    assert "--fix (for 3 of 4) or --xpt-version 8 (for 2 of 4)" in caught.value.advice
    assert not (tmp_path / "out").exists()


def test_a_record_that_padding_may_hide_is_kept_where_it_can_be(tmp_path):
    """A blank record of 79 bytes does not fit into the padding; one before another record never does."""
    (back,) = ag.read(written(dataset(A=["x" * 100, ""]), tmp_path))
    assert len(back) == 2
    (back,) = ag.read(written(dataset(A=["", "", "a"]), tmp_path))
    assert back["A"].tolist() == ["", "", "a"]
    (back,) = ag.read(written(dataset(A=["a", ""]), tmp_path, xpt_version=8))
    assert len(back) == 2


@pytest.mark.parametrize("version", [5, 8])
@pytest.mark.parametrize("width", [1, 3, 40, 79, 80, 81, 120, 160, 200])
@pytest.mark.parametrize("records", [0, 1, 2, 3, 7])
def test_every_end_of_a_file_is_read_again(version, width, records, tmp_path):
    texts = pd.array([f"{number:<{width}}".rstrip() for number in range(records)], "string[pyarrow]")
    data = described(pd.DataFrame({"A": texts}), Variable("A", length=width))
    path = written(data, tmp_path, xpt_version=version)
    _, (parsed_back,) = parsed(path.read_bytes())
    assert [each[0] for each in parsed_back.records] == texts.tolist()
    assert ag.read(path)["ADX"]["A"].tolist() == texts.tolist()


def test_no_records_and_no_variables(tmp_path):
    empty = described(
        pd.DataFrame({"A": pd.array([], "string[pyarrow]"), "N": np.empty(0)}),
        Variable("A", length=7),
        Variable("N", type="Num"),
    )
    for version in (5, 8):
        (back,) = ag.read(written(empty, tmp_path, xpt_version=version))
        assert len(back) == 0
        assert [each.length for each in back.variables] == [7, 8]
        (back,) = ag.read(written(described(pd.DataFrame()), tmp_path, xpt_version=version))
        assert (len(back), back.variables) == (0, ())


@pytest.mark.slow
def test_more_variables_than_version_5_counts(tmp_path):
    frame = pd.DataFrame(np.zeros((1, 10_000)), columns=[f"V{n}" for n in range(10_000)])
    data = Dataset.from_frame(frame, "ADX")
    assert "ADX: has 10,000 variables; the most are 9,999" in refused(data, tmp_path).details
    (back,) = ag.read(written(data, tmp_path, xpt_version=8))
    assert len(back.variables) == 10_000


def test_line_breaks_and_control_characters_are_kept(tmp_path):
    texts = ["a\nb\r\n", "\t", "\x1a", "\r"]
    assert ag.read(written(dataset(A=texts, N=[1.0] * 4), tmp_path))["ADX"]["A"].tolist() == texts


def test_missing_integers_and_truth_values(tmp_path):
    data = dataset(
        I=pd.array([1, None, 2**53], "Int64"),
        B=pd.array([True, None, False], "boolean"),
        F=[True, False, True],
    )
    _, (back,) = parsed(written(data, tmp_path).read_bytes())
    assert back.records == [[1, 1, 1], [".", ".", 0], [2**53, 0, 1]]


@pytest.mark.parametrize("encoding", ["utf-8", "wlatin1", "shift_jis"])
def test_other_encodings(encoding, tmp_path):
    texts = {
        "utf-8": ["Größe", "中", "e\u0301"],
        "wlatin1": ["Größe", "\u2013", "x"],
        "shift_jis": ["女", "x", "ｱ"],
    }[encoding]
    for column in (pd.Categorical(texts * 2), pd.array([*texts, *texts], "string[pyarrow]")):
        data = dataset(A=column)
        path = written(data, tmp_path, xpt_encoding=encoding)
        assert ag.read(path, encoding=encoding)["ADX"]["A"].tolist() == texts * 2
    with pytest.raises(ag.ConfigurationError, match="does not contain ASCII as it is"):
        written(data, tmp_path, xpt_encoding="utf-16")


def test_a_file_that_reads_back_otherwise_is_not_kept(full, tmp_path, monkeypatch):
    right = writer.write_records

    def wrong(stream, stored, first, end, tell):
        class Spoiling:
            def write(self, data):
                stream.write(bytes(data).replace(b"S-3", b"S-4"))

        right(Spoiling(), stored, first, end, tell)

    monkeypatch.setattr(writer, "write_records", wrong)
    with pytest.raises(ag.UnwritableOutput, match="reads back otherwise") as caught:
        written(full, tmp_path)
    assert "ADX.USUBJID, record 3" in caught.value.where
    assert not list(tmp_path.iterdir())
    written(full, tmp_path, read_back=False)
    assert ag.read(tmp_path / "adx.xpt")["ADX"]["USUBJID"][2] == "S-4"


@pytest.mark.parametrize("place", [250, 410, 660, 700])
def test_a_header_that_reads_back_otherwise_is_not_kept(place, full, tmp_path):
    (planned,) = writer.plan([Output(full, tmp_path / "adx.xpt", options=AS_USUAL)])
    with (tmp_path / "x").open("wb") as stream:
        planned.write(stream)
    planned.check(tmp_path / "x")
    raw = bytearray((tmp_path / "x").read_bytes())
    raw[place] ^= 1
    (tmp_path / "x").write_bytes(raw)
    with pytest.raises(ag.UnwritableOutput, match="reads back otherwise"):
        planned.check(tmp_path / "x")


def test_several_datasets_in_one_file(full, tmp_path):
    other = Dataset.from_frame(pd.DataFrame({"A": ["x", "yz"]}), "ADY", "Another")
    study = tmp_path / "in"
    ag.write(full, study / "adx.parquet")
    ag.write(other, study / "ady.parquet")
    with pytest.raises(ag.ConfigurationError, match="2 datasets cannot be written to one file") as caught:
        ag.convert(study, tmp_path / "all.xpt")
    assert "--one-file" in caught.value.advice
    assert ag.convert(study, tmp_path / "all.xpt", one_file=True) == [tmp_path / "all.xpt"]
    _, datasets = parsed((tmp_path / "all.xpt").read_bytes())
    assert [(each.name, len(each.records)) for each in datasets] == [("ADX", 4), ("ADY", 2)]
    back = ag.read(tmp_path / "all.xpt")
    assert back["ADY"]["A"].tolist() == ["x", "yz"]


def test_repaired_names_that_are_one_are_refused_in_one_file(tmp_path):
    pair = [Dataset.from_frame(pd.DataFrame({"A": [1.0]}), name) for name in ("LONGNAME_A", "LONGNAME_B")]
    with pytest.raises(ag.UnwritableOutput, match="two datasets have the same name in the file"):
        ag.write(ag.Study.of(*pair), tmp_path / "all.xpt", one_file=True, fix=True)
    assert not list(tmp_path.iterdir())


def many_subjects(order=None):
    subjects = np.repeat([f"S{number:03d}" for number in range(60)], 10)
    data = pd.DataFrame({"USUBJID": pd.Categorical(subjects), "T": "x" * 50, "N": np.arange(600.0)})
    return Dataset.from_frame(data if order is None else data.iloc[order].reset_index(drop=True), "LB")


def test_large_datasets_are_split_by_subject(tmp_path):
    paths = ag.write(many_subjects(), tmp_path / "lb.xpt", split_size="10KB")
    assert [path.name for path in paths] == [f"lb{number}.xpt" for number in range(1, len(paths) + 1)]
    assert len(paths) > 3
    assert all(path.stat().st_size <= 10_000 for path in paths)
    parts = [dataset for path in paths for dataset in ag.read(path)]
    assert [each.name for each in parts] == [f"LB{number}" for number in range(1, len(paths) + 1)]
    subjects = [set(each["USUBJID"]) for each in parts]
    assert sum(map(len, subjects)) == len(set.union(*subjects)) == 60
    assert len({tuple(each.variables) for each in parts}) == 1
    assert np.concatenate([each["N"] for each in parts]).tolist() == list(range(600))


@pytest.mark.parametrize(
    ("data", "size", "message"),
    [
        (
            many_subjects(np.arange(600).reshape(60, 10).T.ravel()),
            "10KB",
            "records of a subject are not together",
        ),
        (dataset(A=["x" * 100] * 100), "5KB", "USUBJID is not present"),
        (many_subjects(), "1KB", "the records of one subject do not fit"),
        (many_subjects().replace(name="LABORATO"), "10KB", "its part LABORATO1 cannot be named so"),
    ],
)
def test_datasets_that_cannot_be_split_are_refused(data, size, message, tmp_path):
    assert message in str(refused(data, tmp_path, split_size=size))


def test_parts_never_replace_an_input(tmp_path):
    ag.write(many_subjects(), tmp_path / "lb1.xpt")
    before = (tmp_path / "lb1.xpt").read_bytes()
    source = ag.read(tmp_path / "lb1.xpt")
    with pytest.raises(ag.UnwritableOutput, match="would replace an input"):
        ag.write(source, tmp_path / "lb.xpt", split_size="10KB", overwrite=True)
    assert (tmp_path / "lb1.xpt").read_bytes() == before


def test_parts_of_an_earlier_split_are_not_left_beside_fewer(tmp_path):
    written(many_subjects(), tmp_path, split_size="10KB")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    fewer = many_subjects(), tmp_path
    with pytest.raises(
        ag.UnwritableOutput, match="may be part 3 of an earlier split: it has the variables of LB"
    ):
        written(*fewer, split_size="20KB")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    written(*fewer, split_size="10KB")


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (dataset(USUBJID=["1"], X=[1.0]), ""),
        (dataset(USUBJID=["1"], T=[1.0]), ""),
        (dataset(USUBJID=["1"], N=[1.0]), "all its variables are those of LB"),
        (dataset(USUBJID=["1"], T=["a"], N=[1.0], X=["a"]), "it has all variables of LB"),
        (None, "it cannot be read"),
    ],
    ids=["others", "of another type", "fewer", "more", "unreadable"],
)
def test_a_dataset_with_other_variables_is_no_earlier_part(other, reason, tmp_path):
    """LB3 may be a dataset of its own."""
    third = tmp_path / "lb3.xpt"
    if other is None:
        third.write_bytes(b"HEADER")
    else:
        ag.write(other.replace(name="LB3"), third)
    before = third.read_bytes()
    if reason:
        with pytest.raises(ag.UnwritableOutput, match=f"lb3.xpt may be part 3 of an earlier split: {reason}"):
            ag.write(many_subjects(), tmp_path / "lb.xpt", split_size="21KB")
    else:
        paths = ag.write(many_subjects(), tmp_path / "lb.xpt", split_size="21KB")
        assert [path.name for path in paths] == ["lb1.xpt", "lb2.xpt"]
    assert third.read_bytes() == before


def test_names_of_parts_are_refused_once_with_the_way_out(tmp_path):
    refusal = refused(many_subjects().replace(name="LABORATO"), tmp_path, split_size="10KB")
    assert len(refusal.details) == 1
    assert "--xpt-version 8" in refusal.advice


@pytest.mark.slow
def test_many_blocks_from_disk_give_the_same_bytes(tmp_path):
    records = 150_001
    frame = pd.DataFrame(
        {
            "N": np.arange(records) / 8,
            "C": pd.Categorical(["a", "b", None] * (records // 3) + ["a"] * (records % 3)),
            "T": pd.array([f"text {number}" for number in range(records)], "string[pyarrow]"),
            "D": np.datetime64("2020-01-01", "s") + (np.arange(records) % 9000) * np.timedelta64(86_400, "s"),
        }
    )
    one = written(Dataset.from_frame(frame, "ADX"), tmp_path)
    other = tmp_path / "2" / "adx.xpt"
    ag.convert(one, other, memory="1MB")
    assert other.read_bytes() == one.read_bytes()


def test_options_are_for_transport_files_alone(full, tmp_path):
    for options in ({"fix": True}, {"xpt_version": 8}, {"read_back": False}, {"split_size": "1GB"}):
        with pytest.raises(ag.ConfigurationError, match="only for SAS transport files, not for Parquet"):
            ag.write(full, tmp_path / "adx.parquet", **options)
    for options in ({"xpt_version": 6}, {"lengths": "spec"}, {"split_size": "big"}, {"xpt_encoding": "no"}):
        with pytest.raises(ag.ConfigurationError):
            ag.write(full, tmp_path / "adx.xpt", **options)
    with pytest.raises(TypeError, match="fix must be True or False"):
        ag.write(full, tmp_path / "adx.xpt", fix="yes")
    with pytest.raises(ag.ConfigurationError, match="--one-file needs the name of a file"):
        ag.write(full, tmp_path / "out", to="xpt", one_file=True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("count", [1, 126, 127, 128, 129, 255, 256, 257, 32_768])
def test_any_number_of_categories(count, tmp_path):
    texts = [f"{number:05d}" for number in range(count)]
    data = dataset(A=pd.Categorical([None, *texts, None, texts[-1]]))
    assert ag.read(written(data, tmp_path, xpt_version=8))["ADX"]["A"].astype(object).tolist() == [
        "", *texts, "", texts[-1]
    ]  # fmt: skip


def test_a_file_with_the_same_datasets_beside_the_inputs_may_be_replaced(full, tmp_path):
    ag.write(full, tmp_path / "adx.parquet")
    ag.write(dataset(A=[1.0]).replace(name="ADY"), tmp_path / "ady.parquet")
    source = [tmp_path / "adx.parquet", tmp_path / "ady.parquet"]
    for _ in range(2):
        ag.convert(source, tmp_path / "all.xpt", one_file=True, overwrite=True)
    ag.write(full, tmp_path / "other.xpt")
    with pytest.raises(ag.UnwritableOutput, match="would replace data beside the inputs"):
        ag.convert(source, tmp_path / "other.xpt", one_file=True, overwrite=True)


def test_unused_categories_neither_matter_nor_appear(tmp_path):
    column = pd.Categorical(["a", None], categories=pd.Index(["é" * 300, "a", "b \0"], dtype=object))
    raw = written(dataset(A=column, N=[1.0, 2.0]), tmp_path).read_bytes()
    assert b"b \0" not in raw
    assert ag.read(Path(tmp_path / "adx.xpt"))["ADX"].variables[0].length == 1


def test_text_that_would_be_read_as_a_header(tmp_path):
    text = "HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!000000000000000001600000000140  "[:80].rstrip()
    data = dataset(A=["x" * 80, text])
    refusal = refused(data, tmp_path)
    assert refusal.details == (
        "ADX.A: contains text that would be read as the header of another dataset (first in record 2)",
    )
    assert "--xpt-version 8" in refusal.advice
    (back,) = ag.read(written(data, tmp_path, xpt_version=8))
    assert back["A"].tolist() == ["x" * 80, text]
