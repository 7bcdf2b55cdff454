"""Arrow IPC files, which Feather files are."""
