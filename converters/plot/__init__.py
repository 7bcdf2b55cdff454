"""Figures for papers and slides: curves of Kaplan-Meier and of cumulative incidence, swimmer plots.

Needs the extra ``plot`` (matplotlib). Colours, dashes and marks are those of the page of `adamgate report`.
The functions return axes, so that all of matplotlib is at hand; `save` writes the same bytes in every run.

Examples
--------
>>> ax = ag.plot.kaplan_meier(ag.kaplan_meier(ag.read("adam"), "OS", by="TRT01P"))
>>> ax.get_xlabel()
'Time, days'
"""

from __future__ import annotations

from .cumulative_incidence import cumulative_incidence
from .files import save
from .kaplan_meier import kaplan_meier
from .swimmer import swimmer

__all__ = ["cumulative_incidence", "kaplan_meier", "save", "swimmer"]
