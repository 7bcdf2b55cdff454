"""How much a finding weighs."""

from __future__ import annotations

from .word import Word


class Severity(Word):
    """Severity of a finding: ``ERROR > WARNING > NOTE``; may be compared with the plain words.

    Examples
    --------
    >>> ag.Severity.ERROR > ag.Severity.WARNING, ag.Severity.NOTE < "warning"
    (True, True)
    """

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        return tuple(Severity).index(self)

    def _ranks(self, other: object) -> tuple[int, int]:
        order = tuple(Severity)
        if isinstance(other, str) and other in order:
            return self.rank, order.index(Severity(other))
        raise TypeError(f"{other!r} is not a severity: compare {self!r} with one of {', '.join(order)}")
