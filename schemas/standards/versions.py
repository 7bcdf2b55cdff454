"""The versions of the standards that data are judged by."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import ConfigurationError
from ..wording import one_line


@dataclass(frozen=True, slots=True)
class Standards:
    """Versions of the standards to check against; an unknown version is an error.

    Examples
    --------
    >>> sorted(ag.Standards(adamig="1.2").names)
    ['ADaMIG 1.2', 'OCCDS 1.1']
    """

    adamig: str = "1.3"
    occds: str = "1.1"

    def __post_init__(self) -> None:
        for standard, version, known in (
            ("ADaMIG", self.adamig, ADAMIG_VERSIONS),
            ("OCCDS", self.occds, OCCDS_VERSIONS),
        ):
            if version not in known:
                advice = f"known versions: {', '.join(known)}"
                raise ConfigurationError(
                    f"{standard} {one_line(str(version))} is not a known version", "", advice
                )

    @property
    def names(self) -> frozenset[str]:
        return frozenset({f"ADaMIG {self.adamig}", f"OCCDS {self.occds}"})


ADAMIG_VERSIONS = ("1.0", "1.1", "1.2", "1.3")


OCCDS_VERSIONS = ("1.0", "1.1")


ADAMIG = tuple(f"ADaMIG {version}" for version in ADAMIG_VERSIONS)


OCCDS = tuple(f"OCCDS {version}" for version in OCCDS_VERSIONS)
