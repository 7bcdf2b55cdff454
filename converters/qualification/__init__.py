"""Installation and operational qualification of what is installed here, by examples and stored answers.

`qualify` runs the examples of every rule, writes and reads every format, makes a table of every shape, and
compares what it observes with answers that are stored beside this module. A part is one entry in `PARTS`.
"""
