"""All defects that the tests do to clean data."""

from damage_by_deriving import DERIVATIONS
from damage_by_merging import MERGES
from damage_to_events import EVENTS
from damage_to_firsts import FIRSTS
from damage_to_sources import SOURCES
from damage_to_subjects import ARMS, CHARACTERISTICS, METADATA, PLAUSIBILITY, RESPONSES, SUBJECTS
from damage_to_times import TIME_TO_EVENT

DAMAGES = (
    *TIME_TO_EVENT,
    *RESPONSES,
    *SUBJECTS,
    *ARMS,
    *CHARACTERISTICS,
    *METADATA,
    *PLAUSIBILITY,
    *EVENTS,
    *FIRSTS,
    *MERGES,
    *DERIVATIONS,
    *SOURCES,
)
