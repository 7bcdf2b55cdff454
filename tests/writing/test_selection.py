"""Which variables and records are written, and under which names."""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import adamgate as ag
from adamgate.converters.values.kept_columns import KeptColumns
from adamgate.converters.writing.selection import Selection
from adamgate.schemas.study import selected_columns
from adamgate.schemas.study.selected_columns import SelectedColumns

TAGS = np.array(["A", "_", "Z"])


def dataset(records: int = 6, name: str = "ADTTE") -> ag.Dataset:
    """Every kind of column, with labels, keys and special missing values."""
    at = np.arange(records)
    value = at / 3
    value[at % 4 == 1] = np.nan
    frame = pd.DataFrame(
        {
            "USUBJID": [f"S-{n:03}" for n in at],
            "PARAMCD": pd.Categorical([("OS", "PFS", "DOR")[n % 3] for n in at]),
            "AVAL": value,
            "ADT": pd.Series(np.datetime64("2024-01-15") + at).astype("datetime64[s]"),
            "ADTM": pd.Series(np.datetime64("2024-01-15T08:30") + at).astype("datetime64[us]"),
            "COMMENT": pd.array([f"text {n}" if n % 5 else None for n in at], "string[pyarrow]"),
        }
    )
    described = [
        ag.Variable("USUBJID", "Subject", "Char", 20, "$20.", key_sequence=1),
        ag.Variable("PARAMCD", "Parameter", "Char", 8, key_sequence=2),
        ag.Variable("AVAL", "Value", "Num", 8, "8.2", "8.", item_oid="IT.ADTTE.AVAL"),
        ag.Variable("ADT", "Date", "Num", 8, "DATE9.", key_sequence=3),
        ag.Variable("ADTM", "Time", "Num", 8, "DATETIME20."),
        ag.Variable("COMMENT", "Comment", "Char", 200),
    ]
    special = np.flatnonzero(at % 4 == 1)
    tags = ag.SpecialMissing(special, TAGS[np.arange(len(special)) % 3])
    made = ag.Dataset.from_frame(frame, name, "Times", described)
    return made.replace(special_missing={"AVAL": tags} if len(special) else {})


def selected(data: ag.Dataset, **options: object) -> ag.Dataset:
    selection = Selection.of(**options)
    selection.require_names([data])
    return selection.of_dataset(data, [data.name])[0]


def test_nothing_selected_is_the_same_dataset():
    data = dataset()
    assert selected(data) is data
    assert not Selection.of()


def test_variables_keep_their_order_and_metadata():
    data = dataset()
    made = selected(data, keep="aval, USUBJID,ADT", rename="AVAL=DURATION")
    assert [each.name for each in made.variables] == ["USUBJID", "DURATION", "ADT"]
    assert made.frame.equals(data.frame[["USUBJID", "AVAL", "ADT"]].rename(columns={"AVAL": "DURATION"}))
    value = made.variable("DURATION")
    assert (value.label, value.format, value.informat, value.item_oid) == (
        "Value",
        "8.2",
        "8.",
        "IT.ADTTE.AVAL",
    )
    assert made.special_missing["DURATION"].tags.tolist() == data.special_missing["AVAL"].tags.tolist()
    assert (made.label, len(made)) == ("Times", len(data))


def test_a_key_that_is_dropped_is_known_and_the_others_close_up():
    made, facts = Selection.of(drop="PARAMCD").of_dataset(dataset(), ["ADTTE"])
    assert facts.dropped_keys == ("PARAMCD",)
    assert {each.name: each.key_sequence for each in made.variables if each.key_sequence} == {
        "USUBJID": 1,
        "ADT": 2,
    }
    made, facts = Selection.of(drop="AVAL").of_dataset(dataset(), ["ADTTE"])
    assert facts.dropped_keys == ()


def test_records_are_those_of_which_every_condition_is_true():
    data = dataset(9)
    made = selected(data, where=["PARAMCD == 'OS'", "ADTTE: not AVAL > 1.5"])
    wanted = data.frame[(data.frame.PARAMCD == "OS") & ~(data.frame.AVAL > 1.5) & data.frame.AVAL.notna()]
    assert made["USUBJID"].tolist() == wanted.USUBJID.tolist()
    assert len(selected(data, where="PARAMCD == 'NONE'")) == 0


