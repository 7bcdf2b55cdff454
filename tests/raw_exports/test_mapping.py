"""What each key of a mapped variable does, and what data get that do not fit it."""

import pandas as pd
import pytest
from raw_mapping import mapped, plain, refusal

import adamgate as ag
from adamgate.schemas.conditions.grammar import compile_expression

AE = "PATNUM,TERM,SER,START\n01,Rash,No,01/16/2014\n02,Stroke,Yes,02/03/2014\n"
DECLARED = """
[raw.AE]
files = ["ae.csv"]
[raw.AE.variables]
USUBJID = { template = "S1-{PATNUM}" }
"""


def column(tmp_path, values, declared, more=""):
    """The values of one variable that is made of one column."""
    lines = "".join(f'{number},"{value}"\n' for number, value in enumerate(values, 1))
    table = f"[raw.XX]\nfiles = ['xx.csv']\nsame_order = 'position'\n{more}\n"
    text = f"{table}[raw.XX.variables]\nVALUE = {declared}\n"
    study = mapped(tmp_path, {"xx.csv": f"N,V\n{lines}"}, text)
    return [each["VALUE"] for each in plain(study["XX"])]


def column_refusal(tmp_path, values, declared, more=""):
    with pytest.raises(ag.DerivationRefused) as caught:
        column(tmp_path, values, declared, more)
    (problem,) = caught.value.problems
    return problem.what


def test_a_column_is_copied_as_it_is(tmp_path):
    values = ["007", " 1e5 ", "Ü", "NA"]
    assert column(tmp_path, [*values, ""], '"V"') == [*values, None]


def test_a_variable_without_data_is_declared_as_text_or_number(tmp_path):
    text = DECLARED + 'AELLT = { value = "" }\nAELLTCD = { value = "", number = true, label = "Code" }\n'
    found = mapped(tmp_path, {"ae.csv": AE}, text)["AE"]
    assert [found.is_character(each) for each in ("AELLT", "AELLTCD")] == [True, False]
    assert found.missing("AELLT").all()
    assert found.missing("AELLTCD").all()
    assert found.variable("AELLTCD").label == "Code"


def test_blanks_and_case_change_where_it_is_declared(tmp_path):
    assert column(tmp_path, [" a b "], '{ column = "V", trim = true }') == ["a b"]
    assert column(tmp_path, [" a b "], '"V"', "trim = true") == ["a b"]
    assert column(tmp_path, ["ß é"], '{ column = "V", case = "upper" }') == ["SS É"]


def test_values_are_mapped_and_one_that_is_not_is_refused_with_its_line(tmp_path):
    declared = '{ column = "V", map = { Yes = "Y", No = "N", "" = "U", UNK = "" } }'
    assert column(tmp_path, ["Yes", "No", "", "UNK"], declared) == ["Y", "N", "U", None]
    assert column_refusal(tmp_path, ["Yes", "yes", "Maybe", "yes"], declared) == (
        "values that the map does not have in 3 records: 'yes' (2), 'Maybe' (1); first: xx.csv line 3"
    )


@pytest.mark.parametrize(("otherwise", "kept"), [("missing", None), ("keep", "Maybe")])
def test_what_becomes_of_values_that_a_map_does_not_have_is_declared_and_counted(tmp_path, otherwise, kept):
    text = f"""[raw.XX]
files = ["xx.csv"]
same_order = "position"
[raw.XX.variables]
VALUE = {{ column = "V", map = {{ Yes = "Y" }}, otherwise = "{otherwise}" }}
"""
    study = mapped(tmp_path, {"xx.csv": "V,N\nYes,1\nMaybe,2\n"}, text)
    assert [each["VALUE"] for each in plain(study["XX"])] == ["Y", kept]
    (effect,) = [each for each in study.record.effects if each.policy == "variables.VALUE.otherwise"]
    assert (effect.value, effect.count) == (otherwise, 1)


def test_maps_may_give_numbers(tmp_path):
    assert column(tmp_path, ["a", "b"], '{ column = "V", map = { a = 1, b = 2.5 } }') == [1.0, 2.5]
    assert column(tmp_path, ["a", ""], '{ column = "V", map = { a = 1, "" = 0 } }') == [1.0, 0.0]


