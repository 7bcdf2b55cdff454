"""The rule book: importing a family registers its rules. A new family is one line here."""

from . import time_to_event as time_to_event
