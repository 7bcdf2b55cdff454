"""What a damaged file holds is not quoted: it may be records of patients."""

from pathlib import Path

import pytest

import adamgate as ag
from adamgate.converters.formats.xpt.cards import shown

STUDY = Path(__file__).parents[2] / "fixtures" / "cartitude1"
MARKER = "Zebra Quagga"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (b"AVAL", "AVAL"),
        (b"a_long_name_of_32_characters_9999", "of a damaged name"),
        (b"Zebra Quagga", "of a damaged name"),
        (b"\x00\x1b[2J", "of a damaged name"),
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


def test_a_long_label_for_no_variable(shared: Path):
    file = shared / "cases" / "robustness" / "xpt_labelv8_leak.xpt"
    with pytest.raises(ag.UnreadableInput, match="a variable that the dataset does not have") as refused:
        ag.read(file)
    assert "CARTITUDE" not in str(refused.value)
