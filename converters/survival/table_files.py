"""The files of a table: the table, or several, with their codebook and a program; all of them or none."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ...schemas.errors import UnwritableOutput
from ..formats.planned_file import PlannedFile
from ..values.cited_run import cited_run
from ..writing.atomic import write_together
from ..writing.inputs import refuse_data_beside, refuse_inputs
from .sealed_table import SealedTable, belong_together, written_with
from .table_place import codebook_beside, is_in_database
from .tools import ToolTable


@dataclass(frozen=True, slots=True)
class ProgramFile:
    """A program beside its table.

    Attributes
    ----------
    path : Path
    text : str
    """

    path: Path
    text: str

    @property
    def content(self) -> bytes:
        return self.text.encode()

    def write(self, stream: BinaryIO) -> None:
        stream.write(self.content)

    @property
    def stated(self) -> Mapping[str, str]:
        """What the codebook says of it."""
        return {"program": self.path.name, "program_sha256": hashlib.sha256(self.content).hexdigest()}


def write_table_files(
    tables: Mapping[str, ToolTable],
    codebook: Mapping[str, Any],
    *,
    program: ProgramFile | None = None,
    inputs: Iterable[Path],
    keep: Iterable[Path],
    overwrite: bool,
) -> list[Path]:
    """Write tables, their codebook and a program.

    Parameters
    ----------
    tables : mapping of str to ToolTable
        By what the codebook calls each; the first, "table", names the codebook.
    codebook : mapping
        Its content, the version of its schema first, without what it says of the tables' files.
    program : ProgramFile, optional
    inputs : iterable of Path
        The files of the study.
    keep : iterable of Path
        Further files that are never replaced.
    overwrite : bool
        Replace existing files. Earlier ones that belong together are replaced without it.

    Returns
    -------
    list of Path
        Tables, codebook, program.

    Raises
    ------
    UnwritableOutput
        If an input would be replaced, a file exists, one that was written with an earlier table of the name
        would remain beside the new one, the format cannot hold a table, or a file cannot be written.
    """
    read = tuple(inputs)
    targets = {key: each.output.path for key, each in tables.items()}
    beside = codebook_beside(targets["table"])
    script = program.path if program is not None else None
    files = tuple(filter(None, (*targets.values(), beside, script)))
    refuse_inputs(files, (*read, *keep))
    outdated = [each for each in written_with(targets["table"], beside) if each not in files]
    if outdated:
        raise UnwritableOutput(
            f"the file was written with an earlier {targets['table'].name} and would not fit the new one",
            ", ".join(map(str, outdated)),
            "remove it, or choose another name for the new table",
        )
    ours = belong_together(targets["table"], beside, script) and all(
        not path.exists() or belong_together(path, beside, key=key)
        for key, path in targets.items()
        if key != "table"
    )
    refuse_data_beside(files, read, lambda _: ours)
    sealed = {key: SealedTable(each.planned().write) for key, each in tables.items()}

    def document() -> Mapping[str, Any]:
        stated: dict[str, Any] = {"schema_version": codebook["schema_version"]}
        for key, each in tables.items():
            stated |= {key: each.output.path.name, f"{key}_sha256": sealed[key].sha256}
            if each.layout.names is not None:
                stated["renamed" if key == "table" else f"{key}_renamed"] = dict(each.renamed)
        return {**stated, **cited_run(), **codebook}

    planned = [PlannedFile(path, sealed[key].write) for key, path in targets.items()]
    write = _write_row if is_in_database(beside) else _write_json
    planned.append(PlannedFile(beside, lambda stream: write(document(), stream)))
    if program is not None:
        planned.append(PlannedFile(program.path, program.write))
    written = write_together(planned, overwrite=overwrite or ours)
    for each in tables.values():
        each.tell_losses()
    return written


def _write_json(document: Mapping[str, Any], stream: BinaryIO) -> None:
    stream.write(_json(document))


def _write_row(document: Mapping[str, Any], stream: BinaryIO) -> None:
    """The file that the table of a codebook is made of: one record, one column."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"codebook": [_json(document).decode()]}), stream)


def _json(document: Mapping[str, Any]) -> bytes:
    text = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)
    return f"{text}\n".encode("utf-8", "backslashreplace")  # an input's name may hold stray bytes