def test_a_condition_is_asked_of_the_data_as_read():
    made = selected(dataset(), keep="USUBJID,AVAL", where="PARAMCD == 'PFS'", rename="AVAL=PARAMCD")
    assert made["USUBJID"].tolist() == ["S-001", "S-004"]
    assert [each.name for each in made.variables] == ["USUBJID", "PARAMCD"]


def test_names_of_one_dataset():
    adsl, adtte = dataset(name="ADSL"), dataset()
    names = ("ADSL", "ADTTE")
    selection = Selection.of(
        keep="ADTTE.AVAL", drop="adsl.comment", where="ADSL: AVAL > 1", rename="ADTTE.AVAL=A"
    )
    selection.require_names([adsl, adtte])
    made, facts = selection.of_dataset(adtte, names)
    assert ([each.name for each in made.variables], len(made)) == (["A"], 6)
    assert facts.conditions == ()
    made, facts = selection.of_dataset(adsl, names)
    assert ([each.name for each in made.variables], len(made)) == (
        ["USUBJID", "PARAMCD", "AVAL", "ADT", "ADTM"],
        1,
    )
    assert (facts.conditions, facts.records_excluded) == (("AVAL > 1",), 5)


def test_names_may_be_exchanged():
    made = selected(dataset(), rename={"ADT": "ADTM", "ADTM": "ADT"})
    assert [each.name for each in made.variables][3:5] == ["ADTM", "ADT"]
    assert made.variable("ADT").format == "DATETIME20."


@pytest.mark.parametrize(
    ("options", "what", "advice"),
    [
        ({"keep": "AVALL"}, "AVALL is not present in ADTTE", "did you mean AVAL?"),
        ({"drop": "ADTTE.PARAM"}, "PARAM is not present in ADTTE", "did you mean PARAMCD?"),
        ({"rename": "AVALC=X"}, "AVALC is not present", "did you mean AVAL?"),
        ({"where": "ADT > '2024-01-01' and AVA > 3"}, "AVA is not present", "did you mean AVAL?"),
        ({"where": "ADTE: AVAL > 3"}, "dataset ADTE is not present", "did you mean ADTTE?"),
        ({"where": "AVAL = 3"}, "cannot be parsed", "use =="),
        ({"where": "PARAMCD > 3"}, "PARAMCD is character", ""),
        ({"keep": "AVAL", "drop": "aval"}, "AVAL is kept and dropped", "one of them"),
        (
            {"drop": "USUBJID,PARAMCD,AVAL,ADT,ADTM,COMMENT"},
            "no variable of ADTTE is left",
            "name a variable",
        ),
        ({"rename": "AVAL=adt"}, "two variables of ADTTE would be named ADT", "another name"),
        ({"rename": "AVAL=X,aval=Y"}, "AVAL is renamed twice", "one new name"),
        ({"rename": "AVAL=X", "drop": "AVAL"}, "AVAL is renamed, but not kept", "keep it"),
        ({"rename": "AVAL"}, "a name is not given", "OLD=NEW"),
        ({"rename": "=X"}, "a name is not given", "OLD=NEW"),
        ({"keep": ""}, "is not a value of keep", "not blank"),
        ({"keep": []}, "no variable is kept", "omit keep"),
        ({"keep": ()}, "no variable is kept", "omit keep"),
        ({"keep": (" , ",)}, "is not a value of keep", "not blank"),
        ({"drop": [""]}, "is not a value of drop", "not blank"),
        ({"rename": ""}, "is not a value of rename", "not blank"),
        ({"rename": "AVAL=1X"}, "1X is not a variable name", "no digit first"),
        ({"rename": {"AVAL": 1}}, "is not a value of rename", "OLD"),
        ({"keep": 3}, "3 is not a value of keep", "names of variables"),
        ({"where": {"A": 1}}, "is not a value of where", "quotes"),
    ],
)
def test_what_cannot_be_meant_is_refused(options, what, advice):
    with pytest.raises(ag.ConfigurationError) as caught:
        selected(dataset(), **options)
    assert what in caught.value.what
    assert advice in caught.value.advice