@pytest.mark.parametrize("value", ["1,5", "<5", "1e3", " 5", "", "12345678901234567", "٣"])
def test_numbers_are_digits_and_a_point(tmp_path, value):
    declared = '{ column = "V", number = true }'
    if not value:
        assert column(tmp_path, ["007", value, "-1.50"], declared) == [7.0, None, -1.5]
        return
    assert "values that are not numbers in 1 record" in column_refusal(tmp_path, ["1", value], declared)


def test_a_decimal_comma_is_declared(tmp_path):
    declared = '{ column = "V", number = true, decimal = "," }'
    assert column(tmp_path, ["1,5", "2"], declared) == [1.5, 2.0]
    assert "'9.9'" in column_refusal(tmp_path, ["1.5"], declared)


def test_parts_between_a_separator(tmp_path):
    assert column(tmp_path, ["701-1015"], '{ column = "V", split = "-", part = 2 }') == ["1015"]
    assert "without this part" in column_refusal(tmp_path, ["701"], '{ column = "V", split = "-", part = 2 }')


def test_templates_fill_with_zeros(tmp_path):
    assert column(tmp_path, ["7"], '{ template = "{{S}}-{V:03}/{N}" }') == ["{S}-007/1"]
    assert "do not fit their width in 1 record" in column_refusal(
        tmp_path, ["7", "1234"], '{ template = "{V:03}" }'
    )
    assert "in 1 record" in column_refusal(tmp_path, ["7", ""], '{ template = "{V}-{N}" }')


def test_the_first_of_several_columns_and_several_that_differ(tmp_path):
    text = """[raw.XX]
files = ["xx.csv"]
same_order = "position"
[raw.XX.variables]
VALUE = { first_of = ["A", "B"] }
"""
    study = mapped(tmp_path, {"xx.csv": "A,B,N\nx,,1\n,y,2\n,,3\nz,z,4\n"}, text)
    assert [each["VALUE"] for each in plain(study["XX"])] == ["x", "y", None, "z"]
    what, where = refusal(tmp_path, {"xx.csv": "A,B\nx,\nx,y\n"}, text)
    assert (what, where) == (
        "values that differ in 1 record; first: xx.csv line 3",
        "[raw.XX] variables VALUE",
    )


UNITS = """[raw.XX]
files = ["xx.csv"]
same_order = "position"
[raw.XX.variables.VALUE]
column = "V"
number = true
unit = "U"
factors = { kg = 1, LB = 0.45359237, F = 0.5 }
offsets = { F = 1 }
"""


def test_units_have_factors(tmp_path):
    study = mapped(tmp_path, {"xx.csv": "V,U,N\n80,kg,1\n100,LB,2\n3,F,3\n,,4\n,LB,5\n"}, UNITS)
    assert [each["VALUE"] for each in plain(study["XX"])] == [80.0, 45.359237, 2.5, None, None]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("80,st", "units without a factor in 1 record: 'st' (1); first: xx.csv line 3"),
        ("80,KG", "units without a factor in 1 record: 'KG' (1); first: xx.csv line 3"),
        ("80,", "numbers without a unit in 1 record; first: xx.csv line 3"),
    ],
)
def test_a_unit_that_is_not_declared_is_refused(tmp_path, line, what):
    assert refusal(tmp_path, {"xx.csv": f"V,U\n80,kg\n{line}\n"}, UNITS)[0] == what


CODES = """[codes.SEV]
files = ["codes.csv"]
code = "CODE"
text = "TEXT"
list_name = "SEV"
list_column = "LIST"
[raw.AE]
files = ["ae.csv"]
same_order = "position"
[raw.AE.variables]
AESEV = { column = "SEVCD", codes = "SEV", pair = "SEV" }
"""
LISTS = "LIST,CODE,TEXT\nSEV,1,Mild\nSEV,2,Severe\nYN,1,Yes\n"


