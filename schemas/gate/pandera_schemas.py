"""Requirements and rules as pandera schemas; the one file that imports pandera.

The gate walks the checks of these schemas in its own loop, because ``schema.validate`` copies the
frame, passes everything when ``PANDERA_VALIDATION_ENABLED=False`` and writes every failing value into
a text. Both give the same verdict for rules of severity error.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from functools import cache, partial
from types import MappingProxyType

import pandas as pd
import pandera.pandas as pa

from ..errors import ConfigurationError
from ..rules import rule_book
from ..rules.rule import Fault, Rule
from ..severity import Severity
from ..standards import adae, adsl, adtte, bds, occds
from ..standards.requirement import Requirement
from ..standards.structure import Structure
from ..standards.versions import Standards
from ..study.dataset import Dataset
from ..study.study import Study
from ..wording import did_you_mean, one_line


def passes(frame: pd.DataFrame, *, rule: Rule, structure: Structure) -> bool:
    """Whether a rule finds nothing of its severity wrong in a frame: what pandera asks.

    A rule that does not apply passes. A rule that cannot be run raises, which pandera reports as it does
    a failed check: one of severity error refuses as in the gate, any other is a warning of pandera only.
    """
    data = Dataset.from_frame(frame, structure.usual_name).replace(declared_class=str(structure))
    study = Study.of(data)
    if rule.obstacle(data, study):
        return True
    faults = (each for each in rule.run(data, study) if isinstance(each, Fault))
    return not any(fault.found and _fails(fault, rule) for fault in faults)


def _fails(fault: Fault, rule: Rule) -> bool:
    severity = fault.severity or rule.severity
    return severity is Severity.ERROR or rule.severity is not Severity.ERROR


def needs_study(rule: Rule) -> bool:
    """Whether a rule looks beyond one dataset, and so cannot be a check of a schema."""
    return rule.needs_study


def schema_of(dataset: Dataset, standards: Standards) -> pa.DataFrameSchema:
    """The schema a dataset is judged by: that of its structure, without rules that do not cover it."""
    return _schema(dataset.structure, standards, adam=dataset.is_adam)


VARIABLES: Mapping[Structure, Callable[[Standards], Mapping[str, Requirement]]] = MappingProxyType(
    {
        Structure.ADSL: adsl.variables,
        Structure.BDS: bds.variables,
        Structure.TTE: adtte.variables,
        Structure.OCCDS: occds.variables,
        Structure.ADAE: adae.variables,
    }
)
"""What the standards ask of the variables of each structure that has a schema."""


def schema(structure: Structure | str, *, adamig: str = "1.3", occds: str = "1.1") -> pa.DataFrameSchema:
    """A pandera schema of a structure for anyone's pipeline.

    Parameters
    ----------
    structure : Structure or str
        "ADSL", "BDS", "TTE", "OCCDS" or "ADAE".
    adamig, occds : str
        Versions of the standards to judge by.

    Returns
    -------
    pandera.DataFrameSchema
        Every rule over one dataset is a `Check` named by its rule id, with its `Rule` in
        ``check.statistics["rule"]``; what the standards define for variables is in its columns, names with
        an index (TRTxxP) as regular expressions. Validate with ``lazy=True`` to see every broken rule at
        once. Rules of severity error fail it, others are raised as pandera warnings. Presence and type are
        judged by rules, too, so that severity is the same here and in the gate.

    Raises
    ------
    ConfigurationError
        For a structure without a schema, or an unknown version.

    Examples
    --------
    >>> tte = ag.schema("TTE")
    >>> tte.name, "TTE006" in [check.name for check in tte.checks]
    ('ADTTE', True)
    """
    if structure not in VARIABLES:
        raise ConfigurationError(
            f"no schema for {one_line(str(structure))}", "", did_you_mean(str(structure), VARIABLES)
        )
    structure, standards = Structure(structure), Standards(adamig=adamig, occds=occds)
    requirements = VARIABLES[structure](standards)
    checks = [_check(rule, structure) for rule in _rules(structure, standards, adam=True)]
    columns = {
        each.expression if each.is_pattern else name: _column(each) for name, each in requirements.items()
    }
    return pa.DataFrameSchema(columns=columns, checks=checks, name=structure.usual_name)


_GONE = "0.4"
"""The version without the functions of each structure; docs/versioning.md lists them."""


def former_schema(structure: str, module: str) -> Callable[..., pa.DataFrameSchema]:
    """A function as each structure once had its own: it gives the schema, and says what to call instead."""

    def former(adamig: str = "1.3", occds: str = "1.1") -> pa.DataFrameSchema:
        """Deprecated: `adamgate.schema` gives this schema."""
        message = f'use adamgate.schema("{structure}"): this function will be removed in {_GONE}'
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return schema(structure, adamig=adamig, occds=occds)

    former.__name__ = former.__qualname__ = "schema"
    former.__module__ = module  # where pickle finds it
    return former


def _column(requirement: Requirement) -> pa.Column:
    facts = {name: value for name, value in asdict(requirement).items() if value}
    return pa.Column(
        required=False,
        nullable=True,
        regex=requirement.is_pattern,
        title=requirement.label,
        description=requirement.condition or None,
        metadata=facts,
    )


@cache
def _schema(structure: Structure, standards: Standards, *, adam: bool) -> pa.DataFrameSchema:
    checks = [_check(rule, structure) for rule in _rules(structure, standards, adam=adam)]
    return pa.DataFrameSchema(checks=checks, name=str(structure))


def _rules(structure: Structure, standards: Standards, *, adam: bool) -> Iterable[Rule]:
    for rule in rule_book().values():
        covered = rule.scope.covers_structure(structure, adam=adam)
        if covered and not needs_study(rule) and rule.scope.belongs_to(standards):
            yield rule


def _check(rule: Rule, structure: Structure) -> pa.Check:
    return pa.Check(
        partial(passes, rule=rule, structure=structure),
        name=rule.id,
        title=rule.title,
        description=rule.page,
        error=f"{rule.id}: {rule.title}",
        raise_warning=rule.severity is not Severity.ERROR,
        ignore_na=False,
        statistics={"rule": rule},
    )


def rules_checked_by(schema: pa.DataFrameSchema) -> Iterable[Rule]:
    """The rules of a schema's checks, in order."""
    for check in schema.checks:
        yield check.statistics["rule"]