@pytest.mark.slow
def test_as_many_variables_as_sas_holds_are_selected_at_once():
    names = [f"V{number}" for number in range(32_767)]
    wide = ag.Dataset.from_frame(pd.DataFrame(np.ones((1, len(names))), columns=names), "ADX")
    left = selected(wide, drop="V7", rename="V8=W8")
    assert len(left.variables) == len(names) - 1
    assert "W8" in left


def test_a_dataset_without_a_variable_of_the_condition():
    adsl, adtte = selected(dataset(name="ADSL"), drop="AVAL"), dataset()
    selection = Selection.of(where="AVAL > 1")
    selection.require_names([adsl, adtte])
    with pytest.raises(ag.ConfigurationError, match="AVAL in the condition is not present in ADSL"):
        selection.of_dataset(adsl, ["ADSL", "ADTTE"])


# Columns


@pytest.fixture(params=["in a frame", "in memory", "on disk"])
def held(request, tmp_path: Path) -> ag.Dataset:
    """The same dataset wherever its columns are."""
    data = dataset(1000)
    if request.param == "in a frame":
        return data
    ag.write(data, tmp_path / "adtte.parquet")
    return ag.read(tmp_path / "adtte.parquet", memory=None if request.param == "in memory" else 1)["ADTTE"]


@pytest.mark.parametrize("records", [[], [0], [999], [3, 4, 5], list(range(0, 1000, 7)), list(range(1000))])
def test_parts_are_those_of_the_column(held, records, monkeypatch):
    monkeypatch.setattr(selected_columns, "_SPAN", 64)
    names = {f"{name}_": name for name in held.frame.columns}
    view = SelectedColumns(held.columns, names, np.array(records, dtype=np.intp))
    whole = held.frame.iloc[records].reset_index(drop=True)
    for name, own in names.items():
        for first, count in ((0, len(records)), (1, 70), (5, 1), (len(records), 3), (0, 0)):
            part = view.part(name, first, count)
            assert part.name == name
            assert part.index.equals(pd.RangeIndex(len(part)))
            expected = whole[own].iloc[first : first + count].reset_index(drop=True)
            assert values(part) == values(expected)
            if part.dtype != "category":
                assert part.dtype == expected.dtype
    assert list(view.frame().columns) == list(names)
    assert len(view) == len(view.frame()) == len(records)
    assert view.answers is held.columns.answers


@pytest.mark.slow
def test_parts_whose_categories_differ(monkeypatch):
    monkeypatch.setattr(selected_columns, "_SPAN", 2)
    data = dataset(6)

    class OfParts(type(data.columns)):
        """Categories of each part alone, as some columns have them."""

        def part(self, name, first, count):
            some = super().part(name, first, count)
            return some.cat.remove_unused_categories() if some.dtype == "category" else some

    view = SelectedColumns(OfParts(data.frame), {"P": "PARAMCD"}, np.array([0, 2, 4]))
    assert view.column("P").tolist() == ["OS", "DOR", "PFS"]
    assert view.column("P").dtype == "category"


@pytest.mark.slow
@pytest.mark.parametrize("to", ["parquet", "csv", "ndjson"])
def test_a_selection_never_holds_a_dataset_that_is_on_disk(tmp_path, monkeypatch, to):
    """Its records are fetched part by part, of one variable at a time; text that repeats, by its codes."""
    monkeypatch.setattr(selected_columns, "_SPAN", 100)
    ag.write(dataset(1000), tmp_path / "adtte.parquet")
    fetched = []
    part = KeptColumns.part
    monkeypatch.setattr(KeptColumns, "frame", lambda _: pytest.fail("the whole frame was put together"))
    monkeypatch.setattr(
        KeptColumns, "part", lambda *given: fetched.append((given[1], given[3])) or part(*given)
    )
    asked = {"where": "AVAL >= 100", "drop": "ADT", "rename": "AVAL=A"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ag.MetadataNotKept)
        if to == "ndjson":
            asked["where"] += " and not missing(AVAL)"
        ag.convert(tmp_path / "adtte.parquet", tmp_path / f"x.{to}", memory=1, **asked)
    assert {name for name, count in fetched if count > 100} <= {"AVAL"}, "the condition asks for one variable"
    frame = dataset(1000).frame
    back = ag.read(tmp_path / f"x.{to}")
    assert len(next(iter(back))) == (frame.AVAL >= 100).sum()


