"""ZIP archives are read as the folder they hold, and refused as a whole where they are not plain."""

import hashlib
import io
import stat
import warnings
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import adamgate as ag
from adamgate import cli
from adamgate.converters.formats.format import ReadOptions
from adamgate.converters.sources.archive import bring

ADSL = b"USUBJID,AGE\nS-01,50\n"
ADTTE = b"USUBJID,PARAMCD,AVAL\nS-01,OS,2\n"


def archive(
    path: Path, *members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED
) -> Path:
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", method) as file:
        warnings.simplefilter("ignore")  # of names that are there twice
        for name, content in members:
            file.writestr(name, content, method)
    return path


def of_mode(name: str, mode: int) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name)
    member.external_attr = mode << 16
    return member


def with_flag(path: Path, flag: int) -> Path:
    """The archive with a flag set in the entry of its first member, here and in its directory."""
    content = bytearray(path.read_bytes())
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + at] |= flag
    path.write_bytes(bytes(content))
    return path


def test_it_is_read_as_its_folder_with_what_describes_the_data(tmp_path: Path) -> None:
    path = archive(
        tmp_path / "delivery.zip",
        ("adsl.csv", ADSL),
        ("adtte.csv", ADTTE),
        ("_variables.csv", b"dataset,variable,label,type\nadsl,AGE,Age in years,Num\n"),
        ("adlb.xlsx", b"PK"),
    )
    study = ag.read(path)
    assert [(each.name, len(each)) for each in study] == [("ADSL", 1), ("ADTTE", 1)]
    assert study["ADSL"].variable("AGE").label == "Age in years"
    assert [str(each) for each in study.notes] == [f"not read in {path}, may contain data: adlb.xlsx (Excel)"]
    source = study["ADSL"].source
    assert (source.path, source.size) == (path / "adsl.csv", len(ADSL))
    assert source.sha256 == hashlib.sha256(ADSL).hexdigest()


def test_one_that_is_given_twice_is_read_once(tmp_path: Path) -> None:
    path = archive(tmp_path / "d.zip", ("adsl.csv", ADSL))
    assert [each.name for each in ag.read([path, path])] == ["ADSL"]


def test_a_member_cannot_be_given_and_the_message_says_what_can(tmp_path: Path) -> None:
    path = archive(tmp_path / "study.zip", ("adsl.csv", ADSL))
    with pytest.raises(ag.UnreadableInput, match="does not exist") as caught:
        ag.read(path / "adsl.csv")
    assert caught.value.advice == f"{path} is a file: give that"


def test_the_only_folder_in_it_is_read(tmp_path: Path) -> None:
    path = archive(tmp_path / "d.zip", ("adam/adsl.csv", ADSL), ("__MACOSX/adam/._adsl.csv", b"\0\5\x16\7"))
    assert ag.read(path)["ADSL"].source.path == path / "adam" / "adsl.csv"


def test_of_several_folders_those_are_read_that_are_asked_for(tmp_path: Path) -> None:
    path = archive(tmp_path / "d.zip", ("adam/adsl.csv", ADSL), ("sdtm/dm.csv", ADSL))
    with pytest.raises(ag.UnreadableInput, match="data only in subfolders") as caught:
        ag.read(path)
    assert "d.zip" in caught.value.where
    assert ".work" not in str(caught.value)
    assert [each.name for each in ag.read(path, recursive=True)] == ["ADSL", "DM"]


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ([("../adsl.csv", ADSL)], "../adsl.csv: the name leads out of its folder"),
        ([("a/../../adsl.csv", ADSL)], "leads out of its folder"),
        ([("/etc/adsl.csv", ADSL)], "the name is absolute, or empty"),
        ([("C:/adsl.csv", ADSL)], "the name is absolute, or empty"),
        ([("a\\..\\adsl.csv", ADSL)], "backslash or a control character"),
        ([("a\n.csv", ADSL)], "backslash or a control character"),
        ([("a//adsl.csv", ADSL)], "leads out of its folder"),
        ([("x" * 300 + ".csv", ADSL)], "the name is too long"),
        ([("a/" * 40 + "adsl.csv", ADSL)], "the name is too long"),
        ([(of_mode("adsl.csv", stat.S_IFLNK | 0o777), b"/etc/passwd")], "adsl.csv: a link"),
        ([(of_mode("adsl.csv", stat.S_IFIFO | 0o666), b"")], "adsl.csv: a device, not a file"),
        ([("adsl.csv", ADSL), ("adsl.csv", ADTTE)], "two members have this name"),
        ([("adsl.csv", ADSL), ("ADSL.CSV", ADTTE)], "two members have this name"),
        ([("\u00e9.csv", ADSL), ("e\u0301.csv", ADTTE)], "two members have this name"),
        ([("adsl.csv", ADSL), ("adsl.csv/x.csv", ADTTE)], "a file and a folder have this name"),
    ],
    ids=lambda each: each[:24] if isinstance(each, str) else "members",
)
def test_what_is_not_plain_is_refused(
    members: list[tuple[str | zipfile.ZipInfo, bytes]], message: str, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    path = archive(folder / "d.zip", ("dm.csv", ADSL), *members)
    with pytest.raises(ag.UnreadableInput, match="not safe to unpack") as caught:
        ag.read(path, work_dir=tmp_path)
    assert message in str(caught.value)
    assert sorted(each.name for each in tmp_path.rglob("*") if not each.name.startswith(".adamgate")) == [
        "d.zip",
        "in",
    ]


def test_a_name_that_begins_with_a_nul_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "d.zip", ("adsl.csv", ADSL))
    path.write_bytes(path.read_bytes().replace(b"adsl.csv", b"\0dsl.csv"))
    with pytest.raises(ag.UnreadableInput, match="control character"):
        ag.read(path)


