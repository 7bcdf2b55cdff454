"""Downloads of NCI EVS (tab-delimited text, ODM XML) and of the CDISC Library (CSV), and what is not one."""

import csv
import io

import pytest

import adamgate as ag
from adamgate.converters.metadata.nci_terminology import read_terminology
from adamgate.schemas.errors import UnreadableInput
from adamgate.schemas.gate.validate import judge
from adamgate.schemas.standards.terminology import BUILT_IN, Codelist
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.declarations import Declarations
from adamgate.schemas.study.study import Study

HEADER = (
    "Code",
    "Codelist Code",
    "Codelist Extensible (Yes/No)",
    "Codelist Name",
    "CDISC Submission Value",
    "CDISC Synonym(s)",
    "CDISC Definition",
    "NCI Preferred Term",
)
ROWS = [
    (
        "C66781",
        "",
        "No",
        "Age Unit",
        "AGEU",
        "Age Unit",
        "Those units of time that …",
        "Age Unit Terminology",
    ),
    ("C25301", "C66781", "", "Age Unit", "DAYS", "Day", 'The "period" of 24 hours.', "Day"),
    ("C29848", "C66781", "", "Age Unit", "YEARS", "Year", "A period of one year.", "Year"),
    ("C81224", "", "Yes", "Derivation Type", "DTYPE", "", "Analysis value derivation method.", "Derivation"),
    ("C81209", "C81224", "", "Derivation Type", "AVERAGE", "", "An average.", "Average"),
]
EXPECTED = (
    Codelist("AGEU", "C66781", extensible=False, terms=("DAYS", "YEARS"), version="SDTM CT 2023-12-15"),
    Codelist("DTYPE", "C81224", extensible=True, terms=("AVERAGE",), version="SDTM CT 2023-12-15"),
)

ODM = """<?xml version="1.0" encoding="UTF-8"?>
<!-- as NCI EVS writes it -->
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
     xmlns:nciodm="http://ncicb.nci.nih.gov/xml/odm/EVS/CDISC" FileType="Snapshot"
     FileOID="CDISC_CT.SDTM.2023-12-15" ODMVersion="1.3.2" SourceSystem="NCI Thesaurus">
  <Study OID="CDISC_CT.SDTM.2023-12-15">
    <MetaDataVersion OID="CDISC_CT_MetaDataVersion.SDTM.2023-12-15" Name="CDISC SDTM Controlled Terminology">
      <CodeList OID="CL.C66781.AGEU" Name="Age Unit" DataType="text"
                nciodm:ExtCodeID="C66781" nciodm:CodeListExtensible="No">
        <Description><TranslatedText xml:lang="en">Units of time &amp; age.</TranslatedText></Description>
        <EnumeratedItem CodedValue="DAYS" nciodm:ExtCodeID="C25301">
          <nciodm:CDISCSynonym>Day</nciodm:CDISCSynonym>
          <nciodm:PreferredTerm>Day</nciodm:PreferredTerm>
        </EnumeratedItem>
        <EnumeratedItem CodedValue="YEARS" nciodm:ExtCodeID="C29848"/>
        <nciodm:CDISCSubmissionValue>AGEU</nciodm:CDISCSubmissionValue>
        <nciodm:PreferredTerm>CDISC SDTM Age Unit Terminology</nciodm:PreferredTerm>
      </CodeList>
      <CodeList OID="CL.C81224.DTYPE" Name="Derivation Type" DataType="text"
                nciodm:ExtCodeID="C81224" nciodm:CodeListExtensible="Yes">
        <EnumeratedItem CodedValue="AVERAGE" nciodm:ExtCodeID="C81209"/>
      </CodeList>
    </MetaDataVersion>
  </Study>
</ODM>
"""


def lines(*rows):
    return "".join("\t".join(row) + "\n" for row in rows)


TEXT = lines(HEADER, *ROWS)