# Every format


FORMATS = ("parquet", "csv", "json", "ndjson", "ndjson.gz", "dsjc")
VARIABLES = ["USUBJID", "PARAMCD", "AVAL", "ADT", "ADTM", "COMMENT"]
CONDITIONS = {
    "PARAMCD in ('OS', 'DOR')": lambda frame: frame.PARAMCD.isin(["OS", "DOR"]),
    "AVAL >= 1": lambda frame: frame.AVAL >= 1,
    "missing(AVAL) or ADT < '2024-01-20'": lambda frame: frame.AVAL.isna() | (frame.ADT < "2024-01-20"),
    "COMMENT != 'text 3'": lambda frame: frame.COMMENT.notna() & (frame.COMMENT != "text 3"),
}


def values(column: pd.Series) -> list[object]:
    """Missing ones as None: blank text is missing, as in SAS."""
    empty = column.isna() | (column.astype(object) == "")
    return [None if missing else value for value, missing in zip(column, empty, strict=True)]


def tags(data: ag.Dataset, name: str) -> dict[int, str]:
    special = data.special_missing.get(name)
    return {} if special is None else dict(zip(special.records.tolist(), special.tags.tolist(), strict=True))


@pytest.mark.slow
@settings(max_examples=settings.default.max_examples // 2)
@given(
    kept=st.none() | st.sets(st.sampled_from(VARIABLES), min_size=1),
    dropped=st.sets(st.sampled_from(VARIABLES), max_size=3),
    condition=st.none() | st.sampled_from(sorted(CONDITIONS)),
    renamed=st.dictionaries(st.sampled_from(VARIABLES), st.sampled_from(["X1", "Y_2", "AVAL"]), max_size=2),
    to=st.sampled_from(FORMATS),
    memory=st.sampled_from([None, 1]),
)
def test_a_selection_is_that_of_pandas(tmp_path_factory, kept, dropped, condition, renamed, to, memory):
    """In every format, wherever the columns are; or it is refused, and nothing is written."""
    folder = tmp_path_factory.mktemp("selected")
    data = dataset(40)
    if "json" in to or to == "dsjc":
        data = data.replace(special_missing={})
    ag.write(data, folder / "adtte.parquet")
    dropped = dropped - (kept or set())
    left = [each for each in VARIABLES if (kept is None or each in kept) and each not in dropped]
    names = [renamed.get(each, each) for each in left]
    asked = {
        "keep": kept and sorted(kept),
        "drop": sorted(dropped),
        "where": condition or (),
        "rename": renamed,
    }

    def convert():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ag.MetadataNotKept)
            ag.convert(folder / "adtte.parquet", folder / "out", to=to, memory=memory, **asked)

    if not left or len(set(names)) < len(names) or not set(renamed) <= set(left):
        with pytest.raises(ag.ConfigurationError):
            convert()
        assert not (folder / "out").exists()
        return
    convert()
    back = ag.read(folder / "out")["ADTTE"]
    rows = np.ones(40, dtype=bool) if condition is None else CONDITIONS[condition](data.frame).to_numpy(bool)
    expected = data.frame.loc[rows, left]
    assert [each.name for each in back.variables] == names
    for old, new in zip(left, names, strict=True):
        assert values(back[new]) == values(expected[old])
        assert back.variable(new).label == data.variable(old).label
    if "AVAL" in left:
        before = tags(data, "AVAL")
        after = {at: before[n] for at, n in enumerate(np.flatnonzero(rows).tolist()) if n in before}
        assert tags(back, renamed.get("AVAL", "AVAL")) == after
