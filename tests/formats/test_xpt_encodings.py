"""Text of SAS transport files in other encodings than ASCII."""

from functools import cache

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xpt_datasets import dataset, refused, written

import adamgate as ag
from adamgate.converters.formats.xpt.text_encoding import TextEncoding
from adamgate.converters.values.encodings import codec_name


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


@pytest.mark.parametrize("encoding", ["utf-16", "cp500", "iso2022_jp", "hz", "shift_jis_2004"])
def test_encodings_in_which_ascii_has_other_bytes_or_meanings(encoding, tmp_path):
    """A text of ASCII is written as it is: ``~`` and escape would begin something else."""
    with pytest.raises(ag.ConfigurationError, match="does not contain ASCII as it is"):
        written(dataset(A=["x"]), tmp_path, xpt_encoding=encoding)


@pytest.mark.parametrize(
    "encoding",
    [
        "ascii",
        "utf-8",
        "wlatin1",
        "latin1",
        "shift_jis",
        "cp932",
        "euc-jp",
        "euc-cn",
        "gb18030",
        "big5",
        "euc-kr",
    ],
)
def test_encodings_that_sas_has(encoding):
    assert TextEncoding.named(encoding)


@pytest.mark.parametrize(
    ("encoding", "character"),
    [("shift_jis", "¥"), ("euc_jp", "\u203e"), ("cp932", "¢"), ("cp950", "¥"), ("euc_kr", "\u3164")],
)
def test_a_character_that_would_come_back_as_another_is_refused(encoding, character, tmp_path):
    """Python writes a yen sign as a backslash in Shift JIS, and reads a backslash."""
    refusal = refused(dataset(A=["x", f"{character}100"]), tmp_path, xpt_encoding=encoding)
    (line,) = refusal.details
    assert line.startswith(f"ADX.A: contains text that is not {encoding}")
    assert "(first in record 2)" in line


ENCODINGS = (
    "wlatin1",
    "latin1",
    "koi8_r",
    "cp1258",
    "shift_jis",
    "cp932",
    "euc_jp",
    "gb18030",
    "big5",
    "cp950",
    "euc_kr",
)


@cache
def characters_of(encoding):
    """Those that Python encodes so, whatever they are read as."""
    codec = codec_name(encoding)
    return [chr(code) for code in range(1, 0xD800) if chr(code).encode(codec, "ignore")]


@pytest.mark.slow
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(encoding=st.sampled_from(ENCODINGS), data=st.data(), read_back=st.booleans())
def test_text_comes_back_or_is_refused_in_any_encoding(encoding, data, read_back, tmp_path):
    text = st.text(st.sampled_from(characters_of(encoding)), max_size=9).map(lambda each: each.rstrip(" "))
    texts = data.draw(st.lists(text, min_size=1, max_size=4))
    made = dataset(A=pd.array(texts, "string[pyarrow]"), N=[1.0] * len(texts))
    try:
        path = written(made, tmp_path, xpt_encoding=encoding, read_back=read_back)
    except ag.UnwritableOutput:
        codec = codec_name(encoding)
        assert any(each.encode(codec).decode(codec, "replace") != each for each in texts)
        return
    assert ag.read(path, encoding=encoding)["ADX"]["A"].tolist() == texts
