"""SAS transport files: cell by cell beside pyreadstat on real data, and crafted bytes for all the rest."""

from datetime import datetime

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from xpt_bytes import Member, Var, ibm, library, missing

import adamgate as ag
from adamgate.converters.fixed_width import record_blocks
from adamgate.converters.formats.format import ReadOptions
from adamgate.converters.formats.xpt.reader import read_xpt
from adamgate.schemas.errors import ConfigurationError, UnreadableInput
from adamgate.schemas.study.variable import Source

REAL_FILES = 21
LONG_LABEL = "a label of more than forty bytes, as only version 8 can hold it"
SAS_EPOCH = pd.Timestamp("1960-01-01")


@pytest.fixture
def read(tmp_path):
    """Reads the only dataset of crafted bytes."""

    def read(raw, **options):
        (dataset,) = read_all(tmp_path, raw, **options)
        return dataset

    return read


def read_all(folder, raw, **options):
    path = folder / "adtte.xpt"
    path.write_bytes(raw)
    return read_xpt(path, ReadOptions(**options))


def text_library(values, width=8, **member):
    """A file with T, whose values these are, and a number, without which blank records would be doubtful."""
    variables = [Var("T", "Char", width), Var("N")]
    return library(Member("ADAE", variables, [[value, ibm(1)] for value in values], **member))


def texts(dataset, variable="T"):
    return dataset[variable].astype(object).tolist()


# Real data


def as_sas_numbers(column):
    if not pd.api.types.is_datetime64_any_dtype(column.dtype):
        return column.to_numpy()
    seconds = (column - SAS_EPOCH).dt.total_seconds().to_numpy()
    return seconds / 86400 if column.dtype == "datetime64[s]" else seconds


@pytest.mark.slow
def test_every_real_file_agrees_with_pyreadstat(shared):
    paths = sorted((shared / "data").rglob("*.xpt"))
    assert len(paths) == REAL_FILES
    for path in paths:
        (dataset,) = read_xpt(path, ReadOptions())
        frame, meta = pyreadstat.read_xport(str(path), disable_datetime_conversion=True)
        assert dataset.name == meta.table_name.upper(), path
        assert dataset.label == (meta.file_label or ""), path
        assert dataset.created == meta.creation_time, path
        assert dataset.modified == meta.modification_time, path
        assert dataset.notes == (), path
        assert list(dataset.frame) == list(frame), path
        assert len(dataset) == len(frame), path
        for variable in dataset.variables:
            where = f"{path}: {variable.name}"
            assert variable.label == (meta.column_names_to_labels[variable.name] or ""), where
            assert variable.length == meta.variable_storage_width[variable.name], where
            stated = meta.original_variable_types[variable.name]
            assert variable.format.rstrip(".") == (stated or ""), where
            if variable.type == "Num":
                ours = as_sas_numbers(dataset[variable.name])
                np.testing.assert_array_equal(ours, frame[variable.name].to_numpy(float), where)
            else:
                assert texts(dataset, variable.name) == frame[variable.name].tolist(), where


def test_the_parquet_copies_have_the_same_values(shared):
    """But for TRTEMFL of ADAE, null there where the XPT has N, and renamed variables in ADSL."""
    pilot = shared / "data" / "cdiscpilot"
    for name, differing in (("adae", {"TRTEMFL": 65}), ("adsl", {}), ("adtte", {})):
        (dataset,) = read_xpt(pilot / "adam" / f"{name}.xpt", ReadOptions())
        copy = pd.read_parquet(pilot / "parquet" / f"{name}.parquet")
        both = [column for column in dataset.frame if column in copy]
        assert len(both) >= 26
        found = {}
        for column in both:
            ours, theirs = dataset[column], copy[column]
            if pd.api.types.is_datetime64_any_dtype(ours.dtype):
                theirs = pd.to_datetime(theirs).astype("datetime64[s]")
            elif dataset.variable(column).type == "Char":
                ours, theirs = ours.astype(object), theirs.astype(object).where(theirs.notna(), "")
            unlike = ~((ours == theirs) | (ours.isna() & theirs.isna()))
            if unlike.any():
                found[column] = int(unlike.sum())
        assert found == differing, name


