"""What `validate` and `report` have in common: files that say "not judged" until there is a verdict."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import adamgate

from ..configuration.file_search import settings_files
from ..configuration.settings import Settings
from ..reports.files import ReportFile
from .engines_run import checks_run
from .inputs import gate_options, kept_files, paths_in, read_study, settings_for
from .options import expanded
from .progress import progress

if TYPE_CHECKING:
    from ...schemas.gate.report import Report
    from ...schemas.rules.rule import Rule, RuleFunction
    from ...schemas.study.study import Study


@dataclass(frozen=True, slots=True)
class Judgement:
    """A study that is to be judged, whose reports say so.

    Attributes
    ----------
    paths : sequence of Path
        Of the data.
    files : sequence of ReportFile
    settings : Settings
    rule_files : tuple of Path
    baseline : Path or None
    """

    paths: Sequence[Path]
    files: Sequence[ReportFile]
    settings: Settings
    rule_files: tuple[Path, ...]
    baseline: Path | None

    @classmethod
    def begun(
        cls,
        paths: tuple[Path, ...],
        files: Sequence[ReportFile],
        overrides: Mapping[str, Any],
        *,
        config: Path | None,
        rule_files: tuple[Path, ...],
        baseline: Path | None,
        named: tuple[Path | None, ...] = (),
    ) -> Judgement:
        """Reports of earlier runs say "not judged" before anything takes long; no input is replaced.

        Parameters
        ----------
        paths : tuple of Path
        files : sequence of ReportFile
        overrides : mapping
            Settings that were given as options.
        config, baseline : Path or None
        rule_files : tuple of Path
        named : tuple of Path
            Further inputs.
        """
        from ..writing.inputs import files_in, inputs_given

        others = (settings_files(paths, config), rule_files, baseline, named, *overrides.values())
        inputs = inputs_given(paths_in(paths, *others))
        for file in files:
            file.spare(inputs)
        paths = expanded(paths)
        given, beside = inputs_given(paths), files_in(paths)
        for file in files:
            file.spare(given, beside, data=paths)
        for file in files:
            file.withdraw()
        settings = settings_for(paths, config, overrides, judging=True)
        kept = kept_files(paths, settings)
        for file in files:
            file.spare(*kept)
            file.require_writable()
        for file in files:
            file.claim(settings.threshold)
        return cls(paths, files, settings, rule_files, baseline)

    def judged(self, *, quiet: bool) -> Judged:
        """Read the study, and judge it."""
        options = gate_options(self.settings, self.rule_files)
        options["show_values"] = self.settings.show_values
        options["baseline"] = adamgate.read_baseline(self.baseline) if self.baseline is not None else None
        declared = options.pop("declarations", None)
        with (
            progress(sys.stderr, shown=not quiet) as callbacks,
            checks_run(self.paths, self.settings, callbacks) as executor,
        ):
            study = read_study(self.paths, self.settings, callbacks)
            if declared is not None:
                study = study.declaring(declared)
            options["executor"] = executor
            report = adamgate.validate(study, **options, progress=callbacks.judging)
        for file in self.files:
            file.spare(Path(each.path) for each in report.inputs if each.path)
        return Judged(study, report, options.get("extra_rules", ()))


@dataclass(frozen=True, slots=True)
class Judged:
    """A study with what is declared of it, and its report.

    Attributes
    ----------
    study : Study
    report : Report
    own_rules : iterable of Rule
        Custom rules, whose pages are to be explained.
    """

    study: Study
    report: Report
    own_rules: Iterable[Rule | RuleFunction]
