"""The tables of ``adamgate.toml``: each a dataclass in which a module declares what may be set of it."""

from __future__ import annotations

from ...schemas.gate.selection import RulesTable
from ...schemas.gate.waivers import WaiverTable
from ...schemas.kinds import dataset_name
from ...schemas.rules.by_condition import RuleTable
from ...schemas.study.declarations import AdverseEventDeclarations, Endpoint, StudyTable
from .settings import SETTINGS_TABLE
from .tables import LISTED, NAMED, ONE, ONE_AND_NAMED, Table

RULES = Table(
    "rules",
    RulesTable,
    "Which rules are run, and their severities: for all datasets, or for one.",
    ONE_AND_NAMED,
    dataset_name,
    "DATASET",
)
STUDY = Table("study", StudyTable, "What is declared of the study.", ONE)
ENDPOINT = Table("endpoint", Endpoint, "What is declared of a parameter.", NAMED, example="PARAMCD")
ADVERSE_EVENTS = Table("adverse_events", AdverseEventDeclarations, "What is declared of adverse events.", ONE)
WAIVER = Table("waiver", WaiverTable, "A finding that is accepted, by whom and until when.", LISTED)
RULE = Table("rule", RuleTable, "A custom rule, as a condition.", LISTED)

TABLES = (SETTINGS_TABLE, RULES, STUDY, ENDPOINT, ADVERSE_EVENTS, WAIVER, RULE)