def test_a_code_list_translates_codes_and_the_pair_agrees(tmp_path):
    files = {"codes.csv": LISTS, "ae.csv": "SEVCD,SEV,N\n2,Severe,1\n1,Mild,2\n,,3\n"}
    assert [each["AESEV"] for each in plain(mapped(tmp_path, files, CODES)["AE"])] == ["Severe", "Mild", None]
    back = CODES.replace(
        'column = "SEVCD", codes = "SEV", pair = "SEV"', 'column = "SEV", codes = "SEV", gives = "code"'
    )
    assert [each["AESEV"] for each in plain(mapped(tmp_path, files, back)["AE"])] == ["2", "1", None]


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        (
            "1,Mild\n3,Worst\n",
            "codes that the code list does not have in 1 record: '3' (1); first: ae.csv line 3",
        ),
        ("1,Severe\n2,Mild\n", "SEVCD and SEV do not agree with [codes.SEV] in 2 records: '1' (1), '2' (1)"),
        (
            "1,Mild\n1,mild\n",
            "values of SEVCD with several of SEV in 2 records: '1' (2); first: ae.csv line 2",
        ),
        ("1,Mild\n2,\n", "one of SEVCD and SEV without the other in 1 record; first: ae.csv line 3"),
    ],
)
def test_codes_and_texts_that_do_not_go_together_are_refused(tmp_path, lines, what):
    found, where = refusal(tmp_path, {"codes.csv": LISTS, "ae.csv": f"SEVCD,SEV\n{lines}"}, CODES)
    assert found.startswith(what)
    assert where == "[raw.AE] variables AESEV"


def test_a_code_list_with_two_texts_of_a_code_is_refused(tmp_path):
    lists = LISTS + "SEV,2,Grave\n"
    what, where = refusal(tmp_path, {"codes.csv": lists, "ae.csv": "SEVCD,SEV\n1,Mild\n"}, CODES)
    assert (what, where) == (
        "a code that has several texts in 2 records; first: codes.csv line 3",
        "[codes.SEV]",
    )


SITES = """[raw.AE]
files = ["ae_site*.csv"]
sequence = "AESEQ"
order = ["AETERM"]
[raw.AE.variables]
USUBJID = "ID"
AETERM = "TERM"
"""


def test_files_of_sites_are_one_dataset_numbered_by_the_declared_order(tmp_path):
    files = {"ae_site1.csv": "ID,TERM\n1,b\n2,a\n", "ae_site2.csv": "ID,TERM\n1,a\n1,\n"}
    study = mapped(tmp_path, files, SITES)
    assert [(each["USUBJID"], each["AESEQ"], each["AETERM"]) for each in plain(study["AE"])] == [
        ("1", 1, "a"),
        ("1", 2, "b"),
        ("1", 3, None),
        ("2", 1, "a"),
    ]
    assert {each.source: (each.records, each.used) for each in study.record.made_from} == {
        "ae_site1.csv": (2, 2),
        "ae_site2.csv": (2, 2),
    }


def test_ties_of_the_order_are_refused_or_decided_by_position(tmp_path):
    files = {"ae_site1.csv": "ID,TERM,X\n1,a,1\n1,a,2\n2,a,3\n"}
    assert refusal(tmp_path, files, SITES)[0] == (
        "the same AETERM as another record of the subject in 2 records; first: ae_site1.csv line 2"
    )
    study = mapped(tmp_path, files, SITES.replace("order =", 'same_order = "position"\norder ='))
    assert study["AE"]["AESEQ"].tolist() == [1, 2, 1]


@pytest.mark.parametrize(
    ("files", "what"),
    [
        (
            {"ae_site1.csv": "ID,TERM\n1,a\n", "ae_site2.csv": "ID,TERM\n1,a\n"},
            "ae_site2.csv has the same bytes as ae_site1.csv",
        ),
        (
            {"ae_site1.csv": "ID,TERM\n1,a\n", "ae_site2.csv": "ID,TREM\n2,a\n"},
            "ae_site1.csv does not have TREM, as others have",
        ),
        ({"ae_site1.csv": "ID,TREM\n1,a\n"}, "column TERM is not present in ae_site1.csv"),
        (
            {"ae_site1.csv": "ID,TERM\n1,a\n,b\n"},
            "USUBJID is missing in 1 record; first: ae_site1.csv line 3",
        ),
    ],
)
def test_a_file_twice_a_renamed_column_and_a_missing_subject_are_refused(tmp_path, files, what):
    assert refusal(tmp_path, files, SITES)[0] == what


def test_columns_of_some_files_only_may_be_declared(tmp_path):
    files = {"ae_site1.csv": "ID,TERM\n1,a\n", "ae_site2.csv": "ID,TERM,X\n2,a,b\n"}
    study = mapped(tmp_path, files, SITES.replace("order =", 'absent_columns = "missing"\norder ='))
    assert len(study["AE"]) == 2


def test_a_missing_file_is_refused_with_the_nearest_name(tmp_path):
    with pytest.raises(ag.UnreadableInput) as caught:
        mapped(tmp_path, {"ae.csv": AE}, DECLARED.replace("ae.csv", "ea.csv"))
    assert "ea.csv" in caught.value.what
    assert "ae.csv" in caught.value.advice


