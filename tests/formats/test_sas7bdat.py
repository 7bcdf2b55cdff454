"""sas7bdat against plain pyreadstat, cell by cell, and what it leaves out."""

import shutil
from datetime import datetime
from pathlib import Path

import numpy as np
import pyreadstat
import pytest
from crashing import crash

from adamgate.converters.formats.format import ReadOptions
from adamgate.converters.formats.sas7bdat import catalog
from adamgate.converters.formats.sas7bdat.catalog import own_format
from adamgate.converters.formats.sas7bdat.reader import read_sas7bdat
from adamgate.schemas.errors import UnreadableInput
from adamgate.schemas.study.columns import is_date
from adamgate.schemas.study.dataset import Dataset

FIRST_TEXT = 65_984  # place of the first record's text in sample.sas7bdat, whose records are 56 bytes long
RECORD = 56


def read(path: Path, **options: object) -> Dataset:
    return read_sas7bdat(path, ReadOptions(**options))[0]


@pytest.fixture
def sample(shared: Path, tmp_path: Path) -> Path:
    """A copy of a real file that a test may damage."""
    return Path(shutil.copy(shared / "data/formats/sample.sas7bdat", tmp_path))


def test_every_cell_is_pyreadstats(shared: Path) -> None:
    files = sorted(shared.glob("data/**/*.sas7bdat"))
    assert files
    for path in files:
        frame, metadata = pyreadstat.read_sas7bdat(path, disable_datetime_conversion=True)
        data = read(path)
        assert (data.name, len(data)) == (metadata.table_name, metadata.number_rows)
        assert list(data.frame.columns) == list(frame.columns)
        for name in frame.columns:
            variable = data.variable(name)
            assert variable.length == metadata.variable_storage_width[name]
            assert variable.label == (metadata.column_names_to_labels[name] or "")
            assert variable.format.rstrip(".") == (metadata.original_variable_types[name] or "").rstrip(".")
            if variable.type == "Char":
                assert data[name].astype(object).tolist() == frame[name].tolist()
                continue
            numbers = frame[name].to_numpy(dtype=float)
            if is_date(data[name]):
                unit = "D" if data[name].dtype == "datetime64[s]" else "us"
                scale = 1 if unit == "D" else 1e6
                epoch = np.datetime64("1960-01-01", unit)
                stamps = data[name].to_numpy().astype(f"datetime64[{unit}]")
                counted = np.where(np.isnat(stamps), np.nan, (stamps - epoch).astype(np.int64) / scale)
                np.testing.assert_allclose(counted, numbers, rtol=0, atol=1e-6)
            else:
                np.testing.assert_array_equal(data[name].to_numpy(), numbers)


def test_dates_and_datetimes_by_their_formats(shared: Path) -> None:
    data = read(shared / "data/formats/sample.sas7bdat")
    assert str(data["mydate"].dtype) == "datetime64[s]"
    assert str(data["dtime"].dtype) == "datetime64[us]"
    assert data["mytime"][0] == 36610
    assert data.variable("mytime").format == "TIME20.3"
    assert data.variable("mynum").informat == "BEST32."
    assert data.created == datetime(2018, 8, 16, 14, 21, 52)
    assert data.source is not None
    assert (data.source.format, data.source.encoding) == ("SAS7BDAT", "utf-8")


def test_special_missing_values_are_kept(shared: Path) -> None:
    data = read(shared / "data/formats/missing_test.sas7bdat")
    tags = {name: special.tags.tolist() for name, special in data.special_missing.items()}
    assert tags == {f"var{i}": [tag] for i, tag in enumerate("ABCXYZ_", start=1)}
    assert all(np.isnan(data[f"var{i}"][0]) for i in range(1, 9))
    assert data["var9"][0] == 1


# Format catalogues


def test_a_catalogue_beside_the_data_labels_values(shared: Path, tmp_path: Path) -> None:
    for name in ("missing_test.sas7bdat", "missing_formats.sas7bcat"):
        shutil.copy(shared / "data/formats" / name, tmp_path)
    data = read(tmp_path / "missing_test.sas7bdat")
    assert data.attributes["value_labels"] == {"var1": {".A": "missing"}}
    assert data.notes == ()
    shutil.copy(tmp_path / "missing_formats.sas7bcat", tmp_path / "other.sas7bcat")
    assert "value_labels" not in read(tmp_path / "missing_test.sas7bdat").attributes
    (tmp_path / "other.sas7bcat").rename(tmp_path / "FORMATS.SAS7BCAT")
    assert read(tmp_path / "missing_test.sas7bdat").attributes["value_labels"] == {"var1": {".A": "missing"}}


