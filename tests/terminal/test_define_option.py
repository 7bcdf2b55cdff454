"""Commands that read a study take its define.xml; `adamgate define` writes one."""

import json

from define_documents import DEFINE_2_1

CSV = "USUBJID,PARAMCD,AVAL\n01-001,OS,12.5\n"


def test_describe_takes_one(tmp_path, run):
    (tmp_path / "adtte.csv").write_text(CSV)
    named = tmp_path / "of_study.xml"
    named.write_text(DEFINE_2_1, encoding="utf-8")
    done = run("describe", str(tmp_path / "adtte.csv"), "--define", str(named))
    assert (done.code, "Analysis Value" in done.out) == (0, True)


def test_describe_shows_what_it_says_and_what_is_wrong_in_it(tmp_path, run):
    (tmp_path / "adtte.csv").write_text(CSV)
    text = DEFINE_2_1.replace('Length="11"', 'Length="&#27;[31m"').replace(
        'MethodOID="MT.AVAL"', 'MethodOID="M"'
    )
    text = text.replace("<def:Standards>", "<More/><def:Standards>")
    (tmp_path / "define.xml").write_text(text.replace("&#27;", "&#155;"), encoding="utf-8")
    out = run("describe", str(tmp_path / "adtte.csv")).out
    block = out[out.index("define.xml  Trial 1") :].splitlines()
    assert [line.split(":")[0].strip() for line in block[1:]][:7] == [
        "file",
        "version",
        "standard",
        "standard",
        "invalid",
        "dangling",
        "not kept",
    ]
    assert "of IT.USUBJID is not a positive integer" in block[5]
    assert block[6].endswith("method M of IT.AVAL is not present")
    assert "More in MetaDataVersion (once" in block[7]
    assert block[-1].split()[:7] == ["ADTTE", "3", "1", "1", "1", "USUBJID", "PARAMCD"]
    assert "\x9b" not in out
    document = json.loads(run("describe", str(tmp_path / "adtte.csv"), "--format", "json").out)
    assert document["definition"]["datasets"][0]["keys"] == "USUBJID PARAMCD"
    assert len(document["definition"]["invalid"]) == len(document["definition"]["dangling"]) == 1


def test_describe_shows_a_define_xml_that_is_given_alone(tmp_path, run):
    path = tmp_path / "of_study.xml"
    path.write_text(DEFINE_2_1, encoding="utf-8")
    done = run("describe", str(path))
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("define.xml  Trial 1")
    assert done.out.splitlines()[-1].split()[:2] == ["ADTTE", "3"]
    document = json.loads(run("describe", str(path), "--format", "json").out)
    assert document["datasets"] == []
    assert document["definition"]["path"] == str(path)


def test_describe_refuses_xml_that_is_no_define_xml(tmp_path, run):
    path = tmp_path / "other.xml"
    path.write_text("<other/>")
    done = run("describe", str(path))
    assert (done.code, done.out) == (3, "")
    assert "the file is not a define.xml" in done.err


def test_one_that_is_not_present_is_told(tmp_path, run):
    (tmp_path / "adtte.csv").write_text(CSV)
    gone = run("describe", str(tmp_path / "adtte.csv"), "--define", str(tmp_path / "gone.xml"))
    assert gone.code == 3
    assert "define.xml cannot be opened" in gone.err


def test_a_define_xml_alone_is_not_data(tmp_path, run):
    (tmp_path / "define.xml").write_text(DEFINE_2_1, encoding="utf-8")
    done = run("convert", str(tmp_path / "define.xml"), str(tmp_path / "out.csv"))
    assert done.code == 3
    assert "name it with --define" in done.err


def test_define_writes_a_skeleton_that_is_found_beside_the_data(tmp_path, run):
    (tmp_path / "adtte.csv").write_text(CSV)
    file = tmp_path / "define.xml"
    done = run("define", str(tmp_path / "adtte.csv"), "-o", str(file), "--created", "2024-05-06T07:08:09")
    assert (done.code, done.out) == (0, "")
    assert done.err.endswith(
        "1 dataset, 3 variables, 1 codelist, 0 methods; origin to be stated: 3 variables\n"
    )
    assert 'CreationDateTime="2024-05-06T07:08:09"' in file.read_text(encoding="utf-8")
    again = run("define", str(tmp_path / "adtte.csv"), "--created", "2024-05-06T07:08:09", "-q")
    assert (again.code, again.out, again.err) == (0, file.read_text(encoding="utf-8"), "")


def test_define_never_writes_over_the_one_that_describes_the_data(tmp_path, run):
    (tmp_path / "adtte.csv").write_text(CSV)
    (tmp_path / "define.xml").write_text(DEFINE_2_1, encoding="utf-8")
    arguments = ("define", str(tmp_path / "adtte.csv"), "-o", str(tmp_path / "define.xml"))
    assert [run(*arguments).code, run(*arguments, "--force").code] == [4, 4]
    assert (tmp_path / "define.xml").read_text(encoding="utf-8") == DEFINE_2_1


def test_define_refuses_a_time_that_is_none(tmp_path, run):
    (tmp_path / "adtte.csv").write_text(CSV)
    done = run("define", str(tmp_path / "adtte.csv"), "--created", "yesterday")
    assert done.code == 2
    assert "is not a date and time" in done.err
