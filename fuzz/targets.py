"""What is fuzzed: seeds, how one input is made of them, and what is done with it."""

from __future__ import annotations

import gzip
import re
import warnings
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import frames
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import seeds
from mutations import mutated
from seeds import Files

import adamgate as ag
from adamgate.converters.configuration.load import load_settings
from adamgate.converters.configuration.shown import as_toml, shown
from adamgate.converters.formats import writable
from adamgate.converters.metadata.define_xml.reader import read_define
from adamgate.converters.metadata.nci_terminology import read_terminology
from adamgate.converters.reports import REPORTS
from adamgate.converters.reports.contents import RENDERERS
from adamgate.converters.survival.layouts import LAYOUTS
from adamgate.schemas.conditions.grammar import compile_expression

_ENCODINGS = (None,) * 60 + (
    "utf-8",
    "cp1252",
    "utf-16",
    "shift_jis",
    "idna",
    "iso2022_jp",
    "utf-7",
    "euc-cn",
    "hz",
)


def _read(path: Path, random: Random) -> None:
    whole = random.random() < 0.1
    study = ag.read(
        path.parent if whole and path.parent.suffix != ".parquet" else path,
        encoding=random.choice(_ENCODINGS),
        missing=random.choice(((), (), ("NA", "."))),
        date_order=random.choice((None, None, "dmy", "mdy")),
        decimal=random.choice((None, None, ",", ".")),
    )
    repr(study)
    [str(note) for dataset in study for note in (*study.notes, *dataset.notes)]
    if random.random() < 0.2:
        [ag.describe(dataset, ranges=True) for dataset in study]


def _parts(path: Path, random: Random) -> None:
    folder = next((each for each in path.parents if each.name == "adtte.parquet"), path)
    _read(folder, random)


def _settings(path: Path, _: Random) -> None:
    settings = load_settings([], path, {}, {})
    as_toml(shown(settings), origins=True)
    settings.gate_options()


_FRAME = pd.DataFrame(
    {
        "PARAMCD": pd.Categorical(["OS", "PFS", None]),
        "AVALC": ["Y", "", None],
        "SEX": ["M", "F", "M"],
        "AVAL": [1.0, np.nan, -3.0],
        "ADT": np.array(["2020-01-31", "NaT", "9999-12-31"], "datetime64[s]"),
        "ADTM": np.array(["2020-01-31T10:00:00.5", "NaT", "2020-02-01"], "datetime64[us]"),
        "TRTSDT": np.array(["2020-01-31", "1960-01-01", "NaT"], "datetime64[s]"),
    }
)


def _expression(path: Path, _: Random) -> None:
    expression = compile_expression(path.read_bytes().decode("utf-8", "surrogateescape"))
    data = ag.Dataset.from_frame(_FRAME, "ADTTE")
    expression.where(data)
    expression.require(data)


def _frame(_: Path, random: Random) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas warns of some types
        repr(ag.Dataset.from_frame(frames.frame(random), "ADTTE"))


_CRASH = re.compile(r" in \S+\.py, line \d+$|^\w+(Error|Exception|Warning): ")
"""The reason of a check that a rule of ours did not survive."""


def _analysed(path: Path, random: Random) -> None:
    """What is done with frames that are let in: every room of the house, and none may stumble."""
    study = _let_in(frames.study(random))
    done = random.choices((_described, _converted, _survival, _validated), weights=(4, 4, 4, 1))[0]
    done(study, path.parent, random)


def _let_in(made: dict[str, pd.DataFrame]) -> ag.Study:
    """The study of those frames that are not refused by name at the door."""
    datasets = []
    for name, each in made.items():
        with warnings.catch_warnings(), suppress(TypeError, ValueError):
            warnings.simplefilter("ignore")  # pandas warns of some types
            datasets.append(ag.Dataset.from_frame(each, name))
    return ag.Study.of(*datasets)


def _described(study: ag.Study, _: Path, random: Random) -> None:
    for dataset in study:
        said = [ag.describe(dataset, ranges=random.random() < 0.5)]
        for render in RENDERERS.values():
            render(said)


def _converted(study: ag.Study, folder: Path, random: Random) -> None:
    for dataset in study:
        target = folder / f"out{random.choice(tuple(writable()))}"
        with warnings.catch_warnings(), suppress(ag.UnwritableOutput):
            warnings.simplefilter("ignore", ag.MetadataNotKept)
            ag.write(dataset, target, overwrite=True)
            ag.read(target)  # what was written is never refused