def test_of_several_catalogues_the_one_named_like_the_data_is_taken(shared: Path, tmp_path: Path) -> None:
    data = Path(shutil.copy(shared / "data/formats/missing_test.sas7bdat", tmp_path / "study.sas7bdat"))
    for name in ("other.sas7bcat", "third.sas7bcat"):
        shutil.copy(shared / "data/formats/missing_formats.sas7bcat", tmp_path / name)
    (note,) = read(data).notes
    assert note.message == (
        "formats without a definition, 2 format catalogues beside the data, other.sas7bcat and "
        "third.sas7bcat; choose one with --catalog: A. (var1)"
    )
    shutil.copy(tmp_path / "other.sas7bcat", tmp_path / "Study.sas7bcat")
    (tmp_path / "formats.sas7bcat").write_bytes(b"no catalogue")
    assert read(data).attributes["value_labels"] == {"var1": {".A": "missing"}}
    assert read(data).notes == ()


def in_catalog(shared: Path, path: Path, label: bytes, code: int) -> Path:
    """A copy of a real catalogue with another label and encoding."""
    content = bytearray((shared / "data/formats/missing_formats.sas7bcat").read_bytes())
    assert content.count(b"missing") == 1
    content[70] = code
    path.write_bytes(content.replace(b"missing", label))
    return path


@pytest.mark.parametrize(
    ("code", "codec", "label"),
    [(20, "utf-8", "Fièvr"), (68, "cp1258", "đơn"), (65, "cp1255", "חסר"), (62, "utf-8", "Fièvr"),
     (70, "mac_arabic", "مفقود"), (126, "gbk", "缺少"), (0, "utf-8", "Fièvr")],
)  # fmt: skip
def test_labels_of_a_catalogue_are_in_its_own_encoding(
    shared: Path, tmp_path: Path, code: int, codec: str, label: str
) -> None:
    data = Path(shutil.copy(shared / "data/formats/missing_test.sas7bdat", tmp_path))
    in_catalog(shared, tmp_path / "formats.sas7bcat", label.encode(codec).ljust(7, b"!"), code)
    found = read(data).attributes["value_labels"]["var1"][".A"]
    assert found.rstrip("!") == label
    against = [f"formats.sas7bcat: {UTF_8_IN_WLATIN1}"] if (code, codec) == (62, "utf-8") else []
    assert [note.message for note in read(data).notes] == against


UTF_8_IN_WLATIN1 = "in a name or label, text is UTF-8 although the file declares wlatin1 (62); read as UTF-8"


def test_a_catalogue_in_an_encoding_that_is_not_known_is_not_used(shared: Path, tmp_path: Path) -> None:
    data = Path(shutil.copy(shared / "data/formats/missing_test.sas7bdat", tmp_path))
    catalog = in_catalog(shared, tmp_path / "formats.sas7bcat", b"\xe7\xe7\xe7\xe7\xe7\xe7\xe7", 71)
    (note,) = read(data).notes
    assert note.message == (
        "formats.sas7bcat beside the data is not used: the format catalogue declares an unknown encoding: "
        "ahebrew (71)"
    )
    with pytest.raises(UnreadableInput, match="an unknown encoding"):
        read(data, catalog=catalog)
    assert read(data, encoding="cp1252").attributes["value_labels"]["var1"][".A"] == "ç" * 7


def test_formats_without_a_definition_are_listed(shared: Path, tmp_path: Path) -> None:
    shutil.copy(shared / "data/formats/missing_test.sas7bdat", tmp_path)
    assert [str(note) for note in read(tmp_path / "missing_test.sas7bdat").notes] == [
        "MISSING_TEST: formats without a definition, no format catalogue beside the data: A. (var1)"
    ]