@pytest.fixture
def written(tmp_path):
    """A file of this content, as text or bytes."""

    def write(content, name="SDTM Terminology 2023-12-15.txt"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        TEXT.replace("\n", "\r\n"),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.replace("…", "\N{REGISTERED SIGN}").encode("cp1252"),
        TEXT.replace("DAYS\t", '"DAYS"\t')
        .replace('The "period" of', '"The ""period"" of')
        .replace("rs.\t", 'rs."\t'),
        lines(HEADER, *reversed(ROWS[:3]), *ROWS[3:]).replace("\nC66781", "\n\nC66781"),
        TEXT.replace("AVERAGE\t", " AVERAGE \t"),
    ],
    ids=["plain", "crlf", "utf-8-sig", "utf-16", "cp1252", "quoted", "any order", "blanks"],
)
def test_text(written, content):
    terminology = read_terminology(written(content))
    assert {each.name: (each.code, each.extensible, set(each.terms)) for each in terminology.codelists} == {
        each.name: (each.code, each.extensible, set(each.terms)) for each in EXPECTED
    }
    assert terminology.versions == ("SDTM CT 2023-12-15",)


def test_the_order_of_terms_is_kept(written):
    assert read_terminology(written(TEXT)).codelists == EXPECTED


def test_a_column_with_standard_and_date_tells_the_version(written):
    rows = [(*HEADER, "Standard and Date"), *((*row, "ADaM CT 2026-03-27") for row in ROWS)]
    terminology = read_terminology(written(lines(*rows)))
    assert terminology.versions == ("ADaM CT 2026-03-27",)


