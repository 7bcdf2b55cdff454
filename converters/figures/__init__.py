"""What the figures of a study show, as numbers: the course of each subject, safety, long-term responders.

`page` draws them as SVG, `plot` with matplotlib. Each is declared by a table of ``adamgate.toml``, whose keys
are in `options`; without it, what the data have is used, and said.
"""
