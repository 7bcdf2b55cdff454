"""Rules about define.xml (DF…): the document itself, and the data that it describes."""
