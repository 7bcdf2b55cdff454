"""Raw exports: files of an EDC system or a laboratory that are not CDISC."""
