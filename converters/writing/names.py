"""Names that an output may have."""

from __future__ import annotations

import os
from pathlib import Path

from ...schemas.errors import UnwritableOutput
from ..values.address import Address


def require_output_name(path: Path) -> None:
    """Refuse an output that no file can be called, or whose name no sidecar or codebook can state.

    Its folder may have a name in some other encoding, as old file systems hold them.

    Raises
    ------
    UnwritableOutput
        When the path holds NUL, or its last part is not valid Unicode.
    """
    try:
        possible = b"\0" not in os.fsencode(path)
        path.name.encode()
    except UnicodeEncodeError:
        possible = False
    if not possible:
        raise UnwritableOutput(
            "the output name is not valid text", str(path), "use valid Unicode without NUL characters"
        )


def require_document_name(document: Path, data: Path | None = None, *, together: bool = True) -> None:
    """Refuse a place where no document can be: an impossible name, a database.

    Parameters
    ----------
    document : Path
    data : Path, optional
        Where the data go that it is about: it has their hashes, and so it goes to a store only with them.
    together : bool
        Whether the data and the document appear at once; an earlier document in a store cannot be removed
        before the first of several datasets is replaced.

    Raises
    ------
    UnwritableOutput
    """
    require_output_name(document)
    if not isinstance(document, Address):
        return
    if document.is_database:
        raise UnwritableOutput("a document cannot be a table of a database", str(document), "give a file")
    if data is not None and not isinstance(data, Address):
        raise UnwritableOutput(
            "the document goes to a store, and the data that it is about do not",
            str(document),
            "give a file of this machine, or write both to the store",
        )
    if not together:
        raise UnwritableOutput(
            "datasets that are written one by one have no manifest in a store",
            str(document),
            "add --all-or-none (all_or_none=True), or give a file of this machine",
        )
