"""What came of a derivation, for stdout and for the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ...schemas.study.study import Study
from ..derivations.checked import DerivationCheck
from ..derivations.derived_study import DerivedStudy
from ..reports import derivation, derivation_check, derivation_document
from ..reports.presentation import Detail
from ..writing.file_hashes import FileHash, hash_of


@dataclass(frozen=True)
class DerivationOutcome:
    """What came of a derivation.

    Attributes
    ----------
    derived : DerivedStudy
    sources : Study
    specification : Path
    show_keys : bool
    check : DerivationCheck or None
        What was delivered beside it.
    tells_record : bool
        Whether the text says what each policy did: not where only the check was asked for.
    hashes : dict of Path to FileHash
        Files that were written.
    """

    derived: DerivedStudy
    sources: Study
    specification: Path
    show_keys: bool
    check: DerivationCheck | None = None
    tells_record: bool = True
    hashes: dict[Path, FileHash] = field(default_factory=dict)

    def text(self, detail: Detail) -> str:
        """For people; of a verdict a line for the derivation and one for the check."""
        parts = []
        if self.tells_record or detail is Detail.EVERYTHING:
            parts.append(derivation.render_text(self.derived.record, detail, show_keys=self.show_keys))
        if self.check is not None:
            verdict = detail is Detail.VERDICT
            rendered = derivation_check.render_verdict if verdict else derivation_check.render_text
            parts.append(rendered(self.check))
        return ("" if detail is Detail.VERDICT else "\n").join(parts)

    def json(self, written: Mapping[Path, FileHash]) -> str:
        """The record, with the files that were written."""
        self.hashes.update(written)
        sha256 = hash_of(self.specification).sha256
        files = derivation_document.DerivationFiles(
            self.specification, sha256, tuple(self.sources), self.hashes
        )
        return derivation_document.render(self.derived.record, files, self.check, show_keys=self.show_keys)