def test_the_pilot_adae_has_dates_and_dictionaries(shared):
    (adae,) = read_xpt(shared / "data" / "cdiscpilot" / "adam" / "adae.xpt", ReadOptions())
    assert adae["ASTDT"].dtype == "datetime64[s]"
    assert adae["ASTDT"].iloc[0] == pd.Timestamp("2014-01-03")
    assert isinstance(adae["AEDECOD"].dtype, pd.CategoricalDtype)
    assert adae["AEDECOD"].cat.categories.dtype == object
    assert adae.frame.index.equals(pd.RangeIndex(1191))
    assert adae.source == Source(shared / "data" / "cdiscpilot" / "adam" / "adae.xpt", "XPT v5")


# Metadata


def test_a_version_5_file_keeps_its_metadata(read):
    variables = [
        Var("USUBJID", "Char", 12, "Unique Subject Identifier", informat=("$CHAR", 12, 0)),
        Var("PARAMCD", "Char", 8, format=("", 8, 0)),
        Var("AVAL", label="Analysis Value", format=("", 8, 2), informat=("BEST", 12, 0)),
        Var("ADT", length=4, format=("DATE", 9, 0)),
        Var("SEX", "Char", 1, format=("$SEX", 0, 0)),
    ]
    dataset = read(library(Member("ADTTE", variables, label="Time to Event")))
    assert (dataset.name, dataset.label, dataset.source.format) == ("ADTTE", "Time to Event", "XPT v5")
    assert dataset.created == datetime(2012, 10, 15, 22, 56, 18)
    assert dataset.modified == datetime(2012, 10, 16, 1, 2, 3)
    assert dataset.attributes == {
        "dataset_type": "DATA",
        "sas_version": "9.4",
        "operating_system": "X64_10PR",
    }
    assert [v.name for v in dataset.variables] == ["USUBJID", "PARAMCD", "AVAL", "ADT", "SEX"]
    assert [v.type for v in dataset.variables] == ["Char", "Char", "Num", "Num", "Char"]
    assert [v.length for v in dataset.variables] == [12, 8, 8, 4, 1]
    assert [v.format for v in dataset.variables] == ["", "$8.", "8.2", "DATE9.", "$SEX."]
    assert [v.informat for v in dataset.variables] == ["$CHAR12.", "", "BEST12.", "", ""]
    assert dataset.variable("AVAL").label == "Analysis Value"


def test_a_version_8_file_keeps_long_names_labels_and_formats(read):
    variables = [
        Var("TimeToProgression_in_months", label=LONG_LABEL, format=("BEST", 12, 0)),
        Var("SHORT", label="short", long_format="VERYLONGFORMAT", format=("VERYLONG", 10, 2)),
        Var("RESPONSE", "Char", 300, long_format="$RESPONSEFORMAT9.", long_informat="$RESPONSEINFORMAT."),
    ]
    records = [[ibm(1.5), ibm(2), b"x" * 300], [ibm(3), missing(), b""]]
    dataset = read(library(Member("a_long_member_name_of_version_8", variables, records, version=8)))
    assert dataset.source.format == "XPT v8"
    assert dataset.name == "A_LONG_MEMBER_NAME_OF_VERSION_8"
    first, second, third = dataset.variables
    assert (first.name, first.label, first.format) == ("TimeToProgression_in_months", LONG_LABEL, "BEST12.")
    assert (second.label, second.format) == ("short", "VERYLONGFORMAT10.2")
    assert (third.format, third.informat) == ("$RESPONSEFORMAT9.", "$RESPONSEINFORMAT.")
    assert dataset["TimeToProgression_in_months"].tolist() == [1.5, 3]
    assert texts(dataset, "RESPONSE") == ["x" * 300, ""]


@pytest.mark.parametrize("readstat_order", [False, True])
@pytest.mark.parametrize("label", ["Response", LONG_LABEL])
def test_long_formats_are_told_from_labels_in_either_order(read, readstat_order, label):
    variable = Var("AVALC", "Char", 2, label, long_format="$RESPONSES", long_informat="$INRESPONSES")
    dataset = read(library(Member("ADRS", [variable], version=8, readstat_order=readstat_order)))
    assert dataset.variable("AVALC").label == label
    assert dataset.variable("AVALC").format == "$RESPONSES."
    assert dataset.variable("AVALC").informat == "$INRESPONSES."


def test_variables_numbered_from_zero_get_their_own_labels(read):
    variables = [Var("A", label="plain"), Var("B", label=LONG_LABEL)]
    dataset = read(library(Member("ADTTE", variables, version=8, numbered_from=0)))
    assert [v.label for v in dataset.variables] == ["plain", LONG_LABEL]


