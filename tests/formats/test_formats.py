"""A format is one folder and one entry: what it holds drives what is read, written, told and refused."""

import importlib.util
import json
import re
import sys
import types
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest

import adamgate as ag
from adamgate.cli import run
from adamgate.converters import formats
from adamgate.converters.formats import FORMATS, FORMATS_OF_DATABASES, Format, readable, writable
from adamgate.converters.formats.format import Writer
from adamgate.converters.formats.holds import DATA, EVERYTHING, FOUND, Holds
from adamgate.converters.formats.planned_file import PlannedFile
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.variable import SpecialMissing, Variable

FULL = Dataset(
    "ADX",
    pd.DataFrame({"USUBJID": pd.array(["1", "2"], "string[pyarrow]"), "AVAL": [1.5, np.nan]}),
    (
        Variable("USUBJID", "Subject", "Char", 9, "$9.", "$9.", 1, "string", "", "IT.ADX.USUBJID"),
        Variable("AVAL", "Value", "Num", 8, "8.2", "8.2", 2, "double", "", "IT.ADX.AVAL"),
    ),
    label="All of it",
    declared_class="BASIC DATA STRUCTURE",
    declared_subclass="TIME-TO-EVENT",
    created=pd.Timestamp("2024-05-01T12:00:00").to_pydatetime(),
    modified=pd.Timestamp("2024-05-02T12:00:00").to_pydatetime(),
    attributes={"value_labels": {"AVAL": {"1": "one"}}, "studyOID": "S"},
    special_missing={"AVAL": SpecialMissing(np.array([1]), np.array(["A"]))},
)
KEPT = {
    Holds.LABELS: lambda data: [each.label for each in data.variables],
    Holds.LENGTHS: lambda data: [each.length for each in data.variables],
    Holds.FORMATS: lambda data: [each.format for each in data.variables],
    Holds.INFORMATS: lambda data: [each.informat for each in data.variables],
    Holds.SPECIAL_MISSING: lambda data: {
        name: (each.records.tolist(), each.tags.tolist()) for name, each in data.special_missing.items()
    },
    Holds.DATASET_LABEL: lambda data: data.label,
    Holds.CLASS: lambda data: (data.declared_class, data.declared_subclass),
    Holds.TIMES: lambda data: (data.created, data.modified),
    Holds.KEYS: lambda data: [each.key_sequence for each in data.variables],
    Holds.VALUE_LABELS: lambda data: data.attributes.get("value_labels"),
    Holds.OIDS: lambda data: [
        (each.data_type, each.target_data_type, each.item_oid) for each in data.variables
    ],
    Holds.ATTRIBUTES: lambda data: data.attributes.get("studyOID"),
}
"""What a dataset has of each kind, to compare before and after."""


def test_every_kind_is_there_and_is_found():
    assert set(KEPT) == set(FOUND) == EVERYTHING
    assert all(found(FULL) for found in FOUND.values()), "the dataset above has some of each"
    bare = Dataset.from_frame(pd.DataFrame({"A": ["x"]}), "ADX")
    assert not [kind for kind, found in FOUND.items() if found(bare)]


def left_out(dataset, kinds):
    """The dataset without the data that a format refuses."""
    return dataset.replace(special_missing={}) if Holds.SPECIAL_MISSING in kinds else dataset


def comes_back(suffix, form, folder):
    """What a format holds is the same when it is read again; what it does not hold is told, by its name."""
    gone = EVERYTHING - form.holds
    data = left_out(FULL, gone)
    with pytest.warns(ag.MetadataNotKept) as told:
        ag.write(data, folder / f"adx{suffix}")
    (back,) = ag.read(folder / f"adx{suffix}")
    for kind in form.holds:
        assert KEPT[kind](back) == KEPT[kind](data), kind
    said = re.fullmatch(r"ADX: .* cannot hold (.*); not written", str(told[0].message))[1]
    assert [each.partition(" (")[0] for each in said.split("; ")] == [
        each for each in Holds if each in gone - DATA
    ]


