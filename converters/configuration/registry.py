"""The tables of ``adamgate.toml``: each a dataclass in which a module declares what may be set of it."""

from __future__ import annotations

from ...schemas.gate.selection import RulesTable
from ...schemas.gate.waivers import WaiverTable
from ...schemas.kinds import dataset_name
from ...schemas.rules.by_condition import RuleTable
from ...schemas.study.declarations import AdverseEventDeclarations, DateSource, Endpoint, StudyTable
from ..survival.declared_tables import TABLE_OPTIONS, AnyTableOptions
from .settings import SETTINGS_TABLE
from .tables import LISTED, NAMED, ONE, ONE_AND_NAMED, Table

RULES = Table(
    "rules",
    RulesTable,
    "Rules to run and their severities, for all datasets or for one.",
    ONE_AND_NAMED,
    dataset_name,
    "DATASET",
    "ADAE",
)
STUDY = Table("study", StudyTable, "Declarations about the study.", ONE)
ENDPOINT = Table(
    "endpoint", Endpoint, "Declarations about a parameter.", NAMED, example="PARAMCD", sample="OS"
)
SOURCE = Table(
    "source",
    DateSource,
    "Records that events of parameters are dated by, for events of [endpoint.PARAMCD].",
    NAMED,
    sample="DEATH",
)
ADVERSE_EVENTS = Table("adverse_events", AdverseEventDeclarations, "Declarations about adverse events.", ONE)
WAIVER = Table("waiver", WaiverTable, "An accepted finding, with its owner and expiry date.", LISTED)
RULE = Table("rule", RuleTable, "A custom rule, given as a condition.", LISTED)
TABLE = Table(
    "table",
    AnyTableOptions,
    "A table for survival analysis: `adamgate survival PATHS --table NAME -o FILE`. "
    "`shape` decides which other keys it has.",
    NAMED,
    example="NAME",
    sample="os",
    variant="shape",
    variants=TABLE_OPTIONS,
)

TABLES = (SETTINGS_TABLE, RULES, STUDY, ENDPOINT, SOURCE, ADVERSE_EVENTS, WAIVER, RULE, TABLE)