def test_a_specification_names_files_inside_the_source_only(tmp_path):
    (tmp_path / "source").mkdir()
    (tmp_path / "ae.csv").write_text(AE)
    with pytest.raises(ag.ConfigurationError):
        mapped(tmp_path / "source", {}, DECLARED.replace("ae.csv", "../ae.csv"))


SUBJECTS = """[raw.DM]
files = ["dm.csv"]
[raw.DM.variables]
USUBJID = "ID"
RFSTDTC = "START"
[raw.AE]
files = ["ae.csv"]
same_order = "position"
[raw.AE.variables]
USUBJID = "ID"
AESTDTC = "DAY"
AESTDY = { day_of = "AESTDTC" }
"""


def test_study_days_have_no_day_0_and_need_complete_dates(tmp_path):
    days = ["2024-01-10", "2024-01-09", "2024-01-11", "2024-01", ""]
    files = {
        "dm.csv": "ID,START\n1,2024-01-10\n2,\n",
        "ae.csv": "ID,DAY\n" + "".join(f"1,{day}\n" for day in days) + "2,2024-01-10\n",
    }
    study = mapped(tmp_path, files, SUBJECTS)
    assert [each["AESTDY"] for each in plain(study["AE"])] == [1, -1, 2, None, None, None]


@pytest.mark.parametrize(("policy", "records"), [("keep", 2), ("exclude", 1)])
def test_a_subject_who_is_not_in_dm_is_refused_unless_declared(tmp_path, policy, records):
    files = {"dm.csv": "ID,START\n1,2024-01-10\n", "ae.csv": "ID,DAY\n1,2024-01-10\n9,2024-01-10\n"}
    what, where = refusal(tmp_path, files, SUBJECTS)
    assert (what, where) == (
        "a subject who is not in DM in 1 record; first: ae.csv line 3",
        "[raw.AE] subjects",
    )
    declared = SUBJECTS.replace("[raw.AE.variables]", f'subjects = "{policy}"\n[raw.AE.variables]')
    study = mapped(tmp_path, files, declared)
    assert len(study["AE"]) == records
    assert [each.count for each in study.record.effects if each.policy == "subjects"] == [1]


LOOKUP = """[raw.DM]
files = ["dm.csv"]
[raw.DM.variables]
USUBJID = "ID"
RFSTDTC = { lookup = "EX.EXSTDTC", take = "TAKE", otherwise = "OTHERWISE" }
[raw.EX]
files = ["ex.csv"]
[raw.EX.variables]
USUBJID = "ID"
EXSTDTC = "DAY"
"""
DOSES = {"dm.csv": "ID\n1\n2\n3\n", "ex.csv": "ID,DAY\n1,2024-02-01\n1,2024-01-01\n2,2024-03-01\n3,\n"}


@pytest.mark.parametrize(("take", "first"), [("earliest", "2024-01-01"), ("latest", "2024-02-01")])
def test_a_value_of_another_dataset_is_looked_up(tmp_path, take, first):
    declared = LOOKUP.replace("TAKE", take).replace("OTHERWISE", "error")
    study = mapped(tmp_path, DOSES, declared)
    assert [each["RFSTDTC"] for each in plain(study["DM"])] == [first, "2024-03-01", None]


def test_lookups_that_are_not_decided_are_refused(tmp_path):
    only = LOOKUP.replace("TAKE", "only").replace("OTHERWISE", "error")
    assert refusal(tmp_path, DOSES, only)[0] == "the values of EX.EXSTDTC differ for 1 key"
    absent = {**DOSES, "dm.csv": "ID\n1\n2\n3\n4\n"}
    earliest = LOOKUP.replace("TAKE", "earliest")
    assert refusal(tmp_path, absent, earliest.replace("OTHERWISE", "error"))[0] == (
        "keys that EX does not have in 1 record; first: dm.csv line 5"
    )
    partial = {**DOSES, "ex.csv": DOSES["ex.csv"] + "1,2024\n"}
    assert (
        "are partial dates for 1 key" in refusal(tmp_path, partial, earliest.replace("OTHERWISE", "error"))[0]
    )
    unknown = only.replace("EX.EXSTDTC", "EX.EXSTDT")
    assert refusal(tmp_path, DOSES, unknown)[0] == "EX.EXSTDT is not present"


