"""R's .rds, read by R itself: every bit of numbers, every text and attribute."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from test_round_trip import datasets
from test_stata import described

import adamgate as ag
from adamgate.schemas.study import columns
from adamgate.schemas.study.variable import SpecialMissing, Variable

pytestmark = pytest.mark.filterwarnings("ignore::adamgate.converters.writing.losses.MetadataNotKept")
PROGRAM = Path(__file__).with_name("rds_in_r.R")
MISSING = 0x7FF00000000007A2


def in_r(*paths):
    """What R reads of each file."""
    done = subprocess.run(
        ["Rscript", str(PROGRAM), *map(str, paths)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(Path(f"{path}.json").read_text(encoding="utf-8")) for path in paths]


def written(data, folder, name="adx"):
    ag.write(data, folder / f"{name}.rds")
    return folder / f"{name}.rds"


def bits(numbers, tags=None):
    """Doubles as R has them, in hexadecimal."""
    raw = np.array(numbers, float).view(np.uint64)
    for at in np.flatnonzero(np.isnan(raw.view(float))):
        raw[at] = MISSING + (ord(tags[at].lower()) << 32 if tags and at in tags else 0)
    return [f"{each:016x}" for each in raw.tolist()]


def expected(data, name):
    """The values of a variable as R should have them, made here without the writer."""
    column = data[name]
    special = data.special_missing.get(name)
    tags = {} if special is None else dict(zip(special.records.tolist(), special.tags.tolist(), strict=True))
    if columns.is_date(column):
        seconds = (column.to_numpy().astype("datetime64[us]").astype(np.int64) / 1e6).tolist()
        is_date = data.variable(name).format in {"DATE9.", "E8601DA10."} or column.dtype == "datetime64[s]"
        missing = column.isna()
        return bits(
            [
                np.nan if gone else each / (86_400 if is_date else 1)
                for each, gone in zip(seconds, missing, strict=True)
            ],
            tags,
        )
    if columns.is_character(column) or data.variable(name).type == "Char":
        return [None if pd.isna(each) else each for each in column.astype(object)]
    return bits(column.to_numpy(float), tags)


@pytest.mark.slow
@pytest.mark.usefixtures("haven")
def test_what_r_reads(tmp_path):
    data = described()
    (found,) = in_r(written(data, tmp_path))
    assert (found["records"], found["label"]) == (3, "Lábel")
    assert list(found["columns"]) == list(data.frame)
    for name, column in found["columns"].items():
        assert column["values"] == expected(data, name), name
        assert column["attributes"].get("label") == [data.variable(name).label]
        assert column["attributes"].get("format.sas", [""]) == [data.variable(name).format]
    classes = {name: column["attributes"].get("class") for name, column in found["columns"].items()}
    assert classes == {
        "USUBJID": None,
        "SEX": ["haven_labelled", "vctrs_vctr", "character"],
        "AVAL": None,
        "ARMN": ["haven_labelled", "vctrs_vctr", "double"],
        "ADT": ["Date"],
        "ADTM": ["POSIXct", "POSIXt"],
        "NOTE": None,
    }
    arms = found["columns"]["ARMN"]
    assert arms["labelled"] == ["Plä", "Active", "None"]
    assert arms["attributes"]["labels"] == bits([1, 2, np.nan], {2: "A"})
    assert found["columns"]["SEX"]["attributes"]["labels"] == ["M"]


@pytest.mark.slow
@pytest.mark.usefixtures("haven")
def test_factors_truth_values_whole_numbers_and_times(tmp_path):
    frame = pd.DataFrame(
        {
            "ARM": pd.Categorical(["B", None, "A"], ["B", "A", "C"], ordered=True),
            "EVENT": pd.array([True, None, False], "boolean"),
            "CNSR": pd.array([0, None, 2], "Int64"),
            "BIG": pd.array([0, None, 2**40], "Int64"),
            "ATM": [0.0, np.nan, 86_399.5],
        }
    )
    types = {"EVENT": "boolean", "CNSR": "integer", "BIG": "integer"}
    variables = [
        Variable(
            name,
            type="Char" if name == "ARM" else "Num",
            format="TIME8." if name == "ATM" else "",
            data_type=types.get(name, ""),
        )
        for name in frame
    ]
    data = ag.Dataset.from_frame(frame, "ADX", variables=variables)
    (found,) = in_r(written(data, tmp_path))
    columns_found = found["columns"]
    assert columns_found["ARM"]["attributes"] == {"levels": ["B", "A", "C"], "class": ["factor"]}
    assert {name: (each["type"], each["values"]) for name, each in columns_found.items()} == {
        "ARM": ("integer", [1, None, 2]),
        "EVENT": ("logical", [1, None, 0]),
        "CNSR": ("integer", [0, None, 2]),
        "BIG": ("double", bits([0, np.nan, 2.0**40])),
        "ATM": ("double", bits([0, np.nan, 86_399.5])),
    }
    assert columns_found["ATM"]["attributes"]["class"] == ["hms", "difftime"]
    assert columns_found["ATM"]["attributes"]["units"] == ["secs"]


@pytest.mark.slow
@pytest.mark.usefixtures("haven")
def test_any_dataset_is_in_r_what_it_is_here(tmp_path):
    """All that were drawn are read by one R."""
    kept = {}

    @settings(
        max_examples=settings.default.max_examples,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        database=None,
    )
    @given(datasets(special_missing=True))
    def draw(data):
        path = tmp_path / f"a{len(kept)}.rds"
        try:
            ag.write(data, path)
        except ag.UnwritableOutput:
            return
        kept[path] = data

    draw()
    assert len(kept) > 5
    for (path, data), found in zip(kept.items(), in_r(*kept), strict=True):
        assert (found["records"], found["label"] or "") == (len(data), data.label), path
        assert list(found["columns"]) == list(data.frame)
        for name, column in found["columns"].items():
            assert column["values"] == expected(data, name), (name, data.variable(name))
            assert column["attributes"].get("label", [""]) == [data.variable(name).label]


@pytest.mark.slow
@pytest.mark.usefixtures("haven")
def test_empty_and_nothing(tmp_path):
    none = ag.Dataset("ADX", pd.DataFrame({"A": np.array([], float)}), (Variable("A", type="Num"),))
    bare = ag.Dataset("ADY", pd.DataFrame(index=pd.RangeIndex(0)), ())
    found = in_r(written(none, tmp_path, "a"), written(bare, tmp_path, "b"))
    assert [(each["records"], list(each["columns"])) for each in found] == [(0, ["A"]), (0, [])]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"label": "a\0b"}, "ADX: has a NUL character in its label"),
        (
            {"attributes": {"value_labels": {"AVAL": {"x": "X"}}}},
            "has value labels of values that are not numbers",
        ),
        ({"attributes": {"value_labels": {"SEX": {"\0": "X"}}}}, "has a NUL character in its value labels"),
        (
            {"attributes": {"value_labels": {"SEX": {"M": "\ud800"}}}},
            "SEX: has value labels that are not valid Unicode",
        ),
        (
            {"attributes": {"value_labels": {"AVAL": {"1_0": "X"}}}},
            "AVAL: has value labels of values that are not numbers",
        ),
        (
            {"attributes": {"value_labels": {"AVAL": {"\udc80": "X"}}}},
            "AVAL: has value labels that are not valid Unicode",
        ),
    ],
)
def test_what_r_has_no_place_for_is_refused(changes, message, tmp_path):
    with pytest.raises(ag.UnwritableOutput) as caught:
        ag.write(described(**changes), tmp_path / "adx.rds")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (pd.array(["a", "b\0"], "string[pyarrow]"), "contains text with a NUL character (first in record 2)"),
        (
            np.array(["NaT", "9999-12-31T23:59:59.999999"], "datetime64[us]"),
            "more decimals of a second than a double holds (first in record 2)",
        ),
    ],
)
def test_values_that_r_cannot_hold_are_refused(values, message, tmp_path):
    with pytest.raises(ag.UnwritableOutput) as caught:
        ag.write(ag.Dataset.from_frame(pd.DataFrame({"X": values}), "ADX"), tmp_path / "adx.rds")
    assert message in str(caught.value)


@pytest.mark.slow
@pytest.mark.usefixtures("haven")
def test_haven_tells_special_missing_values_apart(tmp_path):
    special = {"AVAL": SpecialMissing(np.array([1, 2]), np.array(["Z", "_"]))}
    path = written(described(special_missing=special), tmp_path)
    program = "cat(haven::na_tag(readRDS(commandArgs(TRUE))$AVAL))"
    done = subprocess.run(["Rscript", "-e", program, str(path)], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("NA z _", 0)


def test_labelled_values_may_be_numbers(tmp_path):
    of_texts, of_numbers = (
        described(attributes={"value_labels": {"AVAL": labels}})
        for labels in ({"1": "one", "2.5": "more"}, {1: "one", 2.5: "more"})
    )
    assert written(of_texts, tmp_path, "a").read_bytes() == written(of_numbers, tmp_path, "b").read_bytes()


def test_the_rest_is_reported(tmp_path):
    data = described(declared_class="BASIC DATA STRUCTURE")
    with pytest.warns(ag.MetadataNotKept, match=r"R cannot hold class and subclass \(BASIC DATA STRUCTURE\)"):
        ag.write(data, tmp_path / "adx.rds")
    with pytest.raises(ag.UnreadableInput):
        ag.read(tmp_path / "adx.rds")


@pytest.mark.slow
@pytest.mark.usefixtures("haven")
@pytest.mark.parametrize("suffix", [".rds", ".csv"])
def test_a_table_for_r_gives_the_same_estimates(suffix, root, tmp_path):
    table = ag.survival(ag.read(root / "fixtures" / "cartitude1"), "OS", arm="SEX", covariates=["SEX"])
    table.write(tmp_path / f"os{suffix}", "r")
    done = subprocess.run(["Rscript", "os.R"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "n=97" in done.stdout.replace(" ", "") or "n= 97" in done.stdout
