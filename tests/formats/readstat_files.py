"""Makes SAS datasets with ReadStat's own writer, for tests and benchmarks.

Needs gcc and Debian's libreadstat-dev.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SOURCE = Path(__file__).with_name("make_sas7bdat.c")
HEADER = Path("/usr/include/readstat.h")


@dataclass(frozen=True)
class StoredColumn:
    """One variable: doubles, or text filled up with blanks, shape (n_records, length)."""

    name: str
    values: NDArray[np.float64] | NDArray[np.uint8]
    format: str = ""
    label: str = ""

    @property
    def is_text(self) -> bool:
        return self.values.ndim == 2

    @property
    def raw(self) -> NDArray[np.uint8]:
        if self.is_text:
            return np.asarray(self.values, np.uint8)
        return np.ascontiguousarray(self.values, np.float64).view(np.uint8).reshape(-1, 8)


def available() -> bool:
    return shutil.which("gcc") is not None and HEADER.exists()


def compiled(folder: Path) -> Path:
    """The program, made in a folder."""
    program = folder / "make_sas7bdat"
    command = ["gcc", "-O2", "-Wall", "-Werror", "-o", str(program), str(SOURCE), "-lreadstat"]
    subprocess.run(command, check=True)
    return program


def write(program: Path, columns: Sequence[StoredColumn], target: Path, compression: str) -> None:
    """Write the records; compression is "none" or "rle"."""
    described, records = target.with_suffix(".columns"), target.with_suffix(".records")
    described.write_text(
        "".join(
            f"{column.name}\t{'char' if column.is_text else 'num'}\t{column.raw.shape[1]}"
            f"\t{column.format or '-'}\t{column.label or '-'}\n"
            for column in columns
        )
    )
    np.concatenate([column.raw for column in columns], axis=1).tofile(records)
    try:
        subprocess.run([program, described, records, target, compression], check=True)
    finally:
        records.unlink()
        described.unlink()
