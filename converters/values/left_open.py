"""What a file may leave open, and a user says."""

from __future__ import annotations

DATE_ORDERS = ("dmy", "mdy")
"""What may be said about dates such as 03/04/2020."""


DECIMALS = (".", ",")
"""What may be said about numbers such as 1,234."""