def test_vms_files_have_shorter_descriptions(read):
    variables = [Var("AVAL"), Var("CNSR", length=3), Var("PARAM", "Char", 5)]
    dataset = read(library(Member("ADTTE", variables, [[ibm(7), ibm(1, 3), b"OS"]], namestr_length=136)))
    assert dataset["AVAL"].tolist() == [7]
    assert dataset["CNSR"].tolist() == [1]
    assert texts(dataset, "PARAM") == ["OS"]


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("01JAN60:00:00:01", datetime(1960, 1, 1, 0, 0, 1)),
        ("01JAN60:00:00:00", None),
        ("31DEC59:23:59:59", datetime(2059, 12, 31, 23, 59, 59)),
        ("29feb24:12:00:00", datetime(2024, 2, 29, 12)),
        ("29FEB23:12:00:00", None),
        ("", None),
        ("\0" * 16, None),
        ("2024-02-29T12:00", None),
    ],
)
def test_two_digit_years_and_unreadable_stamps(read, stamp, expected):
    assert read(library(Member(created=stamp.ljust(16)))).created == expected


def test_a_dataset_without_a_name_is_named_by_its_file(read):
    assert read(library(Member(""))).name == "ADTTE"


def test_positions_in_another_order_are_told(read):
    variables = [Var("PARAM", "Char", 2, position=8), Var("AVAL", position=0)]
    dataset = read(library(Member("ADTTE", variables, [[b"OS", ibm(5)]])))
    assert dataset["AVAL"].tolist() == [5]
    assert "in the order of the variables" in dataset.notes[0].message


# Several members, empty ones


def test_several_datasets_in_one_file(tmp_path):
    adsl = Member("ADSL", [Var("SUBJID", "Char", 4)], [[b"0001"], [b"0002"]])
    empty = Member("ADEX", [Var("AVAL"), Var("AVALC", "Char", 3)])
    adtte = Member("ADTTE", [Var("AVAL")], [[ibm(i)] for i in range(100)])
    for version in (5, 8):
        members = [Member(m.name, m.variables, m.records, version=version) for m in (adsl, empty, adtte)]
        first, second, third = read_all(tmp_path, library(*members))
        assert [d.name for d in (first, second, third)] == ["ADSL", "ADEX", "ADTTE"]
        assert texts(first, "SUBJID") == ["0001", "0002"]
        assert len(second) == 0
        assert second["AVAL"].dtype == np.float64
        assert isinstance(second["AVALC"].dtype, pd.CategoricalDtype)
        assert third["AVAL"].tolist() == list(range(100))


def test_two_datasets_of_one_name_are_refused(tmp_path):
    with pytest.raises(UnreadableInput, match="two datasets named ADTTE"):
        read_all(tmp_path, library(Member(), Member()))


@pytest.mark.parametrize("version", [5, 8])
def test_a_dataset_without_variables(read, version):
    dataset = read(library(Member("ADTTE", [], version=version)))
    assert dataset.frame.shape == (0, 0)
    assert dataset.variables == ()


# Values


def test_special_missing_values_are_kept(read):
    values = [ibm(0), missing("."), missing("A"), missing("Z"), missing("_"), ibm(-1)]
    dataset = read(library(Member(records=[[value] for value in values])))
    assert np.isnan(dataset["AVAL"]).tolist() == [False, True, True, True, True, False]
    special = dataset.special_missing["AVAL"]
    assert special.records.tolist() == [2, 3, 4]
    assert special.tags.tolist() == ["A", "Z", "_"]


def test_special_missing_values_of_later_blocks_have_their_records(read, monkeypatch):
    monkeypatch.setattr(record_blocks, "_BLOCK_BYTES", 24)
    values = [ibm(i) for i in range(10)]
    values[4], values[9] = missing("M"), missing("N")
    dataset = read(library(Member(records=[[value] for value in values])))
    assert dataset.special_missing["AVAL"].records.tolist() == [4, 9]
    assert dataset.special_missing["AVAL"].tags.tolist() == ["M", "N"]


