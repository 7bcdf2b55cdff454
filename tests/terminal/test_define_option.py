"""Commands that read a study take its define.xml."""

from define_documents import DEFINE_2_1

CSV = "USUBJID,PARAMCD,AVAL\n01-001,OS,12.5\n"


def test_describe_takes_one(tmp_path, run):
    (tmp_path / "adtte.csv").write_text(CSV)
    named = tmp_path / "of_study.xml"
    named.write_text(DEFINE_2_1, encoding="utf-8")
    done = run("describe", str(tmp_path / "adtte.csv"), "--define", str(named))
    assert (done.code, "Analysis Value" in done.out) == (0, True)


def test_one_that_is_not_present_is_told(tmp_path, run):
    (tmp_path / "adtte.csv").write_text(CSV)
    gone = run("describe", str(tmp_path / "adtte.csv"), "--define", str(tmp_path / "gone.xml"))
    assert gone.code == 3
    assert "define.xml cannot be opened" in gone.err


def test_a_define_xml_alone_is_not_data(tmp_path, run):
    (tmp_path / "define.xml").write_text(DEFINE_2_1, encoding="utf-8")
    done = run("describe", str(tmp_path / "define.xml"))
    assert done.code == 3
    assert "name it with --define" in done.err