def test_an_encrypted_one_is_refused(tmp_path: Path) -> None:
    path = with_flag(archive(tmp_path / "d.zip", ("adsl.csv", ADSL)), 0x1)
    with pytest.raises(ag.UnreadableInput, match=r"adsl\.csv: encrypted"):
        ag.read(path)


def test_another_compression_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "d.zip", ("adsl.csv", ADSL), method=zipfile.ZIP_LZMA)
    with pytest.raises(ag.UnreadableInput, match="compressed by method 14, not by Deflate"):
        ag.read(path)


@pytest.mark.slow
def test_a_bomb_ends_at_the_limit_of_what_is_unpacked(tmp_path: Path) -> None:
    path = archive(tmp_path / "d.zip", *((f"a{at}.csv", bytes(20 << 20)) for at in range(5)))
    with pytest.raises(ag.UnreadableInput, match="unpacks to more than") as caught:
        ag.read(path, work_dir=tmp_path)
    assert "--max-unpacked" in caught.value.advice
    assert not list(tmp_path.rglob("*.csv"))


@pytest.mark.slow
def test_too_many_members_are_refused(tmp_path: Path) -> None:
    path = archive(
        tmp_path / "d.zip", *((f"{at}.txt", b"") for at in range(10_001)), method=zipfile.ZIP_STORED
    )
    with pytest.raises(ag.UnreadableInput, match="has 10,001 members"):
        ag.read(path)


def test_an_archive_that_is_none_and_one_that_is_cut_short(tmp_path: Path) -> None:
    whole = archive(tmp_path / "d.zip", ("adsl.csv", ADSL * 100)).read_bytes()
    for name, content in (("none.zip", ADSL), ("short.zip", whole[:-30]), ("empty.zip", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ag.UnreadableInput, match="damaged or incomplete") as caught:
            ag.read(tmp_path / name)
        assert name in caught.value.where


def test_what_is_wrong_in_a_member_is_told_of_the_member(tmp_path: Path) -> None:
    path = archive(tmp_path / "d.zip", ("adsl.xpt", b"nothing"), ("dm.csv", ADSL))
    with pytest.raises(ag.UnreadableInput) as caught:
        ag.read(path)
    assert str(path / "adsl.xpt") in caught.value.where


@settings(max_examples=settings.default.max_examples)
@given(at=st.integers(0, 10**6), value=st.integers(0, 255), cut=st.integers(0, 400))
def test_a_damaged_one_is_read_or_refused_and_nothing_leaves_the_folder(
    tmp_path_factory: pytest.TempPathFactory, at: int, value: int, cut: int
) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("adam/adsl.csv", ADSL)
        file.writestr("adam/adtte.csv", ADTTE)
    content = bytearray(buffer.getvalue())
    content[at % len(content)] = value
    place = tmp_path_factory.mktemp("damaged")
    path, inside = place / "d.zip", place / "inside"
    inside.mkdir()
    path.write_bytes(bytes(content[: len(content) - (cut if cut < 100 else 0)]))
    try:
        top = bring(path, inside, ReadOptions())
    except ag.UnreadableInput:
        top = inside
    assert top.is_relative_to(inside)
    assert {each.name for each in place.iterdir()} == {"d.zip", "inside"}
    assert not any(each.is_symlink() for each in inside.rglob("*"))


def test_the_archive_is_not_replaced_by_what_is_made_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = archive(tmp_path / "d.zip", ("adsl.csv", ADSL))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ag.UnwritableOutput, match="would replace an input"):
        ag.convert(path, "out", to="parquet", manifest="d.zip", overwrite=True)
    assert ag.read(path)["ADSL"]["AGE"].tolist() == [50]


def test_commands_take_it(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = archive(tmp_path / "d.zip", ("adam/adsl.csv", ADSL))
    assert cli.run(["convert", str(path), str(tmp_path / "adsl.parquet")]) == 0
    assert ag.read(tmp_path / "adsl.parquet")["ADSL"]["AGE"].tolist() == [50]
    assert cli.run(["describe", str(path)]) == 0
    assert f"file:      {path / 'adam' / 'adsl.csv'}" in capfd.readouterr().out


def test_raw_files_of_an_archive_are_mapped(tmp_path: Path) -> None:
    path = archive(tmp_path / "raw.zip", ("raw/dm.csv", b"SUBJECT,SEX\n01,F\n"))
    variables: dict[str, ag.RawVariable] = {"SEX": ag.RawVariable(column="SEX")}
    what = ag.RawSpecification({"DM": ag.RawDataset(files=("dm.csv",), variables=variables)})
    assert ag.read_raw(path, what)["DM"]["SEX"].tolist() == ["F"]