def _survival(study: ag.Study, folder: Path, random: Random) -> None:
    table = ag.survival(
        study,
        random.choice(("OS", "PFS")),
        where=random.choice((None, None, "SAFFL == 'Y'", "AGE > 60 and AVAL > 1")),
        population=random.choice((None, "SAFFL")),
        unit=random.choice((None, "days", "months")),
        aval_unit=random.choice((None, "days")),
        covariates=random.choice(((), ("AGE", "SEX"), ("EVNTDESC", "DTHDT"))),
        arm=random.choice((None, "ARM", "TRTP")),
        gate=random.random() < 0.05,
    )
    repr(table)
    layout = random.choice(tuple(LAYOUTS))
    table.write(folder / f"os{random.choice(('.csv', '.parquet'))}", layout, overwrite=True)


def _validated(study: ag.Study, _: Path, random: Random) -> None:
    report = ag.validate(study, show_values=random.random() < 0.5, show_keys=random.random() < 0.5)
    for form in REPORTS:
        ag.render(report, form)
    crashed = [each for each in report.not_run if _CRASH.search(each.reason)]
    assert not crashed, "; ".join(f"{each.rule_id} {each.dataset}: {each.reason}" for each in crashed)


def _defined(path: Path, random: Random) -> None:
    definition = read_define(path)
    repr(definition)
    _validated(ag.Study.of(definition=definition), path, random)


def _parquet_of_a_frame(path: Path, random: Random) -> None:
    """Columns of any type, in a file that is whole."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pq.write_table(pa.Table.from_pandas(frames.frame(random)), path)
    except (pa.ArrowException, TypeError, ValueError, OverflowError, KeyError, AttributeError):
        return  # Arrow cannot write it
    _read(path, random)


@dataclass(frozen=True)
class Target:
    """One kind of input.

    Attributes
    ----------
    make : callable
        Whole inputs.
    run : callable
        Given the first file's path, and chance; returns or raises.
    allowed : tuple of exception types
        What it may raise.
    """

    make: Callable[[], list[Files]]
    run: Callable[[Path, Random], None]
    allowed: tuple[type[Exception], ...] = (ag.AdamgateError,)


TARGETS = {
    "xpt": Target(seeds.xpt_files, _read),
    "sas7bdat": Target(seeds.sas_files, _read),
    "sas7bcat": Target(seeds.catalog_files, _read),
    "csv": Target(seeds.csv_files, _read),
    "parquet": Target(seeds.parquet_files, _parts),
    "parquet-types": Target(lambda: [{"adtte.parquet": b""}], _parquet_of_a_frame),
    "dta": Target(seeds.dta_files, _read),
    "arrow": Target(seeds.arrow_files, _read),
    "xlsx": Target(seeds.xlsx_files, _read),
    "sav": Target(seeds.sav_files, _read),
    "dataset-json": Target(seeds.json_files, _read),
    "archive": Target(seeds.archive_files, _read),
    "terminology": Target(seeds.terminology_files, lambda path, _: repr(read_terminology(path)) and None),
    "define": Target(seeds.define_files, _defined),
    "settings": Target(seeds.settings_files, _settings),
    "baseline": Target(seeds.baseline_files, lambda path, _: repr(ag.read_baseline(path)) and None),
    "expression": Target(seeds.expression_files, _expression),
    "frame": Target(lambda: [{"frame": b""}], _frame, (ag.AdamgateError, TypeError, ValueError)),
    "study-of-frames": Target(lambda: [{"frame": b""}], _analysed),
}


def made(whole: list[Files], random: Random) -> Files:
    """One damaged input: one of its files, or two."""
    files = dict(random.choice(whole))
    others = [raw for each in whole for raw in each.values()]
    for name in random.sample(sorted(files), k=min(len(files), random.choice((1, 1, 2)))):
        files[name] = mutated(files[name], others, random)
    for name, raw in files.items():
        if name.endswith((".gz", ".dsjc")):
            pack = gzip.compress if name.endswith(".gz") or random.random() < 0.5 else zlib.compress
            packed = pack(raw)
            files[name] = mutated(packed, others, random) if random.random() < 0.2 else packed
    return files
