"""Files and folders to a study."""
