"""Every encoding that a SAS file can declare, through the readers: right, or refused by its name."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from pathlib import Path
from typing import Any, Literal

import pytest
import xpt_bytes
from hypothesis import given
from hypothesis import strategies as st
from sas7bdat_bytes import Data, Var, sas7bdat

from adamgate.converters.formats.csv.reader import read_csv
from adamgate.converters.formats.format import ReadOptions
from adamgate.converters.formats.sas7bdat.reader import read_sas7bdat
from adamgate.converters.formats.xpt.reader import read_xpt
from adamgate.converters.values.encodings import CUT
from adamgate.converters.values.sas_encodings import ENCODINGS, Encoding
from adamgate.schemas.errors import UnreadableInput
from adamgate.schemas.study.dataset import Dataset

READABLE = [each for each in ENCODINGS.values() if each.codec]
UNREADABLE = [each for each in ENCODINGS.values() if not each.codec]

JAPANESE = ["頭痛", "めまい", "発熱", "ﾊﾅﾐｽﾞ", "痛み 2", "ソ連の予定表"]
CHINESE = ["头痛", "女", "发热", "恶心 3", "联通"]
TAIWANESE = ["頭痛", "女", "發熱", "功能 4"]
KOREAN = ["두통", "발열", "여", "구토 5"]
WORDS_OF_SEVERAL_BYTES = {
    "utf-8": ["Fièvre", "Żółć", "лихорадка", "حمى", "ผื่น", *JAPANESE, *CHINESE, *KOREAN, "😀"],
    "cp932": JAPANESE,
    "euc_jp": JAPANESE,
    "iso2022_jp": [word for word in JAPANESE if word != "ﾊﾅﾐｽﾞ"],
    "shift_jisx0213": JAPANESE,
    "gbk": CHINESE,
    "gb18030": [*CHINESE, "Fièvre"],
    "big5": TAIWANESE,
    "cp950": TAIWANESE,
    "euc_kr": KOREAN,
    "cp949": [*KOREAN, "똠방"],
    "iso2022_kr": KOREAN,
}


def words(codec: str) -> list[str]:
    """Words of the alphabet: every letter beyond ASCII, with the marks that are put on letters."""
    if codec in WORDS_OF_SEVERAL_BYTES:
        return WORDS_OF_SEVERAL_BYTES[codec]
    letters = ""
    for byte in range(128, 256):
        letter = bytes([byte]).decode(codec, "ignore")
        if letter and unicodedata.category(letter)[0] in "LM":
            letters += letter
    return [f"{letters[start : start + 5]}a" for start in range(0, len(letters), 5)] or ["plain"]


def identifier(encoding: Encoding) -> str:
    return encoding.name


def read_one(path: Path, reader: Any, **options: Any) -> Dataset:
    (data,) = reader(path, ReadOptions(**options))
    return data


def values(data: Dataset, variable: str) -> list[str]:
    return [str(value) for value in data[variable].astype(object)]


def test_every_letter_is_tried() -> None:
    assert "".join(words("cp1251")).count("ж") == 1
    assert "\u0323" in "".join(words("cp1258"))
    assert len(words("cp1252")) > 10


@pytest.mark.parametrize("encoding", READABLE, ids=identifier)
@pytest.mark.parametrize(("bits", "order"), [(32, "big"), (64, "little")])
def test_sas7bdat_by_what_it_declares(
    tmp_path: Path, encoding: Encoding, bits: Literal[32, 64], order: Literal["little", "big"]
) -> None:
    codec = str(encoding.codec)
    texts = words(codec)
    raw = [text.encode(codec) for text in texts]
    width = max(map(len, raw))
    own = raw[0][:16] if codec.startswith("iso2022") else b"$" + raw[0]
    data = Data(
        [
            Var("FULL", "Char", width),
            Var("ROOM", "Char", width + 5),
            Var(raw[-1], label=raw[0], format=(own, 9, 0)),
        ],
        [[each, each, 1.0] for each in raw * 3],
        label=raw[-1],
        encoding=encoding.code,
        bits=bits,
        order=order,
    )
    (tmp_path / "adae.sas7bdat").write_bytes(sas7bdat(data))
    read = read_one(tmp_path / "adae.sas7bdat", read_sas7bdat)
    assert values(read, "FULL") == values(read, "ROOM") == texts * 3
    named = read.variables[2]
    assert (named.name, named.label, read.label) == (texts[-1], texts[0], texts[-1])
    if not codec.startswith("iso2022"):
        assert named.format == f"${texts[0]}9."
    assert not [note for note in read.notes if "read as" in note.message]
    assert read.source is not None
    assert read.source.encoding == codecs.lookup(codec).name


@pytest.mark.parametrize("encoding", UNREADABLE, ids=identifier)
def test_encodings_that_python_does_not_have_are_refused_by_name(tmp_path: Path, encoding: Encoding) -> None:
    path = tmp_path / "adae.sas7bdat"
    path.write_bytes(sas7bdat(Data([Var("AETERM", "Char", 8)], [[b"caf\xe9"]], encoding=encoding.code)))
    with pytest.raises(UnreadableInput) as refusal:
        read_one(path, read_sas7bdat)
    assert refusal.value.what == (
        f"the SAS dataset declares an unknown encoding: {encoding.name} ({encoding.code})"
    )
    assert "--encoding NAME" in str(refusal.value.advice)
    assert values(read_one(path, read_sas7bdat, encoding="latin1"), "AETERM") == ["café"]
    path.write_bytes(sas7bdat(Data([Var("AETERM", "Char", 8)], [[b"Pain"]], encoding=encoding.code)))
    assert values(read_one(path, read_sas7bdat), "AETERM") == ["Pain"]


@pytest.mark.parametrize("code", [1, 7, 74, 99, 255])
def test_codes_that_nobody_knows_are_refused(tmp_path: Path, code: int) -> None:
    path = tmp_path / "adae.sas7bdat"
    path.write_bytes(sas7bdat(Data([Var("AETERM", "Char", 8)], [[b"caf\xe9"]], encoding=code)))
    with pytest.raises(UnreadableInput, match=rf"an unknown encoding: \({code}\)"):
        read_one(path, read_sas7bdat)


@pytest.mark.parametrize("encoding", READABLE, ids=identifier)
def test_xpt_in_the_encoding_that_the_user_names(tmp_path: Path, encoding: Encoding) -> None:
    codec = str(encoding.codec)
    texts = words(codec)
    raw = [text.encode(codec) for text in texts]
    member = xpt_bytes.Member(
        name="ADAE",
        variables=[
            xpt_bytes.Var("AETERM", "Char", max(map(len, raw)), label=raw[0][:40]),
            xpt_bytes.Var("AESEQ"),
        ],
        records=[[each, xpt_bytes.ibm(1)] for each in raw],
        label=raw[0][:40],
    )
    (tmp_path / "adae.xpt").write_bytes(xpt_bytes.library(member))
    read = read_one(tmp_path / "adae.xpt", read_xpt, encoding=encoding.name if codec == "cp1252" else codec)
    assert values(read, "AETERM") == texts
    assert read.variables[0].label == read.label == texts[0]
    assert read.notes == ()


@pytest.mark.parametrize("encoding", READABLE, ids=identifier)
def test_csv_in_the_encoding_that_the_user_names(tmp_path: Path, encoding: Encoding) -> None:
    codec = str(encoding.codec)
    texts = words(codec)
    content = io.StringIO()
    csv.writer(content).writerows([["USUBJID", "AETERM"], *([f"S-{text}", text] for text in texts)])
    (tmp_path / "adae.csv").write_bytes(content.getvalue().encode(codec))
    read = read_one(tmp_path / "adae.csv", read_csv, encoding=codec)
    assert values(read, "AETERM") == texts
    assert values(read, "USUBJID") == [f"S-{text}" for text in texts]


# UTF-8 against what a file declares


def dataset(tmp_path: Path, code: int, *texts: bytes, **options: Any) -> Dataset:
    width = max(map(len, texts))
    data = Data([Var("AETERM", "Char", width)], [[text] for text in texts], "ADAE", encoding=code)
    (tmp_path / "adae.sas7bdat").write_bytes(sas7bdat(data))
    return read_one(tmp_path / "adae.sas7bdat", read_sas7bdat, **options)


WLATIN1, WCYRILLIC, WARABIC, WLATIN2, GBK, SHIFT_JIS, EUC_KR = 62, 61, 66, 60, 126, 138, 140


def test_utf8_in_a_western_file_is_utf8_value_by_value(tmp_path: Path) -> None:
    read = dataset(tmp_path, WLATIN1, b"Pain", "Fièvre".encode(), "Übelkeit".encode("cp1252"))
    assert values(read, "AETERM") == ["Pain", "Fièvre", "Übelkeit"]
    assert [str(note) for note in read.notes] == [
        "ADAE.AETERM record 2: text is UTF-8 although the file declares wlatin1 (62); read as UTF-8"
    ]
    assert values(dataset(tmp_path, WLATIN1, "Fièvre".encode(), encoding="wlatin1"), "AETERM") == ["FiÃ¨vre"]


@pytest.mark.parametrize(
    ("code", "codec", "text"),
    [
        (GBK, "gbk", "女"),  # C5 AE, in UTF-8 a letter with a ring
        (WARABIC, "cp1256", "رگ"),  # a vein: D1 90
        (WLATIN2, "cp1250", "PÓŁPASIEC"),  # shingles: D3 A3 within
        (33, "iso8859-5", "ТА"),  # noqa: RUF001 - Cyrillic
    ],
)
def test_a_short_text_that_may_be_utf8_is_what_the_file_declares(
    tmp_path: Path, code: int, codec: str, text: str
) -> None:
    raw = text.encode(codec)
    assert raw.decode("utf-8") != text
    read = dataset(tmp_path, code, raw, b"ASCII")
    assert values(read, "AETERM") == [text, "ASCII"]
    (note,) = read.notes
    assert "its text could also be UTF-8 (too little to decide)" in note.message
    assert f"Read as {codec}" in note.message
    other = dataset(tmp_path, code, raw, encoding="utf-8")
    assert values(other, "AETERM") == [raw.decode("utf-8")]
    assert other.notes == ()


@pytest.mark.parametrize(
    ("code", "codec", "texts"),
    [
        (GBK, "gbk", CHINESE),
        (SHIFT_JIS, "cp932", JAPANESE),
        (EUC_KR, "euc_kr", KOREAN),
        (WCYRILLIC, "cp1251", ["головная боль", "тошнота"]),
        (WARABIC, "cp1256", ["حمى", "رگ"]),
    ],
)
def test_one_text_that_is_not_utf8_makes_the_others_what_the_file_declares(
    tmp_path: Path, code: int, codec: str, texts: list[str]
) -> None:
    read = dataset(tmp_path, code, *(text.encode(codec) for text in texts))
    assert values(read, "AETERM") == texts
    assert read.notes == ()
    whole = dataset(tmp_path, code, *(text.encode() for text in texts))
    assert values(whole, "AETERM") == texts
    assert ["text is UTF-8 although the file declares" in note.message for note in whole.notes] == [True]


def test_a_value_that_is_not_in_the_declared_encoding_is_utf8_then_cp1252(tmp_path: Path) -> None:
    read = dataset(tmp_path, GBK, "头痛".encode("gbk"), "痛 2".encode(), b"x\xff\x39")
    assert values(read, "AETERM") == ["头痛", "痛 2", "xÿ9"]
    assert [str(note) for note in read.notes] == [
        "ADAE.AETERM record 2: text is UTF-8 although the file declares ms-936 (126); read as UTF-8",
        "ADAE.AETERM record 3: bytes 78 FF 39 are neither UTF-8 nor gbk, read as cp1252",
    ]


@pytest.mark.parametrize("code", [0, 204])
def test_a_file_that_leaves_its_encoding_open_is_utf8_else_cp1252(tmp_path: Path, code: int) -> None:
    read = dataset(tmp_path, code, "Fièvre".encode(), "Fièvre".encode("cp1252"))
    assert values(read, "AETERM") == ["Fièvre", "Fièvre"]
    assert [str(note) for note in read.notes] == [
        "ADAE.AETERM record 2: bytes 46 69 E8 76 72 65 are not UTF-8, read as cp1252"
    ]


# Characters that are cut


@pytest.mark.parametrize(
    ("code", "codec", "text"),
    [(20, "utf-8", "痛み"), (20, "utf-8", "Fièvreé"), (WLATIN1, "utf-8", "Fièvreé"), (GBK, "gbk", "头痛"),
     (SHIFT_JIS, "cp932", "頭痛"), (EUC_KR, "euc_kr", "두통"), (205, "gb18030", "头痛")],
)  # fmt: skip
def test_a_character_cut_at_the_length_leaves_the_others(
    tmp_path: Path, code: int, codec: str, text: str
) -> None:
    read = dataset(tmp_path, code, text.encode(codec)[:-1], b"next", text[:-1].encode(codec))
    assert values(read, "AETERM") == [text[:-1] + CUT, "next", text[:-1]]
    assert "the last character is incomplete (text cut off)" in read.notes[-1].message
    assert read.notes[-1].record == 1


def test_xpt_keeps_the_other_characters_too(tmp_path: Path) -> None:
    raw = "Fièvre é".encode()[:-1]
    member = xpt_bytes.Member("ADAE", [xpt_bytes.Var("AETERM", "Char", len(raw))], [[raw], [b"Pain"]])
    (tmp_path / "adae.xpt").write_bytes(xpt_bytes.library(member))
    read = read_one(tmp_path / "adae.xpt", read_xpt)
    assert values(read, "AETERM") == ["Fièvre " + CUT, "Pain"]
    assert str(read.notes[-1]) == (
        "ADAE.AETERM record 1: the last character is incomplete (text cut off): … 72 65 20 C3"
    )


def test_a_byte_after_ascii_is_no_cut_character(tmp_path: Path) -> None:
    assert values(dataset(tmp_path, 20, b"caf\xe9"), "AETERM") == ["café"]


# Whatever the text


@pytest.mark.slow
@given(st.lists(st.text(st.characters(codec="cp1251", exclude_categories=["Cc"])), min_size=1, max_size=8))
def test_cyrillic_comes_back_or_a_note_says_that_it_may_be_utf8(
    tmp_path_factory: Any, texts: list[str]
) -> None:
    raw = [text.encode("cp1251") for text in texts]
    read = dataset(tmp_path_factory.mktemp("sas"), WCYRILLIC, *raw, b"x")
    if values(read, "AETERM") != [*(text.rstrip(" \0") for text in texts), "x"]:
        assert read.notes


@pytest.mark.slow
@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])), min_size=1, max_size=8)
)
def test_utf8_comes_back_from_its_own_record(tmp_path_factory: Any, texts: list[str]) -> None:
    read = dataset(tmp_path_factory.mktemp("sas"), 20, *(text.encode() for text in texts), b"x")
    assert values(read, "AETERM") == [*(text.rstrip(" ") for text in texts), "x"]
    assert read.notes == ()


# Names


@pytest.mark.parametrize("times", [2, 3])
@pytest.mark.parametrize("kind", ["Num", "Char"])
def test_a_name_that_is_given_again_is_refused(
    tmp_path: Path, kind: Literal["Num", "Char"], times: int
) -> None:
    data = Data([Var("AVAL", kind)] * times, [[1.0 if kind == "Num" else "x"] * times])
    (tmp_path / "adae.sas7bdat").write_bytes(sas7bdat(data))
    with pytest.raises(UnreadableInput, match="two variables have the same name"):
        read_one(tmp_path / "adae.sas7bdat", read_sas7bdat)


def test_names_that_are_one_text_are_refused(tmp_path: Path) -> None:
    data = Data([Var("é".encode()), Var(b"\xe9")], [[1.0, 2.0]], encoding=WLATIN1)
    (tmp_path / "adae.sas7bdat").write_bytes(sas7bdat(data))
    with pytest.raises(UnreadableInput, match="two variables have the same name"):
        read_one(tmp_path / "adae.sas7bdat", read_sas7bdat)


def test_a_label_in_another_encoding_is_told(tmp_path: Path) -> None:
    labels = [b"caf\xe9", "é".encode(), b"t\xe9"]
    data = Data([Var(f"V{number}", label=label) for number, label in enumerate(labels)], [[1.0, 2.0, 3.0]])
    path = tmp_path / "adae.sas7bdat"
    path.write_bytes(sas7bdat(data))
    read = read_one(path, read_sas7bdat)
    assert [variable.label for variable in read.variables] == ["café", "é", "té"]
    assert [str(note) for note in read.notes] == [
        "ADTTE: in a name or label, bytes 61 66 E9 are not UTF-8, read as cp1252 (and 1 more value)"
    ]
    with pytest.raises(UnreadableInput, match="text is not utf-8: bytes 61 66 E9"):
        read_one(path, read_sas7bdat, encoding="utf-8")


def test_records_deleted_in_sas_are_not_read(tmp_path: Path) -> None:
    data = Data(
        [Var("USUBJID", "Char", 4), Var("AVAL")], [[f"S-{n}", float(n)] for n in range(9)], deleted={0, 4}
    )
    (tmp_path / "adtte.sas7bdat").write_bytes(sas7bdat(data))
    read = read_one(tmp_path / "adtte.sas7bdat", read_sas7bdat)
    assert values(read, "USUBJID") == ["S-1", "S-2", "S-3", "S-5", "S-6", "S-7", "S-8"]
    assert read["AVAL"].tolist() == [1, 2, 3, 5, 6, 7, 8]