def as_csv(*rows, delimiter=",", quoting=csv.QUOTE_ALL, end="\n"):
    """As the CDISC Library writes it, or a spreadsheet saves it."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)
    return text.getvalue()


LIBRARY = [(*HEADER, "Standard and Date"), *((*row, "SDTM CT 2023-12-15") for row in ROWS)]
OVER_LINES = [(*row[:6], row[6].replace(" ", "\n"), *row[7:]) for row in LIBRARY]


@pytest.mark.parametrize(
    "content",
    [
        as_csv(*LIBRARY),
        as_csv(*LIBRARY, end="\r\n").encode("utf-8-sig"),
        as_csv(*LIBRARY, quoting=csv.QUOTE_MINIMAL),
        as_csv(*LIBRARY, delimiter=";", quoting=csv.QUOTE_MINIMAL),
        as_csv(*LIBRARY, delimiter=";").replace("…", "\N{REGISTERED SIGN}").encode("cp1252"),
        as_csv(*OVER_LINES, [""] * 9),
        as_csv(*(tuple(f" {cell} " for cell in row) for row in LIBRARY)),
        as_csv(LIBRARY[0], *LIBRARY[2:4], LIBRARY[1], *LIBRARY[4:]),
    ],
    ids=["library", "bom", "unquoted", "semicolons", "cp1252", "line breaks", "blanks", "any order"],
)
def test_csv(written, content):
    assert read_terminology(written(content, "SDTM_CT_2023-12-15.csv")).codelists == EXPECTED


def test_a_name_of_the_library_tells_the_version_too(written):
    terminology = read_terminology(written(as_csv(HEADER, *ROWS), "SDTM_CT_2023-12-15.csv"))
    assert terminology.versions == ("SDTM CT 2023-12-15",)


def test_the_csv_of_the_library_says_what_text_says(written, shared):
    """A real file, beside its rows as NCI EVS lays them out, and beside the terms of half a year later."""
    path = shared / "terminology" / "ADaM_CT_2025-09-26.csv"
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    read = read_terminology(path)
    assert read == read_terminology(written(lines(*rows)))
    assert read.versions == ("ADaM CT 2025-09-26",)
    with (shared / "terminology" / "adam-ct-2026-03-27.csv").open(encoding="utf-8") as file:
        later: dict[tuple[str, str, str], set[str]] = {}
        for row in csv.DictReader(file):
            its = row["codelist"], row["codelist_code"], row["extensible"]
            later.setdefault(its, set()).add(row["term"])
    mine = {
        (each.name, each.code, "yes" if each.extensible else "no"): set(each.terms) for each in read.codelists
    }
    new = {"PCL01PN", "PCL01PC"}
    assert mine == {its: terms for its, terms in later.items() if its[0] not in new}
    for built_in in BUILT_IN.codelists:
        if (same := read.codelist(built_in.name)) is not None:
            assert (set(built_in.terms), built_in.code) == (set(same.terms), same.code)


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("SDTM Terminology 2015-12-18.txt", "SDTM CT 2015-12-18"),
        ("ADaM Terminology.txt", "ADaM CT, ADaM Terminology.txt"),
        ("codes.txt", "codes.txt"),
    ],
)
def test_without_one_the_file_name_does(written, name, version):
    assert read_terminology(written(TEXT, name)).versions == (version,)


@pytest.mark.parametrize(
    "content",
    [
        ODM,
        ODM.encode("utf-8-sig"),
        ODM.replace('encoding="UTF-8"', "").encode("utf-16"),
        ODM.replace("UTF-8", "windows-1252").replace("age.", "\N{REGISTERED SIGN}").encode("cp1252"),
        ODM.replace("nciodm", "ns2"),
        ODM.partition("?>")[2].lstrip(),
        ODM.replace("EnumeratedItem", "CodeListItem"),
    ],
    ids=["plain", "utf-8-sig", "utf-16", "cp1252", "prefix", "no declaration", "code list items"],
)
def test_odm(written, content):
    assert read_terminology(written(content, "SDTM Terminology.odm.xml")).codelists == EXPECTED


def test_the_submission_value_names_a_codelist_not_its_identifier(written):
    path = written(ODM.replace("CL.C66781.AGEU", "CL.1"), "ct.xml")
    assert [each.name for each in read_terminology(path).codelists] == ["AGEU", "DTYPE"]


def test_a_large_file_is_read_at_once(written):
    terms = "".join(f'<EnumeratedItem CodedValue="T{number}"/>' for number in range(50_000))
    path = written(ODM.replace('<EnumeratedItem CodedValue="AVERAGE" nciodm:ExtCodeID="C81209"/>', terms))
    assert len(read_terminology(path).codelist("DTYPE").terms) == 50_000


BOMB = ODM.replace(
    "<ODM", '<!DOCTYPE ODM [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>\n<ODM', 1
).replace("Units of time", "&b;")
OUTSIDE = ODM.replace("<ODM", '<!DOCTYPE ODM SYSTEM "file:///etc/passwd">\n<ODM', 1)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (BOMB, "the XML contains a document type declaration, which is not allowed"),
        (OUTSIDE, "the XML contains a document type declaration, which is not allowed"),
        (ODM.replace("Units of time", "&unknown;"), "the XML of the terminology is not well-formed"),
        (ODM[: len(ODM) // 2], "the XML of the terminology is not well-formed"),
        (ODM.replace("CodeList ", "List "), "the XML of the terminology is not well-formed"),
        (
            '<?xml version="1.0" encoding="shift_jis"?><ODM/>',
            "the XML of the terminology declares an unsupported encoding",
        ),
        (
            '<?xml version="1.0" encoding="none"?><ODM/>',
            "the XML of the terminology declares an unsupported encoding",
        ),
        ("<html><body>Not found</body></html>", "the terminology contains no codelists"),
        (
            ODM.replace('nciodm:CodeListExtensible="No"', ""),
            "the terminology has a codelist without an extensible flag",
        ),
        (
            ODM.replace("CL.C81224.DTYPE", "CL.C81224.AGEU"),
            "the terminology has two codelists with the same name",
        ),
        (lines(HEADER, ROWS[0]), "the terminology has a codelist without terms"),
        (ODM.replace("CL.C81224.DTYPE", ""), "the terminology has a codelist without a name"),
        ("", "the file is not controlled terminology from NCI EVS or the CDISC Library"),
        ("USUBJID,AGE\n1,2\n", "the file is not controlled terminology from NCI EVS or the CDISC Library"),
        (
            b"PK\x03\x04" + bytes(range(256)),
            "the file is not controlled terminology from NCI EVS or the CDISC Library",
        ),
        ("{}", "the file is not controlled terminology from NCI EVS or the CDISC Library"),
        (as_csv(HEADER), "the terminology contains no codelists"),
        (as_csv(*LIBRARY)[:-20], "the CSV of the terminology is not valid: unexpected end of data"),
        (as_csv(HEADER, *ROWS, ROWS[0]), "the terminology contains a codelist twice"),
        (as_csv(HEADER, *ROWS, ["x"]), "a line of the terminology has 1 cells, but the header has 8"),
        (lines(HEADER), "the terminology contains no codelists"),
        (
            TEXT.replace("\tAge Unit\tDAYS", "\tDAYS"),
            "a line of the terminology has 7 cells, but the header has 8",
        ),
        (lines(HEADER, *ROWS[1:]), "the terminology has a term of a codelist that is not present"),
        (TEXT + lines(ROWS[0]), "the terminology contains a codelist twice"),
        (
            TEXT.replace("\tNo\t", "\tMaybe\t"),
            "the terminology has a codelist without an extensible flag",
        ),
    ],
)
def test_what_is_no_terminology_is_told(written, content, told):
    path = written(content)
    with pytest.raises(UnreadableInput) as caught:
        read_terminology(path)
    assert caught.value.what.startswith(told)
    assert str(path) in caught.value.where
    assert caught.value.advice


def test_a_line_at_fault_is_named(written):
    path = written(TEXT.replace("\tAge Unit\tDAYS", "\tDAYS"))
    with pytest.raises(UnreadableInput) as caught:
        read_terminology(path)
    assert caught.value.where == f"{path} line 3"


def test_a_record_at_fault_is_named_by_its_first_line(written):
    path = written(as_csv(*OVER_LINES[:3], ["x"]), "ct.csv")
    with pytest.raises(UnreadableInput) as caught:
        read_terminology(path)
    assert caught.value.where == f"{path} line {as_csv(*OVER_LINES[:3]).count(chr(10)) + 1}"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04" + bytes(range(256)), "it seems to be a ZIP archive or an Excel workbook"),
        (b'{"codelists": [], "name": 1}', "it seems to be a JSON document"),
        (b"", "it seems to be empty"),
        (b"\x01\x02,\x03", "unknown file type"),
        (b"USUBJID,AGE\n1,2\n", "'Code' is not among its columns, USUBJID, AGE"),
        (b"Code,Name\xc2\x9b31m\n", "'Codelist Code' is not among its columns, Code, Name\\x9b31m"),
    ],
    ids=["workbook", "json", "empty", "bytes", "columns", "control characters"],
)
def test_the_reason_is_the_true_one(written, content, reason):
    path = written(content, "ct.csv")
    with pytest.raises(UnreadableInput) as caught:
        read_terminology(path)
    assert caught.value.where == f"{path}: {reason}"


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UnreadableInput, match="cannot be opened"):
        read_terminology(tmp_path / "none.txt")


def test_data_are_judged_by_what_was_read(written, root):
    given = BUILT_IN.updated_by(read_terminology(written(TEXT)))
    study = ag.read(root / "fixtures" / "cartitude1")
    assert not judge(study, rules={"CT001"}).findings
    changed = study["ADSL"].frame.assign(AGEU="MONTHS")
    ours = Study.of(Dataset.from_frame(changed, "ADSL"))
    assert not judge(ours, rules={"CT001"}).findings
    (finding,) = judge(ours, rules={"CT001"}, declarations=Declarations(terminology=given)).findings
    assert finding.message == (
        "AGEU has values other than DAYS and YEARS, the terms in codelist AGEU (C66781, SDTM CT 2023-12-15)"
    )