def test_variables_that_need_each_other_are_refused(tmp_path):
    declared = """[raw.DM]
files = ["dm.csv"]
[raw.DM.variables]
USUBJID = "ID"
DMDY = { day_of = "DMDY", since = "DMDY" }
"""
    with pytest.raises(ag.ConfigurationError, match="DMDY needs itself"):
        mapped(tmp_path, {"dm.csv": "ID\n1\n"}, declared)
    across = LOOKUP.replace("TAKE", "only").replace("OTHERWISE", "error")
    across = across.replace('EXSTDTC = "DAY"', 'EXSTDTC = { lookup = "DM.RFSTDTC" }')
    with pytest.raises(ag.ConfigurationError, match=r"DM.RFSTDTC needs EX.EXSTDTC needs DM.RFSTDTC"):
        mapped(tmp_path, DOSES, across)


def test_a_lookup_in_a_dataset_that_is_not_present_is_refused(tmp_path):
    declared = (
        LOOKUP.replace("TAKE", "only").replace("OTHERWISE", "error").replace("EX.EXSTDTC", "EC.ECSTDTC")
    )
    assert refusal(tmp_path, DOSES, declared)[0] == "dataset EC is not present"


def test_types_of_other_formats_are_kept_and_their_dates_are_iso(tmp_path):
    frame = pd.DataFrame(
        {
            "ID": [1.0, 2.0],
            "DT": pd.to_datetime(["2024-01-02", None]).astype("datetime64[s]"),
            "DTM": pd.to_datetime(["2024-01-02 03:04:05", None]).astype("datetime64[us]"),
            "NUM": [1.5, None],
        }
    )
    ag.write(ag.Dataset.from_frame(frame, "RAW"), tmp_path / "raw.xpt")
    declared = """[raw.AE]
files = ["raw.xpt"]
where = "NUM > 1 or missing(NUM)"
[raw.AE.variables]
USUBJID = { template = "S-{ID:03}" }
ID = "ID"
DT = "DT"
DTM = "DTM"
NUM = { column = "NUM", number = true }
LETTER = { column = "ID", map = { 1 = "A", 2 = "B" } }
"""
    assert [tuple(each.values()) for each in plain(mapped(tmp_path, {}, declared)["AE"])] == [
        ("S-001", 1.0, "2024-01-02", "2024-01-02T03:04:05", 1.5, "A"),
        ("S-002", 2.0, None, None, None, "B"),
    ]


def test_conditions_take_names_between_backquotes(tmp_path):
    declared = DECLARED.replace("[raw.AE.variables]", "where = \"`AE Term` == 'Rash'\"\n[raw.AE.variables]")
    study = mapped(tmp_path, {"ae.csv": AE.replace("TERM", "AE Term")}, declared)
    assert [each["USUBJID"] for each in plain(study["AE"])] == ["S1-01"]
    assert [each.count for each in study.record.effects if each.policy == "where"] == [1]


@pytest.mark.parametrize("column", ["IT.AETERM", "AE Term (verbatim", "Größe [µm]", "if", "x"])
def test_any_name_may_be_between_backquotes(column):
    found = compile_expression(f"`{column}` == 'a`b`' and not missing(`{column}`) and N > 1")
    assert found.variables == (column, "N")


def test_columns_that_nothing_uses_are_listed(tmp_path):
    declared = DECLARED.replace("[raw.AE.variables]", 'unmapped = ["SER"]\n[raw.AE.variables]')
    study = mapped(tmp_path, {"ae.csv": AE}, declared)
    assert [(each.value, each.effect) for each in study.record.effects if each.policy == "unmapped"] == [
        ("declared", "columns: SER"),
        ("not declared", "columns: TERM, START"),
    ]
    used = declared.replace("SER", "PATNUM")
    assert refusal(tmp_path, {"ae.csv": AE}, used)[0] == "column PATNUM is listed as unmapped, and is used"


WIDE = """[raw.LB]
files = ["lb.csv"]
wide = { by = ["ID"], name = "ITEM", value = "VALUE" }
[raw.LB.variables]
USUBJID = "ID"
HGB = { column = "HGB", number = true }
"""


