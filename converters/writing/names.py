"""Names that an output may have."""

from __future__ import annotations

import os
from pathlib import Path

from ...schemas.errors import UnwritableOutput


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
