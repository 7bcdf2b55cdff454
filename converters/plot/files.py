"""Figures to files: PNG, PDF or SVG, the same bytes for the same figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from ...schemas.errors import ConfigurationError
from ..figures.options import is_figure
from ..formats.planned_file import PlannedFile
from ..writing.atomic import write_together
from ..writing.inputs import refuse_inputs

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_METADATA: Mapping[str, Mapping[str, Any]] = {".pdf": {"CreationDate": None}, ".svg": {"Date": None}}
"""What is left out of files because it would differ in each run."""
_SETTINGS = {"svg.hashsalt": "adamgate", "pdf.fonttype": 42}
_DOTS = 200
"""Per inch, of PNG."""


def save(axes: Axes, path: str | Path, *, overwrite: bool = False, inputs: Iterable[Path] = ()) -> Path:
    """Write the figure of some axes; it appears complete, or not at all.

    Parameters
    ----------
    axes : Axes
        Of `kaplan_meier` or `swimmer`.
    path : str or Path
        Ends in .png, .pdf or .svg.
    overwrite : bool
        Replace an existing file.
    inputs : iterable of Path
        Files that are never replaced.

    Returns
    -------
    Path

    Raises
    ------
    ConfigurationError
        For another suffix.
    UnwritableOutput
        If the file exists, is an input, or cannot be written.

    Examples
    --------
    >>> km = ag.kaplan_meier(ag.read("adam"), "OS", by="TRT01P")
    >>> ag.plot.save(ag.plot.kaplan_meier(km), "os.svg").name
    'os.svg'
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if not is_figure(target):
        raise ConfigurationError(
            f"{target.name} is not the name of a figure", "path", "end it in .png, .pdf or .svg"
        )
    refuse_inputs([target], inputs)
    figure = axes.figure.figure  # of a part of a figure, the whole one

    def write(stream: BinaryIO) -> None:
        from matplotlib import rc_context

        metadata = dict(_METADATA.get(suffix, {}))
        with rc_context(cast("Any", dict(_SETTINGS))):
            figure.savefig(stream, format=suffix[1:], dpi=_DOTS, metadata=metadata)

    write_together([PlannedFile(target, write)], overwrite=overwrite)
    return target
