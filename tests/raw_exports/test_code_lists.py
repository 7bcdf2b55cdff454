"""Code lists: what they must be is declared, and a list that changed is refused."""

from hashlib import sha256

import pytest
from raw_mapping import mapped, plain, refusal

import adamgate as ag

DECLARED = """[codes.SEX]
files = ["codes.csv"]
code = "CODE"
text = "TEXT"
terms = { 1 = "M", 2 = "F" }
[raw.DM]
files = ["dm.csv"]
[raw.DM.variables]
USUBJID = "ID"
SEX = { column = "SEX", codes = "SEX" }
"""
DM = "ID,SEX\n1,1\n2,2\n3,1\n"
SAME = "CODE,TEXT\n1,M\n2,F\n"


def problems(folder, files, declared):
    with pytest.raises(ag.DerivationRefused) as caught:
        mapped(folder, files, declared)
    return [(each.what, each.where) for each in caught.value.problems]


def effects(study, policy):
    return [(each.value, each.count, each.unit) for each in study.record.effects if each.policy == policy]


def test_a_code_list_as_declared(tmp_path):
    study = mapped(tmp_path, {"codes.csv": SAME, "dm.csv": DM}, DECLARED)
    assert [each["SEX"] for each in plain(study["DM"])] == ["M", "F", "M"]
    assert effects(study, "codes.SEX.terms") == [("2 codes", 2, "code")]


def test_codes_that_changed_places_are_refused_with_both_texts(tmp_path):
    files = {"codes.csv": "CODE,TEXT\n1,F\n2,M\n", "dm.csv": DM}
    assert problems(tmp_path, files, DECLARED) == [
        (
            (
                "another text than declared for 2 codes: 1 = 'F', declared 'M' (codes.csv line 2); "
                "2 = 'M', declared 'F' (codes.csv line 3)"
            ),
            "[codes.SEX] terms",
        )
    ]


def test_codes_that_are_new_or_not_present_are_refused(tmp_path):
    files = {"codes.csv": "CODE,TEXT\n1,M\n9,U\n", "dm.csv": DM}
    assert problems(tmp_path, files, DECLARED) == [
        ("1 declared code not present: 2 = 'F'", "[codes.SEX] terms"),
        ("1 code not declared: 9 = 'U' (codes.csv line 3)", "[codes.SEX] terms"),
    ]


@pytest.mark.parametrize("text", ["m", "M ", "\uff2d", "Male"])
def test_texts_are_compared_exactly(tmp_path, text):
    files = {"codes.csv": f"CODE,TEXT\n1,{text}\n2,F\n", "dm.csv": DM}
    ((what, _),) = problems(tmp_path, files, DECLARED)
    assert what == f"another text than declared for 1 code: 1 = '{text}', declared 'M' (codes.csv line 2)"


def test_only_the_named_list_of_a_file_is_compared(tmp_path):
    codes = "LIST,CODE,TEXT\nYN,1,Yes\nSEX,1,M\nSEX,2,F\n"
    declared = DECLARED.replace("terms", 'list_name = "SEX"\nlist_column = "LIST"\nterms')
    assert effects(mapped(tmp_path, {"codes.csv": codes, "dm.csv": DM}, declared), "codes.SEX.terms")
    what, _ = refusal(tmp_path, {"codes.csv": codes.replace("SEX,2,F", "SEX,2,X"), "dm.csv": DM}, declared)
    assert "2 = 'X', declared 'F' (codes.csv line 4)" in what


def test_all_lists_are_compared_before_anything_is_refused(tmp_path):
    second = DECLARED.partition("[raw.DM]")[0].replace("codes.SEX", "codes.OTHER")
    files = {"codes.csv": "CODE,TEXT\n1,X\n2,F\n", "dm.csv": DM}
    assert [where for _, where in problems(tmp_path, files, second + DECLARED)] == [
        "[codes.OTHER] terms",
        "[codes.SEX] terms",
    ]


def test_the_order_of_the_lines_of_a_code_list_changes_nothing(tmp_path):
    straight = mapped(tmp_path, {"codes.csv": SAME, "dm.csv": DM}, DECLARED)
    turned = mapped(tmp_path, {"codes.csv": "CODE,TEXT\n2,F\n1,M\n", "dm.csv": DM}, DECLARED)
    assert plain(straight["DM"]) == plain(turned["DM"])
    assert straight.record.effects == turned.record.effects


HASHED = DECLARED.replace('terms = { 1 = "M", 2 = "F" }', 'sha256 = "HASH"')


def test_the_file_of_a_code_list_has_the_declared_hash(tmp_path):
    declared = HASHED.replace("HASH", sha256(SAME.encode()).hexdigest().upper())
    files = {"codes.csv": SAME, "dm.csv": DM}
    assert [count for _, count, _ in effects(mapped(tmp_path, files, declared), "codes.SEX.sha256")] == [1]
    other = SAME.replace("F", "W")
    assert problems(tmp_path, {**files, "codes.csv": other}, declared) == [
        (
            f"codes.csv is not the declared file: its SHA-256 is {sha256(other.encode()).hexdigest()}",
            "[codes.SEX] sha256",
        )
    ]


def test_a_hash_is_that_of_one_file(tmp_path):
    declared = HASHED.replace("HASH", "0" * 64).replace('"codes.csv"', '"codes*.csv"')
    files = {"codes.csv": SAME, "codes2.csv": "CODE,TEXT\n3,U\n", "dm.csv": DM}
    assert refusal(tmp_path, files, declared) == (
        "sha256 is that of one file, and 2 are present",
        "[codes.SEX] sha256",
    )


@pytest.mark.parametrize("given", ["abc", "g" * 64, "0" * 63])
def test_what_is_not_a_hash_is_refused(tmp_path, given):
    with pytest.raises(ag.ConfigurationError, match="sha256"):
        mapped(tmp_path, {}, HASHED.replace("HASH", given))


SHARED = DECLARED.replace('terms = { 1 = "M", 2 = "F" }\n', "")
TWICE = {"codes.csv": "CODE,TEXT\n1,M\n2,F\n3,M\n", "dm.csv": DM}


def test_several_codes_of_one_text_are_refused_if_records_have_them(tmp_path):
    assert [each["SEX"] for each in plain(mapped(tmp_path, TWICE, SHARED)["DM"])] == ["M", "F", "M"]
    both = {**TWICE, "dm.csv": f"{DM}4,3\n"}
    assert refusal(tmp_path, both, SHARED) == (
        "several codes of one text in 3 records: '1' (2), '3' (1); first: dm.csv line 2",
        "[codes.SEX] same_text",
    )


@pytest.mark.parametrize(("more", "count"), [("4,3\n", 3), ("", 0)])
def test_several_codes_of_one_text_are_kept_if_declared_and_counted(tmp_path, more, count):
    declared = SHARED.replace('text = "TEXT"', 'text = "TEXT"\nsame_text = "keep"')
    study = mapped(tmp_path, {**TWICE, "dm.csv": f"{DM}{more}"}, declared)
    assert effects(study, "codes.SEX.same_text") == [("keep", count, "record")]


def test_a_text_that_several_codes_have_gives_no_code(tmp_path):
    declared = SHARED.replace('codes = "SEX"', 'codes = "SEX", gives = "code"')
    files = {**TWICE, "dm.csv": "ID,SEX\n1,M\n2,F\n"}
    assert refusal(tmp_path, files, declared) == (
        "texts that several codes have in 1 record: 'M' (1); first: dm.csv line 2",
        "[codes.SEX] same_text",
    )