def test_a_named_catalogue_must_be_one_and_a_found_one_may_not(shared: Path, tmp_path: Path) -> None:
    data = Path(shutil.copy(shared / "data/formats/missing_test.sas7bdat", tmp_path))
    named = shared / "data/formats/missing_formats.sas7bcat"
    assert read(data, catalog=named).attributes["value_labels"]
    broken = tmp_path / "formats.sas7bcat"
    broken.write_bytes(b"no catalogue")
    assert "is not used" in read(data).notes[0].message
    with pytest.raises(UnreadableInput, match="the format catalogue is damaged"):
        read(data, catalog=broken)
    with pytest.raises(UnreadableInput, match="the format catalogue is damaged"):
        read(data, catalog=tmp_path / "absent.sas7bcat")


@pytest.mark.slow
def test_a_catalogue_that_crashes_the_library_ends_in_a_message(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = Path(shutil.copy(shared / "data/formats/missing_test.sas7bdat", tmp_path))
    named = Path(shutil.copy(shared / "data/formats/missing_formats.sas7bcat", tmp_path / "formats.sas7bcat"))
    monkeypatch.setattr(catalog, "terms_of", crash)
    (note,) = read(data).notes
    assert note.message.startswith(
        "formats.sas7bcat beside the data is not used: the format catalogue is damaged"
    )
    with pytest.raises(UnreadableInput, match=r"it crashed \(SIGABRT\)"):
        read(data, catalog=named)
    monkeypatch.undo()
    assert read(data).attributes["value_labels"] == {"var1": {".A": "missing"}}


@pytest.mark.parametrize(
    ("sas_format", "name"),
    [
        ("", ""),
        ("8.2", ""),
        ("$20.", ""),
        ("BEST12.", ""),
        ("DATE9.", ""),
        ("E8601DA10.", ""),
        ("$CHAR8.", ""),
        ("NLMNIEUR12.2", ""),
        ("E8601TX8.", ""),
        ("YN.", "YN"),
        ("$arm20.", "$ARM"),
        ("SEX1F.", "SEX1F"),
    ],
)
def test_formats_of_the_users_own(sas_format: str, name: str) -> None:
    assert own_format(sas_format) == name


# Encodings


def test_stray_bytes_are_read_as_cp1252_and_told(sample: Path) -> None:
    content = bytearray(sample.read_bytes())
    content[FIRST_TEXT + RECORD] = 0xE9
    sample.write_bytes(content)
    data = read(sample)
    assert data["mychar"].astype(object).tolist() == ["a", "\u00e9", "c", "d", "e"]
    assert [str(note) for note in data.notes] == [
        "SAMPLE.mychar record 2: bytes E9 are not UTF-8, read as cp1252"
    ]
    assert read(sample, encoding="wlatin1").notes == ()
    assert read(sample, encoding="cp1251")["mychar"][1] == "\u0439"
    with pytest.raises(UnreadableInput, match=r"text is not ascii(?s:.)*mychar, record 2"):
        read(sample, encoding="ascii")


# Refusals

DAMAGE = {
    "zero bytes": lambda content: b"",
    "only the magic": lambda content: content[:32],
    "cut in the header": lambda content: content[:300],
    "cut after the header": lambda content: content[:65536],
    "cut in a page": lambda content: content[:70000],
    "pages overwritten": lambda content: content[:65600] + bytes(len(content) - 65600),
    "HTML": lambda content: b"<html><body>Sign in</body></html>",
    "zeros": lambda content: bytes(5000),
    "XPT": lambda content: b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!",
    "noise": lambda content: bytes(range(256)) * 20,
}


@pytest.mark.parametrize("case", DAMAGE)
def test_damaged_files_are_refused_in_three_lines(sample: Path, snapshot: object, case: str) -> None:
    sample.write_bytes(DAMAGE[case](sample.read_bytes()))
    with pytest.raises(UnreadableInput) as refusal:
        read(sample)
    message = str(refusal.value).replace(str(sample.parent), "FOLDER")
    assert message.count("\n") == 2
    assert message == snapshot


@pytest.mark.parametrize("cut", [slice(65536, None), slice(65536, 65536 + 2048)])
def test_a_page_of_zeros_is_no_empty_dataset(shared, tmp_path, cut):
    damaged = bytearray((shared / "data" / "formats" / "sample.sas7bdat").read_bytes())
    damaged[cut] = bytes(len(damaged[cut]))
    (tmp_path / "adsl.sas7bdat").write_bytes(damaged)
    with pytest.raises(UnreadableInput, match="has no variables"):
        read_sas7bdat(tmp_path / "adsl.sas7bdat", ReadOptions())
