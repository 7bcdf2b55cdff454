"""What a damaged file holds is not quoted: it may be records of patients."""

from pathlib import Path

import pandas as pd
import pytest

import adamgate as ag
from adamgate.converters.formats.xpt.cards import shown

STUDY = Path(__file__).parents[2] / "fixtures" / "cartitude1"
MARKER = "Zebra Quagga"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (b"AVAL", "AVAL"),
        (b"a_long_name_of_32_characters_9999", "with a damaged name"),
        (b"Zebra Quagga", "with a damaged name"),
        (b"\x00\x1b[2J", "with a damaged name"),
        (b"", "without a name"),
    ],
)
def test_what_cannot_be_a_name_is_not_quoted(name: bytes, said: str):
    assert shown(name) == said


def test_a_first_record_taken_for_names_is_told_by_position(tmp_path: Path):
    (tmp_path / "adsl.csv").write_text(f"{MARKER},1950-01-02,{MARKER}\nA,B,C\n")
    with pytest.raises(ag.UnreadableInput, match="columns 1 and 3 have the same name") as refused:
        ag.read(tmp_path / "adsl.csv")
    assert MARKER not in str(refused.value)


@pytest.mark.slow
def test_the_names_of_a_transport_file_overwritten_by_records(tmp_path: Path):
    """Whatever stands where names, types and labels belong, a message quotes none of it."""
    whole = (STUDY / "adtte.xpt").read_bytes()
    start = whole.index(b"HEADER RECORD*******NAMESTR")
    for offset in range(start + 80, start + 80 + 140 * 6, 23):
        damaged = bytearray(whole)
        damaged[offset : offset + 24] = b"1950-01-02, 01-001, 1950"
        (tmp_path / "adtte.xpt").write_bytes(damaged)
        try:
            ag.read(tmp_path / "adtte.xpt")
        except ag.AdamgateError as refused:
            assert "01-0" not in str(refused)  # noqa: PT017


@pytest.mark.slow
@pytest.mark.parametrize("inserted", [True, False])
@pytest.mark.parametrize(
    "foreign", [b"SECRETZQ" * 10, b"\0\1SECRETZQ" * 8, b"\0\1\0\0\0\10\0\1" + b"SECRETZQ" * 9]
)
def test_a_transport_file_with_a_foreign_card_before_its_data(tmp_path: Path, foreign: bytes, inserted: bool):
    whole = (STUDY / "adtte.xpt").read_bytes()
    file = tmp_path / "adtte.xpt"
    for offset in range(0, whole.index(b"HEADER RECORD*******OBS") + 80, 40):
        file.write_bytes(whole[:offset] + foreign + whole[offset + (0 if inserted else 80) :])
        try:
            ag.read(file)
        except ag.AdamgateError as refused:
            assert "ECRE" not in str(refused)  # noqa: PT017
            assert "TZQ" not in str(refused)  # noqa: PT017


def test_a_dataset_whose_description_is_foreign_is_not_named(tmp_path: Path):
    whole = bytearray((STUDY / "adtte.xpt").read_bytes())
    description = whole.index(b"SAS     ADTTE")
    whole[description : description + 80] = b"SECRETZQ" * 10
    (tmp_path / "adtte.xpt").write_bytes(whole[:1500])
    with pytest.raises(ag.UnreadableInput, match="dataset with a damaged name"):
        ag.read(tmp_path / "adtte.xpt")


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("1.0.0", "the file is Dataset-JSON 1.0.0; only version 1.1 can be read"),
        ("ZQXSECRET", "the file is Dataset-JSON of another version; only version 1.1 can be read"),
        ("19500102", "the file is Dataset-JSON of another version; only version 1.1 can be read"),
    ],
)
def test_only_a_version_of_dataset_json_is_quoted(tmp_path: Path, version: str, said: str):
    ag.write(ag.Dataset.from_frame(pd.DataFrame({"USUBJID": ["1"]}), "ADSL"), tmp_path / "whole.json")
    text = (tmp_path / "whole.json").read_text("utf-8")
    (tmp_path / "adsl.json").write_text(text.replace('"1.1.0"', f'"{version}"', 1), "utf-8")
    with pytest.raises(ag.UnreadableInput) as refused:
        ag.read(tmp_path / "adsl.json")
    assert refused.value.what == said


def test_a_long_label_for_no_variable(shared: Path):
    file = shared / "cases" / "robustness" / "xpt_labelv8_leak.xpt"
    with pytest.raises(ag.UnreadableInput, match="a variable that is not present") as refused:
        ag.read(file)
    assert "CARTITUDE" not in str(refused.value)