@pytest.mark.parametrize(
    ("suffix", "form"),
    [each for each in writable().items() if each[1].holds != EVERYTHING and each[1].reader],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_a_format_holds_comes_back_and_the_rest_is_told(tmp_path, suffix, form):
    comes_back(suffix, form, tmp_path)


@pytest.mark.parametrize(
    "suffix", [suffix for suffix, form in writable().items() if form.holds == EVERYTHING]
)
def test_a_format_that_holds_everything_tells_nothing(tmp_path, suffix):
    ag.write(FULL, tmp_path / f"adx{suffix}")
    (back,) = ag.read(tmp_path / f"adx{suffix}")
    for kind in EVERYTHING:
        assert KEPT[kind](back) == KEPT[kind](FULL), kind


@pytest.mark.parametrize(
    "suffix", [s for s, form in writable().items() if Holds.SPECIAL_MISSING not in form.holds]
)
def test_data_that_a_format_has_no_place_for_are_refused(tmp_path, suffix):
    with pytest.raises(ag.UnwritableOutput, match=r"special missing values: \.A 1"):
        ag.write(FULL, tmp_path / f"adx{suffix}")
    assert not list(tmp_path.iterdir())


def test_suffixes_have_one_format_and_readers_carry_no_more_than_it_holds(root):
    assert len(readable()) == sum(len(each.suffixes + each.packed) for each in FORMATS)
    assert set(writable()) - set(readable()) == {".rds"}, "which R reads"
    held = {"label": Holds.LABELS, "length": Holds.LENGTHS, "format": Holds.FORMATS}
    for path in sorted((root / "fixtures" / "cartitude1").rglob("*")):
        form = next((each for suffix, each in readable().items() if path.name.lower().endswith(suffix)), None)
        if form is None or path.name.startswith("_"):
            continue
        for dataset in ag.read(path):
            assert {held[each] for each in dataset.carries} <= form.holds


def made_page(root):
    """The module that makes the tables of pages."""
    spec = importlib.util.spec_from_file_location("make_tables", root / "docs" / "make_tables.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_says_what_each_format_holds(root):
    page = (root / "docs" / "convert.md").read_text(encoding="utf-8")
    body = page.split("## What each format keeps")[1].split("\n## ")[0]
    formats_there = (*FORMATS, *FORMATS_OF_DATABASES.values())
    held = ("yes" if Holds.SPECIAL_MISSING in each.holds else "no" for each in formats_there)
    assert f"| special missing values | {' | '.join(held)} |\n" in body


# A toy: one module and one entry.

TOY = Format(
    "Toy",
    (".toy",),
    frozenset({Holds.LABELS, Holds.DATASET_LABEL}),
    "toy_format:read_toy",
    "toy_format:TOY",
    (".toy",),
)


def read_toy(path, _options):
    table = json.loads(path.read_text())
    variables = tuple(Variable(*each) for each in table["variables"])
    frame = pd.DataFrame(table["columns"]).astype({each.name: "string[pyarrow]" for each in variables})
    return [Dataset(path.stem.upper(), frame, variables, table["label"])]


def write_toy(dataset, stream):
    table = {
        "label": dataset.label,
        "variables": [(each.name, each.label) for each in dataset.variables],
        "columns": {each.name: list(map(str, dataset[each.name])) for each in dataset.variables},
    }
    stream.write(json.dumps(table).encode())


@pytest.fixture
def toy(monkeypatch):
    module = types.ModuleType("toy_format")
    module.read_toy = read_toy
    module.TOY = Writer(
        lambda output: [],
        lambda outputs: [PlannedFile(each.path, partial(write_toy, each.dataset)) for each in outputs],
    )
    monkeypatch.setitem(sys.modules, "toy_format", module)
    monkeypatch.setattr(formats, "FORMATS", (*FORMATS, TOY))


def test_a_new_format_is_read_written_and_told_of(toy, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    frame = pd.DataFrame({"USUBJID": ["1", "2"], "ARM": ["A", "B"]})
    named = [Variable("USUBJID", "Subject", format="$9."), Variable("ARM", "Arm", length=1)]
    ag.write(Dataset.from_frame(frame, "ADX", "A label", named), "adx.parquet")
    assert run(["convert", "adx.parquet", "adx.toy"]) == 0
    said = capsys.readouterr().err
    assert "ADX: Toy cannot hold lengths (ARM); formats (USUBJID); not written" in said
    (back,) = ag.read("adx.toy")
    assert (back.label, [each.label for each in back.variables]) == ("A label", ["Subject", "Arm"])
    assert back.carries == {"label"}, "the reader does not say so: the format has no other place"
    assert run(["convert", "adx.parquet", "out", "--to", "toy", "-q"]) == 0
    assert (tmp_path / "out" / "adx.toy").exists()
    special = FULL.replace(attributes={})
    with pytest.raises(ag.UnwritableOutput, match="Toy cannot hold all of the data"):
        ag.write(special, "adx2.toy")
    with pytest.raises(ag.ConfigurationError, match=r"or Toy \(\.toy\)"):
        ag.write(special, "adx.unknown")


def test_a_new_format_stands_on_the_page(toy, root):
    first, _, *rows = made_page(root).formats_table(formats.FORMATS).splitlines()
    assert first.endswith(f"| {FORMATS[-1].name} | Toy |")
    assert [row.split("|")[-2].strip() for row in rows] == [
        "yes" if kind in TOY.holds else "no" for kind in Holds
    ]


def test_a_new_format_keeps_what_it_holds_and_tells_of_the_rest(toy, tmp_path):
    frame = FULL.frame.assign(AVAL=["1", "2"]).astype("string[pyarrow]")
    variables = (FULL.variables[0], replace(FULL.variables[1], type="Char"))
    whole = FULL.replace(special_missing={}, frame=frame, variables=variables)
    with pytest.warns(ag.MetadataNotKept) as told:
        ag.write(whole, tmp_path / "adx.toy")
    (back,) = ag.read(tmp_path / "adx.toy")
    for kind in TOY.holds:
        assert KEPT[kind](back) == KEPT[kind](whole), kind
    for kind in EVERYTHING - TOY.holds - DATA:
        assert f"{kind} (" in str(told[0].message)


@pytest.mark.slow
def test_a_survival_table_is_written_in_a_new_format(toy, root, tmp_path, capsys):
    command = ["survival", str(root / "fixtures/cartitude1"), "--param", "OS", "-q"]
    assert run([*command, "--for", "toy", "-o", str(tmp_path / "os.toy")]) == 0
    assert "OS: Toy cannot hold lengths (" in capsys.readouterr().err
    (back,) = ag.read(tmp_path / "os.toy")
    assert back.variable("duration").label == "Time to event or censoring, months"
    assert json.loads((tmp_path / "os.codebook.json").read_text())["layout"] == "toy"
    assert run([*command, "-o", str(tmp_path / "by-suffix.toy")]) == 0
    assert run([*command, "--for", "r", "-o", str(tmp_path / "r.toy")]) == 2
    with pytest.raises(SystemExit):
        run(["survival", "--help"]) or sys.exit()
    assert "|toy]" in capsys.readouterr().out