def test_names_and_values_become_columns(tmp_path):
    study = mapped(tmp_path, {"lb.csv": "ID,ITEM,VALUE\n1,HGB,9\n1,ALT,5\n2,ALT,6\n"}, WIDE)
    assert [each["HGB"] for each in plain(study["LB"])] == [9.0, None]
    (unmapped,) = [each for each in study.record.effects if each.value == "not declared"]
    assert unmapped.effect == "columns: ITEM=ALT"
    declared = WIDE.replace("wide =", 'unmapped = ["ITEM=ALP"]\nwide =')
    files = {"lb.csv": "ID,ITEM,VALUE\n1,HGB,9\n1,ALT,5\n"}
    assert refusal(tmp_path, files, declared)[0] == "column ITEM=ALP is not present"
    study = mapped(tmp_path, files, declared.replace("ALP", "ALT"))
    assert [each.count for each in study.record.effects if each.policy == "unmapped"] == [1, 0]


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ("1,HGB,9\n1,HGB,9\n", "ITEM that occurs again with the same ID in 2 records; first: lb.csv line 2"),
        ("1,HGB,9\n,HGB,9\n", "a missing value of ID, ITEM in 1 record; first: lb.csv line 3"),
        ("1,ID,9\n", "ITEM that is the name of a column of by in 1 record; first: lb.csv line 2"),
        ("1,HBG,9\n", "column HGB is neither in by, nor a value of ITEM"),
    ],
)
def test_names_again_or_missing_are_refused(tmp_path, lines, what):
    assert refusal(tmp_path, {"lb.csv": f"ID,ITEM,VALUE\n{lines}"}, WIDE)[0] == what


LONG = """[raw.VS]
files = ["vs.csv"]
long = [{ RESULT = "SBP", TEST = { value = "SYSBP" } }, { RESULT = "DBP", TEST = { value = "DIABP" } }]
[raw.VS.variables]
USUBJID = "ID"
VSTESTCD = "TEST"
VSORRES = "RESULT"
"""


def test_columns_become_records(tmp_path):
    files = {"vs.csv": "ID,SBP,DBP\n1,120,80\n2,130,\n"}
    assert (
        refusal(tmp_path, files, LONG)[0]
        == "columns of long without a value in 1 record; first: vs.csv line 3"
    )
    study = mapped(tmp_path, files, LONG.replace("long =", 'long_missing = "exclude"\nlong ='))
    assert [tuple(each.values()) for each in plain(study["VS"])] == [
        ("1", "DIABP", "80"),
        ("1", "SYSBP", "120"),
        ("2", "SYSBP", "130"),
    ]


def test_new_columns_have_names_of_their_own_and_are_used(tmp_path):
    files = {"vs.csv": "ID,SBP,DBP\n1,120,80\n"}
    assert (
        refusal(tmp_path, files, LONG.replace("RESULT", "ID"))[0] == "new column ID is a column of the files"
    )
    unused = LONG.replace('VSTESTCD = "TEST"\n', "")
    assert refusal(tmp_path, files, unused)[0] == "new column TEST is not used by a variable"


def test_several_tables_make_one_dataset(tmp_path):
    declared = """[raw.DS]
files = ["ds.csv"]
[raw.DS.variables]
USUBJID = "ID"
DSTERM = "TERM"
[raw.DS_DEATH]
dataset = "DS"
files = ["death.csv"]
[raw.DS_DEATH.variables]
USUBJID = "ID"
DSTERM = { value = "DEATH" }
DTHDTC = "DAY"
"""
    study = mapped(tmp_path, {"ds.csv": "ID,TERM\n1,END\n", "death.csv": "ID,DAY\n2,2024\n"}, declared)
    assert [tuple(each.values()) for each in plain(study["DS"])] == [
        ("1", "END", None),
        ("2", "DEATH", "2024"),
    ]
    assert study.record.declaration("DS") == "[raw.DS], [raw.DS_DEATH]"


def test_files_without_records_make_a_dataset_without_records(tmp_path):
    declared = (
        DECLARED
        + 'AESER = { column = "SER", map = { Yes = "Y" } }\nAEX = { column = "TERM", number = true }\n'
    )
    declared = declared.replace("[raw.AE.variables]", 'empty_files = "keep"\n[raw.AE.variables]')
    study = mapped(tmp_path, {"ae.csv": "PATNUM,TERM,SER,START\n"}, declared)
    assert (len(study["AE"]), study["AE"].variable("AEX").type) == (0, "Num")


