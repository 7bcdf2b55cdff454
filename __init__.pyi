"""The public names: one line each, with the module it lives in."""

from .converters.configuration.rule_files import load_rules as load_rules
from .converters.diff.diff import diff as diff
from .converters.diff.differences import Differences as Differences
from .converters.reading.read import read as read
from .converters.reports import render as render
from .converters.reports.baseline import read_baseline as read_baseline
from .converters.reports.describe import Description as Description
from .converters.reports.describe import describe as describe
from .converters.reports.rule_page import explain as explain
from .converters.survival.analysis_table import AnalysisTable as AnalysisTable
from .converters.survival.summaries.adverse_events.summary import adverse_events as adverse_events
from .converters.survival.summaries.adverse_events.written import AdverseEventTable as AdverseEventTable
from .converters.survival.summaries.kaplan_meier.summary import KaplanMeierTables as KaplanMeierTables
from .converters.survival.summaries.kaplan_meier.summary import kaplan_meier as kaplan_meier
from .converters.survival.survival import survival as survival
from .converters.survival.tables import delayed_entry as delayed_entry
from .converters.survival.tables import landmark as landmark
from .converters.survival.tables import person_time as person_time
from .converters.survival.tables import table as table
from .converters.survival.tables import wide as wide
from .converters.writing.convert import convert as convert
from .converters.writing.losses import MetadataNotKept as MetadataNotKept
from .converters.writing.losses import Repaired as Repaired
from .converters.writing.write import write as write
from .schemas.errors import AdamgateError as AdamgateError
from .schemas.errors import ConfigurationError as ConfigurationError
from .schemas.errors import Refused as Refused
from .schemas.errors import UnreadableInput as UnreadableInput
from .schemas.errors import UnreadableInputs as UnreadableInputs
from .schemas.errors import UnwritableOutput as UnwritableOutput
from .schemas.gate.baseline import Baseline as Baseline
from .schemas.gate.finding import Finding as Finding
from .schemas.gate.finding import Outcome as Outcome
from .schemas.gate.finding import Status as Status
from .schemas.gate.pandera_schemas import schema as schema
from .schemas.gate.report import GateRefused as GateRefused
from .schemas.gate.report import Report as Report
from .schemas.gate.validate import validate as validate
from .schemas.gate.waivers import Waiver as Waiver
from .schemas.rules import rule_book as rule_book
from .schemas.rules.by_condition import condition_rule as condition_rule
from .schemas.rules.rule import Citation as Citation
from .schemas.rules.rule import Fault as Fault
from .schemas.rules.rule import Grain as Grain
from .schemas.rules.rule import Inference as Inference
from .schemas.rules.rule import NotApplicable as NotApplicable
from .schemas.rules.rule import Rule as Rule
from .schemas.rules.rule import rule as rule
from .schemas.severity import Severity as Severity
from .schemas.standards.structure import Structure as Structure
from .schemas.standards.versions import Standards as Standards
from .schemas.study.dataset import Dataset as Dataset
from .schemas.study.date_parts import DatePrecision as DatePrecision
from .schemas.study.declarations import DateSource as DateSource
from .schemas.study.declarations import Declarations as Declarations
from .schemas.study.declarations import Endpoint as Endpoint
from .schemas.study.imputation import Imputed as Imputed
from .schemas.study.partial_dates import ImputationNotNamed as ImputationNotNamed
from .schemas.study.partial_dates import PartialDates as PartialDates
from .schemas.study.study import Study as Study
from .schemas.study.variable import SpecialMissing as SpecialMissing
from .schemas.study.variable import Variable as Variable

Inapplicable = NotApplicable  # its former name: deprecated

__version__: str
