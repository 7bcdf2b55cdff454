"""Programs of tables with competing risks: cumulative incidence, cause-specific Cox, Fine-Gray.

One module for each tool, called as in `programs`.
"""