def test_dates_datetimes_and_times_by_their_formats(read):
    variables = [
        Var("ADT", format=("E8601DA", 10, 0)),
        Var("ADTM", format=("DATETIME", 20, 3)),
        Var("ATM", format=("TIME", 8, 0)),
    ]
    end_of_time = (pd.Timestamp("9999-12-31", unit=None).to_pydatetime() - datetime(1960, 1, 1)).days
    records = [
        [ibm(0), ibm(0.25), ibm(3661)],
        [ibm(-1), missing("B"), missing()],
        [ibm(end_of_time), ibm(-1), ibm(0)],
        [missing("A"), ibm(86400), ibm(0)],
    ]
    dataset = read(library(Member("ADTTE", variables, records)))
    assert dataset.frame.dtypes.astype(str).tolist() == ["datetime64[s]", "datetime64[us]", "float64"]
    assert dataset["ADT"].dropna().astype(str).tolist() == ["1960-01-01", "1959-12-31", "9999-12-31"]
    assert dataset["ADTM"].iloc[0] == pd.Timestamp("1960-01-01T00:00:00.25")
    assert dataset["ATM"].tolist()[0] == 3661
    assert dataset.special_missing["ADT"].records.tolist() == [3]
    assert dataset.special_missing["ADTM"].tags.tolist() == ["B"]
    assert dataset.notes == ()


def test_numbers_that_are_no_dates_are_kept_and_told(read):
    records = [[ibm(value)] for value in (19000, 19001, 19002.5, 19003, 1.5)]
    dataset = read(library(Member("ADTTE", [Var("ADT", format=("DATE", 9, 0))], records)))
    assert dataset["ADT"].tolist() == [19000, 19001, 19002.5, 19003, 1.5]
    (note,) = dataset.notes
    assert (note.variable, note.record) == ("ADT", 3)
    assert "DATE9." in note.message


def test_trailing_blanks_and_nuls_go_and_leading_blanks_stay(read):
    values = [b" a", b"a ", b"a\0", b"a", b"\0\0", b"", b"a\0b", b" a"]
    dataset = read(text_library(values, 4))
    assert texts(dataset) == [" a", "a", "a", "a", "", "", "a\0b", " a"]
    assert isinstance(dataset["T"].dtype, pd.CategoricalDtype)
    assert dataset["T"].cat.categories.tolist() == ["", " a", "a", "a\0b"]


@pytest.mark.parametrize("width", [1, 2, 3, 8, 9, 60])
@pytest.mark.parametrize("distinct", [1, 3, 40, 80, 200, 250])
def test_texts_of_any_width_and_variety(read, monkeypatch, width, distinct):
    monkeypatch.setattr(record_blocks, "_BLOCK_BYTES", 700)
    values = [str((i * 7) % distinct)[-width:].encode() for i in range(300)]
    dataset = read(text_library(values, width))
    assert texts(dataset) == [value.decode() for value in values]


def test_one_byte_texts_of_every_kind(read):
    letters = [bytes([byte]) for byte in range(33, 127)] * 3
    dataset = read(text_library(letters, 1))
    assert texts(dataset) == [letter.decode() for letter in letters]


def test_few_distinct_texts_are_categories_and_many_are_strings(read):
    variables = [Var("FEW", "Char", 3), Var("MANY", "Char", 3), Var("N")]
    records = [[b"%d" % (i % 5), b"%d" % (i % 6), ibm(i)] for i in range(10)]
    frame = read(library(Member("ADTTE", variables, records))).frame
    assert isinstance(frame["FEW"].dtype, pd.CategoricalDtype)
    assert frame["FEW"].cat.categories.dtype == object
    assert frame["MANY"].dtype == pd.StringDtype("pyarrow")


def test_a_dictionary_that_stops_paying_becomes_strings(read, monkeypatch):
    monkeypatch.setattr(record_blocks, "_BLOCK_BYTES", 2000)
    values = [b""] * 1000 + [b"text %d" % i for i in range(3000)]
    dataset = read(text_library(values, 12))
    assert dataset["T"].dtype == pd.StringDtype("pyarrow")
    assert texts(dataset) == [value.decode() for value in values]


