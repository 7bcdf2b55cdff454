"""What came of a derivation, for stdout and for the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ...schemas.study.study import Study
from ..derivations.derivation_check import DerivationCheck
from ..derivations.derived_study import DerivedStudy
from ..derivations.variations import VariedEndpoint
from ..reports import derivation, derivation_check, derivation_document, derivation_variations
from ..reports.presentation import Detail, as_json
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
    show_values : bool
    check : DerivationCheck or None
        What was delivered beside it.
    variations : tuple of VariedEndpoint or None
    tells_record : bool
        Whether the text says what each policy did: not where something else was asked for.
    hashes : dict of Path to FileHash
        Files that were written.
    """

    derived: DerivedStudy
    sources: Study
    specification: Path
    show_keys: bool
    show_values: bool
    check: DerivationCheck | None = None
    variations: tuple[VariedEndpoint, ...] | None = None
    tells_record: bool = True
    hashes: dict[Path, FileHash] = field(default_factory=dict)

    def text(self, detail: Detail) -> str:
        """For people; of a verdict a line for the derivation, the check and each variation."""
        return ("" if detail is Detail.VERDICT else "\n").join(self._parts(detail))

    def _parts(self, detail: Detail) -> Iterator[str]:
        is_verdict, everything = detail is Detail.VERDICT, detail is Detail.EVERYTHING
        if self.tells_record or everything:
            yield derivation.render_text(self.derived.record, detail, show_keys=self.show_keys)
        if self.check is not None:
            rendered = derivation_check.render_verdict if is_verdict else derivation_check.render_text
            yield rendered(self.check)
        if self.variations is not None and is_verdict:
            yield derivation_variations.render_verdict(self.variations)
        elif self.variations is not None:
            named = everything and self.show_keys
            yield derivation_variations.render_text(
                self.variations, named=named, show_values=self.show_values
            )

    def json(self, written: Mapping[Path, FileHash]) -> str:
        """The record, with the files that were written."""
        self.hashes.update(written)
        sha256 = hash_of(self.specification).sha256
        files = derivation_document.DerivationFiles(
            self.specification, sha256, tuple(self.sources), self.hashes
        )
        return as_json(
            derivation_document.document(
                self.derived.record,
                files,
                check=self.check,
                variations=self.variations,
                show_keys=self.show_keys,
                show_values=self.show_values,
            )
        )
