"""The gate before a table: a study with errors gives none."""

from __future__ import annotations

from ...schemas.errors import ConfigurationError
from ...schemas.gate.report import Report
from ...schemas.gate.validate import GateOptions, validate
from ...schemas.standards.versions import Standards
from ...schemas.study.study import Study
from ...schemas.wording import did_you_mean, one_line


def gate_report(
    study: Study, gate: bool | GateOptions, standards: Standards | None, *, show_keys: bool
) -> Report | None:
    """The gate's report, which has no error; None where the gate is left out.

    Raises
    ------
    GateRefused
        When the study has errors, or a rule could not be run.
    ConfigurationError
        For an option that `validate` does not have.
    """
    if not isinstance(gate, bool | dict):
        raise TypeError(
            f"gate must be True, False or a mapping of validate options, not {type(gate).__name__}"
        )
    if gate is False:
        return None
    known = GateOptions.__annotations__
    for name in gate if gate is not True else ():
        if name not in known:
            raise ConfigurationError(
                f"gate does not have the option {one_line(repr(name))}",
                "gate",
                did_you_mean(str(name), known),
            )
    options: GateOptions = {"standards": standards, "show_keys": show_keys}
    report = validate(study, **(options if gate is True else options | gate))
    report.raise_for()
    return report
