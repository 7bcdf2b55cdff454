"""The report as one HTML page: the verdict, findings to filter and search, curves of each parameter.

The page is one file and asks for no other: no network, no library. Its templates, style and script are in
`templates/`. Needs no pandas until a page is made.
"""
