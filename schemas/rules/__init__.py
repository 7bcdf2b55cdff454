"""The rule book: importing a family registers its rules. A new family is one line here."""

from . import adverse_events as adverse_events
from . import basic_data_structure as basic_data_structure
from . import censoring as censoring
from . import coding as coding
from . import cross_dataset as cross_dataset
from . import cut_offs as cut_offs
from . import dates as dates
from . import durations as durations
from . import endpoints as endpoints
from . import event_days as event_days
from . import flags as flags
from . import imputation as imputation
from . import metadata as metadata
from . import non_compartmental as non_compartmental
from . import occurrence as occurrence
from . import occurrence_flags as occurrence_flags
from . import pairs as pairs
from . import population_pk as population_pk
from . import seriousness as seriousness
from . import severity as severity
from . import subject_level as subject_level
from . import terminology as terminology
from . import time_to_event as time_to_event
from . import time_to_event_conformance as time_to_event_conformance
from . import treatment_emergence as treatment_emergence
