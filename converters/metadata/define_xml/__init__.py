"""Define-XML 1.0, 2.0 and 2.1 with analysis results metadata, to and from a `Definition`.

An XML file becomes elements (`elements`), of which `vocabulary` lists those that are kept; `reader` makes a
`Definition` of them, whose references `schemas/study/definition_references` follows. `writer` goes the other
way, always to 2.1.
"""
