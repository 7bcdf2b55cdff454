"""What `--fix` changes: each repair is listed, the same data give the same, and what has none is refused."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import adamgate as ag
from adamgate.cli import run
from adamgate.converters.formats.xpt.repairs import TextPieces
from adamgate.converters.formats.xpt.text_encoding import TextEncoding
from adamgate.converters.formats.xpt.transliteration import transliterated
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.variable import SpecialMissing, Variable


def repaired(data, folder, **options):
    """The dataset as it is read again, and what was said."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        (path,) = ag.write(data, folder / "adx.xpt", fix=True, overwrite=True, **options)
    assert {each.category for each in told} <= {ag.Repaired, ag.MetadataNotKept}
    (back,) = ag.read(path)
    return back, [str(each.message) for each in told if each.category is ag.Repaired]


def of(frame, *variables, **rest):
    return Dataset.from_frame(pd.DataFrame(frame), "ADX", variables=variables, **rest)


def test_a_character_is_not_cut_from_its_accents():
    pieces = TextPieces(TextEncoding("utf-8"), 5)
    assert pieces("e\u0301e\u0301e\u0301") == ["e\u0301", "e\u0301", "e\u0301"]
    assert "".join(pieces("e" + "\u0301" * 9)) == "e" + "\u0301" * 9


def test_names_are_shortened_uniquely(tmp_path):
    names = ["LONGNAME1", "LONGNAME2", "LONGNAME", "longnam2", "Größe", "1ST", "A.B", "A_B"]
    back, told = repaired(of({name: [float(at)] for at, name in enumerate(names)}), tmp_path)
    made = [each.name for each in back.variables]
    assert made == ["LONGNAM3", "LONGNAM4", "LONGNAME", "LONGNAM2", "GROSSE", "_1ST", "A_B2", "A_B"]
    assert back.frame.iloc[0].tolist() == [float(at) for at in range(len(names))]
    assert told == [
        f"ADX.{old}: name is {new} in the file" for old, new in zip(names, made, strict=True) if old != new
    ]


def test_names_of_version_8_keep_their_case(tmp_path):
    back, told = repaired(of({"lower": [1.0], "a b": [2.0]}), tmp_path, xpt_version=8)
    assert [each.name for each in back.variables] == ["lower", "a_b"]
    assert told == ["ADX.a b: name is a_b in the file"]


def test_labels_are_cut_at_a_character(tmp_path):
    variables = (
        Variable("A", "x" * 39 + "é" + "yz", "Num"),
        Variable("B", "Größe ≥ 5 µm ", "Num"),
        Variable("C", "word " * 8 + "x", "Num"),
    )
    data = of({"A": [1.0], "B": [1.0], "C": [1.0]}, *variables, label="é" * 41)
    back, told = repaired(data, tmp_path, xpt_encoding="utf-8")
    assert [each.label for each in back.variables] == ["x" * 39, "Größe ≥ 5 µm", ("word " * 8).rstrip()]
    assert back.label == "é" * 20
    assert told[-2:] == ["ADX.B: label without its trailing blanks", "ADX.C: label shortened to 40 bytes"]
    back, _ = repaired(data, tmp_path)
    assert [each.label for each in back.variables][:2] == ["x" * 39 + "e", "Grosse >= 5 um"]


def test_long_text_is_split_and_together_it_is_the_same(tmp_path):
    texts = ["x" * 199 + " " + "y" * 250, "short", None, "a" * 401]
    for column in (pd.array(texts, "string[pyarrow]"), pd.Categorical(texts)):
        data = of({"AETERM": column, "AETERM1": [1.0] * 4}, Variable("AETERM", "Term", length=500))
        back, told = repaired(data, tmp_path)
        assert [each.name for each in back.variables] == ["AETERM", "AETERM2", "AETERM3", "AETERM1"]
        assert told == ["ADX.AETERM: text split into AETERM, AETERM2, AETERM3"]
        pieces = [back[each.name].astype(object).fillna("") for each in back.variables[:3]]
        assert ["".join(each) for each in zip(*pieces, strict=True)] == [each or "" for each in texts]
        assert [each.label for each in back.variables[:3]] == ["Term", "Term 1", "Term 2"]


def test_text_that_becomes_too_long_by_transliteration_is_split(tmp_path):
    texts = ["°" * 45, "x"]
    for column in (pd.array(texts, "string[pyarrow]"), pd.Categorical(texts)):
        back, told = repaired(of({"T": column, "N": [1.0, 2.0]}), tmp_path)
        assert "".join(back[name][0] for name in ("T", "T1")) == (" deg " * 45).rstrip()
        assert told == ["ADX.T: text transliterated to ASCII", "ADX.T: text split into T, T1"]


def test_formats_that_are_none_are_dropped(tmp_path):
    variables = (
        Variable("N", type="Num", format="8.2.1", informat="$5."),
        Variable("C", format="YESNO."),
        Variable("D", type="Num", format="BEST12."),
    )
    frame = {"N": [1.0], "C": ["x"], "D": np.array(["2020-01-01"], "datetime64[s]")}
    back, told = repaired(of(frame, *variables), tmp_path)
    assert [each.format for each in back.variables] == ["", "", "DATE9."]
    assert told == [
        "ADX.N: format '8.2.1' dropped",
        "ADX.N: informat '$5.' dropped",
        "ADX.C: format 'YESNO.' dropped",
        "ADX.D: format 'BEST12.' replaced by DATE9.",
    ]


