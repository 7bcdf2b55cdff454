"""How processor time grows with the data: each command on 1, 2, 4 and 8 times as much.

The exponent is the slope of the logarithms: 1 where twice the data take twice the time. All runs are in this
process and after a first one, so start-up does not count; of five runs the least counts.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import shutil
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from make_adae import DATA

import adamgate as ag
from adamgate.cli import run
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.study import Study

TIMES = (1, 2, 4, 8)
SUBJECTS = 25_000
"""At the smallest size, of four parameters each: 100,000 records."""
SLIP_SUBJECTS = 5_000
VARIABLES, FEW = 250, 50
WAIVED = 2_500
"""Negative durations at the smallest size, each with a waiver of its own."""
DATASETS = 25
"""At the smallest size: times to an event of the same few subjects."""
LIMIT = 1.15
JUDGING = "validate"
"""The command whose work is done where it ends with a verdict; any other one has to end well."""
VERDICT = (0, 1)
PARAMETERS = ("OS", "PFS", "TTP", "EFS")
PREFIXES = ("AVAL", "CRIT", "SHIFT", "ANLX", "XVAR")


@dataclass(frozen=True)
class Command:
    """A command line; IN and OUT stand for folders."""

    name: str
    arguments: tuple[str, ...]
    data: str = "trial"


COMMANDS = (
    Command("validate", ("validate", "IN", "-q")),
    Command("describe", ("describe", "IN")),
    Command("survival", ("survival", "IN", "--param", "OS", "--unit", "months", "-o", "OUT/os.csv")),
    Command("km", ("km", "IN", "--param", "OS", "--by", "TRT01P", "--tau", "500", "-o", "OUT/km.csv")),
    Command("convert to CSV", ("convert", "IN", "OUT", "--to", "csv")),
    Command("convert to Dataset-JSON", ("convert", "IN", "OUT", "--to", "ndjson")),
    Command("convert to Parquet", ("convert", "IN", "OUT", "--to", "parquet")),
    Command("convert to XPT", ("convert", "IN", "OUT", "--to", "xpt")),
    Command("convert from XPT", ("convert", "IN", "OUT", "--to", "parquet"), "trial as xpt"),
    Command("convert from CSV", ("convert", "IN", "OUT", "--to", "parquet"), "trial as csv"),
    Command("convert from Dataset-JSON", ("convert", "IN", "OUT", "--to", "parquet"), "trial as ndjson"),
    Command("diff", ("diff", "IN", "IN")),
    Command("validate, PARAMCD = USUBJID", ("validate", "IN", "-q"), "slip"),
    Command("validate, more variables", ("validate", "IN", "-q"), "wide"),
    Command("describe, more variables", ("describe", "IN"), "wide"),
    Command("convert to CSV, more variables", ("convert", "IN", "OUT", "--to", "csv"), "wide"),
    Command("convert from CSV, more variables", ("convert", "IN", "OUT", "--to", "parquet"), "wide as csv"),
    Command("validate, more waivers", ("validate", "IN", "--config", "IN/adamgate.toml", "-q"), "waived"),
    Command("validate, more datasets", ("validate", "IN", "-q"), "many"),
    Command("validate, more datasets of CSV", ("validate", "IN", "-q"), "many as csv"),
)


def main(runs: int = 5) -> None:
    """Measure every command and print the table."""
    print(f"\nGrowth: processor seconds on 1, 2, 4 and 8 times {4 * SUBJECTS:,} records, least of {runs}")
    print(f"{'':34}{''.join(f'{times}x'.rjust(9) for times in TIMES)}{'exponent':>10}")
    for command in COMMANDS:
        seconds = [_least(command, times, runs) for times in TIMES]
        found = exponent(seconds)
        above = "" if found <= LIMIT else f"  above {LIMIT}"
        figures = "".join(f"{each:9.2f}" for each in seconds)
        print(f"{command.name:34}{figures}{found:10.2f}{above}", flush=True)


def exponent(seconds: Sequence[float]) -> float:
    """Slope of the logarithm of the time over that of the size."""
    return float(np.polyfit(np.log(TIMES), np.log(seconds), 1)[0])


def _least(command: Command, times: int, runs: int) -> float:
    source, out = _made(command.data, times), DATA / "growth" / "out"
    best = float("inf")
    for number in range(runs + 1):
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        words = [each.replace("IN", str(source)).replace("OUT", str(out)) for each in command.arguments]
        start = time.process_time()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as told:
            code = run(words)
        if code not in (VERDICT if command.arguments[0] == JUDGING else (0,)):
            raise RuntimeError(f"{command.name} ended with {code}: {told.getvalue()}")
        if number:
            best = min(best, time.process_time() - start)
    shutil.rmtree(out, ignore_errors=True)
    return best


def _made(data: str, times: int) -> Path:
    """Folder with the data of a command; written when it is not present."""
    folder = DATA / "growth" / f"{data.replace(' ', '-')}-{times}"
    if not folder.exists():
        unfinished = folder.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        kind, _, written_as = data.partition(" as ")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            study = MAKERS[kind](times)
            ag.write(study, unfinished, to=written_as or "parquet")
            if kind == "waived":
                (unfinished / "adamgate.toml").write_text(_waivers(study["ADTTE"]))
        unfinished.rename(folder)
    return folder


def _trial(subjects: int) -> Study:
    """ADSL and ADTTE of so many subjects, as sound as the rules want them."""
    rng = np.random.default_rng(20240131)
    number = np.arange(subjects)
    subject = np.array([f"GROWTH-01-{each:08d}" for each in number], dtype=object)
    start = np.datetime64("2020-01-06", "s") + (number % 300) * np.timedelta64(86_400, "s")
    arm = np.where(number % 2 == 0, "Drug X 10 mg", "Placebo").astype(object)
    adsl = {
        "STUDYID": "GROWTH-01",
        "USUBJID": subject,
        "ITTFL": "Y",
        "SAFFL": "Y",
        "TRT01P": arm,
        "AGE": rng.integers(30, 85, subjects).astype(float),
        "RANDDT": start,
    }
    each = np.repeat(number, len(PARAMETERS))
    survival_first = -np.sort(-rng.integers(10, 1500, (subjects, len(PARAMETERS))), axis=1)
    days = survival_first.ravel()
    event = rng.random(len(each)) < 0.4
    adtte = {
        "STUDYID": "GROWTH-01",
        "USUBJID": subject[each],
        "ITTFL": "Y",
        "TRTP": arm[each],
        "PARAMCD": np.tile(np.array(PARAMETERS, dtype=object), subjects),
        "PARAM": np.tile(np.array([f"Time to {name} (Days)" for name in PARAMETERS], dtype=object), subjects),
        "STARTDT": start[each],
        "ADT": start[each] + (days - 1) * np.timedelta64(86_400, "s"),
        "AVAL": days.astype(float),
        "CNSR": np.where(event, 0.0, 1.0),
        "EVNTDESC": np.where(event, "Event", "Last assessment").astype(object),
    }
    return Study.of(_dataset("ADSL", adsl), _dataset("ADTTE", adtte))


def _slip(subjects: int) -> Study:
    """The same with identifiers in place of parameters."""
    study = _trial(subjects)
    frame = study["ADTTE"].frame
    return Study.of(study["ADSL"], study["ADTTE"].replace(frame=frame.assign(PARAMCD=frame["USUBJID"])))


def _wide(variables: int) -> Study:
    """A basic data structure of few records and so many variables."""
    rng = np.random.default_rng(20240131)
    columns: dict[str, object] = {
        "STUDYID": "GROWTH-01",
        "USUBJID": np.array([f"S-{number:03d}" for number in range(FEW)], dtype=object),
        "PARAMCD": "SYSBP",
        "PARAM": "Systolic Blood Pressure (mmHg)",
    }
    for number in range(variables):
        columns[f"{PREFIXES[number % len(PREFIXES)]}{number}"] = rng.integers(0, 9, FEW).astype(float)
    return Study.of(_dataset("ADVS", columns))


def _waived(subjects: int) -> Study:
    """A parameter whose durations are all negative."""
    study = _trial(subjects)
    frame = _of_first_parameter(study)
    return Study.of(study["ADSL"], study["ADTTE"].replace(frame=frame.assign(AVAL=-frame["AVAL"])))


def _of_first_parameter(study: Study) -> pd.DataFrame:
    frame = study["ADTTE"].frame
    return frame[frame["PARAMCD"] == PARAMETERS[0]].reset_index(drop=True)


def _waivers(data: Dataset) -> str:
    """Settings with a waiver for each record."""
    return "".join(
        '[[waiver]]\nrule = "TTE006"\ndataset = "ADTTE"\nreason = "agreed"\nowner = "nobody"\n'
        f'expires = 2999-12-31\nrecords = [{{ USUBJID = "{subject}" }}]\n'
        for subject in data.frame["USUBJID"]
    )


def _many(datasets: int) -> Study:
    """ADSL of few subjects, and so many datasets of their overall survival.

    With other parameters each dataset would have records after the end of survival in each other one, and
    a finding for each pair (XD010).
    """
    study = _trial(FEW)
    frame = _of_first_parameter(study)
    return Study.of(
        study["ADSL"], *(Dataset.from_frame(frame, f"ADTTE{number}") for number in range(datasets))
    )


def _dataset(name: str, columns: dict[str, object]) -> Dataset:
    frame = pd.DataFrame(columns)
    texts = [each for each in frame if frame[each].dtype.kind not in "fM"]
    return Dataset.from_frame(frame.astype(dict.fromkeys(texts, "category")), name)


MAKERS = {
    "trial": lambda times: _trial(times * SUBJECTS),
    "slip": lambda times: _slip(times * SLIP_SUBJECTS),
    "wide": lambda times: _wide(times * VARIABLES),
    "waived": lambda times: _waived(times * WAIVED),
    "many": lambda times: _many(times * DATASETS),
}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    main(parser.parse_args().runs)