@pytest.mark.slow
def test_more_categories_than_small_codes_hold(read, monkeypatch):
    monkeypatch.setattr(record_blocks, "_BLOCK_BYTES", 40_000)
    values = [b"%05d" % (i // 3) for i in range(110_000)]
    dataset = read(text_library(values, 5))
    assert len(dataset["T"].cat.categories) > 2**15
    assert texts(dataset) == [value.decode() for value in values]


# Encodings

E_ACUTE = {"utf-8": "é".encode(), "cp1252": "é".encode("cp1252")}


def test_utf8_is_read_without_a_word(read):
    dataset = read(text_library(["café".encode()] * 4, label="Événements"))
    assert texts(dataset) == ["café"] * 4
    assert dataset.label == "Événements"
    assert dataset.notes == ()
    assert dataset.source.encoding == "utf-8"


@pytest.mark.parametrize("repeat", [1, 5])
def test_cp1252_bytes_are_read_and_told(read, monkeypatch, repeat):
    monkeypatch.setattr(record_blocks, "_BLOCK_BYTES", 32)
    values = [v for v in (b"plain", b"other", b"caf\xe9", b"na\xefve") for _ in range(repeat)]
    dataset = read(text_library(values))
    assert texts(dataset) == [v.decode("cp1252") for v in values]
    (note,) = dataset.notes
    assert (note.dataset, note.variable, note.record) == ("ADAE", "T", 2 * repeat + 1)
    assert "61 66 E9" in note.message
    assert "cp1252" in note.message
    assert dataset.source.encoding == "cp1252"


def test_labels_in_cp1252_are_read_and_told(read):
    dataset = read(library(Member("ADAE", [Var("AETERM", label=b"Caf\xe9")], label=b"\xc9tude")))
    assert (dataset.label, dataset.variable("AETERM").label) == ("Étude", "Café")
    assert [(note.variable, note.record) for note in dataset.notes] == [("", None), ("AETERM", None)]


def test_one_text_in_two_encodings_is_one_category(read):
    values = [E_ACUTE["utf-8"], E_ACUTE["cp1252"]] * 3
    dataset = read(text_library(values))
    assert dataset["T"].cat.categories.tolist() == ["é"]
    assert texts(dataset) == ["é"] * 6


@pytest.mark.parametrize("repeat", [1, 5])
def test_the_users_encoding_overrides(read, repeat):
    values = [v for v in ("痛み".encode("shift_jis"), b"pain", "é".encode()) for _ in range(repeat)]
    dataset = read(
        text_library(values[: 2 * repeat]),
        encoding="shift-jis",
    )
    assert texts(dataset) == ["痛み"] * repeat + ["pain"] * repeat
    assert dataset.notes == ()


@pytest.mark.parametrize("repeat", [1, 5])
def test_text_that_is_not_in_the_users_encoding_is_refused(read, repeat):
    values = [v for v in (b"plain", b"other", b"caf\xe9") for _ in range(repeat)]
    raw = text_library(values)
    with pytest.raises(UnreadableInput) as refused:
        read(raw, encoding="utf-8")
    assert "61 66 E9" in refused.value.what
    assert refused.value.where.endswith(f"adtte.xpt, dataset ADAE, T, record {2 * repeat + 1}")
    with pytest.raises(ConfigurationError, match="utf-9"):
        read(raw, encoding="utf-9")


# The rest


def test_progress_counts_bytes_up_to_the_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(record_blocks, "_BLOCK_BYTES", 800)
    seen = []
    raw = library(Member(records=[[ibm(i)] for i in range(1000)]))
    read_all(tmp_path, raw, progress=lambda *told: seen.append(told))
    assert {(name, total) for name, _, total in seen} == {("adtte.xpt", len(raw))}
    done = [amount for _, amount, _ in seen]
    assert len(done) > 10
    assert done == sorted(done)
    assert done[-1] == len(raw)


def test_a_file_that_cannot_be_opened(tmp_path):
    with pytest.raises(UnreadableInput, match="cannot be opened"):
        read_xpt(tmp_path / "absent.xpt", ReadOptions())


def test_the_name_that_readstat_writes_where_none_is_given(tmp_path):
    frame = pd.DataFrame({"USUBJID": ["S-1"]})
    for version in (5, 8):
        pyreadstat.write_xport(frame, str(tmp_path / "adlb.xpt"), file_format_version=version)
        assert [each.name for each in ag.read(tmp_path)] == ["ADLB"]
        pyreadstat.write_xport(frame, tmp_path / "adlb.xpt", table_name="ADVS", file_format_version=version)
        assert [each.name for each in ag.read(tmp_path)] == ["ADVS"]


def test_what_pyreadstat_writes_is_read(tmp_path):
    frame = pd.DataFrame({"USUBJID": ["01-001", "01-002", ""], "AVAL": [1.5, np.nan, -3e-5]})
    for version, name in ((5, "XPT v5"), (8, "XPT v8")):
        path = tmp_path / f"v{version}.xpt"
        pyreadstat.write_xport(
            frame, str(path), file_format_version=version, table_name="ADTTE", file_label="Time to Event"
        )
        (dataset,) = read_xpt(path, ReadOptions())
        assert dataset.source.format == name
        assert (dataset.name, dataset.label) == ("ADTTE", "Time to Event")
        assert texts(dataset, "USUBJID") == ["01-001", "01-002", ""]
        np.testing.assert_array_equal(dataset["AVAL"], frame["AVAL"])
