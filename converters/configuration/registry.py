"""The tables of ``adamgate.toml``: each a dataclass in which a module declares what may be set of it."""

from __future__ import annotations

from ...schemas.gate.selection import RulesTable
from ...schemas.gate.waivers import WaiverTable
from ...schemas.kinds import dataset_name, member_name
from ...schemas.rules.by_condition import RuleTable
from ...schemas.study.declarations import AdverseEventDeclarations, StudyTable
from ..derivations import KINDS
from ..derivations.adverse_events.options import EventQuery, OccurrenceFlag
from ..derivations.declared_sources import DerivationSource
from ..derivations.subjects.options import DerivedVariable
from ..derivations.time_to_event.options import DerivedEndpoint, Stop, Variation
from ..survival.declared_tables import TABLE_OPTIONS
from .settings import SETTINGS_TABLE
from .step_table import STEP
from .tables import LISTED, NAMED, ONE, ONE_AND_NAMED, Table
from .variants import keys_of_all

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
    "endpoint",
    DerivedEndpoint,
    "A parameter: what is declared of it, and how it is derived.",
    NAMED,
    example="PARAMCD",
    sample="OS",
)
SOURCE = Table(
    "source",
    DerivationSource,
    "Records that date events, censors, origins and stops of parameters, and variables of ADSL.",
    NAMED,
    sample="DEATH",
)
ADVERSE_EVENTS = Table("adverse_events", AdverseEventDeclarations, "Declarations about adverse events.", ONE)
WAIVER = Table("waiver", WaiverTable, "An accepted finding, with its owner and expiry date.", LISTED)
RULE = Table("rule", RuleTable, "A custom rule, given as a condition.", LISTED)
TABLE = Table(
    "table",
    keys_of_all("shape", "What the table looks like.", TABLE_OPTIONS),
    "A table for survival analysis: `adamgate survival PATHS --table NAME -o FILE`. "
    "`shape` decides which other keys it has.",
    NAMED,
    example="NAME",
    sample="os",
    variant="shape",
    variants=TABLE_OPTIONS,
)

STOP = Table(
    "stop",
    Stop,
    "What ends the time in which events of a parameter count. Exactly one of `source`, `at_cut_off` and "
    "`missed_visits_in_a_row` says when.",
    NAMED,
    sample="NEW_THERAPY",
)
DERIVE = Table(
    "derive",
    keys_of_all("kind", "How the dataset is derived.", KINDS),
    "A dataset to derive: `adamgate derive FILE --source PATHS --to FOLDER`.",
    NAMED,
    member_name,
    "DATASET",
    "ADTTE",
    variant="kind",
    variants=KINDS,
)
VARY = Table(
    "vary",
    Variation,
    "Another way to derive a parameter, to be compared with the declared one: `adamgate derive --vary`.",
    NAMED,
    sample="EMA",
)
QUERY = Table(
    "query",
    EventQuery,
    "A query over derived adverse events; NAME is what its variables begin with. It has `where` or `terms`.",
    NAMED,
    sample="CQ01",
)
FLAG = Table(
    "flag",
    OccurrenceFlag,
    "A flag of derived adverse events, such as the first occurrence of a term.",
    NAMED,
    example="VARIABLE",
    sample="AOCCFL",
)
SUBJECT = Table(
    "subject",
    DerivedVariable,
    "A variable of a derived ADSL. It has exactly one of `take`, `statistic`, `exists`, `where`, `cases`, "
    "`map`, `date_of` and `expression`.",
    NAMED,
    example="VARIABLE",
    sample="TRTSDT",
)

TABLES = (
    *(
        SETTINGS_TABLE,
        RULES,
        STUDY,
        ENDPOINT,
        SOURCE,
        STOP,
        ADVERSE_EVENTS,
        DERIVE,
        SUBJECT,
        QUERY,
        FLAG,
        VARY,
    ),
    *(WAIVER, RULE, TABLE, STEP),
)
