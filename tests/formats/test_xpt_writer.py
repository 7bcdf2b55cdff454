"""SAS transport files as they are written: by a parser of their own, and by the files they came from."""

from datetime import datetime
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from xpt_datasets import dataset, described, refused, written
from xpt_independent_parser import parsed

import adamgate as ag
from adamgate.converters.formats.format import Output
from adamgate.converters.formats.write_options import AS_USUAL
from adamgate.converters.formats.xpt import writer
from adamgate.schemas.study.variable import Variable


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


def test_unused_categories_neither_matter_nor_appear(tmp_path):
    column = pd.Categorical(["a", None], categories=pd.Index(["é" * 300, "a", "b \0"], dtype=object))
    raw = written(dataset(A=column, N=[1.0, 2.0]), tmp_path).read_bytes()
    assert b"b \0" not in raw
    assert ag.read(Path(tmp_path / "adx.xpt"))["ADX"].variables[0].length == 1
