"""Programs that read a table and analyse it: one module per tool, all from one `model.Model`.

Each tool has `reading`, the statements that read the file, which stand in the codebook, too; and `program`,
the whole program: those statements, then Kaplan-Meier by arm, the log-rank test and Cox. Of the data nothing
stands in a program but the names of columns, the arms and the name of the file, each quoted as its language
has it, so that no text of theirs is ever code.

What is fitted in place of these is a family of models: a folder with `fits`, which says of what columns, and
a module with `program` for each tool that can fit them. A tool without such a module cannot.
"""
