"""The tables of ``adamgate.toml``: each a dataclass in which a module declares what may be set of it."""

from __future__ import annotations

from ...schemas.gate.selection import RulesTable
from ...schemas.gate.waivers import WaiverTable
from ...schemas.kinds import dataset_name, member_name, text
from ...schemas.rules.by_condition import RuleTable
from ...schemas.study.declarations import AdverseEventDeclarations, StudyTable
from ..derivations import KINDS
from ..derivations.adverse_events.options import EventQuery
from ..derivations.declared_sources import DerivationSource
from ..derivations.measurements.options import (
    AnalysisVisit,
    DerivedRecords,
    Grade,
    Measurement,
)
from ..derivations.occurrence_flag_options import OccurrenceFlag
from ..derivations.responses.options import HOW, ResponseFlag
from ..derivations.responses.terms import ResponseTerms
from ..derivations.subjects.options import DerivedVariable
from ..derivations.time_to_event.options import DerivedEndpoint, Stop, Variation
from ..derivations.variable_options import AnalysisVariable
from ..figures.options import ResponderOptions, SafetyOptions, SwimmerOptions
from ..raw_exports.mapping_options import CodeList, RawDataset
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
    "A flag of derived adverse events or measurements, such as the first occurrence of a term.",
    NAMED,
    example="VARIABLE",
    sample="AOCCFL",
)
RESPONSE = Table(
    "response",
    keys_of_all("how", "How the parameter is derived.", HOW),
    "A parameter of a derived dataset of tumor response. `how` decides which other keys it has.",
    NAMED,
    example="PARAMCD",
    sample="OVR",
    variant="how",
    variants=HOW,
)
RESPONSE_TERMS = Table(
    "response_terms",
    ResponseTerms,
    "An order of response: its terms, the best first, and what they mean.",
    NAMED,
    sample="MYELOMA",
)
RESPONSE_FLAG = Table(
    "response_flag",
    ResponseFlag,
    "A flag of the assessments of response that are analysed.",
    NAMED,
    example="VARIABLE",
    sample="ANL01FL",
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
MEASUREMENT = Table(
    "measurement",
    Measurement,
    "A parameter of derived measurements: records of the source, or calculated from other parameters.",
    NAMED,
    example="PARAMCD",
    sample="WEIGHT",
)
VISIT = Table(
    "visit",
    AnalysisVisit,
    "An analysis visit of derived measurements: the days that belong to it.",
    NAMED,
    text,
    example="AVISIT",
    sample="Baseline",
)
RECORD = Table(
    "record",
    DerivedRecords,
    "Records of derived measurements that are derived from others, such as means.",
    NAMED,
    example="DTYPE",
    sample="AVERAGE",
)
VARIABLE = Table(
    "variable",
    AnalysisVariable,
    "A variable of derived measurements or adverse events. It has exactly one of `where`, `cases`, `map`, "
    "`expression` and `compose`.",
    NAMED,
    example="VARIABLE",
    sample="ONTRTFL",
)
GRADE = Table(
    "grade",
    Grade,
    "Toxicity grades of one term, for derived measurements; NAME is free.",
    NAMED,
    sample="ANEMIA",
)

RAW = Table(
    "raw",
    RawDataset,
    "A dataset, or some records of one, that is made from raw files: `adamgate derive FILE --source PATHS "
    "--to FOLDER`.",
    NAMED,
    member_name,
    "DATASET",
    "AE",
)
CODES = Table("codes", CodeList, "A code list in a raw file of its own.", NAMED, sample="YESNO")

SWIMMER = Table("swimmer", SwimmerOptions, "The swimmer plot of `adamgate report`.", ONE)
SAFETY = Table("safety", SafetyOptions, "The tables of adverse events of `adamgate report`.", ONE)
RESPONDERS = Table(
    "responders",
    ResponderOptions,
    "The long-term responders of `adamgate report` and `adamgate responders`, and what is compared.",
    ONE,
)

TABLES = (
    *(SETTINGS_TABLE, RULES, STUDY, ENDPOINT, SOURCE, STOP, ADVERSE_EVENTS, DERIVE, SUBJECT),
    *(RESPONSE, RESPONSE_TERMS, RESPONSE_FLAG),
    *(MEASUREMENT, VISIT, RECORD, VARIABLE, GRADE, QUERY, FLAG, VARY),
    *(RAW, CODES),
    *(WAIVER, RULE, TABLE, SWIMMER, SAFETY, RESPONDERS, STEP),
)
