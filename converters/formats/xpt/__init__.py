"""SAS transport files, versions 5 and 8."""
