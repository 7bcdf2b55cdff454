"""Programs of intervals between events and changes of covariates: Andersen-Gill, PWP, time-varying Cox.

One module for each tool, called as in `programs`; scikit-survival takes no intervals.
"""
