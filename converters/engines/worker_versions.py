"""Versions that decide the bytes of a report, and so must be the same on all machines."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib import import_module

from ...schemas.errors import ConfigurationError

COMPARED = ("adamgate", "pandas", "numpy", "pyarrow")
"""Packages that workers have in the version of this machine."""
SAME_ON_ALL = "install the same versions on all machines, such as from one image or one constraints file"
"""What to do where they do not."""


def versions_here() -> dict[str, str]:
    """Python and the packages of this process."""
    packages = {name: str(import_module(name).__version__) for name in COMPARED}
    return {"Python": platform.python_version(), **packages}


def refuse_other_versions(here: Mapping[str, str], there: Mapping[str, Mapping[str, str | None]]) -> None:
    """Refuse workers whose packages are others than those of this machine.

    Parameters
    ----------
    here : mapping of package to version
    there : mapping of worker to such mappings
        None where a package is not installed.

    Raises
    ------
    ConfigurationError

    Examples
    --------
    >>> from adamgate.converters.engines.worker_versions import refuse_other_versions
    >>> refuse_other_versions({"pandas": "2.3.3"}, {"tcp://10.0.0.6:4000": {"pandas": "2.3.3"}})
    """
    details = [
        f"{worker}: {name} {versions.get(name) or 'not installed'}, here {version}"
        for worker, versions in sorted(there.items())
        for name, version in here.items()
        if versions.get(name) != version
    ]
    if details:
        raise ConfigurationError(
            "workers have other versions than this machine",
            "; ".join(details[:5]) + (f"; and {len(details) - 5} more" if len(details) > 5 else ""),
            SAME_ON_ALL,
        )
