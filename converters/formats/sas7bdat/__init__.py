"""SAS's own datasets (sas7bdat) and format catalogues (sas7bcat)."""