def test_labels_and_lengths_are_those_of_sdtm_unless_declared(tmp_path):
    declared = DECLARED + 'AETERM = "TERM"\nAESTDTC = { column = "START", label = "Begin" }\n'
    data = mapped(tmp_path, {"ae.csv": AE}, declared)["AE"]
    assert data.label == "Adverse Events"
    assert [(each.name, each.label, each.length) for each in data.variables] == [
        ("USUBJID", "Unique Subject Identifier", 5),
        ("AETERM", "Reported Term for the Adverse Event", 6),
        ("AESTDTC", "Begin", 10),
    ]


@pytest.mark.parametrize(
    ("declared", "what"),
    [
        ("AESER = { colum = 'SER' }", "AESER is not valid: unknown setting 'colum'"),
        ("AESER = { number = true }", "AESER has none of column, value, template, first_of, lookup, day_of"),
        ("AESER = { column = 'SER', value = 'Y' }", "AESER has column and value"),
        ("AESER = { column = 'SER', value = '' }", "AESER has column and value"),
        ("AESER = { value = 1, number = true }", "AESER has value and number"),
        ("AESER = { column = 'SER', unknown = ['UNK'] }", "AESER has unknown without date_forms"),
        (
            "AESER = { column = 'SER', codes = 'YN' }",
            "AESER has codes = YN, which is not a declared code list",
        ),
        (
            "AESER = { column = 'SER', map = { Yes = 'N', No = 'Y' } }",
            "AESER has a map from 'Yes' to 'N', its opposite",
        ),
        (
            "AESER = { column = 'SER', map = { 0 = 'Y', 1 = 'N' } }",
            "AESER has a map from '0' to 'Y' and '1' to 'N', which exchanges yes and no",
        ),
        ("AESER = { column = 'SER', map = { Yes = 'N', No = 0 } }", "AESER has a map to texts and numbers"),
        ("AESER = { column = 'SER', date_forms = ['DD-MMM'] }", "DD-MMM is not a form of dates"),
        ("AESER = { template = 'X' }", "the template X names no column"),
        ("AESER = { template = '{X' }", "the template {X has an unmatched brace"),
        ("AESER = { lookup = 'DM' }", "AESER has a lookup that is not DATASET.VARIABLE"),
        ("AESDY = { day_of = 'AESTDTC' }", "AESDY has day_of = AESTDTC, which is not a declared variable"),
        ("AESER = 5", "AESER is neither a column nor a table"),
        ("'A B' = 'SER'", "'A B' is not the name of a variable"),
        ("AESER = 'SER'\naeser = 'SER'", "AESER is declared twice"),
    ],
)
def test_a_variable_that_cannot_be_made_is_refused_before_files_are_read(tmp_path, declared, what):
    with pytest.raises(ag.ConfigurationError) as caught:
        mapped(tmp_path, {}, DECLARED + declared)
    assert caught.value.what == what
    assert "[raw.AE] variables" in caught.value.where


@pytest.mark.parametrize("codes", ["1 = 'N', 2 = 'Y'", "0 = 'N', 1 = 'Y'", "0 = 'Y', 1 = 'N'"])
def test_codes_are_exchanged_only_if_that_is_declared(tmp_path, codes):
    exchanged = ", opposite = true" if "0 = 'Y'" in codes else ""
    declared = f"AESER = {{ column = 'SER', map = {{ {codes} }}{exchanged} }}"
    data = mapped(tmp_path, {"ae.csv": "PATNUM,SER\n01,1\n"}, DECLARED + declared)["AE"]
    assert data["AESER"].tolist() == ["Y" if "1 = 'Y'" in codes else "N"]


@pytest.mark.parametrize(
    ("declared", "what"),
    [
        ("order = ['AETREM']", "AETREM is not a declared variable"),
        ("sequence = 'AESEQ'", "sequence is declared without order"),
        ("sequence = 'AESEQ'\norder = ['AETREM']", "AETREM is not a declared variable"),
        ("sequence = 'USUBJID'\nsame_order = 'position'", "USUBJID is the sequence, and a variable"),
        ("where = 'TERM ='", "the condition cannot be parsed"),
        ("wide = { by = ['A'], name = 'B' }", "wide is not valid: key value is not present"),
    ],
)
def test_a_table_that_cannot_be_made_is_refused(tmp_path, declared, what):
    text = DECLARED.replace("[raw.AE.variables]", f"{declared}\n[raw.AE.variables]")
    with pytest.raises(ag.ConfigurationError) as caught:
        mapped(tmp_path, {}, text)
    assert caught.value.what == what