def test_values_are_transliterated_trimmed_and_zeros_lose_their_sign(tmp_path):
    special = {"Z": SpecialMissing(np.array([1]), np.array(["B"]))}
    data = of({"T": ["Übelkeit \u2013 2", "a  "], "Z": [-0.0, np.nan]}).replace(special_missing=special)
    back, told = repaired(data, tmp_path)
    assert back["T"].tolist() == ["Ubelkeit - 2", "a"]
    assert np.copysign(1, back["Z"][0]) == 1
    assert back.special_missing["Z"].tags.tolist() == ["B"]
    assert told == [
        "ADX.T: text transliterated to ASCII",
        "ADX.T: trailing blanks of text dropped",
        "ADX.Z: -0.0 written as 0",
    ]


def test_what_has_no_repair_is_still_refused(tmp_path):
    data = of({"A": ["中"], "B": ["a\0b"], "C": [1e300], "LONGER_NAME": [1.0]})
    with pytest.raises(ag.UnwritableOutput) as caught:
        ag.write(data, tmp_path / "adx.xpt", fix=True)
    assert [line.split(":")[0] for line in caught.value.details] == ["ADX.A", "ADX.B", "ADX.C"]
    assert "--fix" not in caught.value.advice
    assert not list(tmp_path.iterdir())


def test_what_would_be_repaired_is_not_told_beside_what_no_format_holds(tmp_path):
    data = of(
        pd.DataFrame({"AVALUATION": ["é"], "N": [2**53 + 1]}),
        Variable("AVALUATION"),
        Variable("N", type="Num"),
    )
    with pytest.raises(ag.UnwritableOutput) as refused:
        ag.write(data, tmp_path / "adx.xpt", fix=True)
    assert [line.split(":")[0] for line in refused.value.details] == ["ADX.N"]


def test_data_without_breaches_are_not_repaired(tmp_path):
    data = of({"A": ["x"], "N": [1.0]})
    plain = ag.write(data, tmp_path / "one.xpt")[0].read_bytes()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ag.write(data, tmp_path / "two.xpt", fix=True)[0].read_bytes() == plain


def test_repairs_are_the_same_each_time_and_leave_the_data(tmp_path):
    frame = pd.DataFrame({"LONG_VARIABLE": ["é" * 300, "b"], "LONG_VARIANT": [1.0, -0.0]})
    before = frame.copy(deep=True)
    raws = []
    for _ in range(2):
        repaired(of(frame), tmp_path)
        raws.append((tmp_path / "adx.xpt").read_bytes())
    assert raws[0] == raws[1]
    pd.testing.assert_frame_equal(frame, before)


def test_the_command_lists_each_repair(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    ag.write(of({"LONG_VARIABLE": [1.0], "T": ["é"]}), "adx.parquet")
    assert run(["convert", "adx.parquet", "out/adx.xpt"]) == 4
    said = capsys.readouterr().err
    assert "ADX.LONG_VARIABLE: its name has 13 bytes; the most are 8" in said
    assert "use --fix (for 2 of 2) or --xpt-version 8 (for 1 of 2)" in said
    assert run(["convert", "adx.parquet", "out/adx.xpt", "--fix", "-q"]) == 0
    assert capsys.readouterr().err.splitlines() == [
        "note: ADX.LONG_VARIABLE: name is LONG_VAR in the file",
        "note: ADX.T: text transliterated to ASCII",
    ]
    assert run(["convert", "adx.parquet", "adx2.csv", "--fix"]) == 2
    assert "--fix: only for SAS transport files, not for CSV" in capsys.readouterr().err
    options = ["--xpt-version", "8", "--xpt-encoding", "utf-8", "--lengths", "data", "--no-read-back"]
    assert run(["convert", "adx.parquet", "out/adx8.xpt", *options, "--split-size", "1GB", "-q"]) == 0
    assert ag.read("out/adx8.xpt")["ADX"]["T"].tolist() == ["é"]


def test_names_of_sas7bdat_are_repaired(shared, tmp_path):
    source = shared / "data" / "formats" / "missing_test.sas7bdat"
    (before,) = ag.read(source)
    back, told = repaired(before, tmp_path)
    assert [each.name for each in back.variables] == [each.name.upper() for each in before.variables]
    assert len(told) == 1 + len(before.variables)
    for mine, theirs in zip(before.variables, back.variables, strict=True):
        assert [each for each in before[mine.name].astype(object) if not pd.isna(each)] == [
            each for each in back[theirs.name].astype(object) if not pd.isna(each)
        ]
    assert [each.tags.tolist() for each in before.special_missing.values()] == [
        each.tags.tolist() for each in back.special_missing.values()
    ]


@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from(["ascii", "utf-8", "cp1252"]))
def test_pieces_of_a_text_are_the_text(text, codec):
    pieces = TextPieces(TextEncoding(codec), 5)(text)
    whole = transliterated(text, codec).rstrip(" ")
    assert "".join(pieces) == whole
    for piece in pieces[:-1]:
        assert 0 < len(piece.encode(codec, "replace")) <= 5
        assert not piece.endswith(" ")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_transliteration_changes_nothing_that_is_encoded(text):
    assert transliterated(text, "utf-8") == text
    once = transliterated(text, "ascii")
    assert transliterated(once, "ascii") == once
    if text.isascii():
        assert once == text
