"""define.xml beside the data, or named: what readers and conversions take from it."""

import json
import zipfile

import pytest
from define_documents import DEFINE_2_1

import adamgate as ag
from adamgate.converters.metadata.sidecar_names import define_files_in

DEFINE = DEFINE_2_1.replace(
    '<ItemRef ItemOID="IT.AVAL" OrderNumber="3"',
    '<ItemRef ItemOID="IT.ADT" OrderNumber="4" Mandatory="No"/><ItemRef ItemOID="IT.CODE" OrderNumber="5"'
    ' Mandatory="No"/><ItemRef ItemOID="IT.AVAL" OrderNumber="3"',
).replace(
    '<ItemDef OID="IT.USUBJID"',
    '<ItemDef OID="IT.ADT" Name="MYDAY" DataType="integer" Length="8" def:DisplayFormat="DATE9."/>'
    '<ItemDef OID="IT.CODE" Name="CODEX" DataType="text" Length="4"/><ItemDef OID="IT.USUBJID"',
)
CSV = "USUBJID,PARAMCD,AVAL,MYDAY,CODEX\n01-001,OS,12.5,2024-01-15,1\n01-002,OS,,2024-02-01,2\n"


@pytest.fixture
def folder(tmp_path):
    adam = tmp_path / "adam"
    adam.mkdir()
    (adam / "adtte.csv").write_text(CSV)
    return adam


def with_define(folder, name="define.xml", text=DEFINE):
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_types_labels_lengths_and_formats_of_csv_follow_it(folder):
    before = ag.read(folder)["ADTTE"]
    assert (before.variable("CODEX").type, before.carries) == ("Num", frozenset())
    with_define(folder)
    study = ag.read(folder)
    data = study["ADTTE"]
    assert study.definition.version == "2.1"
    assert repr(study).splitlines()[0] == "Study: 1 dataset, 2 records, Define-XML 2.1"
    assert study.definition.source.path == str(folder / "define.xml")
    assert data["CODEX"].tolist() == ["1", "2"]
    assert [(each.name, each.type, each.label, each.length, each.format) for each in data.variables] == [
        ("USUBJID", "Char", "Unique Subject Identifier", 11, ""),
        ("PARAMCD", "Char", "Parameter Code", 8, ""),
        ("AVAL", "Num", "Analysis Value", None, "8.2"),
        ("MYDAY", "Num", "", None, "DATE9."),
        ("CODEX", "Char", "", 4, ""),
    ]
    assert str(data["MYDAY"].dtype) == "datetime64[s]"
    assert data.label == "Time to Event"
    assert data.carries == {"label", "length", "format"}


def test_variables_csv_comes_before_it(folder):
    with_define(folder)
    (folder / "_variables.csv").write_text(
        "dataset,variable,label,type\nADTTE,AVAL,Days,\nADTTE,CODEX,,Num\n"
    )
    data = ag.read(folder)["ADTTE"]
    assert (data.variable("AVAL").label, data.variable("AVAL").format) == ("Days", "8.2")
    assert (data.variable("CODEX").type, data.variable("CODEX").length) == ("Num", None)
    assert data["CODEX"].tolist() == [1.0, 2.0]
    assert data.variable("PARAMCD").label == "Parameter Code"


def test_a_file_with_metadata_keeps_its_own(folder, tmp_path):
    ag.convert(folder / "adtte.csv", tmp_path / "xpt" / "adtte.xpt")
    alone = ag.read(tmp_path / "xpt")["ADTTE"]
    with_define(tmp_path / "xpt")
    study = ag.read(tmp_path / "xpt")
    assert study.definition is not None
    assert study["ADTTE"].variables == alone.variables
    assert study["ADTTE"].label == alone.label


def test_a_format_without_a_place_for_metadata_is_completed(folder, tmp_path):
    frame = ag.read(folder)["ADTTE"].frame
    (tmp_path / "parquet").mkdir()
    frame.to_parquet(tmp_path / "parquet" / "adtte.parquet")
    with_define(tmp_path / "parquet")
    data = ag.read(tmp_path / "parquet")["ADTTE"]
    assert data.variable("AVAL").label == "Analysis Value"
    assert (data.variable("CODEX").type, data.variable("CODEX").length) == ("Num", None)


@pytest.mark.parametrize(
    ("names", "taken"),
    [
        (("define.xml",), ("define.xml",)),
        (("Define.XML",), ("Define.XML",)),
        (("define2-1.xml",), ("define2-1.xml",)),
        (("define_2.0.0.xml",), ("define_2.0.0.xml",)),
        (("define.xml", "define2-1.xml"), ("define.xml",)),
        (("define2-0.xml", "define2-1.xml"), ("define2-0.xml", "define2-1.xml")),
        (("define.pdf", "mydefine.xml", "define-draft.xml", "undefine.xml"), ()),
    ],
)
def test_names(tmp_path, names, taken):
    for name in names:
        (tmp_path / name).write_text("")
    assert tuple(each.name for each in define_files_in(tmp_path)) == taken


def test_of_several_none_is_used_and_a_note_says_so(folder):
    with_define(folder, "define2-0.xml")
    other = with_define(folder, "define2-1.xml")
    study = ag.read(folder)
    assert study.definition is None
    assert [each.message for each in study.notes] == [
        f"define2-0.xml, define2-1.xml in {folder} are not used; choose one with --define"
    ]
    assert ag.read(folder, define=other).definition.source.path == str(other)


def test_one_that_is_named_takes_the_place_of_one_beside(folder, tmp_path):
    with_define(folder, text="<broken")
    named = with_define(tmp_path, "of_study.xml")
    study = ag.read(folder, define=named)
    assert study.definition.source.path == str(named)
    assert study["ADTTE"].variable("AVAL").label == "Analysis Value"


def test_folders_with_a_define_xml_each_are_described_by_their_own(folder, tmp_path):
    with_define(folder)
    other = tmp_path / "sdtm"
    other.mkdir()
    (other / "dm.csv").write_text("USUBJID\n01-001\n")
    with_define(other, text=DEFINE_2_1.replace("ADTTE", "DM"))
    study = ag.read([folder, other])
    assert study.definition is None
    assert study["DM"].label == study["ADTTE"].label == "Time to Event"
    [note] = study.notes
    assert note.message == (
        f"{folder / 'define.xml'}, {other / 'define.xml'} describe the datasets beside them; "
        "no single one describes the study"
    )


def test_one_that_cannot_be_read_is_refused_once(folder):
    with_define(folder, text=DEFINE[:2000])
    (folder / "adae.csv").write_text("USUBJID\n01-001\n")
    with pytest.raises(ag.UnreadableInput) as refused:
        ag.read(folder)
    assert refused.value.what == "define.xml is not well-formed"
    assert str(folder / "define.xml") in refused.value.where


def test_one_in_an_archive_is_named_by_its_place(folder, tmp_path):
    with_define(folder)
    archive = tmp_path / "delivery.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for each in folder.iterdir():
            made.write(each, each.name)
    study = ag.read(archive)
    assert study.definition.source.path == str(archive / "define.xml")
    assert study["ADTTE"].variable("AVAL").label == "Analysis Value"


def test_a_value_that_is_longer_than_it_says_is_written_whole(folder, tmp_path):
    with_define(folder, text=DEFINE.replace('Length="11"', 'Length="3"'))
    with pytest.warns(ag.MetadataNotKept, match="USUBJID length 6 instead of 3"):
        ag.convert(folder / "adtte.csv", tmp_path / "adtte.xpt")
    assert ag.read(tmp_path / "adtte.xpt")["ADTTE"]["USUBJID"].tolist() == ["01-001", "01-002"]


def test_keys_go_where_there_is_a_place_for_them(folder, tmp_path):
    with_define(folder)
    target = tmp_path / "adtte.json"
    ag.convert(folder / "adtte.csv", target)
    columns = json.loads(target.read_text())["columns"]
    assert {each["name"]: each.get("keySequence") for each in columns if "keySequence" in each} == {
        "USUBJID": 1,
        "PARAMCD": 2,
    }


def test_a_conversion_never_writes_over_it(folder, tmp_path):
    with_define(folder)
    with pytest.raises(ag.UnwritableOutput):
        ag.convert(folder / "adtte.csv", tmp_path / "a.csv", manifest=folder / "define.xml", overwrite=True)
    assert (folder / "define.xml").read_text(encoding="utf-8") == DEFINE


def test_the_manifest_has_its_hash(folder, tmp_path):
    named = with_define(tmp_path, "of_study.xml")
    ag.convert(folder / "adtte.csv", tmp_path / "a.parquet", define=named, manifest=tmp_path / "m.json")
    assert "of_study.xml" in (tmp_path / "m.json").read_text()


@pytest.mark.parametrize("level", ["adam", "sdtm"])
def test_the_pilot_has_its_own(shared, level):
    study = ag.read(shared / "data/cdiscpilot" / level)
    assert study.definition.version == "1.0"
    assert study.notes == ()
